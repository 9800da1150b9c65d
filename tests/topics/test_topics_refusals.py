"""What is said of wrong queries: the place, what was expected, and a correction that can be read; in both languages.

`data/topics/wrong_queries.tsv` has what people type: half-typed queries, other engines' syntaxes, quotation marks and
wide characters of other keyboards, Vietnamese. ▲ stands before the character under which the caret is shown, and after
the tab what is suggested.
"""

import re
from pathlib import Path

import pytest
from topics_page import EXAMPLES, REFUSALS, unquoted

from bot.languages.query_errors import said_in
from feeds.errors import QueryError
from feeds.topics import parse, parse_all

TABLE = (
    (Path(__file__).parent.parent / "data" / "topics" / "wrong_queries.tsv").read_text(encoding="utf-8").splitlines()
)
PROSE = re.compile(r"[a-z]{2,} [a-z]{2,}")


def refused(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


def assert_helpful(error: QueryError) -> None:
    assert error.expected
    assert error.suggestion != error.query
    assert parse(error.suggestion or "")
    assert said_in("vi", str(error)) != str(error)
    if PROSE.search(error.expected):
        assert said_in("vi", error.expected) != error.expected


@pytest.mark.parametrize("line", TABLE)
def test_wrong_query(line: str) -> None:
    marked, suggestion = line.split("\t")
    error = refused(marked.replace("▲", ""))
    assert f"{error.query[: error.position]}▲{error.query[error.position :]}" == marked
    assert error.suggestion == suggestion
    assert_helpful(error)


def test_whoever_types_a_query_is_helped_at_each_character() -> None:
    typed = {unquoted(row[0])[:end] for row in (*EXAMPLES, *REFUSALS) for end in range(len(row[0]) - 1)}
    for text in sorted(typed):
        try:
            parse(text)
        except QueryError as error:
            assert_helpful(error)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "a" * 20_001,
        "police OR " * 2_000 + "raid",
        "ab " * 2_001,
        f'"{"a " * 51}"',
        "(" * 41 + "a" + ")" * 41,
        "(" * 300,
        "a NEAR/2 " * 41 + "a",
        "first/2 " * 41 + "a",
        "police\x00raid",
    ],
)
def test_whatever_is_too_much_there_is_a_query_within_the_limits(text: str) -> None:
    assert_helpful(refused(text))


def test_a_circle_of_topics() -> None:
    with pytest.raises(QueryError) as caught:
        parse_all({"sea": ("ship OR @coast", None), "coast": ("guard @sea", None)})
    assert caught.value.suggestion == "guard"


def test_the_caret_stands_under_wide_characters_too() -> None:
    assert refused("反恐 (合作").caret() == "反恐 (合作\n\u3000\u3000 ^"
    assert refused("a\x1b[1m").caret() == "a [1m\n ^"
    assert refused("word " * 30 + "(end").caret(20) == "rd word word (end\n             ^"
