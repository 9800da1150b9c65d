"""Who works what, when: the one unit of work, a **target** (a source, a chat, an endpoint), as a row.

    wake ─→ due ─→ claim (lease, turn + 1) ─→ work ─→ finish (next due, lease given back)
                     └── the worker dies ──→ the lease runs out ──→ claimed again, turn + 1

Any number of workers may claim; each target is worked by one at a time, and a worker that lost its lease finds that
`turn` is no longer its own. What is to be done for a target this module does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feeds.database import UtcDateTime, metadata
from feeds.statements import Prepared, one_of

targets = sa.Table(
    "targets",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("ref", sa.Integer, nullable=False),
    sa.Column("due", UtcDateTime),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("turn", sa.Integer, nullable=False, server_default="0"),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("kind", "ref"),
    sa.Index("ix_targets_kind_due", "kind", "due"),
)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work one target until `lease_until` (UTC). `ref` is the id of the source or destination.

    A turn takes nothing new on after `leave_at`, three quarters into the lease: what it has begun must end in time.
    """

    id: int
    kind: str
    ref: int
    turn: int
    failures: int
    lease_until: datetime
    leave_at: datetime


@lru_cache(maxsize=64)
def _is_due(kinds: int) -> tuple[sa.ColumnElement[bool], ...]:
    """For so many kinds: of one, SQLite reads the targets from its index in the order in which they are due."""
    now = sa.bindparam("now", type_=UtcDateTime())
    return (
        targets.c.kind.in_([sa.bindparam(f"kind_{number}", type_=sa.String()) for number in range(kinds)]),
        targets.c.due <= now,
        sa.or_(targets.c.lease_until.is_(None), targets.c.lease_until < now),
    )


@lru_cache(maxsize=64)
def _any(kinds: int) -> Prepared:
    return Prepared(sa.select(targets.c.id).where(*_is_due(kinds)).limit(1))


@lru_cache(maxsize=64)
def _waiting(kinds: int) -> Prepared:
    return Prepared(sa.select(sa.func.count(), sa.func.min(targets.c.due)).where(*_is_due(kinds)))


@lru_cache(maxsize=64)
def _candidates(kinds: int) -> Prepared:
    return Prepared(
        sa.select(targets.c.id, targets.c.kind, targets.c.ref, targets.c.turn, targets.c.failures)
        .where(*_is_due(kinds))
        .order_by(targets.c.due, targets.c.id)
        .limit(sa.bindparam("limit", type_=sa.Integer()))
        .with_for_update(skip_locked=True)
    )


_TAKE = Prepared(
    {
        dialect: sa.update(targets)
        .where(one_of(targets.c.id, "ids", dialect))
        .values(turn=targets.c.turn + 1, lease_until=sa.bindparam("until", type_=UtcDateTime()))
        for dialect in ("sqlite", "postgresql")
    }
)
_LOCK = Prepared(sa.select(targets.c.turn).where(targets.c.id == sa.bindparam("target")).with_for_update())
_FINISH = Prepared(
    sa.update(targets)
    .where(targets.c.id == sa.bindparam("target"), targets.c.turn == sa.bindparam("own_turn"))
    .values(
        due=sa.bindparam("next_due", type_=UtcDateTime()),
        failures=sa.bindparam("new_failures"),
        lease_until=None,
    )
)
_RENEW = Prepared(
    sa.update(targets)
    .where(targets.c.id == sa.bindparam("target"), targets.c.turn == sa.bindparam("own_turn"))
    .values(lease_until=sa.bindparam("until", type_=UtcDateTime()))
)
_WAKE = (
    sa.update(targets)
    .where(targets.c.kind == sa.bindparam("of_kind"), targets.c.ref == sa.bindparam("of_ref"))
    .values(due=sa.func.coalesce(targets.c.due, sa.bindparam("now", type_=UtcDateTime())))
)


