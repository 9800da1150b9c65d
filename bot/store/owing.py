"""SQL of owing: who follows, what is to be told, and the rows that say to whom it is owed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.model import AlertType
from bot.store.tables import alerts, deliveries, destinations, subscriptions
from feeds.database import inserted_id

_AT_ONCE = 500
"""Ids named in one statement."""


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


@dataclass(frozen=True, slots=True)
class Owing:
    """An alert owed to one destination, which follows those of its topics that are named.

    `not_before`: the first moment (UTC) at which it may be sent; None: at once. `skipped`: it is written down and never
    sent, because the destination is muted.
    """

    destination_id: int
    topic_slugs: Sequence[str] = ()
    not_before: datetime | None = None
    skipped: bool = False


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
_LOCK = (
    sa.select(destinations.c.id, destinations.c.sequence)
    .where(destinations.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(destinations.c.id)
    .with_for_update()
)
_TOLD = sa.select(deliveries.c.destination_id).where(
    deliveries.c.destination_id.in_(sa.bindparam("ids", expanding=True)), deliveries.c.key == sa.bindparam("alert_key")
)
_OWE = sa.insert(deliveries)
_COUNT = (
    sa.update(destinations)
    .where(destinations.c.id == sa.bindparam("destination"))
    .values(sequence=sa.bindparam("new_sequence"))
)


def followers(connection: Connection, topic_ids: Iterable[int]) -> list[Follower]:
    """The destinations that follow any of the topics, in id order."""
    wanted = sorted(set(topic_ids))
    rows = connection.execute(_FOLLOWERS, {"topic_ids": wanted}).all() if wanted else []
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


def lock(connection: Connection, destination_ids: Iterable[int]) -> None:
    """Lock the destinations in id order, so that two transactions that owe to several cannot wait for each other."""
    for ids in _portions(destination_ids):
        connection.execute(_LOCK, {"ids": ids})


def add_alert(
    connection: Connection,
    type: AlertType,
    key: str,
    data: Mapping[str, Any],
    now: datetime,
    article_id: int | None = None,
) -> int:
    """Write what is to be told, once for all destinations; returns its id.

    `data` may hold "excerpts": by a topic's slug, the sentence that matched it; each destination is given the one of
    the first topic it follows.
    """
    inserted = connection.execute(
        sa.insert(alerts), {"type": type, "key": key, "article_id": article_id, "data": dict(data), "created_at": now}
    )
    return inserted_id(inserted)


def name_copies(connection: Connection, key: str, copies: Mapping[int, Mapping[str, str]]) -> list[int]:
    """Name a story's copies in the alerts of it; returns the ids of those that did not name them all before.

    What is still to be told says it by itself: after quiet hours, with the next digest, at a retry. `copies` are all
    articles of the story by id, the first one included.
    """
    told = sa.select(alerts.c.id, alerts.c.article_id, alerts.c.data).where(
        alerts.c.article_id.in_(list(copies)), alerts.c.key == key
    )
    grown = []
    for row in connection.execute(told).all():
        also = [dict(copy) for article, copy in copies.items() if article != row.article_id]
        if also == row.data["story"]["also"]:
            continue
        data = dict(row.data) | {"story": dict(row.data["story"]) | {"also": also}}
        connection.execute(sa.update(alerts).where(alerts.c.id == row.id).values(data=data))
        grown.append(int(row.id))
    return grown


def withdraw_alert(connection: Connection, alert_id: int) -> None:
    """Nobody was owed it: everybody who follows had been told before."""
    connection.execute(sa.delete(alerts).where(alerts.c.id == alert_id))


def owe(connection: Connection, alert_id: int, key: str, owings: Sequence[Owing], now: datetime) -> list[int]:
    """Owe the alert to each destination that was not told of `key` before; returns the ids of those it is owed to now.

    The destinations' rows are locked, so two workers cannot owe the same key twice; the unique constraint would refuse
    it all the same. Sequence numbers have no gaps.
    """
    by_id = {one.destination_id: one for one in owings}
    owed: list[int] = []
    for ids in _portions(by_id):
        sequences = {row.id: row.sequence + 1 for row in connection.execute(_LOCK, {"ids": ids}).all()}
        told = set(connection.execute(_TOLD, {"ids": ids, "alert_key": key}).scalars())
        fresh = [one for one in ids if one in sequences and one not in told]
        if not fresh:
            continue
        connection.execute(_OWE, [_row(by_id[one], alert_id, key, sequences[one], now) for one in fresh])
        connection.execute(_COUNT, [{"destination": one, "new_sequence": sequences[one]} for one in fresh])
        owed += fresh
    return owed


def _row(owing: Owing, alert_id: int, key: str, sequence: int, now: datetime) -> dict[str, Any]:
    return {
        "uid": f"msg_{secrets.token_hex(14)}",
        "destination_id": owing.destination_id,
        "alert_id": alert_id,
        "key": key,
        "topics": list(owing.topic_slugs),
        "sequence": sequence,
        "state": "skipped" if owing.skipped else "pending",
        "not_before": owing.not_before or now,
        "created_at": now,
        "finished_at": now if owing.skipped else None,
    }


def _portions(ids: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
