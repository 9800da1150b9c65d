"""A backup holds everything, and either database takes it back."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import Clock
from newsroom import Newsroom

from bot import backup
from bot.backup import NotABackupError, NotEmptyError
from feeds.database import Database, metadata
from feeds.publish import Site, ensure_all, publish_stale
from feeds.store import facts, sources, topics


@pytest.fixture
def filled(database: Database, clock: Clock) -> Database:
    newsroom = Newsroom(database, clock)
    newsroom.follower("duty-room")
    newsroom.publish(title='"Quoted" – chống khủng bố 🚓', text="violent extremism\nconference\x00".replace("\x00", ""))
    newsroom.announcer.announce_all()
    ensure_all(database, Site("https://news.example.org"), clock())
    publish_stale(database, Site("https://news.example.org"), clock())
    return database


def rows(database: Database) -> dict[str, list[dict[str, object]]]:
    """Everything that a backup is to hold."""
    with database.read() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for table in metadata.sorted_tables
            if table.name != "rendered_feeds"
        }


def empty(database: Database) -> None:
    with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(sa.delete(table))


def test_all_comes_back(filled: Database, clock: Clock, tmp_path: Path) -> None:
    before = rows(filled)
    number = backup.write(filled, tmp_path / "backup", clock())
    empty(filled)
    assert backup.read(filled, tmp_path / "backup") == number == sum(map(len, before.values()))
    assert rows(filled) == before
    with filled.write() as connection:  # the next numbers are free ones
        assert sources.add(connection, sources.Source("another", "https://another.example"), clock()) > 1


def test_a_backup_of_one_database_fits_the_other(
    filled: Database, clock: Clock, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    backup.write(filled, tmp_path / "backup", clock())
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    metadata.create_all(other.engine)
    backup.read(other, tmp_path / "backup")
    assert rows(other) == rows(filled)
    other.close()


def test_a_database_that_holds_something_is_not_overwritten(filled: Database, clock: Clock, tmp_path: Path) -> None:
    backup.write(filled, tmp_path / "backup", clock())
    before = rows(filled)
    with pytest.raises(NotEmptyError):
        backup.read(filled, tmp_path / "backup")
    assert rows(filled) == before
    with filled.write() as connection:
        topics.remove_topic(connection, "drugs")
    backup.read(filled, tmp_path / "backup", replace=True)
    assert rows(filled) == before


def test_what_everybody_may_see_names_nobody(filled: Database, clock: Clock, tmp_path: Path) -> None:
    with filled.write() as connection:
        facts.put(connection, "web.secret", "hidden")
        topics.save_topic(connection, topics.Topic("own-1", "my secret interest", owner="telegram:1"), clock())
    backup.write(filled, tmp_path / "backup", clock(), public=True)
    text = gzip.decompress((tmp_path / "backup").read_bytes()).decode()
    assert "chống khủng bố" in text
    assert "duty-room" not in text
    assert "secret" not in text
    empty(filled)
    backup.read(filled, tmp_path / "backup")
    with filled.read() as connection:
        assert topics.version(connection) > 0
        assert [one.source.slug for one in sources.states(connection)] == ["portal"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body[: len(body) // 2],
        lambda body: body[:-12],
        lambda body: b"not gzip at all",
        lambda body: gzip.compress(b'{"format": "other"}\n'),
        lambda body: gzip.compress(b"[]\n"),
        lambda body: gzip.compress(gzip.decompress(body) + b'["sources", {}, 3]\n'),
        lambda body: gzip.compress(gzip.decompress(body) + b'["sources", 3]\n'),
        lambda body: gzip.compress(gzip.decompress(body).replace(b"2026-11-24", b"yesterday")),
        lambda body: gzip.compress(b"\xff\xfe\n"),
        lambda body: gzip.compress(gzip.decompress(body).rpartition(b"\n[")[0] + b"\n"),
        lambda body: gzip.compress(json.dumps({"format": backup.FORMAT, "revision": "9999", "rows": 0}).encode()),
    ],
)
def test_a_damaged_backup_changes_nothing(sqlite_database: Database, clock: Clock, tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    newsroom = Newsroom(sqlite_database, clock)
    newsroom.publish()
    before = rows(sqlite_database)
    file = tmp_path / "backup"
    backup.write(sqlite_database, file, clock())
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(NotABackupError):
        backup.read(sqlite_database, file, replace=True)
    assert rows(sqlite_database) == before


def test_a_backup_that_cannot_be_finished_leaves_the_old_one(
    sqlite_database: Database, clock: Clock, tmp_path: Path
) -> None:
    Newsroom(sqlite_database, clock).publish()
    file = tmp_path / "backup"
    backup.write(sqlite_database, file, clock())
    before = file.read_bytes()
    with sqlite_database.write() as connection:
        connection.exec_driver_sql("DROP TABLE votes")
    with pytest.raises(sa.exc.OperationalError):
        backup.write(sqlite_database, file, clock())
    assert file.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir() if "backup" in one.name] == ["backup"]
