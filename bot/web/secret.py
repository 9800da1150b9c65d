"""The secret that visitors' cookies are signed with: made once, kept in the database, the same in every process."""

from __future__ import annotations

import secrets

from sqlalchemy.engine import Connection

from feeds.database import Database
from feeds.store import facts

FACT = "web.secret"


def settle(connection: Connection) -> str:
    """The secret in hex, made if there is none yet. Done at the start: a visit must not need to write."""
    return str(facts.settle(connection, FACT, secrets.token_hex(32)))


def read(database: Database) -> bytes:
    """The secret, made where nobody has settled it."""
    with database.read() as connection:
        kept = facts.get(connection, FACT)
    if not kept:
        with database.write() as connection:
            kept = settle(connection)
    return bytes.fromhex(str(kept))
