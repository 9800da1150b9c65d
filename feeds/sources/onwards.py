"""Where a list goes on: the address of the page that follows an HTML page of a list. Pure.

    rel=next in the head ─ in the `Link` field ─ on a link ─ a link or button that says "next" or "load more" ─
    the number after this page's own in a pager

A button's address is its `href`, a `data-` attribute, or the GET form around it. Only the same host is followed, and
only what a browser could ask for by GET: what a script would make up is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from lxml.html import HtmlElement

from feeds.layout import is_aside
from feeds.link_header import Link
from feeds.markup import absolute, base_of, one_line, parse

_ADDRESSES = (
    "href",
    "data-url",
    "data-href",
    "data-next",
    "data-next-url",
    "data-next-page-url",
    "data-load-more-url",
    "data-more-url",
    "data-ajax-url",
    "data-page-url",
    "hx-get",
    "data-hx-get",
)
_MORE = re.compile(
    r"(?:load|show|see|view)\s(?:\d{1,3}\s)?(?:more|older)(?:\s[\w ]{1,30})?|"
    r"more(?:\s(?:news|articles|stories|posts|results))?|"
    r"older(?:\s(?:posts|news|articles|entries|stories))?|next(?:\spage)?|"
    r"xem thêm(?:\s[\w ]{1,30})?|tải thêm(?:\s[\w ]{1,30})?|hiển thị thêm|trang (?:sau|tiếp(?: theo)?|kế(?: tiếp)?)|"
    r"tiếp(?: theo)?|cũ hơn|(?:tin|bài(?: viết)?) cũ hơn|(?:page )?suivante?|weiter|nächste(?: seite)?|siguiente|"
    r"próxim[ao]|volgende|berikutnya|selanjutnya|muat (?:lebih banyak|lainnya)|下一页|下一頁|次へ|다음|ถัดไป|"
    r"далее|следующая",
    re.IGNORECASE,
)
_ORNAMENT = "›»→>⟩❯ .…+"
_NEXT_CLASS = re.compile(r"(?:^|[\s_-])(?:next|load-?more|show-?more|view-?more|older)(?:$|[\s_-])", re.IGNORECASE)
_COUNTING_NAME = re.compile(
    r"[\w.\[\]-]{0,30}(?:page|trang|offset|start|skip|cursor|after|before|next|more|from)[\w.\[\]-]{0,30}|p|pg|pn",
    re.IGNORECASE,
)
_COUNTING_PATH = re.compile(r"(?:^|[/_-])(?:page|trang|seite|pagina|p|pg)[-_/]?\d{1,4}(?:[/_.-]|$)", re.IGNORECASE)
_COUNT = re.compile(r"\d{1,4}(?:\.\w{2,5})?")
MOST_ALIKE = 2
"""Controls of one wording: "view more" on every card leads to that card's article."""
MOST_CONTROLS = 3_000


def next_page(html: bytes, url: str, links: Sequence[Link] = ()) -> str | None:
    """The address at which the list of this page goes on; None where the page tells none.

    `links` are the answer's `Link` field. The page itself, another host, and addresses without anything that could
    count pages are never given for what merely reads like "more".
    """
    tree = parse(html)
    base = base_of(tree, url)
    stated = [one.get("href") or "" for one in tree.iter("link") if _says_next(one)]
    header = [link.url for link in links if "next" in link.relations]
    linked = [one.get("href") or "" for one in tree.iter("a") if _says_next(one)]
    for address in (*stated, *header, *linked):
        if target := _other(address, base, url):
            return target
    for control in _controls(tree):
        for address in _addresses(control):
            target = _other(address, base, url)
            if target is not None and _counts_on(target, url):
                return target
    return _next_number(tree, base, url)


def _says_next(element: HtmlElement) -> bool:
    return "next" in (element.get("rel") or "").lower().split()


def _other(address: str, base: str, url: str) -> str | None:
    """An absolute address of the same host that is not the page itself."""
    target = absolute(address, base)
    if target is None:
        return None
    asked, here = urlsplit(target), urlsplit(url)
    if asked.netloc.lower().removeprefix("www.") != here.netloc.rpartition("@")[2].lower().removeprefix("www."):
        return None
    return None if (asked.path or "/", asked.query) == (here.path or "/", here.query) else target


def _counts_on(target: str, url: str) -> bool:
    """Whether the address differs from the page's by what counts pages, and not by being elsewhere."""
    asked, here = urlsplit(target), urlsplit(url)
    before = set(here.query.split("&"))
    for parameter in asked.query.split("&")[:50]:
        name, _, value = parameter.partition("=")
        if value and parameter not in before and _COUNTING_NAME.fullmatch(unquote(name)[:80]):
            return True
    if asked.path == here.path:
        return False
    if _COUNTING_PATH.search(asked.path):
        return True
    # "/news/2" below "/news", "/news/3" beside "/news/2"
    folder, _, last = asked.path.rstrip("/").rpartition("/")
    own = here.path.rstrip("/")
    return bool(_COUNT.fullmatch(last)) and folder in (own, own.rpartition("/")[0] if _ends_in_count(own) else own)


