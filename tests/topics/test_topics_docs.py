"""The page on the query language: each of its examples does what it says."""

import re

import pytest
from topics_page import EXAMPLES, PAGE, REFUSALS, unquoted

from feeds.errors import QueryError
from feeds.model import Article
from feeds.topics import Index, evaluate, parse, prove
from feeds.topics.grammar.cursor import MAX_DEPTH, MAX_SIZE
from feeds.topics.grammar.proximity import MAX_DISTANCE
from feeds.topics.grammar.tokens import MAX_LENGTH


def test_the_page_has_examples():
    assert len(EXAMPLES) > 30
    assert len(REFUSALS) > 15


@pytest.mark.parametrize(("query", "match", "other"), EXAMPLES, ids=lambda cell: cell)
def test_example(query, match, other):
    parsed = parse(unquoted(query))
    yes, no = Article(url="", text=match), Article(url="", text=other)
    found = evaluate(parsed, yes)
    assert found is not None
    assert prove(parsed, yes, found.spans)
    assert evaluate(parsed, no) is None
    index = Index([("it", parsed)])
    assert [each.id for each in index.match(yes)] == ["it"]
    assert index.match(no) == []


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: row[0])
def test_refusal(row):
    query, because, *write = row
    with pytest.raises(QueryError, match=re.escape(because)) as caught:
        parse(unquoted(query))
    assert caught.value.suggestion == (unquoted(write[0]) if write and write[0].startswith("`") else None)


def test_limits_are_those_of_the_program():
    for number in (MAX_LENGTH, MAX_SIZE, MAX_DEPTH, MAX_DISTANCE):
        assert f"{number:,}" in PAGE
