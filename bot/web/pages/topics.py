"""A topic: what it asks for, what it selected, and how to follow it; and the list of all topics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup
from sqlalchemy.engine import Connection

from bot.web import reading
from bot.web.pages.cards import Card, read_cards
from bot.web.pages.frame import Feed, Page, render
from bot.web.pages.home import DAYS, TopicLine, feeds_of_all, rhythm
from bot.web.pages.sources import per_day_chart
from feeds.model import Topic
from feeds.store import articles
from feeds.store import topics as topic_store

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class TopicPage:
    """One topic. `older` is the article id to go on from, None on the last page."""

    topic: Topic
    matches: int
    cards: tuple[Card, ...]
    older: int | None
    chart: Markup


def read_topic(connection: Connection, page: Page, slug: str, before: int | None = None) -> TopicPage | None:
    """The operator's topic of that slug; None if there is no such, or if it is a person's own."""
    topic = topic_store.topic_by_slug(connection, slug)
    if topic is None or topic.id is None or not topic.public:
        return None
    found = articles.newest(connection, topic=slug, before=before, limit=PAGE_SIZE + 1)
    per_day = articles.per_day(connection, page.now - timedelta(days=DAYS), topic=slug)
    return TopicPage(
        topic=topic,
        matches=reading.match_count(connection, topic.id),
        cards=tuple(read_cards(connection, found[:PAGE_SIZE], topic=slug)),
        older=found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None,
        chart=per_day_chart(page, per_day),
    )


def render_topic(page: Page, view: TopicPage) -> str:
    """The topic's page."""
    feed = Feed(f"/feeds/topics/{view.topic.slug}", view.topic.title or view.topic.slug)
    return render("topic.html", page.with_feeds(feed, *feeds_of_all(page)), view=view, topic=view.topic)


def read_topics(connection: Connection) -> list[TopicLine]:
    """All of the operator's topics."""
    counts = topic_store.match_counts(connection)
    latest = reading.latest_matches(connection)
    return [
        TopicLine(topic, counts.get(topic.slug, 0), latest.get(topic.slug))
        for topic in topic_store.active_topics(connection)
    ]


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic in the list of all, with its last days as tiny bars."""

    line: TopicLine
    rhythm: Markup


def read_topic_rows(connection: Connection, page: Page) -> list[TopicRow]:
    """All of the operator's topics, for their list."""
    found = reading.matched_per_day(connection, page.now - timedelta(days=DAYS))
    return [TopicRow(line, rhythm(page, DAYS, found.get(line.topic.slug, {}))) for line in read_topics(connection)]


def render_topics(page: Page, rows: list[TopicRow]) -> str:
    """The list of topics."""
    return render("topics.html", page.with_feeds(*feeds_of_all(page)), rows=rows)
