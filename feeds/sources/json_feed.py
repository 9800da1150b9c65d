"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1): bytes in, entries out. Of a feed cut off, the whole items."""

from __future__ import annotations

import codecs
import hashlib
import html
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urldefrag

from feeds.errors import NotAFeed
from feeds.model import Enclosure, Entry
from feeds.sources.fragments import enclosures_of, moment, one_line, plain, shortened, web_address

MOST_ITEMS = 5_000
LONGEST_SUMMARY = 2_000
_ITEMS = re.compile(r'"items"\s{0,20}:\s{0,20}\[')
_BETWEEN_ITEMS = re.compile(r"[\s,]*")


def looks_like_json(body: bytes) -> bool:
    return body[:200].removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{")


def read_json_feed(body: bytes, url: str, *, time_zone: str = "UTC", now: datetime | None = None) -> list[Entry]:
    """The entries in the feed's order. Raises NotAFeed."""
    feed = _feed(body, url)
    home = web_address(_string(feed, "home_page_url"), url) or url
    items = [item for item in feed["items"][:MOST_ITEMS] if isinstance(item, dict)]
    return [_entry(item, feed, url, home, time_zone, now) for item in items]


def read_json_metadata(body: bytes, url: str) -> dict[str, Any]:
    """The values of a `FeedMetadata` by name. Raises NotAFeed."""
    feed = _feed(body, url)
    hubs = feed.get("hubs")
    hub = next((_string(hub, "url") for hub in hubs if isinstance(hub, dict)), "") if isinstance(hubs, list) else ""
    return {
        "title": one_line(_string(feed, "title")),
        "language": _string(feed, "language") or None,
        "home": web_address(_string(feed, "home_page_url"), url),
        "hub": web_address(hub, url),
        "self_url": web_address(_string(feed, "feed_url"), url),
        "older": web_address(_string(feed, "next_url"), url),
    }


def _feed(body: bytes, url: str) -> dict[str, Any]:
    text = body.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError):
        feed = _readable_part(text)
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise NotAFeed(f"The JSON at {url} is no feed.", url=url)
    version = feed.get("version")
    if not (isinstance(version, str) and "jsonfeed.org/version/" in version) and not any(
        isinstance(item, dict) and {"url", "content_html", "content_text"} & item.keys() for item in feed["items"]
    ):
        raise NotAFeed(f"The JSON at {url} is no feed.", url=url)
    return feed


def _readable_part(text: str) -> dict[str, Any] | None:
    """Item after item, up to the first that cannot be read."""
    start = _ITEMS.search(text)
    if start is None:
        return None
    items: list[Any] = []
    decoder = json.JSONDecoder()
    place = start.end()
    while len(items) < MOST_ITEMS and (between := _BETWEEN_ITEMS.match(text, place)):
        try:
            item, place = decoder.raw_decode(text, between.end())
        except (ValueError, RecursionError):
            break
        items.append(item)
    version = "https://jsonfeed.org/version/1.1" if "jsonfeed.org/version/" in text[: start.start()] else None
    return {"version": version, "items": items}


def _entry(
    item: Mapping[str, Any], feed: Mapping[str, Any], url: str, home: str, time_zone: str, now: datetime | None
) -> Entry:
    identifier = item.get("id")
    guid = str(identifier).strip()[:2_000] if isinstance(identifier, str | int | float) else ""
    address = (
        web_address(_string(item, "url"), url)
        or web_address(_string(item, "external_url"), url)
        or (web_address(guid, url) if guid.lower().startswith(("http://", "https://")) else None)
        or f"{urldefrag(home).url}#item-{hashlib.sha256(guid.encode('utf-8', 'replace')).hexdigest()[:16]}"
    )
    content = _string(item, "content_html")
    if not content:
        paragraphs = [part for part in _string(item, "content_text").split("\n\n") if part.strip()]
        content = "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in paragraphs)
    summary = plain(html.escape(_string(item, "summary"), quote=False)) or plain(content)
    published = moment(_string(item, "date_published"), time_zone, now)
    updated = moment(_string(item, "date_modified"), time_zone, now)
    tags = item.get("tags")
    return Entry(
        url=address,
        guid=guid or None,
        title=one_line(html.escape(_string(item, "title"), quote=False)),
        summary=shortened(summary, LONGEST_SUMMARY),
        author=_authors(item) or _authors(feed),
        published=published or updated,
        updated=updated,
        language=_string(item, "language") or _string(feed, "language") or None,
        image=web_address(_string(item, "image") or _string(item, "banner_image"), url),
        html=content,
        categories=tuple(dict.fromkeys(tag.strip()[:200] for tag in tags if isinstance(tag, str) and tag.strip()))[:50]
        if isinstance(tags, list)
        else (),
        enclosures=_enclosures(item.get("attachments"), url),
    )


def _enclosures(attachments: Any, url: str) -> tuple[Enclosure, ...]:
    found = [one for one in attachments if isinstance(one, dict)] if isinstance(attachments, list) else []
    return enclosures_of(
        ((_string(one, "url"), _string(one, "mime_type"), one.get("size_in_bytes")) for one in found), url
    )


def _string(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _authors(values: Mapping[str, Any]) -> str | None:
    """1.1 has `authors`, 1.0 has `author`."""
    people = values.get("authors")
    if not isinstance(people, list):
        people = [values.get("author")]
    names = [one_line(_string(person, "name")) for person in people[:10] if isinstance(person, dict)]
    return ", ".join(dict.fromkeys(filter(None, names))) or None
