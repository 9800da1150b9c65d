"""Bytes of something that means to be XML, to a tree: for feeds and sitemaps as they come, not as they should be.

Pure, and safe with hostile bytes: what stands before the root element is never read, so there is no document type and
no entity to expand; depth, text size and name tables have libxml2's caps. It knows no element but the root's names.

Broken documents are mended in the order of what is most often wrong: the charset, control characters, `&nbsp;` and bare
`&` and `<`, HTML that was pasted into an element unescaped, and an end that never came.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree

from feeds.charset import guess, mostly_utf8

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: it begins with the same bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WITHOUT_BOM = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DECLARED = re.compile(rb"""<\?xml[^>]{0,80}?encoding\s{0,4}=\s{0,4}["']([A-Za-z0-9_.:-]{2,40})["']""")
_CHARSET = re.compile(r"""charset\s{0,4}=\s{0,4}["']?([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
# Codecs of Python that are no charsets of text, or are worse than none.
_NO_CHARSETS = re.compile(r"(?i)base64|bz2|hex|quopri|rot|uu|zip|zlib|idna|punycode|escape|undefined|mbcs|oem|utf.?7")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32)])
_ENTITIES = ("&amp;", "&lt;", "&gt;", "&quot;", "&apos;")
_LOOSE_TAG = re.compile(r"<(?![A-Za-z/!?_:])")
_REFERENCE = re.compile(r"&(?:(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)?|<(?![A-Za-z/!?_:])")
_MARKUP_FIELD = re.compile(
    r"<(title|description|summary|content:encoded|content|tagline|fullitem|body)((?:\s[^<>]*)?)(?<!/)>", re.IGNORECASE
)
_TAG_MISMATCH = etree.ErrorTypes.ERR_TAG_NAME_MISMATCH


@dataclass(frozen=True, slots=True)
class Document:
    """`root` is an lxml element; `broken`: end tags did not fit, and where elements end is guesswork.

    `well_formed`: it was XML as it came, every prefix declared.
    """

    root: Any
    broken: bool = False
    well_formed: bool = False


def read_xml(body: bytes, roots: Collection[str], content_type: str | None = None) -> Document | None:
    """The document, or None where no root of one of these local names is found.

    The tree holds text and elements only, CDATA joined to the text. A prefix that was never declared stays in the tag
    ("dc:creator").
    """
    text = _from_root(decode(body, content_type), roots)
    if text is None:
        return None
    well_formed = _well_formed(text)
    if well_formed is not None:
        return well_formed
    text = _without_illegal(text)
    first = _parse(_mend_references(text))
    if first is None or first.broken:
        second = _parse(_mend_references(_wrap_markup(text)))
        if second is not None and (first is None or not second.broken):
            return second
    return first


def decode(body: bytes, content_type: str | None = None) -> str:
    """The characters of an XML document; every byte string gives some.

    A byte order mark wins; then UTF-8 if the bytes are, because a header or declaration is wrong more often than bytes
    are UTF-8 by chance; then the header's charset (RFC 7303 §3.2), the document's own, and what it looks like.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    for start, name in _WITHOUT_BOM:
        if body.startswith(start):
            return body.decode(name, "replace")
    declared = _DECLARED.search(body[:400])
    header = _CHARSET.search(content_type or "")
    names = [header.group(1)] if header else []
    if declared:
        names.append(declared.group(1).decode("ascii"))
    for name in names:  # ISO-2022 and HZ are ASCII to a UTF-8 decoder
        escapes = name.lower().startswith(("iso-2022", "hz")) and (b"\x1b" in body or b"~{" in body)
        if escapes and (text := _decode_as(name, body)) is not None:
            return text
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        # One wrong byte late in a long document, or a document cut inside a character, is still UTF-8.
        if error.start > 0 and (len(body) - error.start < 4 or mostly_utf8(body)):
            return body.decode("utf-8", "replace")
    for name in names:
        if (text := _decode_as(name, body)) is not None:
            return text
    return body.decode(guess(body), "replace")


def _decode_as(name: str, body: bytes) -> str | None:
    """None: no such charset, or not these bytes."""
    lowered = name.lower()
    if lowered in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"):
        name = "cp1252"  # as the Encoding Standard reads these labels
    if lowered in ("utf-8", "utf8") or _NO_CHARSETS.search(name):
        return None
    try:
        return body.decode(name, "replace" if name == "cp1252" else "strict")
    except (LookupError, UnicodeError, ValueError):
        return None


def _from_root(text: str, roots: Collection[str]) -> str | None:
    comment_or_root = _comment_or_root(tuple(roots))
    place = 0
    while match := comment_or_root.search(text, place):
        if match.group() != "<!--":
            page = re.search(r"<(?:html|body)[\s>]", text[: match.start()], re.IGNORECASE)
            return None if page else text[match.start() :]
        end = text.find("-->", match.end())
        if end < 0:
            return None
        place = end + 3
    return None


@lru_cache(maxsize=16)
def _comment_or_root(roots: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(map(re.escape, roots))
    return re.compile(rf"<!--|<(?:[A-Za-z][\w.-]{{0,30}}:)?(?:{names})(?=[\s>/])")


def _without_illegal(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold; most texts have none, which is asked of their bytes."""
    try:
        encoded = text.encode()
    except UnicodeEncodeError:  # lone surrogates
        return _ILLEGAL.sub("", text)
    if len(encoded.translate(None, _CONTROLS)) == len(encoded) and "\ufffe" not in text and "\uffff" not in text:
        return text
    return _ILLEGAL.sub("", text)


def _mend_references(text: str) -> str:
    """Outside CDATA: HTML's entities to their characters, and what is no reference or tag to plain characters."""
    # To count takes a third of the time of looking for `&` that begins none of these.
    if text.count("&") == sum(map(text.count, _ENTITIES)) and not _LOOSE_TAG.search(text):
        return text
    return _outside_cdata(text, lambda part: _REFERENCE.sub(_mended, part))


def _outside_cdata(text: str, change: Callable[[str], str]) -> str:
    first, *rest = text.split("<![CDATA[")
    parts = [change(first)]
    for section in rest:
        inside, end, outside = section.partition("]]>")
        parts += ["<![CDATA[", inside, end, change(outside)]
    return "".join(parts)


def _mended(match: re.Match[str]) -> str:
    found = match.group()
    name = match.group(1)
    if name is None:
        return "&lt;" if found == "<" else "&amp;"
    if name in ("amp", "lt", "gt", "quot", "apos"):
        return found
    character = html.unescape(found)
    if character == found:  # no entity of HTML
        return f"&amp;{name};"
    return html.escape(_ILLEGAL.sub("", character), quote=False)


def _wrap_markup(text: str) -> str:
    """Elements that hold pasted HTML become CDATA, so that an unclosed `<br>` in one cannot swallow the next."""
    parts: list[str] = []
    place = 0
    while match := _MARKUP_FIELD.search(text, place):
        closing = f"</{match.group(1)}>"
        end = text.find(closing, match.end())
        if end < 0:
            break
        inside = text[match.end() : end]
        parts.append(text[place : match.end()])
        # XHTML content is meant to be a tree; CDATA already is none.
        if "<" in inside and "<![CDATA[" not in inside and "xhtml" not in match.group(2):
            inside = f"<![CDATA[{inside}]]>"
        parts += [inside, closing]
        place = end + len(closing)
    parts.append(text[place:])
    return "".join(parts)


def _well_formed(text: str) -> Document | None:
    """Most documents are, and to parse one takes less time than to look for what might have to be mended."""
    if "&#" in text:  # a number may mean another character in HTML than in XML: "&#150;"
        return None
    try:
        return Document(etree.fromstring(text.encode(), _parser(recover=False)), well_formed=True)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )


def _parse(text: str) -> Document | None:
    parser = _parser(recover=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None:
        return None
    return Document(root, broken=any(entry.type == _TAG_MISMATCH for entry in parser.error_log))
