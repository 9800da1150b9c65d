"""The words that made a topic match, marked where they stand: in plain text, and in an article's sanitised HTML.

Spans are offsets into the article's plain text. The HTML says the same with tags, links and captions between, so the
text is found again in the HTML paragraph by paragraph, spaces left out of account; what isn't found stays unmarked.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from feeds.model import Article, Span

_TAG = re.compile(r"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_OPENING = Markup("<mark>")
_CLOSING = Markup("</mark>")

Range = tuple[int, int]


def ranges(spans: Iterable[Span], field: str, length: int) -> list[Range]:
    """The marked places of one field, in order, joined where they touch or overlap, none outside the text."""
    places = sorted((max(0, span.start), min(length, span.end)) for span in spans if span.field == field)
    joined: list[Range] = []
    for start, end in places:
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def marked(text: str, places: Sequence[Range]) -> Markup:
    """Plain text as HTML, with the places marked."""
    parts: list[Markup] = []
    at = 0
    for start, end in places:
        parts += [escape(text[at:start]), _OPENING, escape(text[start:end]), _CLOSING]
        at = end
    parts.append(escape(text[at:]))
    return Markup("").join(parts)


def marked_field(article: Article, spans: Iterable[Span], field: str) -> Markup:
    """One field of an article ("title", "author", …) as HTML."""
    text = str(getattr(article, field) or "")
    return marked(text, ranges(spans, field, len(text)))


def body(article: Article, spans: Sequence[Span]) -> Markup:
    """The article's text as HTML with the matched words marked: its own HTML, or paragraphs of its plain text."""
    text = str(getattr(article, article.body_field))
    places = ranges(spans, article.body_field, len(text))
    if not article.html.strip():
        return _paragraphs(text, places)
    return _marked_html(article.html, text, places)


def _paragraphs(text: str, places: Sequence[Range]) -> Markup:
    parts: list[Markup] = []
    at = 0
    for paragraph in text.split("\n\n"):
        end = at + len(paragraph)
        inside = [(max(a, at) - at, min(b, end) - at) for a, b in places if a < end and b > at]
        if paragraph.strip():
            parts.append(Markup("<p>{}</p>").format(marked(paragraph, inside)))
        at = end + 2
    return Markup("\n").join(parts)


def _marked_html(source: str, text: str, places: Sequence[Range]) -> Markup:
    """`source` is sanitised: its tags are kept as they are, and its texts are escaped anew where they are changed."""
    tokens: list[tuple[bool, str]] = []  # (is it a tag?, the tag or its unescaped text)
    at = 0
    for tag in _TAG.finditer(source):
        tokens += [(False, html.unescape(source[at : tag.start()])), (True, tag.group())]
        at = tag.end()
    tokens.append((False, html.unescape(source[at:])))

    wanted = _find_again(text, places, "".join(token for is_tag, token in tokens if not is_tag))
    parts: list[Markup] = []
    at = 0
    for is_tag, token in tokens:
        if is_tag:
            parts.append(Markup(_housed(_lazy(token))))  # noqa: S704 - a tag of the sanitiser's own making
            continue
        end = at + len(token)
        inside = [(max(a, at) - at, min(b, end) - at) for a, b in wanted if a < end and b > at]
        parts.append(marked(token, inside))
        at = end
    return Markup("").join(parts)


def _lazy(tag: str) -> str:
    """An image is fetched from its own site, so only when it is about to be seen, and without saying from where."""
    if tag[:4].lower() != "<img" or "loading=" in tag:
        return tag
    return f'<img loading="lazy" referrerpolicy="no-referrer"{tag[4:]}'


def _housed(tag: str) -> str:
    """A table may be wider than a phone; then it scrolls within a box of its own, by the keyboard too."""
    if re.match(r"<table[\s>]", tag):
        return f'<div class="scroll" role="group" tabindex="0">{tag}'
    return f"{tag}</div>" if tag == "</table>" else tag


def _find_again(text: str, places: Sequence[Range], shown: str) -> list[Range]:
    """Places in `text` → the same places in `shown`, by looking for the paragraphs that hold them."""
    if not places:
        return []
    compact, origin = _without_spaces(shown)
    found: list[Range] = []
    cursor = 0
    at = 0
    for paragraph in text.split("\n\n"):
        end = at + len(paragraph)
        inside = [(max(a, at) - at, min(b, end) - at) for a, b in places if a < end and b > at]
        squeezed, offsets = _without_spaces(paragraph)
        start = compact.find(squeezed, cursor) if squeezed and inside else -1
        if start >= 0:
            position = {offset: start + index for index, offset in enumerate(offsets)}
            for a, b in inside:
                inner = [position[offset] for offset in range(a, b) if offset in position]
                if inner:
                    found.append((origin[inner[0]], origin[inner[-1]] + 1))
            cursor = start + len(squeezed)
        at = end + 2
    return found


def _without_spaces(text: str) -> tuple[str, list[int]]:
    """The text without any white space, and for each character left where it stood."""
    kept = [index for index, character in enumerate(text) if not character.isspace()]
    return "".join(text[index] for index in kept), kept
