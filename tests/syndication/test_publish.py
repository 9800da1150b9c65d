"""Feeds are rendered when something changed, once, and hold what the store holds."""

from __future__ import annotations

import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import feed_validity
import pytest
from conftest import Clock
from lxml import etree
from stored import numbered, same_story, store_articles, store_match, store_source, store_topic

import feeds
from feeds.database import Database
from feeds.model import Span
from feeds.publish import Site, ahead, ensure_all, publish_stale
from feeds.publish.ahead import publish_one
from feeds.publish.revision import revision
from feeds.store import articles, facts, shelf, topics
from feeds.store.shelf import RenderedFeed

SITE = Site("https://news.example.org", "Watch", tag="news.example.org,2026", description="What is new", language="en")


def publish(database: Database, clock: Clock, *paths: str, site: Site = SITE) -> int:
    with database.write() as connection:
        shelf.mark_stale(connection, paths, clock())
    return publish_stale(database, site, clock())


def served(database: Database, path: str) -> RenderedFeed:
    with database.read() as connection:
        found = shelf.lookup(connection, path)
    assert found is not None, path
    return found


def json_of(database: Database, feed: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(served(database, f"{feed}.json").body)
    return document


def titles(database: Database, feed: str) -> list[str]:
    return [item["title"] for item in json_of(database, feed)["items"]]


def test_feeds_exist_and_are_valid_before_there_is_any_article(database: Database, clock: Clock) -> None:
    store_source(database, clock(), "ministry", "Ministry of Security")
    store_topic(database, clock(), "maritime", "sea")
    assert ensure_all(database, SITE, clock()) == 3
    assert publish_stale(database, SITE, clock()) == 9
    for feed in ("all", "sources/ministry", "topics/maritime"):
        assert feed_validity.rss_problems(served(database, f"{feed}.rss").body) == []
        assert feed_validity.atom_problems(served(database, f"{feed}.atom").body) == []
        assert feed_validity.json_problems(served(database, f"{feed}.json").body) == []
        assert json_of(database, feed)["items"] == []
    assert json_of(database, "sources/ministry")["title"] == "Ministry of Security · Watch"
    assert ensure_all(database, SITE, clock()) == 0
    assert publish_stale(database, SITE, clock()) == 0


def test_what_changes_in_the_archive_is_shown_again(database: Database, clock: Clock) -> None:
    source = store_source(database, clock())
    old, *_ = store_articles(database, source, numbered(source, 1, 10), clock())
    untouched = clock.advance(minutes=1)
    with database.write() as connection:
        (article,) = articles.by_ids(connection, [old])
        articles.revise(connection, old, article, untouched, tell=False)
    clock.advance(minutes=1)
    store_articles(database, source, numbered(source, 11, 200), clock())
    ensure_all(database, SITE, clock())
    publish(database, clock)
    assert "Article 1" not in titles(database, "all")  # what is shown was found after it had changed
    shown = len(titles(database, "all"))
    with database.write() as connection:
        articles.revise(connection, old, replace(article, title="Changed"), clock.advance(minutes=1), tell=False)
    publish(database, clock, "all")
    assert titles(database, "all")[shown:] == ["Changed"]
    assert json_of(database, "all")["items"][-1]["date_modified"] == clock().strftime("%Y-%m-%dT%H:%M:%SZ")


def test_processes_that_start_together_do_not_collide(database: Database, clock: Clock) -> None:
    store_source(database, clock())
    together = threading.Barrier(4)
    failures: list[Exception] = []

    def begin() -> None:
        together.wait()
        try:
            ensure_all(database, SITE, clock())
            publish_stale(database, SITE, clock())
        except Exception as error:
            failures.append(error)

    processes = [threading.Thread(target=begin) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert failures == []
    publish_stale(database, SITE, clock())
    assert titles(database, "sources/ministry") == []


def test_a_feed_holds_its_own_articles_newest_first(database: Database, clock: Clock) -> None:
    ministry, agency = store_source(database, clock()), store_source(database, clock(), "agency", "Agency")
    topic = store_topic(database, clock(), "maritime", "sea")
    first = store_articles(database, ministry, numbered(ministry, 1, 3), clock())
    store_articles(database, agency, numbered(agency, 4, 5), clock.advance(minutes=5))
    text = numbered(ministry, 2, 2)[0].text
    sea = Span("text", text.index("sea"), text.index("sea") + 3, "sea")
    store_match(database, topic, first[1], sea)
    publish(database, clock, "all", "sources/agency", "topics/maritime")
    assert titles(database, "all") == ["Article 5", "Article 4", "Article 3", "Article 2", "Article 1"]
    assert titles(database, "sources/agency") == ["Article 5", "Article 4"]
    assert titles(database, "topics/maritime") == ["Article 2"]
    (item,) = json_of(database, "topics/maritime")["items"]
    assert item["_tocsin"]["matched"] == ["sea"]
    assert item["tags"] == ["Maritime"]
    assert item["_tocsin"]["source"] == {"title": "Ministry", "url": "https://ministry.example/news"}
    assert served(database, "all.rss").last_modified == clock()
    assert b"<strong>sea</strong>" in served(database, "topics/maritime.rss").body.replace(b"&lt;", b"<").replace(
        b"&gt;", b">"
    )


def test_what_a_person_follows_is_nobody_elses_business(database: Database, clock: Clock) -> None:
    source = store_source(database, clock())
    private = store_topic(database, clock(), "chat-1-1", "sea", owner="telegram:1")
    (article,) = store_articles(database, source, numbered(source, 1, 1), clock())
    store_match(database, private, article)
    ensure_all(database, SITE, clock())
    publish(database, clock, "all", "topics/chat-1-1")
    with database.read() as connection:
        assert shelf.lookup(connection, "topics/chat-1-1.rss") is None
    assert b"chat-1-1" not in served(database, "all.json").body.lower()


def test_a_copy_is_named_beside_its_first(database: Database, clock: Clock) -> None:
    ministry, agency = store_source(database, clock()), store_source(database, clock(), "agency", "Agency")
    (first,) = store_articles(database, ministry, numbered(ministry, 1, 1), clock())
    (copy,) = store_articles(database, agency, numbered(agency, 1, 1), clock())
    same_story(database, first, copy)
    publish(database, clock, "sources/ministry")
    (item,) = json_of(database, "sources/ministry")["items"]
    assert [one["url"] for one in item["_tocsin"]["also"]] == ["https://agency.example/news/1"]


def test_rendering_the_same_articles_again_changes_nothing(database: Database, clock: Clock) -> None:
    source = store_source(database, clock())
    store_articles(database, source, numbered(source, 1, 3), clock())
    assert publish(database, clock, "all") == 3
    before = served(database, "all.atom")
    clock.advance(days=1)
    assert publish(database, clock, "all") == 0
    assert served(database, "all.atom") == before


def test_a_new_name_of_the_site_renders_everything_anew(database: Database, clock: Clock) -> None:
    store_source(database, clock())
    ensure_all(database, SITE, clock())
    publish_stale(database, SITE, clock())
    moved = Site("https://other.example.org", "Watch", tag=SITE.tag)
    assert ensure_all(database, moved, clock()) == 2
    assert publish_stale(database, moved, clock()) == 6
    assert b"https://other.example.org/feeds/all.rss" in served(database, "all.rss").body


def test_another_renderer_renders_everything_anew(database: Database, clock: Clock) -> None:
    source = store_source(database, clock())
    store_articles(database, source, numbered(source, 1, 1), clock())
    ensure_all(database, SITE, clock())
    publish_stale(database, SITE, clock())
    etags = [served(database, path).etag for path in ("all.rss", "sources/ministry.atom")]
    with database.write() as connection:
        facts.put(connection, ahead.SITE, f"{SITE.digest} {'0' * 32}")  # as an older release has left it
    assert ensure_all(database, SITE, clock.advance(days=1)) == 2
    assert publish_stale(database, SITE, clock()) == 0, "the same bytes were told as a change"
    assert [served(database, path).etag for path in ("all.rss", "sources/ministry.atom")] == etags
    assert ensure_all(database, SITE, clock()) == 0


@pytest.mark.parametrize(
    "module", ["model.py", "render/view.py", "render/words.py", "render/rss_atom.py", "publish/contents.py"]
)
def test_a_changed_module_is_another_renderer(tmp_path: Path, module: str) -> None:
    shutil.copytree(Path(feeds.__file__).parent, tmp_path / "feeds", ignore=shutil.ignore_patterns("__pycache__"))
    before = revision(tmp_path / "feeds")
    assert before == revision()
    changed = tmp_path / "feeds" / module
    changed.write_bytes(changed.read_bytes() + b"\nADDED = 1\n")
    revision.cache_clear()
    assert revision(tmp_path / "feeds") != before


def test_a_removed_topic_takes_its_feed_with_it(database: Database, clock: Clock) -> None:
    store_topic(database, clock(), "maritime", "sea")
    ensure_all(database, SITE, clock())
    publish_stale(database, SITE, clock())
    with database.write() as connection:
        topics.remove_topic(connection, "maritime")
    assert ensure_all(database, SITE, clock()) == 1
    publish_stale(database, SITE, clock())
    with database.read() as connection:
        assert {path.rpartition(".")[0] for path in shelf.versions(connection)} == {"all"}
        assert shelf.stale(connection, 10) == []


def test_a_feed_that_cannot_be_rendered_does_not_stop_the_others(
    database: Database, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Site("not-an-address")
    assert publish(database, clock, "all", site=broken) == 0
    assert "the feed all could not be rendered" in caplog.text
    with database.read() as connection:
        assert [one.path for one in shelf.stale(connection, 10)] == ["all"]
    assert publish_stale(database, SITE, clock()) == 3


def test_an_article_that_comes_while_rendering_is_rendered_next(database: Database, clock: Clock) -> None:
    source = store_source(database, clock())
    with database.write() as connection:
        shelf.mark_stale(connection, ["all"], clock())
        (seen,) = shelf.stale(connection, 1)
    store_articles(database, source, numbered(source, 1, 1), clock())
    with database.write() as connection:
        shelf.mark_stale(connection, ["all"], clock())
    publish_one(database, SITE, seen, clock())
    with database.read() as connection:
        assert [one.path for one in shelf.stale(connection, 10)] == ["all"]
    publish_stale(database, SITE, clock())
    assert titles(database, "all") == ["Article 1"]


def test_while_one_process_publishes_another_leaves_it_alone_until_its_time_is_over(
    database: Database, clock: Clock
) -> None:
    from feeds.publish.ahead import PUBLISHER
    from feeds.store import facts

    with database.write() as connection:
        shelf.mark_stale(connection, ["all"], clock())
        assert facts.hold(connection, PUBLISHER, "another", clock(), clock.advance(minutes=2))
    clock.advance(minutes=-1)
    assert publish_stale(database, SITE, clock()) == 0
    assert publish_stale(database, SITE, clock.advance(minutes=5)) == 3


def test_the_archive_holds_every_article_that_the_feed_does_not(database: Database, clock: Clock) -> None:
    """A reader that was away follows prev-archive and misses nothing."""
    from feeds.publish import OnDemand

    source = store_source(database, clock())
    store_articles(database, source, numbered(source, 1, 400), clock())
    publish(database, clock, "all")
    on_demand = OnDemand(database, SITE, clock)
    found: set[str] = set()
    body: bytes | None = served(database, "all.atom").body
    pages = 0
    while body is not None:
        assert feed_validity.atom_problems(body) == []
        root = etree.fromstring(body)
        found |= {str(title.text) for title in root.iter("{http://www.w3.org/2005/Atom}title")}
        link = root.find("{http://www.w3.org/2005/Atom}link[@rel='prev-archive']")
        body = None
        if link is not None:
            pages += 1
            address, _, before = str(link.get("href")).partition("?before=")
            assert address == "https://news.example.org/feeds/all.atom"
            page = on_demand.feed("all", "atom", before=before)
            assert page is not None
            assert page.last_modified == clock()
            body = page.body
    assert pages >= 2
    assert {f"Article {number}" for number in range(1, 401)} <= found
