"""How one value of a TOML file or of the environment is read, and what is said when it isn't one.

A `Reader` takes what TOML gave (a variable is always a `str`) and returns the typed value, or raises `WrongValueError`
with what is wrong and what would be right. It knows neither files nor lines, and never repeats a secret.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import re
import zoneinfo
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


class WrongValueError(ValueError):
    """A value that cannot be accepted; `remedy` says what would be right."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Reader:
    """`form` is what the documentation calls such a value: "text", "duration"."""

    form: str
    read: Callable[[object], Any]


def shown(value: object) -> str:
    """A value as a message repeats it: quoted, and cut where it is long."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…" + text[-1]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy for a word that isn't known: the nearest known one, or all of them where none is near."""
    known = sorted(known)
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{near[0]}"?'
    return "known are " + ", ".join(known) if known else ""


def read_text(value: object) -> str:
    """A string without surrounding white space."""
    if not isinstance(value, str):
        raise WrongValueError(f"{shown(value)} is not text", 'write it in quotes, "like this"')
    return value.strip()


def read_filled_text(value: object) -> str:
    """A string with something in it."""
    text = read_text(value)
    if not text:
        raise WrongValueError("it is empty", "give it a text or leave the line out")
    return text


def read_flag(value: object) -> bool:
    """true or false; from the environment also 1, yes, on and their opposites."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("1", "true", "yes", "on"):
        return True
    if isinstance(value, str) and value.lower() in ("0", "false", "no", "off"):
        return False
    raise WrongValueError(f"{shown(value)} is neither true nor false", "write true or false, without quotes")


def whole_number(lowest: int, highest: int) -> Reader:
    """A reader of whole numbers from `lowest` to `highest`."""

    def read(value: object) -> int:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise WrongValueError(
                f"{shown(value)} is not a whole number from {lowest} to {highest}", "write one without quotes"
            )
        return value

    return Reader(f"number, {lowest}–{highest}", read)


_UNITS = {"w": 604800.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_DURATION = re.compile(r"(?:[0-9]{1,9}(?:\.[0-9]{1,3})?[wdhms]\s*)+", re.IGNORECASE)
_LONGEST = 10 * 366 * _UNITS["d"]


def read_duration(value: object) -> float:
    """Seconds from a number of seconds, or from a text of numbers with units: "90s", "15m", "1h30m", "2d", "1w"."""
    seconds: float | None = None
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    elif isinstance(value, str) and len(value) <= 40 and _DURATION.fullmatch(value.strip()):
        parts = re.findall(r"([0-9.]+)([wdhms])", value.lower())
        seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if seconds is None or not 0 < seconds <= _LONGEST:
        raise WrongValueError(
            f"{shown(value)} is not a duration", 'write "30s", "15m", "1h30m", "2d" or a number of seconds'
        )
    return seconds


def duration_within(lowest: str, highest: str) -> Reader:
    """A reader of durations from `lowest` to `highest`, both as an operator would write them."""

    def read(value: object) -> float:
        seconds = read_duration(value)
        if not read_duration(lowest) <= seconds <= read_duration(highest):
            raise WrongValueError(f"{shown(value)} is out of range", f"write {lowest} to {highest}")
        return seconds

    return Reader(f"duration, {lowest}–{highest}", read)


_SIZE = re.compile(r"([0-9]{1,9})\s*([KMG]?)B?", re.IGNORECASE)


def read_size(value: object) -> int:
    """Bytes from a number of bytes or a text: "500 kB", "10 MB" (powers of 1000)."""
    size = 0
    if isinstance(value, int) and not isinstance(value, bool):
        size = value
    elif isinstance(value, str) and (parts := _SIZE.fullmatch(value.strip())):
        size = int(parts[1]) * {"": 1, "K": 1000, "M": 1000**2, "G": 1000**3}[parts[2].upper()]
    if not 1000 <= size <= 1000**3:
        raise WrongValueError(
            f"{shown(value)} is not a size between 1 kB and 1 GB", 'write "10 MB" or a number of bytes'
        )
    return size


def read_durations(value: object) -> tuple[float, ...]:
    """A list of durations, in seconds."""
    if not isinstance(value, list) or not value:
        raise WrongValueError(f"{shown(value)} is not a list of durations", 'write ["5s", "5m", "1h"]')
    return tuple(read_duration(one) for one in value)


def read_texts(value: object) -> tuple[str, ...]:
    """A list of non-empty strings; a single string counts as a list of one."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) and one.strip() for one in values):
        raise WrongValueError(f"{shown(value)} is not a list of texts", 'write ["one", "two"]')
    return tuple(one.strip() for one in values)


def read_numbers(value: object) -> tuple[int, ...]:
    """A list of whole numbers above 0; a single number counts as a list of one."""
    values = [value] if isinstance(value, int) else value
    if not isinstance(values, list) or not all(type(one) is int and 0 < one < 2**53 for one in values):
        raise WrongValueError(f"{shown(value)} is not a list of numbers", "write [123456789, 987654321]")
    return tuple(dict.fromkeys(values))


