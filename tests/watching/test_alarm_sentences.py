"""Alarms said in the other languages: every sentence that `feeds.alarms` can say has its translation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from standings import HOUR, NOW, daily, dark, failing, standing, strange

from bot.languages import LANGUAGES, alarm_sentences
from feeds import alarms, errors
from feeds.database import Disk, Refusal
from feeds.list_habits import Habits, Listing

GAPS = (
    "the list names no older pages",
    "its older pages show what its first one shows",
    "more than 60 older pages are new",
    "https://news.example/?page=2: 503",
)
OTHERS = [language for language in LANGUAGES if language != "en"]


def every_alarm() -> Iterator[alarms.Alarm]:
    states = [
        failing(code, failures=9, ago=9 * HOUR)
        for code in alarms.CODES
        if code not in ("certificate-expiring", "silent", "gap", "moved", "network", "disk", "database")
    ]
    listed = {"list": Habits(looks=9, entries=20, fewest=20, dated=1.0, known=0.9).to_json()}
    states += [failing("bot-protection", failures=9)]
    states += [standing(learned=listed, error_code="empty-list", error="x", error_since=NOW - HOUR, failures=9)]
    states += [standing(rhythm=daily(NOW - timedelta(days=5)))]
    states += [standing(looked_at=NOW, learned=strange(Listing(3, 0, 3), NOW - HOUR))]
    states += [standing(looked_at=NOW, learned=strange(Listing(0, 0, 0), NOW - HOUR))]
    states += [standing(learned={"moved_to": "https://news.example/list"})]
    states += [standing(learned={"certificate_ends": (NOW + timedelta(days=3)).isoformat()})]
    for why in GAPS:
        gap = {"since": (NOW - HOUR).isoformat(), "seen": NOW.isoformat(), "why": why}
        states += [standing(looked_at=NOW, learned={"gap": gap})]
    for state in states:
        yield from alarms.of_source(state, NOW).alarms
    for last in (None, NOW - timedelta(minutes=11)):
        outage = alarms.outage([dark(number) for number in range(5)], last, 6, NOW)
        assert outage is not None
        yield outage.alarm
    full = alarms.shortage(Disk("/srv/tocsin", free=150 << 20, total=20 << 30), NOW)
    assert full is not None
    yield full
    for refusal in (Refusal(True, 'could not extend file "base/1/2": No space left'), Refusal(False, "read-only")):
        yield alarms.refused(refusal, NOW)


def test_every_alarm_there_is_was_made() -> None:
    assert {alarm.code for alarm in every_alarm()} == set(alarms.CODES)


@pytest.mark.parametrize("language", OTHERS)
def test_what_was_expected_and_what_to_do_is_said_in_every_language(language: str) -> None:
    for alarm in every_alarm():
        for text in (alarm.expected, alarm.advice):
            assert alarm_sentences.is_known(language, text), text
        # What the site said is the site's own.
        assert alarm.seen.startswith("said of ") or alarm.seen == "x" or alarm_sentences.is_known(language, alarm.seen)


def sentences_of_errors() -> Iterator[str]:
    """What the code says when it raises one of `feeds.errors` for a site, with "x" for what it fills in."""
    kinds = {name for name in vars(errors) if isinstance(getattr(errors, name), type)} - {"QueryError"} | {"_nothing"}
    for path in Path(errors.__file__).parent.rglob("*.py"):
        if path.name in ("opml.py", "parse.py", "api_fields.py"):
            continue  # what a person hands over
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in kinds:
                for text in call.args:
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        yield text.value
                    elif isinstance(text, ast.JoinedStr):
                        yield "".join(str(one.value) if isinstance(one, ast.Constant) else "x" for one in text.values)


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_wrong_with_a_site_is_said_in_every_language(language: str) -> None:
    others = {"x: x.", "x cannot be found: no DNS answer x."}  # the system's own words; "within 30 s", below
    said = {
        one for one in sentences_of_errors() if " " in one and not one.startswith(("A proxy", "unknown kind"))
    } - others
    assert alarm_sentences.is_known(language, "x.example cannot be found: no DNS answer within 30 s.")
    assert len(said) > 40
    assert [text for text in sorted(said) if not alarm_sentences.is_known(language, text)] == []


def test_what_the_system_said_of_a_site_comes_along() -> None:
    english = "https://x.example/: no connection (Connection refused)."
    assert alarm_sentences.said_in("vi", english) == "https://x.example/: không kết nối được (bị từ chối kết nối)."
    english = "https://x.example/a answered 503 (Service Unavailable)."
    assert alarm_sentences.said_in("vi", english) == "https://x.example/a trả lời 503 (Service Unavailable)."


def test_names_and_numbers_come_along() -> None:
    said = alarm_sentences.said_in("vi", "6 entries, 0 with a date, 3 known")
    assert said == "6 mục, 0 có ngày tháng, 3 đã biết"
    assert (
        alarm_sentences.said_in("vi", "One of them: https://x.example/: 503")
        == "Một trong số đó: https://x.example/: 503"
    )


def test_what_is_not_known_stays_as_it_is() -> None:
    assert alarm_sentences.said_in("vi", "HTTP 503. Try again") == "HTTP 503. Try again"
    assert alarm_sentences.said_in("en", "an answer") == "an answer"
