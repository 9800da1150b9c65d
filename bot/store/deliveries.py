"""SQL on alerts, deliveries and attempts: what is owed, to whom, and what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.model import Alert, AlertType, Delivery
from bot.store.tables import alerts, attempts, deliveries, destinations, subscriptions
from feeds.database import AnyRow, UtcDateTime, inserted_id


@dataclass(frozen=True, slots=True)
class Follower:
    """A destination that follows some of the topics in hand, and what it says about when it wants to hear."""

    destination_id: int
    kind: str
    time_zone: str
    digest: str
    quiet: str | None
    muted_until: datetime | None
    topic_ids: frozenset[int]


_FOLLOWERS = (
    sa.select(
        subscriptions.c.destination_id,
        subscriptions.c.topic_id,
        destinations.c.kind,
        destinations.c.time_zone,
        destinations.c.digest,
        destinations.c.quiet,
        destinations.c.muted_until,
    )
    .join(destinations, destinations.c.id == subscriptions.c.destination_id)
    .where(
        subscriptions.c.topic_id.in_(sa.bindparam("topic_ids", expanding=True)),
        destinations.c.removed_at.is_(None),
    )
    .order_by(subscriptions.c.destination_id, subscriptions.c.topic_id)
)


def followers(connection: Connection, topic_ids: Iterable[int]) -> list[Follower]:
    """The destinations that follow any of the topics, in id order: also the order in which they are locked."""
    rows = connection.execute(_FOLLOWERS, {"topic_ids": sorted(set(topic_ids))}).all()
    grouped = [list(group) for _, group in groupby(rows, key=attrgetter("destination_id"))]
    return [
        Follower(
            destination_id=group[0].destination_id,
            kind=group[0].kind,
            time_zone=group[0].time_zone,
            digest=group[0].digest,
            quiet=group[0].quiet,
            muted_until=group[0].muted_until,
            topic_ids=frozenset(row.topic_id for row in group),
        )
        for group in grouped
    ]


def add_alert(
    connection: Connection,
    type: AlertType,
    key: str,
    data: Mapping[str, Any],
    now: datetime,
    article_id: int | None = None,
) -> int:
    """Write what is to be told, once for all destinations; returns its id."""
    inserted = connection.execute(
        sa.insert(alerts), {"type": type, "key": key, "article_id": article_id, "data": dict(data), "created_at": now}
    )
    return inserted_id(inserted)


def withdraw_alert(connection: Connection, alert_id: int) -> None:
    """Nobody was owed it: everybody who follows had been told before."""
    connection.execute(sa.delete(alerts).where(alerts.c.id == alert_id))


_OWED = sa.select(deliveries.c.id).where(
    deliveries.c.destination_id == sa.bindparam("destination"), deliveries.c.key == sa.bindparam("alert_key")
)
_LOCK_SEQUENCE = (
    sa.select(destinations.c.sequence).where(destinations.c.id == sa.bindparam("destination")).with_for_update()
)
_SET_SEQUENCE = (
    sa.update(destinations)
    .where(destinations.c.id == sa.bindparam("destination"))
    .values(sequence=sa.bindparam("new_sequence"))
)


def owe(
    connection: Connection,
    alert_id: int,
    key: str,
    destination: int,
    topic_slugs: Sequence[str],
    now: datetime,
    *,
    not_before: datetime | None = None,
    skipped: bool = False,
) -> bool:
    """Owe the alert to the destination, unless it was told of `key` before (False).

    `skipped`: written down, but never to be sent: the destination is muted. The destination's row is locked, so two
    workers cannot owe the same key twice; the unique constraint would refuse it all the same. Call in the order of
    destination ids, or two workers can wait for each other. Sequence numbers have no gaps.
    """
    sequence = connection.execute(_LOCK_SEQUENCE, {"destination": destination}).scalar_one() + 1
    if connection.execute(_OWED, {"destination": destination, "alert_key": key}).first() is not None:
        return False
    connection.execute(_SET_SEQUENCE, {"destination": destination, "new_sequence": sequence})
    connection.execute(
        _INSERT,
        {
            "uid": f"msg_{secrets.token_hex(14)}",
            "destination_id": destination,
            "alert_id": alert_id,
            "key": key,
            "topics": list(topic_slugs),
            "sequence": sequence,
            "state": "skipped" if skipped else "pending",
            "not_before": not_before or now,
            "created_at": now,
            "finished_at": now if skipped else None,
        },
    )
    return True


_INSERT = sa.insert(deliveries)

_PENDING = (
    sa.select(deliveries, alerts.c.type, alerts.c.data, alerts.c.created_at.label("said_at"))
    .join(alerts, alerts.c.id == deliveries.c.alert_id)
    .where(
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
    return [_delivery(row) for row in rows]


def next_pending(connection: Connection, destination_id: int, now: datetime) -> datetime | None:
    """When something owed may be sent: `now` if anything may at once, None if nothing is owed."""
    earliest: datetime | None = connection.execute(_NEXT_PENDING, {"destination": destination_id}).scalar()
    return None if earliest is None else max(now, earliest)


def _delivery(row: AnyRow) -> Delivery:
    wanted = set(row.topics)
    data = dict(row.data)
    if "topics" in data:
        data["topics"] = [topic for topic in data["topics"] if topic["slug"] in wanted]
    data["sequence"] = row.sequence
    return Delivery(row.uid, Alert(row.type, row.said_at, data), row.attempts, row.id)


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
