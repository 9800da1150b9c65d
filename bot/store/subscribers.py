"""SQL on destinations as operators look at them: a page at a time, with what each follows and when it last took one.

Every function works inside its caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.model import Destination
from bot.store import deliveries, destinations
from bot.store.tables import destinations as table
from bot.store.tables import subscriptions
from feeds.model import Topic
from feeds.store.tables import topics
from feeds.store.topics import IS_PUBLIC, topic_of


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody who is told: what they follow (the operator's topics first), and when they last took something (UTC)."""

    destination: Destination
    topics: tuple[Topic, ...]
    last_sent: datetime | None


def count(connection: Connection) -> int:
    """How many there are."""
    query = sa.select(sa.func.count()).select_from(table).where(table.c.removed_at.is_(None))
    return int(connection.execute(query).scalar() or 0)


def newest(
    connection: Connection, *, kind: str | None = None, before: int | None = None, limit: int = 50
) -> list[Subscriber]:
    """Those of a kind (None: all) that came last, or before the one of an id; the newest first."""
    query = sa.select(table.c.id).where(table.c.removed_at.is_(None)).order_by(table.c.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(table.c.kind == kind)
    if before is not None:
        query = query.where(table.c.id < before)
    return _described(connection, list(connection.execute(query).scalars()))


def needing_a_hand(connection: Connection, limit: int) -> list[Subscriber]:
    """Paused ones first, then the newest."""
    query = sa.select(table.c.id).where(table.c.removed_at.is_(None))
    ids = connection.execute(query.order_by(table.c.paused_at.is_(None), table.c.id.desc()).limit(limit)).scalars()
    return _described(connection, list(ids))


def one(connection: Connection, destination_id: int) -> Subscriber | None:
    """The one of that id, unless it was removed."""
    return next(iter(_described(connection, [destination_id])), None)


def _described(connection: Connection, ids: list[int]) -> list[Subscriber]:
    """In the order of their ids as given."""
    followed = _followed(connection, ids)
    found = ((one_id, destinations.destination_by_id(connection, one_id)) for one_id in ids)
    return [
        Subscriber(known, tuple(followed.get(one_id, ())), deliveries.last_sent(connection, one_id))
        for one_id, known in found
        if known is not None
    ]


def _followed(connection: Connection, ids: Collection[int]) -> dict[int, list[Topic]]:
    query = (
        sa.select(topics, subscriptions.c.destination_id)
        .join(subscriptions, subscriptions.c.topic_id == topics.c.id)
        .where(subscriptions.c.destination_id.in_(list(ids)), topics.c.active)
        .order_by(sa.not_(IS_PUBLIC), sa.func.lower(topics.c.title), topics.c.id)
    )
    found: dict[int, list[Topic]] = {}
    for row in connection.execute(query):
        found.setdefault(row.destination_id, []).append(topic_of(row))
    return found
