"""A source's turn: look, take in what is new, and give the lease back with the time of the next look."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from feeds import targets
from feeds.database import Database
from feeds.errors import FeedsError, FetchError
from feeds.group_commit import GroupCommit
from feeds.store import leases, sources
from feeds.store.sources import SourceState
from feeds.targets import Claim
from feeds.visits import Visits
from feeds.watch import intake, timing
from feeds.watch.look import Look, Looking, as_learned
from feeds.watch.older import OlderPages
from feeds.watch.timing import WatchPolicy

log = logging.getLogger(__name__)

TELLERS = 2


class Watcher:
    """Works the turns of sources. One object a process; any thread may call `work`."""

    def __init__(
        self,
        database: Database,
        visits: Visits,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        policy: WatchPolicy | None = None,
        *,
        on_found: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._together = GroupCommit(database)
        self._visits = visits
        self._looking = Looking(visits)
        self._clock = clock
        self._jitter = jitter
        self._policy = policy or WatchPolicy()
        self._on_found = on_found
        self._states: dict[int, tuple[Claim, SourceState]] = {}
        self._found_lock = threading.Lock()
        self._found_since = False
        self._tellers = 0
        self.stopping = threading.Event()

    def prepare(self, connection: Connection, claims: Sequence[Claim]) -> None:
        """Read how the claims' sources stand, all at once. `work` does it for a claim that was not prepared."""
        found = sources.states_of(connection, [claim.ref for claim in claims])
        # One a source, whatever becomes of the claim.
        self._states |= {claim.ref: (claim, found[claim.ref]) for claim in claims if claim.ref in found}

    def _state(self, claim: Claim) -> SourceState | None:
        prepared, state = self._states.pop(claim.ref, (None, None))
        if prepared == claim:
            return state
        with self._database.read() as connection:
            return sources.state(connection, claim.ref)

    def work(self, claim: Claim) -> None:
        """Look at the claim's source, write what was found, and give the lease back with the time of the next look."""
        state = self._state(claim)
        if state is None or not state.active:
            with self._database.write() as connection:
                targets.finish(connection, claim, failures=0, next_due=lambda _: None)
            return
        host = as_learned(state).url
        wait = self._visits.enter(host)
        if wait:
            self._come_again(claim, wait)
            return
        try:
            look = self._looking.look(state, self._clock())
            found = self._nothing(claim, state, look) if look.unchanged else self._take_in(claim, state, look)
        except FeedsError as error:
            self._failed(claim, state, error)
            return
        finally:
            self._visits.leave(host)
        if found:
            self._tell_of_it()

    def _tell_of_it(self) -> None:
        """Call `on_found` in `TELLERS` threads at most; what others find meanwhile is in the call that follows.

        Two of them, because rendering what one has found must not hold up the alerts on what the next one finds.
        """
        with self._found_lock:
            self._found_since = True
            if self._tellers >= TELLERS:
                return
            self._tellers += 1
        try:
            while self._take_found():
                self._on_found()
        except BaseException:
            with self._found_lock:
                self._tellers -= 1
            raise

    def _take_found(self) -> bool:
        """Whether there is something to tell; otherwise this thread is no teller any more, in the same moment."""
        with self._found_lock:
            if not self._found_since:
                self._tellers -= 1
                return False
            self._found_since = False
            return True

    def _come_again(self, claim: Claim, seconds: float) -> None:
        """The host is busy with other looks of ours: this thread has better things to do than to wait."""
        due = self._clock() + timedelta(seconds=seconds)
        with self._database.write() as connection:
            targets.finish(connection, claim, failures=claim.failures, next_due=lambda _: due)

    def _take_in(self, claim: Claim, state: SourceState, look: Look) -> bool:
        """Read the pages of what is new and write everything; whether there is anything to announce."""
        now = self._clock()
        renewed = self._renewed(claim)
        if renewed is None:
            return False
        claim = renewed
        get = self._looking.getter(look)
        half = now + (claim.leave_at - now) / 2
        before = state.succeeded_at if state.baseline_at is not None else None
        pages = OlderPages(look, before, get, lambda: self._clock() < half and not self.stopping.is_set())
        decisions = intake.decide(self._database, claim.ref, state, look, now, pages)
        findings = intake.read_pages(look, decisions, get, claim, self._clock, self.stopping)
        look.learned["unread"] = dict(findings.unread)
        complete = findings.is_complete and pages.is_done
        pages.remember(complete=complete, now=now)

        def write(connection: Connection) -> int | None:
            if not targets.is_own(connection, claim):
                return None
            fresh, listed = intake.write(connection, claim.ref, findings, now)
            # What a list shows stays stored, however old it is: forgotten, it would be news again (bot.retention).
            look.learned["listed"] = listed or look.learned.get("listed", [])
            must_wait = findings.unread or pages.has_failed
            soon = timing.soon(findings.retry_after) if must_wait else timedelta(0)
            again = None if complete else now + soon
            self._finish(connection, claim, state, look, now, fresh=fresh, again=again)
            return fresh

        fresh = self._together.write(write)
        if fresh is None:
            return False
        log.info(
            "looked",
            extra={
                "source": look.source.slug,
                "entries": len(look.entries),
                "new": fresh,
                "unread": len(findings.unread),
            },
        )
        return fresh > 0

    def _renewed(self, claim: Claim) -> Claim | None:
        """The claim with time enough to read pages: a slow site may have used the lease up before the first of them."""
        quarter = claim.lease_until - claim.leave_at
        if self._clock() < claim.leave_at - 2 * quarter:
            return claim
        with self._database.write() as connection:
            return targets.renew(connection, claim, self._clock())

    def _nothing(self, claim: Claim, state: SourceState, look: Look) -> bool:
        def write(connection: Connection) -> None:
            if targets.is_own(connection, claim):
                self._finish(connection, claim, state, look, self._clock(), fresh=0)

        self._together.write(write)
        return False

    def _finish(
        self,
        connection: Connection,
        claim: Claim,
        state: SourceState,
        look: Look,
        now: datetime,
        *,
        fresh: int,
        again: datetime | None = None,
    ) -> None:
        """`again`: when to look for what this look has left."""
        look.fresh = fresh
        complete_look = again is None
        if complete_look:
            look.learned.pop("silently", None)
        changed: dict[str, Any] = {} if look.learned == state.learned else {"learned": look.learned}
        if not (look.response is not None and look.response.not_modified):
            # What is still unread must be seen again: neither a 304 nor an equal digest may hide it.
            changed["etag"] = look.response.etag if look.response and complete_look else None
            changed["last_modified"] = look.response.last_modified if look.response and complete_look else None
            changed["digest"] = look.digest if complete_look else None
        rhythm = timing.rhythm_after(state, look, now)
        if look.entries:
            changed["rhythm"] = rhythm.to_json()
        if fresh:
            changed["new_at"] = now
        if state.baseline_at is None and complete_look:
            changed["baseline_at"] = now
        sources.record_look(connection, claim.ref, now, **changed)
        due = again
        if due is None:
            pushes = leases.NO_PUSHES
            if look.learned.get("hub"):
                pushes = leases.after_look(connection, claim.ref, began=look.began, now=now, fresh=fresh > 0)
            due = timing.next_look(self._policy, state, look, rhythm, pushes, now, self._jitter())
        targets.give_back(connection, claim, failures=0, due=due)

    def _failed(self, claim: Claim, state: SourceState, error: FeedsError) -> None:
        now = self._clock()
        failures = claim.failures + 1
        asked = error.retry_after if isinstance(error, FetchError) else None
        due = timing.after_failure(self._policy, state, failures, asked, now, self._jitter())
        with self._database.write() as connection:
            if not targets.is_own(connection, claim):
                return
            sources.record_look(
                connection,
                claim.ref,
                now,
                error_code=error.code,
                error=str(error)[:1000],
                error_since=state.error_since or now,
            )
            targets.give_back(connection, claim, failures=failures, due=due)
        # `bot.alarms` says what lasts, once, and one sentence for all where our own network is down.
        log.log(
            logging.INFO if state.succeeded_at and state.error_code != error.code else logging.DEBUG,
            "a look failed",
            extra={"source": state.source.slug, "error": str(error), "code": error.code, "next_look": due.isoformat()},
        )
