"""`tocsin topics suggest`, what `topics test --last` sums up, and the samples that `tocsin check` runs."""

from __future__ import annotations

import tomllib

import pytest
from command import Command
from conftest import Clock
from newsroom import Newsroom

from feeds.model import DESK, Topic
from feeds.store import topics


def with_votes(newsroom: Newsroom, clock: Clock, owner: str | None) -> None:
    """A topic on oil; people want what is on the market, and nothing on olives."""
    with newsroom.database.write() as connection:
        topic = topics.save_topic(connection, Topic("oil", "oil", "Oil", owner=owner), clock())
    for number in range(45):
        newsroom.publish(f"Story {number}", f"olive oil recipe {number}" if number % 3 == 0 else f"oil market {number}")
    newsroom.announcer.announce_all()
    with newsroom.database.write() as connection:
        for article in topics.matches_of(connection, list(range(1, 100))):
            topics.vote(connection, topic.id or 0, article, "telegram:1", article % 3 != 1, clock())


def test_votes_suggest_a_query_measured_before_and_after(tocsin: Command, newsroom: Newsroom, clock: Clock) -> None:
    with_votes(newsroom, clock, None)
    said = tocsin("topics", "suggest", "oil").out
    assert said.startswith("30 👍 and 15 👎 on Oil.")
    assert "1. 67% → 100% wanted, 100% of it kept: add " in said
    # The line stands as config/topics.toml takes it.
    line = next(line for line in said.splitlines() if line.startswith("query = "))
    best = tocsin("topics", "suggest", "oil", "--json").json["suggestions"][0]
    assert tomllib.loads(line)["query"] == best["query"] == f"(oil) {best['added']}"
    assert (best["before"], best["after"]) == ({"precision": 0.667, "recall": 1.0}, {"precision": 1.0, "recall": 1.0})
    refused = tocsin("topics", "suggest", "oil", "--take", "1")
    assert refused.code == 2
    assert "config/topics.toml" in refused.err


def test_a_suggestion_for_a_topic_of_the_desk_is_taken(tocsin: Command, newsroom: Newsroom, clock: Clock) -> None:
    with_votes(newsroom, clock, DESK)
    assert tocsin("topics", "suggest", "oil", "--take", "9").code == 2
    assert "live for the next article: (oil) " in tocsin("topics", "suggest", "oil", "--take", "1").out
    with newsroom.database.read() as connection:
        topic = topics.topic_by_slug(connection, "oil")
    assert topic is not None
    assert topic.owner == DESK
    assert topic.query.startswith("(oil) ")


def test_a_followers_query_is_not_the_operators_to_change(tocsin: Command, newsroom: Newsroom, clock: Clock) -> None:
    with_votes(newsroom, clock, "telegram:1")
    assert "theirs to change" in tocsin("topics", "suggest", "oil", "--take", "1").err


def test_without_votes_it_says_how_many_are_missing(tocsin: Command, newsroom: Newsroom) -> None:
    assert "With 20 more" in tocsin("topics", "suggest", "drugs").out
    assert tocsin("topics", "suggest", "nothing").code == 2


def test_the_newest_articles_are_summed_up(tocsin: Command, newsroom: Newsroom, clock: Clock) -> None:
    for number in range(6):
        newsroom.publish(title=f"Heroin seized, number {number}", text="At the border.")
        clock.advance(hours=12)
    said = tocsin("topics", "test", "heroin (border OR submarine)", "--last", "3").out
    assert "3 of 3 articles match." in said
    assert "6 of 6 stored articles match; expect 0.2 alerts a day." in said
    assert "In no stored article: submarine" in said
    assert "Brings 100% of it alone: border" in said


def test_a_query_may_name_a_topic_of_the_desk(tocsin: Command, newsroom: Newsroom, clock: Clock) -> None:
    with_votes(newsroom, clock, DESK)
    assert tocsin("topics", "test", "@oil -olive", "--json").json["hits"] == 30


@pytest.mark.parametrize(
    ("samples", "place", "named"),
    [
        ('reject = ["inland"]\nexpect = [\n  "at sea",\n  "on land",\n]', "topics.toml:7:", "on land"),
        ('expect = ["at sea"]\nreject = ["by rail",\n"sea wall"]', "topics.toml:6:", "sea wall"),
    ],
)
def test_a_sample_that_fails_is_named_with_its_line(tocsin: Command, samples: str, place: str, named: str) -> None:
    tocsin.configure(topics=f'[[topic]]\nslug = "sea"\nquery = "sea"\n{samples}\n')
    found = tocsin("check")
    assert found.code == 2
    assert place in found.err
    assert named in found.err
