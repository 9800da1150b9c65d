"""How fast the pages are over many stored articles, on either database: over HTTP, from a server of its own.

    python -m benchmarks.pages [--articles 35000] [--rounds 60] [--postgresql URL]

60 sources, 40 topics that each selected one article in twenty, 200 chats that were told, over the corpus of `search`.
Each page is asked for `--rounds` times over one connection, uncompressed, after one request that does not count.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
import uvicorn

from benchmarks.search import NAMED, NOW, fill
from bot.settings import Settings
from bot.settings.model import Site
from bot.store.tables import alerts, deliveries
from bot.subscriptions import Subscriptions
from bot.web.application import create_app
from bot.web.services import WebServices
from bot.web.wiring import QueryTrial, Search
from feeds.database import Database
from feeds.model import Source, Topic
from feeds.store import sources, topics
from feeds.store.tables import articles, matches

SOURCES, TOPICS, CHATS, TOLD = 60, 40, 200, 8
BATCH = 2000
TICKS = os.sysconf("SC_CLK_TCK")

PAGES = {
    "home": "/",
    "home's changing parts": "/fragments/home",
    "sources": "/sources",
    "source": "/sources/office-3",
    "source, older": "/sources/office-3?before={middle}",
    "topics": "/topics",
    "topic": "/topics/topic-3",
    "article": "/articles/{newest}",
    "search: a frequent word": "/search?q=security",
    "search: a phrase": "/search?q=%22violent+extremism%22",
    "search: NEAR": "/search?q=maritime+NEAR%2F5+security",
    "search: nothing": "/search?q=xylophonist",
    "follow": "/follow",
    "operators' desk": "/operators",
}


def furnish(database: Database) -> None:
    """Give the corpus its sources, topics, matches, alerts and deliveries."""
    chance = random.Random(11)
    with database.write() as connection:
        stored = list(connection.execute(sa.select(articles.c.id).order_by(articles.c.id)).scalars())
        for index in range(SOURCES):
            office = Source(f"office-{index}", f"https://office-{index}.example/news", f"Office of information {index}")
            source_id = sources.add(connection, office, NOW - timedelta(days=500), declared=True)
            looked = NOW - timedelta(minutes=index)
            sources.record_look(connection, source_id, looked, new_at=looked)
            mine = sa.update(articles).where(articles.c.id % SOURCES == index).values(source_id=source_id)
            connection.execute(mine)
        made = [
            topics.save_topic(connection, Topic(f"topic-{index}", word, f"Topic {index}", "What it is about."), NOW)
            for index, word in zip(range(TOPICS), NAMED * 3, strict=False)
        ]
    subscriptions = Subscriptions(database, lambda: NOW)
    chats = [subscriptions.destination("telegram", f"-100{index}", title=f"Chat {index}") for index in range(CHATS)]
    for chat in chats:
        for topic in chance.sample(made, 3):
            subscriptions.follow_topic(chat, topic)
    matched = [
        {"topic_id": topic.id, "article_id": article, "spans": [["text", 0, 8, topic.query]], "score": 1.0}
        for topic in made
        for article in chance.sample(stored, len(stored) // 20)
    ]
    told = sorted({int(str(match["article_id"])) for match in matched})[::4]
    with database.write() as connection:
        for rows, table in (
            (matched, matches),
            ([_alert(article, len(stored)) for article in told], alerts),
            (list(_deliveries(told, [chat.id for chat in chats], len(stored), chance)), deliveries),
        ):
            for start in range(0, len(rows), BATCH):
                connection.execute(sa.insert(table), rows[start : start + BATCH])
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _alert(article: int, number: int) -> dict[str, object]:
    data = {"topics": [{"slug": "topic-1", "title": "Topic 1", "matched": ["security"]}]}
    return {
        "id": article,
        "type": "article.published",
        "key": f"story:{article}",
        "article_id": article,
        "data": data,
        "created_at": NOW - timedelta(minutes=20) * (number - article),
    }


def _deliveries(told: list[int], chats: list[int], number: int, chance: random.Random) -> Iterator[dict[str, object]]:
    for article in told:
        at = NOW - timedelta(minutes=20) * (number - article)
        for chat in chance.sample(chats, TOLD):
            yield {
                "uid": f"msg_{article}_{chat}",
                "destination_id": chat,
                "alert_id": article,
                "key": f"story:{article}",
                "topics": ["topic-1"],
                "sequence": article,
                "state": "sent",
                "not_before": at,
                "attempts": 1,
                "created_at": at,
                "finished_at": at,
            }


def serve(url: str) -> None:
    """The application over that database; prints its port when it is ready."""
    database = Database(url)
    listening = uvicorn.Config(lambda: None, host="127.0.0.1", port=0, log_config=None).bind_socket()
    listening.listen()
    port = listening.getsockname()[1]
    site = Site(title="Tocsin", public_url=f"http://127.0.0.1:{port}", tag="127.0.0.1,2026")
    services = WebServices(
        database=database,
        settings=Settings(site=site),
        clock=lambda: NOW,
        subscriptions=Subscriptions(database, lambda: NOW),
        telegram_name=lambda: "TocsinBot",
        search=Search(database),
        preview_query=QueryTrial(database, lambda: NOW),
    )
    config = uvicorn.Config(create_app(services), log_config=None, lifespan="off", access_log=False)
    print(port, flush=True)
    uvicorn.Server(config).run(sockets=[listening])


@contextlib.contextmanager
def served(url: str) -> Iterator[tuple[http.client.HTTPConnection, int]]:
    """A server in a process of its own: a connection to it, and its process id."""
    command = [sys.executable, "-m", "benchmarks.pages", "--serve", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            yield http.client.HTTPConnection("127.0.0.1", port, timeout=60), process.pid
        finally:
            process.terminate()


def ask(connection: http.client.HTTPConnection, path: str) -> tuple[float, int]:
    """Milliseconds until the page is there, and its size in bytes."""
    began = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    size = len(answer.read())
    taken = (time.perf_counter() - began) * 1000
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return taken, size


def processor_time(process: int) -> float:
    """Milliseconds that a process has had of the processors."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / TICKS


