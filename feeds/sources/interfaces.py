"""The interfaces for programs that a page names: addresses of JSON lists of its articles. Pure.

    WordPress   a link, in the page or in the `Link` field, with the relation https://api.w.org/
    Ghost       the public key of its content API, which its own search and sign-up scripts carry in the page
    any other   `rel=alternate` (or `item`, `collection`) of a JSON type: JSON:API, plain JSON

Only what a page itself gives to everybody is used: no key is guessed and no address made up. Whether a list stands
there, and of which articles, the next response shows. GraphQL is left alone: a query cannot be guessed politely.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from lxml.html import HtmlElement

from feeds.link_header import Link
from feeds.markup import absolute

WORDPRESS = "https://api.w.org/"
"""The relation (developer.wordpress.org/rest-api/using-the-rest-api/discovery)."""
POSTS = 20
"""Articles asked for at a time: a day's worth for most, and the list goes on page by page where more were missed."""

_JSON_TYPES = re.compile(r"application/(?:json|vnd\.api\+json|ld\+json|hal\+json)\s*(?:;|$)", re.IGNORECASE)
_WORDPRESS_TERM = re.compile(r"wp/v2/(categories|tags|users)/([0-9]{1,12})(?:$|[?&#])")
_TERM_FILTERS = {"categories": "categories", "tags": "tags", "users": "author"}
_GHOST_KEY = re.compile(r"[0-9a-f]{20,40}")
_NO_LIST = re.compile(r"oembed|manifest|/wp/v2/|/wp-json/?$|\.webmanifest", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Interface:
    """An address that may answer with a JSON list, how likely (0 to 1), and what named it."""

    url: str
    confidence: float
    why: str


def interfaces_of(tree: HtmlElement, url: str, base: str, links: Sequence[Link] = ()) -> Iterator[Interface]:
    """Those that the page at `url` names; `links` are its answer's `Link` field."""
    in_page = [
        Link(target, frozenset((one.get("rel") or "").lower().split()), (one.get("type") or "").lower())
        for one in tree.iter("link")
        if (target := absolute(one.get("href") or "", base))
    ]
    every = [*links, *in_page]
    for root in dict.fromkeys(link.url for link in every if WORDPRESS in link.relations):
        if _host(root) == _host(url):
            yield from _wordpress(root, every, url)
    yield from _ghost(tree, url)
    for link in every:
        named = {"alternate", "collection", "item"} & link.relations
        if named and _JSON_TYPES.match(link.media_type) and not _NO_LIST.search(link.url):
            yield Interface(link.url, 0.5, "a JSON list that the page names")


def _wordpress(root: str, links: Sequence[Link], url: str) -> Iterator[Interface]:
    """The posts of the section that the page is, where it names itself as one; then all posts."""
    for link in links:
        term = _WORDPRESS_TERM.search(link.url)
        if term and _host(link.url) == _host(url):
            filters = f"&{_TERM_FILTERS[term.group(1)]}={term.group(2)}"
            yield Interface(
                _posts(root, filters), 0.62, "WordPress's interface for programs: the posts of this section"
            )
            break
    yield Interface(_posts(root), 0.6, "WordPress's interface for programs, which the page names")


def _posts(root: str, filters: str = "") -> str:
    """Where the posts stand below an interface's root, which is "/wp-json/" or "/?rest_route=/"."""
    asked = f"per_page={POSTS}&_embed=author,wp:featuredmedia,wp:term{filters}"
    parts = urlsplit(root)
    query = dict(parse_qsl(parts.query, max_num_fields=20)) if parts.query.count("&") < 20 else {}
    if "rest_route" in query:
        route = quote(query["rest_route"].rstrip("/") + "/wp/v2/posts", safe="/")
        return urlunsplit(parts._replace(query=f"rest_route={route}&{asked}"))
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/wp/v2/posts", query=asked))


def _ghost(tree: HtmlElement, url: str) -> Iterator[Interface]:
    for script in tree.iter("script"):
        key = script.get("data-key") or ""
        site = script.get("data-sodo-search") or script.get("data-ghost") or ""
        root = absolute(site, url) if site else None
        if root and _GHOST_KEY.fullmatch(key) and _host(root) == _host(url):
            address = f"{root.rstrip('/')}/ghost/api/content/posts/?key={key}&include=authors,tags&limit={POSTS}"
            yield Interface(address, 0.58, "Ghost's content interface, by the public key in the page")
            return


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
