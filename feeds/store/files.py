"""SQL on what has been found out about files that articles show: pictures and enclosures, by their addresses.

A file that several articles show is asked about once. That somebody asked is kept too, so that nobody asks for ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feeds.model import Article, Enclosure, Measured
from feeds.store.tables import articles, measured_files


@dataclass(frozen=True, slots=True)
class Asked:
    """`tries` in vain so far; `again_at` (UTC) is when to ask once more, None for never."""

    tries: int
    again_at: datetime | None


def to_measure(article: Article) -> list[str]:
    """The addresses of the article's image and enclosures of which the source does not say how long they are."""
    said = {one.url for one in article.enclosures if one.length and one.type}
    shown = ([article.image] if article.image else []) + [one.url for one in article.enclosures]
    return [url for url in dict.fromkeys(shown) if url not in said]


def shown_since(connection: Connection, after: int, limit: int) -> list[tuple[int, list[str]]]:
    """The newest articles whose ids are above `after`, at most `limit`, with the files to measure; the newest first."""
    rows = connection.execute(_SHOWN, {"after": after, "limit": limit})
    return [
        (
            row.id,
            to_measure(Article(url="", image=row.image, enclosures=tuple(Enclosure(*one) for one in row.enclosures))),
        )
        for row in rows
    ]


_SHOWN = (
    sa.select(articles.c.id, articles.c.image, articles.c.enclosures)
    .where(articles.c.id > sa.bindparam("after"))
    .order_by(articles.c.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)


def asked(connection: Connection, urls: Collection[str]) -> dict[str, Asked]:
    """What came of asking about these files, of those that were asked about."""
    return {url: Asked(row.tries, row.again_at) for url, row in _rows(connection, urls)}


def measured(connection: Connection, urls: Collection[str]) -> list[Measured]:
    """What is known of these files."""
    return [Measured(url, row.type, row.length, row.gone) for url, row in _rows(connection, urls)]


def measured_of(connection: Connection, shown: Sequence[Article]) -> dict[str, Measured]:
    """What is known of the files of these articles beyond what their sources say, by address."""
    urls = {url for article in shown for url in to_measure(article)}
    return {one.url: one for one in measured(connection, urls)}


def _rows(connection: Connection, urls: Iterable[str]) -> Iterator[tuple[str, sa.Row[tuple[object, ...]]]]:
    digests = {_digest(url): url for url in urls}
    wanted = sorted(digests)
    for start in range(0, len(wanted), _AT_ONCE):  # a statement takes so many values, and no more than some thousands
        for row in connection.execute(_BY_DIGEST, {"digests": wanted[start : start + _AT_ONCE]}):
            yield digests[row.digest], row


_AT_ONCE = 1_000
_BY_DIGEST = sa.select(measured_files).where(measured_files.c.digest.in_(sa.bindparam("digests", expanding=True)))


def save(connection: Connection, found: Measured, came: Asked, now: datetime) -> None:
    """Keep what is known of a file now, instead of what was."""
    digest = _digest(found.url)
    connection.execute(sa.delete(measured_files).where(measured_files.c.digest == digest))
    connection.execute(
        sa.insert(measured_files).values(
            digest=digest,
            type=found.type,
            length=found.length,
            gone=found.gone,
            tries=came.tries,
            asked_at=now,
            again_at=came.again_at,
        )
    )


def forget(connection: Connection, before: datetime) -> int:
    """Forget what was asked before that moment (UTC); how many files."""
    return connection.execute(sa.delete(measured_files).where(measured_files.c.asked_at < before)).rowcount


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()
