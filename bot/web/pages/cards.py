"""An article as lists show it: headline, source, date, topics with the words that matched, copies elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.engine import Connection

from bot.web import reading
from bot.web.pages import marking
from feeds.model import Article, Source, Span, Topic
from feeds.store import topics as topic_store
from feeds.topics.display import matched_words

SUMMARY_LENGTH = 280


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """A topic that selected the article, and the words that did it, as the article has them."""

    slug: str
    title: str
    words: tuple[str, ...]
    spans: tuple[Span, ...]
    score: float = 1.0
    public: bool = True


@dataclass(frozen=True, slots=True)
class Card:
    """`when` is the published time, else when it was found, in `time_zone`; `copies` the number of other sources."""

    uid: str
    url: str
    title: Markup
    summary: Markup
    language: str | None
    source_slug: str
    source_title: str
    when: datetime | None
    time_zone: str
    topics: tuple[TopicMatch, ...]
    story: int | None
    copies: int
    id: int


def read_cards(
    connection: Connection, articles: Sequence[Article], *, topic: str | None = None, everybody: bool = False
) -> list[Card]:
    """Cards for the articles, in their order. Only the operator's own topics are named, unless `everybody`.

    `topic`: mark the words of that topic (its slug) alone, on its own page.
    """
    ids = [article.id for article in articles if article.id is not None]
    matches = topic_store.matches_of(connection, ids)
    topics = topic_store.by_ids(connection, {one.topic_id for found in matches.values() for one in found})
    sources = reading.sources(connection)
    copies = reading.story_sizes(connection, {article.story for article in articles if article.story is not None})
    return [
        make_card(
            article,
            sources.get(article.source),
            topic_matches(article, matches.get(article.id or 0, ()), topics, everybody=everybody),
            copies=max(0, copies.get(article.story or 0, 1) - 1),
            topic=topic,
        )
        for article in articles
    ]


def topic_matches(
    article: Article,
    found: Iterable[topic_store.StoredMatch],
    topics: Mapping[int, Topic],
    *,
    everybody: bool = False,
) -> tuple[TopicMatch, ...]:
    """The topics of one article, strongest first. What private people wrote for themselves is not shown to others."""
    shown: list[TopicMatch] = []
    for one in found:
        topic = topics.get(one.topic_id)
        if topic is None or not (topic.public or everybody):
            continue
        shown.append(
            TopicMatch(
                slug=topic.slug,
                title=topic.title or topic.slug,
                words=tuple(matched_words(article, one.spans)),
                spans=one.spans,
                score=one.score,
                public=topic.public,
            )
        )
    return tuple(shown)


def make_card(
    article: Article,
    source: Source | None,
    topics: tuple[TopicMatch, ...],
    *,
    copies: int = 0,
    spans: Sequence[Span] = (),
    topic: str | None = None,
) -> Card:
    """`spans` are those of a search; without them those of the one topic are marked, or of all topics."""
    chosen = list(spans) or [span for one in topics if topic in (None, one.slug) for span in one.spans]
    return Card(
        uid=article.uid,
        url=article.url,
        title=marking.marked_field(article, chosen, "title") if article.title else Markup("{}").format(article.url),
        summary=_excerpt(article, chosen),
        language=article.language,
        source_slug=article.source,
        source_title=(source.title or source.slug) if source else article.source,
        when=article.published or article.found,
        time_zone=source.time_zone if source and article.published else "UTC",
        topics=topics,
        story=article.story,
        copies=copies,
        id=article.id or 0,
    )


def _excerpt(article: Article, spans: Sequence[Span]) -> Markup:
    """The place in the text where it matched, marked; else the summary, else the beginning."""
    body = str(getattr(article, article.body_field))
    in_text = marking.ranges(spans, article.body_field, len(body))
    if in_text:
        start, end = _window(body, in_text[0][0])
        inside = [(max(a, start) - start, min(b, end) - start) for a, b in in_text if a < end and b > start]
        excerpt = marking.marked(body[start:end].replace("\n", " "), inside)
        return Markup("{}{}{}").format("… " if start else "", excerpt, " …" if end < len(body) else "")
    text = article.summary or article.text
    if len(text) <= SUMMARY_LENGTH:
        return Markup("{}").format(text)
    cut = text.rfind(" ", 0, SUMMARY_LENGTH)
    return Markup("{} …").format(text[: cut if cut > 0 else SUMMARY_LENGTH])


def _window(text: str, place: int) -> tuple[int, int]:
    """About `SUMMARY_LENGTH` characters around the place, cut between words, from a sentence's beginning if near."""
    start = max(0, place - SUMMARY_LENGTH // 3)
    if start:
        sentence = max(text.rfind(mark, start, place) for mark in (". ", "\n", "! ", "? "))
        space = text.find(" ", start, place)
        start = sentence + 1 if sentence >= 0 else (space + 1 if space >= 0 else start)
        while start < place and text[start].isspace():
            start += 1
    end = min(len(text), start + SUMMARY_LENGTH)
    if end < len(text):
        space = text.rfind(" ", place, end)
        end = space if space > place else end
    return start, end
