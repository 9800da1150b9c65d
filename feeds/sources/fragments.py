"""The small things inside a feed's elements: pieces of HTML as plain text, addresses, dates, names of people.

Pure, linear in the length of what it is given, and without an error for any input.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from feeds.dates import EARLIEST, parse_date
from feeds.markup import clean_text
from feeds.model import Enclosure

LONGEST_URL = 4_000
_LONGEST_FRAGMENT = 2_000_000
_MOST_ENCLOSURES = 20
_MOST_BYTES = 1 << 50
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,80}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")

# A tag is one only by a name that HTML has: "Use <T> and 1 < 2 > 0" keeps all it says.
_BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "h1", "h2", "h3",
    "h4", "h5", "h6", "head", "header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol",
    "optgroup", "option", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead",
    "title", "tr", "ul", "video", "audio",
])  # fmt: skip
_INLINE = frozenset([
    "a", "abbr", "acronym", "applet", "area", "b", "base", "basefont", "bdi", "bdo", "big", "blink", "button",
    "canvas", "cite", "code", "col", "colgroup", "data", "datalist", "del", "dfn", "em", "embed", "font",
    "frame", "i", "img", "input", "ins", "kbd", "label", "link", "map", "mark", "marquee", "meta", "meter",
    "nobr", "noframes", "object", "output", "param", "picture", "progress", "q", "rp", "rt", "ruby", "s",
    "samp", "slot", "small", "source", "span", "strike", "strong", "sub", "sup", "time", "track", "tt", "u",
    "var", "wbr",
])  # fmt: skip
_UNSEEN = frozenset(["script", "style", "noscript", "template", "iframe", "svg", "textarea", "select"])
# Tags without attributes, as they stand between < and >, to what takes their place: nearly all tags of most texts.
_BARE = {f"{slash}{name}": "\n" if name in _BLOCKS else "" for name in _BLOCKS | _INLINE for slash in ("", "/")}
_LONGEST_BARE = max(map(len, _BARE))
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?=[\s/>])([^<>]*)>")
# Where a quoted value holds "<" or ">", as a browser reads it; a quotation mark that nothing closes soon is none.
_TAG_WITH_VALUES = re.compile(
    r"""<(/?)([A-Za-z][A-Za-z0-9]*)(?=[\s/>])((?:[^<>"']++|"[^"]{0,1000}+"|'[^']{0,1000}+')*+)>"""
)
_OTHER_SPACE = r"\t\f\v\xa0\u2000-\u200b\u202f\u205f\u3000"
# A single plain space stays as it is: to replace each by itself would take longer than all the rest.
_SPACE_IN_LINE = re.compile(rf"[{_OTHER_SPACE}][ {_OTHER_SPACE}]*+| [ {_OTHER_SPACE}]++")
# An address that needs no second look: nearly all of most feeds.
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)*+(?::[0-9]{1,4})?(?:/[!-~]*+)?")
_REFERENCE = re.compile(r"&(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_DEEP_ENTITY = re.compile(r"&(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[a-zA-Z]{2,8});")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")  # RFC 5322 §3.3
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_RFC_822 = re.compile(
    r"(?:[A-Za-z]{3,9},?\s{1,3})?(\d{1,2})\s([A-Za-z]{3})[a-z]{0,6}\s(\d{4})\s(\d{1,2}):(\d\d)(?::(\d\d))?\s?"
    r"(Z|UTC?|GMT|[+-]\d{4})",
    re.ASCII,
)
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)", re.ASCII)
_ADDRESS_AND_NAME = re.compile(r"\s*[^\s@()<>]+@[^\s@()<>]+\s*\(([^()]{1,200})\)\s*")
_NAME_AND_ADDRESS = re.compile(r"\s*([^<>@]{1,200}?)(?:\s*<|\s+)[^\s@<>]+@[^\s@<>]+>?\s*")


def plain(fragment: str) -> str:
    """HTML as plain text: tags out, entities resolved, block elements as line breaks, no empty lines, trimmed."""
    if not fragment:
        return ""
    text = fragment[:_LONGEST_FRAGMENT]
    if "<" in text:
        text = _without_tags(text)
    if "&" in text:
        text = unescaped(text)
        if _DEEP_ENTITY.search(text):  # escaped once too often: "&amp;#8217;"
            text = unescaped(text)
    lines = "\n" in text
    if not (text.isascii() and (text.replace("\n", "") if lines else text).isprintable()):
        text = _SPACE_IN_LINE.sub(" ", clean_text(text))
        lines = "\n" in text
    elif "  " in text:  # and nothing else that is not as it should be
        text = _SPACE_IN_LINE.sub(" ", text)
    if not lines:
        return text.strip()
    return "\n".join([line for part in text.split("\n") if (line := part.strip(" "))]).strip()


def unescaped(text: str) -> str:
    """References to characters resolved; only with their semicolon, or `?a=1&copy=2` would lose a parameter."""
    return _REFERENCE.sub(lambda match: html.unescape(match.group()), text)


def one_line(fragment: str) -> str:
    """`plain` on one line: a title, a name."""
    return " ".join(plain(fragment).split())


def _without_tags(text: str) -> str:
    pieces = text.split("<")
    parts = [pieces[0]]
    for piece in pieces[1:]:
        name, end, rest = piece.partition(">")
        instead = _BARE.get(name)
        if instead is None or not end:
            return _without_any_tags(text)
        parts += (instead, rest)
    return "".join(parts).replace("]]>", "")


