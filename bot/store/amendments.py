"""SQL of amendments: messages that were sent, and are to name the copies of their story that came since."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.model import Delivery
from bot.store.deliveries import OWED, delivery_of
from bot.store.tables import alerts, amendments, deliveries, destinations
from feeds.store.tables import votes


@dataclass(frozen=True, slots=True)
class Amendment:
    """What the message is to say now. `reference` is the other side's name for it; None: it stands for several.

    `owed_at` is UTC, and names this change: a later copy makes it later.
    """

    delivery: Delivery
    reference: str | None
    owed_at: datetime


def owe(
    connection: Connection, alert_ids: Collection[int], kinds: Collection[str], now: datetime
) -> set[tuple[str, int]]:
    """Owe the change of every message that told one of the alerts to a destination of these kinds, or is about to.

    Returns their kinds and ids. A message that its reader has voted on has been read: it stays as it is.
    """
    voted = sa.exists().where(
        votes.c.article_id == alerts.c.article_id, votes.c.voter == sa.literal("telegram:") + destinations.c.address
    )
    told = (
        sa.select(deliveries.c.id, deliveries.c.destination_id, destinations.c.kind)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .join(destinations, destinations.c.id == deliveries.c.destination_id)
        .where(
            deliveries.c.alert_id.in_(alert_ids),
            deliveries.c.state.in_(["sent", "pending"]),
            destinations.c.kind.in_(kinds),
            ~voted,
        )
    )
    rows = connection.execute(told).all()
    if rows:
        values = [{"delivery_id": row.id, "destination_id": row.destination_id, "created_at": now} for row in rows]
        connection.execute(_INSERT[connection.dialect.name], values)
    return {(row.kind, row.destination_id) for row in rows}


def _insert(dialect: Any) -> sa.Insert:
    statement = dialect.insert(amendments)
    # Owed anew, so that a change which is being made just now does not pay for this one too.
    return cast(
        "sa.Insert",
        statement.on_conflict_do_update(
            index_elements=["delivery_id"], set_={"created_at": statement.excluded.created_at}
        ),
    )


_INSERT = {"sqlite": _insert(sqlite), "postgresql": _insert(postgresql)}
_DUE = (
    OWED.add_columns(amendments.c.created_at.label("grown_at"))
    .join(amendments, amendments.c.delivery_id == deliveries.c.id)
    .where(amendments.c.destination_id == sa.bindparam("destination"), deliveries.c.state != "pending")
    .order_by(deliveries.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)
_ANY_DUE = sa.select(
    sa.exists()
    .where(amendments.c.delivery_id == deliveries.c.id)
    .where(amendments.c.destination_id == sa.bindparam("destination"), deliveries.c.state != "pending")
)


def waiting(connection: Connection, destination_id: int, limit: int) -> list[Amendment]:
    """The changes owed to the destination of what is no longer pending, the oldest first."""
    return [
        Amendment(delivery_of(row), row.receipt if row.state == "sent" else None, row.grown_at)
        for row in connection.execute(_DUE, {"destination": destination_id, "limit": limit}).all()
    ]


def are_waiting(connection: Connection, destination_id: int) -> bool:
    """Whether `waiting` would return any."""
    return bool(connection.execute(_ANY_DUE, {"destination": destination_id}).scalar())


def done(connection: Connection, one: Amendment) -> None:
    """The message says it, or never will. If another copy came meanwhile, that is still owed."""
    connection.execute(
        sa.delete(amendments).where(amendments.c.delivery_id == one.delivery.id, amendments.c.created_at == one.owed_at)
    )
