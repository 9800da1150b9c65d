"""A database that takes no writes: what it has is served, operators are told, and nothing is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa
from browser import served
from conftest import Clock
from newsroom import Postbox
from settings_folder import write

from bot.alarms import Alarms
from bot.app import App, build
from bot.chat.wiring import health_lines
from bot.jobs import Job, Timetable
from bot.operators import Operators
from bot.refusals import RefusedWrites
from bot.settings import load
from bot.subscriptions import Subscriptions
from bot.web.wiring import web_services
from feeds.alarms import refused
from feeds.database import QUIET, Database, Refusal, refusal_of
from feeds.store import alarms as store
from feeds.store import facts


class Tick:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def tick() -> Tick:
    return Tick()


@pytest.fixture
def database(database_url: str, tick: Tick) -> Iterator[Database]:
    opened = Database(database_url, seconds=tick)
    yield opened
    opened.close()


def put(database: Database, text: str = "x") -> None:
    with database.write() as connection:
        facts.put(connection, "note", text)


def fill(database: Database) -> Callable[[], None]:
    """From now on there is no room, whatever is written; returns what makes room again."""
    if database.is_sqlite:
        database.engine.dispose()

        def limit(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA max_page_count=1").close()  # never below what there is

        sa.event.listen(database.engine, "connect", limit)

        def free() -> None:
            sa.event.remove(database.engine, "connect", limit)
            database.engine.dispose()

        return free

    function = (
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        "'could not extend file \"base/1/2\": No space left on device' USING ERRCODE = '53100'; END $$"
    )
    with database.engine.begin() as connection:
        connection.exec_driver_sql(function)
        for table in ("facts", "alarms"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION no_room()"
            )

    def drop() -> None:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DROP FUNCTION no_room() CASCADE")

    return drop


LARGE = "x" * (1 << 20)


def test_a_full_disk_is_known_by_the_write_that_it_refuses(database: Database, tick: Tick) -> None:
    put(database)
    assert database.refusal is None
    free = fill(database)
    with pytest.raises(sa.exc.DBAPIError):
        put(database, LARGE)
    assert database.refusal is not None
    assert database.refusal.is_full
    free()
    put(database, LARGE)
    assert database.refusal is not None, "a disk that is nearly full takes a write now and then"
    tick.now = QUIET + 1
    put(database, LARGE)
    assert database.refusal is None


def test_a_server_that_may_only_be_read_is_known_without_a_write(database: Database) -> None:
    if database.is_sqlite:
        assert database.probe() is None  # type: ignore[func-returns-value]
        return
    read_only = Database(
        database.url.update_query_dict({"options": "-c default_transaction_read_only=on"}).render_as_string(False)
    )
    read_only.probe()
    assert read_only.refusal == Refusal(False, "the server is read-only")
    with pytest.raises(sa.exc.DBAPIError):
        put(read_only)
    assert read_only.refusal is not None
    assert "read-only" in read_only.refusal.said
    with read_only.read() as connection:
        assert facts.get(connection, "note") is None
    read_only.close()


def test_other_errors_are_no_refusal(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError), database.write() as connection:
        connection.exec_driver_sql("INSERT INTO no_such_table VALUES (1)")
    assert database.refusal is None
    assert refusal_of(ValueError("no space left")) is None


def test_a_file_without_room_beside_it_is_read_as_it_lies(tmp_path: Path, sqlite_url: str) -> None:
    """As on a full disk after an orderly end: the shared memory that SQLite wants cannot be made."""
    database = Database(sqlite_url)
    put(database, "kept")
    database.close()
    path = tmp_path / "tocsin.db"
    in_the_way = path.with_name("tocsin.db-shm")
    in_the_way.mkdir()
    database = Database(sqlite_url)
    with database.read() as connection:
        assert facts.get(connection, "note") == "kept"
    with pytest.raises(sa.exc.DBAPIError):
        put(database)
    assert database.refusal is not None
    in_the_way.rmdir()
    database.engine.dispose()
    put(database, "written")
    database.close()


def test_a_file_whose_log_holds_commits_is_not_read_without_them(tmp_path: Path, sqlite_url: str) -> None:
    path = tmp_path / "tocsin.db"
    path.with_name("tocsin.db-wal").write_bytes(b"x" * 4096)
    path.with_name("tocsin.db-shm").mkdir()
    database = Database(sqlite_url)
    with pytest.raises(sa.exc.OperationalError), database.read():
        pass
    database.close()


def test_operators_are_told_once_though_nothing_can_be_stored(database: Database, clock: Clock, tick: Tick) -> None:
    subscriptions = Subscriptions(database, clock)
    subscriptions.destination("telegram", "4711", title="operator")
    subscriptions.destination("telegram", "9000", title="a follower")
    subscriptions.destination("webhook", "desk", title="desk", declared=True, options={"alarms": True})
    telegram, webhook = Postbox(), Postbox()
    operators = Operators([4711])
    by_hand = RefusedWrites(database, operators, lambda: {"telegram": telegram, "webhook": webhook}, clock)
    alarms = Alarms(database, operators, clock, disk=lambda: None, told_by_hand=lambda: by_hand.told)
    free = fill(database)
    for _ in range(6):
        with pytest.raises(sa.exc.DBAPIError):
            put(database, LARGE)
        by_hand.check()
        clock.advance(seconds=30)
    for box in (telegram, webhook):
        assert [one.alert.data["code"] for _, one in box.received] == ["disk"]
    assert [address for address, _ in telegram.received] == ["4711"]
    free()
    put(database, LARGE)
    alarms.check()
    with database.read() as connection:
        assert [one.code for one in store.open_alarms(connection)] == ["disk"]
        owed = connection.exec_driver_sql("SELECT count(*) FROM deliveries").scalar()
    assert owed == 0, "they have heard of it"
    tick.now = QUIET + 1
    put(database, LARGE)
    clock.advance(minutes=6)
    alarms = Alarms(database, operators, clock, disk=database.disk, told_by_hand=lambda: by_hand.told)
    alarms.check()
    by_hand.check()
    with database.read() as connection:
        assert store.open_alarms(connection) == []
        owed = connection.exec_driver_sql("SELECT count(*) FROM deliveries").scalar()
    assert owed == 2
    assert by_hand.told == frozenset()
    assert len(telegram.received) == len(webhook.received) == 1


def test_a_moments_refusal_is_told_to_nobody(database: Database, clock: Clock, tick: Tick) -> None:
    Subscriptions(database, clock).destination("telegram", "4711")
    box = Postbox()
    by_hand = RefusedWrites(database, Operators([4711]), lambda: {"telegram": box}, clock)
    free = fill(database)
    with pytest.raises(sa.exc.DBAPIError):
        put(database, LARGE)
    by_hand.check()
    free()
    tick.now = QUIET + 1
    put(database)
    clock.advance(minutes=5)
    by_hand.check()
    assert box.received == []


def test_a_job_that_fails_with_ever_other_values_is_told_of_in_full_once(caplog: pytest.LogCaptureFixture) -> None:
    times = iter(range(100))

    def failing() -> None:
        raise sa.exc.OperationalError(f"UPDATE x SET y = {next(times)}", {}, sqlite3.OperationalError("disk is full"))

    timetable = Timetable([Job("store", 3600, failing)])
    (job,) = timetable._scheduler.get_jobs()
    for _ in range(20):
        job.func()
    assert [record.message for record in caplog.records] == ["a job failed", "a job still fails"]


# The whole program

FILES: Mapping[str, str] = {
    "sources": '[[source]]\nslug = "news"\nurl = "http://127.0.0.1:1/news"\n',
    "channels": "",
    "tocsin": "[operators]\ntelegram = [4711]\n",
}


def program(folder: Path, url: str, clock: Clock) -> App:
    return build(load(folder, {"DATABASE_URL": url}), roles=("web", "worker"), clock=clock, jitter=lambda: 0.0)


def test_a_restart_without_room_serves_what_there_is_and_says_so(tmp_path: Path, sqlite_url: str, clock: Clock) -> None:
    write(tmp_path, **FILES)
    app = program(tmp_path, sqlite_url, clock)
    app.start()
    app.stop()
    (tmp_path / "tocsin.db-shm").mkdir()
    app = program(tmp_path, sqlite_url, clock)
    app.start()
    with served(lambda _: web_services(app)) as base:
        for path in ("/", "/sources/news", "/topics", "/feeds/all.rss"):
            assert requests.get(f"{base}{path}", timeout=10).status_code == 200, path
        ready = requests.get(f"{base}/readyz", timeout=10)
        assert (ready.status_code, ready.json()["checks"]["writes"]) == (200, "database")
        assert 'tocsin_alarms{code="database"} 1.0' in requests.get(f"{base}/metrics", timeout=10).text
        assert "The database takes no writes" in requests.get(f"{base}/operators", timeout=10).text
    lines = health_lines("en", [], [], app.refused_writes.alarm())
    assert "⚠️ The database takes no writes" in str(lines[0])
    (tmp_path / "tocsin.db-shm").rmdir()
    app.database.engine.dispose()
    app._prepare_after_all()
    with app.database.write() as connection:
        facts.put(connection, "note", "written")
    app.stop()


def test_any_other_trouble_at_the_start_ends_it(tmp_path: Path, sqlite_url: str, clock: Clock) -> None:
    write(tmp_path, **FILES)
    app = program(tmp_path, sqlite_url, clock)
    with app.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE facts")
    with pytest.raises(sa.exc.OperationalError):
        app.start()
    app.stop()


def test_the_words_of_a_refusal_do_not_change_from_file_to_file(clock: Clock) -> None:
    said = {
        refused(Refusal(True, f'could not extend file "base/16384/{n}": No space left on device'), clock()).seen
        for n in range(3)
    }
    assert said == {"the database takes no more: could not extend file …: No space left on device"}
