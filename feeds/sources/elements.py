"""The elements of a feed by the names people know them under, whatever namespace they were put in; and their content.

Pure. Elements are lxml's.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any

from lxml import etree

from feeds.sources.fragments import web_address

# Namespaces by the prefix they are known under; no prefix: the feed's own vocabulary. Spelled as `_prefix` reads them.
_PREFIXES = {
    "www.w3.org/2005/atom": "atom",
    "purl.org/atom/ns#": "atom",
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/elements/1.0": "dc",
    "purl.org/dc/terms": "dcterms",
    "purl.org/rss/1.0/modules/content": "content",
    "search.yahoo.com/mrss": "media",
    "www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "www.w3.org/1999/xhtml": "xhtml",
    "purl.org/rss/1.0": "",
    "my.netscape.com/rdf/simple/0.9": "",
    "channel.netscape.com/rdf/simple/0.9": "",
    "backend.userland.com/rss2": "",
    "blogs.law.harvard.edu/tech/rss": "",
    "cyber.harvard.edu/rss/rss.html": "",
}
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

Fields = dict[str, list[Any]]


def name_of(element: Any) -> str:
    """The element's name as "prefix:local" with the customary prefix, or as "local" in the feed's own vocabulary."""
    return _name(element.tag)


@lru_cache(maxsize=256)
def _name(tag: str) -> str:
    if tag[0] != "{":
        return tag
    namespace, _, local = tag[1:].partition("}")
    prefix = _prefix(namespace)
    return f"{prefix}:{local}" if prefix else local


@lru_cache(maxsize=256)
def _prefix(namespace: str) -> str:
    """The customary prefix, "?" for none. Case, scheme, white space and a final slash don't count: feeds err there."""
    spelled = namespace.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/")
    return _PREFIXES.get(spelled, "?")


def fields_of(element: Any) -> Fields:
    """The children by name; Atom's names are plain where Atom is the feed's own vocabulary."""
    fields: Fields = {}
    if len(element) == 0:
        return fields
    prefix, colon, _ = _name(element.tag).partition(":")
    own = prefix + colon if colon else None
    for child in element:
        tag = child.tag
        if isinstance(tag, str):
            name = _name(tag)
            if own and name.startswith(own):
                name = name[len(own) :]
            if name in fields:
                fields[name].append(child)
            else:
                fields[name] = [child]
    return fields


def text_of(fields: Fields, *names: str) -> str:
    """The text of the first of these elements that has any, as it stands: HTML where the feed put HTML."""
    for name in names:
        for element in fields.get(name, ()):
            text = content_of(element)
            if text:
                return text
    return ""


def content_of(element: Any) -> str:
    """The element's content as HTML or text: CDATA and escaped HTML as it reads, child elements serialised."""
    if len(element) == 0:
        text = (element.text or "").strip()
        return _from_base64(text) if _is_encoded(element) else text
    parts = [element.text or ""]
    for child in element:
        parts.append(etree.tostring(child, encoding="unicode", method="html", with_tail=False))
        parts.append(child.tail or "")
    return "".join(parts).strip()


def base_of(element: Any, url: str) -> str:
    """What relative addresses in the element are resolved against: its `xml:base`, else `url`."""
    own = element.get(_XML_BASE)
    return (web_address(own, url) or url) if own else url


def is_atom(element: Any) -> bool:
    return name_of(element).startswith("atom:") or element.tag in ("entry", "feed")


def _is_encoded(element: Any) -> bool:
    """Atom 0.3 says `mode="base64"`; in Atom 1.0 any type that is no text has it (RFC 4287 §4.1.3.3)."""
    if (element.get("mode") or "").lower() == "base64":
        return True
    kind = (element.get("type") or "").lower()
    return kind == "application/octet-stream"


def _from_base64(text: str) -> str:
    """The text that was encoded; the text itself where it was none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8").strip()
    except ValueError:
        return text
