"""From articles to owed deliveries: nothing owed twice, nothing forgotten, nobody told of the past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import Clock
from newsroom import DRUGS, EXTREMISM, Newsroom
from sqlalchemy.engine import Connection

from bot.alerts import Announcer
from bot.store import deliveries, destinations
from feeds.database import Database
from feeds.matching import StoredTopics
from feeds.model import Topic
from feeds.store import articles, shelf, stories, topics


@pytest.fixture
def newsroom(database: Database, clock: Clock) -> Newsroom:
    return Newsroom(database, clock)


def owed(newsroom: Newsroom, destination_id: int) -> list[deliveries.DeliveryRow]:
    with newsroom.database.read() as connection:
        return deliveries.listing(connection, destination_id=destination_id)


def test_an_article_is_owed_to_those_who_follow_its_topic(newsroom: Newsroom) -> None:
    follower, other = newsroom.follower("desk"), newsroom.follower("narcotics", DRUGS.slug)
    article = newsroom.publish()
    done = newsroom.announcer.announce_all()
    assert (done.articles, done.deliveries) == (1, 1)
    (row,) = owed(newsroom, follower.id)
    assert (row.title, row.url, row.state, row.topics) == (article.title, article.url, "pending", (EXTREMISM.slug,))
    assert owed(newsroom, other.id) == []


def test_the_alert_says_what_interface_promises(newsroom: Newsroom, clock: Clock) -> None:
    follower = newsroom.follower("desk")
    article = newsroom.publish()
    newsroom.announcer.announce_all()
    with newsroom.database.read() as connection:
        (delivery,) = deliveries.pending(connection, follower.id, clock(), 10)
    data = delivery.alert.data
    assert delivery.alert.type == "article.published"
    assert delivery.uid.startswith("msg_")
    assert data["article"]["id"] == article.uid
    assert data["source"] == {"slug": "portal", "title": "The Portal", "time_zone": "UTC"}
    (topic,) = data["topics"]
    assert topic["slug"] == EXTREMISM.slug
    assert [word.casefold() for word in topic["matched"]] == ["violent extremism", "conference"]
    assert data["sequence"] == 1
    excerpt = data["excerpt"]
    marked = [excerpt["text"][start:end] for start, end in excerpt["marks"]]
    assert "conference" in marked


def test_an_article_is_announced_once(newsroom: Newsroom) -> None:
    follower = newsroom.follower("desk")
    newsroom.publish()
    newsroom.announcer.announce_all()
    assert newsroom.announcer.announce_all().articles == 0
    assert len(owed(newsroom, follower.id)) == 1


def test_a_crash_before_the_commit_owes_it_afterwards(newsroom: Newsroom) -> None:
    follower = newsroom.follower("desk")
    newsroom.publish()

    class PowerCutError(Exception):
        pass

    real, calls = newsroom.announcer._clock, 0

    def failing() -> object:
        nonlocal calls
        calls += 1
        raise PowerCutError

    newsroom.announcer._clock = failing  # type: ignore[assignment]
    with pytest.raises(PowerCutError):
        newsroom.announcer.announce()
    newsroom.announcer._clock = real
    assert owed(newsroom, follower.id) == []
    assert newsroom.announcer.announce_all().deliveries == 1


def test_the_baseline_is_shown_and_told_to_nobody(newsroom: Newsroom) -> None:
    follower = newsroom.follower("desk")
    article = newsroom.publish(baseline=True)
    assert newsroom.announcer.announce_all().articles == 1
    assert owed(newsroom, follower.id) == []
    with newsroom.database.read() as connection:
        assert [one.id for one in articles.newest(connection, topic=EXTREMISM.slug)] == [article.id]
        marked = {one.path for one in shelf.stale(connection, 100)}
    assert {"all", "sources/portal", f"topics/{EXTREMISM.slug}"} <= marked


def test_a_story_is_told_once_and_names_its_copies(newsroom: Newsroom, clock: Clock) -> None:
    follower = newsroom.follower("desk")
    first = newsroom.publish()
    newsroom.announcer.announce_all()
    copy = newsroom.publish(title="Copied: ASEAN members meet on violent extremism")
    with newsroom.database.write() as connection:
        stories.join(connection, copy.id or 0, first.id or 0)
    assert newsroom.announcer.announce_all().deliveries == 0
    assert len(owed(newsroom, follower.id)) == 1
    with newsroom.database.read() as connection:
        (waiting,) = deliveries.pending(connection, follower.id, clock(), 10)
    assert waiting.alert.data["article"]["url"] == first.url
    assert waiting.alert.data["story"]["also"] == [{"url": copy.url, "source": "portal", "source_title": "The Portal"}]


def test_copies_found_together_are_named_in_the_one_alert(newsroom: Newsroom, clock: Clock) -> None:
    follower = newsroom.follower("desk")
    first, copy = newsroom.publish(), newsroom.publish(title="Copied")
    with newsroom.database.write() as connection:
        stories.join(connection, copy.id or 0, first.id or 0)
    newsroom.announcer.announce_all()
    with newsroom.database.read() as connection:
        (delivery,) = deliveries.pending(connection, follower.id, clock(), 10)
    assert delivery.alert.data["story"]["also"] == [{"url": copy.url, "source": "portal", "source_title": "The Portal"}]


def test_a_change_worth_telling_is_told_under_its_own_key(newsroom: Newsroom, clock: Clock) -> None:
    follower = newsroom.follower("desk")
    article = newsroom.publish()
    newsroom.announcer.announce_all()
    with newsroom.database.write() as connection:
        articles.revise(connection, article.id or 0, article, clock(), tell=True)
    assert newsroom.announcer.announce_all().deliveries == 1
    assert [row.type for row in owed(newsroom, follower.id)] == ["article.updated", "article.published"]


def test_a_quiet_change_is_told_to_nobody(newsroom: Newsroom, clock: Clock) -> None:
    follower = newsroom.follower("desk")
    article = newsroom.publish()
    newsroom.announcer.announce_all()
    with newsroom.database.write() as connection:
        articles.revise(connection, article.id or 0, article, clock(), tell=False)
    assert newsroom.announcer.announce_all().deliveries == 0
    assert len(owed(newsroom, follower.id)) == 1


def test_a_change_that_makes_a_topic_match_is_told_to_those_who_were_not_told(newsroom: Newsroom, clock: Clock) -> None:
    desk, narcotics = newsroom.follower("desk"), newsroom.follower("narcotics", DRUGS.slug)
    article = newsroom.publish()
    newsroom.announcer.announce_all()
    grown = replace(article, text=article.text + " It also spoke of heroin.")
    with newsroom.database.write() as connection:
        articles.revise(connection, article.id or 0, grown, clock(), tell=False)
    assert newsroom.announcer.announce_all().deliveries == 1
    assert [row.type for row in owed(newsroom, narcotics.id)] == ["article.published"]
    assert len(owed(newsroom, desk.id)) == 1


def test_a_muted_destination_is_owed_nothing_but_it_is_written_down(newsroom: Newsroom, clock: Clock) -> None:
    follower = newsroom.follower("desk")
    newsroom.subscriptions.mute(follower, timedelta(hours=8))
    newsroom.publish()
    newsroom.announcer.announce_all()
    assert [row.state for row in owed(newsroom, follower.id)] == ["skipped"]
    with newsroom.database.read() as connection:
        assert deliveries.next_pending(connection, follower.id, clock()) is None


def test_quiet_hours_put_an_alert_off_and_an_urgent_topic_does_not_wait(newsroom: Newsroom, clock: Clock) -> None:
    sleeper = newsroom.follower("sleeper")
    newsroom.subscriptions.set_quiet(sleeper, "07:00-09:00")
    newsroom.publish()
    newsroom.announcer.announce_all()
    with newsroom.database.read() as connection:
        assert deliveries.pending(connection, sleeper.id, clock(), 10) == []
        due = deliveries.next_pending(connection, sleeper.id, clock())
    assert due == clock.now.replace(hour=9)
    with newsroom.database.write() as connection:
        topics.save_topic(connection, Topic("coup", "coup", urgent=True), clock())
    newsroom.subscriptions.follow(sleeper, "coup")
    newsroom.publish("A coup", "A coup was reported.")
    newsroom.announcer.announce_all()
    with newsroom.database.read() as connection:
        assert [
            one.alert.data["article"]["title"] for one in deliveries.pending(connection, sleeper.id, clock(), 10)
        ] == ["A coup"]


def test_a_new_topic_is_live_at_the_next_article_and_looks_back(newsroom: Newsroom, clock: Clock) -> None:
    follower = newsroom.follower("desk")
    old = newsroom.publish("Cooperation on piracy", "The navies agreed on cooperation against piracy.")
    newsroom.announcer.announce_all()
    with newsroom.database.write() as connection:
        topics.save_topic(connection, Topic("piracy", "piracy"), clock())
    newsroom.subscriptions.follow(follower, "piracy")
    new = newsroom.publish("Piracy again", "Piracy was seen again.")
    newsroom.announcer.announce_all()
    while newsroom.announcer.backfill():
        pass
    with newsroom.database.read() as connection:
        assert [one.id for one in articles.newest(connection, topic="piracy")] == [new.id, old.id]
    assert [row.title for row in owed(newsroom, follower.id)] == ["Piracy again"]


def test_a_changed_query_forgets_what_it_no_longer_selects(newsroom: Newsroom, clock: Clock) -> None:
    newsroom.publish()
    newsroom.announcer.announce_all()
    with newsroom.database.write() as connection:
        topics.save_topic(connection, Topic(EXTREMISM.slug, "nothing-like-it", title="x"), clock())
    while newsroom.announcer.backfill():
        pass
    with newsroom.database.read() as connection:
        assert articles.newest(connection, topic=EXTREMISM.slug) == []


def test_sequence_numbers_have_no_gaps(newsroom: Newsroom, clock: Clock) -> None:
    follower = newsroom.follower("desk")
    for _ in range(3):
        newsroom.publish()
        newsroom.announcer.announce_all()
    with newsroom.database.read() as connection:
        found = deliveries.pending(connection, follower.id, clock(), 10)
        assert destinations.destination_by_id(connection, follower.id) is not None
    assert [one.alert.data["sequence"] for one in found] == [1, 2, 3]


@pytest.mark.parametrize("step", [Announcer.announce, Announcer.backfill])
def test_all_topics_are_read_where_nobody_waits_to_write(
    sqlite_database: Database, clock: Clock, step: Callable[[Announcer], object]
) -> None:
    writing = []

    class Watched(StoredTopics):
        def refresh(self, connection: Connection) -> None:
            writing.append("tocsin_write" in connection.get_execution_options())
            super().refresh(connection)

    Newsroom(sqlite_database, clock)
    step(Announcer(sqlite_database, Watched(), clock))
    assert writing == [False, True]
