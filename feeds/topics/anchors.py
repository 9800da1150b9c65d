"""What must stand in an article before a query can match: the keys under which the index stores it.

A key is a word (term, ALONE), a word of the title (term, IN_TITLE) or two words next to each other (term, term). A
*need* is a set of keys of which at least one must be there; every query has one or more. The rarest becomes its anchor,
the next are checked before the query is evaluated. Needs may be weaker than the query, never stronger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from feeds.topics.query import And, AtLeast, Language, Leaf, Near, Node, Not, Or, Term, Weighted

Key = tuple[int, int]
Need = tuple[Key, ...]

ALONE, IN_TITLE = -1, -2


class Needs:
    """Works out needs. `number` and `language` number terms and languages, `frequency` says how common a key is."""

    def __init__(
        self, number: Callable[[Term], int], language: Callable[[str], int], frequency: Callable[[Key], float]
    ) -> None:
        self.number = number
        self.language = language
        self._frequency = frequency
        self._frequencies: dict[Key, float] = {}
        self._leaves: dict[Leaf, list[Need]] = {}

    def forget(self) -> None:
        """Free what was kept to be quick with many queries at once."""
        self._frequencies.clear()
        self._leaves.clear()

    def cost(self, need: Need) -> float:
        """Return how many of these keys an article is expected to have."""
        total = 0.0
        for key in need:
            frequency = self._frequencies.get(key)
            if frequency is None:
                frequency = self._frequencies[key] = self._frequency(key)
            total += frequency
        return total

    def of(self, node: Node) -> list[Need]:
        """Return the needs of a part of a query, in no order; [] where it needs nothing (an exclusion)."""
        if isinstance(node, Leaf):
            found = self._leaves.get(node)
            if found is None:
                found = self._leaves[node] = self._of_leaf(node)
            return found
        if isinstance(node, And):
            return [need for child in node.children if type(child) is not Not for need in self.of(child)]
        if isinstance(node, Or):
            return self._one_of(self.of(child) for child in node.children)
        if isinstance(node, Near):
            return self.of(node.left) if node.negated else [*self.of(node.left), *self.of(node.right)]
        if isinstance(node, AtLeast):
            return self._one_of(self.of(child) for child in node.children)
        if isinstance(node, Weighted):
            return self._of_weighted(node)
        if isinstance(node, Language):
            return [((self.language(node.code), ALONE),)]
        return []

    def rarest(self, needs: list[Need]) -> Need:
        return needs[0] if len(needs) == 1 else min(needs, key=self.cost)

    def _one_of(self, each: Iterable[list[Need]]) -> list[Need]:
        keys: dict[Key, None] = {}
        for needs in each:
            if not needs:
                return []
            keys.update(dict.fromkeys(self.rarest(needs)))
        return [tuple(keys)]

    def _of_leaf(self, leaf: Leaf) -> list[Need]:
        alone = IN_TITLE if leaf.field == "title" else ALONE
        sequences = [self._of_sequence(terms, alone) for terms in leaf.alternatives]
        return sequences[0] if len(sequences) == 1 else self._one_of(sequences)

    def _of_sequence(self, terms: tuple[Term, ...], alone: int) -> list[Need]:
        numbers = [self.number(term) for term in terms]
        if len(numbers) == 1:
            return [((numbers[0], alone),)]
        return [(pair,) for pair in pairwise(numbers)]

    def _of_weighted(self, node: Weighted) -> list[Need]:
        """Return each item without which the threshold is out of reach, and one of the others if need be."""
        items: list[tuple[float, float, list[Need]]] = []
        for weight, child in node.items:
            if weight > 0:
                needs = self.of(child)
                if not needs:
                    return []
                items.append((self.cost(self.rarest(needs)), weight, needs))
        # A small reserve, so that rounding in sums of decimals never asks for too much.
        threshold = node.threshold - 1e-6
        total = sum(weight for _, weight, _ in items)
        found: list[Need] = []
        for _, weight, needs in items:
            if total - weight < threshold:
                found += needs
                threshold -= weight
        others = [item for item in items if total - item[1] >= node.threshold - 1e-6]
        if threshold > 0 and others:
            # The most frequent that do not reach it by themselves can be left out: then one of the rest is there.
            others.sort(key=lambda item: -item[0])
            while len(others) > 1 and others[0][1] < threshold:
                threshold -= others.pop(0)[1]
            found += self._one_of(needs for _, _, needs in others)
        return found
