"""Documents that are rendered when somebody asks for them, and kept for a minute."""

from __future__ import annotations

import json

import pytest
from conftest import Clock
from sqlalchemy.engine import Connection
from stored import numbered, same_story, store_articles, store_match, store_source, store_topic

from feeds.database import Database
from feeds.errors import QueryError
from feeds.model import Article, Span
from feeds.publish import OnDemand, Site, on_demand
from feeds.store import articles, topics

SITE = Site("https://news.example.org", "Watch", tag="news.example.org,2026")


def search(connection: Connection, query: str, limit: int) -> list[tuple[Article, tuple[Span, ...]]]:
    """Every article whose title holds the query."""
    if query == "(":
        raise QueryError("unbalanced", query=query, position=0)
    newest = articles.newest(connection, limit=limit)
    return [(one, (Span("title", 0, 7, query),)) for one in newest if query in one.title]


@pytest.fixture
def desk(sqlite_database: Database, clock: Clock) -> OnDemand:
    return OnDemand(sqlite_database, SITE, clock, search)


def test_what_is_not_there_is_none(sqlite_database: Database, clock: Clock, desk: OnDemand) -> None:
    store_topic(sqlite_database, clock(), "private", "sea", owner="telegram:1")
    assert desk.feed("sources/none", "rss") is None
    assert desk.feed("topics/none", "rss") is None
    assert desk.feed("topics/private", "rss") is None
    assert desk.feed("stories/none", "rss") is None
    assert desk.feed("none", "rss") is None
    assert desk.feed("all", "exe") is None
    assert desk.feed("all", "rss", before="00") is None
    assert OnDemand(sqlite_database, SITE, clock).query("sea", "rss") is None


def test_without_full_text_only_summaries(sqlite_database: Database, clock: Clock, desk: OnDemand) -> None:
    source = store_source(sqlite_database, clock())
    long = Article("https://ministry.example/1", "Long", text="Words and words. " * 200)
    store_articles(sqlite_database, source, [long], clock())
    short, full = desk.feed("all", "json", full=False), desk.feed("all", "json")
    assert short is not None
    assert full is not None
    assert len(short.body) < len(full.body) / 3
    assert json.loads(short.body)["feed_url"] == "https://news.example.org/feeds/all.json?full=0"


def test_a_query_is_a_feed_with_the_words_that_matched(sqlite_database: Database, clock: Clock, desk: OnDemand) -> None:
    source = store_source(sqlite_database, clock())
    store_articles(sqlite_database, source, numbered(source, 1, 12), clock())
    found = desk.query("Article 1", "json")
    assert found is not None
    document = json.loads(found.body)
    assert [item["title"] for item in document["items"]] == ["Article 12", "Article 11", "Article 10", "Article 1"]
    assert document["feed_url"] == "https://news.example.org/feeds/search.json?q=Article%201"
    assert document["items"][0]["_tocsin"]["matched"] == ["Article"]
    assert "hubs" not in document
    with pytest.raises(QueryError):
        desk.query("(", "rss")


def test_several_topics_are_a_feed_of_what_any_of_them_holds(
    sqlite_database: Database, clock: Clock, desk: OnDemand
) -> None:
    source = store_source(sqlite_database, clock())
    stored = store_articles(sqlite_database, source, numbered(source, 1, 4), clock())
    sea = store_topic(sqlite_database, clock(), "sea", "sea")
    air = store_topic(sqlite_database, clock(), "air", "air")
    store_topic(sqlite_database, clock(), "own", "own", owner="telegram:1")
    for topic, article in ((sea, stored[0]), (air, stored[0]), (air, stored[2])):
        store_match(sqlite_database, topic, article, Span("text", 0, 7, "article"))
    found = desk.feed("topics/sea+air", "json")
    assert found is not None
    document = json.loads(found.body)
    assert document["title"] == "Sea + Air · Watch"
    assert document["feed_url"] == "https://news.example.org/feeds/topics/sea+air.json"
    assert [item["title"] for item in document["items"]] == ["Article 3", "Article 1"]
    assert document["items"][1]["tags"] == ["Sea", "Air"]
    assert document["items"][1]["_tocsin"]["matched"] == ["Article"]
    assert "hubs" not in document
    for missing in ("sea+none", "sea+own", "sea+sea", "sea+", "+", "sea+air+" + "+".join(map(str, range(30)))):
        assert desk.feed(f"topics/{missing}", "json") is None


