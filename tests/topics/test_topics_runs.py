"""Runs of letters are found with numpy exactly as the pattern of `text` finds them, in any text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.topics.index.runs import runs_of
from feeds.topics.text import find_runs

CHARACTERS = st.sampled_from("abZ09_.-'’\u2010 ,!\n\u0301\u00ad\u200bđự反ท\ud800😀𐐀")


@given(st.one_of(st.text(), st.text(CHARACTERS)))
@example("")
@example("a..b.c-d-.e")
def test_any_text(text):
    matches = list(find_runs(text))
    texts, starts, ends = runs_of(text)
    assert texts == [match[0] for match in matches]
    assert (starts, ends) == ([match.start() for match in matches], [match.end() for match in matches])


@pytest.mark.parametrize("plane", range(4))
def test_every_character_between_letters(plane):
    """Is each character a letter, a joiner or neither to both?"""
    for first in range(plane * 0x4000, (plane + 1) * 0x4000, 0x400):
        text = " ".join(f"a{chr(code)}b" for code in range(first, first + 0x400))
        assert runs_of(text).texts == [match[0] for match in find_runs(text)]
