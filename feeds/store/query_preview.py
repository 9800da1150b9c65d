"""What a query would have brought, tried over everything that is stored while it is still being typed.

    Query ─ all_candidates ─→ ids ─┬─ the newest ───────────────────┐
                                          ├─ some of the last thirty days ─┼─ verified ─→ hits; about how many more
                                          └─ some of all that is older ────┘

The index gives all candidates, however many; some are verified, and what is said of the others follows from those that
were drawn from among them. So a figure may be "about", and says so.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise, takewhile
from math import sqrt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feeds.database import UtcDateTime
from feeds.store import candidates as index
from feeds.store import search
from feeds.store.queries import read_query
from feeds.store.scouting import FEW, is_long, narrowed
from feeds.store.search import Hit
from feeds.store.tables import articles
from feeds.topics import Query
from feeds.topics.document import Document
from feeds.topics.evaluate import match_document
from feeds.topics.preview import dominant, wanted
from feeds.topics.query import Leaf, written
from feeds.topics.reader import Reading

DAYS = 30
SAMPLES = 5

LOOKED_BACK = 50_000
"""Of so many newest articles all candidates are taken from the index."""

CANDIDATES = 5_000
"""Candidates that are older than that, at most; how many more there are follows from how densely these lie."""

FREQUENT = 0.25
"""From this share of all articles on, which PostgreSQL's index is expected to name, it is not read: some articles are
drawn from all, and only asked whether it names them. To read it for several frequent words takes 30 to 50 ms."""

VERIFIED = 160
"""Candidates that are verified, at most."""

SECONDS = 0.015
"""After so long no more candidates are verified, if nobody says otherwise: somebody is typing."""

LEAVES = 12
"""Clauses that are looked at one by one, at most."""

_LEAVES_AT_LEAST = 3
"""So many of those that were not met are looked for, however long it takes."""

_NEWEST = 60
_AT_ONCE = 20
"""Candidates that are verified in one go; so many are, however long it takes."""

_ASKED = 40
"""Hits that are asked which clause they would be lost without."""

_FEW_ENOUGH = 60
"""Not more candidates than this are all verified, so that what is said of a rare word is exact."""

_LEAF_CANDIDATES = 40
"""Where there are as many candidates of a clause, it is not said to be dead."""

_LEAF_EXPECTED = 10 * _LEAF_CANDIDATES
"""Where PostgreSQL expects more than so many, they are not looked for."""

_PRIOR = 20


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
    with search.READER.reading(query) as reading:
        proposed = _propose(connection, query, reading, now)
        seen = _verify(connection, query, proposed, reading, began + seconds)
        noisy = dominant(query, [document for _, document in seen.hits[:_ASKED]])
        dead = tuple(written(leaf) for leaf in _dead(connection, query, seen, reading, began + 1.5 * seconds))
    hits = seen.hits
    newest = sorted((hit for hit, _ in hits), key=lambda hit: -(hit.article.id or 0))
    exact = proposed.exact and len(seen.places) == len(proposed.ids)
    return QueryPreview(
        total=proposed.total,
        hits=len(hits),
        exact=exact,
        estimate=len(hits) if exact else max(len(hits), round(seen.estimate() * proposed.times)),
        per_day=seen.alerts(now - timedelta(days=DAYS)) * proposed.recent_times / DAYS,
        samples=tuple(search.whole(connection, newest[:samples])),
        dead=dead,
        noisy=noisy,
        warnings=query.warnings,
        milliseconds=(time.perf_counter() - began) * 1000,
    )


@dataclass(frozen=True, slots=True)
class _Proposed:
    """Ids of candidates, the newest first; the first `recent` of them were found in the last thirty days.

    `total` articles are stored. `exact` if the candidates are all there are; else there are about `times` as many, and
    `recent_times` as many recent ones. `expected` > 0: they are any articles, about so many of which the index names
    when it is `asked`.
    """

    total: int
    ids: Sequence[int] = ()
    recent: int = 0
    exact: bool = True
    times: float = 1.0
    recent_times: float = 1.0
    expected: int = 0
    asked: Query = field(kw_only=True)


def _propose(connection: Connection, query: Query, reading: Reading, now: datetime) -> _Proposed:
    """Take the candidates from the index; where it would name very many, any articles, to be drawn from."""
    stored = connection.execute(_STORED, {"since": now - timedelta(days=DAYS)}).one()
    oldest_id, newest_id = stored.oldest, stored.newest
    if newest_id is None:
        return _Proposed(0, asked=query)
    since = max(oldest_id, newest_id - LOOKED_BACK)
    asked: Query | None = query
    expected = 0
    if stored.total > FEW:
        if is_long(query):
            asked = narrowed(connection, query, reading, since, newest_id)
        if asked is not None:
            expected = index.expected(connection, asked) or 0
            expected *= expected >= FREQUENT * stored.total
    ids: Sequence[int]
    if not expected and asked is not None:
        ids = index.all_candidates(connection, asked, since=since)
    elif stored.total == newest_id - oldest_id + 1:  # none was removed in between, so there is nothing to ask
        ids = range(newest_id, since - 1, -1)
    else:
        ids = index.all_ids(connection, since=since)
    exact = since == oldest_id
    if not exact and len(ids) < FEW:
        older = index.candidates(connection, asked or query, limit=CANDIDATES, before=since)
        exact = len(older) < CANDIDATES
        since = older[-1] if older else since
        ids = [*ids, *older]
    recent_id = stored.recent or newest_id + 1

    def times(first: int) -> float:
        """How many times as many there are from that id on as from `since` on, if they lie as densely everywhere."""
        return 1.0 if exact or first >= since else (newest_id - first + 1) / (newest_id - since + 1)

    recent = bisect_left(ids, True, key=lambda one: one < recent_id)
    return _Proposed(
        stored.total, ids, recent, exact, times(oldest_id), times(recent_id), expected, asked=asked or query
    )


# By the index on `found`: min(id) would read all older articles first.
_FOUND_SINCE = (
    sa.select(articles.c.id)
    .where(articles.c.found >= sa.bindparam("since", type_=UtcDateTime()))
    .order_by(articles.c.found, articles.c.id)
    .limit(1)
)
_STORED = sa.select(
    sa.select(sa.func.count()).select_from(articles).scalar_subquery().label("total"),
    sa.select(sa.func.min(articles.c.id)).scalar_subquery().label("oldest"),
    sa.select(sa.func.max(articles.c.id)).scalar_subquery().label("newest"),
    _FOUND_SINCE.scalar_subquery().label("recent"),
)


class _Seen:
    """What was verified of the candidates: the newest, and some drawn from the other recent and from the older ones."""

    def __init__(self, proposed: _Proposed) -> None:
        self.proposed = proposed
        self.places: set[int] = set()
        """Places among the candidates that were asked, or need not be."""
        self.documents: list[Document] = []
        self.hits: list[tuple[Hit, Document]] = []
        """In the order in which they were asked: any beginning is a sample."""
        self.known: float = 0.0
        """How many articles the index names, where these places are any articles."""
        self.named: dict[int, float] = {}
        """Places of those that it names, of all that were drawn."""
        self._places_of_hits: list[int] = []

    def add(self, place: int, document: Document, hit: Hit | None) -> None:
        """Note what came of a candidate."""
        self.places.add(place)
        self.documents.append(document)
        if hit is not None:
            self.hits.append((hit, document))
            self._places_of_hits.append(place)

    def estimate(self) -> float:
        """About how many of the candidates are hits."""
        counts = dict.fromkeys(self._places_of_hits, 1.0)
        return self._corrected(_layered(self.places, counts, len(self.proposed.ids), self.proposed))

    def alerts(self, since: datetime) -> float:
        """About how many were found in the last thirty days and published in them: a first look finds old ones too."""
        lately = [float((hit.article.published or hit.article.found or since) >= since) for hit, _ in self.hits]
        counts = dict(zip(self._places_of_hits, lately, strict=True))
        return self._corrected(_layered(self.places, counts, self.proposed.recent, self.proposed))

    def _corrected(self, estimate: float) -> float:
        """By how many articles the index names, and how many it would by those that were asked."""
        if not self.known:
            return estimate
        asked = {place: 1.0 for place in self.named if place in self.places}
        drawn = _layered(self.places, asked, len(self.proposed.ids), self.proposed)
        return estimate * self.known / drawn if drawn else estimate


def _layered(asked: Set[int], counts: Mapping[int, float], end: int, proposed: _Proposed) -> float:
    """About what all places before `end` would come to, if each of those that were asked counts so much (or nothing).

    In layers: the newest, asked one and all up to the first that was not; the other recent ones; the older ones.
    """
    first = next(place for place in range(len(proposed.ids) + 1) if place not in asked)
    layers = sorted({0, end, *(edge for edge in (first, proposed.recent) if edge < end)})

    def drawn(low: int, high: int) -> tuple[int, float]:
        number = sum(1 for place in asked if low <= place < high)
        return number, sum(count for place, count in counts.items() if low <= place < high)

    number, found = drawn(0, end)
    overall = found / number if number else 0.0
    total = 0.0
    for low, high in pairwise(layers):
        number, found = drawn(low, high)
        # Where few were drawn, the others are taken to be much like all.
        share = found / number if number == high - low else (found + _PRIOR * overall) / (number + _PRIOR)
        total += (high - low) * share
    return total


def _verify(connection: Connection, query: Query, proposed: _Proposed, reading: Reading, until: float) -> _Seen:
    """Verify some candidates."""
    seen = _Seen(proposed)
    chosen = _chosen(len(proposed.ids), proposed.recent, VERIFIED)
    worth = chosen
    if proposed.expected:
        named = index.candidates_among(connection, proposed.asked, [proposed.ids[place] for place in chosen])
        worth = [place for place in chosen if proposed.ids[place] in named]
        seen.named = dict.fromkeys(worth, 1.0)
        seen.known = _named_in_all(chosen, seen.named, proposed)
    unasked = iter(chosen)
    for start in range(0, len(worth), _AT_ONCE):
        if start and len(chosen) > _FEW_ENOUGH and time.perf_counter() > until:
            break
        places = {proposed.ids[place]: place for place in worth[start : start + _AT_ONCE]}
        for article in index.readable(connection, list(places)):
            document = reading.document(article)
            match = match_document(query.text, query.root, document)
            seen.add(places[article.id or 0], document, None if match is None else Hit(article, match))
        # What was drawn before the last of these and is no candidate has been answered too.
        seen.places.update(takewhile(worth[start : start + _AT_ONCE][-1].__ne__, unasked))
    else:
        seen.places.update(unasked)
    return seen


def _named_in_all(chosen: Sequence[int], named: Mapping[int, float], proposed: _Proposed) -> float:
    """How many articles the index names: as PostgreSQL expects, unless those drawn say otherwise.

    It counts words when it analyses the table, and that may be long ago.
    """
    drawn = _layered(set(chosen), named, len(proposed.ids), proposed)
    share = len(named) / len(chosen)
    doubt = 3 * sqrt((share * (1 - share) + 1 / len(chosen)) / len(chosen)) * len(proposed.ids)
    expected = proposed.expected / proposed.times
    return expected if abs(expected - drawn) <= doubt else drawn


def _chosen(number: int, recent: int, most: int) -> list[int]:
    """Places among so many candidates: in turn two of the newest, one of the other recent ones, one of the older."""
    if number <= most:
        return list(range(number))
    newest = iter(range(_NEWEST))
    others = _spread(min(_NEWEST, recent), recent), _spread(max(_NEWEST, recent), number)
    chosen: dict[int, None] = {}
    while len(chosen) < most:
        before = len(chosen)
        for each in (newest, others[0], newest, others[1]):
            if (place := next(each, None)) is not None:
                chosen[place] = None
        if len(chosen) == before:
            break
    return list(chosen)


def _spread(low: int, high: int) -> Iterator[int]:
    """Yield places from `low` to before `high`, evenly spread wherever one stops; each at most once."""
    size = high - low
    if size <= 0:
        return
    met: set[int] = set()
    for number in range(4 * VERIFIED):
        place = low + int((0.5 + number * _GOLDEN) % 1 * size)
        if place not in met:
            met.add(place)
            yield place


_GOLDEN = 0.6180339887
"""The golden section spreads any number of places evenly."""


def _dead(connection: Connection, query: Query, seen: _Seen, reading: Reading, until: float) -> Iterator[Leaf]:
    """The clauses that stand in no stored article; those of which that cannot be told so quickly are left out."""
    unseen = (leaf for leaf in wanted(query.root)[:LEAVES] if not any(one.has(leaf) for one in seen.documents))
    for number, leaf in enumerate(unseen):
        if number >= _LEAVES_AT_LEAST and time.perf_counter() > until:
            return
        alone = replace(query, text=leaf.text, root=leaf)
        if (index.expected(connection, alone) or 0) > _LEAF_EXPECTED:
            continue
        known = leaf == query.root and not seen.proposed.ids
        ids = [] if known else index.some_candidates(connection, alone, limit=_LEAF_CANDIDATES)
        if len(ids) == _LEAF_CANDIDATES or (ids and time.perf_counter() > until):
            continue
        if not any(reading.document(one).has(leaf) for one in index.readable(connection, ids)):
            yield leaf
