"""SQL on our leases at other people's hubs, and on what a push or its absence means for a source.

    wanted ─→ asked ─→ confirmed: lease_until ─→ pushes ─→ trusted: the source is looked at rarely
                 └ denied: error         a look finds what no push told of ─→ told = 0: looked at as ever

A lease is worked as the target "lease" with its id. Transactions lock a target first and the lease after it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feeds import targets
from feeds.database import AnyRow, inserted_id
from feeds.store.tables import sources
from feeds.store.websub_tables import hub_leases

KIND = "lease"
"""Of the targets that are worked for leases."""

BETWEEN_PUSHED_LOOKS = timedelta(seconds=10)
"""However fast a hub pushes, a source is not looked at more often than that because of it."""
FIRST_REPETITION = timedelta(seconds=30)
PATIENCE = timedelta(minutes=5)
"""A look that finds nothing is repeated for so long after a push: sites push before their caches have the news."""
_MOST_DOUBLINGS = 5


@dataclass(frozen=True, slots=True)
class Lease:
    """One lease, as it stands. `asked_at`: an answer to this request is awaited. Times are UTC."""

    id: int
    source_id: int
    token: str
    hub: str
    topic: str
    secret: str
    wanted: bool
    callback: str | None = None
    asked_at: datetime | None = None
    lease_until: datetime | None = None
    error: str | None = None
    pushed_at: datetime | None = None
    unseen: bool = False
    told: int = 0
    missed: int = 0

    def is_trusted(self, now: datetime) -> bool:
        """Whether its hub may be relied on: the lease holds, and there were pushes since it last failed to tell.

        One is enough at first; each failure doubles how many are asked for, up to 32.
        """
        holds = self.wanted and self.lease_until is not None and self.lease_until > now
        return holds and self.told >= 2 ** min(self.missed, _MOST_DOUBLINGS)


@dataclass(frozen=True, slots=True)
class Announced:
    """That a watched source names a hub, and the topic to ask it for."""

    source_id: int
    hub: str
    topic: str


@dataclass(frozen=True, slots=True)
class Pushes:
    """What pushes mean for the next look: until when they are trusted to come, and when to look `again` after one."""

    trusted_until: datetime | None = None
    again: datetime | None = None


NO_PUSHES = Pushes()

_COLUMNS = [column for column in hub_leases.c if column.name != "created_at"]
_BY_ID = sa.select(*_COLUMNS).where(hub_leases.c.id == sa.bindparam("of_id"))
_BY_TOKEN = sa.select(*_COLUMNS).where(hub_leases.c.token == sa.bindparam("of_token"))
_BY_SOURCE = (
    sa.select(*_COLUMNS)
    .where(hub_leases.c.source_id == sa.bindparam("of_source"), hub_leases.c.wanted)
    .order_by(hub_leases.c.id.desc())
    .limit(1)
)


def _lease(row: AnyRow | None) -> Lease | None:
    return None if row is None else Lease(**row._mapping)


def announced(connection: Connection) -> list[Announced]:
    """Every watched source whose feed names a hub; `options = { websub = false }` is the operator's no."""
    hub, topic = sources.c.learned["hub"].as_string(), sources.c.learned["hub_topic"].as_string()
    query = sa.select(sources.c.id, hub.label("hub"), topic.label("topic"), sources.c.options)
    rows = connection.execute(query.where(sources.c.active, hub.is_not(None), topic.is_not(None)))
    return [Announced(row.id, row.hub, row.topic) for row in rows if row.options.get("websub", True)]


def every(connection: Connection) -> list[Lease]:
    """All leases, the unwanted included."""
    return [Lease(**row._mapping) for row in connection.execute(sa.select(*_COLUMNS).order_by(hub_leases.c.id))]


def by_id(connection: Connection, lease_id: int) -> Lease | None:
    """The lease of that id."""
    return _lease(connection.execute(_BY_ID, {"of_id": lease_id}).first())


def by_token(connection: Connection, token: str) -> Lease | None:
    """The lease whose callback ends in that token."""
    return _lease(connection.execute(_BY_TOKEN, {"of_token": token}).first())


def of_source(connection: Connection, source_id: int) -> Lease | None:
    """The lease by which that source's hub tells us of news, or shall."""
    return _lease(connection.execute(_BY_SOURCE, {"of_source": source_id}).first())


