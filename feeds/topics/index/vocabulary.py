"""The words that stored queries ask for, numbered, and which of them a word of an article is.

A word of an article is looked up once per language and then remembered as its *form*: the set of terms it satisfies.
Whatever a query adds to the vocabulary is known to the next article. Agrees with `document.accepts` by construction
of its tables: the same comparisons, turned round into look-ups.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from feeds.topics.index.arrays import ranges, true_at
from feeds.topics.query import Kind, Term, shared_term
from feeds.topics.text import Word, fold, new_stemmer, new_stemmer_of_many, split, word

Numbers = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint32]

_MOST_REMEMBERED = 400_000
_LONGEST_REMEMBERED = 40
_MOST_FRESH = 2_000
"""So many are settled in a millisecond."""
ALONE, FIRST, SECOND, IN_TITLE = 1, 2, 4, 8
"""What a term is as a key: a word alone, the first or the second of a pair, a word of the title."""
_UNKNOWN = -(1 << 31)
NOTHING = 0
"""The form of a word that no query asks for."""


class Rows:
    """Short lists of numbers, each under its row number, held so that numpy can read many at once."""

    def __init__(self) -> None:
        self._starts = array("i")
        self._counts = array("i")
        self._flat = array("i", [0])

    def append(self, numbers: list[int]) -> None:
        """Add the next row."""
        self._starts.append(len(self._flat))
        self._counts.append(len(numbers))
        self._flat.extend(numbers)

    def read(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Return the numbers of these rows, one after the other, and how many each row has."""
        starts, counts, flat = self._arrays()
        count = counts[rows]
        return flat[ranges(starts[rows], count)], count

    def _arrays(self) -> tuple[Numbers, Numbers, Numbers]:
        """Return views; while one lives no row can be added."""
        starts = np.frombuffer(self._starts, np.int32)
        counts = np.frombuffer(self._counts, np.int32)
        return starts, counts, np.frombuffer(self._flat, np.int32)


_Table = dict[str, int | list[int]]
"""What is compared → the number of the term, or the numbers of several."""


