"""The last resort for a feed that nothing else can read: feedparser, in a process that can be killed.

feedparser reads what no XML parser takes, and can be made to work for many seconds by a hostile document. So it runs
beside, with a deadline and a cap on memory, and what it found comes back as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from feeds.errors import NotAFeed
from feeds.model import Entry
from feeds.sources.fragments import enclosures_of, moment, one_line, person, plain, web_address

DEADLINE = 10.0
"""Seconds."""
LARGEST_FEED = 2 << 20
_MEMORY = 600 << 20

_PROGRAM = f"""
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({_MEMORY}, {_MEMORY}))
resource.setrlimit(resource.RLIMIT_CPU, ({int(DEADLINE)}, {int(DEADLINE)}))
import feedparser
feed = feedparser.parse(sys.stdin.buffer.read(), sanitize_html=False, resolve_relative_uris=False)
found = []
for entry in feed.entries[:2000]:
    said = {{name: entry.get(name) for name in ("link", "id", "title", "summary", "author", "published", "updated")}}
    said["content"] = next((part.get("value") for part in entry.get("content", [])), None)
    said["categories"] = [tag.get("term") for tag in entry.get("tags", [])]
    said["enclosures"] = [[one.get(name) for name in ("href", "type", "length")] for one in entry.get("enclosures", [])]
    found.append(said)
json.dump(found, sys.stdout, default=str)
"""


def read_tolerantly(
    body: bytes,
    url: str,
    content_type: str | None = None,
    *,
    time_zone: str = "UTC",
    now: datetime | None = None,
    deadline: float = DEADLINE,
) -> list[Entry]:
    """The entries that feedparser finds. Raises NotAFeed where it finds none, or none in time."""
    if len(body) > LARGEST_FEED:
        raise NotAFeed(f"The feed at {url} is broken, and too large to be mended.", url=url)
    try:
        done = subprocess.run(  # noqa: S603 (our own interpreter, a constant program)
            [sys.executable, "-I", "-W", "ignore", "-c", _PROGRAM],
            input=body,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=deadline,
            check=True,
        )
        items = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        raise NotAFeed(f"The feed at {url} could not be read within {deadline:g} s.", url=url) from None
    entries = [entry for item in items if (entry := _entry(item, url, time_zone, now))]
    if not entries:
        raise NotAFeed(f"No feed was found at {url}.", url=url)
    return entries


def _entry(item: Mapping[str, Any], url: str, time_zone: str, now: datetime | None) -> Entry | None:
    def said(name: str) -> str:
        value = item.get(name)
        return value if isinstance(value, str) else ""

    address = web_address(said("link"), url)
    if address is None:
        return None
    published = moment(said("published"), time_zone, now)
    updated = moment(said("updated"), time_zone, now)
    return Entry(
        url=address,
        guid=said("id")[:2_000] or None,
        title=one_line(said("title")),
        summary=plain(said("summary") or said("content"))[:2_000],
        author=person(said("author")),
        published=published or updated,
        updated=updated,
        html=said("content"),
        categories=tuple(dict.fromkeys(tag for tag in item.get("categories") or () if isinstance(tag, str)))[:50],
        enclosures=enclosures_of(item.get("enclosures") or (), url),
    )
