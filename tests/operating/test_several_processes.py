"""Many processes on one database: started at once on nothing, and killed in the middle of their work."""

from __future__ import annotations

import random
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

import psycopg
import pytest
import requests
from conftest import _with_name
from fake_bot_api import TOKEN, FakeBotApi
from fake_site import FakeSite
from killing import Victims, after, configure, feed, links, pause, sent, sent_ids, stored, title, told_links
from program import Program, free_port
from webhook_receiver import WebhookReceiver

from feeds.database import Database

WEBHOOKS, CHATS = 10, 5
KILLS, ARTICLES = 6, 60
ATOM = "{http://www.w3.org/2005/Atom}"
ADMIN = "an-admin-token-of-these-tests"
WRONG = re.compile(r"Traceback|deadlock|a turn failed|a job failed|could not be given back|cannot be used|was never")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database in which there is nothing yet, not even a table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'tocsin.db'}"
        return
    server: str = request.getfixturevalue("postgresql")
    name = f"empty_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield _with_name(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def environment(url: str, api: FakeBotApi) -> dict[str, str]:
    return {
        "DATABASE_URL": url,
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": api.url,
        "TOCSIN_ADMIN_TOKEN": ADMIN,
        "TOCSIN_ALLOW_PRIVATE_NETWORKS": "1",
    }


def test_all_processes_may_start_at_once_on_an_empty_database(empty_url: str, tmp_path: Path) -> None:
    with FakeSite() as site, WebhookReceiver() as receiver, FakeBotApi() as api:
        site.feed("/feed", feed(3))
        config = configure(tmp_path, site, receiver, api, webhooks=WEBHOOKS, chats=CHATS)
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


class Web:
    """A web process among the victims, as a client sees it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    def is_up(self) -> bool:
        with suppress(requests.ConnectionError):
            return requests.get(f"{self.address}/readyz", timeout=10).status_code == 200
        return False

    def save_topic(self, slug: str) -> bool:
        """Whether the process confirmed the change before anything happened to it."""
        headers = {"Authorization": f"Bearer {ADMIN}"}
        draft = {"query": f'"{slug}"', "title": slug}
        with suppress(requests.ConnectionError):
            url = f"{self.address}/api/v1/topics/{slug}"
            return requests.put(url, json=draft, headers=headers, timeout=10).status_code == 200
        return False

    def titles(self) -> set[str]:
        """What the feed of everything holds, its archive included."""
        found: set[str] = set()
        url = f"{self.address}/feeds/all.atom"
        while url:
            answer = requests.get(url, timeout=10)
            assert answer.status_code == 200
            root = ElementTree.fromstring(answer.content)
            found |= {str(entry.findtext(f"{ATOM}title")) for entry in root.iter(f"{ATOM}entry")}
            older = root.find(f"{ATOM}link[@rel='prev-archive']")
            url = "" if older is None else f"{self.address}/feeds/{str(older.get('href')).partition('/feeds/')[2]}"
        return found


@pytest.mark.slow
@pytest.mark.xdist_group("kill")
def test_nothing_is_lost_when_workers_chats_and_webs_are_killed_at_random_moments(
    empty_url: str, tmp_path: Path
) -> None:
    chance = random.Random(11)
    webs = [Web(), Web()]
    starts = {f"worker {number}": ("worker", {}) for number in range(2)}
    starts |= {f"chat {number}": ("chat", {}) for number in range(2)}
    starts |= {f"web {number}": ("web", {"PORT": str(web.port)}) for number, web in enumerate(webs)}
    with FakeSite() as site, WebhookReceiver() as receiver, FakeBotApi() as api:
        config = configure(tmp_path, site, receiver, api, webhooks=WEBHOOKS, chats=CHATS)
        site.feed("/feed", feed(0))
        database = Database(empty_url)
        shared = {**environment(empty_url, api), "TOCSIN_PUBLIC_URL": "http://news.example.org", "LEASE": "3"}
        with Victims(config, shared) as victims:
            for name, (role, own) in starts.items():
                victims.start(name, role, **own)
            victims.wait(lambda: all(web.is_up() for web in webs), "a web process does not answer")
            victims.wait(lambda: stored(database) == 1, "the baseline was not taken")
            confirmed = set()
            # Each of the six as often as the others, in no order.
            names = [name for name in starts for _ in range(KILLS // len(starts))]
            chance.shuffle(names)
            for number, name in enumerate(names, 1):
                site.feed("/feed", feed(ARTICLES * number // KILLS))
                if webs[number % 2].save_topic(f"topic-{number}"):
                    confirmed.add(f"topic-{number}")
                after(len(receiver.requests) + len(api.calls) + chance.randint(1, 50), receiver, api, 1)
                pause(chance.uniform(0, 0.05))
                victims.kill(name)
                role, own = starts[name]
                victims.start(name, role, **own)
            victims.wait(lambda: sent(database) == ARTICLES * (WEBHOOKS + CHATS), "not all was sent")
            wanted = {title(number) for number in range(ARTICLES + 1)}
            victims.wait(lambda: all(web.is_up() and web.titles() == wanted for web in webs), "a feed is not complete")
        with database.read() as connection:
            kept = set(connection.exec_driver_sql("SELECT slug FROM topics").scalars())
        database.close()
        said = victims.log.read_text()

    assert confirmed
    assert confirmed <= kept, "a change that was confirmed is not there"
    repeats = 0
    for number in range(WEBHOOKS):
        ids = sent_ids(receiver, f"/{number}")
        assert ids.keys() == links(ARTICLES)
        assert all(len(set(own)) == 1 for own in ids.values()), "a repeat carried another id"
        repeats += sum(map(len, ids.values())) - ARTICLES
    twice = 0
    for number in range(CHATS):
        told = Counter(told_links(api.chats[1000 + number].messages))
        assert told.keys() == links(ARTICLES)
        twice += sum(told.values()) - ARTICLES
    # One send a chat is open at a kill, and no more.
    assert twice <= KILLS * CHATS
    assert not WRONG.search(said), said[-6000:]
    print(f"\n{KILLS} kills: 0 lost of {ARTICLES * (WEBHOOKS + CHATS)}; webhooks repeated {repeats}, chats {twice}")
