"""Connections and transactions on SQLite or PostgreSQL; knows no table.

SQLite runs in WAL mode with `synchronous=FULL`: a commit is on the disk before anybody is told of it. `NORMAL` would
survive a killed process but not a power cut, after which "sent" could be forgotten and a follower told twice; `FULL`
costs a factor of two or three on single small commits and nothing on batches (see docs/notes).
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect, Engine, Row

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every table of the program, of this package and of those that stand on it, is declared on this."""

Json = sa.JSON().with_variant(JSONB(), "postgresql")
"""A value of JSON, `JSONB` on PostgreSQL."""

AnyRow = Row[*tuple[Any, ...]]
"""A row of a result, whatever its columns."""

BUSY_TIMEOUT_SECONDS = 30
_ALONE = 7042020
"""PostgreSQL's advisory lock of `Database.alone`."""


def inserted_id(result: sa.CursorResult[Any]) -> int:
    """The integer primary key of the one row that was inserted."""
    key = result.inserted_primary_key
    if key is None:
        raise LookupError("the database gave no primary key for an inserted row")
    return int(key[0])


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An instant. Takes aware datetimes only, stores UTC, gives back aware UTC; SQLite itself knows no time zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        value = _in_utc(value)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    # What SQLAlchemy makes of the two above for SQLite, at a quarter of the price: every row has several times.

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        return _as_sqlite_has_it if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        return _from_sqlite if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be stored: {value!r}")
    return value.astimezone(UTC)


def _as_sqlite_has_it(value: datetime | None) -> str | None:
    """The form in which SQLAlchemy writes times there: "2026-11-24 08:00:00.000000", in UTC."""
    return None if value is None else _in_utc(value).isoformat(" ", "microseconds")[:-6]


def _from_sqlite(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk on which a SQLite file lies: its folder, and bytes."""

    folder: str
    free: int
    total: int


class Database:
    """One database, shared by all threads of the process.

    `write()` and `read()` each open one short transaction; never hold one open across a request to another machine.
    """

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        """`url` as SQLAlchemy reads it; `postgres://` and `postgresql://` mean psycopg 3.

        The folder of a SQLite file is made.
        """
        self.url = _normalised(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database not in (None, "", ":memory:"):
            Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)
        self.engine = _engine(self.url, pool_size)
        # SQLite has one writer at a time; queueing here is fair and free, polling for its lock is neither.
        self._writer = threading.Lock() if self.is_sqlite else None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write: committed at the end, rolled back if the block raises."""
        if self._writer is None:
            with self.engine.begin() as connection:
                yield connection
            return
        with self._writer, self.engine.connect().execution_options(tocsin_write=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Several transactions that no other process mixes with its own: all who ask for this wait for each other.

        SQLite needs no such lock: there a transaction that writes waits for every other one.
        """
        if self.is_sqlite:
            yield
            return
        # Held by a transaction, so that it ends with a killed process, and also behind a pooler of connections.
        with self.engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ALONE})")
            yield

    def disk(self) -> Disk | None:
        """How full the disk is; None of a database that is a server's or in memory, or where nobody can tell."""
        if not self.is_sqlite or self.url.database in (None, "", ":memory:"):
            return None
        folder = Path(str(self.url.database)).absolute().parent
        try:
            usage = shutil.disk_usage(folder)
        except OSError:
            return None
        return Disk(str(folder), usage.free, usage.total)

    def close(self) -> None:
        """Give back all connections; the object can't be used afterwards."""
        self.engine.dispose()


def _normalised(url: str) -> sa.URL:
    parsed = sa.make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _as_json(value: Any) -> str:
    """Most lists of most articles are empty, and `json` takes longer to say so than SQLite to write it."""
    return "[]" if value == [] else json.dumps(value)


def _engine(url: sa.URL, pool_size: int) -> Engine:
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_size=pool_size, max_overflow=10, pool_pre_ping=True)
    engine = sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=10,
        # Each connection has pages of its own in memory: the one used last has those that are wanted next.
        pool_use_lifo=True,
        json_serializer=_as_json,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        # The driver's own implicit BEGIN is deferred, so two writers could both read first and then refuse each other.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-16000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("tocsin_write", False)
        # By the driver: SQLAlchemy's own way to a statement takes longer than the rest of a small transaction.
        connection.connection.cursor().execute("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
