"""SQL on the full-text index: a query over everything that is stored.

    Query ─ full_text ─→ candidates (FTS5, tsvector: folded words) ─ newest first ─→ topics.evaluate ─→ Hits

The index only proposes; what a query matches is decided by `feeds.topics` alone, so a search finds what an alert would
have told. The index knows words without accents; a query that it cannot help with (a field other than title and text, a
script without spaces) is asked of the newest articles one by one.

Triggers keep the index on SQLite, a generated column on PostgreSQL: nothing else has to remember to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feeds.model import Article, Match, Span
from feeds.store import articles as article_rows
from feeds.store.tables import articles, sources
from feeds.topics import Query, evaluate

INDEXED_CHARACTERS = 200_000
"""Of an article, on PostgreSQL: four bytes each stay below the megabyte that a tsvector may have."""

VERIFIED = 2_000
"""Candidates that one search looks at, at most."""

_CHUNK = 64

LETTERS = {
    "đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ð": "d", "þ": "th", "ı": "i", "æ": "ae", "Æ": "Ae",
    "œ": "oe", "Œ": "Oe", "ß": "ss", "й": "и", "Й": "И", "ё": "е", "Ё": "Е",
}  # fmt: skip
"""Letters that FTS5 keeps and `topics.text.fold` does not; replaced in the index and in what is asked of it."""

_UNHELPED = re.compile(
    "[\u0370-\u03ff\u1f00-\u1fff\u0e01-\u0eff\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Scripts whose words FTS5 does not find (written without spaces), or does not fold (Greek)."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A stored article that the query selects, and why."""

    article: Article
    match: Match

    @property
    def spans(self) -> Sequence[Span]:
        """The places that made it match."""
        return self.match.spans


def search(connection: Connection, query: Query, *, limit: int, before: int | None = None) -> list[Hit]:
    """Up to `limit` articles that the query selects, the newest first; `before` is an article id, exclusive.

    At most `VERIFIED` candidates are looked at: a query that selects few of very many may end early.
    """
    hits: list[Hit] = []
    for chunk in _chunks(candidates(connection, query, limit=VERIFIED, before=before)):
        for article in readable(connection, chunk):
            match = evaluate(query, article)
            if match is not None:
                hits.append(Hit(article, match))
        if len(hits) >= limit:
            break
    return whole(connection, hits[:limit])


def candidates(connection: Connection, query: Query, *, limit: int, before: int | None = None) -> list[int]:
    """Ids of articles that the query may select, the newest first; all that it does select are among them."""
    expression = full_text(query, connection.dialect.name)
    if expression is None:
        newest = sa.select(articles.c.id).order_by(articles.c.id.desc()).limit(limit)
        if before is not None:
            newest = newest.where(articles.c.id < before)
        return list(connection.execute(newest).scalars())
    values: dict[str, Any] = {"expression": expression, "before": before or 2**31 - 1, "limit": limit}
    return list(connection.execute(_CANDIDATES[connection.dialect.name], values).scalars())


_CANDIDATES = {
    "sqlite": sa.text(
        "SELECT rowid FROM search WHERE search MATCH :expression AND rowid < :before ORDER BY rowid DESC LIMIT :limit"
    ),
    # Materialised, or for a rare word the planner walks all articles from the newest on, reading each one's entry.
    "postgresql": sa.text(
        "WITH found AS MATERIALIZED (SELECT id FROM articles WHERE search @@ to_tsquery('simple', :expression)) "
        "SELECT id FROM found WHERE id < :before ORDER BY id DESC LIMIT :limit"
    ),
}


def full_text(query: Query, dialect: str) -> str | None:
    """The query as the index of that database understands it, or None where it cannot help."""
    return None


_READABLE = sa.select(
    articles.c.id,
    articles.c.url,
    articles.c.title,
    articles.c.author,
    articles.c.language,
    articles.c.summary,
    articles.c.text,
    articles.c.found,
    articles.c.published,
    sources.c.slug.label("source"),
).join(sources, sources.c.id == articles.c.source_id)
_READABLE_BY_ID = _READABLE.where(articles.c.id.in_(sa.bindparam("ids", expanding=True))).order_by(articles.c.id.desc())


