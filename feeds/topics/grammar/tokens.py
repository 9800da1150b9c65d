"""The characters of a query, cut into tokens. Refuses what no query may hold; knows nothing of order or meaning."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from feeds.errors import QueryError
from feeds.topics.grammar import refusals
from feeds.topics.grammar.refusals import FIELDS, QUOTES
from feeds.topics.text import RUN

MAX_LENGTH = 20_000
"""Code points in one query."""


class Token(NamedTuple):
    """`kind` is a group name of the pattern below, or "end"; `start` and `end` are code points of the query."""

    kind: str
    text: str
    start: int
    end: int


_TOKEN = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<plain>(?!any\b)[a-z0-9]+(?=[\s)]|\Z))
    | (?P<open>\() | (?P<close>\)) | (?P<comma>,) | (?P<bar>\|)
    | (?P<near>(?:NOT\s+)?(?i:O?NEAR)/[-+]?\w*)
    | (?P<count>(?i:atleast|first)/[-+]?\w*)
    | (?P<any>any\s?\((?=\s*[-\d.]))
    | (?P<and>AND|OR|NOT)(?![\w*:.'’-])
    | (?P<field>(?i:{"|".join(FIELDS)}):)
    | (?P<reference>@[\w-]+)
    | (?P<weight>:[-+]?\d+(?:\.\d+)?(?![\w.-]))
    | (?P<phrase>=?[{QUOTES}][^{QUOTES}]*[{QUOTES}])
    | (?P<word>=?{RUN}\*?)
    | (?P<minus>[-−])
    | (?P<dot>[.…]+)
    | (?P<bad>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_OPERANDS = frozenset(("word", "phrase", "reference", "any", "count", "open", "field", "minus"))
_ENDINGS = frozenset(("word", "phrase", "reference", "close", "weight"))


def normal(text: str) -> str:
    """Return the query in normal form C, in which positions are counted.

    Raises QueryError for a query that is too long, empty, or holds characters that cannot be seen.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(
            f"the query has {len(text):,} characters; {MAX_LENGTH:,} are allowed",
            query=text,
            position=MAX_LENGTH,
            expected="a shorter query, or several topics named with @",
            suggestion=text[:MAX_LENGTH].rpartition(" ")[0],
        )
    if hidden := _HIDDEN.search(text):
        raise QueryError(
            f"an invisible character (U+{ord(hidden[0]):04X}) cannot be part of a query",
            query=text,
            position=hidden.start(),
            expected="text without control characters",
            suggestion=" ".join(_HIDDEN.sub(" ", text).split()),
        )
    if not text.strip():
        raise QueryError("the query is empty", query=text, position=0, expected="a word or a phrase")
    return unicodedata.normalize("NFC", text)


def cut(text: str) -> list[Token]:
    """Return the tokens of a query in normal form, without spaces, and "end" after the last.

    Raises QueryError for a character that means nothing here, an open quotation mark, and two words without a space.
    """
    found: list[Token] = []
    space = Token("space", " ", 0, 0)
    previous = Token("start", "", 0, 0)
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "bad"
        if kind == "space":
            previous = space
            continue
        if kind == "plain":
            # The usual case has a rule of its own: whatever else a word may be, it is not that.
            kind = "word"
        token = Token(kind, match[0], *match.span())
        if kind == "bad":
            raise refusals.meaningless(text, token.text, token.start)
        if kind == "dot":
            if len(token.text) > 1 or token.text == "…":
                refusals.refuse_dots(text, token.start, token.end)
            previous = token
            continue
        if kind in _OPERANDS and previous.kind in _ENDINGS:
            raise refusals.joined(text, token, previous)
        if kind == "minus" and text[token.end : token.end + 1].strip() in ("", ")", "-", "−"):
            raise refusals.lonely_minus(text, token.start, token.end)
        previous = token
        found.append(token)
    found.append(Token("end", "", len(text), len(text)))
    return found


def complete_words(text: str) -> list[str]:
    """Return the words and phrases of a text that need not be a query, in order, without anything between them."""
    found = []
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "phrase" and any(map(str.isalnum, match[0])):
            found.append(match[0])
        elif match.lastgroup in ("plain", "word", "reference"):
            word = match[0].strip("=*@_")
            found += [word] if any(map(str.isalnum, word)) else []
    return found


def first_kind(text: str) -> tuple[str, str]:
    """Return the kind and text of the first token of a text that need not be a query."""
    match = _TOKEN.search(text.strip())
    return (match.lastgroup or "bad", match[0]) if match else ("end", "")
