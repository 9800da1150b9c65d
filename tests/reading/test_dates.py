"""Dates as they stand on pages: in words, in figures, half-written, and the ones that are none."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.dates import date_alone, in_language, parse_date

HANOI = "Asia/Ho_Chi_Minh"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 27, 2, 30, tzinfo=UTC)


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


@pytest.mark.parametrize(
    "text",
    [
        "Nov 26",
        "26/11",
        "26-11",
        "Posted on Nov 26",
        "Thứ Năm, 26/11",
        "ngày 26 tháng 11",
        "11月26日",
        "(木) 11月26日",
        "11월 26일",
        "٢٦ نوفمبر",
        "26 พ.ย.",
        "26 พ.ย. 69",
        "令和8年11月26日",
        "民國115年11月26日",
        "115年11月26日",
        "2026年11月26日（木）",
        "hôm qua",
        "hier",
        "вчера",
        "昨日",
        "昨天",
        "어제",
        "เมื่อวานนี้",
        "أمس",
    ],
)
def test_a_day_that_stands_alone_needs_no_year(text: str) -> None:
    found = date_alone(text, time_zone=HANOI, now=LATER)
    assert found is not None
    assert found.moment.isoformat() == "2026-11-26T00:00:00+07:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("26/11 08:30", "2026-11-26T08:30:00+07:00"),
        ("08:30 26/11", "2026-11-26T08:30:00+07:00"),
        ("2026年11月26日 下午3:20", "2026-11-26T15:20:00+07:00"),
        ("2026年11月26日（木）10時30分", "2026-11-26T10:30:00+07:00"),
        ("hier à 10h30", "2026-11-26T10:30:00+07:00"),
        ("hôm qua lúc 10:30", "2026-11-26T10:30:00+07:00"),
        ("il y a 2 heures", "2026-11-27T07:00:00+07:00"),
        ("2 giờ trước", "2026-11-27T07:00:00+07:00"),
        ("3時間前", "2026-11-27T06:00:00+07:00"),
        ("3小时前", "2026-11-27T06:00:00+07:00"),
        ("3시간 전", "2026-11-27T06:00:00+07:00"),
        ("3 ชั่วโมงที่แล้ว", "2026-11-27T06:00:00+07:00"),
        ("منذ 3 ساعات", "2026-11-27T06:00:00+07:00"),
        ("3 часа назад", "2026-11-27T06:00:00+07:00"),
        ("5分钟前", "2026-11-27T09:25:00+07:00"),
    ],
)
def test_a_time_beside_such_a_day_is_read_too(text: str, expected: str) -> None:
    found = date_alone(text, time_zone=HANOI, now=LATER)
    assert found is not None
    assert found.moment.isoformat() == expected


@pytest.mark.parametrize(
    "text",
    ["1/10", "24/7", "16h30", "10.30", "26 - 28 Nov", "Meeting of ministers on 26 November in Hanoi", "3 months ago",
     "Page 11/26 of 30", "29 Feb", "Covid 19 26/11"],
)  # fmt: skip
def test_what_may_be_something_else_is_no_day(text: str) -> None:
    assert date_alone(text, time_zone=HANOI, now=LATER) is None


def test_a_marked_day_may_stand_with_more_words_and_fewer_figures() -> None:
    for text in ("5/11", "5.11.", "Posted by Anna Meyer on 5/11"):
        found = date_alone(text, now=LATER, letters=24, is_marked=True)
        assert found is not None
        assert found.moment.date() == date(2026, 11, 5)


def test_a_day_without_a_year_is_the_nearest_that_has_been_and_at_most_a_day_ahead() -> None:
    days = {"Nov 28": date(2026, 11, 28), "Nov 30": date(2025, 11, 30), "Jan 1": date(2026, 1, 1)}
    for text, day in days.items():
        found = date_alone(text, now=LATER)
        assert found is not None
        assert (found.moment.date(), found.is_guess) == (day, True)
    new_year = date_alone("Jan 1", now=datetime(2026, 12, 31, 20, tzinfo=UTC))
    assert new_year is not None
    assert new_year.moment.date() == date(2027, 1, 1)


def test_hours_ago_give_nearly_the_same_time_at_every_look() -> None:
    """Else a list that stands still would look as if it published all day."""
    moments = {
        parse_date("3 hours ago", now=datetime(2026, 11, 27, 10, minute, tzinfo=UTC)) for minute in range(0, 60, 7)
    }
    assert moments == {datetime(2026, 11, 27, 7, tzinfo=UTC)}
    weeks = {parse_date("2 weeks ago", now=datetime(2026, 11, day, tzinfo=UTC)) for day in range(23, 30)}
    assert weeks == {datetime(2026, 11, 9, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("26 Νοεμβρίου 2026", "el", "2026-11-26T00:00:00+00:00"),
        ("26. listopadu", "cs-CZ", "2026-11-26T00:00:00+00:00"),
        ("3 godziny temu", "pl", "2026-11-26T23:00:00+00:00"),
        ("há 3 horas", "pt-BR", "2026-11-26T23:00:00+00:00"),
    ],
)
def test_other_languages_are_asked_of_a_library(text: str, language: str, expected: str) -> None:
    found = in_language(text, language, now=LATER)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize(("text", "language"), [("Κόσμος 12", "el"), ("26 Nov", "no-such-language"), ("x", "")])
def test_a_library_that_finds_no_day_is_believed(text: str, language: str) -> None:
    assert in_language(text, language, now=LATER) is None


@given(st.text(alphabet="0123456789/-.:, aprilugst tháng7năm年月日前hier", max_size=60) | st.text(max_size=80))
def test_any_text_alone_gives_an_aware_believable_date_or_none(text: str) -> None:
    found = date_alone(text, time_zone=HANOI, now=LATER, is_marked=True)
    assert found is None or datetime(1990, 1, 1, tzinfo=UTC) <= found.moment <= LATER + timedelta(days=1)
