"""How an address would be watched, tried out before it is: the same for the command line, the page and the API.

    address ─ explore ─→ kind, feed, items ─ first that can be read ─→ article ─→ topics that match

Nothing is stored. A few GETs are made, all through the `get` that is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.way import Way
from feeds.completion import complete
from feeds.errors import FeedsError
from feeds.fetch import Response
from feeds.model import Article, Entry, Source
from feeds.sources import KINDS
from feeds.sources.discover import Candidate, Found, explore
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
    way: Way | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """What `tocsin preview --json` prints: JSON values only, dates as ISO 8601 with offset.

    `queries` are the topics by slug; `now` (aware) is for dates that depend on it. A `selector` wins over a `way`,
    which wins over what is found; `candidates` are the ways there are, the one that is shown first. `article` is None
    where no page could be read; `notes` say why. Raises `feeds.errors.FeedsError` where there is nothing to watch.
    """
    fetch = _each_once(get)
    found = _found(url, fetch, time_zone, selector, way, now)
    notes = list(found.notes)
    source = Source("preview", found.feed_url, kind=found.kind, time_zone=time_zone, options=found.options)
    article = _first_article(found.entries, source, fetch, notes)
    return {
        "kind": found.kind,
        "confidence": found.confidence,
        "feed_url": found.feed_url,
        "options": dict(found.options),
        "candidates": _candidates(found),
        "items": [{"url": one.url, "title": one.title, "published": _iso(one.published)} for one in found.entries],
        "article": None if article is None else _shown(article),
        "topics": [] if article is None else _matching(article, queries),
        "notes": notes,
    }


def _each_once(get: Callable[[str], Response]) -> Callable[[str], Response]:
    """The same, asking a site for no address twice in one preview."""
    brought: dict[str, Response] = {}

    def fetch(url: str) -> Response:
        if url not in brought:
            brought[url] = get(url)
        return brought[url]

    return fetch


def _found(
    url: str,
    get: Callable[[str], Response],
    time_zone: str,
    selector: str | None,
    way: Way | None,
    now: datetime | None,
) -> Found:
    if selector or way is None:
        return explore(url, get, time_zone=time_zone, selector=selector, now=now)
    entries = _read(way, get, time_zone, now)
    try:
        candidates = explore(url, get, time_zone=time_zone, now=now).candidates
    except FeedsError:
        candidates = ()
    same = next((one for one in candidates if _is(one, way)), None)
    notes = (f"Chosen by hand: {same.why}." if same else "Chosen by hand.",)
    return Found(way.kind, way.url, entries, same.confidence if same else 1.0, notes, way.options, candidates)


def _read(way: Way, get: Callable[[str], Response], time_zone: str, now: datetime | None) -> Sequence[Entry]:
    """As the watcher reads a source that is stored so."""
    source = Source("preview", way.url, kind=way.kind, time_zone=time_zone, options=way.options)
    kind = KINDS[way.kind]
    response = get(way.url)
    onwards = kind.leads_to(response.body, response.url, source)
    if onwards is not None:
        response = get(onwards)
    return kind.read(response.body, response.url, response.content_type, source, now=now)


def _candidates(found: Found) -> list[dict[str, Any]]:
    """What is shown first, then the others, the surest first."""
    shown = Way(found.kind, found.feed_url, found.options)
    why = next((one.why for one in found.candidates if _is(one, shown)), None)
    first = Candidate(found.kind, found.feed_url, found.confidence, why or _first_note(found), options=found.options)
    others = [one for one in found.candidates if one.kind in KINDS and not _is(one, shown)]
    return [
        {
            "kind": one.kind,
            "url": one.url,
            "confidence": one.confidence,
            "why": one.why,
            "options": dict(one.options),
        }
        for one in (first, *others)
    ]


def _is(candidate: Candidate, way: Way) -> bool:
    return (candidate.kind, candidate.url, dict(candidate.options)) == (way.kind, way.url, dict(way.options))


def _first_note(found: Found) -> str:
    return found.notes[0].removeprefix("Chosen: ").removesuffix(".") if found.notes else ""


def _first_article(
    entries: Sequence[Entry], source: Source, get: Callable[[str], Response], notes: list[str]
) -> Article | None:
    if not entries:
        notes.append("The list is empty: there is no article to try.")
    for entry in entries[:TRIED]:
        try:
            article = complete(entry, source, get).article
        except FeedsError as error:
            told = str(error)
            notes.append(told if entry.url in told else f"{entry.url}: {told}")
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
    return [{"slug": slug, "matched": matched_words(article, one.spans)} for slug, one in matches if one is not None]


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
