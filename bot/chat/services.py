"""What the chat asks of the rest of the program. Whatever is None is not offered: no command, no line in the help."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from bot.model import Destination
from bot.tuning import Tuning
from feeds.model import Topic
from feeds.store.query_preview import QueryPreview


@dataclass(frozen=True, slots=True)
class Found:
    """A line of an answer: plain text, linked if `url` is given, with a remark after it."""

    title: str
    url: str | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class ChatServices:
    """All functions are called from worker threads, may block for some seconds, and give plain text.

    `search(query)` may raise `QueryError`; `why(url, destination)` explains why an article did or didn't alert the
    asker; `feeds(followed)` lists feeds of what is followed; `private_feed(destination, renew)` is the secret address
    of all of it as one feed, a new one if `renew`; `try_query(topic)` says what its query
    would have brought; `tunable(topics)` gives the ids of those with votes enough to suggest something, which
    `tuning(topic)` does; `health(language)` is for operators, whose Telegram user ids are
    `operators`.
    """

    search: Callable[[str], Sequence[Found]] | None = None
    why: Callable[[str, Destination], Sequence[Found]] | None = None
    feeds: Callable[[Sequence[Topic]], Sequence[Found]] | None = None
    private_feed: Callable[[Destination, bool], str] | None = None
    health: Callable[[str], Sequence[Found]] | None = None
    try_query: Callable[[Topic], QueryPreview] | None = None
    tunable: Callable[[Sequence[Topic]], Collection[int]] | None = None
    tuning: Callable[[Topic], Tuning] | None = None
    operators: frozenset[int] = field(default_factory=frozenset)
