"""Documents that are rarely asked for: rendered when they are, and kept for a short while in memory.

Archive pages, summaries only (`?full=0`), a story, several topics in one, any query, what one person follows. Nobody is
told when they change: they name no hub. One is rendered at a time, and what is kept is bounded,
so that a crawler that walks all archive pages takes a fraction of one core and of the memory, and no more.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

from sqlalchemy.engine import Connection

from feeds.database import Database
from feeds.model import Article, Span
from feeds.publish.ahead import render
from feeds.publish.contents import SHOWN, Contents, Following, contents, of_following, of_hits
from feeds.publish.site import Site
from feeds.render import FORMATS
from feeds.store.shelf import RenderedFeed, finish

KEPT_FOR = timedelta(seconds=60)
KEPT_BYTES = 16_000_000

Search = Callable[[Connection, str, int], Sequence[tuple[Article, Sequence[Span]]]]
"""(connection, query, limit) → articles, the newest first, with the spans that matched. Raises `QueryError`."""

Private = Callable[[Connection, str], Following | None]
"""(connection, token) → what the holder of the token follows; None for a token that is none."""

PRIVATE = "private/"
"""How the name of a feed begins that only its owner knows: the rest of it is a token."""

_Key = tuple[str, str, bool, str]
"""The feed's name, its format, whether in full, and whatever else makes it another document."""


class OnDemand:
    """Renders documents beside the shelf. Safe to be called by several threads.

    `clock` returns the current time (UTC). Without `search`, there are no feeds of queries; without `private`, no
    private ones.
    """

    def __init__(
        self,
        database: Database,
        site: Site,
        clock: Callable[[], datetime],
        search: Search | None = None,
        private: Private | None = None,
    ) -> None:
        self._database = database
        self._site = replace(site, hub=None)
        self._clock = clock
        self._search = search
        self._private = private
        self._kept: OrderedDict[_Key, tuple[datetime, RenderedFeed]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def feed(self, feed: str, extension: str, *, before: str | None = None, full: bool = True) -> RenderedFeed | None:
        """A document of "all", "sources/SLUG", "topics/SLUG+SLUG", "stories/UID", "private/TOKEN", …

        `before` names an archive page. None where there is no such feed, page or format.
        """
        if feed.startswith(PRIVATE):
            return self._private_feed(feed, extension, before, full)
        key = (feed, extension, full, before or "")
        return self._get(key, lambda connection: contents(connection, self._site, feed, before=before))

    def _private_feed(self, feed: str, extension: str, before: str | None, full: bool) -> RenderedFeed | None:
        if self._private is None:
            return None
        # Asked each time: a token may have been replaced, and something else may be followed, since it was last asked.
        with self._database.read() as connection:
            following = self._private(connection, feed.removeprefix(PRIVATE))
        if following is None:
            return None
        key = (feed, extension, full, repr((before, following)))
        return self._get(key, lambda connection: of_following(connection, self._site, feed, following, before=before))

    def query(self, text: str, extension: str, *, full: bool = True) -> RenderedFeed | None:
        """The newest articles that a query finds. None where queries have no feeds; raises `QueryError`."""
        search = self._search
        if search is None:
            return None

        def found(connection: Connection) -> Contents:
            path = f"/feeds/search?q={quote(text, safe='')}"
            return of_hits(
                connection, self._site, path, f"{text} · {self._site.title}", search(connection, text, SHOWN)
            )

        return self._get((f"search?q={text}", extension, full, ""), found)

    def _get(self, key: _Key, make: Callable[[Connection], Contents | None]) -> RenderedFeed | None:
        feed, extension, full, _ = key
        if extension not in FORMATS:
            return None
        with self._lock:
            now = self._clock()
            kept = self._kept.get(key)
            if kept is not None and kept[0] > now:
                self._kept.move_to_end(key)
                return kept[1]
            with self._database.read() as connection:
                found = make(connection)
            if found is None:
                return None
            document = render(found, extension, full=full)
            finished = finish(f"{feed}.{extension}", document, now)
            self._keep(key, finished, now + KEPT_FOR)
            return finished

    def _keep(self, key: _Key, finished: RenderedFeed, until: datetime) -> None:
        self._forget(key)
        self._kept[key] = (until, finished)
        self._bytes += _size(finished)
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: _Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= _size(kept[1])


def _size(finished: RenderedFeed) -> int:
    return len(finished.body) + len(finished.gzip)
