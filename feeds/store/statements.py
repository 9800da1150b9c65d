"""Statements that are run at every look, with many values: put together once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection, Dialect


def one_of(column: sa.Column[Any], name: str, dialect: str) -> sa.ColumnElement[bool]:
    """`column` is one of the texts in the list that the parameter `name` gives, however many they are.

    `in_` is another statement for each number of them, put together anew at each execution.
    """
    if dialect == "sqlite":
        values = sa.func.json_each(sa.bindparam(name, type_=sa.JSON())).table_valued("value")
        return column.in_(sa.select(values.c.value))
    return column == sa.any_(sa.bindparam(name, type_=ARRAY(sa.Text())))


class ManyRows:
    """A statement that writes many rows at once, assembled once; what the driver takes for each value is known then.

    `Connection.execute` asks that anew for every row, which takes longer than SQLite takes to write it.
    """

    def __init__(self, statement: sa.Insert | Mapping[str, sa.Insert]) -> None:
        """`statement`: the one for all databases, or one for each by its dialect's name."""
        self._statement = statement
        self._assembled: dict[str, _Assembled] = {}

    def write(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write the rows, if there are any. All of them, at every call, name the same columns."""
        if not rows:
            return
        assembled = self._assembled.get(connection.dialect.name)
        if assembled is None:
            assembled = self._assembled[connection.dialect.name] = self._assemble(connection.dialect, list(rows[0]))
        connection.exec_driver_sql(assembled.sql, [assembled.bound(row) for row in rows])

    def _assemble(self, dialect: Dialect, names: list[str]) -> _Assembled:
        statement = self._statement[dialect.name] if isinstance(self._statement, Mapping) else self._statement
        compiled = statement.compile(dialect=dialect, column_keys=names, for_executemany=True)
        processors = {
            name: process
            for name, bind in compiled.binds.items()
            if (process := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        in_order = itemgetter(*compiled.positiontup) if compiled.positiontup else None
        return _Assembled(str(compiled), processors, in_order)


@dataclass(frozen=True, slots=True)
class _Assembled:
    sql: str
    processors: Mapping[str, Callable[[Any], Any]]
    in_order: Callable[[Mapping[str, Any]], tuple[Any, ...]] | None
    """Where the driver takes values by their places."""

    def bound(self, row: Mapping[str, Any]) -> Any:
        values = dict(row)
        for name, process in self.processors.items():
            values[name] = process(values[name])
        return values if self.in_order is None else self.in_order(values)
