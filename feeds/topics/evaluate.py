"""Does a query select an article, by which words, and how strongly? One query, one article: the reference truth.

`Index` answers the same for all stored queries at once and is held to agree with this module.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator
from functools import partial

from feeds.model import Article, Match, Span
from feeds.topics.document import Document, Place
from feeds.topics.query import And, AtLeast, Language, Leaf, Near, Node, Not, Or, Query, Weighted, leaves

MOST_PLACES = 20
"""Spans kept of one word or phrase, so that a word on every line does not drown the others."""
_MOST_PAIRS = 5_000
_FEW = 100

Found = dict[Leaf, dict[Place, None]]


def evaluate(query: Query, article: Article) -> Match | None:
    """Return how the query matches, or None. `Match.id` is the query's text."""
    return match_document(query.text, query.root, Document(article))


def match_document(identifier: Hashable, root: Node, document: Document) -> Match | None:
    """Return the match of one query's root under the given id."""
    if isinstance(root, Leaf):
        only = document.places(root)[:MOST_PLACES]
        return Match(identifier, tuple([document.span(root.text, place) for place in only])) if only else None
    if not holds(root, document):
        return None
    found: Found = {}
    score = collect(root, document, found)
    # Places in ascending order are in reading order, the title first.
    clauses = [(place, leaf.text) for leaf, some in found.items() for place in some]
    if len(clauses) > 1:
        clauses = sorted(set(clauses))
    return Match(identifier, tuple([document.span(text, place) for place, text in clauses]), score or 1.0)


def prove(query: Query, article: Article, spans: Iterable[Span]) -> bool:
    """Do these spans alone make the query match?

    Every span must be what its clause asks for, at its place. What the query excludes is looked for in all the article.
    """
    document = _OnlySpans(article, spans)
    return document.all_real(query.root) and holds(query.root, document)


class _OnlySpans(Document):
    """An article in which only some places count."""

    def __init__(self, article: Article, spans: Iterable[Span]) -> None:
        super().__init__(article)
        self.spans = set(spans)
        self.whole = Document(article)

    @property
    def full(self) -> Document:
        return self.whole

    def places(self, leaf: Leaf) -> list[Place]:
        return [place for place in self.whole.places(leaf) if self.whole.span(leaf.text, place) in self.spans]

    def all_real(self, root: Node) -> bool:
        real = {self.whole.span(leaf.text, place) for leaf in leaves(root) for place in self.whole.places(leaf)}
        return self.spans <= real


def holds(node: Node, document: Document) -> bool:
    """Is this part of a query true of the article?"""
    kind = type(node)
    if kind is Leaf:
        return document.has(node)  # type: ignore[arg-type]
    if isinstance(node, And):
        for child in node.children:
            if type(child) is Not:
                if holds(child.child, document.full):
                    return False
            elif not holds(child, document):
                return False
        return True
    if isinstance(node, Or):
        for child in node.children:  # noqa: SIM110 - a generator costs more than most children
            if holds(child, document):
                return True
        return False
    if isinstance(node, Near):
        return is_near(node, document)
    if isinstance(node, Language):
        return document.speaks(node.code)
    if isinstance(node, AtLeast):
        return len(counted(node, document)) >= node.count
    if isinstance(node, Weighted):
        return reached(node, document) >= node.threshold
    assert isinstance(node, Not)
    return not holds(node.child, document.full)


def counted(node: AtLeast, document: Document) -> set[Place]:
    """Return the places that `atleast/n` counts."""
    return {place for child in node.children for place in places(child, document)}


def reached(node: Weighted, document: Document) -> float:
    """Return the sum of the weights of what holds."""
    return sum(weight for weight, child in node.items if holds(child, document if weight > 0 else document.full))


def places(node: Node, document: Document) -> list[Place]:
    """Return where a word, phrase, alternative or NEAR stands, in order."""
    if isinstance(node, Leaf):
        return document.places(node)
    if isinstance(node, Or):
        present = [child for child in node.children if type(child) is not Leaf or document.has(child)]
        if len(present) == 1:
            return places(present[0], document)
        return sorted({place for child in present for place in places(child, document)})
    assert isinstance(node, Near)
    return sorted({_cover(left, right) for left, right in all_pairs(node, document)})


def _cover(left: Place, right: Place) -> Place:
    return min(left[0], right[0]), max(left[1], right[1])


