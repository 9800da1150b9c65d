"""The only GET and HEAD of this package: a URL in, a response or an error that says what to do next out.

One exchange has one deadline (name look-up, connection, headers, body, redirects), one cap on decoded bytes, and
reaches public addresses only (`feeds.addresses`), checked again at each redirect. It sends validators, keeps no
cookies, reads no environment and hands credentials to nobody but the origin they were given for.

It knows nothing of what the bytes mean, when to ask again, or whom else to leave time for (`feeds.politeness`).
"""

from __future__ import annotations

import http
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

import requests
from requests.cookies import RequestsCookieJar

from feeds.addresses import Resolve, Rule, VettedAdapter, origin
from feeds.compression import unpacked
from feeds.errors import AddressRefused, DeadlineExceeded, FetchError, TooLarge
from feeds.failures import failure, hung_up

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, "
    "application/xml;q=0.9, text/html;q=0.9, */*;q=0.5"
)
# Only what is decoded step by step, so that the caps hold before the memory is used.
ACCEPT_ENCODING = "gzip, deflate"
_UNDECODED = {"br", "zstd", "compress", "x-compress", "dcb", "dcz"}
_MAX_REDIRECTS = 8
_PERMANENT = {301, 308}
_REDIRECTS = {301, 302, 303, 307, 308}
_NOT_NOW = {429, 503}
_CHUNK = 64 << 10
# Real pages and feeds compress up to about 1:40; bombs start at 1:1000. Small bodies may be as repetitive as they like.
_MAX_RATIO = 150
_RATIO_COUNTS_FROM = 1 << 20
_LONGEST_URL = 8 << 10


@dataclass(frozen=True, slots=True)
class Response:
    """What came. `url` is the final one, without credentials or fragment; `headers` are looked up without case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    content_type: str | None = None
    """The header's whole value, parameters included."""
    moved_to: str | None = None
    """Where the asked address has moved for good: the end of the unbroken run of 301 and 308 it began with."""
    fetched_bytes: int = 0
    """Body bytes over the wire, still compressed, of the last hop."""
    certificate_end: datetime | None = None
    """The day (UTC) on which the certificate of the last hop ends; None without TLS."""

    @property
    def not_modified(self) -> bool:
        return self.status == 304

    @property
    def etag(self) -> str | None:
        return self.headers.get("ETag") or None

    @property
    def last_modified(self) -> str | None:
        return self.headers.get("Last-Modified") or None


