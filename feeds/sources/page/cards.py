"""What stands around one link of a list: its headline, the date, the summary, the author and the picture beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from feeds.dates import PrintedDate, date_alone, in_language, parse_date
from feeds.layout import HEADINGS, Line, lines_of
from feeds.markup import absolute, text_of, words_of
from feeds.sources.page.links import Link, is_generic, title_quality

SHORT_LINE = 45
"""Characters: a line that holds a date and little else."""
LETTERS_IN_MARKED = 24
"""That may stand beside a day without a year, where the page marks it as a date ("Posted by …")."""
SUMMARY_LINE = 40
LONGEST_TITLE = 200
MOST_LINES = 200

_DATE_WORDS = re.compile(
    r"\b(?:date|dated|datetime|time|timestamp|posted|published|publish|pubdate|ngay|created|day|meta)"
)
_CHANGED_WORDS = re.compile(r"updat|modif|chang")
_AUTHOR_WORDS = re.compile(r"\b(?:author|byline|writer|tac-?gia|creator)\b")
_TITLE_WORDS = re.compile(r"(?:^|[\s_-])(?:title|headline|heading|tieu-?de)")
_LABEL_WORDS = re.compile(
    r"(?:^|[\s_-])(?:category|cat|label|badge|tag|tags|kicker|views|comments?|counter|section|topic)s?(?:$|[\s_-])"
)
_DATE_INTRO = re.compile(
    r"(?:posted|published|submitted|written|date[d:]|updated|created|released|"
    r"by\s|ngày|đăng|cập nhật|publié|veröffentlicht|\d)",
    re.IGNORECASE,
)
_DATE_AT_END = re.compile(r"\s*[(\[]\s*(\d{1,2}[/.-]\d{1,2}[/.-]\d{4})[^()\[\]]{0,12}[)\]]\s*$")
_BY = re.compile(r"^(?:by|author:?|tác giả:?|par|von|por)\s+", re.IGNORECASE)
_DATED_PATH = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:/|-)")


@dataclass(frozen=True)
class Calendar:
    """What a page's dates are to be understood by: the source's zone (IANA), when it was read, its language.

    Without `now` (aware) nothing is understood that depends on it.
    """

    time_zone: str = "UTC"
    now: datetime | None = None
    language: str = ""


@dataclass(frozen=True)
class Card:
    """One item of a list as it was read. `day_first` and `month_first` are the two readings of its date.

    `is_guess`: the date's year, or all of it, follows from the day on which the page was read.
    """

    link: Link
    title: str = ""
    summary: str = ""
    author: str | None = None
    image: str | None = None
    day_first: datetime | None = None
    month_first: datetime | None = None
    is_guess: bool = False
    lines: Sequence[Line] = field(default=(), repr=False)


def read_card(
    nodes: Sequence[HtmlElement],
    links: Sequence[Link],
    *,
    base: str,
    calendar: Calendar,
    flat: bool,
    silent: bool = False,
) -> Card:
    """The card of one address: `nodes` are the elements it consists of, `links` all its links, the best one first.

    In a flat list (`flat`) text that follows an element belongs to the card too; the links of a `silent` one say the
    same in every card ("Read more", in whatever language).
    """
    best = max(links, key=lambda link: _headline_weight(link) + (0.25 if link is links[0] else 0.0))
    title, title_element = ("", best.element) if silent and not best.in_heading else _title_in(best)
    if title_quality(title) < 0.3:
        title, title_element = _title_beside(nodes, best, title, title_element)
    title, at_end = _without_date(title)
    own = {link.element for link in links}
    lines = [line for line in _lines(nodes, title_element, title, flat) if not _tells_of_another(line, own)]
    card = Card(best, title, lines=lines, image=_picture(nodes, base))
    card = replace(card, summary=_summary(lines), author=_author(lines, title))
    dates = [_date(lines, best.url, at_end, calendar.time_zone, day_first) for day_first in (True, False)]
    if dates[0] or calendar.now is None:
        return replace(card, day_first=dates[0], month_first=dates[1])
    guess = _guess(lines, calendar, calendar.now, True)
    if guess is None:
        return card
    other = _guess(lines, calendar, calendar.now, False) or guess
    return replace(card, day_first=guess.moment, month_first=other.moment, is_guess=guess.is_guess or other.is_guess)


def _headline_weight(link: Link) -> float:
    title, _ = _title_in(link)
    return title_quality(title) + (0.5 if link.in_heading else 0.0)


def _title_in(link: Link) -> tuple[str, HtmlElement | None]:
    """The headline inside the link: its heading, what is called title, else its first run of text that is no label."""
    marked = [step for step in link.element.iterdescendants() if step.tag in HEADINGS] or [
        step for step in link.element.iterdescendants() if _TITLE_WORDS.search(words_of(step))
    ]
    for step in marked:
        text = text_of(step)
        if text:
            return _untruncated(text, link), step
    runs = [line for line in _lines([link.element], None, "", False) if not _is_label(line)]
    if len(runs) > 1:
        likely = [line for line in runs if title_quality(line.text) >= 0.5 and not _is_day(line)]
        chosen = (likely or runs)[0]
        # The link is the whole card: what it says besides (a date, a summary) is the card's.
        return _untruncated(chosen.text, link), None if chosen.element is link.element else chosen.element
    return _untruncated(runs[0].text if runs else "", link), link.element


def _tells_of_another(line: Line, own: set[HtmlElement]) -> bool:
    """A long line that is all link to other articles is no part of this card."""
    if len(line.text) <= SHORT_LINE:
        return False
    foreign = (text_of(link) for link in islice(line.element.iter("a"), 10) if link not in own)
    return sum(map(len, foreign)) >= 0.8 * len(line.text)


def _is_label(line: Line) -> bool:
    if line.stamp or _LABEL_WORDS.search(line.words):
        return True
    return bool(_DATE_WORDS.search(line.words)) and _is_day(line)


def _is_day(line: Line) -> bool:
    return len(line.text) <= SHORT_LINE and parse_date(line.text) is not None


def _untruncated(text: str, link: Link) -> str:
    """The headline in full, where the list cuts it off and the link's title attribute has all of it."""
    shown = text.rstrip(". …")
    if text.endswith(("…", "...")) and len(link.spoken) > len(shown) and link.spoken.startswith(shown):
        return link.spoken
    return text


