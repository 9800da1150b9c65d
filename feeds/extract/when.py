"""When the article was published: the day the page prints, and the instant it states for machines, told as one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from feeds.dates import parse_date
from feeds.layout import Line

SHORT = 70
ALONE = 28
"""Characters of a line that can hardly be more than a date."""
_DATE_WORDS = re.compile(r"(?:^|[\s_-])(?:date|datetime|time|timestamp|posted|published|publish|ngay|meta|created)")
_CHANGED = re.compile(r"updat|modif|last.?edit|cập nhật", re.IGNORECASE)
_CLOCK = re.compile(r"\d[:h]\d\d")
_EXACT = re.compile(r"\d[t ]\d\d:?\d\d", re.IGNORECASE)
_DATED_PATH = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:/|-|$)")


def printed_date(lines: Sequence[Line], title_line: int | None, time_zone: str) -> tuple[datetime | None, bool]:
    """The date that the page shows beside its title, and whether it has a time.

    First the lines after the title, then those before it, then lines that are called a date, then a date alone.
    """
    nearby: list[Line] = []
    if title_line is not None:
        nearby = [*lines[title_line + 1 : title_line + 9], *reversed(lines[max(0, title_line - 3) : title_line])]
    called = [line for line in lines if _DATE_WORDS.search(line.words) or line.stamp]
    alone = [line for line in lines[title_line or 0 :] if len(line.text) <= ALONE]
    for line in [*nearby, *called[:20], *alone[:200]]:
        if len(line.text) > SHORT or _CHANGED.search(line.words):
            continue
        for text in (line.text, line.stamp):
            found = parse_date(text, time_zone=time_zone) if text else None
            if found:
                return found, bool(_CLOCK.search(text.lower()) or _EXACT.search(text))
    return None, False


def published(
    stated: Sequence[str],
    printed: datetime | None,
    printed_has_time: bool,
    entry_date: datetime | None,
    url: str,
    time_zone: str | None,
) -> datetime | None:
    """One date from all: the stated instant in the offset that makes `.date()` the day the page prints."""
    zone = time_zone or "UTC"
    for text in stated:
        instant = parse_date(text, time_zone=zone)
        if instant is None:
            continue
        if not _EXACT.search(text):  # a day only: what is printed may know the hour
            return printed if printed and printed.date() == instant.date() else instant
        return _as_printed(instant, printed, printed_has_time, time_zone)
    dated = _DATED_PATH.search(urlsplit(url).path)
    in_path = parse_date("-".join(dated.groups()), time_zone=zone) if dated else None
    if printed and in_path and abs(printed.date() - in_path.date()) > timedelta(days=1):
        printed = None  # another article's card, a later change, an event: the address was made on the day itself
    if printed:
        return _with_hour_of(printed, printed_has_time, entry_date)
    if entry_date:
        return entry_date
    return in_path


def changed(stated: Sequence[str], time_zone: str | None) -> datetime | None:
    """The stated time of the last change, in the source's zone where it is given in UTC."""
    for text in stated:
        instant = parse_date(text, time_zone=time_zone or "UTC")
        if instant:
            return instant.astimezone(ZoneInfo(time_zone)) if time_zone and not instant.utcoffset() else instant
    return None


def _as_printed(instant: datetime, printed: datetime | None, printed_has_time: bool, time_zone: str | None) -> datetime:
    """The same instant, where it was given in UTC, on the page's own clock."""
    if instant.utcoffset():
        return instant
    if time_zone:
        return instant.astimezone(ZoneInfo(time_zone))
    if printed is None or printed.utcoffset() or abs(printed - instant) > timedelta(days=2):
        return instant
    ahead = printed - instant.replace(second=0, microsecond=0)
    if printed_has_time and abs(ahead) <= timedelta(hours=14) and not ahead % timedelta(minutes=15):
        return instant.astimezone(timezone(ahead))
    for hours in sorted(range(-12, 15), key=abs):  # a day only: the nearest offset that gives it
        local = instant.astimezone(timezone(timedelta(hours=hours)))
        if local.date() == printed.date():
            return local if hours else instant.astimezone(UTC)
    return instant


def _with_hour_of(printed: datetime, has_time: bool, entry_date: datetime | None) -> datetime:
    """The printed day; a feed's entry of the same day knows the hour too."""
    if entry_date and not has_time and entry_date.astimezone(printed.tzinfo).date() == printed.date():
        return entry_date if entry_date.date() == printed.date() else entry_date.astimezone(printed.tzinfo)
    return printed
