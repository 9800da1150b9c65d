"""Reads a sitemap (sitemaps.org/protocol.html) or news sitemap (Google's extension of it): bytes in, entries out.

A sitemap index holds no articles but addresses of sitemaps; `child_sitemaps` says which ones a caller may fetch next.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from feeds.errors import NotAFeed, TooLarge
from feeds.model import Entry
from feeds.sources.fragments import moment, one_line, person, web_address
from feeds.sources.xml import read_xml

MOST_ENTRIES = 5_000
"""The newest are kept: a sitemap may hold 50,000 addresses in any order."""
LARGEST = 50 << 20
"""Bytes, unpacked: the protocol's own cap."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ChildSitemap:
    """A sitemap that an index names. `modified` is aware, or None."""

    url: str
    modified: datetime | None = None


def read_sitemap(
    body: bytes,
    url: str,
    *,
    time_zone: str = "UTC",
    now: datetime | None = None,
    pattern: str | None = None,
) -> list[Entry]:
    """The pages of a sitemap: news entries in the sitemap's order, plain ones newest first.

    `pattern` is a regular expression that wanted addresses contain. Plain entries have an address and `updated` only:
    `lastmod` says when a page was touched, not when it was published. Raises NotAFeed (also for an index of sitemaps),
    TooLarge.
    """
    root = _root(body, url)
    if _local(root) != "urlset":
        raise NotAFeed(f"{url} is an index of sitemaps, not a list of pages.", url=url)
    wanted = re.compile(pattern) if pattern else None
    news: list[Entry] = []
    plain: list[Entry] = []
    for element in root:
        if _local(element) != "url":
            continue
        fields = _fields(element)
        address = web_address(_text(fields, "loc"), url)
        if address is None or (wanted and not wanted.search(address)):
            continue
        (news if "news" in fields else plain).append(_entry(fields, address, url, time_zone, now))
    plain.sort(key=lambda entry: entry.updated or _LONG_AGO, reverse=True)
    return (news or plain)[:MOST_ENTRIES]


def child_sitemaps(body: bytes, url: str) -> list[ChildSitemap]:
    """The sitemaps of an index: those with news in their name first, then the newest; empty where it is no index.

    Raises NotAFeed, TooLarge.
    """
    root = _root(body, url)
    children = []
    for element in root if _local(root) == "sitemapindex" else ():
        fields = _fields(element)
        if address := web_address(_text(fields, "loc"), url):
            children.append(ChildSitemap(address, moment(_text(fields, "lastmod"))))
    children.sort(key=lambda child: child.modified or _LONG_AGO, reverse=True)
    children.sort(key=lambda child: "news" not in child.url.lower())
    return children[:MOST_ENTRIES]


def _root(body: bytes, url: str) -> Any:
    if body.startswith(b"\x1f\x8b"):
        body = _unpacked(body, url)
    document = read_xml(body, ("urlset", "sitemapindex"))
    if document is None:
        raise NotAFeed(f"No sitemap was found at {url}.", url=url)
    return document.root


def _unpacked(body: bytes, url: str) -> bytes:
    """A `.xml.gz` is a file, not a transfer coding: nobody has unpacked it on the way."""
    try:
        with gzip.open(io.BytesIO(body)) as packed:
            unpacked = packed.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error):
        raise NotAFeed(f"The sitemap at {url} is wrongly compressed.", url=url) from None
    if len(unpacked) > LARGEST:
        raise TooLarge(f"The sitemap at {url} has more than {LARGEST} bytes.", url=url)
    return unpacked


def _entry(fields: dict[str, Any], address: str, url: str, time_zone: str, now: datetime | None) -> Entry:
    news = _fields(fields["news"]) if "news" in fields else {}
    publication = _fields(news["publication"]) if "publication" in news else {}
    image = _fields(fields["image"]) if "image" in fields else {}
    keywords = [one_line(word)[:200] for word in _text(news, "keywords").split(",")]
    return Entry(
        url=address,
        title=one_line(_text(news, "title")),
        author=person(_text(news, "author")),
        published=moment(_text(news, "publication_date"), time_zone, now),
        updated=moment(_text(fields, "lastmod"), time_zone, now),
        language=_text(publication, "language")[:35] or None,
        image=web_address(_text(image, "loc"), url),
        categories=tuple(dict.fromkeys(filter(None, keywords)))[:50],
    )


def _local(element: Any) -> str:
    """The name without namespace or prefix; "" for what is no element."""
    return element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""


def _fields(element: Any) -> dict[str, Any]:
    """The first child of each name."""
    fields: dict[str, Any] = {}
    for child in element:
        fields.setdefault(_local(child), child)
    return fields


def _text(fields: dict[str, Any], name: str) -> str:
    return (fields[name].text or "").strip() if name in fields else ""
