"""A match made visible: the words that did it, the text with them marked, the sentence that shows most of them."""

from __future__ import annotations

from collections.abc import Iterable

from feeds.model import Article, Span
from feeds.topics.document import sentence_ends
from feeds.topics.text import fold

_FIELD_ORDER = {"title": 0, "summary": 1, "text": 2}


def matched_words(article: Article, spans: Iterable[Span]) -> list[str]:
    """Return the distinct words and phrases that matched, as the article has them, in order of appearance.

    Words that differ only in case or accents are one; the first is kept ("violent extremism", "cooperation"). Spans of
    another text are left out.
    """
    words: dict[str, str] = {}
    for span in _in_order(spans):
        text = _field(article, span.field)
        surface = " ".join(text[span.start : span.end].split()) if 0 <= span.start < span.end <= len(text) else ""
        if surface:
            words.setdefault(fold(surface), surface)
    return list(words.values())


def marked(article: Article, spans: Iterable[Span], field: str = "text") -> list[tuple[str, bool]]:
    """Return a field of the article in segments (text, matched?); together they are the whole field.

    `field` is an attribute of Article, as in `Span.field`. Overlapping spans are one segment.
    """
    text = _field(article, field)
    segments: list[tuple[str, bool]] = []
    at = 0
    for start, end in _merged(text, spans, field):
        if start > at:
            segments.append((text[at:start], False))
        segments.append((text[start:end], True))
        at = end
    if at < len(text) or not segments:
        segments.append((text[at:], False))
    return segments


def best_sentence(article: Article, spans: Iterable[Span], longest: int = 300) -> list[tuple[str, bool]]:
    """Return the sentence of the body that shows the most of the query, in segments (text, matched?).

    The one with the most different clauses wins, then the one with the most words, then the first. A sentence of more
    than `longest` characters is cut around its first match, with "…" where something is missing. Without any match in
    the body its first sentence is returned; [] for an article without a body.
    """
    spans = list(spans)
    field = article.body_field
    text = _field(article, field)
    if not text.strip():
        return []
    ends = [*sentence_ends(text), len(text)]
    best, best_worth, start = (0, ends[0]), (-1, -1), 0
    inside = sorted((span for span in spans if span.field == field), key=lambda span: span.start)
    at = 0
    for end in ends:
        these = []
        while at < len(inside) and inside[at].start < end:
            these.append(inside[at])
            at += 1
        worth = (len({span.clause for span in these}), len(these))
        if worth > best_worth and text[start:end].strip():
            best, best_worth = (start, end), worth
        start = end
    return _excerpt(text, best, _merged(text, inside, field), longest)


def _excerpt(
    text: str, sentence: tuple[int, int], places: list[tuple[int, int]], longest: int
) -> list[tuple[str, bool]]:
    """Cut the sentence to size and mark it."""
    start, end = sentence
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end -= len(text[start:end]) - len(text[start:end].rstrip())
    inside = [(max(start, left), min(end, right)) for left, right in places if left < end and right > start]
    before = after = ""
    if end - start > longest:
        if inside and inside[0][1] - start > longest:
            # The nearest space, so that no word is cut.
            start, before = max(start, inside[0][0] - longest // 3), "…"
            start = text.find(" ", start, inside[0][0]) + 1 or start
        if end - start > longest:
            space = text.rfind(" ", start + longest // 2, start + longest)
            end, after = space if space > 0 else start + longest, "…"
    segments: list[tuple[str, bool]] = [(before, False)] if before else []
    at = start
    for left, right in inside:
        left, right = max(left, at), min(right, end)
        if left >= right:
            continue
        if left > at:
            segments.append((text[at:left], False))
        segments.append((text[left:right], True))
        at = right
    if at < end or after:
        segments.append((text[at:end] + after, False))
    return segments


def _field(article: Article, name: str) -> str:
    value = getattr(article, name, "")
    return value if isinstance(value, str) else ""


def _in_order(spans: Iterable[Span]) -> list[Span]:
    return sorted(spans, key=lambda span: (_FIELD_ORDER.get(span.field, 3), span.field, span.start, -span.end))


def _merged(text: str, spans: Iterable[Span], field: str) -> list[tuple[int, int]]:
    """Return the places of a field's spans, in order, without overlap, within the text."""
    merged: list[tuple[int, int]] = []
    for span in sorted((span for span in spans if span.field == field), key=lambda span: span.start):
        start, end = max(0, span.start), min(len(text), span.end)
        if start >= end:
            continue
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
