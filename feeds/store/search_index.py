"""The full-text index of titles and texts: how it is made on either database.

FTS5 on SQLite, a generated `tsvector` column on PostgreSQL. Both hold words in lower case without accents, and what is
asked of them must be written alike (`plain`). Who asks is `feeds.store.search`.

PostgreSQL keeps its column by itself. FTS5 writes its pages anew for each transaction that adds something, so that new
articles are taken in later, many at once (`take_in`, with what announces them); changes and removals are kept by
triggers. How far it has come is a row of `search_position`, written in the same transaction: ids ascend with commits,
because SQLite has one writer, so whatever has a higher id waits, through crashes too.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

INDEXED_CHARACTERS = 200_000
"""Of an article, on PostgreSQL: four bytes each stay below the megabyte that a tsvector may have."""

TAKEN_IN = 500
"""Articles in one transaction: a quarter of the price of twenty, and some 30 ms of SQLite's only writer."""

LETTERS = {
    "đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ð": "d", "þ": "th", "ı": "i", "æ": "ae", "Æ": "Ae",
    "œ": "oe", "Œ": "Oe", "ß": "ss", "й": "и", "Й": "И", "ё": "е", "Ё": "Е",
}  # fmt: skip
"""Letters that FTS5 keeps and `topics.text.fold` does not; replaced in the index and in what is asked of it."""


def plain(expression: str) -> str:
    """What is asked of the index, with its letters as they stand there."""
    return expression.translate(_PLAIN)


_PLAIN = str.maketrans(LETTERS)


def has_search_index(connection: Connection) -> bool:
    """Whether there is an index; without one, searches read the newest articles one by one."""
    return connection.exec_driver_sql(_IS_THERE[connection.dialect.name]).first() is not None


_IS_THERE = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'search'",
    "postgresql": "SELECT 1 FROM pg_attribute WHERE attrelid = 'articles'::regclass AND attname = 'search'",
}


def create_search_index(connection: Connection) -> None:
    """Make the index and fill it from what is stored; does nothing where it is there. For a migration.

    Nor does it where SQLite was built without FTS5, which some are: everything works without the index, only slower.
    Its tables and columns are called `search…`, its indexes `ix_search…`, its view `search_text`.
    """
    if connection.dialect.name == "sqlite":
        _create_on_sqlite(connection)
    else:
        _create_on_postgresql(connection)


def take_in(connection: Connection) -> int:
    """Put the oldest articles that wait into the index, `TAKEN_IN` at most; returns how many. 0: none waits."""
    if connection.dialect.name != "sqlite" or not has_search_index(connection):
        return 0
    number, last = connection.execute(_NEXT, {"limit": TAKEN_IN}).one()
    if number:
        connection.execute(_TAKE_IN, {"last": last})
        connection.execute(_TAKEN_IN, {"last": last})
    return int(number)


_NEXT = sa.text(
    "SELECT count(*), max(id) FROM "
    "(SELECT id FROM articles WHERE id > (SELECT indexed FROM search_position) ORDER BY id LIMIT :limit)"
)
_TAKE_IN = sa.text(
    "INSERT INTO search (rowid, title, text) SELECT id, title, text FROM search_text "
    "WHERE id > (SELECT indexed FROM search_position) AND id <= :last"
)
_TAKEN_IN = sa.text("UPDATE search_position SET indexed = :last")


def renew_search_index(connection: Connection) -> None:
    """Make one of the form before `search_position` anew. For a migration."""
    is_old = connection.dialect.name == "sqlite" and has_search_index(connection)
    if is_old and connection.exec_driver_sql(_HAS_POSITION).first() is None:
        drop_search_index(connection)
        create_search_index(connection)


_HAS_POSITION = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'search_position'"


def drop_search_index(connection: Connection) -> None:
    """Take it away; nothing is lost that `create_search_index` does not make again."""
    if connection.dialect.name == "sqlite":
        for trigger in ("search_insert", *_TRIGGERS):  # the first is of earlier versions
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger}")
        connection.exec_driver_sql("DROP TABLE IF EXISTS search")
        connection.exec_driver_sql("DROP TABLE IF EXISTS search_position")
        connection.exec_driver_sql("DROP VIEW IF EXISTS search_text")
    else:
        connection.exec_driver_sql("ALTER TABLE articles DROP COLUMN IF EXISTS search")


def _body(row: str) -> str:
    """SQL: the text of a row of `articles` as `feeds.topics` reads it, which is the summary where there is no text."""
    return f"CASE WHEN trim({row}text) = '' THEN {row}summary ELSE {row}text END"


