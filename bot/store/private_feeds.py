"""SQL on private feeds: the secret token of a destination's own feed.

Every function works inside its caller's transaction.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.store.tables import destinations, private_feeds

_KEEP = {
    "sqlite": sqlite.insert(private_feeds).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(private_feeds).on_conflict_do_nothing(),
}


def token_of(connection: Connection, destination_id: int) -> str | None:
    """The destination's token, if it has one."""
    found: str | None = connection.execute(
        sa.select(private_feeds.c.token).where(private_feeds.c.destination_id == destination_id)
    ).scalar()
    return found


def give(connection: Connection, destination_id: int, token: str, now: datetime) -> str:
    """Give the destination this token, unless it has one; the one that it has then."""
    values = {"destination_id": destination_id, "token": token, "created_at": now}
    connection.execute(_KEEP[connection.dialect.name].values(**values))
    return token_of(connection, destination_id) or token


def withdraw(connection: Connection, destination_id: int) -> None:
    """The token opens nothing any more."""
    connection.execute(sa.delete(private_feeds).where(private_feeds.c.destination_id == destination_id))


def move(connection: Connection, old: int, into: int) -> None:
    """A destination became another one: its token goes with it, unless that one has a token already."""
    if token_of(connection, into) is None:
        connection.execute(
            sa.update(private_feeds).where(private_feeds.c.destination_id == old).values(destination_id=into)
        )


def holder(connection: Connection, token: str) -> int | None:
    """The id of the destination whose token this is; None where it is nobody's."""
    found: int | None = connection.execute(
        sa.select(private_feeds.c.destination_id)
        .join(destinations, destinations.c.id == private_feeds.c.destination_id)
        .where(private_feeds.c.token == token, destinations.c.removed_at.is_(None))
    ).scalar()
    return found
