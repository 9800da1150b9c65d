"""What a look leaves undone to be cheap, and that nothing is lost by it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from conftest import Clock
from fake_site import FakeSite

from feeds import targets
from feeds.database import Database
from feeds.fetch import Fetcher
from feeds.model import Article, Source
from feeds.store import articles, sources
from feeds.store.articles import New
from feeds.targets import Claim
from feeds.visits import Visits
from feeds.watch import Watcher
from feeds.watch.watcher import TELLERS

WHOLE = "The two sides agreed to go on with their work on the border. " * 20


def feed(site: FakeSite, *numbers: int) -> str:
    items = "".join(
        f"<item><title>Report {number} on the border</title><link>{site.url(f'/reports/{number}')}</link>"
        f"<description>{WHOLE}{number}</description></item>"
        for number in numbers
    )
    return f"<rss version='2.0'><channel><title>Reports</title>{items}</channel></rss>"


@dataclass
class Desk:
    """A watcher, a site, and what it was told of."""

    database: Database
    clock: Clock
    site: FakeSite
    fetcher: Fetcher
    on_found: Callable[[], None] = lambda: None
    watcher: Watcher = field(init=False)

    def __post_init__(self) -> None:
        visits = Visits(self.fetcher, self.clock, user_agent="tests", at_once=8, pace=timedelta(0))
        self.watcher = Watcher(self.database, visits, self.clock, lambda: 0.5, on_found=lambda: self.on_found())

    def watch(self, path: str, kind: str = "feed") -> int:
        source = Source(path.strip("/").replace(".", "-"), self.site.url(path), kind=kind)
        with self.database.write() as connection:
            return sources.add(connection, source, self.clock())

    def look(self, source: int) -> None:
        with self.database.write() as connection:
            targets.due_at(connection, "source", source, self.clock())
            claims = targets.claim(connection, ["source"], self.clock(), 1, timedelta(minutes=5))
        for claim in claims:
            self.watcher.work(claim)

    def titles(self) -> list[str]:
        with self.database.read() as connection:
            return [article.title for article in articles.newest(connection)]

    def error(self, source: int) -> str | None:
        with self.database.read() as connection:
            state = sources.state(connection, source)
        assert state is not None
        return state.error


@pytest.fixture
def desk(database: Database, clock: Clock) -> Iterator[Desk]:
    with FakeSite() as site, Fetcher(user_agent="tests", allow_private_networks=True, deadline=5) as fetcher:
        yield Desk(database, clock, site, fetcher)


def test_bytes_that_were_seen_change_nothing_and_others_do(desk: Desk) -> None:
    desk.site.feed("/feed", feed(desk.site, 2, 1))
    source = desk.watch("/feed")
    for _ in range(3):
        desk.look(source)
        assert desk.titles() == ["Report 2 on the border", "Report 1 on the border"]
    desk.site.feed("/feed", feed(desk.site, 3, 2, 1))
    desk.look(source)
    assert desk.titles()[0] == "Report 3 on the border"


def test_seen_bytes_end_an_error(desk: Desk) -> None:
    desk.site.feed("/feed", feed(desk.site, 1))
    source = desk.watch("/feed")
    desk.look(source)
    desk.site.error("/feed", 500)
    desk.look(source)
    assert desk.error(source) is not None
    desk.site.feed("/feed", feed(desk.site, 1))
    desk.look(source)
    assert desk.error(source) is None


def test_a_sitemap_that_leads_to_another_is_followed_though_its_own_bytes_stay(desk: Desk) -> None:
    address = "<sitemap><loc>{}</loc></sitemap>".format(desk.site.url("/news.xml"))
    desk.site.feed("/sitemap.xml", f"<?xml version='1.0'?><sitemapindex>{address}</sitemapindex>")

    def publish(*numbers: int) -> None:
        urls = "".join(f"<url><loc>{desk.site.url(f'/reports/{number}')}</loc></url>" for number in numbers)
        desk.site.feed("/news.xml", f"<?xml version='1.0'?><urlset>{urls}</urlset>")
        for number in numbers:
            body = f"<html><body><h1>Report {number} on the border</h1><p>{WHOLE}{number}</p></body></html>"
            desk.site.page(f"/reports/{number}", body)

    publish(1)
    source = desk.watch("/sitemap.xml", kind="sitemap")
    desk.look(source)
    publish(1, 2)
    desk.look(source)
    assert sorted(desk.titles()) == ["Report 1 on the border", "Report 2 on the border"]


def test_a_page_that_could_not_be_read_is_asked_again_though_the_list_stays_the_same(desk: Desk) -> None:
    item = f"<item><title>Report 1 on the border</title><link>{desk.site.url('/reports/1')}</link></item>"
    desk.site.feed("/feed", f"<rss version='2.0'><channel><title>Reports</title>{item}</channel></rss>")
    desk.site.error("/reports/1", 500)
    source = desk.watch("/feed")
    desk.look(source)
    assert desk.titles() == []
    desk.site.page("/reports/1", f"<html><body><h1>Report 1 on the border</h1><p>{WHOLE}</p></body></html>")
    desk.look(source)
    assert desk.titles() == ["Report 1 on the border"]


def test_what_is_found_while_it_is_being_told_of_is_told_of_next_and_holds_up_no_look(desk: Desk) -> None:
    calls: list[int] = []
    telling, go_on = threading.Semaphore(0), threading.Event()

    def slow() -> None:
        calls.append(len(desk.titles()))
        telling.release()
        assert go_on.wait(20)

    desk.on_found = slow
    paths = [f"/feed-{number}" for number in range(TELLERS + 3)]
    for number, path in enumerate(paths):
        desk.site.feed(path, feed(desk.site, number))
    watched = [desk.watch(path) for path in paths]
    tellers = [threading.Thread(target=desk.look, args=(source,)) for source in watched[:TELLERS]]
    for number, teller in enumerate(tellers, 1):
        teller.start()
        assert telling.acquire(timeout=20)
        assert calls[-1] == number
    for source in watched[TELLERS:]:
        desk.look(source)  # comes back at once, though all who tell are still at it
    assert len(calls) == TELLERS
    go_on.set()
    for teller in tellers:
        teller.join(20)
    assert calls[TELLERS:] == [len(paths)]


def test_telling_that_fails_is_tried_again_at_the_next_find(desk: Desk) -> None:
    calls: list[int] = []

    def fail() -> None:
        calls.append(len(desk.titles()))
        if len(calls) == 1:
            raise OSError("the disk is full")

    desk.on_found = fail
    desk.site.feed("/feed", feed(desk.site, 1))
    source = desk.watch("/feed")
    with pytest.raises(OSError, match="disk"):
        desk.look(source)
    desk.site.feed("/feed", feed(desk.site, 2, 1))
    desk.look(source)
    assert calls == [1, 2]


def test_articles_stored_together_are_numbered_in_order_and_never_twice(desk: Desk) -> None:
    source = desk.watch("/feed")

    def store(*numbers: int) -> list[int]:
        new = [
            New(Article(f"https://a.example/{one}", title=str(one)), f"{one:032x}", [("url", f"a.example/{one}")])
            for one in numbers
        ]
        with desk.database.write() as connection:
            return articles.insert_all(connection, source, new, desk.clock())

    first = store(*range(30))
    assert first == sorted(first)
    with desk.database.read() as connection:
        stored = articles.by_ids(connection, first)
    assert [article.title for article in stored] == [str(number) for number in range(30)]
    assert [article.story for article in stored] == first
    with desk.database.write() as connection:
        connection.exec_driver_sql(f"DELETE FROM articles WHERE id = {first[-1]}")
    assert min(store(31, 32)) > first[-1]


def test_a_name_that_is_taken_stays_with_its_first_article(desk: Desk) -> None:
    source = desk.watch("/feed")
    names = [("url", "a.example/1"), ("guid", "one")]
    new = [New(Article("https://a.example/1"), "1" * 32, names), New(Article("https://a.example/2"), "2" * 32, names)]
    with desk.database.write() as connection:
        first, second = articles.insert_all(connection, source, new, desk.clock())
        articles.add_keys(connection, source, [(second, [("guid", "one"), ("guid", "two")])])
        known = articles.known(connection, source, [*names, ("guid", "two")])
    assert {name: article.id for name, article in known.items()} == {
        ("url", "a.example/1"): first,
        ("guid", "one"): first,
        ("guid", "two"): second,
    }


def test_sources_that_are_read_together_are_looked_at_each_as_its_own(desk: Desk) -> None:
    for number in range(3):
        desk.site.feed(f"/{number}.xml", feed(desk.site, number))
        desk.watch(f"/{number}.xml")
    for claim in _claimed_and_prepared(desk):
        desk.watcher.work(claim)
    assert sorted(desk.titles()) == [f"Report {number} on the border" for number in range(3)]


def test_what_was_read_for_a_turn_that_was_lost_is_not_believed_at_the_next(desk: Desk) -> None:
    desk.site.feed("/old.xml", feed(desk.site, 1))
    desk.site.feed("/new.xml", feed(desk.site, 2))
    source = desk.watch("/old.xml")
    (lost,) = _claimed_and_prepared(desk)
    with desk.database.write() as connection:
        sources.change(connection, source, Source("old-xml", desk.site.url("/new.xml"), kind="feed"), desk.clock())
    desk.clock.advance(hours=1)
    desk.look(source)
    assert desk.titles() == ["Report 2 on the border"]
    desk.watcher.work(lost)
    assert desk.titles() == ["Report 2 on the border"]


def _claimed_and_prepared(desk: Desk) -> list[Claim]:
    with desk.database.write() as connection:
        claims = targets.claim(connection, ["source"], desk.clock(), 10, timedelta(minutes=5))
        desk.watcher.prepare(connection, claims)
    return claims
