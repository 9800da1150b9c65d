"""One TOML file with the places of what is in it, and the reading of its tables against a list of keys.

Problems are collected, never raised, so that an operator sees all of them at once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from bot.errors import Problem
from bot.settings.positions import Path as KeyPath
from bot.settings.positions import Positions
from bot.settings.values import Reader, WrongValueError, did_you_mean

REQUIRED: Final = object()
"""The default of a key that has none."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key that may stand in a table: how it is read, and what it is for."""

    name: str
    reader: Reader
    description: str
    default: Any = None
    shown_default: str = ""


def keys_of(section: type[Any]) -> tuple[Key, ...]:
    """The keys of a settings class: its fields that were made by `setting`."""
    return tuple(
        Key(one.name, one.metadata["reader"], one.metadata["description"], one.default, one.metadata["shown_default"])
        for one in fields(section)
        if "reader" in one.metadata
    )


@dataclass(slots=True)
class Document:
    """A file that was read: `name` as messages show it, its top table, and the problems found in it so far."""

    name: str
    table: Mapping[str, Any] = field(default_factory=dict)
    positions: Positions = field(default_factory=lambda: Positions(""))
    problems: list[Problem] = field(default_factory=list)

    def complain(self, path: KeyPath, message: str, remedy: str = "") -> None:
        """Notes a problem at the line of `path`, once."""
        problem = Problem(self.name, self.positions.line(path), message, remedy)
        if problem not in self.problems:
            self.problems.append(problem)

    def expect_only(self, path: KeyPath, table: Mapping[str, Any], known: Iterable[str]) -> None:
        """Every key of `table` that isn't known is a problem."""
        known = tuple(known)
        for name in table:
            if name not in known:
                place = " in [" + ".".join(str(part) for part in path if isinstance(part, str)) + "]" if path else ""
                self.complain((*path, name), f'unknown setting "{name}"{place}', did_you_mean(name, known))

    def read(self, path: KeyPath, table: Mapping[str, Any], keys: Sequence[Key]) -> dict[str, Any]:
        """The values of `table` by key. What is wrong is a problem, and has its default (None for a required key)."""
        self.expect_only(path, table, [key.name for key in keys])
        read: dict[str, Any] = {}
        for key in keys:
            read[key.name] = None if key.default is REQUIRED else key.default
            if key.name not in table:
                if key.default is REQUIRED:
                    self.complain(path, f'"{key.name}" is missing', f"add {key.name} = … ({key.reader.form})")
                continue
            try:
                read[key.name] = key.reader.read(table[key.name])
            except WrongValueError as wrong:
                self.complain((*path, key.name), f"{key.name}: {wrong.message}", wrong.remedy)
        return read

    def section(self, name: str) -> Mapping[str, Any]:
        """The table `[name]`; empty where it isn't there."""
        table = self.table.get(name, {})
        if isinstance(table, dict):
            return table
        self.complain((name,), f'"{name}" is not a table', f"begin it with [{name}]")
        return {}

    def array(self, name: str) -> list[tuple[KeyPath, Mapping[str, Any]]]:
        """The tables `[[name]]`, each with its path."""
        tables = self.table.get(name, [])
        if isinstance(tables, list) and all(isinstance(table, dict) for table in tables):
            return [((name, index), table) for index, table in enumerate(tables)]
        self.complain((name,), f'"{name}" is not a list of tables', f"begin each with [[{name}]]")
        return []


def read_document(path: Path, *, required: bool = True) -> Document:
    """The file, read and placed. A file that is missing, unreadable or not TOML is one problem and an empty table."""
    document = Document(str(path))
    try:
        text = path.read_bytes().decode("utf-8-sig")
        document.table = tomllib.loads(text)
    except FileNotFoundError:
        if required:
            document.complain((), "there is no such file", "make it, or name another folder with --config")
    except OSError as error:
        document.complain((), f"it cannot be read ({error.strerror or error})", "let this program read it")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        document.problems.append(Problem(document.name, line, "it is not UTF-8", "save it as UTF-8"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        document.problems.append(_syntax_problem(document.name, error, path))
    else:
        document.positions = Positions(text)
    return document


def _syntax_problem(name: str, error: Exception, path: Path) -> Problem:
    message = str(error) or "it is nested too deeply"
    place = re.search(r" \(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)$", message)
    line = 0
    if place:
        message = message[: place.start()]
        line = int(place[1]) if place[1] else path.read_bytes().count(b"\n") + 1
        if place[2]:
            message += f" (column {place[2]})"
    return Problem(name, line, f"not TOML: {message[:1].lower()}{message[1:]}", "see https://toml.io/en/v1.0.0")
