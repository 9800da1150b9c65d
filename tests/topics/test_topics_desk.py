"""Topics made on the page or through the API: public as declared ones are, and kept by the database over restarts."""

from __future__ import annotations

import pytest
from browser import services
from conftest import Clock
from newsroom import DRUGS, EXTREMISM, Newsroom

from bot.subscriptions import Subscriptions
from bot.web.operations import Operations
from bot.web.pages.topics import read_topics
from feeds.database import Database
from feeds.errors import QueryError
from feeds.model import DESK, Topic
from feeds.publish.contents import public_topic
from feeds.store import shelf, topics
from feeds.store.queries import read_query

PATROLS = Topic("patrols", "patrol", "Patrols")


@pytest.fixture
def newsroom(database: Database, clock: Clock) -> Newsroom:
    return Newsroom(database, clock)


@pytest.fixture
def operations(newsroom: Newsroom, database: Database, clock: Clock) -> Operations:
    return Operations(services(database, clock, "http://127.0.0.1"))


def restart(database: Database, clock: Clock, *declared: Topic) -> None:
    with database.write() as connection:
        topics.declare(connection, declared or [EXTREMISM, DRUGS], clock())


def offered(database: Database) -> list[str]:
    with database.read() as connection:
        return [topic.slug for topic in topics.active_topics(connection)]


def test_a_topic_made_at_the_desk_outlives_a_restart(operations: Operations, database: Database, clock: Clock) -> None:
    saved = operations.save_topic(PATROLS)
    assert (saved.owner, saved.public) == (DESK, True)
    restart(database, clock)
    assert offered(database) == ["violent-extremism", "drugs", "patrols"]
    operations.save_topic(Topic("patrols", "patrol OR coastguard", "Patrols"))
    restart(database, clock)
    with database.read() as connection:
        kept = topics.topic_by_slug(connection, "patrols")
    assert kept is not None
    assert (kept.query, kept.owner) == ("patrol OR coastguard", DESK)
    assert operations.remove_topic("patrols")
    restart(database, clock)
    assert "patrols" not in offered(database)


def test_it_has_a_feed_a_page_and_followers(
    operations: Operations, newsroom: Newsroom, database: Database, clock: Clock
) -> None:
    operations.save_topic(PATROLS)
    with database.read() as connection:
        assert "topics/patrols" in shelf.feeds(connection)
        assert public_topic(connection, "patrols") is not None
        assert "patrols" in [line.topic.slug for line in read_topics(connection)]
    subscriptions = Subscriptions(database, clock)
    anna = subscriptions.destination("telegram", "100")
    binh = subscriptions.destination("telegram", "200")
    for destination in (anna, binh):
        assert subscriptions.follow(destination, "patrols").topic.owner == DESK
    # One follower's leaving is not the topic's end.
    subscriptions.unfollow(anna, "patrols")
    subscriptions.unfollow(binh, "patrols")
    assert "patrols" in offered(database)
    subscriptions.follow(anna, "patrols")
    newsroom.publish("Joint patrol ends", "Two ships patrol the gulf.")
    assert newsroom.announcer.announce_all().deliveries == 1


def test_the_file_is_right_about_what_it_declares(operations: Operations, database: Database, clock: Clock) -> None:
    operations.save_topic(PATROLS)
    restart(database, clock, Topic("patrols", "coastguard", "Coastguard"))
    with database.read() as connection:
        declared = topics.topic_by_slug(connection, "patrols")
    assert declared is not None
    assert (declared.query, declared.owner) == ("coastguard", None)
    # An edit of what is declared lasts until the next start, and does not take it out of the file's hand.
    assert operations.save_topic(PATROLS).owner is None
    restart(database, clock, EXTREMISM)
    assert offered(database) == ["violent-extremism"]


def test_it_may_be_named_and_may_name_others_but_not_in_a_circle(operations: Operations, database: Database) -> None:
    operations.save_topic(PATROLS)
    operations.save_topic(Topic("gulf", "gulf @patrols", "The gulf"))
    with database.read() as connection:
        assert read_query(connection, "@gulf OR heroin").text == "@gulf OR heroin"
        with pytest.raises(QueryError, match="there is no topic «nowhere»"):
            read_query(connection, "@nowhere")
    with pytest.raises(QueryError, match="in a circle: patrols → gulf → patrols"):
        operations.save_topic(Topic("patrols", "patrol OR @gulf", "Patrols"))
