"""A suggestion beside every error: a query that can be read, as near as may be to what was meant."""

from __future__ import annotations

import re
from collections.abc import Callable

from feeds.errors import QueryError
from feeds.topics.grammar.foreign import PHRASES, translated
from feeds.topics.grammar.tokens import MAX_LENGTH, complete_words, first_kind

_MOST_CORRECTIONS = 8
"""Mistakes that a suggestion mends, one after the other."""
_MOST_WORDS = 20

_WORDLESS = re.compile(r"\bany\s*\(\s*[-\d.]*\s*,?|\blang:\S*")
"""What has letters and digits in it, but no word to look for."""

_EXAMPLE = '"violent extremism"'
_EXAMPLES = {
    "atleast": "atleast/3 (terror* extremis*)",
    "first": "first/50 terrorism",
    "any": "any(2, terror*:2 extremis*)",
    "title": "title:terrorism",
    "body": "body:terrorism",
    "author": 'author:"Nguyen Van A"',
    "source": "source:asean",
    "lang": "lang:en",
    "url": 'url:"example.org/news"',
}
"""Where nothing was typed yet but how it begins: how it may go on."""


def corrected(error: QueryError, read: Callable[[str], object]) -> str:
    """Return a query that `read` accepts, and that is another than the one with the error.

    Tried in this order: with the operators of other search pages in our words; the error's own suggestion, itself
    corrected if need be; the words alone; an example.
    """
    text = error.query[:MAX_LENGTH]
    for proposed in (translated(text), error.suggestion, _words_alone(text)):
        readable = _mended(proposed, error.query, read)
        if readable is not None:
            return readable
    kind, begun = first_kind(text)
    name = begun.rstrip(":/0123456789( ").lower()
    return _EXAMPLES.get(name, _EXAMPLE) if kind in ("field", "count", "any", "word", "plain") else _EXAMPLE


def _mended(proposed: str | None, text: str, read: Callable[[str], object]) -> str | None:
    """Return the proposed query with its own mistakes corrected, if it is not the person's again."""
    for _ in range(_MOST_CORRECTIONS):
        if not proposed or not proposed.strip() or proposed == text:
            return None
        try:
            read(proposed)
        except QueryError as error:
            proposed = error.suggestion
        else:
            return _tidy(proposed)
    return None


def _tidy(query: str) -> str:
    """Return a query without needless spaces; phrases stay as they are."""
    parts = PHRASES.split(query)
    for at in range(0, len(parts), 2):
        parts[at] = re.sub(r"(?<=\() | (?=\))", "", re.sub(r"\s+", " ", parts[at]))
    return "".join(parts).strip()


def _words_alone(text: str) -> str:
    """Return the words and phrases that were typed; operators as words, where there is nothing else."""
    words = complete_words(_WORDLESS.sub(" ", text))[:_MOST_WORDS]
    if words:
        return " ".join(words)
    kind, operator = first_kind(text)
    return f'"{operator.split()[0]}"' if kind == "and" else ""
