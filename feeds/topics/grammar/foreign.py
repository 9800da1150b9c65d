"""What people bring along from other search pages and professional databases, in words of this language.

Nothing here is accepted as a query: it makes the suggestion beside the refusal, and the warning beside a word that
looks like an operator.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeds.topics.grammar.refusals import QUOTES, narrow

if TYPE_CHECKING:
    from feeds.topics.grammar.cursor import Cursor
    from feeds.topics.grammar.tokens import Token

PHRASES = re.compile(f"(=?[{QUOTES}][^{QUOTES}]*[{QUOTES}])")
"""Splits a text so that every second part is a phrase."""
_SLOP = re.compile(r'"(\w+)\s+(\w+)"~(\d+)')
"""Lucene's phrase with room: "police raid"~5."""
_WORDS = (
    (
        re.compile(r"\b(?:NEAR|near)\s*\(\s*\(?([^,()]+),([^,()]+)\)?\s*,\s*(\d+)[^()]*\)"),
        r"\1 NEAR/\3 \2",
    ),  # Azure, SQL
    (re.compile(r"\b(?:AROUND|NEAR|ADJ)\s*\(\s*(\d+)\s*\)?"), r"NEAR/\1"),  # Google
    (re.compile(r"\bAROUND\s+(\d+)\b"), r"NEAR/\1"),
    (re.compile(r"\b(O?NEAR)\s+/\s*(\d+|[sp])\b|\b(O?NEAR)/\s+(\d+|[sp])\b"), r"\1\3/\2\4"),
    (re.compile(r"\b(O?NEAR):(\d+)\b"), r"\1/\2"),
    (re.compile(r"\b(?:[wWnN]/|near|(?:NEAR|ADJ|adj|AROUND)/?)(\d+)\b"), r"NEAR/\1"),  # Lexis, Factiva, ProQuest, EBSCO
    (re.compile(r"(?<!\w)[wW]?/([sp])\b"), r"NEAR/\1"),  # Lexis, Westlaw
    (re.compile(r"\b(?:(?:pre|PRE)/?|ONEAR)(\d+)\b"), r"ONEAR/\1"),
    (re.compile(r"(?<!\S)/([sp\d]+)(?!\S)"), r"NEAR/\1"),  # Westlaw
    (re.compile(r"\b(?:ADJ|AROUND)\b(?!\s*[/(])"), "ONEAR/1"),  # Ovid
    (re.compile(r"(?i)\batl(?:east)?(\d+)\s*(?=\()"), r"atleast/\1 "),  # Lexis
    (re.compile(r"\bATL(?:EAST)?(\d+)\b"), r"atleast/\1"),
    (re.compile(r"(?i)\bany\s*\((?=\s*[\d.])"), "any("),
    (re.compile(r"\b(?:AND|BUT)\s*NOT\b"), "NOT"),
    (re.compile(r"\s&&?\s"), " AND "),
    (re.compile(r"\|\|"), "OR"),
    (re.compile(r"(?<![^\s(])\+(?=[\w\"“(])"), ""),
    (re.compile(r"\[\s*(\d+)\s+TO\s+(\d+)\s*\]"), r"(\1 OR \2)"),  # Lucene
    (re.compile(r"\b\w+:(?=\(\d+ OR \d+\))"), ""),
    (re.compile(r"(?<!\S)-?(?:filetype|ext|before|after|date|daterange|when|info|define):\S+"), ""),
    (re.compile(r"(?<=\w)\.\*"), "*"),
)
_OPERATORS = re.compile(
    r"(?:O?NEAR|ADJ|AROUND|ATL|ATLEAST|PRE)\d+|(?:near|adj|atleast)\d+|O?NEAR|ADJ|AROUND|ATLEAST|FIRST(?=$)|ANDNOT|BUTNOT|BUT"
)
_LIKE_OPERATORS = {
    "and": "AND", "or": "OR", "not": "NOT",
    "VÀ": "AND", "HOẶC": "OR", "KHÔNG": "NOT", "ET": "AND", "OU": "OR", "SAUF": "NOT",
}  # fmt: skip
"""Words that may be meant as an operator, and the operator."""


def like_operator(word: str) -> str | None:
    """Return the operator that a word may be meant as: `or`, `HOẶC`, EBSCO's `N5`, `AND-drugs`."""
    if distance := re.fullmatch(r"[NW](\d{1,2})", word):
        return f"NEAR/{distance[1]}"
    joined = re.match("(AND|OR|NOT)-", word)
    return joined[1] if joined else _LIKE_OPERATORS.get(word)


def translated(text: str) -> str:
    """Return a query with the operators of others written as ours; phrases as they are."""
    text = _SLOP.sub(r"\1 NEAR/\3 \2", narrow(text))
    parts = PHRASES.split(text)
    for at in range(0, len(parts), 2):
        for pattern, ours in _WORDS:
            parts[at] = pattern.sub(ours, parts[at])
    return " ".join("".join(parts).split())


def refuse_operator(cursor: Cursor, token: Token) -> None:
    """Raise QueryError for a word that is an operator elsewhere, or one of ours without its number."""
    written = token.text
    if not _OPERATORS.fullmatch(written):
        return
    following = cursor.next
    if written in ("NEAR", "ONEAR"):
        ours = f"{written}/5"
        suggestion = cursor.without(token, ours if following.kind != "end" else " ")
        raise cursor.fail(f"{written} needs a distance", token, ours, suggestion)
    if written == "BUT" and not cursor.is_operator("NOT"):
        return
    ours = {
        "ADJ": "ONEAR/1",
        "AROUND": "NEAR/5",
        "ATLEAST": "atleast/2",
        "ANDNOT": "NOT",
        "BUTNOT": "NOT",
        "BUT": "NOT",
    }.get(written) or translated(written)
    replacement = " " if written == "BUT" else ours
    raise cursor.fail(f"{written} is not an operator; {ours} is", token, ours, cursor.without(token, replacement))
