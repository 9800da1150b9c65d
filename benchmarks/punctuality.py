"""Whether thousands of sources are looked at when they are due, and how long news takes from a site to a webhook.

    python -m benchmarks.punctuality [--sources 10000] [--interval 300] [--seconds 60] [--rounds 20]

*Steady state*: all sources have been looked at before and are due evenly spread over the interval; a site publishes
something before one look in ten. The engine of `tocsin run` ticks every second with the shipped limits (16 threads, two
looks at a host, a second between two requests); the server is another process on the same machine. Lateness is from the
moment a source is due to the moment its look begins.

*Latency*: one source is due at the moment at which its site publishes; its news goes to one webhook. What a look waits
for is the tick of every second; the rest is work.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.feed_server import serving
from bot.alerts import Announced
from bot.app import App, utc_now
from bot.engine import Engine
from bot.jobs import Job, Timetable
from bot.settings import DeclaredChannel, Polling, Settings
from feeds import targets
from feeds.model import Source, Topic
from feeds.store import sources
from feeds.targets import Claim

ONE_IN = 10
"""Looks that find something new, of so many."""


@dataclass
class Punctuality:
    """Seconds between the time a look was due and its beginning."""

    work: Callable[[Claim], None]
    due: dict[int, datetime]
    before: Callable[[int], None]
    late: list[float] = field(default_factory=list)

    def __call__(self, claim: Claim) -> None:
        due = self.due.pop(claim.ref, None)
        if due is not None:
            self.late.append((utc_now() - due).total_seconds())
            self.before(claim.ref)
        self.work(claim)


def steady_state(number: int, interval: float, seconds: float) -> None:
    """Print how late the looks of `seconds` seconds begin, and what they cost."""
    with tempfile.TemporaryDirectory() as folder, serving(number, min(1_000, number)) as feeds:
        settings = Settings(
            polling=Polling(user_agent="Tocsin-benchmark"),
            sources=tuple(
                Source(f"feed-{one}", url, title=f"Feed {one}", kind="feed", options={"interval": interval})
                for one, url in enumerate(feeds.urls)
            ),
            database_url=f"sqlite:///{Path(folder) / 'tocsin.db'}",
            allow_private_networks=True,
        )
        app = App(settings, roles=frozenset({"worker"}))
        app.prepare()
        app.watcher  # noqa: B018 (built before the clock counts)
        chance = random.Random(5)
        begin = utc_now() + timedelta(seconds=2)
        due = {one: begin + timedelta(seconds=interval * chance.random()) for one in range(1, number + 1)}
        with app.database.write() as connection:
            for one, moment in due.items():
                # As a look leaves it behind: the server's ETag is known.
                known = {"etag": f'"{one - 1}-0"', "digest": "0" * 64, "baseline_at": begin - timedelta(days=1)}
                sources.record_look(connection, one, begin - timedelta(minutes=5), **known)
                targets.due_at(connection, "source", one, moment)
        expected = sum(moment < begin + timedelta(seconds=seconds) for moment in due.values())

        def sometimes_publish(source: int) -> None:
            if chance.random() < 1 / ONE_IN:
                feeds.ask(f"publish/{source - 1}")

        punctual = Punctuality(app.watcher.work, due, sometimes_publish)
        app.watching = _engine(app, punctual)
        timetable = Timetable(
            [Job("tick", 1, app.watching.tick), Job("announce", 5, app.announcer.announce_all)],
        )
        time.sleep(max(0.0, (begin - utc_now()).total_seconds() - 1))
        cpu = time.process_time()
        timetable.start()
        time.sleep(1 + seconds)
        timetable.stop()
        used = time.process_time() - cpu
        app.stop()
    late = sorted(punctual.late)
    print(
        f"Steady state, {number:,} sources every {interval:g} s, {seconds:g} s of it:\n"
        f"  looks due {expected:,}, begun {len(late):,} ({len(late) / (1 + seconds):.1f}/s), "
        f"of which one in {ONE_IN} found something\n"
        f"  late: median {statistics.median(late):.2f} s, 99 of 100 below {late[int(len(late) * 0.99)]:.2f} s, "
        f"worst {late[-1]:.2f} s = {late[-1] / interval:.1%} of the interval\n"
        f"  processor: {used / (1 + seconds):.0%} of one core"
    )


def _engine(app: App, work: Callable[[Claim], None]) -> Engine:
    workers, prepare = app.settings.polling.workers, app.watcher.prepare
    return Engine("watch", app.database, {"source": work}, app.clock, workers=workers, prepare=prepare)


class _Receiver(ThreadingHTTPServer):
    """Notes when alerts come."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Alert)
        self.came = threading.Event()
        self.at = 0.0
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Alert(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, _Receiver)
        self.server.at = time.perf_counter()
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()
        self.server.came.set()

    def log_message(self, format: str, *args: object) -> None:
        pass


