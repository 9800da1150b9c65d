"""When the article was published: the day the page prints, and the instant it states for machines, told as one."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import lxml.etree
from lxml.html import HtmlElement

from feeds.dates import parse_date
from feeds.extract.body import MOST_ELEMENTS
from feeds.layout import Line, is_aside

SHORT = 70
ALONE = 28
"""Characters of a line that can hardly be more than a date."""
_DATE_WORDS = re.compile(r"(?:^|[\s_-])(?:date|datetime|time|timestamp|posted|published|publish|ngay|meta|created)")
LONGEST_STATEMENT = 160
_SAYS_WHEN = re.compile(
    r"[\W_]*(?:first )?(?:published|posted|released|issued|created|date|erschienen|veröffentlicht|datum|"
    r"publié|mis en ligne|publicado|fecha|pubblicato|geplaatst|diterbitkan|tanggal|đăng|ngày)\b"
    r"|.{0,40}\b(?:was (?:published|posted) (?:on|at)|wurde am|verfasst am|geschrieben am|publié le)\b",
    re.IGNORECASE,
)
_CHANGED = re.compile(r"updat|modif|last.?edit|cập nhật", re.IGNORECASE)
_CLOCK = re.compile(r"\d[:h]\d\d")
_EXACT = re.compile(r"\d[t ]\d\d:?\d\d", re.IGNORECASE)
_DATED_PATH = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:/|-|$)")


def printed_date(
    lines: Sequence[Line], title_line: int | None, time_zone: str, holders: Collection[HtmlElement] = ()
) -> tuple[datetime | None, bool]:
    """The date that the page shows for its article, and whether it has a time. `holders` hold the article's title.

    First the lines about the title, those called a date and the nearest before others; then, anywhere but in sidebars
    and comments, lines called a date, lines that say "published on", and a date alone.
    """
    nearby: list[Line] = []
    if title_line is not None:
        places = [*range(title_line + 1, title_line + 9), *range(title_line - 1, max(-1, title_line - 4), -1)]
        places = [place for place in places if place < len(lines)]
        places.sort(key=lambda place: (not _is_called_date(lines[place]), abs(place - title_line)))
        nearby = [lines[place] for place in places]
    called = [line for line in lines if _is_called_date(line)]
    said = [
        line
        for number, line in enumerate(lines)
        if len(line.text) <= LONGEST_STATEMENT and (_SAYS_WHEN.match(line.text) or _is_label(lines, number))
    ]
    alone = [line for line in lines[title_line or 0 :] if len(line.text) <= ALONE]
    likely = [*_of_article(called, holders)[:20], *_of_article(said, holders)[:20], *_of_article(alone, holders)[:200]]
    in_order = [line for line in [*nearby, *likely] if len(line.text) <= SHORT or _SAYS_WHEN.match(line.text)]
    for of_change in (False, True):  # a page's only date may be that of its last change
        for line in in_order:
            if _tells_change(line) is not of_change:
                continue
            for text in (line.text, line.stamp):
                found = parse_date(text, time_zone=time_zone) if text else None
                if found:
                    return found, bool(_CLOCK.search(text.lower()) or _EXACT.search(text))
    return _only_date([*called, *alone], time_zone), False


def _only_date(lines: Sequence[Line], time_zone: str) -> datetime | None:
    """The date of a page that shows no other, wherever it stands."""
    found = {
        parse_date(line.stamp or line.text, time_zone=time_zone) for line in lines[:200] if len(line.text) <= SHORT
    }
    dates = found - {None}
    return dates.pop() if len(dates) == 1 else None


def _is_called_date(line: Line) -> bool:
    return bool(line.stamp or _DATE_WORDS.search(line.words))


def _is_label(lines: Sequence[Line], number: int) -> bool:
    """Whether the line before says "Published:" and nothing else."""
    return number > 0 and len(lines[number - 1].text) <= ALONE and bool(_SAYS_WHEN.match(lines[number - 1].text))


def _tells_change(line: Line) -> bool:
    """Of a change and not of the publication; many blogs call their only date `date updated`."""
    if _CHANGED.search(line.text[:ALONE]) and not _SAYS_WHEN.match(line.text):
        return True
    return bool(_CHANGED.search(line.words)) and not _DATE_WORDS.search(line.words)


def _of_article(lines: Sequence[Line], holders: Collection[HtmlElement]) -> list[Line]:
    """Those outside sidebars, navigation, other articles' cards and comments."""
    found = []
    for line in lines:
        steps = (line.element, *line.element.iterancestors())
        if not any(is_aside(step) for step in steps if step.tag != "header" and step not in holders):
            found.append(line)
    return found


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


def likely_day(tree: HtmlElement, url: str, time_zone: str | None) -> datetime | None:
    """The day by htmldate's careful search, for a page that neither states nor shows one that we can read.

    It knows where many programs leave a day: in scripts that are no JSON-LD, in `abbr`, in the names of pictures.
    """
    from htmldate import find_date

    if sum(1 for _ in islice(tree.iter("*"), MOST_ELEMENTS + 1)) > MOST_ELEMENTS:
        return None
    try:
        day = find_date(tree, extensive_search=False, original_date=True, url=url)
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError, lxml.etree.LxmlError):
        return None  # hostile markup finds the library's gaps
    return parse_date(day, time_zone=time_zone or "UTC") if day else None


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
