"""What a long query is worth asking the index for, told by asking a few articles first.

To read the index for thirty words of which each stands in every second article takes several times as long as to read
some articles; and of two groups of words that must both be there, the frequent one narrows nothing and costs most. So a
query of many clauses is tried on articles drawn evenly from all: what selects many of them need not be looked up,
and what does not is looked up by its rare parts. Whatever is left out makes more candidates, never fewer.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.engine import Connection

from feeds.store import candidates as index
from feeds.topics import Query
from feeds.topics.evaluate import holds
from feeds.topics.query import And, Leaf, Near, Node, Not, Or, leaves
from feeds.topics.reader import Reading

DRAWN = 16
"""Articles that are asked first."""

LONG = 3
"""Clauses, from which on a query is long: the index answers fewer in a few milliseconds."""

SELECTS_MANY = 0.2
"""From this share of the articles on, a query is asked of articles, not of the index."""

NARROWS = 0.05
"""Up to this share of the articles, a part of a query is worth looking up beside its rarest part."""

FEW = 1_000
"""Of so few articles the index tells all at once, and what PostgreSQL expects of them says little."""

_BEGINNING = 2
"""Letters of a prefix that so many words begin with that the index takes long to gather them."""


def is_long(query: Query) -> bool:
    """Whether to ask the index for all of the query may take long."""
    clauses = list(leaves(query.root))
    return len(clauses) >= LONG or any(map(_is_wide, clauses))


def _is_wide(leaf: Leaf) -> bool:
    return any(term.kind == "prefix" and len(term.text) <= _BEGINNING for terms in leaf.alternatives for term in terms)


def narrowed(connection: Connection, query: Query, reading: Reading, oldest: int, newest: int) -> Query | None:
    """The query without the parts that are not worth looking up; None where it selects many articles.

    Articles with ids from `oldest` to `newest` are asked.
    """
    if newest - oldest < FEW:
        return query
    ids = {oldest + number * (newest - oldest) // (DRAWN - 1) for number in range(DRAWN)}
    documents = [reading.document(one) for one in index.readable(connection, sorted(ids))]
    if not documents:
        return query

    def share(node: Node) -> float:
        return sum(holds(node, document) for document in documents) / len(documents)

    if share(query.root) >= SELECTS_MANY:
        return None

    def thinned(node: Node) -> Node:
        match node:
            case Or(children):
                return Or(tuple(map(thinned, children)))
            case And(children):
                return rarest([child for child in children if not isinstance(child, Not)]) or node
            case Near() if not node.negated:
                return rarest([node.left, node.right]) or node
            case _:
                return node

    def rarest(parts: list[Node]) -> Node | None:
        ranked = sorted((share(part), place) for place, part in enumerate(parts) if index.narrows(connection, part))
        kept = {place for rank, (much, place) in enumerate(ranked) if rank == 0 or much <= NARROWS}
        few = tuple(thinned(part) for place, part in enumerate(parts) if place in kept)
        return few[0] if len(few) == 1 else And(few) if few else None

    return replace(query, root=thinned(query.root))
