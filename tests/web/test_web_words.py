"""The interface's languages, numbers and dates."""

from __future__ import annotations

import re
import string
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.web
from bot.web.pages import words
from feeds.alarms import CODES

ROOM = Path(str(bot.web.__file__)).parent


def sentences(language: str) -> dict[str, str]:
    read = tomllib.loads((ROOM / "translations" / f"{language}.toml").read_text(encoding="utf-8"))
    return {f"{room}.{key}": sentence for room, keys in read.items() for key, sentence in keys.items()}


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_language_says_everything_with_the_same_places(language: str) -> None:
    english, other = sentences("en"), sentences(language)
    assert other.keys() == english.keys()
    # "One new article" needs no number; a place that English does not fill must not be there either.
    assert not {key for key in english if not places(other[key]) <= places(english[key]) | {"n"}}
    assert not [key for key, sentence in other.items() if not sentence.strip()]


def test_every_sentence_that_a_template_names_is_there() -> None:
    known = sentences("en")
    for template in (ROOM / "templates").glob("*.html"):
        text = template.read_text(encoding="utf-8")
        for key in re.findall(r"say\('([a-z_.]+)'[,)]", text):
            assert key in known, (template.name, key)
        for key in re.findall(r"count\('([a-z_.]+)',", text):
            assert f"{key}_one" in known, (template.name, key)
            assert f"{key}_other" in known, (template.name, key)


@pytest.mark.parametrize(
    ("wanted", "cookie", "accept", "language"),
    [
        ("vi", "en", "en", "vi"),
        (None, "vi", "en", "vi"),
        (None, None, "vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        (None, None, "fr, en;q=0.3, vi;q=0.4", "vi"),
        (None, None, "fr, vi;q=0", "en"),
        ("xx", "yy", "zz;q=none;;,", "en"),
        (None, None, None, "en"),
    ],
)
def test_the_visitor_s_language(wanted: str | None, cookie: str | None, accept: str | None, language: str) -> None:
    assert words.chosen(wanted, cookie, accept, "en") == language


@given(st.text())
def test_no_header_is_too_strange(header: str) -> None:
    assert words.chosen(None, None, header, "vi-VN") in words.LANGUAGES


def test_midnight_in_the_source_s_zone_is_a_day() -> None:
    midnight = datetime(2019, 8, 6, 17, 0, tzinfo=UTC)
    assert words.moment("en", midnight, "Asia/Ho_Chi_Minh") == "7 August 2019"
    assert words.moment("en", midnight, "UTC") == "6 August 2019, 17:00"
    assert words.moment("vi", midnight + timedelta(minutes=5), "Asia/Ho_Chi_Minh") == "7 tháng 8, 2019, 00:05"
    assert words.moment("en", midnight, "Nowhere/At_All") == "6 August 2019, 17:00"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (3, "just now"),
        (-3, "now"),
        (59, "59 seconds ago"),
        (60, "1 minute ago"),
        (7200, "2 hours ago"),
        (-90_000, "in 1 day"),
    ],
)
def test_distances(seconds: int, text: str) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert words.distance("en", now - timedelta(seconds=seconds), now) == text
    assert words.distance("en", None, now) == "never"


def test_numbers_have_the_language_s_separators() -> None:
    assert words.count("en", "counts.articles", 12_000) == "12,000 articles"
    assert words.count("vi", "counts.articles", 12_000) == "12.000 bài viết"
    assert words.count("en", "counts.articles", 1) == "1 article"


def test_every_alarm_has_a_headline() -> None:
    known = sentences("en")
    assert not [code for code in CODES if f"alarms.{code}" not in known]
