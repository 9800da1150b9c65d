"""Runs every benchmark, small, and prints one table: `make bench`.

    python -m benchmarks [NAME …] [--full]

The small sizes show what has become slower; the figures that the notes give are of `--full`, on a machine that does
nothing else. A new file in this folder is run with its own defaults.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

SMALL = {
    "watch": ["--feeds", "100", "--hosts", "20"],
    "punctuality": ["--sources", "1000", "--interval", "60", "--seconds", "10", "--rounds", "5"],
    "feeds": ["--seconds", "1", "--rounds", "1", "--servers", "shortcut+uvloop"],
    "pages": ["--articles", "3000", "--rounds", "20"],
    "search": ["--articles", "3000"],
    "topics": ["--queries", "10000", "--articles", "100"],
}
NO_BENCHMARKS = {
    "feed_server",
    "feedback",
    "list_corpus",
    "list_makes",
    "list_posts",
    "lists",
    "reading",
    "broken_feeds",
}
"""No benchmarks, and those that need a corpus from elsewhere."""


def names() -> list[str]:
    """The benchmarks of this folder."""
    files = sorted(Path(__file__).parent.glob("[!_]*.py"))
    return [file.stem for file in files if file.stem not in NO_BENCHMARKS]


def run(name: str, options: list[str]) -> tuple[str, float]:
    """What it printed, and the seconds it took; a failure is printed with its last words."""
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], capture_output=True, text=True)
    said = done.stdout.rstrip()
    if done.returncode:
        said += f"\nfailed: {(done.stderr.strip().splitlines() or ['without a word'])[-1]}"
    return said, time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names())}; all of them by default")
    parser.add_argument("--full", action="store_true", help="in the sizes that the notes speak of; takes minutes")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(names()))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(names())}")
    failed = False
    for name in options.names or names():
        said, seconds = run(name, [] if options.full else SMALL.get(name, []))
        failed |= "\nfailed: " in f"\n{said}"
        for number, line in enumerate(said.splitlines() or ["(nothing)"]):
            print(f"{name if number == 0 else '':12} │ {line}")
        print(f"{'':12} │ {seconds:.0f} s\n{'─' * 13}┼{'─' * 96}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
