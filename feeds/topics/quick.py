"""An article looked up in the vocabulary of an index: the same places as `Document`, found through forms."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

import numpy as np

from feeds.model import Article
from feeds.topics.anchors import ALONE, IN_TITLE
from feeds.topics.document import BODY, SPACES, TITLE, Document, Place
from feeds.topics.query import Leaf, Node, Or, Term
from feeds.topics.text import find_run_texts, split
from feeds.topics.vocabulary import NOTHING, Hashes, Numbers, Vocabulary, hash_keys


class _Runs(NamedTuple):
    """One field as runs of letters, and as the forms of its words."""

    texts: list[str]
    forms: list[int]
    several: list[tuple[int, int]]
    """Runs of any other number of words than one: number of the run, number of words."""
    joined: list[tuple[int, int, int]]
    """Hyphenated words written together: first and last word, form."""


class _Words(NamedTuple):
    """The terms that stand in running text or one field, ascending, and where each does, ascending for each term."""

    terms: list[int]
    positions: list[int]
    joined: dict[int, list[Place]]
    """Terms that hyphenated words satisfy as one, and where."""

    def positions_of(self, number: int) -> list[int]:
        """Return where a term stands as a single word."""
        begin = bisect_left(self.terms, number)
        return self.positions[begin : bisect_right(self.terms, number, begin)]


class QuickDocument(Document):
    """One article; valid until the vocabulary changes."""

    def __init__(self, article: Article, vocabulary: Vocabulary) -> None:
        super().__init__(article)
        self.vocabulary = vocabulary
        self._present: set[int] | None = None
        self._runs: dict[int, _Runs] = {}
        self._starts: dict[int, tuple[list[int], list[int]]] = {}
        self._words: dict[str, _Words] = {}
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

    def keys(self) -> tuple[Numbers, Numbers]:
        """Return the keys that stand in the article, as far as queries have such keys: their firsts and seconds."""
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
        alone, _ = vocabulary.alone.read(np.unique(all_forms))
        title = self._runs[TITLE]
        in_title, _ = vocabulary.alone.read(np.array([*title.forms, *(form for _, _, form in title.joined)], np.int32))
        body = all_forms[: len(forms)]
        lefts, rights = body[:-1], body[1:]
        if left:
            lefts = np.concatenate((lefts, np.array(left, np.int32)))
            rights = np.concatenate((rights, np.array(right, np.int32)))
        pairs = vocabulary.first.products(lefts, vocabulary.second, rights)
        singles = np.array([ALONE, IN_TITLE], np.int32).repeat([len(alone), len(in_title)])
        return np.concatenate((alone, in_title, pairs[0])), np.concatenate((singles, pairs[1]))

    def distinct_terms(self) -> list[int]:
        """Return the numbers of all terms that stand in the article, each once."""
        spaces = [self._by_term(space) for space in ("", *SPACES)]
        return list({number for words in spaces for number in (*words.terms, *words.joined)})

    def hashes(self, languages: dict[str, int]) -> Hashes:
        """Return the hashes of all keys in the article; `languages` are those that queries ask for."""
        firsts, seconds = self.keys()
        spoken = self._spoken(languages)
        if spoken:
            firsts = np.concatenate((firsts, np.array(spoken, np.int32)))
            seconds = np.concatenate((seconds, np.full(len(spoken), ALONE, np.int32)))
        return hash_keys(firsts, seconds)

    def _spoken(self, languages: dict[str, int]) -> list[int]:
        if not languages:
            return []
        parts = (self.article.language or "").strip().lower().replace("_", "-").split("-")
        codes = {self.language, *("-".join(parts[:count]) for count in range(2, len(parts) + 1))}
        return [languages[code] for code in codes if code in languages]

    # Places, as in Document

    @property
    def present(self) -> set[int]:
        """The numbers of the terms that stand in the running text."""
        if self._present is None:
            words = self._by_term("")
            self._present = {*words.terms, *words.joined}
        return self._present

    def has(self, leaf: Leaf) -> bool:
        simple = self.vocabulary.simple.get(leaf)
        return simple in self.present if type(simple) is int else bool(self.places(leaf))

    def single_words(self, node: Node) -> list[int] | None:
        words = self._by_term("")
        present = self.present
        simple = self.vocabulary.simple
        found: list[int] = []
        for leaf in node.children if isinstance(node, Or) else (node,):
            number = simple.get(leaf)  # type: ignore[arg-type]
            if type(number) is not int:
                if type(leaf) is not Leaf or self.places(leaf):
                    return None
            elif number in words.joined:
                return None
            elif number in present:
                found += words.positions_of(number)
        return found

    def positions(self, term: Term) -> list[Place]:
        number = self.vocabulary.numbers.get(term)
        if number is None:
            return super().positions(term)
        words = self._by_term(term.space)
        found = [(position, position) for position in words.positions_of(number)]
        return sorted([*found, *words.joined[number]]) if number in words.joined else found

    def _find(self, leaf: Leaf) -> list[Place]:
        numbers = self.vocabulary.simple.get(leaf)
        if type(numbers) is not tuple:
            return super()._find(leaf)
        if not self.present.issuperset(numbers):
            return []
        words = self._by_term("")
        if words.joined and not words.joined.keys().isdisjoint(numbers):
            return super()._find(leaf)
        # Every word of the phrase stands at one position, so that its first says where the others are.
        starts = words.positions_of(numbers[0])
        for offset in range(1, len(numbers)):
            following = words.positions_of(numbers[offset])
            starts = [start for start in starts if start + offset in following]
            if not starts:
                return []
        width = len(numbers) - 1
        return [(start, start + width) for start in starts]

    def _by_term(self, space: str) -> _Words:
        found = self._words.get(space)
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
        found = self._words[space] = _Words(terms[order].tolist(), at[order].tolist(), joined)
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
