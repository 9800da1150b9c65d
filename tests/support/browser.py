"""A real site for tests: SQLite with a little of everything in it, uvicorn on a free port, and Debian's Chromium."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn

from bot import migrations
from bot.settings import Settings
from bot.settings.model import Site
from bot.store import deliveries, owing
from bot.subscriptions import Subscriptions
from bot.way import Way
from bot.web.application import create_app
from bot.web.services import WebServices
from bot.web.wiring import QueryTrial, Search
from feeds import targets
from feeds.database import Database
from feeds.errors import FetchError
from feeds.model import Article, Source, Span, Topic
from feeds.store import articles, sources, stories, topics

CHROMIUM = "/usr/bin/chromium"
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ADMIN_TOKEN = "correct-horse-battery-staple"

TEXT = (
    "MPS - Delegates of ten countries met in Surabaya on Tuesday to compare their plans against violent extremism.\n\n"
    "The meeting asked for closer cooperation among police forces, prisons and schools, and for quicker exchange of "
    "information on travellers.\n\n"
    "A first joint exercise is planned for the spring."
)
HTML = (
    '<p>MPS - Delegates of ten countries met in <a href="https://news.example.org/surabaya">Surabaya</a> on Tuesday to '
    "compare their plans against <em>violent</em> extremism.</p>"
    '<figure><img src="https://news.example.org/room.jpg" alt="A room"><figcaption>Delegates.</figcaption></figure>'
    "<p>The meeting asked for closer cooperation among police forces, prisons and schools, and for quicker exchange of "
    "information on travellers.</p><p>A first joint exercise is planned for the spring.</p>"
)


def span(text: str, word: str, clause: str, field: str = "text") -> Span:
    """The first place of a word."""
    start = text.index(word)
    return Span(field, start, start + len(word), clause)


@dataclass
class Clock:
    """Time that stands still until a test moves it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def new_database(directory: Path) -> Database:
    """An empty database of the newest shape."""
    (directory / "test.db").write_bytes(_empty_database())
    return Database(f"sqlite:///{directory / 'test.db'}")


@cache
def _empty_database() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "empty.db")
        database = Database(f"sqlite:///{path}")
        migrations.migrate(database)
        database.close()
        return path.read_bytes()


def fill(database: Database, clock: Clock) -> None:
    """Three sources (well, failing, never looked at), two topics, a story told twice, a revision, a failed alert."""
    subscriptions = Subscriptions(database, clock)
    now = clock()
    with database.write() as connection:
        ministry = sources.add(
            connection,
            Source(
                "ministry",
                "https://portal.example.org/news.html",
                "Ministry of Public Security",
                kind="page",
                language="en",
                time_zone="Asia/Ho_Chi_Minh",
                description="News and events of the ministry's English portal.",
            ),
            now - timedelta(days=40),
            declared=True,
        )
        agency = sources.add(
            connection,
            Source("agency", "https://agency.example.org/feed.xml", "Hãng tin Biển Đông", kind="feed", language="vi"),
            now - timedelta(days=40),
        )
        sources.add(connection, Source("harbour", "https://harbour.example.org/", "Harbour Watch"), now)
        sources.record_look(connection, ministry, now - timedelta(minutes=3), new_at=now - timedelta(minutes=3))
        sources.record_look(
            connection,
            agency,
            now - timedelta(minutes=12),
            error_code="bot-protection",
            error="the site answered with a challenge page",
            error_since=now - timedelta(hours=5),
        )
        targets.due_at(connection, "source", agency, now + timedelta(minutes=25), failures=4)
        targets.due_at(connection, "source", ministry, now + timedelta(minutes=12))
        terrorism = topics.save_topic(
            connection,
            Topic(
                "counter-terrorism-cooperation",
                '("violent extremism" OR terrorism) AND cooperation',
                "Counter-terrorism cooperation",
                "States and their police working together against terrorism and violent extremism.",
            ),
            now - timedelta(days=30),
        )
        topics.save_topic(
            connection,
            Topic("maritime-security", '"coast guard" OR piracy', "Maritime security", "Patrols, piracy, ports."),
            now - timedelta(days=30),
        )
        for number in range(34):
            found = now - timedelta(hours=20 * (34 - number), minutes=number * 7)
            articles.insert(
                connection,
                ministry,
                Article(
                    f"https://portal.example.org/article/older-{number}",
                    title=f"Police of two provinces exchange experience, part {number + 1}",
                    summary="A delegation spoke with its hosts about patrols on the border, training and equipment.",
                    text="A delegation spoke with its hosts about patrols on the border, training and equipment.",
                    published=found - timedelta(minutes=9),
                    language="en",
                    uid=f"{number:032x}",
                ),
                [],
                found,
                baseline=True,
            )
        seed = Article(
            "https://portal.example.org/article/asean-1234567890",
            title="ASEAN members plan a joint answer to violent extremism",
            author="Giang Anh",
            summary="Delegates of ten countries met in Surabaya to compare their plans.",
            text=TEXT,
            html=HTML,
            image=None,
            # Midnight in Hanoi: the portal told the day and no time.
            published=datetime(2019, 8, 6, 17, 0, tzinfo=UTC),
            language="en",
            uid="a" * 32,
        )
        first = articles.insert(connection, ministry, seed, [], now - timedelta(minutes=3), baseline=False)
        copy = replace(
            seed,
            url="https://agency.example.org/asean",
            title="Các nước ASEAN bàn kế hoạch chung chống chủ nghĩa cực đoan bạo lực",
            author=None,
            html="",
            language="vi",
            uid="b" * 32,
            published=now - timedelta(hours=1),
        )
        second = articles.insert(connection, agency, copy, [], now - timedelta(minutes=2), baseline=False)
        stories.join(connection, second, first)
        hostile = Article(
            "https://agency.example.org/?a=1&b=2",
            title="Tom & Jerry <script>alert(1)</script>",
            summary='5 < 6 & "quoted"',
            text='5 < 6 & "quoted"',
            published=now - timedelta(minutes=30),
            uid="c" * 32,
        )
        articles.insert(connection, agency, hostile, [], now - timedelta(minutes=1), baseline=False)
        articles.revise(connection, first, replace(seed, title=seed.title), now - timedelta(minutes=1), tell=False)
        spans = (
            span(seed.title, "violent extremism", '"violent extremism"', "title"),
            span(TEXT, "violent extremism", '"violent extremism"'),
            span(TEXT, "cooperation", "cooperation"),
        )
        assert terrorism.id is not None
        topics.save_matches(connection, [topics.StoredMatch(terrorism.id, first, spans, 3.0)])
        topics.save_matches(connection, [topics.StoredMatch(terrorism.id, second, spans[1:], 2.0)])
        data = {
            "article": {"title": seed.title, "url": seed.url},
            "source": {"slug": "ministry", "title": "Ministry of Public Security"},
            "topics": [{"slug": terrorism.slug, "title": terrorism.title, "matched": ["violent extremism"]}],
            "story": {"id": seed.uid, "also": []},
        }
        key = f"story:{first}"
        alert = owing.add_alert(connection, "article.published", key, data, now, article_id=first)
    reached = subscriptions.destination("telegram", "-1001", title="Security desk")
    broken = subscriptions.destination(
        "webhook", "archive", title="Archive", options={"url": "https://archive.example.org/in", "secret": ["whsec_x"]}
    )
    for one in (reached, broken):
        subscriptions.follow_topic(one, terrorism)
    with database.write() as connection:
        owing.owe(connection, alert, key, [owing.Owing(one.id, [terrorism.slug]) for one in (reached, broken)], now)
        owed = {row.destination: row for row in deliveries.listing(connection)}
        for address, state, ok in (("-1001", "sent", True), ("archive", "failed", False)):
            delivery = next(
                one
                for one in deliveries.pending(connection, reached.id if ok else broken.id, now, 10)
                if one.uid == owed[address].uid
            )
            assert delivery.id is not None
            outcome = deliveries.Outcome(
                delivery.id, state, ok, 200 if ok else 503, "" if ok else "503 Service Unavailable", 0.2, now
            )
            deliveries.record(connection, [outcome])


