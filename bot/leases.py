"""Our leases at other people's hubs: asked for, confirmed, renewed at half their time, given up with their source.

    keep ─→ target "lease" ─→ POST to the hub ─→ the hub's question to our callback (`confirm`) ─→ half the lease ─┐
                                    ↑───────────────────────────────────────────────────────────────────────────────┘
    push: signed ─→ the source is due at once (`feeds.store.leases.push`)

A hub is asked again with growing pauses, a day at most, and never given up; meanwhile its source is polled. What is
pushed is not read: see docs/notes/what-does-a-push-do.md. HTTP towards us is `bot.web.hub`'s.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from sqlalchemy.engine import Connection

from feeds import targets, websub
from feeds.database import Database
from feeds.errors import FeedsError
from feeds.store import facts, leases
from feeds.store.leases import Announced, Lease
from feeds.targets import Claim
from feeds.websub import Question

log = logging.getLogger(__name__)

KEEPER = "websub.keeper"
"""The name held by the process that keeps the leases."""
PATH = "/websub/"
"""Below which the callbacks are."""
TIMEOUT = 15.0
"""Seconds for one request to a hub, name look-up and answer together."""
PAUSES = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
"""After the first, second, … request in a row that a hub did not confirm."""
ASK_AGAIN_AFTER_DENIAL = timedelta(days=1)
GOODBYES = 3
"""How often a hub is asked to end a lease; then it is told so at its next push (410)."""
SHORTEST = timedelta(minutes=1)
"""Of a lease that is believed: a hub that grants seconds doesn't make us busy."""
_HOPS = 3


