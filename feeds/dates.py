"""Reads the dates that pages and feeds print: in words, in figures, half-written, in several languages.

    parse_date     the first date in a text
    date_alone     the date of a text that is one and little else: there, days without a year count, in figures too
    in_language    what a library makes of a text that is known to be a date, in a language that is not in our tables

Pure. It knows no page and no feed: it is given a short text and answers with a believable date, or None. A date that
cannot be true (before 1990, or more than a day ahead of `now`) is no date, and one that may be weeks off is none.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from feeds.date_words import (
    ERAS,
    MINGUO,
    MONTHS,
    NEAR_DAYS,
    OTHER_UNITS,
    UNIT_LENGTH,
    UNITS,
    UNSPACED_NEAR_DAYS,
    VIETNAMESE_MONTHS,
    ZONES,
)

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST_YEAR = 2200
BUDDHIST_ERA = 543
"""Years by which Thai dates run ahead."""
AHEAD = timedelta(days=1)
LONGEST_TEXT = 400
"""Characters that are looked at: whoever hands over more is not asking about a date."""
LETTERS_BESIDE = 14
"""Letters that may stand beside a date that is alone: its weekday, "Posted on"."""


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_MONTH = rf"(?P<month>{_either(MONTHS)})(?![^\W\d_])\.?"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|[ºª°])?(?!\d)"

# Tried together; the match that begins first in the text wins, then the order here.
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})(?P<mark>[-/.])(?P<monthnumber>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)",
        rf"(?:(?P<era>{_either(ERAS)})\s?(?P<erayear>\d{{1,2}}|元)\s?年|民[國国]\s?(?P<minguo>\d{{2,3}})\s?年|"
        r"(?<!\d)(?P<minguoalone>1\d\d)\s?年|(?<!\d)(?P<year>\d{4})\s?[年년]|(?<![\d年년]))"
        r"\s?(?P<monthnumber>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]",
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<monthnumber>[01]\d)(?P<day>[0-3]\d)(?=t\d{4}|$)",
        rf"{_DAY}\.?[\s,-]{{0,3}}(?:de\s|of\s)?{_MONTH}(?:[\s,'-]{{1,3}}(?:de\s|del\s)?(?P<year>\d{{4}}(?!\d|:\d)|\d\d(?!\d|[:.h]\d)))?",
        rf"(?<![^\W\d_]){_MONTH}\s{{1,2}}{_DAY}\s(?P<clock>\d\d:\d\d(?::\d\d)?(?:\s[a-z]{{1,4}})?)\s{_YEAR}",
        rf"(?<![^\W\d_]){_MONTH}[\s,-]{{1,3}}{_DAY}(?:[\s,]{{1,3}}{_YEAR}(?!:\d))?",
        rf"{_DAY}\s{{0,2}}(?:tháng|thg)\.?\s{{0,2}}(?:(?P<monthnumber>\d{{1,2}})|(?P<vietnamese>{_either(VIETNAMESE_MONTHS)}))"
        rf"(?![\w])(?:[\s,/-]{{0,3}}(?:năm\s)?\s?{_YEAR})?",
        rf"(?:tháng|thg)\.?\s{{0,2}}(?:(?P<monthnumber>\d{{1,2}})|(?P<vietnamese>{_either(VIETNAMESE_MONTHS)}))"
        rf"(?!\w)[\s,]{{1,3}}{_DAY}[\s,]{{1,3}}(?:năm\s)?{_YEAR}",
        r"(?<![\d/.-])(?P<first>\d{1,2})\s?(?P<mark>[-/.])\s?(?P<second>\d{1,2})\s?(?P=mark)\s?(?P<year>\d{4}|\d\d)(?![\d/])",
    )
)

_YEARLESS = re.compile(
    r"(?<![\d/.-])(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second>\d{1,2})(?P=mark)?(?![\d/.-])(?!\s?(?:am|pm|uhr)\b)"
)
"""A day without a year in figures. Anywhere else it is a fraction, a page of pages, an hour."""

_CLOCK = (
    r"(?:(?P<before>午前|上午|오전|午後|下午|오후)\s?)?"
    r"(?<![\d.])(?P<hour>\d{1,2})(?:\s?(?::|h|giờ|時|时|点|點|시)\s?(?P<minute>\d\d)(?!\d)(?:\s?(?:phút|[分분])|:(?P<second>\d\d)(?:[.,]\d{1,9})?)?)"
    r"(?:\s?(?P<half>a\.?m\b\.?|p\.?m\b\.?|sa\b|ch\b))?"
)
_ZONE = (
    r"(?:\s{0,2}\(?(?:(?P<named>[a-z]{1,4})(?![a-z+-]))|\s{0,2}\(?(?:gmt|utc)?\s?"
    r"(?P<sign>[+\u2212-])(?P<zonehours>\d{1,2})(?::?(?P<zoneminutes>\d\d))?(?!\d))?"
)
_CLOCK_AFTER = re.compile(
    r"(?:t|(?:\s?[(（][^\d()（）]{1,12}[)）])?[\s,|;\u2013\u2014-]{0,4}(?:at|um|à|lúc|vào\slúc|ore|kl\.|a\slas|klo)?[\s:]{0,3})"
    + _CLOCK
    + _ZONE
)
_HALF_DAY_AFTER = re.compile(r"[\s,|-]{0,4}(?:at\s)?(?P<hour>\d{1,2})\s?(?P<half>[ap]\.?m\b)")
_COMPACT_CLOCK_AFTER = re.compile(r"t(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?" + _ZONE)
_CLOCK_BEFORE = re.compile(_CLOCK + _ZONE + r"[^\d\n]{0,28}$")
_REACH_BEFORE = 48
"""How far before a date its time may stand ("08:30 (GMT+7) | Thứ Tư, 07/08/2019")."""

_TIMESTAMP = re.compile(r"\d{10}(?:\d{3})?")

_UNIT, _OTHER_UNIT = _either(UNITS), _either(OTHER_UNITS)
_AGO = re.compile(
    rf"(?<![\w])(?:(?P<count>\d{{1,3}}|an?|one|một)\s?(?P<unit>{_UNIT})(?:s|en|n|es)?\s(?:ago|trước)(?!\w)"
    rf"|(?:il\sy\sa|vor|hace)\s(?P<count2>\d{{1,3}}|une?|einem|einer)\s(?P<unit2>{_UNIT})(?:s|en|n|es)?(?!\w))"
    rf"|(?<!\d)(?P<count3>\d{{1,3}})\s?(?P<unit3>{_OTHER_UNIT})[а-я]{{0,3}}"
    r"\s?(?:以前|之前|前|전|ที่แล้ว|ที่ผ่านมา|назад)"
    rf"|(?:منذ|قبل)\s(?P<count4>\d{{1,3}})\s(?P<unit4>{_OTHER_UNIT})"
)
_NEAR = re.compile(rf"(?<!\w)(?:{_either(NEAR_DAYS)})(?!\w)|{_either(UNSPACED_NEAR_DAYS)}")
_DAYS_NEAR = {**NEAR_DAYS, **UNSPACED_NEAR_DAYS}

_OWN_LANGUAGES = frozenset({"en", "vi", "fr", "de", "es", "ru", "ar", "th", "ja", "zh", "ko"})
_library_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date as it was printed. `is_guess`: its year, or all of it, follows from the day on which it was read."""

    moment: datetime
    is_guess: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A reading of a date in a text: `place` orders them (where it begins, which pattern, which reading)."""

    place: tuple[int, int, int]
    span: tuple[int, int]
    moment: datetime
    is_guess: bool


def parse_date(
    text: str, *, time_zone: str = "UTC", day_first: bool = True, now: datetime | None = None
) -> datetime | None:
    """The first believable date in `text`, aware, in the offset that the text gives.

    A date or time without zone is one in `time_zone` (IANA name; an unknown one raises `ZoneInfoNotFoundError`); a date
    without time is midnight there, so that `.date()` is the day that was printed. In `05/10/2026` the day comes first
    unless `day_first` is False or the figures allow only one reading. Only with `now` (aware) are relative dates
    ("3 hours ago", "hôm qua") and dates without a year understood, and dates more than a day ahead of it refused;
    dates before 1990 always are. Formats: RFC 3339 and ISO 8601, RFC 5322 with any zone word ("UTC" included), Unix
    seconds or milliseconds alone, month names of fifteen languages, Vietnamese words, East Asian dates (Japanese eras
    and the years of Taiwan included), figures with `/`, `.` or `-`.
    """
    folded = _folded(text)
    if not any(character.isdecimal() for character in folded) and now is None:
        return None
    zone = ZoneInfo(time_zone)
    if _TIMESTAMP.fullmatch(folded):
        return _believable(_from_timestamp(folded), now)
    for candidate in sorted(_candidates(folded, zone, day_first, now), key=lambda candidate: candidate.place):
        if _believable(candidate.moment, now):
            return candidate.moment
    relative = _relative(folded, zone, now) if now else None
    return _believable(relative.moment, now) if relative else None


def date_alone(
    text: str,
    *,
    now: datetime,
    time_zone: str = "UTC",
    day_first: bool = True,
    letters: int = LETTERS_BESIDE,
    is_marked: bool = False,
) -> PrintedDate | None:
    """The date of a text that is one and little else: at most so many `letters` beside it, and no other figure.

    As `parse_date` with `now` (aware); besides, "26/11" is a day here, where both parts have two figures, a clock
    stands beside it, or the page marks it as a date (`is_marked`). Without a year, it is the nearest such day that has
    been: at most a day ahead.
    """
    folded = _folded(text)
    zone = ZoneInfo(time_zone)
    found = sorted(_candidates(folded, zone, day_first, now), key=lambda candidate: candidate.place)
    relative = _relative(folded, zone, now)
    found += [relative] if relative else []
    found += _yearless(folded, zone, day_first, now, is_marked)
    for one in found:
        beside = folded[: one.span[0]] + folded[one.span[1] :]
        if any(map(str.isdecimal, beside)) or sum(map(str.isalpha, beside)) > letters:
            continue
        if _believable(one.moment, now):
            return PrintedDate(one.moment, one.is_guess)
    return None


def in_language(text: str, language: str, *, now: datetime, time_zone: str = "UTC") -> datetime | None:
    """The date that a text marked as one holds, in a language (BCP 47) without tables here, by `dateparser`."""
    code = language.lower().partition("-")[0].partition("_")[0]
    if not code.isalpha() or code in _OWN_LANGUAGES or len(text) > LONGEST_TEXT:
        return None
    import dateparser  # 0.1 s and 20 MB, for those who need it

    zone = ZoneInfo(time_zone)
    options: dict[str, Any] = {
        "RELATIVE_BASE": now.astimezone(zone).replace(tzinfo=None),
        "PREFER_DATES_FROM": "past",
        "REQUIRE_PARTS": ["day", "month"],
        "DATE_ORDER": "DMY",
        "PARSERS": ["relative-time", "absolute-time"],
    }
    try:
        with _library_lock:
            found: datetime | None = dateparser.parse(_folded(text), languages=[code], settings=options)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None  # no such language there; or a gap of the library's
    if found is None:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=zone)
    minute, second = now.astimezone(found.tzinfo).minute, now.second
    if (found.minute, found.second) == (minute, second):  # counted back from now, in hours or more
        found = found.replace(minute=0)
    return _believable(found.replace(second=0, microsecond=0), now)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text[:LONGEST_TEXT]).replace("\xa0", " ").strip().lower()


def _believable(moment: datetime | None, now: datetime | None) -> datetime | None:
    if moment is None or moment < EARLIEST or moment.year > LATEST_YEAR:
        return None
    if now is not None and moment - now > AHEAD:
        return None
    return moment


def _candidates(text: str, zone: tzinfo, day_first: bool, now: datetime | None) -> Iterator[_Candidate]:
    """Every reading of every date in the text."""
    for order, pattern in enumerate(_DATES):
        for match in pattern.finditer(text):
            is_guess = not _states_year(match.groupdict())
            for reading, day in enumerate(_readings(match, zone, day_first, now)):
                found = _moment(text, match, day, zone)
                if found is not None:
                    moment, span = found
                    yield _Candidate((match.start(), order, reading), span, moment, is_guess)


def _yearless(text: str, zone: tzinfo, day_first: bool, now: datetime, is_marked: bool) -> list[_Candidate]:
    """The readings of a day in figures without a year."""
    match = _YEARLESS.search(text)
    if match is None or (match["mark"] == "." and not is_marked):
        return []
    first, second = int(match["first"]), int(match["second"])
    in_order = [(second, first), (first, second)] if day_first else [(first, second), (second, first)]
    found = []
    for reading, (month, day) in enumerate(in_order):
        for year in _years(zone, now):
            dated = _moment(text, match, (year, month, day), zone)
            if dated is not None:
                moment, span = dated
                is_day = is_marked or len(match["first"]) == len(match["second"]) == 2 or span != match.span()
                if is_day:
                    found.append(_Candidate((match.start(), 0, reading), span, moment, True))
    return found


def _years(zone: tzinfo, now: datetime) -> tuple[int, int, int]:
    """The years that a day without one may be of, the latest first: it is the nearest that has been."""
    year = now.astimezone(zone).year
    return year + 1, year, year - 1


def _states_year(parts: dict[str, str | None]) -> bool:
    return any(parts.get(name) for name in ("year", "erayear", "minguo", "minguoalone"))


def _readings(match: re.Match[str], zone: tzinfo, day_first: bool, now: datetime | None) -> list[tuple[int, int, int]]:
    """(year, month, day) in order of likelihood; a later reading serves where an earlier one cannot be true."""
    parts = match.groupdict()
    if parts.get("first"):
        year, first, second = _full_year(parts["year"]), int(parts["first"]), int(parts["second"])
        as_day_first, as_month_first = (year, second, first), (year, first, second)
        return [as_day_first, as_month_first] if day_first else [as_month_first, as_day_first]
    day = int(parts["day"])
    if parts.get("monthnumber"):
        month = int(parts["monthnumber"])
    elif parts.get("vietnamese"):
        month = VIETNAMESE_MONTHS[parts["vietnamese"]]
    else:
        month = MONTHS[parts["month"]]
    if parts.get("erayear"):
        return [(ERAS[parts["era"]] + (1 if parts["erayear"] == "元" else int(parts["erayear"])), month, day)]
    minguo = parts.get("minguo") or parts.get("minguoalone")
    if minguo:
        return [(MINGUO + int(minguo), month, day)]
    if parts.get("year"):
        is_thai = len(parts["year"]) == 2 and "\u0e00" <= (parts.get("month") or " ")[0] <= "\u0e7f"
        return [(2500 - BUDDHIST_ERA + int(parts["year"]) if is_thai else _full_year(parts["year"]), month, day)]
    return [(year, month, day) for year in _years(zone, now)] if now else []


def _full_year(figures: str) -> int:
    """Two figures are a year from 1990 to 2089; four are what they say, in the Buddhist era from 2500 on."""
    year = int(figures)
    if len(figures) > 2:
        return year - BUDDHIST_ERA if year >= 2500 else year
    return 1900 + year if year >= 90 else 2000 + year


def _moment(
    text: str, match: re.Match[str], day: tuple[int, int, int], zone: tzinfo
) -> tuple[datetime, tuple[int, int]] | None:
    """The moment, and the part of the text that says it: the day, and the time before or after it."""
    try:
        midnight = datetime(*day, tzinfo=zone)
    except (ValueError, OverflowError):
        return None
    start, end = match.span()
    after = (
        _CLOCK_AFTER.match(text, end if "clock" not in match.groupdict() else match.start("clock"))
        or _COMPACT_CLOCK_AFTER.match(text, end)
        or _HALF_DAY_AFTER.match(text, end)
    )
    if after:
        return _at_clock(midnight, after), (start, max(end, after.end()))
    reach = max(0, start - _REACH_BEFORE)
    before = _CLOCK_BEFORE.search(text[reach:start])
    if before:
        return _at_clock(midnight, before), (reach + before.start(), end)
    return midnight, (start, end)


def _at_clock(midnight: datetime, clock: re.Match[str]) -> datetime:
    """The day at the time that was printed; an impossible time is ignored, the day stays."""
    parts = clock.groupdict()
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (parts.get("half") or parts.get("before") or "").replace(".", "")
    if half in ("pm", "ch", "午後", "下午", "오후") and hour < 12:
        hour += 12
    elif half in ("am", "sa", "午前", "上午", "오전") and hour == 12:
        hour = 0
    try:
        return midnight.replace(
            hour=hour, minute=minute, second=min(second, 59), tzinfo=_zone(parts) or midnight.tzinfo
        )
    except ValueError:
        return midnight


def _zone(parts: dict[str, str | None]) -> tzinfo | None:
    named, sign = parts.get("named"), parts.get("sign")
    if sign:
        minutes = int(parts.get("zonehours") or 0) * 60 + int(parts.get("zoneminutes") or 0)
        if minutes > 14 * 60:
            return None
        return timezone(timedelta(minutes=minutes if sign == "+" else -minutes)) if minutes else UTC
    if named in ZONES:
        return timezone(timedelta(minutes=ZONES[named])) if ZONES[named] else UTC
    return None


def _from_timestamp(figures: str) -> datetime:
    return datetime.fromtimestamp(int(figures[:10]), UTC)


def _relative(text: str, zone: tzinfo, now: datetime) -> _Candidate | None:
    """Counted back from `now`, to the unit that was printed, so that the next look finds nearly the same.

    Days and weeks give a day (midnight in `zone`; of a week its Monday). Months and years give nothing.
    """
    local = now.astimezone(zone)
    ago = _AGO.search(text)
    if ago:
        groups = ago.groupdict()
        number = next(number for number in ("", "2", "3", "4") if groups[f"unit{number}"])
        count, word = groups[f"count{number}"], groups[f"unit{number}"]
        unit = UNITS.get(word) or OTHER_UNITS[word]
        moment = local - (int(count) if count.isdecimal() else 1) * UNIT_LENGTH[unit]
        if unit in "oy":
            return None
        if unit in "dw":
            moment = _midnight(moment - timedelta(days=moment.weekday() if unit == "w" else 0))
        moment = moment.replace(minute=0 if unit == "h" else moment.minute, second=0, microsecond=0)
        return _Candidate((ago.start(), 0, 0), ago.span(), moment, True)
    near = _NEAR.search(text)
    if not near:
        return None
    days = _DAYS_NEAR[near.group()]
    if days is None:
        return _Candidate((near.start(), 0, 0), near.span(), local.replace(second=0, microsecond=0), True)
    day = _midnight(local - timedelta(days=days))
    after = _CLOCK_AFTER.match(text, near.end())
    before = None if after else _CLOCK_BEFORE.search(text[: near.start()])
    clock = after or before
    span = (before.start() if before else near.start(), after.end() if after else near.end())
    return _Candidate((near.start(), 0, 0), span, _at_clock(day, clock) if clock else day, True)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
