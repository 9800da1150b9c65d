"""What is old goes, a little at a time; what a source still lists is never news again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from conftest import Clock
from fake_site import FakeSite
from newsroom import EXTREMISM, Newsroom
from portal import Portal, stories

from bot.retention import BATCH, Removed, Retention
from bot.store import deliveries
from bot.store.tables import alerts, attempts
from feeds import targets
from feeds.alarms import Alarm
from feeds.database import Database
from feeds.fetch import Fetcher
from feeds.model import Source
from feeds.store import alarms, articles, sources
from feeds.store.tables import sources as source_table
from feeds.visits import Visits
from feeds.watch import Watcher

DAYS = 30


class Archive:
    """A newsroom whose source lists what it is told to, and a retention of thirty days."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.newsroom = Newsroom(database, clock)
        self.retention = Retention(database, clock, DAYS)
        self.lists(())

    def lists(self, ids: tuple[int, ...] | None) -> None:
        learned = {} if ids is None else {"listed": list(ids)}
        with self.database.write() as connection:
            connection.execute(
                sa.update(source_table).where(source_table.c.id == self.newsroom.source).values(learned=learned)
            )

    def publish(self, number: int) -> list[int]:
        found = [self.newsroom.publish(f"Meeting {one} on violent extremism").id or 0 for one in range(number)]
        self.newsroom.announcer.announce_all()
        return found

    def stored(self) -> list[int]:
        with self.database.read() as connection:
            return articles.ids(connection)

    def count(self, table: sa.Table) -> int:
        with self.database.read() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())

    def finish(self) -> None:
        """Every delivery was sent."""
        with self.database.write() as connection:
            for row in deliveries.listing(connection, state="pending", limit=1000):
                number = connection.execute(
                    sa.text("SELECT id FROM deliveries WHERE uid = :uid"), {"uid": row.uid}
                ).scalar_one()
                deliveries.record(connection, [deliveries.Outcome(number, "sent", True, 200, "OK", 0.1, self.clock())])


@pytest.fixture
def archive(database: Database, clock: Clock) -> Archive:
    return Archive(database, clock)


def test_articles_go_when_they_are_old_and_unlisted(archive: Archive) -> None:
    old = archive.publish(4)
    archive.clock.advance(days=DAYS, seconds=1)
    young = archive.publish(2)
    archive.lists((old[1], *young))
    assert archive.retention.sweep().articles == 3
    assert archive.stored() == [old[1], *young]
    assert archive.retention.sweep() == Removed()


def test_nothing_goes_of_a_source_whose_list_is_not_known(archive: Archive) -> None:
    old = archive.publish(3)
    archive.lists(None)
    archive.clock.advance(days=DAYS + 1)
    archive.publish(1)
    assert archive.retention.sweep().articles == 0
    assert len(archive.stored()) == len(old) + 1


def test_the_newest_article_and_what_waits_to_be_announced_stay(archive: Archive) -> None:
    archive.publish(2)
    waiting = archive.newsroom.publish("Not announced yet")
    newest = archive.newsroom.publish("The newest")
    archive.clock.advance(days=DAYS + 1)
    archive.retention.sweep()
    assert archive.stored() == [waiting.id, newest.id]


def test_many_go_in_batches(archive: Archive) -> None:
    with archive.database.write() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO articles (uid, source_id, story_id, url, title, summary, text, html, categories, found,"
                " baseline, announced_at, tell_revision) VALUES (:uid, :source, 0, 'https://x.example/', 't', '', '',"
                " '', '[]', :now, :yes, :now, :no)"
            ),
            [
                {
                    "uid": f"{n:032d}",
                    "source": archive.newsroom.source,
                    "now": archive.clock().replace(tzinfo=None),
                    "yes": True,
                    "no": False,
                }
                for n in range(BATCH * 2 + 10)
            ],
        )
    archive.clock.advance(days=DAYS + 1)
    assert archive.retention.sweep().articles == BATCH * 2 + 9


