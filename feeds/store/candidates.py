"""Which stored articles a query may select, by the full-text index: FTS5 on SQLite, a tsvector on PostgreSQL.

The index only proposes; what a query matches is decided by `feeds.topics` alone, so a search finds what an alert would
have told. The index knows words without accents; a query that it cannot help with (a field other than title and text, a
script without spaces) is asked of the newest articles one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RootTransaction

from feeds.model import Article
from feeds.store.search_index import has_search_index, plain
from feeds.store.tables import articles, sources
from feeds.topics import Query
from feeds.topics.fulltext import fts5_expression, tsquery_expressions
from feeds.topics.query import Node


def candidates(connection: Connection, query: Query, *, limit: int, before: int | None = None) -> list[int]:
    """Ids of articles that the query may select, the newest first; all that it does select are among them."""
    expressions = full_text(query, connection.dialect.name)
    if expressions is None or not _has_index(connection):
        return newest(connection, limit=limit, before=before)
    values = {**expressions, "before": before or _BEYOND, "limit": limit}
    if connection.dialect.name == "sqlite":
        return (_waiting(connection, values) + list(connection.execute(_FTS5_CANDIDATES, values).scalars()))[:limit]
    return list(connection.execute(_in_tsquery(_TSQUERY_CANDIDATES, len(expressions)), values).scalars())


def some_candidates(connection: Connection, query: Query, *, limit: int) -> list[int]:
    """Some of what `candidates` would give, whichever come first: less work."""
    expressions = full_text(query, connection.dialect.name)
    if expressions is None or not _has_index(connection):
        return newest(connection, limit=limit)
    values = {**expressions, "limit": limit}
    if connection.dialect.name == "sqlite":
        waiting = _waiting(connection, {"before": _BEYOND, "limit": limit})
        return (waiting + list(connection.execute(_SOME_FTS5, values).scalars()))[:limit]
    return list(connection.execute(_in_tsquery(_SOME_TSQUERY, len(expressions)), values).scalars())


def all_candidates(connection: Connection, query: Query, *, since: int) -> list[int]:
    """All that `candidates` would give from the id `since` on, the newest first: tens of thousands in a few ms."""
    expressions = full_text(query, connection.dialect.name)
    # In one row: to fetch as many rows takes several times as long as to find them.
    if expressions is None or not _has_index(connection):
        return all_ids(connection, since=since)
    values = {**expressions, "since": since}
    if connection.dialect.name == "sqlite":
        ids = connection.execute(_ALL_FTS5, values).scalar()
        waiting = _waiting(connection, {"before": _BEYOND, "limit": _MOST_WAITING})
        ids = ",".join(filter(None, (ids, *map(str, waiting))))
    else:
        ids = connection.execute(_in_tsquery(_ALL_TSQUERY, len(expressions)), values).scalar()
    return _newest_first(ids)


def all_ids(connection: Connection, *, since: int) -> list[int]:
    """The ids of all articles from `since` on, the newest first."""
    statement = _ALL_SQLITE if connection.dialect.name == "sqlite" else _ALL_POSTGRESQL
    return _newest_first(connection.execute(statement, {"since": since}).scalar())


def _newest_first(ids: str | None) -> list[int]:
    return sorted(map(int, ids.split(",")), reverse=True) if ids else []


def expected(connection: Connection, query: Query) -> int | None:
    """How many candidates PostgreSQL expects there to be, by how frequent it knows the words to be, without looking.

    None where nothing is known: on SQLite, whose index is read as quickly, or where the index cannot help.
    """
    if connection.dialect.name == "sqlite":
        return None
    expressions = full_text(query, connection.dialect.name)
    if expressions is None or not _has_index(connection):
        return None
    plan = connection.execute(_in_tsquery(_PLAN, len(expressions)), expressions).scalar_one()
    return int(plan[0]["Plan"]["Plan Rows"])


def candidates_among(connection: Connection, query: Query, ids: Sequence[int]) -> set[int]:
    """Which of these few articles are candidates, by what the index holds of each; on PostgreSQL."""
    expressions = full_text(query, connection.dialect.name) or {}
    values = {**expressions, "ids": list(ids)}
    return set(connection.execute(_in_tsquery(_AMONG, len(expressions)), values).scalars())


def narrows(connection: Connection, node: Node) -> bool:
    """Whether the index can be asked for that part of a query."""
    return full_text(Query("", node), connection.dialect.name) is not None


def _waiting(connection: Connection, values: Mapping[str, object]) -> list[int]:
    """Articles that SQLite's index has not taken in yet (`search_index.take_in`): any of them may be selected."""
    return list(connection.execute(_WAITING, values).scalars())


