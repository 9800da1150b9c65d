"""SQL on destinations and on what they follow. Every function works inside its caller's transaction.

A removed destination keeps its row (its history hangs on it) and is revived when the same address comes back; until
then no function here but `insert_or_revive` sees it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.model import Destination
from bot.store import private_feeds
from bot.store.tables import deliveries, destinations, subscriptions
from feeds.model import Topic
from feeds.store.tables import topics
from feeds.store.topics import IS_PUBLIC, topic_of

_COLUMNS = (
    destinations.c.id,
    destinations.c.kind,
    destinations.c.address,
    destinations.c.title,
    destinations.c.language,
    destinations.c.time_zone,
    destinations.c.options,
    destinations.c.digest,
    destinations.c.quiet,
    destinations.c.muted_until,
    destinations.c.paused_at,
    destinations.c.pause_reason,
    destinations.c.declared,
)
_LIVE = sa.select(*_COLUMNS).where(destinations.c.removed_at.is_(None))
_BY_ID = _LIVE.where(destinations.c.id == sa.bindparam("id"))
_BY_ADDRESS = _LIVE.where(
    destinations.c.kind == sa.bindparam("kind"), destinations.c.address == sa.bindparam("address")
)
_INSERT = {
    "sqlite": sqlite.insert(destinations).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(destinations).on_conflict_do_nothing(),
}
_SUBSCRIBE = {
    "sqlite": sqlite.insert(subscriptions).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(subscriptions).on_conflict_do_nothing(),
}
_CHANGEABLE = frozenset(
    {
        "title",
        "language",
        "time_zone",
        "options",
        "digest",
        "quiet",
        "muted_until",
        "paused_at",
        "pause_reason",
        "declared",
    }
)


def destination_by_id(connection: Connection, destination_id: int) -> Destination | None:
    """The destination, unless it was removed."""
    row = connection.execute(_BY_ID, {"id": destination_id}).mappings().first()
    return Destination(**row) if row else None


def destination_by_address(connection: Connection, kind: str, address: str) -> Destination | None:
    """The destination under that address, unless it was removed."""
    row = connection.execute(_BY_ADDRESS, {"kind": kind, "address": address}).mappings().first()
    return Destination(**row) if row else None


def all_destinations(connection: Connection, *, kind: str | None = None) -> list[Destination]:
    """All that weren't removed, in the order in which they came."""
    query = _LIVE.order_by(destinations.c.id)
    if kind is not None:
        query = query.where(destinations.c.kind == kind)
    return [Destination(**row) for row in connection.execute(query).mappings()]


def for_operators(connection: Connection, chats: Collection[str]) -> list[Destination]:
    """Who may be an operator's: all that are declared, and the Telegram chats of these addresses; in id order."""
    named = sa.and_(destinations.c.kind == "telegram", destinations.c.address.in_(list(chats)))
    query = _LIVE.where(sa.or_(destinations.c.declared, named)).order_by(destinations.c.id)
    return [Destination(**row) for row in connection.execute(query).mappings()]


def of_chat(connection: Connection, names: Collection[str]) -> list[Destination]:
    """The Telegram destinations of a chat, given its id and its @name: its own, and those of its forum topics."""
    anywhere = [destinations.c.address.startswith(f"{name}/", autoescape=True) for name in names]
    query = _LIVE.where(
        destinations.c.kind == "telegram", sa.or_(destinations.c.address.in_(list(names)), *anywhere)
    ).order_by(destinations.c.id)
    return [Destination(**row) for row in connection.execute(query).mappings()]


def insert_or_revive(
    connection: Connection,
    kind: str,
    address: str,
    *,
    title: str,
    language: str,
    time_zone: str,
    options: Mapping[str, Any],
    declared: bool,
    now: datetime,
) -> int:
    """Make the destination, or bring a removed one back with these values; its id."""
    values = {
        "title": title,
        "language": language,
        "time_zone": time_zone,
        "options": dict(options),
        "declared": declared,
        "digest": "off",
        "quiet": None,
        "muted_until": None,
        "paused_at": None,
        "pause_reason": None,
        "removed_at": None,
    }
    old = id_under(connection, kind, address)
    if old is not None:
        private_feeds.withdraw(connection, old)
        connection.execute(sa.update(destinations).where(destinations.c.id == old).values(**values))
        return old
    # Several processes take in the same configuration as they start.
    connection.execute(_INSERT[connection.dialect.name].values(kind=kind, address=address, created_at=now, **values))
    made = id_under(connection, kind, address)
    assert made is not None
    return made


def change(connection: Connection, destination_id: int, **values: Any) -> None:
    """Set some of the columns that a follower or an operator may change."""
    unknown = values.keys() - _CHANGEABLE
    if unknown:
        raise ValueError(f"not changeable: {', '.join(sorted(unknown))}")
    connection.execute(sa.update(destinations).where(destinations.c.id == destination_id).values(**values))


