"""In which line of a TOML text each key, table and list element stands; `tomllib` does not tell.

Only for text that `tomllib` has accepted: the scanner relies on its being valid TOML 1.0 and judges nothing. It goes
over the text once, character by character, so that a `#` or `[` inside a string is never taken for what it is not.
"""

from __future__ import annotations

from typing import Final

Path = tuple[str | int, ...]
"""A way down: ("source", 2, "url") is the key `url` of the third `[[source]]`."""

_BARE: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


class Positions:
    """Lines by path, counted from 1."""

    def __init__(self, text: str) -> None:
        scanner = _Scanner(text.replace("\r\n", "\n"))
        scanner.document()
        self._lines = scanner.lines
        self._contents = scanner.contents

    def line(self, path: Path) -> int:
        """The line of that key, table or element; where it isn't in the text, of the nearest thing around it; or 0."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 0

    def content_line(self, path: Path) -> int:
        """The line in which the text of a string begins: after its opening quotes, and the line break dropped there."""
        return self._contents.get(path, self.line(path))


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.line = 1
        self.lines: dict[Path, int] = {}
        self.contents: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        while self._skip_blank():
            line = self.line
            if self.text.startswith("[[", self.position):
                self._advance(2)
                *parents, last = self._keys()
                array = (*self._resolve(tuple(parents)), last)
                self.lines.setdefault(array, line)
                table = (*array, self._counts.get(array, 0))
                self._counts[array] = self._counts.get(array, 0) + 1
                self.lines[table] = line
                self._advance(2)
            elif self.text[self.position] == "[":
                self._advance(1)
                table = self._resolve(tuple(self._keys()))
                self.lines.setdefault(table, line)
                self._advance(1)
            else:
                self._pair(table)

    def _resolve(self, names: tuple[str, ...]) -> Path:
        """A header's names as a path: a name of an array of tables means its newest table."""
        path: Path = ()
        for name in names:
            path = (*path, name)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path

    def _pair(self, table: Path) -> None:
        line = self.line
        path = table
        for key in self._keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self._advance(1)  # the "="
        self._skip_spaces()
        self._value(path)

    def _keys(self) -> list[str]:
        """A dotted key, and the white space around it."""
        keys: list[str] = []
        while True:
            self._skip_spaces()
            if self.text[self.position] in "\"'":
                keys.append(self._string())
            else:
                start = self.position
                while self.position < len(self.text) and self.text[self.position] in _BARE:
                    self.position += 1
                keys.append(self.text[start : self.position])
            self._skip_spaces()
            if not self.text.startswith(".", self.position):
                return keys
            self._advance(1)

    def _value(self, path: Path) -> None:
        first = self.text[self.position]
        if first in "\"'":
            opening = self.text[self.position : self.position + 4]
            trimmed = opening in ('"""\n', "'''\n")
            self.contents[path] = self.line + (1 if trimmed else 0)
            self._string()
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            while self.position < len(self.text) and self.text[self.position] not in ",]}#\n":
                self.position += 1

    def _array(self, path: Path) -> None:
        self._advance(1)
        index = 0
        while self._skip_blank() and self.text[self.position] != "]":
            if self.text[self.position] == ",":
                self._advance(1)
                continue
            self.lines[(*path, index)] = self.line
            self._value((*path, index))
            index += 1
        self._advance(1)

    def _inline_table(self, path: Path) -> None:
        self._advance(1)
        while self._skip_blank() and self.text[self.position] != "}":
            if self.text[self.position] == ",":
                self._advance(1)
                continue
            self._pair(path)
        self._advance(1)

    def _string(self) -> str:
        """Goes past a string of any of the four kinds; returns what is between the quotes, escapes unread."""
        quote = self.text[self.position]
        quotes = quote * 3 if self.text.startswith(quote * 3, self.position) else quote
        self._advance(len(quotes))
        start = self.position
        while self.position < len(self.text) and not self.text.startswith(quotes, self.position):
            self._advance(2 if self.text[self.position] == "\\" and quote == '"' else 1)
        # A multi-line string may end in one or two quotes of its own, before the three that close it.
        while len(quotes) == 3 and self.text.startswith(quote, self.position + 3):
            self._advance(1)
        content = self.text[start : self.position]
        self._advance(len(quotes))
        return content

    def _skip_spaces(self) -> None:
        while self.position < len(self.text) and self.text[self.position] in " \t":
            self.position += 1

    def _skip_blank(self) -> bool:
        """Goes past white space, line breaks and comments; whether anything is left."""
        while self.position < len(self.text):
            if self.text[self.position] in " \t\n":
                self._advance(1)
            elif self.text[self.position] == "#":
                end = self.text.find("\n", self.position)
                self.position = len(self.text) if end < 0 else end
            else:
                return True
        return False

    def _advance(self, count: int) -> None:
        self.line += self.text.count("\n", self.position, self.position + count)
        self.position += count
