"""Who wrote it: a line "By Giang Anh" in or after the text, a box called author, the page's own statement."""

from __future__ import annotations

import re
from collections.abc import Collection

from lxml.html import HtmlElement

from feeds.dates import parse_date
from feeds.extract.facts import Facts
from feeds.extract.headline import fold
from feeds.layout import is_aside
from feeds.markup import one_line, text_of, words_of

LONGEST_NAME = 70
_INTRO = (
    r"(?:by|reported by|written by|story by|text by|posted by|author|tác giả|bài và ảnh|bài, ảnh|tin, ảnh|tin và ảnh|"
    r"bài|thực hiện|người viết|par|von|por|oleh|penulis|autor|auteur)"
)
_BYLINE = re.compile(rf"(?:{_INTRO}\s*:|{_INTRO}\s)\s*(?P<name>\S[^.!?;]{{1,68}})\.?", re.IGNORECASE)
_NAME_END = re.compile(r"\s*(?:[|•·]|\s[-–—]\s|,?\s(?:on|at|ngày|updated|published|posted)\s|\d).*$", re.IGNORECASE)
_PARTICLES = frozenset(
    {
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "bin",
        "binti",
        "al",
        "el",
        "and",
        "và",
        "y",
        "und",
        "et",
    }
)
_AUTHOR_WORDS = re.compile(r"(?:^|[\s_-])(?:author|byline|writer|tac-?gia|creator|signature)(?:$|[\s_-])")
_NO_NAME = re.compile(
    r"^(?:admin(?:istrator)?|editor|webmaster|root|user|unknown|guest|https?:.*|www\..*|.*@.*|.*\.com)$", re.IGNORECASE
)
_RIGHT = re.compile(r"text-align\s*:\s*right")


def name_in(text: str) -> str | None:
    """The name in a byline, or None where the line is not one: "By Giang Anh", "Tác giả: Thu Hà"."""
    line = one_line(text)
    if len(line) > LONGEST_NAME + 20:
        return None
    found = _BYLINE.fullmatch(line)
    return name_like(found["name"]) if found else None


def name_like(text: str) -> str | None:
    """The text as a name, if it looks like one: up to eight words, each beginning with a capital."""
    name = _NAME_END.sub("", one_line(text)).strip(" ,:-–—|/()[]")
    name = re.sub(rf"^{_INTRO}(?:\s*:|\s)\s*", "", name, flags=re.IGNORECASE).strip()
    words = name.replace(",", " ").replace("&", " ").split()
    if not words or len(words) > 8 or len(name) > LONGEST_NAME or _NO_NAME.match(name):
        return None
    capital = all(not word[0].islower() or word.casefold() in _PARTICLES for word in words)
    return name if capital and any(character.isalpha() for character in name) else None


def is_signature(text: str, signed: set[str]) -> bool:
    """A name alone as the last line, set to the right or called a signature."""
    return (
        len(text) <= 50
        and not text.endswith((".", ":", "!", "?"))
        and fold(text) in signed
        and name_like(text) is not None
    )


def signed_lines(tree: HtmlElement) -> set[str]:
    """The short lines that the page sets to the right or calls an author's, folded."""
    found: set[str] = set()
    for element in tree.iter("p", "div", "span", "strong", "b", "em", "h4", "h5"):
        to_right = _RIGHT.search(element.get("style") or "") or element.get("align") == "right"
        if (to_right or _AUTHOR_WORDS.search(words_of(element))) and len(element) <= 6:
            text = text_of(element)
            if 0 < len(text) <= LONGEST_NAME:
                found.add(fold(text))
    return found


def stated_author(facts: Facts, title: str) -> str | None:
    """The author by the page's machine-readable statement; a site's name, an address or "admin" is none."""
    sites = {fold(name) for name in facts.site_names}
    names = []
    for author in facts.authors[:4]:
        name = re.sub(r"^by\s+", "", author, flags=re.IGNORECASE)
        if fold(name) in sites or fold(name) == fold(title) or _NO_NAME.match(name) or len(name) > LONGEST_NAME:
            continue
        names.append(name)
    return ", ".join(dict.fromkeys(names)) or None


def shown_author(tree: HtmlElement, holders: Collection[HtmlElement] = ()) -> str | None:
    """The first name in an element that is called author or byline, outside navigation and other articles' cards.

    `holders` hold the article's title: whatever they call themselves, they are not beside it.
    """
    for element in tree.iter("a", "span", "div", "p", "strong", "address", "li", "h4", "h5", "em", "cite"):
        words = words_of(element)
        if not (_AUTHOR_WORDS.search(words) or element.get("rel") == "author"):
            continue
        if any(is_aside(step) and step.tag != "header" and step not in holders for step in element.iterancestors()):
            continue
        text = text_of(element)
        if not text or len(text) > LONGEST_NAME + 40:
            continue
        name = name_in(text) or name_like(text)
        if name and not parse_date(name):
            return name
    return None
