"""Foreign HTML made harmless: the one place where HTML from outside becomes HTML that we show and pass on."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from urllib.parse import quote

import nh3

from feeds.markup import absolute, clean_text, plain_text, with_plausible_tags

_TAGS = frozenset({
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "div", "dl", "dt", "em", "figcaption",
    "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q",
    "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
})  # fmt: skip
_DROPPED_WITH_CONTENT = frozenset({
    "script", "style", "iframe", "object", "embed", "noscript", "template", "svg", "math", "form", "select", "textarea",
    "button", "title", "head",
})  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title", "hreflang"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "blockquote": {"cite"},
    "*": {"lang", "dir"},
}
_ADDRESSES = frozenset({"href", "src", "cite"})
_IN_FRAGMENT = "/?:@!$&'()*+,;=-._~%"
_PICTURE = re.compile(r"<img\b[^>]*>")
_TINY = re.compile(r"""\b(?:width|height)="?[01](?:px)?["\s/>]""")
_TRACKER = re.compile(
    r"/(?:pixel|beacon|track(?:er|ing)?|spacer|blank|transparent|1x1|clear)(?:[./?_-][^/]{0,40})?$|"
    r"//(?:pixel|stats|beacon|b\.scorecardresearch|www\.google-analytics|www\.facebook\.com/tr)\b",
    re.IGNORECASE,
)
_NESTING_TAG = re.compile(r"<(/?)(?!(?:p|li|br|img|hr|dt|dd|tr|td|th|option|input|meta|link)\b)[a-zA-Z]")
DEEPEST = 300
MOST_ESCAPES = 20_000
_SOURCE = re.compile(r'\bsrc="([^"]*)"')
_EMPTY = re.compile(r"<p>\s*</p>")


def sanitise(html: str, base_url: str) -> str:
    """`html` with only the elements and attributes that text needs; links and pictures absolute against `base_url`
    (one to a place within the text becomes one to that place on its page).

    Scripts, styles, frames, forms, event handlers, `javascript:` and `data:` addresses and 1×1 pictures of trackers are
    gone; links open without referrer. Text keeps its words; of HTML that is deeper or stranger than any honest one only
    the text is kept. The result is stable: sanitising it again changes nothing.
    """
    html = with_plausible_tags(clean_text(html))
    if _depth(html) > DEEPEST or _most_escapes(html) > MOST_ESCAPES:
        return "\n".join(f"<p>{escape(part)}</p>" for part in plain_text(html).split("\n\n") if part)
    clean = nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_address_filter(base_url),
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    clean = _PICTURE.sub(_keep_picture, clean)
    return _EMPTY.sub("", clean).strip()


def _depth(html: str) -> int:
    """How deep elements nest that nothing closes by itself; at least as deep as the parser will find, in one pass."""
    depth = deepest = 0
    for tag in _NESTING_TAG.finditer(html):
        depth = depth + 1 if not tag.group(1) else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _most_escapes(html: str) -> int:
    """The most characters in one run of text that the sanitiser must escape: its time grows with their square."""
    if html.count("&") + html.count("\xa0") <= MOST_ESCAPES:
        return 0
    return max(run.count("&") + run.count("\xa0") for run in html.split("<"))


def _address_filter(base_url: str) -> Callable[[str, str, str], str | None]:
    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute not in _ADDRESSES:
            return value
        if tag == "a" and value.strip().lower().startswith("mailto:"):
            return value.strip()
        address, _, fragment = value.strip().partition("#")
        found = absolute(address or base_url, base_url) if address or fragment else None
        if found is None or tag != "a" or not fragment:
            return found
        return f"{found}#{quote(fragment, safe=_IN_FRAGMENT)}"

    return keep


def _keep_picture(found: re.Match[str]) -> str:
    source = _SOURCE.search(found.group())
    if source is None or _TINY.search(found.group()) or _TRACKER.search(source.group(1)):
        return ""
    return found.group()
