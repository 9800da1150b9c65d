"""API tokens: made once, shown once, known by their hash. The same for the page, the API and the command line.

A token has 256 random bits, so its plain SHA-256 tells nothing of it; no slow hash is needed, as it is for passwords.
Of HTTP, and of how often somebody may guess, this module knows nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.store import api_tokens as store
from bot.store.api_tokens import USED_WITHIN, ApiToken, Scope
from feeds.database import Database

PREFIX = "tocsin_"
"""Before every token: by it, people and secret scanners know one when they see it."""
MAXIMUM_NAME = 100
UNDONE_WITHIN = timedelta(minutes=10)
"""How long a revocation can be taken back."""

SCOPES: tuple[Scope, ...] = ("read", "write")


class ApiTokens:
    """The tokens of one installation. Safe to be shared by threads."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        """`clock` gives the current time (aware, UTC)."""
        self._database = database
        self._clock = clock

    def add(self, name: str, scope: Scope) -> tuple[ApiToken, str]:
        """Make one, and the text that opens: this is the only time that it is known."""
        text = PREFIX + secrets.token_urlsafe(32)
        with self._database.write() as connection:
            return store.add(connection, name, scope, _digest(text), self._clock()), text

    def every(self) -> list[ApiToken]:
        """All of them, those in force first, the newest first."""
        with self._database.read() as connection:
            return store.every(connection)

    def find(self, text: str) -> ApiToken | None:
        """The token in force that this is, its use noted; None for anything else.

        It is looked for by its digest, which nobody can steer towards another's, so the time that takes tells nothing.
        """
        digest = _digest(text)
        with self._database.read() as connection:
            found = store.by_digest(connection, digest)
        if found is None or not hmac.compare_digest(found.digest, digest):
            return None
        now = self._clock()
        if found.used_at is None or found.used_at <= now - USED_WITHIN:
            with self._database.write() as connection:
                store.used(connection, found.id, now)
        return found

    def revoke(self, token_id: int) -> bool:
        """It opens nothing any more; False if there is none in force of that id."""
        with self._database.write() as connection:
            return store.revoke(connection, token_id, self._clock())

    def restore(self, token_id: int) -> bool:
        """Undo `revoke`; False if none of that id was revoked within `UNDONE_WITHIN`.

        Only so long, because a token may also be revoked for having become known.
        """
        with self._database.write() as connection:
            return store.restore(connection, token_id, self._clock() - UNDONE_WITHIN)


def checked_name(name: str) -> str:
    """The name on one line. Raises ValueError where it says nothing, or too much."""
    found = " ".join(name.split())
    if not found or len(found) > MAXIMUM_NAME or not found.isprintable():
        raise ValueError(f"a token's name has 1 to {MAXIMUM_NAME} characters")
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
