"""How the command line speaks: tables, JSON, progress, and foreign text that cannot reach the terminal's controls."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH = 10_000
"""Columns of a table that no terminal shows: programs read whole lines."""


def console() -> Console:
    """A console on the standard output of this moment."""
    from rich.console import Console

    return Console(
        file=sys.stdout,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=True,
        width=None if sys.stdout.isatty() else PIPE_WIDTH,
    )


def say(text: str = "") -> None:
    """One line on standard output."""
    print(text)


def clean(text: object) -> str:
    """Foreign text on one line, without control characters (which could do anything to a terminal)."""
    from bot.clean import one_line

    return one_line(text)


def show_json(value: Any) -> None:
    """One JSON document; times as ISO 8601 with offset."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    raise TypeError(f"not a value of JSON: {value!r}")


def show_table(columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]], empty: str) -> None:
    """Rows under headings (`columns`: key → heading); `empty` is said where there are none."""
    from rich import box
    from rich.table import Table

    if not rows:
        say(empty)
        return
    terminal = sys.stdout.isatty()
    table = Table(box=box.SIMPLE_HEAD if terminal else None, pad_edge=False, header_style="bold")
    for heading in columns.values():
        table.add_column(heading, no_wrap=not terminal, overflow="fold")
    for row in rows:
        table.add_row(*(shown(row[key]) for key in columns))
    console().print(table)


def shown(value: Any) -> str:
    """A value in a cell: times to the minute in UTC, lists by commas, None as a dash."""
    match value:
        case None | "":
            return "–"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case list() | tuple():
            return ", ".join(clean(one) for one in value) or "–"
        case _:
            return clean(value)


def show_marked(parts: Iterable[tuple[str, bool]], indent: str = "  ") -> None:
    """A text on one line whose true parts are marked: in colour on a terminal, in brackets elsewhere."""
    from rich.text import Text

    line = Text(indent)
    for text, is_marked in parts:
        words = " ".join(clean(text).split())
        before = " " if text[:1].isspace() and words else ""
        after = " " if text[-1:].isspace() else ""
        if is_marked and not sys.stdout.isatty():
            words = f"[{words}]"
        line.append(before + words + after, style="bold black on yellow" if is_marked else "")
    console().print(line)


Advance = Callable[[int, int | None], None]
"""(done so far, of how many in all or None)."""


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """A bar on standard error while the block works, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def working(what: str) -> Iterator[None]:
    """A turning sign on standard error while the block works, on a terminal only."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield
