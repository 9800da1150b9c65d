"""How many articles a second can be matched against all stored queries? Prints ratios to a loop and to SQLite FTS5.

    python benchmarks/topics.py [--queries 100000] [--articles 400] [--seed 1] [--alone]

Articles have 520 words: a Zipf-distributed vocabulary of 60,000 words in inflected forms, with 30,000 collocations that
recur as news language does. Queries are of the shapes people store: names and phrases, phrases with a group of
alternatives, two or three words, NEAR, prefixes, weights, exclusions; about one in 4,000 matches an article, which for
5,000 articles a day is a little more than one alert a day for each. All three ways answer the same questions on the
same machine in the same run; the two slow ones are timed on a few articles (and FTS5 on a part of the queries), and not
at all with --alone. A million queries take 2 minutes and less than 2 GB.
"""

import argparse
import gc
import random
import sqlite3
import statistics
import sys
import time
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from feeds.model import Article
from feeds.topics import Index, parse
from feeds.topics.fulltext import fts5_expression
from feeds.topics.index.quick import QuickDocument
from feeds.topics.index.verify import Verifier

WORDS_IN_AN_ARTICLE = 520
LITTLE = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "is",
    "was",
    "for",
    "that",
    "with",
    "on",
    "by",
    "as",
    "at",
    "from",
    "are",
    "be",
    "has",
    "have",
    "had",
    "were",
    "its",
    "this",
    "which",
    "an",
    "not",
    "will",
]
ENDINGS = ("", "s", "ed", "ing", "er")
WARM_UP = 1_000


class World:
    """A language of invented words, and the articles and queries written in it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        syllables = [c + v + e for c in "bcdfghlmnprstvw" for v in "aeiou" for e in ("", "n", "r", "l", "st")]
        stems: set[str] = set()
        while len(stems) < 60_000:
            stems.add("".join(self.random.choices(syllables, k=self.random.choice((2, 2, 3, 3, 4)))))
        self.stems = sorted(stems)
        self.random.shuffle(self.stems)
        self.cumulated = list(accumulate((rank + 30) ** -1.15 for rank in range(len(self.stems))))
        self.endings = [self.random.choices(ENDINGS, k=2) for _ in self.stems]
        self.collocations = [
            " ".join(self.stems[self.rank(400)] for _ in range(self.random.choice((2, 2, 2, 3)))) for _ in range(30_000)
        ]
        self.collocation_weights = list(accumulate(1 / (rank + 100) for rank in range(30_000)))

    def rank(self, least: int) -> int:
        """Return a word's rank; words that mean something are not among the most frequent."""
        while True:
            rank: int = self.random.choices(range(len(self.stems)), cum_weights=self.cumulated)[0]
            if rank >= least:
                return rank

    def article(self, number: int) -> Article:
        words: list[str] = []
        while len(words) < WORDS_IN_AN_ARTICLE:
            kind = self.random.random()
            if kind < 0.40:
                words.append(self.random.choice(LITTLE))
            elif kind < 0.50:
                words += self.collocation().split()
            else:
                rank = self.rank(0)
                words.append(self.stems[rank] + self.random.choice(("", *self.endings[rank])))
            if self.random.random() < 0.05:
                words[-1] += "."
            if self.random.random() < 0.05:
                words[-1] = words[-1].capitalize()
        return Article(
            url=f"https://example.org/{number}", title=" ".join(words[:9]), text=" ".join(words[9:]), language="en"
        )

    def collocation(self) -> str:
        return self.random.choices(self.collocations, cum_weights=self.collocation_weights)[0]

    def word(self) -> str:
        return self.stems[self.rank(200)]

    def name(self) -> str:
        """Return something rare: a company, a person, a place."""
        return self.stems[self.random.randrange(2_000, len(self.stems))]

    def phrase(self) -> str:
        return f'"{self.random.choice(self.collocations)}"'

    def group(self) -> str:
        items = [
            self.random.choice((self.word, self.word, self.phrase, self.name))()
            for _ in range(self.random.randint(2, 5))
        ]
        return f"({' OR '.join(items)})"

    def query(self) -> str:
        kind = self.random.random()
        if kind < 0.15:
            return f'"{self.name()} {self.name()}"' if kind < 0.08 else self.random.choice((self.name, self.phrase))()
        if kind < 0.45:
            text = " ".join(self.random.choice((self.word, self.name))() for _ in range(self.random.randint(2, 3)))
        elif kind < 0.65:
            text = f"{self.phrase()} {self.group()}"
        elif kind < 0.80:
            text = f"{self.group()} {self.group()} {self.group()}"
        elif kind < 0.88:
            text = f"{self.word()} NEAR/{self.random.choice((3, 5, 10))} {self.group()}"
        elif kind < 0.93:
            text = f"{self.name()[:6]}* {self.word()}"
        elif kind < 0.97:
            items = " ".join(
                f"{self.random.choice((self.phrase, self.name, self.word))()}:{weight}" for weight in (2, 1, 1)
            )
            text = f"any(3, {items} {self.word()}:-2)"
        else:
            text = f"title:{self.name()} OR ({self.phrase()} {self.word()})"
        return f"{text} -{self.word()}" if self.random.random() < 0.2 and " OR (" not in text else text


