"""One article against all stored queries at once, in a time that hardly depends on how many there are.

    article → forms of its words → keys (words, pairs of words) → queries anchored on one of them
            → those whose other needs are met too → evaluated in full

Every query is anchored on the rarest thing it cannot do without (`anchors`). Most stand in the *base*: arrays sorted
by the hash of the key. Queries added since stand in the *delta*, a dict, and are matched from then on; when it has
grown it is merged into the base (milliseconds). `evaluate` is the truth about what matches; this module only decides
what need not be asked.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Hashable, Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from feeds.model import Article, Match
from feeds.topics import vocabulary
from feeds.topics.anchors import ALONE, IN_TITLE, Key, Need, Needs
from feeds.topics.language import is_little_word
from feeds.topics.packed import Leaves, Packed, leaf_numbers, pack, parts, tree, unpack
from feeds.topics.query import Node, Query
from feeds.topics.quick import QuickDocument, distinct
from feeds.topics.verify import Verifier
from feeds.topics.vocabulary import Hashes, Vocabulary, hash_keys

Slots = npt.NDArray[np.int32]

_SMALLEST_MERGE = 1_024
_FIRST_LANGUAGE = 1 << 30
_EVERY = 16
"""One article in so many is counted, to learn which words are rare."""

_AT_ONCE = 1 << 15
"""So many queries are anchored at a time, so that building takes little more room than what is built."""

_OTHER_NEEDS = 2
_KEYS_OF_A_NEED = 8
# A key is looked up among those present by 20 bits of its hash; two more places are always and never present.
_PRESENT_SHIFT = np.uint32(12)
_ALWAYS = 1 << 20
_NEVER = _ALWAYS + 1


class Index:
    """Stored queries, each under an id. Safe to use from several threads."""

    def __init__(self, queries: Iterable[tuple[Hashable, Query]] = (), sample: Iterable[Article] = ()) -> None:
        """Store these queries; of two with one id the later counts.

        `sample`: some articles of the kind that will be matched (a few hundred are plenty). They tell which words are
        rare. Without them the index goes by how many queries use a word; it then matches the same, only more slowly.
        """
        self._lock = threading.RLock()
        self._present = np.zeros(_NEVER + 1, np.bool_)
        self._present[_ALWAYS] = True
        self._build(((identifier, query.root) for identifier, query in queries), sample, {}, 0)

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, identifier: Hashable) -> bool:
        return identifier in self._slots

    def add(self, identifier: Hashable, query: Query) -> None:
        """Store a query, or replace the one of that id; the next `match` knows it."""
        with self._lock:
            if identifier in self._slots:
                self._retire(identifier)
            self._keep(identifier, pack(query.root, self._leaves))
            keys, slots = self._anchor(range(len(self._packed) - 1, len(self._packed)))
            for hashed, slot in zip(keys.tolist(), slots.tolist(), strict=True):
                self._delta.setdefault(hashed, []).append(slot)
            self._delta_size += len(slots)
            if self._delta_size > max(_SMALLEST_MERGE, len(self._base_slots) // 32):
                self._merge()

    def remove(self, identifier: Hashable) -> None:
        """Forget a query. Raises KeyError where there is none of that id."""
        with self._lock:
            if identifier not in self._slots:
                raise KeyError(identifier)
            self._retire(identifier)

    def match(self, article: Article) -> list[Match]:
        """Return the matches of all queries that select the article, in the order in which they were stored."""
        with self._lock:
            document = QuickDocument(article, self._vocabulary)
            if self._articles % _EVERY == 0:
                self._learn(document)
            self._articles += 1
            verifier = Verifier(document, self._leaves)
            matches = []
            for slot in self._candidates(document):
                packed = self._packed[slot]
                if packed and (match := verifier.match(self._ids[slot], unpack(packed))) is not None:
                    matches.append(match)
            return matches

    def rebuild(self) -> None:
        """Choose all anchors anew by what has been seen of articles, and free what removed queries left behind."""
        with self._lock:
            seen = dict(zip(self._vocabulary.names, self._seen.tolist(), strict=False))
            leaves, packed = self._leaves, self._packed
            stored = [(identifier, packed[slot]) for identifier, slot in self._slots.items()]
            roots = ((identifier, tree(unpack(each), leaves)) for identifier, each in stored)
            self._build(roots, (), seen, self._counted)

    # Storing

    def _build(
        self, roots: Iterable[tuple[Hashable, Node]], sample: Iterable[Article], seen: dict[str, int], counted: int
    ) -> None:
        """Begin afresh. `seen`: in how many of the `counted` articles each term stood, by its name."""
        collecting = gc.isenabled()
        # Building makes many small objects that all stay; to look for garbage among them takes longer than the work.
        gc.disable()
        try:
            self._vocabulary = Vocabulary()
            self._leaves = Leaves(self._vocabulary)
            self._languages: dict[str, int] = {}
            self._slots: dict[Hashable, int] = {}
            self._ids: list[Hashable] = []
            self._packed: list[bytes] = []
            self._alive = np.zeros(0, np.bool_)
            self._others = [np.zeros((0, _KEYS_OF_A_NEED), np.int32) for _ in range(_OTHER_NEEDS)]
            self._delta: dict[int, list[int]] = {}
            self._delta_size = 0
            self._articles = 0
            for identifier, root in roots:
                self._keep(identifier, pack(root, self._leaves))
            self._count_uses()
            self._counted = counted
            self._seen = np.array([seen.get(name, 0) for name in self._vocabulary.names], np.int32)
            for article in sample:
                self._learn(QuickDocument(article, self._vocabulary))
            self._needs = Needs(self._leaves.meanings, self._language, self._frequency)
            parts_of_base = [
                self._anchor(range(begin, min(begin + _AT_ONCE, len(self._packed))))
                for begin in range(0, max(1, len(self._packed)), _AT_ONCE)
            ]
            keys, slots = (np.concatenate(each) for each in zip(*parts_of_base, strict=True))
            self._set_base(keys, slots)
        finally:
            if collecting:
                gc.enable()

    def _keep(self, identifier: Hashable, packed: bytes) -> None:
        """Store a query without anchoring it; one of the same id that is not anchored yet gives way."""
        slot = self._slots.setdefault(identifier, len(self._packed))
        if slot < len(self._packed):
            self._packed[slot] = packed
        else:
            self._ids.append(identifier)
            self._packed.append(packed)

    def _count_uses(self) -> None:
        """Count how many queries ask for each term."""
        leaves = np.zeros(len(self._leaves.texts), np.int32)
        for packed in self._packed:
            for leaf in leaf_numbers(unpack(packed)):
                leaves[leaf] += 1
        self._used = np.zeros(len(self._vocabulary), np.int32)
        for meaning, count in zip(self._leaves.meanings, leaves.tolist(), strict=True):
            for numbers in parts(meaning)[2]:
                for number in numbers:
                    self._used[number] += count
        self._most = max(1, len(self._packed))

    def _anchor(self, new: range) -> tuple[Hashes, Slots]:
        """Choose the needs of new slots; return the hashes of all their anchors' keys, and the slots of those."""
        firsts: list[int] = []
        seconds: list[int] = []
        slots: list[int] = []
        others: list[list[Need]] = []
        for slot in new:
            anchor, *further = self._choose(unpack(self._packed[slot]))
            for first, second in anchor:
                firsts.append(first)
                seconds.append(second)
                slots.append(slot)
            others.append(further)
        self._needs.forget()
        self._play(zip(firsts, seconds, strict=True))
        self._alive = _with_room(self._alive, new.stop)
        self._alive[new.start : new.stop] = True
        for position in range(_OTHER_NEEDS):
            these = self._places_of([need[position] if position < len(need) else () for need in others])
            self._others[position] = _with_room(self._others[position], new.stop)
            self._others[position][new.start : new.stop] = these
        return hash_keys(firsts, seconds), np.array(slots, np.int32)

    def _choose(self, root: Packed) -> list[Need]:
        """Return the anchor, and the needs that are checked before a query is evaluated."""
        needs = self._needs.of(root)
        if len(needs) == 1:
            return needs
        anchor, *further = sorted(dict.fromkeys(needs), key=self._needs.cost)
        return [anchor, *[need for need in further if len(need) <= _KEYS_OF_A_NEED][:_OTHER_NEEDS]]

    def _play(self, keys: Iterable[Key]) -> None:
        """Tell the vocabulary which terms are looked for alone, and which in pairs."""
        play = self._vocabulary.play
        for first, second in keys:
            if first >= _FIRST_LANGUAGE:
                continue
            if second < 0:
                play(first, vocabulary.ALONE)
            else:
                play(first, vocabulary.FIRST)
                play(second, vocabulary.SECOND)

    def _places_of(self, needs: list[Need]) -> Slots:
        """Return where the keys of each need are found in the table of what is present."""
        self._play(key for need in needs for key in need)
        flat = [key for need in needs for key in (*need, *[(0, 0)] * (_KEYS_OF_A_NEED - len(need)))]
        hashed = hash_keys([key[0] for key in flat], [key[1] for key in flat])
        places = (hashed >> _PRESENT_SHIFT).astype(np.int32).reshape(-1, _KEYS_OF_A_NEED)
        sizes = np.array([len(need) for need in needs], np.int32)
        places[np.arange(_KEYS_OF_A_NEED)[None, :] >= sizes[:, None]] = _NEVER
        places[sizes == 0] = _ALWAYS
        return places

    def _set_base(self, keys: Hashes, slots: Slots) -> None:
        order = np.argsort(keys, kind="stable")
        self._base_keys, self._base_slots = keys[order], slots[order]
        bits = min(31, max(8, len(keys).bit_length()))
        self._shift = np.uint32(32 - bits)
        counts = np.bincount(keys >> self._shift, minlength=1 << bits)
        self._starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)

    def _retire(self, identifier: Hashable) -> None:
        slot = self._slots.pop(identifier)
        self._packed[slot] = b""
        self._ids[slot] = None
        self._alive[slot] = False

    def _merge(self) -> None:
        """Bring the delta into the base, and drop what was removed."""
        delta = [(hashed, slot) for hashed, slots in self._delta.items() for slot in slots]
        keys = np.concatenate((self._base_keys, np.array([hashed for hashed, _ in delta], np.uint32)))
        slots = np.concatenate((self._base_slots, np.array([slot for _, slot in delta], np.int32)))
        alive = self._alive[slots]
        keys, slots = keys[alive], slots[alive]
        if len(self._packed) > 2 * len(self._slots):
            slots = self._renumber(slots)
        self._set_base(keys, slots)
        self._delta, self._delta_size = {}, 0

    def _renumber(self, slots: Slots) -> Slots:
        """Close the gaps that removed queries left."""
        kept = np.flatnonzero(self._alive)
        new = (np.cumsum(self._alive) - 1).astype(np.int32)
        self._packed = [self._packed[slot] for slot in kept.tolist()]
        self._ids = [self._ids[slot] for slot in kept.tolist()]
        self._slots = {identifier: slot for slot, identifier in enumerate(self._ids)}
        self._others = [places[kept] for places in self._others]
        self._alive = np.ones(len(kept), np.bool_)
        return new[slots]

    # What is rare

    def _learn(self, document: QuickDocument) -> None:
        """Count the terms that stand in an article."""
        if len(self._seen) < len(self._vocabulary):
            more = max(1024, len(self._vocabulary) - len(self._seen))
            self._seen = np.concatenate((self._seen, np.zeros(more, np.int32)))
        self._seen[document.distinct_terms()] += 1
        self._counted += 1

    def _frequency(self, key: Key) -> float:
        """Return the share of articles that have a key, as far as is known."""
        first, second = key
        if first >= _FIRST_LANGUAGE:
            return 0.5
        if second == IN_TITLE:
            return self._frequency((first, ALONE)) * 0.05
        if second != ALONE:
            return min(self._frequency((first, ALONE)), self._frequency((second, ALONE))) * 0.05
        text = self._vocabulary.names[first].partition("\n")[2]
        used = int(self._used[first]) if first < len(self._used) else 0
        guess = 0.9 if is_little_word(text) else min(0.5, 0.001 + used / self._most)
        seen = int(self._seen[first]) if first < len(self._seen) else 0
        return (seen + 2 * guess) / (self._counted + 2)

    def _language(self, code: str) -> int:
        return self._languages.setdefault(code, _FIRST_LANGUAGE + len(self._languages))

    # Matching

    def _candidates(self, document: QuickDocument) -> list[int]:
        """Return the slots of the queries that the article's keys do not rule out, in ascending order."""
        hashed = document.hashes(self._languages)
        buckets = hashed >> self._shift
        starts = self._starts[buckets]
        counts = self._starts[buckets + 1] - starts
        some = np.flatnonzero(counts)
        starts, counts = starts[some], counts[some]
        ends = np.cumsum(counts)
        at = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts - ends + counts, counts)
        slots = self._base_slots[at[self._base_keys[at] == np.repeat(hashed[some], counts)]]
        if self._delta:
            fresh = [slot for key in self._delta.keys() & set(hashed.tolist()) for slot in self._delta[key]]
            slots = np.concatenate((slots, np.array(fresh, np.int32)))
        present = self._present
        places = hashed >> _PRESENT_SHIFT
        present[places] = True
        for others in self._others:
            slots = slots[present[others[slots]].view(np.uint64)[:, 0] != 0]
        present[places] = False
        candidates: list[int] = distinct(slots).tolist()
        return candidates


def _with_room(array: npt.NDArray[Any], rows: int) -> npt.NDArray[Any]:
    """Return the array with at least so many rows; those to spare make most additions free of copying."""
    if rows <= len(array):
        return array
    more = max(rows, len(array) + len(array) // 8) - len(array)
    return np.concatenate((array, np.zeros((more, *array.shape[1:]), array.dtype)))


def evaluate_each(query: Query, articles: Iterable[Article]) -> Iterator[Match | None]:
    """Yield for each article what `evaluate` returns, several times as fast: words that recur are looked up once."""
    index = Index([(query.text, query)])
    for article in articles:
        found = index.match(article)
        yield found[0] if found else None
