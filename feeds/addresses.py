"""Which addresses may be reached, and an HTTP adapter that reaches no other.

A URL comes from a stranger. The name in it may lead to this machine or its neighbours, and may lead elsewhere a moment
after it was checked. So the check stands where the connection is made: resolve once, refuse the name if any of its
addresses is not public, and connect to one of those just checked. The name is kept for SNI and for the certificate.

The adapter also makes a time-out what its name promises: the time for name look-up, connection and TLS together, and
then for headers and body together, whatever the rhythm in which the other side drips its bytes.

It knows nothing of redirects: those who follow them send each hop through an adapter again.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from feeds.errors import AddressRefused

AddressRow = tuple[Any, ...]
"""As `socket.getaddrinfo` gives them: family, type, protocol, canonical name, socket address."""
Resolve = Callable[[str, int], list[AddressRow]]
MOST_INTERIM = 10
"""Answers before the answer ("100 Continue", "103 Early Hints"): a server has reason for two or three."""
MOST_TRAILERS, LONGEST_LINE = 100, 64 << 10
"""Lines, and bytes of one: what `http.client` allows headers."""
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# `ipaddress.is_global` is the IANA registry as of the interpreter's release, and lets pass what is reachable in
# principle and yet no web server's own address: tunnels and translations, which lead to any IPv4 address again.
_GLOBAL_UNICAST = ipaddress.ip_network(
    "2000::/3"
)  # RFC 4291 §2.4: everything else is special, NAT64 and mapped included
_NEVER = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # IETF protocol assignments, RFC 6890
            "192.88.99.0/24",  # 6to4 relays, RFC 7526
            "240.0.0.0/4",  # reserved, RFC 1112
            "2001::/23",  # IETF protocol assignments: Teredo, ORCHID
            "2001:db8::/32",  # documentation, RFC 3849
            "2002::/16",  # 6to4, RFC 3056
            "3ffe::/16",  # the former 6bone, RFC 3701
            "3fff::/20",  # documentation, RFC 9637
        ),
    )
)
_LOCAL_NAMES = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home.arpa", "test")
_DOTTED_QUAD = re.compile(r"(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}", re.ASCII)
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII | re.IGNORECASE)
_CERTIFICATE_HAS_EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED


def is_public(address: IPAddress) -> bool:
    """Whether a server of the public Internet can have this address."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return False
    return not any(address in network for network in _NEVER if network.version == address.version)


def check_name(host: str) -> None:
    """Refuse a host by its spelling. Raises AddressRefused.

    Names that only a local resolver answers (RFC 6761, RFC 6762, RFC 8375), and numbers that C libraries read as
    addresses while people and filters don't: `2130706433`, `0177.0.0.1`, `127.1`, `0x7f.1`.
    """
    name = host.rstrip(".").lower()
    if not name:
        raise AddressRefused("No host in the address.", url=host)
    if any(name == local or name.endswith(f".{local}") for local in _LOCAL_NAMES):
        raise AddressRefused(f"{host} is a name of the local network.", url=host)
    if _NUMBER.fullmatch(name.rpartition(".")[2]) and not _DOTTED_QUAD.fullmatch(name):
        raise AddressRefused(f"{host} is an address in disguise.", url=host)


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an http(s) URL (RFC 6454 §4), lower case, the default port made explicit.

    Raises ValueError where the port is not a number.
    """
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme.lower(), 0)
    return parts.scheme.lower(), (parts.hostname or "").rstrip(".").lower(), port


class Rule:
    """Who may be reached: public addresses, and what the operator exempts. `resolve` is `socket.getaddrinfo`'s like."""

    def __init__(
        self,
        *,
        allow_private_networks: bool = False,
        trusted_origins: Collection[str] = (),
        resolve: Resolve | None = None,
    ) -> None:
        self.allow_private_networks = allow_private_networks
        self.trusted_origins = frozenset(map(origin, trusted_origins))
        self._resolve = resolve or _getaddrinfo

    def exempts(self, scheme: str, host: str, port: int) -> bool:
        return self.allow_private_networks or (scheme, host.rstrip(".").lower(), port) in self.trusted_origins

    def addresses(self, scheme: str, host: str, port: int, timeout: float) -> list[AddressRow]:
        """`socket.getaddrinfo` rows for `host`, all of which may be connected to, looked up within `timeout` seconds.

        Raises AddressRefused, socket.gaierror, TimeoutError.
        """
        exempt = self.exempts(scheme, host, port)
        if not exempt:
            check_name(host)
        rows = _resolved(host, port, timeout, self._resolve)
        if not exempt:
            for row in rows:
                address = ipaddress.ip_address(row[4][0].partition("%")[0])
                if not is_public(address):
                    raise AddressRefused(
                        f"{host} leads to {address}, which is not a public address.", url=f"{scheme}://{host}:{port}/"
                    )
        return rows


