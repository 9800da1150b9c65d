"""The kinds of places that can be watched: each a reader of bytes.

    feed      RSS, Atom, JSON Feed      feed.py ─ items.py, json_feed.py, tolerant.py (last resort)
    api       WordPress, any JSON list  api.py ─ api_fields.py
    sitemap   sitemap, news sitemap     sitemap.py
    page      the list in an HTML page  page, onwards.py
              shared by them            xml.py, elements.py, fragments.py

A new kind is one file and one line in `KINDS`. Kinds do no I/O, do not know each other, and read any bytes without
crash or hang: what cannot be read raises a `ReadError`. Which kind an address is, is `discover`'s to find; which
interfaces a page names, `interfaces` knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from feeds.confined import confined
from feeds.errors import ReadError
from feeds.model import Entry, Source


class Read(Protocol):
    """What every kind can do."""

    def __call__(
        self, body: bytes, url: str, content_type: str | None, source: Source, now: datetime | None
    ) -> list[Entry]:
        """The entries, in the order of the source. `url` is where the bytes came from; `content_type` the header.

        Only with `now` (aware), when they came, are dates understood that depend on it ("26 Nov", "3 hours ago").
        Raises ReadError (NotAFeed, EmptyList, BotProtection), and TooLarge for what unpacks beyond reason.
        """


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of source: its functions, large bodies read in a process beside (`feeds.confined`)."""

    reader: Read
    pointer: Callable[[bytes, str, Source], str | None] | None = None
    follower: Callable[[bytes, str, Mapping[str, str]], str | None] | None = None

    def read(
        self, body: bytes, url: str, content_type: str | None, source: Source, *, now: datetime | None = None
    ) -> list[Entry]:
        """As `Read` says; ReadError too where a hostile body would not be read in time."""
        return confined(self.reader, body, url, content_type, source, now)

    def leads_to(self, body: bytes, url: str, source: Source) -> str | None:
        """The address to fetch and read in place of a body that only points there."""
        return confined(self.pointer, body, url, source) if self.pointer else None

    def goes_on(self, body: bytes, url: str, headers: Mapping[str, str]) -> str | None:
        """The address of the older part of the list, where a response (body, address, headers) names one."""
        try:
            return confined(self.follower, body, url, headers) if self.follower else None
        except ReadError:
            return None


# Readers are imported when they are first used: a process that only serves pages should not pay for parsers.


def _read_feed(body: bytes, url: str, content_type: str | None, source: Source, now: datetime | None) -> list[Entry]:
    from feeds.sources.feed import read_feed

    return read_feed(body, url, content_type, time_zone=source.time_zone, now=now)


def _read_sitemap(body: bytes, url: str, content_type: str | None, source: Source, now: datetime | None) -> list[Entry]:
    from feeds.sources.sitemap import read_sitemap

    return read_sitemap(body, url, time_zone=source.time_zone, pattern=source.options.get("pattern"), now=now)


def _first_child_sitemap(body: bytes, url: str, source: Source) -> str | None:
    from feeds.sources.sitemap import child_sitemaps

    children = child_sitemaps(body, url)
    return children[0].url if children else None


def _read_page(body: bytes, url: str, content_type: str | None, source: Source, now: datetime | None) -> list[Entry]:
    from feeds.markup import charset_of
    from feeds.sources.page import read_list

    return read_list(
        body,
        url,
        selector=source.options.get("selector"),
        pattern=source.options.get("pattern"),
        time_zone=source.time_zone,
        charset=charset_of(content_type),
        now=now,
    )


def _older_page(body: bytes, url: str, headers: Mapping[str, str]) -> str | None:
    from feeds.link_header import links_of
    from feeds.sources.onwards import next_page

    return next_page(body, url, links_of(headers, url))


def _read_api(body: bytes, url: str, content_type: str | None, source: Source, now: datetime | None) -> list[Entry]:
    from feeds.sources.api import read_api

    return read_api(body, url, fields=source.options.get("fields"), time_zone=source.time_zone, now=now)


def _older_part(body: bytes, url: str, headers: Mapping[str, str]) -> str | None:
    from feeds.sources.api import next_address

    return next_address(body, url, headers)


def _older_items(body: bytes, url: str, headers: Mapping[str, str]) -> str | None:
    from feeds.errors import NotAFeed
    from feeds.link_header import related
    from feeds.sources.feed import read_feed_metadata

    try:
        address = (
            related(headers, "next", url)
            or related(headers, "prev-archive", url)
            or read_feed_metadata(body, url, headers.get("Content-Type")).older
        )
    except NotAFeed:
        return None
    return address if address and address != url and urlsplit(address).netloc == urlsplit(url).netloc else None


KINDS: dict[str, SourceKind] = {
    "feed": SourceKind(_read_feed, follower=_older_items),
    "api": SourceKind(_read_api, follower=_older_part),
    "sitemap": SourceKind(_read_sitemap, _first_child_sitemap),
    "page": SourceKind(_read_page, follower=_older_page),
}
