"""SQL on the subscriptions at our hub.

    asked ─→ confirmed: in force until `lease_until` ─→ owed whatever the shelf has that is newer than `sent_version`
      └ not confirmed: as it was before, or gone

What is owed is not written down: it is the difference between two numbers, and only the newest document is ever sent. A
subscription is worked as the target "hub" with its id. Transactions lock a target first and the subscription after it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feeds import targets
from feeds.database import AnyRow, inserted_id
from feeds.store.tables import rendered_feeds
from feeds.store.websub_tables import hub_subscriptions

KIND = "hub"
"""Of the targets that are worked for subscriptions."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription, as it stands. `asked_mode`: this waits to be confirmed. Times are UTC."""

    id: int
    path: str
    topic: str
    callback: str
    host: str
    secret: str | None
    lease_until: datetime | None
    asked_mode: str | None
    asked_secret: str | None
    asked_lease: int | None
    asked_at: datetime | None
    sent_version: int
    sent_at: datetime | None
    error: str | None

    def is_in_force(self, now: datetime) -> bool:
        """Confirmed, and not over."""
        return self.lease_until is not None and self.lease_until > now


@dataclass(frozen=True, slots=True)
class Wish:
    """A checked request: `path` is the document on the shelf, `topic` its address as the subscriber wrote it."""

    mode: str
    path: str
    topic: str
    callback: str
    host: str
    lease: timedelta
    secret: str | None


_COLUMNS = [column for column in hub_subscriptions.c if column.name not in ("key", "created_at")]
_BY_ID = sa.select(*_COLUMNS).where(hub_subscriptions.c.id == sa.bindparam("of_id"))


def _subscription(row: AnyRow) -> Subscription:
    return Subscription(**row._mapping)


def _key(path: str, callback: str) -> str:
    return hashlib.sha256(f"{path}\n{callback}".encode()).hexdigest()


def by_id(connection: Connection, subscription_id: int) -> Subscription | None:
    """The subscription of that id."""
    row = connection.execute(_BY_ID, {"of_id": subscription_id}).first()
    return None if row is None else _subscription(row)


def every(connection: Connection) -> list[Subscription]:
    """All of them, the unconfirmed included."""
    return [_subscription(row) for row in connection.execute(sa.select(*_COLUMNS).order_by(hub_subscriptions.c.id))]


def find(connection: Connection, path: str, callback: str) -> Subscription | None:
    """The subscription of that callback to that document."""
    row = connection.execute(sa.select(*_COLUMNS).where(hub_subscriptions.c.key == _key(path, callback))).first()
    return None if row is None else _subscription(row)


def version_of(connection: Connection, path: str) -> int | None:
    """The shelf's version of a document; None: there is no such document."""
    return connection.execute(sa.select(rendered_feeds.c.version).where(rendered_feeds.c.path == path)).scalar()


def counts(connection: Connection, host: str) -> tuple[int, int]:
    """How many subscriptions call back to `host`, and how many there are in all."""
    own = sa.func.count(sa.case((hub_subscriptions.c.host == host, 1)))
    row = connection.execute(sa.select(own, sa.func.count()).select_from(hub_subscriptions)).one()
    return int(row[0]), int(row[1])


def count_in_force(connection: Connection, now: datetime) -> int:
    """How many are confirmed and not over."""
    query = sa.select(sa.func.count()).select_from(hub_subscriptions).where(hub_subscriptions.c.lease_until > now)
    return int(connection.execute(query).scalar() or 0)


def ask(connection: Connection, wish: Wish, now: datetime) -> None:
    """Note what is asked for, and have it confirmed at once. What is in force stays so until then.

    Raises sqlalchemy.exc.IntegrityError where the same is asked for the first time twice at this very moment.
    """
    asked = {
        "asked_mode": wish.mode,
        "asked_secret": wish.secret,
        "asked_lease": int(wish.lease.total_seconds()),
        "asked_at": now,
        "topic": wish.topic,
    }
    known = find(connection, wish.path, wish.callback)
    if known is not None:
        targets.due_at(connection, KIND, known.id, now)
        _change(connection, known.id, **asked)
        return
    inserted = connection.execute(
        sa.insert(hub_subscriptions).values(
            key=_key(wish.path, wish.callback),
            path=wish.path,
            callback=wish.callback,
            host=wish.host,
            sent_version=0,
            created_at=now,
            **asked,
        )
    )
    targets.add(connection, KIND, inserted_id(inserted), now)


def confirm(connection: Connection, subscription: Subscription, version: int, now: datetime) -> None:
    """The subscriber meant it: in force from now on, for what comes after the shelf's `version`."""
    until = now + timedelta(seconds=subscription.asked_lease or 0)
    in_force = subscription.is_in_force(now)
    _change(
        connection,
        subscription.id,
        secret=subscription.asked_secret,
        lease_until=until,
        # A renewal owes what was owed before.
        sent_version=subscription.sent_version if in_force else version,
        error=None,
    )
    settle(connection, subscription)


def settle(connection: Connection, subscription: Subscription) -> None:
    """What was asked for is done with, unless something else was asked for meanwhile."""
    connection.execute(
        sa.update(hub_subscriptions)
        .where(hub_subscriptions.c.id == subscription.id, hub_subscriptions.c.asked_at == subscription.asked_at)
        .values(asked_mode=None, asked_secret=None, asked_lease=None, asked_at=None)
    )


def sent(connection: Connection, subscription_id: int, version: int, now: datetime) -> None:
    """The subscriber has taken the document of that version."""
    _change(connection, subscription_id, sent_version=version, sent_at=now, error=None)


def fail(connection: Connection, subscription_id: int, error: str) -> None:
    """Note why the subscriber has not taken it."""
    _change(connection, subscription_id, error=error)


def remove(connection: Connection, subscription_id: int) -> None:
    """Forget the subscription."""
    targets.remove(connection, KIND, subscription_id)
    connection.execute(sa.delete(hub_subscriptions).where(hub_subscriptions.c.id == subscription_id))


def of_paths(connection: Connection, paths: Collection[str]) -> list[int]:
    """The ids of those who subscribe to any of these documents."""
    if not paths:
        return []
    query = sa.select(hub_subscriptions.c.id).where(hub_subscriptions.c.path.in_(paths))
    return list(connection.execute(query).scalars())


def over(connection: Connection, now: datetime) -> list[int]:
    """The ids of those whose lease is over, and of those whose document is no more: its source or topic is gone."""
    ended = (hub_subscriptions.c.lease_until <= now) & hub_subscriptions.c.asked_mode.is_(None)
    gone = hub_subscriptions.c.path.not_in(sa.select(rendered_feeds.c.path))
    return list(connection.execute(sa.select(hub_subscriptions.c.id).where(ended | gone)).scalars())


def wake(connection: Connection, ids: Iterable[int], due: datetime) -> None:
    """Have these worked at `due`, unless they already have a time: a pause is not cut short."""
    for one in sorted(ids):
        targets.wake(connection, KIND, one, due)


def _change(connection: Connection, subscription_id: int, **changed: object) -> None:
    connection.execute(sa.update(hub_subscriptions).where(hub_subscriptions.c.id == subscription_id).values(**changed))
