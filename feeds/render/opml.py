"""OPML 2.0, the list of subscriptions that readers exchange: written, and read from whoever hands one in.

What is read is hostile: document types and entities are refused, size, depth and number are capped. Nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feeds.errors import NotAFeed, TooLarge
from feeds.render.characters import language_tag, one_line, web_address

if TYPE_CHECKING:
    from lxml.etree import _Element

MAXIMUM_BYTES = 5_000_000
MAXIMUM_OUTLINES = 20_000
MAXIMUM_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Outline:
    """One line of the list: a feed (with `xml_url`), or a folder of `children`.

    `type` is "rss" for every XML feed, as OPML has it; addresses are absolute http(s) URIs, or None.
    """

    text: str
    xml_url: str | None = None
    html_url: str | None = None
    description: str = ""
    language: str | None = None
    type: str = "rss"
    children: tuple[Outline, ...] = ()

    def feeds(self) -> Iterator[Outline]:
        """The feeds at and under this line, in order."""
        if self.xml_url:
            yield self
        for child in self.children:
            yield from child.feeds()


def opml(title: str, outlines: Sequence[Outline]) -> bytes:
    """The list as OPML 2.0, UTF-8; without dates, so that the same list is the same bytes."""
    from lxml import etree

    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = one_line(title) or "OPML"
    body = etree.SubElement(root, "body")
    _write(body, outlines)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _write(parent: _Element, outlines: Iterable[Outline]) -> None:
    from lxml import etree

    for outline in outlines:
        xml_url = web_address(outline.xml_url)
        text = one_line(outline.text) or xml_url or "…"
        attributes = {"text": text, "title": text}
        if xml_url:
            attributes |= {"type": one_line(outline.type) or "rss", "xmlUrl": xml_url}
        optional = {
            "htmlUrl": web_address(outline.html_url),
            "description": one_line(outline.description),
            "language": language_tag(outline.language),
        }
        attributes |= {name: value for name, value in optional.items() if value}
        _write(etree.SubElement(parent, "outline", attributes), outline.children)


def parse_opml(body: bytes) -> list[Outline]:
    """The outlines of an OPML document of any version, also of one that is not quite well-formed.

    Raises `TooLarge` past the caps of this module, and `NotAFeed` where there is no OPML, or a document type (no OPML
    has one; it is what entity attacks need).
    """
    from lxml import etree

    if len(body) > MAXIMUM_BYTES:
        raise TooLarge(f"the OPML file has more than {MAXIMUM_BYTES:,} bytes", url="")
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=True, remove_comments=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError) as error:
        raise NotAFeed(f"this is not an OPML file: {one_line(str(error))}", url="") from error
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise NotAFeed("this is not an OPML file: it does not begin with <opml>", url="")
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotAFeed("this OPML file declares a document type, which no OPML file needs", url="")
    remaining = [MAXIMUM_OUTLINES]
    bodies = [child for child in root if child.tag == "body"]
    return [outline for element in bodies for outline in _read(element, 0, remaining)]


def _read(parent: _Element, depth: int, remaining: list[int]) -> Iterator[Outline]:
    if depth > MAXIMUM_DEPTH:
        raise TooLarge(f"the OPML file nests folders more than {MAXIMUM_DEPTH} deep", url="")
    for element in parent.iterchildren("outline"):
        remaining[0] -= 1
        if remaining[0] < 0:
            raise TooLarge(f"the OPML file lists more than {MAXIMUM_OUTLINES:,} lines", url="")
        # Attribute names are case-sensitive in OPML, and not so in the files people have.
        values = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        xml_url = web_address(values.get("xmlurl"))
        yield Outline(
            text=one_line(values.get("text") or values.get("title") or "") or xml_url or "",
            xml_url=xml_url,
            html_url=web_address(values.get("htmlurl")),
            description=one_line(values.get("description", "")),
            language=language_tag(values.get("language")),
            type=one_line(values.get("type", "")) or "rss",
            children=tuple(_read(element, depth + 1, remaining)),
        )
