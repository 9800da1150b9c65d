"""`atleast/n (…)`, `first/n (…)` and `any(n, word:weight …)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feeds.topics.grammar.cursor import Cursor, Scope
from feeds.topics.grammar.proximity import has_places, read_number
from feeds.topics.query import AtLeast, Node, Weighted

if TYPE_CHECKING:
    from feeds.topics.grammar.tokens import Token

MAX_COUNT = 10_000


def read_count(cursor: Cursor, token: Token, scope: Scope) -> Node:
    """Read `atleast/n` or `first/n` and what stands after it."""
    name, _, digits = token.text.partition("/")
    number = read_number(cursor, token, digits, MAX_COUNT)
    if cursor.next.kind in ("end", "close", "comma", "near") or cursor.is_operator("AND", "OR"):
        raise cursor.fail(
            f"{token.text} needs a word, a phrase or a group after it",
            token,
            f"{token.text} (a b)",
            cursor.without(token),
        )
    cursor.deeper(token)
    if name.lower() == "first":
        if scope.field not in ("", "title", "body"):
            message = "first/n counts the words of title and body only"
            raise cursor.fail(message, token, "title: or body:", _without(cursor, token))
        node = cursor.factor(Scope(scope.field, number))
    else:
        if scope.field == "lang":
            raise cursor.fail("a language is not counted", token, "lang:en", _without(cursor, token))
        node = AtLeast(number, _places(cursor, token, scope))
    cursor.depth -= 1
    return node


def _without(cursor: Cursor, function: Token) -> str:
    """Return the query without `atleast/n` or `first/n`; what it stood before stays."""
    return f"{cursor.text[: function.start]}{cursor.text[function.end :].lstrip()}"


def _places(cursor: Cursor, function: Token, scope: Scope) -> tuple[Node, ...]:
    """Read what `atleast/n` counts: one factor, or several in parentheses."""
    start = cursor.next
    found = []
    if start.kind != "open":
        found.append(cursor.factor(scope))
    else:
        cursor.take()
        while cursor.next.kind != "close":
            if cursor.next.kind == "end":
                raise cursor.unclosed(start)
            if found and (cursor.is_operator("OR") or cursor.next.kind == "comma"):
                cursor.need_operand(cursor.take())
            found.append(cursor.near(scope))
        cursor.take()
    if not found or not all(map(has_places, found)):
        raise cursor.fail(
            "only words, phrases and alternatives of them can be counted",
            start,
            '(word "phrase")',
            _without(cursor, function),
        )
    return tuple(found)


def read_weighted(cursor: Cursor, token: Token, scope: Scope) -> Node:
    """Read `any(n, …)` after its parenthesis."""
    cursor.deeper(token)
    number = cursor.take()
    try:
        threshold = float(number.text)
    except ValueError:
        threshold = 0
    if not 0 < threshold < 1e6:
        raise cursor.fail(
            "any( begins with the sum to reach, a number above 0",
            number,
            "any(2, word:2 word)",
            cursor.without(number, "1"),
        )
    if cursor.next.kind != "comma":
        raise cursor.fail(
            "a comma stands after the sum to reach",
            cursor.next,
            "any(2, word:2 word)",
            cursor.without(number, f"{number.text},"),
        )
    cursor.take()
    items: list[tuple[float, Node]] = []
    while cursor.next.kind != "close":
        if cursor.next.kind == "end":
            raise cursor.fail(
                "this parenthesis is not closed", token, "a closing )", _closed(cursor, token, bool(items))
            )
        if items and cursor.next.kind == "comma":
            cursor.need_operand(cursor.take())
        items.append(_item(cursor, scope))
    cursor.take()
    cursor.depth -= 1
    reachable = sum(weight for weight, _ in items if weight > 0)
    if not items:
        rest = cursor.text[: token.start] + cursor.text[cursor.tokens[cursor.at - 1].end :]
        raise cursor.fail("nothing is weighed here", token, "any(2, word:2 word)", rest)
    if reachable < threshold:
        raise cursor.fail(
            f"the weights never add up to {threshold:g}",
            number,
            "a smaller number",
            cursor.without(number, f"{reachable:g}") if reachable else _wanted(cursor, token),
        )
    return Weighted(threshold, tuple(items))


def _wanted(cursor: Cursor, token: Token) -> str:
    """Return the query with what this any(…) holds as wanted."""
    end = cursor.tokens[cursor.at - 1].end
    return f"{cursor.text[: token.end]}{cursor.text[token.end : end].replace(':-', ':')}{cursor.text[end:]}"


def _closed(cursor: Cursor, token: Token, has_items: bool) -> str:
    if not has_items:
        return cursor.text[: token.start]
    return f"{cursor.text.rstrip().rstrip(',')})"


def _item(cursor: Cursor, scope: Scope) -> tuple[float, Node]:
    """Read one thing of `any(n, …)` with its weight."""
    start = cursor.next
    if cursor.is_operator("OR", "AND", "NOT") or start.kind == "minus":
        raise cursor.fail(
            "within any(…) things stand side by side; an exclusion has a negative weight",
            start,
            "any(2, wanted:2 unwanted:-2)",
            _side_by_side(cursor, start, scope),
        )
    node = cursor.near(scope)
    if cursor.next.kind == "weight":
        return float(cursor.take().text[1:]), node
    return 1.0, node


def _side_by_side(cursor: Cursor, operator: Token, scope: Scope) -> str:
    """Return the query without the operator; what it excluded has a negative weight."""
    if operator.kind != "minus" and operator.text != "NOT":
        return cursor.without(operator)
    cursor.need_operand(cursor.take())
    excluded = cursor.next
    cursor.near(scope)
    end = cursor.tokens[cursor.at - 1].end
    if cursor.next.kind == "weight":
        cursor.take()
    after = cursor.tokens[cursor.at - 1].end
    return f"{cursor.text[: operator.start]}{cursor.text[excluded.start : end]}:-2{cursor.text[after:]}"
