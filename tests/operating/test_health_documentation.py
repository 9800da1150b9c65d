"""docs/health.md against the alarms that there are, and their thresholds."""

from __future__ import annotations

import re
from pathlib import Path

from bot.web.pages.frame import STATIC_DIRECTORY
from feeds import alarms, list_habits

TEXT = (Path(__file__).parent.parent.parent / "docs" / "health.md").read_text(encoding="utf-8")


def test_every_alarm_is_documented_and_no_other() -> None:
    section = TEXT.split("## The alarms\n", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)) == set(alarms.CODES)


def test_every_alarm_has_a_headline_on_the_page_in_every_language() -> None:
    for path in (STATIC_DIRECTORY.parent / "translations").glob("??.toml"):
        section = path.read_text(encoding="utf-8").split("\n[alarms]\n", 1)[1].split("\n[", 1)[0]
        assert set(re.findall(r"^([a-z-]+) =", section, re.MULTILINE)) == set(alarms.CODES), path.name


def test_the_thresholds_are_those_of_the_program() -> None:
    assert (alarms.UNREACHABLE_AFTER.total_seconds(), alarms.LEAST_FAILURES) == (3600, 3)
    assert "after an hour *and* three failed looks in a row" in TEXT
    assert alarms.CONFIRMED_AFTER == 2
    assert "at the second look in a row" in TEXT
    assert alarms.EXPIRING.days == 14
    assert "within 14 days" in TEXT
    assert (alarms.OUTAGE_AFTER.total_seconds(), alarms.LEAST_HOSTS) == (300, 3)
    assert "after five minutes" in TEXT
    assert "three hosts or more" in TEXT
    assert list_habits.TAKEN_AFTER.days == 3
    assert "stands there for three days" in TEXT
    assert list_habits.ACCEPTED_AFTER.days == 7
    assert "stays unlike itself for a week" in TEXT
