"""What a query's text says about Vietnamese, and about slips of the pen. Only warnings and suggestions depend on it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from feeds.topics.language import VIETNAMESE_LETTER

_PLAIN_SYLLABLE = re.compile(
    "(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx])?"
    "(?:a[iouy]?|e[ou]?|i(?:a|eu?|u)?|o(?:a[ioy]?|eo?|i)?|u(?:ay?|e|i|o[iu]?|u|y(?:a|eu?|u)?)?|y(?:eu?)?)"
    "(?:ch|ng|nh|[cmnpt])?",
    re.IGNORECASE,
)


def shows(text: str) -> bool:
    """Has the text letters that only Vietnamese has?"""
    return not text.isascii() and VIETNAMESE_LETTER.search(text) is not None


def is_plain_syllable(word: str) -> bool:
    """Could this word be one Vietnamese syllable typed without accents?"""
    return word.isascii() and _PLAIN_SYLLABLE.fullmatch(word) is not None


def closest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that was probably meant."""
    return next(iter(difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)), None)
