"""When do titles and texts say the same? Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata

SIMILAR_TITLE = 0.5
"""Share of the shorter title's words that the other one has."""
EDITED_TITLE = 0.6
"""Share of the longer title's words that an edit leaves."""
LEAST_TITLE = 4
"""Words; a shorter title alone ("Press release") is no name."""

_WORD = re.compile(r"[^\W_]+")
# Letters in lower case and figures; blanks for all else.
_ASCII_WORDS = bytes(ord(chr(code).lower()) if code < 128 and chr(code).isalnum() else 32 for code in range(256))


def words(text: str) -> list[str]:
    """The words of a text, without case and punctuation."""
    if text.isascii():  # the same, several times as fast
        return text.encode("ascii").translate(_ASCII_WORDS).decode("ascii").split()
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def similar_titles(one: str, other: str) -> bool:
    """Whether one title may be the other after an edit; an empty one may be any."""
    own, others = set(words(one)), set(words(other))
    if not own or not others:
        return True
    return len(own & others) >= SIMILAR_TITLE * min(len(own), len(others))


def edited_title(one: str, other: str) -> bool:
    """Whether one title is surely the other after an edit: most words and all figures are the same."""
    own, others = set(words(one)), set(words(other))
    if min(len(own), len(others)) < LEAST_TITLE:
        return False
    figures = any(character.isdigit() for word in own ^ others for character in word)
    return not figures and len(own & others) >= EDITED_TITLE * max(len(own), len(others))


def text_fingerprint(title: str, text: str = "") -> str:
    """32 hex digits, prefixed "t" where there is no text: the same for the same words.

    Case, punctuation and white space don't count, nor do figures in the text: "3 hours ago" and view counters are not
    what it says.
    """
    title_words = " ".join(words(title)).encode()
    if text.isascii():  # the same, without a string for each word
        encoded = text.encode("ascii").translate(_ASCII_WORDS)
        if len(encoded.translate(None, b"0123456789")) != len(encoded):
            text_words = b" ".join([word for word in encoded.split() if not word.isdigit()])
        else:  # one blank for each run of them, without a value for each word either
            while b"  " in encoded:
                encoded = encoded.replace(b"  ", b" ")
            text_words = encoded.strip()
    else:
        # A word that begins with an ASCII letter is no number: most need not be asked.
        text_words = " ".join([word for word in words(text) if "a" <= word < "{" or not word.isdigit()]).encode()
    digest = hashlib.sha256(b"%b\n%b" % (title_words, text_words)).hexdigest()[:32]
    return digest if text_words else f"t{digest}"
