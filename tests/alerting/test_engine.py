"""The engine claims and carries, and never waits for itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from conftest import Clock
from sqlalchemy.engine import Connection

from bot.engine import Engine
from feeds import targets
from feeds.database import Database
from feeds.targets import Claim


def test_turns_that_end_at_once_never_stop_the_engine(sqlite_database: Database, clock: Clock) -> None:
    """A turn can be over before the thread that claimed it has taken another breath."""
    with sqlite_database.write() as connection:
        for ref in range(400):
            targets.add(connection, "instant", ref, clock())
    worked: list[int] = []

    def handler(claim: Claim) -> None:
        worked.append(claim.ref)
        if claim.turn == 1:
            with sqlite_database.write() as connection:
                targets.finish(connection, claim, failures=0, next_due=lambda _: None)

    engine = Engine("test", sqlite_database, {"instant": handler}, clock, workers=3)
    draining = threading.Thread(target=engine.drain, daemon=True)
    draining.start()
    for _ in range(50):
        engine.tick()
    draining.join(60)
    assert not draining.is_alive(), "the engine waits for itself"
    engine.stop()
    assert sorted(worked) == list(range(400))


def test_a_stopped_engine_takes_nothing_on(sqlite_database: Database, clock: Clock) -> None:
    with sqlite_database.write() as connection:
        targets.add(connection, "instant", 1, clock())
    engine = Engine("test", sqlite_database, {"instant": lambda _: None}, clock, workers=1)
    engine.stop()
    assert engine.tick() == 0


def test_claims_are_prepared_together_before_any_of_them_is_worked(sqlite_database: Database, clock: Clock) -> None:
    with sqlite_database.write() as connection:
        for ref in range(3):
            targets.add(connection, "instant", ref, clock())
    said: list[str] = []

    def prepare(connection: Connection, claims: Sequence[Claim]) -> None:
        assert connection.in_transaction()
        said.append(f"prepared {sorted(claim.ref for claim in claims)}")

    def handler(claim: Claim) -> None:
        said.append("worked")
        with sqlite_database.write() as connection:
            targets.finish(connection, claim, failures=0, next_due=lambda _: None)

    engine = Engine("test", sqlite_database, {"instant": handler}, clock, workers=3, prepare=prepare)
    engine.drain()
    engine.stop()
    assert said == ["prepared [0, 1, 2]", "worked", "worked", "worked"]
