"""Queries as the index keeps them: a few dozen bytes each, in place of a tree of objects.

A packed node is a leaf's number, or a tuple that begins with one of the kinds below; the tuple is kept in marshal's
form, which is read back in under a microsecond and holds nothing that the garbage collector would have to look at.
The bytes never leave the process.
"""

from __future__ import annotations

import marshal
from array import array
from typing import Any, Final

from feeds.topics.index.vocabulary import Vocabulary
from feeds.topics.query import (
    MAIN,
    And,
    AtLeast,
    Field,
    Language,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Term,
    Weighted,
    shared_leaf,
)

AND: Final = 0  # (AND, child, …)
OR: Final = 1  # (OR, child, …)
NOT: Final = 2  # (NOT, child)
NEAR: Final = 3  # (NEAR, left, right, distance, ordered, negated)
AT_LEAST: Final = 4  # (AT_LEAST, count, child, …)
WEIGHTED: Final = 5  # (WEIGHTED, threshold, (weight, child), …)
LANGUAGE: Final = 6  # (LANGUAGE, code, leaf)

Packed = int | tuple[Any, ...]
Meaning = int | tuple[Any, ...]
"""What a leaf asks for: the number of a term; or of each of a phrase's; or (field, first, alternatives) where that is
not all: `alternatives` are tuples of numbers."""

FIRST_LANGUAGE: Final = 1 << 30
"""Languages that are asked for have numbers from here on, as if they were terms."""

# Version 2 writes no references between equal parts: shorter, and quicker to read.
_VERSION = 2


class Leaves:
    """The words and phrases of all queries, each once, under numbers."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.texts: list[str] = []
        self.meanings: list[Meaning] = []
        self.firsts = array("i")
        """The number of the first term of each word and phrase of the running text without alternatives; else -1."""
        self.plain = bytearray()
        """1 for a single word that may stand anywhere in the running text: it is there when its term is."""
        self.uses = array("i")
        """How often each stands in queries."""
        self.languages: dict[str, int] = {}
        """Codes that queries ask for → number."""
        self._numbers: dict[str, int | list[int]] = {}
        """By text. Leaves of one text may differ in meaning, with the language of their query."""

    def number(self, leaf: Leaf) -> int:
        """Return a leaf's number; new leaves get the next one."""
        number = self._vocabulary.number
        alternatives = [tuple([number(term) for term in terms]) for terms in leaf.alternatives]
        if leaf.field or leaf.first or len(alternatives) > 1:
            meaning: Meaning = (leaf.field, leaf.first, tuple(alternatives))
        else:
            meaning = alternatives[0] if len(alternatives[0]) > 1 else alternatives[0][0]
        return self._numbered(leaf.text, meaning)

    def language(self, code: str) -> int:
        """Return the number of the leaf that stands for a language; no query's text has it as a word."""
        number = self.languages.setdefault(code, FIRST_LANGUAGE + len(self.languages))
        return self._numbered(f"lang:{code}", ("lang", 0, ((number,),)))

    def _numbered(self, text: str, meaning: Meaning) -> int:
        known = self._numbers.get(text)
        for same in (known,) if isinstance(known, int) else known or ():
            if self.meanings[same] == meaning:
                self.uses[same] += 1
                return same
        new = len(self.texts)
        self.texts.append(text)
        self.meanings.append(meaning)
        field, _, alternatives = parts(meaning)
        self.firsts.append(alternatives[0][0] if len(alternatives) == 1 and field in MAIN else -1)
        self.plain.append(isinstance(meaning, int))
        self.uses.append(1)
        if known is None:
            self._numbers[text] = new
        else:
            self._numbers[text] = [*(known if isinstance(known, list) else (known,)), new]
        return new

    def leaf(self, number: int) -> Leaf:
        """Return the leaf of that number."""
        field, first, alternatives = parts(self.meanings[number])
        terms: tuple[tuple[Term, ...], ...] = tuple(
            tuple(self._vocabulary.term(each) for each in sequence) for sequence in alternatives
        )
        return shared_leaf(self.texts[number], terms, field, first)


def parts(meaning: Meaning) -> tuple[Field, int, tuple[tuple[int, ...], ...]]:
    """Return the field, the number of first words and the alternatives of what a leaf asks for."""
    if isinstance(meaning, int):
        return "", 0, ((meaning,),)
    if isinstance(meaning[0], int):
        return "", 0, (meaning,)
    field, first, alternatives = meaning
    return field, first, alternatives


def pack(root: Node, leaves: Leaves) -> bytes:
    """Return a query's root as bytes; its leaves become known to `leaves`."""
    return marshal.dumps(_pack(root, leaves), _VERSION)


def unpack(packed: bytes | bytearray) -> Packed:
    """Return the packed node that these bytes hold."""
    node: Packed = marshal.loads(packed)  # noqa: S302 - bytes of this process, never from outside
    return node


def _pack(node: Node, leaves: Leaves) -> Packed:
    match node:
        case Leaf():
            return leaves.number(node)
        case And(children):
            return (AND, *[_pack(child, leaves) for child in children])
        case Or(children):
            return (OR, *[_pack(child, leaves) for child in children])
        case Not(child):
            return (NOT, _pack(child, leaves))
        case Near(left, right, distance, ordered, negated):
            return (NEAR, _pack(left, leaves), _pack(right, leaves), distance, ordered, negated)
        case AtLeast(count, children):
            return (AT_LEAST, count, *[_pack(child, leaves) for child in children])
        case Weighted(threshold, items):
            return (WEIGHTED, threshold, *[(weight, _pack(child, leaves)) for weight, child in items])
        case Language(code):
            return (LANGUAGE, code, leaves.language(code))


def tree(node: Packed, leaves: Leaves) -> Node:
    """Return a packed node as the tree it was made from."""
    if isinstance(node, int):
        return leaves.leaf(node)
    kind, *rest = node
    if kind == AND:
        return And(tuple(tree(child, leaves) for child in rest))
    if kind == OR:
        return Or(tuple(tree(child, leaves) for child in rest))
    if kind == NOT:
        return Not(tree(rest[0], leaves))
    if kind == NEAR:
        left, right, distance, ordered, negated = rest
        return Near(tree(left, leaves), tree(right, leaves), distance, ordered, negated)
    if kind == AT_LEAST:
        return AtLeast(rest[0], tuple(tree(child, leaves) for child in rest[1:]))
    if kind == WEIGHTED:
        return Weighted(rest[0], tuple((weight, tree(child, leaves)) for weight, child in rest[1:]))
    return Language(rest[0])


def leaf_numbers(node: Packed) -> list[int]:
    """Return the numbers of all leaves below a node, as often as they stand there."""
    if isinstance(node, int):
        return [node]
    kind = node[0]
    if kind == LANGUAGE:
        return []
    if kind == WEIGHTED:
        children = [child for _, child in node[2:]]
    elif kind == NEAR:
        children = [node[1], node[2]]
    else:
        children = list(node[2:] if kind == AT_LEAST else node[1:])
    return [number for child in children for number in leaf_numbers(child)]
