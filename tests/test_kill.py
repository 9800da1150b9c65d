"""The promise itself: whatever moment the power goes, every owed alert arrives, and repeats can be recognised."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from fake_bot_api import TOKEN, FakeBotApi
from fake_site import FakeSite
from settings_folder import write
from webhook_receiver import WebhookReceiver

from bot.store.tables import deliveries
from feeds.database import Database
from feeds.store import articles

KILLS = 50
ARTICLES = 200
WEBHOOKS, CHATS = 14, 6
TOPIC = '[[topic]]\nslug = "extremism"\ntitle = "Extremism"\nquery = \'"violent extremism"\'\n'


def feed(newest: int) -> str:
    """The portal's feed when article `newest` has been published: all of them, with their whole text."""
    items = "".join(
        f"<item><title>Statement number {number} on violent extremism</title>"
        f"<link>https://portal.example/statements/{number}</link><guid>statement-{number}</guid>"
        f"<description>{f'Paragraph {number} of what was said of violent extremism. ' * 20}</description></item>"
        for number in range(newest, -1, -1)
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Portal</title>{items}</channel></rss>"


class Worker:
    """The killable process, started anew after each kill."""

    def __init__(self, config: Path, environment: dict[str, str]) -> None:
        tests = Path(__file__).parent
        self._log = (config / "worker.log").open("w")
        self._process = subprocess.Popen(
            [sys.executable, str(tests / "killable.py"), str(config)],
            env={**os.environ, "PYTHONPATH": f"{tests.parent}:{tests}", **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self._child = 0

    def _say(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def _hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def start(self) -> None:
        self._say()
        self._child = int(self._hear())

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._child, signal.SIGKILL)
        assert self._hear() == "dead"

    def close(self) -> None:
        self.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()


@contextmanager
def running(config: Path, environment: dict[str, str]) -> Iterator[Worker]:
    worker = Worker(config, environment)
    worker.start()
    try:
        yield worker
    finally:
        worker.close()


def configure(folder: Path, site: FakeSite, receiver: WebhookReceiver, api: FakeBotApi) -> Path:
    webhooks = "".join(
        f'[[webhook]]\nslug = "hook-{number}"\nurl = "{receiver.url(f"/{number}")}"\nsecret = "{receiver.secret}"\n'
        'topics = ["extremism"]\n'
        for number in range(WEBHOOKS)
    )
    chats = "".join(
        f'[[telegram]]\nchat = {api.person(1000 + number).id}\ntopics = ["extremism"]\n' for number in range(CHATS)
    )
    return write(
        folder,
        tocsin='[site]\ntour = false\n[polling]\nminimum_interval = "1s"\n[delivery]\nattempts = ["1s"]\n',
        sources=f'[[source]]\nslug = "portal"\nurl = "{site.url("/feed")}"\nkind = "feed"\ninterval = "1s"\n',
        topics=TOPIC,
        channels=webhooks + chats,
    )


@pytest.mark.slow
@pytest.mark.xdist_group("kill")
def test_nothing_is_lost_when_the_process_is_killed_at_fifty_random_moments(
    database_url: str, tmp_path: Path, record_property: object
) -> None:
    chance = random.Random(7)
    with FakeSite() as site, WebhookReceiver() as receiver, FakeBotApi() as api:
        config = configure(tmp_path, site, receiver, api)
        environment = {
            "DATABASE_URL": database_url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": api.url,
            "TOCSIN_ALLOW_PRIVATE_NETWORKS": "1",
        }
        site.feed("/feed", feed(0))
        database = Database(database_url)
        with running(config, environment) as worker:
            _wait(lambda: _stored(database) == 1, "the baseline was not taken", tmp_path)
            for kill in range(1, KILLS + 1):
                site.feed("/feed", feed(ARTICLES * kill // KILLS))
                # A random moment of its work, not of its start: after some requests, and a little later.
                _after(len(receiver.requests) + len(api.calls) + chance.randint(1, 120), receiver, api)
                _pause(chance.uniform(0, 0.05))
                worker.kill()
                worker.start()
            _wait(lambda: _sent(database) == ARTICLES * (WEBHOOKS + CHATS), "not all was sent", tmp_path)
        database.close()

    links = [f"https://portal.example/statements/{number}" for number in range(1, ARTICLES + 1)]
    repeats = 0
    for number in range(WEBHOOKS):
        events = [event for event in receiver.events if event.path == f"/{number}"]
        ids: dict[str, set[str]] = {}
        for event in events:
            ids.setdefault(event.payload["data"]["article"]["url"], set()).add(event.id)
        assert sorted(ids) == sorted(links)
        assert all(len(own) == 1 for own in ids.values()), "a repeat carried another id"
        repeats += len(events) - len(links)
    # What could not be verified was cut off in the middle by a kill.
    assert all(len(event.body) < int(event.headers["content-length"]) for event in receiver.forged)
    twice = 0
    for number in range(CHATS):
        told = Counter(_links(api.chats[1000 + number].messages))
        assert sorted(told) == sorted(links)
        assert told.most_common(1)[0][1] <= 3
        twice += sum(told.values()) - len(links)
    print(f"\n{KILLS} kills: 0 lost of {ARTICLES * (WEBHOOKS + CHATS)}; webhooks repeated {repeats}, chats {twice}")
    # One send a chat is open at a kill, and no more.
    assert twice <= KILLS * CHATS


def _links(messages: list[dict[str, object]]) -> list[str]:
    found = []
    for message in messages:
        for entity in message.get("entities", []):  # type: ignore[attr-defined]
            if entity.get("type") == "text_link" and "/statements/" in entity["url"]:
                found.append(entity["url"])
                break
    return found


def _stored(database: Database) -> int:
    with database.read() as connection:
        return articles.count(connection)


def _sent(database: Database) -> int:
    with database.read() as connection:
        query = deliveries.select().where(deliveries.c.state == "sent").with_only_columns(deliveries.c.id)
        return len(connection.execute(query).all())


def _wait(condition: object, sentence: str, folder: Path, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        if time.monotonic() > end:
            raise AssertionError(f"{sentence}\n{(folder / 'worker.log').read_text()[-6000:]}")
        _pause(0.05)


def _after(requests: int, receiver: WebhookReceiver, api: FakeBotApi, seconds: float = 3) -> None:
    """Until so many requests have arrived in all, or nothing is left to be sent."""
    end = time.monotonic() + seconds
    while len(receiver.requests) + len(api.calls) < requests and time.monotonic() < end:
        _pause(0.002)


def _pause(seconds: float) -> None:
    """Time passes: the moments of the kills are what this test is about."""
    import select

    select.select([], [], [], seconds)
