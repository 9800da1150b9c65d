"""What people's own queries may be: their names, their limits, and what is checked before one is kept. Pure."""

from __future__ import annotations

import hashlib
import re

from bot.errors import RequestError
from bot.message import OWN_QUERY_PREFIX
from feeds.model import Topic

MAXIMUM_OWN_QUERIES = 50
"""Queries that one chat may have at a time: each is asked of every article."""
MAXIMUM_QUERY_LENGTH = 500
MAXIMUM_TITLE_LENGTH = 60
MAXIMUM_SAMPLES = 10
"""Texts of each kind by which one is tried."""
MAXIMUM_SAMPLE_LENGTH = 1000

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")


def own_slug(owner: str, query: str) -> str:
    """The slug of a person's own query: the same query of the same owner is the same topic."""
    digest = hashlib.blake2s(f"{owner}\n{query}".encode(), digest_size=8).hexdigest()
    return f"{OWN_QUERY_PREFIX}{digest}"


def title_of(query: str) -> str:
    """What a query is called until somebody names it."""
    return query if len(query) <= MAXIMUM_TITLE_LENGTH else query[: MAXIMUM_TITLE_LENGTH - 1] + "…"


def check_details(topic: Topic) -> None:
    """Raise `RequestError`: `title_too_long`, `too_many_samples`, `sample_too_long` (limit), `bad_language_tag`."""
    if len(topic.title) > MAXIMUM_TITLE_LENGTH:
        raise RequestError("title_too_long", limit=MAXIMUM_TITLE_LENGTH)
    if topic.language is not None and not _LANGUAGE_TAG.fullmatch(topic.language):
        raise RequestError("bad_language_tag")
    if max(len(topic.expect), len(topic.reject)) > MAXIMUM_SAMPLES:
        raise RequestError("too_many_samples", limit=MAXIMUM_SAMPLES)
    if any(len(sample) > MAXIMUM_SAMPLE_LENGTH for sample in (*topic.expect, *topic.reject)):
        raise RequestError("sample_too_long", limit=MAXIMUM_SAMPLE_LENGTH)
