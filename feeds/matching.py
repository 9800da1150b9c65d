"""The stored topics as one live index: asked of each new article, and kept in step with the database by itself.

A change made by any process is seen at the next article: each change of a topic has a number, and what is above the
last number seen is read and put in its place, in milliseconds. Very many changes at once, as at the start, make a new
index. `rebuild` makes one too, beside the one in use: which words are rare changes with the news.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from feeds.errors import QueryError
from feeds.model import Article, Match, Topic
from feeds.store import candidates
from feeds.store import topics as store
from feeds.topics import Index, Query, evaluate, parse

log = logging.getLogger(__name__)

MANY = 1_000
"""So many changes at once, if they are a fifth of all topics, are a reason for a new index."""

SAMPLE = 300
"""So many of the newest articles tell a new index which words are rare."""

REBUILT_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """A topic that selects an article, and why."""

    topic: Topic
    match: Match


class StoredTopics:
    """Every active topic of the database, compiled. One object a process; any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._live = _Live({}, 0, ())
        self._fresh: _Live | None = None
        self._built_at: datetime | None = None

    def __len__(self) -> int:
        return len(self._live.topics)

    def refresh(self, connection: Connection) -> None:
        """Take in what has changed since the last call. A query that no longer parses is left out, and logged.

        The first time it takes about 0.2 ms a topic: call it once where no transaction waits to write.
        """
        with self._lock:
            if self._fresh is not None:
                # It is as old as its version says: what has changed meanwhile comes now.
                self._live, self._fresh = self._fresh, None
            changed = store.changed_since(connection, self._live.version)
            if _is_much(len(changed), len(self._live.topics)):
                topics = dict(self._live.topics)
                for topic, active, _ in changed:
                    topics.pop(topic.id or 0, None)
                    if active:
                        topics[topic.id or 0] = topic
                self._live = _Live(topics, changed[-1][2], _sample(connection))
            elif changed:
                self._live.take_in(changed)

    def rebuild(self, connection: Connection) -> None:
        """Make the index anew by what the newest articles are like; the one in use goes on meanwhile."""
        with self._lock:
            topics, version = dict(self._live.topics), self._live.version
        fresh = _Live(topics, version, _sample(connection))
        with self._lock:
            self._fresh = fresh

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to `rebuild`: once a day, or after many changes; few topics never need it."""
        if self._built_at is None:
            self._built_at = now
        live = self._live
        if len(live.topics) < MANY or self._fresh is not None:
            return False
        if not _is_much(live.changes, len(live.topics)) and now - self._built_at < REBUILT_EVERY:
            return False
        self._built_at = now
        return True

    def match(self, article: Article) -> list[TopicMatch]:
        """The topics that select the article, strongest first. Call `refresh` in the same transaction first."""
        with self._lock:
            found = self._live.index.match(article)
            matched = [TopicMatch(self._live.topics[one.id], one) for one in found if isinstance(one.id, int)]
        return sorted(matched, key=lambda one: (-one.match.score, one.topic.id or 0))

    def ask(self, topic: Topic, articles: Sequence[Article]) -> dict[int, Match]:
        """By article id: which of the articles this one topic selects; none if its query cannot be read."""
        try:
            with self._lock:
                query = parse(topic.query, topic.language, topics=self._live.public)
        except QueryError:
            return {}
        found = ((article.id, evaluate(query, article)) for article in articles)
        return {article_id: match for article_id, match in found if article_id is not None and match is not None}


def stored(topic_match: TopicMatch, article_id: int) -> store.StoredMatch:
    """The match as a row."""
    if topic_match.topic.id is None:
        raise ValueError(f"topic {topic_match.topic.slug} is not stored")
    return store.StoredMatch(topic_match.topic.id, article_id, topic_match.match.spans, topic_match.match.score)


class _Live:
    """The topics as they are at a version, and the index of those that can be compiled."""

    def __init__(self, topics: dict[int, Topic], version: int, sample: Iterable[Article]) -> None:
        """Keep these topics, by id, and compile them all."""
        self.topics = topics
        self.version = version
        self.changes = 0
        self.public: dict[str, Query] = {}
        self._referring = {number: topic for number, topic in topics.items() if _refers(topic)}
        self.index = Index(_compiled(topics, self.public), sample)

    def take_in(self, changed: Sequence[tuple[Topic, bool, int]]) -> None:
        """Put a few changes in their place."""
        waiting: dict[int, Topic] = {}
        for topic, active, version in changed:
            if topic.id is None:
                raise ValueError(f"topic {topic.slug} is not stored")
            self._drop(topic)
            self._referring.pop(topic.id, None)
            if active:
                self.topics[topic.id] = waiting[topic.id] = topic
                if _refers(topic):
                    self._referring[topic.id] = topic
            self.version = max(self.version, version)
        if any(topic.public for topic, _, _ in changed):
            # What refers to a topic by "@slug" holds the query that topic had.
            for number, topic in self._referring.items():
                self._drop(topic)
                self.topics[number] = waiting[number] = topic
        self.changes += len(changed)
        for number, query in _compiled(waiting, self.public):
            self.index.add(number, query)

    def _drop(self, topic: Topic) -> None:
        self.public.pop(topic.slug, None)
        self.topics.pop(topic.id or 0, None)
        if topic.id in self.index:
            self.index.remove(topic.id)


def _compiled(topics: Mapping[int, Topic], public: dict[str, Query]) -> Iterator[tuple[int, Query]]:
    """Parse them; `public` is what "@slug" may name, and is added to. What refers to others comes after these."""
    waiting = list(topics.items())
    while waiting:
        left = []
        for number, topic in waiting:
            try:
                query = parse(topic.query, topic.language, topics=public if _refers(topic) else None)
            except QueryError:
                left.append((number, topic))
                continue
            if topic.public:
                public[topic.slug] = query
            yield number, query
        if len(left) == len(waiting) or not any(_refers(topic) for _, topic in left):
            for _, topic in left:
                log.warning("topic left out: it, or one that it names, cannot be read", extra={"topic": topic.slug})
            return
        waiting = left


def _refers(topic: Topic) -> bool:
    return "@" in topic.query


def _is_much(changes: int, topics: int) -> bool:
    return changes >= max(MANY, topics // 5)


def _sample(connection: Connection) -> list[Article]:
    return candidates.readable(connection, candidates.newest(connection, limit=SAMPLE))