class _Comparisons:
    """The terms of one kind of text (a language, or a field that is not read as language), by what they compare."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.stem = new_stemmer(language)
        self.stem_all = new_stemmer_of_many(language)
        self.exact: _Table = {}
        self.lower: _Table = {}
        self.folded: _Table = {}
        self.stems: _Table = {}
        self.folded_stems: _Table = {}
        self.prefixes: _Table = {}
        self.folded_prefixes: _Table = {}
        self.prefix_lengths: list[int] = []

    def add(self, term: Term, number: int) -> None:
        strict = term.accented or (self.language == "vi" and not term.loose)
        text = term.text
        if term.kind == "exact":
            table = self.exact
        elif term.kind == "prefix":
            table = self.prefixes if strict else self.folded_prefixes
            if len(text) not in self.prefix_lengths:
                self.prefix_lengths = sorted({*self.prefix_lengths, len(text)})
        elif term.kind == "stem" or self.language == "vi":
            table, text = (self.stems if strict else self.folded_stems), self.stem(text)
        else:
            table = self.lower if strict else self.folded
        known = table.get(text)
        if known is None:
            table[text] = number
        elif isinstance(known, int):
            table[text] = [known, number]
        else:
            known.append(number)

    def find(self, seen: Word, stemmed: str, folded_stem: str) -> list[int]:
        """Return the numbers of the terms that a word satisfies, given the stems of its lower and folded forms."""
        surface, lower, folded = seen
        found: list[int] = []
        if (numbers := self.stems.get(stemmed)) is not None:
            found += (numbers,) if isinstance(numbers, int) else numbers
        if (numbers := self.folded_stems.get(folded_stem)) is not None:
            found += (numbers,) if isinstance(numbers, int) else numbers
        if (numbers := self.folded.get(folded)) is not None:
            found += (numbers,) if isinstance(numbers, int) else numbers
        if self.lower and (numbers := self.lower.get(lower)) is not None:
            found += (numbers,) if isinstance(numbers, int) else numbers
        if self.exact and (numbers := self.exact.get(surface)) is not None:
            found += (numbers,) if isinstance(numbers, int) else numbers
        for table, text in ((self.prefixes, lower), (self.folded_prefixes, folded)):
            if table:
                for length in self.prefix_lengths:
                    if length > len(text):
                        break
                    if (numbers := table.get(text[:length])) is not None:
                        found += (numbers,) if isinstance(numbers, int) else numbers
        return found

    def find_one(self, seen: Word) -> list[int]:
        """Return what `find` does, without knowing the stems."""
        stemmed = self.stem(seen.lower)
        return self.find(seen, stemmed, stemmed if seen.folded is seen.lower else self.stem(seen.folded))


class Memory(dict[str, int]):
    """Run of letters → form; or, where the run is not just one word, ~n for the n-th entry of `several`."""

    def __init__(self, vocabulary: Vocabulary, comparisons: _Comparisons) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.comparisons = comparisons
        self.several: list[tuple[list[int], int]] = []
        """The forms of the words, and the form of what they make together (-1: nothing)."""
        self._traits = array("q")
        """Hashes of what a new term may have in common with a run that was met: a stem, or how it begins."""
        self._met: list[str] = []
        """The run that has each of these traits."""
        self._fresh: list[str] = []
        """Runs that are one plain word, whose traits have not been worked out yet."""
        self._stems: list[str] = []
        """The stem of each of these."""

    def forget(self, term: Term) -> None:
        """Forget the runs that a term which is new may be satisfied by; they are worked out again when next met."""
        seen = word(term.text) if term.kind == "exact" else Word(term.text, term.text, fold(term.text))
        if term.kind != "prefix":
            stem = self.comparisons.stem
            traits = {hash(stem(seen.lower)), hash(stem(seen.folded))}
        elif term.text.isascii():
            traits = {_beginning(seen.folded)}
        else:
            self._forget_all()
            return
        self._settle()
        known = np.frombuffer(self._traits, np.int64)
        for at in np.flatnonzero(np.isin(known, list(traits))).tolist():
            self.pop(self._met[at], None)

    def _forget_all(self) -> None:
        self.clear()
        self.several.clear()
        self._met.clear()
        self._fresh.clear()
        self._stems.clear()
        self._traits = array("q")

    def _settle(self) -> None:
        """Work out the traits of fresh runs."""
        self._traits.extend(map(hash, self._stems))
        self._traits.extend(map(_beginning, map(str.lower, self._fresh)))
        self._met += self._fresh
        self._met += self._fresh
        self._fresh.clear()
        self._stems.clear()

    def _note(self, seen: Word, run: str) -> None:
        """Note what a word of a run may have in common with terms to come."""
        stem = self.comparisons.stem
        traits = {hash(stem(seen.lower)), hash(stem(seen.folded)), _beginning(seen.folded)}
        self._traits.extend(traits)
        self._met += [run] * len(traits)

    def read(self, runs: list[str]) -> Numbers:
        """Return what stands here for each of these runs; `several` is as it was for this call until the next."""
        if len(self._fresh) > _MOST_FRESH:
            self._settle()
        if max(len(self._met) // 4, len(self.several)) > _MOST_REMEMBERED:
            self._forget_all()
        forms = np.fromiter(map(self.get, runs, repeat(_UNKNOWN)), np.int32, len(runs))
        unknown = true_at(forms == _UNKNOWN)
        if len(unknown):
            forms[unknown] = self._learn([runs[at] for at in unknown.tolist()])
        return forms

    def _learn(self, runs: list[str]) -> list[int]:
        """Work out what runs are that have not been met."""
        comparisons = self.comparisons
        form = self.vocabulary.form
        lowers = [run.lower() for run in runs]
        stems = comparisons.stem_all(lowers)
        learned: list[int] = []
        for run, lower, stemmed in zip(runs, lowers, stems, strict=True):
            number = self.get(run)
            if number is not None:
                pass
            elif run.isascii() and run.isalnum():
                found = comparisons.find(Word(run, lower, lower), stemmed, stemmed)
                number = self[run] = form(found) if found else NOTHING
                self._fresh.append(run)
                self._stems.append(stemmed)
            else:
                number = self._split(run)
            learned.append(number)
        return learned

    def _split(self, run: str) -> int:
        """Work out what a run is that may be several words."""
        form = self.vocabulary.form
        find = self.comparisons.find_one
        pieces, joined = split(run)
        if len(pieces) == 1 and (pieces[0].start, pieces[0].end) == (0, len(run)):
            number = form(find(pieces[0].word))
        else:
            together = -1 if joined is None else form(find(joined))
            # A text without spaces is one run of very many words, most of them alike.
            each = {word: form(find(word)) for word in dict.fromkeys(piece.word for piece in pieces)}
            self.several.append(([each[piece.word] for piece in pieces], together))
            number = ~(len(self.several) - 1)
        if len(run) <= _LONGEST_REMEMBERED or number < 0:
            self[run] = number
            for seen in dict.fromkeys(piece.word for piece in pieces):
                self._note(seen, run)
            if joined is not None:
                self._note(joined, run)
        return number


def _beginning(folded: str) -> int:
    return hash(folded[:2])


_KINDS: dict[str, Kind] = {"s": "stem", "w": "word", "p": "prefix", "e": "exact"}


def name_of(term: Term) -> str:
    """Return a term as one string: terms are kept so, at a quarter of the room."""
    return f"{term.kind[0]}{'~' if term.loose else ''}{term.space}\n{term.text}"


def term_of(name: str) -> Term:
    """Return the term that `name_of` named."""
    return shared_term(*_parts_of(name))


def _parts_of(name: str) -> tuple[Kind, str, bool, str]:
    head, _, text = name.partition("\n")
    return _KINDS[head[0]], text, head[1:2] == "~", head[1:].removeprefix("~")


class Vocabulary:
    """All terms, their numbers, and the roles they play as keys: alone, first or second of a pair."""

    def __init__(self) -> None:
        self.names: list[str] = []
        """Number → `name_of` the term."""
        self.spaces: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._roles = bytearray()
        self._by_text: dict[tuple[str, str], _Comparisons] = {}
        self._memories: dict[tuple[str, str], Memory] = {}
        self._forget()

    def _forget(self) -> None:
        """Drop what was remembered of articles' words; it is worked out again when next met."""
        self._forms: dict[tuple[int, ...], int] = {(): NOTHING}
        self.terms = Rows()
        """Form → the terms it satisfies."""
        self.terms.append([])
        self._memories.clear()

    def __len__(self) -> int:
        return len(self.names)

    def number(self, term: Term) -> int:
        """Return a term's number; new terms get the next one."""
        name = name_of(term)
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.names)
            self.names.append(name)
            self._roles.append(0)
            self.spaces.add(term.space)
            for (space, _), comparisons in self._by_text.items():
                if space == term.space:
                    comparisons.add(term, number)
            for (space, _), memory in self._memories.items():
                if space == term.space:
                    memory.forget(term)
        return number

    def term(self, number: int) -> Term:
        """Return the term of that number."""
        return term_of(self.names[number])

    def play(self, number: int, role: int) -> None:
        """Note that a term is a key, and in which role."""
        self._roles[number] |= role

    def roles(self, terms: Numbers) -> npt.NDArray[np.uint8]:
        """Return the roles that these terms play."""
        return np.frombuffer(self._roles, np.uint8)[terms]

    def form(self, terms: list[int]) -> int:
        """Return the form that stands for these terms."""
        terms.sort()
        key = tuple(terms)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = len(self._forms)
            self.terms.append(terms)
        return form

    def memory(self, space: str, language: str) -> Memory:
        """Return the look-up of runs in running text (space "") of a language, or in one field."""
        key = (space, language)
        memory = self._memories.get(key)
        if memory is None:
            comparisons = self._by_text.get(key)
            if comparisons is None:
                comparisons = self._by_text[key] = _Comparisons(language)
                for number, name in enumerate(self.names):
                    kind, text, loose, of_space = _parts_of(name)
                    if of_space == space:
                        comparisons.add(Term(kind, text, loose, of_space), number)
            if len(self._forms) > _MOST_REMEMBERED:
                self._forget()
            memory = self._memories[key] = Memory(self, comparisons)
        return memory


def hash_keys(first: Iterable[int] | Numbers, second: Iterable[int] | Numbers) -> Hashes:
    """Return the 32-bit hashes of keys: pairs of term numbers; `second` is negative for a term alone.

    Two keys of one hash cost a needless check and nothing else: what is found by hash is always verified.
    """
    a: Any = np.asarray(first, np.int32).view(np.uint32)
    b: Any = np.asarray(second, np.int32).view(np.uint32)
    mixed = a * np.uint32(0x9E3779B1) ^ (b * np.uint32(0x85EBCA77) + np.uint32(0x165667B1))
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(0x2C1B3C6D)
    mixed ^= mixed >> np.uint32(13)
    hashed: Hashes = mixed
    return hashed
