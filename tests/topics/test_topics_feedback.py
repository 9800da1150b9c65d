"""Votes change a query for the better: measured on articles that nobody voted on."""

import random
from statistics import mean

import pytest

from feeds.model import Article
from feeds.topics import evaluate, parse
from feeds.topics.feedback import Measure, Vote, measure, suggest

SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


class Wire:
    """A news wire in the manner of Reuters-21578: articles on "oil", wanted (the market) or not (anything else)."""

    def __init__(self, seed: int, precision: float = 0.66) -> None:
        self.random = random.Random(seed)
        self.precision = precision
        words = {"".join(self.random.choices(SYLLABLES, k=4)) for _ in range(3_000)}
        self.words = sorted(words)
        self.random.shuffle(self.words)
        self.wanted, self.unwanted = self.words[100:160], self.words[160:220]

    def vote(self) -> Vote:
        up = self.random.random() < self.precision
        own, other = (self.wanted, self.unwanted) if up else (self.unwanted, self.wanted)
        count = self.random.randint(40, 160)
        text = [self.words[int(len(self.words) * self.random.random() ** 3)] for _ in range(count)]
        text += [own[int(60 * self.random.random() ** 2)] for _ in range(count // 15)]
        text += [other[int(60 * self.random.random() ** 2)] for _ in range(count // 50)]
        text += ["oil"] * self.random.randint(1, 3)
        self.random.shuffle(text)
        return Vote(Article(url="", text=" ".join(text), language="en"), up)


def test_two_hundred_votes_raise_the_precision():
    query = parse("oil")
    befores, afters, promised = [], [], []
    for seed in range(6):
        wire = Wire(seed)
        best = suggest(query, [wire.vote() for _ in range(200)])[0]
        fresh = [wire.vote() for _ in range(600)]
        befores.append(measure(query, fresh))
        afters.append(measure(best.query, fresh))
        promised.append(best)
    assert all(before.recall == 1.0 for before in befores)
    assert mean(one.precision for one in afters) - mean(one.precision for one in befores) >= 0.05
    assert min(one.recall for one in afters) >= 0.83
    # What is promised is what comes.
    gains = [one.after.precision - one.before.precision for one in promised]
    came = [after.precision - before.precision for before, after in zip(befores, afters, strict=True)]
    assert mean(gains) == pytest.approx(mean(came), abs=0.04)
    assert mean(one.after.recall for one in promised) == pytest.approx(mean(one.recall for one in afters), abs=0.05)


def test_a_plain_exclusion_is_found():
    good = [Vote(Article(url="", text=f"oil market price {n}", language="en"), True) for n in range(30)]
    bad = [Vote(Article(url="", text=f"olive oil recipe {n}", language="en"), False) for n in range(15)]
    votes = [vote for pair in zip(good, bad + bad, strict=True) for vote in pair]
    suggestions = {one.kind: one for one in suggest(parse("oil"), votes)}
    assert set(suggestions) == {"exclude", "require", "weigh"}
    exclusion = suggestions["exclude"]
    assert exclusion.added.split()[0] in ("-olive", "-recipe")
    assert (exclusion.before, exclusion.after) == (Measure(0.5, 1.0), Measure(1.0, 1.0))
    assert all(evaluate(exclusion.query, vote.article) for vote in good)
    assert not any(evaluate(exclusion.query, vote.article) for vote in bad)
    assert suggestions["require"].added in ("(market)", "(price)")


def test_noise_suggests_nothing():
    rng = random.Random(3)
    votes = [Vote(wire.article, rng.random() < 0.6) for wire in (Wire(1).vote() for _ in range(100))]
    assert suggest(parse("oil"), votes) == []


@pytest.mark.parametrize("votes", [[], [True] * 50, [False] * 50, [True, False] * 5])
def test_too_few_votes_or_all_alike(votes):
    article = Article(url="", text="oil market", language="en")
    assert suggest(parse("oil"), [Vote(article, up) for up in votes]) == []


def test_votes_on_what_the_query_does_not_select_do_not_count():
    assert suggest(parse("gold"), [Wire(2).vote() for _ in range(50)]) == []
