"""Groups of a page's links that are alike in structure, weighed by the evidence around them.

A group is the links with one signature (tags of the path, classes near the link) whose cards stand in one block. It
weighs what a list of articles has: headlines, dates, summaries, headings, addresses like articles', in the main column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, pairwise
from math import exp

from lxml.html import HtmlElement

from feeds.layout import HEADINGS, is_aside, is_main
from feeds.markup import text_of
from feeds.sources.page.cards import Calendar, Card, read_card
from feeds.sources.page.dated import settled, with_headings, without_headings
from feeds.sources.page.links import Link, looks_like_article, title_quality

LONGEST_HEADING = 80
LONGEST_LABEL = 30
MOST_ALIKE = 3
"""Addresses to which links of the same short words lead before they are labels."""

_ASIDE_HEADING = re.compile(
    r"(?:most (?:read|viewed|popular|shared)|popular|trending|related|see also|you (?:may|might)|recommended|"
    r"more (?:from|on)|recent (?:posts|comments)|đọc nhiều|xem nhiều|tin liên quan|bài liên quan|có thể bạn|"
    r"les plus lus|meistgelesen|lo más leído|terpopuler).{0,40}|(?:other (?:news|articles)|links|categories|tags|"
    r"(?:quick|useful|external) links|archives|follow us|tin khác|các tin khác|liên kết.{0,20}|chuyên mục)\W{0,3}",
    re.IGNORECASE,
)
"""Headings of what stands beside a list; "Category archives: Security" is a list's own."""
_PERIOD = re.compile(r"\W*(?:[^\W\d]+\W+|\d{1,2}[/.-])?(?:19|20)\d\d\W*(?:\d+\W*)?")
"""A year or a month, perhaps with its number of posts: what leads to an archive; around it articles may stand."""


@dataclass(eq=False)
class Group:
    """Links alike, one per address, in the order of the page; `others` are all links of the page by address."""

    links: list[Link]
    others: Mapping[str, list[Link]]
    url: str
    base: str
    calendar: Calendar
    shares: Mapping[HtmlElement, float]
    """How much of the page's links an element holds."""
    page_has_main: bool = False
    joined: list[Group] = field(default_factory=list)

    @cached_property
    def roots(self) -> list[HtmlElement]:
        return card_roots(self.links)

    @cached_property
    def block(self) -> HtmlElement | None:
        parent: HtmlElement | None = self.roots[0].getparent()
        return parent

    @cached_property
    def layout(self) -> tuple[list[list[HtmlElement]], bool]:
        """The elements of each card, and whether the list is flat."""
        nodes, flat = card_nodes(self.roots, self.links)
        return (without_headings(nodes, self.roots, self.calendar), flat) if flat else (nodes, flat)

    @cached_property
    def cards(self) -> list[Card]:
        nodes, flat = self.layout
        silent = len(self.links) >= MOST_ALIKE and len({link.text for link in self.links}) == 1
        cards = []
        for link, own in zip(self.links, nodes, strict=True):
            inside = [
                other
                for other in self.others[link.url]
                if other is not link and any(node in other.path for node in own)
            ]
            links = [link, *inside]
            card = read_card(own, links, base=self.base, calendar=self.calendar, flat=flat, silent=silent)
            cards.append(card)
        return settled(with_headings(cards, self.roots, self.calendar))

    @cached_property
    def headline_quality(self) -> float:
        texts = [max(link.text, link.spoken, key=title_quality) for link in self.links]
        distinct = len(set(texts)) / len(texts)
        return distinct * sum(map(title_quality, texts)) / len(texts)

    @property
    def headline_likeness(self) -> float:
        """A little below 1: of the kinds of link in the same cards, the one with few words makes the best pattern.

        What says no headline itself ("Download") stands behind all that do.
        """
        if self.links[0].signature[-1] != "words" or self.headline_quality < 0.3:
            return 0.97
        return 1.0 - 0.0001 * min(300, sum(len(link.text) for link in self.links) / len(self.links))

    @cached_property
    def region(self) -> float:
        """How likely the place is the main column: above 1 in it, below where the page or a heading says otherwise."""
        beside = _ASIDE_HEADING.fullmatch(heading_before(self.roots[0]))
        return max(self.column * (0.35 if beside else 1.0), 0.05)

    @cached_property
    def column(self) -> float:
        """As `region`, whatever the heading says."""
        factor, in_main = 1.0, False
        outer = (
            self.links[0].path[: self.links[0].path.index(self.roots[0])]
            if len(self.links) > 1
            else self.links[0].path[:-1]
        )
        for step in outer:
            if is_aside(step) and self.shares.get(step, 0.0) < 0.6:
                factor *= 0.35
            in_main = in_main or is_main(step)
        if in_main:
            factor *= 1.15
        elif self.page_has_main:
            factor *= 0.6
        return factor

    def share(self, having: Iterable[object]) -> float:
        return sum(1 for one in having if one) / len(self.links)

    @cached_property
    def dates(self) -> float:
        return self.share(card.day_first for card in self.cards)

    @cached_property
    def summaries(self) -> float:
        return self.share(card.summary for card in self.cards)

    @cached_property
    def headings(self) -> float:
        return self.share(card.link.in_heading for card in self.cards)

    @cached_property
    def articles(self) -> float:
        return self.share(looks_like_article(link.url) for link in self.links)

    @cached_property
    def quick_score(self) -> float:
        """An upper guess at `score` that reads no card."""
        size = 1 - exp(-len(self.links) / 6)
        return size * (0.3 + 0.7 * self.headline_quality + 0.4 * self.articles) * self.region

    @cached_property
    def score(self) -> float:
        """0 to about 1: evidence that this is the page's list of articles."""
        titles = [card.title for card in self.cards]
        quality = sum(map(title_quality, titles)) / len(titles) * len(set(titles)) / len(titles)
        marked = self.share(
            any(step.tag == "article" or "item" in (step.get("itemtype") or "") for step in card.link.path)
            for card in self.cards
        )
        evidence = 0.34 * quality + 0.2 * self.dates + 0.14 * self.summaries + 0.1 * self.headings
        evidence += 0.14 * self.articles + 0.08 * marked
        if quality < 0.25:
            evidence *= 0.4
        if self.share(_PERIOD.fullmatch(link.text) for link in self.links) > 0.8:
            evidence *= 0.3
        size = 1 - exp(-(len(self.links) + 1) / 5)
        return evidence * size * self.region