def _without_any_tags(text: str) -> str:
    parts: list[str] = []
    place = 0
    while (start := text.find("<", place)) >= 0:
        parts.append(text[place:start])
        bare_end = text.find(">", start, start + _LONGEST_BARE + 2)
        bare = _BARE.get(text[start + 1 : bare_end]) if bare_end > 0 else None
        if bare is not None:
            parts.append(bare)
            place = bare_end + 1
            continue
        if text.startswith("<!--", start):
            end = text.find("-->", start + 4)
            place = end + 3 if end >= 0 else len(text)
            continue
        if text.startswith(("<![CDATA[", "<!DOCTYPE", "<!doctype"), start):
            skipped = 9 if text[start + 2] == "[" else (text.find(">", start) + 1 or len(text)) - start
            place = start + skipped
            continue
        tag = _tag_at(text, start)
        name = tag.group(2).lower() if tag else ""
        if tag and name in _UNSEEN:
            place = tag.end()
            if not tag.group(1) and not tag.group(3).endswith("/"):
                closing = re.compile(rf"</{name}[\s>]", re.IGNORECASE).search(text, place)
                place = (text.find(">", closing.start()) + 1 or len(text)) if closing else len(text)
            parts.append(" ")
        elif tag and (name in _BLOCKS or name in _INLINE):
            parts.append("\n" if name in _BLOCKS else "")
            place = tag.end()
        else:
            parts.append("<")
            place = start + 1
    parts.append(text[place:])
    return "".join(parts).replace("]]>", "")


def _tag_at(text: str, start: int) -> re.Match[str] | None:
    tag = _TAG.match(text, start)
    if tag is not None and not tag.group(3).count('"' if '"' in tag.group(3) else "'") % 2:
        return tag
    return _TAG_WITH_VALUES.match(text, start) or tag


def looks_like_html(text: str) -> bool:
    """Whether there is a tag of HTML in it."""
    return any(match.group(2).lower() in _BLOCKS | _INLINE | _UNSEEN for match in _TAG.finditer(text[:20_000]))


def shortened(text: str, length: int) -> str:
    """At most `length` characters, cut at a space and marked "…"."""
    if len(text) <= length:
        return text
    kept, space, _ = text[:length].rpartition(" ")
    return f"{kept if space else text[: length - 1]}…"


def web_address(text: str | None, base: str) -> str | None:
    """An absolute http(s) URL, or None for anything else (`javascript:`, `mailto:`, nonsense)."""
    if not text:
        return None
    address = _clean_address(text.strip())
    if _PLAIN_ADDRESS.fullmatch(address):
        return address if len(address) <= LONGEST_URL else None
    if not address:
        return None
    try:
        absolute = address if address.lower().startswith(("http://", "https://")) else urljoin(base, address)
        parts = urlsplit(absolute)
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            return None
        _ = parts.port
    except ValueError:
        return None
    return absolute if len(absolute) <= LONGEST_URL else None


def enclosures_of(said: Iterable[Sequence[Any]], base: str) -> tuple[Enclosure, ...]:
    """The files that an item hands out, each once: from (address, media type, bytes) as the feed says them."""
    found: dict[str, Enclosure] = {}
    for address, kind, length in said:
        url = web_address(address, base) if isinstance(address, str) else None
        if url is not None and len(found) < _MOST_ENCLOSURES:
            found.setdefault(url, Enclosure(url, _media_type(kind), _bytes(length)))
    return tuple(found.values())


def _media_type(said: Any) -> str:
    kind = said.strip().lower() if isinstance(said, str) else ""
    return kind if _MEDIA_TYPE.fullmatch(kind) else ""


def _bytes(said: Any) -> int | None:
    """None for no number, and for the 0 that feeds write where they do not know."""
    if isinstance(said, str):
        said = int(said) if said.isascii() and said.isdecimal() and len(said) < 16 else None
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 < said < _MOST_BYTES else None


def _clean_address(address: str) -> str:
    if "&amp;" in address:  # escaped once too often; no URL has this on purpose
        address = address.replace("&amp;", "&")
    if not address.isprintable():
        address = "".join(line.strip() for line in address.splitlines())
        address = "".join(character for character in address if character.isprintable())
    return address.replace(" ", "%20")


def moment(text: str | None, time_zone: str = "UTC", now: datetime | None = None) -> datetime | None:
    """A date of a feed, aware, in its own offset; without one, in `time_zone`. None before 1990.

    With `now`, also None more than a day ahead of it.
    """
    if not text:
        return None
    trimmed = " ".join(text[:200].split())
    found = _standard_moment(trimmed)
    if found is None:
        return parse_date(trimmed, time_zone=time_zone, now=now)
    if found < EARLIEST or found.year > 2200 or (now is not None and found > now + timedelta(days=1)):
        return None
    return found


def _standard_moment(text: str) -> datetime | None:
    """The two forms that the standards ask for, without the price of guessing."""
    try:
        if _ISO.fullmatch(text):
            return datetime.fromisoformat(text)
        if match := _RFC_822.fullmatch(text):
            day, month, year, hour, minute, second, zone = match.groups()
            offset = UTC if zone[0] not in "+-" else _offset(zone)
            number = _MONTHS[month.lower()]
            return datetime(
                int(year), number, int(day), int(hour), int(minute), min(59, int(second or 0)), tzinfo=offset
            )
    except (ValueError, KeyError):
        pass
    return None


@lru_cache(maxsize=64)
def _offset(text: str) -> timezone:
    minutes = int(text[1:3]) * 60 + int(text[3:5])
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))


def person(text: str) -> str | None:
    """The name of somebody given as RSS gives it ("a@b.org (Ann)", "Ann <a@b.org>"); an address alone is no name."""
    line = one_line(text)[:300]
    if "@" not in line:
        return line or None
    for pattern in (_ADDRESS_AND_NAME, _NAME_AND_ADDRESS):
        if match := pattern.fullmatch(line):
            return match.group(1).strip(" \"'(") or None
    return line if " " in line else None
