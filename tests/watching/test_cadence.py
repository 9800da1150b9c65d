"""When the next look is due, seen over weeks of a site's life."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.cadence import (
    LONGEST,
    LONGEST_AFTER_ERRORS,
    SHORTEST,
    UNKNOWN,
    Rhythm,
    Wishes,
    hour_of_week,
    max_age,
    next_look,
    silent_for_too_long,
)

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HANOI = timezone(timedelta(hours=7))


def every(step: timedelta, times: int, start: datetime = MONDAY + 7 * MINUTE) -> list[datetime]:
    return [start + step * number for number in range(times)]


def office_hours(days: int) -> list[datetime]:
    """Two items an hour from 9 to 16 o'clock on working days, in Hanoi (2 to 9 in UTC)."""
    days_and_hours = [MONDAY + DAY * day + HOUR * hour for day in range(days) for hour in range(2, 10)]
    return [moment + half for moment in days_and_hours if moment.weekday() < 5 for half in (5 * MINUTE, 35 * MINUTE)]


def wait(rhythm: Rhythm, now: datetime, **options: object) -> timedelta:
    return next_look(rhythm, now=now, jitter=0, **options) - now  # type: ignore[arg-type]


def test_an_unknown_source_is_looked_at_every_half_hour() -> None:
    assert wait(Rhythm(), MONDAY) == UNKNOWN
    assert wait(Rhythm().learned([MONDAY]), MONDAY) == UNKNOWN
    assert wait(Rhythm(), MONDAY, longest=10 * MINUTE) == 10 * MINUTE


@pytest.mark.parametrize(
    ("gap", "expected"),
    [(HOUR, 15 * MINUTE), (4 * HOUR + 7 * MINUTE, HOUR), (MINUTE, SHORTEST), (7 * DAY + 5 * HOUR, LONGEST)],
)
def test_a_look_is_worth_a_quarter_of_an_item(gap: timedelta, expected: timedelta) -> None:
    moments = every(gap, 24 * 14)
    rhythm = Rhythm().learned(moments)
    assert expected * 0.6 <= wait(rhythm, moments[-1] + 3 * MINUTE) <= expected * 1.7


def test_looks_are_frequent_in_the_sources_own_hours_only() -> None:
    rhythm = Rhythm().learned(office_hours(28))
    monday = MONDAY + 28 * DAY
    at_work, at_night = wait(rhythm, monday + 4 * HOUR), wait(rhythm, monday + 14 * HOUR)
    assert at_work <= 15 * MINUTE
    assert at_night >= 4 * at_work
    # Whoever looks in the last hour of the night is back when the office opens.
    assert wait(rhythm, monday + 1 * HOUR) <= 70 * MINUTE


def test_looks_per_day_stay_below_a_fixed_poll_and_items_are_found_quickly() -> None:
    """Four weeks learned, one week lived: the mean delay and the number of looks, beside polling every 15 minutes."""
    moments = office_hours(35)
    rhythm = Rhythm().learned(moment for moment in moments if moment < MONDAY + 28 * DAY)
    coming = [moment for moment in moments if moment >= MONDAY + 28 * DAY]
    now, looks, delays = MONDAY + 28 * DAY, 0, []
    while now < MONDAY + 35 * DAY:
        looks += 1
        delays += [(now - moment) / MINUTE for moment in coming if moment <= now]
        rhythm = rhythm.learned(moment for moment in coming if moment <= now)
        coming = [moment for moment in coming if moment > now]
        now = next_look(rhythm, now=now, jitter=0.5)
    assert not coming
    assert looks < 7 * 24 * 4 * 0.8
    assert sum(delays) / len(delays) < 9


def test_days_without_hours_give_a_rate_and_no_hours() -> None:
    rhythm = Rhythm().learned(datetime(2026, 2, day, tzinfo=HANOI) for day in range(1, 28))
    assert rhythm.usual_gap is not None
    assert abs(rhythm.usual_gap - DAY) < timedelta(seconds=1)
    assert sum(rhythm.hours) == 0
    assert wait(rhythm, MONDAY) == LONGEST


def test_several_at_one_time_count_once() -> None:
    batch = [moment for moment in every(DAY, 10) for _ in range(20)]
    assert Rhythm().learned(batch) == Rhythm().learned(every(DAY, 10))


def test_what_was_learned_is_not_learned_again() -> None:
    moments = every(HOUR, 50)
    rhythm = Rhythm().learned(moments)
    assert rhythm.learned(moments) is rhythm
    step_by_step = Rhythm()
    for moment in moments:
        step_by_step = step_by_step.learned([moment])
    assert step_by_step.usual_gap is not None
    assert rhythm.usual_gap is not None
    assert abs(step_by_step.usual_gap - rhythm.usual_gap) < timedelta(seconds=30)


def test_a_site_that_wakes_up_is_followed_within_days() -> None:
    rhythm = Rhythm().learned(every(7 * DAY, 10))
    busy = rhythm.learned(every(HOUR, 120, start=MONDAY + 70 * DAY))
    assert busy.usual_gap is not None
    assert busy.usual_gap < 6 * HOUR


