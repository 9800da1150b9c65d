"""Does a query select an article, by which words, and how strongly? One query, one article: the reference truth.

`Index` answers the same for all stored queries at once and is held to agree with this module.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from feeds.model import Article, Match, Span
from feeds.topics.document import Document, Place
from feeds.topics.near import Pair, cover, near_pairs
from feeds.topics.query import And, AtLeast, Language, Leaf, Near, Node, Not, Or, Query, Weighted, leaves

MOST_PLACES = 20
"""Spans kept of one word or phrase, so that a word on every line does not drown the others."""

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
        return bool(all_pairs(node, document))
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
    return sorted({cover(left, right) for left, right in all_pairs(node, document)})


def all_pairs(node: Near, document: Document) -> list[Pair]:
    """Return the pairs of places that are near each other (`near_pairs`), worked out once for each article."""
    found = document.pairs.get(node)
    if found is None:
        left = places(node.left, document)
        right = places(node.right, document.full if node.negated else document) if left else []
        found = near_pairs(left, right, node.distance, node.ordered, node.negated, document)
        document.pairs[node] = found
    return found


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
        some = [pair for pair in all_pairs(node, document) if cover(*pair) in wanted]
        _gather(node.left, document, {left for left, _ in some}, found)
        if not node.negated:
            _gather(node.right, document, {right for _, right in some}, found)
