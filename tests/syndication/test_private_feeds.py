"""The feed of what one destination follows: who can read it, what it holds, and that nothing else leads to it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from conftest import Clock
from served_feeds import serving
from stored import numbered, store_articles, store_match, store_source, store_topic

from bot import backup
from bot.private_feeds import PrivateFeeds, following
from bot.subscriptions import Subscriptions
from bot.web.feeds import FeedServer
from feeds.database import Database
from feeds.model import Span
from feeds.publish import OnDemand, Site
from feeds.store.shelf import SqlShelf

BASE_URL = "https://news.example.org"
SITE = Site(BASE_URL, "Watch", tag="news.example.org,2026")


class Desk:
    """A site with a topic, a person who follows it and a query of their own, and another person's query."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.subscriptions = Subscriptions(database, clock)
        self.private = PrivateFeeds(database, clock, BASE_URL)
        source = store_source(database, clock())
        self.articles = store_articles(database, source, numbered(source, 1, 4), clock())
        self.sea = store_topic(database, clock(), "sea", "sea")
        self.anna = self.subscriptions.destination("telegram", "7", title="Anna")
        self.binh = self.subscriptions.destination("telegram", "8", title="Bình", language="vi")
        self.subscriptions.follow(self.anna, "sea")
        own = self.subscriptions.follow(self.anna, '"article number 2"').topic
        foreign = self.subscriptions.follow(self.binh, '"article number 3"').topic
        store_match(database, self.sea, self.articles[0], Span("text", 8, 14, "sea"))
        store_match(database, self.sea, self.articles[1], Span("text", 8, 14, "sea"))
        store_match(database, own, self.articles[1], Span("text", 0, 7, "article"))
        store_match(database, foreign, self.articles[2])
        self.on_demand = OnDemand(database, SITE, clock, None, following)

    def read(self, address: str) -> list[str]:
        """The titles that a private address of JSON shows."""
        path = address.removeprefix(f"{BASE_URL}/feeds/").removesuffix(".json")
        found = self.on_demand.feed(path, "json")
        return [item["title"] for item in json.loads(found.body)["items"]] if found else []


@pytest.fixture
def desk(database: Database, clock: Clock) -> Desk:
    return Desk(database, clock)


def test_it_holds_what_is_followed_and_nothing_else(desk: Desk) -> None:
    address = desk.private.address(desk.anna, "json")
    assert desk.read(address) == ["Article 2", "Article 1"]
    found = desk.on_demand.feed(address.removeprefix(f"{BASE_URL}/feeds/").removesuffix(".json"), "json")
    assert found is not None
    document = json.loads(found.body)
    assert document["title"] == "What you follow · Watch"
    assert document["feed_url"] == address
    assert document["items"][0]["tags"] == ["Sea", '"article number 2"']
    assert document["items"][0]["_tocsin"]["matched"] == ["Article", "number"]
    assert desk.read(desk.private.address(desk.binh, "json")) == ["Article 3"]


def test_the_address_stays_until_it_is_renewed(desk: Desk) -> None:
    first = desk.private.address(desk.anna, "json")
    assert desk.private.address(desk.anna, "json") == first
    assert desk.read(first)
    second = desk.private.renew(desk.anna, "json")
    assert second != first
    assert desk.read(first) == [], "the old address still leads somewhere"
    assert desk.read(second) == ["Article 2", "Article 1"]


def test_it_changes_with_what_is_followed(desk: Desk) -> None:
    address = desk.private.address(desk.anna, "json")
    assert desk.read(address) == ["Article 2", "Article 1"]
    desk.subscriptions.unfollow(desk.anna, "sea")
    assert desk.read(address) == ["Article 2"]
    desk.subscriptions.unfollow(desk.anna, '"article number 2"')
    assert desk.read(address) == []


def test_who_leaves_takes_the_address_along(desk: Desk) -> None:
    address = desk.private.address(desk.anna, "json")
    desk.subscriptions.remove(desk.anna)
    assert desk.read(address) == []
    back = desk.subscriptions.destination("telegram", "7")
    assert desk.private.address(back, "json") != address


@pytest.mark.parametrize("known", [True, False])
def test_the_address_outlives_a_move_to_another_chat(desk: Desk, known: bool) -> None:
    address = desk.private.address(desk.anna, "json")
    if known:
        desk.subscriptions.destination("telegram", "-100")
    moved = desk.subscriptions.move(desk.anna, "-100")
    assert desk.private.address(moved, "json") == address
    assert desk.read(address) == ["Article 2", "Article 1"]


def test_where_two_become_one_the_address_of_the_one_that_stays_is_right(desk: Desk) -> None:
    lost, kept = desk.private.address(desk.anna, "json"), desk.private.address(desk.binh, "json")
    desk.subscriptions.move(desk.anna, "8")
    assert desk.read(lost) == []
    assert desk.read(kept) == ["Article 3", "Article 2", "Article 1"]


@pytest.fixture
def site(sqlite_database: Database, clock: Clock) -> Iterator[tuple[str, Desk]]:
    desk = Desk(sqlite_database, clock)
    server = FeedServer(SqlShelf(sqlite_database), base_url=BASE_URL, hub="/hub", on_demand=desk.on_demand)
    with serving(server) as address:
        yield address, desk


@pytest.mark.parametrize("extension", ["rss", "atom", "json"])
def test_it_is_for_its_reader_alone(site: tuple[str, Desk], extension: str) -> None:
    address, desk = site
    own = desk.private.address(desk.anna, extension)
    answer = requests.get(own.replace(BASE_URL, address), timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, max-age=60"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.links == {"self": {"url": own, "rel": "self"}}
    assert b"hub" not in answer.content
    again = requests.get(own.replace(BASE_URL, address), timeout=10, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert again.headers["Cache-Control"] == "private, max-age=60"
    short = requests.get(f"{own}?full=0".replace(BASE_URL, address), timeout=10)
    assert short.status_code == 200
    assert short.headers["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize("token", ["", "x", "7", "%", "..%2Fall", "a" * 300, "%00"])
def test_a_wrong_token_is_no_feed(site: tuple[str, Desk], token: str) -> None:
    address, desk = site
    desk.private.address(desk.anna)
    assert requests.get(f"{address}/feeds/private/{token}.atom", timeout=10).status_code == 404


def test_what_is_made_public_does_not_hold_it(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    token = desk.private.address(desk.anna).rpartition("/")[2].removesuffix(".atom")
    backup.write(desk.database, tmp_path / "public", clock(), public=True)
    backup.write(desk.database, tmp_path / "whole", clock())
    assert token not in gzip.decompress((tmp_path / "public").read_bytes()).decode()
    assert token in gzip.decompress((tmp_path / "whole").read_bytes()).decode()
