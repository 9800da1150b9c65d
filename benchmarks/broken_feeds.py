"""Reads every file of a folder as a feed, beside feedparser: what is lost, what is refused, how long it takes.

    python -m benchmarks.broken_feeds FOLDER [--break N] [--show KIND]

FOLDER holds feeds, broken or whole, in any depth (feedparser's and other readers' source packages ship thousands); it
is no part of this project. feedparser runs with sanitising and resolving off. Compared are the entries' number,
addresses, titles, guids, dates (the instant), authors and texts (the words): "lost" is what only feedparser has.
"""

from __future__ import annotations

import argparse
import random
import re
import time
import warnings
from calendar import timegm
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from feeds.errors import NotAFeed
from feeds.model import Entry
from feeds.sources.feed import read_feed
from feeds.sources.fragments import plain, web_address

URL = "http://127.0.0.1:8097/feeds/x.xml"
_WORD = re.compile(r"\w+")
FIELDS = ("title", "url", "guid", "published", "author", "text")


@dataclass
class Compared:
    """Of all files: how many were read by whom, and the differing files by kind of difference."""

    read: int = 0
    refused_by_both: int = 0
    values: Counter[str] = field(default_factory=Counter)
    differing: dict[str, list[str]] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    seconds: float = 0.0
    peer_seconds: float = 0.0

    def differs(self, kind: str, file: str, ours: object, theirs: object) -> None:
        self.differing.setdefault(kind, []).append(f"{file}\n      ours   {ours!r:.200}\n      theirs {theirs!r:.200}")


def compare(folder: Path, ways: int = 0) -> Compared:
    found = Compared()
    for number, file in enumerate(sorted(folder.rglob("*"))):
        if not file.is_file():
            continue
        body, name = file.read_bytes(), str(file.relative_to(folder))
        _compare(body, name, found)
        for way in range(ways):
            if b"<item" in body or b"<entry" in body:
                _compare(broken(body, random.Random(1_000 * number + way)), f"{name} #{way}", found)
    return found


def broken(body: bytes, chance: random.Random) -> bytes:
    """The feed with one to three of the faults that feeds have; the same for the same `chance`."""
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(body) + 1)
        tags = [match.span() for match in re.finditer(rb"</[\w:]+>", body)]
        start, end = chance.choice(tags) if tags else (place, place)
        text = (start, start)
        body = chance.choice((
            body[:start] + body[end:],                                   # an end tag forgotten
            body[:end] + body[start:end] + body[end:],                   # and one too many
            _put(body, text, b" AT&T &nbsp; &copy 1 < 2 "),
            _put(body, text, b"<p>One<br>two <b>three</p>"),
            _put(body, text, b"\x00\x0b\x1f"),
            _put(body, text, b"caf\xe9 \x93quoted\x94"),
            _put(body, (place, place), bytes(chance.randrange(256) for _ in range(3))),
            b"\r\n  Warning: session_start() failed\n" + body,
            re.sub(rb"xmlns:\w+=[\"'][^\"']*[\"']", b"", body),         # prefixes undeclared
            body.replace(b"encoding=\"utf-8\"", b"encoding=\"utf-16\""),
            body.replace(b"</channel>", b"").replace(b"</rss>", b"").replace(b"</feed>", b""),
        ))  # fmt: skip
    return body


def _put(body: bytes, place: tuple[int, int], what: bytes) -> bytes:
    return body[: place[0]] + what + body[place[1] :]


def _compare(body: bytes, name: str, found: Compared) -> None:
    begun = time.perf_counter()
    ours: list[Entry] | None
    try:
        ours = read_feed(body, URL)
    except NotAFeed:
        ours = None
    except Exception as error:
        found.differs("crash", name, error, None)
        return
    took = time.perf_counter() - begun
    found.seconds += took
    found.slowest = sorted([*found.slowest, (took, name)], reverse=True)[:5]
    begun = time.perf_counter()
    theirs = _by_feedparser(body)
    found.peer_seconds += time.perf_counter() - begun
    if ours is None:
        if theirs:
            found.differs("refused", name, None, [entry.get("title") for entry in theirs])
        else:
            found.refused_by_both += 1
        return
    found.read += 1
    if len(ours) != len(theirs):
        found.differs("fewer entries" if len(ours) < len(theirs) else "more entries", name, len(ours), len(theirs))
        return
    for own, other in zip(ours, theirs, strict=True):
        for kind, mine, peers in _differences(own, other):
            found.values[kind.partition(" ")[0]] += 1
            if mine is not peers:
                found.differs(kind, name, mine, peers)


def _by_feedparser(body: bytes) -> list[Any]:
    import feedparser

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return list(feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False).entries)
        except Exception:
            return []


def _differences(own: Entry, other: Any) -> Iterator[tuple[str, object, object]]:
    """(kind, ours, theirs) of every field that feedparser has a value for; equal ones with one object twice."""
    for name in FIELDS:
        mine, peers = _values(name, own, other)
        if not peers:
            continue
        lost = not mine or (name == "text" and bool(peers - mine))  # type: ignore[operator]
        if name == "text":
            yield ("text lost", sorted(mine), sorted(peers - mine)) if lost else ("text", None, None)  # type: ignore[operator,type-var]
        elif mine == peers:
            yield name, None, None
        else:
            yield f"{name} {'lost' if lost else 'differs'}", mine, peers


def _values(name: str, own: Entry, other: Any) -> tuple[Any, Any]:
    if name == "title":
        return " ".join(own.title.split()), " ".join(plain(other.get("title") or "").split())
    if name == "url":
        return own.url, web_address(other.get("link"), URL)
    if name == "guid":
        return own.guid, " ".join((other.get("id") or "").split())
    if name == "author":
        return own.author, (other.get("author") or "").strip()
    if name == "published":
        parsed = other.get("published_parsed") or other.get("updated_parsed")
        instant = datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
        return own.published and own.published.astimezone(UTC), instant if instant and instant.year >= 1990 else None
    content = " ".join(part.get("value") or "" for part in other.get("content", []))
    theirs = set(_WORD.findall(plain(f"{other.get('summary') or ''} {content}").casefold()))
    return set(_WORD.findall(f"{own.summary} {plain(own.html)}".casefold())), theirs


def report(found: Compared, show: str | None) -> None:
    files = found.read + found.refused_by_both + len(found.differing.get("refused", ()))
    print(f"{files} files: {found.read} read, {found.refused_by_both} refused by both")
    print(f"seconds: ours {found.seconds:.1f}, feedparser {found.peer_seconds:.1f}")
    print("values that feedparser has:", ", ".join(f"{name} {count}" for name, count in found.values.items()))
    for kind, files_of in sorted(found.differing.items()):
        print(f"  {kind:20} {len(files_of):5}  in {len({line.splitlines()[0] for line in files_of})} files")
    print("slowest:", ", ".join(f"{name} {took * 1000:.0f} ms" for took, name in found.slowest))
    for line in found.differing.get(show or "", ()):
        print("   ", line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--break", dest="ways", type=int, default=0, metavar="N", help="each file also N times broken")
    parser.add_argument("--show", metavar="KIND", help='list the files of one kind, such as "title differs"')
    options = parser.parse_args()
    if options.folder is None:
        print("not measured: it needs a folder of feeds")
        return
    report(compare(options.folder, options.ways), options.show)


if __name__ == "__main__":
    main()