def measure(url: str, newest: str, middle: int, rounds: int) -> None:
    """Print a line a page; `newest` is an article's uid, `middle` the id of one that many came after."""
    with served(url) as (connection, process):
        print(f"the first page of a new process: {ask(connection, '/')[0]:.0f} ms")
        print(f"{'median':>7} {'p95':>7} {'ms CPU':>7} {'kB':>6}  page")
        for name, path in PAGES.items():
            address = path.format(newest=newest, middle=middle)
            ask(connection, address)
            used = processor_time(process)
            taken, sizes = zip(*(ask(connection, address) for _ in range(rounds)), strict=True)
            used = (processor_time(process) - used) / rounds
            slow = sorted(taken)[int(rounds * 0.95)]
            print(f"{statistics.median(taken):7.1f} {slow:7.1f} {used:7.1f} {sizes[-1] / 1000:6.1f}  {name}")


def main() -> None:
    """Both databases, where a URL of an empty PostgreSQL database is given."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--articles", type=int, default=35_000)
    options.add_argument("--rounds", type=int, default=60)
    options.add_argument("--postgresql", metavar="URL")
    options.add_argument("--serve", metavar="URL", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.serve:
        serve(given.serve)
        return
    with tempfile.TemporaryDirectory() as folder:
        for url in filter(None, (f"sqlite:///{Path(folder) / 'pages.db'}", given.postgresql)):
            database = Database(url)
            fill(database, given.articles)
            furnish(database)
            with database.read() as connection:
                newest = connection.execute(sa.select(articles.c.uid).order_by(articles.c.id.desc()).limit(1)).scalar()
            database.close()
            print(f"\n{database.url.get_backend_name()}: {given.articles:,} articles")
            measure(url, str(newest), given.articles // 2, given.rounds)


if __name__ == "__main__":
    main()
