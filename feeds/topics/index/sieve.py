"""Which stored queries does what stands in an article not rule out? Arrays only; knows queries by number, their slot.

Every query is filed under the keys of its rarest clause, its *anchor*. Most stand in the *base*: arrays sorted by the
hash of the key, slots in the order of their anchors too, so that what is read together lies together. Queries added
since stand in the *delta*, a dict. What an article's keys find is then tried on all clauses at once, with numpy.

Where a key stands is told by 64 bits: bit n of its *mask* is set where one of its places p has p // 8 % 64 = n.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from feeds.topics.index.arrays import changes, ranges, true_at, with_room
from feeds.topics.index.clauses import BEGINS, FAR, FIRST, LEAF, NEAR_NEXT, NEGATED, PART
from feeds.topics.index.keys import ALWAYS, NEVER, LeafKeys, places_of
from feeds.topics.index.vocabulary import Hashes

Slots = npt.NDArray[np.int32]
Literals = npt.NDArray[np.uint32]
Masks = npt.NDArray[np.uint64]
Truths = npt.NDArray[np.bool_]

EVERYWHERE = np.uint64(0xFFFFFFFFFFFFFFFF)
_ONE, _LAST = np.uint64(1), np.uint64(63)
_BEGINS, _NEGATED, _NEAR_NEXT, _FAR, _FIRST, _LEAF = map(np.uint32, (BEGINS, NEGATED, NEAR_NEXT, FAR, FIRST, LEAF))
_SMALLEST_MERGE = 1_024
_KEYS_OF_A_GATE = 4
_ROW = np.complex128
"""What has as many bytes as a gate, so that numpy moves a whole one at a time."""


class Candidates(NamedTuple):
    """Slots in ascending order, how many literals each has, these, and where the key of the leaf of each stands."""

    slots: Slots
    counts: npt.NDArray[np.int64]
    literals: Literals
    there: Masks


class Sieve:
    """The clauses of all queries, and where each is filed."""

    def __init__(self, keys: LeafKeys) -> None:
        self._keys = keys
        self._literals: Literals = np.zeros(0, np.uint32)
        self._starts: npt.NDArray[np.int64] = np.zeros(1, np.int64)
        self._count = 0
        self._alive: Truths = np.zeros(0, np.bool_)
        self._delta: dict[int, list[int]] = {}
        self._delta_size = 0
        self._gates: Slots = np.zeros((0, _KEYS_OF_A_GATE), np.int32)
        """Where the keys of another clause of each query are found in the table: most of what is filed fails there.

        One row for each place in the base, so that those of one key lie together.
        """
        self._fresh_gates: Slots = self._gates
        """Those of the queries in the delta, by slot: the first is `_first_fresh`."""
        self._first_fresh = 0
        self._table: Masks = np.zeros(NEVER + 1, np.uint64)
        self._table[ALWAYS] = EVERYWHERE
        self._present: Truths = np.zeros(NEVER + 1, np.bool_)
        self._present[ALWAYS] = True
        self._file(np.zeros(0, np.uint32), np.zeros(0, np.int32), self._gates)

    def __len__(self) -> int:
        return self._count

    # Storing

    def build(self, literals: Literals) -> Slots:
        """Begin afresh with these queries; return in which order they now stand: slot → number among those given."""
        firsts = np.flatnonzero(literals & FIRST)
        hashes, slots, gates = self._anchors(literals)
        anchor = np.zeros(len(firsts), np.uint32)
        anchor[slots[::-1]] = hashes[::-1]
        order = np.argsort(anchor, kind="stable").astype(np.int32)
        new = np.empty(len(order), np.int32)
        new[order] = np.arange(len(order), dtype=np.int32)
        starts = np.append(firsts, len(literals))
        self._count = len(order)
        self._literals, self._starts = literals, starts
        self._literals, counts = self.read(order)
        self._starts = np.concatenate(([0], np.cumsum(counts)))
        self._alive = np.ones(len(order), np.bool_)
        self._file(hashes, new[slots], gates[slots])
        self._begin_delta()
        return order

    def add(self, literals: Sequence[int]) -> None:
        """File one more query, in the next slot."""
        these = np.array(literals, np.uint32)
        begin = int(self._starts[self._count])
        self._literals = with_room(self._literals, begin + len(these))
        self._literals[begin : begin + len(these)] = these
        slot = self._count
        self._count += 1
        self._starts = with_room(self._starts, slot + 2)
        self._starts[slot + 1] = begin + len(these)
        self._alive = with_room(self._alive, slot + 1)
        self._alive[slot] = True
        hashes, _, gates = self._anchors(these)
        row = slot - self._first_fresh
        self._fresh_gates = with_room(self._fresh_gates, row + 1)
        self._fresh_gates[row] = gates[0]
        for hashed in hashes.tolist():
            self._delta.setdefault(hashed, []).append(slot)
            self._delta_size += 1
        if self._delta_size > max(_SMALLEST_MERGE, len(self._base_slots) // 32):
            self._merge()

    def retire(self, slot: int) -> None:
        """Never find a query again."""
        self._alive[slot] = False

    def kept(self) -> Slots:
        """Return the slots that are not retired."""
        return np.flatnonzero(self._alive[: self._count]).astype(np.int32)

    def compact(self) -> Slots:
        """Free what retired queries left; return the order of the others as `build` does, by the slots they had."""
        kept = self.kept()
        literals, _ = self.read(kept)
        return kept[self.build(literals)]

    def read(self, slots: Slots) -> tuple[Literals, npt.NDArray[np.int64]]:
        """Return the literals of these queries, one after the other, and how many each has."""
        starts = self._starts[slots]
        counts = self._starts[slots + 1] - starts
        return self._literals[ranges(starts, counts)], counts

    def _anchors(self, literals: Literals) -> tuple[Hashes, Slots, Slots]:
        """Return the hashes of the keys of all anchors, the number of the query of each; and the gate of each query."""
        begins = np.flatnonzero(literals & BEGINS)
        flags = literals[begins]
        firsts = np.flatnonzero(flags & FIRST)
        if not len(firsts):
            return np.zeros(0, np.uint32), np.zeros(0, np.int32), np.zeros((0, _KEYS_OF_A_GATE), np.int32)
        keys = self._keys
        leaves = literals & LEAF
        places = np.frombuffer(keys.places, np.int32)[leaves]
        sizes = np.diff(np.append(begins, len(literals)))
        queries = np.repeat(np.arange(len(firsts), dtype=np.int32), np.diff(np.append(firsts, len(begins))))
        cost = np.add.reduceat(np.frombuffer(keys.costs, np.float32)[leaves], begins, dtype=np.float64)
        cost[flags & NEGATED != 0] = np.inf
        chosen = _least(cost, firsts, queries)
        counts = sizes[chosen]
        anchors = ranges(begins[chosen], counts)
        slots = np.repeat(queries[chosen], counts)
        hashes = np.frombuffer(keys.hashes, np.uint32)[leaves[anchors]]
        several = np.flatnonzero(places[anchors] == ALWAYS)
        if len(several):
            more = [(hashed, int(slots[at])) for at in several.tolist() for hashed in keys.of(int(leaves[anchors[at]]))]
            hashes = np.concatenate((hashes, np.array([hashed for hashed, _ in more], np.uint32)))
            slots = np.concatenate((slots, np.array([slot for _, slot in more], np.int32)))
        cost[chosen] = np.inf
        cost[sizes > _KEYS_OF_A_GATE] = np.inf
        chosen = _least(cost, firsts, queries)
        counts = np.where(cost[chosen] < np.inf, sizes[chosen], 0)
        gates = np.full((len(firsts), _KEYS_OF_A_GATE), NEVER, np.int32)
        gates[counts == 0] = ALWAYS
        rows = np.repeat(queries[chosen], counts)
        gates[rows, ranges(np.zeros_like(counts), counts)] = places[ranges(begins[chosen], counts)]
        return hashes, slots, gates

    def _file(self, keys: Hashes, slots: Slots, gates: Slots) -> None:
        order = np.argsort(keys, kind="stable")
        self._base_keys, self._base_slots, self._gates = keys[order], slots[order], gates[order]
        self._find_starts()

    def _find_starts(self) -> None:
        keys = self._base_keys
        bits = min(31, max(8, len(keys).bit_length()))
        self._shift = np.uint32(32 - bits)
        counts = np.bincount(keys >> self._shift, minlength=1 << bits)
        self._buckets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)

    def _begin_delta(self) -> None:
        self._delta, self._delta_size = {}, 0
        self._fresh_gates, self._first_fresh = np.zeros((0, _KEYS_OF_A_GATE), np.int32), self._count

    def _merge(self) -> None:
        """Bring the delta into the base, and drop what was retired: 0.14 s where the base has two million keys."""
        counts = np.fromiter(map(len, self._delta.values()), np.int64, len(self._delta))
        keys = np.fromiter(self._delta, np.uint32, len(self._delta)).repeat(counts)
        slots = np.fromiter(chain.from_iterable(self._delta.values()), np.int32, len(keys))
        order = np.argsort(keys, kind="stable")
        keys, slots = keys[order], slots[order]
        gates = self._fresh_gates[slots - self._first_fresh]
        new = np.searchsorted(self._base_keys, keys) + np.arange(len(keys))
        old = np.ones(len(self._base_keys) + len(keys), np.bool_)
        old[new] = False
        at = np.flatnonzero(old)

        def merged(base: npt.NDArray[Any], fresh: npt.NDArray[Any]) -> npt.NDArray[Any]:
            both = np.empty(len(old), base.dtype)
            both[at] = base
            both[new] = fresh
            return both

        self._base_keys, self._base_slots = merged(self._base_keys, keys), merged(self._base_slots, slots)
        rows = merged(self._gates.view(_ROW)[:, 0], np.ascontiguousarray(gates).view(_ROW)[:, 0])
        alive = self._alive[self._base_slots]
        if not alive.all():
            self._base_keys, self._base_slots, rows = self._base_keys[alive], self._base_slots[alive], rows[alive]
        self._gates = rows.view(np.int32).reshape(-1, _KEYS_OF_A_GATE)
        self._find_starts()
        self._begin_delta()

    # Asking

    def candidates(self, hashes: Hashes, masks: Masks) -> Candidates:
        """Return the queries that keys with these hashes and masks do not rule out."""
        at = places_of(hashes)
        table = self._table
        np.bitwise_or.at(table, at, masks)
        self._present[at] = True
        try:
            slots = self._filed_under(hashes)
            slots.sort()
            slots = slots[changes(slots)]
            literals, counts = self.read(slots)
            there = table[np.frombuffer(self._keys.places, np.int32)[literals & _LEAF]]
        finally:
            table[at] = 0
            self._present[at] = False
        if not len(slots):
            return Candidates(slots, counts, literals, there)
        good = hold(literals, there, False)
        each = good.repeat(counts)
        return Candidates(slots[good], counts[good], literals[each], there[each])

    def _filed_under(self, hashes: Hashes) -> Slots:
        """Return the slots of queries that have their anchor among these keys, and pass their gate."""
        buckets = hashes >> self._shift
        starts = self._buckets[buckets]
        counts = self._buckets[buckets + 1] - starts
        some = true_at(counts != 0)
        counts = counts[some]
        at = ranges(starts[some], counts)
        at = at[self._base_keys[at] == hashes[some].repeat(counts)]
        slots = self._base_slots[at[self._passes(self._gates.view(_ROW)[at, 0].view(np.int32))]]
        if self._delta:
            fresh = [slot for key in self._delta.keys() & set(hashes.tolist()) for slot in self._delta[key]]
            if fresh:
                found_fresh = np.array(fresh, np.int32)
                gates = self._fresh_gates[found_fresh - self._first_fresh].ravel()
                slots = np.concatenate((slots, found_fresh[self._passes(gates)]))
        found: Slots = slots[self._alive[slots]]
        return found

    def _passes(self, gates: Slots) -> Truths:
        """Tell of which of these gates, one after the other, a key is present."""
        # Four truths are one number: it is quicker to look whether that is 0 than at each.
        passes: Truths = self._present[gates].view(np.uint32) != 0
        return passes


def masks_of(positions: npt.NDArray[np.int32]) -> Masks:
    """Return the mask of each position by itself."""
    masks: Masks = _ONE << (positions // PART & 63).astype(np.uint64)
    return masks


def _wider(masks: Masks) -> Masks:
    """Return masks with the bits beside those that are set."""
    wider: Masks = masks | masks << _ONE | masks >> _LAST | masks >> _ONE | masks << _LAST
    return wider


def _least(costs: npt.NDArray[np.float64], firsts: npt.NDArray[np.int64], queries: Slots) -> npt.NDArray[np.int64]:
    """Return the number of the clause of each query that costs least, the first of several."""
    least = np.flatnonzero(costs == np.minimum.reduceat(costs, firsts)[queries])
    return least[changes(queries[least])]


def hold(literals: Literals, there: Masks, certain: bool) -> Truths:
    """Tell for each query whether all of its clauses hold. `there`: where the leaf of each literal is, 0 for nowhere.

    Unless `certain`, a leaf that seems to be there may not be, and no exclusion is decided.
    """
    begins = true_at(literals & _BEGINS != 0)
    flags = literals[begins]
    clauses = np.bitwise_or.reduceat(there, begins)
    near = true_at(flags & _NEAR_NEXT != 0)
    if len(near):
        other = _wider(clauses[near + 1])
        clauses[near] &= np.where(flags[near] & _FAR != 0, _wider(other), other)
    holds = clauses != 0
    negated = flags & _NEGATED != 0
    if certain:
        holds ^= negated
    else:
        holds |= negated
    every: Truths = np.logical_and.reduceat(holds, true_at(flags & _FIRST != 0))
    return every
