"""From the text of a query to what it means, or to an error with its place, what was expected, and a correction.

    text ─ tokens ─→ tokens ─ parser ─→ Query
             │                  ├─ words        word, prefix*, "phrase", =exact
             │                  ├─ proximity    NEAR/n, ONEAR/n, NOT NEAR/n
             │                  ├─ fields       title: … lang: @topic
             │                  └─ counts       atleast/n, first/n, any(n, …)
             └─ refusals ─→ QueryError ←─┘ ─ corrections, foreign ─→ with a query that can be read

`docs/topics.md` is the grammar for people; its examples are tests. What a query matches is `evaluate`'s affair.
"""

from __future__ import annotations

from collections.abc import Mapping

from feeds.errors import QueryError
from feeds.topics.grammar import tokens
from feeds.topics.grammar.corrections import corrected
from feeds.topics.grammar.cursor import MAX_DEPTH
from feeds.topics.grammar.parser import Parser
from feeds.topics.query import Query

__all__ = ["parse", "parse_all"]


def parse(text: str, language: str | None = None, *, topics: Mapping[str, Query] | None = None) -> Query:
    """Read a query.

    `language` (BCP 47) is what the query is written in, where that is known: it helps only to understand Vietnamese
    typed without accents; which stems are compared is decided by each article's language. `topics` are the queries that
    `@slug` may name. Raises QueryError, always with a suggestion.
    """
    try:
        return _read(text, language, topics or {})
    except QueryError as error:
        error.suggestion = corrected(error, lambda proposed: _read(proposed, language, topics or {}))
        raise


def parse_all(texts: Mapping[str, tuple[str, str | None]]) -> dict[str, Query]:
    """Read topics that may name each other: slug → (text, language). Raises QueryError for the first wrong one.

    A circle of names is an error at the name that closes it; `QueryError.query` says in which topic's text.
    """
    done: dict[str, Query] = {}
    reading: list[str] = []

    def refused(message: str, slug: str, token: tokens.Token, expected: str) -> QueryError:
        text, language = texts[slug]
        text = tokens.normal(text)
        rest = f"{text[: token.start]} {text[token.end :]}"
        error = QueryError(message, query=text, position=token.start, expected=expected, suggestion=rest)
        error.suggestion = corrected(error, lambda proposed: _read(proposed, language, done))
        return error

    def read(slug: str) -> Query:
        if slug in done:
            return done[slug]
        text, language = texts[slug]
        reading.append(slug)
        for token in _names(text, language, done):
            named = token.text[1:]
            if named not in texts:
                continue
            if named in reading:
                circle = " → ".join([*reading[reading.index(named) :], named])
                message = f"the topics name each other in a circle: {circle}"
                raise refused(message, slug, token, "a topic that does not lead back here")
            if len(reading) > MAX_DEPTH:
                message = f"more than {MAX_DEPTH} topics name one another"
                raise refused(message, slug, token, "a shorter chain of names")
            read(named)
        done[slug] = parse(text, language, topics=done)
        reading.pop()
        return done[slug]

    for slug in texts:
        read(slug)
    return {slug: done[slug] for slug in texts}


def _names(text: str, language: str | None, topics: Mapping[str, Query]) -> list[tokens.Token]:
    """Return the names of topics in a query."""
    try:
        found = tokens.cut(tokens.normal(text))
    except QueryError as error:
        error.suggestion = corrected(error, lambda proposed: _read(proposed, language, topics))
        raise
    return [token for token in found if token.kind == "reference"]


def _read(text: str, language: str | None, topics: Mapping[str, Query]) -> Query:
    return Parser(tokens.normal(text), language, topics).parse()
