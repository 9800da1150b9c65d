"""What would this query have brought? Measured on sample articles, before it is saved.

Pure: the caller fetches the samples (with `fulltext`, where there are many) and says of how many days they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from feeds.model import Article, Match
from feeds.topics.document import Document
from feeds.topics.evaluate import holds, match_document
from feeds.topics.query import And, Leaf, Node, Not, Query, Weighted, children_of, written

MOST_CLAUSES = 60
SHARE = 0.6
"""From this share of the hits on a clause is said to bring nearly all of them."""
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


def preview(query: Query, articles: Iterable[Article], days: float, share: float = SHARE) -> Preview:
    """Try a query on articles that were found over so many days (more than 0)."""
    documents = [Document(article) for article in articles]
    found = [(document, match_document(query.text, query.root, document)) for document in documents]
    hits = [(document, match) for document, match in found if match is not None]
    dead = (leaf for leaf in wanted(query.root) if not any(document.has(leaf) for document in documents))
    return Preview(
        total=len(documents),
        hits=tuple((document.article, match) for document, match in hits),
        alerts_per_day=len(hits) / days,
        dead=tuple(map(written, dead)),
        dominant=dominant(query, [document for document, _ in hits], share),
    )


def dominant(query: Query, hits: Sequence[Document], share: float = SHARE) -> tuple[tuple[str, float], ...]:
    """Return the alternatives without which at least that share of the hits would be lost, the most telling first."""
    found = []
    if len(hits) >= _FEWEST_HITS:
        for leaf in list(dict.fromkeys(_alternatives(query.root, False)))[:MOST_CLAUSES]:
            lost = sum(document.has(leaf) and not holds(query.root, document.without(leaf)) for document in hits)
            if lost >= share * len(hits):
                found.append((written(leaf), lost / len(hits)))
    return tuple(sorted(found, key=lambda one: -one[1]))


def wanted(root: Node) -> list[Leaf]:
    """Return the leaves that may help a query to match, each once; not those that must be absent."""
    return list(dict.fromkeys(_wanted(root)))[:MOST_CLAUSES]


def _wanted(node: Node) -> Iterator[Leaf]:
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