def settings(base_url: str = "http://127.0.0.1:8000", **changed: Any) -> Settings:
    """Settings of a small site."""
    site = Site(
        title="Tocsin",
        description="News on security cooperation: watched, syndicated, and told to those who asked.",
        public_url=base_url,
        language="en",
        tag="127.0.0.1,2026",
    )
    return Settings(site=site, **changed)


def fake_preview(
    url: str, *, time_zone: str = "UTC", selector: str | None = None, way: Way | None = None
) -> Mapping[str, Any]:
    """How a URL would be watched, as `tocsin preview --json` has it; an address with "broken" in it does not answer."""
    if "broken" in url:
        raise FetchError("The host does not answer.", url=url)
    day = "2026-11-24T00:00:00+07:00"
    return {
        "kind": "page",
        "confidence": 0.9,
        "feed_url": url,
        "options": {"pattern": ["main li > a"]},
        "candidates": [],
        "items": [{"url": f"{url}/{number}", "title": f"Headline {number}", "published": day} for number in range(10)],
        "article": {
            "url": f"{url}/0",
            "title": "Headline 0",
            "author": "Giang Anh",
            "published": day,
            "language": "en",
            "image": None,
            "text": TEXT,
        },
        "topics": [{"slug": "counter-terrorism-cooperation", "matched": ["cooperation"]}],
        "notes": ["There is no feed; the list is read from the page."],
    }


def services(database: Database, clock: Clock, base_url: str, **changed: Any) -> WebServices:
    """Everything that a site can have, over this database; `changed` are settings."""

    def add_source(source: Source) -> None:
        with database.write() as connection:
            sources.add(connection, source, clock())

    return WebServices(
        database=database,
        settings=settings(base_url, **changed),
        clock=clock,
        subscriptions=Subscriptions(database, clock),
        telegram_name=lambda: "TocsinBot",
        search=Search(database),
        preview_query=QueryTrial(database, clock),
        preview_source=fake_preview,
        add_source=add_source,
    )


@contextmanager
def served(make_services: Callable[[str], WebServices]) -> Iterator[str]:
    """The application on a free port of this machine; `make_services` is told the base URL."""
    listening = uvicorn.Config(lambda: None, host="127.0.0.1", port=0, log_config=None).bind_socket()
    base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(create_app(make_services(base_url)), log_config=None, lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    pause = threading.Event()
    while not server.started:
        pause.wait(0.005)
    try:
        yield base_url
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@contextmanager
def chromium(**options: Any) -> Iterator[Any]:
    """A browser; imported here, so that the other tests don't pay for it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"], **options
        )
        try:
            yield browser
        finally:
            browser.close()
