"""The dates that a list says once for several items, and which of those that leave something to guess are kept.

    26 November 2026       a heading, a term, a row of its own, a cell over several rows
        First headline     ─→ 26 November
        Second headline    ─→ 26 November

A wrong date is worse than none: a page shows today's date at its head, and "26 Nov" may be an event's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from lxml.html import HtmlElement

from feeds.dates import date_alone, parse_date
from feeds.layout import HEADINGS, is_aside
from feeds.markup import text_of
from feeds.sources.page.cards import SHORT_LINE, Calendar, Card

ENOUGH = 0.5
"""The share of a list that must have a date before guesses count: one "26 Nov" among many items is part of a text."""
RISE = timedelta(days=31)
"""A list that falls in time and suddenly rises by so much has come into another year, or holds something pinned."""
_LEVELS = 3
_SIBLINGS = 60
_HEADING_TAGS = HEADINGS | {"dt", "th", "caption", "summary", "legend"}
_NO_CEILING = frozenset({"body", "html", "main"})
_Heading = tuple[HtmlElement, datetime, datetime, bool]
"""Its element, both readings of its figures, and whether something of it is a guess."""


def settled(cards: Sequence[Card]) -> list[Card]:
    """The cards, without the guessed dates that are not to be trusted."""
    guessed = [card for card in cards if card.is_guess]
    if not guessed:
        return list(cards)
    dated = [card for card in cards if card.day_first]
    if len(dated) < ENOUGH * len(cards):
        return [_without_date(card) if card.is_guess else card for card in cards]
    found: list[Card] = []
    earlier: datetime | None = None
    has_risen = False
    for card in cards:
        date = card.day_first
        if date is not None and earlier is not None and date > earlier + RISE:
            has_risen = True
        found.append(_without_date(card) if card.is_guess and has_risen else card)
        earlier = date or earlier
    return found


def _without_date(card: Card) -> Card:
    return replace(card, day_first=None, month_first=None, is_guess=False)


def without_headings(
    nodes: Sequence[Sequence[HtmlElement]], roots: Sequence[HtmlElement], calendar: Calendar
) -> list[list[HtmlElement]]:
    """The elements of a flat list's cards, each without the date that stands above the cards after it."""
    before = roots[0].getprevious()
    if before is None or _read(before, calendar) is None:
        return [list(own) for own in nodes]
    kept = []
    for number, (own, root) in enumerate(zip(nodes, roots, strict=True)):
        behind = own[own.index(root) + 1 :] if root in own else []
        heads = [step for step in behind if step.tag == before.tag and _read(step, calendar) is not None]
        if heads and number + 1 == len(nodes):
            return [list(one) for one in nodes]  # the last one has its date below: so have they all
        kept.append(list(own[: own.index(heads[0])] if heads else own))
    return kept


def with_headings(cards: Sequence[Card], roots: Sequence[HtmlElement], calendar: Calendar) -> list[Card]:
    """The cards, those without a date with that of the heading they stand under.

    Several headings between the cards prove themselves; a single one must be a heading by its tag, right before them.
    """
    undated = [place for place, card in enumerate(cards) if not card.day_first]
    if not undated:
        return list(cards)
    own = set(roots)
    found: dict[int, _Heading] = {}
    if len(undated) >= ENOUGH * len(cards):
        found = {place: heading for place in undated if (heading := _heading(roots[place], own, calendar))}
        elements = {heading[0] for heading in found.values()}
        if len(elements) == 1 and not _is_heading_of(elements.pop(), roots[min(found)]):
            found = {}
    for place in undated:
        cell = _cell_over(roots[place], calendar)
        if cell:
            found[place] = cell
    return [
        replace(card, day_first=found[place][1], month_first=found[place][2], is_guess=found[place][3])
        if place in found
        else card
        for place, card in enumerate(cards)
    ]


def _heading(root: HtmlElement, own: set[HtmlElement], calendar: Calendar) -> _Heading | None:
    """The nearest date above a card, among its own and its ancestors' earlier siblings, other cards passed over."""
    step = root
    for level in range(_LEVELS):
        for sibling in islice(step.itersiblings(preceding=True), _SIBLINGS):
            if not isinstance(sibling.tag, str):
                continue
            if sibling in own:
                continue
            heading = _read(sibling, calendar)
            if heading is not None:
                return heading
            if sibling.tag in HEADINGS or (level and any(one in own for one in sibling.iterdescendants())):
                return None  # another section; or other cards, whose heading is not theirs alone
        parent = step.getparent()
        if parent is None or parent.tag in _NO_CEILING:
            return None
        step = parent
    return None


def _is_heading_of(element: HtmlElement, first: HtmlElement) -> bool:
    """Whether it is a heading, right before the first card or the list: a page's head may show today's date."""
    parent = first.getparent()
    beside = (first.getprevious(), parent.getprevious() if parent is not None else None)
    if element not in beside or is_aside(element):
        return False
    return any(step.tag in _HEADING_TAGS for step in islice(element.iter("*"), 4))


def _cell_over(root: HtmlElement, calendar: Calendar) -> _Heading | None:
    """The date in a cell that an earlier row lends to this one (`rowspan`)."""
    if root.tag != "tr":
        return None
    for distance, row in enumerate(islice(root.itersiblings("tr", preceding=True), _SIBLINGS), 1):
        for cell in row:
            rows = cell.get("rowspan") or ""
            if cell.tag in ("td", "th") and rows.isdecimal() and int(rows[:4]) > distance:
                heading = _read(cell, calendar)
                if heading is not None:
                    return heading
    return None


def _read(element: HtmlElement, calendar: Calendar) -> _Heading | None:
    """The date of an element that says nothing else."""
    text = text_of(element, 2 * SHORT_LINE)
    if not text or len(text) > SHORT_LINE:
        return None
    found = _date(text, calendar, True)
    if found is None:
        return None
    other = _date(text, calendar, False) or found
    return element, found[0], other[0], found[1]


def _date(text: str, calendar: Calendar, day_first: bool) -> tuple[datetime, bool] | None:
    if calendar.now is None:
        moment = parse_date(text, time_zone=calendar.time_zone, day_first=day_first)
        is_short = sum(map(str.isalpha, text)) <= SHORT_LINE // 2
        return (moment, False) if moment and is_short else None
    found = date_alone(text, now=calendar.now, time_zone=calendar.time_zone, day_first=day_first)
    return (found.moment, found.is_guess) if found else None
