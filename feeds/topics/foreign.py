"""What people bring along from other search pages and professional databases, in words of this language.

Nothing here is accepted as a query: it only makes the suggestion beside the refusal.
"""

from __future__ import annotations

import re

_WORDS = (
    (re.compile(r"\bAROUND\s*\(\s*(\d+)\s*\)"), r"NEAR/\1"),  # Google
    (re.compile(r"\b(O?NEAR)\s+/\s*(\d+|[sp])\b|\b(O?NEAR)/\s+(\d+|[sp])\b"), r"\1\3/\2\4"),
    (re.compile(r"\b(?:[wW]|NEAR|ADJ|AROUND)/?(\d+)\b"), r"NEAR/\1"),  # Lexis, Factiva, ProQuest
    (re.compile(r"\b(?:[wW]/|/)([sp])\b"), r"NEAR/\1"),  # Lexis, Westlaw
    (re.compile(r"\b(?:pre|PRE|ONEAR)/?(\d+)\b"), r"ONEAR/\1"),
    (re.compile(r"(?<!\S)/([sp\d]+)(?!\S)"), r"NEAR/\1"),  # Westlaw
    (re.compile(r"(?i)\bany\s*\((?=\s*[\d.])"), "any("),
    (re.compile(r"\s&&?\s"), " AND "),
    (re.compile(r"\|\|"), "OR"),
    (re.compile(r"(?<![^\s(])\+(?=[\w\"“(])"), ""),
    (re.compile(r"(?<!\S)-?(?:filetype|cache|related|before|after):\S+"), ""),
)
GLUED = re.compile(r"(?:O?NEAR|ADJ|AROUND)\d+")
"""An operator and its distance written as one word."""


def translated(text: str) -> str:
    """Return a query with the operators of others written as ours."""
    for pattern, ours in _WORDS:
        text = pattern.sub(ours, text)
    return " ".join(text.split())
