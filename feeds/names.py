"""The names of an article: what a feed calls it, where it is, what it says. Pure; `identity` weighs them."""

from __future__ import annotations

import hashlib
import uuid

from feeds.canonical import canonical_url, permanent_part
from feeds.model import Article, Entry
from feeds.words import text_fingerprint, words

Key = tuple[str, str]
"""Kind ("guid", "url", "text") and value."""

LONGEST_KEY = 400
"""Characters of a key's value; longer ones are cut and told apart by a hash."""

_NAMESPACE = uuid.UUID("6f0d6f0c-9a43-5d3c-8f57-0c1d1f6f5a21").bytes


def keys(item: Entry | Article, *other_urls: str) -> tuple[Key, ...]:
    """The names of an entry or article, the most telling first. `other_urls`: `rel=canonical`, the final address."""
    found: dict[Key, None] = {}
    address = canonical_url(item.url) if item.url else ""
    if item.guid:
        guid = canonical_url(item.guid, keep_fragment=True) if _is_web(item.guid) else item.guid.strip()
        if guid and guid != address:
            found[("guid", _short(guid))] = None
    for url in (item.url, *other_urls):
        if url:
            found[("url", _short(canonical_url(url)))] = None
    if item.url and (part := permanent_part(item.url)):
        found[("url", _short(part))] = None
    if item.title or item.summary:
        found[("text", text_fingerprint(item.title, item.summary))] = None
    return tuple(found)


def whole_name(entry: Entry) -> Key:
    """All that names it, as one: for an entry each of whose names another one claims too."""
    address = canonical_url(entry.url, keep_fragment=True)
    said = f"{entry.guid or ''}\n{address}\n{' '.join(words(entry.title))}"
    return ("text", f"w{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:32]}")


def url_keys(*urls: str) -> tuple[Key, ...]:
    """The names that further addresses of an article give: its final one, its `rel=canonical`."""
    return tuple(dict.fromkeys(("url", _short(canonical_url(url))) for url in urls if url))


def article_uid(source_slug: str, url: str, distinction: str = "") -> str:
    """32 hex digits, always the same for the same source and address; `distinction` tells apart what shares one."""
    name = f"{source_slug}\n{canonical_url(url, keep_fragment=True)}\n{distinction}"
    # A UUID of version 5 (RFC 9562 §5.5), which `uuid.uuid5` takes three times as long to make.
    digest = bytearray(hashlib.sha1(_NAMESPACE + name.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return digest.hex()


def is_weak(name: Key) -> bool:
    """A number in an address, or words, may be shared by chance."""
    kind, value = name
    return (kind == "text" and not is_whole(name)) or (kind == "url" and "*" in value)


def is_whole(name: Key) -> bool:
    """Whether it is a `whole_name`."""
    return name[0] == "text" and name[1].startswith("w")


def _is_web(text: str) -> bool:
    return text.strip().lower().startswith(("http://", "https://"))


def _short(value: str) -> str:
    if len(value) <= LONGEST_KEY:
        return value
    digest = hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:32]
    return f"{value[: LONGEST_KEY - 33]}#{digest}"
