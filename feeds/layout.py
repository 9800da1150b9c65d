"""What the parts of a page call themselves, and its text line by line.

Pure. It reads tags, roles and classes: "sidebar", "most-read", "main". Whether they tell the truth is for the caller to
weigh: a class is a claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import lxml.etree
from lxml.html import HtmlElement

from feeds.markup import BREAKING, UNSEEN, one_line, text_of, words_of

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
ASIDE_TAGS = frozenset({"nav", "footer", "aside", "header", "menu"})
_ASIDE_WORDS = frozenset({
    "sidebar", "side", "aside", "widget", "widgets", "menu", "nav", "navbar", "navigation", "footer", "breadcrumb",
    "breadcrumbs", "related", "popular", "trending", "share", "social", "comments", "comment", "commentlist",
    "pagination", "pager", "promo",
    "advert", "ads", "cookie", "toolbar", "topbar", "dropdown", "submenu", "recommended", "recommend", "lienquan",
    "docnhieu", "xemnhieu", "mostread", "mostviewed", "tagcloud", "tags", "ticker", "marquee", "quicklinks", "partners",
    "header", "masthead", "languages", "modal", "popup", "offcanvas", "suggested", "blogroll",
})  # fmt: skip
_ASIDE_PAIRS = ("most read", "most viewed", "most popular", "lien quan", "doc nhieu", "xem nhieu", "see also")
_ASIDE_ROLES = frozenset({"navigation", "complementary", "banner", "contentinfo", "search"})
_ABOUT_OTHERS = re.compile(r"(?:has|with|no|without|is|js|layout)[-_]")
"""Classes such as `has-sidebar` speak of another element."""
_OF_AN_ARTICLE = re.compile(
    r"(?:entry|post|article|story|news|content|single|detail|title)s?[-_]{1,2}(?:header|footer|head|meta|tags?)(?:[-_]|$)"
    r"|(?:tag|category|author|status|format|type)-."
)
"""An article's own head and foot (`entry-header`), and what a blog files it under (`tag-navigation`)."""
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_MAIN_WORDS = frozenset(
    {"main", "content", "primary", "maincontent", "listing", "posts", "articles", "results", "entries"}
)


@dataclass(frozen=True)
class Line:
    """A run of text that stands on its own: its element, that element's classes, and its `datetime` if it has one."""

    text: str
    element: HtmlElement
    words: str = ""
    stamp: str = ""


def is_aside(element: HtmlElement) -> bool:
    """Whether the element calls itself a part beside the matter: navigation, sidebar, related, most read."""
    if element.tag in ASIDE_TAGS or element.get("role") in _ASIDE_ROLES:
        return True
    return _names_aside(words_of(element))


def is_hidden(element: HtmlElement) -> bool:
    """Whether its own attributes keep it out of sight. A page may show it later: what holds most text is not hidden."""
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))


def is_main(element: HtmlElement) -> bool:
    return element.tag == "main" or element.get("role") == "main" or _names_main(words_of(element))


# A page's elements have few different names, and each is asked for again by everything below it.
@lru_cache(maxsize=2_048)
def _names_aside(names: str) -> bool:
    words = _region_words(names)
    different = set(words)
    # "nav-content" holds the content beside a navigation; were it a navigation's, that would stand around it.
    if "content" in different:
        different -= {"nav", "menu"}
    return bool(_ASIDE_WORDS & different) or any(pair in " ".join(words) for pair in _ASIDE_PAIRS)


@lru_cache(maxsize=2_048)
def _names_main(names: str) -> bool:
    return bool(_MAIN_WORDS.intersection(_region_words(names)))


def _region_words(names: str) -> Sequence[str]:
    kept = [name for name in names.split() if not _ABOUT_OTHERS.match(name) and not _OF_AN_ARTICLE.match(name)]
    return [word for name in kept for word in re.split(r"[-_\d]+", name)]


def lines_of(node: HtmlElement, *, skip: HtmlElement | None = None, with_tail: bool = False) -> Iterator[Line]:
    """The element's runs of text in order, broken where blocks and classed elements begin and end.

    `skip` is left out with all it holds; with `with_tail` the text behind the element counts too.
    """
    parts: list[str] = []
    owner = node
    walk = lxml.etree.iterwalk(node, events=("start", "end"))
    for event, step in walk:
        starts = event == "start"
        if step.tag in BREAKING or step.get("class"):
            text = one_line("".join(parts))
            if text:
                yield Line(text, owner, words_of(owner))
            parts, owner = [], step if starts or step is node else step.getparent()
        if not starts:
            if step.tail and (with_tail or step is not node):
                parts.append(step.tail)
            continue
        stamp = _stamp(step)
        if stamp:
            yield Line(text_of(step), step, words_of(step), stamp)
        if stamp or step.tag in UNSEEN or step is skip:
            walk.skip_subtree()
        elif step.text:
            parts.append(step.text)
    text = one_line("".join(parts))
    if text:
        yield Line(text, owner, words_of(owner))


def _stamp(element: HtmlElement) -> str:
    """A date for machines: `<time datetime>`, or microdata's `content`."""
    if element.get("datetime"):
        return element.get("datetime") or ""
    return (element.get("content") or "") if "date" in (element.get("itemprop") or "").lower() else ""
