"""What a parsed query is made of. Plain values; `parse` makes them, `evaluate` reads them.

    Query ─ root ─ And, Or, Not, Near, AtLeast, Weighted, Language, Leaf
                                                                     └ alternatives: sequences of Terms

Terms and leaves are shared between queries (100,000 queries use far fewer words), and therefore compared by identity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal
from weakref import WeakValueDictionary

from feeds.topics.text import fold

Kind = Literal["stem", "word", "prefix", "exact"]
Field = Literal["", "title", "body", "author", "source", "url"]

MAIN: Final = ("", "title", "body")
"""Fields that are read as running text; "" is title and body."""


class Term:
    """What one word of the text is asked to be.

    `kind`: "stem" any form of the word; "word" that form; "prefix" begins so; "exact" also case and accents.
    `text` is case-folded except for "exact". `loose`: typed without accents in a phrase, and therefore compared without
    accents in Vietnamese too. `space` is "" for running text, or the one field ("author", "source", "url") it looks in.
    """

    __slots__ = ("__weakref__", "accented", "kind", "loose", "space", "text")

    def __init__(self, kind: Kind, text: str, loose: bool, space: str) -> None:
        self.kind = kind
        self.text = text
        self.loose = loose
        self.space = space
        self.accented = not text.isascii() and fold(text) != text.casefold()

    def __repr__(self) -> str:
        return f"Term({self.kind!r}, {self.text!r}, loose={self.loose}, space={self.space!r})"


class Leaf:
    """A word, prefix or phrase as a person wrote it: `text`, with the field's name where one applies.

    It occurs where one of `alternatives` does: terms that follow each other. `field` says where; `first` > 0: only
    among the first so many words of the field.
    """

    __slots__ = ("__weakref__", "alternatives", "field", "first", "text")

    def __init__(self, text: str, alternatives: tuple[tuple[Term, ...], ...], field: Field, first: int) -> None:
        self.text = text
        self.alternatives = alternatives
        self.field: Field = field
        self.first = first

    def __repr__(self) -> str:
        return f"Leaf({self.text!r}, field={self.field!r}, first={self.first})"


_terms: WeakValueDictionary[tuple[str, str, bool, str], Term] = WeakValueDictionary()
_leaves: WeakValueDictionary[tuple[str, str, int, tuple[tuple[Term, ...], ...]], Leaf] = WeakValueDictionary()


def shared_term(kind: Kind, text: str, loose: bool = False, space: str = "") -> Term:
    """Return the one Term with these properties."""
    key = (kind, text, loose, space)
    found = _terms.get(key)
    if found is None:
        found = _terms[key] = Term(kind, text, loose, space)
    return found


def shared_leaf(text: str, alternatives: tuple[tuple[Term, ...], ...], field: Field = "", first: int = 0) -> Leaf:
    """Return the one Leaf with these properties."""
    key = (text, field, first, alternatives)
    found = _leaves.get(key)
    if found is None:
        found = _leaves[key] = Leaf(text, alternatives, field, first)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """`lang:`: the article's language; a primary subtag stands for all its variants."""

    code: str


@dataclass(frozen=True, slots=True, eq=False)
class And:
    """All children hold. At least one of them is not a `Not`."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Or:
    """One child or more holds. None is a `Not`."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Not:
    """The child does not hold. Stands only among the children of `And`."""

    child: Node


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """`left` and `right` near each other: at most `distance` words on (next to each other is 1), or in one unit.

    The unit is a sentence ("s") or paragraph ("p"). `ordered`: `right` after `left`.
    `negated`: an occurrence of `left` that has no `right` near it.
    """

    left: Node
    right: Node
    distance: int | Literal["s", "p"]
    ordered: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class AtLeast:
    """`count` or more places in all, counted over the children."""

    count: int
    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Weighted:
    """The weights of the children that hold add up to `threshold` or more."""

    threshold: float
    items: tuple[tuple[float, Node], ...]


Node = Leaf | Language | And | Or | Not | Near | AtLeast | Weighted


@dataclass(frozen=True, slots=True)
class Query:
    """A query that can be matched. Two are equal when their text, language and resolved clauses were parsed alike.

    `warnings` are sentences for the person; `references` the slugs of the topics it names, directly or through others;
    `size` the number of words and phrases in it, those of named topics included; `depth` how deeply it is nested.
    """

    text: str
    root: Node
    language: str | None = None
    warnings: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    size: int = 1
    depth: int = 0

    def __str__(self) -> str:
        return self.text


def children_of(node: Node) -> tuple[Node, ...]:
    """Return a node's direct children, in the order written."""
    match node:
        case And(children) | Or(children) | AtLeast(_, children):
            return children
        case Not(child):
            return (child,)
        case Near(left, right):
            return (left, right)
        case Weighted(_, items):
            return tuple(child for _, child in items)
        case _:
            return ()


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield the leaves below a node in the order written, those under NOT included."""
    if isinstance(node, Leaf):
        yield node
    for child in children_of(node):
        yield from leaves(child)


def written(node: Node, inner: bool = False) -> str:
    """Return a node in the query language; `inner`: in parentheses where it would need them inside another."""
    match node:
        case Leaf():
            return f"first/{node.first} {node.text}" if node.first else node.text
        case Language(code):
            return f"lang:{code}"
        case And(children):
            text = " ".join(written(child, True) for child in children)
        case Or(children):
            text = " OR ".join(written(child, True) for child in children)
        case Not(child):
            return f"-{written(child, True)}"
        case Near(left, right, distance, ordered, negated):
            operator = f"{'NOT ' if negated else ''}{'O' if ordered else ''}NEAR/{distance}"
            text = f"{written(left, True)} {operator} {written(right, True)}"
        case AtLeast(count, children):
            return f"atleast/{count} ({' '.join(written(child, True) for child in children)})"
        case Weighted(threshold, items):
            each = (f"{written(child, True)}:{weight:g}" for weight, child in items)
            return f"any({threshold:g}, {' '.join(each)})"
    return f"({text})" if inner else text
