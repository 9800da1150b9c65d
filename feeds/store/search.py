"""A query over everything that is stored: what an alert would have told, found again.

Query ─ candidates (the full-text index) ─→ newest first ─→ topics.evaluate ─→ Hits
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from feeds.model import Article, Match, Span
from feeds.store import articles as article_rows
from feeds.store.candidates import candidates, ends, newest, readable
from feeds.store.scouting import is_long, narrowed
from feeds.topics import Query
from feeds.topics.evaluate import match_document
from feeds.topics.reader import Reader

VERIFIED = 1_000
"""Candidates that one search looks at, at most."""

_CHUNK = 64
_AT_FIRST = 256
"""Of so many newest articles a query that selects many is asked, before the index is."""

READER = Reader()
"""The words of stored articles, for all searches of the process."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A stored article that the query selects, and why."""

    article: Article
    match: Match

    @property
    def spans(self) -> Sequence[Span]:
        """The places that made it match."""
        return self.match.spans


@dataclass(frozen=True, slots=True)
class Found:
    """The newest articles that a query selects. `older` is where to go on: an article's id, exclusive; None: nowhere.

    There may be an `older` and few hits, or none: of many candidates not all are looked at in one go.
    """

    hits: Sequence[Hit]
    older: int | None


def search(connection: Connection, query: Query, *, limit: int, before: int | None = None) -> Found:
    """Up to `limit` articles that the query selects, the newest first; `before` is an article id, exclusive.

    At most `VERIFIED` candidates are looked at.
    """
    hits: list[Hit] = []
    looked_at = 0
    for chunk in _candidates(connection, query, before):
        some = readable(connection, chunk)
        with READER.reading(query) as reading:
            for article in some:
                match = match_document(query.text, query.root, reading.document(article))
                if match is not None:
                    hits.append(Hit(article, match))
        if len(hits) > limit:
            return Found(whole(connection, hits[:limit]), hits[limit - 1].article.id)
        looked_at += len(chunk)
        if looked_at >= VERIFIED:
            return Found(whole(connection, hits), chunk[-1])
    return Found(whole(connection, hits), None)


def _candidates(connection: Connection, query: Query, before: int | None) -> Iterator[Sequence[int]]:
    """Yield ids of articles that the query may select, the newest first, some at a time; all that it does select are
    among them."""
    asked: Query | None = query
    if is_long(query):
        with READER.reading(query) as reading:
            oldest, last = ends(connection, before=before)
            asked = narrowed(connection, query, reading, oldest, last)
    if asked is None:
        some = newest(connection, limit=_AT_FIRST, before=before)
        yield from _chunks(some)
        if len(some) < _AT_FIRST:
            return
        before, asked = some[-1], query
    while some := candidates(connection, asked, limit=VERIFIED + 1, before=before):
        yield from _chunks(some)
        if len(some) <= VERIFIED:
            return
        before = some[-1]


def whole(connection: Connection, hits: Sequence[Hit]) -> list[Hit]:
    """The same hits with everything that is stored of their articles."""
    complete = {one.id: one for one in article_rows.by_ids(connection, [hit.article.id or 0 for hit in hits])}
    return [Hit(complete[hit.article.id], hit.match) for hit in hits if hit.article.id in complete]


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
