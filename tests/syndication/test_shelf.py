"""The shelf keeps bytes with their validators, and no mark of a change is ever lost."""

from __future__ import annotations

import gzip
import threading
from datetime import timedelta
from itertools import pairwise

import sqlalchemy as sa
from conftest import Clock

from bot.web.feeds import FeedShelf
from feeds.database import Database
from feeds.store import facts, shelf
from feeds.store.shelf import Document, Stale


def document(body: bytes, clock: Clock, *, minutes_ago: int = 10) -> Document:
    return Document("application/rss+xml", body, clock() - timedelta(minutes=minutes_ago))


def mark(database: Database, clock: Clock, *paths: str) -> list[Stale]:
    with database.write() as connection:
        shelf.mark_stale(connection, paths, clock())
    return waiting(database)


def waiting(database: Database) -> list[Stale]:
    with database.read() as connection:
        return shelf.stale(connection, 100)


def save(database: Database, clock: Clock, seen: Stale, body: bytes | None, *, minutes_ago: int = 10) -> list[str]:
    made = None if body is None else document(body, clock, minutes_ago=minutes_ago)
    with database.write() as connection:
        return shelf.save(connection, seen, {"rss": made}, clock())


def test_what_is_saved_is_found_with_its_validators(database: Database, clock: Clock) -> None:
    (seen,) = mark(database, clock, "topics/maritime")
    assert save(database, clock, seen, b"<rss/>") == ["topics/maritime.rss"]
    with database.read() as connection:
        found = shelf.lookup(connection, "topics/maritime.rss")
        assert shelf.lookup(connection, "topics/maritime.atom") is None
        assert shelf.version(connection) == 1
        assert shelf.changed_since(connection, 0) == {"topics/maritime.rss": 1}
        assert shelf.changed_since(connection, 1) == {}
    assert found is not None
    assert found.body == b"<rss/>"
    assert gzip.decompress(found.gzip) == b"<rss/>"
    assert found.gzip[4:8] == bytes(4), "the time of compression is in the bytes"
    assert found.etag == shelf.etag(b"<rss/>")
    assert found.etag.startswith('"')
    assert found.etag.endswith('"')
    assert found.last_modified == clock() - timedelta(minutes=10)
    assert waiting(database) == []


def test_the_shelf_of_the_web_gives_the_same(database: Database, clock: Clock) -> None:
    served: FeedShelf = shelf.SqlShelf(database)
    assert served.version() == 0
    assert served.lookup("all.rss") is None
    (seen,) = mark(database, clock, "all")
    save(database, clock, seen, b"<rss/>")
    found = served.lookup("all.rss")
    assert found is not None
    assert found.body == b"<rss/>"
    assert served.version() == 1
    assert served.versions() == {"all.rss": 1}


def test_what_changed_is_told_without_reading_the_bytes(sqlite_database: Database) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement.replace("?", "0"))

    with sqlite_database.read() as connection:
        sa.event.listen(connection, "before_cursor_execute", note)
        shelf.versions(connection)
        shelf.changed_since(connection, 0)
    with sqlite_database.read() as connection:
        for query in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
            assert ["COVERING INDEX ix_rendered_feeds_version" in step.detail for step in plan] == [True]
    assert len(asked) == 2


def test_unchanged_bytes_keep_etag_time_and_version(database: Database, clock: Clock) -> None:
    (seen,) = mark(database, clock, "all")
    save(database, clock, seen, b"one")
    with database.read() as connection:
        before = shelf.lookup(connection, "all.rss")
    clock.advance(hours=1)
    (seen,) = mark(database, clock, "all")
    assert save(database, clock, seen, b"one", minutes_ago=0) == []
    with database.read() as connection:
        assert shelf.lookup(connection, "all.rss") == before
        assert shelf.version(connection) == 1
    assert waiting(database) == []


def test_other_bytes_never_seem_older(database: Database, clock: Clock) -> None:
    """An article was taken away, so the newest that is left is older than what clients were told."""
    (seen,) = mark(database, clock, "all")
    save(database, clock, seen, b"two articles", minutes_ago=10)
    clock.advance(minutes=5)
    (seen,) = mark(database, clock, "all")
    assert save(database, clock, seen, b"one article", minutes_ago=100) == ["all.rss"]
    with database.read() as connection:
        found = shelf.lookup(connection, "all.rss")
    assert found is not None
    assert found.last_modified == clock()
    assert found.version == 2


