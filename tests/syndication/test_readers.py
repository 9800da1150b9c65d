"""Feed readers that we did not write, from Debian: what they show of our feeds, and what they ask for.

Each runs where it is installed. They read a real database's feeds from a real server on this machine.
"""

from __future__ import annotations

import email.policy
import os
import pty
import re
import select
import time
from collections.abc import Iterator, Sequence
from email.parser import BytesParser
from pathlib import Path

import pytest
from conftest import Clock
from feed_readers import SECONDS, _environment, run
from served_feeds import serving
from stored import store_articles, store_source

from bot.web.feeds import FeedServer
from feeds.database import Database
from feeds.model import Article, Source
from feeds.publish import Site, ensure_all, publish_stale
from feeds.store import shelf
from feeds.store.shelf import SqlShelf

BASE_URL = "http://127.0.0.1"
TITLES = [
    "Police & customs: a <test> of AT&T's cables",
    "Hội nghị ASEAN về chống chủ nghĩa cực đoan bạo lực",
    "5 < 6 & 7 > 3, “nói” 'vậy'",
]
LATER = "Đà Nẵng & Hải Phòng <test> ở Thừa Thiên Huế"


class Portal:
    """A source's feed on a server, and the means to let an article appear in it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._site = Site(BASE_URL, "Báo động & <test>", tag="127.0.0.1,2026")
        self._source: Source = store_source(database, clock())
        self.server = FeedServer(SqlShelf(database), base_url=BASE_URL, check_every=0)
        self.address = ""
        for title in TITLES:
            self.publish(title)

    def publish(self, title: str) -> None:
        """An article appears."""
        now = self._clock.advance(minutes=1)
        named = title.encode().hex()[:30]
        article = Article(f"https://ministry.example/{named}", title, published=now, text=f"{title}. Words & more.")
        store_articles(self._database, self._source, [article], now)
        ensure_all(self._database, self._site, now)
        with self._database.write() as connection:
            shelf.mark_stale(connection, ["all"], now)
        publish_stale(self._database, self._site, now)

    def answers(self) -> dict[int, int]:
        """How many answers had which status since the last call."""
        answered = dict(self.server.answered)
        self.server.answered.clear()
        return answered


@pytest.fixture
def portal(sqlite_database: Database, clock: Clock) -> Iterator[Portal]:
    made = Portal(sqlite_database, clock)
    with serving(made.server) as made.address:
        yield made


def screen(folder: Path, words: Sequence[str], keys: str, until: Sequence[str]) -> str:
    """What a program has drawn on a terminal of 160 columns, once all of `until` is on it after these keys."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execvpe(words[0], list(words), _environment(folder) | {"COLUMNS": "160", "LINES": "40"})
    drawn = b""
    end = time.monotonic() + SECONDS
    try:
        os.write(terminal, keys.encode())
        while time.monotonic() < end and not all(one in _plain(drawn) for one in until):
            if select.select([terminal], [], [], 0.2)[0]:
                drawn += os.read(terminal, 65_536)
        return _plain(drawn)
    finally:
        os.kill(process, 9)
        os.waitpid(process, 0)
        os.close(terminal)


def _plain(drawn: bytes) -> str:
    """The text without the sequences that place and colour it."""
    return re.sub(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>78])", "", drawn.decode("utf-8", "replace"))


@pytest.mark.reader("newsboat")
@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_newsboat_sees_what_is_new_and_asks_for_nothing_twice(portal: Portal, tmp_path: Path, extension: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "urls").write_text(f"{portal.address}/feeds/all.{extension}\n")
    (home / "config").write_text("auto-reload no\nshow-read-feeds yes\n")
    newsboat = ("newsboat", "-C", "config", "-u", "urls", "-c", "cache.db", "-q")

    assert run(home, *newsboat, "-x", "reload", "print-unread").strip() == "3 unread articles"
    run(home, *newsboat, "-x", "reload")  # it keeps validators only of a feed that it knows already
    assert portal.answers() == {200: 2}
    run(home, *newsboat, "-x", "reload")
    assert portal.answers() == {304: 1}
    portal.publish(LATER)
    assert run(home, *newsboat, "-x", "reload", "print-unread").strip() == "4 unread articles"
    assert portal.answers() == {200: 1}

    shown = screen(home, newsboat, "\n", [*TITLES, LATER])
    for title in (*TITLES, LATER):
        assert title in shown


@pytest.mark.reader("r2e")
@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_rss2email_sends_each_article_once(portal: Portal, tmp_path: Path, extension: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "mail").mkdir()
    r2e = ("r2e", "-c", "config", "-d", "data.json")
    run(home, *r2e, "new", "reader@example.org")
    settings = (home / "config").read_text().replace("email-protocol = sendmail", "email-protocol = maildir")
    (home / "config").write_text(settings.replace("maildir-path = ~/Maildir", f"maildir-path = {home / 'mail'}"))
    run(home, *r2e, "add", "tocsin", f"{portal.address}/feeds/all.{extension}")

    run(home, *r2e, "run")
    assert sorted(_subjects(home / "mail")) == sorted(TITLES)
    assert portal.answers() == {200: 1}
    run(home, *r2e, "run")
    assert portal.answers() == {304: 1}
    assert len(_subjects(home / "mail")) == 3
    portal.publish(LATER)
    run(home, *r2e, "run")
    assert portal.answers() == {200: 1}
    assert sorted(_subjects(home / "mail")) == sorted([*TITLES, LATER])


def _subjects(maildir: Path) -> list[str]:
    parser = BytesParser(policy=email.policy.default)
    return [str(parser.parsebytes(file.read_bytes())["Subject"]) for file in maildir.glob("INBOX/new/*")]
