"""How well is a list found on pages that nobody tuned for? Recall and precision of article links, on a folder of pages.

    python -m benchmarks.lists FOLDER [--half tuning|held] [--show]

FOLDER holds `pages.json` as `benchmarks.list_corpus` writes it: a list of {"file", "url", "articles", "make",
"half"}. A corpus of other people's pages in that form does as well. Each page is read as a stranger's would be, without
selector or pattern; and once more by the pattern that was found, which must bring the same list.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from feeds.errors import ReadError
from feeds.sources.page import find_list, read_list


@dataclass(frozen=True)
class Measured:
    """One page: what was to be found, what was, and whether the stored pattern finds the same."""

    name: str
    make: str
    half: str
    missed: Sequence[str]
    wrong: Sequence[str]
    expected: int
    hits: int
    seconds: float
    repeats: bool
    said: str = ""

    @property
    def recall(self) -> float:
        return self.hits / self.expected

    @property
    def precision(self) -> float:
        found = self.hits + len(self.wrong)
        return self.hits / found if found else 0.0


def measure(folder: Path, page: dict[str, object]) -> Measured:
    body, url = (folder / str(page["file"])).read_bytes(), str(page["url"])
    articles: list[str] = list(page["articles"])  # type: ignore[call-overload]
    began = time.process_time()
    found: list[str] = []
    repeats, said = True, ""
    try:
        listed = find_list(body, url)
        found, said = [entry.url for entry in listed.entries], listed.why
    except ReadError as error:
        said = str(error)
    seconds = time.process_time() - began
    if found:
        repeats = [entry.url for entry in read_list(body, url, pattern=list(listed.patterns))] == found
    hits = set(found) & set(articles)
    return Measured(
        name=str(page["file"]),
        make=str(page["make"]),
        half=str(page["half"]),
        missed=[one for one in articles if one not in hits],
        wrong=[one for one in found if one not in hits],
        expected=len(set(articles)),
        hits=len(hits),
        seconds=seconds,
        repeats=repeats,
        said=said,
    )


def row(name: str, pages: Sequence[Measured]) -> str:
    exact = sum(1 for page in pages if not page.missed and not page.wrong)
    repeating = sum(1 for page in pages if page.repeats)
    return (
        f"{name:34} {len(pages):5} {fmean(page.recall for page in pages):8.3f} "
        f"{fmean(page.precision for page in pages):9.3f} {exact:6} {repeating:7} "
        f"{1000 * fmean(page.seconds for page in pages):7.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=("tuning", "held"), help="that half only")
    parser.add_argument("--show", action="store_true", help="what was missed and what was wrong, page by page")
    options = parser.parse_args()
    index = json.loads((options.folder / "pages.json").read_text("utf-8"))
    pages = [measure(options.folder, page) for page in index if options.half in (None, page["half"])]
    print(f"{'':34} pages   recall precision  exact  repeat  ms CPU")
    for make in sorted({page.make for page in pages}):
        print(row(make, [page for page in pages if page.make == make]))
    for half in sorted({page.half for page in pages}):
        print(row(f"all of {half}", [page for page in pages if page.half == half]))
    if options.show:
        for page in pages:
            if page.missed or page.wrong or not page.repeats:
                print(f"\n{page.name}: {page.hits} of {page.expected}, {len(page.wrong)} wrong; {page.said}")
                print("".join(f"  missed {one}\n" for one in page.missed[:6]), end="")
                print("".join(f"  wrong  {one}\n" for one in page.wrong[:6]), end="")
                print("" if page.repeats else "  the stored pattern finds another list\n", end="")


if __name__ == "__main__":
    main()
