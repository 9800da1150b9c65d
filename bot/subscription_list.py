"""OPML and the watched sources: lists of feeds taken in from other readers, and given to them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.engine import Connection

from feeds.model import Source
from feeds.render import Outline
from feeds.store import sources

MAXIMUM_SLUG = 60

_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


def take_in(connection: Connection, lines: Iterable[Outline], now: datetime) -> tuple[list[Source], list[Source]]:
    """Watch every feed of the list from now on; returns those that are new, and those that were watched already."""
    by_url = {state.source.url: state.source for state in sources.states(connection, only_active=False)}
    slugs = {source.slug for source in by_url.values()}
    added: list[Source] = []
    known: list[Source] = []
    for outline in (feed for line in lines for feed in line.feeds()):
        url = outline.xml_url or ""
        if url in by_url:
            known.append(by_url[url])
            continue
        slug = unused_slug(outline.text, url, slugs)
        source = Source(
            slug=slug,
            url=url,
            title=outline.text,
            kind="feed",
            language=outline.language,
            description=outline.description,
        )
        sources.add(connection, source, now)
        by_url[url] = source
        slugs.add(slug)
        added.append(source)
    return added, known


def unused_slug(title: str, url: str, taken: Iterable[str]) -> str:
    """A name in addresses made of the title, or else of the host; with a number where it is taken."""
    letters = unicodedata.normalize("NFD", title.casefold().replace("đ", "d"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = _NOT_IN_SLUG.sub("-", bare).strip("-") or _NOT_IN_SLUG.sub("-", urlsplit(url).hostname or "").strip("-")
    slug = words[:MAXIMUM_SLUG].strip("-") or "source"
    taken = set(taken)
    if slug not in taken:
        return slug
    number = 2
    while f"{slug}-{number}" in taken:
        number += 1
    return f"{slug}-{number}"


def outlines(connection: Connection, base_url: str) -> Sequence[Outline]:
    """The watched sources as any reader can follow them: by their own feed, or by the one that is made of them here."""
    return [
        Outline(
            text=state.source.title,
            xml_url=state.source.url if state.source.kind == "feed" else _our_feed(base_url, state.source),
            html_url=f"{base_url}/sources/{state.source.slug}" if state.source.kind == "feed" else state.source.url,
            description=state.source.description,
            language=state.source.language,
        )
        for state in sources.states(connection)
    ]


def _our_feed(base_url: str, source: Source) -> str:
    return f"{base_url}/feeds/sources/{source.slug}.atom"
