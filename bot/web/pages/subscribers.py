"""Everybody who is told, for operators: what each follows, how they want it, and how it goes; a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from bot.store import destinations, subscribers
from bot.store.subscribers import Subscriber
from bot.web.pages.frame import Page, render

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Removed:
    """One that was just removed, and the ids of the topics it followed: what an undo needs."""

    id: int
    topics: str


@dataclass(frozen=True, slots=True)
class SubscribersPage:
    """`older` is the id to go on from, None on the last page."""

    subscribers: tuple[Subscriber, ...]
    count: int
    older: int | None
    removed: Removed | None = None


def read_subscribers(
    connection: Connection, *, before: int | None = None, removed: int | None = None, topics: Sequence[int] = ()
) -> SubscribersPage:
    """The newest ones, or those before an id; an undo is offered only for one that is removed."""
    found = subscribers.newest(connection, before=before, limit=PAGE_SIZE + 1)
    gone = removed is not None and destinations.is_removed(connection, removed)
    return SubscribersPage(
        subscribers=tuple(found[:PAGE_SIZE]),
        count=subscribers.count(connection),
        older=found[PAGE_SIZE - 1].destination.id if len(found) > PAGE_SIZE else None,
        removed=Removed(removed, ",".join(map(str, topics))) if removed is not None and gone else None,
    )


def render_subscribers(page: Page, shown: SubscribersPage) -> str:
    """The page."""
    return render("subscribers.html", page, view=shown)
