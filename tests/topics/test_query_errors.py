"""That what is wrong with a query is said in the reader's language, also after the query language has learned more."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import feeds.topics
from bot.languages.query_errors import said_in
from feeds.errors import QueryError

PROSE = re.compile("[a-z]{2,} [a-z]{2,}")


def sentences(node: ast.expr) -> Iterator[str]:
    """The sentences that an expression can be, with a number for each value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from sentences(node.body)
        yield from sentences(node.orelse)


def spoken(node: ast.AST) -> Iterator[ast.expr]:
    """Where a sentence for people stands: what an error is made of, a name that such a thing has, a warning."""
    if isinstance(node, ast.Assign):
        names = {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
        if names & {"message", "expected", "_OPERAND", "_EITHER", "_NO_EXPRESSION", "_NO_MORE_THAN"}:
            yield from node.value.elts if isinstance(node.value, ast.Tuple) else (node.value,)
    elif isinstance(node, ast.Return) and node.value is not None:
        yield node.value
    elif isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        if called.endswith(("fail", "QueryError", "_Meant", "refused", "warnings.append")):
            yield from node.args
            yield from (word.value for word in node.keywords if word.arg == "expected")


def written() -> Iterator[str]:
    """The sentences; what is only an example of a query needs no other language."""
    for path in (Path(str(feeds.topics.__file__)).parent / "grammar").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for expression in spoken(node):
                yield from filter(PROSE.search, sentences(expression))


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
