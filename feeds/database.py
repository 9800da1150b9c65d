"""Connections and transactions on SQLite or PostgreSQL; knows no table.

SQLite runs in WAL mode with `synchronous=FULL`: a commit is on the disk before anybody is told of it. `NORMAL` would
survive a killed process but not a power cut, after which "sent" could be forgotten and a follower told twice; `FULL`
costs a factor of two or three on single small commits and nothing on batches (see docs/notes).
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
QUIET = 120.0
"""Seconds without a refused write after which a write that succeeds says that all is well again."""
NO_ROOM = 1 << 20
"""Bytes that are as good as none."""
_PRAGMAS_TO_READ = ("foreign_keys=ON", "temp_store=MEMORY", "cache_size=-16000")
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", *_PRAGMAS_TO_READ)
_READ_ONLY = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
_FROZEN_SECONDS = 2.0
"""For which a SQLite file that could only be opened as it lies is read so, before it is opened anew."""
_ALONE = 7042020
"""PostgreSQL's advisory lock of `Database.alone`."""


def by_driver(connection: Connection, sql: str, bound: Any = (), *, many: bool = False) -> Any:
    """The driver's cursor after it has run the statement; `many`: once for each of the values that are `bound`.

    What `Connection.execute` does beside that takes longer than the rest of a small transaction. It raises the same.
    """
    cursor = connection.connection.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(sql, bound)
    except Exception as error:
        driver = connection.dialect.loaded_dbapi
        raise sa.exc.DBAPIError.instance(sql, None, error, driver.Error, dialect=connection.dialect) from error
    return cursor


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


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the database takes no writes: it is full (`is_full`), or may only be read; in its own words."""

    is_full: bool
    said: str


def refusal_of(error: BaseException) -> Refusal | None:
    """Whether an error of the database says that it takes no writes, whatever is written; None for any other.

    PostgreSQL's SQLSTATE 53100 (disk_full) and 25006 (read_only_sql_transaction: a standby, after a failover);
    SQLite's SQLITE_FULL, SQLITE_READONLY, and the SQLITE_IOERR and SQLITE_CANTOPEN of what it needs beside its file.
    """
    original = getattr(error, "orig", None) or error
    said = (str(original).strip().splitlines() or [type(original).__name__])[0]
    state, code = getattr(original, "sqlstate", None), getattr(original, "sqlite_errorcode", None)
    if state == "53100" or (code is not None and code & 0xFF == sqlite3.SQLITE_FULL):
        return Refusal(True, said)
    if state == "25006" or (code is not None and code & 0xFF in _READ_ONLY):
        return Refusal(False, said)
    return None


class Database:
    """One database, shared by all threads of the process.

    `write()` and `read()` each open one short transaction; never hold one open across a request to another machine.
    """

    def __init__(self, url: str, *, pool_size: int = 20, seconds: Callable[[], float] = time.monotonic) -> None:
        """`url` as SQLAlchemy reads it; `postgres://` and `postgresql://` mean psycopg 3. `seconds` is a clock.

        The folder of a SQLite file is made.
        """
        self._seconds = seconds
        self._refused: tuple[Refusal, float] | None = None
        self.url = _normalised(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database not in (None, "", ":memory:"):
            Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)
        self.engine = _engine(self.url, pool_size)
        # SQLite has one writer at a time; queueing here is fair and free, polling for its lock is neither.
        self._writer = threading.Lock() if self.is_sqlite else None
        self._kept: tuple[Connection, sa.Pool] | None = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write: committed at the end, rolled back if the block raises."""
        try:
            with self._writing() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            refusal = refusal_of(error)
            if refusal is not None:
                self._refused = self._with_reason(refusal), self._seconds()
            raise
        if self._refused is not None and self._seconds() - self._refused[1] > QUIET:
            self._refused = None

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self._writer is None:
            with self.engine.begin() as connection:
                yield connection
            return
        with self._writer:
            connection = self._writers_own()
            try:
                with connection.begin():
                    yield connection
            except BaseException:
                self._let_go()  # whatever was wrong may be the connection's
                raise

    def _writers_own(self) -> Connection:
        """SQLite's connection for all that is written: the pages that one write has used are there for the next one.

        Were it any of the pool, each of them would come to have as many pages of its own.
        """
        if self._kept is not None and self._kept[1] is not self.engine.pool:
            self._let_go()  # all connections were to be made anew
        if self._kept is None:
            self._kept = self.engine.connect().execution_options(tocsin_write=True), self.engine.pool
        return self._kept[0]

    def _let_go(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None and not kept[0].closed:
            if not kept[0].invalidated:
                kept[0].detach()
            kept[0].close()

    def probe(self) -> None:
        """Find out whether a server's database may only be read, in a process that seldom writes. Raises nothing."""
        if self.is_sqlite:
            return
        try:
            with self._writing() as connection:
                state = connection.exec_driver_sql("SELECT current_setting('transaction_read_only')").scalar()
        except sa.exc.DBAPIError:
            return  # it does not answer at all, which others say
        if state == "on":
            self._refused = Refusal(False, "the server is read-only"), self._seconds()
        elif self._refused is not None and not self._refused[0].is_full:
            self._refused = None

    def _with_reason(self, refusal: Refusal) -> Refusal:
        """SQLite says that it may only read where there is no room for what it would have to write first."""
        if refusal.is_full or not self.is_sqlite:
            return refusal
        if self._refused is not None:  # what was opened while there was no room may still be in use
            return self._refused[0]
        disk = self.disk()
        return replace(refusal, is_full=True) if disk is not None and disk.free < NO_ROOM else refusal

    @property
    def refusal(self) -> Refusal | None:
        """Why this process's writes are refused; None where none was, and once writes have succeeded for `QUIET`.

        A disk that is nearly full takes a small write and refuses the next one.
        """
        return self._refused[0] if self._refused is not None else None

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
        if self._writer is not None and self._writer.acquire(blocking=False):  # else somebody writes to the end
            self._let_go()
            self._writer.release()
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

    @sa.event.listens_for(engine, "do_connect")
    def _do_connect(_dialect: Dialect, _record: object, args: Any, options: Any) -> sqlite3.Connection:
        try:
            return _prepared(sqlite3.connect(*args, **options), _PRAGMAS)
        except sqlite3.OperationalError as error:
            path = Path(str(url.database))
            if refusal_of(error) is None or not _is_whole(path):
                raise
            # On a full disk there is no room for what SQLite keeps beside its file. All is in the file: it can be read.
            address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
            return _prepared(sqlite3.connect(address, uri=True, factory=_Frozen, **options), _PRAGMAS_TO_READ)

    @sa.event.listens_for(engine, "checkout")
    def _checkout(connection: Any, _record: object, _proxy: object) -> None:
        if isinstance(connection, _Frozen) and time.monotonic() > connection.until:
            raise sa.exc.DisconnectionError("the file may have changed, and may be opened as usual again")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("tocsin_write", False)
        by_driver(connection, "BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


class _Frozen(sqlite3.Connection):
    """Reads a file as it lies, whatever becomes of it: for two seconds."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.until = time.monotonic() + _FROZEN_SECONDS


def _prepared(connection: sqlite3.Connection, pragmas: Sequence[str]) -> sqlite3.Connection:
    # The driver's own implicit BEGIN is deferred, so two writers could both read first and then refuse each other.
    connection.isolation_level = None
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _is_whole(path: Path) -> bool:
    """Whether all that was committed is in the file itself, as an orderly end leaves it."""
    log = path.with_name(f"{path.name}-wal")
    return path.is_file() and path.stat().st_size > 0 and not (log.is_file() and log.stat().st_size)
