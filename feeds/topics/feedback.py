"""From people's 👍 and 👎 on a topic's alerts to changes of its query, each with what it would bring.

    votes ─ words that tell 👎 from 👍 ─→ exclusion, required words or weights ─→ measured on other votes

What is promised is what was measured on votes that the change had not seen (cross-validation), never the fit to those
it had. A change is a query that people can read and edit; nothing is applied by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Literal, NamedTuple

from feeds.errors import QueryError
from feeds.model import Article
from feeds.topics.document import BODY, TITLE, Document
from feeds.topics.evaluate import holds
from feeds.topics.grammar import parse
from feeds.topics.language import is_little_word
from feeds.topics.query import Query, leaves
from feeds.topics.text import stem

FEWEST_VOTES = 20
"""Of both kinds together; below, chance speaks."""
LEAST_RECALL = 0.83
_LEAST_GAIN = 0.02
_FOLDS = 5
_SIGNIFICANT = 1.6
"""In standard errors, for a word that is weighed among many."""
_SIGNIFICANT_ALONE = 3.0
"""For a word that decides by itself: of a thousand words some seem to tell by chance."""
_MOST_EXCLUDED = 3
_MOST_REQUIRED = 14
_MOST_WEIGHTED = 24
_SCALE = 2.0
_RESERVE = 0.05
"""Recall on votes that were learned from is flattering by about so much."""
_CAUTION = 0.8
"""Standard errors by which a measured recall must lie above the least one: few 👍 say little."""


@dataclass(frozen=True, slots=True)
class Vote:
    """One 👍 (`up`) or 👎 on an article that the topic brought."""

    article: Article
    up: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """`precision`: the share of 👍 among what is selected; `recall`: the share of all 👍 that is still selected."""

    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A changed query; `added` is the change. `before` and `after` were measured on votes not learned from."""

    kind: Literal["exclude", "require", "weigh"]
    added: str
    query: Query
    before: Measure
    after: Measure


class _Voted(NamedTuple):
    """A vote with the stems of its article's words."""

    document: Document
    words: frozenset[str]
    up: bool


class _Evidence(NamedTuple):
    """In how many articles with 👎 and 👍 a word stands, and what that says for 👎: in standard errors, in nats."""

    word: str
    downs: int
    ups: int
    significance: float
    weight: float


def suggest(
    query: Query,
    votes: Sequence[Vote],
    least_recall: float = LEAST_RECALL,
    *,
    topics: Mapping[str, Query] | None = None,
) -> list[Suggestion]:
    """Return changes that raise the precision and keep at least this share of the 👍, the best first; [] if none does.

    Votes on articles that the query does not (or no longer) select are left out. `topics`: those that the query names.
    """
    written_as: dict[str, str] = {}
    voted = [one for vote in votes if (one := _read(query, vote, written_as)) is not None]
    downs = sum(not one.up for one in voted)
    if len(voted) < FEWEST_VOTES or not downs or downs == len(voted):
        return []
    ups = len(voted) - downs
    before = Measure(1 - downs / len(voted), 1.0)
    found = []
    for kind, learn in _LEARNERS.items():
        added = learn(voted, written_as, least_recall)
        if added is None:
            continue
        after = _cross_validated(learn, voted, written_as, least_recall)
        if after.precision - before.precision < _LEAST_GAIN or after.recall - _doubt(after.recall, ups) < least_recall:
            continue
        try:
            changed = parse(f"({query.text}) {added}", query.language, topics=topics)
        except QueryError:
            # At a limit of size or depth, or a topic that it names is gone.
            continue
        found.append(Suggestion(kind, added, changed, before, after))
    return sorted(found, key=lambda one: (-one.after.precision, -one.after.recall))


def _doubt(recall: float, ups: int) -> float:
    """Return how far the true recall may lie below one that was measured on so many 👍."""
    return _CAUTION * sqrt(recall * (1 - recall) / ups)


def measure(query: Query, votes: Sequence[Vote]) -> Measure:
    """Measure a query on votes."""
    selected = [vote.up for vote in votes if holds(query.root, Document(vote.article))]
    return _measured(selected, sum(vote.up for vote in votes))


def _measured(selected: list[bool], ups: int) -> Measure:
    return Measure(sum(selected) / len(selected) if selected else 0.0, sum(selected) / ups if ups else 0.0)


def _read(query: Query, vote: Vote, written_as: dict[str, str]) -> _Voted | None:
    """Return the vote with its words; `written_as` learns how each stem is written."""
    document = Document(vote.article)
    if not holds(query.root, document):
        return None
    asked = {
        stem(term.text.casefold(), document.language)
        for leaf in leaves(query.root)
        for terms in leaf.alternatives
        for term in terms
    }
    words = set()
    for base in (TITLE, BODY):
        for word in document.tokens(base).words:
            if len(word.lower) > 2 and word.lower.isalpha() and not is_little_word(word.lower):
                stemmed = stem(word.lower, document.language)
                if stemmed not in asked:
                    words.add(stemmed)
                    if len(written_as.setdefault(stemmed, word.lower)) > len(word.lower):
                        written_as[stemmed] = word.lower
    return _Voted(document, frozenset(words), vote.up)


def _cross_validated(learn: _Learner, voted: list[_Voted], written_as: dict[str, str], least_recall: float) -> Measure:
    """Learn from all parts but one, select from that one, for each part in turn."""
    selected: list[bool] = []
    for fold in range(_FOLDS):
        rest = [one for number, one in enumerate(voted) if number % _FOLDS != fold]
        part = voted[fold::_FOLDS]
        added = learn(rest, written_as, least_recall)
        root = None if added is None else parse(f"{_ANYTHING} {added}").root
        selected += [one.up for one in part if root is None or holds(root, _WithAnything(one.document))]
    return _measured(selected, sum(one.up for one in voted))


