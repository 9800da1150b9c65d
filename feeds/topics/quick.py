"""An article looked up in the vocabulary of an index: the same places as `Document`, found through forms."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

import numpy as np

from feeds.model import Article
from feeds.topics.document import BODY, SPACES, TITLE, Document, Place
from feeds.topics.query import Term
from feeds.topics.text import find_run_texts, split
from feeds.topics.vocabulary import NOTHING, Numbers, Vocabulary, hash_keys


class _Runs(NamedTuple):
    """One field as runs of letters, and as the forms of its words."""

    texts: list[str]
    forms: list[int]
    several: list[tuple[int, int]]
    """Runs of any other number of words than one: number of the run, number of words."""
    joined: list[tuple[int, int, int]]
    """Hyphenated words written together: first and last word, form."""


class QuickDocument(Document):
    """One article; valid until the vocabulary changes."""

    def __init__(self, article: Article, vocabulary: Vocabulary) -> None:
        super().__init__(article)
        self.vocabulary = vocabulary
        self._runs: dict[int, _Runs] = {}
        self._starts: dict[int, tuple[list[int], list[int]]] = {}
        self._sorted: dict[str, tuple[list[int], list[int], dict[int, list[Place]]]] = {}
        bases = [TITLE, BODY, *(base for space, base in SPACES.items() if space in vocabulary.spaces)]
        for base in bases:
            self._runs[base] = self._read(base)

    def _read(self, base: int) -> _Runs:
        space = next((space for space, start in SPACES.items() if start == base), "")
        memory = self.vocabulary.memory(space, "" if space else self.language)
        texts = find_run_texts(self.field(base)[1])
        forms = list(map(memory.__getitem__, texts))
        several: list[tuple[int, int]] = []
        joined: list[tuple[int, int, int]] = []
        if forms and min(forms) < 0:
            flat: list[int] = []
            begin = 0
            for at, form in enumerate(forms):
                if form < 0:
                    parts, together = memory.several[~form]
                    flat += forms[begin:at]
                    if together > NOTHING:
                        joined.append((len(flat), len(flat) + len(parts) - 1, together))
                    flat += parts
                    several.append((at, len(parts)))
                    begin = at + 1
            forms = flat + forms[begin:]
        return _Runs(texts, forms, several, joined)

    def keys(self) -> tuple[Numbers, Numbers, Numbers]:
        """Return the terms that stand in the article, and the firsts and seconds of its pairs, as far as they are keys."""
        vocabulary = self.vocabulary
        forms: list[int] = []
        extra: list[int] = []
        left: list[int] = []
        right: list[int] = []
        for runs in self._runs.values():
            offset = len(forms)
            forms += runs.forms
            forms.append(NOTHING)
            ends = {last: form for _, last, form in runs.joined}
            for first, last, form in runs.joined:
                extra.append(form)
                if first:
                    left += [forms[offset + first - 1], ends.get(first - 1, NOTHING)]
                    right += [form, form]
                left.append(form)
                right.append(forms[offset + last + 1])
        all_forms = np.array(forms + extra, np.int32)
        distinct = np.flatnonzero(np.bincount(all_forms)).astype(np.int32)
        alone, _ = vocabulary.alone.read(distinct)
        body = all_forms[: len(forms)]
        lefts, rights = body[:-1], body[1:]
        if left:
            lefts = np.concatenate((lefts, np.array(left, np.int32)))
            rights = np.concatenate((rights, np.array(right, np.int32)))
        firsts, seconds = vocabulary.first.products(lefts, vocabulary.second, rights)
        return alone, firsts, seconds

    def distinct_terms(self) -> Numbers:
        """Return the numbers of all terms that stand in the article, each once."""
        forms = [form for runs in self._runs.values() for form in (*runs.forms, *(form for _, _, form in runs.joined))]
        return np.unique(self.vocabulary.all_terms.read(np.unique(np.array(forms, np.int32)))[0])

    def hashes(self, languages: dict[str, int]) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
        """Return the hashes of all keys in the article; `languages` are those that queries ask for."""
        alone, firsts, seconds = self.keys()
        spoken = [number for code, number in self._spoken(languages)]
        if spoken:
            alone = np.concatenate((alone, np.array(spoken, np.int32)))
        none = np.full(len(alone), -1, np.int32)
        return hash_keys(np.concatenate((alone, firsts)), np.concatenate((none, seconds)))

    def _spoken(self, languages: dict[str, int]) -> list[tuple[str, int]]:
        if not languages:
            return []
        parts = (self.article.language or "").strip().lower().replace("_", "-").split("-")
        codes = {self.language, *("-".join(parts[:count]) for count in range(2, len(parts) + 1))}
        return [(code, languages[code]) for code in codes if code in languages]

    # Places, as in Document

    def positions(self, term: Term) -> list[Place]:
        number = self.vocabulary.numbers.get(term)
        if number is None:
            return []
        terms, positions, joined = self._by_term(term.space)
        begin = bisect_left(terms, number)
        end = bisect_left(terms, number + 1, begin)
        found = [(position, position) for position in positions[begin:end]]
        return sorted([*found, *joined[number]]) if number in joined else found

    def _by_term(self, space: str) -> tuple[list[int], list[int], dict[int, list[Place]]]:
        """Return terms in ascending order, the position of each, and the places of hyphenated words written together."""
        found = self._sorted.get(space)
        if found is not None:
            return found
        forms: list[int] = []
        positions: list[Numbers] = []
        joined: dict[int, list[Place]] = {}
        rows = self.vocabulary.all_terms
        for base in (SPACES[space],) if space else (TITLE, BODY):
            runs = self._runs.get(base)
            if runs is None:
                continue
            forms += runs.forms
            positions.append(np.arange(base, base + len(runs.forms), dtype=np.int32))
            for first, last, form in runs.joined:
                for number in rows.read(np.array([form], np.int32))[0].tolist():
                    joined.setdefault(number, []).append((base + first, base + last))
        terms, counts = rows.read(np.array(forms, np.int32))
        at = np.repeat(np.concatenate(positions), counts) if positions else np.zeros(0, np.int32)
        order = np.argsort(terms, kind="stable")
        found = self._sorted[space] = (terms[order].tolist(), at[order].tolist(), joined)
        return found

    def bounds(self, base: int) -> tuple[list[int], list[int]]:
        found = self._starts.get(base)
        if found is None:
            found = self._starts[base] = self._find_bounds(base)
        return found

    def _find_bounds(self, base: int) -> tuple[list[int], list[int]]:
        if base not in self._runs:
            return super().bounds(base)
        text = self.field(base)[1]
        runs = self._runs[base]
        starts, ends = [], []
        at = 0
        # Between two runs there is nothing that could be taken for the next one.
        find = text.find
        for run in runs.texts:
            start = find(run, at)
            at = start + len(run)
            starts.append(start)
            ends.append(at)
        if not runs.several:
            return starts, ends
        flat_starts: list[int] = []
        flat_ends: list[int] = []
        begin = 0
        for number, _ in runs.several:
            flat_starts += starts[begin:number]
            flat_ends += ends[begin:number]
            for piece in split(runs.texts[number])[0]:
                flat_starts.append(starts[number] + piece.start)
                flat_ends.append(starts[number] + piece.end)
            begin = number + 1
        return flat_starts + starts[begin:], flat_ends + ends[begin:]