class Fetcher:
    """GETs for any number of threads.

    `trusted_origins` ("http://127.0.0.1:8000") are exempt from the rule on public addresses, for URLs that the caller
    gives; nobody else's redirect may lead there. `deadline` is in seconds, `max_bytes` counts decoded bytes.
    `ca_bundle` is a PEM file that replaces the certificate authorities of `certifi`; `resolve(host, port)` replaces
    `socket.getaddrinfo`.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow_private_networks: bool = False,
        trusted_origins: Collection[str] = (),
        deadline: float = 30.0,
        max_bytes: int = 10 << 20,
        ca_bundle: str | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._rule = Rule(
            allow_private_networks=allow_private_networks, trusted_origins=trusted_origins, resolve=resolve
        )
        # urllib3 fills a queue for each host with a place for each connection: 32 took as long as the request itself.
        # So many hosts keep theirs and a connection until they are asked again: to make both takes as long again.
        self._adapter = VettedAdapter(self._rule, pool_connections=256, pool_maxsize=4)
        self._deadline = deadline
        self._max_bytes = max_bytes
        self._verify: bool | str = ca_bundle or True

    def close(self) -> None:
        self._adapter.close()

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str | None = None,
        max_bytes: int | None = None,
    ) -> Response:
        """GET `url`, following redirects. `etag` and `last_modified` are those of an earlier response, as they came.

        Raises FetchError (`status` and `retry_after` set for 4xx and 5xx), AddressRefused, DeadlineExceeded, TooLarge.
        """
        headers = {"User-Agent": self._user_agent, "Accept": accept or ACCEPT, "Accept-Encoding": ACCEPT_ENCODING}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        return self._exchange("GET", url, headers, max_bytes or self._max_bytes)

    def head(self, url: str) -> Response:
        """What GET would answer, without its body: a HEAD; where that is refused, a GET of which no more is read.

        Raises FetchError and its kin, as `get` does.
        """
        headers = {"User-Agent": self._user_agent, "Accept": "*/*", "Accept-Encoding": "identity"}
        try:
            return self._exchange("HEAD", url, headers, None)
        except FetchError as error:
            # Many a server knows no HEAD and calls that by any name; "not now" is meant.
            if error.status is None or error.status in _NOT_NOW:
                raise
        return self._exchange("GET", url, headers, None)

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], max_bytes: int | None) -> Response:
        """`max_bytes` None: no body is read."""
        end = time.monotonic() + self._deadline
        moved_to = None
        permanently = True
        hop = url
        # Some sites set a cookie and redirect to the same address to see it there. It lives for this exchange only.
        cookies = RequestsCookieJar()
        seen = set()
        for _ in range(_MAX_REDIRECTS + 1):
            seen.add((hop, len(cookies)))
            reply = self._ask(method, hop, headers, cookies, end)
            try:
                if reply.status_code not in _REDIRECTS or not reply.headers.get("Location"):
                    return self._read(reply, hop, moved_to, end, max_bytes)
                target = self._redirect_target(hop, reply.headers["Location"])
            finally:
                reply.close()
            permanently = permanently and reply.status_code in _PERMANENT
            if permanently:
                moved_to = target
            hop = target
            cookies.update(reply.cookies)
            if (hop, len(cookies)) in seen:
                raise FetchError(f"{without_credentials(url)} redirects in a circle.", url=without_credentials(url))
        raise FetchError(
            f"{without_credentials(url)} redirects more than {_MAX_REDIRECTS} times.", url=without_credentials(url)
        )

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str], cookies: RequestsCookieJar, end: float
    ) -> requests.Response:
        """One hop, up to its headers."""
        shown = without_credentials(url)
        _check_url(url)
        try:
            prepared = _prepared(method, url, headers, cookies)
        except (requests.RequestException, ValueError) as error:
            raise FetchError(f"{shown} is not an address: {error}", url=shown) from None
        for attempt in (1, 2):
            left = end - time.monotonic()
            if left <= 0:
                raise DeadlineExceeded(f"{shown} did not answer within {self._deadline:g} s.", url=shown)
            try:
                reply: requests.Response = self._adapter.send(
                    prepared, stream=True, timeout=left, verify=self._verify, proxies={}
                )
                return reply
            except AddressRefused as error:
                raise AddressRefused(str(error), url=shown) from None
            except Exception as error:
                # A server may close an idle connection just as it is used again: that says nothing of the site.
                if attempt == 1 and hung_up(error):
                    continue
                raise failure(error, shown, self._deadline, end) from error
        raise AssertionError("unreachable")

    def _redirect_target(self, url: str, location: str) -> str:
        """The next hop, absolute. Credentials stay with the origin they were given for."""
        shown = without_credentials(url)
        # Servers send raw UTF-8, which http.client reads as Latin-1.
        try:
            location = location.encode("latin-1").decode("utf-8")
        except UnicodeError:
            pass
        try:
            target = urljoin(without_credentials(url), quote(location.strip(), safe="!#$%&'()*+,/:;=?@[]~-._|"))
            before, after = origin(url), origin(target)
        except ValueError:
            raise FetchError(f"{shown} redirects to something that is no address.", url=shown) from None
        if after in self._rule.trusted_origins and before != after:
            raise AddressRefused(f"{shown} redirects into this program's own addresses.", url=shown)
        target = without_credentials(_without_fragment(target))
        return _with_credentials_of(url, target) if before == after else target

    def _read(
        self, reply: requests.Response, url: str, moved_to: str | None, end: float, max_bytes: int | None
    ) -> Response:
        shown = without_credentials(url)
        status = reply.status_code
        headers: Mapping[str, str] = reply.headers
        if status >= 400 or (status not in (200, 203, 204, 206, 226, 304)):
            phrase = http.HTTPStatus(status).phrase if status in set(http.HTTPStatus) else "unknown"
            raise FetchError(
                f"{shown} answered {status} ({phrase}).",
                url=shown,
                status=status,
                retry_after=retry_after(headers.get("Retry-After"), datetime.now(UTC)),
            )
        codings = [part.strip().lower() for part in headers.get("Content-Encoding", "").split(",")]
        if not _UNDECODED.isdisjoint(codings):
            raise FetchError(f"{shown} sent a compression that was not asked for.", url=shown, status=status)
        # Asked before the body is read: then the connection may be somebody else's already.
        certificate_ends = getattr(reply.raw.connection, "certificate_ends", None)
        body, fetched = b"", 0
        if max_bytes is not None:
            body = self._body(reply, codings, shown, max_bytes, end)
            fetched = reply.raw.tell()
        return Response(
            url=_without_fragment(shown),
            status=status,
            headers=headers,
            body=body,
            content_type=headers.get("Content-Type") or None,
            moved_to=moved_to,
            fetched_bytes=fetched,
            certificate_end=certificate_ends,
        )

    def _body(self, reply: requests.Response, codings: Sequence[str], shown: str, max_bytes: int, end: float) -> bytes:
        status = reply.status_code
        announced = reply.headers.get("Content-Length", "")
        if announced.isascii() and announced.isdigit() and int(announced[:20]) > max_bytes:
            raise TooLarge(f"{shown} announces {announced} bytes.", url=shown, status=status)
        try:
            return b"".join(self._chunks(reply.raw, codings, shown, max_bytes))
        except TooLarge:
            raise
        except Exception as error:
            raise failure(error, shown, self._deadline, end, status) from error

    @staticmethod
    def _chunks(raw: Any, codings: Sequence[str], shown: str, max_bytes: int) -> Iterator[bytes]:
        def pieces() -> Iterator[bytes]:
            while piece := raw.read(_CHUNK, decode_content=False):
                if raw.tell() > max_bytes:  # megabytes may be packed that are nothing
                    raise TooLarge(f"{shown} has more than {max_bytes} bytes.", url=shown)
                yield piece

        decoded = 0
        for chunk in unpacked(pieces(), codings):
            decoded += len(chunk)
            if decoded > max_bytes:
                raise TooLarge(f"{shown} has more than {max_bytes} bytes.", url=shown)
            if decoded > _RATIO_COUNTS_FROM and decoded > _MAX_RATIO * max(1, raw.tell()):
                raise TooLarge(f"{shown} is compressed more than {_MAX_RATIO}-fold.", url=shown)
            yield chunk


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds from `now`, 0 to a year, of either form of `Retry-After` (RFC 9110 §10.2.3); None where there is none."""
    text = (value or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return float(min(int(text[:12]), 366 * 86400))
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    date = date.replace(tzinfo=UTC) if date.tzinfo is None else date
    return min(max(0.0, (date - now).total_seconds()), 366.0 * 86400)


def _prepared(
    method: str, url: str, headers: Mapping[str, str], cookies: RequestsCookieJar
) -> requests.PreparedRequest:
    """What `requests.Request.prepare` makes of them, which asks each time for all that a request might have."""
    prepared = requests.PreparedRequest()
    prepared.prepare_method(method)
    prepared.url = _spelled(url)
    prepared.prepare_headers(headers)
    if cookies:
        prepared.prepare_cookies(cookies)
    if "@" in url:
        prepared.prepare_auth(None, url)
    return prepared


@lru_cache(maxsize=4_096)
def _spelled(url: str) -> str | None:
    """The address as it is sent: names in IDNA, percent-encoded where it must be. Raises `requests.InvalidURL`."""
    prepared = requests.PreparedRequest()
    prepared.prepare_url(url, None)
    return prepared.url


@lru_cache(maxsize=4_096)
def without_credentials(url: str) -> str:
    """The URL without `user:password@`, fit for a log."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an unreadable address"
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


@lru_cache(maxsize=4_096)
def _without_fragment(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(fragment=""))


def _with_credentials_of(url: str, target: str) -> str:
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    parts = urlsplit(target)
    return urlunsplit(parts._replace(netloc=f"{user}{at}{parts.netloc}"))


@lru_cache(maxsize=4_096)
def _check_url(url: str) -> None:
    """Raises AddressRefused for other schemes, FetchError for what is no URL."""
    shown = without_credentials(url)
    if len(url) > _LONGEST_URL:
        raise FetchError("The address is too long.", url=shown[:200])
    try:
        parts: SplitResult = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise FetchError(f"{shown} is not an address.", url=shown) from None
    if parts.scheme.lower() not in ("http", "https"):
        raise AddressRefused(f"{shown}: only http and https are fetched.", url=shown)
    if not parts.hostname:
        raise FetchError(f"{shown} names no host.", url=shown)
