"""Our WebSub hub: who wants to be told when one of our feeds changes, and telling them.

    request ─→ target "hub" ─→ GET callback?challenge ─→ confirmed: in force for its lease
    publish ─→ tell ─→ target "hub" ─→ POST the newest bytes ─┬─ 2xx ────────────→ sent
                                                              ├─ 410 ────────────→ forgotten
                                                              └─ anything else ──→ again, with growing pauses
It tells of the feeds on the shelf alone, and reaches public addresses alone. HTTP towards us is `bot.web.hub`'s.
"""

from __future__ import annotations

import ipaddress
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import unquote

import requests
import urllib3
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.errors import TocsinError
from bot.outbox import RetryPolicy
from feeds import targets, websub
from feeds.addresses import check_name, is_public
from feeds.database import Database
from feeds.errors import AddressRefused, FeedsError
from feeds.fetch import retry_after
from feeds.render.characters import web_address
from feeds.store import facts, hub_subscriptions, shelf
from feeds.store.hub_subscriptions import Subscription, Wish
from feeds.targets import Claim
from feeds.websub import Question, SubscriptionRequest

log = logging.getLogger(__name__)

PATH = "/hub"
FEEDS = "/feeds/"
TOLD = "hub.told"
"""The fact that keeps the shelf's version up to which subscribers have been woken."""
SETTLING = timedelta(seconds=2)
"""From a rendering to its distribution: who reads the feed because of it must not be served the old one, which web
processes keep for up to a second."""
TIMEOUT = 10.0
"""Seconds for one request to a callback, name look-up and answer together."""
PAUSES = (10.0, 60.0, 300.0, 1_800.0, 7_200.0, 21_600.0, 43_200.0)
"""Seconds after the first, second, … failed distribution in a row; the last one repeats until the lease is over."""
_LONGEST_PAUSE = 86_400.0


