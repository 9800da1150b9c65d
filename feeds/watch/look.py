"""The network's part of a look: what stands at a source now, as entries. No transaction is open, nothing is written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from feeds.confined import confined
from feeds.errors import EmptyList, FeedsError, FetchError, NotAFeed, ReadError
from feeds.fetch import Response
from feeds.link_header import related
from feeds.model import Entry, Source
from feeds.sources import KINDS
from feeds.sources.feed import FeedMetadata, read_feed_metadata, read_whole_feed
from feeds.store.sources import SourceState
from feeds.visits import Visits


@dataclass(slots=True)
class Look:
    """What one look has brought, before it is written."""

    source: Source
    learned: dict[str, Any]
    began: datetime
    response: Response | None = None
    list_response: Response | None = None
    """The one that held the list, where `response` only led to it."""
    entries: list[Entry] = field(default_factory=list)
    said: FeedMetadata | None = None
    """What the feed that held the entries says of itself, where that was read with them."""
    digest: str | None = None
    unchanged: bool = False
    fresh: int = 0
    in_place_of: FeedsError | None = None
    """What was found before is gone, as this says; what stands there now must prove itself by what is known of it."""

    @property
    def obeys_robots(self) -> bool:
        """Unless the operator has said otherwise for this source."""
        return not self.source.options.get("ignore_robots")


class Looking:
    """Looks at sources as a good guest (`feeds.visits`)."""

    def __init__(self, visits: Visits) -> None:
        self._visits = visits

    def look(self, state: SourceState, now: datetime) -> Look:
        """What stands there. Raises FetchError, ReadError and their kin."""
        try:
            return self._look(state, now)
        except FeedsError as error:
            if not _is_gone_for_good(state, error):
                raise
            gone = error
        try:
            return self._look_anew(state, now, gone)
        except FeedsError:
            raise gone from None

    def _look_anew(self, state: SourceState, now: datetime, gone: FeedsError) -> Look:
        """As if nothing had been found out of the source before."""
        found_out = ("kind", "url", "options", "moved_to", "body")
        learned = {name: value for name, value in state.learned.items() if name not in found_out}
        look = Look(state.source, learned, now, in_place_of=gone)
        look.response = self._visits.get(look.source.url, obey_robots=look.obeys_robots)
        self._discover(look)
        look.source = replace(look.source, kind=learned["kind"], url=learned["url"], options=learned["options"])
        _learn_of_feed(look)
        look.digest = _digest(look.entries)
        return look

    def _look(self, state: SourceState, now: datetime) -> Look:
        look = Look(as_learned(state), dict(state.learned), now)
        waiting = bool(look.learned.get("unread") or look.learned.get("older"))
        look.response = self._visits.get(
            look.source.url,
            etag=None if waiting else state.etag,
            last_modified=None if waiting else state.last_modified,
            obey_robots=look.obeys_robots,
        )
        if look.response.certificate_end is not None:
            look.learned["certificate_ends"] = look.response.certificate_end.isoformat()
        if look.response.not_modified:
            look.unchanged = True
            return look
        if look.response.moved_to:
            look.learned["moved_to"] = look.response.moved_to
        body = hashlib.sha256(look.response.body).hexdigest()
        if body == state.learned.get("body") and state.digest is not None and not waiting:
            look.digest = state.digest
            look.unchanged = True
            return look
        look.learned.pop("body", None)
        if look.source.kind == "auto":
            self._discover(look)
        elif self._read(look):
            # The same bytes will be the same entries: they need not be read again.
            look.learned["body"] = body
        _learn_of_feed(look)
        look.digest = _digest(look.entries)
        look.unchanged = look.digest == state.digest and not waiting
        return look

    def getter(self, look: Look) -> Callable[[str], Response]:
        """Fetches further pages for this look."""
        return lambda url: self._visits.get(url, obey_robots=look.obeys_robots)

    def _read(self, look: Look) -> bool:
        """Read the entries of the response, or of the address that its body points to; whether they are its own."""
        kind = KINDS.get(look.source.kind)
        if kind is None or look.response is None:
            raise ReadError(
                f"unknown kind {look.source.kind!r}; known: {', '.join(KINDS)}, or auto", url=look.source.url
            )
        response = look.response
        onwards = kind.leads_to(response.body, response.url, look.source)
        if onwards is not None:
            response = self.getter(look)(onwards)
        if look.source.kind == "feed":
            zone, body = look.source.time_zone, response.body
            look.entries, look.said = confined(
                read_whole_feed, body, response.url, response.content_type, time_zone=zone, now=look.began
            )
        else:
            look.entries = kind.read(response.body, response.url, response.content_type, look.source, now=look.began)
        look.list_response = response
        return onwards is None

    def _discover(self, look: Look) -> None:
        """Find out what the address is, and remember it: tomorrow's look does the same."""
        from feeds.sources.discover import explore

        found = explore(
            look.source.url,
            self.getter(look),
            time_zone=look.source.time_zone,
            selector=look.source.options.get("selector"),
            now=look.began,
        )
        look.learned |= {"kind": found.kind, "url": found.feed_url, "options": dict(found.options)}
        look.entries = list(found.entries)


def _is_gone_for_good(state: SourceState, error: FeedsError) -> bool:
    """Whether what was found out of a source is there no more, for the second time: its list, its feed, its address."""
    by_itself = state.source.kind == "auto" and "kind" in state.learned and "selector" not in state.source.options
    gone = isinstance(error, EmptyList | NotAFeed) or (isinstance(error, FetchError) and error.status in (404, 410))
    return by_itself and gone and state.error_code == error.code


def as_learned(state: SourceState) -> Source:
    """The source as it is to be looked at: what discovery and permanent redirects have taught stands in for "auto"."""
    source, learned = state.source, state.learned
    if source.kind == "auto" and learned.get("kind"):
        options = {**learned.get("options", {}), **source.options}
        source = replace(source, kind=learned["kind"], url=learned.get("url") or source.url, options=options)
    return replace(source, url=learned["moved_to"]) if learned.get("moved_to") else source


def _learn_of_feed(look: Look) -> None:
    """Keep what a feed says of itself: its wishes, and the hub that would tell us of news."""
    if look.response is None or "feed" not in (look.source.kind, look.learned.get("kind")):
        return
    said = look.said or _said_at(look.response)
    if said is None:
        return
    look.learned["wishes"] = {
        "ttl": said.ttl_minutes,
        "skip_hours": sorted(said.skip_hours),
        "skip_days": sorted(said.skip_days),
    }
    # The `Link` field comes first (WebSub, section 4), and a feed need not repeat it.
    headers, url = look.response.headers, look.response.url
    hub = related(headers, "hub", url) or said.hub
    if hub:
        look.learned |= {"hub": hub, "hub_topic": related(headers, "self", url) or said.self_url or url}


def _said_at(response: Response) -> FeedMetadata | None:
    try:
        return confined(read_feed_metadata, response.body, response.url, response.content_type)
    except ReadError:
        return None


def _digest(entries: Sequence[Entry]) -> str:
    """Of what was read, not of what was received: pages carry a new cache-buster at every look."""
    said = [
        f"{entry.url}\n{entry.guid}\n{entry.title}\n{entry.published}\n{entry.summary}\n{entry.html}"
        for entry in entries
    ]
    return hashlib.sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()
