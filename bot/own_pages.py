"""The tour's pages, read without a server: answered here, as the server of this site would answer them.

Its address is the site's public one, and nobody need stand there while it is read: one pass of a scheduled job has no
server at all, a worker's may be on another machine, and a proxy may not be set up yet. Everything else is fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from bot.tour import ROOT, Tour
from feeds.fetch import Fetcher, Response


class OwnPages(Fetcher):
    """A fetcher that knows the tour by heart.

    `sites` are the addresses under which this site is known, `times` gives the present and the moment at which the tour
    began; the other arguments are those of `Fetcher`.
    """

    def __init__(
        self, tour: Tour | None, sites: Collection[str], times: Callable[[], tuple[datetime, datetime]], **others: Any
    ) -> None:
        super().__init__(**others)
        self._tour = tour
        self._roots = tuple(f"{site.rstrip('/')}{ROOT}" for site in sites)
        self._times = times

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str | None = None,
        max_bytes: int | None = None,
    ) -> Response:
        """As `Fetcher.get`; what is not of the tour, or not published yet, is asked for where its address leads."""
        known = self._known(url)
        if known is not None:
            return known
        return super().get(url, etag=etag, last_modified=last_modified, accept=accept, max_bytes=max_bytes)

    def head(self, url: str) -> Response:
        """As `Fetcher.head`; the tour's pictures are known."""
        return self._known(url) or super().head(url)

    def _known(self, url: str) -> Response | None:
        address = url.partition("#")[0]
        if self._tour is None or not address.startswith(self._roots):
            return None
        root = next(one for one in self._roots if address.startswith(one))
        found = self._tour.read(address[len(root) :], *self._times())
        if found is None:
            return None
        kind, body = found
        headers = {"Content-Type": kind, "Content-Length": str(len(body))}
        return Response(address, 200, headers, body, content_type=kind, fetched_bytes=len(body))
