"""Lists whose dates leave something out, or stand once for several items: the right day, or none."""
# ruff: noqa: E501 (markup is easier to compare on one line)

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from list_pages import ENGLISH, slug

from feeds.sources.page import find_list, read_list

URL = "https://site.test/news"
HANOI = "Asia/Ho_Chi_Minh"
NOW = datetime(2026, 11, 27, 2, 30, tzinfo=UTC)


def link(number: int) -> str:
    return f'<a href="/news/{slug(ENGLISH[number])}">{ENGLISH[number]}</a>'


def days(body: str, *, language: str = "en", **more: Any) -> list[str]:
    """The days of the list's entries, in their order; "" for none. The stored pattern must read the same."""
    html = f'<!DOCTYPE html><html lang="{language}"><body>{body}</body></html>'.encode()
    options = {"time_zone": HANOI, "now": NOW, **more}
    found = find_list(html, URL, **options)
    again = read_list(html, URL, pattern=list(found.patterns), **options)
    assert [(one.url, one.published) for one in again] == [(one.url, one.published) for one in found.entries]
    assert [one.url for one in found.entries] == [
        f"https://site.test/news/{slug(title)}" for title in ENGLISH[: len(again)]
    ]
    return [f"{entry.published:%Y-%m-%d}" if entry.published else "" for entry in found.entries]


def items(dates: Sequence[str], *, marked: str = "span") -> str:
    rows = (f"<li>{link(number)} <{marked}>{text}</{marked}></li>" for number, text in enumerate(dates))
    return f"<ul>{''.join(rows)}</ul>"


@pytest.mark.parametrize(
    "dates",
    [
        ["Nov 27", "Nov 26", "Nov 3", "Dec 30"],
        ["27/11", "26/11", "03/11", "30/12"],
        ["11/27", "11/26", "11/03", "12/30"],
        ["27 tháng 11", "26 tháng 11", "3 tháng 11", "30 tháng 12"],
        ["11月27日", "11月26日", "11月3日", "12月30日"],
        ["2 hours ago", "Yesterday", "Nov 3", "Dec 30, 2025"],
        ["2 giờ trước", "Hôm qua", "03/11/2026", "30/12/2025"],
        ["il y a 2 heures", "hier", "3 nov.", "30 déc."],
    ],
)
def test_a_list_may_leave_out_years(dates: Sequence[str]) -> None:
    assert days(items(dates)) == ["2026-11-27", "2026-11-26", "2026-11-03", "2025-12-30"]


def test_without_the_day_of_the_look_such_dates_are_none() -> None:
    assert days(items(["Nov 27", "Nov 26", "Nov 3", "Dec 30"]), now=None) == ["", "", "", ""]


def test_a_day_in_one_item_of_many_is_part_of_its_text() -> None:
    assert days(items(["Press", "Nov 26", "Press", "Press", "Press"])) == [""] * 5


def test_where_a_list_rises_nobody_knows_the_year_of_what_follows() -> None:
    assert days(items(["Nov 20", "Mar 3", "Dec 15", "Oct 1", "May 2"])) == [
        "2026-11-20", "2026-03-03", "2025-12-15", "", "",
    ]  # fmt: skip


def test_counters_and_fractions_are_no_days() -> None:
    assert days(items([f"{number}/8" for number in range(1, 9)])) == [""] * 8


def test_a_language_without_tables_is_read_where_the_page_marks_its_dates() -> None:
    rows = "".join(
        f'<li>{link(number)} <span class="date">{text}</span></li>'
        for number, text in enumerate(["27. listopadu 2026", "26. listopadu", "3. listopadu", "30. prosince"])
    )
    assert days(f"<ul>{rows}</ul>", language="cs") == ["2026-11-27", "2026-11-26", "2026-11-03", "2025-12-30"]


TWO_DAYS = ["2026-11-26"] * 3 + ["2026-11-25"] * 2
ONE, TWO = "Thursday, 26 November 2026", "Wednesday, 25 November 2026"


