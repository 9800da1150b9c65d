"""A topic made better by what people thought of its alerts: their 👍 and 👎, and the changes that follow from them.

    votes on a topic ─ feeds.topics.suggest ─→ changed queries, each measured before → after ─ chosen by a person

The same for the operators' page, the command line and the chat. Nothing is changed by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s

from sqlalchemy.engine import Connection

from feeds.errors import QueryError
from feeds.model import Topic
from feeds.store import articles
from feeds.store import topics as topic_store
from feeds.store.queries import named_topics
from feeds.topics import Suggestion, Vote, parse, suggest
from feeds.topics.feedback import FEWEST_VOTES

__all__ = ["FEWEST_VOTES", "OPERATORS", "Tuning", "chosen", "key_of", "tuning", "vote"]

OPERATORS = "desk"
"""The voter that is all operators together."""

MOST_VOTES = 400
"""The latest so many are learned from: enough for the figures to hold, few enough to wait for."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """What the votes on a topic came to; `suggestions` with the best first, none where there are too few votes."""

    topic: Topic
    ups: int
    downs: int
    suggestions: tuple[Suggestion, ...]

    @property
    def votes(self) -> int:
        """How many there are."""
        return self.ups + self.downs

    @property
    def wanting(self) -> int:
        """How many votes are missing before anything can be suggested."""
        return max(0, FEWEST_VOTES - self.votes)


def vote(connection: Connection, topic: Topic, article_uid: str, voter: str, good: bool, now: datetime) -> bool:
    """Keep somebody's vote on an article that the topic selected; the last one counts. False if it selected none such.

    `voter` is who it is, as "telegram:100", or `OPERATORS`.
    """
    article = articles.by_uid(connection, article_uid)
    if article is None or article.id is None or topic.id is None:
        return False
    selected = topic_store.matches_of(connection, [article.id]).get(article.id, [])
    if topic.id not in {match.topic_id for match in selected}:
        return False
    topic_store.vote(connection, topic.id, article.id, voter, good, now)
    return True


def tuning(connection: Connection, topic: Topic) -> Tuning:
    """What the votes suggest. Several hundred votes take about a second."""
    if topic.id is None:
        return Tuning(topic, 0, 0, ())
    ups, downs = topic_store.vote_counts(connection, [topic.id]).get(topic.id, (0, 0))
    if ups + downs < FEWEST_VOTES:
        return Tuning(topic, ups, downs, ())
    cast = topic_store.votes_on(connection, topic.id, MOST_VOTES)
    voted = {one.id: one for one in articles.by_ids(connection, list({article_id for article_id, _ in cast}))}
    given = [Vote(voted[article_id], good) for article_id, good in cast if article_id in voted]
    try:
        named = named_topics(connection, topic.query)
        query = parse(topic.query, topic.language, topics=named)
    except QueryError:
        return Tuning(topic, ups, downs, ())
    return Tuning(topic, ups, downs, tuple(suggest(query, given, topics=named)))


def key_of(suggestion: Suggestion) -> str:
    """Names a suggestion in a button or a form: another one, made of later votes, has another name."""
    return blake2s(suggestion.query.text.encode(), digest_size=6).hexdigest()


def chosen(suggestions: Iterable[Suggestion], key: str) -> Suggestion | None:
    """The suggestion of that name; None if the votes suggest something else by now."""
    return next((one for one in suggestions if key_of(one) == key), None)
