"""Why does an article not match? Which clause failed, and how near it came; and for one that matches, that it does.

Sentences for people, in the words of their own query. Knows nothing of stored queries: one query, one article.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal

from feeds.model import Article
from feeds.topics.document import AUTHOR, BODY, SOURCE, SPACES, SPACING, TITLE, URL, Document, Place
from feeds.topics.evaluate import counted, holds, places, reached
from feeds.topics.query import (
    And,
    AtLeast,
    Language,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Query,
    Term,
    Weighted,
    children_of,
    shared_leaf,
    written,
)
from feeds.topics.text import fold

_FIELD_NAMES = {TITLE: "title", BODY: "body", AUTHOR: "author", SOURCE: "source", URL: "url"}
# Enough for people; a query of thousands of words must not keep anybody waiting.
_MOST_COMPARED = 300
_MOST_EXAMINED = 40
_LONGEST_NAME = 100
_OTHERWISE_WRITTEN = 0.5
"""How near a word comes of which only the accents, or the capitals, are others."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that a query asks for.

    `text` is the clause in the query language; `detail` a sentence on what was found instead; `nearness` from 0
    (nothing of it in the article) to 1 (it holds).
    """

    text: str
    holds: bool
    detail: str
    nearness: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """What each required clause of a query came to, in the order written."""

    matched: bool
    clauses: tuple[Clause, ...]

    @property
    def failed(self) -> tuple[Clause, ...]:
        """The clauses without which the article would have matched, the one that came nearest first."""
        return tuple(sorted((c for c in self.clauses if not c.holds), key=lambda clause: -clause.nearness))

    @property
    def nearness(self) -> float:
        """How near the article came, from 0 to 1."""
        return sum(clause.nearness for clause in self.clauses) / len(self.clauses)

    def __str__(self) -> str:
        return "\n".join(f"{'✓' if each.holds else '✗'} {each.text}: {each.detail}" for each in self.clauses)


def why_not(query: Query, article: Article) -> Explanation:
    """Explain what became of each clause of a query in an article; also where it matches."""
    document = Document(article)
    root = query.root
    clauses = []
    for node in root.children if isinstance(root, And) else (root,):
        nearness, detail = _examine(node, document)
        clauses.append(Clause(written(node), holds(node, document), detail, nearness))
    return Explanation(holds(root, document), tuple(clauses))


def _examine(node: Node, document: Document) -> tuple[float, str]:
    """Return how near a node came, and a sentence about it."""
    if isinstance(node, Not):
        return _examine_exclusion(node, document)
    if holds(node, document):
        return 1.0, _found(node, document)
    match node:
        case Leaf():
            return _examine_leaf(node, document)
        case Language(code):
            return 0.0, f"the article is in «{document.language or 'an unknown language'}», not «{code}»"
        case And(children):
            each = [(child, *_examine(child, document)) for child in children[:_MOST_EXAMINED]]
            child, _, detail = min(each, key=lambda one: one[1])
            return 0.95 * sum(nearness for _, nearness, _ in each) / len(each), f"fails at {_named(child)}: {detail}"
        case Or(children):
            child, nearness, detail = max(
                ((child, *_examine(child, document)) for child in children[:_MOST_EXAMINED]),
                key=lambda one: one[1],
            )
            if not nearness:
                return 0.0, f"none of its {len(children)} alternatives stands in the article"
            return nearness, f"nearest is {_named(child)}: {detail}"
        case Near():
            return _examine_near(node, document)
        case AtLeast(count, _):
            number = len(counted(node, document))
            return 0.9 * number / count, f"{number} of {count} places found"
        case Weighted(threshold, items):
            total = reached(node, document)
            there = ", ".join(f"{written(child)} {weight:+g}" for weight, child in items if holds(child, document))
            return max(0.0, 0.9 * total / threshold), f"{total:g} of {threshold:g} reached ({there or 'nothing found'})"
    raise AssertionError(node)


def _named(node: Node) -> str:
    """A part of a clause as a sentence names it: what is said of it shall not drown in it."""
    return shortened(written(node))


def shortened(clause: str) -> str:
    """A clause in few enough words for a sentence."""
    if len(clause) <= _LONGEST_NAME:
        return clause
    cut = clause.rfind(" ", _LONGEST_NAME // 2, _LONGEST_NAME)
    return f"{clause[: cut if cut > 0 else _LONGEST_NAME]} …"


def _found(node: Node, document: Document) -> str:
    if isinstance(node, Language):
        return f"the article is in «{document.language}»"
    return "found"


def _examine_exclusion(node: Not, document: Document) -> tuple[float, str]:
    if not holds(node.child, document):
        return 1.0, "not in the article, as wanted"
    if isinstance(node.child, Language):
        return 0.0, f"the article is in «{document.language}»"
    leaf = _first_present(node.child, document)
    if leaf is None:
        return 0.0, "the article has it"
    field, start, end = document.characters(document.places(leaf)[0])
    surface = getattr(document.article, field)[start:end]
    return 0.0, f"excludes the article: «{surface}» stands in the {_FIELD_NAMES[_base(document.places(leaf)[0])]}"


def _first_present(node: Node, document: Document) -> Leaf | None:
    if isinstance(node, Leaf):
        return node if document.places(node) else None
    found = (_first_present(child, document) for child in children_of(node))
    return next((leaf for leaf in found if leaf is not None), None)


def _base(place: Place) -> int:
    return place[0] - place[0] % SPACING


def _examine_leaf(leaf: Leaf, document: Document) -> tuple[float, str]:
    if leaf.field in ("title", "body") or leaf.first:
        anywhere = document.places(shared_leaf(leaf.text, leaf.alternatives))
        if anywhere:
            wanted = leaf.field or "title and body"
            place = anywhere[0]
            where = f"word {place[0] % SPACING + 1} of the {_FIELD_NAMES[_base(place)]}"
            limit = f"the first {leaf.first} words of {wanted}" if leaf.first else f"the {wanted}"
            return 0.8, f"found at {where}, not in {limit}"
    nearness, detail = max((_examine_sequence(terms, document) for terms in leaf.alternatives), key=lambda one: one[0])
    if leaf.field in SPACES:
        said = document.field(SPACES[leaf.field])[1].strip()
        return nearness, f"the {leaf.field} is «{shortened(said)}»" if said else f"the article names no {leaf.field}"
    return nearness, detail


def _examine_sequence(terms: tuple[Term, ...], document: Document) -> tuple[float, str]:
    if len(terms) == 1:
        return _examine_term(terms[0], document)
    missing = [term for term in terms if not document.positions(term)]
    if not missing:
        longest = _longest_run(terms, document)
        if longest > 1:
            return 0.85, f"all its words are in the article; at most {longest} of {len(terms)} follow each other"
        return 0.8, "all its words are in the article, but not next to each other"
    share = 1 - len(missing) / len(terms)
    alike = [_examine_term(term, document) for term in missing[:_MOST_EXAMINED]]
    if min(nearness for nearness, _ in alike) >= _OTHERWISE_WRITTEN:
        # Nothing is missing but capitals or accents.
        return 0.7 * share + _OTHERWISE_WRITTEN * (1 - share), alike[0][1]
    words = ", ".join(term.text for term in missing)
    return 0.7 * share, f"{len(terms) - len(missing)} of {len(terms)} words are in the article; missing: {words}"


def _longest_run(terms: tuple[Term, ...], document: Document) -> int:
    """Return how many of the phrase's words, from any of them on, follow each other somewhere."""
    longest = 1
    ends: dict[int, int] = {}
    for term in terms:
        runs = {last: ends.get(first - 1, 0) + 1 for first, last in document.positions(term)}
        longest = max(longest, *runs.values()) if runs else longest
        ends = runs
    return longest


