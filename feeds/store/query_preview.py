"""What a query would have brought, tried over everything that is stored while it is still being typed.

The index gives all candidates; a sample of them is verified, and what is said of the others follows from it: bounded
work, however common the words. So a figure may be "at least", and says so.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feeds.model import Article
from feeds.store import articles as article_rows
from feeds.store.search import Hit, candidates, readable, whole
from feeds.store.tables import articles
from feeds.topics import Query, evaluate, parse
from feeds.topics.query import Leaf, Node, Not, children_of

DAYS = 30
SAMPLES = 5

CANDIDATES = 50_000
"""Ids taken from the index, at most."""

NEWEST_VERIFIED = 50
SPREAD_VERIFIED = 50

LEAVES = 30
"""Clauses that are looked at one by one, at most."""

_LEAF_CANDIDATES = 10
_LEAST_HITS = 8
_NEARLY_ALL = 0.6


@dataclass(frozen=True, slots=True)
class QueryPreview:
    """What the query brings over the stored articles.

    `hits` were verified; where `exact` is false there are more, about `estimate`. `per_day` is of the last thirty days,
    by the day of publication. `samples` are the newest, whole, with the spans that matched. `dead` clauses stand in no
    stored article; `noisy` ones bring that share of the hits with no help of another clause.
    """

    total: int
    hits: int
    exact: bool
    estimate: int
    per_day: float
    samples: tuple[Hit, ...]
    dead: tuple[str, ...]
    noisy: tuple[tuple[str, float], ...]
    warnings: tuple[str, ...]
    milliseconds: float


def preview(
    connection: Connection, text: str, language: str | None, now: datetime, *, samples: int = SAMPLES
) -> QueryPreview:
    """Try the query. Raises `QueryError`."""
    return preview_query(connection, parse(text, language), now, samples=samples)


def preview_query(connection: Connection, query: Query, now: datetime, *, samples: int = SAMPLES) -> QueryPreview:
    """Try a query that has been parsed."""
    began = time.perf_counter()
    total = article_rows.count(connection)
    ids = candidates(connection, query, limit=CANDIDATES)
    chosen = _sample(ids)
    hits = _verified(connection, query, chosen)
    exact = len(chosen) == len(ids) and len(ids) < CANDIDATES
    estimate = len(hits) if exact else max(len(hits), round(len(ids) * len(hits) / len(chosen)))
    shown = whole(connection, hits[:samples])
    return QueryPreview(
        total=total,
        hits=len(hits),
        exact=exact,
        estimate=estimate,
        per_day=_per_day(connection, ids, chosen, hits, now),
        samples=tuple(shown),
        dead=tuple(_dead(connection, query)),
        noisy=tuple(_noisy(query, hits)),
        warnings=query.warnings,
        milliseconds=(time.perf_counter() - began) * 1000,
    )


def _sample(ids: Sequence[int]) -> list[int]:
    """The newest, and others spread evenly over the rest."""
    if len(ids) <= NEWEST_VERIFIED + SPREAD_VERIFIED:
        return list(ids)
    older = ids[NEWEST_VERIFIED:]
    step = len(older) / SPREAD_VERIFIED
    return [*ids[:NEWEST_VERIFIED], *(older[int(number * step)] for number in range(SPREAD_VERIFIED))]


def _verified(connection: Connection, query: Query, ids: Sequence[int]) -> list[Hit]:
    found = []
    for article in readable(connection, ids):
        match = evaluate(query, article)
        if match is not None:
            found.append(Hit(article, match))
    return found


def _per_day(
    connection: Connection, ids: Sequence[int], chosen: Sequence[int], hits: Sequence[Hit], now: datetime
) -> float:
    """Alerts a day: what was found in these days, and published in them (a first look finds old articles too)."""
    since = now - timedelta(days=DAYS)
    oldest = connection.execute(sa.select(sa.func.min(articles.c.id)).where(articles.c.found >= since)).scalar()
    if oldest is None:
        return 0.0
    asked = sum(1 for one in chosen if one >= oldest)
    brought = sum(1 for hit in hits if (hit.article.id or 0) >= oldest and _day(hit.article, now) >= since)
    recent = sum(1 for one in ids if one >= oldest)
    return brought * recent / asked / DAYS if asked else 0.0


def _day(article: Article, now: datetime) -> datetime:
    return article.published or article.found or now


def _dead(connection: Connection, query: Query) -> Iterator[str]:
    """The clauses that can bring nothing, as they were written."""
    for leaf in dict.fromkeys(list(_wanted(query.root))[:LEAVES]):
        alone = replace(query, text=leaf.text, root=leaf)
        ids = candidates(connection, alone, limit=_LEAF_CANDIDATES)
        if len(ids) < _LEAF_CANDIDATES and not _verified(connection, alone, ids):
            yield leaf.text


def _wanted(node: Node) -> Iterator[Leaf]:
    """The leaves that must or may be there; not those that must be absent."""
    if isinstance(node, Leaf):
        yield node
    elif not isinstance(node, Not):
        for child in children_of(node):
            yield from _wanted(child)


def _noisy(query: Query, hits: Sequence[Hit]) -> Iterator[tuple[str, float]]:
    if len(hits) < _LEAST_HITS or len({leaf.text for leaf in _wanted(query.root)}) < 2:
        return
    alone: Counter[str] = Counter()
    for hit in hits:
        clauses = {span.clause for span in hit.spans}
        if len(clauses) == 1:
            alone.update(clauses)
    for clause, number in alone.most_common(3):
        if number / len(hits) >= _NEARLY_ALL:
            yield clause, number / len(hits)