def card_roots(links: Sequence[Link]) -> list[HtmlElement]:
    """For each link the largest element that holds this address of the group and no other: its card."""
    holds: dict[HtmlElement, str | None] = {}
    for link in links:
        for step in reversed(link.path):
            if step not in holds:
                holds[step] = link.url
            elif holds[step] is None:
                break
            elif holds[step] != link.url:
                holds[step] = None
    return [next((step for step in link.path if holds[step] is not None), link.path[-1]) for link in links]


def card_nodes(roots: Sequence[HtmlElement], links: Sequence[Link]) -> tuple[list[list[HtmlElement]], bool]:
    """The elements of each card. In a flat list (headline, date and summary are siblings) those around its headline."""
    parent = roots[0].getparent()
    sample = list(zip(roots, links, strict=True))[:8]
    bare = sum(1 for root, link in sample if len(text_of(root)) <= len(link.text) + 6)
    same_parent = all(root.getparent() is parent for root in roots)
    if parent is None or not same_parent:
        return [[root] for root in roots], False
    siblings = list(parent)
    places = {root: place for place, root in enumerate(siblings)}
    starts = [places[root] for root in roots]
    spaced = len(starts) > 1 and all(later - earlier > 1 for earlier, later in pairwise(starts))
    is_item = roots[0].tag in ("li", "tr", "article", "option")
    if not spaced and (is_item or bare < 0.7 * len(sample)):
        return [[root] for root in roots], False
    ahead = _lead_length(siblings, starts)
    nodes = []
    for number, start in enumerate(starts):
        end = starts[number + 1] - ahead if number + 1 < len(starts) else _run_end(siblings, starts, start)
        nodes.append(siblings[max(0, start - ahead) : max(start + 1, end)])
    return nodes, True