def _getaddrinfo(host: str, port: int) -> list[AddressRow]:
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


def _resolved(host: str, port: int, timeout: float, resolve: Resolve) -> list[AddressRow]:
    """`resolve` with an end. The C resolver takes no time-out, so it runs beside and is left behind if late."""
    if _DOTTED_QUAD.fullmatch(host) or ":" in host:
        return _getaddrinfo(host, port)
    answer: list[Any] = []

    def look_up() -> None:
        try:
            answer.append(resolve(host, port))
        except (OSError, UnicodeError) as error:
            answer.append(error)

    thread = threading.Thread(target=look_up, name=f"resolve {host}", daemon=True)
    thread.start()
    thread.join(max(0.0, timeout))
    if not answer:
        raise TimeoutError(f"no answer for the name {host}")
    if isinstance(answer[0], UnicodeError):
        raise socket.gaierror(socket.EAI_NONAME, "not a host name") from answer[0]
    if isinstance(answer[0], OSError):
        raise answer[0]
    return list(answer[0])


class _DeadlineReader(io.RawIOBase):
    """Reads a socket until a point in time, however the bytes come."""

    def __init__(self, sock: socket.socket, raw: Any, timeout: float | None) -> None:
        self._sock = sock
        self._raw = raw
        self._end = None if timeout is None else time.monotonic() + timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._end is not None:
            left = self._end - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left)
        return self._raw.readinto(buffer)  # type: ignore[no-any-return]

    def close(self) -> None:
        self._raw.close()
        super().close()


class _DeadlineResponse(HTTPResponse):
    """Headers and body share the time-out that the socket has when the response begins.

    Interim answers (1xx, RFC 9110 §15.2) are passed over, a few; trailers (RFC 9112 §7.1.2) as many lines as headers
    may have.
    """

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_DeadlineReader(sock, self.fp.detach(), sock.gettimeout()))
        self._interim = 0

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        if not 100 <= status < 200 or status == http.client.SWITCHING_PROTOCOLS:
            return version, status, reason
        self._interim += 1
        if self._interim > MOST_INTERIM:
            raise http.client.HTTPException(f"more than {MOST_INTERIM} interim answers")
        # The one that http.client passes over with its headers, to read the next.
        return version, http.client.CONTINUE, reason

    def _read_and_discard_trailer(self) -> None:
        for _ in range(MOST_TRAILERS):
            line = self.fp.readline(LONGEST_LINE + 1)
            if line in (b"\r\n", b"\n", b""):
                return
            if len(line) > LONGEST_LINE:
                raise http.client.LineTooLong("trailer line")
        raise http.client.HTTPException(f"more than {MOST_TRAILERS} trailers")


class _VettedConnection(HTTPConnection):
    """Connects to vetted addresses only."""

    response_class = _DeadlineResponse
    scheme = "http"
    rule: Rule

    def _new_conn(self) -> socket.socket:
        timeout = self.timeout if isinstance(self.timeout, int | float) else 60.0
        end = time.monotonic() + timeout
        port = self.port or 0
        try:
            rows = self.rule.addresses(self.scheme, self._dns_host, port, timeout)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"{self.host}: the name was not resolved in time") from error
        return self._connect_to_one_of(rows, end)

    def _connect_to_one_of(self, rows: list[AddressRow], end: float) -> socket.socket:
        """The first address that answers. Each gets an equal part of the time left: a dead one costs only its own."""
        problem: OSError = OSError("no address")
        for number, (family, kind, protocol, _, address) in enumerate(rows):
            left = end - time.monotonic()
            if left <= 0:
                problem = TimeoutError("timed out")
                break
            sock = socket.socket(family, kind, protocol)
            try:
                for option in self.socket_options or ():
                    sock.setsockopt(*option)
                sock.settimeout(left / (len(rows) - number))
                sock.connect(address)
                # What is left is also all that a TLS handshake gets.
                sock.settimeout(max(0.001, end - time.monotonic()))
            except OSError as error:
                sock.close()
                problem = error
                continue
            return sock
        if isinstance(problem, TimeoutError):
            raise ConnectTimeoutError(self, f"Connection to {self.host} timed out") from problem
        raise NewConnectionError(self, f"Failed to connect: {problem.strerror or problem}") from problem


