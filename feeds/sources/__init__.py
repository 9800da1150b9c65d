"""The kinds of places that can be watched: each a reader of bytes.

    feed      RSS, Atom, JSON Feed      feed.py ─ items.py, json_feed.py, tolerant.py (last resort)
    sitemap   sitemap, news sitemap     sitemap.py
    page      the list in an HTML page  page
              shared by them            xml.py, elements.py, fragments.py

A new kind is one file and one line in `KINDS`. Kinds do no I/O, do not know each other, and read any bytes without
crash or hang: what cannot be read raises a `ReadError`. Which kind an address is, is `discover`'s to find.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from feeds.model import Entry, Source


class Read(Protocol):
    """What every kind can do."""

    def __call__(self, body: bytes, url: str, content_type: str | None, source: Source) -> list[Entry]:
        """The entries, in the order of the source. `url` is where the bytes came from; `content_type` the header.

        Raises ReadError (NotAFeed, EmptyList, BotProtection), and TooLarge for what unpacks beyond reason.
        """


def _leads_nowhere(body: bytes, url: str, source: Source) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of source. `leads_to` gives the address to fetch and read in place of a body that only points there."""

    read: Read
    leads_to: Callable[[bytes, str, Source], str | None] = _leads_nowhere


# Readers are imported when they are first used: a process that only serves pages should not pay for parsers.


def _read_feed(body: bytes, url: str, content_type: str | None, source: Source) -> list[Entry]:
    from feeds.sources.feed import read_feed

    return read_feed(body, url, content_type, time_zone=source.time_zone)


def _read_sitemap(body: bytes, url: str, content_type: str | None, source: Source) -> list[Entry]:
    from feeds.sources.sitemap import read_sitemap

    return read_sitemap(body, url, time_zone=source.time_zone, pattern=source.options.get("pattern"))


def _first_child_sitemap(body: bytes, url: str, source: Source) -> str | None:
    from feeds.sources.sitemap import child_sitemaps

    children = child_sitemaps(body, url)
    return children[0].url if children else None


def _read_page(body: bytes, url: str, content_type: str | None, source: Source) -> list[Entry]:
    from feeds.sources.page import read_list

    return read_list(
        body,
        url,
        selector=source.options.get("selector"),
        pattern=source.options.get("pattern"),
        time_zone=source.time_zone,
    )


KINDS: dict[str, SourceKind] = {
    "feed": SourceKind(_read_feed),
    "sitemap": SourceKind(_read_sitemap, _first_child_sitemap),
    "page": SourceKind(_read_page),
}
