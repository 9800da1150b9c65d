"""What a list usually looks like: when a page is strange, and when the strange becomes usual."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.list_habits import ACCEPTED_AFTER, LEAST_LOOKS, Habits, Listing

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def usual(entries: int = 10, *, dated: int = 10, known: int = 9, is_page: bool = True) -> Habits:
    habits = Habits()
    for _ in range(LEAST_LOOKS):
        habits = habits.after(Listing(entries, dated, known), expected_news=1, is_page=is_page, now=NOW)
    return habits


@pytest.mark.parametrize(
    ("listing", "way"),
    [
        (Listing(10, 10, 9), ""),
        (Listing(8, 8, 8), ""),
        (Listing(3, 3, 3), "fewer"),
        (Listing(10, 0, 9), "undated"),
        (Listing(10, 10, 0), "other"),
        (Listing(38, 0, 0), "unrelated"),
        (Listing(0, 0, 0), "empty"),
    ],
)
def test_a_page_is_strange_in_one_of_five_ways(listing: Listing, way: str) -> None:
    assert usual().strangeness(listing, expected_news=1, is_page=True) == way


def test_a_feed_has_no_layout_but_can_be_empty() -> None:
    habits = usual(is_page=False)
    assert habits.strangeness(Listing(2, 0, 0), expected_news=1, is_page=False) == ""
    assert habits.strangeness(Listing(0, 0, 0), expected_news=1, is_page=False) == "empty"


def test_nothing_is_strange_before_there_is_a_habit() -> None:
    habits = Habits().after(Listing(10, 10, 9), expected_news=1, is_page=True, now=NOW)
    assert habits.strangeness(Listing(1, 0, 0), expected_news=1, is_page=True) == ""
    assert habits.strangeness(Listing(10, 10, 0), expected_news=1, is_page=True) == ""


def test_a_navigation_is_not_the_list_even_where_that_was_seen_but_once() -> None:
    habits = Habits().after(Listing(10, 10, 0), expected_news=0, is_page=True, now=NOW)
    assert habits.strangeness(Listing(7, 0, 0), expected_news=1, is_page=True) == "unrelated"
    assert habits.strangeness(Listing(7, 0, 1), expected_news=1, is_page=True) == ""
    assert habits.strangeness(Listing(7, 0, 0), expected_news=9, is_page=True) == ""
    undated = Habits().after(Listing(10, 0, 0), expected_news=0, is_page=True, now=NOW)
    assert undated.strangeness(Listing(7, 0, 0), expected_news=1, is_page=True) == ""


def test_a_busy_list_that_was_not_looked_at_for_long_may_be_replaced_as_a_whole() -> None:
    assert usual().strangeness(Listing(10, 10, 0), expected_news=12, is_page=True) == ""


def test_the_first_list_of_which_nothing_can_be_known_teaches_nothing_of_that() -> None:
    habits = Habits().after(Listing(10, 10, 0), expected_news=0, is_page=True, now=NOW)
    habits = habits.after(Listing(10, 10, 9), expected_news=0, is_page=True, now=NOW)
    assert habits.known == 0.9


def test_what_is_strange_teaches_nothing_until_it_has_stayed() -> None:
    habits = usual()
    short = Listing(2, 2, 2)
    habits = habits.after(short, expected_news=1, is_page=True, now=NOW)
    later = habits.after(short, expected_news=1, is_page=True, now=NOW + timedelta(days=1))
    assert (later.strange_since, later.entries, later.last) == (NOW, 10, short)
    accepted = later.after(short, expected_news=1, is_page=True, now=NOW + ACCEPTED_AFTER)
    assert (accepted.strange_since, accepted.entries, accepted.looks) == (None, 2, 1)


def test_a_feed_that_fills_again_may_be_empty_from_then_on() -> None:
    empty = Listing(0, 0, 0)
    habits = usual(is_page=False).after(empty, expected_news=1, is_page=False, now=NOW)
    assert habits.strange_since == NOW
    habits = habits.after(Listing(4, 4, 0), expected_news=1, is_page=False, now=NOW)
    assert habits.strange_since is None
    assert habits.strangeness(empty, expected_news=1, is_page=False) == ""


listings = st.builds(Listing, *[st.integers(0, 5000)] * 3)


@given(st.lists(st.tuples(listings, st.floats(0, 1e6), st.booleans()), max_size=30))
def test_any_lists_leave_habits_that_are_believable(seen: list[tuple[Listing, float, bool]]) -> None:
    habits = Habits()
    for hours, (listing, expected_news, is_page) in enumerate(seen):
        now = NOW + timedelta(hours=hours)
        habits = habits.after(listing, expected_news=expected_news, is_page=is_page, now=now)
        assert Habits.from_json(json.loads(json.dumps(habits.to_json()))) == habits
        assert habits.last == listing
        assert 0 <= habits.fewest <= habits.entries + 1e-3
        assert habits.strange_since is None or habits.strange_since <= now


def test_habits_survive_json() -> None:
    for habits in (Habits(), usual(), usual().after(Listing(1, 1, 1), expected_news=0, is_page=True, now=NOW)):
        assert Habits.from_json(json.loads(json.dumps(habits.to_json()))) == habits
    assert Habits.from_json(None) == Habits()
