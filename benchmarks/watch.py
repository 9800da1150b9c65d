"""How much processor time, wall time and memory it takes to look at many feeds, beside `reader` and newsboat.

    python -m benchmarks.watch [--feeds 2000] [--hosts 200] [--only tocsin reader newsboat] [--profile]

One local server in a process of its own serves the feeds (`benchmarks.feed_server`); each program then looks at all
of them three times: cold, unchanged with 304, unchanged with a whole 200. Each look is a new process with the database
that the last one left, as a program that is started again; processor seconds are those of all its threads, without the
interpreter's start. `reader` is installed into an environment of its own below the system's temporary folder.
"""

from __future__ import annotations

import argparse
import atexit
import cProfile
import json
import os
import pstats
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.feed_server import ITEMS, Feeds, serving
from feeds.database import Database
from feeds.store import search_index

THREADS = 16
LOOKS = (("cold", "validators"), ("304", "validators"), ("same 200", "plain"))


@dataclass(frozen=True)
class Figures:
    """`cpu` and `wall` in seconds, `memory` in megabytes, `items` in the store afterwards.

    `indexing` is the part of `cpu` that went into the full-text index; `announce` is CPU apart.
    """

    cpu: float
    wall: float
    memory: float
    items: int
    announce: float = 0.0
    indexing: float = 0.0


class _Meter:
    """Processor and wall seconds since it was made."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def read(self) -> tuple[float, float]:
        return time.process_time() - self._cpu, time.perf_counter() - self._wall


def look_with_tocsin(urls: list[str], folder: Path, *, profile: bool) -> Figures:
    """All sources once, with the parts that `tocsin run` has; topics follow, and are counted apart."""
    from bot.app import App
    from bot.settings import Polling, Settings
    from feeds import targets
    from feeds.model import Source
    from feeds.watch import Watcher

    settings = Settings(
        polling=Polling(user_agent="Tocsin-benchmark", pace=0.0, per_host=THREADS, workers=THREADS),
        sources=tuple(
            Source(f"feed-{number}", url, title=f"Feed {number}", kind="feed") for number, url in enumerate(urls)
        ),
        database_url=f"sqlite:///{folder / 'tocsin.db'}",
        allow_private_networks=True,
    )
    app = App(settings, roles=frozenset({"worker"}))
    # As the application builds it, but for what it calls when something was found.
    app.watcher = Watcher(app.database, app.visits, app.clock, app.jitter)
    app.prepare()
    with app.database.write() as connection:
        for source in range(1, len(urls) + 1):
            targets.due_at(connection, "source", source, app.clock() - timedelta(seconds=1))
    meter = _Meter()
    if profile:
        _profiled(app.watching.drain)
    else:
        app.watching.drain()
    indexing = _Meter()
    _index(app.database)
    indexed = indexing.read()[0]
    cpu, wall = meter.read()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    announcing = _Meter()
    app.announcer.announce_all()
    announce = announcing.read()[0]
    with app.database.read() as connection:
        items = int(connection.exec_driver_sql("SELECT count(*) FROM articles").scalar_one())
        failing = int(
            connection.exec_driver_sql("SELECT count(*) FROM sources WHERE error_code IS NOT NULL").scalar_one()
        )
    app.stop()
    if failing:
        raise RuntimeError(f"{failing} sources failed")
    return Figures(cpu, wall, memory, items, announce, indexed)


def _index(database: Database) -> None:
    """What the announcing transactions do beside asking the topics."""
    while True:
        with database.write() as connection:
            if not search_index.take_in(connection):
                return


READER = """
import json, resource, sys, time
from reader import make_reader
urls, database = json.load(open(sys.argv[1])), sys.argv[2]
reader = make_reader(database)
known = {feed.url for feed in reader.get_feeds()}
for url in urls:
    if url not in known:
        reader.add_feed(url)
cpu, wall = time.process_time(), time.perf_counter()
reader.update_feeds(workers=int(sys.argv[3]), scheduled=False)
print(json.dumps({
    "cpu": time.process_time() - cpu,
    "wall": time.perf_counter() - wall,
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "items": reader.get_entry_counts().total,
}))
"""


def look_with_reader(urls: list[str], folder: Path, python: Path) -> Figures:
    """reader's own `update_feeds`, with as many threads."""
    (folder / "urls.json").write_text(json.dumps(urls))
    command = [str(python), "-c", READER, str(folder / "urls.json"), str(folder / "reader.db"), str(THREADS)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=3_600).stdout
    return Figures(**json.loads(said.splitlines()[-1]))


