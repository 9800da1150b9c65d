"""`NEAR/n`, `ONEAR/n`, `NEAR/s`, `NEAR/p` and each with `NOT`: what may stand on either side, and how far apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from feeds.topics.grammar.cursor import Cursor, Scope
from feeds.topics.query import And, Leaf, Near, Node, Or, leaves

if TYPE_CHECKING:
    from feeds.topics.grammar.tokens import Token

MAX_DISTANCE = 1_000


def has_places(node: Node) -> bool:
    """Is this something that stands at places of the text?"""
    match node:
        case Leaf():
            return True
        case Or(children):
            return all(map(has_places, children))
        case Near():
            return True
        case _:
            return False


def read_chain(cursor: Cursor, left: Node, first: int, scope: Scope) -> Node:
    """Read what must be near `left`, which begins at the token number `first`: a chain, from the left."""
    depth = cursor.depth
    while cursor.next.kind == "near":
        second = cursor.at + 1
        operator = cursor.take()
        cursor.deeper(operator)
        distance, ordered, negated = _distance(cursor, operator)
        following = cursor.next.kind
        if following in ("end", "close", "near") or cursor.is_operator("AND", "OR"):
            message = f"{operator.text} has nothing after it"
            raise cursor.fail(message, operator, "a word or a phrase after it", cursor.without(operator))
        right = cursor.factor(scope)
        for node, start in ((left, first), (right, second)):
            if not has_places(node):
                raise cursor.fail(
                    "only words, phrases and alternatives of them can be near something",
                    cursor.tokens[start],
                    'a word, a "phrase" or (a OR b)',
                    _apart(cursor, (left, first), (right, second), operator),
                )
        fields = {leaf.field for leaf in (*leaves(left), *leaves(right))}
        if len(fields - {""}) > 1:
            message = "words of two fields are never near each other"
            raise cursor.fail(message, operator, "AND", cursor.without(operator, "AND"))
        left = Near(left, right, distance, ordered, negated)
    cursor.depth = depth
    return left


def _distance(cursor: Cursor, operator: Token) -> tuple[int | Literal["s", "p"], bool, bool]:
    name, _, number = operator.text.partition("/")
    words = name.upper().split()
    negated, ordered = words[0] == "NOT", words[-1] == "ONEAR"
    if number.lower() in ("s", "p"):
        return cast(Literal["s", "p"], number.lower()), ordered, negated
    return read_number(cursor, operator, number, MAX_DISTANCE), ordered, negated


def read_number(cursor: Cursor, token: Token, digits: str, most: int) -> int:
    """Return the number after the slash of an operator."""
    if digits.isascii() and digits.isdigit() and len(digits) < 9 and 1 <= int(digits) <= most:
        return int(digits)
    name = token.text.partition("/")[0]
    also = ", or s (sentence) or p (paragraph)" if token.kind == "near" else ""
    magnitude = digits.lstrip("+-")
    nearest = 5
    if magnitude.isascii() and magnitude.isdigit() and len(magnitude) < 9:
        nearest = min(int(magnitude), most) or 5
    elif magnitude.isdigit():
        nearest = most
    after = token.end
    if not digits and (spaced := cursor.next).kind == "word" and spaced.text.isdigit():
        # NEAR/ 5
        nearest, after = min(int(spaced.text[:8]), most) or 5, spaced.end
    raise cursor.fail(
        f"{name}/ needs a number from 1 to {most:,}{also}",
        token,
        f"{name}/5",
        " ".join(f"{cursor.text[: token.start]}{name}/{nearest}{cursor.text[after:]}".split()),
    )


def _apart(cursor: Cursor, left: tuple[Node, int], right: tuple[Node, int], operator: Token) -> str:
    """Return the query with each word of a group near the other side by itself; where that is impossible, with AND."""
    end = cursor.at
    whole = cursor.tokens[left[1]].start, cursor.tokens[end - 1].end
    texts = cursor.written(left[1], right[1] - 1), cursor.written(right[1], end)
    sides = [_members(node, text) for (node, _), text in ((left, texts[0]), (right, texts[1]))]
    if all(sides) and len(sides[0]) * len(sides[1]) <= 4:
        pairs = [f"({one} {operator.text} {other})" for one in sides[0] for other in sides[1]]
        meant = f"({' AND '.join(pairs)})"
    else:
        meant = f"{texts[0]} AND {texts[1]}"
    return f"{cursor.text[: whole[0]]}{meant}{cursor.text[whole[1] :]}"


def _members(node: Node, text: str) -> list[str]:
    if has_places(node):
        return [text]
    if isinstance(node, And) and all(isinstance(child, Leaf) for child in node.children):
        return [child.text for child in node.children if isinstance(child, Leaf)]
    return []