def resident() -> int:
    """Return the bytes of memory this process holds (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--queries", type=int, default=100_000)
    options.add_argument("--articles", type=int, default=400)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--alone", action="store_true", help="measure the index only")
    given = options.parse_args()
    world = World(given.seed)
    texts = [world.query() for _ in range(given.queries)]
    sample = [world.article(number) for number in range(200)]
    articles = [world.article(1_000 + number) for number in range(given.articles)]

    gc.collect()
    before = resident()
    some = texts[:: max(1, len(texts) // 20_000)]
    start = time.process_time()
    for text in some:
        parse(text)
    parsed = (time.process_time() - start) * len(texts) / len(some)
    # As a program does that reads them from its database: no query is kept besides what the index keeps.
    start = time.process_time()
    index = Index(((number, parse(text)) for number, text in enumerate(texts)), sample)
    built = time.process_time() - start
    gc.collect()
    memory = (resident() - before) / given.queries
    print(
        f"{given.queries:,} queries: base built in {built:.1f} s from their texts"
        f" (about {parsed:.1f} s of it to parse them), {memory:,.0f} bytes a query"
    )

    for number in range(WARM_UP):
        index.match(world.article(10_000 + number))
    wall, processor, found, marked = [], [], 0, 0
    for article in articles:
        start, begun = time.perf_counter(), time.thread_time()
        matches = index.match(article)
        processor.append(time.thread_time() - begun)
        wall.append(time.perf_counter() - start)
        found += len(matches)
        marked += sum(len(match.spans) for match in matches)
    rate = len(processor) / sum(processor)
    print(
        f"index: {rate:,.0f} articles a second of processor time;"
        f" {found / len(articles):.1f} matches with {marked / len(articles):.1f} spans an article"
    )
    for name, times in (("processor", sorted(processor)), ("wall clock", sorted(wall))):
        print(
            f"  {name}: median {statistics.median(times) * 1e3:.2f} ms, mean {statistics.mean(times) * 1e3:.2f} ms,"
            f" p99 {times[int(len(times) * 0.99)] * 1e3:.2f} ms"
        )

    for name, ending in (("of words known", ""), ("with a new word", " zz{}")):
        again = [parse(text + ending.format(number)) for number, text in enumerate(texts[:300])]
        changing, asking = [], []
        for number, query in enumerate(again):
            start = time.perf_counter()
            index.add(("new", number), query)
            changing.append(time.perf_counter() - start)
            start = time.perf_counter()
            index.match(articles[number % len(articles)])
            asking.append(time.perf_counter() - start)
        start = time.perf_counter()
        for number in range(len(again)):
            index.remove(("new", number))
        removing = (time.perf_counter() - start) / len(again)
        print(
            f"a query {name} is added in {statistics.median(changing) * 1e3:.2f} ms"
            f" (at worst {max(changing) * 1e3:.2f} ms), removed in {removing * 1e3:.3f} ms;"
            f" the next article takes {statistics.median(asking) * 1e3:.2f} ms"
        )
    if given.alone:
        return

    few = articles[:3]
    roots = list(index.roots())
    start = time.thread_time()
    plain = 0
    for article in few:
        verifier = Verifier(QuickDocument(article, index._vocabulary), index._leaves)
        plain += sum(verifier.match(0, root) is not None for root in roots)
    loop = len(few) / (time.thread_time() - start)
    assert plain == sum(len(index.match(article)) for article in few)
    print(f"loop over compiled queries: {loop:,.1f} articles/s; the index is {rate / loop:,.0f} times as fast")

    asked = [expression for text in texts[:2_000] if (expression := fts5_expression(parse(text))) is not None]
    start = time.thread_time()
    for article in few:
        connection = sqlite3.connect(":memory:")
        connection.execute("CREATE VIRTUAL TABLE search USING fts5(title, text)")
        connection.execute("INSERT INTO search VALUES (?, ?)", (article.title, article.text))
        for expression in asked:
            connection.execute("SELECT count(*) FROM search WHERE search MATCH ?", (expression,)).fetchone()
        connection.close()
    fts = len(few) / (time.thread_time() - start) * len(asked) / given.queries
    print(f"SQLite FTS5, query by query: {fts:,.2f} articles/s; the index is {rate / fts:,.0f} times as fast")


if __name__ == "__main__":
    main()
