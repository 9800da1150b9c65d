"""What must stand in an article for a word or phrase of a query to do so: the keys under which the index stores it.

A key is a word (term, ALONE), a word of the title (term, IN_TITLE) or two words next to each other (term, term). Of a
longer phrase the rarest pair is its key. What is rare is learned from articles, as far as any have been seen.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from feeds.topics.index import vocabulary as roles
from feeds.topics.index.packed import FIRST_LANGUAGE, Leaves, parts
from feeds.topics.index.vocabulary import Vocabulary, hash_keys
from feeds.topics.language import is_little_word

Key = tuple[int, int]

ALONE, IN_TITLE = -1, -2

PLACE_BITS = 17
ALWAYS = 1 << PLACE_BITS
"""The place of a leaf that has several keys: it counts as present until it is looked for."""
NEVER = ALWAYS + 1
_OF_LITTLE_WORDS = 0.9
_SHIFT = 32 - PLACE_BITS


class Rarity:
    """In which share of articles a key stands."""

    def __init__(self, vocabulary: Vocabulary, seen: Mapping[str, int], counted: int) -> None:
        """`seen`: in how many of the `counted` articles each term stood, by its name."""
        self._vocabulary = vocabulary
        self._seen = np.array([seen.get(name, 0) for name in vocabulary.names], np.int32)
        self.counted = counted
        self._used = np.zeros(0, np.int32)
        self._queries = 1
        self._shares: list[float] = []

    def seen(self) -> dict[str, int]:
        """Return in how many articles each term stood, by its name."""
        return dict(zip(self._vocabulary.names, self._seen.tolist(), strict=False))

    def count_uses(self, leaves: Leaves, queries: int) -> None:
        """Count how many queries ask for each term: all there is to go by where no article has been seen."""
        self._used = np.zeros(len(self._vocabulary), np.int32)
        self._queries = max(1, queries)
        for meaning, count in zip(leaves.meanings, leaves.uses, strict=True):
            if isinstance(meaning, int):
                self._used[meaning] += count
                continue
            for numbers in parts(meaning)[2]:
                for number in numbers:
                    if number < FIRST_LANGUAGE:
                        self._used[number] += count

    def learn(self, terms: npt.NDArray[np.int32]) -> None:
        """Count the terms that stand in an article, each given once."""
        if len(self._seen) < len(self._vocabulary):
            more = max(1024, len(self._vocabulary) - len(self._seen))
            self._seen = np.concatenate((self._seen, np.zeros(more, np.int32)))
        self._seen[terms] += 1
        self.counted += 1

    def of(self, key: Key) -> float:
        """Return the share of articles that have a key, as far as is known."""
        first, second = key
        if first >= FIRST_LANGUAGE:
            return 0.5
        if second == IN_TITLE:
            return self._of_term(first) * 0.05
        if second != ALONE:
            return min(self._of_term(first), self._of_term(second)) * 0.05
        return self._of_term(first)

    def _of_term(self, number: int) -> float:
        if number < len(self._shares):
            return self._shares[number]
        text = self._vocabulary.names[number].partition("\n")[2]
        used = int(self._used[number]) if number < len(self._used) else 0
        guess = _OF_LITTLE_WORDS if is_little_word(text) else min(0.5, 0.001 + used / self._queries)
        seen = int(self._seen[number]) if number < len(self._seen) else 0
        return (seen + 2 * guess) / (self.counted + 2)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Work out the shares of all terms at once, and go by them meanwhile."""
        names = self._vocabulary.names
        little = np.fromiter((is_little_word(name[name.index("\n") + 1 :]) for name in names), np.bool_, len(names))
        guesses = np.where(little, _OF_LITTLE_WORDS, np.minimum(0.5, 0.001 + self._used / self._queries))
        self._shares = ((self._seen[: len(names)] + 2 * guesses) / (self.counted + 2)).tolist()
        try:
            yield
        finally:
            self._shares = []


class LeafKeys:
    """The keys of all leaves, by the leaf's number."""

    def __init__(self, leaves: Leaves, vocabulary: Vocabulary) -> None:
        self._leaves = leaves
        self._vocabulary = vocabulary
        self.hashes = array("I")
        """The hash of the key of each."""
        self.places = array("i")
        """Where the key is found in the table of what an article has: the first bits of its hash, or ALWAYS."""
        self.costs = array("f")
        """In which share of articles each is expected."""
        self.several: dict[int, list[int]] = {}
        """The hashes of those that have several keys, one of which is there."""

    def settle(self, rarity: Callable[[Key], float]) -> None:
        """Choose the keys of leaves that have come since the last call."""
        meanings = self._leaves.meanings
        begin = len(self.hashes)
        play = self._vocabulary.play
        firsts: list[int] = []
        seconds: list[int] = []
        several: dict[int, list[Key]] = {}
        for leaf in range(begin, len(meanings)):
            meaning = meanings[leaf]
            if isinstance(meaning, int):
                self.costs.append(rarity((meaning, ALONE)))
                firsts.append(meaning)
                seconds.append(ALONE)
                play(meaning, roles.ALONE)
                continue
            field, _, alternatives = parts(meaning)
            alone = IN_TITLE if field == "title" else ALONE
            keys = list(dict.fromkeys(_key_of(numbers, alone, rarity) for numbers in alternatives))
            if len(keys) > 1:
                several[leaf] = keys
            self.costs.append(sum(map(rarity, keys)))
            firsts.append(keys[0][0])
            seconds.append(keys[0][1])
            for first, second in keys:
                if second >= 0:
                    play(first, roles.FIRST)
                    play(second, roles.SECOND)
                elif first < FIRST_LANGUAGE:
                    play(first, roles.ALONE if second == ALONE else roles.IN_TITLE)
        hashes = hash_keys(firsts, seconds)
        self.hashes.frombytes(hashes.tobytes())
        self.places.frombytes((hashes >> np.uint32(_SHIFT)).astype(np.int32).tobytes())
        for leaf, keys in several.items():
            self.places[leaf] = ALWAYS
            self.several[leaf] = hash_keys([key[0] for key in keys], [key[1] for key in keys]).tolist()

    def of(self, leaf: int) -> list[int]:
        """Return the hashes of the keys of a leaf."""
        return self.several.get(leaf) or [self.hashes[leaf]]


def places_of(hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """Return where keys are found in the table of what an article has."""
    return (hashes >> np.uint32(_SHIFT)).astype(np.int64)


def _key_of(numbers: tuple[int, ...], alone: int, rarity: Callable[[Key], float]) -> Key:
    if len(numbers) == 1:
        return numbers[0], alone
    pairs = list(pairwise(numbers))
    return pairs[0] if len(pairs) == 1 else min(pairs, key=rarity)
