"""What a query would have brought, tried over everything that is stored while it is still being typed.

The index gives all candidates; a sample of them is verified, and what is said of the others follows from it: bounded
work, however common the words. So a figure may be "at least", and says so.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feeds.database import UtcDateTime
from feeds.model import Article
from feeds.store import articles as article_rows
from feeds.store.queries import read_query
from feeds.store.search import Hit, candidates, readable, whole
from feeds.store.tables import articles
from feeds.topics import Index, Query, evaluate
from feeds.topics.preview import preview as try_on
from feeds.topics.query import Leaf, Node, Not, children_of, written

DAYS = 30
SAMPLES = 5

CANDIDATES = 5_000
"""Ids taken from the index, at most; how many more there are follows from how densely these lie."""

VERIFIED = 100
"""Candidates that are verified, at most."""

FEWEST_VERIFIED = 20
"""Candidates that are verified, however long it takes."""

SECONDS = 0.02
"""How long candidates are verified, if nobody says otherwise: somebody is typing."""

LEAVES = 12
"""Clauses that are looked at one by one, at most."""

_LEAF_CANDIDATES = 10
_CLAUSES_ASKED = 10
_FEWEST_ASKED = 5


@dataclass(frozen=True, slots=True)
class QueryPreview:
    """What the query brings over the stored articles.

    `hits` were verified; where `exact` is false there are more, about `estimate`. `per_day` is of the last thirty days,
    by the day of publication. `samples` are the newest, whole, with the spans that matched. `dead` clauses stand in no
    stored article; without a `noisy` one that share of the hits would be lost.
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
    connection: Connection,
    text: str,
    language: str | None,
    now: datetime,
    *,
    samples: int = SAMPLES,
    seconds: float = SECONDS,
) -> QueryPreview:
    """Try the query, which may name public topics. Raises `QueryError`."""
    return preview_query(connection, read_query(connection, text, language), now, samples=samples, seconds=seconds)


def preview_query(
    connection: Connection, query: Query, now: datetime, *, samples: int = SAMPLES, seconds: float = SECONDS
) -> QueryPreview:
    """Try a query that has been parsed. `seconds` bound how long candidates are verified, and so how exact it is."""
    began = time.perf_counter()
    ids = candidates(connection, query, limit=CANDIDATES)
    asked, hits, dominant = _verify(connection, query, ids, began + seconds)
    exact = asked == len(ids) < CANDIDATES
    oldest_id, newest_id = connection.execute(_ENDS).one()
    number = len(ids) if len(ids) < CANDIDATES else _extrapolated(ids, oldest_id, newest_id)
    shown = whole(connection, hits[:samples])
    return QueryPreview(
        total=article_rows.count(connection),
        hits=len(hits),
        exact=exact,
        estimate=len(hits) if exact else max(len(hits), round(number * len(hits) / asked)),
        per_day=_per_day(connection, ids, asked, hits, now),
        samples=tuple(shown),
        dead=tuple(_dead(connection, query, hits)),
        noisy=dominant,
        warnings=query.warnings,
        milliseconds=(time.perf_counter() - began) * 1000,
    )


_ENDS = sa.select(
    sa.select(sa.func.min(articles.c.id)).scalar_subquery(), sa.select(sa.func.max(articles.c.id)).scalar_subquery()
)


def _extrapolated(ids: Sequence[int], oldest: int, newest: int) -> int:
    """How many there are down to the id `oldest`, if they lie as densely as the newest of them do."""
    return round(len(ids) * (newest - oldest + 1) / (newest - ids[-1] + 1))


def _verify(
    connection: Connection, query: Query, ids: Sequence[int], until: float
) -> tuple[int, list[Hit], tuple[tuple[str, float], ...]]:
    """How many candidates were verified, those of them that are hits, and the clauses that brought most of these."""
    chosen = ids if len(ids) <= VERIFIED else _spread(ids)
    # An index of one query remembers the words of the articles before: the next takes a third of the time.
    index = Index([(query.text, query)])
    asked: list[Article] = []
    found: dict[int, Hit] = {}
    for start in range(0, len(chosen), FEWEST_VERIFIED):
        if start and time.perf_counter() > until:
            break
        for article in readable(connection, chosen[start : start + FEWEST_VERIFIED]):
            asked.append(article)
            for match in index.match(article):
                found[article.id or 0] = Hit(article, match)
    # What clauses do is looked at on some of the hits: each is asked about each clause.
    number = _CLAUSES_ASKED if time.perf_counter() < until else _FEWEST_ASKED
    some = [hit.article for hit in found.values()][:number]
    dominant = try_on(query, some, DAYS).dominant if len(list(_wanted(query.root))) > 1 else ()
    return len(asked), [found[number] for number in sorted(found, reverse=True)], dominant


def _spread(ids: Sequence[int]) -> list[int]:
    """A sample: in turn one of the newest and one from anywhere, so that any beginning of it is a sample too."""
    newest = ids[: VERIFIED // 2]
    others = ids[VERIFIED // 2 :]
    step = len(others) * 0.618034 % len(others)  # the golden section spreads any number of places evenly
    spread = [others[int(step * number) % len(others)] for number in range(VERIFIED // 2)]
    return list(dict.fromkeys(one for pair in zip(newest, spread, strict=True) for one in pair))


def _per_day(connection: Connection, ids: Sequence[int], asked: int, hits: Sequence[Hit], now: datetime) -> float:
    """Alerts a day: what was found in these days and published in them (a first look finds old articles too)."""
    since = now - timedelta(days=DAYS)
    oldest = connection.execute(_FOUND_SINCE, {"since": since}).scalar()
    if oldest is None or not asked:
        return 0.0
    recent = sum(1 for one in ids if one >= oldest)
    if len(ids) == CANDIDATES and recent == len(ids):
        recent = _extrapolated(ids, oldest, ids[0])
    dated = [hit for hit in hits if (hit.article.published or hit.article.found or now) >= since]
    alerting = sum(1 for hit in dated if (hit.article.id or 0) >= oldest)
    recent_hits = sum(1 for hit in hits if (hit.article.id or 0) >= oldest)
    if not recent_hits:
        return 0.0
    return recent * (len(hits) / asked) * (alerting / recent_hits) / DAYS


# By the index on `found`: min(id) would read all older articles first.
_FOUND_SINCE = (
    sa.select(articles.c.id)
    .where(articles.c.found >= sa.bindparam("since", type_=UtcDateTime()))
    .order_by(articles.c.found, articles.c.id)
    .limit(1)
)


def _dead(connection: Connection, query: Query, hits: Sequence[Hit]) -> Iterator[str]:
    """The clauses that can bring nothing, as they were written."""
    alive = {span.clause for hit in hits for span in hit.spans}
    for leaf in list(dict.fromkeys(_wanted(query.root)))[:LEAVES]:
        if leaf.text in alive:
            continue
        alone = replace(query, text=leaf.text, root=leaf)
        ids = candidates(connection, alone, limit=_LEAF_CANDIDATES)
        if len(ids) < _LEAF_CANDIDATES and not any(evaluate(alone, one) for one in readable(connection, ids)):
            yield written(leaf)


def _wanted(node: Node) -> Iterator[Leaf]:
    """The leaves that must or may be there; not those that must be absent."""
    if isinstance(node, Leaf):
        yield node
    elif not isinstance(node, Not):
        for child in children_of(node):
            yield from _wanted(child)
