"""Alerts as signed HTTP requests, by Standard Webhooks; or, unsigned, as messages into a chat's incoming webhook.

    Delivery ─→ body (the same bytes at every attempt) ─→ signature ─→ POST ─→ what the answer means

It reaches public addresses only (`feeds.addresses`), follows no redirect, keeps no cookies, and gives up at a total
deadline. It knows nothing of retries: a `DeliveryError` says what follows, `bot.outbox` does it.
"""

from __future__ import annotations

import http
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3

from bot.channels import signature
from bot.channels.chat_formats import FORMATS, chat_body
from bot.clean import cut, one_line
from bot.errors import DeliveryError
from bot.model import Alert, Delivery, Destination, Receipt
from feeds.addresses import public_session
from feeds.errors import AddressRefused
from feeds.fetch import retry_after

USER_AGENT = "Tocsin"
MAXIMUM_ANSWER = 4096
"""Bytes of an answer that are read: enough for a challenge or an error message."""
_LONGEST_PAUSE = 86_400.0
_DETAIL = 300

# What a chat says about the message or the webhook itself: the same bytes, or the same address, will fail for ever.
# A program's own endpoint answers 400 or 404 for an hour while it is being deployed, so there these are tried again.
_CHAT_NEVER = {400, 413, 422}
_CHAT_GONE = {404, 410}
_NEVER = {413}
_GONE = {410}


class WebhookChannel:
    """POSTs. Safe for any number of threads, which share its connections.

    `timeout` is the total time of one attempt, in seconds; `clock` gives the time that is signed.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout: float = 15.0,
        allow_private_networks: bool = False,
        user_agent: str = USER_AGENT,
    ) -> None:
        self._clock = clock
        self._timeout = timeout
        self._session = public_session(allow_private_networks=allow_private_networks, user_agent=user_agent)
        # One receiver's cookies are no business of another's.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def send(self, destination: Destination, delivery: Delivery) -> Receipt:
        """One attempt. Any 2xx is a success; an `endpoint.verify` must also answer with its challenge."""
        options = destination.options
        body = _body(destination, delivery.alert)
        headers = {
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            **self._signature(options, delivery, body),
        }
        try:
            response = self._session.post(
                str(options.get("url", "")),
                data=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )
        except AddressRefused as error:
            raise DeliveryError(f"The address is refused: {error}", permanent=True) from error
        except _NOT_AN_ADDRESS as error:
            raise DeliveryError("The webhook's URL is not an address that can be posted to.", permanent=True) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise DeliveryError(_unreachable(error, self._timeout)) from error
        try:
            answer = _answer(response)
        finally:
            response.close()
        is_chat = options.get("format", "standard") in FORMATS
        if not 200 <= response.status_code < 300:
            raise self._refusal(response, answer, is_chat)
        challenge = delivery.alert.data.get("challenge")
        if delivery.alert.type == "endpoint.verify" and not is_chat and not _answers(answer, challenge):
            raise DeliveryError(
                f"The endpoint answered {response.status_code} without the challenge.",
                permanent=True,
                status=response.status_code,
            )
        return Receipt(response.status_code, _shown(answer))

    def close(self) -> None:
        self._session.close()

    def _signature(self, options: Mapping[str, Any], delivery: Delivery, body: bytes) -> dict[str, str]:
        secret = options.get("secret") or []
        secrets = [secret] if isinstance(secret, str) else [str(one) for one in secret]
        if not secrets:
            if options.get("format", "standard") in FORMATS:
                return {}
            raise DeliveryError("The webhook has no secret to sign with.", permanent=True)
        try:
            return signature.headers(secrets, delivery.uid, int(self._clock().timestamp()), body)
        except ValueError as error:
            raise DeliveryError(f"The webhook cannot be signed: {error}.", permanent=True) from error

    def _refusal(self, response: requests.Response, answer: bytes, is_chat: bool) -> DeliveryError:
        """What an answer that isn't 2xx means."""
        status = response.status_code
        said = _shown(answer)
        message = f"HTTP {status} {_phrase(status)}" + (f": {said}" if said else "")
        if 300 <= status < 400:
            location = one_line(response.headers.get("Location"), 500)
            message = (
                f"HTTP {status}: redirects are not followed; set the webhook's URL to {location or 'its new address'}"
            )
        pause = retry_after(response.headers.get("Retry-After"), self._clock())
        return DeliveryError(
            message,
            permanent=status in (_CHAT_NEVER if is_chat else _NEVER),
            gone=status in (_CHAT_GONE if is_chat else _GONE),
            retry_after=None if pause is None else min(pause, _LONGEST_PAUSE),
            status=status,
        )


_NOT_AN_ADDRESS = (
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    urllib3.exceptions.LocationValueError,
    UnicodeError,
)


def standard_body(alert: Alert) -> bytes:
    """The payload (docs/webhooks.md) as bytes; keys within `data` are sorted, so that every attempt sends the same.

    Raises ValueError or TypeError where `data` is not JSON.
    """
    payload = {
        "type": alert.type,
        "timestamp": alert.timestamp.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        # Through JSON and back: databases keep the order of keys differently, this way it is always the same.
        "data": json.loads(json.dumps(dict(alert.data), sort_keys=True, allow_nan=False)),
    }
    # A lone surrogate in a hostile page's title has no UTF-8; "?" stands for it.
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _body(destination: Destination, alert: Alert) -> bytes:
    format_name = str(destination.options.get("format", "standard"))
    if format_name in FORMATS:
        body = chat_body(format_name, alert, destination.language, destination.time_zone)
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    if format_name != "standard":
        raise DeliveryError(f"There is no webhook format {format_name!r}.", permanent=True)
    try:
        return standard_body(alert)
    except (TypeError, ValueError) as error:
        raise DeliveryError(f"The alert cannot be written as JSON: {error}", permanent=True) from error


def _answer(response: requests.Response) -> bytes:
    """The beginning of the body. The status has told what happened, so a body that breaks off or drips is no error."""
    try:
        return bytes(response.raw.read(MAXIMUM_ANSWER, decode_content=False))
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError):
        return b""


def _answers(answer: bytes, challenge: object) -> bool:
    """Whether the body is the challenge, as plain text or as `{"challenge": "…"}`."""
    text = answer.decode("utf-8", "replace").strip()
    if not isinstance(challenge, str) or not challenge:
        return False
    if text == challenge:
        return True
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("challenge") == challenge


def _shown(answer: bytes) -> str:
    return cut(one_line(answer.decode("utf-8", "replace")), _DETAIL)


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""


def _unreachable(error: Exception, timeout: float) -> str:
    """A sentence for the operator. The URL, which may hold a token, is not repeated."""
    if isinstance(error, requests.exceptions.SSLError):
        return f"TLS failed: {_root(error)}"
    if isinstance(error, requests.Timeout | TimeoutError | urllib3.exceptions.TimeoutError):
        return f"No answer within {timeout:g} seconds."
    if isinstance(_root(error), TimeoutError):
        return f"No answer within {timeout:g} seconds."
    return f"The endpoint cannot be reached: {_root(error)}"


def _root(error: BaseException) -> BaseException:
    """The first cause: requests and urllib3 wrap it up to four times, with the URL in each message."""
    seen = {id(error)}
    while (cause := _cause(error)) is not None and id(cause) not in seen:
        seen.add(id(cause))
        error = cause
    return error


def _cause(error: BaseException) -> BaseException | None:
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        return reason
    if error.__cause__ is not None:
        return error.__cause__
    inner = error.args[-1] if error.args else None
    return inner if isinstance(inner, BaseException) else error.__context__
