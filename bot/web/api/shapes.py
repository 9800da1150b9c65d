"""The API's JSON objects. Times are ISO 8601 in UTC; what is unknown is null."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from bot.model import Destination
from bot.store.api_tokens import ApiToken
from bot.store.deliveries import DeliveryRow
from bot.store.subscribers import Subscriber
from bot.web.api.ground import Shape
from bot.web.pages.cards import TopicMatch
from feeds.model import Article, Topic
from feeds.store.sources import SourceState


class SourceShape(Shape):
    """A place that is watched."""

    slug: str
    url: str
    title: str
    description: str
    kind: str = Field(description='How it is read: "feed", "page", …; "auto" until it has been found out')
    language: str | None
    time_zone: str
    health: Literal["ok", "waiting", "failing", "inactive"]
    error: str | None = Field(description="A word for what went wrong at the last look")
    looked_at: datetime | None
    succeeded_at: datetime | None
    new_at: datetime | None = Field(description="When something new was last found")
    next_look: datetime | None
    articles: int

    @classmethod
    def of(cls, state: SourceState) -> SourceShape:
        """From the store."""
        source = state.source
        return cls(
            slug=source.slug,
            url=source.url,
            title=source.title,
            description=source.description,
            kind=str(state.learned.get("kind") or source.kind),
            language=source.language,
            time_zone=source.time_zone,
            health=state.health,  # type: ignore[arg-type]
            error=state.error_code,
            looked_at=state.looked_at,
            succeeded_at=state.succeeded_at,
            new_at=state.new_at,
            next_look=state.next_look,
            articles=state.article_count,
        )


class SpanShape(Shape):
    """A place that made an article match."""

    field: str = Field(description="Where it is: title, summary, text, author, source or url")
    start: int = Field(description="Its first character, counted from 0 in code points")
    end: int = Field(description="The character after its last")
    clause: str = Field(description="The word or phrase of the query that stands there")


class MatchShape(Shape):
    """That a topic selected an article."""

    slug: str
    title: str
    matched: list[str] = Field(description="The words that did it, as the article has them")
    score: float = Field(description="The sum of the weights of any(…), else 1")
    spans: list[SpanShape] = Field(description="The places that made it match")

    @classmethod
    def of(cls, topic: TopicMatch) -> MatchShape:
        """From the store."""
        spans = [SpanShape(field=one.field, start=one.start, end=one.end, clause=one.clause) for one in topic.spans]
        return cls(slug=topic.slug, title=topic.title, matched=list(topic.words), score=topic.score, spans=spans)


class ArticleShape(Shape):
    """An article, without its text."""

    id: str
    url: str
    title: str
    summary: str
    author: str | None
    published: datetime | None
    updated: datetime | None
    found: datetime | None
    language: str | None
    image: str | None
    source: str = Field(description="The slug of its source")
    story: int | None = Field(description="Articles of the same number tell the same")
    topics: list[MatchShape]

    @classmethod
    def of(cls, article: Article, topics: tuple[TopicMatch, ...]) -> ArticleShape:
        """From the store."""
        return cls(**_article_fields(article, topics))


class FullArticleShape(ArticleShape):
    """An article with its text."""

    text: str = Field(description="Plain text, paragraphs with a blank line between")
    html: str = Field(description="The same, sanitised")

    @classmethod
    def of(cls, article: Article, topics: tuple[TopicMatch, ...]) -> FullArticleShape:
        """From the store."""
        return cls(**_article_fields(article, topics), text=article.text, html=article.html)


def _article_fields(article: Article, topics: tuple[TopicMatch, ...]) -> dict[str, Any]:
    return {
        "id": article.uid,
        "url": article.url,
        "title": article.title,
        "summary": article.summary,
        "author": article.author,
        "published": article.published,
        "updated": article.updated,
        "found": article.found,
        "language": article.language,
        "image": article.image,
        "source": article.source,
        "story": article.story,
        "topics": [MatchShape.of(topic) for topic in topics if topic.public],
    }


class ArticleList(Shape):
    """A page of articles, the newest first."""

    articles: list[ArticleShape]
    next: str | None = Field(description="The address of the next page; null on the last")


class WebhookShape(Shape):
    """An endpoint that alerts are posted to."""

    slug: str
    title: str
    url: str
    format: str
    topics: list[str]
    declared: bool = Field(description="Whether it stands in config/channels.toml, and is changed there")
    paused_at: datetime | None
    pause_reason: str | None

    @classmethod
    def of(cls, one: Destination, topics: list[Topic]) -> WebhookShape:
        """From the store; never with its secret."""
        return cls(**_webhook_fields(one, topics))


class NewWebhookShape(WebhookShape):
    """A webhook at the moment its secret was made: shown once."""

    secret: str | None = Field(description='"whsec_…"; null where the format is not signed')

    @classmethod
    def of(cls, one: Destination, topics: list[Topic]) -> NewWebhookShape:
        """From the store, with its newest secret."""
        kept = one.options.get("secret") or []
        secret = kept if isinstance(kept, str) else next(iter(kept), None)
        return cls(**_webhook_fields(one, topics), secret=secret)


def _webhook_fields(one: Destination, topics: list[Topic]) -> dict[str, Any]:
    return {
        "slug": one.address,
        "title": one.title,
        "url": str(one.options.get("url", "")),
        "format": str(one.options.get("format", "standard")),
        "topics": [topic.slug for topic in topics],
        "declared": one.declared,
        "paused_at": one.paused_at,
        "pause_reason": one.pause_reason,
    }


class WebhookDraftShape(Shape):
    """A webhook as it is added."""

    url: Annotated[str, Field(max_length=2000)]
    topics: Annotated[list[str], Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(max_length=200)] = ""
    format: Literal["standard", "slack", "discord", "mattermost", "teams"] = "standard"
    language: Annotated[str, Field(max_length=35)] = "en"


class WebhookChange(Shape):
    """What can be changed of a webhook."""

    topics: Annotated[list[str], Field(min_length=1, max_length=200)]


class DeliveryShape(Shape):
    """One alert owed to one destination. `id` is the idempotency key that receivers see."""

    id: str
    type: str
    state: Literal["pending", "sent", "failed", "skipped"]
    destination: str
    destination_kind: str
    title: str
    url: str
    topics: list[str]
    attempts: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: DeliveryRow) -> DeliveryShape:
        """From the store."""
        return cls(
            id=row.uid,
            type=row.type,
            state=row.state,  # type: ignore[arg-type]
            destination=row.destination,
            destination_kind=row.destination_kind,
            title=row.title,
            url=row.url,
            topics=list(row.topics),
            attempts=row.attempts,
            error=row.error,
            created_at=row.created_at,
            finished_at=row.finished_at,
        )


class OwnQueryShape(Shape):
    """A query of the subscriber's own."""

    slug: str
    title: str
    query: str
    language: str | None
    urgent: bool
    expect: list[str]
    reject: list[str]

    @classmethod
    def of(cls, topic: Topic) -> OwnQueryShape:
        """From the store."""
        return cls(
            slug=topic.slug,
            title=topic.title,
            query=topic.query,
            language=topic.language,
            urgent=topic.urgent,
            expect=list(topic.expect),
            reject=list(topic.reject),
        )


