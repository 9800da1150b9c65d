"""A destination's turn: send what it is owed, in order, and write down what came of each.

    claim ─→ pending deliveries ─→ channel.send ─┬─ Receipt ───────────────→ sent
                                                 ├─ permanent ─────────────→ failed, go on
                                                 ├─ gone ──────────────────→ destination paused, subscriptions kept
                                                 ├─ nothing taken for days ─→ webhook paused, operators told
                                                 ├─ moved_to ──────────────→ address changed, turn begins anew
                                                 ├─ retry_after ───────────→ turn ends until then
                                                 └─ anything else ─────────→ turn ends, growing pauses with jitter
          sent, and its story has grown ─→ channel.amend, where messages can be changed

Delivery is at least once: what was sent but not yet recorded when the process died is sent again, under the same id. So
each message is recorded before the next is sent where the other side has no idempotency key, and in small batches where
it has one. One poisoned message does not hold up the rest: from its third failure on, it is put aside and tried later.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from bot.channels import Amending, Channel
from bot.errors import DeliveryError
from bot.languages.alarm_headlines import ENDPOINT_DISABLED
from bot.model import Alert, Delivery, Destination, Receipt
from bot.operators import Operators
from bot.store import amendments, deliveries, destinations
from bot.store.amendments import Amendment
from bot.store.deliveries import Outcome
from bot.subscriptions import Subscriptions
from feeds import targets
from feeds.database import Database
from feeds.targets import Claim

log = logging.getLogger(__name__)

BATCH = 25
RECORD_EVERY = 10
"""Deliveries recorded in one transaction where repeats carry an idempotency key."""
PUT_ASIDE_AFTER = 3
AMENDED_WITHIN = timedelta(days=1)
"""So long is tried to change a message that was sent."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`pauses` in seconds, after the first, second, … failure in a row, the last one repeated; the limit of trying."""

    pauses: tuple[float, ...] = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200)
    give_up_after: timedelta = timedelta(days=3)

    def pause(self, failures: int, jitter: float) -> timedelta:
        """After `failures` ≥ 1 in a row; `jitter` in [0, 1) spreads it over its last fifth, so that herds dissolve."""
        seconds = self.pauses[min(failures, len(self.pauses)) - 1]
        return timedelta(seconds=seconds * (0.8 + 0.4 * jitter))


@dataclass(slots=True)
class _Turn:
    """What this turn has come to so far."""

    claim: Claim
    destination: Destination
    outcomes: list[Outcome]
    failures: int
    resume_at: datetime | None = None
    ended: bool = False


