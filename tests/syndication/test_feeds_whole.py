"""Every kind of feed address, asked of the program's own server over a real store: valid, and naming itself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import feed_validity
import pytest
import requests
import settings_folder
from conftest import Clock
from lxml import etree
from served_feeds import serving
from stored import numbered, same_story, store_articles, store_match, store_source, store_topic

from bot.app import App, build
from bot.private_feeds import PrivateFeeds
from bot.settings import load
from bot.subscriptions import Subscriptions
from feeds import publish
from feeds.model import Article, Enclosure, Span
from feeds.store import articles, shelf, sources

ATOM = "{http://www.w3.org/2005/Atom}"
BASE_URL = "https://news.example.org"
PROBLEMS = {
    "rss": feed_validity.rss_problems,
    "atom": feed_validity.atom_problems,
    "json": feed_validity.json_problems,
}


@dataclass
class Served:
    """The program's feeds under `address`, which stands for `BASE_URL`."""

    app: App
    clock: Clock
    address: str = ""

    def get(self, path: str) -> requests.Response:
        return requests.get(self.address + path, timeout=10)

    def titles(self, path: str) -> list[str]:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return [item["title"] for item in answer.json()["items"]]


@pytest.fixture(scope="module")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, clock = tmp_path_factory.mktemp("served"), Clock()
    settings_folder.write(folder, sources="", topics="")
    shutil.copy(sqlite_template, folder / "tocsin.db")
    environment = {"DATABASE_URL": f"sqlite:///{folder}/tocsin.db", "TOCSIN_PUBLIC_URL": BASE_URL}
    app = build(load(folder, environment), roles=(), clock=clock)
    ministry = store_source(app.database, clock())
    agency = store_source(app.database, clock(), "agency", "Hãng tin & Co")
    sea = store_topic(app.database, clock(), "sea", "sea")
    cup = store_topic(app.database, clock(), "cup", "football OR cup")
    ids = store_articles(app.database, ministry, numbered(ministry, 1, 120), clock())
    match = Article(
        "https://agency.example/cup",
        "Bóng đá & <test>: the “cup”",
        author="Giang Anh",
        published=clock() - timedelta(hours=1),
        text="A football cup.\n\nTwo goals & a penalty; 1 < 2.",
        language="vi",
        enclosures=(Enclosure("https://agency.example/cup.mp3", "audio/mpeg", 12_345),),
    )
    (football,) = store_articles(app.database, agency, [match], clock())
    same_story(app.database, ids[-1], football)
    for article in ids[-3:]:
        store_match(app.database, sea, article, Span("text", 38, 41, "sea"))
    store_match(app.database, cup, football, Span("text", 2, 10, "football"))
    publish.ensure_all(app.database, app.site, clock())
    publish.publish_stale(app.database, app.site, clock())
    made = Served(app, clock)
    with serving(app.feed_server) as made.address:
        yield made
    app.database.close()


def story(served: Served) -> str:
    with served.app.database.read() as connection:
        return articles.newest(connection, limit=1)[0].uid


def archive(served: Served, extension: str) -> str:
    link = served.get("/feeds/all.json").json()["next_url"]
    return "/feeds/all." + extension + "?" + str(link).partition("?")[2]


def private(served: Served, extension: str) -> str:
    app = served.app
    anna = Subscriptions(app.database, served.clock).destination("telegram", "7")
    Subscriptions(app.database, served.clock).follow(anna, "sea")
    return PrivateFeeds(app.database, served.clock, "").address(anna, extension)


