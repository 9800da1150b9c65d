"""What a person may write for a time zone, a digest, quiet hours, a pause, a language → the one form that is stored.

Pure. Whatever is not understood raises `RequestError`, never a guess.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from datetime import timedelta
from functools import cache
from zoneinfo import available_timezones

from bot.errors import RequestError
from bot.languages import LANGUAGES

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAXIMUM_MUTE = timedelta(days=365)

_TIME = re.compile(r"([01]?[0-9]|2[0-3])(?:[:.h]([0-5][0-9]))?h?")
_QUIET = re.compile(r"([0-9:.h]+) ?(?:-|–|—|to|đến) ?([0-9:.h]+)")
_DURATION = re.compile(r"([0-9]{1,4}) ?(m|min|h|d|w)")
_OFFSET = re.compile(r"(?:utc|gmt)? ?([+\-−])([0-9]{1,2})(?::?00)?")
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
# Cities that people write and the zone database names otherwise.
_CITIES = dict.fromkeys(("hanoi", "ha noi", "saigon", "da nang"), "Asia/Ho_Chi_Minh")


def language(text: str) -> str:
    """A language by its tag ("vi", "vi-VN") or its own name."""
    wanted = text.strip().casefold()
    for tag, name in LANGUAGES.items():
        if wanted == name.casefold() or wanted.replace("_", "-").split("-")[0] == tag:
            return tag
    raise RequestError("unknown_language", name=text.strip(), known=", ".join(LANGUAGES))


def time_of_day(text: str) -> str | None:
    """ "8", "8:30", "8h30" → "08:30"; None if it is no time."""
    found = _TIME.fullmatch(text.strip())
    return f"{int(found[1]):02}:{found[2] or '00'}" if found else None


def digest(text: str) -> str:
    """ "off", "daily 08:00" or "weekly mon 08:00"; hours may be left out (08:00)."""
    words = text.casefold().split()
    match words:
        case ["off" | "none" | "no"]:
            return "off"
        case ["daily"]:
            return "daily 08:00"
        case ["daily", hour] if (at := time_of_day(hour)) is not None:
            return f"daily {at}"
        case ["weekly"]:
            return "weekly mon 08:00"
        case ["weekly", day] if day[:3] in DAYS:
            return f"weekly {day[:3]} 08:00"
        case ["weekly", day, hour] if day[:3] in DAYS and (at := time_of_day(hour)) is not None:
            return f"weekly {day[:3]} {at}"
    raise RequestError("bad_digest", text=text.strip())


def quiet(text: str) -> str | None:
    """ "22-7", "22:00-07:00" → "22:00-07:00"; "off" → None."""
    wanted = " ".join(text.casefold().split())
    if wanted in ("off", "none", "no"):
        return None
    found = _QUIET.fullmatch(wanted)
    if found:
        start, end = time_of_day(found[1]), time_of_day(found[2])
        if start is not None and end is not None and start != end:
            return f"{start}-{end}"
    raise RequestError("bad_quiet", text=text.strip())


def mute(text: str) -> timedelta | None:
    """ "8h", "2d", "1w", "30m" → how long; "off" → None."""
    wanted = text.casefold().strip()
    if wanted in ("off", "none", "no"):
        return None
    found = _DURATION.fullmatch(wanted)
    if found and int(found[1]) > 0:
        return min(timedelta(**{_UNITS[found[2]]: int(found[1])}), MAXIMUM_MUTE)
    raise RequestError("bad_mute", text=text.strip())


def time_zone(text: str) -> str:
    """An IANA name in any case, its city, or a whole-hour offset: "asia/tokyo", "Hà Nội", "New York", "UTC+7"."""
    wanted = _plain(text)
    names = _zones()
    if wanted in names:
        return names[wanted]
    offset = _OFFSET.fullmatch(wanted)
    # POSIX turned the sign round: Etc/GMT-7 is seven hours east.
    if offset and int(offset[2]) <= (14 if offset[1] == "+" else 12):
        return f"Etc/GMT{'-' if offset[1] == '+' else '+'}{int(offset[2])}" if int(offset[2]) else "UTC"
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.7)
    raise RequestError("unknown_time_zone", name=text.strip(), suggestion=names[near[0]] if near else "")


def _plain(text: str) -> str:
    """Lower case, no accents, underscores and runs of space as one space."""
    decomposed = unicodedata.normalize("NFD", text[:60].casefold().replace("đ", "d"))
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(letters.replace("_", " ").split())


@cache
def _zones() -> dict[str, str]:
    """What people may write → the IANA name; a city's bare name only where it is one city's."""
    names: dict[str, str] = {}
    cities: dict[str, set[str]] = {}
    for name in sorted(available_timezones()):
        if name.startswith(("Etc/", "SystemV/", "posix/", "right/")) or name in ("localtime", "Factory"):
            continue
        names[_plain(name)] = name
        if "/" in name:
            cities.setdefault(_plain(name.rsplit("/", 1)[1]), set()).add(name)
    for city, zones in cities.items():
        if len(zones) == 1:
            names.setdefault(city, next(iter(zones)))
    names.update({"utc": "UTC", "gmt": "UTC", **_CITIES})
    return names
