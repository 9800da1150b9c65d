"""Everything that is stored, as one portable file: from either database into either.

A gzip file of JSON lines. The first says what it is; then one line a row, `["table", {column: value}]`, parents before
children. Written in one reading transaction, while the program runs. The rendered feeds are left out: they are made
again. Dates are ISO 8601, bytes base64.
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import migrations
from bot.errors import TocsinError
from bot.store.schema import metadata
from feeds.database import Database, UtcDateTime
from feeds.store import topics as topic_store
from feeds.store.tables import facts, matches, rendered_feeds, topics
from feeds.targets import targets

FORMAT = "tocsin-backup"
BATCH = 500

Advance = Callable[[int, int | None], None]


class NotEmptyError(TocsinError):
    """The database holds something already."""


class NotABackupError(TocsinError):
    """The file is none of ours, or of a newer program, or damaged."""


PUBLIC = (
    "sources",
    "articles",
    "article_keys",
    "revisions",
    "story_bands",
    "topics",
    "matches",
    "targets",
    "facts",
)
"""What a part for the public holds: the news, and what is needed to go on watching. Nobody's subscriptions."""

_ONLY_PUBLIC: dict[str, sa.ColumnElement[bool]] = {
    "topics": topic_store.IS_PUBLIC,
    "matches": matches.c.topic_id.in_(sa.select(topics.c.id).where(topic_store.IS_PUBLIC)),
    "targets": targets.c.kind == "source",
    # The others are names held by processes, and the key that signs sessions.
    "facts": facts.c.name.in_(["tour.started", topic_store.VERSION]),
}


def _tables() -> list[sa.Table]:
    return [table for table in metadata.sorted_tables if table is not rendered_feeds]


def _chosen(*, public: bool) -> list[tuple[sa.Table, sa.Select[Any]]]:
    """The tables to write, and which of their rows."""
    chosen = []
    for table in _tables():
        query = sa.select(table)
        if not public:
            chosen.append((table, query))
        elif table.name in PUBLIC:
            condition = _ONLY_PUBLIC.get(table.name)
            chosen.append((table, query if condition is None else query.where(condition)))
    return chosen


def write(
    database: Database,
    file: Path,
    now: datetime,
    advance: Advance = lambda done, total: None,
    *,
    public: bool = False,
) -> int:
    """Write the backup and return the number of rows. The file appears when it is whole.

    `public`: only what everybody may see, and what is needed to go on from there.
    """
    unfinished = file.with_name(f"{file.name}.unfinished")
    try:
        with (
            _snapshot(database) as connection,
            gzip.open(unfinished, "wt", encoding="utf-8", compresslevel=5) as output,
        ):
            number = _write_all(connection, output, now, advance, _chosen(public=public))
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return number


@contextmanager
def _snapshot(database: Database) -> Iterator[Connection]:
    """A transaction in which all tables are of the same moment."""
    with database.engine.connect() as connection:
        if not database.is_sqlite:  # on SQLite every reading transaction is
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def _write_all(
    connection: Connection,
    output: IO[str],
    now: datetime,
    advance: Advance,
    chosen: Sequence[tuple[sa.Table, sa.Select[Any]]],
) -> int:
    total = sum(
        connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one() for _, query in chosen
    )
    header = {"format": FORMAT, "revision": migrations.NEWEST, "at": now.isoformat(), "rows": total}
    output.write(json.dumps(header) + "\n")
    done = 0
    for table, query in chosen:
        rows = connection.execution_options(yield_per=BATCH).execute(query).mappings()
        for row in rows:
            values = {name: _portable(value) for name, value in row.items()}
            output.write(json.dumps([table.name, values], ensure_ascii=False) + "\n")
            done += 1
            if done % BATCH == 0:
                advance(done, total)
    return done


def _portable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode("ascii")
    return value


def read(database: Database, file: Path, *, replace: bool = False, advance: Advance = lambda done, total: None) -> int:
    """Take a backup in, in one transaction, and return the number of rows; `replace`: in place of what is stored.

    Raises `NotEmptyError`, `NotABackupError`, or OSError. Where anything is wrong, nothing has changed.
    """
    with gzip.open(file, "rb") as source, database.write() as connection:
        try:
            header = _header(source)
            if not replace:
                _refuse_if_not_empty(connection)
            for table in reversed(metadata.sorted_tables):
                connection.execute(sa.delete(table))
            number = _read_all(connection, source, header, advance)
        except (EOFError, zlib.error, gzip.BadGzipFile, ValueError, TypeError, AttributeError, KeyError) as error:
            raise NotABackupError(f"{file} is not a whole backup: {error}") from error
        if not database.is_sqlite:
            _set_sequences(connection)
    return number


def _header(source: gzip.GzipFile) -> Mapping[str, Any]:
    header = json.loads(source.readline(10_000))
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise NotABackupError("this is not a backup of Tocsin")
    if str(header.get("revision")) > migrations.NEWEST:
        raise NotABackupError(f"this backup is of a newer program (revision {header['revision']}): install that one")
    return header


def is_empty(connection: Connection) -> bool:
    """Whether nothing is stored."""
    return not any(_holds_rows(connection, table) for table in _tables())


def _refuse_if_not_empty(connection: Connection) -> None:
    for table in _tables():
        if _holds_rows(connection, table):
            raise NotEmptyError(f"the database is not empty: there are {table.name} in it")


def _holds_rows(connection: Connection, table: sa.Table) -> bool:
    return connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None


def _read_all(connection: Connection, source: gzip.GzipFile, header: Mapping[str, Any], advance: Advance) -> int:
    tables = {table.name: table for table in _tables()}
    total = int(header["rows"])
    done = 0
    name = ""
    batch: list[dict[str, Any]] = []
    for line in source:
        of_table, values = json.loads(line)
        done += 1
        if of_table != name or len(batch) == BATCH:
            _insert(connection, tables.get(name), batch)
            advance(done, total)
            name, batch = of_table, []
        batch.append(values)
    _insert(connection, tables.get(name), batch)
    if done != total:
        raise NotABackupError(f"the backup is not whole: it holds {done:,} of {total:,} rows")
    return done


def _insert(connection: Connection, table: sa.Table | None, batch: list[dict[str, Any]]) -> None:
    # A table or column that this program no longer has is left out; one that it has newly takes its default.
    if table is None or not batch:
        return
    columns = {column.name: column for column in table.columns}
    rows = [{name: _stored(columns[name], value) for name, value in row.items() if name in columns} for row in batch]
    connection.execute(sa.insert(table), rows)


def _stored(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, sa.LargeBinary):
        return base64.b64decode(value)
    return value


def _set_sequences(connection: Connection) -> None:
    for table in _tables():
        if "id" in table.columns:
            highest = connection.execute(sa.select(sa.func.max(table.c.id))).scalar()
            sequence = sa.func.pg_get_serial_sequence(table.name, "id")
            connection.execute(sa.select(sa.func.setval(sequence, highest or 1, highest is not None)))
