"""Sources, articles and topics: open to everybody, as the pages are."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from sqlalchemy.engine import Connection

from bot.web.api.access import is_operator
from bot.web.api.shapes import ArticleList, ArticleShape, FullArticleShape, SourceShape
from bot.web.api.topic_shapes import TopicShape
from bot.web.pages.cards import TopicMatch, topic_matches
from bot.web.routes.desk import Desk
from feeds.model import Article, Topic
from feeds.store import articles as article_store
from feeds.store import sources as source_store
from feeds.store import topics as topic_store
from feeds.topics.grammar.tokens import MAX_LENGTH

Slug = Annotated[str, Path(max_length=100)]
ByOperator = Annotated[bool, Depends(is_operator)]
Limit = Annotated[int, Query(ge=1, le=100)]
Before = Annotated[int | None, Query(ge=1, lt=2**31, description="As `next` has it")]


def router(desk: Desk) -> APIRouter:
    """The routes."""
    database = desk.services.database
    made = APIRouter(prefix="/v1")

    @made.get("/sources", tags=["sources"])
    def list_sources() -> list[SourceShape]:
        """Everything that is watched."""
        with database.read() as connection:
            return [SourceShape.of(state) for state in source_store.states(connection)]

    @made.get("/sources/{slug}", tags=["sources"])
    def get_source(slug: Slug) -> SourceShape:
        """One source."""
        with database.read() as connection:
            for state in source_store.states(connection, only_active=False):
                if state.source.slug == slug:
                    return SourceShape.of(state)
        raise HTTPException(404, f"There is no source “{slug}”.")

    @made.get("/articles", tags=["articles"])
    def list_articles(
        source: Annotated[str | None, Query(max_length=100)] = None,
        topic: Annotated[str | None, Query(max_length=100)] = None,
        before: Before = None,
        limit: Limit = 50,
    ) -> ArticleList:
        """Articles, the newest first: all, of a source, of a topic."""
        with database.read() as connection:
            if topic is not None:
                _public_topic(connection, topic)
            found = article_store.newest(connection, source=source, topic=topic, before=before, limit=limit + 1)
            shown = _with_topics(connection, found[:limit])
        following = None
        if len(found) > limit:
            asked = {"source": source, "topic": topic, "limit": limit, "before": found[limit - 1].id}
            query = urlencode({name: value for name, value in asked.items() if value is not None})
            following = f"{desk.site.base_url}/api/v1/articles?{query}"
        return ArticleList(articles=[ArticleShape.of(*one) for one in shown], next=following)

    @made.get("/articles/search", tags=["articles"])
    def search_articles(
        q: Annotated[str, Query(min_length=1, max_length=MAX_LENGTH)], limit: Limit = 50, before: Before = None
    ) -> ArticleList:
        """What a query finds among everything stored, the newest first."""
        search = desk.services.search
        if search is None:
            raise HTTPException(404, "This site has no search.")
        found = search(q, limit, before)
        with database.read() as connection:
            shown = _with_topics(connection, [hit.article for hit in found.hits])
        following = None
        if found.older is not None:
            asked = urlencode({"q": q, "limit": limit, "before": found.older})
            following = f"{desk.site.base_url}/api/v1/articles/search?{asked}"
        return ArticleList(articles=[ArticleShape.of(*one) for one in shown], next=following)

    @made.get("/articles/{id}", tags=["articles"])
    def get_article(id: Annotated[str, Path(max_length=32)]) -> FullArticleShape:
        """One article with its text."""
        with database.read() as connection:
            article = article_store.by_uid(connection, id)
            if article is None:
                raise HTTPException(404, "There is no such article.")
            [(article, topics)] = _with_topics(connection, [article])
        return FullArticleShape.of(article, topics)

    @made.get("/topics", tags=["topics"])
    def list_topics(by_operator: ByOperator) -> list[TopicShape]:
        """The operator's topics."""
        with database.read() as connection:
            counts = topic_store.match_counts(connection)
            return [
                TopicShape.of(topic, counts.get(topic.slug, 0), samples=by_operator)
                for topic in topic_store.active_topics(connection)
            ]

    @made.get("/topics/{slug}", tags=["topics"])
    def get_topic(slug: Slug, by_operator: ByOperator) -> TopicShape:
        """One topic."""
        with database.read() as connection:
            topic = _public_topic(connection, slug)
            return TopicShape.of(topic, topic_store.match_counts(connection).get(slug, 0), samples=by_operator)

    return made


def _public_topic(connection: Connection, slug: str) -> Topic:
    """What a person asks for alone is nobody else's business."""
    topic = topic_store.topic_by_slug(connection, slug)
    if topic is None or not topic.public:
        raise HTTPException(404, f"There is no topic “{slug}”.")
    return topic


def _with_topics(connection: Connection, articles: list[Article]) -> list[tuple[Article, tuple[TopicMatch, ...]]]:
    matches = topic_store.matches_of(connection, [article.id or 0 for article in articles])
    topics = topic_store.by_ids(connection, {one.topic_id for found in matches.values() for one in found})
    return [(article, topic_matches(article, matches.get(article.id or 0, ()), topics)) for article in articles]
