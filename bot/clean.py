"""Foreign text made fit to be shown: no control characters, no bidirectional overrides, no towers of accents. Pure."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

MAXIMUM_MARKS = 3
"""Combining marks kept on one letter: Vietnamese needs two when decomposed, "Zalgo" text uses dozens."""
MAXIMUM_URL_LENGTH = 2048

# Characters that reorder, hide or break the text around them: C0 and C1 controls but tab and newline, soft hyphen,
# bidirectional marks, embeddings, overrides and isolates, word joiners and invisible operators, variation-like tags,
# interlinear annotations, non-characters. U+200D and U+FE0F stay: emoji need them.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_URL = re.compile(r"[^\s\x00-\x20\x7f<>\"\\^`{|}]+")


def one_line(text: object, maximum: int = 20_000) -> str:
    """Any value as one line of clean text, no space at its ends; only its first `maximum` characters are looked at."""
    return inner(text, maximum).strip()


def inner(text: object, maximum: int = 20_000) -> str:
    """Like `one_line`, but a space at either end is kept: for a piece out of the middle of a sentence."""
    if text is None:
        return ""
    shown = _FORBIDDEN.sub("", _SPACE.sub(" ", str(text)[:maximum]))
    shown = unicodedata.normalize("NFC", _SURROGATE.sub("\ufffd", shown))
    return _SPACE.sub(" ", _without_towers(shown))


def _without_towers(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= MAXIMUM_MARKS:
            kept.append(character)
    return "".join(kept)


def web_address(url: object) -> str | None:
    """The address if it is one of the web that a message may link to; anything else (`javascript:`, spaces) is None."""
    if not isinstance(url, str) or len(url) > MAXIMUM_URL_LENGTH or not _URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and host and not _FORBIDDEN.search(url) else None


def units(text: str) -> int:
    """Its length in UTF-16 code units, the measure of Telegram's offsets."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, maximum: int) -> str:
    """At most `maximum` UTF-16 units: cut after a word, with "…", never inside a letter with its marks or an emoji."""
    if units(text) <= maximum:
        return text
    if maximum < 1:
        return ""
    end, used = 0, 1
    for character in text:
        used += units(character)
        if used > maximum:
            break
        end += 1
    while end > 0 and _clings(text, end):
        end -= 1
    space = text.rfind(" ", 0, end + 1)
    if space > end // 2:
        end = space
    return text[:end].rstrip(" ,;:–—-\u200d") + "…"


def _clings(text: str, at: int) -> bool:
    """Whether the character at `at` belongs to the one before it."""
    return (
        text[at - 1] == "\u200d"
        or text[at] == "\u200d"
        or unicodedata.category(text[at])[0] == "M"
        or ("\U0001f3fb" <= text[at] <= "\U0001f3ff")
    )
