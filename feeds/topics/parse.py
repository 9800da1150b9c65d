"""From the text of a query to what it means, or to an error with its place, what was expected, and a correction.

    query      = all of: item …                     a b   a AND b
    item       = [-|NOT] near { OR near }           OR binds closer than a space, as on search pages
    near       = factor { [NOT] [O]NEAR/n factor }
    factor     = word | prefix* | "phrase" | =exact | (query) | field:factor | first/n factor
               | atleast/n factor | any(n, factor:weight …) | @topic

`docs/topics.md` is the grammar for people; its examples are tests. What a query matches is `evaluate`'s affair.
The file is long because it is the whole grammar: its rules call each other, and are read against the lines above.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from feeds.errors import QueryError
from feeds.topics import foreign, lex, vietnamese
from feeds.topics.query import (
    And,
    AtLeast,
    Field,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Query,
    Weighted,
    leaves,
)
from feeds.topics.wording import Scope, WordReader

MAX_DEPTH = 40
"""Parentheses, fields, links of a chain of NEAR, and topics within each other."""
MAX_DISTANCE = 1_000
MAX_COUNT = 10_000
_MOST_CORRECTIONS = 8
"""Mistakes that a suggestion mends, one after the other."""
_CONNECTIVES = ("and", "bar")
"""Kinds of tokens that AND, OR and NOT may be."""


def parse(text: str, language: str | None = None, *, topics: Mapping[str, Query] | None = None) -> Query:
    """Read a query.

    `language` (BCP 47) is what the query is written in, where that is known: it helps only to understand Vietnamese
    typed without accents; which stems are compared is decided by each article's language. `topics` are the queries that
    `@slug` may name. Raises QueryError.
    """
    text = lex.normal(text)
    try:
        return _Parser(text, language, topics or {}).parse()
    except QueryError as error:
        error.suggestion = _checked(error.suggestion, text, language, topics or {})
        raise


def parse_all(texts: Mapping[str, tuple[str, str | None]]) -> dict[str, Query]:
    """Read topics that may name each other: slug → (text, language). Raises QueryError for the first wrong one.

    A circle of names is an error at the name that closes it; `QueryError.query` says in which topic's text.
    """
    done: dict[str, Query] = {}
    reading: list[str] = []

    def read(slug: str) -> Query:
        if slug in done:
            return done[slug]
        text, language = texts[slug]
        reading.append(slug)
        for token in lex.tokens(lex.normal(text)):
            named = token.text[1:]
            if token.kind != "reference" or named not in texts:
                continue
            if named in reading:
                circle = " → ".join([*reading[reading.index(named) :], named])
                raise QueryError(
                    f"the topics name each other in a circle: {circle}",
                    query=lex.normal(text),
                    position=token.start,
                    expected="a topic that does not lead back here",
                )
            if len(reading) > MAX_DEPTH:
                raise QueryError(
                    f"more than {MAX_DEPTH} topics name one another",
                    query=lex.normal(text),
                    position=token.start,
                    expected="a shorter chain of names",
                )
            read(named)
        done[slug] = parse(text, language, topics=done)
        reading.pop()
        return done[slug]

    for slug in texts:
        read(slug)
    return {slug: done[slug] for slug in texts}


def _checked(suggestion: str | None, text: str, language: str | None, topics: Mapping[str, Query]) -> str | None:
    """Return a query that can be read, and is another than the person's: the suggestion, itself corrected if need be.

    Where operators of other search pages stand in the text, those of this language are tried in their place first.
    """
    for proposed in (foreign.translated(text), suggestion):
        for _ in range(_MOST_CORRECTIONS):
            if proposed is None or proposed == text:
                break
            try:
                _Parser(lex.normal(proposed), language, topics).parse()
            except QueryError as error:
                proposed = error.suggestion
            else:
                return proposed
    return None


_ANYWHERE = Scope()


class _Parser(WordReader):
    def __init__(self, text: str, language: str | None, topics: Mapping[str, Query]) -> None:
        super().__init__(text, language)
        self.topics = topics
        self.tokens = lex.tokens(text)
        self.at = 0
        self.depth = 0
        self.deepest = 0
        self.references: list[str] = []

    def parse(self) -> Query:
        root = self.all_of(_ANYWHERE, None)
        return Query(
            self.text,
            root,
            self.language,
            tuple(dict.fromkeys(self.warnings)),
            tuple(dict.fromkeys(self.references)),
            self.size,
            self.deepest,
        )

    # Tokens

    @property
    def next(self) -> lex.Token:
        return self.tokens[self.at]

    def take(self) -> lex.Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def is_operator(self, *names: str) -> bool:
        token = self.tokens[self.at]
        return (token.kind == "and" and token.text in names) or (token.kind == "bar" and "OR" in names)

    # Rules

    def all_of(self, scope: Scope, opening: lex.Token | None) -> Node:
        """Read items up to the closing parenthesis of `opening`, or to the end."""
        first = self.next
        parts: list[Node] = []
        negative: lex.Token | None = None
        conjunction: lex.Token | None = None
        either: lex.Token | None = None
        either_text = ""
        while True:
            token = self.tokens[self.at]
            kind = token.kind
            if kind == "close" and opening is not None:
                break
            if kind == "end":
                if opening is not None:
                    raise self.fail("this parenthesis is not closed", opening, "a closing )", f"{self.text.rstrip()})")
                break
            if kind == "and" and token.text == "AND":
                conjunction = self.take()
                self.need_operand(conjunction, has_left=bool(parts) or negative is not None)
                continue
            excluded = kind == "minus" or (kind == "and" and token.text == "NOT")
            if excluded:
                negative = self.take()
                self.need_operand(negative, has_left=True)
            start = self.tokens[self.at].start
            node = self.near(scope)
            if self.tokens[self.at].kind in _CONNECTIVES and self.is_operator("OR"):
                if excluded:
                    raise self.fail(
                        "an exclusion cannot be one of several alternatives",
                        token,
                        "OR between what is wanted; the exclusion before or after it",
                    )
                either = either or self.next
                node = self.either(node, scope)
                either_text = self.text[start : self.tokens[self.at - 1].end]
            parts.append(Not(node) if excluded else node)
        if not parts:
            raise self.fail(
                "nothing stands between these parentheses" if opening else "there is no word to look for",
                opening or first,
                "a word or a phrase",
                self.without(first) if not opening else None,
            )
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
                self.without(negative, "") if len(parts) == 1 else None,
            )
        if either is not None and len(parts) > 1:
            self.warnings.append(f"Read as ({either_text}): OR binds closer than a space. Parentheses make it plain.")
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def either(self, node: Node, scope: Scope) -> Node:
        """Read the alternatives after the first."""
        alternatives = [node]
        while self.is_operator("OR"):
            operator = self.take()
            self.need_operand(operator, has_left=True)
            if self.next.kind == "minus" or self.is_operator("NOT"):
                raise self.fail(
                    "an exclusion cannot be one of several alternatives",
                    self.next,
                    "OR between what is wanted; the exclusion before or after it",
                    self.without(operator),
                )
            alternatives.append(self.near(scope))
        return Or(tuple(alternatives))

    def need_operand(self, operator: lex.Token, has_left: bool) -> None:
        """Refuse an operator that has nothing to work on."""
        name = "|" if operator.kind == "bar" else operator.text
        if not has_left:
            raise self.fail(f"{name} has nothing before it", operator, "a word before it", self.without(operator))
        following = self.tokens[self.at]
        if following.kind == "word":
            return
        if following.kind in ("end", "close", "comma", "near") or self.is_operator("AND", "OR"):
            raise self.fail(f"{name} has nothing after it", operator, "a word after it", self.without(operator))
        if operator.text != "AND" and operator.kind != "bar" and operator.text != "OR" and self.is_operator("NOT"):
            raise self.fail("two exclusions in a row", following, "a word or a phrase", self.without(following))

    def near(self, scope: Scope) -> Node:
        """Read a factor and what must be near it."""
        start = self.tokens[self.at]
        left = self.factor(scope)
        if self.tokens[self.at].kind != "near":
            return left
        depth = self.depth
        while self.next.kind == "near":
            operator = self.take()
            self.deeper(operator)
            distance, ordered, negated = self.distance(operator)
            right_start = self.next
            if right_start.kind in ("end", "close", "near") or self.is_operator("AND", "OR", "NOT"):
                raise self.fail(
                    f"{operator.text} has nothing after it",
                    operator,
                    "a word or a phrase after it",
                    self.without(operator),
                )
            right = self.factor(scope)
            for node, token in ((left, start), (right, right_start)):
                if not _has_places(node):
                    raise self.fail(
                        "only words, phrases and alternatives of them can be near something",
                        token,
                        'a word, a "phrase" or (a OR b)',
                    )
            fields = {leaf.field for leaf in (*leaves(left), *leaves(right))}
            if len(fields - {""}) > 1:
                raise self.fail("words of two fields are never near each other", operator, "AND", None)
            left = Near(left, right, distance, ordered, negated)
        self.depth = depth
        return left

    def distance(self, operator: lex.Token) -> tuple[int | Literal["s", "p"], bool, bool]:
        name, _, number = operator.text.partition("/")
        words = name.upper().split()
        negated, ordered = words[0] == "NOT", words[-1] == "ONEAR"
        if number.lower() in ("s", "p"):
            return cast(Literal["s", "p"], number.lower()), ordered, negated
        return self.number(operator, number, MAX_DISTANCE), ordered, negated

    def number(self, token: lex.Token, digits: str, most: int) -> int:
        """Return the number after the slash of an operator."""
        if digits.isascii() and digits.isdigit() and len(digits) < 9 and 1 <= int(digits) <= most:
            return int(digits)
        name = token.text.partition("/")[0]
        also = ", or s (sentence) or p (paragraph)" if token.kind == "near" else ""
        raise self.fail(
            f"{name}/ needs a number from 1 to {most:,}{also}",
            token,
            f"{name}/5",
            self.without(token, f"{name}/{most if len(digits) > 4 and digits.isdigit() else 5}"),
        )

    def factor(self, scope: Scope) -> Node:
        token = self.tokens[self.at]
        self.at += 1
        match token.kind:
            case "word":
                return self.word(token, scope)
            case "phrase":
                return self.phrase(token, scope)
            case "open":
                return self.group(token, scope)
            case "field":
                return self.field(token, scope)
            case "reference":
                return self.reference(token, scope)
            case "count":
                return self.counted(token, scope)
            case "any":
                return self.weighted(token, scope)
        raise self.misplaced(token)

    def misplaced(self, token: lex.Token) -> QueryError:
        expected = 'a word, a "phrase" or a parenthesis'
        match token.kind:
            case "end":
                return self.fail("the query ends too early", token, expected)
            case "close":
                return self.fail(
                    "this parenthesis was never opened", token, "an opening ( before it", self.without(token)
                )
            case "comma":
                return self.fail(
                    "a comma joins no words",
                    token,
                    "OR between alternatives, or just a space",
                    self.without(token, " OR "),
                )
            case "weight":
                return self.fail(
                    "weights stand only within any(…)", token, "any(2, word:2 word)", self.without(token, "")
                )
            case "near":
                return self.fail(
                    f"{token.text} has nothing before it", token, "a word or a phrase before it", self.without(token)
                )
            case "minus":
                return self.fail("an exclusion cannot stand here", token, expected, self.without(token))
        return self.fail(f"{token.text} cannot stand here", token, expected, self.without(token))

    def deeper(self, token: lex.Token, levels: int = 1) -> None:
        """Go down; who goes up again lowers `depth`."""
        self.depth += levels
        self.deepest = max(self.deepest, self.depth)
        if self.depth > MAX_DEPTH:
            raise self.fail(f"the query is nested more than {MAX_DEPTH} deep", token, "a flatter query")

    def group(self, opening: lex.Token, scope: Scope) -> Node:
        self.deeper(opening)
        node = self.all_of(scope, opening)
        self.take()
        self.depth -= 1
        return node

    def field(self, token: lex.Token, scope: Scope) -> Node:
        name = cast(Field, token.text[:-1].lower())
        if scope.field:
            raise self.fail("a field cannot stand within another field", token, "a word", self.without(token, ""))
        if scope.first and name not in ("title", "body"):
            raise self.fail("first/n counts the words of title and body only", token, "title: or body:")
        if self.next.kind not in ("word", "phrase", "open", "count"):
            raise self.fail(f"{token.text} needs a word or a phrase after it", token, f"{token.text}word")
        self.deeper(token)
        node = self.factor(Scope(name, scope.first))
        self.depth -= 1
        return node

    def reference(self, token: lex.Token, scope: Scope) -> Node:
        slug = token.text[1:]
        if scope != _ANYWHERE:
            raise self.fail("a topic's name cannot stand within a field or first/n", token, "a word or a phrase")
        query = self.topics.get(slug)
        if query is None:
            near = vietnamese.closest(slug, self.topics)
            raise self.fail(
                f"there is no topic «{slug}»",
                token,
                f"one of @{', @'.join(sorted(self.topics)[:10])}" if self.topics else "a topic that exists",
                self.without(token, f"@{near}") if near else None,
            )
        self.grow(query.size, token)
        self.deeper(token, query.depth + 1)
        self.depth -= query.depth + 1
        self.references += [slug, *query.references]
        return query.root

    def counted(self, token: lex.Token, scope: Scope) -> Node:
        name, _, digits = token.text.partition("/")
        number = self.number(token, digits, MAX_COUNT)
        if self.next.kind in ("end", "close", "comma", "near") or self.next.kind == "and":
            raise self.fail(f"{token.text} needs a word, a phrase or a group after it", token, f"{token.text} (a b)")
        self.deeper(token)
        if name.lower() == "first":
            if scope.field not in ("", "title", "body"):
                raise self.fail("first/n counts the words of title and body only", token, "title: or body:")
            node = self.factor(Scope(scope.field, number))
        else:
            if scope.field == "lang":
                raise self.fail("a language is not counted", token, "lang:en")
            node = AtLeast(number, self.places(scope))
        self.depth -= 1
        return node

    def places(self, scope: Scope) -> tuple[Node, ...]:
        """Read what `atleast/n` counts: one factor, or several in parentheses."""
        if self.next.kind != "open":
            start = self.next
            found = [self.factor(scope)]
        else:
            start = self.take()
            found = []
            while self.next.kind != "close":
                if self.next.kind == "end":
                    raise self.fail("this parenthesis is not closed", start, "a closing )", f"{self.text.rstrip()})")
                if found and (self.is_operator("OR") or self.next.kind == "comma"):
                    self.take()
                found.append(self.near(scope))
            self.take()
        if not found or not all(map(_has_places, found)):
            raise self.fail("only words, phrases and alternatives of them can be counted", start, '(word "phrase")')
        return tuple(found)

    def weighted(self, token: lex.Token, scope: Scope) -> Node:
        self.deeper(token)
        number = self.take()
        try:
            threshold = float(number.text)
        except ValueError:
            threshold = 0
        if not 0 < threshold < 1e6:
            raise self.fail(
                "any( begins with the sum to reach, a number above 0",
                number,
                "any(2, word:2 word)",
                self.without(number, "1"),
            )
        if self.next.kind != "comma":
            raise self.fail(
                "a comma stands after the sum to reach",
                self.next,
                "any(2, word:2 word)",
                self.without(number, f"{number.text},"),
            )
        self.take()
        items: list[tuple[float, Node]] = []
        while self.next.kind != "close":
            if self.next.kind == "end":
                raise self.fail("this parenthesis is not closed", token, "a closing )", f"{self.text.rstrip()})")
            if items and self.next.kind == "comma":
                self.take()
            if self.is_operator("OR", "AND", "NOT") or self.next.kind == "minus":
                raise self.fail(
                    "within any(…) things stand side by side; an exclusion has a negative weight",
                    self.next,
                    "any(2, wanted:2 unwanted:-2)",
                    self.without(self.next),
                )
            node = self.near(scope)
            weight = 1.0
            if self.next.kind == "weight":
                weight = float(self.take().text[1:])
            items.append((weight, node))
        self.take()
        self.depth -= 1
        if sum(weight for weight, _ in items if weight > 0) < threshold:
            raise self.fail(
                f"the weights never add up to {threshold:g}",
                number,
                "a smaller number",
                self.without(number, f"{max(1.0, sum(w for w, _ in items if w > 0)):g}"),
            )
        return Weighted(threshold, tuple(items))


def _has_places(node: Node) -> bool:
    """Is this something that stands at places of the text?"""
    match node:
        case Leaf():
            return True
        case Or(children):
            return all(map(_has_places, children))
        case Near():
            return True
        case _:
            return False