def _examine_term(term: Term, document: Document) -> tuple[float, str]:
    words = document.distinct_words(term.space)
    wanted = term.text.casefold()
    folded = fold(term.text)
    for word in words:
        if word.lower == wanted:
            return 0.6, f"the article has «{word.surface}», not exactly «{term.text}»"
    bare = [word for word in words if word.folded == folded]
    if bare:
        return _OTHERWISE_WRITTEN, f"the article has «{bare[0].surface}», with other accents than «{term.text}»"
    alike = {word.folded: word.surface for word in words if word.folded[:2] == folded[:2]}
    close = difflib.get_close_matches(folded, list(alike)[:_MOST_COMPARED], n=1, cutoff=0.75)
    if close:
        return 0.3, f"not in the article; the nearest word is «{alike[close[0]]}»"
    return 0.0, "not in the article"


def _examine_near(node: Near, document: Document) -> tuple[float, str]:
    left, right = places(node.left, document), places(node.right, document)
    if node.negated and left:
        return 0.3, f"every {_named(node.left)} has {_named(node.right)} near it"
    absent = [side for side, found in ((node.left, left), (node.right, right)) if not found]
    if absent:
        nearness, detail = min((_examine(side, document) for side in absent), key=lambda one: one[0])
        return (0.2 + 0.2 * nearness) * (2 - len(absent)), f"{_named(absent[0])}: {detail}"
    if not isinstance(node.distance, int):
        return _examine_unit(node, left, right, node.distance, document)
    apart = _distance(left, right, node.ordered)
    if apart is None:
        other = _distance(right, left, True)
        return 0.5, f"only in the other order, {other} words apart" if other else "never in one field in this order"
    if apart >= SPACING // 10:
        return 0.4, "never in one field"
    return 0.4 + 0.5 * min(
        1.0, node.distance / apart
    ), f"at the nearest {apart} words apart; at most {node.distance} are allowed"


def _examine_unit(
    node: Near, left: list[Place], right: list[Place], kind: Literal["s", "p"], document: Document
) -> tuple[float, str]:
    unit = "sentence" if kind == "s" else "paragraph"
    missed = f"both are in the article, but not in one {unit}{' in this order' if node.ordered else ''}"
    starts = [first for first, _ in right]
    best: int | None = None
    for place in left:
        after = bisect_left(starts, place[1] + 1)
        for at in (after,) if node.ordered else (after - 1, after):
            if 0 <= at < len(starts):
                one, other = document.unit(kind, place[0]), document.unit(kind, starts[at])
                if one[0] == other[0]:
                    best = abs(one[1] - other[1]) if best is None else min(best, abs(one[1] - other[1]))
    if best is None:
        return (0.5, missed) if node.ordered else (0.4, "never in one field")
    return 0.4 + 0.5 / (1 + best), f"{missed}; at the nearest {best} apart"


def _distance(left: list[Place], right: list[Place], ordered: bool) -> int | None:
    """Return the least distance in words between two kinds of places."""
    starts = [first for first, _ in right]
    best: int | None = None
    for first, last in left:
        at = bisect_left(starts, last + 1)
        found = [starts[at] - last] if at < len(starts) else []
        if not ordered:
            before = bisect_left(starts, first) - 1
            if before >= 0 and right[before][1] < first:
                found.append(first - right[before][1])
        for distance in found:
            best = distance if best is None else min(best, distance)
    return best