def _letters_replaced(expression: str) -> str:
    """SQL: as many bytes as characters are ASCII, and hold none of the letters."""
    replaced = expression
    for letter, plain in LETTERS.items():
        replaced = f"replace({replaced}, '{letter}', '{plain}')"
    return f"CASE WHEN length({expression}) = length(CAST({expression} AS BLOB)) THEN {expression} ELSE {replaced} END"


def _index_values(row: str) -> str:
    return f"{row}id, {_letters_replaced(row + 'title')}, {_letters_replaced(_body(row))}"


_IF_INDEXED = "WHEN old.id <= (SELECT indexed FROM search_position)"
# SQL cannot take parameters here; all that is put in are the constants of this module.
_TRIGGERS = {
    "search_delete": f"""
        CREATE TRIGGER IF NOT EXISTS search_delete AFTER DELETE ON articles {_IF_INDEXED} BEGIN
            INSERT INTO search (search, rowid, title, text) VALUES ('delete', {_index_values("old.")});
        END""",  # noqa: S608
    "search_update": f"""
        CREATE TRIGGER IF NOT EXISTS search_update AFTER UPDATE OF title, text, summary ON articles
        {_IF_INDEXED} BEGIN
            INSERT INTO search (search, rowid, title, text) VALUES ('delete', {_index_values("old.")});
            INSERT INTO search (rowid, title, text) VALUES ({_index_values("new.")});
        END""",  # noqa: S608
}


def _create_on_sqlite(connection: Connection) -> None:
    able = connection.exec_driver_sql("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'").first()
    if able is None or has_search_index(connection):
        return
    connection.exec_driver_sql(
        "CREATE VIEW search_text AS "  # noqa: S608
        f"SELECT id, {_letters_replaced('title')} AS title, {_letters_replaced(_body(''))} AS text FROM articles"
    )
    connection.exec_driver_sql(
        "CREATE VIRTUAL TABLE search USING fts5("
        "title, text, content='search_text', content_rowid='id', tokenize='unicode61 remove_diacritics 2')"
    )
    connection.exec_driver_sql("CREATE TABLE search_position (indexed INTEGER NOT NULL)")
    connection.exec_driver_sql("INSERT INTO search_position SELECT coalesce(max(id), 0) FROM articles")
    for trigger in _TRIGGERS.values():
        connection.exec_driver_sql(trigger)
    connection.exec_driver_sql("INSERT INTO search (search) VALUES ('rebuild')")


# Marks of Latin, Greek and Cyrillic letters; those of other scripts tell words apart.
_MARKS = "[\\u0300-\\u036f]"


def _create_on_postgresql(connection: Connection) -> None:
    collation = connection.exec_driver_sql(
        "SELECT collname FROM pg_collation WHERE collname IN ('pg_c_utf8', 'und-x-icu') AND collencoding IN (-1, 6) "
        "ORDER BY collname = 'und-x-icu' LIMIT 1"
    ).scalar()
    # A database whose locale is C knows only ASCII letters, and would neither fold nor keep others.
    collate = f' COLLATE "{collation}"' if collation else ""
    words = f"left(title || ' ' || {_body('')}, {2 * INDEXED_CHARACTERS})"
    # In the Python string a backslash is one backslash, and psycopg leaves SQL without parameters as it is.
    bare = f"normalize(regexp_replace(normalize({words}, NFD), '{_MARKS}', '', 'g'), NFC)"
    singles = {letter: plain for letter, plain in LETTERS.items() if len(plain) == 1}
    bare = f"translate({bare}, '{''.join(singles)}', '{''.join(singles.values())}')"
    for letter, plain in LETTERS.items():
        if letter not in singles:
            bare = f"replace({bare}, '{letter}', '{plain}')"
    # Runs of letters and digits only: otherwise its parser makes host names, numbers and compounds of some of them.
    # Without positions (strip): half the size, and nobody asks for them.
    plain_words = f"regexp_replace(lower({bare}{collate}), '[^[:alnum:]]+', ' ', 'g')"
    connection.exec_driver_sql(
        "ALTER TABLE articles ADD COLUMN IF NOT EXISTS search tsvector GENERATED ALWAYS AS "
        f"(strip(to_tsvector('simple'::regconfig, left({plain_words}, {INDEXED_CHARACTERS})))) STORED"
    )
    connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS ix_search ON articles USING gin (search)")
