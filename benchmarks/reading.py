"""How well an article's page is read, and what it costs: Tocsin and its peers on one set of pages, in one run.

    python -m benchmarks.reading FOLDER [--half tuning|held|both] [--peers PYTHON] [--worst N]

No pages are shipped: FOLDER holds your own. Its `truth.json` is a list of objects, one a page:

    {"file": "page.html", "url": "https://…", "title": "…", "author": "…", "date": "2026-10-05", "body": "…"}

Only `file` and `url` are needed; what is absent is not judged, an `author` of "" says that there is none. Sites (host
names without their subdomain) are divided into two halves by their hash: look at "tuning", and ask "held" once.
Body: F1 of tokens as a multiset, mean over pages. Title and date: exactly right. Author: F1 of the names.
Processor time is that of one page, the mean. Peers that are not installed are left out; `--peers` names an interpreter
that has them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any
from urllib.parse import urlsplit

Page = dict[str, Any]
"""What was read of a page or is true of it: title, author, date (ISO, a day), body."""
Reader = Callable[[bytes, str], Page]
NAMES = ("tocsin", "trafilatura", "readability", "newspaper", "goose")
_WORD = re.compile(r"[^\W_]+")
_BY = re.compile(r"^by\s+", re.IGNORECASE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--half", choices=["tuning", "held", "both"], default="tuning")
    parser.add_argument("--peers", metavar="PYTHON", help="an interpreter that has the peers")
    parser.add_argument(
        "--worst", type=int, default=0, help="so many pages that Tocsin reads worst, with what was read"
    )
    parser.add_argument("--read", choices=NAMES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.folder is None:
        print("no pages given: see the head of benchmarks/reading.py")
        return
    truth = json.loads((options.folder / "truth.json").read_text(encoding="utf-8"))
    truth = [page for page in truth if options.half in ("both", half_of(page["url"]))]
    if options.read:
        json.dump(read_all(options.read, options.folder, truth), sys.stdout)
        return
    print(f"{len(truth)} pages of {len({site_of(page['url']) for page in truth})} sites, {options.half}")
    print(f"judged: {', '.join(f'{kind} {sum(kind in page for page in truth)}' for kind in KINDS)}")
    print(f"{'':12} {'body F1':>8} {'title':>8} {'date':>8} {'author':>8} {'ms CPU':>8} {'failed':>7}")
    for name in NAMES:
        interpreter = options.peers if options.peers and name not in ("tocsin", "trafilatura") else sys.executable
        command = [interpreter, __file__, str(options.folder), "--half", options.half, "--read", name]
        if name == "tocsin":
            command[1:2] = ["-m", "benchmarks.reading"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            print(f"{name:12} not run: {(done.stderr.strip().splitlines() or ['?'])[-1][:90]}")
            continue
        found = json.loads(done.stdout)
        show(name, truth, found)
        if name == "tocsin" and options.worst:
            show_worst(truth, found, options.worst)


KINDS = ("body", "title", "date", "author")


def site_of(url: str) -> str:
    """The last two labels of the host, three where the second is a short one (co.uk, gov.vn)."""
    labels = (urlsplit(url).hostname or url).split(".")
    return ".".join(labels[-3:] if len(labels) > 2 and len(labels[-2]) <= 3 else labels[-2:])


def half_of(url: str) -> str:
    return "held" if hashlib.sha256(site_of(url).encode()).digest()[0] % 2 else "tuning"


def read_all(name: str, folder: Path, truth: list[Page]) -> list[Page]:
    reader = READERS[name]()
    for _ in range(2):  # imports and first uses are not a page's cost
        _read(reader, (folder / truth[0]["file"]).read_bytes(), truth[0]["url"])
    return [_read(reader, (folder / page["file"]).read_bytes(), page["url"]) for page in truth]


def _read(reader: Reader, html: bytes, url: str) -> Page:
    begun = time.process_time()
    try:
        found = reader(html, url)
    except Exception as error:  # a peer's failure is a result, too
        found = {"failed": f"{type(error).__name__}: {error}"}
    return found | {"ms": 1000 * (time.process_time() - begun)}


def _tocsin() -> Reader:
    from feeds.extract import read_article

    def read(html: bytes, url: str) -> Page:
        article = read_article(html, url)
        day = article.published.date().isoformat() if article.published else ""
        return {"title": article.title, "author": article.author or "", "date": day, "body": article.text}

    return read


def _trafilatura() -> Reader:
    from trafilatura import bare_extraction

    def read(html: bytes, url: str) -> Page:
        found: Any = bare_extraction(html, url=url, include_comments=False, with_metadata=True)
        return {
            "title": found.title or "", "author": found.author or "", "date": found.date or "",
            "body": found.text or "",
        }  # fmt: skip

    return read


def _readability() -> Reader:
    import lxml.html
    from readability import Document  # type: ignore[import-not-found]

    def read(html: bytes, url: str) -> Page:
        document = Document(html.decode("utf-8", "replace"))
        return {"title": document.short_title(), "body": lxml.html.fromstring(document.summary()).text_content()}

    return read


def _newspaper() -> Reader:
    from newspaper import Article  # type: ignore[import-not-found]

    def read(html: bytes, url: str) -> Page:
        article = Article(url, fetch_images=False)
        article.download(input_html=html.decode("utf-8", "replace"))
        article.parse()
        day = article.publish_date.date().isoformat() if article.publish_date else ""
        return {"title": article.title, "author": ", ".join(article.authors), "date": day, "body": article.text}

    return read


def _goose() -> Reader:
    from goose3 import Goose  # type: ignore[import-not-found]

    goose = Goose()

    def read(html: bytes, url: str) -> Page:
        article = goose.extract(url=url, raw_html=html.decode("utf-8", "replace"))
        day = article.publish_datetime_utc.date().isoformat() if article.publish_datetime_utc else ""
        return {
            "title": article.title or "", "author": ", ".join(article.authors), "date": day,
            "body": article.cleaned_text or "",
        }  # fmt: skip

    return read


READERS: dict[str, Callable[[], Reader]] = {
    "tocsin": _tocsin, "trafilatura": _trafilatura, "readability": _readability, "newspaper": _newspaper,
    "goose": _goose,
}  # fmt: skip


def score(kind: str, right: str, found: str) -> float:
    """0 to 1."""
    if kind == "body":
        return _overlap(Counter(_words(right)), Counter(_words(found)))
    if kind == "author":
        return _overlap(Counter(_authors(right)), Counter(_authors(found)))
    return float(" ".join(right.split()) == " ".join(found.split()))


def _overlap(right: Counter[str], found: Counter[str]) -> float:
    if not right or not found:
        return float(right == found)
    return 2 * (right & found).total() / (right.total() + found.total())


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _authors(text: str) -> list[str]:
    names = re.split(r"\s*(?:[,;&|]|\band\b|\n)\s*", _BY.sub("", text.strip()).casefold())
    return sorted({" ".join(name.split()) for name in names if name.strip()})


def show(name: str, truth: list[Page], found: list[Page]) -> None:
    cells = []
    for kind in KINDS:
        scores = [score(kind, right[kind], is_read.get(kind, "")) for right, is_read in _judged(kind, truth, found)]
        tells = any(is_read.get(kind) for is_read in found)
        cells.append(f"{mean(scores):8.3f}" if scores and tells else f"{'–':>8}")
    failed = sum("failed" in page for page in found)
    print(f"{name:12} {' '.join(cells)} {mean(page['ms'] for page in found):8.1f} {failed:7}", flush=True)


def _judged(kind: str, truth: list[Page], found: list[Page]) -> list[tuple[Page, Page]]:
    return [(right, is_read) for right, is_read in zip(truth, found, strict=True) if kind in right]


def show_worst(truth: list[Page], found: list[Page], most: int) -> None:
    for kind in KINDS:
        scored = [
            (score(kind, right[kind], got.get(kind, "")), right, got) for right, got in _judged(kind, truth, found)
        ]
        for points, right, got in sorted(scored, key=lambda one: one[0])[:most]:
            if points < 1:
                print(f"  {kind} {points:.2f} {right['file']}\n    is   {right[kind][:150]!r}")
                print(f"    read {got.get(kind, got.get('failed', ''))[:150]!r}")


if __name__ == "__main__":
    main()
