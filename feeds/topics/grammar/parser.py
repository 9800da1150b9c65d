"""The rules of the grammar that hold the others together: what must all be there, alternatives, and exclusions.

query      = all of: item …                     a b   a AND b
item       = [-|NOT] near { OR near }           OR binds closer than a space, as on search pages
near       = factor { [NOT] [O]NEAR/n factor }
factor     = word | prefix* | "phrase" | =exact | (query) | field:factor | first/n factor
           | atleast/n factor | any(n, factor:weight …) | @topic
"""

from __future__ import annotations

from collections.abc import Mapping

from feeds.errors import QueryError
from feeds.topics.grammar.counts import read_count, read_weighted
from feeds.topics.grammar.cursor import ANYWHERE, Cursor, Scope
from feeds.topics.grammar.fields import read_field, read_topic
from feeds.topics.grammar.proximity import read_chain
from feeds.topics.grammar.tokens import Token
from feeds.topics.grammar.words import read_phrase, read_word, spelling
from feeds.topics.query import And, Leaf, Node, Not, Or, Query

_CONNECTIVES = ("and", "bar")
"""Kinds of tokens that AND, OR and NOT may be."""
_EITHER = "OR between what is wanted; the exclusion before or after it"


class Parser(Cursor):
    """Reads one query."""

    def __init__(self, text: str, language: str | None, topics: Mapping[str, Query]) -> None:
        super().__init__(text, language, topics)
        self.spelled = spelling(text, language)

    def parse(self) -> Query:
        """Read it to its end. Raises QueryError."""
        root = self.all_of(ANYWHERE, None)
        if self.spelled.guessed and not isinstance(root, Leaf):
            self.warnings.append(
                "In Vietnamese articles these syllables match with any accents."
                " Put those that belong together in quotation marks."
            )
        return Query(
            self.text,
            root,
            self.language,
            tuple(dict.fromkeys(self.warnings)),
            tuple(dict.fromkeys(self.references)),
            self.size,
            self.deepest,
        )

    def all_of(self, scope: Scope, opening: Token | None) -> Node:
        """Read items up to the closing parenthesis of `opening`, or to the end."""
        parts: list[Node] = []
        negative: Token | None = None
        conjunction: Token | None = None
        either: Token | None = None
        either_text = ""
        while True:
            token = self.tokens[self.at]
            kind = token.kind
            if kind == "close" and opening is not None:
                break
            if kind == "end":
                if opening is not None:
                    raise self.unclosed(opening)
                break
            if kind == "and" and token.text == "AND":
                conjunction = self.take()
                if not parts and negative is None:
                    raise self.nothing_before(conjunction)
                self.need_operand(conjunction)
                continue
            excluded = kind == "minus" or (kind == "and" and token.text == "NOT")
            if excluded:
                negative = self.take()
                self.need_operand(negative)
            start = self.at
            node = self.near(scope)
            if self.tokens[self.at].kind in _CONNECTIVES and self.is_operator("OR"):
                if excluded:
                    raise self.fail(
                        "an exclusion cannot be one of several alternatives", token, _EITHER, self.behind(token, start)
                    )
                either = either or self.next
                node = self.either(node, scope)
                either_text = self.written(start, self.at)
            parts.append(Not(node) if excluded else node)
        if not parts:
            raise self.nothing(opening)
        if either is not None and conjunction is not None:
            raise self.fail(
                "AND and OR without parentheses can be read in two ways",
                either,
                "parentheses",
                self.text.replace(either_text, f"({either_text})", 1),
            )
        if negative is not None and all(isinstance(part, Not) for part in parts):
            raise self.fail(
                "an exclusion needs something that is wanted beside it",
                negative,
                "a word before the exclusion",
                self.outside(opening) if opening is not None else self.wanted_first(),
            )
        if either is not None and len(parts) > 1:
            self.warnings.append(f"Read as ({either_text}): OR binds closer than a space. Parentheses make it plain.")
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def either(self, node: Node, scope: Scope) -> Node:
        """Read the alternatives after the first."""
        alternatives = [node]
        while self.is_operator("OR"):
            operator = self.take()
            self.need_operand(operator)
            if self.next.kind == "minus" or self.is_operator("NOT"):
                message = "an exclusion cannot be one of several alternatives"
                raise self.fail(message, self.next, _EITHER, self.without(operator))
            alternatives.append(self.near(scope))
        return Or(tuple(alternatives))

    def near(self, scope: Scope) -> Node:
        start = self.at
        left = self.factor(scope)
        return left if self.tokens[self.at].kind != "near" else read_chain(self, left, start, scope)

    def factor(self, scope: Scope) -> Node:
        token = self.tokens[self.at]
        self.at += 1
        match token.kind:
            case "word":
                return read_word(self, token, scope, self.spelled)
            case "phrase":
                return read_phrase(self, token, scope, self.spelled)
            case "open":
                return self.group(token, scope)
            case "field":
                return read_field(self, token, scope)
            case "reference":
                return read_topic(self, token, scope)
            case "count":
                return read_count(self, token, scope)
            case "any":
                return read_weighted(self, token, scope)
        raise self.misplaced(token)

    def group(self, opening: Token, scope: Scope) -> Node:
        """Read what stands in parentheses."""
        self.deeper(opening)
        node = self.all_of(scope, opening)
        self.take()
        self.depth -= 1
        return node

    # Errors

    def nothing(self, opening: Token | None) -> QueryError:
        """Return the error for a query or a pair of parentheses without anything in it."""
        if opening is None:
            start = len(self.text) - len(self.text.lstrip())
            message = "there is no word to look for"
            return QueryError(message, query=self.text, position=start, expected="a word or a phrase")
        rest = f"{self.text[: opening.start]} {self.text[self.next.end :]}"
        return self.fail("nothing stands between these parentheses", opening, "a word or a phrase", rest)

    def nothing_before(self, operator: Token) -> QueryError:
        message = f"{operator.text} has nothing before it"
        return self.fail(message, operator, "a word before it", self.without(operator))

    def behind(self, exclusion: Token, first: int) -> str:
        """Return the query in which the exclusion stands behind the alternatives that it was one of."""
        excluded = self.written(first, self.at)
        rest = self.text[self.tokens[self.at].end :]
        return f"{self.text[: exclusion.start]}{rest} -{excluded}"

    def outside(self, opening: Token) -> str:
        """Return the query without this pair of parentheses, which ends here."""
        closing = self.next
        return " ".join(
            f"{self.text[: opening.start]}{self.text[opening.end : closing.start]}{self.text[closing.end :]}".split()
        )

    def wanted_first(self) -> str:
        """Return the query with its first exclusion as something wanted."""
        first = self.tokens[0]
        return f"{self.text[: first.start]}{self.text[first.end :]}".strip()

    def moved(self, exclusion: Token) -> str:
        """Return the query with an exclusion before the function, or within the NEAR, that it stands after."""
        before = self.tokens[self.at - 2] if self.at > 1 else exclusion
        rest = self.text[exclusion.end :].lstrip()
        if before.kind == "near" and not before.text.startswith("NOT"):
            return f"{self.text[: before.start]}NOT {before.text} {rest}"
        if before.kind == "count":
            return f"{self.text[: before.start]}-{before.text} {rest}"
        return self.without(exclusion)

    def misplaced(self, token: Token) -> QueryError:
        """Return the error for a token that nothing begins with."""
        expected = 'a word, a "phrase" or a parenthesis'
        match token.kind:
            case "end":
                return self.fail("the query ends too early", token, expected)
            case "close":
                message = "this parenthesis was never opened"
                return self.fail(message, token, "an opening ( before it", self.without(token))
            case "comma":
                message = "a comma joins no words"
                return self.fail(
                    message, token, "OR between alternatives, or just a space", self.without(token, " OR ")
                )
            case "weight":
                message = "weights stand only within any(…)"
                return self.fail(message, token, "any(2, word:2 word)", self.without(token, ""))
            case "near":
                message = f"{token.text} has nothing before it"
                return self.fail(message, token, "a word or a phrase before it", self.without(token))
            case "minus":
                return self.fail("an exclusion cannot stand here", token, expected, self.moved(token))
            case "bar":
                return self.nothing_before(token)
            case _ if token.text == "OR":
                return self.nothing_before(token)
            case _ if token.text == "NOT":
                return self.fail("an exclusion cannot stand here", token, expected, self.moved(token))
        return self.fail(f"{token.text} cannot stand here", token, expected, self.without(token))
