"""Processes that are killed in the middle of their work, and what is looked at afterwards.

with Victims(config, environment) as victims:
    victims.start("one", "worker", "chat")
    victims.kill("one")          # SIGKILL; returns when it is gone
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from fake_bot_api import FakeBotApi
from fake_site import FakeSite
from settings_folder import write
from webhook_receiver import WebhookReceiver

from bot.store.tables import deliveries
from feeds.database import Database
from feeds.store import articles

TOPIC = '[[topic]]\nslug = "extremism"\ntitle = "Extremism"\nquery = \'"violent extremism"\'\n'


def feed(newest: int) -> str:
    """The portal's feed when article `newest` has been published: all of them, with their whole text."""
    items = "".join(
        f"<item><title>{title(number)}</title>"
        f"<link>https://portal.example/statements/{number}</link><guid>statement-{number}</guid>"
        f"<description>{f'Paragraph {number} of what was said of violent extremism. ' * 20}</description></item>"
        for number in range(newest, -1, -1)
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Portal</title>{items}</channel></rss>"


def title(number: int) -> str:
    """Of that article."""
    return f"Statement number {number} on violent extremism"


def links(newest: int) -> set[str]:
    """The addresses of what was published after the baseline."""
    return {f"https://portal.example/statements/{number}" for number in range(1, newest + 1)}


def configure(
    folder: Path, site: FakeSite, receiver: WebhookReceiver, api: FakeBotApi, *, webhooks: int, chats: int
) -> Path:
    """One source, looked at every second, and everybody who follows it."""
    hooks = "".join(
        f'[[webhook]]\nslug = "hook-{number}"\nurl = "{receiver.url(f"/{number}")}"\nsecret = "{receiver.secret}"\n'
        'topics = ["extremism"]\n'
        for number in range(webhooks)
    )
    people = "".join(
        f'[[telegram]]\nchat = {api.person(1000 + number).id}\ntopics = ["extremism"]\n' for number in range(chats)
    )
    return write(
        folder,
        tocsin='[site]\ntour = false\n[polling]\nminimum_interval = "1s"\n[delivery]\nattempts = ["1s"]\n',
        sources=f'[[source]]\nslug = "portal"\nurl = "{site.url("/feed")}"\nkind = "feed"\ninterval = "1s"\n',
        topics=TOPIC,
        channels=hooks + people,
    )


class Victims:
    """The killable processes of one folder of settings (`killable.py`), by name."""

    def __init__(self, config: Path, environment: Mapping[str, str]) -> None:
        support = Path(__file__).parent
        paths = (support.parent.parent, support.parent, support)
        self.log = config / "victims.log"
        self._output = self.log.open("w")
        self._process = subprocess.Popen(
            [sys.executable, str(support / "killable.py"), str(config)],
            env={**os.environ, "PYTHONPATH": ":".join(map(str, paths)), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._output,
            text=True,
        )
        self._living: dict[str, int] = {}

    def _ask(self, what: object) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def start(self, name: str, *roles: str, **environment: str) -> None:
        """One more process, with these variables beside those of all."""
        self._living[name] = int(self._ask({"roles": roles, **environment}))

    def kill(self, name: str) -> None:
        """SIGKILL; return when it is gone."""
        process = self._living.pop(name)
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        assert self._ask(process) == "dead"

    def __enter__(self) -> Victims:
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self._living):
            self.kill(name)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._output.close()

    def wait(self, condition: Callable[[], bool], sentence: str, seconds: float = 120) -> None:
        """Until it is so; else what the processes said."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"{sentence}\n{self.log.read_text()[-6000:]}")
            pause(0.05)


def told_links(messages: list[dict[str, object]]) -> list[str]:
    """The article of each of a chat's messages."""
    found = []
    for message in messages:
        for entity in message.get("entities", []):  # type: ignore[attr-defined]
            if entity.get("type") == "text_link" and "/statements/" in entity["url"]:
                found.append(entity["url"])
                break
    return found


def sent_ids(receiver: WebhookReceiver, path: str) -> dict[str, list[str]]:
    """What arrived at one endpoint: of each article's address the `webhook-id` of every copy."""
    ids: dict[str, list[str]] = {}
    for event in receiver.events:
        if event.path == path:
            ids.setdefault(event.payload["data"]["article"]["url"], []).append(event.id)
    return ids


def stored(database: Database) -> int:
    """How many articles are."""
    with database.read() as connection:
        return articles.count(connection)


def sent(database: Database) -> int:
    """How many deliveries are recorded as sent."""
    with database.read() as connection:
        query = deliveries.select().where(deliveries.c.state == "sent").with_only_columns(deliveries.c.id)
        return len(connection.execute(query).all())


def after(requests: int, receiver: WebhookReceiver, api: FakeBotApi, seconds: float = 3) -> None:
    """Until so many requests have arrived in all, or nothing is left to be sent."""
    end = time.monotonic() + seconds
    while len(receiver.requests) + len(api.calls) < requests and time.monotonic() < end:
        pause(0.002)


def pause(seconds: float) -> None:
    """Time passes: the moments of the kills are what these tests are about."""
    select.select([], [], [], seconds)
