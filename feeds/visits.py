"""Asking other people's sites for something, as a good guest: within robots.txt, and never more than a host's share.

    get ─→ robots.txt (kept for a day, beside the pace) ─→ the host's pace ─→ feeds.fetch

A whole look at a source holds one of its host's places (`enter`, `leave`), so that a slow host keeps few of our
threads; within it, requests to the host follow one another at its pace. What is asked for, it does not know.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from feeds.errors import FetchError, RobotsRefused
from feeds.fetch import Fetcher, Response
from feeds.politeness import HostShares
from feeds.robots import ALLOW_ALL, Robots, parse_robots, robots_url, without_robots

ROBOTS_KEPT = timedelta(days=1)
"""RFC 9309, section 2.4."""
ROBOTS_RETRIED = timedelta(minutes=10)
MOST_ROBOTS = 5_000


class BusyHost(FetchError):
    """Nothing was asked: it is somebody else's turn."""


@dataclass(frozen=True, slots=True)
class _Kept:
    robots: Robots
    until: datetime


class Visits:
    """One object a process; any thread may call it.

    `pace` is the least time from one request to the next at one host, `at_once` the number of looks at it at a time.
    `own_origins` are this program's own: nobody there has to be spared. `clock` gives the time in UTC.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        clock: Callable[[], datetime],
        *,
        user_agent: str,
        at_once: int = 2,
        pace: timedelta = timedelta(seconds=1),
        own_origins: Collection[str] = (),
    ) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._user_agent = user_agent
        self._own = tuple(f"{origin}/" for origin in own_origins)
        self._looks = HostShares(at_once=at_once, interval=0.0)
        self._requests = HostShares(at_once=at_once, interval=pace.total_seconds())
        self._robots: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def enter(self, url: str) -> float:
        """Take one of the host's places for a look: 0.0, and `leave` is owed; else the seconds to come again after."""
        return 0.0 if self._is_own(url) else self._looks.enter(url)

    def leave(self, url: str) -> None:
        """Give the place back."""
        if not self._is_own(url):
            self._looks.leave(url)

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        obey_robots: bool = True,
    ) -> Response:
        """GET at the host's pace. Raises FetchError and its kin, RobotsRefused among them."""
        if self._is_own(url):
            return self._fetcher.get(url, etag=etag, last_modified=last_modified)
        if obey_robots:
            self._check_robots(url)
        return self._paced(url, etag, last_modified)

    def head(self, url: str) -> Response:
        """What `get` would answer, without the body, for what nobody waits for.

        Raises BusyHost where others' requests to that host are waiting for their turn, FetchError and its kin.
        """
        if self._is_own(url):
            return self._fetcher.head(url)
        self._check_robots(url)
        if self._requests.enter(url):
            raise BusyHost(f"{urlsplit(url).hostname} is busy with other requests of ours", url=url)
        try:
            return self._fetcher.head(url)
        finally:
            self._requests.leave(url)

    def _paced(self, url: str, etag: str | None, last_modified: str | None) -> Response:
        try:
            with self._requests.turn(url):
                return self._fetcher.get(url, etag=etag, last_modified=last_modified)
        except TimeoutError as error:
            raise FetchError(f"{urlsplit(url).hostname} is busy with other requests of ours", url=url) from error

    def _check_robots(self, url: str) -> None:
        robots = self._robots_of(url)
        if not robots.allows(url, self._user_agent):
            parts = urlsplit(url)
            raise RobotsRefused(
                f"robots.txt of {parts.hostname} forbids {parts.path or '/'}; "
                "options = { ignore_robots = true } in sources.toml overrides it",
                url=url,
            )

    def _robots_of(self, url: str) -> Robots:
        address = robots_url(url)
        now = self._clock()
        with self._lock:
            kept = self._robots.get(address)
        if kept is not None and kept.until > now:
            return kept.robots
        until = now + ROBOTS_KEPT
        try:
            # Asked once a day, and beside the pace: the page is asked for right after, as any crawler does.
            robots = parse_robots(self._fetcher.get(address).body)
        except FetchError as error:
            without = without_robots(error.status)
            if without is ALLOW_ALL:
                # Also where there was one before: a file that was taken away forbids nothing any more.
                robots = without
            elif kept is not None:
                robots, until = kept.robots, now + ROBOTS_RETRIED
            elif error.status is None:
                raise
            else:
                # "Not now" is the site's state, not its wish: the error is said as it is, and asked again soon.
                raise FetchError(
                    f"robots.txt of {urlsplit(url).hostname} answered {error.status}: it asks to be left alone",
                    url=url,
                    status=error.status,
                    retry_after=error.retry_after,
                ) from error
        delay = robots.crawl_delay(self._user_agent)
        if delay:
            self._requests.slow_down(url, delay)
        with self._lock:
            if len(self._robots) >= MOST_ROBOTS:
                self._robots.clear()
            self._robots[address] = _Kept(robots, until)
        return robots

    def _is_own(self, url: str) -> bool:
        return url.startswith(self._own) if self._own else False
