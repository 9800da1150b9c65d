"""Articles in, bytes out: RSS 2.0, Atom, JSON Feed 1.1 and OPML 2.0.

    FeedSpec + FeedItems → view (what is said) → rss_atom | json_feed (how it is written) → bytes
                              └ words, characters (what may be said)

Pure functions of values: no database, no clock, no locale; two renders of the same values are the same bytes, in any
thread. `archive` decides which articles stand on which page; who renders when, and where the bytes are kept, is not
known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from feeds.model import FeedItem, FeedSpec
from feeds.render.archive import Archive, ArchivePage, current_spec, page_spec, paginate
from feeds.render.json_feed import json_feed
from feeds.render.opml import Outline, opml, parse_opml
from feeds.render.view import document_path

__all__ = [
    "FORMATS",
    "Archive",
    "ArchivePage",
    "Format",
    "Outline",
    "atom",
    "current_spec",
    "document_path",
    "json_feed",
    "opml",
    "page_spec",
    "paginate",
    "parse_opml",
    "rss",
]


def rss(spec: FeedSpec, items: Sequence[FeedItem], *, full: bool = True) -> bytes:
    """RSS 2.0, items in the order given; `full` false: summaries only. ValueError if `base_url` is no web address."""
    from feeds.render import rss_atom  # feedgen and lxml take 0.1 s to import

    return rss_atom.rss(spec, items, full=full)


def atom(spec: FeedSpec, items: Sequence[FeedItem], *, full: bool = True) -> bytes:
    """Atom, items in the order given; `full` false: summaries only. ValueError if `base_url` is no web address."""
    from feeds.render import rss_atom

    return rss_atom.atom(spec, items, full=full)


class Renderer(Protocol):
    """What each format offers."""

    def __call__(self, spec: FeedSpec, items: Sequence[FeedItem], *, full: bool = True) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a feed: the extension of its path, its content type, and the function that writes it."""

    extension: str
    title: str
    content_type: str
    render: Renderer


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "rss": Format("rss", "RSS", "application/rss+xml; charset=utf-8", rss),
        "atom": Format("atom", "Atom", "application/atom+xml; charset=utf-8", atom),
        "json": Format("json", "JSON Feed", "application/feed+json; charset=utf-8", json_feed),
    }
)
"""By extension. A new format is one file and one line here."""
