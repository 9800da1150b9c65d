"""Which places are near each other? Knows nothing of queries, and of articles only their sentences and paragraphs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import partial
from typing import Literal

from feeds.topics.document import Document, Place

Distance = int | Literal["s", "p"]
Pair = tuple[Place, Place]

_MOST_PAIRS = 5_000
_FEW = 100


def near_pairs(
    left: list[Place], right: list[Place], distance: Distance, ordered: bool, negated: bool, document: Document
) -> list[Pair]:
    """Return the pairs of places that are near each other; for NOT NEAR, each lonely place of `left` twice.

    `left` and `right` are in order. At most 5,000, so that a text of one repeated word stays cheap.
    """
    if not left or not (right or negated):
        return []
    if isinstance(distance, int) and not negated and len(left) * len(right) <= _FEW:
        # The usual case, without the machinery: a few places on each side.
        return [
            ((first, last), (begin, end))
            for first, last in left
            for begin, end in right
            if 0 < begin - last <= distance or (0 < first - end <= distance and not ordered)
        ]
    starts = [place[0] for place in right]
    widest = max((last - first for first, last in right), default=0)
    found: list[Pair] = []
    for place in left:
        if isinstance(distance, int):
            near = _within(place, right, starts, widest, distance, ordered)
        else:
            near = _in_one_unit(place, right, starts, distance, ordered, document)
        if negated:
            if next(near, None) is None:
                found.append((place, place))
            continue
        for other in near:
            found.append((place, other))
            if len(found) >= _MOST_PAIRS:
                return found
    return found


def _within(
    place: Place, right: list[Place], starts: list[int], widest: int, distance: int, ordered: bool
) -> Iterator[Place]:
    """Yield the places of `right` at most so many words away, without overlap."""
    first, last = place
    low = last if ordered else first - distance - widest
    for index in range(bisect_left(starts, low), len(right)):
        other = right[index]
        if other[0] > last + distance:
            return
        if other[0] > last or (not ordered and other[1] < first and first - other[1] <= distance):
            yield other


def _in_one_unit(
    place: Place, right: list[Place], starts: list[int], kind: Literal["s", "p"], ordered: bool, document: Document
) -> Iterator[Place]:
    """Yield the places of `right` in the same sentence or paragraph, without overlap."""
    first, last = place
    unit = document.unit(kind, first)
    if unit != document.unit(kind, last):
        return
    begin = bisect_left(starts, last) if ordered else bisect_left(starts, unit, key=partial(document.unit, kind))
    for index in range(begin, len(right)):
        other = right[index]
        if document.unit(kind, other[0]) != unit:
            if other[0] > last:
                return
            continue
        if document.unit(kind, other[1]) == unit and (other[0] > last or (not ordered and other[1] < first)):
            yield other


def cover(left: Place, right: Place) -> Place:
    """Return the place that reaches from the one to the other."""
    return min(left[0], right[0]), max(left[1], right[1])
