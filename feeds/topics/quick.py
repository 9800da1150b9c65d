"""An article looked up in the vocabulary of an index: the same places as `Document`, found through forms."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from feeds.model import Article, Span
from feeds.topics.anchors import ALONE, IN_TITLE
from feeds.topics.document import BODY, SPACES, SPACING, TITLE, Document, Place, in_sequence
from feeds.topics.packed import Meaning, parts
from feeds.topics.runs import Runs, runs_of
from feeds.topics.text import split
from feeds.topics.vocabulary import ALONE as KEY_ALONE
from feeds.topics.vocabulary import FIRST, NOTHING, SECOND, Hashes, Numbers, Vocabulary, hash_keys

_HALF = 32
_FEW = 10
_GAP = np.zeros(1, np.int32)


class _Words(NamedTuple):
    """One field as runs of letters, and as the forms of its words."""

    runs: Runs
    forms: Numbers
    several: list[int]
    """The numbers of runs that are not exactly one word, nothing before or after it."""
    joined: list[tuple[int, int, int]]
    """Hyphenated words written together: first and last word, form."""


class _Terms(NamedTuple):
    """The terms that stand in running text or one field: where in `positions` those of each begin and end."""

    bounds: dict[int, tuple[int, int]]
    positions: list[int]
    joined: dict[int, list[Place]]
    """Terms that hyphenated words satisfy as one, and where."""


class QuickDocument(Document):
    """One article; valid until the vocabulary changes."""

    def __init__(self, article: Article, vocabulary: Vocabulary) -> None:
        super().__init__(article)
        self.vocabulary = vocabulary
        self._words: dict[int, _Words] = {}
        self._bounds: dict[int, tuple[list[int], list[int]]] = {}
        self._all: tuple[Numbers, Numbers] | None = None
        """All terms of the article, fields in order and a gap after each, and where each stands."""
        self._printed: dict[int, tuple[str, list[int], list[int]]] = {}
        self._terms: dict[str, _Terms] = {}
        bases = [TITLE, BODY, *(base for space, base in SPACES.items() if space in vocabulary.spaces)]
        for base in bases:
            self._words[base] = self._read(base)

    def _read(self, base: int) -> _Words:
        space = next((space for space, start in SPACES.items() if start == base), "")
        memory = self.vocabulary.memory(space, "" if space else self.language)
        runs = runs_of(self.field(base)[1])
        forms = np.fromiter(map(memory.__getitem__, runs.texts), np.int32, len(runs.texts))
        several: list[int] = []
        joined: list[tuple[int, int, int]] = []
        if len(forms) and int(forms.min()) < 0:
            flat: list[int] = []
            begin = 0
            each = forms.tolist()
            for at, form in enumerate(each):
                if form < 0:
                    words, together = memory.several[~form]
                    flat += each[begin:at]
                    if together > NOTHING:
                        joined.append((len(flat), len(flat) + len(words) - 1, together))
                    flat += words
                    several.append(at)
                    begin = at + 1
            forms = np.array(flat + each[begin:], np.int32)
        return _Words(runs, forms, several, joined)

    def keys(self) -> tuple[Numbers, Numbers]:
        """Return the keys that stand in the article, as far as queries have such keys: their firsts and seconds."""
        vocabulary = self.vocabulary
        forms = np.concatenate([part for words in self._words.values() for part in (words.forms, _GAP)])
        beside = self._beside_joined()
        if beside:
            forms = np.concatenate((forms, np.array(beside, np.int32)))
        terms, counts = vocabulary.terms.read(forms)
        at = np.repeat(np.arange(len(forms), dtype=np.int32), counts)
        self._all = (terms, at)
        roles = vocabulary.roles(terms)
        alone = distinct(terms[roles & KEY_ALONE != 0])
        title = self._words[TITLE]
        title_forms = np.concatenate((title.forms, np.array([form for _, _, form in title.joined], np.int32)))
        in_title, _ = vocabulary.terms.read(title_forms)
        in_title = in_title[vocabulary.roles(in_title) & KEY_ALONE != 0]
        pairs = _pairs(terms, at, roles)
        singles = np.array([ALONE, IN_TITLE], np.int32).repeat([len(alone), len(in_title)])
        return np.concatenate((alone, in_title, pairs[0])), np.concatenate((singles, pairs[1]))

    def _beside_joined(self) -> list[int]:
        """Return hyphenated words, taken as one, each between the forms of what stands before and after it."""
        beside: list[int] = []
        for words in self._words.values():
            if words.joined:
                forms = [NOTHING, *words.forms.tolist(), NOTHING]
                ends = {last: form for _, last, form in words.joined}
                for first, last, form in words.joined:
                    beside += [NOTHING, forms[first], form, forms[last + 2]]
                    if first - 1 in ends:
                        beside += [NOTHING, ends[first - 1], form]
                beside.append(NOTHING)
        return beside

    def distinct_terms(self) -> list[int]:
        """Return the numbers of all terms that stand in the article, each once."""
        spaces = [self._terms_of(space) for space in ("", *SPACES)]
        return list({number for terms in spaces for number in terms.bounds})

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

    # Places

    @property
    def present(self) -> Container[int]:
        """The numbers of the terms that stand in the running text."""
        return self._terms_of("").bounds

    def find(self, meaning: Meaning) -> list[Place]:
        """Return where a leaf with that meaning occurs, in order: what `Document.places` returns for it."""
        if isinstance(meaning, int):
            return self._alone(self._terms_of(""), meaning)
        if isinstance(meaning[0], int):
            return self._sequence_of(self._terms_of(""), meaning)
        field, first, alternatives = parts(meaning)
        terms = self._terms_of(field if field in SPACES else "")
        found = [place for numbers in alternatives for place in self._sequence_of(terms, numbers)]
        if len(alternatives) > 1:
            found = sorted(set(found))
        if field == "title":
            found = [place for place in found if place[0] < BODY]
        elif field == "body":
            found = [place for place in found if place[0] >= BODY]
        if first:
            found = [place for place in found if place[1] % SPACING < first]
        return found

    def _alone(self, terms: _Terms, number: int) -> list[Place]:
        """Return where a term stands."""
        begin, end = terms.bounds.get(number, (0, 0))
        found = [(position, position) for position in terms.positions[begin:end]]
        return sorted([*found, *terms.joined[number]]) if number in terms.joined else found

    def _sequence_of(self, terms: _Terms, numbers: tuple[int, ...]) -> list[Place]:
        """Return where these terms follow each other."""
        bounds = terms.bounds
        for number in numbers:
            if number not in bounds:
                return []
        if terms.joined and not terms.joined.keys().isdisjoint(numbers):
            return in_sequence(self._alone(terms, number) for number in numbers)
        # Every word of the phrase stands at one position, so that its first says where the others are.
        begin, end = bounds[numbers[0]]
        starts = terms.positions[begin:end]
        for offset in range(1, len(numbers)):
            if not starts:
                return []
            begin, end = bounds[numbers[offset]]
            following = terms.positions[begin:end]
            among = set(following) if len(following) > _FEW else following
            starts = [start for start in starts if start + offset in among]
        width = len(numbers) - 1
        return [(start, start + width) for start in starts]

    def _terms_of(self, space: str) -> _Terms:
        found = self._terms.get(space)
        if found is not None:
            return found
        forms: list[Numbers] = []
        positions: list[Numbers] = []
        joined: dict[int, list[Place]] = {}
        rows = self.vocabulary.terms
        for base in (SPACES[space],) if space else (TITLE, BODY):
            words = self._words.get(base)
            if words is None:
                continue
            forms.append(words.forms)
            positions.append(np.arange(base, base + len(words.forms), dtype=np.int32))
            for first, last, form in words.joined:
                for number in rows.read(np.array([form], np.int32))[0].tolist():
                    joined.setdefault(number, []).append((base + first, base + last))
        if not forms:
            return _Terms({}, [], {})
        if not space and self._all is not None:
            # What `keys` has read already: the title, a gap, the body, a gap, and more that is of no use here.
            terms, at = self._all
            length, begin = len(forms[0]) + 1, int(np.searchsorted(at, len(forms[0]) + 1))
            end = int(np.searchsorted(at, length + len(forms[1])))
            terms, at = terms[:end], at[:end].copy()
            at[begin:] += BODY - length
        else:
            terms, counts = rows.read(np.concatenate(forms))
            at = np.repeat(np.concatenate(positions), counts)
        # Term and position in one number each: sorting those is quicker than ordering the one by the other.
        both: npt.NDArray[np.int64] = terms.astype(np.int64) << _HALF | at
        both.sort()
        terms = (both >> _HALF).astype(np.int32)
        begins = _firsts(terms)
        ends = np.append(begins, len(terms))[1:]
        bounds = dict(zip(terms[begins].tolist(), zip(begins.tolist(), ends.tolist(), strict=True), strict=True))
        for number in joined:
            bounds.setdefault(number, (0, 0))
        found = self._terms[space] = _Terms(bounds, both.astype(np.int32).tolist(), joined)
        return found

    def bounds(self, base: int) -> tuple[list[int], list[int]]:
        found = self._bounds.get(base)
        if found is None:
            words = self._words.get(base)
            found = self._bounds[base] = super().bounds(base) if words is None else _bounds_of(words)
        return found

    def span(self, clause: str, place: Place) -> Span:
        first, last = place
        base = first - first % SPACING
        printed = self._printed.get(base)
        if printed is None:
            printed = self._printed[base] = (self.field(base)[0], *self.bounds(base))
        name, starts, ends = printed
        return Span(name, starts[first - base], ends[last - base], clause)


def _pairs(terms: Numbers, at: Numbers, roles: npt.NDArray[np.uint8]) -> tuple[Numbers, Numbers]:
    """Return the terms that are the first of a pair, each with every second of a pair that follows next to it."""
    is_first, is_second = roles & FIRST != 0, roles & SECOND != 0
    firsts, seconds, places = terms[is_first], terms[is_second], at[is_second]
    wanted = at[is_first] + 1
    begins = np.searchsorted(places, wanted)
    counts = np.searchsorted(places, wanted, "right") - begins
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return firsts.repeat(counts), seconds[np.arange(total) + np.repeat(begins - ends + counts, counts)]


def _firsts(ordered: Numbers) -> npt.NDArray[np.intp]:
    """Return where in a sorted array each number comes for the first time."""
    changes = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=changes[1:])
    return np.flatnonzero(changes)


def distinct(numbers: Numbers) -> Numbers:
    """Return the different numbers in ascending order (for short arrays five times as fast as `np.unique`)."""
    ordered = np.sort(numbers)
    return ordered[_firsts(ordered)]


def _bounds_of(words: _Words) -> tuple[list[int], list[int]]:
    """Return where each word starts and ends."""
    texts, starts, ends = words.runs
    if not words.several:
        return starts, ends
    flat_starts: list[int] = []
    flat_ends: list[int] = []
    begin = 0
    for number in words.several:
        flat_starts += starts[begin:number]
        flat_ends += ends[begin:number]
        for piece in split(texts[number])[0]:
            flat_starts.append(starts[number] + piece.start)
            flat_ends.append(starts[number] + piece.end)
        begin = number + 1
    return flat_starts + starts[begin:], flat_ends + ends[begin:]
