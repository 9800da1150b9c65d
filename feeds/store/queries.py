"""A query as somebody typed it, where "@slug" may name a public topic of the store."""

from __future__ import annotations

import re

from sqlalchemy.engine import Connection

from feeds.store import topics
from feeds.topics import Query, parse, parse_all

_NAME = re.compile(r"@([a-z0-9-]+)")


def read_query(connection: Connection, text: str, language: str | None = None, *, slug: str = "") -> Query:
    """Parse it. Raises `QueryError`; also where it is to be the query of `slug`, and what it names leads back there."""
    if "@" not in text:
        return parse(text, language)
    offered = {topic.slug: (topic.query, topic.language) for topic in topics.active_topics(connection)}
    # Only what is named, so that another topic's mistake is not this one's.
    asked = {slug: (text, language)}
    waiting = [text]
    while waiting:
        for name in _NAME.findall(waiting.pop()):
            if name in offered and name not in asked:
                asked[name] = offered[name]
                waiting.append(offered[name][0])
    return parse_all(asked)[slug]