def _next_number(tree: HtmlElement, base: str, url: str) -> str | None:
    """The next page's address in a pager that says nothing but numbers: "1 2 3 … 40"."""
    linked: dict[int, tuple[str, HtmlElement]] = {}
    for link in islice(tree.iter("a"), 10 * MOST_CONTROLS):
        number = _number(link)
        target = _other(link.get("href") or "", base, url) if number is not None else None
        if number is not None and target is not None and _counts_on(target, url):
            linked.setdefault(number, (target, link))
    if not linked:
        return None
    pager = next(islice(next(iter(linked.values()))[1].iterancestors(), 1, 2), None)  # "ul > li > a", "div > span > a"
    shown = {number: step for step in (pager.iter("*") if pager is not None else ()) if (number := _number(step))}
    marked = next((number for number, step in shown.items() if _is_current(step)), None)
    unlinked = next((number for number in sorted(shown) if number not in linked), None)
    own = marked or unlinked or (1 if url.split("#")[0] == url.split("?")[0] else None)
    following = linked.get(own + 1) if own is not None else None
    return following[0] if following else None


def _number(element: HtmlElement) -> int | None:
    if len(element) > 1:
        return None
    text = "".join(islice(element.itertext(), 4)).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None


def _is_current(element: HtmlElement) -> bool:
    said = " ".join(f"{step.get('class') or ''}" for step in (element, *islice(element.iterancestors("li", "span"), 1)))
    return element.get("aria-current") is not None or bool(re.search(r"(?:^|[\s_-])(?:active|current|selected)", said))


def _ends_in_count(path: str) -> bool:
    return _COUNT.fullmatch(path.rpartition("/")[2]) is not None


def _controls(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Links and buttons that say that there is more; none of a sidebar's, and none that every card has."""
    worded: dict[str, list[HtmlElement]] = {}
    for number, element in enumerate(tree.iter("a", "button", "input", "div", "span")):
        if number >= 10 * MOST_CONTROLS:
            break
        if element.tag in ("div", "span") and not any(element.get(name) for name in _ADDRESSES[1:]):
            continue
        if element.tag == "input" and (element.get("type") or "").lower() not in ("submit", "button", "image"):
            continue
        if (wording := _wording(element)) is not None:
            worded.setdefault(wording, []).append(element)
    for alike in worded.values():
        if len(alike) <= MOST_ALIKE:
            yield from (one for one in alike if not _in_aside(one))


def _in_aside(element: HtmlElement) -> bool:
    """Whether a part beside the matter holds it; a pager may call itself navigation."""
    for step in element.iterancestors():
        if step.tag in ("aside", "footer", "header"):
            return True
        said = f"{step.get('class') or ''} {step.get('id') or ''}".lower()
        if re.search(r"pag(?:er|inat|e-?nav)|load-?more|nav-links|view-more", said):
            return False
        if step.tag != "nav" and step.tag != "body" and is_aside(step):
            return True
    return False


def _wording(element: HtmlElement) -> str | None:
    """The words by which a control says that there is more; None where it says something else."""
    if "disabled" in element.attrib or (element.get("aria-disabled") or "").lower() == "true":
        return None
    text = element.get("value") or "" if element.tag == "input" else "".join(islice(element.itertext(), 20))
    label = element.get("aria-label") or element.get("title") or ""
    said = one_line(text[:200]).strip(_ORNAMENT)
    for words in (said, one_line(label[:200]).strip(_ORNAMENT)):
        if words and _MORE.fullmatch(words):
            return words.lower()
    # A bare arrow is "next" only where it is called so.
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    return "" if not said and _NEXT_CLASS.search(named) else None


def _addresses(control: HtmlElement) -> Iterator[str]:
    """Where the control leads: its own attributes, those of the element around it, or its form."""
    for name in _ADDRESSES:
        if value := control.get(name):
            yield value
    form = next((step for step in control.iterancestors("form")), None)
    if form is None or control.tag not in ("button", "input"):
        return
    if (form.get("method") or "get").lower() != "get":
        return
    fields = [
        (one.get("name") or "", one.get("value") or "")
        for one in form.iter("input")
        if one.get("name") and (one.get("type") or "text").lower() in ("hidden", "text", "number", "search")
    ][:20]
    if control.get("name"):
        fields.append((control.get("name") or "", control.get("value") or ""))
    action = control.get("formaction") or form.get("action") or "?"
    parts = urlsplit(action)
    yield urlunsplit(parts._replace(query=urlencode(fields), fragment=""))
