"""Two installations, one of which watches the other's feed: news reaches the second without its asking."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import requests
from conftest import Clock
from fake_site import FakeSite
from served_feeds import serving
from settings_folder import write

from bot.app import App, build
from bot.hub import SETTLING
from bot.server import listen
from bot.settings import load
from bot.web.feed_protocol import feed_protocol
from feeds.store import articles, leases, sources

FEED = "<rss version='2.0'><channel><title>The Portal</title>{}</channel></rss>"
ITEM = "<item><title>Statement {0}</title><link>https://portal.example/{0}</link><description>{1}</description></item>"


@contextmanager
def installation(folder: Path, clock: Clock, watched: str) -> Iterator[App]:
    """A whole Tocsin on a free port that watches one feed; its jobs are run by hand."""
    folder.mkdir()
    listening = listen("127.0.0.1", 0)
    environment = {
        "DATABASE_URL": f"sqlite:///{folder / 'tocsin.db'}",
        "TOCSIN_PUBLIC_URL": f"http://127.0.0.1:{listening.getsockname()[1]}",
        "TOCSIN_ALLOW_PRIVATE_NETWORKS": "1",
    }
    write(
        folder,
        tocsin="[site]\ntour = false\n[polling]\npace = 0.001\n",
        sources=f'[[source]]\nslug = "watched"\nurl = "{watched}"\nkind = "feed"\n',
    )
    app = build(load(folder, environment), roles=("web", "worker"), clock=clock, jitter=lambda: 0.0)
    app.prepare()
    with serving(app.web, listening, http=feed_protocol(app.feed_server)):
        yield app
    app.stop()


def work(*apps: App) -> None:
    """Everything that is due, at all of them."""
    for app in apps:
        app.watching.drain()
        app.announcer.announce_all()
        app.publish()
        app.keep_websub()
        for engine in app.sending:
            engine.drain()


def wait_until_served(address: str, words: str) -> None:
    """Web processes keep a feed in memory for a second."""
    end = time.monotonic() + 10
    while words not in requests.get(address, timeout=10).text:
        assert time.monotonic() < end, f"{words} is not served"


def titles(app: App) -> list[str]:
    with app.database.read() as connection:
        return sorted(article.title for article in articles.newest(connection, limit=10))


def test_news_reaches_an_installation_that_watches_another_without_its_asking(tmp_path: Path, clock: Clock) -> None:
    with FakeSite() as portal:

        def publish(count: int) -> None:
            text = "It was said that cooperation goes on, and that more will be said of it. " * 20
            portal.feed("/feed", FEED.format("".join(ITEM.format(number, text) for number in range(1, count + 1))))

        publish(1)
        with installation(tmp_path / "first", clock, portal.url("/feed")) as first:
            address = f"{first.settings.site.public_url}/feeds/all.atom"
            with installation(tmp_path / "second", clock, address) as second:
                work(first, second, first)
                with second.database.read() as connection:
                    (lease,) = leases.every(connection)
                assert (lease.hub, lease.topic) == (f"{first.settings.site.public_url}/hub", address)
                assert lease.lease_until == clock() + timedelta(days=10)
                assert titles(second) == ["Statement 1"]

                publish(2)
                clock.advance(minutes=5)
                first.look_now(1)
                work(first)
                wait_until_served(address, "Statement 2")
                clock.now += SETTLING
                work(first)
                with second.database.read() as connection:
                    state = sources.state(connection, 1)
                assert state is not None
                assert state.next_look == clock()
                work(second)
                assert titles(second) == ["Statement 1", "Statement 2"]
