"""How fast feeds are rendered, and how fast they are served beside nginx serving the same bytes from a file.

    python benchmarks/feeds.py [--seconds N] [--rounds N]

The servers run on the first core, one after the other, and wrk on the second, in the same run; the figures are the
median of the rounds. "A core" is requests by processor seconds of the server: what it would serve with a core for
itself, also where other programs take part of it. The latency is measured twice: under all the load that the server can
carry, and at half of that rate, from readers who pause at random. Other programs spoil it; where the system allows it
(root on Linux), servers and wrk have the highest ordinary priority. A real-time one would be worse: the kernel takes it
away for a twentieth of each second, and the 99th percentile is that pause. Without nginx, wrk or taskset only the
rendering is measured.
"""

from __future__ import annotations

import argparse
import gzip
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from feeds.model import Article, FeedItem, FeedSpec, Span, Topic
from feeds.render import FORMATS, atom

CONNECTIONS = 32
READERS = 256
"""Connections of the half load, on each of which a request follows the last answer after a pause."""
PAUSES = "function delay() return math.random(0, {longest}) end"
"""For wrk: milliseconds before each request."""
PATH = "/feeds/all.atom"
NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=10;
  types {{ application/atom+xml atom; }}
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; root {folder}; gzip_static on; }}
}}
"""


def items(number: int) -> list[FeedItem]:
    """Articles of some 3,000 characters, half of them with HTML of their own; the words vary, so that gzip has work."""
    chance = random.Random(1)
    vocabulary = ["".join(chance.choices("etaoinshrdlucmế", k=chance.randint(2, 9))) for _ in range(4_000)]

    def paragraph() -> str:
        return " ".join(" ".join(chance.choices(vocabulary, k=14)).capitalize() + "." for _ in range(5))

    found = datetime(2026, 1, 1, tzinfo=UTC)
    result = []
    for count in reversed(range(number)):
        paragraphs = [paragraph() for _ in range(6)]
        text = "Ministers spoke of violent extremism & terrorism.\n\n" + "\n\n".join(paragraphs)
        html = "".join(f"<p>{one}</p>" for one in paragraphs)
        article = Article(
            url=f"https://en.ministry.example/news/{count}",
            title=f"Hội nghị {count}: ASEAN & the US",
            author="Giang Anh",
            published=found + timedelta(minutes=count),
            language="en",
            image=f"https://en.ministry.example/images/{count}.jpg",
            text=text,
            html=html if count % 2 else "",
            categories=("News",),
            uid=f"{count:032x}",
            found=found + timedelta(minutes=count),
        )
        start = text.index("violent")
        result.append(
            FeedItem(
                article,
                source_title="Ministry of Security",
                source_url="https://en.ministry.example/",
                topics=(Topic("security", "x", title="Security"),),
                spans=(Span("text", start, start + 17, "violent extremism"),),
            )
        )
    return result


SPEC = FeedSpec("/feeds/all", "Everything", "https://news.example.org", tag="news.example.org,2026", hub="/hub")


def measure_rendering(rounds: int) -> None:
    print("Rendering, median of", rounds, "rounds:")
    for kind in FORMATS.values():
        kind.render(SPEC, items(1))  # the libraries are imported at the first
    for number in (50, 500, 5_000):
        articles = items(number)
        for name, kind in FORMATS.items():
            times = []
            for _ in range(rounds):
                begun = time.perf_counter()
                body = kind.render(SPEC, articles)
                times.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            packed = gzip.compress(body, 6, mtime=0)
            packing = time.perf_counter() - begun
            print(
                f"  {number:5} entries  {name:4}  {statistics.median(times) * 1_000:7.1f} ms  {len(body):10,} bytes"
                f"   gzip {packing * 1_000:6.1f} ms  {len(packed):8,} bytes"
            )


@dataclass(frozen=True)
class Load:
    """What wrk saw; `latency` is the 99th percentile in milliseconds, `by_core` requests by the server's CPU second."""

    rate: float
    by_core: float
    latency: float
    errors: str


@dataclass(frozen=True)
class Loads:
    """At all the load that a server can carry, and at half of it."""

    full: Load
    half: Load


def processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(process: int, port: int, headers: list[str], seconds: int, *options: str) -> Load:
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-d{seconds}s", "--latency", *options]
    for header in headers:
        command += ["-H", header]
    before = processor_seconds(process)
    output = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{PATH}"], capture_output=True, text=True, check=True
    ).stdout
    used = processor_seconds(process) - before
    total = re.search(r"(\d+) requests in", output)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    latency = re.search(r"99%\s+([\d.]+)(us|ms|s)", output)
    if rate is None or latency is None or total is None:
        raise RuntimeError(f"wrk said something else:\n{output}")
    milliseconds = float(latency[1]) * {"us": 0.001, "ms": 1.0, "s": 1_000.0}[latency[2]]
    errors = " ".join(line.strip() for line in output.splitlines() if "Socket errors" in line)
    return Load(float(rate[1]), int(total[1]) / used, milliseconds, errors)


