"""A process made to be killed: `python killable.py CONFIG` forks one for each line it reads.

    {"roles": ["worker", "chat"], "PORT": "8000"}  →  its process id; further names are variables of its environment
    4711                                           →  "dead", once that process is

It imports everything first, so that a new process lives within a few milliseconds of its predecessor's death. Each is
the program's own (`bot.app`), with short leases and without Telegram's speed limits.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import bot.channels.webhook
import bot.chat.application
import bot.chat.wiring
import bot.web.api.building
import bot.web.application
import feeds.extract.read
import feeds.sources.feed
import feeds.topics.index
from bot import app, log, server
from bot.settings import load

IMPORTED = (bot.channels.webhook, bot.chat.application, bot.chat.wiring, feeds.extract.read, feeds.sources.feed)
INDEX, WEB = feeds.topics.index, (bot.web.application, bot.web.api.building)


def unlimited() -> Any:
    """Telegram's limits would make the test last an hour."""
    from telegram.ext import BaseRateLimiter

    class Unlimited(BaseRateLimiter[int]):
        async def initialize(self) -> None:
            """Nothing to do."""

        async def shutdown(self) -> None:
            """Nothing to do."""

        async def process_request(self, callback: Any, args: Any, kwargs: Any, *_: Any, **__: Any) -> Any:
            return await callback(*args, **kwargs)

    return Unlimited()


def work(config: Path, roles: Collection[str], environment: Mapping[str, str]) -> None:
    """A process that ends only by a signal."""
    log.configure()
    settings = load(config, environment)
    process = app.build(
        settings,
        roles=roles,
        lease=timedelta(seconds=float(environment.get("LEASE", "2"))),
        chat_parts={"limiter": unlimited, "pause": 0.05},
    )
    process.start()
    if "web" in roles:
        listening = server.listen(settings.server.host, settings.server.port)
        server.serve(process.web, process.feed_server, listening)
        return
    while True:
        # Once a second is enough for people; here every moment counts.
        if "worker" in roles:
            process.watching.tick()
        process._tick_sending()
        os.sched_yield()
        _pause()


def _pause() -> None:
    import select

    select.select([], [], [], 0.02)


def main() -> None:
    config = Path(sys.argv[1])
    for line in sys.stdin:
        asked = json.loads(line)
        if isinstance(asked, int):
            os.waitpid(asked, 0)
            print("dead", flush=True)
            continue
        roles = asked.pop("roles")
        child = os.fork()
        if child == 0:
            try:
                work(config, roles, {**os.environ, **asked})
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        print(child, flush=True)


if __name__ == "__main__":
    main()