class SubscriberShape(Shape):
    """Somebody who is told: a chat, a webhook, a console."""

    id: int
    kind: str
    address: str
    title: str
    language: str
    time_zone: str
    digest: str
    quiet: str | None
    muted_until: datetime | None
    paused_at: datetime | None
    pause_reason: str | None
    declared: bool = Field(description="Whether it stands in config/channels.toml, and is changed there")
    last_sent: datetime | None = Field(description="When it last took something")
    topics: list[str]
    queries: list[OwnQueryShape] = Field(description="Its own queries, which nobody else sees")

    @classmethod
    def of(cls, subscriber: Subscriber) -> SubscriberShape:
        """From the store."""
        one = subscriber.destination
        return cls(
            id=one.id,
            kind=one.kind,
            address=one.address,
            title=one.title,
            language=one.language,
            time_zone=one.time_zone,
            digest=one.digest,
            quiet=one.quiet,
            muted_until=one.muted_until,
            paused_at=one.paused_at,
            pause_reason=one.pause_reason,
            declared=one.declared,
            last_sent=subscriber.last_sent,
            topics=[topic.slug for topic in subscriber.topics],
            queries=[OwnQueryShape.of(topic) for topic in subscriber.topics if not topic.public],
        )


class TokenShape(Shape):
    """What is known of an API token."""

    id: int
    name: str
    scope: Literal["read", "write"]
    created_at: datetime
    used_at: datetime | None = Field(description="When it was last used, to the minute")
    revoked_at: datetime | None

    @classmethod
    def of(cls, one: ApiToken) -> TokenShape:
        """From the store."""
        return cls(**_token_fields(one))


class NewTokenShape(TokenShape):
    """A token at the moment it was made: shown once."""

    token: str

    @classmethod
    def made(cls, one: ApiToken, text: str) -> NewTokenShape:
        """From the store, with its text."""
        return cls(**_token_fields(one), token=text)


def _token_fields(one: ApiToken) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "scope": one.scope,
        "created_at": one.created_at,
        "used_at": one.used_at,
        "revoked_at": one.revoked_at,
    }


class TokenDraftShape(Shape):
    """A token as it is asked for."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    scope: Literal["read", "write"] = "read"


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    title: str
    status: int
    detail: str = ""
    field: str | None = Field(default=None, description="Which field of the request it is about")
