"""Which links of a page are its list: groups of links alike in structure, weighed by the evidence around them.

A group is the links with one signature (tags of the path, classes near the link) whose cards stand in one block. The
best group wins by what a list of articles has: headlines, dates, summaries, headings, addresses like articles', in the
main column. Then groups of the same make join it: the lead story above the list, the next year's block below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, pairwise
from math import exp
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from feeds.layout import HEADINGS, is_aside, is_main
from feeds.markup import text_of
from feeds.sources.page.cards import Card, read_card
from feeds.sources.page.links import Link, column_of, looks_like_article, stable_classes, title_quality

MOST_GROUPS = 12
"""Groups whose cards are read; the others' links are too few or say too little."""
MOST_JOINED = 60
LONGEST_HEADING = 80
LONGEST_LABEL = 30
MOST_ALIKE = 3
"""Addresses to which links of the same short words lead before they are labels."""
LEAST_SCORE = 0.2
LEAST_QUALITY = 0.25
"""Below it a group's links are no headlines but "Read more"."""

_ASIDE_HEADING = re.compile(
    r"(?:most (?:read|viewed|popular|shared)|popular|trending|related|see also|you (?:may|might)|recommended|"
    r"more (?:from|on)|recent (?:posts|comments)|đọc nhiều|xem nhiều|tin liên quan|bài liên quan|có thể bạn|"
    r"les plus lus|meistgelesen|lo más leído|terpopuler).{0,40}|(?:other (?:news|articles)|links|categories|tags|"
    r"(?:quick|useful|external) links|archives|follow us|tin khác|các tin khác|liên kết.{0,20}|chuyên mục)\W{0,3}",
    re.IGNORECASE,
)
"""Headings of what stands beside a list; "Category archives: Security" is a list's own."""
_OLDER_HEADING = re.compile(
    r"(?:(?:other|older|earlier|previous|more) (?:news|articles|posts|stories|releases)|(?:các )?tin (?:khác|cũ hơn)|"
    r"autres (?:actualités|articles)|(?:weitere|ältere) (?:meldungen|nachrichten)|(?:otras|más) noticias|"
    r"berita lain(?:nya)?|другие новости|أخبار أخرى|その他のニュース)\W{0,3}",
    re.IGNORECASE,
)
"""Headings of what may stand beside a list and may be the rest of it: the dates tell."""
_PERIOD = re.compile(r"\W*(?:[^\W\d]+\W+|\d{1,2}[/.-])?(?:19|20)\d\d\W*(?:\d+\W*)?")
"""A year or a month, perhaps with its number of posts: what leads to an archive; around it articles may stand."""
_LEAD = re.compile(r"lead|featured?|hero|top|main|big|first|highlight|sticky|pinned|noi-?bat|spotlight")


@dataclass(eq=False)
class Group:
    """Links alike, one per address, in the order of the page; `others` are all links of the page by address."""

    links: list[Link]
    others: Mapping[str, list[Link]]
    url: str
    base: str
    time_zone: str
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
        return card_nodes(self.roots, self.links)

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
            card = read_card(own, links, base=self.base, time_zone=self.time_zone, flat=flat, silent=silent)
            cards.append(card)
        return cards

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


def groups_of(links: Sequence[Link], *, url: str, base: str, time_zone: str) -> list[Group]:
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
            Group(list(own.values()), others, url, base, time_zone, shares, has_main) for own in by_block.values()
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


def best_group(groups: Sequence[Group]) -> Group | None:
    """The page's list, with the groups that belong to it joined; None where nothing looks like one."""
    several = [group for group in groups if len(group.links) >= 2][:MOST_GROUPS]
    best = max(several, key=lambda group: group.score * group.headline_likeness, default=None)
    if best is None or best.score < LEAST_SCORE:
        return None
    known = {link.url for link in best.links}
    parts, whole = [best], best
    alike = [group for group in groups[:MOST_JOINED] if group.links[0].signature == best.links[0].signature]
    for group in alike + [group for group in groups[:MOST_JOINED] if group not in alike]:
        own = [link for link in group.links if link.url not in known]
        if group is not best and own and _belongs(group, best if group in alike else whole):
            parts.append(group)
            known.update(link.url for link in own)
            whole = _together(parts)
    return whole


def _together(groups: Sequence[Group]) -> Group:
    first = groups[0]
    by_url: dict[str, Link] = {}
    for link in sorted((link for group in groups for link in group.links), key=lambda link: link.place):
        by_url.setdefault(link.url, link)
    whole = Group(
        list(by_url.values()), first.others, first.url, first.base, first.time_zone, first.shares, first.page_has_main
    )
    whole.joined = list(groups)
    return whole


def _belongs(group: Group, best: Group) -> bool:
    """Whether a group is more of the same list: of the same make elsewhere in the column, or the lead above it."""
    least_quality = 0.4 if _stand_side_by_side(group, best) else 0.6
    if group.headline_quality < least_quality * best.headline_quality or group.articles < 0.7 * best.articles:
        return False
    if group.region < 0.75 * best.region:
        return _continues(group, best)
    inside = [_card_around(link, best) for link in group.links]
    if any(inside) and best.headline_quality < LEAST_QUALITY:
        return False  # "Comments" beside every "Read more"
    if group.links[0].signature == best.links[0].signature and _alike(group, best):
        return True
    if _is_of_same_rows(group, best):
        return True
    if any(inside):
        enough = len(group.links) >= MOST_ALIKE and group.headline_quality >= 0.8
        return enough and _both_articles(group, best) and not _is_related(group, best)
    return _leads(group, best) or _is_between(group, best) or _continues(group, best)


