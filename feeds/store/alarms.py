"""SQL on alarms: which are open, and how they begin, change and end. What is an alarm, `feeds.alarms` decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feeds import targets
from feeds.alarms import Alarm
from feeds.database import AnyRow, inserted_id
from feeds.store.tables import alarms, sources


@dataclass(frozen=True, slots=True)
class StoredAlarm:
    """An alarm as it is kept. `slug`, `title` and `url` are its source's, empty for what concerns all. Times: UTC."""

    id: int
    source_id: int | None
    slug: str
    title: str
    url: str
    code: str
    since: datetime
    expected: str
    seen: str
    advice: str
    told_at: datetime | None = None
    over_at: datetime | None = None
    over_told_at: datetime | None = None


_COLUMNS = sa.select(alarms, sources.c.slug, sources.c.title, sources.c.url).outerjoin(
    sources, sources.c.id == alarms.c.source_id
)
_OPEN = _COLUMNS.where(alarms.c.over_at.is_(None)).order_by(alarms.c.id)


def _stored(row: AnyRow) -> StoredAlarm:
    return StoredAlarm(
        id=row.id,
        source_id=row.source_id,
        slug=row.slug or "",
        title=row.title or "",
        url=row.url or "",
        code=row.code,
        since=row.since,
        expected=row.expected,
        seen=row.seen,
        advice=row.advice,
        told_at=row.told_at,
        over_at=row.over_at,
        over_told_at=row.over_told_at,
    )


def open_alarms(connection: Connection) -> list[StoredAlarm]:
    """What is wrong now, the oldest first."""
    return [_stored(row) for row in connection.execute(_OPEN)]


def by_id(connection: Connection, alarm_id: int) -> StoredAlarm:
    """One alarm. Raises LookupError where there is none."""
    row = connection.execute(_COLUMNS.where(alarms.c.id == alarm_id)).first()
    if row is None:
        raise LookupError(f"there is no alarm {alarm_id}")
    return _stored(row)


def history(connection: Connection, limit: int = 50) -> list[StoredAlarm]:
    """The newest alarms, those that are over included."""
    return [_stored(row) for row in connection.execute(_COLUMNS.order_by(alarms.c.id.desc()).limit(limit))]


def raise_alarm(
    connection: Connection, source_id: int | None, alarm: Alarm, now: datetime, *, told: bool = True
) -> int:
    """Store a new one; returns its id. `told`: what is owed of it is written in the same transaction."""
    inserted = connection.execute(
        sa.insert(alarms).values(
            source_id=source_id,
            code=alarm.code,
            since=alarm.since,
            expected=alarm.expected,
            seen=alarm.seen,
            advice=alarm.advice,
            told_at=now if told else None,
        )
    )
    return inserted_id(inserted)


def told(connection: Connection, alarm_id: int, now: datetime) -> None:
    """What is owed of it is written now, in the same transaction."""
    connection.execute(sa.update(alarms).where(alarms.c.id == alarm_id).values(told_at=now))


def ended_since(connection: Connection, since: datetime) -> set[tuple[int | None, str]]:
    """Source and code of the alarms whose end was told after then (UTC)."""
    query = sa.select(alarms.c.source_id, alarms.c.code).where(alarms.c.over_told_at > since)
    return {(row.source_id, row.code) for row in connection.execute(query)}


def renew(connection: Connection, alarm_id: int, alarm: Alarm) -> None:
    """It lasts, and what is seen is put in other words now."""
    connection.execute(
        sa.update(alarms)
        .where(alarms.c.id == alarm_id)
        .values(expected=alarm.expected, seen=alarm.seen, advice=alarm.advice)
    )


def end(connection: Connection, alarm_id: int, now: datetime, *, told: bool) -> None:
    """It is over. `told`: what is owed of that is written in the same transaction."""
    connection.execute(
        sa.update(alarms).where(alarms.c.id == alarm_id).values(over_at=now, over_told_at=now if told else None)
    )


def lock(connection: Connection) -> None:
    """Let one transaction at a time change alarms. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(7042020)))


def counts(connection: Connection) -> dict[str, int]:
    """How many alarms are open, by code; codes without any are absent."""
    rows = connection.execute(
        sa.select(alarms.c.code, sa.func.count()).where(alarms.c.over_at.is_(None)).group_by(alarms.c.code)
    )
    return {row[0]: int(row[1]) for row in rows}


def last_outage_end(connection: Connection) -> datetime | None:
    """When our own network was last found to be back (UTC)."""
    found: datetime | None = connection.execute(
        sa.select(sa.func.max(alarms.c.over_at)).where(alarms.c.source_id.is_(None), alarms.c.code == "network")
    ).scalar()
    return found


def look_again(connection: Connection, source_ids: Sequence[int], now: datetime) -> None:
    """Make the sources due at once: what kept them from answering is over."""
    for start in range(0, len(source_ids), 500):
        connection.execute(
            sa.update(targets.targets)
            .where(targets.targets.c.kind == "source", targets.targets.c.ref.in_(source_ids[start : start + 500]))
            .values(due=now)
        )
