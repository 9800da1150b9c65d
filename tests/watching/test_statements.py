"""Statements that go straight to the driver say and store what SQLAlchemy's own way does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa

from feeds.database import Database
from feeds.model import Source
from feeds.statements import ManyRows, Prepared, one_of
from feeds.store import sources as store
from feeds.store.tables import article_keys, facts, sources
from feeds.targets import targets

NOW = datetime(2026, 11, 24, 8, 0, 0, 250, tzinfo=UTC)
NAMES = ("slug", "options", "declared", "created_at", "error_since")


def test_rows_come_back_as_sqlalchemy_gives_them(database: Database) -> None:
    query = sa.select(*(sources.c[name] for name in NAMES)).where(sources.c.slug == sa.bindparam("of_slug"))
    source = Source("ministry", "https://ministry.example/", kind="feed", options={"interval": 300, "đ": ["ü"]})
    with database.write() as connection:
        store.add(connection, source, NOW)
    with database.read() as connection:
        expected = connection.execute(query, {"of_slug": "ministry"}).one()
        found = Prepared(query).first(connection, {"of_slug": "ministry"})
        assert found is not None
        assert (tuple(found), found._fields) == (tuple(expected), NAMES)
        assert Prepared(query).first(connection, {"of_slug": "none"}) is None


def test_values_are_stored_as_sqlalchemy_stores_them(database: Database) -> None:
    values: dict[str, Any] = {"of_name": "fact", "new_value": {"a": [1, None]}, "new_until": NOW}
    change = (
        sa.update(facts)
        .where(facts.c.name == sa.bindparam("of_name"))
        .values(
            value=sa.bindparam("new_value", type_=facts.c.value.type),
            until=sa.bindparam("new_until", type_=facts.c.until.type),
        )
    )
    raw = sa.text("SELECT CAST(value AS text), CAST(until AS text) FROM facts")
    with database.write() as connection:
        connection.execute(sa.insert(facts).values(name="fact", value=1))
        connection.execute(change, values)
        expected = connection.execute(raw).one()
        connection.execute(sa.update(facts).values(value=1, until=None))
        elsewhere = NOW.astimezone(timezone(timedelta(hours=7)))
        assert Prepared(change).write(connection, {**values, "new_until": elsewhere}) == 1
        assert connection.execute(raw).one() == expected
        assert Prepared(change).write(connection, {**values, "of_name": "none"}) == 0


def test_values_that_the_statement_brings_need_not_be_given(database: Database) -> None:
    query = sa.select(targets.c.ref).where(targets.c.kind == "chat", targets.c.ref > sa.bindparam("above")).limit(2)
    with database.write() as connection:
        ManyRows(sa.insert(targets)).write(connection, [{"kind": "chat", "ref": number} for number in range(5)])
        assert [row.ref for row in Prepared(query.order_by(targets.c.ref)).all(connection, {"above": 1})] == [2, 3]


@pytest.mark.parametrize("number", [1, 4, 5, 20, 40, 117])
def test_any_number_of_rows_is_written_once(database: Database, number: int) -> None:
    insert = ManyRows(sa.insert(targets))
    with database.write() as connection:
        insert.write(connection, [{"kind": "chat", "ref": ref, "due": NOW} for ref in range(number)])
        insert.write(connection, [])
        rows = connection.execute(sa.select(targets.c.ref, targets.c.due).order_by(targets.c.ref)).all()
    assert rows == [(ref, NOW) for ref in range(number)]


def test_a_list_is_one_value_however_long_it_is(database: Database) -> None:
    by_dialect = {
        dialect: sa.select(targets.c.ref).where(one_of(targets.c.id, "wanted", dialect)).order_by(targets.c.ref)
        for dialect in ("sqlite", "postgresql")
    }
    with database.write() as connection:
        ManyRows(sa.insert(targets)).write(connection, [{"kind": "chat", "ref": number} for number in range(5)])
        ids = list(connection.execute(sa.select(targets.c.id).order_by(targets.c.ref)).scalars())
        for wanted in (ids[1:2], ids[1:4], []):
            found = Prepared(by_dialect).all(connection, {"wanted": wanted})
            assert [row.ref for row in found] == [ids.index(one) for one in wanted]


def test_the_drivers_errors_are_sqlalchemys(database: Database) -> None:
    key = {"source_id": 999, "kind": "url", "value": "https://ministry.example/", "article_id": 999}
    with pytest.raises(sa.exc.IntegrityError), database.write() as connection:
        ManyRows(sa.insert(article_keys)).write(connection, [key])


def test_what_is_read_at_once_is_of_one_moment(sqlite_database: Database) -> None:
    """The first statement begins the transaction, as `Connection.execute` does: a later one sees nothing newer."""
    count = Prepared(sa.select(sa.func.count().label("number")).select_from(targets))
    with sqlite_database.read() as reading:
        assert count.first(reading, {}) == (0,)
        with sqlite_database.write() as writing:
            ManyRows(sa.insert(targets)).write(writing, [{"kind": "chat", "ref": 1}])
        assert count.first(reading, {}) == (0,)


def test_all_is_written_through_one_connection_until_a_write_has_failed(sqlite_database: Database) -> None:
    def own() -> object:
        with sqlite_database.write() as connection:
            return connection.connection.driver_connection

    first = own()
    with sqlite_database.read() as reading:
        targets_there = reading.execute(sa.select(sa.func.count()).select_from(targets)).scalar()
        assert (own(), targets_there) == (first, 0)
    with pytest.raises(sa.exc.OperationalError), sqlite_database.write() as connection:
        connection.exec_driver_sql("INSERT INTO no_such_table VALUES (1)")
    assert own() is not first
    assert own() is own()