def test_the_feeds_that_held_them_are_rendered_again(archive: Archive) -> None:
    archive.publish(2)
    archive.clock.advance(days=DAYS + 1)
    archive.publish(1)
    with archive.database.write() as connection:
        connection.execute(sa.text("DELETE FROM stale_feeds"))
    archive.retention.sweep()
    with archive.database.read() as connection:
        paths = set(connection.execute(sa.text("SELECT path FROM stale_feeds")).scalars())
    assert paths == {"all", "sources/portal", f"topics/{EXTREMISM.slug}"}


def test_deliveries_go_with_their_article_and_what_is_owed_stays(archive: Archive) -> None:
    archive.newsroom.follower("desk")
    kept, *_ = archive.publish(3)
    archive.finish()
    archive.lists((kept,))
    archive.newsroom.follower("slow")
    archive.publish(1)
    archive.clock.advance(days=DAYS + 1)
    removed = archive.retention.sweep()
    assert (removed.deliveries, removed.alerts) == (2, 2)
    with archive.database.read() as connection:
        states = sorted(row.state for row in deliveries.listing(connection))
    assert states == ["pending", "pending", "sent"]
    assert archive.count(attempts) == 1
    assert archive.count(alerts) == 2


def test_past_alarms_go_except_the_newest(archive: Archive) -> None:
    now = archive.clock()
    alarm = Alarm("silent", now, "news", "none", "Look.")
    with archive.database.write() as connection:
        for _ in range(3):
            number = alarms.raise_alarm(connection, archive.newsroom.source, alarm, now)
            alarms.end(connection, number, now, told=True)
        alarms.raise_alarm(connection, archive.newsroom.source, alarm, now)
    archive.clock.advance(days=DAYS + 1)
    assert archive.retention.sweep().alarms == 3


def test_it_happens_once_a_day_in_whichever_process(archive: Archive) -> None:
    other = Retention(archive.database, archive.clock, DAYS)
    archive.publish(2)
    archive.clock.advance(days=DAYS + 1)
    assert archive.retention.sweep_daily().articles == 1
    archive.publish(1)
    archive.clock.advance(hours=23)
    assert other.sweep_daily() == archive.retention.sweep_daily() == Removed()
    archive.clock.advance(hours=2)
    assert other.sweep_daily().articles == 1


def test_zero_days_keep_everything(archive: Archive) -> None:
    archive.publish(3)
    archive.clock.advance(days=40_000)
    assert Retention(archive.database, archive.clock, 0).sweep_daily() == Removed()
    assert len(archive.stored()) == 3


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite() as site:
        yield site


def test_an_old_item_that_is_still_listed_is_never_news_again(database: Database, clock: Clock, site: FakeSite) -> None:
    portal = Portal(site)
    for story in stories(14):
        portal.publish(story)
    with Fetcher(user_agent="Tocsin tests", allow_private_networks=True, deadline=5) as fetcher:
        watcher = Watcher(
            database, Visits(fetcher, clock, user_agent="Tocsin tests", pace=timedelta(0)), clock, lambda: 0.5
        )
        with database.write() as connection:
            source = sources.add(connection, Source("portal", portal.url, kind="page"), clock())
        _look(database, watcher, clock, source)
        for story in stories(15)[14:]:
            portal.publish(story)
        clock.advance(hours=1)
        _look(database, watcher, clock, source)
        with database.write() as connection:
            every = articles.ids(connection)
            articles.announced(connection, every, clock())
        clock.advance(days=DAYS + 1)
        removed = Retention(database, clock, DAYS).sweep()
        assert (len(every), removed.articles) == (11, 1)
        portal.stories[3].title += " again"
        portal.show()
        _look(database, watcher, clock, source)
    with database.write() as connection:
        assert [one.article.title for one in articles.unannounced(connection, 100)] == []
        assert len(articles.ids(connection)) == 10


def _look(database: Database, watcher: Watcher, clock: Clock, source: int) -> None:
    with database.write() as connection:
        targets.due_at(connection, "source", source, clock())
        claims = targets.claim(connection, ["source"], clock(), 10, timedelta(minutes=5))
    for claim in claims:
        watcher.work(claim)