def mark_removed(connection: Connection, destination_id: int, now: datetime) -> None:
    """Take its subscriptions away and hide it; deliveries keep their row to hang on.

    Its private feed opens nothing meanwhile, and is gone for good if it comes back otherwise than by `bring_back`.
    """
    connection.execute(sa.delete(subscriptions).where(subscriptions.c.destination_id == destination_id))
    connection.execute(sa.update(destinations).where(destinations.c.id == destination_id).values(removed_at=now))


def bring_back(connection: Connection, destination_id: int) -> bool:
    """Undo `mark_removed`, its subscriptions apart; False if it wasn't removed."""
    removed = (destinations.c.id == destination_id, destinations.c.removed_at.is_not(None))
    return connection.execute(sa.update(destinations).where(*removed).values(removed_at=None)).rowcount > 0


def set_address(connection: Connection, destination_id: int, address: str) -> None:
    """Rename it; the new address must be free."""
    connection.execute(sa.update(destinations).where(destinations.c.id == destination_id).values(address=address))


def id_under(connection: Connection, kind: str, address: str) -> int | None:
    """Who stands under an address, removed ones included."""
    found = connection.execute(
        sa.select(destinations.c.id).where(destinations.c.kind == kind, destinations.c.address == address)
    ).scalar()
    return None if found is None else int(found)


def merge(connection: Connection, old: int, into: int, now: datetime) -> None:
    """Give `into` all that `old` follows, is owed and was told, and forget `old`.

    What both are owed is told once. A removed or paused `into` is live again, since the other side just named it.
    Both rows are locked first, in id order: whoever writes a delivery locks its destination too, so none slips between.
    """
    locked = connection.execute(
        sa.select(destinations.c.id, destinations.c.removed_at)
        .where(destinations.c.id.in_([old, into]))
        .order_by(destinations.c.id)
        .with_for_update()
    ).all()
    if any(row.id == into and row.removed_at is not None for row in locked):
        private_feeds.withdraw(connection, into)
    followed = {row.topic_id for row in connection.execute(_subscriptions_of(into))}
    for row in connection.execute(_subscriptions_of(old)).all():
        if row.topic_id not in followed:
            follow(connection, into, row.topic_id, row.created_at)
    private_feeds.move(connection, old, into)
    theirs = sa.alias(deliveries, "theirs")
    connection.execute(
        sa.update(deliveries)
        .where(
            deliveries.c.destination_id == old,
            ~sa.exists().where(theirs.c.destination_id == into, theirs.c.key == deliveries.c.key),
        )
        .values(destination_id=into)
    )
    highest = connection.execute(
        sa.select(sa.func.max(destinations.c.sequence)).where(destinations.c.id.in_([old, into]))
    ).scalar()
    connection.execute(
        sa.update(destinations)
        .where(destinations.c.id == into)
        .values(sequence=highest, removed_at=None, paused_at=None, pause_reason=None)
    )
    connection.execute(sa.delete(destinations).where(destinations.c.id == old))


def _subscriptions_of(destination_id: int) -> sa.Select[Any]:
    return sa.select(subscriptions.c.topic_id, subscriptions.c.created_at).where(
        subscriptions.c.destination_id == destination_id
    )


def follow(connection: Connection, destination_id: int, topic_id: int, now: datetime) -> bool:
    """False if it already does."""
    inserted = connection.execute(
        _SUBSCRIBE[connection.dialect.name]
        .values(destination_id=destination_id, topic_id=topic_id, created_at=now)
        .returning(subscriptions.c.topic_id)
    )
    return inserted.first() is not None


def unfollow(connection: Connection, destination_id: int, topic_id: int) -> bool:
    """False if it didn't follow the topic."""
    deleted = connection.execute(
        sa.delete(subscriptions).where(
            subscriptions.c.destination_id == destination_id, subscriptions.c.topic_id == topic_id
        )
    )
    return deleted.rowcount > 0


def followed_topics(connection: Connection, destination_id: int) -> list[Topic]:
    """What the destination follows: the operator's topics first, then its own queries, each by title."""
    rows = connection.execute(
        sa.select(topics)
        .join(subscriptions, subscriptions.c.topic_id == topics.c.id)
        .where(subscriptions.c.destination_id == destination_id, topics.c.active)
        .order_by(sa.not_(IS_PUBLIC), sa.func.lower(topics.c.title), topics.c.id)
    ).all()
    return [topic_of(row) for row in rows]


def count_followers(connection: Connection, topic_id: int) -> int:
    """How many live destinations follow the topic, paused and muted ones included."""
    found = connection.execute(
        sa.select(sa.func.count())
        .select_from(subscriptions.join(destinations, destinations.c.id == subscriptions.c.destination_id))
        .where(subscriptions.c.topic_id == topic_id, destinations.c.removed_at.is_(None))
    ).scalar()
    return int(found or 0)


def rename_owner(connection: Connection, old: str, new: str) -> None:
    """The queries that a chat wrote stay its own when its address changes."""
    connection.execute(sa.update(topics).where(topics.c.owner == old).values(owner=new))
