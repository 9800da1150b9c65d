"""One article's page, from bytes to `Article`: facts, what is shown, the body, and how each corrects the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from lxml.html import HtmlElement

from feeds.dates import parse_date
from feeds.extract.body import Block, read_blocks
from feeds.extract.byline import is_signature, name_in, name_like, shown_author, signed_lines, stated_author
from feeds.extract.caption import is_caption
from feeds.extract.facts import Facts, read_facts
from feeds.extract.headline import fold, read_headline
from feeds.extract.language import language_of
from feeds.extract.prune import prune
from feeds.extract.sanitise import sanitise
from feeds.extract.when import changed, likely_day, printed_date, published
from feeds.layout import Line, is_aside, lines_of
from feeds.markup import absolute, base_of, one_line, parse
from feeds.model import Article, Entry
from feeds.protection import check_protection

LONGEST_SUMMARY = 400
LEAST_LEAD = 40
MOST_LINES = 3_000

_LEAD_WORDS = re.compile(
    r"(?:^|[\s_-])(?:lead|lede|sapo|summary|standfirst|deck|dek|intro|excerpt|abstract|subtitle|sub-?title|description|desc|"
    r"tom-?tat|chapeau|teaser|strapline)(?:$|[\s_-])"
)
_ICON = re.compile(r"logo|icon|avatar|sprite|banner|pixel|blank|spacer|1x1|loading|placeholder|button", re.IGNORECASE)
_PUBLISHER_LINE = re.compile(r"^(?:source|nguồn|photo|ảnh|image|theo)\s*:", re.IGNORECASE)


def read_article(
    html: bytes,
    url: str,
    *,
    time_zone: str | None = None,
    entry: Entry | None = None,
    charset: str | None = None,
) -> Article:
    """The article that the page at `url` holds; a pure function of its arguments.

    `published` keeps the source's offset, so that `.date()` is the day the page printed; a date without zone is a day
    in `time_zone` (IANA name), else UTC. `entry` is what the list or feed said: it fills gaps and settles doubts. Any
    bytes give an article, if need be an empty one with its address; only a challenge page in place of the site raises
    `BotProtection`. `url` is the one given, not the page's own idea of it; `charset` is what the header named.
    """
    tree = parse(html, charset)
    check_protection(tree, url)
    entry = entry or Entry(url)
    base = base_of(tree, url)
    facts = read_facts(tree, url, base)
    headline = read_headline(tree, facts, url, entry.title)
    body = tree.body if tree.body is not None else tree
    lines = [line for _, line in zip(range(MOST_LINES), lines_of(body), strict=False)]
    title_line = _title_line(lines, headline.text)
    holders = set(headline.element.iterancestors()) if headline.element is not None else set()
    printed, has_time = printed_date(lines, title_line, time_zone or "UTC", holders)
    when = published(facts.published, printed, has_time, entry.published, url, time_zone)
    if when is None:
        when = likely_day(tree, url, time_zone)
    signed = signed_lines(body)
    boxed = shown_author(body, holders)
    picture = facts.image or _lead_picture(body, headline.element, base) or entry.image
    in_view = lines[title_line + 1 :] if title_line is not None else lines
    leads = _leads(in_view, facts, entry)
    above = {fold(line.text) for line in lines[: title_line or 0] if len(line.text) <= LEAST_LEAD}

    prune(tree, headline.element)
    blocks = _lead_first(read_blocks(tree, url, base), leads)
    blocks, byline = _without_furniture(blocks, headline.text, signed, above)
    text = "\n\n".join(block.text for block in blocks if block.text)
    return Article(
        url=url,
        title=headline.text or entry.title,
        author=byline or stated_author(facts, headline.text) or boxed or entry.author,
        published=when,
        updated=changed(facts.modified, time_zone) or entry.updated,
        language=language_of(facts.language or entry.language, text or entry.summary),
        image=picture,
        text=text,
        html=sanitise("\n".join(block.html for block in blocks), base),
        summary=_summary(entry, facts, blocks),
        guid=entry.guid,
        categories=entry.categories,
    )


def _title_line(lines: Sequence[Line], title: str) -> int | None:
    key = fold(title)
    places = [number for number, line in enumerate(lines) if key and fold(line.text) == key]
    inside = [number for number in places if lines[number].element.tag in ("h1", "h2")]
    return next(iter(inside or places), None)


def _lead_picture(body: HtmlElement, title: HtmlElement | None, base: str) -> str | None:
    """The first picture after the title that is no logo, icon or part of a sidebar."""
    after = title is None
    for element in body.iter("*"):
        after = after or element is title
        if element.tag != "img" or not after:
            continue
        address = next((element.get(name) for name in ("data-src", "data-original", "src") if element.get(name)), None)
        if not address or address.startswith("data:") or _ICON.search(address):
            continue
        size = element.get("width") or ""
        if size.isdecimal() and int(size) < 60:
            continue
        if not any(is_aside(step) for step in element.iterancestors() if step.tag not in ("body", "html")):
            return absolute(address, base)
    return None


def _leads(lines: Sequence[Line], facts: Facts, entry: Entry) -> list[str]:
    """The paragraphs under the title that say the matter in short: called so, or told as the description too."""
    told = [fold(text) for text in (facts.description, entry.summary) if text]
    found = []
    for line in lines[:25]:
        if len(line.text) < LEAST_LEAD or any(is_aside(step) for step in line.element.iterancestors()):
            continue
        key = fold(line.text)
        called = next((step for step in _near(line.element) if _LEAD_WORDS.search(step.get("class") or "")), None)
        if called is not None:
            found.append(" ".join(part.text for part in lines[:25] if called in _near(part.element)))
        elif any(key[:60] == other[:60] for other in told):
            found.append(line.text)
    return list(dict.fromkeys(found))[:2]


def _near(element: HtmlElement) -> list[HtmlElement]:
    parent = element.getparent()
    return [element] if parent is None else [element, parent]


def _without_furniture(
    blocks: Sequence[Block], title: str, signed: set[str], above: set[str]
) -> tuple[list[Block], str | None]:
    """The blocks without the title, what stands above it, the date line and the byline; and the byline's name."""
    key, byline = fold(title), None
    kept: list[Block] = []
    last = len(blocks) - 1
    for number, block in enumerate(blocks):
        text = block.text
        near_start, near_end = number < 4, number > last - 3
        if not text:
            kept.append(block)
            continue
        if near_start and key and (fold(text) == key or fold(text) in above):
            continue
        if (near_start or near_end) and len(text) <= LEAST_LEAD and parse_date(text) and not text.endswith("."):
            continue
        name = name_in(text) if near_start or near_end else None
        if name is None and number == last and is_signature(text, signed):
            name = name_like(text)
        if name:
            byline = name
            continue
        if near_end and len(text) <= 80 and _PUBLISHER_LINE.match(text):
            continue
        if number > 0 and is_caption(text):
            continue
        kept.append(block)
    return kept, byline


def _lead_first(blocks: Sequence[Block], leads: Sequence[str]) -> list[Block]:
    """The lead put before the body, where it stands outside the body's container or was found behind it."""
    opening = fold(" ".join(block.text for block in blocks[:2]))
    first = [lead for lead in leads if fold(lead)[-80:] not in opening]
    ends = [fold(lead)[-80:] for lead in first]
    rest = (
        [block for block in blocks if not block.text or not fold(block.text).endswith(tuple(ends))] if ends else blocks
    )
    return [Block(lead, f"<p>{escape(lead)}</p>") for lead in first] + list(rest)


def _summary(entry: Entry, facts: Facts, blocks: Sequence[Block]) -> str:
    """What the list said, else the page's description, else the first paragraph; at most about 400 characters."""
    first = next((block.text for block in blocks if len(block.text) >= LEAST_LEAD), "")
    described = facts.description if len(facts.description) >= LEAST_LEAD else ""
    chosen = one_line(entry.summary or described or first)
    if len(chosen) <= LONGEST_SUMMARY:
        return chosen
    return chosen[:LONGEST_SUMMARY].rsplit(" ", 1)[0].rstrip(",;:–-") + "…"
