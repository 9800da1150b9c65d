"""An article with what it matched and where it was told; a story with its copies; a search with its hits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from markupsafe import Markup
from sqlalchemy.engine import Connection

from bot.store import deliveries
from bot.tuning import OPERATORS
from bot.web import reading
from bot.web.pages import marking
from bot.web.pages.cards import Card, TopicMatch, make_card, read_cards, topic_matches
from bot.web.pages.frame import Feed, Page, render
from bot.web.pages.home import feeds_of_all
from bot.web.services import QueryPreview
from bot.why import why
from feeds.database import AnyRow
from feeds.errors import QueryError
from feeds.model import Article, Source, Span, Topic
from feeds.store import articles, files, stories
from feeds.store import topics as topic_store

EXAMPLES = (
    ("coast guard", "example_words"),
    ('"violent extremism"', "example_phrase"),
    ("(terrorism OR extremism) AND NOT football", "example_operators"),
    ("police NEAR/5 cooperation", "example_near"),
    ("title:minister", "example_title"),
)
"""Queries that show what the language can, each with the sentence that says it."""


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One article. `told` and `steps` are only read for operators: they name who was told."""

    article: Article
    source: Source
    title: Markup
    author: Markup
    body: Markup
    topics: tuple[TopicMatch, ...]
    copies: tuple[Card, ...]
    revisions: tuple[AnyRow, ...]
    sent: int
    told: tuple[deliveries.DeliveryRow, ...]
    votes: dict[str, bool]
    """By topic: how the operators voted on it."""
    steps: tuple[str, ...]
    """Why it did or did not alert, sentence by sentence; for operators."""


def read_article(connection: Connection, page: Page, uid: str) -> ArticlePage | None:
    """The article of that name; None if there is no such."""
    article = articles.by_uid(connection, uid)
    if article is None or article.id is None:
        return None
    found = topic_store.matches_of(connection, [article.id]).get(article.id, [])
    named = topic_store.by_ids(connection, [one.topic_id for one in found])
    matched = topic_matches(article, found, named, everybody=page.operator)
    spans = [span for topic in matched for span in topic.spans]
    told_about = [article.story] if article.story is not None else []
    copies = [copy for copy in stories.copies(connection, told_about).get(article.story or 0, []) if copy.uid != uid]
    told = deliveries.listing(connection, article_id=article.id, limit=200)
    is_gone = any(one.gone for one in files.measured(connection, [article.image] if article.image else []))
    return ArticlePage(
        article=replace(article, image=None) if is_gone else article,
        source=reading.sources(connection).get(article.source) or Source(article.source, ""),
        title=marking.marked_field(article, spans, "title") if article.title else Markup("{}").format(article.url),
        author=marking.marked_field(article, spans, "author"),
        body=marking.body(article, spans),
        topics=matched,
        copies=tuple(read_cards(connection, copies)),
        revisions=tuple(articles.revisions_of(connection, article.id)),
        sent=sum(1 for one in told if one.state == "sent"),
        told=tuple(told) if page.operator else (),
        votes=_votes(connection, article.id, named) if page.operator else {},
        steps=why(connection, article.url, page.now, language=page.language).steps if page.operator else (),
    )


def _votes(connection: Connection, article_id: int, named: Mapping[int, Topic]) -> dict[str, bool]:
    cast = topic_store.votes_by(connection, OPERATORS, article_id)
    return {named[topic_id].slug: good for topic_id, good in cast.items() if topic_id in named}


def render_article(page: Page, view: ArticlePage) -> str:
    """The article's page; it announces the feeds of its source and its topics."""
    slug = view.article.source
    announced = page.with_feeds(
        Feed(f"/feeds/sources/{slug}", view.source.title or slug),
        *(Feed(f"/feeds/topics/{topic.slug}", topic.title) for topic in view.topics if topic.public),
        *feeds_of_all(page),
    )
    return render("article.html", announced, view=view, article=view.article, source=view.source)


@dataclass(frozen=True, slots=True)
class StoryPage:
    """Everything stored that tells the same; the first to tell it stands first."""

    id: int
    cards: tuple[Card, ...]


def read_story(connection: Connection, story: int) -> StoryPage | None:
    """The story of that number; None if there is no such."""
    found = stories.copies(connection, [story]).get(story, [])
    return StoryPage(story, tuple(read_cards(connection, found))) if found else None


def render_story(page: Page, story: StoryPage) -> str:
    """The story's page; it announces the feed of those who tell it."""
    first = story.cards[0]
    own = Feed(f"/feeds/stories/{first.uid}", first.title.striptags())
    return render("story.html", page.with_feeds(own, *feeds_of_all(page)), story=story)


class Found(Protocol):
    """A search's hit, as far as a page shows it."""

    @property
    def article(self) -> Article: ...

    @property
    def spans(self) -> Sequence[Span]: ...


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A query and what it found; `error` where it is none."""

    query: str
    cards: tuple[Card, ...] = ()
    error: QueryError | None = None
    before: int | None = None
    older: int | None = None
    dead: tuple[str, ...] = ()


def found_cards(connection: Connection, hits: Sequence[Found]) -> tuple[Card, ...]:
    """Hits as cards, with the searched words marked."""
    sources = reading.sources(connection)
    return tuple(make_card(hit.article, sources.get(hit.article.source), (), spans=hit.spans) for hit in hits)


@dataclass(frozen=True, slots=True)
class QueryTrial:
    """A query that is being typed and what it would bring; `error` where it is none."""

    found: QueryPreview | None = None
    cards: tuple[Card, ...] = ()
    error: QueryError | None = None


def render_trial(page: Page, trial: QueryTrial) -> str:
    """What the query would bring, for the page on which it is being typed."""
    return render("topic_preview.html", page, editor=trial)


def render_search(page: Page, search: SearchPage, quoted: str) -> str:
    """The search page; `quoted` is the query as a part of a URL: any query is also a feed."""
    own = (Feed(f"/feeds/search?q={quoted}", search.query),) if search.query and not search.error else ()
    announced = page.with_feeds(*own, *feeds_of_all(page))
    return render("search.html", announced, search=search, own_feeds=own, search_examples=EXAMPLES)
