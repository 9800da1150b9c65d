"""Articles in the store, as the tests of feeds, search and the command line want them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from feeds.database import Database
from feeds.model import Article, Source, Span, Topic
from feeds.store import articles, search_index, sources, stories, topics
from feeds.store.topics import StoredMatch


def store_source(database: Database, now: datetime, slug: str = "ministry", title: str = "Ministry") -> Source:
    """A watched source."""
    with database.write() as connection:
        sources.add(connection, Source(slug, f"https://{slug}.example/news", title, kind="page", language="en"), now)
        state = sources.state_by_slug(connection, slug)
        assert state is not None
        return state.source


def store_topic(database: Database, now: datetime, slug: str, query: str, owner: str | None = None) -> Topic:
    """A topic of the operator, or of `owner`."""
    with database.write() as connection:
        return topics.save_topic(connection, Topic(slug, query, title=slug.capitalize(), owner=owner), now)


def store_articles(database: Database, source: Source, wanted: Sequence[Article], now: datetime) -> list[int]:
    """Store them as found at `now`, each under a `uid` made of its address; their ids."""
    with database.write() as connection:
        assert source.id is not None
        ids = []
        for article in wanted:
            uid = hashlib.sha256(article.url.encode()).hexdigest()[:32]
            given = replace(article, uid=uid)
            ids.append(articles.insert(connection, source.id, given, [("url", article.url)], now, baseline=False))
        while search_index.take_in(connection):
            pass
        return ids


def numbered(source: Source, first: int, last: int) -> list[Article]:
    """Articles `first` to `last` of a source, each with a text of its own."""
    return [
        Article(
            url=f"https://{source.slug}.example/news/{number}",
            title=f"Article {number}",
            language="en",
            text=f"Article number {number} speaks of cooperation at sea.",
        )
        for number in range(first, last + 1)
    ]


def store_match(database: Database, topic: Topic, article_id: int, *spans: Span) -> None:
    """The topic selected the article."""
    with database.write() as connection:
        assert topic.id is not None
        topics.save_matches(connection, [StoredMatch(topic.id, article_id, spans, 1.0)])


def same_story(database: Database, first: int, copy: int) -> None:
    """`copy` tells the story of `first`."""
    with database.write() as connection:
        stories.join(connection, copy, first)
