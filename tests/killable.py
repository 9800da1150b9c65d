"""A process made to be killed: `python killable.py CONFIG` forks a worker for each line it reads, and prints its id.

It imports everything first, so that a new worker lives within a few milliseconds of its predecessor's death. The worker
is the program's own (`bot.app`), with short leases and without Telegram's speed limits.
"""

from __future__ import annotations

import os
import sys
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any

import bot.channels.webhook
import bot.chat.application
import bot.chat.wiring
import feeds.extract.read
import feeds.sources.feed
import feeds.topics.index
from bot import app, log
from bot.settings import load

IMPORTED = (bot.channels.webhook, bot.chat.application, bot.chat.wiring, feeds.extract.read, feeds.sources.feed)
INDEX = feeds.topics.index


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


def work(config: Path) -> None:
    """A worker that ends only by a signal."""
    log.configure()
    settings = load(config, os.environ)
    worker = app.build(
        settings,
        roles={"worker", "chat"},
        lease=timedelta(seconds=float(os.environ.get("LEASE", "2"))),
        chat_parts={"limiter": unlimited, "pause": 0.05},
    )
    worker.start()
    worker.watching.tick()
    while True:
        # Twice a second is enough for people; here every moment counts.
        worker.watching.tick()
        worker._tick_sending()
        os.sched_yield()
        _pause()


def _pause() -> None:
    import select

    select.select([], [], [], 0.02)


def main() -> None:
    config = Path(sys.argv[1])
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                work(config)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    main()
