"""WebSub's messages (W3C Recommendation, https://www.w3.org/TR/websub/): read, written, signed and checked. Pure.

    subscriber                                             hub
        │── POST mode, topic, callback, lease, secret ──────→│   section 5.1: `subscription_form`, `read_request`
        │←───── GET callback?mode, topic, challenge, lease ──│   section 5.3: `question_address`, `read_question`
        │── the challenge ──────────────────────────────────→│
        │←──────────────────────── POST callback, content ───│   section 7: `distribution_headers`, `Verifier`

Who subscribes to what, and what follows from a message, is not known here. Everything that is read was written by a
stranger: fields are few, short, and hold no control characters.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

SIGNATURE_METHODS = ("sha1", "sha256", "sha384", "sha512")
"""Section 7.1. Ours is sha256; hubs that are older than the Recommendation send sha1."""
OUR_METHOD = "sha256"

SHORTEST_LEASE = timedelta(hours=1)
USUAL_LEASE = timedelta(days=10)
LONGEST_LEASE = timedelta(days=30)
"""What our hub grants, and what we believe of another: a lease without end would outlive its subscriber."""

MAXIMUM_SECRET = 199
"""Bytes: a secret "MUST be less than 200 bytes in length" (section 5.1)."""
MAXIMUM_URL = 2_000
MAXIMUM_CHALLENGE = 1_000
_MAXIMUM_FIELDS = 20


class MessageError(ValueError):
    """A message that cannot be accepted; `str()` is a sentence for the other side."""


@dataclass(frozen=True, slots=True)
class SubscriptionRequest:
    """What a subscriber asks a hub for. `mode` is "subscribe" or "unsubscribe"; `lease` None: as the hub likes."""

    mode: str
    topic: str
    callback: str
    lease: timedelta | None = None
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a hub asks a callback: whether it meant it, or ("denied") nothing, but that it won't be told.

    `lease` is what the hub grants; None where it says nothing of it, as hubs before the Recommendation do.
    """

    mode: str
    topic: str
    challenge: str = ""
    lease: timedelta | None = None
    reason: str = ""


def subscription_form(mode: str, topic: str, callback: str, lease: timedelta, secret: str) -> dict[str, str]:
    """The fields of a request to a hub (section 5.1)."""
    form = {"hub.mode": mode, "hub.topic": topic, "hub.callback": callback}
    if mode == "subscribe":
        form |= {"hub.lease_seconds": str(int(lease.total_seconds())), "hub.secret": secret}
    return form


def read_request(body: bytes) -> SubscriptionRequest:
    """A request that came to our hub, form-encoded. Raises MessageError."""
    fields = _fields(body)
    mode = fields.get("hub.mode", "")
    if mode == "publish":
        raise MessageError("This hub tells of its own feeds only, and knows by itself when they change.")
    if mode not in ("subscribe", "unsubscribe"):
        raise MessageError("hub.mode must be subscribe or unsubscribe.")
    for name in ("hub.topic", "hub.callback"):
        if not fields.get(name):
            raise MessageError(f"{name} is missing.")
    secret = fields.get("hub.secret") or None
    if secret is not None and len(secret.encode()) > MAXIMUM_SECRET:
        raise MessageError("hub.secret must be shorter than 200 bytes.")
    callback = fields["hub.callback"]
    callback_host(callback)
    return SubscriptionRequest(mode, fields["hub.topic"], callback, _lease(fields), secret)


