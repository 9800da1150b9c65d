"""From a page's bytes to the entries of its list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from feeds.errors import BotProtection, EmptyList, ReadError
from feeds.markup import absolute, base_of, parse, text_of
from feeds.model import Entry
from feeds.protection import NEAR_EMPTY, check_protection, is_shell
from feeds.sources.page.cards import Calendar, Card
from feeds.sources.page.groups import Group, groups_of
from feeds.sources.page.links import Link, links_of, title_quality
from feeds.sources.page.pattern import patterns_of, select
from feeds.sources.page.structured import PATTERN, structured_entries
from feeds.sources.page.whole import best_group

_FIGURES = re.compile(r"(?<![\d./-])(\d{1,2})[/.-](\d{1,2})[/.-](?:\d{4}|\d\d)(?!\d)")

_YEARLESS = re.compile(r"(?<![\d./-])(\d{1,2})[/.-](\d{1,2})(?![\d./-])")


@dataclass(frozen=True)
class FoundList:
    """A page's list: its entries, how sure it is one (0 to 1), why, and the patterns by which it is found again."""

    entries: list[Entry]
    confidence: float
    why: str
    patterns: tuple[str, ...] = ()


def read_list(
    html: bytes,
    url: str,
    *,
    selector: str | None = None,
    pattern: str | Sequence[str] | None = None,
    time_zone: str | None = None,
    charset: str | None = None,
    now: datetime | None = None,
) -> list[Entry]:
    """The articles that the page at `url` lists, in its order, each address once.

    `selector` is CSS or XPath (which begins with `/`, `.` or `(`) of the links, or of elements that each hold one;
    `pattern` is what `feeds.sources.discover` stored: CSS too, or "json-ld". Dates without a zone are days in
    `time_zone` (IANA name, else UTC); `charset` is what the header named. Only with `now` (aware) are days without a
    year and dates like "3 hours ago" understood. Raises `EmptyList` where no list is found,
    `BotProtection` where a challenge page stands in place of the site, `ReadError` where the selector cannot be
    read.
    """
    return find_list(
        html, url, selector=selector, pattern=pattern, time_zone=time_zone, charset=charset, now=now
    ).entries


def find_list(
    html: bytes,
    url: str,
    *,
    selector: str | None = None,
    pattern: str | Sequence[str] | None = None,
    time_zone: str | None = None,
    charset: str | None = None,
    now: datetime | None = None,
) -> FoundList:
    """As `read_list`, with the evidence."""
    tree = parse(html, charset)
    zone = time_zone or "UTC"
    calendar = Calendar(zone, now, tree.get("lang") or "")
    if pattern == PATTERN and not selector:
        stated = structured_entries(tree, url, zone)
        if not stated:
            raise _nothing(tree, url, "the page no longer states its list for machines: was it redesigned?")
        return FoundList(stated, 1.0, "the stored pattern", (PATTERN,))
    if selector or pattern:
        selectors = [selector] if selector else [pattern] if isinstance(pattern, str) else list(pattern or ())
        found = _selected(tree, url, selectors, calendar)
        if found is None:
            raise _nothing(tree, url, f"nothing matches {' or '.join(selectors)}: was the page redesigned?")
        why = "the given selector" if selector else "the stored pattern"
        cards = found.cards if selector else _without_strays(found.cards)
        return FoundList(_entries(cards), 1.0, why, tuple(selectors))
    best = best_group(groups_of(links_of(tree, url), url=url, base=base_of(tree, url), calendar=calendar))
    if best is None:
        raise _nothing(tree, url, "no list of articles is recognisable on the page; a selector can name it")
    return FoundList(
        _entries(_without_strays(best.cards)), min(1.0, best.score * 1.15), _why(best), patterns_of(best, tree)
    )


def _selected(tree: HtmlElement, url: str, selectors: Sequence[str], calendar: Calendar) -> Group | None:
    """The links that the selectors name, as one group in page order; None where there is none."""
    base = base_of(tree, url)
    links = links_of(tree, url)
    by_element = {own.element: own for own in links}
    others: dict[str, list[Link]] = {}
    for own in links:
        others.setdefault(own.url, []).append(own)
    chosen: dict[str, Link] = {}
    for selector in selectors:
        try:
            found = select(tree, selector)
        except ValueError as error:
            raise ReadError(str(error), url=url) from error
        for one in found:
            link = _link_in(one, by_element, others, base)
            if link is not None and (link.url not in chosen or _says_more(link, chosen[link.url])):
                chosen[link.url] = link
    if not chosen:
        return None
    in_order = sorted(chosen.values(), key=lambda link: link.place)
    return Group(in_order, others, url, base, calendar, {})


