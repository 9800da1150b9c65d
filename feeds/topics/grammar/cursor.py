"""Where reading stands in a query: the tokens, the scope, the limits. The rules of the grammar share it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Literal, NamedTuple

from feeds.errors import QueryError
from feeds.topics.grammar.tokens import Token, cut
from feeds.topics.query import Field, Node, Query

MAX_DEPTH = 40
"""Parentheses, fields, links of a chain of NEAR, and topics within each other."""
MAX_SIZE = 2_000
"""Words and phrases in one query, those of the topics it names included."""


class Scope(NamedTuple):
    """Where the words being read are to be looked for."""

    field: Field | Literal["lang"] = ""
    first: int = 0


ANYWHERE = Scope()


class Cursor(ABC):
    """Reads the tokens of one query from left to right; gathers warnings, counts words, and measures depth."""

    def __init__(self, text: str, language: str | None, topics: Mapping[str, Query]) -> None:
        self.text = text
        self.language = language
        self.topics = topics
        self.tokens = cut(text)
        self.at = 0
        self.size = 0
        self.depth = 0
        self.deepest = 0
        self.warnings: list[str] = []
        self.references: list[str] = []

    @abstractmethod
    def near(self, scope: Scope) -> Node:
        """Read a factor and what must be near it."""

    @abstractmethod
    def factor(self, scope: Scope) -> Node:
        """Read a word, a phrase, a group, or what begins with a field or a function."""

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def is_operator(self, *names: str) -> bool:
        token = self.tokens[self.at]
        return (token.kind == "and" and token.text in names) or (token.kind == "bar" and "OR" in names)

    def written(self, first: int, after: int) -> str:
        """Return the text of the tokens from one to before another."""
        return self.text[self.tokens[first].start : self.tokens[after - 1].end]

    def need_operand(self, operator: Token) -> None:
        """Refuse an operator, just taken, that has nothing after it to work on."""
        following = self.tokens[self.at]
        if following.kind == "word":
            return
        if following.kind in ("end", "close", "comma", "near") or self.is_operator("AND", "OR"):
            message = f"{operator.text} has nothing after it"
            raise self.fail(message, operator, "a word after it", self.without(operator))
        excludes = operator.kind == "minus" or operator.text == "NOT"
        if excludes and self.is_operator("NOT"):
            raise self.fail("two exclusions in a row", following, "a word or a phrase", self.without(following))

    # Limits

    def grow(self, count: int, token: Token) -> None:
        self.size += count
        if self.size > MAX_SIZE:
            message = f"the query has more than {MAX_SIZE:,} words and phrases"
            raise self.fail(message, token, "a smaller query", self.text[: token.start])

    def deeper(self, token: Token, levels: int = 1) -> None:
        """Go down; who goes up again lowers `depth`."""
        self.depth += levels
        self.deepest = max(self.deepest, self.depth)
        if self.depth > MAX_DEPTH:
            message = f"the query is nested more than {MAX_DEPTH} deep"
            raise self.fail(message, token, "a flatter query", self._flatter(token))

    def _flatter(self, token: Token) -> str:
        if token.kind != "open":
            return self.text[: token.start] if token.kind == "near" else self.without(token)
        inside = 0
        for other in self.tokens[self.tokens.index(token) :]:
            inside += (other.kind in ("open", "any")) - (other.kind == "close")
            if not inside:
                return f"{self.text[: token.start]} {self.text[token.end : other.start]} {self.text[other.end :]}"
        return self.without(token)

    # Errors

    def fail(self, message: str, token: Token, expected: str, suggestion: str | None = None) -> QueryError:
        """Return the error at a token. Where no suggestion is given, `corrections` finds one."""
        return QueryError(message, query=self.text, position=token.start, expected=expected, suggestion=suggestion)

    def without(self, token: Token, replacement: str = " ") -> str:
        """Return the query with one token replaced."""
        return " ".join(f"{self.text[: token.start]}{replacement}{self.text[token.end :]}".split())

    def unclosed(self, opening: Token) -> QueryError:
        """Return the error for a parenthesis that nothing closes."""
        inside = self.text[opening.end :].strip()
        whole = f"{self.text.rstrip()})" if inside else self.text[: opening.start]
        return self.fail("this parenthesis is not closed", opening, "a closing )", whole)