def loads(process: int, port: int, headers: list[str], seconds: int, folder: Path) -> Loads:
    load(process, port, headers, 1, f"-c{CONNECTIONS}")
    full = load(process, port, headers, seconds, f"-c{CONNECTIONS}")
    script = folder / "pauses.lua"
    script.write_text(PAUSES.format(longest=round(2_000 * READERS / (full.rate / 2))))
    return Loads(full, load(process, port, headers, seconds, f"-c{READERS}", "-s", str(script)))


@contextmanager
def running(command: list[str], port: int) -> Iterator[int]:
    process = subprocess.Popen(["taskset", "-c", "0", *command])
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            raise RuntimeError(f"{command[0]} does not answer")
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def etag(port: int, headers: dict[str, str]) -> str:
    import requests

    answer = requests.get(
        f"http://127.0.0.1:{port}{PATH}", headers={"Accept-Encoding": "identity"} | headers, timeout=10
    )
    answer.raise_for_status()
    return answer.headers["ETag"]


def measure_serving(seconds: int, rounds: int, servers: list[str]) -> None:
    missing = [name for name in ("nginx", "wrk", "taskset") if shutil.which(name) is None]
    if missing or len(os.sched_getaffinity(0)) < 2:
        print("Serving: not measured, for want of", " and ".join(missing) or "a second core")
        return
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -20)  # and so of all that is started from here
    body = atom(SPEC, items(50))
    cases: dict[str, list[str]] = {
        "plain": [],
        "gzip": ["Accept-Encoding: gzip"],
        "304": ["If-None-Match: {}"],
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "feeds").mkdir()
        file = folder / PATH.lstrip("/")
        file.write_bytes(body)
        file.with_name(file.name + ".gz").write_bytes(gzip.compress(body, 6, mtime=0))
        results: dict[tuple[str, str], list[Loads]] = {}
        for _ in range(rounds):
            for server in ["nginx", *servers]:
                port = free_port()
                if server == "nginx":
                    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
                    command = ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]
                else:
                    command = [sys.executable, __file__, "--serve", str(port), "--with", server, "--file", str(file)]
                with running(command, port) as process:
                    for case, headers in cases.items():
                        filled = [header.format(etag(port, {})) for header in headers]
                        seen = loads(process, port, filled, seconds, folder)
                        results.setdefault((case, server), []).append(seen)
    print(f"Serving {len(body):,} bytes (gzip {len(gzip.compress(body, 6)):,}), one core, {CONNECTIONS} connections:")
    for case in cases:
        base = statistics.median(one.full.by_core for one in results[case, "nginx"])
        for server in ["nginx", *servers]:
            measured = results[case, server]
            rate = statistics.median(one.full.rate for one in measured)
            by_core = statistics.median(one.full.by_core for one in measured)
            errors = {load.errors for one in measured for load in (one.full, one.half) if load.errors} or ""
            print(
                f"  {case:6} {server:17} {rate:8,.0f}/s  {by_core:8,.0f} a core  {by_core / base:5.2f} of nginx"
                f"  p99 {latency(one.full for one in measured)}"
                f"  at {statistics.median(one.half.rate for one in measured):,.0f}/s"
                f" {latency(one.half for one in measured)} {errors}"
            )


def latency(measured: Iterable[Load]) -> str:
    """The median of the rounds, and the best."""
    found = [one.latency for one in measured]
    return f"{statistics.median(found):.2f} ms (best {min(found):.2f})"


def serve(port: int, server: str, file: Path) -> None:
    import uvicorn

    from bot.web.feeds import FeedServer
    from feeds.store.shelf import Document, RenderedFeed, finish

    document = Document("application/atom+xml; charset=utf-8", file.read_bytes(), None)
    feed = finish("all.atom", document, datetime(2026, 1, 1, tzinfo=UTC))

    class OneFeed:
        def version(self) -> int:
            return 1

        def versions(self) -> dict[str, int]:
            return {"all.atom": feed.version}

        def lookup(self, path: str) -> RenderedFeed | None:
            return feed if path == "all.atom" else None

    application = FeedServer(OneFeed(), base_url="https://news.example.org", hub="https://news.example.org/hub")
    http, _, loop = server.partition("+")
    if http == "shortcut":
        from bot.web.feed_protocol import feed_protocol

        protocol: Any = feed_protocol(application)
    else:
        protocol = http
    uvicorn.run(
        application,
        port=port,
        http=protocol,
        loop=loop or "asyncio",
        lifespan="off",
        ws="none",
        access_log=False,
        log_level="warning",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=3, help="of load for each figure")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--servers", nargs="+", default=["h11", "httptools+uvloop", "shortcut+uvloop"], help="HTTP and loop"
    )
    parser.add_argument("--only", choices=["rendering", "serving"])
    parser.add_argument("--serve", type=int, metavar="PORT", help=argparse.SUPPRESS)
    parser.add_argument("--with", dest="server", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.server, options.file)
        return
    if options.only != "serving":
        measure_rendering(options.rounds)
    if options.only != "rendering":
        measure_serving(options.seconds, options.rounds, options.servers)


if __name__ == "__main__":
    main()