def _title_beside(
    nodes: Sequence[HtmlElement], link: Link, title: str, element: HtmlElement | None
) -> tuple[str, HtmlElement | None]:
    """For a link that says nothing itself ("Read more", a picture): the card's heading, else what it says aloud."""
    steps = [step for node in nodes for step in node.iter("*")]
    headings = [step for step in steps if step.tag in HEADINGS]
    for step in headings or [step for step in steps if _TITLE_WORDS.search(words_of(step))]:
        text = text_of(step)
        if title_quality(text) >= 0.3:
            return text, step
    spoken = re.sub(r"^(?:read more|continue reading|more)(?: about| on|:)?\s+", "", link.spoken, flags=re.IGNORECASE)
    if title_quality(spoken) > title_quality(title):
        return spoken, element
    if title and not is_generic(title):
        return title, element
    lines = (line for line in _lines(nodes, link.element, "", False) if title_quality(line.text) >= 0.5)
    first = next((line for line in lines if len(line.text) <= LONGEST_TITLE and not _is_label(line)), None)
    return (first.text, first.element) if first and first.element not in nodes else ("", element)


def _without_date(title: str) -> tuple[str, str]:
    found = _DATE_AT_END.search(title)
    return (title[: found.start()], found.group(1)) if found and found.start() > 15 else (title, "")


def _lines(nodes: Sequence[HtmlElement], title: HtmlElement | None, title_text: str, flat: bool) -> Iterator[Line]:
    """The card's runs of text in order, without its headline."""
    count = 0
    for node in nodes:
        for line in lines_of(node, skip=title, with_tail=flat):
            if line.stamp or (line.text and line.text != title_text):
                yield line
                count += 1
                if count >= MOST_LINES:
                    return


def _date(lines: Sequence[Line], url: str, at_end: str, time_zone: str, day_first: bool) -> datetime | None:
    """From what is marked as a date, else a short line, else one that begins like a date line, else the address."""

    def read(text: str) -> datetime | None:
        return parse_date(text, time_zone=time_zone, day_first=day_first)

    stamped = sorted((line for line in lines if line.stamp), key=lambda line: bool(_CHANGED_WORDS.search(line.words)))
    texts = [line.stamp for line in stamped] + [line.text for line in _marked(lines)] + [at_end]
    short = _short(lines)
    texts += short
    texts += _pieced(short)
    texts += [line.text for line in lines if len(line.text) <= 2 * SHORT_LINE and _DATE_INTRO.match(line.text)]
    for text in texts:
        found = read(text) if text else None
        if found:
            return found
    dated = _DATED_PATH.search(urlsplit(url).path)
    return read("-".join(dated.groups())) if dated else None


def _guess(lines: Sequence[Line], calendar: Calendar, now: datetime, day_first: bool) -> PrintedDate | None:
    """Where no whole date stands: a day without its year, or one told by its distance. A language of its own last."""
    marked, short = _marked(lines), _short(lines)
    for text, is_marked in [(line.text, True) for line in marked] + [(text, False) for text in short + _pieced(short)]:
        found = date_alone(
            text,
            now=now,
            time_zone=calendar.time_zone,
            day_first=day_first,
            is_marked=is_marked,
            **({"letters": LETTERS_IN_MARKED} if is_marked else {}),
        )
        if found:
            return found
    for line in marked[:3] if calendar.language else ():
        if len(line.text) <= SHORT_LINE and any(map(str.isdecimal, line.text)):
            moment = in_language(line.text, calendar.language, now=now, time_zone=calendar.time_zone)
            if moment:
                return PrintedDate(moment, True)
    return None


def _marked(lines: Sequence[Line]) -> list[Line]:
    """The lines that are called a date."""
    return [
        line
        for line in lines
        if len(line.text) <= 2 * SHORT_LINE and (line.element.tag == "time" or _DATE_WORDS.search(line.words))
    ]


def _short(lines: Sequence[Line]) -> list[str]:
    return [line.text for line in lines if len(line.text) <= SHORT_LINE]


def _pieced(short: Sequence[str]) -> list[str]:
    """Short lines together: a day and its month may stand in boxes of their own."""
    return [" ".join(short[start : start + 3]) for start in range(min(len(short), 8)) if len(short[start]) <= 12]


def _summary(lines: Sequence[Line]) -> str:
    prose = [
        line.text for line in lines if len(line.text) >= SUMMARY_LINE and not is_generic(line.text) and not line.stamp
    ]
    long = [text for text in prose if len(text) > SHORT_LINE or not parse_date(text)]
    return max(long, key=len) if long else ""


def _author(lines: Sequence[Line], title: str) -> str | None:
    for line in lines:
        if _AUTHOR_WORDS.search(line.words) and len(line.text) <= 60 and line.text != title:
            name = _BY.sub("", line.text).strip(" ,|-–")
            if name and not parse_date(name):
                return name
    return None


def _picture(nodes: Sequence[HtmlElement], base: str) -> str | None:
    for node in nodes:
        for picture in node.iter("img"):
            for name in ("data-src", "data-lazy-src", "data-original", "src"):
                address = picture.get(name) or ""
                if address and not address.startswith("data:"):
                    return absolute(address, base)
    return None