def latency(rounds: int) -> None:
    """Print the time from publication to the webhook's receipt, and where it goes."""
    with tempfile.TemporaryDirectory() as folder, serving(1, 1) as feeds, _Receiver() as receiver:
        settings = Settings(
            polling=Polling(user_agent="Tocsin-benchmark", pace=0.0),
            sources=(Source("feed", feeds.urls[0], title="Feed", kind="feed", language="en"),),
            topics=(Topic("everything", "lang:en", title="Everything"),),
            channels=(
                DeclaredChannel(
                    "webhook",
                    "desk",
                    topics=("everything",),
                    options={
                        "url": f"http://127.0.0.1:{receiver.server_port}/",
                        "secret": ["whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"],
                        "format": "standard",
                    },
                ),
            ),
            database_url=f"sqlite:///{Path(folder) / 'tocsin.db'}",
            allow_private_networks=True,
        )
        app = App(settings, roles=frozenset({"worker"}))
        marks: dict[str, float] = {}
        _mark(app, marks)
        app.start()
        try:
            _until(lambda: _looked(app))
            steps: dict[str, list[float]] = {}
            for _ in range(rounds):
                time.sleep(random.random())
                receiver.came.clear()
                feeds.ask("publish/0")
                published = time.perf_counter()
                app.look_now(1)
                if not receiver.came.wait(30):
                    raise RuntimeError("no alert came within 30 s")
                for name, seconds in _steps(published, marks, receiver.at).items():
                    steps.setdefault(name, []).append(seconds)
        finally:
            app.stop()
            receiver.shutdown()
    print(f"From a site's publication, its source due, to the webhook's receipt, {rounds} rounds, milliseconds:")
    for name, times in steps.items():
        print(f"  {name:38} median {statistics.median(times) * 1e3:7.1f}   worst {max(times) * 1e3:7.1f}")


def _steps(published: float, marks: dict[str, float], received: float) -> dict[str, float]:
    return {
        "until the look begins (a tick a second)": marks["look"] - published,
        "look: fetched, read, stored": marks["found"] - marks["look"],
        "topics asked, alert owed": marks["announced"] - marks["found"],
        "claimed, sent, received": received - marks["announced"],
        "in all": received - published,
    }


def _mark(app: App, marks: dict[str, float]) -> None:
    """Note when each step of an article's walk is reached."""
    work, announce = app.watcher.work, app.announcer.announce_all

    def look(claim: Claim) -> None:
        marks["look"] = time.perf_counter()
        work(claim)

    def announcing() -> Announced:
        found = time.perf_counter()
        done = announce()
        if done.articles:
            marks["found"], marks["announced"] = found, time.perf_counter()
        return done

    app.watching = _engine(app, look)
    app.announcer.announce_all = announcing  # type: ignore[method-assign]


def _looked(app: App) -> bool:
    with app.database.read() as connection:
        state = sources.state(connection, 1)
    return state is not None and state.baseline_at is not None


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError("the first look was not done within 30 s")
        time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=10_000)
    parser.add_argument("--interval", type=float, default=300.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    latency(options.rounds)
    steady_state(options.sources, options.interval, options.seconds)


if __name__ == "__main__":
    main()
