"""The live index of stored topics: every change is seen at the next article, however it came to be known."""

from __future__ import annotations

import logging
import random
from datetime import timedelta

import pytest
from conftest import Clock
from stored import numbered, store_articles, store_source

from feeds import matching
from feeds.database import Database
from feeds.matching import StoredTopics
from feeds.model import DESK, Article, Topic
from feeds.store import topics
from feeds.topics import evaluate, parse

WORDS = ["heroin", "border", "patrol", "terrorism", "summit", "coastguard", "ministry", "cyber", "fraud", "drill"]
ARTICLE = Article("https://a.example/1", title="Patrol at the border", text="A drill on cyber fraud.", language="en")


def save(database: Database, clock: Clock, *wanted: Topic) -> None:
    with database.write() as connection:
        for topic in wanted:
            topics.save_topic(connection, topic, clock())


def remove(database: Database, slug: str) -> None:
    with database.write() as connection:
        topics.remove_topic(connection, slug)


def matched(database: Database, stored: StoredTopics, article: Article = ARTICLE) -> list[str]:
    with database.read() as connection:
        stored.refresh(connection)
    return sorted(found.topic.slug for found in stored.match(article))


def test_a_change_is_live_at_the_next_article(database: Database, clock: Clock) -> None:
    stored = StoredTopics()
    save(database, clock, Topic("sea", "patrol", "Sea"), Topic("drugs", "heroin", "Drugs", owner="telegram:1"))
    assert matched(database, stored) == ["sea"]
    save(database, clock, Topic("drugs", "heroin OR fraud", "Drugs", owner="telegram:1"))
    assert matched(database, stored) == ["drugs", "sea"]
    remove(database, "sea")
    assert matched(database, stored) == ["drugs"]
    save(database, clock, Topic("sea", "border", "Sea"))
    assert matched(database, stored) == ["drugs", "sea"]


def test_what_names_a_topic_changes_with_it(database: Database, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    stored = StoredTopics()
    save(
        database,
        clock,
        Topic("own-1", "@both AND border", "Own", owner="telegram:1"),
        Topic("both", "@sea OR @drugs", "Both", owner=DESK),
        Topic("sea", "patrol", "Sea"),
        Topic("drugs", "heroin", "Drugs"),
    )
    assert matched(database, stored) == ["both", "own-1", "sea"]
    save(database, clock, Topic("sea", "submarine", "Sea"))
    assert matched(database, stored) == []
    save(database, clock, Topic("drugs", "fraud", "Drugs"))
    assert matched(database, stored) == ["both", "drugs", "own-1"]
    with caplog.at_level(logging.WARNING):
        remove(database, "drugs")
        assert matched(database, stored) == []
    assert {record.__dict__["topic"] for record in caplog.records} == {"both", "own-1"}
    save(database, clock, Topic("drugs", "fraud", "Drugs"))
    assert matched(database, stored) == ["both", "drugs", "own-1"]


def test_very_many_make_a_new_index_that_matches_the_same(sqlite_database: Database, clock: Clock) -> None:
    chance = random.Random(7)
    queries = {
        f"own-{number}": chance.choice(["{} {}", "{} OR {}", '"{} at" OR {}', "{} -{}"]).format(
            *chance.sample(WORDS, 2)
        )
        for number in range(2 * matching.MANY)
    }
    expected = sorted(slug for slug, query in queries.items() if evaluate(parse(query), ARTICLE))
    assert 0 < len(expected) < len(queries)
    source = store_source(sqlite_database, clock())
    store_articles(sqlite_database, source, numbered(source, 1, 20), clock())
    stored = StoredTopics()
    every = [Topic(slug, query, slug, owner="telegram:1") for slug, query in queries.items()]
    save(sqlite_database, clock, *every)
    assert matched(sqlite_database, stored) == expected

    # An index that is made beside: what changes before it is taken up is not lost.
    with sqlite_database.read() as connection:
        stored.rebuild(connection)
    save(sqlite_database, clock, Topic("late", "patrol", "Late"))
    remove(sqlite_database, expected[0])
    assert matched(sqlite_database, stored) == sorted([*expected[1:], "late"])
    assert matched(sqlite_database, stored) == sorted([*expected[1:], "late"])
    assert len(stored) == len(queries)


def test_a_new_index_is_due_daily_or_after_many_changes(sqlite_database: Database, clock: Clock) -> None:
    stored = StoredTopics()
    save(sqlite_database, clock, Topic("sea", "patrol", "Sea"))
    matched(sqlite_database, stored)
    assert not stored.is_due(clock())
    assert not stored.is_due(clock() + timedelta(days=2)), "few topics never need it"
    save(sqlite_database, clock, *[Topic(f"t-{n}", f"w{n}x", "T") for n in range(matching.MANY)])
    matched(sqlite_database, stored)
    stored = StoredTopics()
    matched(sqlite_database, stored)
    assert not stored.is_due(clock())
    assert not stored.is_due(clock() + timedelta(hours=23))
    assert stored.is_due(clock() + timedelta(hours=24))
    assert not stored.is_due(clock() + timedelta(hours=25))


def test_a_query_that_cannot_be_read_keeps_nothing_else_from_matching(
    database: Database, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    stored = StoredTopics()
    with caplog.at_level(logging.WARNING):
        save(database, clock, Topic("bad", "(patrol", "Bad"), Topic("sea", "patrol", "Sea"))
        assert matched(database, stored) == ["sea"]
    assert [record.__dict__["topic"] for record in caplog.records] == ["bad"]
    assert stored.ask(Topic("bad", "(patrol", "Bad"), [ARTICLE]) == {}
