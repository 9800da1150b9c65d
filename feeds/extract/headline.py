"""Which of the page's texts is the article's title: what it shows, weighed by what it says for machines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from feeds.extract.facts import Facts
from feeds.layout import HEADINGS, is_aside, is_hidden
from feeds.markup import text_of, words_of

_TITLE_WORDS = re.compile(
    r"(?:^|[\s_-])(?:(?:entry|post|article|news|detail|page|story|content)?[_-]?(?:title|headline)|tieu-?de)(?:$|[\s_-])"
)
_BANNER = re.compile(
    r"under construction|skip to|cookie|javascript|subscribe|welcome to|đang xây dựng|cổng thông tin", re.IGNORECASE
)
_SEPARATED = re.compile(r"\s+[|–—»·:•-]\s+|\s*[|»•]\s*")
_FILE_NAME = re.compile(r"[\w.]+(?:[-_][\w.]+){2,}")
"""What some systems put where the title should be: the page's own name, "test-of-seats-2026"."""
_WORD = re.compile(r"[^\W_]+")
LONGEST = 300
MOST_ELEMENTS = 20_000
MOST_SET_OFF = 200


@dataclass(frozen=True)
class Headline:
    """The title, and the element that shows it, if one does."""

    text: str
    element: HtmlElement | None


def fold(text: str) -> str:
    """Letters and figures only, in one case: two spellings of one line are equal."""
    return " ".join(_WORD.findall(text.casefold()))


def read_headline(tree: HtmlElement, facts: Facts, url: str, entry_title: str) -> Headline:
    """The best supported text. A site's name, a banner and the headings of other articles' cards are none."""
    sites = {fold(name) for name in facts.site_names} | {fold(urlsplit(url).hostname or "")}
    slug = _slug_words(url)
    scores: dict[str, float] = {}
    shown: dict[str, tuple[str, HtmlElement | None]] = {}

    def add(text: str, points: float, element: HtmlElement | None = None) -> None:
        key = fold(text)
        if not key or len(text) > LONGEST or key in sites or _BANNER.search(text) or _FILE_NAME.fullmatch(text):
            return
        scores[key] = scores.get(key, 0.0) + points
        if key not in shown or (shown[key][1] is None and element is not None):
            shown[key] = (text, element)

    for rank, text in enumerate(facts.titles):
        add(_without_site(text, sites), 4.0 - 0.1 * rank)
    parts = _title_parts(facts.page_title, sites)
    for part in parts:
        add(part, 2.5 if len(parts) == 1 else 1.5)
    add(entry_title, 3.0)
    stated = tuple(scores)
    for element, points in _shown_titles(tree) or _set_off_lines(tree):
        add(text_of(element), points, element)
    for key in scores:
        scores[key] += 3.0 * _overlap(slug, key.split())
        if len(key.split()) < 3:
            scores[key] -= 1.0
    for key, (_, element) in shown.items():  # a visible title that a machine's title, cut off or extended, agrees with
        if element is not None and any(other != key and _agree(key, other) for other in stated):
            scores[key] += 2.0
    if not scores:
        return Headline("", None)
    best = max(scores, key=lambda key: (scores[key], len(key)))
    text, element = shown[best]
    return Headline(_without_date(text, best, [shown[key][0] for key in stated]), element)


def _without_date(text: str, key: str, stated: list[str]) -> str:
    """ "Jun 17 A harbour opens" is the stated "A harbour opens", with a date inside the same heading."""
    for other in stated:
        folded = fold(other)
        rest = key.removeprefix(folded) if key.startswith(folded) else key.removesuffix(folded)
        if rest != key and rest.strip() and len(rest.split()) <= 5 and any(letter.isdecimal() for letter in rest):
            return other
    return text


def _shown_titles(tree: HtmlElement) -> list[tuple[HtmlElement, float]]:
    body = tree.body if tree.body is not None else tree
    found = []
    seen_first = False
    for number, element in enumerate(body.iter("*")):
        if number > MOST_ELEMENTS:
            break
        words = words_of(element)
        called = bool(_TITLE_WORDS.search(words)) or "headline" in words.split()
        if element.tag not in HEADINGS and not called:
            continue
        if element.tag not in (*HEADINGS, "div", "p", "span", "strong", "td", "a") or len(element) > 8:
            continue
        points = {"h1": 3.0, "h2": 1.5, "h3": 1.0}.get(element.tag, 0.3) + (1.0 if called else 0.0)
        if any(is_hidden(step) for step in (element, *element.iterancestors())):
            continue
        if any(
            is_aside(step) for step in element.iterancestors() if step.tag not in ("header", "body", "html", "form")
        ):
            points -= 3.0
        if element.tag == "a" or any(step.get("href") for step in (*element.iter("a"), *element.iterancestors("a"))):
            points -= 1.5
        if points > 1.0 and not seen_first:
            points += 0.5
            seen_first = True
        found.append((element, points))
    return found


def _set_off_lines(tree: HtmlElement) -> list[tuple[HtmlElement, float]]:
    """On a page without any heading: the first bold or centred line before the first paragraph of prose."""
    for number, element in enumerate(tree.iter("b", "strong", "big", "center", "p", "td")):
        if number > MOST_SET_OFF:
            break
        text = text_of(element, LONGEST)
        if element.tag == "p" and element.get("align") != "center":
            if len(text) > 120:
                break
        elif 15 <= len(text) <= 200 and len(element) <= 2 and not any(True for _ in element.iter("a")):
            return [(element, 3.0)]
    return []


def _title_parts(page_title: str, sites: set[str]) -> list[str]:
    """The `<title>` without the site's name; where that name is not known, also its longest part by any separator."""
    whole = _without_site(page_title.strip(), sites)
    parts = [part.strip() for part in _SEPARATED.split(whole) if fold(part) not in sites and part.strip()]
    longest = max(parts, key=len, default="")
    if len(parts) <= 1 or whole != page_title.strip():
        return [whole] if fold(whole) not in sites else []
    return [longest] if len(longest) * 2 > len(whole) else [longest, whole]


def _without_site(text: str, sites: set[str]) -> str:
    """A title cut before " | Site" or after "Site - "; hyphens inside the headline stay."""
    for separator in _SEPARATED.finditer(text):
        if fold(text[separator.end() :]) in sites:
            return text[: separator.start()].strip()
        if fold(text[: separator.start()]) in sites:
            return text[separator.end() :].strip()
    return text


def _slug_words(url: str) -> set[str]:
    path = unquote(urlsplit(url).path)
    longest = max(re.split(r"[/.]", path), key=len, default="")
    return {word for word in re.split(r"[-_+%\s]+", longest.casefold()) if len(word) > 2 and not word.isdecimal()}


def _overlap(slug: set[str], words: list[str]) -> float:
    """How much of an address's slug the words cover, when it is one made of words."""
    if len(slug) < 3:
        return 0.0
    share = len(slug & set(words)) / len(slug)
    return share if share >= 0.5 else 0.0


def _agree(key: str, other: str) -> bool:
    short, long = sorted((key, other), key=len)
    return len(short) >= 15 and (long.startswith(short) or long.endswith(short) or short in long)
