"""What is wrong with a source, decided from how it stands: every code, its threshold, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from standings import HOUR, NOW, daily, dark, failing, standing, strange

from feeds import alarms, errors
from feeds.database import Disk
from feeds.list_habits import Habits, Listing
from feeds.store.sources import SourceState


def codes(state: SourceState) -> list[str]:
    return [alarm.code for alarm in alarms.of_source(state, NOW).alarms]


def test_a_source_that_is_well_has_no_alarm() -> None:
    assert alarms.of_source(standing(), NOW) == alarms.Findings()


@pytest.mark.parametrize("code", ["unreachable", "deadline"])
def test_unreachable_is_said_after_an_hour_and_three_looks(code: str) -> None:
    assert codes(failing(code, failures=3)) == ["unreachable"]
    assert codes(failing(code, failures=3, ago=timedelta(minutes=59))) == []
    assert codes(failing(code, failures=2, ago=5 * HOUR)) == []


@pytest.mark.parametrize("code", ["robots", "address-refused", "certificate"])
def test_what_no_blip_can_be_is_said_at_once(code: str) -> None:
    assert codes(failing(code, failures=1, ago=timedelta(0))) == [code]


@pytest.mark.parametrize(
    "code", ["bot-protection", "empty-list", "layout-changed", "not-a-feed", "unreadable", "too-large"]
)
def test_a_broken_page_must_be_seen_twice(code: str) -> None:
    assert codes(failing(code, failures=1)) == []
    assert codes(failing(code, failures=2)) == [code]


def test_every_error_of_a_look_leads_to_an_alarm_that_says_expected_seen_and_advice() -> None:
    found = [errors.FetchError, errors.ReadError]
    found += [*errors.FetchError.__subclasses__(), *errors.ReadError.__subclasses__()]
    for error in found:
        (alarm,) = alarms.of_source(failing(error.code, failures=9, ago=9 * HOUR), NOW).alarms
        assert alarm.code in alarms.CODES
        assert alarm.expected
        assert alarm.seen == f"said of {error.code}"
        assert alarm.advice.endswith(".")


def test_while_it_is_too_early_to_tell_nothing_that_was_said_is_taken_back() -> None:
    findings = alarms.of_source(failing("unreachable", failures=1, ago=timedelta(0)), NOW)
    assert {"unreachable", "silent", "bot-protection", "layout-changed"} <= findings.unknown
    findings = alarms.of_source(failing("bot-protection", failures=2), NOW)
    assert "silent" in findings.unknown
    assert "unreachable" not in findings.unknown


def test_silent_for_three_times_its_rhythm() -> None:
    assert codes(standing(rhythm=daily(NOW - timedelta(days=2)))) == []
    (alarm,) = alarms.of_source(standing(rhythm=daily(NOW - timedelta(days=5))), NOW).alarms
    assert (alarm.code, alarm.expected) == ("silent", "something new every 24 hours or so")
    assert alarm.seen == "nothing since 2026-11-19, though the site answers as usual"
    assert alarm.since == NOW - timedelta(days=5)


def test_something_found_without_a_date_ends_the_silence() -> None:
    state = standing(rhythm=daily(NOW - timedelta(days=5)), new_at=NOW - HOUR)
    assert codes(state) == []


def test_a_changed_layout_is_confirmed_by_a_second_look() -> None:
    looked = NOW - timedelta(minutes=5)
    learned = strange(Listing(3, 0, 3), looked)
    assert codes(standing(learned=learned)) == []
    (alarm,) = alarms.of_source(standing(learned=learned, looked_at=NOW), NOW).alarms
    assert alarm.code == "layout-changed"
    assert alarm.expected == "about 10 entries, dates on nearly all, most of them known"
    assert alarm.seen == "3 entries, 0 with a date, 3 known"


def test_a_feed_that_became_empty() -> None:
    habits = Habits(looks=9, entries=20, fewest=20, dated=1.0, known=0.9)
    learned = {"list": habits.after(Listing(0, 0, 0), expected_news=0, is_page=False, now=NOW - HOUR).to_json()}
    (alarm,) = alarms.of_source(standing(learned=learned), NOW).alarms
    assert (alarm.code, alarm.expected) == ("empty-list", "a list of about 20 articles")


def test_moved_is_said_while_it_is_followed_and_not_for_a_change_of_scheme() -> None:
    moved = {"moved_to": "https://news.example/list"}
    (alarm,) = alarms.of_source(standing(learned=moved), NOW).alarms
    assert (alarm.code, alarm.seen) == ("moved", "a permanent redirect to https://news.example/list")
    assert codes(standing(learned={"moved_to": "http://www.portal-1.example/news/"})) == []
    assert codes(replace(failing("robots", failures=1), learned=moved)) == ["robots", "moved"]


def test_a_certificate_is_told_of_fourteen_days_before_its_end() -> None:
    def ends_in(**length: float) -> list[str]:
        return codes(standing(learned={"certificate_ends": (NOW + timedelta(**length)).isoformat()}))

    assert ends_in(days=15) == []
    assert ends_in(days=13) == ["certificate-expiring"]
    assert ends_in(days=-1) == []


# Many at once


def test_a_first_start_without_a_network_is_one_alarm_after_five_minutes() -> None:
    found = alarms.outage([dark(number) for number in range(20)], None, 20, NOW)
    assert found is not None
    assert found.sources == frozenset(range(20))
    assert found.alarm.code == "network"
    assert "20 of 20 sources cannot be reached since 2026-11-24 07:50 UTC: probably this machine's network" in (
        found.alarm.seen
    )
    assert alarms.outage([dark(number, timedelta(minutes=4)) for number in range(20)], None, 20, NOW) is None


def test_one_answer_says_that_the_network_is_there() -> None:
    silent = [dark(number) for number in range(5)]
    assert alarms.outage(silent, NOW - timedelta(minutes=11), 6, NOW) is not None
    assert alarms.outage(silent, NOW - timedelta(minutes=1), 6, NOW) is None
    assert alarms.outage(silent, NOW - timedelta(minutes=1), 6, NOW, known=True) is None


def test_sources_that_were_dead_before_are_no_outage_nor_is_one_host() -> None:
    dead = [dark(number, timedelta(days=30)) for number in range(5)]
    assert alarms.outage(dead, NOW - timedelta(minutes=20), 9, NOW) is None
    same_host = [
        replace(state, source=replace(state.source, url=f"https://one.example/{n}")) for n, state in enumerate(dead)
    ]
    assert alarms.outage(same_host, None, 9, NOW) is None
    refused = [dark(number, code="bot-protection") for number in range(5)]
    assert alarms.outage(refused, None, 9, NOW) is None


# The disk


@pytest.mark.parametrize(
    ("free", "total", "low"),
    [
        (199 << 20, 1 << 30, True),
        (201 << 20, 1 << 30, False),
        (480 << 20, 10 << 30, True),
        (520 << 20, 10 << 30, False),
        (3 << 30, 2 << 40, False),
    ],
)
def test_a_disk_is_almost_full_by_a_share_of_it_within_limits(free: int, total: int, low: bool) -> None:
    assert (alarms.shortage(Disk("/srv", free, total), NOW) is not None) is low


def test_a_full_disk_is_said_until_there_is_room_to_spare() -> None:
    found = alarms.shortage(Disk("/srv", 120 << 20, 1 << 30), NOW)
    assert found is not None
    assert (found.expected, found.seen) == ("at least 200 MB free", "less than 150 MB free in /srv")
    assert alarms.shortage(Disk("/srv", 240 << 20, 1 << 30), NOW, known=True) is not None
    assert alarms.shortage(Disk("/srv", 251 << 20, 1 << 30), NOW, known=True) is None
