"""The values that the syndication system speaks of; no behaviour beyond what the values themselves say.

Every datetime is aware. Readers (`feeds.sources`, `feeds.extract`) keep the offset they found, so that `.date()` is the
day the page printed; the store keeps the instant in UTC.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that a source's feed hands out with an item: an absolute address, a media type ("" where unknown), bytes.

    What it says is the source's word: nothing has been fetched.
    """

    url: str
    type: str = ""
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """A file as its own server describes it: media type ("" where unknown), bytes, and whether it is there no more."""

    url: str
    type: str = ""
    length: int | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a list or feed, before its page has been read.

    `url` is absolute; `summary` is plain text; `html` is the feed's own full text (unsanitised) where it carries one.
    """

    url: str
    guid: str | None = None
    title: str = ""
    summary: str = ""
    author: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None
    image: str | None = None
    html: str = ""
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """One article as read from its page, its feed entry, or the store.

    `text` is plain text, paragraphs separated by one blank line; `html` is sanitised (only `feeds.extract.sanitise`
    makes it). `language` is a BCP 47 tag. The fields after `html` are known once the article is stored.
    """

    url: str
    title: str = ""
    author: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None
    image: str | None = None
    text: str = ""
    html: str = ""
    summary: str = ""
    guid: str | None = None
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    source: str = ""
    """The slug of the source it was found by."""
    id: int | None = None
    """The store's number: ascending in the order in which articles were found. For use inside only."""
    uid: str = ""
    """The outside's name for it (32 hex digits), from its source and first URL: a rebuilt store gives the same."""
    story: int | None = None
    """The story it belongs to; copies of one text share it."""
    found: datetime | None = None
    """When this program first saw it (UTC)."""

    @property
    def body_field(self) -> str:
        """The attribute that is read as the body: "text", or "summary" of an article without a text."""
        return "text" if self.text.strip() else "summary"


@dataclass(frozen=True, slots=True)
class Source:
    """A place that is watched: an address, how it is read, and how its dates and language are to be understood."""

    slug: str
    url: str
    title: str = ""
    kind: str = "auto"
    """A name in `feeds.sources.KINDS`, or "auto": discovered at the first look and then stored."""
    language: str | None = None
    time_zone: str = "UTC"
    """IANA name; a date without a zone is a day there."""
    description: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the kind needs: `selector` (CSS or XPath of the list's links), and what discovery has learned."""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One event told by several sources in nearly the same words: `articles` in the order they were found."""

    id: int
    articles: tuple[Article, ...]


DESK = "desk"
"""The owner of topics that operators made on the page or through the API: offered to all, kept in the store."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A named query: declared in `config/topics.toml`, made at the desk, or a person's own; all compile alike."""

    slug: str
    query: str
    title: str = ""
    description: str = ""
    language: str | None = None
    owner: str | None = None
    """None: declared in the operator's file, which is right at each start; `DESK`; or whose alone it is."""
    urgent: bool = False
    expect: tuple[str, ...] = ()
    """Sample texts that must match (`feeds.topics.samples`)."""
    reject: tuple[str, ...] = ()
    """Sample texts that must not match."""
    id: int | None = None

    @property
    def public(self) -> bool:
        """Whether it is offered to everybody: with a feed, a page, and a name that other queries may use."""
        return self.owner in (None, DESK)


class Span(NamedTuple):
    """A place in an article that helped a query to match.

    `field` is "title", "text", … (an attribute of `Article`); `start` and `end` are code point offsets into it, half
    open; `clause` is the part of the query it satisfied, as the person wrote it.
    """

    field: str
    start: int
    end: int
    clause: str


class Match(NamedTuple):
    """That the query stored under `id` selects an article, why, and how strongly."""

    id: Hashable
    spans: tuple[Span, ...] = ()
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An article as one feed shows it: with its source's title, its topics, the spans that matched, and its copies.

    `measured` is what is known of its image and enclosures beyond what the source says.
    """

    article: Article
    source_title: str = ""
    source_url: str = ""
    topics: tuple[Topic, ...] = ()
    spans: tuple[Span, ...] = ()
    also: tuple[Article, ...] = ()
    measured: tuple[Measured, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """What a feed is called and where it stands; its items are given to the renderer beside it.

    `path` is the public path without extension ("/feeds/topics/maritime-security"); `base_url` the site's root without
    a trailing slash; `updated` the newest change of any item (UTC), never the time of rendering.
    """

    path: str
    title: str
    base_url: str
    tag: str = ""
    """Authority and date of the tag URIs (RFC 4151), "news.example.org,2026"; it outlives a change of `base_url`."""
    home: str = "/"
    description: str = ""
    language: str | None = None
    updated: datetime | None = None
    hub: str | None = None
    previous_archive: str | None = None
    next_archive: str | None = None
    current: str | None = None
    is_archive: bool = False
    icon: str | None = None