def _is_related(group: Group, best: Group) -> bool:
    """Whether few cards hold such links: what an article here and there relates to, not the stories under each lead."""
    alike = (one for links in best.others.values() for one in links if one.signature == group.links[0].signature)
    roots = set(best.roots)
    holding = {step for link in alike for step in link.path if step in roots}
    return 0 < len(holding) < 0.5 * len(roots)


def _is_of_same_rows(group: Group, best: Group) -> bool:
    """Whether the cards stand among the list's and differ in a class only: the notices that stay on top of a board."""
    one, other = group.links[0], best.links[0]
    if group.block is not best.block or one.signature[-1] != other.signature[-1]:
        return False
    places = [[(step.tag, column_of(step) if step.tag == "td" else 0) for step in link.path] for link in (one, other)]
    of_one_site = _site(group) <= _site(best) and _directories(group) <= _directories(best)
    return places[0] == places[1] and of_one_site


def _stand_side_by_side(group: Group, best: Group) -> bool:
    """Whether the two blocks are siblings of one make: the paragraph of each year."""
    one, other = group.block, best.block
    if one is None or other is None or one is other:
        return False
    return (one.getparent(), one.tag, one.get("class")) == (other.getparent(), other.tag, other.get("class"))


def _continues(group: Group, best: Group) -> bool:
    """Whether a group below the list, under a heading like "Other news", goes on where the list ends.

    Its dates say so, or where it has none the numbers in the addresses.
    """
    if group.links[0].place < best.links[-1].place or group.column < 0.75 * best.column:
        return False
    if not _OLDER_HEADING.fullmatch(heading_before(group.roots[0])):
        return False
    if not _both_articles(group, best) or not _directories(group) <= _directories(best):
        return False
    earlier = [card.day_first for card in group.cards if card.day_first]
    later = [card.day_first for card in best.cards if card.day_first]
    if earlier and later:
        return len(earlier) >= 0.8 * len(group.links) and max(earlier) <= min(later)
    lower, higher = _numbers(group), _numbers(best)
    return len(lower) == len(group.links) and len(higher) == len(best.links) and max(lower) < min(higher)


def _numbers(group: Group) -> list[int]:
    """The first long number of each address that has one: most sites count their articles."""
    found = (re.search(r"\d{3,12}", "?".join(urlsplit(link.url)[2:4])) for link in group.links)
    return [int(number.group()) for number in found if number]


def _directories(group: Group) -> set[str]:
    """Where the addresses lie: their paths without the last part, figures left out."""
    paths = (urlsplit(link.url).path.rpartition("/")[0] for link in group.links)
    return {re.sub(r"\d+", "0", path) for path in paths}


def _alike(group: Group, best: Group) -> bool:
    if len(group.links) == 1:
        return _same_classes(group, best)
    likeness = (
        abs(group.dates - best.dates) + abs(group.summaries - best.summaries) + abs(group.headings - best.headings)
    )
    return likeness < 0.7 and _same_classes(group, best)


def _same_classes(group: Group, best: Group) -> bool:
    pairs = zip(group.links[0].path, best.links[0].path, strict=True)
    return all(one is other or _of_one_make(one, other) for one, other in pairs)


def _of_one_make(one: HtmlElement, other: HtmlElement) -> bool:
    """Whether two steps are called the same; the rows of one block may have more to their name ("first", "wide")."""
    own, others = stable_classes(one), stable_classes(other)
    beside = one.getparent() is other.getparent() and bool(own & others)
    return own == others or (beside and (own <= others or others <= own))


def _card_around(link: Link, best: Group) -> Link | None:
    """The link of the card in which this one stands (its label, its author, a link in its summary), if in any."""
    nodes, _ = best.layout
    around = set(link.path)
    cards = zip(best.links, nodes, strict=True)
    return next((other for other, own in cards if any(node in around for node in own)), None)


def _is_between(group: Group, best: Group) -> bool:
    """Whether a group alternates with the list on one site: the big story of each section among its small ones."""
    first, last = best.links[0].place, best.links[-1].place
    between = sum(1 for link in group.links if first < link.place < last)
    return between > 0 and _both_articles(group, best)


def _both_articles(group: Group, best: Group) -> bool:
    return group.articles >= 0.8 and best.articles >= 0.8 and _site(group) <= _site(best)


def _site(group: Group) -> set[str]:
    return {urlsplit(link.url).hostname or "" for link in group.links}


def _leads(group: Group, best: Group) -> bool:
    """A lead story: before the list, in a heading or called so, and not inside one of its cards.

    It stands in the list's column, or its address beside theirs: above the columns, on the page's full width.
    """
    link = group.links[0]
    if link.place > best.links[0].place or len(group.links) > len(best.links):
        return False
    in_headings = all(link.in_heading or _repeats_heading(link) for link in group.links)
    shared = [step for step in link.path if step in best.links[0].path]
    if shared and (best.shares.get(shared[-1], 1.0) <= 0.85 or is_main(shared[-1])):
        called = any(_LEAD.search(step.get("class") or "") for step in link.path[len(shared) :])
        if (in_headings or called) and len(group.links) <= max(2, len(best.links) // 2):
            return True
    pictures = all(not link.text and title_quality(link.spoken) >= 0.8 for link in group.links)
    if not (in_headings or pictures) or heading_before(group.roots[0]):
        return False  # a box of its own ("Most read", in whatever language)
    return _site(group) <= _site(best) and "" not in _directories(group) <= _directories(best)


def _repeats_heading(link: Link) -> bool:
    """Whether the link, which lies over its card, says what the heading in the card does."""
    around = link.path[-2] if len(link.path) > 1 else link.element
    headings = (step for step in islice(around.iter("*"), 40) if step.tag in HEADINGS)
    return any(text_of(heading) == link.text for heading in headings)
