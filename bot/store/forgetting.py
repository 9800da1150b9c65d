"""SQL that removes what is old: deliveries that are finished, and alerts that nobody is owed any more."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.tables import alerts, deliveries


def remove_finished(connection: Connection, finished_before: datetime, limit: int) -> int:
    """Forget up to `limit` deliveries that were finished before then (UTC), with their attempts; returns how many.

    Those of an article that is still stored stay: they say who was told of it.
    """
    old = (
        sa.select(deliveries.c.id)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(
            deliveries.c.state != "pending", deliveries.c.finished_at < finished_before, alerts.c.article_id.is_(None)
        )
        .order_by(deliveries.c.id)
        .limit(limit)
    )
    ids = list(connection.execute(old).scalars())
    if ids:
        connection.execute(sa.delete(deliveries).where(deliveries.c.id.in_(ids)))
    return len(ids)


def remove_unowed_alerts(connection: Connection, created_before: datetime, limit: int) -> int:
    """Forget up to `limit` alerts made before then (UTC) of which no delivery is left; returns how many."""
    old = (
        sa.select(alerts.c.id)
        .where(
            alerts.c.created_at < created_before,
            alerts.c.article_id.is_(None),
            ~sa.exists().where(deliveries.c.alert_id == alerts.c.id),
        )
        .order_by(alerts.c.id)
        .limit(limit)
    )
    ids = list(connection.execute(old).scalars())
    if ids:
        connection.execute(sa.delete(alerts).where(alerts.c.id.in_(ids)))
    return len(ids)
