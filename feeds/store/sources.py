"""SQL on sources: what is watched, what was learned of it, and how it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feeds import targets
from feeds.database import AnyRow, inserted_id
from feeds.model import Source
from feeds.statements import Prepared, one_of
from feeds.store.tables import articles, sources


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source as it stands: what was asked, what was learned, and how the last looks went. Times are UTC."""

    source: Source
    declared: bool
    active: bool
    learned: dict[str, Any] = field(default_factory=dict)
    rhythm: dict[str, Any] = field(default_factory=dict)
    etag: str | None = None
    last_modified: str | None = None
    digest: str | None = None
    baseline_at: datetime | None = None
    looked_at: datetime | None = None
    succeeded_at: datetime | None = None
    new_at: datetime | None = None
    error_code: str | None = None
    error: str | None = None
    error_since: datetime | None = None
    next_look: datetime | None = None
    failures: int = 0
    article_count: int = 0

    @property
    def health(self) -> str:
        """One word: "ok", "waiting" (never looked yet), "failing", "inactive"."""
        if not self.active:
            return "inactive"
        if self.error_code:
            return "failing"
        return "ok" if self.succeeded_at else "waiting"


def _source(row: AnyRow) -> Source:
    return Source(
        slug=row.slug,
        url=row.url,
        title=row.title,
        kind=row.kind,
        language=row.language,
        time_zone=row.time_zone,
        description=row.description,
        options=row.options,
        id=row.id,
    )


def _state(row: AnyRow) -> SourceState:
    return SourceState(
        source=_source(row),
        declared=row.declared,
        active=row.active,
        learned=dict(row.learned),
        rhythm=dict(row.rhythm),
        etag=row.etag,
        last_modified=row.last_modified,
        digest=row.digest,
        baseline_at=row.baseline_at,
        looked_at=row.looked_at,
        succeeded_at=row.succeeded_at,
        new_at=row.new_at,
        error_code=row.error_code,
        error=row.error,
        error_since=row.error_since,
        next_look=row.due,
        failures=row.failures or 0,
    )


_STATES = sa.select(sources, targets.targets.c.due, targets.targets.c.failures).select_from(
    sources.outerjoin(
        targets.targets, sa.and_(targets.targets.c.kind == "source", targets.targets.c.ref == sources.c.id)
    )
)
_STATES_BY_IDS = Prepared(
    {dialect: _STATES.where(one_of(sources.c.id, "wanted", dialect)) for dialect in ("sqlite", "postgresql")}
)
_STATE_BY_ID = Prepared(_STATES.where(sources.c.id == sa.bindparam("source")))


def declare(connection: Connection, declared: Sequence[Source], now: datetime) -> None:
    """Make the store's declared sources those of the configuration.

    One that left the file is made inactive and its articles are kept; one that came back goes on where it was. A
    changed address or reading makes the next look a new discovery, but not a new baseline: what is known stays known.
    """
    known = {row.slug: row for row in connection.execute(sa.select(sources)).all()}
    for source in declared:
        row = known.get(source.slug)
        if row is None:
            add(connection, source, now, declared=True)
            continue
        _write_changes(connection, row, _values(source) | {"declared": True, "active": True}, now)
        if not row.active:
            targets.add(connection, "source", row.id, now)
    slugs = {source.slug for source in declared}
    for slug, row in known.items():
        if row.declared and row.active and slug not in slugs:
            deactivate(connection, row.id)


def change(connection: Connection, source_id: int, source: Source, now: datetime) -> None:
    """Make an active source what `source` says, its slug apart: as when a declared one is changed in its file."""
    row = connection.execute(sa.select(sources).where(sources.c.id == source_id)).one()
    _write_changes(connection, row, _values(source), now)


def _write_changes(connection: Connection, row: AnyRow, values: dict[str, Any], now: datetime) -> None:
    if all(getattr(row, name) == value for name, value in values.items()):
        return
    if row.url != values["url"] or row.kind != values["kind"] or dict(row.options) != values["options"]:
        values = values | {"etag": None, "last_modified": None, "digest": None, "learned": {}}
        targets.due_at(connection, "source", row.id, now, failures=0)
    connection.execute(sa.update(sources).where(sources.c.id == row.id).values(**values))


def _values(source: Source) -> dict[str, Any]:
    return {
        "title": source.title or source.slug,
        "description": source.description,
        "url": source.url,
        "kind": source.kind,
        "language": source.language,
        "time_zone": source.time_zone,
        "options": dict(source.options),
    }