class Leases:
    """One object a process; any thread may call it. `base_url` is where the public reaches us, "" where nobody does."""

    def __init__(
        self, database: Database, session: requests.Session, clock: Callable[[], datetime], *, base_url: str
    ) -> None:
        self._database = database
        self._session = session
        self._clock = clock
        self._base_url = base_url
        self._name = secrets.token_hex(8)

    # What is wanted

    def keep(self) -> None:
        """Bring the leases in step with what the watched feeds announce; the work itself is that of targets."""
        now = self._clock()
        with self._database.read() as connection:
            if self._changes(connection) == ([], []):
                return
        with self._database.write() as connection:
            # Two processes would each make the same lease.
            if not facts.hold(connection, KEEPER, self._name, now, now + timedelta(minutes=1)):
                return
            missing, turned = self._changes(connection)
            for announced in missing:
                leases.create(connection, announced, now)
            for lease, wanted in turned:
                leases.want(connection, lease.id, wanted, now)
            facts.release(connection, KEEPER, self._name)

    def _changes(self, connection: Connection) -> tuple[list[Announced], list[tuple[Lease, bool]]]:
        """Which leases are to be made; and which are to be asked for again (True), or given up (False)."""
        announced = leases.announced(connection) if self._base_url else []
        held = leases.every(connection)
        wanted = {(one.source_id, one.hub, one.topic) for one in announced}
        known = {(one.source_id, one.hub, one.topic) for one in held}
        missing = [one for one in announced if (one.source_id, one.hub, one.topic) not in known]
        turned = []
        for lease in held:
            is_wanted = (lease.source_id, lease.hub, lease.topic) in wanted
            moved = lease.callback is not None and lease.callback != self._callback(lease)
            if lease.wanted is not is_wanted or (is_wanted and moved):
                turned.append((lease, is_wanted))
        return missing, turned

    def _callback(self, lease: Lease) -> str:
        return f"{self._base_url}{PATH}{lease.token}"

    # The turn of one lease

    def work(self, claim: Claim) -> None:
        """Ask the claim's hub to begin, renew or end a lease."""
        now = self._clock()
        with self._database.read() as connection:
            lease = leases.by_id(connection, claim.ref)
        if lease is None or (not lease.wanted and (_is_over(lease, now) or claim.failures >= GOODBYES)):
            with self._database.write() as connection:
                leases.remove(connection, claim.ref)
            return
        # Noted before the hub is asked: a quick one confirms before it answers.
        callback = self._callback(lease) if lease.wanted else lease.callback or self._callback(lease)
        with self._database.write() as connection:
            leases.ask(connection, lease.id, callback, now)
        error = self._ask(lease, callback)
        with self._database.write() as connection:
            if not targets.is_own(connection, claim):
                return
            if error is not None:
                leases.fail(connection, lease.id, error)
            self._finish(connection, claim)
        if error is not None:
            log.info("a hub could not be asked", extra={"hub": lease.hub, "topic": lease.topic, "error": error})

    def _finish(self, connection: Connection, claim: Claim) -> None:
        """Where the hub has confirmed meanwhile, half the lease; else the next try. Under the target's lock."""
        now = self._clock()
        lease = leases.by_id(connection, claim.ref)
        confirmed = lease is not None and lease.wanted and lease.asked_at is None and lease.error is None
        if lease is not None and confirmed and lease.lease_until is not None:
            due = now + (lease.lease_until - now) / 2
            targets.finish(connection, claim, failures=0, next_due=lambda _: due)
            return
        pause = PAUSES[min(claim.failures, len(PAUSES) - 1)]
        targets.finish(connection, claim, failures=claim.failures + 1, next_due=lambda _: now + pause)

    def _ask(self, lease: Lease, callback: str) -> str | None:
        """Send the request; what is wrong with the answer, or None. Redirects that keep the POST are followed."""
        mode = "subscribe" if lease.wanted else "unsubscribe"
        form = websub.subscription_form(mode, lease.topic, callback, websub.USUAL_LEASE, lease.secret)
        url = lease.hub
        for _ in range(_HOPS):
            try:
                response = self._session.post(url, data=form, timeout=TIMEOUT, allow_redirects=False, stream=True)
            except (FeedsError, requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                return f"The hub cannot be reached: {error}"[:500]
            response.close()
            location = response.headers.get("Location")
            if response.status_code in (307, 308) and location:
                onwards = urljoin(url, location)
                if urlsplit(url).scheme == "https" and urlsplit(onwards).scheme != "https":
                    return "The hub sends us from https to http, with a secret."
                url = onwards
                continue
            if 200 <= response.status_code < 300:
                return None
            return f"The hub answered {response.status_code}."
        return "The hub sends us from one address to the next."

    # What hubs tell our callbacks

    def find(self, token: str) -> Lease | None:
        """The wanted lease whose callback ends in that token. None: there is none (any more)."""
        with self._database.read() as connection:
            lease = leases.by_token(connection, token)
        return lease if lease is not None and lease.wanted else None

    def answer(self, token: str, question: Question) -> bool:
        """Whether we mean what the hub asks about; what it grants or denies is noted.

        Only what was asked for and not yet confirmed is confirmed: neither a stranger who asked the hub in our name nor
        a question that is sent again changes anything.
        """
        now = self._clock()
        with self._database.write() as connection:
            lease = leases.by_token(connection, token)
            if lease is None or lease.topic != question.topic:
                return False
            if question.mode == "denied" and not lease.wanted:
                leases.remove(connection, lease.id)
                return True
            if question.mode == "denied":
                reason = f"The hub denied: {question.reason or 'without a reason'}"
                leases.deny(connection, lease, reason, now, retry_at=now + ASK_AGAIN_AFTER_DENIAL)
                log.info("a hub denied", extra={"hub": lease.hub, "topic": lease.topic, "reason": question.reason})
                return True
            if lease.asked_at is None or lease.wanted is not (question.mode == "subscribe"):
                return False
            if question.mode == "unsubscribe":
                leases.remove(connection, lease.id)
                return True
            granted = min(max(question.lease or websub.USUAL_LEASE, SHORTEST), websub.LONGEST_LEASE)
            leases.confirm(connection, lease, now + granted, now)
            return True

    def pushed(self, token: str) -> None:
        """A push to that callback was signed as it should be."""
        with self._database.write() as connection:
            lease = leases.by_token(connection, token)
            if lease is not None and lease.wanted:
                leases.push(connection, lease, self._clock())


def _is_over(lease: Lease, now: datetime) -> bool:
    return lease.lease_until is None or lease.lease_until <= now