def readable(connection: Connection, ids: Sequence[int]) -> list[Article]:
    """What a query can ask of the articles, and no more (their HTML is as large as all the rest), the newest first."""
    rows = connection.execute(_READABLE_BY_ID, {"ids": list(ids)})
    return [
        Article(
            url=row.url,
            title=row.title,
            author=row.author,
            language=row.language,
            summary=row.summary,
            text=row.text,
            source=row.source,
            id=row.id,
            found=row.found,
            published=row.published,
        )
        for row in rows
    ]


def whole(connection: Connection, hits: Sequence[Hit]) -> list[Hit]:
    """The same hits with everything that is stored of their articles."""
    complete = {one.id: one for one in article_rows.by_ids(connection, [hit.article.id or 0 for hit in hits])}
    return [Hit(complete[hit.article.id], hit.match) for hit in hits if hit.article.id in complete]


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


# The index itself


def create_search_index(connection: Connection) -> None:
    """Make the index and fill it from what is stored; does nothing where it is there. For a migration.

    Its tables and columns are called `search…`, its indexes `ix_search…`, its view `search_text`.
    """
    if connection.dialect.name == "sqlite":
        _create_on_sqlite(connection)
    else:
        _create_on_postgresql(connection)


def drop_search_index(connection: Connection) -> None:
    """Take it away; nothing is lost that `create_search_index` does not make again."""
    if connection.dialect.name == "sqlite":
        for trigger in _TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger}")
        connection.exec_driver_sql("DROP TABLE IF EXISTS search")
        connection.exec_driver_sql("DROP VIEW IF EXISTS search_text")
    else:
        connection.exec_driver_sql("ALTER TABLE articles DROP COLUMN IF EXISTS search")


def _body(row: str) -> str:
    """SQL: the text of a row of `articles` as `feeds.topics` reads it, which is the summary where there is no text."""
    return f"CASE WHEN trim({row}text) = '' THEN {row}summary ELSE {row}text END"


def _letters_replaced(expression: str) -> str:
    for letter, plain in LETTERS.items():
        expression = f"replace({expression}, '{letter}', '{plain}')"
    return expression


def _index_values(row: str) -> str:
    return f"{row}id, {_letters_replaced(row + 'title')}, {_letters_replaced(_body(row))}"


# SQL cannot take parameters here; all that is put in are the constants of this module.
_TRIGGERS = {
    "search_insert": f"""
        CREATE TRIGGER IF NOT EXISTS search_insert AFTER INSERT ON articles BEGIN
            INSERT INTO search (rowid, title, text) VALUES ({_index_values("new.")});
        END""",  # noqa: S608
    "search_delete": f"""
        CREATE TRIGGER IF NOT EXISTS search_delete AFTER DELETE ON articles BEGIN
            INSERT INTO search (search, rowid, title, text) VALUES ('delete', {_index_values("old.")});
        END""",  # noqa: S608
    "search_update": f"""
        CREATE TRIGGER IF NOT EXISTS search_update AFTER UPDATE OF title, text, summary ON articles BEGIN
            INSERT INTO search (search, rowid, title, text) VALUES ('delete', {_index_values("old.")});
            INSERT INTO search (rowid, title, text) VALUES ({_index_values("new.")});
        END""",  # noqa: S608
}


def _create_on_sqlite(connection: Connection) -> None:
    there = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'search'").first()
    if there is not None:
        return
    connection.exec_driver_sql(
        "CREATE VIEW search_text AS "  # noqa: S608
        f"SELECT id, {_letters_replaced('title')} AS title, {_letters_replaced(_body(''))} AS text FROM articles"
    )
    connection.exec_driver_sql(
        "CREATE VIRTUAL TABLE search USING fts5("
        "title, text, content='search_text', content_rowid='id', tokenize='unicode61 remove_diacritics 2')"
    )
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
    plain_words = f"regexp_replace(lower({bare}{collate}), '[^[:alnum:]]+', ' ', 'g')"
    connection.exec_driver_sql(
        "ALTER TABLE articles ADD COLUMN IF NOT EXISTS search tsvector GENERATED ALWAYS AS "
        f"(to_tsvector('simple'::regconfig, left({plain_words}, {INDEXED_CHARACTERS}))) STORED"
    )
    connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS ix_search ON articles USING gin (search)")