@pytest.mark.parametrize("wish", [Wishes(ttl=2 * HOUR), Wishes(max_age=2 * HOUR), Wishes(ttl=HOUR, max_age=2 * HOUR)])
def test_a_source_is_not_asked_sooner_than_it_wants(wish: Wishes) -> None:
    rhythm = Rhythm().learned(every(10 * MINUTE, 200))
    assert wait(rhythm, MONDAY, wishes=wish) == 2 * HOUR


def test_a_foolish_ttl_is_bounded_by_the_operators_longest() -> None:
    assert wait(Rhythm(), MONDAY, wishes=Wishes(ttl=400 * DAY)) == LONGEST


def test_retry_after_is_obeyed_also_beyond_the_longest_up_to_a_day() -> None:
    assert wait(Rhythm(), MONDAY, wishes=Wishes(retry_after=9 * HOUR), failures=1) == 9 * HOUR
    assert wait(Rhythm(), MONDAY, wishes=Wishes(retry_after=9 * DAY), failures=1) == DAY


def test_hours_and_days_to_skip_are_skipped() -> None:
    nights = Wishes(skip_hours=frozenset(range(6)))
    assert next_look(Rhythm(), now=MONDAY + 10 * MINUTE, jitter=0, wishes=nights).hour == 6
    weekend = Wishes(skip_days=frozenset({5, 6}))
    assert next_look(Rhythm(), now=MONDAY + 5 * DAY, jitter=0, wishes=weekend).weekday() == 0
    never = Wishes(skip_hours=frozenset(range(24)))
    assert next_look(Rhythm(), now=MONDAY, jitter=0, wishes=never) <= MONDAY + 8 * DAY


def test_errors_back_off_to_a_day_and_never_give_up() -> None:
    waits = [wait(Rhythm(), MONDAY, failures=failures) for failures in range(1, 2000)]
    assert waits[:3] == [SHORTEST, 2 * SHORTEST, 4 * SHORTEST]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_AFTER_ERRORS


def test_a_pushed_source_is_only_checked() -> None:
    rhythm = Rhythm().learned(every(10 * MINUTE, 200))
    assert wait(rhythm, MONDAY, pushed=True) == LONGEST


def test_jitter_spreads_and_never_hurries() -> None:
    looks = [next_look(Rhythm(), now=MONDAY, jitter=number / 10) for number in range(11)]
    assert looks[0] - MONDAY == UNKNOWN
    assert looks == sorted(set(looks))
    assert looks[-1] - MONDAY <= UNKNOWN * 1.11


def test_silence_is_measured_by_the_sources_own_rhythm() -> None:
    hourly = Rhythm().learned(every(HOUR, 24 * 14))
    last = every(HOUR, 24 * 14)[-1]
    assert not silent_for_too_long(hourly, last, last + 20 * HOUR)
    assert silent_for_too_long(hourly, last, last + 30 * HOUR)
    weekly = Rhythm().learned(every(7 * DAY, 10))
    last = every(7 * DAY, 10)[-1]
    assert not silent_for_too_long(weekly, last, last + 15 * DAY)
    assert silent_for_too_long(weekly, last, last + 30 * DAY)


def test_weekends_are_no_silence() -> None:
    moments = office_hours(28)
    friday = moments[-1]
    assert friday.weekday() == 4
    rhythm = Rhythm().learned(moments)
    assert not silent_for_too_long(rhythm, friday, friday + 3 * DAY)
    assert silent_for_too_long(rhythm, friday, friday + 14 * DAY)


def test_nothing_is_silent_before_its_rhythm_is_known() -> None:
    assert not silent_for_too_long(Rhythm(), None, MONDAY)
    assert not silent_for_too_long(Rhythm().learned(every(HOUR, 2)), MONDAY, MONDAY + 90 * DAY)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("max-age=600", 10 * MINUTE),
        ('public, MAX-AGE="600"', 10 * MINUTE),
        ("max-age=31536000", DAY),
        ("no-cache", None),
        ("max-age=0", None),
        ("max-age=-5", None),
        ("max-age=soon", None),
        ("", None),
        (None, None),
    ],
)
def test_max_age(header: str | None, expected: timedelta | None) -> None:
    assert max_age(header) == expected


moments = st.integers(0, 35 * 365 * 24 * 60).map(lambda minutes: datetime(1995, 1, 1, tzinfo=UTC) + minutes * MINUTE)


@given(st.lists(moments, max_size=60), moments, st.integers(0, 50), st.floats(0, 1), st.sets(st.integers(0, 23)))
def test_any_rhythm_survives_json_and_gives_a_time_ahead(
    published: Iterable[datetime], now: datetime, failures: int, jitter: float, skipped: set[int]
) -> None:
    rhythm = Rhythm().learned(published)
    stored = Rhythm.from_json(json.loads(json.dumps(rhythm.to_json())))
    assert stored.last == rhythm.last
    assert stored.usual_gap == rhythm.usual_gap
    look = next_look(rhythm, now=now, jitter=jitter, failures=failures, wishes=Wishes(skip_hours=skipped))
    assert now + SHORTEST <= look <= now + 9 * DAY
    assert 0 <= hour_of_week(look) < 168
    silent_for_too_long(rhythm, now, look)


def test_an_empty_rhythm_is_stored_as_nothing() -> None:
    assert Rhythm.from_json({}) == Rhythm.from_json(None) == Rhythm()