class RefusedRequestError(TocsinError):
    """A request that our hub does not take on; `str()` is told to the subscriber under the HTTP `status`."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class HubPolicy:
    """How many subscriptions one callback host may have, and all together; the pauses after failed distributions."""

    most_per_host: int = 500
    most: int = 20_000
    retries: RetryPolicy = field(default_factory=lambda: RetryPolicy(PAUSES))


class Hub:
    """One object a process; any thread may call it. `base_url` is the site's root, without a trailing slash."""

    def __init__(
        self,
        database: Database,
        session: requests.Session,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        *,
        base_url: str,
        allow_private_networks: bool = False,
        policy: HubPolicy | None = None,
    ) -> None:
        self._database = database
        self._session = session
        self._clock = clock
        self._jitter = jitter
        self._base_url = base_url
        self._allow_private_networks = allow_private_networks
        self._policy = policy or HubPolicy()

    @property
    def address(self) -> str:
        """The hub's own."""
        return self._base_url + PATH

    # Requests

    def request(self, asked: SubscriptionRequest) -> None:
        """Take a request on; whether it was meant is asked at the callback, later. Raises RefusedRequestError."""
        host = self._checked_host(asked.callback)
        path = self._path(asked.topic)
        wish = Wish(asked.mode, path, asked.topic, asked.callback, host, websub.granted(asked.lease), asked.secret)
        with self._database.read() as connection:
            self._check_limits(connection, wish)
        try:
            with self._database.write() as connection:
                hub_subscriptions.ask(connection, wish, self._clock())
        except IntegrityError:
            # The same was asked for the first time twice, at this very moment: now the other one is there.
            with self._database.write() as connection:
                hub_subscriptions.ask(connection, wish, self._clock())

    def _checked_host(self, callback: str) -> str:
        """The callback's host. What only its name's look-up can tell is found out when it is connected to."""
        host = websub.callback_host(callback)
        if self._allow_private_networks:
            return host
        try:
            check_name(host)
            literal = ipaddress.ip_address(host)
        except AddressRefused as error:
            raise RefusedRequestError(f"hub.callback is refused: {error}", 403) from error
        except ValueError:
            return host
        if not is_public(literal):
            raise RefusedRequestError(f"hub.callback is refused: {host} is not a public address.", 403)
        return host

    def _path(self, topic: str) -> str:
        """The document on the shelf that the topic is the address of."""
        roots = {f"{self._base_url}{FEEDS}", web_address(f"{self._base_url}{FEEDS}")}
        path = next((unquote(topic[len(root) :]) for root in roots if root and topic.startswith(root)), None)
        if path is not None and "\x00" not in path:
            with self._database.read() as connection:
                if hub_subscriptions.version_of(connection, path) is not None:
                    return path
        raise RefusedRequestError(
            "hub.topic is unknown here: this hub tells of the feeds for everything, of a source, and of a topic, by "
            f"the address that the feed itself gives as self, such as {self._base_url}{FEEDS}all.atom",
            404,
        )

    def _check_limits(self, connection: Connection, wish: Wish) -> None:
        known = hub_subscriptions.find(connection, wish.path, wish.callback)
        if known is not None:
            return
        if wish.mode == "unsubscribe":
            raise RefusedRequestError("There is no such subscription.", 404)
        of_host, all_together = hub_subscriptions.counts(connection, wish.host)
        if of_host >= self._policy.most_per_host:
            raise RefusedRequestError(f"{wish.host} has as many subscriptions as one host may have.", 429)
        if all_together >= self._policy.most:
            raise RefusedRequestError("This hub has as many subscriptions as it can serve.", 503)

    # By the clock

    def tell(self) -> int:
        """Feeds have been rendered: wake the subscribers of those that changed; how many."""
        with self._database.read() as connection:
            told = facts.get(connection, TOLD) or 0
            version = shelf.version(connection)
        if version == told:
            return 0
        try:
            with self._database.write() as connection:
                facts.put(connection, TOLD, version)
                concerned = hub_subscriptions.of_paths(connection, shelf.changed_since(connection, told))
                hub_subscriptions.wake(connection, concerned, self._clock() + SETTLING)
                return len(concerned)
        except IntegrityError:  # another process told for the first time, at this very moment
            return 0

    def tidy(self) -> None:
        """Have those forgotten whose lease is over or whose feed is no more."""
        now = self._clock()
        with self._database.read() as connection:
            over = hub_subscriptions.over(connection, now)
        if over:
            with self._database.write() as connection:
                hub_subscriptions.wake(connection, over, now)

    # The turn of one subscription

    def work(self, claim: Claim) -> None:
        """Ask whether a request was meant, or send what is owed."""
        with self._database.read() as connection:
            subscription = hub_subscriptions.by_id(connection, claim.ref)
            version = None if subscription is None else hub_subscriptions.version_of(connection, subscription.path)
        if subscription is None:
            self._forget(claim)
        elif version is None:
            self._deny(subscription, "This feed is no more.")
            self._forget(claim)
        elif subscription.asked_mode is not None:
            self._verify(claim, subscription, version)
        elif not subscription.is_in_force(self._clock()):
            self._forget(claim)
        elif version > subscription.sent_version:
            self._distribute(claim, subscription)
        else:
            with self._database.write() as connection:
                self._finish(connection, claim, failures=0)

    def _forget(self, claim: Claim) -> None:
        with self._database.write() as connection:
            if targets.is_own(connection, claim):
                hub_subscriptions.remove(connection, claim.ref)

    def _finish(
        self, connection: Connection, claim: Claim, *, failures: int, resume_at: datetime | None = None
    ) -> None:
        """Give the lease of the turn back; due again if more was asked for, or something newer is owed."""

        def next_due(connection: Connection) -> datetime | None:
            now = self._clock()
            subscription = hub_subscriptions.by_id(connection, claim.ref)
            if subscription is None:
                return None
            if subscription.asked_mode is not None:
                return now
            version = hub_subscriptions.version_of(connection, subscription.path)
            is_owed = version is None or version > subscription.sent_version
            return (resume_at or now + SETTLING) if is_owed else None

        targets.finish(connection, claim, failures=failures, next_due=next_due)

    # Verification of intent

    def _verify(self, claim: Claim, subscription: Subscription, version: int) -> None:
        mode = subscription.asked_mode or ""
        challenge = secrets.token_urlsafe(32)
        lease = timedelta(seconds=subscription.asked_lease or 0) if mode == "subscribe" else None
        meant = self._says(subscription, Question(mode, subscription.topic, challenge, lease))
        log.info("asked a subscriber", extra={"callback": subscription.host, "mode": mode, "meant": meant})
        with self._database.write() as connection:
            if not targets.is_own(connection, claim):
                return
            now = self._clock()
            if meant and mode == "subscribe":
                hub_subscriptions.confirm(connection, subscription, version, now)
            else:
                hub_subscriptions.settle(connection, subscription)
                standing = hub_subscriptions.by_id(connection, subscription.id)
                asked_anew = standing is not None and standing.asked_mode is not None
                if not asked_anew and (meant or not subscription.is_in_force(now)):
                    hub_subscriptions.remove(connection, subscription.id)
                    return
            self._finish(connection, claim, failures=0)

    def _says(self, subscription: Subscription, question: Question) -> bool:
        """Whether the callback answers a question with its challenge (section 5.3)."""
        try:
            response = self._session.get(
                websub.question_address(subscription.callback, question),
                headers={"Accept-Encoding": "identity"},
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            )
        except _UNREACHABLE:
            return False
        try:
            body = bytes(response.raw.read(websub.MAXIMUM_CHALLENGE + 1, decode_content=False))
        except _UNREACHABLE:
            return False
        finally:
            response.close()
        return 200 <= response.status_code < 300 and websub.answers(body, question.challenge)

    def _deny(self, subscription: Subscription, reason: str) -> None:
        """Tell a subscriber that it won't be told any more (section 5.2); what it answers is all the same."""
        self._says(subscription, Question("denied", subscription.topic, reason=reason))

    # Content distribution

    def _distribute(self, claim: Claim, subscription: Subscription) -> None:
        with self._database.read() as connection:
            document = shelf.lookup(connection, subscription.path)
        if document is None:  # gone at this very moment: the next turn says so
            with self._database.write() as connection:
                self._finish(connection, claim, failures=0)
            return
        headers = websub.distribution_headers(
            document.content_type, self.address, subscription.topic, subscription.secret, document.body
        )
        status, asked, error = self._post(subscription.callback, document.body, headers)
        with self._database.write() as connection:
            if not targets.is_own(connection, claim):
                return
            now = self._clock()
            if status == 410:
                hub_subscriptions.remove(connection, subscription.id)
            elif error is None:
                hub_subscriptions.sent(connection, subscription.id, document.version, now)
                self._finish(connection, claim, failures=0)
            else:
                hub_subscriptions.fail(connection, subscription.id, error)
                failures = claim.failures + 1
                wait = max(self._policy.retries.pause(failures, self._jitter()), asked)
                self._finish(connection, claim, failures=failures, resume_at=now + wait)
        log.info("distributed", extra={"callback": subscription.host, "path": subscription.path, "error": error})

    def _post(self, callback: str, body: bytes, headers: dict[str, str]) -> tuple[int | None, timedelta, str | None]:
        """Send the content: the status, the pause that is asked for, and what went wrong."""
        try:
            response = self._session.post(
                callback, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True
            )
        except _UNREACHABLE as error:
            return None, timedelta(0), f"The callback cannot be reached: {error}"[:500]
        response.close()
        if 200 <= response.status_code < 300:
            return response.status_code, timedelta(0), None
        asked = retry_after(response.headers.get("Retry-After"), self._clock()) or 0.0
        pause = timedelta(seconds=min(asked, _LONGEST_PAUSE))
        return response.status_code, pause, f"The callback answered {response.status_code}."


_UNREACHABLE = (FeedsError, requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)
"""A callback's name, its network, or an address that only `requests` finds to be none."""
