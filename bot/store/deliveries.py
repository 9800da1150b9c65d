"""SQL on alerts, deliveries and attempts: what is owed, to whom, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.model import Alert, Delivery
from bot.store.tables import alerts, attempts, deliveries, destinations
from feeds.database import AnyRow, UtcDateTime
from feeds.model import Span

OWED = sa.select(deliveries, alerts.c.type, alerts.c.data, alerts.c.created_at.label("said_at")).join(
    alerts, alerts.c.id == deliveries.c.alert_id
)
"""What `delivery_of` reads."""
_PENDING = (
    OWED.where(
        deliveries.c.state == "pending",
        deliveries.c.destination_id == sa.bindparam("destination"),
        deliveries.c.not_before <= sa.bindparam("now", type_=UtcDateTime()),
        sa.or_(
            deliveries.c.parked_until.is_(None), deliveries.c.parked_until <= sa.bindparam("now", type_=UtcDateTime())
        ),
    )
    .order_by(deliveries.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)
_NEXT_PENDING = sa.select(
    sa.func.min(
        sa.case(
            (deliveries.c.parked_until > deliveries.c.not_before, deliveries.c.parked_until),
            else_=deliveries.c.not_before,
        )
    )
).where(deliveries.c.state == "pending", deliveries.c.destination_id == sa.bindparam("destination"))


def pending(connection: Connection, destination_id: int, now: datetime, limit: int) -> list[Delivery]:
    """What is owed to the destination and may be sent now, in the order it was owed."""
    rows = connection.execute(_PENDING, {"destination": destination_id, "now": now, "limit": limit}).all()
    return [delivery_of(row) for row in rows]


def next_pending(connection: Connection, destination_id: int, now: datetime) -> datetime | None:
    """When something owed may be sent: `now` if anything may at once, None if nothing is owed."""
    earliest: datetime | None = connection.execute(_NEXT_PENDING, {"destination": destination_id}).scalar()
    return None if earliest is None else max(now, earliest)


def delivery_of(row: AnyRow) -> Delivery:
    """A row of `OWED`, narrowed to what its destination follows."""
    wanted = set(row.topics)
    data = dict(row.data)
    if "topics" in data:
        data["topics"] = [_topic_told(topic) for topic in data["topics"] if topic["slug"] in wanted]
    excerpts = data.pop("excerpts", {})
    offered = [excerpts[topic["slug"]] for topic in data.get("topics", ()) if topic["slug"] in excerpts]
    if offered:
        # Rather one that shows words: a topic may have matched in the title alone.
        data["excerpt"] = next((excerpt for excerpt in offered if excerpt["marks"]), offered[0])
    data["sequence"] = row.sequence
    return Delivery(row.uid, Alert(row.type, row.said_at, data), row.attempts, row.id)


def _topic_told(topic: Mapping[str, Any]) -> dict[str, Any]:
    """With its spans by name; they are stored as text, which is read only where it is told."""
    if "spans" not in topic:  # alerts of before they were told have none
        return dict(topic)
    return {**topic, "spans": [Span(*span)._asdict() for span in json.loads(topic["spans"])]}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt came to. `state` None: still pending. `seconds`: how long the attempt took."""

    delivery_id: int
    state: str | None
    ok: bool
    status: int | None
    detail: str
    seconds: float
    at: datetime
    receipt: str | None = None


_RECORD = (
    sa.update(deliveries)
    .where(deliveries.c.id == sa.bindparam("delivery"))
    .values(
        state=sa.func.coalesce(sa.bindparam("new_state", type_=sa.String()), deliveries.c.state),
        attempts=deliveries.c.attempts + 1,
        error=sa.bindparam("new_error"),
        receipt=sa.bindparam("new_receipt"),
        finished_at=sa.bindparam("finished", type_=UtcDateTime()),
    )
)


