"""A query as somebody typed it, where "@slug" may name a public topic of the store."""

from __future__ import annotations

import re

from sqlalchemy.engine import Connection

from feeds.store import topics
from feeds.topics import Query, parse, parse_all
from feeds.topics.vietnamese import closest

_NAME = re.compile(r"@([a-z0-9-]+)")


def read_query(connection: Connection, text: str, language: str | None = None, *, slug: str = "") -> Query:
    """Parse it. Raises `QueryError`; also where it is to be the query of `slug`, and what it names leads back there."""
    if "@" not in text:
        return parse(text, language)
    named = _named_in(connection, text)
    named.pop(slug, None)
    # Itself first: an error is shown in what was typed.
    return parse_all({slug: (text, language), **named})[slug]


def named_topics(connection: Connection, text: str) -> dict[str, Query]:
    """The topics that the query names, and those that these name, by slug. Raises `QueryError`."""
    return parse_all(_named_in(connection, text)) if "@" in text else {}


def _named_in(connection: Connection, text: str) -> dict[str, tuple[str, str | None]]:
    """Slug → (text, language); of what is named alone, so that another topic's mistake is not this one's.

    In place of a name that no topic has comes the one that was probably meant, to be suggested.
    """
    offered = {topic.slug: (topic.query, topic.language) for topic in topics.active_topics(connection)}
    named: dict[str, tuple[str, str | None]] = {}
    waiting = [text]
    while waiting:
        for name in _NAME.findall(waiting.pop()):
            slug = name if name in offered else closest(name, offered)
            if slug is not None and slug not in named:
                named[slug] = offered[slug]
                waiting.append(offered[slug][0])
    return named
