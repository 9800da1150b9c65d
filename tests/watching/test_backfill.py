"""Old items that come into a list late are stored and told to nobody; what is uncertain is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from conftest import Clock
from fake_site import FakeSite
from hypothesis import given
from hypothesis import strategies as st
from posts import Post

from feeds.backfill import Row, old_items
from feeds.database import Database

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


def known(*days: int | None) -> list[Row]:
    """Known entries, published so many days ago."""
    return [Row(False, None if day is None else NOW - timedelta(days=day)) for day in days]


def new(days: int | None) -> Row:
    return Row(True, None if days is None else NOW - timedelta(days=days))


def silent(*rows: Row) -> list[int]:
    return sorted(old_items(rows, NOW - timedelta(hours=1)))


def test_an_old_item_at_its_place_in_time_is_no_news() -> None:
    assert silent(*known(1, 5, 20), new(90), *known(120, 200)) == [3]
    assert silent(*known(1, 5, 20, 60, 90, 120), new(None), *known(200)) == [6]
    assert silent(*known(1, 5, 20, 60, 90, 120), new(None)) == [6]


def test_what_the_site_pinned_above_its_list_does_not_hide_the_order() -> None:
    assert silent(*known(700, 400, 1, 5, 20), new(90), *known(120)) == [5]


@pytest.mark.parametrize(
    "rows",
    [
        [new(90), *known(1, 5, 20, 120)],  # at the top: the site presents it as new
        [*known(1, 5), new(90), *known(120)],  # near the top
        [*known(1, 5, 20), new(25), *known(120)],  # some weeks: a document that is dated back
        [*known(1, 5, 20), new(90), *known(21, 22)],  # not at its place
        [*known(1, 90, 5, 70, 3, 40), new(95), *known(120)],  # a list in no order
        [*known(120, 60, 20, 5, 1), new(90)],  # it rises, so its end is its top
        [*known(50, 60, 70), new(75), *known(120)],  # so slow a list that it is no older than its newest
        [*known(None, None, None, None), new(90), *known(None)],  # nothing is known of its order
        [*known(1, 2, 5, 6, 7, 8), new(None), *known(9)],  # no date, among what is recent
        [*known(1, 60, 90), new(None), *known(120)],  # no date, and few that say how old it is
    ],
)  # fmt: skip
def test_what_is_uncertain_is_news(rows: Sequence[Row]) -> None:
    assert silent(*rows) == []


dates = st.none() | st.integers(0, 1_000)


@given(st.lists(st.tuples(st.booleans(), dates), max_size=15), st.integers(0, 2))
def test_what_stands_above_what_is_known_is_news_however_old(rows: list[tuple[bool, int | None]], tops: int) -> None:
    listed = [new(day) if is_new else known(day)[0] for is_new, day in rows if not is_new][:12]
    assert not set(silent(*[new(400)] * tops, *listed)) & set(range(tops))


@given(st.lists(st.tuples(st.booleans(), dates), max_size=20))
def test_what_came_out_after_the_last_look_is_always_news(rows: list[tuple[bool, int | None]]) -> None:
    listed = [new(day) if is_new else known(day)[0] for is_new, day in rows]
    found = old_items(listed, NOW - timedelta(hours=1))
    for place in found:
        assert listed[place].is_new
        date = listed[place].date
        assert date is None or date < NOW - timedelta(days=7)


# Through a look

TOWNS = ("Hanoi", "Hue", "Vinh", "Oslo", "Rome", "Bern", "Lima", "Riga", "Bonn")


@pytest.fixture
def post(database: Database, clock: Clock) -> Iterator[Post]:
    with FakeSite() as site:
        post = Post(database, clock, site)
        yield post
        post.fetcher.close()


def show(post: Post, listed: Sequence[tuple[str, int]], *, dated: bool = True) -> None:
    """A list of articles about towns, published so many days ago; their pages say when, too."""
    rows = ""
    for town, days in listed:
        day = f"{post.clock() - timedelta(days=days):%d/%m/%Y}"
        address = f"/news/patrol-boats-visit-the-port-of-{town.lower()}"
        title = f"Patrol boats visit the port of {town}"
        text = f"The crews were welcomed in {town} by the mayor and the people of the town. " * 6
        post.site.page(address, f"<html><body><h1>{title}</h1><p class='date'>{day}</p><p>{text}</p></body></html>")
        rows += f'<li><a href="{address}">{title}</a> {f"<span>{day}</span>" if dated else ""}</li>'
    post.site.page("/news", f"<html><body><main><ul>{rows}</ul></main></body></html>")


SHOWN = [(town, days) for town, days in zip(TOWNS, (1, 3, 8, 40, 80, 120, 200), strict=False)]


@pytest.mark.parametrize("dated", [True, False])
def test_an_old_article_that_is_added_in_the_middle_is_stored_and_alerts_nobody(post: Post, dated: bool) -> None:
    show(post, SHOWN, dated=dated)
    source = post.watch(post.site.url("/news"))
    post.look(source)
    show(post, [*SHOWN[:5], ("Riga", 100), *SHOWN[5:]], dated=dated)
    post.look(source)
    assert (len(post.found()), post.fresh()) == (8, [])
    show(post, [("Bonn", 0), *SHOWN[:5], ("Riga", 100), *SHOWN[5:]], dated=dated)
    post.look(source)
    assert post.fresh() == ["Patrol boats visit the port of Bonn"]


def test_an_old_place_alerts_after_all_where_the_page_says_that_it_is_new(post: Post) -> None:
    show(post, SHOWN, dated=False)
    source = post.watch(post.site.url("/news"))
    post.look(source)
    show(post, [*SHOWN[:5], ("Riga", 0), *SHOWN[5:]], dated=False)
    post.look(source)
    assert post.fresh() == ["Patrol boats visit the port of Riga"]