def create(connection: Connection, announced: Announced, now: datetime) -> int:
    """A lease to be asked for, at once; returns its id."""
    inserted = connection.execute(
        sa.insert(hub_leases).values(
            source_id=announced.source_id,
            token=secrets.token_urlsafe(32),
            hub=announced.hub,
            topic=announced.topic,
            secret=secrets.token_urlsafe(32),
            wanted=True,
            unseen=False,
            told=0,
            missed=0,
            created_at=now,
        )
    )
    lease_id = inserted_id(inserted)
    targets.add(connection, KIND, lease_id, now)
    return lease_id


def want(connection: Connection, lease_id: int, wanted: bool, now: datetime) -> None:
    """Ask for it again, or give it up; at once."""
    targets.due_at(connection, KIND, lease_id, now, failures=0)
    _change(connection, lease_id, wanted=wanted, asked_at=None)


def ask(connection: Connection, lease_id: int, callback: str, now: datetime) -> None:
    """Note that the hub is about to be asked: only from now on may it confirm."""
    _change(connection, lease_id, callback=callback, asked_at=now)


def fail(connection: Connection, lease_id: int, error: str) -> None:
    """Note why the hub's answer was no answer; it may not confirm any more."""
    _change(connection, lease_id, asked_at=None, error=error)


def confirm(connection: Connection, lease: Lease, until: datetime, now: datetime) -> None:
    """The hub has confirmed: the lease holds until `until`, and is renewed at half its time."""
    targets.due_at(connection, KIND, lease.id, now + (until - now) / 2, failures=0)
    _change(connection, lease.id, asked_at=None, lease_until=until, error=None)


def deny(connection: Connection, lease: Lease, reason: str, now: datetime, *, retry_at: datetime) -> None:
    """The hub won't tell us (any more): the source is polled from now on, and the hub asked again at `retry_at`."""
    targets.due_at(connection, KIND, lease.id, retry_at)
    _look(connection, lease.source_id, now)
    _change(connection, lease.id, asked_at=None, lease_until=None, told=0, error=reason)


def remove(connection: Connection, lease_id: int) -> None:
    """Forget the lease; its callback answers that it is gone."""
    targets.remove(connection, KIND, lease_id)
    connection.execute(sa.delete(hub_leases).where(hub_leases.c.id == lease_id))


def push(connection: Connection, lease: Lease, now: datetime) -> None:
    """A hub has told us of news, signed: look at the source at once.

    Not sooner than it wants after an error, though: its pause was asked for, or is our own caution.
    """
    _look(connection, lease.source_id, now)
    _change(connection, lease.id, pushed_at=now, unseen=True, told=hub_leases.c.told + 1)


def _look(connection: Connection, source_id: int, now: datetime) -> None:
    """Have the source looked at at once, unless it is in a pause after an error or was looked at just now."""
    of_source = (targets.targets.c.kind == "source", targets.targets.c.ref == source_id)
    target = connection.execute(
        sa.select(targets.targets.c.due, targets.targets.c.failures).where(*of_source).with_for_update()
    ).first()
    looked = connection.execute(sa.select(sources.c.looked_at).where(sources.c.id == source_id)).scalar()
    if target is not None and target.failures == 0:
        soonest = now if looked is None else max(now, looked + BETWEEN_PUSHED_LOOKS)
        targets.due_at(connection, "source", source_id, min(target.due or soonest, soonest))


def after_look(connection: Connection, source_id: int, *, began: datetime, now: datetime, fresh: bool) -> Pushes:
    """What pushes mean for the source's next look, after one that began at `began` and has found something `fresh`.

    A push is followed by looks, ever more rarely, until one finds something, for `PATIENCE`; one that came while a look
    was under way needs another. A hub that did not tell of what a look has found is trusted no more, until it has told
    again.
    """
    lease = of_source(connection, source_id)
    if lease is None:
        return NO_PUSHES
    trusted_until = lease.lease_until if lease.is_trusted(now) else None
    if lease.unseen and lease.pushed_at is not None:
        if lease.pushed_at > began:
            return Pushes(trusted_until, now + BETWEEN_PUSHED_LOOKS)
        age = now - lease.pushed_at
        if not fresh and age < PATIENCE:
            return Pushes(trusted_until, now + max(FIRST_REPETITION, 2 * age))
        _change(connection, lease.id, unseen=False)
    elif fresh and trusted_until is not None:
        _change(connection, lease.id, told=0, missed=lease.missed + 1)
        return NO_PUSHES
    return Pushes(trusted_until)


def _change(connection: Connection, lease_id: int, **changed: object) -> None:
    connection.execute(sa.update(hub_leases).where(hub_leases.c.id == lease_id).values(**changed))
