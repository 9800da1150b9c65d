"""Those who wait for SQLite's writer write in one transaction, and each of them as if it were alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy.engine import Connection

from feeds.database import Database
from feeds.group_commit import MOST_TOGETHER, GroupCommit
from feeds.store import facts

Work = Callable[[Connection], int]


def settle(name: str, transactions: list[object]) -> Work:
    """Writes one fact, and notes in which transaction."""

    def work(connection: Connection) -> int:
        transactions.append(connection.get_transaction())
        facts.settle(connection, name, name)
        return len(transactions)

    return work


def refuse(connection: Connection) -> int:
    facts.settle(connection, "half", "half")
    raise ValueError("not this one")


def meanwhile(together: GroupCommit, works: Sequence[Work]) -> list[Future[int]]:
    """All of these come while the first of them writes: so the others wait for the writer at one time."""

    def first(connection: Connection) -> int:
        end = time.monotonic() + 30
        while len(together) < len(works) - 1:
            assert time.monotonic() < end, "the others never came"
        return works[0](connection)

    with ThreadPoolExecutor(len(works)) as pool:
        begun = threading.Event()

        def leading(connection: Connection) -> int:
            begun.set()
            return first(connection)

        futures = [pool.submit(together.write, leading)]
        assert begun.wait(30)
        futures += [pool.submit(together.write, work) for work in works[1:]]
    return futures


def known(database: Database, names: Sequence[str]) -> list[str]:
    with database.read() as connection:
        return [name for name in names if facts.get(connection, name) is not None]


def test_what_one_writes_is_committed_when_it_comes_back(database: Database) -> None:
    assert GroupCommit(database).write(settle("alone", [])) == 1
    assert known(database, ["alone"]) == ["alone"]


def test_those_who_wait_for_the_writer_share_a_transaction(sqlite_database: Database) -> None:
    names = [f"fact-{number}" for number in range(6)]
    transactions: list[object] = []
    futures = meanwhile(GroupCommit(sqlite_database), [settle(name, transactions) for name in names])
    assert sorted(future.result() for future in futures) == [1, 2, 3, 4, 5, 6]
    assert known(sqlite_database, names) == names
    assert len(set(map(id, transactions[1:]))) == 1, "five came while the first one wrote"


def test_one_that_fails_takes_nobody_with_it(sqlite_database: Database) -> None:
    names = ["before", "between", "after"]
    works = [settle("before", []), settle("between", []), refuse, settle("after", [])]
    before, between, refused, after = meanwhile(GroupCommit(sqlite_database), works)
    assert (before.result(), between.result() > 0, after.result() > 0) == (1, True, True)
    with pytest.raises(ValueError, match="not this one"):
        refused.result()
    assert known(sqlite_database, [*names, "half"]) == names


def test_a_lone_failure_is_raised_and_leaves_nothing_behind(database: Database) -> None:
    together = GroupCommit(database)
    with pytest.raises(ValueError, match="not this one"):
        together.write(refuse)
    assert known(database, ["half"]) == []
    assert together.write(settle("next", [])) == 1


def test_no_transaction_takes_more_than_its_share(sqlite_database: Database) -> None:
    names = [f"fact-{number}" for number in range(MOST_TOGETHER + 4)]
    transactions: list[object] = []
    meanwhile(GroupCommit(sqlite_database), [settle(name, transactions) for name in names])
    assert known(sqlite_database, names) == names
    assert max(map(transactions.count, transactions)) <= MOST_TOGETHER
