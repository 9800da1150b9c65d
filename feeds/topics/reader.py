"""One query after another, each asked of some articles: what `evaluate` answers, several times as fast.

A word of an article is looked up once and remembered, also for the queries that follow: people try a query many times
while they type it, mostly on the same newest articles. Safe to use from several threads, one at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from feeds.model import Article
from feeds.topics.document import Document, Place
from feeds.topics.index.packed import Leaves, Meaning
from feeds.topics.index.quick import QuickDocument
from feeds.topics.index.vocabulary import Vocabulary
from feeds.topics.query import Leaf, Query, leaves

_MOST_ARTICLES = 5_000
_MOST_TERMS = 5_000
"""So many articles are read, or terms asked for, before all is forgotten: words that were met once would pile up."""


class Reader:
    """Reads articles for one query at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._vocabulary = Vocabulary()
        self._leaves = Leaves(self._vocabulary)
        self._articles = 0

    @contextmanager
    def reading(self, query: Query) -> Iterator[Reading]:
        """Articles can be read for this query until the block ends; other threads wait so long."""
        with self._lock:
            if self._articles > _MOST_ARTICLES or len(self._vocabulary) > _MOST_TERMS:
                self._forget()
            known = self._leaves
            meanings = {leaf: known.meanings[known.number(leaf)] for leaf in set(leaves(query.root))}
            reading = Reading(self._vocabulary, meanings)
            yield reading
            self._articles += reading.articles


class Reading:
    """Reads articles for one query, by what its words and phrases mean."""

    def __init__(self, vocabulary: Vocabulary, meanings: Mapping[Leaf, Meaning]) -> None:
        self._vocabulary = vocabulary
        self._meanings = meanings
        self.articles = 0

    def document(self, article: Article) -> Document:
        """The article, as `evaluate`'s functions take it; only the leaves of the query can be asked for."""
        self.articles += 1
        return _Read(article, self._vocabulary, self._meanings)


class _Read(QuickDocument):
    def __init__(self, article: Article, vocabulary: Vocabulary, meanings: Mapping[Leaf, Meaning]) -> None:
        super().__init__(article, vocabulary)
        self._meanings = meanings

    def _find(self, leaf: Leaf) -> list[Place]:
        return self.find(self._meanings[leaf])