def test_every_change_gets_a_later_second(database: Database, clock: Clock) -> None:
    served = []
    for body in (b"one", b"two", b"three"):
        (seen,) = mark(database, clock, "all")
        save(database, clock, seen, body, minutes_ago=0)
        with database.read() as connection:
            found = shelf.lookup(connection, "all.rss")
        assert found is not None
        served.append(found.last_modified)
        clock.advance(seconds=0.2)
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(served))
    assert all(moment.microsecond == 0 for moment in served)


def test_a_change_in_the_future_is_not_believed(database: Database, clock: Clock) -> None:
    (seen,) = mark(database, clock, "all")
    save(database, clock, seen, b"x", minutes_ago=-600)
    with database.read() as connection:
        found = shelf.lookup(connection, "all.rss")
    assert found is not None
    assert found.last_modified == clock()


def test_marked_again_while_being_rendered_it_stays_stale(database: Database, clock: Clock) -> None:
    """Even if the clock stands still between the two marks."""
    (seen,) = mark(database, clock, "all")
    (later,) = mark(database, clock, "all")
    assert later.since > seen.since
    assert save(database, clock, seen, b"old articles") == ["all.rss"]
    assert waiting(database) == [later]
    assert save(database, clock, later, b"new articles") == ["all.rss"]
    assert waiting(database) == []


def test_a_clock_that_goes_back_loses_no_mark(database: Database, clock: Clock) -> None:
    (seen,) = mark(database, clock, "all")
    clock.advance(hours=-2)
    (later,) = mark(database, clock, "all")
    assert later.since > seen.since


def test_an_older_rendering_does_not_replace_a_newer_one(database: Database, clock: Clock) -> None:
    """Two processes render; the slow one read its articles before the last change and comes last."""
    (slow,) = mark(database, clock, "all")
    (quick,) = mark(database, clock, "all")
    save(database, clock, quick, b"newer")
    assert save(database, clock, slow, b"older") == []
    with database.read() as connection:
        found = shelf.lookup(connection, "all.rss")
    assert found is not None
    assert found.body == b"newer"


def test_a_feed_without_documents_leaves_the_shelf(database: Database, clock: Clock) -> None:
    (seen,) = mark(database, clock, "topics/gone")
    save(database, clock, seen, b"x")
    (seen,) = mark(database, clock, "topics/gone")
    assert save(database, clock, seen, None) == ["topics/gone.rss"]
    with database.read() as connection:
        assert shelf.versions(connection) == {}
        assert shelf.version(connection) == 2


def test_the_longest_waiting_comes_first(database: Database, clock: Clock) -> None:
    mark(database, clock, "sources/b")
    clock.advance(seconds=1)
    mark(database, clock, "sources/a", "all")
    assert [one.path for one in waiting(database)] == ["sources/b", "all", "sources/a"]
    with database.read() as connection:
        assert [one.path for one in shelf.stale(connection, 1)] == ["sources/b"]


def test_what_many_write_at_once_is_rendered_in_the_end(database: Database, clock: Clock) -> None:
    """Four writers change something and mark the same feeds, in different orders, while a publisher works."""
    names = ["all", "sources/a", "sources/b"]
    failures: list[Exception] = []

    def write(turn: int) -> None:
        try:
            for _ in range(8):
                with database.write() as connection:
                    facts.count(connection, f"written by {turn}")
                    shelf.mark_stale(connection, names[turn % 3 :] + names[: turn % 3], clock())
        except Exception as error:
            failures.append(error)

    def render() -> bytes:
        with database.read() as connection:
            return b"%d" % sum(facts.get(connection, f"written by {turn}") or 0 for turn in range(4))

    writers = [threading.Thread(target=write, args=(turn,)) for turn in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers) or waiting(database):
        for one in waiting(database):
            save(database, clock, one, render())
    assert failures == []
    with database.read() as connection:
        bodies = {name: shelf.lookup(connection, f"{name}.rss") for name in names}
    assert {name: one and one.body for name, one in bodies.items()} == dict.fromkeys(names, b"32")


def test_the_first_two_processes_to_save_do_not_collide(database: Database, clock: Clock) -> None:
    marks = mark(database, clock, *(f"sources/s{number}" for number in range(8)))
    failures: list[Exception] = []
    together = threading.Barrier(len(marks))

    def work(one: Stale) -> None:
        try:
            together.wait()
            save(database, clock, one, b"x")
        except Exception as error:
            failures.append(error)

    savers = [threading.Thread(target=work, args=(one,)) for one in marks]
    for saver in savers:
        saver.start()
    for saver in savers:
        saver.join()
    assert failures == []
    with database.read() as connection:
        assert shelf.version(connection) == 8
