"""Each host's share is its own."""

from __future__ import annotations

import threading

import pytest

from feeds.politeness import HostShares, host_of

SLOW, FAST = "https://slow.example/a", "https://fast.example/b"


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def test_a_host_serves_so_many_at_once() -> None:
    shares = HostShares(at_once=2, interval=0, clock=Clock())
    assert shares.enter(SLOW) == 0
    assert shares.enter(SLOW) == 0
    assert shares.enter(SLOW) > 0
    assert shares.enter(FAST) == 0
    shares.leave(SLOW)
    assert shares.enter(SLOW) == 0


def test_requests_begin_an_interval_apart() -> None:
    clock = Clock()
    shares = HostShares(at_once=5, interval=2, clock=clock)
    assert shares.enter(SLOW) == 0
    assert shares.enter("http://www.slow.example/other") == 2
    clock.time += 1.5
    assert shares.enter(SLOW) == 0.5
    assert shares.enter(FAST) == 0
    clock.time += 0.5
    assert shares.enter(SLOW) == 0


def test_a_crawl_delay_is_kept() -> None:
    clock = Clock()
    shares = HostShares(interval=1, clock=clock)
    shares.slow_down(SLOW, 10)
    assert shares.enter(SLOW) == 0
    shares.leave(SLOW)
    assert shares.enter(SLOW) == 10
    shares.slow_down(SLOW, 0.1)
    clock.time += 10
    assert shares.enter(SLOW) == 0
    shares.leave(SLOW)
    assert shares.enter(SLOW) == 1


def test_waiting_threads_get_their_turn_one_after_the_other() -> None:
    shares = HostShares(at_once=1, interval=0)
    inside = 0
    most = 0
    done = []
    lock = threading.Lock()

    def work(number: int) -> None:
        nonlocal inside, most
        with shares.turn(SLOW, patience=10):
            with lock:
                inside += 1
                most = max(most, inside)
            with lock:
                inside -= 1
        done.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(done) == list(range(12))
    assert most == 1


def test_a_busy_host_holds_nobody_elses_turn() -> None:
    shares = HostShares(at_once=1, interval=0)
    with shares.turn(SLOW):
        with shares.turn(FAST, patience=0):
            pass
        with pytest.raises(TimeoutError), shares.turn(SLOW, patience=0.05):
            pass
    with shares.turn(SLOW, patience=1):
        pass


def test_a_failure_inside_a_turn_ends_it() -> None:
    shares = HostShares(at_once=1, interval=0)
    with pytest.raises(ValueError), shares.turn(SLOW):
        raise ValueError
    assert shares.enter(SLOW) == 0


def test_idle_hosts_are_forgotten() -> None:
    clock = Clock()
    shares = HostShares(interval=1, clock=clock)
    for number in range(45_000):
        clock.time += 0.01
        shares.enter(f"https://h{number}.example/")
        shares.leave(f"https://h{number}.example/")
    assert len(shares) <= 20_001


def test_the_host_of_an_address() -> None:
    assert host_of("HTTPS://WWW.Example.org:443/x") == "example.org"
    assert host_of("http://example.org:8080/") == "example.org:8080"
    assert host_of("http://[") == ""
