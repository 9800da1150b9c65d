"""The stored queries and their ids: adding, removing, asking. The walk is told in the package's own words."""

from __future__ import annotations

import gc
import threading
from array import array
from collections.abc import Hashable, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from feeds.model import Article, Match
from feeds.topics.index.arrays import with_room
from feeds.topics.index.clauses import EXACT, literals_of, root_of
from feeds.topics.index.keys import LeafKeys, Rarity
from feeds.topics.index.packed import Leaves, Packed, pack, tree, unpack
from feeds.topics.index.quick import QuickDocument
from feeds.topics.index.sieve import Sieve, Slots
from feeds.topics.index.verify import Verifier
from feeds.topics.index.vocabulary import Vocabulary
from feeds.topics.query import Node, Query

_EVERY = 16
"""One article in so many is counted, to learn which words are rare."""

_SMALLEST_SWEEP = 1_024


class Index:
    """Stored queries, each under an id. Safe to use from several threads."""

    def __init__(self, queries: Iterable[tuple[Hashable, Query]] = (), sample: Iterable[Article] = ()) -> None:
        """Store these queries; of two with one id the later counts.

        `sample`: some articles of the kind that will be matched (a few hundred are plenty). They tell which words are
        rare. Without them the index goes by how many queries use a word; it then matches the same, only more slowly.
        """
        self._lock = threading.RLock()
        self._last = 0
        """The number of what was stored last; what was stored earlier has a smaller one."""
        self._order = np.zeros(0, np.int64)
        """The number of each query, by slot."""
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
            packed = pack(query.root, self._leaves)
            self._keys.settle(self._rarity.of)
            literals = literals_of(unpack(packed), self._leaves, self._keys.costs.__getitem__)
            slot = len(self._sieve)
            self._slots[identifier] = slot
            self._ids.append(identifier)
            self._packed.append(None if literals[0] & EXACT else packed)
            self._order = with_room(self._order, slot + 1)
            self._order[slot] = self._last = self._last + 1
            self._sieve.add(literals)
            if slot > _SMALLEST_SWEEP and slot > 2 * len(self._slots):
                self._arrange(self._sieve.compact(), self._order)

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
                self._rarity.learn(document.terms)
            self._articles += 1
            candidates = self._sieve.candidates(*document.hashes(self._leaves.languages))
            verifier = Verifier(document, self._leaves)
            holds, proofs = verifier.prove(candidates)
            slots = candidates.slots.tolist()
            matches: dict[int, Match] = {
                slots[number]: Match(self._ids[slots[number]], spans) for number, spans in proofs.items()
            }
            for slot in candidates.slots[holds].tolist():
                packed = self._packed[slot]
                if packed is not None and (found := verifier.match(self._ids[slot], unpack(packed))) is not None:
                    matches[slot] = found
            found_slots = np.fromiter(matches, np.int32, len(matches))
            return [matches[slot] for slot in found_slots[np.argsort(self._order[found_slots])].tolist()]

    def rebuild(self) -> None:
        """Choose all anchors anew by what has been seen of articles, and free what removed queries left behind."""
        with self._lock:
            seen, counted = self._rarity.seen(), self._rarity.counted
            leaves = self._leaves
            stored = [(self._ids[slot], self._root(slot)) for slot in self._stored()]
            self._build(((identifier, tree(root, leaves)) for identifier, root in stored), (), seen, counted)

    def roots(self) -> Iterator[Packed]:
        """Yield each query as it is kept, in the order in which they were stored."""
        return map(self._root, self._stored())

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
            self._slots: dict[Hashable, int] = {}
            self._ids: list[Hashable] = []
            self._packed: list[bytes | None] = []
            """None for what is nothing but its clauses."""
            self._articles = 0
            # One after the other in one piece, which is given back whole: most are not kept packed in the end.
            pieces = bytearray()
            ends = array("q", [0])
            later: dict[int, bytes] = {}
            for identifier, root in roots:
                slot = self._slots.setdefault(identifier, len(self._ids))
                if slot < len(self._ids):
                    later[slot] = pack(root, self._leaves)
                else:
                    self._ids.append(identifier)
                    pieces += pack(root, self._leaves)
                    ends.append(len(pieces))
            self._rarity = Rarity(self._vocabulary, seen, counted)
            self._rarity.count_uses(self._leaves, len(self._ids))
            for article in sample:
                self._rarity.learn(QuickDocument(article, self._vocabulary).terms)
            self._keys = LeafKeys(self._leaves, self._vocabulary)
            with self._rarity.held():
                self._keys.settle(self._rarity.of)
            self._sieve = Sieve(self._keys)
            packed = (later.get(slot) or pieces[ends[slot] : ends[slot + 1]] for slot in range(len(self._ids)))
            order = self._sieve.build(self._literals(packed))
            self._arrange(order, np.arange(len(self._ids), dtype=np.int64))
            self._last = len(self._ids)
        finally:
            if collecting:
                gc.enable()

    def _literals(self, queries: Iterable[bytes | bytearray]) -> npt.NDArray[np.uint32]:
        """Return the literals of all queries; keep packed those that are more than their clauses."""
        literals = array("I")
        cost = self._keys.costs.__getitem__
        for packed in queries:
            each = literals_of(unpack(packed), self._leaves, cost)
            literals.extend(each)
            self._packed.append(None if each[0] & EXACT else bytes(packed))
        return np.frombuffer(literals, np.uint32)

    def _arrange(self, order: Slots, stored: npt.NDArray[np.int64]) -> None:
        """Put ids and packed queries in a new order of slots. `stored`: when each was stored, by its slot until now."""
        before = order.tolist()
        self._ids = [self._ids[slot] for slot in before]
        self._packed = [self._packed[slot] for slot in before]
        self._order = stored[order]
        # In place: at no time are there two of the largest dict.
        self._slots.update(zip(self._ids, range(len(self._ids)), strict=True))

    def _stored(self) -> list[int]:
        """Return the slots of all queries in the order in which they were stored."""
        kept = self._sieve.kept()
        slots: list[int] = kept[np.argsort(self._order[kept])].tolist()
        return slots

    def _root(self, slot: int) -> Packed:
        packed = self._packed[slot]
        return root_of(self._sieve.read(np.array([slot]))[0].tolist()) if packed is None else unpack(packed)

    def _retire(self, identifier: Hashable) -> None:
        slot = self._slots.pop(identifier)
        self._sieve.retire(slot)
        self._ids[slot] = self._packed[slot] = None


def evaluate_each(query: Query, articles: Iterable[Article]) -> Iterator[Match | None]:
    """Yield for each article what `evaluate` returns, several times as fast: words that recur are looked up once."""
    index = Index([(query.text, query)])
    for article in articles:
        found = index.match(article)
        yield found[0] if found else None
