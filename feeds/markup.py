"""Bytes of HTML to a tree, and the few questions that every reader of pages asks of a tree.

Pure. Any bytes give a tree: wrong charsets, broken nesting and control characters are the normal case on the web. It
knows what HTML means (a `base`, a `time`, JSON-LD), not what an article or a list is.
"""

from __future__ import annotations

import codecs
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import lxml.html
from lxml.html import HtmlElement

from feeds.charset import guess, mostly_utf8

LARGEST_PAGE = 6_000_000
"""Bytes that are looked at; what stands behind them is not read."""
UNSEEN = frozenset({"script", "style", "noscript", "template", "svg", "select", "textarea", "iframe", "button"})
BREAKING = frozenset({
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figcaption", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
    "section", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "ul",
})  # fmt: skip
"""Elements that end a line of text."""
DEEPEST_PAGE = 256
"""The parser's own limit."""
MOST_ELEMENTS = 200_000
"""Elements of a page that are looked at. A page of 10 MB made of tags alone has millions, and costs a minute."""
DEEPEST_JSON = 12
MOST_JSON_NODES = 5_000

LONGEST_ATTRIBUTES = 20_000
"""Characters of a tag, its quoted values (pictures, scripts' data) left out."""

# Whatever begins as a tag is matched to its end, or to the text's: no character is looked at twice.
_TAG = re.compile(r"""(<[A-Za-z][^\s<>"'/=]{0,60})(?:[^>"']++|"[^"]*+"?|'[^']*+'?)*+>?""")
_QUOTED = re.compile(r""""[^"]*+"?|'[^']*+'?""")
_CONTROL = re.compile("[\xad\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\ufeff\ufff9-\ufffb]")
_FONT = re.compile(r"</?font\b[^<>]{0,300}>", re.IGNORECASE)
_GROUPING = re.compile(
    r"</?(?:div|span|section|article|main|center|b|i|u|em|strong|small|big|table|tbody|tr|td|ul|ol|li|dl|svg|g)\b"
    r"[^<>]{0,300}>",
    re.IGNORECASE,
)
_SPACE = re.compile(r"[ \t\r\n\f\v\xa0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000]+")
_DECLARED = re.compile(rb"""charset\s{0,4}=\s{0,4}["']?\s{0,4}([A-Za-z0-9_:.-]{2,40})""")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# What the Encoding Standard lets a page declare, by Python's names; anything else (hex, zlib, idna …) is no charset.
_CHARSETS = frozenset(
    [
        "utf-8",
        "cp1250",
        "cp1251",
        "cp1252",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
        "cp1258",
        "cp874",
        "cp866",
    ]
    + ["koi8-r", "koi8-u", "tis-620", "mac-roman", "gb18030", "big5", "big5hkscs", "shift_jis", "cp932", "euc_jp"]
    + ["iso2022_jp", "euc_kr", "cp949"]
    + [f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)]
)
_WIDER = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gbk": "gb18030", "gb2312": "gb18030"}


def clean_text(text: str) -> str:
    """`text` in NFC, without control characters, lone surrogates, noncharacters and byte order marks.

    Line breaks and tabs stay, so that paragraphs do. The result can stand in XML 1.0 and in JSON.
    """
    if text.isascii() and text.replace("\n", "").isprintable():
        return text  # nothing of the kind can be in it
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", text))


def one_line(text: str) -> str:
    """`clean_text`, with every run of white space as one space."""
    return _SPACE.sub(" ", clean_text(text)).strip()


def decode(body: bytes, charset: str | None = None) -> str:
    """The characters of a page: byte order mark, else valid UTF-8, else `charset` (the header's), else the page's own
    declaration, else what it looks like. Never raises; what cannot be decoded is U+FFFD.
    """
    body = body[:LARGEST_PAGE]
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > len(body) - 4 or mostly_utf8(body):  # only the last character is cut, or a few are wrong
            return body.decode("utf-8", "replace")
    declared = _DECLARED.search(body[:4096])
    for label in (charset, declared.group(1).decode("ascii") if declared else None):
        known = _python_charset(label) if label else None
        if known:
            return body.decode(known, "replace")
    odd, even = body[1:400:2].count(0), body[0:400:2].count(0)
    if odd + even > 60:
        return body.decode("utf-16-le" if odd > even else "utf-16-be", "replace")
    return body.decode(guess(body), "replace")


def charset_of(content_type: str | None) -> str | None:
    """What a `Content-Type` header names."""
    named = _DECLARED.search((content_type or "").lower().encode("ascii", "replace"))
    return named.group(1).decode("ascii") if named else None