@pytest.mark.parametrize(
    "body",
    [
        f"<h3>{ONE}</h3><ul><li>{link(0)}</li><li>{link(1)}</li><li>{link(2)}</li></ul>"
        f"<h3>{TWO}</h3><ul><li>{link(3)}</li><li>{link(4)}</li></ul>",
        f"<div><h3>{ONE}</h3><p>{link(0)}</p><p>{link(1)}</p><p>{link(2)}</p><h3>{TWO}</h3><p>{link(3)}</p><p>{link(4)}</p></div>",
        f"<div><p class='d'>{ONE}</p><p>{link(0)}</p><p>{link(1)}</p><p>{link(2)}</p><p class='d'>{TWO}</p>"
        f"<p>{link(3)}</p><p>{link(4)}</p></div>",
        f"<dl><dt>{ONE}</dt><dd>{link(0)}</dd><dd>{link(1)}</dd><dd>{link(2)}</dd><dt>{TWO}</dt><dd>{link(3)}</dd><dd>{link(4)}</dd></dl>",
        f"<table><tr><td>{ONE}</td></tr><tr><td>{link(0)}</td></tr><tr><td>{link(1)}</td></tr><tr><td>{link(2)}</td></tr>"
        f"<tr><td>{TWO}</td></tr><tr><td>{link(3)}</td></tr><tr><td>{link(4)}</td></tr></table>",
        f"<table><tr><td rowspan=3>{ONE}</td><td>{link(0)}</td></tr><tr><td>{link(1)}</td></tr><tr><td>{link(2)}</td></tr>"
        f"<tr><td rowspan='2'>{TWO}</td><td>{link(3)}</td></tr><tr><td>{link(4)}</td></tr></table>",
        f"<ul><li class='day'>{ONE}</li><li>{link(0)}</li><li>{link(1)}</li><li>{link(2)}</li><li class='day'>{TWO}</li>"
        f"<li>{link(3)}</li><li>{link(4)}</li></ul>",
        f"<section><h2>{ONE}</h2><article>{link(0)}</article><article>{link(1)}</article><article>{link(2)}</article></section>"
        f"<section><h2>{TWO}</h2><article>{link(3)}</article><article>{link(4)}</article></section>",
        f"<div><div class='h'><h3>{ONE}</h3></div><div class='g'><div>{link(0)}</div><div>{link(1)}</div><div>{link(2)}</div></div>"
        f"<div class='h'><h3>{TWO}</h3></div><div class='g'><div>{link(3)}</div><div>{link(4)}</div></div></div>",
    ],
    ids=["lists", "flat", "flat-paragraphs", "terms", "rows", "rowspan", "items", "sections", "wrapped"],
)  # fmt: skip
@pytest.mark.parametrize("style", ["whole", "yearless", "figures", "relative", "without-now"])
def test_a_date_above_several_items_is_the_date_of_each(body: str, style: str) -> None:
    said = {
        "whole": (ONE, TWO), "without-now": (ONE, TWO), "yearless": ("26 November", "25 November"),
        "figures": ("Thứ Năm, 26/11", "Thứ Tư, 25/11"), "relative": ("Hôm qua", "25/11/2026"),
    }[style]  # fmt: skip
    shown = body.replace(ONE, said[0]).replace(TWO, said[1])
    assert days(shown, now=None if style == "without-now" else NOW) == TWO_DAYS


def test_a_single_heading_right_above_a_list_dates_it() -> None:
    body = f"<h3>{ONE}</h3><ul><li>{link(0)}</li><li>{link(1)}</li><li>{link(2)}</li></ul>"
    assert days(body) == ["2026-11-26"] * 3


@pytest.mark.parametrize(
    "head",
    [
        "<div class='top'>Thứ Sáu, 27/11/2026</div>",
        "<header><h4>Friday, 27 November 2026</h4></header>",
        "<div><span>27/11/2026</span></div><div>Home</div>",
        "<h4>27 November 2026</h4><p>Welcome to the ministry's pages, which are kept up by its press office.</p>",
    ],
)
def test_todays_date_at_a_pages_head_dates_nothing(head: str) -> None:
    rows = "".join(f"<li>{link(number)}</li>" for number in range(6))
    assert days(f"{head}<ul>{rows}</ul>") == [""] * 6
    assert days(f"{head}<main><div><ul>{rows}</ul></div></main>") == [""] * 6


def test_another_sections_heading_ends_a_date() -> None:
    body = (
        f"<div><h3>{ONE}</h3><p>{link(0)}</p><p>{link(1)}</p><h3>{TWO}</h3><p>{link(2)}</p><h3>Announcements</h3>"
        f"<p>{link(3)}</p><p>{link(4)}</p></div>"
    )
    assert days(body) == ["2026-11-26", "2026-11-26", "2026-11-25", "", ""]


@given(
    st.lists(st.sampled_from(["26/11", "Nov 26", "27 November 2026", "2 giờ trước", "1/10", "", "Press"]), max_size=12)
)
def test_no_mixture_of_dates_leads_into_the_future(dates: list[str]) -> None:
    rows = (
        "".join(f"<div><p>{link(n)}</p><b>{text}</b></div>" for n, text in enumerate(dates)) + 3 * f"<p>{link(15)}</p>"
    )
    html = f"<html><body><section>{rows}</section></body></html>".encode()
    for entry in read_list(html, URL, selector="section a", time_zone=HANOI, now=NOW):
        assert entry.published is None or entry.published <= NOW