@pytest.mark.parametrize("extension", ["rss", "atom", "json"])
@pytest.mark.parametrize(
    ("name", "hub"),
    [
        ("all.{}", True),
        ("sources/agency.{}", True),
        ("topics/sea.{}", True),
        ("topics/sea+cup.{}", False),
        ("sources/agency+ministry.{}", False),
        ("stories/STORY.{}", False),
        ("search.{}?q=" + quote("source:agency football", safe=""), False),
        ("search.{}?q=" + quote('"football cup" OR @sea', safe=""), False),
        ("search.{}?q=" + quote("bóng đá", safe="") + "&full=0", False),
        ("all.{}?full=0", False),
        ("topics/sea+cup.{}?full=0", False),
        ("ARCHIVE", False),
        ("PRIVATE", False),
        ("PRIVATE?full=0", False),
    ],
)
def test_every_feed_is_valid_and_names_the_address_asked_for(
    served: Served, name: str, hub: bool, extension: str
) -> None:
    path = "/feeds/" + name.format(extension).replace("STORY", story(served))
    path = path.replace("/feeds/ARCHIVE", archive(served, extension)) if "ARCHIVE" in path else path
    path = path.replace("/feeds/PRIVATE", private(served, extension)) if "PRIVATE" in path else path
    answer = served.get(path)
    assert answer.status_code == 200, answer.text
    assert PROBLEMS[extension](answer.content) == []
    if extension == "json":
        own = answer.json()["feed_url"]
        assert len(answer.json()["items"]) > 0
        assert ("hubs" in answer.json()) is hub
    else:
        root = etree.fromstring(answer.content)
        (own,) = (link.get("href") for link in root.iter(f"{ATOM}link") if link.get("rel") == "self" and _top(link))
        assert [link for link in root.iter(f"{ATOM}link") if link.get("rel") == "hub"] != [] or not hub
    assert own == BASE_URL + path
    assert answer.links["self"]["url"] == own
    assert ("hub" in answer.links) is hub
    again = requests.get(served.address + path, headers={"If-None-Match": answer.headers["ETag"]}, timeout=10)
    assert again.status_code == 304


def test_what_a_source_hands_out_is_handed_on(served: Served) -> None:
    (item,) = served.get("/feeds/topics/cup.json").json()["items"]
    file = {"url": "https://agency.example/cup.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 12_345}
    assert item["attachments"] == [file]


def _top(link: etree._Element) -> bool:
    parent = link.getparent()
    return parent is not None and parent.tag in (f"{ATOM}feed", "channel")


def test_a_search_may_ask_for_a_source_and_for_a_topic(served: Served) -> None:
    title = "Bóng đá & <test>: the “cup”"
    assert served.titles("/feeds/search.json?q=source:agency") == [title]
    assert served.titles("/feeds/search.json?q=source:agency%20AND%20goals") == [title]
    assert served.titles("/feeds/search.json?q=source:ministry%20AND%20goals") == []
    assert served.titles("/feeds/search.json?q=@cup") == [title]
    assert served.get("/feeds/search.json?q=@none").status_code == 400
    assert served.get("/feeds/search.json?q=").status_code == 404


def test_no_feed_holds_the_programs_own_errors(served: Served) -> None:
    with served.app.database.read() as connection:
        state = sources.state_by_slug(connection, "agency")
    assert state is not None
    assert state.source.id is not None
    paths = ["/feeds/all.json", "/feeds/sources/agency.json", "/feeds/all.rss", "/feeds/search.json?q=source:agency"]
    before = [served.get(path).content for path in paths]
    now = served.clock.advance(hours=3)
    with served.app.database.write() as connection:
        sources.record_look(
            connection,
            state.source.id,
            now,
            error_code="bot-protection",
            error="the site answered with a challenge page",
            error_since=now,
        )
        shelf.mark_stale(connection, ["all", "sources/agency"], now)
    publish.publish_stale(served.app.database, served.app.site, now)
    assert [served.get(path).content for path in paths] == before
    assert b"challenge" not in b"".join(before)


def test_a_reader_that_was_away_finds_every_article(served: Served) -> None:
    address, seen = f"{BASE_URL}/feeds/all.json", set[str]()
    while address:
        document = json.loads(served.get(address.removeprefix(BASE_URL)).content)
        seen |= {item["title"] for item in document["items"]}
        address = document.get("next_url", "")
    assert {f"Article {number}" for number in range(1, 121)} <= seen