class Outbox:
    """Works the turns of destinations. One object a process; any thread may call `work`."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        subscriptions: Subscriptions,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        policy: RetryPolicy | None = None,
        operators: Operators | None = None,
    ) -> None:
        self._operators = operators or Operators()
        self._database = database
        self._channels = channels
        self._subscriptions = subscriptions
        self._clock = clock
        self._jitter = jitter
        self._policy = policy or RetryPolicy()
        self.stopping = threading.Event()

    def work(self, claim: Claim) -> None:
        """Send what the claim's destination is owed, until nothing is left, the lease nears its end, or it fails."""
        with self._database.read() as connection:
            destination = destinations.destination_by_id(connection, claim.ref)
            owed = deliveries.pending(connection, claim.ref, self._clock(), BATCH)
            grown = amendments.waiting(connection, claim.ref, BATCH)
        if destination is None or destination.paused_at is not None or destination.kind not in self._channels:
            self._rest(claim, destination)
            return
        turn = _Turn(claim, destination, [], claim.failures)
        for parcel in _parcels(destination, owed):
            if self.stopping.is_set() or self._clock() >= turn.claim.leave_at:
                break
            self._send(turn, parcel)
            if turn.ended:
                break
        self._record(turn)
        self._amend(turn, grown)
        self._finish(turn)

    def _rest(self, claim: Claim, destination: Destination | None) -> None:
        """Nothing can be sent: removed or paused (a resume wakes it), or the channel is not open in this process."""
        absent = destination is not None and destination.paused_at is None
        retry_at = self._clock() + timedelta(minutes=1)
        with self._database.write() as connection:
            targets.finish(connection, claim, failures=claim.failures, next_due=lambda _: retry_at if absent else None)

    def _send(self, turn: _Turn, parcel: list[Delivery]) -> None:
        started = time.monotonic()
        try:
            receipt = self._channels[turn.destination.kind].send(turn.destination, _as_one(parcel))
        except DeliveryError as error:
            self._failed(turn, parcel, error, time.monotonic() - started)
        else:
            self._arrived(turn, parcel, receipt, time.monotonic() - started)

    def _arrived(self, turn: _Turn, parcel: list[Delivery], receipt: Receipt, seconds: float) -> None:
        turn.failures = 0
        # A digest is not the message of any one of them.
        reference = receipt.reference if len(parcel) == 1 else None
        turn.outcomes += self._outcomes(
            parcel, "sent", True, receipt.status, receipt.detail or "sent", seconds, reference
        )
        # Telegram has no idempotency key: what is not recorded before the next one is sent would be sent twice.
        if turn.destination.kind != "webhook" or len(turn.outcomes) >= RECORD_EVERY:
            self._record(turn)

    def _amend(self, turn: _Turn, grown: list[Amendment]) -> None:
        """Let messages that were sent name the copies of their story that came since.

        What can no longer be changed stays as it was: everybody has been told.
        """
        channel = self._channels[turn.destination.kind]
        for one in grown:
            now = self._clock()
            if turn.ended or self.stopping.is_set() or now >= turn.claim.leave_at:
                return
            try:
                if one.reference is not None and isinstance(channel, Amending):
                    channel.amend(turn.destination, one.delivery, one.reference)
            except DeliveryError as error:
                final = error.permanent or error.gone or error.moved_to is not None
                if not final and now - one.owed_at < AMENDED_WITHIN:
                    turn.ended = True
                    turn.resume_at = now + timedelta(seconds=error.retry_after or self._policy.pauses[0])
                    return
                log.info("a message stays as it was sent", extra={"delivery": one.delivery.uid, "error": str(error)})
            with self._database.write() as connection:
                amendments.done(connection, one)

    def _failed(self, turn: _Turn, parcel: list[Delivery], error: DeliveryError, seconds: float) -> None:
        state = "failed" if error.permanent else None
        turn.outcomes += self._outcomes(parcel, state, False, error.status, str(error), seconds)
        self._record(turn)
        now = self._clock()
        log.warning(
            "delivery failed",
            extra={
                "destination": f"{turn.destination.kind}:{turn.destination.id}",
                "error": str(error),
                "status": error.status,
            },
        )
        if error.permanent:
            return
        if error.moved_to is not None:
            self._subscriptions.move(turn.destination, error.moved_to)
            turn.ended, turn.resume_at = True, now
        elif error.gone:
            turn.ended = True
            with self._database.write() as connection:
                self._pause(connection, turn.destination, str(error), now)
        elif error.retry_after is not None:
            turn.ended, turn.resume_at = True, now + timedelta(seconds=error.retry_after)
            if error.status is not None:
                # Asked by the other side, for ever if need be: that, too, is given up one day.
                turn.failures += 1
        else:
            self._back_off(turn, parcel, now)

    def _back_off(self, turn: _Turn, parcel: list[Delivery], now: datetime) -> None:
        poisoned = parcel[0].attempts + 1 >= PUT_ASIDE_AFTER and turn.failures == turn.claim.failures
        turn.failures += 1
        if poisoned:
            until = now + self._policy.pause(parcel[0].attempts + 1, self._jitter())
            with self._database.write() as connection:
                for one in parcel:
                    deliveries.postpone(connection, one.id or 0, until)
            return
        turn.ended = True
        turn.resume_at = now + self._policy.pause(turn.failures, self._jitter())

    def _outcomes(
        self,
        parcel: list[Delivery],
        state: str | None,
        ok: bool,
        status: int | None,
        detail: str,
        seconds: float,
        reference: str | None = None,
    ) -> list[Outcome]:
        now = self._clock()
        return [Outcome(one.id or 0, state, ok, status, detail[:500], seconds, now, reference) for one in parcel]

    def _record(self, turn: _Turn) -> None:
        if turn.outcomes:
            with self._database.write() as connection:
                deliveries.record(connection, turn.outcomes)
            turn.outcomes = []

    def _finish(self, turn: _Turn) -> None:
        """Give the lease back, with the time of the next turn; fail what has been tried for too long."""
        now = self._clock()
        disabled = False
        with self._database.write() as connection:
            if not targets.is_own(connection, turn.claim):
                return
            if turn.failures:
                reason = f"given up after {self._policy.give_up_after} without success"
                tried_since = now - self._policy.give_up_after
                given_up = deliveries.give_up(connection, turn.destination.id, tried_since, reason, now)
                disabled = bool(given_up) and self._disable(connection, turn.destination, tried_since, now)
            destination = destinations.destination_by_id(connection, turn.destination.id)
            paused = destination is None or destination.paused_at is not None
            due = None if paused else deliveries.next_pending(connection, turn.destination.id, now)
            if not paused and amendments.are_waiting(connection, turn.destination.id):
                due = now
            if due is not None and turn.resume_at is not None:
                due = max(due, turn.resume_at)
            targets.finish(connection, turn.claim, failures=turn.failures, next_due=lambda _: due)
        if disabled:
            self._say_farewell(turn.destination)

    def _disable(self, connection: Connection, destination: Destination, tried_since: datetime, now: datetime) -> bool:
        """Pause a webhook that has taken nothing for as long as is tried; operators are told, here and now, once."""
        last = deliveries.last_sent(connection, destination.id)
        if destination.kind != "webhook" or (last is not None and last >= tried_since):
            return False
        reason = f"it took nothing for {_in_words(self._policy.give_up_after)}"
        self._pause(connection, destination, reason, now)
        return True

    def _pause(self, connection: Connection, destination: Destination, reason: str, now: datetime) -> None:
        """Send it nothing until it is resumed. That a chat has left is everyday; of a webhook, operators are told."""
        destinations.change(connection, destination.id, paused_at=now, pause_reason=reason)
        if destination.kind == "webhook":
            self._tell_of_pause(connection, destination, reason, now)

    def _tell_of_pause(self, connection: Connection, webhook: Destination, reason: str, now: datetime) -> None:
        name = webhook.title or webhook.address
        data = {
            "message": f"The webhook {name} was paused.",
            "code": ENDPOINT_DISABLED,
            "over": False,
            "since": now.isoformat().replace("+00:00", "Z"),
            "expected": "2xx",
            "seen": reason,
            "advice": f"Mend the endpoint, then resume it on /webhooks/{webhook.address}, or with `tocsin webhooks "
            f"resume {webhook.address}`. What it is owed is kept; what was given up can be sent again there.",
        }
        key = f"endpoint-disabled:{webhook.id}:{now:%Y%m%d%H%M%S}"
        told = self._operators.tell(connection, key, data, now, not_to=[webhook.id])
        log.log(
            logging.INFO if told else logging.WARNING,
            "a webhook was paused",
            extra={"destination": f"webhook:{webhook.id}", "reason": reason},
        )

    def _say_farewell(self, webhook: Destination) -> None:
        """Tell the endpoint itself that it is paused, in one attempt: it may be up again at this very moment."""
        now = self._clock()
        reason = f"it took nothing for {_in_words(self._policy.give_up_after)}"
        named = hashlib.sha256(f"{webhook.id} {now.isoformat()}".encode()).hexdigest()[:28]
        alert = Alert("endpoint.disabled", now, {"reason": reason})
        try:
            self._channels[webhook.kind].send(webhook, Delivery(f"msg_{named}", alert))
        except DeliveryError as error:
            log.info("the endpoint did not take its farewell", extra={"error": str(error)})


def _in_words(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    if hours < 2:
        return f"{hours * 60:.0f} minutes"
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"


def _parcels(destination: Destination, owed: list[Delivery]) -> list[list[Delivery]]:
    """What is sent together: everything for one who wants a digest, each by itself for everybody else."""
    if destination.digest == "off":
        return [[one] for one in owed]
    told = [one for one in owed if one.alert.type == "article.published"]
    others = [[one] for one in owed if one.alert.type != "article.published"]
    return ([told] if told else []) + others


def _as_one(parcel: list[Delivery]) -> Delivery:
    """What is sent for the parcel. A digest is named after what it holds: more is another, the same is the same."""
    if len(parcel) == 1:
        return parcel[0]
    last = parcel[-1]
    held = hashlib.sha256(" ".join(one.uid for one in parcel).encode()).hexdigest()[:28]
    data = {"alerts": [dict(one.alert.data) for one in parcel], "sequence": last.alert.data.get("sequence")}
    return replace(last, uid=f"msg_{held}", alert=Alert("digest", last.alert.timestamp, data))
