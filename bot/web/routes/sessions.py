"""Who an operator is: signed cookies, tokens in forms, limits on attempts, and who sits at this machine.

A session is a random name, whether it is signed in, and until when; all in the cookie, signed with HMAC-SHA256, so that
any web process reads what another wrote. The database remembers who has signed out, until the cookie would have been
over by itself: a copy of it is worth nothing then. Passwords and users there are none: there is the admin token.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from bot.web import secret
from feeds.database import Database
from feeds.store import facts

COOKIE = "tocsin_session"
LIFETIME = timedelta(days=14)
SIGNED_OUT = "web.signed_out."
"""Before a session's name, the name of the fact that it was ended."""

ATTEMPTS_PER_ADDRESS = 5
ATTEMPTS_IN_ALL = 60
ATTEMPT_WINDOW = timedelta(minutes=1)
_MAXIMUM_ADDRESSES = 10_000


@dataclass(frozen=True, slots=True)
class Session:
    """One browser. `expires` is aware, UTC."""

    name: str
    operator: bool
    expires: datetime


class Sessions:
    """Makes and reads the cookies of one installation: with the configured secret, else with the database's.

    The admin token goes into it, so that whoever signed in with another one is signed out.
    """

    def __init__(
        self, database: Database, secret_key: str | None, admin_token: str | None, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._secret_key = secret_key
        self._admin_token = admin_token
        self._clock = clock

    @cached_property
    def _secret(self) -> bytes:
        secret_of_all = self._secret_key.encode() if self._secret_key else secret.read(self._database)
        return hmac.new(secret_of_all, f"session\n{self._admin_token or ''}".encode(), hashlib.sha256).digest()

    def begin(self, *, operator: bool) -> Session:
        """A new session; signing in always begins one, so that an old name is worth nothing."""
        return Session(secrets.token_urlsafe(18), operator, self._clock() + LIFETIME)

    def read(self, request: HTTPConnection) -> Session:
        """The session in the visitor's cookie; a new one where it is missing, false or over."""
        cookie = request.cookies.get(COOKIE)
        return (self._opened(cookie) if cookie else None) or self.begin(operator=False)

    def _opened(self, cookie: str) -> Session | None:
        payload, _, signature = cookie.partition(".")
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), self._sign("session", payload).encode()):
            return None
        name, operator, expires = json.loads(base64.urlsafe_b64decode(payload))
        session = Session(str(name), bool(operator), datetime.fromisoformat(expires))
        if session.expires <= self._clock() or (session.operator and self._is_ended(session)):
            return None
        return session

    def _is_ended(self, session: Session) -> bool:
        with self._database.read() as connection:
            return facts.get(connection, SIGNED_OUT + session.name) is not None

    def end(self, session: Session) -> None:
        """Sign the operator out, wherever the cookie has been copied to."""
        with self._database.write() as connection:
            facts.forget_past(connection, SIGNED_OUT, self._clock())
            facts.put(connection, SIGNED_OUT + session.name, True, session.expires)

    def write(self, response: Response, session: Session, *, secure: bool) -> None:
        """Give the visitor the cookie."""
        values = json.dumps([session.name, session.operator, session.expires.isoformat()])
        payload = base64.urlsafe_b64encode(values.encode()).decode()
        response.set_cookie(
            COOKIE,
            f"{payload}.{self._sign('session', payload)}",
            max_age=int(LIFETIME.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=secure,
        )

    def csrf(self, session: Session) -> str:
        """What a form of this visitor must bring back."""
        return self._sign("form", session.name)

    def is_own_form(self, request: HTTPConnection, session: Session, token: str) -> bool:
        """The token is this session's, and the browser does not say that another site sent the form."""
        good = hmac.compare_digest(token.encode("utf-8", "replace"), self.csrf(session).encode())
        return good and not is_cross_site(request)

    def seal(self, session: Session, text: str) -> str:
        """A text as a part of an address that only this visitor's own pages could have made."""
        return f"{text}.{self._sign('seal', session.name + text)[:24]}"

    def unseal(self, session: Session, sealed: str) -> str:
        """The text; "" where it was not sealed for this visitor."""
        text, _, _ = sealed.rpartition(".")
        good = hmac.compare_digest(sealed.encode("utf-8", "replace"), self.seal(session, text).encode())
        return text if good else ""

    def _sign(self, purpose: str, text: str) -> str:
        return hmac.new(self._secret, f"{purpose}\n{text}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def is_cross_site(request: HTTPConnection) -> bool:
    """Whether the browser says that a page of another site made this request. Programs that say nothing are let by."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
    except ValueError:
        return True


def is_token(given: str, expected: str) -> bool:
    """Compare in a time that tells nothing, not even lengths."""
    digests = [hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in (given, expected)]
    return hmac.compare_digest(*digests)


def is_local_visitor(request: HTTPConnection) -> bool:
    """Whether the request was typed at this very machine.

    The connection is from a loopback address, no proxy says it stands between, and the name asked for is this
    machine's own: a page elsewhere that points its own name at 127.0.0.1 (DNS rebinding) still sends its own name.
    """
    if request.client is None or not _is_loopback(request.client.host):
        return False
    if any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-forwarded-host", "via")):
        return False
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return False
    return host == "localhost" or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Attempts:
    """How often somebody may offer a wrong token: few times a minute from one address, and not many in all."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: dict[str, deque[datetime]] = {}
        self._all: deque[datetime] = deque()

    def allowed(self, request: HTTPConnection) -> bool:
        """Whether another attempt from there is heard."""
        with self._lock:
            own = self._recent(self._failures.get(_network(request), deque()))
            return len(own) < ATTEMPTS_PER_ADDRESS and len(self._recent(self._all)) < ATTEMPTS_IN_ALL

    def failed(self, request: HTTPConnection) -> None:
        """It was a wrong one."""
        with self._lock:
            if len(self._failures) >= _MAXIMUM_ADDRESSES:
                self._failures = {key: one for key, one in self._failures.items() if self._recent(one)}
            now = self._clock()
            self._failures.setdefault(_network(request), deque(maxlen=ATTEMPTS_PER_ADDRESS)).append(now)
            self._all.append(now)

    def _recent(self, moments: deque[datetime]) -> deque[datetime]:
        start = self._clock() - ATTEMPT_WINDOW
        while moments and moments[0] <= start:
            moments.popleft()
        return moments


def _network(request: HTTPConnection) -> str:
    """An IPv4 address, or the /64 that one IPv6 customer has."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return host


def client_name(request: Request) -> str:
    """For the log."""
    return request.client.host if request.client else "unknown"