def _lead_length(siblings: Sequence[HtmlElement], starts: Sequence[int]) -> int:
    """How many elements of a card stand before its headline: of the same make before each of them."""
    ahead = 0
    while ahead < 3:
        column = [siblings[start - ahead - 1] for start in starts if start - ahead - 1 >= 0]
        likeness = {(step.tag, step.get("class")) for step in column}
        inside = all(later - ahead - 1 > earlier for earlier, later in pairwise(starts))
        if len(column) < len(starts) or len(likeness) != 1 or not inside or column[0].tag in (*HEADINGS, "hr"):
            break
        if ahead == 0 and not _short(column):
            break
        ahead += 1
    return ahead


def _short(column: Sequence[HtmlElement]) -> bool:
    """A date or a picture stands before a headline; a long text before it is the summary of the card above."""
    return all(len(text_of(step)) <= 60 for step in column)


def _run_end(siblings: Sequence[HtmlElement], starts: Sequence[int], start: int) -> int:
    """Where the last card ends: as long as the longest of the others, and not beyond a heading."""
    longest = max((later - earlier for earlier, later in pairwise(starts)), default=3)
    end = min(len(siblings), start + longest)
    for place in range(start + 1, end):
        if siblings[place].tag in (*HEADINGS, "hr", "nav", "footer", "script"):
            return place
    return end


def heading_before(root: HtmlElement) -> str:
    """The heading under which a card stands: the nearest one among its own and its ancestors' earlier siblings.

    A first-level heading is the page's own, and no judgement on the list below it.
    """
    step = root
    for _ in range(5):
        for sibling in islice(step.itersiblings(preceding=True), 3):
            heading = _heading_in(sibling)
            if heading is not None:
                return "" if heading.tag == "h1" else text_of(heading, LONGEST_HEADING)
        parent = step.getparent()
        if parent is None or parent.tag in ("body", "main", "html"):
            break
        step = parent
    return ""


def _heading_in(element: HtmlElement) -> HtmlElement | None:
    """The element itself or its first heading, where it is a heading or a short block around one."""
    first = next((step for step in islice(element.iter("*"), 12) if step.tag in HEADINGS), None)
    if first is not None and (len(element) <= 3 or element.tag == "header"):
        return first
    called = element.tag in ("legend", "caption") or re.search(r"title|head", element.get("class") or "")
    return element if called else None


def groups_of(links: Sequence[Link], *, url: str, base: str, calendar: Calendar) -> list[Group]:
    """All groups of the page, singles included, the most promising first."""
    others: dict[str, list[Link]] = {}
    for link in links:
        others.setdefault(link.url, []).append(link)
    counts: dict[HtmlElement, int] = {}
    for link in links:
        for step in link.path:
            counts[step] = counts.get(step, 0) + 1
    shares = {step: count / len(links) for step, count in counts.items()}
    has_main = any(step.tag == "main" or step.get("role") == "main" for step, share in shares.items() if share < 0.95)

    labels = _labels(links)
    by_signature: dict[tuple[str, ...], list[Link]] = {}
    for link in links:
        kind = ("label",) if link in labels else ()
        by_signature.setdefault((*link.signature, *kind), []).append(link)
    groups: list[Group] = []
    for alike in by_signature.values():
        by_block: dict[HtmlElement | None, dict[str, Link]] = {}
        for link, root in zip(alike, card_roots(alike), strict=True):
            by_block.setdefault(root.getparent(), {}).setdefault(link.url, link)
        groups.extend(
            Group(list(own.values()), others, url, base, calendar, shares, has_main) for own in by_block.values()
        )
    return sorted(groups, key=lambda group: group.quick_score, reverse=True)


def _labels(links: Sequence[Link]) -> set[Link]:
    """Links that say the same beside many headlines ("Français", "PDF 1"): none of them is one."""
    leads_to: dict[str, set[str]] = {}
    for link in links:
        leads_to.setdefault(link.text, set()).add(link.url)
    found: set[Link] = set()
    for earlier, link in pairwise(links):
        together = len(link.path) > 1 and len(earlier.path) > 1 and link.path[-2] is earlier.path[-2]
        repeated = len(leads_to[link.text]) >= MOST_ALIKE and len(link.text) <= LONGEST_LABEL
        if together and repeated and (earlier in found or len(leads_to[earlier.text]) < MOST_ALIKE):
            found.add(link)
    return found