def is_near(node: Near, document: Document) -> bool:
    """Is there a pair of places that are near each other, or a lonely one for NOT NEAR?"""
    distance = node.distance
    if isinstance(distance, int) and not node.negated:
        left = document.single_words(node.left)
        right = document.single_words(node.right) if left else left
        if left is not None and right is not None and len(left) * len(right) <= _FEW:
            # The usual case, without the machinery: a few single words on each side.
            lowest = 1 if node.ordered else -distance
            # A list, not a generator: the lists are short, and starting a generator costs more.
            near = [1 for word in left for other in right if lowest <= other - word <= distance and other != word]
            return bool(near)
    return next(pairs(node, document), None) is not None


def all_pairs(node: Near, document: Document) -> list[tuple[Place, Place]]:
    """Return the pairs of `pairs`, worked out once for each article."""
    found = document.pairs.get(node)
    if found is None:
        found = document.pairs[node] = list(pairs(node, document))
    return found


def pairs(node: Near, document: Document) -> Iterator[tuple[Place, Place]]:
    """Yield the pairs of places that are near each other; for NOT NEAR, each lonely place twice.

    At most 5,000, so that a text of one repeated word stays cheap.
    """
    left = places(node.left, document)
    if not left:
        return
    right = places(node.right, document.full if node.negated else document)
    found = 0
    starts = [place[0] for place in right]
    widest = max((last - first for first, last in right), default=0)
    for place in left:
        near = _near(node, document, place, right, starts, widest)
        if node.negated:
            if next(near, None) is None:
                yield place, place
            continue
        for other in near:
            yield place, other
            found += 1
            if found >= _MOST_PAIRS:
                return


def _near(
    node: Near, document: Document, place: Place, right: list[Place], starts: list[int], widest: int
) -> Iterator[Place]:
    """Yield the places of `right` that are near one of the left, without overlap."""
    first, last = place
    if isinstance(node.distance, int):
        low = last if node.ordered else first - node.distance - widest
        for index in range(bisect_left(starts, low), len(right)):
            other = right[index]
            if other[0] > last + node.distance:
                return
            if other[0] > last or (not node.ordered and other[1] < first and first - other[1] <= node.distance):
                yield other
        return
    unit = document.unit(node.distance, first)
    if unit != document.unit(node.distance, last):
        return
    begin = (
        bisect_left(starts, last)
        if node.ordered
        else bisect_left(starts, unit, key=partial(document.unit, node.distance))
    )
    for index in range(begin, len(right)):
        other = right[index]
        if document.unit(node.distance, other[0]) != unit:
            if other[0] > last:
                return
            continue
        if document.unit(node.distance, other[1]) == unit and (
            other[0] > last or (not node.ordered and other[1] < first)
        ):
            yield other


def collect(node: Node, document: Document, found: Found) -> float:
    """Gather the places by which a node that holds does so; return the sum of the scores of its any(…) groups."""
    if isinstance(node, Leaf):
        found.setdefault(node, {}).update(dict.fromkeys(document.places(node)[:MOST_PLACES]))
        return 0.0
    if isinstance(node, And):
        score = 0.0
        for child in node.children:
            if type(child) is not Not:
                score += collect(child, document, found)
        return score
    if isinstance(node, Or):
        score = 0.0
        for child in node.children:
            if holds(child, document):
                score += collect(child, document, found)
        return score
    if isinstance(node, Near):
        some = all_pairs(node, document)[:MOST_PLACES]
        _gather(node.left, document, {left for left, _ in some}, found)
        if not node.negated:
            _gather(node.right, document, {right for _, right in some}, found)
    elif isinstance(node, AtLeast):
        most = max(MOST_PLACES, node.count)
        for child in node.children:
            _gather(child, document, set(places(child, document)[:most]), found)
    elif isinstance(node, Weighted):
        for weight, child in node.items:
            if weight > 0 and holds(child, document):
                collect(child, document, found)
        return reached(node, document)
    return 0.0


def _gather(node: Node, document: Document, wanted: set[Place], found: Found) -> None:
    """Gather the words that make up these places of a node."""
    if isinstance(node, Leaf):
        found.setdefault(node, {}).update((place, None) for place in document.places(node) if place in wanted)
    elif isinstance(node, Or):
        for child in node.children:
            _gather(child, document, wanted, found)
    elif isinstance(node, Near):
        some = [pair for pair in all_pairs(node, document) if _cover(*pair) in wanted]
        _gather(node.left, document, {left for left, _ in some}, found)
        if not node.negated:
            _gather(node.right, document, {right for _, right in some}, found)