def add(connection: Connection, source: Source, now: datetime, *, declared: bool = False) -> int:
    """Store a new source, due at once; returns its id."""
    inserted = connection.execute(
        sa.insert(sources).values(
            slug=source.slug,
            declared=declared,
            active=True,
            learned={},
            rhythm={},
            created_at=now,
            **_values(source),
        )
    )
    source_id = inserted_id(inserted)
    targets.add(connection, "source", source_id, now)
    return source_id


def deactivate(connection: Connection, source_id: int) -> None:
    """Watch it no more; its articles and feeds stay."""
    connection.execute(sa.update(sources).where(sources.c.id == source_id).values(active=False))
    targets.remove(connection, "source", source_id)


def activate(connection: Connection, source_id: int, now: datetime) -> None:
    """Watch it again, from now on."""
    connection.execute(sa.update(sources).where(sources.c.id == source_id).values(active=True))
    targets.add(connection, "source", source_id, now)


def state(connection: Connection, source_id: int) -> SourceState | None:
    """One source by id."""
    row = _STATE_BY_ID.first(connection, {"source": source_id})
    return None if row is None else _state(row)


def states_of(connection: Connection, source_ids: Sequence[int]) -> dict[int, SourceState]:
    """Those of these sources that there are, by id."""
    rows = _STATES_BY_IDS.all(connection, {"wanted": list(source_ids)}) if source_ids else []
    return {row.id: _state(row) for row in rows}


def state_by_slug(connection: Connection, slug: str) -> SourceState | None:
    """One source by slug."""
    row = connection.execute(_STATES.where(sources.c.slug == slug)).first()
    return None if row is None else _state(row)


def states(connection: Connection, *, only_active: bool = True, counted: bool = True) -> list[SourceState]:
    """All sources, declared first, each with the number of its articles unless they needn't be `counted`."""
    query = _STATES.order_by(sources.c.declared.desc(), sources.c.id)
    if only_active:
        query = query.where(sources.c.active)
    if not counted:
        return [_state(row) for row in connection.execute(query)]
    counts: dict[int, int] = {
        row[0]: row[1]
        for row in connection.execute(
            sa.select(articles.c.source_id, sa.func.count()).group_by(articles.c.source_id)
        ).all()
    }
    found = [_state(row) for row in connection.execute(query).all()]
    return [_with_count(one, counts.get(one.source.id or 0, 0)) for one in found]


def to_check(connection: Connection, since: datetime | None) -> list[SourceState]:
    """Watched sources that have an error, or were looked at since then (UTC); None: all. Articles aren't counted."""
    query = _STATES.where(sources.c.active).order_by(sources.c.id)
    if since is not None:
        query = query.where(sa.or_(sources.c.error_code.is_not(None), sources.c.looked_at >= since))
    return [_state(row) for row in connection.execute(query)]


def active_ids(connection: Connection, source_ids: Sequence[int]) -> set[int]:
    """Those of these sources that are watched."""
    if not source_ids:
        return set()
    query = sa.select(sources.c.id).where(sources.c.active, sources.c.id.in_(source_ids))
    return set(connection.execute(query).scalars())


def last_answer(connection: Connection, *, except_below: Sequence[str] = ()) -> tuple[int, datetime | None]:
    """How many sources are watched, and when one last answered (UTC); addresses that begin like these left out."""
    query = sa.select(sa.func.count(), sa.func.max(sources.c.succeeded_at)).where(sources.c.active)
    for beginning in except_below:
        query = query.where(~sources.c.url.startswith(beginning, autoescape=True))
    row = connection.execute(query).one()
    return int(row[0]), row[1]


def named(connection: Connection, slugs: Iterable[str]) -> dict[str, Source]:
    """Sources by slug, active or not."""
    wanted = sorted(set(slugs))
    rows = connection.execute(sa.select(sources).where(sources.c.slug.in_(wanted))).all()
    return {row.slug: _source(row) for row in rows}


def _with_count(one: SourceState, number: int) -> SourceState:
    return replace(one, article_count=number)


def record_look(connection: Connection, source_id: int, now: datetime, **changed: Any) -> None:
    """Write what a look has shown; `changed` are columns of `sources`. A look without `error` ends the error."""
    if "error_code" not in changed:
        changed |= {
            "error_code": None,
            "error": None,
            "error_since": None,
            "succeeded_at": now,
        }
    values = {f"new_{name}": value for name, value in changed.items()}
    _record(tuple(sorted(changed))).write(connection, {"source": source_id, "new_looked_at": now, **values})


@lru_cache(maxsize=64)
def _record(names: tuple[str, ...]) -> Prepared:
    """Built once for each set of columns: assembling such expressions costs more than running them."""
    values = {name: sa.bindparam(f"new_{name}", type_=sources.c[name].type) for name in ("looked_at", *names)}
    return Prepared(sa.update(sources).where(sources.c.id == sa.bindparam("source")).values(**values))
