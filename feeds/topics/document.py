"""An article as the words that a query is compared with, each at its place.

A *place* is a pair of positions, first and last word, both included. Positions number the words of one field; each
field begins at a million of its own, so that nothing is ever near across two fields. Everything is worked out when
first asked for. `Document` compares word by word and is the plain truth; the index has a quicker one that must agree
with it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from copy import copy
from typing import NamedTuple

from feeds.model import Article, Span
from feeds.topics import language as languages
from feeds.topics.query import Leaf, Near, Term
from feeds.topics.text import Word, find_runs, split, stem

Place = tuple[int, int]

SPACING = 1_000_000
TITLE, BODY, AUTHOR, SOURCE, URL = (number * SPACING for number in range(5))
SPACES = {"author": AUTHOR, "source": SOURCE, "url": URL}
LONGEST_TEXT = 900_000
"""Code points of a field that are read; so a field never has more words than its numbers."""

_PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n")
# A full stop ends a sentence where a space and a capital, digit or quotation mark follow; lines are never wrapped.
_SENTENCE_END = re.compile(r"[.!?…。！？]+[\"'”’»)\]]*(?=\s|$)|\n|[。！？]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Maj|Capt|Sen|Rep|Gov|St|No|vs|etc|approx|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec"
    r"|TP|PGS|TS|GS|ThS)|\b[^\W\d_])\.$"
)


class Tokens(NamedTuple):
    """The words of one field. `starts` and `ends` are code points; `joined` are hyphenated words written together."""

    words: list[Word]
    starts: list[int]
    ends: list[int]
    joined: list[tuple[int, int, Word]]


def tokenise(text: str) -> Tokens:
    """Return the words of a text with their places."""
    tokens = Tokens([], [], [], [])
    words, starts, ends, joined = tokens
    for match in find_runs(text):
        pieces, together = split(match[0])
        offset = match.start()
        if together is not None:
            joined.append((len(words), len(words) + len(pieces) - 1, together))
        for start, end, word in pieces:
            words.append(word)
            starts.append(offset + start)
            ends.append(offset + end)
    return tokens


def sentence_ends(text: str) -> list[int]:
    """Return the offsets after which a new sentence begins."""
    ends = []
    for match in _SENTENCE_END.finditer(text):
        if match[0] == "." and _ABBREVIATION.search(text, max(0, match.start() - 8), match.end()):
            continue
        following = text[match.end() : match.end() + 1].strip() or text[match.end() + 1 : match.end() + 2]
        if match[0].startswith(".") and following.islower():
            continue
        ends.append(match.end())
    return ends


def accepts(term: Term, word: Word, language: str) -> bool:
    """Is the word of an article in this language what the term asks for?

    Accents that were typed must be there; where none were typed any will do, except for a syllable alone in Vietnamese.
    """
    if term.kind == "exact":
        return word.surface == term.text
    strict = term.accented or (language == "vi" and not term.loose)
    seen = word.lower if strict else word.folded
    if term.kind == "prefix":
        return seen.startswith(term.text)
    if term.kind == "stem" or language == "vi":
        return stem(seen, language) == stem(term.text, language)
    return seen == term.text


def in_sequence(each: Iterator[list[Place]]) -> list[Place]:
    """Return where a place of the first is followed by one of the second, and so on."""
    found = next(each)
    while found and (places := next(each, None)) is not None:
        ends: dict[int, list[int]] = {}
        for first, last in places:
            ends.setdefault(first, []).append(last)
        found = [(first, end) for first, last in found for end in ends.get(last + 1, ())]
    return found


class Document:
    """One article's words. `language` is the declared or guessed one, "" if neither."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self.body_field = article.body_field
        self.body_text = (article.text if self.body_field == "text" else article.summary)[:LONGEST_TEXT]
        self.language = languages.primary(article.language) or languages.detect(f"{article.title}\n{self.body_text}")
        self.pairs: dict[Near, list[tuple[Place, Place]]] = {}
        """What `evaluate` has worked out: places that are near each other."""
        self._tokens: dict[int, Tokens] = {}
        self._places: dict[Leaf, list[Place]] = {}
        self._ends: dict[str, list[int]] = {}
        self._distinct: dict[str, list[Word]] = {}

    @property
    def full(self) -> Document:
        """Where to look for what must be absent."""
        return self

    def speaks(self, code: str) -> bool:
        """Is the article in this language? "zh" stands for "zh-Hant" too."""
        declared = (self.article.language or "").strip().lower().replace("_", "-")
        if "-" in code:
            return declared == code or declared.startswith(f"{code}-")
        return self.language == code

    # Fields

    def field(self, base: int) -> tuple[str, str]:
        """Return a field's name (an attribute of Article) and its text."""
        if base == TITLE:
            return "title", self.article.title[:LONGEST_TEXT]
        if base == BODY:
            return self.body_field, self.body_text
        name = {AUTHOR: "author", SOURCE: "source", URL: "url"}[base]
        return name, (getattr(self.article, name) or "")[:LONGEST_TEXT]

    def tokens(self, base: int) -> Tokens:
        if base not in self._tokens:
            self._tokens[base] = tokenise(self.field(base)[1])
        return self._tokens[base]

    def distinct_words(self, space: str) -> list[Word]:
        """Return the different words of running text ("") or of one field, in order of appearance."""
        if space not in self._distinct:
            bases = (SPACES[space],) if space else (TITLE, BODY)
            self._distinct[space] = list(dict.fromkeys(word for base in bases for word in self.tokens(base).words))
        return self._distinct[space]

    def bounds(self, base: int) -> tuple[list[int], list[int]]:
        """Return where each word of a field starts and ends, in code points."""
        tokens = self.tokens(base)
        return tokens.starts, tokens.ends

    def characters(self, place: Place) -> tuple[str, int, int]:
        """Return a place as field, start and end in code points."""
        first, last = place
        base = first - first % SPACING
        starts, ends = self.bounds(base)
        return self.field(base)[0], starts[first - base], ends[last - base]

    def span(self, clause: str, place: Place) -> Span:
        field, start, end = self.characters(place)
        return Span(field, start, end, clause)

    # Places

    def positions(self, term: Term) -> list[Place]:
        """Return where a single term stands, in order."""
        found: list[Place] = []
        language = "" if term.space else self.language
        for base in (SPACES[term.space],) if term.space else (TITLE, BODY):
            tokens = self.tokens(base)
            found += [(base + i, base + i) for i, word in enumerate(tokens.words) if accepts(term, word, language)]
            found += [(base + i, base + j) for i, j, word in tokens.joined if accepts(term, word, language)]
        return sorted(found)

    def has(self, leaf: Leaf) -> bool:
        """Does a leaf occur?"""
        return bool(self.places(leaf))

    def places(self, leaf: Leaf) -> list[Place]:
        """Return where a leaf occurs, in order."""
        found = self._places.get(leaf)
        if found is None:
            found = self._places[leaf] = self._find(leaf)
        return found

    def _find(self, leaf: Leaf) -> list[Place]:
        if len(leaf.alternatives) == 1:
            found = self._sequence(leaf.alternatives[0])
        else:
            found = sorted({place for sequence in leaf.alternatives for place in self._sequence(sequence)})
        if leaf.field == "title":
            found = [place for place in found if place[0] < BODY]
        elif leaf.field == "body":
            found = [place for place in found if place[0] >= BODY]
        if leaf.first:
            found = [place for place in found if place[1] % SPACING < leaf.first]
        return found

    def _sequence(self, terms: tuple[Term, ...]) -> list[Place]:
        """Return where these terms follow each other."""
        return in_sequence(self.positions(term) for term in terms)

    def without(self, leaf: Leaf) -> Document:
        """Return the same article, in which that leaf does not occur."""
        other = copy(self)
        other.pairs = {}
        other._places = {**self._places, leaf: []}
        return other

    # Sentences and paragraphs

    def unit(self, kind: str, position: int) -> tuple[int, int]:
        """Return the sentence ("s") or paragraph ("p") that a word is in, as field and number."""
        base = position - position % SPACING
        if base != BODY:
            return base, 0
        return base, bisect_right(self.unit_ends(kind), self.bounds(base)[0][position - base])

    def unit_ends(self, kind: str) -> list[int]:
        """Return the offsets in the body after which a new sentence or paragraph begins, in order."""
        if kind not in self._ends:
            paragraphs = [match.end() for match in _PARAGRAPH_END.finditer(self.body_text)]
            self._ends["p"] = paragraphs
            self._ends["s"] = sorted({*sentence_ends(self.body_text), *paragraphs}) if kind == "s" else []
            if kind == "p":
                del self._ends["s"]
        return self._ends[kind]
