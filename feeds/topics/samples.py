"""A topic's own tests: the sample texts that its query must match, and those that it must not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from feeds.model import Article, Span, Topic
from feeds.topics.evaluate import evaluate
from feeds.topics.explain import Clause, why_not
from feeds.topics.query import Query


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one sample. It is `right` where the query does with it what the topic wants."""

    wanted: Literal["expect", "reject"]
    number: int
    """Its place among those of its kind, from 0."""
    article: Article
    """The sample as the body of an article in the topic's language."""
    right: bool
    spans: tuple[Span, ...] = ()
    """Where the query matches it."""
    failed: tuple[Clause, ...] = ()
    """The clauses by which it does not, the one that came nearest first."""

    @property
    def sample(self) -> str:
        return self.article.text


def try_samples(query: Query, topic: Topic) -> Iterator[Verdict]:
    """Ask the query, which is the topic's, of each of its samples: first those to expect."""
    kinds: tuple[tuple[Literal["expect", "reject"], Sequence[str]], ...] = (
        ("expect", topic.expect),
        ("reject", topic.reject),
    )
    for wanted, samples in kinds:
        for number, sample in enumerate(samples):
            article = Article(url="", text=sample, language=topic.language)
            match = evaluate(query, article)
            yield Verdict(
                wanted,
                number,
                article,
                right=(match is not None) is (wanted == "expect"),
                spans=() if match is None else match.spans,
                failed=why_not(query, article).failed if match is None else (),
            )
