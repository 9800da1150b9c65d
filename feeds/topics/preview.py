"""What would this query have brought? Measured on sample articles, before it is saved.

Pure: the caller fetches the samples (with `fulltext`, where there are many) and says of how many days they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from feeds.model import Article, Match
from feeds.topics.document import Document, Place
from feeds.topics.evaluate import holds, match_document
from feeds.topics.query import And, Leaf, Node, Not, Query, Weighted, children_of, written

_MOST_CLAUSES = 60
_FEWEST_HITS = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """`hits` in the order given. `alerts_per_day` is their number over the days of the sample.

    `dead`: clauses that stand in no article of the sample. `dominant`: alternatives without which at least the asked
    share of the hits would be lost, with that share; where the hits are noise, they bring it.
    """

    total: int
    hits: tuple[tuple[Article, Match], ...]
    alerts_per_day: float
    dead: tuple[str, ...]
    dominant: tuple[tuple[str, float], ...]


class _Without(Document):
    """An article in which one clause does not occur."""

    def __init__(self, document: Document, hidden: Leaf) -> None:
        super().__init__(document.article)
        self.document = document
        self.hidden = hidden

    def places(self, leaf: Leaf) -> list[Place]:
        return [] if leaf is self.hidden else self.document.places(leaf)


def preview(query: Query, articles: Iterable[Article], days: float, share: float = 0.6) -> Preview:
    """Try a query on articles that were found over so many days (more than 0)."""
    documents = [Document(article) for article in articles]
    found = [(document, match_document(query.text, query.root, document)) for document in documents]
    hits = [(document, match) for document, match in found if match is not None]
    wanted = list(dict.fromkeys(_wanted(query.root)))[:_MOST_CLAUSES]
    dead = tuple(written(leaf) for leaf in wanted if not any(document.has(leaf) for document in documents))
    dominant = []
    if len(hits) >= _FEWEST_HITS:
        for leaf in list(dict.fromkeys(_alternatives(query.root, False)))[:_MOST_CLAUSES]:
            lost = sum(document.has(leaf) and not holds(query.root, _Without(document, leaf)) for document, _ in hits)
            if lost >= share * len(hits):
                dominant.append((written(leaf), lost / len(hits)))
    return Preview(
        total=len(documents),
        hits=tuple((document.article, match) for document, match in hits),
        alerts_per_day=len(hits) / days,
        dead=dead,
        dominant=tuple(sorted(dominant, key=lambda one: -one[1])),
    )


def _wanted(node: Node) -> Iterator[Leaf]:
    """Yield the leaves that may help a query to match."""
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, Weighted):
        for weight, child in node.items:
            if weight > 0:
                yield from _wanted(child)
    elif not isinstance(node, Not):
        for child in children_of(node):
            yield from _wanted(child)


def _alternatives(node: Node, inside: bool) -> Iterator[Leaf]:
    """Yield the leaves that are one of several ways to match, not those that every match has."""
    if isinstance(node, Leaf):
        if inside:
            yield node
    elif isinstance(node, Weighted):
        for weight, child in node.items:
            if weight > 0:
                yield from _alternatives(child, True)
    elif not isinstance(node, Not):
        for child in children_of(node):
            yield from _alternatives(child, inside or not isinstance(node, And))