class _VettedTLSConnection(_VettedConnection, HTTPSConnection):
    """The same with TLS. A refused certificate that has merely expired gets a note with the day (`expired_on`)."""

    scheme = "https"
    certificate_ends: datetime | None = None
    """`notAfter` of the other side's certificate (UTC), once connected."""

    def connect(self) -> None:
        try:
            super().connect()
            if isinstance(self.sock, ssl.SSLSocket):
                self.certificate_ends = certificate_end(self.sock.getpeercert(binary_form=True) or b"")
        except ssl.SSLCertVerificationError as error:
            if error.verify_code == _CERTIFICATE_HAS_EXPIRED:
                error.expired_on = self._certificate_end()  # type: ignore[attr-defined]
            raise

    def _certificate_end(self) -> datetime | None:
        """Ask again without verifying, only to read the date: OpenSSL keeps no refused certificate for Python."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            with self._new_conn() as plain, context.wrap_socket(plain, server_hostname=self.host) as secured:
                return certificate_end(secured.getpeercert(binary_form=True) or b"")
        except Exception:  # the first error is the one to tell
            return None


def certificate_end(certificate: bytes) -> datetime | None:
    """`notAfter` of an X.509 certificate in DER (RFC 5280 §4.1), UTC; None where it cannot be read."""
    try:
        fields = _der_items(_der_items(_der_items(certificate)[0][1])[0][1])
        if fields[0][0] == 0xA0:  # [0] version, absent in version 1
            fields = fields[1:]
        kind, end = _der_items(fields[3][1])[1]  # serial number, algorithm, issuer, validity
        text = end.decode("ascii")
        if kind == 0x17:  # UTCTime: two digits of the year, 1950 to 2049
            text = ("19" if text[:2] >= "50" else "20") + text
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except (IndexError, ValueError):
        return None


def _der_items(data: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of each element in a row."""
    items = []
    place = 0
    while place < len(data):
        tag, size = data[place], data[place + 1]
        place += 2
        if size & 0x80:
            width = size & 0x7F
            size = int.from_bytes(data[place : place + width], "big")
            place += width
        items.append((tag, data[place : place + size]))
        place += size
    return items


class VettedAdapter(HTTPAdapter):
    """A `requests` adapter that reaches only what `rule` allows. Thread-safe; no retries of its own.

    `send` raises AddressRefused beside the exceptions of `requests`; a number as its `timeout` is a total in seconds.
    """

    def __init__(self, rule: Rule, *, pool_connections: int = 64, pool_maxsize: int = 32) -> None:
        self._rule = rule
        super().__init__(pool_connections=pool_connections, pool_maxsize=pool_maxsize)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        plain = type("Connection", (_VettedConnection,), {"rule": self._rule})
        secured = type("TLSConnection", (_VettedTLSConnection,), {"rule": self._rule})
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("TLSPool", (HTTPSConnectionPool,), {"ConnectionCls": secured}),
        }

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        raise AddressRefused("A proxy would connect for us, unvetted.", url=proxy)

    # Most requests know no proxy, and to look for one takes a twelfth of a whole request: twice.

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        if proxies:
            return super().get_connection_with_tls_context(request, verify, proxies, cert)
        try:
            host, context = self.build_connection_pool_key_attributes(request, verify, cert)
        except ValueError as error:
            raise requests.exceptions.InvalidURL(error, request=request) from error
        return self.poolmanager.connection_from_host(**host, pool_kwargs=context)

    def request_url(self, request: Any, proxies: Any) -> str:
        return super().request_url(request, proxies) if proxies else str(request.path_url)

    def send(self, request: Any, stream: bool = False, timeout: Any = None, *args: Any, **options: Any) -> Any:
        if isinstance(timeout, int | float):
            timeout = Timeout(total=timeout)
        return super().send(request, stream, timeout, *args, **options)


class _Session(requests.Session):
    def rebuild_auth(self, prepared_request: Any, response: Any) -> None:
        """A redirect gets no credentials at all."""
        prepared_request.headers.pop("Authorization", None)


def public_session(
    *,
    allow_private_networks: bool = False,
    trusted_origins: Collection[str] = (),
    user_agent: str | None = None,
    pool_connections: int = 64,
    pool_maxsize: int = 32,
) -> requests.Session:
    """A session that reaches public addresses only, reads no environment, and takes `timeout` as a total in seconds.

    Redirects, where the caller allows them, are vetted like first requests. A caller that does not trust the size of
    the answer passes `stream=True` and reads no more than it wants: the deadline goes on counting.
    """
    session = _Session()
    session.trust_env = False
    if user_agent:
        session.headers["User-Agent"] = user_agent
    rule = Rule(allow_private_networks=allow_private_networks, trusted_origins=trusted_origins)
    adapter = VettedAdapter(rule, pool_connections=pool_connections, pool_maxsize=pool_maxsize)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session
