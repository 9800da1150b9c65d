"""Why a request failed, told from what `requests`, urllib3 and the system raise.

They nest what they raise in one another, and name it by their own structure: what an operator must know (no such name,
no connection, too slow, a certificate that is over) is found by looking through all of it.
"""

from __future__ import annotations

import socket
import ssl
import time
import zlib
from datetime import datetime
from http.client import HTTPException, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

from feeds.compression import BrokenOff
from feeds.errors import CertificateRefused, DeadlineExceeded, FetchError

# The resolver says that it could not ask, which is not that there is no such name: our own network may be down.
_NO_ANSWER = {socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_SYSTEM}
_NAME_TIMED_OUT = "no answer for the name"
"""How `feeds.addresses` begins when the resolver has said nothing until the deadline."""


def failure(error: Exception, shown: str, deadline: float, end: float, status: int | None = None) -> FetchError:
    """What went wrong with a request to the address `shown`, in one sentence for the operator.

    It had `deadline` seconds, until the moment `end` of `time.monotonic`. `status` is that of an answer that had begun.
    """
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            expired_on: datetime | None = getattr(cause, "expired_on", None)
            reason = f"certificate expired on {expired_on:%Y-%m-%d}" if expired_on else cause.verify_message
            return CertificateRefused(f"{shown}: {reason}.", url=shown)
    for cause in _causes(error):
        # NewConnectionError is a ConnectTimeoutError by descent only; these go before the time-outs.
        if isinstance(cause, socket.gaierror) and cause.errno in _NO_ANSWER:
            return FetchError(f"{_host(shown)} cannot be found: no DNS answer ({_reason(cause)}).", url=shown)
        if isinstance(cause, TimeoutError) and str(cause).startswith(_NAME_TIMED_OUT):
            waited = f"within {deadline:g} s"
            return DeadlineExceeded(f"{_host(shown)} cannot be found: no DNS answer {waited}.", url=shown)
    for cause in _causes(error):
        if isinstance(cause, urllib3.exceptions.NameResolutionError):
            return FetchError(f"{shown}: the name is not known.", url=shown)
        if isinstance(cause, urllib3.exceptions.NewConnectionError):
            return FetchError(f"{shown}: no connection ({_reason(error)}).", url=shown)
    timed_out = (TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError)
    if time.monotonic() >= end or any(isinstance(cause, timed_out) for cause in _causes(error)):
        return DeadlineExceeded(f"{shown} took longer than {deadline:g} s.", url=shown, status=status)
    for cause in _causes(error):
        if isinstance(cause, urllib3.exceptions.IncompleteRead | BrokenOff):
            return FetchError(f"{shown}: the answer broke off.", url=shown, status=status)
        if isinstance(cause, zlib.error):
            return FetchError(f"{shown}: the answer is wrongly compressed.", url=shown, status=status)
    return FetchError(f"{shown}: {_reason(error)}.", url=shown, status=status)


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def hung_up(error: Exception) -> bool:
    """Whether the server closed the connection without an answer, as it may do with an idle one."""
    return any(
        isinstance(cause, RemoteDisconnected | ConnectionResetError | BrokenPipeError) for cause in _causes(error)
    )


def _reason(error: BaseException) -> str:
    """The operating system's words, where it said any, or those of who read the headers."""
    words = [strerror for cause in _causes(error) if (strerror := getattr(cause, "strerror", None))]
    words = words or [str(cause) for cause in _causes(error) if type(cause) is HTTPException]
    return str(words[-1]) if words else type(_causes(error)[-1]).__name__


def _causes(error: BaseException) -> list[BaseException]:
    """The error and all that it wraps: `requests` and urllib3 nest by argument, by `reason` and by `raise … from`."""
    found: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting and len(found) < 30:
        current = waiting.pop(0)
        if not isinstance(current, BaseException) or current in found:
            continue
        found.append(current)
        waiting += [*current.args, getattr(current, "reason", None), current.__cause__, current.__context__]
    return found
