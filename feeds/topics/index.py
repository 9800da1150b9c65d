"""One article against all stored queries."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable

from feeds.model import Article, Match
from feeds.topics.document import Document
from feeds.topics.evaluate import match_document
from feeds.topics.query import Query


class Index:
    """Stored queries, each under an id."""

    def __init__(self, queries: Iterable[tuple[Hashable, Query]] = ()) -> None:
        self._queries = dict(queries)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._queries)

    def __contains__(self, identifier: Hashable) -> bool:
        return identifier in self._queries

    def add(self, identifier: Hashable, query: Query) -> None:
        """Store a query, or replace the one of that id."""
        with self._lock:
            self._queries[identifier] = query

    def remove(self, identifier: Hashable) -> None:
        """Forget a query. Raises KeyError where there is none of that id."""
        with self._lock:
            del self._queries[identifier]

    def match(self, article: Article) -> list[Match]:
        """Return the matches of all queries that select the article, in the order in which they were added."""
        document = Document(article)
        with self._lock:
            found = [match_document(identifier, query.root, document) for identifier, query in self._queries.items()]
        return [match for match in found if match is not None]