def _has_index(connection: Connection) -> bool:
    """Whether there is an index. If so, PostgreSQL reads it until the transaction ends.

    Its planner does not know that to read a row's tsvector is to read another table, and would read all.
    """
    transaction = connection.get_transaction()
    found = _INDEXED.get(transaction) if transaction is not None else None
    if found is None:
        found = has_search_index(connection)
        if found and connection.dialect.name != "sqlite":
            connection.execute(_USE_INDEX)
        if transaction is not None:
            _INDEXED[transaction] = found
    return found


_INDEXED: WeakKeyDictionary[RootTransaction, bool] = WeakKeyDictionary()
"""What was found in each transaction: a query that is tried asks many times."""


def newest(connection: Connection, *, limit: int, before: int | None = None) -> list[int]:
    """Ids of any articles, the newest first."""
    return list(connection.execute(_NEWEST, {"before": before or _BEYOND, "limit": limit}).scalars())


def ends(connection: Connection, *, before: int | None = None) -> tuple[int, int]:
    """The lowest and the highest id of any article, or of those below `before`; (0, 0) where there is none."""
    row = connection.execute(_ENDS, {"before": before or _BEYOND}).one()
    return row.oldest or 0, row.newest or 0


_BEYOND = 2**31 - 1
_ENDS = sa.select(
    sa.select(sa.func.min(articles.c.id)).scalar_subquery().label("oldest"),
    sa.select(sa.func.max(articles.c.id))
    .where(articles.c.id < sa.bindparam("before"))
    .scalar_subquery()
    .label("newest"),
)
_NEWEST = (
    sa.select(articles.c.id)
    .where(articles.c.id < sa.bindparam("before"))
    .order_by(articles.c.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)
_FTS5_CANDIDATES = sa.text(
    "SELECT rowid FROM search WHERE search MATCH :expression0 AND rowid < :before ORDER BY rowid DESC LIMIT :limit"
)
_WAITING = sa.text(
    "SELECT id FROM articles WHERE id > (SELECT indexed FROM search_position) AND id < :before "
    "ORDER BY id DESC LIMIT :limit"
)
_MOST_WAITING = 5_000
_SOME_FTS5 = sa.text("SELECT rowid FROM search WHERE search MATCH :expression0 LIMIT :limit")
_SOME_TSQUERY = "SELECT id FROM articles WHERE FOUND LIMIT :limit"
# The sign keeps SQLite from reading the table itself, whose rows are long, in place of an index that has the ids too.
_ALL_SQLITE = sa.text("SELECT group_concat(id) FROM articles WHERE +id >= :since")
_ALL_POSTGRESQL = sa.text("SELECT string_agg(CAST(id AS text), ',') FROM articles WHERE id >= :since")
_ALL_FTS5 = sa.text("SELECT group_concat(rowid) FROM search WHERE search MATCH :expression0 AND rowid >= :since")
_ALL_TSQUERY = (
    "WITH found AS MATERIALIZED (SELECT id FROM articles WHERE FOUND) "
    "SELECT string_agg(CAST(id AS text), ',') FROM found WHERE id >= :since"
)
_PLAN = "EXPLAIN (FORMAT JSON) SELECT id FROM articles WHERE FOUND"
_AMONG = "SELECT id FROM articles WHERE id = ANY(:ids) AND FOUND"
_USE_INDEX = sa.text("SET LOCAL enable_seqscan = off")
_TSQUERY_CANDIDATES = (
    "WITH found AS MATERIALIZED (SELECT id FROM articles WHERE FOUND) "
    "SELECT id FROM found WHERE id < :before ORDER BY id DESC LIMIT :limit"
)


@lru_cache(maxsize=64)
def full_text(query: Query, dialect: str) -> Mapping[str, str] | None:
    """The query as the index of that database understands it: values for its statements. None where it cannot help.

    FTS5 has one expression; of PostgreSQL's any may find an article (`_in_tsquery`).
    """
    expressions: Iterable[str]
    if dialect == "sqlite":
        expressions = filter(None, (fts5_expression(query),))
    else:
        # For neighbouring words PostgreSQL would read every candidate's whole vector; that both are there will do.
        expressions = (one.replace(" <-> ", " & ") for one in tsquery_expressions(query) or ())
    values = {f"expression{number}": plain(one) for number, one in enumerate(expressions)}
    return None if not values or any(map(_UNHELPED.search, values.values())) else values


@cache
def _in_tsquery(statement: str, number: int) -> sa.TextClause:
    """The statement with a condition that so many expressions have their say in, each looked up by itself."""
    conditions = (f"search @@ to_tsquery('simple', :expression{place})" for place in range(number))
    return sa.text(statement.replace("FOUND", f"({' OR '.join(conditions)})"))


_UNHELPED = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
"""Greek, whose accents FTS5 keeps."""

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