def _says_more(link: Link, other: Link) -> bool:
    """Of two links to one address, whether the first is the headline and the second the picture beside it."""
    return (link.in_heading, title_quality(link.text)) > (other.in_heading, title_quality(other.text))


def _link_in(
    one: HtmlElement | str, by_element: dict[HtmlElement, Link], others: dict[str, list[Link]], base: str
) -> Link | None:
    if isinstance(one, str):  # XPath that ends in @href
        target = absolute(one, base)
        return others[target][0] if target in others else None
    if not isinstance(one, HtmlElement):
        return None
    inside = [by_element[step] for step in one.iter("a") if step in by_element]
    if inside:
        return max(inside, key=lambda link: (link.in_heading, title_quality(link.text)))
    return next((by_element[step] for step in one.iterancestors("a") if step in by_element), None)


def _entries(cards: Sequence[Card]) -> list[Entry]:
    """Dates in figures are all read one way: the way that fits the whole list."""
    month_first = _months_come_first(cards)
    return [
        Entry(
            url=card.link.url,
            title=card.title,
            summary=card.summary,
            author=card.author,
            published=card.month_first if month_first else card.day_first,
            image=card.image,
        )
        for card in cards
    ]


def _without_strays(cards: Sequence[Card]) -> Sequence[Card]:
    """The cards without links that stand like an article but lack all that the others have ("Older news")."""
    if len(cards) < 4:
        return cards
    dated = [card for card in cards if card.day_first]
    if len(dated) >= 0.6 * len(cards):
        directories = {_directory(card) for card in dated}
        summaries = any(card.summary for card in dated)
        cards = [
            card
            for card in cards
            if card.day_first
            or _directory(card) in directories
            or card.image
            or card.link.in_heading
            or (summaries and card.summary)
        ]
    if len(dated) >= 0.8 * len(cards):
        cards = [card for card in cards if card.day_first or not card.link.in_sentence]
    complete = [card for card in cards if card.day_first and card.summary]
    if len(complete) < 0.8 * len(cards):
        return cards
    return [card for card in cards if card.day_first or card.summary or title_quality(card.title) >= 0.9]


def _directory(card: Card) -> str:
    return urlsplit(card.link.url).path.rpartition("/")[0]


def _months_come_first(cards: Sequence[Card]) -> bool:
    """One date that only one reading allows decides for all; else the reading in which the list falls in time."""
    figures = [found for card in cards for line in card.lines for found in _FIGURES.findall(line.text[:60])]
    guesses = [card for card in cards if card.is_guess]
    figures += [found for card in guesses for line in card.lines for found in _YEARLESS.findall(line.text[:60])]
    if any(int(first) > 12 for first, _ in figures):
        return False
    if any(int(second) > 12 for _, second in figures):
        return True
    return _disorder([card.month_first for card in cards]) < _disorder([card.day_first for card in cards])


def _disorder(dates: Sequence[datetime | None]) -> int:
    """How often a list that should fall in time rises; a list all in rising order counts as in order too."""
    known = [date for date in dates if date is not None]
    pairs = list(pairwise(known))
    rises = sum(1 for earlier, later in pairs if later > earlier)
    falls = sum(1 for earlier, later in pairs if later < earlier)
    return min(rises, falls)


def _why(group: Group) -> str:
    parts = [f"{len(group.links)} links alike in structure"]
    for share, what in ((group.dates, "a date"), (group.summaries, "a summary"), (group.headings, "a heading")):
        if share >= 0.5:
            parts.append(f"{round(share * 100)} % with {what}")
    if len(group.joined) > 1:
        parts.append(f"joined from {len(group.joined)} blocks")
    return ", ".join(parts)


def _nothing(tree: HtmlElement, url: str, message: str) -> ReadError:
    try:
        check_protection(tree, url)
    except BotProtection as error:
        return error
    if is_shell(tree) and len(text_of(tree)) < NEAR_EMPTY:
        message = "the page is an empty frame that scripts fill in a browser; look for its feed or interface"
    return EmptyList(message, url=url)
