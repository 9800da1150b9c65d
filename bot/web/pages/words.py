"""The interface's sentences, numbers and dates in the visitor's language.

Sentences stand in `translations/LANGUAGE.toml`; a key that a language lacks is taken from English.
"""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LANGUAGES = {"en": "English", "vi": "Tiếng Việt"}
"""Tag → the language's own name. A new language is one file and one line here."""

DEFAULT = "en"

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


@cache
def _sentences(language: str) -> dict[str, str]:
    text = files("bot.web").joinpath("translations", f"{language}.toml").read_text(encoding="utf-8")
    return {f"{room}.{key}": sentence for room, keys in tomllib.loads(text).items() for key, sentence in keys.items()}


def translate(language: str, key: str, **values: object) -> str:
    """The sentence under "room.key", with its places filled. KeyError where even English has none."""
    sentence = _sentences(language).get(key) if language in LANGUAGES else None
    if sentence is None:
        sentence = _sentences(DEFAULT)[key]
    return sentence.format(**values) if values else sentence


@cache
def _reference(language: str) -> dict[str, str]:
    file = files("bot.web").joinpath("translations", f"reference.{language}.toml")
    sentences: dict[str, str] = tomllib.loads(file.read_text(encoding="utf-8"))["sentences"] if file.is_file() else {}
    return sentences


def described(language: str, sentence: str) -> str | None:
    """What the API's document says, in that language; None where it can only be said in its own English."""
    return sentence if language == DEFAULT else _reference(language).get(sentence)


def knows(key: str) -> bool:
    """Whether there is such a sentence."""
    return key in _sentences(DEFAULT)


def count(language: str, key: str, number_of: int) -> str:
    """The sentence `key_one` or `key_other` with `{n}` filled."""
    return translate(language, f"{key}_{'one' if number_of == 1 else 'other'}", n=number(language, number_of))


def number(language: str, value: int) -> str:
    """With thousands apart: "12,000", in Vietnamese "12.000"."""
    text = f"{value:,}"
    return text.replace(",", ".") if language == "vi" else text


def chosen(wanted: str | None, cookie: str | None, accept: str | None, default: str) -> str:
    """Which language to speak: what the visitor chose, else what the browser asks for, else the site's own.

    `accept` is an Accept-Language header (RFC 9110, section 12.5.4), of any length and in any state.
    """
    for choice in (wanted, cookie):
        if choice in LANGUAGES:
            return choice
    asked: list[tuple[float, str]] = []
    for item in (accept or "")[:500].split(","):
        tag, _, quality = item.strip().partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            continue
        language = tag.strip().lower().split("-")[0]
        if language in LANGUAGES and weight > 0:
            asked.append((weight, language))
    if asked:
        return max(asked, key=lambda one: one[0])[1]
    own = default.lower().split("-")[0]
    return own if own in LANGUAGES else DEFAULT


def local(moment: datetime, time_zone: str) -> datetime:
    """The moment on the clocks of that zone; UTC where the zone is unknown."""
    return moment.astimezone(_zone(time_zone))


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def day(language: str, on: date) -> str:
    """ "7 August 2019", "7 tháng 8, 2019"."""
    month = translate(language, f"months.{on.month}")
    return translate(language, "dates.day", day=on.day, month=month, year=on.year)


def short_day(language: str, on: date) -> str:
    """ "7 Aug", "7/8"."""
    month = translate(language, f"months_short.{on.month}")
    return translate(language, "dates.short_day", day=on.day, month=month)


def moment(language: str, when: datetime, time_zone: str = "UTC") -> str:
    """Day and time in that zone. Exactly midnight there means that only the day was told, so only the day is shown."""
    there = local(when, time_zone)
    text = day(language, there.date())
    if there.time() == time(0, 0):
        return text
    return f"{text}, {there:%H:%M}"


def distance(language: str, when: datetime | None, now: datetime) -> str:
    """How far away in the largest fitting unit: "just now", "5 minutes ago", "in 2 hours"; "never" for None."""
    if when is None:
        return translate(language, "distance.never")
    seconds = int((now - when).total_seconds())
    direction = "ago" if seconds >= 0 else "ahead"
    seconds = abs(seconds)
    if seconds < 10:
        return translate(language, f"distance.now_{direction}")
    for unit, size in (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE), ("second", 1)):
        if seconds >= size:
            return translate(
                language, f"distance.{direction}", span=count(language, f"distance.{unit}", seconds // size)
            )
    return translate(language, f"distance.now_{direction}")
