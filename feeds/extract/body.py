"""The article's body: its paragraphs as text, and the same as simple HTML.

trafilatura finds it. It is imported at the first page that is read: it would cost every start of the program 0.15 s.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from urllib.parse import urljoin

import lxml.etree
import lxml.html
from lxml.html import HtmlElement

from feeds.markup import clean_text, one_line

MOST_ELEMENTS = 20_000
"""Beyond that a page is no article that anyone wrote; only the plain search for paragraphs is run on it."""
SHORTEST_BODY = 80

_HIGHLIGHTS = {"#b": "strong", "#i": "em", "#u": "u", "#t": "code", "#sub": "sub", "#sup": "sup"}
_TAGS = {
    "p": "p", "quote": "blockquote", "item": "li", "row": "tr", "lb": "br", "del": "del", "code": "code",
    "table": "table",
}  # fmt: skip


@dataclass(frozen=True)
class Block:
    """One paragraph, heading, list or table: its text, and its HTML (not sanitised)."""

    text: str
    html: str


def read_blocks(tree: HtmlElement, url: str, base: str) -> list[Block]:
    """The blocks of the body in order, their links absolute against `base`. The tree may be changed."""
    size = sum(1 for _ in tree.iter("*"))
    for link in tree.iter("a"):  # trafilatura takes every relative one for one of the site's root
        with suppress(ValueError):
            link.set("href", urljoin(base, (link.get("href") or "").strip()))
    body = _by_trafilatura(tree, url) if size <= MOST_ELEMENTS else None
    blocks = list(_blocks(body)) if body is not None else []
    if sum(len(block.text) for block in blocks) < SHORTEST_BODY:
        plain = _by_paragraphs(tree)
        if sum(len(block.text) for block in plain) > sum(len(block.text) for block in blocks):
            return plain
    return blocks


def _by_trafilatura(tree: HtmlElement, url: str) -> HtmlElement | None:
    from trafilatura import bare_extraction

    try:
        found = bare_extraction(
            tree,
            url=url,
            include_comments=False,
            include_formatting=True,
            include_images=True,
            include_links=True,
            include_tables=True,
        )
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError, lxml.etree.LxmlError):
        return None  # hostile markup finds the library's gaps; the plain search follows
    return getattr(found, "body", None)


def _blocks(body: HtmlElement) -> Iterator[Block]:
    yield from _loose(body.text)
    for element in list(body):
        if element.tag == "graphic":
            yield Block("", _html(element))
        else:
            yield from _block(element)
        yield from _loose(element.tail)


def _loose(text: str | None) -> Iterator[Block]:
    line = one_line(text or "")
    if line:
        yield Block(line, f"<p>{escape(line)}</p>")


def _block(element: HtmlElement) -> Iterator[Block]:
    if element.tag in ("list", "table"):
        rows = list(element.iter("item", "row"))
        text = "\n".join(line for line in (_text(row, " ") for row in rows) if line) or _text(element, " ")
    else:
        text = _text(element, "\n")
    html = _html(element)
    parts = [one_line(part) for part in text.split("\n\n")] if element.tag == "p" else []
    if len(parts) > 1:  # an old page's paragraphs: two line breaks inside one element
        yield from (Block(part, f"<p>{escape(part)}</p>") for part in parts if part)
    else:
        yield Block(text, html)


def _text(element: HtmlElement, line_break: str) -> str:
    parts: list[str] = []
    for node in element.iter("*"):
        if node.tag == "lb":
            parts.append(line_break)
        elif node.tag in ("cell", "item", "p", "quote"):
            parts.append(" ")
        parts.append((node.text or "").replace("\n", " "))
        if node is not element:
            parts.append((node.tail or "").replace("\n", " "))
    lines = [one_line(line) for line in clean_text("".join(parts)).split("\n")]
    return "\n".join(lines).strip()


def _html(element: HtmlElement) -> str:
    """The block as HTML: trafilatura's TEI names put back into HTML's, in place."""
    for node in element.iter("*"):
        kind = node.get("rend") or ""
        if node.tag == "head":
            node.tag = kind if kind in ("h2", "h3", "h4", "h5", "h6") else "h2"
        elif node.tag == "hi":
            node.tag = _HIGHLIGHTS.get(kind, "em")
        elif node.tag == "ref":
            node.tag = "a"
            node.set("href", node.get("target") or "")
        elif node.tag == "graphic":
            node.tag = "img"
        elif node.tag == "list":
            node.tag = "ol" if kind == "ol" else "ul"
        elif node.tag == "cell":
            node.tag = "th" if node.get("role") == "head" else "td"
        else:
            node.tag = _TAGS.get(node.tag, "span")
        for name in ("rend", "target", "role"):
            node.attrib.pop(name, None)
    html: str = lxml.html.tostring(element, encoding="unicode", with_tail=False)
    return html


def _by_paragraphs(tree: HtmlElement) -> list[Block]:
    """The plain way: the element whose own paragraphs (or line-broken text) hold most text."""
    weights: dict[HtmlElement, int] = {}
    for paragraph in tree.iter("p", "br"):
        parent = paragraph.getparent()
        if parent is not None:
            text = len(one_line(paragraph.text_content())) if paragraph.tag == "p" else 0
            weights[parent] = weights.get(parent, 0) + text + len((paragraph.tail or "").strip())
    if not weights:
        return []
    best = max(weights, key=lambda element: weights[element])
    lines = [one_line(best.text or "")]
    for child in best:
        if child.tag in ("p", "div", "h2", "h3", "h4", "blockquote", "ul", "ol", "span", "b", "strong", "em", "i"):
            lines.append(one_line(child.text_content()))
        lines.append(one_line(child.tail or ""))
    return [Block(line, f"<p>{escape(line)}</p>") for line in lines if line]
