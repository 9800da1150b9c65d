"""Reads the dates that pages and feeds print: in words, in figures, half-written, in several languages.

Pure. It knows no page and no feed: it is given a short text and answers with the first believable date in it, or None.
A date that cannot be true (before 1990, or more than a day ahead of `now`) is no date.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST_YEAR = 2200
BUDDHIST_ERA = 543
"""Years by which Thai dates run ahead."""
AHEAD = timedelta(days=1)
LONGEST_TEXT = 400
"""Characters that are looked at: whoever hands over more is not asking about a date."""

# English, French, German, Spanish, Portuguese, Italian, Dutch, Indonesian, Malay, Russian; with the usual short forms.
_MONTH_WORDS = {
    1: "january jan janvier janv januar jänner enero ene janeiro gennaio gen januari января январь янв",
    2: "february feb février fevrier févr fév februar febrero fevereiro fev febbraio februari февраля февраль фев",
    3: "march mar mars märz maerz marzo março maart mrt maret mac марта март мар",
    4: "april apr avril avr abril abr aprile апреля апрель апр",
    5: "may mai mayo maio maggio mag mei мая май",
    6: "june jun juin juni junio junho giugno giu июня июнь июн",
    7: "july jul juillet juil juli julio julho luglio lug julai июля июль июл",
    8: "august aug août aout agosto ago augustus agustus agu ags ogos августа август авг",
    9: "september sept sep septembre septiembre setiembre setembro set settembre сентября сентябрь сен",
    10: "october oct octobre oktober okt octubre outubro out ottobre ott октября октябрь окт",
    11: "november nov novembre noviembre novembro ноября ноябрь ноя",
    12: "december dec décembre déc dezember dez diciembre dic dezembro dicembre desember disember des декабря дек",
}
_MORE_MONTH_WORDS = {
    1: "ocak stycznia січня يناير มกราคม ม.ค",
    2: "şubat lutego лютого فبراير กุมภาพันธ์ ก.พ",
    3: "mart marca березня مارس มีนาคม มี.ค",
    4: "nisan kwietnia квітня أبريل ابريل إبريل เมษายน เม.ย",
    5: "mayıs maja травня مايو พฤษภาคม พ.ค",
    6: "haziran czerwca червня يونيو يونيه มิถุนายน มิ.ย",
    7: "temmuz lipca липня يوليو يوليه กรกฎาคม ก.ค",
    8: "ağustos sierpnia серпня أغسطس اغسطس สิงหาคม ส.ค",
    9: "eylül września вересня سبتمبر กันยายน ก.ย",
    10: "ekim października жовтня أكتوبر اكتوبر ตุลาคม ต.ค",
    11: "kasım listopada листопада نوفمبر พฤศจิกายน พ.ย",
    12: "aralık grudnia грудня ديسمبر ธันวาคม ธ.ค",
}
"""Turkish, Polish, Ukrainian, Arabic, Thai."""
_MONTHS = {
    word: number for number in range(1, 13) for word in f"{_MONTH_WORDS[number]} {_MORE_MONTH_WORDS[number]}".split()
}
_VIETNAMESE_MONTHS = {
    "một": 1, "giêng": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8,
    "chín": 9, "mười": 10, "mười một": 11, "mười hai": 12, "chạp": 12,
}  # fmt: skip
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "bst": 60, "cet": 60, "west": 60, "cest": 120, "eet": 120,
    "eest": 180, "msk": 180, "ist": 330, "ict": 420, "wib": 420, "sgt": 480, "hkt": 480, "jst": 540, "kst": 540,
    "aest": 600, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip


def _either(words: dict[str, int]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_MONTH = rf"(?P<month>{_either(_MONTHS)})(?![^\W\d_])\.?"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|[ºª°])?(?!\d)"

# Tried together; the match that begins first in the text wins, then the order here.
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})(?P<mark>[-/.])(?P<monthnumber>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<year>\d{4})\s?[年년]\s?(?P<monthnumber>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]",
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<monthnumber>[01]\d)(?P<day>[0-3]\d)(?=t\d{4}|$)",
        rf"{_DAY}\.?[\s,-]{{0,3}}(?:de\s|of\s)?{_MONTH}(?:[\s,'-]{{1,3}}(?:de\s|del\s)?(?P<year>\d{{4}}(?!\d|:\d)|\d\d(?!\d|[:.h]\d)))?",
        rf"(?<![^\W\d_]){_MONTH}\s{{1,2}}{_DAY}\s(?P<clock>\d\d:\d\d(?::\d\d)?(?:\s[a-z]{{1,4}})?)\s{_YEAR}",
        rf"(?<![^\W\d_]){_MONTH}[\s,-]{{1,3}}{_DAY}(?:[\s,]{{1,3}}{_YEAR}(?!:\d))?",
        rf"{_DAY}\s{{0,2}}(?:tháng|thg)\.?\s{{0,2}}(?:(?P<monthnumber>\d{{1,2}})|(?P<vietnamese>{_either(_VIETNAMESE_MONTHS)}))"
        rf"(?![\w])[\s,/-]{{0,3}}(?:năm\s)?\s?{_YEAR}",
        rf"(?:tháng|thg)\.?\s{{0,2}}(?:(?P<monthnumber>\d{{1,2}})|(?P<vietnamese>{_either(_VIETNAMESE_MONTHS)}))"
        rf"(?!\w)[\s,]{{1,3}}{_DAY}[\s,]{{1,3}}(?:năm\s)?{_YEAR}",
        r"(?<![\d/.-])(?P<first>\d{1,2})\s?(?P<mark>[-/.])\s?(?P<second>\d{1,2})\s?(?P=mark)\s?(?P<year>\d{4}|\d\d)(?![\d/])",
    )
)

_CLOCK = (
    r"(?<![\d.])(?P<hour>\d{1,2})(?:\s?(?::|h|giờ)\s?(?P<minute>\d\d)(?!\d)(?:\s?phút|:(?P<second>\d\d)(?:[.,]\d{1,9})?)?)"
    r"(?:\s?(?P<half>a\.?m\b\.?|p\.?m\b\.?|sa\b|ch\b))?"
)
_ZONE = (
    r"(?:\s{0,2}\(?(?:(?P<named>[a-z]{1,4})(?![a-z+-]))|\s{0,2}\(?(?:gmt|utc)?\s?"
    r"(?P<sign>[+\u2212-])(?P<zonehours>\d{1,2})(?::?(?P<zoneminutes>\d\d))?(?!\d))?"
)
_CLOCK_AFTER = re.compile(
    r"(?:t|[\s,|;\u2013\u2014-]{0,4}(?:at|um|à|lúc|vào\slúc|ore|kl\.|a\slas|klo)?[\s:]{0,3})" + _CLOCK + _ZONE
)
_HALF_DAY_AFTER = re.compile(r"[\s,|-]{0,4}(?:at\s)?(?P<hour>\d{1,2})\s?(?P<half>[ap]\.?m\b)")
_COMPACT_CLOCK_AFTER = re.compile(r"t(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?" + _ZONE)
_CLOCK_BEFORE = re.compile(_CLOCK + _ZONE + r"[^\d\n]{0,28}$")
_REACH_BEFORE = 48
"""How far before a date its time may stand ("08:30 (GMT+7) | Thứ Tư, 07/08/2019")."""

_TIMESTAMP = re.compile(r"\d{10}(?:\d{3})?")
_UNITS = {
    "second": "s", "sec": "s", "giây": "s", "minute": "m", "min": "m", "phút": "m", "hour": "h", "hr": "h", "giờ": "h",
    "tiếng": "h", "heure": "h", "stunde": "h", "hora": "h", "day": "d", "ngày": "d", "jour": "d", "tag": "d",
    "día": "d",
    "week": "w", "tuần": "w", "semaine": "w", "woche": "w", "semana": "w", "month": "o", "tháng": "o", "mois": "o",
    "monat": "o", "mes": "o", "year": "y", "năm": "y", "an": "y", "jahr": "y", "año": "y",
}  # fmt: skip
_UNIT_LENGTH = {
    "s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1),
    "w": timedelta(weeks=1), "o": timedelta(days=30), "y": timedelta(days=365),
}  # fmt: skip
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_AGO = re.compile(
    rf"(?<![\w])(?:(?P<count>\d{{1,3}}|an?|one|một)\s?(?P<unit>{_UNIT})(?:s|en|n|es)?\s(?:ago|trước)(?!\w)"
    rf"|(?:il\sy\sa|vor|hace)\s(?P<count2>\d{{1,3}}|une?|einem|einer)\s(?P<unit2>{_UNIT})(?:s|en|n|es)?(?!\w))"
)
_NEAR_DAYS = {
    "just now": None, "vừa xong": None, "today": 0, "hôm nay": 0, "yesterday": 1, "hôm qua": 1, "aujourd'hui": 0,
    "hier": 1, "heute": 0, "gestern": 1, "hoy": 0, "ayer": 1,
}  # fmt: skip
_NEAR = re.compile(rf"(?<!\w)(?:{'|'.join(_NEAR_DAYS)})(?!\w)")


def parse_date(
    text: str, *, time_zone: str = "UTC", day_first: bool = True, now: datetime | None = None
) -> datetime | None:
    """The first believable date in `text`, aware, in the offset that the text gives.

    A date or time without zone is one in `time_zone` (IANA name; an unknown one raises `ZoneInfoNotFoundError`); a date
    without time is midnight there, so that `.date()` is the day that was printed. In `05/10/2026` the day comes first
    unless `day_first` is False or the figures allow only one reading. Only with `now` (aware) are relative dates
    ("3 hours ago", "hôm qua") and dates without a year understood, and dates more than a day ahead of it refused;
    dates before 1990 always are. Formats: RFC 3339 and ISO 8601, RFC 5322 with any zone word ("UTC" included), Unix
    seconds or milliseconds alone, month names of fifteen languages, Vietnamese words, figures with `/`, `.` or `-`.
    """
    folded = unicodedata.normalize("NFC", text[:LONGEST_TEXT]).replace("\xa0", " ").strip().lower()
    if not any(character.isdecimal() for character in folded) and now is None:
        return None
    zone = ZoneInfo(time_zone)
    if _TIMESTAMP.fullmatch(folded):
        return _believable(_from_timestamp(folded), now)
    found = sorted(_candidates(folded, zone, day_first, now), key=lambda candidate: candidate[0])
    for _, moment in found:
        if _believable(moment, now):
            return moment
    return _believable(_relative(folded, zone, now), now) if now else None


def _believable(moment: datetime | None, now: datetime | None) -> datetime | None:
    if moment is None or moment < EARLIEST or moment.year > LATEST_YEAR:
        return None
    if now is not None and moment - now > AHEAD:
        return None
    return moment


def _candidates(
    text: str, zone: tzinfo, day_first: bool, now: datetime | None
) -> Iterator[tuple[tuple[int, int, int], datetime]]:
    """Every reading of every date in the text, with its place: (where it begins, which pattern, which reading)."""
    for order, pattern in enumerate(_DATES):
        for match in pattern.finditer(text):
            for reading, (year, month, day) in enumerate(_readings(match, day_first, now)):
                moment = _moment(text, match, (year, month, day), zone)
                if moment is not None:
                    yield (match.start(), order, reading), moment


def _readings(match: re.Match[str], day_first: bool, now: datetime | None) -> list[tuple[int, int, int]]:
    """(year, month, day) in order of likelihood; the second reading serves where the first one cannot be true."""
    parts = match.groupdict()
    if parts.get("first"):
        year, first, second = _full_year(parts["year"]), int(parts["first"]), int(parts["second"])
        as_day_first, as_month_first = (year, second, first), (year, first, second)
        return [as_day_first, as_month_first] if day_first else [as_month_first, as_day_first]
    day = int(parts["day"])
    if parts.get("monthnumber"):
        month = int(parts["monthnumber"])
    elif parts.get("vietnamese"):
        month = _VIETNAMESE_MONTHS[parts["vietnamese"]]
    else:
        month = _MONTHS[parts["month"]]
    if parts.get("year"):
        return [(_full_year(parts["year"]), month, day)]
    if now is None:
        return []
    return [(now.year, month, day), (now.year - 1, month, day)]


def _full_year(figures: str) -> int:
    """Two figures are a year from 1990 to 2089; four are what they say, in the Buddhist era from 2500 on."""
    year = int(figures)
    if len(figures) > 2:
        return year - BUDDHIST_ERA if year >= 2500 else year
    return 1900 + year if year >= 90 else 2000 + year


def _moment(text: str, match: re.Match[str], day: tuple[int, int, int], zone: tzinfo) -> datetime | None:
    try:
        midnight = datetime(*day, tzinfo=zone)
    except ValueError:
        return None
    clock = (
        _CLOCK_AFTER.match(text, match.end() if "clock" not in match.groupdict() else match.start("clock"))
        or _COMPACT_CLOCK_AFTER.match(text, match.end())
        or _HALF_DAY_AFTER.match(text, match.end())
        or _CLOCK_BEFORE.search(text[max(0, match.start() - _REACH_BEFORE) : match.start()])
    )
    return _at_clock(midnight, clock) if clock else midnight


def _at_clock(midnight: datetime, clock: re.Match[str]) -> datetime:
    """The day at the time that was printed; an impossible time is ignored, the day stays."""
    parts = clock.groupdict()
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (parts.get("half") or "").replace(".", "")
    if half in ("pm", "ch") and hour < 12:
        hour += 12
    elif half in ("am", "sa") and hour == 12:
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
    if named in _ZONES:
        return timezone(timedelta(minutes=_ZONES[named])) if _ZONES[named] else UTC
    return None


def _from_timestamp(figures: str) -> datetime:
    return datetime.fromtimestamp(int(figures[:10]), UTC)


def _relative(text: str, zone: tzinfo, now: datetime) -> datetime | None:
    """Minutes and hours are counted from `now`; days and more give a day (midnight in `zone`), as the page meant it."""
    local = now.astimezone(zone)
    ago = _AGO.search(text)
    if ago:
        count = ago["count"] or ago["count2"]
        unit = _UNITS[ago["unit"] or ago["unit2"]]
        moment = local - (int(count) if count.isdecimal() else 1) * _UNIT_LENGTH[unit]
        return moment.replace(second=0, microsecond=0) if unit in "smh" else _midnight(moment)
    near = _NEAR.search(text)
    if not near:
        return None
    days = _NEAR_DAYS[near.group()]
    if days is None:
        return local.replace(second=0, microsecond=0)
    day = _midnight(local - timedelta(days=days))
    clock = _CLOCK_AFTER.match(text, near.end()) or _CLOCK_BEFORE.search(text[: near.start()])
    return _at_clock(day, clock) if clock else day


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
