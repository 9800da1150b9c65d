"""An article's words as a feed shows them: a summary around the words that matched, paragraphs, absolute links.

Spans are code point offsets into the article's own text, so everything here cuts first and cleans afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from feeds.model import Article, Span
from feeds.render.characters import clean, one_line, web_address
from feeds.topics.display import matched_words
from feeds.topics.text import fold

SUMMARY_LENGTH = 400
"""Code points of a summary that the article did not bring itself, and of one matched passage."""

PASSAGES = 3
"""How many matched passages a summary shows at most."""

_REACH = SUMMARY_LENGTH // 2
_ELSEWHERE = 200
"""Code points of words that matched outside the passages."""
_SENTENCE_END = re.compile(r"[.!?…。!?][\"'”’»)\]]*(?=\s)|\n")
_NEXT_LETTER = 4
"""How far after a full stop to look for a lower-case letter, which shows that it ended an abbreviation."""
_PARAGRAPH_BREAK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
# An attribute whose address is neither absolute nor a fragment; a guess that only decides whether the HTML is parsed.
_RELATIVE_ADDRESS = re.compile(r"""\b(?:href|src|poster|cite)=["']?+(?!https?:|mailto:|data:|#)""", re.IGNORECASE)


def shortened(text: str, length: int = SUMMARY_LENGTH) -> str:
    """The first `length` code points of `text` on one line, cut at a space where there is one, with an ellipsis."""
    line = one_line(text[: 4 * length])
    if len(line) <= length:
        return line
    cut = line.rfind(" ", length // 2, length)
    return line[: cut if cut > 0 else length].rstrip(" ,;:–—-") + "…"


def summary_text(article: Article, spans: Sequence[Span]) -> str:
    """The summary as plain text."""
    text, passages = _body(article), _passages(article, spans)
    if passages:
        shown = " … ".join(one_line(text[start:end]) for start, end, _ in passages)
    else:
        shown = shortened(article.summary or article.text)
    others = _words_elsewhere(article, spans, passages)
    return f"{shown} [{', '.join(others)}]".lstrip() if others else shown


def summary_html(article: Article, spans: Sequence[Span]) -> str:
    """The summary as HTML: what matched stands in <strong>, which every reader and mail program shows.

    What matched in the title, in the author's name or elsewhere is told behind it, in brackets.
    """
    text, passages = _body(article), _passages(article, spans)
    if passages:
        shown = " … ".join(_marked(text, start, end, inside) for start, end, inside in passages)
    else:
        shown = escape(shortened(article.summary or article.text), quote=False)
    others = [f"<strong>{_escaped(word)}</strong>" for word in _words_elsewhere(article, spans, passages)]
    return f"{shown} [{', '.join(others)}]".lstrip() if others else shown


def words_of_match(article: Article, spans: Sequence[Span]) -> list[str]:
    """The words that matched, as everywhere (`matched_words`), fit for a feed."""
    return [word for word in map(one_line, matched_words(article, spans)) if word]


def _body(article: Article) -> str:
    return str(getattr(article, article.body_field))


def _words_elsewhere(article: Article, spans: Sequence[Span], passages: Sequence[Passage]) -> list[str]:
    """The words that matched and are marked in no passage; as many as `_ELSEWHERE` code points hold."""
    shown = [Span(article.body_field, start, end, "") for _, _, inside in passages for start, end in inside]
    known = {fold(word) for word in words_of_match(article, shown)}
    missing: list[str] = []
    left = _ELSEWHERE
    for word in words_of_match(article, spans):
        if fold(word) in known:
            continue
        left -= len(word)
        if left < 0:
            return [*missing, "…"]
        missing.append(word)
    return missing


def paragraphs(text: str) -> str:
    """Plain text as HTML: a <p> for each paragraph, a <br> for each line within."""
    blocks = (block.strip() for block in _PARAGRAPH_BREAK.split(clean(text)))
    return "\n".join(f"<p>{escape(block, quote=False).replace(chr(10), '<br>')}</p>" for block in blocks if block)


def full_html(article: Article) -> str:
    """The article's whole text as HTML whose addresses are absolute."""
    html = clean(article.html)
    if not html.strip():
        return paragraphs(article.text)
    base = web_address(article.url)
    if base is None or "=" not in html or not _RELATIVE_ADDRESS.search(html):
        return html
    return _absolute(html, base)


def _absolute(html: str, base: str) -> str:
    from lxml import etree
    from lxml import html as lxml_html

    try:
        root = lxml_html.fragment_fromstring(html, create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return html
    # Broken addresses (a bad IPv6 literal, say) stay as they are.
    root.make_links_absolute(base, resolve_base_href=False, handle_failures="ignore")
    inside = escape(root.text or "", quote=False)
    return clean(inside + "".join(lxml_html.tostring(child, encoding="unicode") for child in root))


Passage = tuple[int, int, list[tuple[int, int]]]
"""Start and end of a stretch of text, and the matched places in it."""


def _passages(article: Article, spans: Sequence[Span]) -> list[Passage]:
    """The sentences around the places that matched, in order, those that touch joined; at most `PASSAGES`.

    Of more, those that between them show the most different words; of such that show no more, the first.
    """
    text, field = _body(article), article.body_field
    places = sorted({(span.start, span.end) for span in spans if span.field == field and _within(span, text)})
    passages = _joined(text, places)
    words = [{fold(text[start:end]) for start, end in inside} for _, _, inside in passages]
    chosen: list[int] = []
    shown: set[str] = set()
    while len(chosen) < min(PASSAGES, len(passages)):
        left = [number for number in range(len(passages)) if number not in chosen]
        best = max(left, key=lambda number: len(words[number] - shown))
        chosen.append(best)
        shown |= words[best]
    return [passages[number] for number in sorted(chosen)]


def _joined(text: str, places: Sequence[tuple[int, int]]) -> list[Passage]:
    passages: list[Passage] = []
    for place in places:
        start, end = _sentence(text, *place)
        if passages and start <= passages[-1][1]:
            last_start, last_end, inside = passages[-1]
            if max(end, last_end) - last_start <= 2 * SUMMARY_LENGTH:
                passages[-1] = (last_start, max(end, last_end), [*inside, place])
                continue
            start = last_end
            if start >= place[0]:
                continue
        passages.append((start, end, [place]))
    return passages


def _within(span: Span, text: str) -> bool:
    return 0 <= span.start < span.end <= len(text) and span.end - span.start <= SUMMARY_LENGTH


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence that holds text[start:end]; where it is long, as much as `_REACH` allows, cut at spaces."""
    before = max(0, start - _REACH)
    left = before
    for stop in _sentence_ends(text, before, start):
        left = stop
    if left == before > 0:
        space = text.find(" ", before, start)
        left = space + 1 if space >= 0 else before
    after = min(len(text), end + _REACH)
    for stop in _sentence_ends(text, end, after):
        return left, stop
    if after < len(text):
        space = text.rfind(" ", end, after)
        after = space if space >= 0 else after
    return left, after


def _sentence_ends(text: str, start: int, end: int) -> Iterator[int]:
    for stop in _SENTENCE_END.finditer(text, start, end):
        following = text[stop.end() : stop.end() + _NEXT_LETTER].lstrip()
        if stop.group() == "\n" or not following[:1].islower():
            yield stop.end()


def _marked(text: str, start: int, end: int, places: Sequence[tuple[int, int]]) -> str:
    parts: list[str] = []
    position = start
    for place_start, place_end in places:
        place_start = max(place_start, position)  # overlapping places: only what is not marked yet
        if place_start >= place_end:
            continue
        parts.append(_escaped(text[position:place_start]))
        parts.append(f"<strong>{_escaped(text[place_start:place_end])}</strong>")
        position = place_end
    parts.append(_escaped(text[position:end]))
    return " ".join("".join(parts).split())


def _escaped(text: str) -> str:
    return escape(clean(text), quote=False)
