"""How the log looks: lines for a person on a terminal, JSON for a machine elsewhere. Secrets are cut out of both.

The program logs through the standard library, with details as `extra`; structlog gives them their form.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

# Telegram's token stands in the path of every request; a webhook's secret, a password in a URL, a bearer token.
_SECRETS = re.compile(
    r"(?P<before>bot)\d{6,}:[\w-]{20,}|whsec_[\w+/=-]+|(?P<scheme>://[^/\s:@]*:)[^@\s/]+(?=@)|(?P<bearer>[Bb]earer )\S+"
)


def _without_secret(match: re.Match[str]) -> str:
    return f"{match['before'] or match['scheme'] or match['bearer'] or ''}…"


class Censor:
    """A processor that removes secrets by their shape, and those it was given by their value."""

    def __init__(self, secrets: Iterable[str | None] = ()) -> None:
        self._known = tuple(secret for secret in secrets if secret and len(secret) >= 8)

    def clean(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._known:
            text = text.replace(secret, "…")
        return _SECRETS.sub(_without_secret, text)

    def __call__(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """structlog's processor: every text of the event is cleaned, the traceback included."""
        for name, value in event.items():
            if isinstance(value, str):
                event[name] = self.clean(value)
        return event


def configure(*, secrets: Iterable[str | None] = (), verbose: bool = False) -> None:
    """Set the process's logging up, on stderr. Libraries speak from WARNING on."""
    import structlog

    terminal = sys.stderr.isatty()
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if terminal else "iso", utc=not terminal),
    ]
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.format_exc_info]
    if terminal:
        last += [Censor(secrets), structlog.dev.ConsoleRenderer(pad_event_to=24)]
    else:
        last += [Censor(secrets), structlog.processors.JSONRenderer(ensure_ascii=False)]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for own in ("bot", "feeds"):
        logging.getLogger(own).setLevel(logging.DEBUG if verbose else logging.INFO)
