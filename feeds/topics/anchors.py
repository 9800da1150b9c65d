"""What must stand in an article before a query can match: the keys under which the index stores it.

A key is a word (term, ALONE), a word of the title (term, IN_TITLE) or two words next to each other (term, term). A
*need* is a set of keys of which at least one must be there; every query has one or more. The rarest becomes its anchor,
the next are checked before the query is evaluated. Needs may be weaker than the query, never stronger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from feeds.topics.packed import AND, AT_LEAST, LANGUAGE, NEAR, NOT, OR, WEIGHTED, Meaning, Packed, parts

Key = tuple[int, int]
Need = tuple[Key, ...]

ALONE, IN_TITLE = -1, -2


class Needs:
    """Works out needs of packed queries.

    `meanings` are those of the leaves by number, `language` numbers languages, `frequency` says how common a key is.
    """

    def __init__(
        self, meanings: Sequence[Meaning], language: Callable[[str], int], frequency: Callable[[Key], float]
    ) -> None:
        self.meanings = meanings
        self.language = language
        self._frequency = frequency
        self._frequencies: dict[Key, float] = {}
        self._leaves: dict[int, list[Need]] = {}

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

    def of(self, node: Packed) -> list[Need]:
        """Return the needs of a part of a query, in no order; [] where it needs nothing (an exclusion)."""
        if isinstance(node, int):
            found = self._leaves.get(node)
            if found is None:
                found = self._leaves[node] = self._of_leaf(self.meanings[node])
            return found
        kind = node[0]
        if kind == AND:
            return [need for child in node[1:] for need in self.of(child)]
        if kind == OR:
            return self._one_of(self.of(child) for child in node[1:])
        if kind == NEAR:
            _, left, right, _, _, negated = node
            return self.of(left) if negated else [*self.of(left), *self.of(right)]
        if kind == AT_LEAST:
            return self._one_of(self.of(child) for child in node[2:])
        if kind == WEIGHTED:
            return self._of_weighted(node[1], node[2:])
        if kind == LANGUAGE:
            return [((self.language(node[1]), ALONE),)]
        assert kind == NOT
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

    def _of_leaf(self, meaning: Meaning) -> list[Need]:
        field, _, alternatives = parts(meaning)
        alone = IN_TITLE if field == "title" else ALONE
        sequences = [self._of_sequence(numbers, alone) for numbers in alternatives]
        return sequences[0] if len(sequences) == 1 else self._one_of(sequences)

    def _of_sequence(self, numbers: tuple[int, ...], alone: int) -> list[Need]:
        if len(numbers) == 1:
            return [((numbers[0], alone),)]
        return [(pair,) for pair in pairwise(numbers)]

    def _of_weighted(self, threshold: float, weighted: Sequence[tuple[float, Packed]]) -> list[Need]:
        """Return each item without which the threshold is out of reach, and one of the others if need be."""
        items: list[tuple[float, float, list[Need]]] = []
        for weight, child in weighted:
            if weight > 0:
                needs = self.of(child)
                if not needs:
                    return []
                items.append((self.cost(self.rarest(needs)), weight, needs))
        # A small reserve, so that rounding in sums of decimals never asks for too much.
        threshold -= 1e-6
        least = threshold
        total = sum(weight for _, weight, _ in items)
        found: list[Need] = []
        for _, weight, needs in items:
            if total - weight < threshold:
                found += needs
                threshold -= weight
        others = [item for item in items if total - item[1] >= least]
        if threshold > 0 and others:
            # The most frequent that do not reach it by themselves can be left out: then one of the rest is there.
            others.sort(key=lambda item: -item[0])
            while len(others) > 1 and others[0][1] < threshold:
                threshold -= others.pop(0)[1]
            found += self._one_of(needs for _, _, needs in others)
        return found
