"""Which group is the page's list, and which others belong to it: a lead above it, the next year's block below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from feeds.layout import HEADINGS, is_main
from feeds.markup import text_of
from feeds.sources.page.groups import MOST_ALIKE, Group, heading_before
from feeds.sources.page.links import Link, column_of, stable_classes, title_quality

MOST_GROUPS = 12
"""Groups whose cards are read; the others' links are too few or say too little."""
MOST_JOINED = 60
LEAST_SCORE = 0.2
LEAST_QUALITY = 0.25
"""Below it a group's links are no headlines but "Read more"."""

_OLDER_HEADING = re.compile(
    r"(?:(?:other|older|earlier|previous|more) (?:news|articles|posts|stories|releases)|(?:các )?tin (?:khác|cũ hơn)|"
    r"autres (?:actualités|articles)|(?:weitere|ältere) (?:meldungen|nachrichten)|(?:otras|más) noticias|"
    r"berita lain(?:nya)?|другие новости|أخبار أخرى|その他のニュース)\W{0,3}",
    re.IGNORECASE,
)
"""Headings of what may stand beside a list and may be the rest of it: the dates tell."""
_LEAD = re.compile(r"lead|featured?|hero|top|main|big|first|highlight|sticky|pinned|noi-?bat|spotlight")


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
        list(by_url.values()), first.others, first.url, first.base, first.calendar, first.shares, first.page_has_main
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
