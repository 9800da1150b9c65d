"""Topics: the query language, what it matches, and why. Pure: no database, no network, no clock.

    text ─ parse ─→ Query ─┬─ evaluate(query, article) → Match | None       one query, one article
                           ├─ evaluate_each(query, articles)                one query, many articles
                           ├─ Index.match(article) → [Match]                one article, all stored queries
                           ├─ why_not(query, article) → Explanation         which clause failed, and how near it came
                           └─ preview.preview, suggest, fts5_expression     before saving, and after votes

`docs/topics.md` is the language on one page. Rooms: `text` (words and their forms), `language` (which one is it?),
`grammar` (from typed text to a query), `query` (what a query is made of), `document` (an article as words at places),
`evaluate`, `explain`, `near` (which places are?), `display` (a match made visible); `index` (all stored queries at
once); `reader` (one query, many articles), `fulltext` and `preview` (tried before saved), `feedback` (changed by
votes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feeds.topics.display import best_sentence, marked, matched_words
from feeds.topics.evaluate import evaluate, prove
from feeds.topics.explain import Clause, Explanation, why_not
from feeds.topics.feedback import Suggestion, Vote, suggest
from feeds.topics.fulltext import fts5_expression, tsquery_expressions
from feeds.topics.grammar import parse, parse_all
from feeds.topics.query import Query

if TYPE_CHECKING:
    from feeds.topics.index import Index, evaluate_each

__all__ = [
    "Clause",
    "Explanation",
    "Index",
    "Query",
    "Suggestion",
    "Vote",
    "best_sentence",
    "evaluate",
    "evaluate_each",
    "fts5_expression",
    "marked",
    "matched_words",
    "parse",
    "parse_all",
    "prove",
    "suggest",
    "tsquery_expressions",
    "why_not",
]


def __getattr__(name: str) -> Any:
    """Import the index when it is asked for: it brings numpy, and a command that only reads a query need not wait."""
    if name in ("Index", "evaluate_each"):
        from feeds.topics import index

        return getattr(index, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