def add(connection: Connection, kind: str, ref: int, due: datetime | None) -> None:
    """Make the target, if it isn't there yet."""
    known = connection.execute(sa.select(targets.c.id).where(targets.c.kind == kind, targets.c.ref == ref)).first()
    if known is None:
        connection.execute(sa.insert(targets).values(kind=kind, ref=ref, due=due))


def claim(connection: Connection, kinds: Collection[str], now: datetime, limit: int, lease: timedelta) -> list[Claim]:
    """Lease up to `limit` due targets, longest waiting first. The caller commits before it works them."""
    if limit < 1 or not kinds:
        return []
    rows = _candidates(len(kinds)).all(connection, {**_named(kinds), "now": now, "limit": limit})
    if not rows:
        return []
    until = now + lease
    _TAKE.write(connection, {"ids": sorted(row.id for row in rows), "until": until})
    return [Claim(row.id, row.kind, row.ref, row.turn + 1, row.failures, until, until - lease / 4) for row in rows]


def is_own(connection: Connection, claim: Claim) -> bool:
    """Lock the target until the transaction ends, and say whether the turn is still the claim's own.

    Whatever decides the next due time must be read after this: only then does it see all that was owed before the lock.
    """
    row = _LOCK.first(connection, {"target": claim.id})
    return row is not None and row.turn == claim.turn


def renew(connection: Connection, claim: Claim, now: datetime) -> Claim | None:
    """The same claim with its whole lease before it again; None if it is no longer the claim's own."""
    lease = 4 * (claim.lease_until - claim.leave_at)
    values = {"target": claim.id, "own_turn": claim.turn, "until": now + lease}
    if _RENEW.write(connection, values) != 1:
        return None
    return replace(claim, lease_until=now + lease, leave_at=now + lease * 3 / 4)


def finish(
    connection: Connection, claim: Claim, *, failures: int, next_due: Callable[[Connection], datetime | None]
) -> bool:
    """Give the lease back; False if the turn was no longer the claim's own. `next_due` is asked under the lock."""
    if not is_own(connection, claim):
        return False
    give_back(connection, claim, failures=failures, due=next_due(connection))
    return True


def give_back(connection: Connection, claim: Claim, *, failures: int, due: datetime | None) -> None:
    """`finish` for a transaction that has made sure with `is_own` already."""
    _FINISH.write(connection, {"target": claim.id, "own_turn": claim.turn, "next_due": due, "new_failures": failures})


def wake(connection: Connection, kind: str, ref: int, now: datetime) -> None:
    """Something is owed to the target: due now, unless it already has a time (a back-off is not cut short)."""
    connection.execute(_WAKE, {"of_kind": kind, "of_ref": ref, "now": now})


def due_at(connection: Connection, kind: str, ref: int, due: datetime | None, *, failures: int | None = None) -> None:
    """Set the due time, whatever it was: an operator's "now", a resumed endpoint."""
    values: dict[str, object] = {"due": due}
    if failures is not None:
        values["failures"] = failures
    connection.execute(sa.update(targets).where(targets.c.kind == kind, targets.c.ref == ref).values(**values))


def remove(connection: Connection, kind: str, ref: int) -> None:
    """Forget the target."""
    connection.execute(sa.delete(targets).where(targets.c.kind == kind, targets.c.ref == ref))


def any_due(connection: Connection, kinds: Collection[str], now: datetime) -> bool:
    """Whether there is anything to claim: a look that costs the same however much there is."""
    return _any(len(kinds)).first(connection, {**_named(kinds), "now": now}) is not None


def waiting(connection: Connection, kinds: Collection[str], now: datetime) -> tuple[int, datetime | None]:
    """How many targets are due and unclaimed, and the oldest of their due times (UTC)."""
    row = _waiting(len(kinds)).first(connection, {**_named(kinds), "now": now})
    return (int(row[0]), row[1]) if row is not None else (0, None)


def _named(kinds: Collection[str]) -> dict[str, str]:
    return {f"kind_{number}": kind for number, kind in enumerate(kinds)}
