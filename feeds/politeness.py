"""A host's share: how many of our requests it serves at once, and how soon after one another they begin.

Whoever finds a host busy is told when to come again and does something else meanwhile, so that a slow host holds its
own requests only. It knows hosts and seconds; what is asked of them, and why, is not its business.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

_SOON = 0.1
_MOST_HOSTS = 20_000
"""Hosts remembered; those that are neither busy nor recently asked are forgotten first."""


@dataclass(slots=True)
class _Host:
    inside: int = 0
    next_start: float = 0.0
    interval: float | None = None


class HostShares:
    """A gate for each host; for any number of threads.

    `at_once`: requests that one host serves for us at a time. `interval`: seconds from the begin of one to the begin of
    the next. `clock` counts seconds and never goes back.
    """

    def __init__(self, *, at_once: int = 2, interval: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once = at_once
        self._interval = interval
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._changed = threading.Condition()

    def __len__(self) -> int:
        """Hosts remembered."""
        return len(self._hosts)

    def enter(self, url: str) -> float:
        """0.0: go ahead, and call `leave` after. Otherwise nothing happened: the seconds after which to ask again."""
        with self._changed:
            return self._enter(url)

    def leave(self, url: str) -> None:
        """The request that `enter` let in is over, however it ended."""
        with self._changed:
            host = self._host(url)
            host.inside = max(0, host.inside - 1)
            self._changed.notify_all()

    @contextmanager
    def turn(self, url: str, *, patience: float = 60.0) -> Iterator[None]:
        """`enter`, waiting up to `patience` seconds, and `leave`; for those with nothing else to do.

        Raises TimeoutError.
        """
        end = self._clock() + patience
        with self._changed:
            while (wait := self._enter(url)) > 0:
                left = end - self._clock()
                if left <= 0:
                    raise TimeoutError(f"{host_of(url)} was busy for {patience:g} s")
                self._changed.wait(min(wait, left))
        try:
            yield
        finally:
            self.leave(url)

    def slow_down(self, url: str, interval: float) -> None:
        """From now on at least `interval` seconds between two begins at this host: its `Crawl-delay`."""
        with self._changed:
            self._host(url).interval = interval

    def _enter(self, url: str) -> float:
        now = self._clock()
        host = self._host(url)
        interval = max(self._interval, host.interval or 0.0)
        if host.inside >= self._at_once:
            return max(_SOON, interval, host.next_start - now)
        if now < host.next_start:
            return host.next_start - now
        host.inside += 1
        host.next_start = now + interval
        return 0.0

    def _host(self, url: str) -> _Host:
        name = host_of(url)
        host = self._hosts.get(name)
        if host is None:
            if len(self._hosts) >= _MOST_HOSTS:
                now = self._clock()
                self._hosts = {
                    name: host
                    for name, host in self._hosts.items()
                    if host.inside or host.next_start > now or host.interval is not None
                }
            host = self._hosts[name] = _Host()
        return host


@lru_cache(maxsize=4_096)
def host_of(url: str) -> str:
    """The host that a request to `url` burdens: lower case, without `www.`; with its port where one is given."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    name = (parts.hostname or "").rstrip(".").lower().removeprefix("www.")
    return name if port in (None, 80, 443) else f"{name}:{port}"
