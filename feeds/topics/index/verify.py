"""Does a packed query hold of one article, and by which words? The same answers as `evaluate`, for the index.

What is worked out for one query is kept for the next: a word that stands in thirty of them is located once, and the
spans that mark it are made once. `evaluate` is the truth, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import numpy.typing as npt

from feeds.model import Match, Span
from feeds.topics.document import Place
from feeds.topics.evaluate import MOST_PLACES
from feeds.topics.index.arrays import changes, ranges, true_at
from feeds.topics.index.clauses import COMPLEX, EXACT, LEAF, NEGATED
from feeds.topics.index.packed import AND, AT_LEAST, LANGUAGE, NEAR, NOT, OR, Leaves, Packed
from feeds.topics.index.quick import QuickDocument
from feeds.topics.index.sieve import Candidates, hold
from feeds.topics.near import Pair, cover, near_pairs

Mark = tuple[Place, str]
"""A place, and the clause that stands there: what a span is made from, and the order of spans."""


_NOWHERE: list[Place] = []
_EVERYWHERE: list[Place] = [(-1, -1)]
_EXACT, _NEGATED, _COMPLEX, _LEAF = map(np.uint32, (EXACT, NEGATED, COMPLEX, LEAF))
_WIDTHS, _TEXTS = 12, 20
"""Bits for the number of words in a place and for the clause, where both are part of one number (53 with the place)."""


class _Places(dict[int, list[Place]]):
    """Leaf → where it stands, in order; found when first asked for."""

    def __init__(self, document: QuickDocument, leaves: Leaves) -> None:
        super().__init__()
        self.document = document
        self.find = document.find
        self.present = document.rows
        self.firsts = leaves.firsts
        self.meanings = leaves.meanings

    def __missing__(self, leaf: int) -> list[Place]:
        first = self.firsts[leaf]
        # Most of what is asked for is not there, and most of that is known by its first word.
        if first >= 0 and first not in self.present:
            found = _NOWHERE
        else:
            meaning = self.meanings[leaf]
            if type(meaning) is tuple and meaning[0] == "lang":
                found = _EVERYWHERE
            else:
                found = self.find(meaning)
        self[leaf] = found
        return found


class Verifier:
    """Verifies packed queries against one article."""

    def __init__(self, document: QuickDocument, leaves: Leaves) -> None:
        self.document = document
        self.texts = leaves.texts
        self._first_terms = np.frombuffer(leaves.firsts, np.int32)
        self.found_at = _Places(document, leaves)
        self._of_leaf: dict[int, dict[Mark, Span]] = {}
        self._spans: dict[Mark, Span] = {}
        self._pairs: dict[Packed, list[Pair]] = {}

    def prove(self, candidates: Candidates) -> tuple[npt.NDArray[np.bool_], dict[int, tuple[Span, ...]]]:
        """Tell which candidates' clauses all hold; and for those that are exact, by number, by which spans."""
        _, counts, literals, there = candidates
        if not len(counts):
            return np.zeros(0, np.bool_), {}
        leaves = literals & _LEAF
        firsts = self._first_terms[leaves]
        terms = self.document.terms
        absent = firsts >= 0
        if len(terms):
            absent &= terms.take(terms.searchsorted(firsts), mode="clip") != firsts
        there[absent] = 0
        joined = self.document.joined
        if joined:
            literals[np.isin(firsts, np.fromiter(joined, np.int32, len(joined)))] |= np.uint32(COMPLEX)
        found_at = self.found_at
        unsure = true_at((literals & _COMPLEX != 0) & (there != 0))
        wrong = [at for at, leaf in zip(unsure.tolist(), leaves[unsure].tolist(), strict=True) if not found_at[leaf]]
        there[wrong] = 0
        holds = hold(literals, there, True)
        exact = holds & (literals[counts.cumsum() - counts] & _EXACT != 0)
        present = there != 0
        # What inexact queries will ask for in vain need not be looked for.
        vain = leaves[(holds & ~exact).repeat(counts) & ~present]
        found_at.update(dict.fromkeys(vain.tolist(), _NOWHERE))
        marked = true_at(exact.repeat(counts) & present & (literals & _NEGATED == 0))
        queries = np.arange(len(counts)).repeat(counts)
        return holds, self._marked(queries[marked], literals[marked] & (_COMPLEX | _LEAF))

    def _marked(self, queries: npt.NDArray[np.int64], leaves: npt.NDArray[np.uint32]) -> dict[int, tuple[Span, ...]]:
        """Return the spans of each query, in order; `queries` and `leaves` (with their flag COMPLEX) are pairs."""
        if not len(queries):
            return {}
        different = leaves.copy()
        different.sort()
        different = different[changes(different)]
        leaves_of = different & LEAF
        texts = [self.texts[leaf] for leaf in leaves_of.tolist()]
        names = sorted(set(texts))
        ordinals = {text: ordinal for ordinal, text in enumerate(names)}
        ordinal = np.array([ordinals[text] for text in texts], np.int64)
        simple = different & COMPLEX == 0
        at, counts = self.document.positions_of(self._first_terms[leaves_of[simple]], MOST_PLACES)
        keys = at << _WIDTHS + _TEXTS | ordinal[simple].repeat(counts)
        more: list[int] = []
        many: list[int] = []
        for leaf, which in zip(leaves_of[~simple].tolist(), ordinal[~simple].tolist(), strict=True):
            places = self.found_at[leaf][:MOST_PLACES]
            many.append(len(places))
            more += [(first << _WIDTHS | last - first) << _TEXTS | which for first, last in places]
        # The simple ones are the first: their numbers have not the flag of the others.
        counts = np.concatenate((counts, np.array(many, np.int64)))
        keys = np.concatenate((keys, np.array(more, np.int64)))
        order = keys.argsort()
        ordered = keys[order]
        new = changes(ordered)
        ranks = np.empty(len(order), np.int64)
        ranks[order] = new.cumsum() - 1
        ordered = ordered[new]
        span = self.document.span
        spans = [
            span(names[key & (1 << _TEXTS) - 1], (first, first + (key >> _TEXTS & (1 << _WIDTHS) - 1)))
            for key in ordered.tolist()
            for first in (key >> _TEXTS + _WIDTHS,)
        ]
        ends = counts.cumsum()
        rows = different.searchsorted(leaves)
        each = counts[rows]
        both = queries.repeat(each) * len(spans) + ranks[ranges(ends[rows] - each, each)]
        both.sort()
        both = both[changes(both)]
        queries = both // len(spans)
        chosen = [spans[rank] for rank in (both - queries * len(spans)).tolist()]
        begins = true_at(changes(queries))
        bounds = [*begins.tolist(), len(chosen)]
        return {query: tuple(chosen[bounds[at] : bounds[at + 1]]) for at, query in enumerate(queries[begins].tolist())}

    def match(self, identifier: Hashable, root: Packed) -> Match | None:
        """Return the match of one query under the given id."""
        if type(root) is int:
            only = self._marks_of(root)
            return Match(identifier, tuple(only.values())) if only else None
        if not self.holds(root):
            return None
        marks: dict[Mark, Span] = {}
        score = self._collect(root, marks)
        # Places in ascending order are in reading order, the title first.
        return Match(identifier, tuple([marks[mark] for mark in sorted(marks)]), score or 1.0)

    def holds(self, node: Packed) -> bool:
        """Is this part of a query true of the article?"""
        found_at = self.found_at
        if type(node) is int:
            return bool(found_at[node])
        assert isinstance(node, tuple)
        kind = node[0]
        if kind == AND:
            for child in node[1:]:  # noqa: SIM110 - a generator costs more than most children
                if not (found_at[child] if type(child) is int else self.holds(child)):
                    return False
            return True
        if kind == OR:
            for child in node[1:]:  # noqa: SIM110
                if found_at[child] if type(child) is int else self.holds(child):
                    return True
            return False
        if kind == NOT:
            return not self.holds(node[1])
        if kind == NEAR:
            return bool(self._near(node))
        if kind == LANGUAGE:
            return self.document.speaks(node[1])
        if kind == AT_LEAST:
            return len({place for child in node[2:] for place in self._places(child)}) >= int(node[1])
        return self._reached(node) >= float(node[1])

    def _reached(self, node: tuple[Packed, ...]) -> float:
        """Return the sum of the weights of what holds."""
        total: float = sum(weight for weight, child in node[2:] if self.holds(child))  # type: ignore[misc]
        return total

    def _places(self, node: Packed) -> list[Place]:
        """Return where a word, phrase, alternative or NEAR stands, in order."""
        if isinstance(node, int):
            return self.found_at[node]
        if node[0] == OR:
            found_at = self.found_at
            some = []
            for child in node[1:]:
                places = found_at[child] if type(child) is int else self._places(child)
                if places:
                    some.append(places)
            if len(some) < 2:
                return some[0] if some else _NOWHERE
            return sorted({place for places in some for place in places})
        return sorted({cover(left, right) for left, right in self._near(node)})

    def _near(self, node: Packed) -> list[Pair]:
        """Return the pairs of places that are near each other, or are lonely where that is asked."""
        found = self._pairs.get(node)
        if found is None:
            _, left, right, distance, ordered, negated = node  # type: ignore[misc]
            found_at = self.found_at
            places = found_at[left] if type(left) is int else self._places(left)
            others = found_at[right] if type(right) is int else self._places(right)
            found = self._pairs[node] = near_pairs(places, others, distance, ordered, negated, self.document)
        return found

    def _collect(self, node: Packed, marks: dict[Mark, Span]) -> float:
        """Gather the spans by which a node that holds does so; return the sum of the scores of its any(…) groups."""
        if isinstance(node, int):
            marks.update(self._marks_of(node))
            return 0.0
        kind = node[0]
        score = 0.0
        if kind == AND:
            for child in node[1:]:
                if type(child) is int:
                    marks.update(self._marks_of(child))
                elif child[0] != NOT:
                    score += self._collect(child, marks)
        elif kind == OR:
            for child in node[1:]:
                if type(child) is int:
                    if self.found_at[child]:
                        marks.update(self._marks_of(child))
                elif self.holds(child):
                    score += self._collect(child, marks)
        elif kind == NEAR:
            self._gather_sides(node, self._near(node)[:MOST_PLACES], marks)
        elif kind == AT_LEAST:
            most = max(MOST_PLACES, node[1])
            for child in node[2:]:
                self._gather(child, set(self._places(child)[:most]), marks)
        elif kind != LANGUAGE:
            for weight, child in node[2:]:
                if weight > 0 and self.holds(child):
                    self._collect(child, marks)
            score = self._reached(node)
        return score

    def _gather(self, node: Packed, wanted: set[Place], marks: dict[Mark, Span]) -> None:
        """Gather the spans of the words that make up these places of a node."""
        if isinstance(node, int):
            text = self.texts[node]
            for place in self.found_at[node]:
                if place in wanted:
                    marks[place, text] = self._span((place, text))
        elif node[0] == OR:
            for child in node[1:]:
                self._gather(child, wanted, marks)
        else:
            self._gather_sides(node, [pair for pair in self._near(node) if cover(*pair) in wanted], marks)

    def _gather_sides(self, node: tuple[Packed, ...], pairs: list[Pair], marks: dict[Mark, Span]) -> None:
        """Gather the spans of both sides of NEAR; of NOT NEAR only those of the left."""
        _, left, right, _, _, negated = node
        self._gather(left, {place for place, _ in pairs}, marks)
        if not negated:
            self._gather(right, {place for _, place in pairs}, marks)

    def _marks_of(self, leaf: int) -> dict[Mark, Span]:
        """Return the spans of the first places of a leaf, in order."""
        found = self._of_leaf.get(leaf)
        if found is None:
            text = self.texts[leaf]
            span = self.document.span
            found = self._of_leaf[leaf] = {
                (place, text): span(text, place) for place in self.found_at[leaf][:MOST_PLACES]
            }
        return found

    def _span(self, mark: Mark) -> Span:
        found = self._spans.get(mark)
        if found is None:
            place, text = mark
            found = self._spans[mark] = self.document.span(text, place)
        return found
