"""The stored topics as one live index: asked of each new article, and kept in step with the database by itself.

A change made by any process is seen at the next article: each change of a topic has a number, and what is above the
last number seen is read and put in its place.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from feeds.errors import QueryError
from feeds.model import Article, Match, Topic
from feeds.store import topics as store
from feeds.topics import Index, Query, evaluate, parse

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """A topic that selects an article, and why."""

    topic: Topic
    match: Match


class StoredTopics:
    """Every active topic of the database, compiled. One object a process; any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = 0
        self._index = Index()
        self._topics: dict[int, Topic] = {}
        self._referring: dict[int, Topic] = {}
        self._declared: dict[str, Query] = {}

    def refresh(self, connection: Connection) -> None:
        """Take in what has changed since the last call. A query that no longer parses is left out, and logged."""
        with self._lock:
            changed = store.changed_since(connection, self._version)
            if not changed:
                return
            for topic, active, version in changed:
                self._put(topic, active)
                self._version = max(self._version, version)
            # What refers to a topic by "@slug" holds the query that topic had: all of them are compiled anew.
            waiting = list(self._referring.values())
            while waiting:
                left = [topic for topic in waiting if not self._compile(topic)]
                if len(left) == len(waiting):
                    break
                waiting = left
            for topic in waiting:
                log.warning("topic left out: what it refers to is missing", extra={"topic": topic.slug})

    def _put(self, topic: Topic, active: bool) -> None:
        """Replace what is held of the topic; one that refers to others is only noted."""
        if topic.id is None:
            raise ValueError(f"topic {topic.slug} is not stored")
        self._referring.pop(topic.id, None)
        if self._topics.pop(topic.id, None) is not None:
            self._index.remove(topic.id)
        self._declared.pop(topic.slug, None)
        if not active:
            return
        if "@" in topic.query:
            self._referring[topic.id] = topic
        elif not self._compile(topic):
            log.warning("topic left out: its query cannot be read", extra={"topic": topic.slug})

    def _compile(self, topic: Topic) -> bool:
        try:
            query = parse(topic.query, topic.language, topics=self._declared)
        except QueryError:
            return False
        if topic.id in self._topics:
            self._index.remove(topic.id)
        if topic.public:
            self._declared[topic.slug] = query
        if topic.id is not None:
            self._topics[topic.id] = topic
            self._index.add(topic.id, query)
        return True

    def match(self, article: Article) -> list[TopicMatch]:
        """The topics that select the article, strongest first. Call `refresh` in the same transaction first."""
        with self._lock:
            found = self._index.match(article)
            matched = [TopicMatch(self._topics[one.id], one) for one in found if isinstance(one.id, int)]
        return sorted(matched, key=lambda one: (-one.match.score, one.topic.id or 0))

    def ask(self, topic: Topic, articles: Sequence[Article]) -> dict[int, Match]:
        """By article id: which of the articles this one topic selects."""
        with self._lock:
            query = parse(topic.query, topic.language, topics=self._declared)
        found = ((article.id, evaluate(query, article)) for article in articles)
        return {article_id: match for article_id, match in found if article_id is not None and match is not None}


def stored(topic_match: TopicMatch, article_id: int) -> store.StoredMatch:
    """The match as a row."""
    if topic_match.topic.id is None:
        raise ValueError(f"topic {topic_match.topic.slug} is not stored")
    return store.StoredMatch(topic_match.topic.id, article_id, topic_match.match.spans, topic_match.match.score)