def test_several_sources_are_a_feed_with_an_archive(sqlite_database: Database, clock: Clock, desk: OnDemand) -> None:
    for slug in ("ministry", "agency", "other"):
        source = store_source(sqlite_database, clock(), slug)
        store_articles(sqlite_database, source, numbered(source, 1, 120), clock())
    path, seen = "feeds/sources/agency+ministry.json", set[str]()
    for _ in range(20):
        before = path.partition("before=")[2] or None
        found = desk.feed("sources/agency+ministry", "json", before=before)
        assert found is not None
        document = json.loads(found.body)
        seen |= {item["url"] for item in document["items"]}
        if "next_url" not in document:
            break
        path = document["next_url"]
    assert seen == {
        f"https://{slug}.example/news/{number}" for slug in ("ministry", "agency") for number in range(1, 121)
    }
    assert desk.feed("sources/agency+none", "json") is None


def test_a_story_is_a_feed_of_its_sources(sqlite_database: Database, clock: Clock, desk: OnDemand) -> None:
    ministry, agency = store_source(sqlite_database, clock()), store_source(sqlite_database, clock(), "agency")
    (first,) = store_articles(sqlite_database, ministry, numbered(ministry, 1, 1), clock())
    (copy,) = store_articles(sqlite_database, agency, numbered(agency, 1, 1), clock())
    same_story(sqlite_database, first, copy)
    with sqlite_database.read() as connection:
        (article,) = articles.by_ids(connection, [first])
    found = desk.feed(f"stories/{article.uid}", "json")
    assert found is not None
    assert [item["url"] for item in json.loads(found.body)["items"]] == [
        "https://agency.example/news/1",
        "https://ministry.example/news/1",
    ]


def test_an_answer_is_kept_for_a_minute(sqlite_database: Database, clock: Clock, desk: OnDemand) -> None:
    source = store_source(sqlite_database, clock())
    before = desk.feed("all", "rss")
    store_articles(sqlite_database, source, numbered(source, 1, 1), clock())
    clock.advance(seconds=59)
    assert desk.feed("all", "rss") is before
    clock.advance(seconds=2)
    after = desk.feed("all", "rss")
    assert after is not None
    assert b"Article 1" in after.body


def test_what_is_kept_is_bounded(sqlite_database: Database, clock: Clock) -> None:
    source = store_source(sqlite_database, clock())
    letters = "".join(chr(0x4E00 + number % 20_000) for number in range(400_000))
    big = [Article(f"https://ministry.example/{number}", f"{number}", text=letters) for number in range(4)]
    store_articles(sqlite_database, source, big, clock())
    calls: list[str] = []

    def counted(connection: Connection, query: str, limit: int) -> list[tuple[Article, tuple[Span, ...]]]:
        calls.append(query)
        return [(one, ()) for one in articles.newest(connection, limit=limit)]

    desk = OnDemand(sqlite_database, SITE, clock, counted)
    sizes = [desk.query(str(number), "json") for number in range(6)]
    assert sum(len(one.body) for one in sizes if one is not None) > on_demand.KEPT_BYTES
    desk.query("5", "json")
    assert calls == ["0", "1", "2", "3", "4", "5"], "the newest answer was not kept"
    desk.query("0", "json")
    assert calls[-1] == "0", "the oldest answer was kept past the bound"
    assert len(calls) == 7


def test_a_topic_that_is_removed_is_no_feed(sqlite_database: Database, clock: Clock, desk: OnDemand) -> None:
    store_topic(sqlite_database, clock(), "maritime", "sea")
    with sqlite_database.write() as connection:
        topics.remove_topic(connection, "maritime")
    assert desk.feed("topics/maritime", "rss") is None
