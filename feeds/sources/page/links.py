"""The links of a page, each with where it stands: its path of tags and classes, and the region of the page it is in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from urllib.parse import SplitResult, urlsplit

from lxml.html import HtmlElement

from feeds.layout import HEADINGS
from feeds.markup import absolute, base_of, one_line, text_of

MOST_LINKS = 3_000

_WORD = re.compile(r"[^\W\d_]+")
_CHINESE_OR_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
_CLASS = re.compile(r"[A-Za-z_][A-Za-z_-]{0,40}")
_CLASS_OF_ONE = re.compile(
    r"(?:post|type|status|format|category|tag|is|has|no|with)-.*|first|last|odd|even|active|current|selected|sticky|"
    r"alt|clearfix|hover|visited|new|lazy|lazyloaded|loaded|left|right"
)
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|ico|css|js|mp3|mp4|zip|xml|rss)$", re.IGNORECASE)
_NO_ARTICLE = re.compile(
    r"/(?:tags?|categor(?:y|ies)|authors?|users?|login|register|sign-?in|search|about(?:-us)?|contact(?:-us)?|page|"
    r"privacy[^/]{0,20}|terms[^/]{0,20}|subscribe|rss|feeds?|sitemap|wp-admin|wp-login\.php|cart|account|profile|"
    r"chuyen-muc|danh-muc|the-loai|lien-he|gioi-thieu|tim-kiem)(?:/|$|\.)",
    re.IGNORECASE,
)
_DATED_PATH = re.compile(r"/(?:19|20)\d\d(?:/|-)\d{1,2}(?:/|-)")
_ARTICLE_QUERY = re.compile(
    r"(?:^|&)(?:(?:\w{0,12}(?:id|seq|idx)|p|article|news|item|story|dn|t)=\w+|(?:article|news|item|story|breve)\d+(?:&|$))",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"(?:(?:read|view|see|show|learn|find out|discover|load)\s(?:more|all|full|details?|article|the full)[\w\s]{0,30}|"
    r"more(?:\sdetails?|\sinfo(?:rmation)?)?|continue(?:\sreading)?|details?|"
    r"full (?:story|article|text)|download.{0,20}|"
    r"\W*(?:pdf|docx?|xlsx?)\W.{0,20}|pdf|docx?|xlsx?|"
    r"next(?:\spage)?|prev(?:ious)?(?:\spage)?|older|newer|(?:older|newer) posts|first|last|home|share|print|"
    r"e?mail|reply|permalink|link|comments?|\d+\scomments?|leave a comment|back|top|"
    r"xem (?:thêm|tiếp|chi tiết|tất cả)|chi tiết|đọc (?:thêm|tiếp)|trang (?:sau|trước|chủ|đầu|cuối)|tiếp|sau|trước|"
    r"lire la suite|en savoir plus|weiterlesen|"
    r"mehr(?: lesen)?|leer más|ver más|selengkapnya|baca (?:juga|selengkapnya)|[\W\d_]*)[\s\W]{0,5}",
    re.IGNORECASE,
)


@dataclass(eq=False)
class Link:
    """One `<a href>`: `place` is its position in the document, `path` its ancestors from below `body` to itself."""

    element: HtmlElement
    url: str
    place: int
    path: tuple[HtmlElement, ...]

    @cached_property
    def text(self) -> str:
        return text_of(self.element)

    @cached_property
    def spoken(self) -> str:
        """What the link says besides its text: title, label or the picture's alternative text."""
        own = self.element.get("title") or self.element.get("aria-label") or ""
        pictures = (picture.get("alt") or "" for picture in self.element.iter("img"))
        return one_line(own or next((words for words in pictures if words), ""))

    @cached_property
    def signature(self) -> tuple[str, ...]:
        """Alike for links alike in structure: the tags of the path, the classes of the nearest steps, a cell's column.

        Ends with what the link says: headlines, pictures, "Read more" and "3 comments" of one card are four kinds of
        link.
        """
        near = max(0, len(self.path) - 3)
        steps = [step.tag for step in self.path[:near]]
        for step in self.path[near:]:
            column = f"[{column_of(step)}]" if step.tag in ("td", "th") else ""
            steps.append(".".join((step.tag + column, *sorted(stable_classes(step)))))
        if is_generic(self.text):
            return (*steps, "generic", " ".join(_WORD.findall(self.text.lower())[:1]))
        return (*steps, "words" if self.text else "nothing")

    @cached_property
    def in_heading(self) -> bool:
        inner = any(step.tag in HEADINGS for step in self.element.iterdescendants())
        return inner or any(step.tag in HEADINGS for step in self.path[-4:])

    @cached_property
    def in_sentence(self) -> bool:
        """Whether words lead up to the link on its line: it is part of what they say."""
        before, parent = self.element.getprevious(), self.element.getparent()
        words = before.tail if before is not None else parent.text if parent is not None else ""
        return len(_WORD.findall(words or "")) >= 3


