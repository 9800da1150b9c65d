"""An article looked up in the vocabulary of an index: the same places as `Document`, found through forms."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from feeds.model import Article, Span
from feeds.topics.document import BODY, SPACES, SPACING, TITLE, Document, Place, in_sequence
from feeds.topics.index.arrays import changes, ranges, true_at
from feeds.topics.index.keys import ALONE, IN_TITLE
from feeds.topics.index.packed import Meaning, parts
from feeds.topics.index.runs import Runs, runs_of
from feeds.topics.index.sieve import EVERYWHERE, Masks, masks_of
from feeds.topics.index.vocabulary import ALONE as KEY_ALONE
from feeds.topics.index.vocabulary import FIRST, NOTHING, SECOND, Hashes, Memory, Numbers, Vocabulary, hash_keys
from feeds.topics.index.vocabulary import IN_TITLE as KEY_IN_TITLE
from feeds.topics.text import split

_HALF = 32
_LOWER = (1 << _HALF) - 1
_FEW = 10
_BESIDE = 100 * SPACING
"""From here on, hyphenated words taken as one are put beside what stands before and after them."""


class _Words(NamedTuple):
    """The running text or one field, as runs of letters and as the forms of its words."""

    runs: Runs
    forms: Numbers
    several: list[int]
    """The numbers of runs that are not exactly one word, nothing before or after it."""
    joined: list[tuple[int, int, int]]
    """Hyphenated words written together: first and last word, form."""


class QuickDocument(Document):
    """One article; valid until the vocabulary changes."""

    def __init__(self, article: Article, vocabulary: Vocabulary) -> None:
        super().__init__(article)
        self.vocabulary = vocabulary
        self.joined: dict[int, list[Place]] = {}
        """Terms that hyphenated words satisfy as one, and where."""
        title = self.field(TITLE)[1]
        # Title and body are read at once: a line's end is part of no run.
        self._text = self._read(f"{title}\n{self.body_text}", vocabulary.memory("", self.language))
        self._fields = {
            base: self._read(self.field(base)[1], vocabulary.memory(space, ""))
            for space, base in SPACES.items()
            if space in vocabulary.spaces
        }
        self._body_offset = len(title) + 1
        self._words_of_title = self._count_words(bisect_left(self._text.runs.starts, self._body_offset))
        self._bounds: dict[int, tuple[list[int], list[int]]] = {}
        self._flat: tuple[list[int], list[int]] | None = None
        self._order()

    def _read(self, text: str, memory: Memory) -> _Words:
        runs = runs_of(text)
        forms = memory.read(runs.texts)
        several: list[int] = []
        joined: list[tuple[int, int, int]] = []
        if len(forms) and int(forms.min()) < 0:
            flat: list[int] = []
            begin = 0
            each = forms.tolist()
            for at in true_at(forms < 0).tolist():
                words, together = memory.several[~each[at]]
                flat += each[begin:at]
                if together > NOTHING:
                    joined.append((len(flat), len(flat) + len(words) - 1, together))
                flat += words
                several.append(at)
                begin = at + 1
            forms = np.array(flat + each[begin:], np.int32)
        return _Words(runs, forms, several, joined)

    def _count_words(self, runs: int) -> int:
        """Return how many words the first runs of the running text are."""
        texts, several = self._text.runs.texts, self._text.several
        return runs + sum(len(split(texts[at])[0]) - 1 for at in several[: bisect_left(several, runs)])

    def _parts(self) -> Iterator[tuple[_Words, Numbers]]:
        """Yield what was read, and the positions of its words."""
        count, title = len(self._text.forms), self._words_of_title
        positions = np.arange(count, dtype=np.int32)
        positions[title:] += BODY - title
        yield self._text, positions
        for base, words in self._fields.items():
            yield words, np.arange(base, base + len(words.forms), dtype=np.int32)

    def keys(self) -> tuple[Numbers, Numbers, Masks]:
        """Return the keys that stand in the article, as far as queries have such keys: firsts, seconds and masks."""
        terms, at = self._occurrences
        ordered, begins = self._ordered, self._begins
        positions = ordered.astype(np.int32)
        bits = masks_of(positions)
        masks = np.bitwise_or.reduceat(bits, begins) if len(begins) else bits
        numbers = self._numbers
        roles = self.vocabulary.roles(numbers)
        alone = roles & KEY_ALONE != 0
        in_title = (roles & KEY_IN_TITLE != 0) & (positions[begins] < BODY)
        firsts = [numbers[alone], numbers[in_title]]
        each_mask = [masks[alone], masks[in_title]]
        lengths = [len(firsts[0]), len(firsts[1])]
        beside = self._beside_joined()
        if beside:
            # Where these stand is not said: they take the room of several words.
            more, counts = self.vocabulary.terms.read(np.array(beside, np.int32))
            terms = np.concatenate((terms, more))
            at = np.concatenate((at, np.arange(_BESIDE, _BESIDE + len(beside), dtype=np.int32).repeat(counts)))
            roles = self.vocabulary.roles(more)
            once, title = more[roles & KEY_ALONE != 0], more[roles & KEY_IN_TITLE != 0]
            firsts += [once, title]
            each_mask.append(np.full(len(once) + len(title), EVERYWHERE))
            lengths += [len(once), len(title)]
        singles = np.array([ALONE, IN_TITLE] * (len(lengths) // 2), np.int32).repeat(lengths)
        firsts_of_pairs, seconds, begin_at = _pairs(terms, at, self.vocabulary.roles(terms))
        of_pairs = masks_of(begin_at)
        if beside:
            of_pairs[begin_at >= _BESIDE - 1] = EVERYWHERE
        return (
            np.concatenate((*firsts, firsts_of_pairs)),
            np.concatenate((singles, seconds)),
            np.concatenate((*each_mask, of_pairs)),
        )

    def _beside_joined(self) -> list[int]:
        """Return hyphenated words, taken as one, each between the forms of what stands before and after it."""
        beside: list[int] = []
        for words, _ in self._parts():
            if words.joined:
                forms = [NOTHING, *words.forms.tolist(), NOTHING]
                ends = {last: form for _, last, form in words.joined}
                for first, last, form in words.joined:
                    beside += [NOTHING, forms[first], form, forms[last + 2]]
                    if first - 1 in ends:
                        beside += [NOTHING, ends[first - 1], form]
                beside.append(NOTHING)
        return beside

    def hashes(self, languages: dict[str, int]) -> tuple[Hashes, Masks]:
        """Return the hashes of all keys in the article, and their masks; `languages` are those that queries ask for."""
        firsts, seconds, masks = self.keys()
        spoken = self._spoken(languages)
        if spoken:
            firsts = np.concatenate((firsts, np.array(spoken, np.int32)))
            seconds = np.concatenate((seconds, np.full(len(spoken), ALONE, np.int32)))
            masks = np.concatenate((masks, np.full(len(spoken), EVERYWHERE)))
        if self.joined:
            # A word that takes the room of several makes phrases longer than their terms are many.
            masks[:] = EVERYWHERE
        return hash_keys(firsts, seconds), masks

    def _spoken(self, languages: dict[str, int]) -> list[int]:
        if not languages:
            return []
        parts = (self.article.language or "").strip().lower().replace("_", "-").split("-")
        codes = {self.language, *("-".join(parts[:count]) for count in range(2, len(parts) + 1))}
        return [languages[code] for code in codes if code in languages]

    # Places

    def find(self, meaning: Meaning) -> list[Place]:
        """Return where a leaf with that meaning occurs, in order: what `Document.places` returns for it."""
        if isinstance(meaning, int):
            return self._alone(meaning)
        if isinstance(meaning[0], int):
            return self._sequence_of(meaning)
        field, first, alternatives = parts(meaning)
        found = [place for numbers in alternatives for place in self._sequence_of(numbers)]
        if len(alternatives) > 1:
            found = sorted(set(found))
        if field == "title":
            found = [place for place in found if place[0] < BODY]
        elif field == "body":
            found = [place for place in found if place[0] >= BODY]
        if first:
            found = [place for place in found if place[1] % SPACING < first]
        return found

    def _alone(self, number: int) -> list[Place]:
        """Return where a term stands."""
        row = self.rows.get(number)
        if row is None:
            return []
        found = [(position, position) for position in self._positions[self._limits[row] : self._limits[row + 1]]]
        return sorted([*found, *self.joined[number]]) if number in self.joined else found

    def _sequence_of(self, numbers: tuple[int, ...]) -> list[Place]:
        """Return where these terms follow each other."""
        rows, limits, positions = self.rows, self._limits, self._positions
        for number in numbers:
            if number not in rows:
                return []
        if self.joined and not self.joined.keys().isdisjoint(numbers):
            return in_sequence(self._alone(number) for number in numbers)
        # Every word of the phrase stands at one position, so that its first says where the others are.
        row = rows[numbers[0]]
        starts = positions[limits[row] : limits[row + 1]]
        for offset in range(1, len(numbers)):
            if not starts:
                return []
            row = rows[numbers[offset]]
            following = positions[limits[row] : limits[row + 1]]
            among = set(following) if len(following) > _FEW else following
            starts = [start for start in starts if start + offset in among]
        width = len(numbers) - 1
        return [(start, start + width) for start in starts]

    def positions_of(self, terms: Numbers, most: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the first positions of each of these terms, one after the other, and how many each has.

        Every one must stand in the article, and none in hyphenated words.
        """
        rows = self._numbers.searchsorted(terms)
        begins = self._begins[rows]
        counts = np.minimum(self._counts[rows], most)
        return self._ordered[ranges(begins, counts)] & _LOWER, counts

    def _order(self) -> None:
        """Put the terms that stand in the article in order, each with its positions in order."""
        forms: list[Numbers] = []
        positions: list[Numbers] = []
        rows = self.vocabulary.terms
        for words, at in self._parts():
            forms.append(words.forms)
            positions.append(at)
            for first, last, form in words.joined:
                for number in rows.read(np.array([form], np.int32))[0].tolist():
                    self.joined.setdefault(number, []).append((int(at[first]), int(at[last])))
        terms, counts = rows.read(np.concatenate(forms))
        at = np.concatenate(positions).repeat(counts)
        self._occurrences = terms, at
        # Term and position in one number each: sorting those is quicker than ordering the one by the other.
        both: npt.NDArray[np.int64] = terms.astype(np.int64) << _HALF | at
        both.sort()
        self._ordered = both
        ordered = (both >> _HALF).astype(np.int32)
        self._begins = begins = true_at(changes(ordered))
        self._numbers = self.terms = ordered[self._begins]
        """The terms that stand in the article, in order; `terms` has those of hyphenated words too."""
        self.rows = dict(zip(self.terms.tolist(), range(len(self.terms)), strict=True))
        total = len(both)
        self._limits = limits = [*begins.tolist(), total, total]
        self._counts = np.array(limits[1:-1], np.int64) - begins
        self._positions: list[int] = both.astype(np.int32).tolist()
        if self.joined:
            for number in self.joined:
                self.rows.setdefault(number, len(self.terms))
            self.terms = np.array(sorted(self.rows), np.int32)

    def bounds(self, base: int) -> tuple[list[int], list[int]]:
        found = self._bounds.get(base)
        if found is None:
            if base == TITLE:
                starts, ends = self._flat_bounds()
                found = starts[: self._words_of_title], ends[: self._words_of_title]
            elif base == BODY:
                offset, title = self._body_offset, self._words_of_title
                starts, ends = self._flat_bounds()
                found = [start - offset for start in starts[title:]], [end - offset for end in ends[title:]]
            else:
                words = self._fields.get(base)
                found = super().bounds(base) if words is None else _bounds_of(words)
            self._bounds[base] = found
        return found

    def _flat_bounds(self) -> tuple[list[int], list[int]]:
        if self._flat is None:
            self._flat = _bounds_of(self._text)
        return self._flat

    def span(self, clause: str, place: Place) -> Span:
        first, last = place
        if first >= SPACING << 1:
            return super().span(clause, place)
        starts, ends = self._flat or self._flat_bounds()
        if first < SPACING:
            return Span("title", starts[first], ends[last], clause)
        skip, offset = SPACING - self._words_of_title, self._body_offset
        return Span(self.body_field, starts[first - skip] - offset, ends[last - skip] - offset, clause)


def _pairs(terms: Numbers, at: Numbers, roles: npt.NDArray[np.uint8]) -> tuple[Numbers, Numbers, Numbers]:
    """Return the terms that are the first of a pair, each with every second that follows next to it, and where."""
    is_first, is_second = roles & FIRST != 0, roles & SECOND != 0
    firsts, seconds, second_at = terms[is_first], terms[is_second], at[is_second]
    wanted = at[is_first] + 1
    begins = second_at.searchsorted(wanted)
    counts = second_at.searchsorted(wanted, "right") - begins
    return firsts.repeat(counts), seconds[ranges(begins, counts)], (wanted - 1).repeat(counts)


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
