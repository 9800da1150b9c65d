"""That what is wrong with a query is said in the reader's language, also after the query language has learned more."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import feeds.topics
from bot.languages.query_errors import said_in
from feeds.errors import QueryError


def sentences(node: ast.expr) -> Iterator[str]:
    """The sentences that an expression can be, with a number for each value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from sentences(node.body)
        yield from sentences(node.orelse)


def written() -> Iterator[str]:
    for path in Path(str(feeds.topics.__file__)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in ("fail", "QueryError"):
                    yield from sentences(node.args[0])


@pytest.mark.parametrize("sentence", sorted(set(written())))
def test_each_sentence_of_the_query_language_has_a_vietnamese_one(sentence: str) -> None:
    assert said_in("vi", sentence) != sentence
    assert said_in("en", sentence) == sentence
    assert "{}" not in said_in("vi", sentence)


@given(st.text('ab"()*?:/-=|,@ANDORT{}0', min_size=1, max_size=30))
def test_whatever_is_wrong_it_is_said_in_vietnamese(query: str) -> None:
    try:
        feeds.topics.parse(query)
    except QueryError as error:
        english = str(error)
    else:
        return
    assert said_in("vi", english) != english


def test_what_was_written_is_kept() -> None:
    assert said_in("vi", "there is no topic «a {} b»") == "không có chủ đề «a {} b»"
    assert said_in("vi", "never heard of") == "never heard of"
