"""SQL on API tokens. A token itself is stored nowhere: only its digest, by which it is found.

Every function works inside its caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.tables import api_tokens
from feeds.database import AnyRow, inserted_id

Scope = Literal["read", "write"]

USED_WITHIN = timedelta(minutes=1)
"""How exactly the last use is noted: a program that asks all the time costs one write a minute."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What is known of a token. Times are UTC."""

    id: int
    name: str
    scope: Scope
    digest: str
    """SHA-256 of the token, in hexadecimal digits."""
    created_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


def _token(row: AnyRow) -> ApiToken:
    return ApiToken(**row._mapping)


def add(connection: Connection, name: str, scope: Scope, digest: str, now: datetime) -> ApiToken:
    """Store a new one."""
    values = {"name": name, "scope": scope, "digest": digest, "created_at": now}
    inserted = connection.execute(sa.insert(api_tokens).values(**values))
    return ApiToken(inserted_id(inserted), name, scope, digest, now)


def by_digest(connection: Connection, digest: str) -> ApiToken | None:
    """The token of that digest, unless it was revoked."""
    query = sa.select(api_tokens).where(api_tokens.c.digest == digest, api_tokens.c.revoked_at.is_(None))
    row = connection.execute(query).first()
    return None if row is None else _token(row)


def every(connection: Connection) -> list[ApiToken]:
    """All of them, those in force first, the newest first."""
    query = sa.select(api_tokens).order_by(api_tokens.c.revoked_at.is_not(None), api_tokens.c.id.desc())
    return [_token(row) for row in connection.execute(query)]


def used(connection: Connection, token_id: int, now: datetime) -> None:
    """Note that it was used now, unless that was noted less than a minute ago."""
    long_ago = sa.or_(api_tokens.c.used_at.is_(None), api_tokens.c.used_at <= now - USED_WITHIN)
    connection.execute(sa.update(api_tokens).where(api_tokens.c.id == token_id, long_ago).values(used_at=now))


def revoke(connection: Connection, token_id: int, now: datetime) -> bool:
    """It opens nothing any more; False if there is none in force of that id."""
    in_force = (api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None))
    return connection.execute(sa.update(api_tokens).where(*in_force).values(revoked_at=now)).rowcount > 0


def restore(connection: Connection, token_id: int, since: datetime) -> bool:
    """It opens again what it did; False if none of that id was revoked after `since` (UTC)."""
    revoked = (api_tokens.c.id == token_id, api_tokens.c.revoked_at > since)
    return connection.execute(sa.update(api_tokens).where(*revoked).values(revoked_at=None)).rowcount > 0
