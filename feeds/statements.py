"""Statements that are run at every look: put together once, and handed to the driver as it takes them.

`Connection.execute` works out at each execution what every value needs on its way to the driver, and every row on its
way back. With a row or two, as here, that takes ten times as long as SQLite itself.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection, Dialect

from feeds.database import by_driver

ROWS_AT_ONCE = (32, 16, 4, 1)
"""Rows that one statement writes on SQLite: most come in scores, and each number of them is a statement to be kept."""

_Process = Callable[[Any], Any]


def one_of(column: sa.Column[Any], name: str, dialect: str) -> sa.ColumnElement[bool]:
    """`column` is one of the values in the list that the parameter `name` gives, however many they are.

    `in_` is another statement for each number of them, put together anew at each execution.
    """
    if dialect == "sqlite":
        values = sa.func.json_each(sa.bindparam(name, type_=sa.JSON())).table_valued("value")
        return column.in_(sa.select(values.c.value))
    return column == sa.any_(sa.bindparam(name, type_=ARRAY(column.type)))


class Prepared:
    """One statement with named parameters. What `Connection.execute` would raise, it raises too."""

    def __init__(self, statement: sa.Executable | Mapping[str, sa.Executable]) -> None:
        """`statement`: the one for all databases, or one for each by its dialect's name."""
        self._statement = statement
        self._assembled: dict[str, _Assembled] = {}

    def all(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """The rows, as named tuples."""
        assembled = self._for(connection.dialect)
        return [assembled.row(found) for found in _run(connection, assembled, values).fetchall()]

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any | None:
        """The first row as a named tuple, or None."""
        assembled = self._for(connection.dialect)
        cursor = _run(connection, assembled, values)
        found = cursor.fetchone()
        cursor.close()  # for SQLite, the statement goes on until all of its rows were taken
        return None if found is None else assembled.row(found)

    def write(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """How many rows were written."""
        return int(_run(connection, self._for(connection.dialect), values).rowcount)

    def _for(self, dialect: Dialect) -> _Assembled:
        assembled = self._assembled.get(dialect.name)
        if assembled is None:
            assembled = self._assembled[dialect.name] = _assemble(_of_dialect(self._statement, dialect), dialect)
        return assembled


class ManyRows:
    """A statement that inserts many rows at once.

    Of SQLite each step is a call that lets the interpreter go, to be had again only when another thread gives it back:
    so there are few steps, of many rows each.
    """

    def __init__(self, statement: sa.Insert | Mapping[str, sa.Insert]) -> None:
        """`statement`: the one for all databases, or one for each by its dialect's name."""
        self._statement = statement
        self._assembled: dict[tuple[str, int], _Assembled] = {}

    def write(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write the rows, if there are any. All of them, at every call, name the same columns."""
        if not rows:
            return
        dialect = connection.dialect
        one = self._for(dialect, 1, list(rows[0]))
        bound = [one.bound(row) for row in rows]
        if not one.by_place:
            _execute(connection, one.sql, bound, many=True)
            return
        place = 0
        for number in ROWS_AT_ONCE:
            while place + number <= len(rows):
                sql = self._for(dialect, number, list(rows[0])).sql
                values = list(chain.from_iterable(bound[place : place + number]))
                _execute(connection, sql, values)
                place += number

    def _for(self, dialect: Dialect, number: int, names: list[str]) -> _Assembled:
        assembled = self._assembled.get((dialect.name, number))
        if assembled is None:
            statement = _of_dialect(self._statement, dialect)
            statement = statement.values([dict.fromkeys(names)] * number) if number > 1 else statement
            assembled = _assemble(statement, dialect, column_keys=names)
            self._assembled[dialect.name, number] = assembled
        return assembled


@dataclass(frozen=True, slots=True)
class _Assembled:
    """A statement as the driver takes it.

    `names`: of the parameters in the driver's order. `parameters`: which of them go through something, by their places.
    `constants`: the values that the statement brings with it. `columns`: which of a row's values go through something.
    """

    sql: str
    names: Sequence[str]
    parameters: Sequence[tuple[int, _Process]]
    constants: Mapping[str, Any]
    by_place: bool
    named: Callable[[Sequence[Any]], Any]
    columns: Sequence[tuple[int, _Process]]

    def bound(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them: by their places or their names."""
        if self.constants:
            values = {**self.constants, **values}
        bound = [values[name] for name in self.names]
        for place, process in self.parameters:
            bound[place] = process(bound[place])
        return bound if self.by_place else dict(zip(self.names, bound, strict=True))

    def row(self, found: Sequence[Any]) -> Any:
        """A row of the driver's, as a named tuple of the columns' own values."""
        if not self.columns:
            return self.named(found)
        values = list(found)
        for place, process in self.columns:
            values[place] = process(values[place])
        return self.named(values)


def _of_dialect(statement: Any, dialect: Dialect) -> Any:
    return statement[dialect.name] if isinstance(statement, Mapping) else statement


def _assemble(statement: Any, dialect: Dialect, **options: Any) -> _Assembled:
    compiled = statement.compile(dialect=dialect, **options)
    names = list(compiled.positiontup or compiled.binds)
    processes = [compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    columns = list(statement.selected_columns) if isinstance(statement, sa.SelectBase) else []
    results = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    row: Any = namedtuple("row", [column.key or "" for column in columns], rename=True)  # type: ignore[misc]
    return _Assembled(
        sql=str(compiled),
        names=names,
        parameters=[(place, process) for place, process in enumerate(processes) if process is not None],
        constants={name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required},
        by_place=bool(compiled.positiontup),
        named=row._make,
        columns=[(place, process) for place, process in enumerate(results) if process is not None],
    )


def _run(connection: Connection, assembled: _Assembled, values: Mapping[str, Any]) -> Any:
    return _execute(connection, assembled.sql, assembled.bound(values))


def _execute(connection: Connection, sql: str, bound: Any, *, many: bool = False) -> Any:
    """In the transaction that the connection is in, or begins with this."""
    if not connection.in_transaction():
        connection.begin()
    return by_driver(connection, sql, bound, many=many)
