"""Many processes on one PostgreSQL, started at once on nothing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from conftest import _with_name
from fake_bot_api import TOKEN, FakeBotApi
from fake_site import FakeSite
from program import Program
from settings_folder import write
from test_kill import TOPIC, feed
from webhook_receiver import WebhookReceiver

from feeds.database import Database

WEBHOOKS, CHATS = 10, 5
WRONG = re.compile(r"Traceback|deadlock|a turn failed|a job failed|could not be given back|cannot be used|was never")


@pytest.fixture
def empty_url(postgresql: str) -> Iterator[str]:
    """A database of PostgreSQL in which there is nothing yet, not even a table."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield _with_name(postgresql, name)
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def configure(folder: Path, site: FakeSite, receiver: WebhookReceiver, api: FakeBotApi) -> Path:
    """One source, looked at every second, and everybody who follows it."""
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


def environment(url: str, api: FakeBotApi) -> dict[str, str]:
    return {
        "DATABASE_URL": url,
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": api.url,
        "TOCSIN_ALLOW_PRIVATE_NETWORKS": "1",
    }


def test_all_processes_may_start_at_once_on_an_empty_database(empty_url: str, tmp_path: Path) -> None:
    with FakeSite() as site, WebhookReceiver() as receiver, FakeBotApi() as api:
        site.feed("/feed", feed(3))
        config = configure(tmp_path, site, receiver, api)
        names = ("worker", "worker", "web", "web", "chat", "chat")
        programs = [Program(config, name, **environment(empty_url, api)) for name in names]
        for program, name in zip(programs, names, strict=True):
            program.wait_for("Tocsin is at" if name == "web" else '"started"')
        assert [program.end() for program in programs] == [0] * len(programs)
        lines = [line for program in programs for line in program.lines]
        assert not [line for line in lines if WRONG.search(line)]
        database = Database(empty_url)
        with database.read() as connection:
            for table, count in (("sources", 1), ("topics", 1), ("destinations", WEBHOOKS + CHATS)):
                assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == count
        database.close()
