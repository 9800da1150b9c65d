"""One spelling for all addresses of one page. Pure; the spelling is a name to compare by, not an address to fetch."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes, urlsplit

_TRACKING = frozenset({
    "fbclid", "gclid", "gclsrc", "dclid", "wbraid", "gbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid", "igsh",
    "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "_ga", "_gl", "_hsenc", "_hsmi", "__hstc", "__hssc", "__hsfp",
    "hsctatracking", "vero_id", "vero_conv", "oly_anon_id", "oly_enc_id", "rb_clickid", "s_cid", "wickedid", "zanpid",
    "ef_id", "epik", "srsltid", "ns_mchannel", "ns_source", "ns_campaign", "ns_linkname", "ns_fee", "at_medium",
    "at_campaign", "at_custom1", "at_custom2", "at_custom3", "at_custom4", "ftag", "cmpid", "ocid", "icid", "ncid",
    "soc_src", "soc_trk", "guccounter", "guce_referrer", "guce_referrer_sig", "spm", "scm", "share_source", "shareid",
    "feature_share", "amp", "outputtype", "sharetoken", "smid", "smtyp", "partner_rss", "from_rss", "rss", "rssfeed",
})  # fmt: skip
"""Parameters that say where a reader came from."""
_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "itm_", "wt_", "wt.", "stm_", "trk_", "_bta_")
_SESSION = frozenset({
    "phpsessid", "jsessionid", "sessionid", "session_id", "sid", "sessid", "cfid", "cftoken", "zenid", "oscsid",
    "aspsessionid", "s",
})  # fmt: skip
_CACHE_BUSTERS = frozenset({"_", "cb", "nocache", "rnd", "rand", "cachebuster", "_t"})
_SESSION_VALUE = re.compile(r"[0-9a-z]{16,128}", re.IGNORECASE)
_BUSTER_VALUE = re.compile(r"[0-9.]{6,30}|[0-9a-f]{16,40}", re.IGNORECASE)
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|sessionid|sid|phpsessid)=[^/;?#]*", re.IGNORECASE)
_DEFAULT_PAGE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
# A fragment that is a route of a page, or that `feeds.sources` made for an item without address of its own.
_MEANT_FRAGMENT = re.compile(r"[!/].+|item-[0-9a-f]{16}")
_SAFE = "!$&'()*+,;=:@-._~"
_SAFE_IN_QUERY = "!$'()*,:@-._~/"
_AS_IT_IS = re.compile(r"[A-Za-z0-9_.~!$'()*,:@-]*")
"""Of letters that every part of an address may hold, meant or not."""
# Host and path of an address that is spelled so already, as nearly all of most feeds are.
_SPELLED = re.compile(
    r"https?://(?!www\.)([a-z0-9-]++(?:\.[a-z0-9-]++)++(?:/(?!\.|(?i:index|default)\.)[A-Za-z0-9_.~!$'()*,:@-]++){0,50}+)"
)
_LONGEST = 8_000

_NUMBER_AT_END = re.compile(r"[-_.,]([a-z]?\d{4,20})(\.[a-z]{2,5})?$", re.IGNORECASE)
_NUMBER_AT_START = re.compile(r"(\d{5,20})[-_]")
_NUMBER = re.compile(r"\d{5,20}")
_FIGURES = re.compile(r"\d{4}")
"""What each of the three has, and most addresses have not."""


def canonical_url(url: str, *, keep_fragment: bool = False) -> str:
    """The one spelling; what is no http(s) URL comes back trimmed.

    The same: http and https, `www.`, default ports, upper case in the host, user names, the order of parameters,
    tracking parameters, session ids, cache-busters, fragments (unless `keep_fragment`, or a route "#!/…"), a trailing
    slash, default pages, percent-encoding (RFC 3986 §6.2.2), dot segments. Everything else is meant.
    """
    return _canonical(url, keep_fragment and "#" in url)


@lru_cache(maxsize=4_096)
def _canonical(url: str, keep_fragment: bool) -> str:
    spelled_already = _SPELLED.fullmatch(url, 0, _LONGEST)
    if spelled_already:
        return f"https://{spelled_already.group(1)}"
    trimmed = url.strip()[:_LONGEST]
    try:
        parts = urlsplit(trimmed)
        port = parts.port
        host = _host(parts.hostname or "")
    except ValueError:
        return trimmed
    if parts.scheme.lower() not in ("http", "https") or not host or not host.isprintable() or " " in host:
        return trimmed
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    spelled = f"https://{host}{_path(parts.path)}"
    if query := _query(parts.query):
        spelled += f"?{query}"
    fragment = parts.fragment
    if fragment and (keep_fragment or _MEANT_FRAGMENT.fullmatch(fragment)):
        spelled += f"#{_encoded(fragment, _SAFE + '/?')}"
    return spelled


def permanent_part(url: str) -> str | None:
    """The canonical URL with "*" for the slug, where the page has a number beside it that a new slug would not change.

    "/article/asean-promotes-1733391234" and "/12345/asean-promotes" have one; years and dates are no such numbers.
    """
    spelled, _, query = canonical_url(url).partition("?")
    if not _FIGURES.search(spelled):
        return None
    if query or not spelled.startswith("https://"):
        return None
    before, _, last = spelled.rpartition("/")
    if before.count("/") < 2:
        return None
    match = _NUMBER_AT_END.search(last)
    if match and len(match[1]) >= 5 and not _is_date(match[1]) and _has_letter(last[: match.start()]):
        return f"{before}/*-{match[1]}{match[2] or ''}"
    match = _NUMBER_AT_START.match(last)
    if match and not _is_date(match[1]) and _has_letter(last[match.end() :]):
        return f"{before}/{match[1]}-*"
    folder, _, number = before.rpartition("/")
    if folder.count("/") >= 2 and _NUMBER.fullmatch(number) and not _is_date(number) and _has_letter(last):
        return f"{folder}/{number}/*"
    return None


def _has_letter(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _is_date(number: str) -> bool:
    """Whether the figures may be a day or month: 20190807, 07082019, 201908, 2019080712."""
    if not number.isdigit():
        return False
    for year, month, day in (
        (number[:4], number[4:6], number[6:8] or "01"),
        (number[4:8], number[2:4], number[:2]),
        (number[4:8], number[:2], number[2:4]),
    ):
        try:
            if (
                len(number) in (6, 8, 10, 12, 14)
                and 1990 <= int(year) <= 2099
                and date(int(year), int(month), int(day))
            ):
                return True
        except ValueError:
            continue
    return False


def _host(host: str) -> str:
    host = unicodedata.normalize("NFKC", host).rstrip(".").lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            pass
    if ":" in host:
        return f"[{host}]"
    while host.startswith("www.") and host.count(".") > 1:
        host = host[4:]
    return host


def _path(path: str) -> str:
    path = _SESSION_IN_PATH.sub("", path)
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(_encoded(segment, _SAFE))
    spelled = "/" + "/".join(kept).lstrip("/")
    spelled = _DEFAULT_PAGE.sub("/", spelled)
    return spelled.rstrip("/")


def _query(query: str) -> str:
    kept = []
    for parameter in query.split("&"):
        name, equals, value = parameter.removeprefix("amp;").partition("=")
        lowered = name.lower()
        if not name or lowered in _TRACKING or lowered.startswith(_TRACKING_PREFIXES):
            continue
        if (lowered in _SESSION or lowered.startswith("aspsessionid")) and _SESSION_VALUE.fullmatch(value):
            continue
        if lowered in _CACHE_BUSTERS and _BUSTER_VALUE.fullmatch(value):
            continue
        kept.append(
            (
                _encoded(name.replace("+", " "), _SAFE_IN_QUERY),
                equals,
                _encoded(value.replace("+", " "), _SAFE_IN_QUERY),
            )
        )
    kept.sort(key=lambda parameter: parameter[0])
    return "&".join("".join(parameter) for parameter in kept)


def _encoded(text: str, safe: str) -> str:
    """UTF-8 in NFC, percent-encoded where it must be, in upper-case hex."""
    if _AS_IT_IS.fullmatch(text):
        return text
    raw = unquote_to_bytes(text)
    try:
        raw = unicodedata.normalize("NFC", raw.decode("utf-8")).encode("utf-8")
    except UnicodeError:
        pass
    return quote(raw, safe=safe)