def read_table(value: object) -> dict[str, Any]:
    """A table of anything."""
    if not isinstance(value, dict):
        raise WrongValueError(f"{shown(value)} is not a table", "write { name = value }")
    return value


_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# A Telegram deep link carries "topic_" and the slug in 64 characters.
_LONGEST_SLUG = 56


def read_slug(value: object) -> str:
    """A name for addresses: small letters, digits, single hyphens; at most 56 characters."""
    if not isinstance(value, str) or not _SLUG.fullmatch(value) or len(value) > _LONGEST_SLUG:
        raise WrongValueError(
            f"{shown(value)} cannot stand in an address",
            f'use small letters, digits and single hyphens, at most {_LONGEST_SLUG}: "maritime-security"',
        )
    return value


def read_url(value: object) -> str:
    """An absolute http or https URL."""
    text = read_text(value)
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        whole = False
    if not whole or re.search(r"[\s\x00-\x1f\x7f]", text):
        raise WrongValueError(f"{shown(value)} is not a web address", 'write it in full: "https://example.org/news"')
    return text


def read_secret_url(value: object) -> str:
    """As `read_url`, for addresses that are secrets themselves (Slack's): the message never repeats it."""
    try:
        return read_url(value)
    except WrongValueError as wrong:
        raise WrongValueError("it is not a web address", wrong.remedy) from None


def read_site_url(value: object) -> str:
    """An absolute http or https URL of a site's root, its trailing slash removed; without user, query or fragment."""
    text = read_url(value).rstrip("/")
    parts = urlsplit(text)
    if parts.query or parts.fragment or parts.username is not None:
        raise WrongValueError(f"{shown(value)} is more than a site's root", 'write only "https://news.example.org"')
    return text


def read_source_url(value: object) -> str:
    """An absolute URL, or a path of this program's own site."""
    if isinstance(value, str) and value.startswith("/") and not value.startswith("//"):
        return value.strip()
    return read_url(value)


def read_time_zone(value: object) -> str:
    """An IANA name."""
    try:
        return zoneinfo.ZoneInfo(read_text(value)).key
    except (ValueError, OSError, KeyError):
        name = str(value)
        near = difflib.get_close_matches(name, sorted(zoneinfo.available_timezones()), n=1, cutoff=0.6)
        remedy = f'did you mean "{near[0]}"?' if near else 'write an IANA name such as "Asia/Ho_Chi_Minh"'
        raise WrongValueError(f"{shown(value)} is not a time zone", remedy) from None


_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{1,8}){0,4}")


def read_language(value: object) -> str:
    """A BCP 47 tag."""
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise WrongValueError(f"{shown(value)} is not a language tag", 'write "en", "vi" or "pt-BR"')
    return value


_TIME = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"
_DIGEST = re.compile(rf"off|daily {_TIME}|weekly (?:mon|tue|wed|thu|fri|sat|sun) {_TIME}")
_QUIET = re.compile(rf"({_TIME})\s*[-–]\s*({_TIME})")


def _clock(text: str) -> str:
    hours, minutes = text.split(":")
    return f"{int(hours):02d}:{minutes}"


def read_digest(value: object) -> str:
    """ "off", "daily HH:MM" or "weekly DAY HH:MM", in the destination's time zone."""
    text = " ".join(value.lower().split()) if isinstance(value, str) else ""
    if not _DIGEST.fullmatch(text):
        raise WrongValueError(f"{shown(value)} is not a digest", 'write "off", "daily 08:00" or "weekly mon 08:00"')
    *words, last = text.split(" ")
    return " ".join([*words, _clock(last)]) if words else last


def read_quiet(value: object) -> str:
    """ "HH:MM-HH:MM", in the destination's time zone; it may run over midnight."""
    parts = _QUIET.fullmatch(value.strip()) if isinstance(value, str) else None
    if not parts or _clock(parts[1]) == _clock(parts[2]):
        raise WrongValueError(f"{shown(value)} are not quiet hours", 'write "22:00-07:00"')
    return f"{_clock(parts[1])}-{_clock(parts[2])}"


_TAG = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?,[0-9]{4}(?:-[0-9]{2}){0,2}")


def read_tag(value: object) -> str:
    """Authority and date of a tag URI (RFC 4151, section 2.1): "news.example.org,2026"."""
    if not isinstance(value, str) or not _TAG.fullmatch(value):
        raise WrongValueError(f"{shown(value)} is not a host and a year", 'write "news.example.org,2026"')
    return value


_CHAT = re.compile(r"@[A-Za-z][A-Za-z0-9_]{3,31}|-?[0-9]{1,18}")