def column_of(cell: HtmlElement) -> int:
    """The cell's place in its row, from 1; far to the right it no longer matters."""
    return 1 + sum(1 for _ in islice(cell.itersiblings("td", "th", preceding=True), 60))


def stable_classes(element: HtmlElement) -> set[str]:
    """The classes that say what an element is, not which one: no figures, states or categories; usable in CSS as is."""
    return {
        name
        for name in (element.get("class") or "").split()
        if _CLASS.fullmatch(name) and not _CLASS_OF_ONE.fullmatch(name)
    }


def links_of(tree: HtmlElement, url: str) -> list[Link]:
    """The links of the page that may lead to an article, in order: other http(s) pages, no pictures or styles."""
    base = base_of(tree, url)
    here = urlsplit(url)
    found: list[Link] = []
    for place, element in enumerate(tree.iter("*")):
        if element.tag != "a" or len(found) >= MOST_LINKS:
            continue
        target = absolute(element.get("href") or "", base)
        if target is None or _FILE.search(urlsplit(target).path) or _is_same_list(target, here):
            continue
        if {"prev", "next", "tag", "author", "license", "sponsored"} & set((element.get("rel") or "").lower().split()):
            continue
        path = (*reversed([step for step in element.iterancestors() if step.tag not in ("html", "body")]), element)
        found.append(Link(element, target, place, path))
    return found


def _bare(parts: SplitResult) -> tuple[str, str]:
    return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/")


_TURNED_PAGE = re.compile(r"(?:^|&)(?:page|p|paged|start|offset|trang|pageindex|pg)=\d*(?:&|$)", re.IGNORECASE)


def _is_same_list(target: str, here: SplitResult) -> bool:
    """The list itself, another page of it, or the site's front."""
    there = urlsplit(target)
    if _bare(there) != _bare(here):
        return there.path == "/" and not there.query
    if not there.query or _TURNED_PAGE.search(there.query):
        return True
    if here.query and not _names(there.query) & _names(here.query):
        return False  # one script makes all pages, and this is one of another kind: "?section12", "?article3310"
    return not _ARTICLE_QUERY.search(there.query)


def _names(query: str) -> set[str]:
    """What a query asks by; of "section12", which names no value, the word."""
    return {part.partition("=")[0].rstrip("0123456789").lower() for part in query.split("&")}


def is_generic(text: str) -> bool:
    """Words that every link of a list shares ("Read more", "2", "Xem thêm"): no title."""
    return len(text) < 60 and _GENERIC.fullmatch(text) is not None


def title_quality(text: str) -> float:
    """How much a link's words look like a headline, 0 to 1."""
    if not text or is_generic(text):
        return 0.0
    words = len(_WORD.findall(text))
    if words < 3:  # scripts without spaces write headlines as one or two words
        if len(text) >= 10 and max(map(ord, text)) > 0x0E00:
            return 0.8
        characters = len(_CHINESE_OR_JAPANESE.findall(text))
        return max(0.15 * words, 0.08 * characters if characters >= 5 else 0.0)
    if len(text) > 140:
        return 0.7 if len(text) <= 300 else 0.4
    return min(1.0, 0.25 + 0.15 * words)


def looks_like_article(url: str) -> bool:
    """Whether an address has the shape of a single page's: a slug, a number, a date, an id."""
    parts = urlsplit(url)
    if _NO_ARTICLE.search(parts.path):
        return False
    last = parts.path.rstrip("/").rsplit("/", 1)[-1]
    if len(re.split(r"[-_]|%20", last)) >= 4 or re.search(r"\d{4}", last) or _DATED_PATH.search(parts.path):
        return True
    return bool(_ARTICLE_QUERY.search(parts.query)) or bool(re.search(r"\d{2}", last) or last.endswith(".html"))
