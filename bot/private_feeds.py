"""What a destination follows as one feed, under an address that nobody can guess.

The address is all that a reader needs, for most readers cannot sign in anywhere; so it is shown only to its owner, is
listed nowhere, and can be replaced. How a feed is made of it is `feeds.publish`'s.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Connection

from bot.languages import sentence
from bot.model import Destination
from bot.store import destinations, private_feeds
from feeds.database import Database
from feeds.publish import PRIVATE, Following

TOKEN_BYTES = 24
"""Random bytes of a token: 192 bits."""


class PrivateFeeds:
    """The addresses of private feeds. `base_url` is the site's root without a trailing slash; safe in threads."""

    def __init__(self, database: Database, clock: Callable[[], datetime], base_url: str) -> None:
        self._database = database
        self._clock = clock
        self._base_url = base_url

    def address(self, destination: Destination, extension: str = "atom") -> str:
        """Where the destination reads what it follows; the first call makes the address."""
        with self._database.read() as connection:
            token = private_feeds.token_of(connection, destination.id)
        if token is None:
            with self._database.write() as connection:
                token = private_feeds.give(connection, destination.id, _new_token(), self._clock())
        return self._address(token, extension)

    def renew(self, destination: Destination, extension: str = "atom") -> str:
        """A new address; the old one leads nowhere any more."""
        with self._database.write() as connection:
            private_feeds.withdraw(connection, destination.id)
            token = private_feeds.give(connection, destination.id, _new_token(), self._clock())
        return self._address(token, extension)

    def _address(self, token: str, extension: str) -> str:
        return f"{self._base_url}/feeds/{PRIVATE}{token}.{extension}"


def following(connection: Connection, token: str) -> Following | None:
    """What the holder of the token follows; None for a token that is nobody's."""
    holder = private_feeds.holder(connection, token)
    destination = None if holder is None else destinations.destination_by_id(connection, holder)
    if destination is None:
        return None
    return Following(
        title=sentence(destination.language, "private_feed_title"),
        language=destination.language,
        topics=tuple(destinations.followed_topics(connection, destination.id)),
    )


def _new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)
