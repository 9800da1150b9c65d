"""How deliveries are listed: those of everybody, and those of one webhook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bot.cli import terminal

if TYPE_CHECKING:
    from bot.store.deliveries import DeliveryRow

HEADINGS = {
    "created": "owed since",
    "to": "to",
    "type": "type",
    "state": "state",
    "attempts": "attempts",
    "title": "article",
    "error": "error",
    "id": "id",
}


def show(found: Iterable[DeliveryRow], empty: str, *, without: str, as_json: bool) -> None:
    """As JSON in whole; as a table without the column `without`. `empty` is said where there is none."""
    rows: list[dict[str, Any]] = [
        {
            "id": one.uid,
            "type": one.type,
            "to": f"{one.destination_kind}:{one.destination}",
            "title": one.title,
            "url": one.url,
            "topics": one.topics,
            "state": one.state,
            "attempts": one.attempts,
            "error": one.error,
            "created": one.created_at,
            "finished": one.finished_at,
        }
        for one in found
    ]
    if as_json:
        terminal.show_json(rows)
        return
    headings = {name: heading for name, heading in HEADINGS.items() if name != without}
    terminal.show_table(headings, rows, empty)
