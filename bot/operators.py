"""Who the operators are, and owing them a message. Followers are never among them by accident.

An operator is told through a Telegram chat of `[operators]` in tocsin.toml, through any channel of channels.toml with
`alarms = true`, and through the console, which is there only where no Telegram token is set.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from bot import schedule
from bot.model import Destination
from bot.store import destinations, owing
from bot.subscriptions import target_kind
from feeds import targets

ALARMS = "alarms"
"""The option of a declared destination that makes it an operator's."""


class Operators:
    """`telegram` are the user ids of operators; their private chats have the same numbers."""

    def __init__(self, telegram: Collection[int] = ()) -> None:
        self._chats = frozenset(str(one) for one in telegram)

    def destinations(self, connection: Connection) -> list[Destination]:
        """Where operators are told, in id order."""
        return [one for one in destinations.for_operators(connection, self._chats) if self._is_operators(one)]

    def _is_operators(self, one: Destination) -> bool:
        if one.kind == "telegram" and one.address in self._chats:
            return True
        return one.declared and bool(one.options.get(ALARMS))

    def tell(
        self,
        connection: Connection,
        key: str,
        data: Mapping[str, Any],
        now: datetime,
        *,
        not_to: Collection[int] = (),
    ) -> int:
        """Owe them an alert of the type "operator", each once by `key`; returns how many are owed it.

        Quiet hours hold and digests don't: an alarm is no news. `not_to` are ids of destinations to leave out.
        """
        told = [one for one in self.destinations(connection) if one.id not in not_to]
        if not told:
            return 0
        alert = owing.add_alert(connection, "operator", key, data, now)
        owings = [
            owing.Owing(
                one.id,
                not_before=schedule.quiet_until(now, one.quiet, one.time_zone),
                skipped=one.muted_until is not None and one.muted_until > now,
            )
            for one in told
        ]
        owed = owing.owe(connection, alert, key, owings, now)
        for one in sorted(told, key=lambda one: one.id):
            targets.wake(connection, target_kind(one.kind), one.id, now)
        if not owed:
            owing.withdraw_alert(connection, alert)
        return len(owed)