_ANYTHING = "lang:und"
"""Stands for the query itself, which is known to hold of every voted article."""


class _WithAnything(Document):
    def __init__(self, document: Document) -> None:
        super().__init__(document.article)
        self._tokens = document._tokens
        self._places = document._places

    def speaks(self, code: str) -> bool:
        return code == "und"


# Learning

_Learner = Callable[[list[_Voted], dict[str, str], float], str | None]


def _evidence(voted: list[_Voted]) -> list[_Evidence]:
    """Return what words say, for those in enough articles, the most significant first."""
    counts: dict[str, list[int]] = {}
    totals = [0, 0]
    for one in voted:
        totals[one.up] += 1
        for word in one.words:
            counts.setdefault(word, [0, 0])[one.up] += 1
    downs_in_all, ups_in_all = totals
    if not downs_in_all or not ups_in_all:
        return []
    least = max(3, len(voted) // 40)
    found = []
    for word, (downs, ups) in counts.items():
        if not least <= downs + ups < len(voted):
            continue
        share = (downs + ups) / len(voted)
        error = sqrt(share * (1 - share) * (1 / downs_in_all + 1 / ups_in_all))
        significance = (downs / downs_in_all - ups / ups_in_all) / error
        weight = log((downs + 1) / (downs_in_all + 2)) - log((ups + 1) / (ups_in_all + 2))
        found.append(_Evidence(word, downs, ups, significance, weight))
    return sorted(found, key=lambda one: (-abs(one.significance), one.word))


def _exclude(voted: list[_Voted], written_as: dict[str, str], least_recall: float) -> str | None:
    """Return the words that bring the most 👎 for the fewest 👍, as exclusions."""
    ups = sum(one.up for one in voted)
    lost: set[int] = set()
    chosen: list[str] = []
    for evidence in _evidence(voted):
        if evidence.significance < _SIGNIFICANT_ALONE or len(chosen) == _MOST_EXCLUDED:
            continue
        also = lost | {number for number, one in enumerate(voted) if one.up and evidence.word in one.words}
        if 1 - len(also) / ups >= least_recall + _RESERVE + _doubt(least_recall, ups):
            lost = also
            chosen.append(evidence.word)
    return " ".join(f"-{written_as[word]}" for word in chosen) or None


def _require(voted: list[_Voted], written_as: dict[str, str], least_recall: float) -> str | None:
    """Return words of which the 👍 have at least one and the 👎 often none."""
    ups = sum(one.up for one in voted)
    chosen: list[str] = []
    kept: set[int] = set()
    for evidence in _evidence(voted):
        if evidence.significance > -_SIGNIFICANT or len(chosen) == _MOST_REQUIRED:
            continue
        chosen.append(evidence.word)
        kept |= {number for number, one in enumerate(voted) if one.up and evidence.word in one.words}
        if len(kept) / ups >= least_recall + _RESERVE + _doubt(least_recall, ups):
            return f"({' OR '.join(written_as[word] for word in chosen)})"
    return None


def _weigh(voted: list[_Voted], written_as: dict[str, str], least_recall: float) -> str | None:
    """Return weights of words, and the sum to reach or to stay below.

    Where to draw the line is decided on sums that were worked out with weights learned from other votes.
    """
    balances: list[tuple[int, bool]] = []
    for fold in range(_FOLDS):
        learned = _weights([one for number, one in enumerate(voted) if number % _FOLDS != fold])
        balances += [(_balance(one, learned), one.up) for one in voted[fold::_FOLDS]]
    ups = sum(one.up for one in voted)
    aim = least_recall + _doubt(least_recall, ups)
    best: tuple[float, int, int] | None = None
    for least in sorted({balance for balance, _ in balances})[1:]:
        kept = [up for balance, up in balances if balance >= least]
        if sum(kept) / ups >= aim and (best is None or sum(kept) / len(kept) > best[0]):
            best = (sum(kept) / len(kept), least, len(kept))
    if best is None:
        return None
    weights = _weights(voted)
    # All votes make more words significant than a part does, and so larger sums; and what was learned from flatters.
    # The lower of two lines keeps more: that of the sums before, and the one that keeps as many now.
    _, before, number = best
    least = min(before, sorted((_balance(one, weights) for one in voted), reverse=True)[number - 1])
    # Sums to reach are above 0: a balance of at least -2 is written as an exclusion of what reaches 3 the other way.
    sign, threshold, excluded = (1, least, "") if least > 0 else (-1, 1 - least, "-")
    if threshold > sum(sign * weight for weight in weights.values() if sign * weight > 0):
        return None
    items = " ".join(f"{written_as[word]}:{sign * weight}" for word, weight in weights.items())
    return f"{excluded}any({threshold}, {items})"


def _weights(voted: list[_Voted]) -> dict[str, int]:
    """Return what words say for 👍, in small whole numbers."""
    weights: dict[str, int] = {}
    for evidence in _evidence(voted):
        weight = max(-4, min(4, round(-evidence.weight * _SCALE)))
        if weight and abs(evidence.significance) >= _SIGNIFICANT and len(weights) < _MOST_WEIGHTED:
            weights[evidence.word] = weight
    return weights


def _balance(one: _Voted, weights: dict[str, int]) -> int:
    return sum(weight for word, weight in weights.items() if word in one.words)


_LEARNERS: dict[Literal["exclude", "require", "weigh"], _Learner] = {
    "exclude": _exclude,
    "require": _require,
    "weigh": _weigh,
}