def look_with_newsboat(urls: list[str], folder: Path) -> Figures:
    """`newsboat -x reload`, with as many threads."""
    (folder / "newsboat-urls").write_text("\n".join(urls) + "\n")
    (folder / "newsboat-config").write_text(
        f"reload-threads {THREADS}\nsuppress-first-reload yes\nmax-items 0\nkeep-articles-days 0\n"
    )
    names = {"-u": "newsboat-urls", "-C": "newsboat-config", "-c": "newsboat.db"}
    options = [text for option, name in names.items() for text in (option, str(folder / name))]
    begun = time.perf_counter()
    with subprocess.Popen(
        ["newsboat", *options, "-x", "reload"],
        env={**os.environ, "HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begun
    with sqlite3.connect(folder / "newsboat.db") as connection:
        items = connection.execute("SELECT count(*) FROM rss_item").fetchone()[0]
    return Figures(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, items)


def reader_environment() -> Path | None:
    """The interpreter of an environment that has `reader`; None where it cannot be had."""
    folder = Path(tempfile.gettempdir()) / "tocsin-benchmark-reader"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    # What its own copy of feedparser needs is not always installed with it.
    has_it = [str(python), "-c", "import reader, sgmllib"]
    if subprocess.run(has_it, capture_output=True).returncode != 0:
        subprocess.run([str(python), "-m", "pip", "install", "-q", "reader", "sgmllib3k"], capture_output=True)
    return python if subprocess.run(has_it, capture_output=True).returncode == 0 else None


def _profiled(run: object) -> None:
    """All threads' functions by their own time, to the error stream."""
    profiles: list[cProfile.Profile] = []

    class Profiled(threading.Thread):
        def run(self) -> None:
            profile = cProfile.Profile(time.thread_time)
            profiles.append(profile)
            profile.runcall(super().run)

    original, threading.Thread = threading.Thread, Profiled  # type: ignore[misc]
    own = cProfile.Profile(time.thread_time)
    assert callable(run)
    try:
        own.runcall(run)
    finally:
        threading.Thread = original  # type: ignore[misc]
    _PROFILES.extend([own, *profiles])

    def show() -> None:
        stats = pstats.Stats(*_PROFILES, stream=sys.stderr)
        stats.sort_stats("tottime").print_stats(45)
        stats.sort_stats("cumulative").print_stats(70)

    atexit.register(show)


_PROFILES: list[cProfile.Profile] = []


def _in_a_process(urls: list[str], folder: Path, *, profile: bool) -> Figures:
    (folder / "urls.json").write_text(json.dumps(urls))
    command = [sys.executable, "-m", "benchmarks.watch", "--look", str(folder)] + (["--profile"] if profile else [])
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=3_600).stdout
    return Figures(**json.loads(said.splitlines()[-1]))


def compare(feeds: Feeds, programs: list[str], *, profile: bool = False) -> None:
    """Print a line for each program and look."""
    python = reader_environment() if "reader" in programs else None
    missing = []
    if "reader" in programs and python is None:
        missing.append("reader (it could not be installed)")
    if "newsboat" in programs and shutil.which("newsboat") is None:
        missing.append("newsboat (it is not installed)")
    print(f"{len(feeds.urls)} feeds of {ITEMS} items, {THREADS} threads:")
    print("  program    look        CPU s   wall s   memory MB    items")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        foot: list[str] = []
        for program in programs:
            if any(one.startswith(program) for one in missing):
                continue
            for look, mode in LOOKS:
                feeds.ask(mode)
                if program == "tocsin":
                    found = _in_a_process(feeds.urls, folder, profile=profile)
                    if look == "cold":
                        foot.append(f"of these {found.indexing:.1f} s for the full-text index")
                        foot.append(f"afterwards {found.announce:.1f} s for asking the topics")
                elif program == "reader" and python is not None:
                    found = look_with_reader(feeds.urls, folder, python)
                else:
                    found = look_with_newsboat(feeds.urls, folder)
                asked = feeds.ask("requests")
                short = "" if asked == len(feeds.urls) else f"  {asked} requests"
                print(
                    f"  {program:9}  {look:9} {found.cpu:7.1f}  {found.wall:7.1f}  {found.memory:10.0f} "
                    f"{found.items:8,}{short}",
                    flush=True,
                )
    for line in foot:
        print(f"  tocsin, cold, CPU: {line}")
    for one in missing:
        print(f"  not measured: {one}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=2_000)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--only", nargs="+", default=["tocsin", "reader", "newsboat"])
    parser.add_argument("--profile", action="store_true", help="where our own time goes, to the error stream")
    parser.add_argument("--look", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.look:
        urls = json.loads((options.look / "urls.json").read_text())
        print(json.dumps(look_with_tocsin(urls, options.look, profile=options.profile).__dict__))
        return
    with serving(options.feeds, min(options.hosts, options.feeds)) as feeds:
        compare(feeds, options.only, profile=options.profile)


if __name__ == "__main__":
    main()
