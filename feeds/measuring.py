"""Finds out how long the pictures and enclosures of new articles are, and of which type: by a HEAD, and in no hurry.

    new articles ─→ files of which the source says too little ─→ visits.head ─→ kept ─→ their feeds rendered again

Feed readers are told type and length of what they may fetch (RSS 2.0, RFC 4287), and sources seldom say. Nobody waits
for it: alerts have gone out before, looks at sources go first at every host, and what a server does not tell in three
tries is left open. A picture that is there no more is left out of the feeds.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy.exc import IntegrityError

from feeds.database import Database
from feeds.errors import AddressRefused, FetchError, RobotsRefused
from feeds.fetch import Response
from feeds.model import Measured
from feeds.store import facts, files, shelf
from feeds.visits import BusyHost, Visits

log = logging.getLogger(__name__)

TURN = "files.turn"
TURN_KEPT = timedelta(minutes=2)
LOOKED_BACK = 2_000
"""Of so many newest articles the files are asked about: those that feeds show, and some more."""

AT_ONCE = 60
"""Files that are asked about in one go, at most: their feeds are rendered once after it."""

SECONDS = 40.0
"""After so long no other file is asked about in one go."""

BREATH = 0.5
"""Seconds until hosts are asked again that were somebody else's, or had been asked just before."""

PAUSES = (timedelta(hours=1), timedelta(days=1))
"""After the first and the second try in vain; after the third there is none."""

_GONE = {404, 410}


class Measuring:
    """One object a process; of several processes one does it at a time. `clock` gives the time in UTC.

    In one go no file is begun after `seconds`; for so long it waits for a host's pace.
    """

    def __init__(
        self, database: Database, visits: Visits, clock: Callable[[], datetime], seconds: float = SECONDS
    ) -> None:
        self._database = database
        self._visits = visits
        self._clock = clock
        self._seconds = seconds
        self._seen = 0
        """Articles with higher ids have not been looked at yet."""
        self._waiting: dict[str, tuple[set[int], files.Asked]] = {}
        """Files by address, with the articles that show them."""
        self._holder = secrets.token_hex(8)
        self.stopping = threading.Event()

    def measure(self) -> int:
        """Ask about some files, and have the feeds that show them rendered again; how many were asked about."""
        self._gather()
        if not self._due() or not self._take_turn():
            return 0
        self._learn_from_others()
        end = time.monotonic() + self._seconds
        answers: list[tuple[Measured, files.Asked]] = []
        slow: set[str] = set()
        due = self._due()
        while due:
            busy = []
            for url in due:
                host = urlsplit(url).netloc
                if host in slow:
                    continue
                if self.stopping.is_set() or len(answers) >= AT_ONCE or (answers and time.monotonic() > end):
                    break
                try:
                    answers.append(self._ask(url))
                except BusyHost:
                    busy.append(url)
                    continue
                if answers[-1][1].again_at is not None:
                    slow.add(host)
            due = busy if len(answers) < AT_ONCE and time.monotonic() + BREATH < end else []
            if due and self.stopping.wait(BREATH):
                break
        self._keep(answers)
        return len(answers)

    def _learn_from_others(self) -> None:
        """What another process has found out since these were noted need not be asked again."""
        with self._database.read() as connection:
            known = files.asked(connection, self._due())
        for url, came in known.items():
            if came.again_at is None:
                del self._waiting[url]
            else:
                self._waiting[url] = (self._waiting[url][0], came)

    def _gather(self) -> None:
        with self._database.read() as connection:
            new = files.shown_since(connection, self._seen, LOOKED_BACK)
            known = files.asked(connection, {url for _, urls in new for url in urls})
        if not new:
            return
        self._seen = new[0][0]
        for article, urls in reversed(new):
            for url in urls:
                came = known.get(url, files.Asked(0, self._clock()))
                if came.again_at is not None:
                    self._waiting.setdefault(url, (set(), came))[0].add(article)

    def _due(self) -> list[str]:
        """The files of the newest articles first."""
        now = self._clock()
        for url in list(self._waiting)[:-LOOKED_BACK]:
            del self._waiting[url]
        return [url for url, (_, came) in reversed(self._waiting.items()) if came.again_at and came.again_at <= now]

    def _take_turn(self) -> bool:
        now = self._clock()
        try:
            with self._database.write() as connection:
                return facts.hold(connection, TURN, self._holder, now, now + TURN_KEPT)
        except IntegrityError:  # another process held the name for the first time, at this very moment
            return False

    def _ask(self, url: str) -> tuple[Measured, files.Asked]:
        """What its server says. Raises BusyHost where others go first."""
        tries = self._waiting[url][1].tries
        try:
            return described(url, self._visits.head(url)), files.Asked(tries, None)
        except BusyHost:
            raise
        except (AddressRefused, RobotsRefused):
            return Measured(url), files.Asked(tries + 1, None)
        except FetchError as error:
            if error.status in _GONE:
                return Measured(url, gone=True), files.Asked(tries + 1, None)
            if tries >= len(PAUSES):
                return Measured(url), files.Asked(tries + 1, None)
            pause = max(PAUSES[tries], timedelta(seconds=error.retry_after or 0))
            return Measured(url), files.Asked(tries + 1, self._clock() + pause)

    def _keep(self, answers: list[tuple[Measured, files.Asked]]) -> None:
        if not answers:
            return
        now = self._clock()
        changed: set[int] = set()
        with self._database.write() as connection:
            for found, came in answers:
                files.save(connection, found, came, now)
                if found != Measured(found.url):
                    changed |= self._waiting[found.url][0]
            shelf.mark_stale(connection, shelf.feeds_of(connection, changed), now)
        for found, came in answers:
            if came.again_at is None:
                del self._waiting[found.url]
            else:
                self._waiting[found.url] = (self._waiting[found.url][0], came)


def described(url: str, response: Response) -> Measured:
    """What the header of an answer says of the file at `url`; nothing, where it is a page that says so instead."""
    kind = (response.content_type or "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        return Measured(url)
    text = response.headers.get("Content-Length", "")
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    told = text.isascii() and text.isdigit() and len(text) < 15 and coding in ("", "identity")
    return Measured(url, kind, int(text) or None if told else None)
