"""Small facts of the whole installation: named JSON values, and names held for a while by one process."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from feeds.store.tables import facts


def get(connection: Connection, name: str) -> Any:
    """The value, or None."""
    return connection.execute(sa.select(facts.c.value).where(facts.c.name == name)).scalar()


_INSERT: dict[str, sqlite.Insert | postgresql.Insert] = {
    "sqlite": sqlite.insert(facts),
    "postgresql": postgresql.insert(facts),
}
_OVERWRITE = {
    dialect: insert.on_conflict_do_update(
        index_elements=[facts.c.name], set_={"value": insert.excluded.value, "until": insert.excluded.until}
    )
    for dialect, insert in _INSERT.items()
}
_LEAVE = {dialect: insert.on_conflict_do_nothing() for dialect, insert in _INSERT.items()}


def put(connection: Connection, name: str, value: Any, until: datetime | None = None) -> None:
    """Write the value, whatever was there."""
    connection.execute(_OVERWRITE[connection.dialect.name], {"name": name, "value": value, "until": until})


def settle(connection: Connection, name: str, value: Any) -> Any:
    """Write the value if there is none yet; returns the one that is there now, the same in every process."""
    connection.execute(_LEAVE[connection.dialect.name], {"name": name, "value": value})
    return get(connection, name)


def count(connection: Connection, name: str) -> int:
    """Raise the number kept under `name` by one, and return it. The row stays locked until the transaction ends."""
    # The row must be there before it can be locked: the first two processes would both insert it.
    connection.execute(_LEAVE[connection.dialect.name], {"name": name, "value": 0})
    value = connection.execute(sa.select(facts.c.value).where(facts.c.name == name).with_for_update()).scalar()
    number = int(value or 0) + 1
    put(connection, name, number)
    return number


def hold(connection: Connection, name: str, holder: str, now: datetime, until: datetime) -> bool:
    """Hold `name` until `until` (UTC), if nobody else does. False: somebody else does."""
    connection.execute(_LEAVE[connection.dialect.name], {"name": name, "value": holder, "until": until})
    row = connection.execute(
        sa.select(facts.c.value, facts.c.until).where(facts.c.name == name).with_for_update()
    ).first()
    if row is not None and row.value != holder and row.until is not None and row.until > now:
        return False
    put(connection, name, holder, until)
    return True


def may_hold(connection: Connection, name: str, holder: str, now: datetime) -> bool:
    """Whether nobody but `holder` holds `name` now. Takes nothing."""
    row = connection.execute(sa.select(facts.c.value, facts.c.until).where(facts.c.name == name)).first()
    return row is None or row.value == holder or row.until is None or bool(row.until <= now)


def release(connection: Connection, name: str, holder: str) -> None:
    """Let go of `name`, if `holder` holds it."""
    row = connection.execute(sa.select(facts.c.value).where(facts.c.name == name)).first()
    if row is not None and row.value == holder:
        connection.execute(sa.delete(facts).where(facts.c.name == name))


def forget_past(connection: Connection, prefix: str, now: datetime) -> None:
    """Remove the facts whose names begin with `prefix` and whose time (UTC) is over."""
    connection.execute(sa.delete(facts).where(facts.c.name.startswith(prefix, autoescape=True), facts.c.until <= now))
