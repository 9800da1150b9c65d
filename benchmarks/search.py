"""How long a search and the preview of a query take over many stored articles, on either database.

    python -m benchmarks.search [--articles 35000] [--postgresql URL]

The corpus is generated: words of a vocabulary in which, as in any language, few are very frequent (Zipf), in articles
of 520 words. The queries ask for frequent words, rare ones, phrases, prefixes, and what the index cannot help with.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.migrations import migrate
from feeds.database import Database
from feeds.model import Source
from feeds.store import sources
from feeds.store.query_preview import preview
from feeds.store.search import search
from feeds.store.search_index import create_search_index, take_in
from feeds.store.tables import articles
from feeds.topics import parse

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
WORDS = 60_000
LENGTH = 520
NAMED = (
    "security", "cooperation", "terrorism", "extremism", "maritime", "police", "border", "trafficking", "exercise",
    "conference", "ASEAN", "minister", "drug", "cyber", "attack", "training", "delegation", "ministry", "group",
)  # fmt: skip

QUERIES = (
    "security",
    "terrorism",
    '"violent extremism"',
    '("violent extremism" OR terrorism) AND (cooperation OR conference) -drug',
    "maritime NEAR/5 security",
    "any(3, terror*:2 extremis*:2 attack drill:-2)",
    "traffick*",
    "title:security minister",
    "xylophone",
    "security OR police OR border OR minister OR ministry OR training",
    "lang:en",
    "author:Giang security",
)

EVERY_CONSTRUCT = (
    *NAMED,
    "nosuchword", "nosuchword OR security", "nosuchword security", "police police", "=Security", "=Terrorism",
    "secur*", "ter*", "mi*", "coop* OR secur*", "xylo*", '"maritime secur*"', '"police minister"',
    '"security of the border"', '"police training"', "security police", "security AND police AND border AND minister",
    "security -police", "security NOT (police OR border)", "NOT security AND police", "terrorism -extremism -drug",
    "police NEAR/3 border", "maritime NEAR/50 security", "maritime ONEAR/5 security", "security NOT NEAR/5 police",
    "(police OR border) NEAR/5 (minister OR ministry)", "terror* NEAR/3 exerc*", '"violent extremism" NEAR/10 asean',
    "police NEAR/s border", "police NEAR/p border", "terrorism NEAR/s extremism",
    "atleast/3 (security)", "atleast/4 (security police)", "atleast/2 (xylophone security)",
    "first/50 (security)", "first/20 (terrorism OR extremism)",
    "title:security", "title:(security OR police)", 'title:"police minister"', "body:cyber", "author:Giang", "lang:vi",
    "lang:en security", "source:portal security", "source:elsewhere security", "url:portal", "url:12345",
    "any(2, terror*:3 extremis*:2 drill:-2)", "any(4, security:2 police:2 border:2 minister:2)",
    "any(1, security:1 xylophone:5)", "any(9, security:5 police:4)", "title:any(2, security:1 police:1)",
    "khung bo", "khủng bố", "hop tac", '"hợp tác" OR cooperation', '"chống khủng bố" security', "lutte terrorisme",
    " OR ".join(NAMED), " ".join(NAMED[:8]), " AND ".join(f"({one} OR nosuch{one})" for one in NAMED[:8]),
    " OR ".join(f"{one} NEAR/5 security" for one in NAMED[1:9]), " OR ".join(f'"{one} security"' for one in NAMED[1:9]),
    " OR ".join(f"nosuch{number}" for number in range(50)), " OR ".join((*NAMED, *(f"rare{n}" for n in range(31)))),
    "(((security)))", "security OR security", "co-operation", "counter-terrorism", "anti-terror* security",
)  # fmt: skip
"""Queries of all kinds, of words frequent, rare and absent: for how long the slowest of all takes."""

SHARES = (("median", 0.5), ("p95", 0.95), ("p99", 0.99), ("slowest", 1.0))


def vocabulary(chance: random.Random) -> list[str]:
    """The most frequent words first."""
    syllables = [first + vowel for first in "bcdfghklmnprstvw" for vowel in "aeiou"]
    made: dict[str, None] = {}
    while len(made) < WORDS:
        made[
            "".join(chance.choices(syllables, k=chance.choice((1, 2, 2, 3, 3, 4)))) + chance.choice("nrstl ").strip()
        ] = None
    words = list(made)
    for place, name in enumerate(NAMED):
        words[40 + place * 15] = name
    words[600], words[601] = "violent", "extremism"
    return words


def corpus(number: int) -> Iterator[dict[str, object]]:
    """Rows of `articles`."""
    chance = random.Random(7)
    words = vocabulary(chance)
    weights = [1 / (rank + 3) for rank in range(len(words))]
    total = 0.0
    cumulative = [total := total + weight for weight in weights]
    for index in range(number):
        told = chance.choices(words, cum_weights=cumulative, k=LENGTH)
        if chance.random() < 0.02:
            told[50:52] = ["violent", "extremism"]
        found = NOW - timedelta(minutes=20) * (number - index)
        yield {
            "uid": f"{index:032x}",
            "source_id": 1,
            "story_id": index + 1,
            "url": f"https://portal.example/{index}",
            "title": " ".join(told[:9]),
            "summary": "",
            "text": ". ".join(" ".join(told[start : start + 20]) for start in range(0, LENGTH, 20)),
            "html": "",
            "language": "en",
            "categories": [],
            "published": found,
            "found": found,
            "baseline": False,
            "tell_revision": False,
            "announced_at": found,
        }


def fill(database: Database, number: int) -> float:
    """Store the corpus, the index made before; seconds."""
    migrate(database)
    with database.write() as connection:
        create_search_index(connection)
        sources.add(connection, Source("portal", "https://portal.example/"), NOW)
    began = time.perf_counter()
    rows = corpus(number)
    while batch := [row for row, _ in zip(rows, range(1000), strict=False)]:
        with database.write() as connection:
            connection.execute(sa.insert(articles), batch)
            while take_in(connection):
                pass
    seconds = time.perf_counter() - began
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE articles")
    return seconds


def shipped() -> Iterator[str]:
    """The topics that come with the program: long, in three languages."""
    declared = tomllib.loads((Path(__file__).parent.parent / "config" / "topics.toml").read_text(encoding="utf-8"))
    yield from (each["query"] for each in declared["topic"] if "@" not in each["query"])


def timed(database: Database, text: str, runs: int) -> tuple[list[float], list[float], str]:
    """Milliseconds of each preview and of each search of the newest twenty, and about how many hits there are."""
    trying, searching = [], []
    number = ""
    for _ in range(runs):
        with database.read() as connection:
            began = time.perf_counter()
            found = preview(connection, text, None, NOW)
            trying.append((time.perf_counter() - began) * 1000)
            number = f"{'' if found.exact else '~'}{found.estimate}"
        with database.read() as connection:
            began = time.perf_counter()
            search(connection, parse(text), limit=20)
            searching.append((time.perf_counter() - began) * 1000)
    return trying, searching, number


def measure(database: Database) -> None:
    """Print each query's median and slowest of nine, then how the times of queries of every kind are spread."""
    print(f"{'preview':>9} {'slowest':>9} {'search 20':>9} {'hits':>8}  query")
    for text in QUERIES:
        trying, searching, hits = timed(database, text, 9)
        print(
            f"{statistics.median(trying):9.1f} {max(trying):9.1f} {statistics.median(searching):9.1f} {hits:>8}  {text}"
        )
    queries = (*EVERY_CONSTRUCT, *shipped())
    print(f"{len(queries)} queries of every kind, the shipped topics among them, five times each, milliseconds:")
    measured = [(text, *timed(database, text, 5)[:2]) for text in queries]
    for name, place in (("preview", 1), ("search", 2)):
        spread = sorted((each, one[0]) for one in measured for each in one[place])
        times = [one for one, _ in spread]
        shares = "  ".join(f"{label} {times[int(share * (len(times) - 1))]:.1f}" for label, share in SHARES)
        print(f"  {name:8} {shares}")
        for one, text in spread[:-6:-1]:
            print(f"    {one:9.1f}  {text[:100]}")


def main() -> None:
    """Both databases, where a URL of an empty PostgreSQL database is given."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--articles", type=int, default=35_000)
    options.add_argument("--postgresql", metavar="URL")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "search.db"
        for url in filter(None, (f"sqlite:///{file}", given.postgresql)):
            database = Database(url)
            seconds = fill(database, given.articles)
            print(f"\n{database.url.get_backend_name()}: {given.articles:,} articles stored in {seconds:.0f} s")
            measure(database)
            database.close()


if __name__ == "__main__":
    main()
