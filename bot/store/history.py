"""SQL on what became of one article: was it asked about, what was owed of it to whom, and every attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.tables import alerts, attempts, deliveries
from feeds.store.tables import articles


@dataclass(frozen=True, slots=True)
class Standing:
    """How an article stands. Times are UTC; `announced_at` None: the topics have not been asked yet."""

    baseline: bool
    announced_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver. `status` is the other side's, if there was an answer."""

    at: datetime
    ok: bool
    status: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class Owed:
    """What was owed of the article, or of its story, to one destination."""

    uid: str
    destination_id: int
    article_id: int | None
    topics: tuple[str, ...]
    state: str
    not_before: datetime | None
    error: str | None
    attempts: tuple[Attempt, ...]


def standing(connection: Connection, article_id: int) -> Standing | None:
    """How the article stands, or None."""
    row = connection.execute(
        sa.select(articles.c.baseline, articles.c.announced_at).where(articles.c.id == article_id)
    ).first()
    return None if row is None else Standing(row.baseline, row.announced_at)


def owed(connection: Connection, story_id: int) -> list[Owed]:
    """Every delivery of any article of the story, the oldest first: a story is told to each destination once."""
    rows = connection.execute(
        sa.select(deliveries, alerts.c.article_id)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .join(articles, articles.c.id == alerts.c.article_id)
        .where(articles.c.story_id == story_id)
        .order_by(deliveries.c.id)
    ).all()
    tried: dict[int, list[Attempt]] = {}
    query = sa.select(attempts).where(attempts.c.delivery_id.in_([row.id for row in rows])).order_by(attempts.c.id)
    for row in connection.execute(query):
        tried.setdefault(row.delivery_id, []).append(Attempt(row.at, row.ok, row.status, row.detail))
    return [
        Owed(
            uid=row.uid,
            destination_id=row.destination_id,
            article_id=row.article_id,
            topics=tuple(row.topics),
            state=row.state,
            not_before=row.not_before,
            error=row.error,
            attempts=tuple(tried.get(row.id, ())),
        )
        for row in rows
    ]