def read_chat(value: object) -> str:
    """A Telegram chat: its @name, or its number."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _CHAT.fullmatch(text):
        raise WrongValueError(
            f"{shown(value)} is not a Telegram chat", 'write "@channelname" or the number, -1001234567890'
        )
    return text


def read_webhook_secret(value: object) -> list[str]:
    """One signing secret, or several during a rotation, newest first: "whsec_" and 24 to 64 bytes in Base64."""
    secrets = [value] if isinstance(value, str) else value
    if not isinstance(secrets, list) or not secrets:
        raise WrongValueError("the secret is not a text", 'write "whsec_" followed by 24 to 64 bytes in Base64')
    for secret in secrets:
        try:
            fits = 24 <= len(base64.b64decode(str(secret).removeprefix("whsec_"), validate=True)) <= 64
        except (binascii.Error, ValueError):
            fits = False
        if not fits or not str(secret).startswith("whsec_"):
            raise WrongValueError(
                'a secret is not "whsec_" followed by 24 to 64 bytes in Base64',
                'make one with: echo "whsec_$(openssl rand -base64 32)"',
            )
    return [str(secret) for secret in secrets]


def read_variable_name(value: object) -> str:
    """The name of an environment variable. The message never repeats it: it may be the secret itself."""
    if not isinstance(value, str) or not re.fullmatch(r"(?!whsec_)[A-Za-z_][A-Za-z0-9_]*", value):
        raise WrongValueError(
            "it is not the name of a variable", 'write secret_env = "NAME", and set NAME to the secret'
        )
    return value


def read_token(value: object) -> str:
    """A secret that a person sends to be let in; at least 16 characters."""
    text = read_text(value)
    if len(text) < 16 or any(character.isspace() for character in text):
        raise WrongValueError(
            "it is shorter than 16 characters, or holds a space", "make one with: openssl rand -hex 24"
        )
    return text


def read_telegram_token(value: object) -> str:
    """A bot's token, as @BotFather gives it."""
    text = read_text(value)
    if not re.fullmatch(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,100}", text):
        raise WrongValueError("it is not a bot's token", "copy the whole line from @BotFather, 123456789:AA…")
    return text


def read_database_url(value: object) -> str:
    """A SQLAlchemy URL of SQLite or PostgreSQL. The message never repeats it: it may hold a password."""
    text = read_text(value)
    if not re.match(r"(?:sqlite:///|postgres(?:ql)?(?:\+psycopg)?://)", text):
        raise WrongValueError(
            "it names neither SQLite nor PostgreSQL", "write sqlite:///var/tocsin.db or postgresql://user@host/name"
        )
    return text


def read_broker_url(value: object) -> str:
    """The URL of Redis or RabbitMQ. The message never repeats it: it may hold a password."""
    text = read_text(value)
    if not re.match(r"(?:rediss?|amqps?)://.", text):
        raise WrongValueError("it names neither Redis nor RabbitMQ", "write redis://host:6379/0 or amqp://user@host")
    return text


def one_of(*words: str) -> Reader:
    """A reader of one of these words."""

    def read(value: object) -> str:
        if value not in words:
            raise WrongValueError(f"{shown(value)} is not known here", did_you_mean(str(value), words))
        return str(value)

    return Reader(" or ".join(f'"{word}"' for word in words), read)


TEXT = Reader("text", read_text)
FILLED_TEXT = Reader("text", read_filled_text)
FLAG = Reader("true or false", read_flag)
DURATION = Reader("duration", read_duration)
DURATIONS = Reader("list of durations", read_durations)
SIZE = Reader("size", read_size)
TEXTS = Reader("list of texts", read_texts)
NUMBERS = Reader("list of numbers", read_numbers)
TABLE = Reader("table", read_table)
SLUG = Reader("slug", read_slug)
URL = Reader("web address", read_url)
SECRET_URL = Reader("web address", read_secret_url)
SITE_URL = Reader("web address of a site's root", read_site_url)
SOURCE_URL = Reader("web address, or a path of this site", read_source_url)
TIME_ZONE = Reader("IANA time zone", read_time_zone)
LANGUAGE = Reader("language tag (BCP 47)", read_language)
DIGEST = Reader('"off", "daily HH:MM" or "weekly DAY HH:MM"', read_digest)
QUIET = Reader('"HH:MM-HH:MM"', read_quiet)
TAG = Reader("host and date (RFC 4151)", read_tag)
CHAT = Reader('"@name" or number', read_chat)
WEBHOOK_SECRET = Reader('"whsec_" and Base64, or a list of them', read_webhook_secret)
VARIABLE_NAME = Reader("name of a variable", read_variable_name)
TOKEN = Reader("text of 16 characters or more", read_token)
TELEGRAM_TOKEN = Reader("token from @BotFather", read_telegram_token)
DATABASE_URL = Reader("URL of SQLite or PostgreSQL", read_database_url)
BROKER_URL = Reader("URL of Redis or RabbitMQ", read_broker_url)
