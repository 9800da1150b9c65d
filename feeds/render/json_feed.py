"""JSON Feed 1.1 (jsonfeed.org/version/1.1), with one extension object, `_tocsin`, on items.

`_tocsin` holds what the other fields have no place for: `matched` (the words that put the article into this feed),
`source` (title and url of where it was found) and `also` (other places that carry the same text). Empty ones are left
out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from feeds.model import FeedItem, FeedSpec
from feeds.render.characters import rfc3339
from feeds.render.view import UNKNOWN_TYPE, FeedView, File, ItemView, view_feed, view_item

VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(spec: FeedSpec, items: Sequence[FeedItem], *, full: bool = True) -> bytes:
    """The feed as JSON Feed 1.1, UTF-8; raises ValueError where `spec.base_url` is not an http(s) address."""
    views = [view_item(spec, item, full=full) for item in items]
    document = _feed(view_feed(spec, views, "json", full=full))
    document["items"] = [_item(view) for view in views]
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _feed(feed: FeedView) -> dict[str, Any]:
    return _without_empty(
        {
            "version": VERSION,
            "title": feed.title,
            "home_page_url": feed.home,
            "feed_url": feed.self_url,
            "description": feed.description,
            # JSON Feed's own paging ("the next n items") is what RFC 5005 calls the previous archive.
            "next_url": feed.previous_archive,
            "icon": feed.icon,
            "language": feed.language,
            "hubs": [{"type": "WebSub", "url": feed.hub}] if feed.hub else None,
        }
    )


def _item(item: ItemView) -> dict[str, Any]:
    return _without_empty(
        {
            "id": item.id,
            "url": item.url,
            "title": item.title,
            # One of the two contents is required.
            "content_html": item.content,
            "content_text": None if item.content else item.summary_text or item.title,
            "summary": item.summary_text,
            "image": item.image.url if item.image else None,
            "date_published": rfc3339(item.published),
            "date_modified": rfc3339(item.updated),
            "authors": [{"name": item.author}] if item.author else None,
            "tags": [category.label for category in item.categories],
            "language": item.language,
            "attachments": [_attachment(file) for file in item.files],
            "_tocsin": _extension(item),
        }
    )


def _attachment(file: File) -> dict[str, Any]:
    return _without_empty(
        {"url": file.url, "mime_type": file.type or UNKNOWN_TYPE, "size_in_bytes": file.length},
    )


def _extension(item: ItemView) -> dict[str, Any]:
    return _without_empty(
        {
            "matched": list(item.matched),
            "source": _without_empty({"title": item.source_title, "url": item.source_url}),
            "also": [_without_empty({"url": related.url, "source": related.source}) for related in item.related],
        }
    )


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
