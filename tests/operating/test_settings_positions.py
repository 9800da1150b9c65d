"""In which line a TOML key stands: against TOML written by a writer that remembers its lines."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings.positions import Path, Positions

EXAMPLE = '''\
title = "a # b [c]"   # line 1

[site]
"quoted key" = 1
dotted.inner.key = 'x'   # line 5
text = """
first [[not]] a table
second = "no key" \\"""
"""
[[source]]            # line 10
slug = "one"
tags = [ "a", # ]
  "b",
  { name = "c", list = [1,
    2] },             # line 15
]
[source.options]
deep = """x"""""
[[source]]
slug = 'two'          # line 20
[[source.part]]
n = 1
[[source.part]]
n = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 1),
        (("site",), 3),
        (("site", "quoted key"), 4),
        (("site", "dotted", "inner", "key"), 5),
        (("site", "text"), 6),
        (("source",), 10),
        (("source", 0), 10),
        (("source", 0, "slug"), 11),
        (("source", 0, "tags", 1), 13),
        (("source", 0, "tags", 2, "name"), 14),
        (("source", 0, "tags", 2, "list", 1), 15),
        (("source", 0, "options"), 17),
        (("source", 0, "options", "deep"), 18),
        (("source", 1), 19),
        (("source", 1, "slug"), 20),
        (("source", 1, "part", 0, "n"), 22),
        (("source", 1, "part", 1, "n"), 24),
    ],
)
def test_every_key_stands_where_it_was_written(path: Path, line: int) -> None:
    assert Positions(EXAMPLE).line(path) == line
    assert Positions(EXAMPLE.replace("\n", "\r\n")).line(path) == line


def test_what_is_not_there_has_the_line_of_what_is_around_it() -> None:
    positions = Positions(EXAMPLE)
    assert positions.line(("source", 1, "url")) == 19
    assert positions.line(("nowhere", "at all")) == 0


def test_the_text_of_a_string_begins_after_its_quotes() -> None:
    positions = Positions('a = "x"\nb = """\ny"""\nc = """z\n"""\n')
    assert [positions.content_line((key,)) for key in "abc"] == [1, 3, 4]


class Writer:
    """Writes TOML in many layouts and notes the line of each key."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.text = ""
        self.lines: dict[Path, int] = {}

    @property
    def line(self) -> int:
        return self.text.count("\n") + 1

    def blank(self) -> None:
        self.text += self.draw(st.sampled_from(["", "\n", "# [x] = \"'''\n", "\n\n  # y\n", "\t"]))

    def value(self, value: Any, path: Path) -> None:
        if isinstance(value, list):
            self.text += "["
            for index, one in enumerate(value):
                self.text += self.draw(st.sampled_from(["", "\n", " # ]\n"]))
                self.lines[(*path, index)] = self.line
                self.value(one, (*path, index))
                self.text += self.draw(st.sampled_from([",", " ,", "\n,"]))
            self.text += self.draw(st.sampled_from(["]", "\n]"]))
        elif isinstance(value, dict):
            self.text += "{ "
            for number, (key, one) in enumerate(value.items()):
                self.text += ", " if number else ""
                self.lines[(*path, key)] = self.line
                self.text += f"{key} = "
                self.value(one, (*path, key))
            self.text += " }"
        elif isinstance(value, str):
            self.string(value)
        else:
            self.text += json.dumps(value)

    def string(self, value: str) -> None:
        styles = [json.dumps(value)]
        if "'" not in value and "\n" not in value:
            styles.append(f"'{value}'")
        if "'" not in value:
            styles.append(f"'''\n{value}'''")
        if '"' not in value and "\\" not in value:
            styles += [f'"""{value}"""', f'"""\n{value}"""']
        self.text += self.draw(st.sampled_from(styles))


strings = st.text(st.sampled_from("ab'\"#[]{}=,\n \\é"), max_size=12)
values = st.recursive(
    strings | st.integers(-9, 9) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("pqr"), inner, max_size=2),
    max_leaves=6,
)
tables = st.dictionaries(st.sampled_from("klmn"), values, max_size=4)


@st.composite
def documents(draw: Any) -> Writer:
    writer = Writer(draw)
    for number, table in enumerate(draw(st.lists(tables, max_size=4))):
        writer.blank()
        writer.text += "" if writer.text.endswith("\n") or not writer.text else "\n"
        writer.lines[("list", number)] = writer.line
        writer.text += "[[list]]\n"
        for key, value in table.items():
            writer.blank()
            writer.lines[("list", number, key)] = writer.line
            writer.text += f"{key} = "
            writer.value(value, ("list", number, key))
            writer.text += draw(st.sampled_from(["\n", " # '\n"]))
    return writer


@given(documents())
def test_any_layout(writer: Writer) -> None:
    tomllib.loads(writer.text)
    positions = Positions(writer.text)
    assert {path: positions.line(path) for path in writer.lines} == writer.lines