def callback_host(callback: str) -> str:
    """The host of a callback, lower case. Raises MessageError where the address is not one that can be posted to."""
    parts = _split(callback)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise MessageError("hub.callback must be an http or https address.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise MessageError("hub.callback must have neither a user name nor a fragment.")
    if len(callback) > MAXIMUM_URL or not callback.isascii() or " " in callback:
        raise MessageError(f"hub.callback must be at most {MAXIMUM_URL} ASCII characters without spaces.")
    return parts.hostname.rstrip(".")[:255]


def granted(asked: timedelta | None) -> timedelta:
    """The lease that our hub grants to one who asked for `asked`."""
    return USUAL_LEASE if asked is None else min(max(asked, SHORTEST_LEASE), LONGEST_LEASE)


def question_address(callback: str, asked: Question) -> str:
    """Where a hub's GET to a callback goes (sections 5.2, 5.3); a query that is there already stays."""
    fields = {"hub.mode": asked.mode, "hub.topic": asked.topic}
    if asked.challenge:
        fields["hub.challenge"] = asked.challenge
    if asked.lease is not None:
        fields["hub.lease_seconds"] = str(int(asked.lease.total_seconds()))
    if asked.reason:
        fields["hub.reason"] = asked.reason
    return callback + ("&" if "?" in callback else "?") + urlencode(fields)


def read_question(query: bytes) -> Question:
    """What a hub asks one of our callbacks, from the query of its GET. Raises MessageError."""
    fields = _fields(query)
    mode, topic, challenge = (fields.get(f"hub.{name}", "") for name in ("mode", "topic", "challenge"))
    if mode not in ("subscribe", "unsubscribe", "denied"):
        raise MessageError("hub.mode must be subscribe, unsubscribe or denied.")
    if not topic:
        raise MessageError("hub.topic is missing.")
    if mode != "denied" and not 0 < len(challenge) <= MAXIMUM_CHALLENGE:
        raise MessageError(f"hub.challenge must have 1 to {MAXIMUM_CHALLENGE} characters.")
    return Question(mode, topic, challenge, _lease(fields), fields.get("hub.reason", "")[:300])


def answers(body: bytes, challenge: str) -> bool:
    """Whether an answer's body is the challenge."""
    return hmac.compare_digest(body, challenge.encode())


def signature(secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature` for a body (section 7.1)."""
    return f"{OUR_METHOD}={hmac.new(secret.encode(), body, OUR_METHOD).hexdigest()}"


def distribution_headers(content_type: str, hub: str, topic: str, secret: str | None, body: bytes) -> dict[str, str]:
    """The headers of content that a hub distributes (section 7); `hub` and `topic` are absolute."""
    headers = {"Content-Type": content_type, "Link": f'<{hub}>; rel="hub", <{topic}>; rel="self"'}
    return headers | ({"X-Hub-Signature": signature(secret, body)} if secret else {})


class Verifier:
    """Checks a body against its `X-Hub-Signature`, piece by piece, so that none of it need be kept."""

    def __init__(self, secret: str, header: str | None) -> None:
        """`header` is hostile: whatever is no signature makes every body invalid."""
        method, _, told = (header or "").strip().partition("=")
        self._told = told.strip().lower().encode("utf-8", "replace")
        known = method.lower() in SIGNATURE_METHODS
        self._digest = hmac.new(secret.encode(), digestmod=getattr(hashlib, method.lower())) if known else None

    def update(self, piece: bytes) -> None:
        """The next bytes of the body."""
        if self._digest is not None:
            self._digest.update(piece)

    def is_valid(self) -> bool:
        """Whether all bytes so far are the signed ones; takes the same time wherever the signatures differ."""
        return self._digest is not None and hmac.compare_digest(self._digest.hexdigest().encode(), self._told)


def is_signed(secret: str, header: str | None, body: bytes) -> bool:
    """Whether `header` is the signature of the whole `body`."""
    verifier = Verifier(secret, header)
    verifier.update(body)
    return verifier.is_valid()


def _fields(encoded: bytes) -> dict[str, str]:
    """Form fields by name; the first of several with one name counts."""
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAXIMUM_FIELDS
        )
    except ValueError as error:
        raise MessageError("The fields must be form-encoded UTF-8, and few.") from error
    fields: dict[str, str] = {}
    for name, value in pairs:
        if any(character < " " or character == "\x7f" for character in value):
            raise MessageError("A field holds control characters.")
        fields.setdefault(name, value)
    return fields


def _lease(fields: Mapping[str, str]) -> timedelta | None:
    said = fields.get("hub.lease_seconds", "")
    if not said:
        return None
    if not (said.isascii() and said.isdigit()) or not said.strip("0"):
        raise MessageError("hub.lease_seconds must be a positive whole number.")
    # A century and a hundred of them mean the same: longer than any hub grants.
    return timedelta(seconds=min(int(said[:12]), 10**10))


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
