"""Dates as they stand on pages: in words, in figures, half-written, and the ones that are none."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.dates import parse_date

HANOI = "Asia/Ho_Chi_Minh"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "August, 07 2019",
        "August 07, 2019",
        "Aug. 7th, 2019",
        "7 August 2019",
        "07-Aug-2019",
        "Wednesday, 7 August 2019",
        "ngày 7 tháng 8 năm 2019",
        "Thứ Tư, 07/08/2019",
        "Thứ Tư, ngày 07.08.2019",
        "7 Tháng Tám, 2019",
        "Tháng Tám 7, 2019",
        "07-08-2019",
        "7/8/2019",
        "2019-08-07",
        "2019/08/07",
        "20190807",
        "7 de agosto de 2019",
        "7 août 2019",
        "7 August 2019: statement",
        "August 7, 2019: statement",
        "7 Ağustos 2019",
        "7 sierpnia 2019",
        "7 серпня 2019",
        "7 أغسطس 2019",
        "7 สิงหาคม 2562",
        "๗ ส.ค. ๒๕๖๒",
        "07/08/2562",
        "7. August 2019",
        "7 Agustus 2019",
        "7 августа 2019",
        "2019年8月7日",
        "Posted on August 7, 2019 by the press office",
    ],
)
def test_a_day_alone_is_midnight_where_it_was_printed(text: str) -> None:
    moment = parse_date(text, time_zone=HANOI)
    assert moment is not None
    assert moment.isoformat() == "2019-08-07T00:00:00+07:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wed, 07 Aug 2019 02:00:00 UTC", "2019-08-07T02:00:00+00:00"),
        ("Wed, 07 Aug 2019 02:00:00 GMT", "2019-08-07T02:00:00+00:00"),
        ("Wed, 07 Aug 19 02:00 EST", "2019-08-07T02:00:00-05:00"),
        ("Wed, 07 Aug 2019 02:00:00 +0530", "2019-08-07T02:00:00+05:30"),
        ("2019-08-06T18:30:00Z", "2019-08-06T18:30:00+00:00"),
        ("2019-08-06T18:30:00.123456+07:00", "2019-08-06T18:30:00+07:00"),
        ("2019-08-06 18:30", "2019-08-06T18:30:00+07:00"),
        ("20190806T183000Z", "2019-08-06T18:30:00+00:00"),
        ("Mon Aug 07 02:00:00 UTC 2019", "2019-08-07T02:00:00+00:00"),
        ("Thứ tư, 07/08/2019 - 08:30 (GMT+7)", "2019-08-07T08:30:00+07:00"),
        ("08:30 | 07/08/2019", "2019-08-07T08:30:00+07:00"),
        ("08:30, Thứ Tư ngày 07/08/2019", "2019-08-07T08:30:00+07:00"),
        ("8h30 ngày 7/8/2019", "2019-08-07T08:30:00+07:00"),
        ("August 7th, 2019 8:05 p.m.", "2019-08-07T20:05:00+07:00"),
        ("07/08/2019 08:05 CH", "2019-08-07T20:05:00+07:00"),
        ("August 7, 2019 at 9pm", "2019-08-07T21:00:00+07:00"),
        ("August 7, 2019, 12:30 AM", "2019-08-07T00:30:00+07:00"),
        ("7 August 2019, 25:70", "2019-08-07T00:00:00+07:00"),
        ("1565136000", "2019-08-07T00:00:00+00:00"),
        ("1565136000000", "2019-08-07T00:00:00+00:00"),
    ],
)
def test_a_time_keeps_the_offset_it_was_printed_with(text: str, expected: str) -> None:
    moment = parse_date(text, time_zone=HANOI)
    assert moment is not None
    assert moment.isoformat() == expected


def test_without_a_zone_it_is_utc() -> None:
    assert parse_date("7 August 2019 10:00") == datetime(2019, 8, 7, 10, tzinfo=UTC)


def test_figures_are_read_day_first_unless_told_otherwise() -> None:
    october, may = parse_date("05/10/2026"), parse_date("05/10/2026", day_first=False)
    assert october is not None
    assert may is not None
    assert (october.date(), may.date()) == (date(2026, 10, 5), date(2026, 5, 10))


def test_figures_that_allow_one_reading_only_are_read_so() -> None:
    for day_first in (True, False):
        moment = parse_date("12/31/2019", day_first=day_first)
        assert moment is not None
        assert moment.date() == date(2019, 12, 31)


def test_a_reading_in_the_future_gives_way_to_the_other() -> None:
    moment = parse_date("11/12/2026", now=NOW)
    assert moment is not None
    assert moment.date() == date(2026, 11, 12)


def test_the_first_date_of_a_text_wins() -> None:
    moment = parse_date("Published 07/08/2019, updated 2019-09-01")
    assert moment is not None
    assert moment.date() == date(2019, 8, 7)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 hours ago", "2026-11-24T06:00:00+07:00"),
        ("an hour ago", "2026-11-24T08:00:00+07:00"),
        ("2 giờ trước", "2026-11-24T07:00:00+07:00"),
        ("5 phút trước", "2026-11-24T08:55:00+07:00"),
        ("2 days ago", "2026-11-22T00:00:00+07:00"),
        ("il y a 3 jours", "2026-11-21T00:00:00+07:00"),
        ("vor 2 Tagen", "2026-11-22T00:00:00+07:00"),
        ("hôm qua 10:30", "2026-11-23T10:30:00+07:00"),
        ("Yesterday at 5:15 PM", "2026-11-23T17:15:00+07:00"),
        ("Hôm nay", "2026-11-24T00:00:00+07:00"),
        ("just now", "2026-11-24T09:00:00+07:00"),
        ("7 Aug", "2026-08-07T00:00:00+07:00"),
        ("Dec 24", "2025-12-24T00:00:00+07:00"),
    ],
)
def test_what_depends_on_today_needs_today(text: str, expected: str) -> None:
    moment = parse_date(text, time_zone=HANOI, now=NOW)
    assert moment is not None
    assert moment.isoformat() == expected
    assert parse_date(text, time_zone=HANOI) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no date",
        "Directive 13/2019",
        "September 2019",
        "0001-01-01T00:00:00",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "31/31/2019",
        "30 February 2019",
        "7 August 9999",
        "call 069.2341.060",
        "version 12.5.1",
    ],
)
def test_what_is_no_believable_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize("text", ["26. November, 18.10 Uhr", "26 November, 18:10", "26 novembre, 18h10"])
def test_the_hour_after_a_day_without_a_year_is_no_year(text: str) -> None:
    assert parse_date(text) is None


def test_a_date_more_than_a_day_ahead_is_none() -> None:
    assert parse_date("2026-11-24T12:00:00Z", now=NOW) is not None
    assert parse_date("2026-11-27", now=NOW) is None
    assert parse_date("2026-11-27") is not None


@given(st.text(alphabet="0123456789/-.:, aprilugst tháng7năm T+Z", max_size=120) | st.text(max_size=200))
def test_any_text_gives_an_aware_believable_date_or_none(text: str) -> None:
    moment = parse_date(text, time_zone=HANOI, now=NOW)
    assert moment is None or datetime(1990, 1, 1, tzinfo=UTC) <= moment <= NOW + timedelta(days=1)


@given(st.datetimes(datetime(1991, 1, 1), datetime(2099, 1, 1)), st.integers(-14, 14))  # noqa: DTZ001 (naive on purpose)
def test_an_iso_date_is_read_to_the_second(naive: datetime, hours: int) -> None:
    moment = naive.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    assert parse_date(moment.isoformat()) == moment
