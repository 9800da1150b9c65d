"""The `Link` field of an HTTP answer (RFC 8288): what an address says of its relations, without a look at its body.

Pure. Several fields come joined by commas, as HTTP has it. Whatever is no link is passed over; the field was written by
a stranger, so only its beginning is read, and in one pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from feeds.markup import absolute

LONGEST = 16_000
MOST_LINKS = 60

_LINK = re.compile(r"[\s,]*<([^<>]{0,4000})>")
_PARAMETER = re.compile(r'\s*;\s*([A-Za-z0-9*!#$&+.^_`|~-]{1,60})\s*(?:=\s*(?:"((?:[^"\\]|\\.)*+)"|([^\s;,"]*+)))?')
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Link:
    """One link: an absolute http(s) address, its relations and its media type in lower case."""

    url: str
    relations: frozenset[str]
    media_type: str = ""
    title: str = ""


def links_of(headers: Mapping[str, str], base: str) -> list[Link]:
    """The links of an answer's headers, in their order; `base` is the address that answered.

    `headers` look names up without case, or have the name as HTTP/1.1 writes it. Links about another resource than the
    one that answered (`anchor`, section 3.2) are left out.
    """
    field = (headers.get("Link") or headers.get("link") or "")[:LONGEST]
    found: list[Link] = []
    place = 0
    while len(found) < MOST_LINKS:
        target = _LINK.match(field, place)
        if target is None:
            following = field.find("<", place)
            if following < 0:
                break
            target = _LINK.match(field, following)
            if target is None:
                place = following + 1
                continue
        place = target.end()
        parameters: dict[str, str] = {}
        while parameter := _PARAMETER.match(field, place):
            name, quoted, token = parameter.groups()
            value = _ESCAPED.sub(r"\1", quoted) if quoted is not None else token or ""
            parameters.setdefault(name.lower(), value)  # the first `rel` counts (section 3.3)
            place = parameter.end()
        url = absolute(target.group(1), base)
        if url is not None and "anchor" not in parameters:
            found.append(
                Link(
                    url,
                    frozenset(parameters.get("rel", "").lower().split()),
                    parameters.get("type", "").lower().strip(),
                    parameters.get("title", ""),
                )
            )
    return found


def related(headers: Mapping[str, str], relation: str, base: str) -> str | None:
    """The first address with that relation; None where the answer names none."""
    return next((link.url for link in links_of(headers, base) if relation in link.relations), None)
