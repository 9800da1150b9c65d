"""How an address would be watched, tried out before it is: the same for the command line, the page and the API.

    address ─ explore ─→ kind, feed, items ─ first that can be read ─→ article ─→ topics that match

Nothing is stored. A few GETs are made, all through the `get` that is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from feeds.completion import complete
from feeds.errors import FeedsError
from feeds.fetch import Response
from feeds.model import Article, Entry, Source
from feeds.sources.discover import explore
from feeds.topics import Query, evaluate, matched_words

TRIED = 3
"""Items whose page is fetched until one can be read."""

NO_TEXT = 200
"""Characters below which a text is worth a note."""


def preview_source(
    url: str,
    get: Callable[[str], Response],
    queries: Mapping[str, Query],
    *,
    time_zone: str = "UTC",
    selector: str | None = None,
) -> dict[str, Any]:
    """What `tocsin preview --json` prints: JSON values only, dates as ISO 8601 with offset.

    `queries` are the topics by slug. `article` is None where no page could be read; `notes` say why. Raises
    `feeds.errors.FeedsError` where there is nothing to watch.
    """
    found = explore(url, get, time_zone=time_zone, selector=selector)
    notes = list(found.notes)
    source = Source("preview", found.feed_url, kind=found.kind, time_zone=time_zone, options=found.options)
    article = _first_article(found.entries, source, get, notes)
    return {
        "kind": found.kind,
        "confidence": found.confidence,
        "feed_url": found.feed_url,
        "items": [{"url": one.url, "title": one.title, "published": _iso(one.published)} for one in found.entries],
        "article": None if article is None else _shown(article),
        "topics": [] if article is None else _matching(article, queries),
        "notes": notes,
    }


def _first_article(
    entries: Sequence[Entry], source: Source, get: Callable[[str], Response], notes: list[str]
) -> Article | None:
    if not entries:
        notes.append("The list is empty: there is no article to try.")
    for entry in entries[:TRIED]:
        try:
            article = complete(entry, source, get).article
        except FeedsError as error:
            notes.append(f"{entry.url}: {error}")
            continue
        if len(article.text) < NO_TEXT:
            notes.append(f"{entry.url}: only {len(article.text)} characters of text were found in the article's page.")
        return article
    return None


def _shown(article: Article) -> dict[str, Any]:
    return {
        "url": article.url,
        "title": article.title,
        "author": article.author,
        "published": _iso(article.published),
        "language": article.language,
        "image": article.image,
        "text": article.text,
    }


def _matching(article: Article, queries: Mapping[str, Query]) -> list[dict[str, Any]]:
    matches = ((slug, evaluate(query, article)) for slug, query in queries.items())
    return [{"slug": slug, "matched": matched_words(match, article)} for slug, match in matches if match is not None]


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
