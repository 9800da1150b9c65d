"""What may stand in a feed: characters, addresses, language tags, dates. Every value of an article passes through here.

Knows the grammars (XML 1.0, RFC 3986, RFC 4151, RFC 6838, BCP 47, RFC 3339, RFC 822), and nothing of feeds or articles.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit

# XML 1.0 (fifth edition) section 2.2: everything but these is a Char. JSON could carry more, but not a lone surrogate,
# and the three formats shall say the same.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_HOST_NAME = re.compile(r"[A-Za-z0-9._~-]{1,253}")
_IPV6 = re.compile(r"[0-9A-Fa-f:.]{2,45}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*")

_IN_PATH = "/:@!$&'()*+,;=-._~%"
_IN_QUERY = _IN_PATH + "?"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def clean(text: str) -> str:
    """`text` without the code points that no XML document can hold; line ends as line feeds."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_XML.sub("", text)


def one_line(text: str) -> str:
    """`text` cleaned, with every run of white space as one space: for titles, names and attributes."""
    return " ".join(clean(text).split())


@lru_cache(maxsize=4_096)  # a site's own addresses come back in every item
def web_address(address: str | None) -> str | None:
    """`address` as an http(s) URI of RFC 3986, or None if it cannot be one.

    International names become punycode, other characters are percent-encoded; a user name or password is dropped, for
    a feed is public.
    """
    if not address:
        return None
    try:
        parts = urlsplit(clean(address).strip())
        host, port = _host(parts), parts.port
    except ValueError:  # a broken IPv6 address, a port that is no number, a name that punycode refuses
        return None
    if parts.scheme.lower() not in ("http", "https") or host is None:
        return None
    uri = f"{parts.scheme.lower()}://{host}"
    if port is not None:
        uri += f":{port}"
    uri += _encode(parts.path, _IN_PATH)
    if parts.query:
        uri += "?" + _encode(parts.query, _IN_QUERY)
    if parts.fragment:
        uri += "#" + _encode(parts.fragment, _IN_QUERY)
    return uri


def _host(parts: SplitResult) -> str | None:
    host = parts.hostname or ""
    if ":" in host:
        return f"[{host}]" if _IPV6.fullmatch(host) else None
    if not host.isascii() and len(host) <= 253:
        host = host.encode("idna").decode("ascii")
    return host if _HOST_NAME.fullmatch(host) else None


def _encode(part: str, safe: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe=safe)


def tag_uri(authority_and_date: str, specific: str) -> str:
    """The tag URI of RFC 4151, "tag:news.example.org,2026:article/…"."""
    return f"tag:{_encode(one_line(authority_and_date), '@,-._')}:{_encode(one_line(specific), _IN_QUERY)}"


def language_tag(tag: str | None) -> str | None:
    """`tag` if it has the form of a BCP 47 language tag ("vi", "en-GB"), else None: `xml:lang` admits nothing else."""
    tag = (tag or "").strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else None


def media_type(kind: str) -> str | None:
    """`kind` if it has the form of a media type without parameters ("image/png", RFC 6838), else None."""
    return kind if _MEDIA_TYPE.fullmatch(kind) else None


def in_utc(moment: datetime) -> datetime:
    """`moment` in UTC to the second, so that offsets of odd seconds (local mean time) do not break RFC 3339."""
    if moment.tzinfo is None:
        # The model forbids it. astimezone() would take the machine's own zone, and the bytes would depend on it.
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:  # within a day of the years 1 or 9999
        return moment.replace(tzinfo=UTC, microsecond=0)


def rfc3339(moment: datetime) -> str:
    """ "2019-08-07T02:00:00Z": the dates of Atom and JSON Feed."""
    return in_utc(moment).replace(tzinfo=None).isoformat() + "Z"


def rfc822(moment: datetime) -> str:
    """ "Wed, 07 Aug 2019 02:00:00 GMT": the dates of RSS. Independent of the process's locale, unlike strftime."""
    return format_datetime(in_utc(moment), usegmt=True)
