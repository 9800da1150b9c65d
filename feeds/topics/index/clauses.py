"""A packed query as clauses that numpy can check for many queries at once (a conjunctive normal form).

A *clause* is a set of leaves: one of them must be in the article, or none may be. A query's clauses may ask less than
the query, never more. Where they ask exactly the same the query is *exact*, and never has to be read again: words,
phrases, groups of alternatives and exclusions in any number are. Each leaf of a clause is one number, a *literal*:

    EXACT FIRST BEGINS NEGATED NEAR_NEXT FAR COMPLEX  leaf (25 bits)

The first literal of a query has FIRST (and EXACT), the first of each clause BEGINS (and NEAR_NEXT: what is found of
this clause must be near what is found of the next, or with FAR not very far from it). All of a clause that must not
hold have NEGATED. COMPLEX: that a leaf's key is there does not prove it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from math import prod
from typing import Final, NamedTuple

from feeds.topics.index.packed import AND, AT_LEAST, LANGUAGE, NEAR, NOT, OR, Leaves, Packed, parts

EXACT: Final = 1 << 31
FIRST: Final = 1 << 30
BEGINS: Final = 1 << 29
NEGATED: Final = 1 << 28
NEAR_NEXT: Final = 1 << 27
FAR: Final = 1 << 26
COMPLEX: Final = 1 << 25
LEAF: Final = COMPLEX - 1

PART = 8
"""Masks tell places to so many words; NEAR_NEXT is for distances up to that, NEAR_NEXT with FAR up to twice as much."""
_MOST_COMBINED = 6
"""So many clauses at most are made of alternatives that have several each."""


class Clause(NamedTuple):
    """`flags`: 0, NEGATED, NEAR_NEXT or NEAR_NEXT with FAR."""

    flags: int
    leaves: tuple[int, ...]


def literals_of(root: Packed, leaves: Leaves, cost: Callable[[int], float]) -> list[int]:
    """Return a query's clauses as literals. At least one is not NEGATED.

    `cost` says how common a leaf is; where one of several clauses can be had, it is the rarest.
    """
    if isinstance(root, int):
        return [root | (EXACT | FIRST | BEGINS) | (0 if leaves.plain[root] else COMPLEX)]
    clauses, exact = _Reader(leaves, cost).of(root)
    plain = leaves.plain
    literals: list[int] = []
    for flags, each in clauses:
        begin = len(literals)
        negated = flags & NEGATED
        literals += [leaf | negated if plain[leaf] else leaf | (COMPLEX | negated) for leaf in each]
        literals[begin] |= flags | BEGINS
    literals[0] |= FIRST | EXACT if exact else FIRST
    return literals


def root_of(literals: Sequence[int]) -> Packed:
    """Return the packed query that the literals of an exact one stand for."""
    children: list[Packed] = []
    for literal in literals:
        leaf = literal & LEAF
        if literal & BEGINS:
            children.append((NOT, leaf) if literal & NEGATED else leaf)
            continue
        before = children[-1]
        if isinstance(before, int):
            children[-1] = (OR, before, leaf)
        elif before[0] == OR:
            children[-1] = (*before, leaf)
        elif isinstance(before[1], int):
            children[-1] = (NOT, (OR, before[1], leaf))
        else:
            children[-1] = (NOT, (*before[1], leaf))
    return children[0] if len(children) == 1 else (AND, *children)


class _Reader:
    def __init__(self, leaves: Leaves, cost: Callable[[int], float]) -> None:
        self.leaves = leaves
        self.cost = cost

    def of(self, node: Packed) -> tuple[list[Clause], bool]:
        if isinstance(node, int):
            return [Clause(0, (node,))], True
        kind = node[0]
        if kind == AND:
            return self._all_of(node[1:])
        if kind == OR:
            either = _alternatives(node)
            return ([Clause(0, either)], True) if either else (self._one_of(node[1:]), False)
        if kind == NEAR:
            return self._near(node), False
        if kind == AT_LEAST:
            return self._one_of(node[2:]), False
        if kind == LANGUAGE:
            return [Clause(0, (node[2],))], False
        return self._weighted(node[1], node[2:]), False

    def _all_of(self, children: Sequence[Packed]) -> tuple[list[Clause], bool]:
        found: list[Clause] = []
        exact = True
        for child in children:
            if isinstance(child, int):
                found.append(Clause(0, (child,)))
            elif child[0] == NOT:
                excluded = _alternatives(child[1])
                if excluded:
                    found.append(Clause(NEGATED, excluded))
                else:
                    exact = False
            else:
                clauses, says_all = self.of(child)
                found += clauses
                exact = exact and says_all
        return found, exact

    def _one_of(self, children: Sequence[Packed]) -> list[Clause]:
        """Return clauses that hold where one of some parts does: one of the first's clauses or of the second's or …"""
        each = [self._wanted(child) for child in children]
        if prod(map(len, each)) > _MOST_COMBINED:
            each = [[self._least(wanted)] for wanted in each]
        combined = (dict.fromkeys(leaf for leaves in some for leaf in leaves) for some in product(*each))
        return [Clause(0, tuple(leaves)) for leaves in combined]

    def _wanted(self, node: Packed) -> list[tuple[int, ...]]:
        """Return the leaves of the clauses of a node that exclude nothing; one at least."""
        return [leaves for flags, leaves in self.of(node)[0] if flags != NEGATED]

    def _least(self, wanted: list[tuple[int, ...]]) -> tuple[int, ...]:
        """Return the leaves of the clause that fewest articles meet."""
        return wanted[0] if len(wanted) == 1 else min(wanted, key=self._cost)

    def _cost(self, leaves: tuple[int, ...]) -> float:
        return sum(map(self.cost, leaves))

    def _near(self, node: tuple[Packed, ...]) -> list[Clause]:
        _, left, right, distance, _, negated = node
        if negated:
            return self.of(left)[0]
        one, other = _alternatives(left), _alternatives(right)
        if one and other and isinstance(distance, int):
            # The key of a phrase tells where two of its words are, not where it begins or ends.
            reach = distance + self._longest(one) + self._longest(other) - 2
            if reach <= 2 * PART:
                return [Clause(NEAR_NEXT if reach <= PART else NEAR_NEXT | FAR, one), Clause(0, other)]
        return [*self.of(left)[0], *self.of(right)[0]]

    def _longest(self, leaves: tuple[int, ...]) -> int:
        """Return of how many words the longest of these is."""
        meanings = self.leaves.meanings
        return max(len(numbers) for leaf in leaves for numbers in parts(meanings[leaf])[2])

    def _weighted(self, threshold: float, weighted: Sequence[tuple[float, Packed]]) -> list[Clause]:
        """Return the clauses of each item without which the threshold is out of reach, and one of the others."""
        items = [
            (self._cost(self._least(self._wanted(child))), weight, child) for weight, child in weighted if weight > 0
        ]
        total = sum(weight for _, weight, _ in items)
        # A small reserve, so that rounding in sums of decimals never asks for too much.
        threshold -= 1e-9 * (threshold + total)
        found: list[Clause] = []
        others = []
        left = threshold
        for item in items:
            if total - item[1] < threshold:
                found += self.of(item[2])[0]
                left -= item[1]
            else:
                others.append(item)
        if others and (left > 0 or not found):
            # The most frequent that do not reach it by themselves can be left out: then one of the rest is there.
            others.sort(key=lambda item: -item[0])
            while len(others) > 1 and others[0][1] < left:
                left -= others.pop(0)[1]
            found += self._one_of([child for _, _, child in others])
        return found


def _alternatives(node: Packed) -> tuple[int, ...]:
    """Return the leaves of a leaf or of alternatives of leaves; () for anything else."""
    if isinstance(node, int):
        return (node,)
    if node[0] != OR:
        return ()
    found: list[int] = []
    for child in node[1:]:
        if isinstance(child, int):
            found.append(child)
        else:
            more = _alternatives(child)
            if not more:
                return ()
            found += more
    return tuple(found)
