"""Claims targets that are due and carries them in a pool of threads. It knows neither sources nor channels.

    tick ─→ claim as many as threads are free ─→ pool ─→ handlers[kind](claim)

Every process ticks; there is no leader. A worker that dies leaves a lease that runs out; the target is claimed again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from feeds import targets
from feeds.database import Database
from feeds.targets import Claim

log = logging.getLogger(__name__)

Handler = Callable[[Claim], None]
"""Works one claim, and gives its lease back (`feeds.targets.finish`)."""

Prepare = Callable[[Connection, Sequence[Claim]], None]
"""Reads what the handlers of these claims will need, in the transaction that claims: for all of them at once."""

AFTER_A_CRASH = timedelta(minutes=1)


class Engine:
    """One pool for some kinds of targets, so that slow sites never hold up deliveries."""

    def __init__(
        self,
        name: str,
        database: Database,
        handlers: Mapping[str, Handler],
        clock: Callable[[], datetime],
        *,
        workers: int,
        lease: timedelta = timedelta(minutes=2),
        prepare: Prepare = lambda connection, claims: None,
    ) -> None:
        self.name = name
        self._database = database
        self._handlers = dict(handlers)
        self._prepare = prepare
        self._clock = clock
        self._workers = workers
        # One claim for several threads that are free: a commit for each would cost more than the wait. What fewer wait
        # for, the clock's next tick claims.
        self._at_once = max(1, workers // 4)
        self._lease = lease
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._running = 0
        # Held while claiming, too: two ticks at once would claim for the same threads.
        self._changed = threading.Condition()
        self._stopped = False

    def tick(self) -> int:
        """Claim what is due, as much as threads are free; returns how many were claimed. Any thread may call it."""
        with self._changed:
            if self._stopped:
                return 0
            free = self._workers - self._running
            claims = self._claim(free) if free > 0 else []
            for claim in claims:
                self._running += 1
                self._pool.submit(self._carry, claim)
        return len(claims)

    def _claim(self, free: int) -> list[Claim]:
        now = self._clock()
        kinds = list(self._handlers)
        # Looking costs a reader; only claiming costs the writer.
        with self._database.read() as connection:
            if not targets.any_due(connection, kinds, now):
                return []
        with self._database.write() as connection:
            claims = targets.claim(connection, kinds, now, free, self._lease)
            self._prepare(connection, claims)
            return claims

    def _carry(self, claim: Claim) -> None:
        """Work the claim in a thread of the pool, and go on with what is due then."""
        try:
            self._work(claim)
        except Exception:
            log.exception("a claim could not be given back; its lease will run out", extra={"target": claim.ref})
            goes_on = False
        else:
            goes_on = True
        # In this thread, never in a future's callback: that may run in the thread that holds the lock.
        with self._changed:
            self._running -= 1
            free = self._workers - self._running
            self._changed.notify_all()
        if goes_on and free >= self._at_once:
            self.tick()

    def _work(self, claim: Claim) -> None:
        try:
            self._handlers[claim.kind](claim)
        except Exception:
            # A defect of ours must not stop the others, nor be tried in a tight loop.
            log.exception("a turn failed", extra={"kind": claim.kind, "target": claim.ref})
            retry_at = self._clock() + AFTER_A_CRASH
            with self._database.write() as connection:
                targets.finish(connection, claim, failures=claim.failures + 1, next_due=lambda _: retry_at)

    def drain(self) -> None:
        """Work until nothing is due: for `tocsin once` and tests."""
        while True:
            claimed = self.tick()
            with self._changed:
                was_busy = self._running > 0
                self._changed.wait_for(lambda: self._running == 0)
            if not claimed and not was_busy:
                return

    def stop(self) -> None:
        """Take nothing new on and wait for what is running."""
        with self._changed:
            self._stopped = True
        self._pool.shutdown(wait=True)