def _python_charset(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    name = _WIDER.get(name, name)
    return name if name in _CHARSETS else None


def parse(body: bytes, charset: str | None = None) -> HtmlElement:
    """The page's tree (its `html` element) without comments, at most `DEEPEST_PAGE` deep and `MOST_ELEMENTS` large.

    `font` elements are left out: they say nothing, and unclosed ones would nest each item of an old list in the last.
    Where a page is nested deeper than any honest one, elements that only group and style go too.
    """
    text = with_plausible_tags(_FONT.sub("", _CONTROL.sub("", decode(body, charset))))
    tree, too_deep = _tree(text)
    if too_deep:
        tree, _ = _tree(_GROUPING.sub(" ", text))
    _shorten(tree)
    return tree


def with_plausible_tags(html: str) -> str:
    """`html` without the attributes of tags that have thousands: parsers compare each with all others."""
    if len(html) <= LONGEST_ATTRIBUTES:
        return html
    parts: list[str] = []
    place = 0
    for tag in _TAG.finditer(html):
        if tag.end() - tag.start() > LONGEST_ATTRIBUTES and len(_QUOTED.sub("", tag.group())) > LONGEST_ATTRIBUTES:
            parts += [html[place : tag.start()], tag.group(1), ">"]
            place = tag.end()
    return "".join([*parts, html[place:]]) if parts else html


def _shorten(tree: HtmlElement) -> None:
    """Take out what stands behind the last element that is looked at."""
    step = next(islice(tree.iter("*"), MOST_ELEMENTS, None), None)
    while step is not None:
        parent = step.getparent()
        if parent is not None:
            del parent[parent.index(step) + 1 :]
        step = parent


def _tree(text: str) -> tuple[HtmlElement, bool]:
    """The tree, and whether the parser gave up because of its depth. A parser is cheap, and not for several threads."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (ValueError, lxml.etree.LxmlError):  # nothing in it that could be an element
        return lxml.html.document_fromstring("<html><head></head><body></body></html>"), False
    return tree, any("depth" in error.message for error in parser.error_log)


def text_of(element: HtmlElement, limit: int | None = None) -> str:
    """The text in the element as a reader sees it, on one line; scripts and styles are no text.

    With `limit`, about so many characters of its beginning: the work is bounded too.
    """
    parts: list[str] = []
    left = limit if limit is not None else 2 * LARGEST_PAGE
    walk = lxml.etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        if node.tag in BREAKING:
            parts.append(" ")
        text = ""
        if event == "start":
            if node.tag in UNSEEN:
                walk.skip_subtree()
            else:
                text = node.text or ""
        elif node is not element:
            text = node.tail or ""
        parts.append(text)
        left -= 1 + len(text)
        if left < 0:
            break
    line = one_line("".join(parts))
    return line if limit is None else line[:limit]


def plain_text(html: str) -> str:
    """The text of an HTML fragment, paragraphs separated by one blank line."""
    if "<" not in html and "&" not in html:
        return one_line(html)
    tree = parse(html.encode("utf-8", "replace"))
    lines: list[str] = []
    parts: list[str] = []
    walk = lxml.etree.iterwalk(tree, events=("start", "end"))
    for event, node in walk:
        if node.tag in BREAKING:
            lines.append(one_line("".join(parts)))
            parts = []
        if event == "start":
            if node.tag in UNSEEN:
                walk.skip_subtree()
            elif node.text:
                parts.append(node.text)
        elif node.tail:
            parts.append(node.tail)
    lines.append(one_line("".join(parts)))
    return "\n\n".join(line for line in lines if line)


def base_of(tree: HtmlElement, url: str) -> str:
    """The address that relative links are resolved against: the first `<base href>`, else `url`."""
    for base in tree.iter("base"):
        href = base.get("href")
        if href:
            return absolute(href, url) or url
    return url


def absolute(href: str, base: str) -> str | None:
    """An http(s) address without fragment, or None: other schemes, other nonsense. White space in it is repaired."""
    href = re.sub(r"[\t\r\n]", "", href.strip())
    if not href or href.startswith("#") or len(href) > 4_000:
        return None
    try:
        parts = urlsplit(urljoin(base, href))
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    path = parts.path.replace(" ", "%20") or "/"
    return clean_text(urlunsplit((parts.scheme, parts.netloc, path, parts.query.replace(" ", "%20"), "")))


def words_of(element: HtmlElement) -> str:
    """The element's class, id, role and itemprop as one lower-case string: what its author said it is."""
    if not element.attrib:
        return ""
    return " ".join(element.get(name) or "" for name in ("class", "id", "role", "itemprop", "data-component")).lower()


def json_ld(tree: HtmlElement) -> Iterator[Mapping[str, Any]]:
    """Every object with an `@type` in the page's JSON-LD, outer ones first; broken scripts are passed over."""
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text:
            continue
        text = (
            script.text.strip().removeprefix("<!--").removesuffix("-->").removeprefix("<![CDATA[").strip().rstrip(";")
        )
        try:
            found = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _objects(found)


def _objects(found: Any) -> Iterator[Mapping[str, Any]]:
    waiting = [(found, 0)]
    for _ in range(MOST_JSON_NODES):
        if not waiting:
            return
        node, depth = waiting.pop(0)
        if isinstance(node, dict):
            if "@type" in node:
                yield node
            inner = list(node.values())
        elif isinstance(node, list):
            inner = node
        else:
            continue
        if depth < DEEPEST_JSON:
            waiting.extend((value, depth + 1) for value in inner if isinstance(value, dict | list))


def types_of(node: Mapping[str, Any]) -> set[str]:
    """The schema.org type names of a JSON-LD object, without their prefix."""
    named = node.get("@type")
    names = named if isinstance(named, list) else [named]
    return {name.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for name in names if isinstance(name, str)}
