"""SQL on stories: which stored articles may tell the same as a new one, and joining them.

Whether they do is decided by `feeds.near_duplicates`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feeds.database import UtcDateTime
from feeds.model import Article
from feeds.statements import ManyRows
from feeds.store.articles import _ARTICLES, article_of
from feeds.store.tables import articles, story_bands


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored article that shares a band with the one in hand."""

    article_id: int
    story_id: int
    signature: bytes


def candidates(connection: Connection, source_id: int, bands: Iterable[int], since: datetime) -> list[Candidate]:
    """Articles of other sources, found since `since` (UTC), that share any band; oldest first.

    A source doesn't copy itself: what it says twice in nearly the same words is a form it fills in again, and news each
    time. So a story that has an article of this source already is no candidate.
    """
    wanted = list(bands)
    if not wanted:
        return []
    rows = connection.execute(_CANDIDATES, {"bands": wanted, "source": source_id, "since": since}).all()
    return [Candidate(row.id, row.story_id, row.signature) for row in rows]


_SINCE = sa.bindparam("since", type_=UtcDateTime())
_CANDIDATES = (
    sa.select(articles.c.id, articles.c.story_id, articles.c.signature)
    .where(
        articles.c.id.in_(
            sa.select(story_bands.c.article_id).where(story_bands.c.band.in_(sa.bindparam("bands", expanding=True)))
        ),
        articles.c.found >= _SINCE,
        articles.c.signature.is_not(None),
        articles.c.story_id.not_in(
            sa.select(articles.c.story_id)
            .where(articles.c.source_id == sa.bindparam("source"), articles.c.found >= _SINCE)
            .correlate(None)
        ),
    )
    .order_by(articles.c.id)
    .limit(200)
)


def remember(connection: Connection, bands: Mapping[int, Iterable[int]]) -> None:
    """Let later articles find these: the bands of each, by its id."""
    rows = [
        {"band": band, "article_id": article_id} for article_id, own in bands.items() for band in dict.fromkeys(own)
    ]
    _REMEMBER.write(connection, rows)


_REMEMBER = ManyRows(sa.insert(story_bands))


def join(connection: Connection, article_id: int, story_id: int) -> None:
    """The article tells the story."""
    connection.execute(sa.update(articles).where(articles.c.id == article_id).values(story_id=story_id))


def told_by_several(connection: Connection) -> list[str]:
    """The `uid` of the first article of every story that several articles tell, the oldest first."""
    firsts = sa.select(sa.func.min(articles.c.id)).group_by(articles.c.story_id).having(sa.func.count() > 1)
    query = sa.select(articles.c.uid).where(articles.c.id.in_(firsts)).order_by(articles.c.id)
    return list(connection.execute(query).scalars())


def copies(connection: Connection, story_ids: Iterable[int]) -> dict[int, list[Article]]:
    """The articles of each story, in the order they were found."""
    wanted = sorted(set(story_ids))
    found: dict[int, list[Article]] = {}
    for start in range(0, len(wanted), 500):
        query = _ARTICLES.where(articles.c.story_id.in_(wanted[start : start + 500])).order_by(articles.c.id)
        for row in connection.execute(query).all():
            found.setdefault(row.story_id, []).append(article_of(row))
    return found