def record(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    """Write attempts and what they came to."""
    if not outcomes:
        return
    connection.execute(
        _RECORD,
        [
            {
                "delivery": one.delivery_id,
                "new_state": one.state,
                "new_error": None if one.ok else one.detail,
                "new_receipt": one.receipt,
                "finished": one.at if one.state else None,
            }
            for one in outcomes
        ],
    )
    connection.execute(
        sa.insert(attempts),
        [
            {
                "delivery_id": one.delivery_id,
                "at": one.at,
                "ok": one.ok,
                "status": one.status,
                "detail": one.detail,
                "seconds": one.seconds,
            }
            for one in outcomes
        ],
    )


def give_up(connection: Connection, destination_id: int, owed_before: datetime, reason: str, now: datetime) -> int:
    """Fail what is owed since before `owed_before` (UTC) and was not taken; returns how many. `retry` revives them."""
    given_up = connection.execute(
        sa.update(deliveries)
        .where(
            deliveries.c.destination_id == destination_id,
            deliveries.c.state == "pending",
            deliveries.c.not_before < owed_before,
        )
        .values(state="failed", error=reason, finished_at=now)
    )
    return given_up.rowcount


def last_sent(connection: Connection, destination_id: int) -> datetime | None:
    """When the destination last took something (UTC)."""
    found: datetime | None = connection.execute(
        sa.select(sa.func.max(deliveries.c.finished_at)).where(
            deliveries.c.state == "sent", deliveries.c.destination_id == destination_id
        )
    ).scalar()
    return found


def postpone(connection: Connection, delivery_id: int, until: datetime) -> None:
    """Let the others pass: this one is not tried before `until` (UTC)."""
    connection.execute(sa.update(deliveries).where(deliveries.c.id == delivery_id).values(parked_until=until))


def retry(connection: Connection, uids: Sequence[str], now: datetime) -> list[tuple[str, int]]:
    """Owe failed deliveries once more, with their old ids; returns (kind, id) of their destinations, to be woken."""
    chosen = sa.select(deliveries.c.id).where(deliveries.c.uid.in_(uids), deliveries.c.state == "failed")
    ids = list(connection.execute(chosen).scalars())
    if not ids:
        return []
    connection.execute(
        sa.update(deliveries)
        .where(deliveries.c.id.in_(ids))
        .values(state="pending", attempts=0, error=None, finished_at=None, not_before=now, parked_until=None)
    )
    rows = connection.execute(
        sa.select(destinations.c.kind, destinations.c.id)
        .join(deliveries, deliveries.c.destination_id == destinations.c.id)
        .where(deliveries.c.id.in_(ids))
        .distinct()
    ).all()
    return [(row.kind, row.id) for row in rows]


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery as operators see it. Times are UTC; `url` and `title` are its article's, where it has one."""

    uid: str
    type: str
    destination_kind: str
    destination: str
    destination_title: str
    title: str
    url: str
    topics: tuple[str, ...]
    state: str
    attempts: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None


def listing(
    connection: Connection,
    *,
    state: str | None = None,
    destination_id: int | None = None,
    article_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[DeliveryRow]:
    """Deliveries, the newest first."""
    query = (
        sa.select(
            deliveries,
            alerts.c.type,
            alerts.c.data,
            destinations.c.kind,
            destinations.c.address,
            destinations.c.title.label("destination_title"),
        )
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .join(destinations, destinations.c.id == deliveries.c.destination_id)
    )
    if state is not None:
        query = query.where(deliveries.c.state == state)
    if destination_id is not None:
        query = query.where(deliveries.c.destination_id == destination_id)
    if article_id is not None:
        query = query.where(alerts.c.article_id == article_id)
    if before is not None:
        query = query.where(deliveries.c.id < before)
    rows = connection.execute(query.order_by(deliveries.c.id.desc()).limit(limit)).all()
    return [
        DeliveryRow(
            uid=row.uid,
            type=row.type,
            destination_kind=row.kind,
            destination=row.address,
            destination_title=row.destination_title,
            title=str(row.data.get("article", {}).get("title", "")),
            url=str(row.data.get("article", {}).get("url", "")),
            topics=tuple(row.topics),
            state=row.state,
            attempts=row.attempts,
            error=row.error,
            created_at=row.created_at,
            finished_at=row.finished_at,
        )
        for row in rows
    ]


def counts(connection: Connection) -> dict[str, int]:
    """How many deliveries are in each state."""
    found = {"pending": 0, "sent": 0, "failed": 0, "skipped": 0}
    for state, number in connection.execute(
        sa.select(deliveries.c.state, sa.func.count()).group_by(deliveries.c.state)
    ).all():
        found[state] = int(number)
    return found


def per_day(connection: Connection, since: datetime) -> dict[str, int]:
    """Deliveries sent per UTC day ("2026-11-24" → number) since `since`."""
    days: dict[str, int] = {}
    query = sa.select(deliveries.c.finished_at).where(deliveries.c.state == "sent", deliveries.c.finished_at >= since)
    for finished in connection.execute(query).scalars():
        day = finished.date().isoformat()
        days[day] = days.get(day, 0) + 1
    return days


def oldest_pending(connection: Connection) -> datetime | None:
    """Since when the longest waiting delivery is owed (UTC); destinations that are paused do not count."""
    query = (
        sa.select(sa.func.min(deliveries.c.created_at))
        .join(destinations, destinations.c.id == deliveries.c.destination_id)
        .where(deliveries.c.state == "pending", destinations.c.paused_at.is_(None))
    )
    found: datetime | None = connection.execute(query).scalar()
    return found
