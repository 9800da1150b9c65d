"""Everybody who is told, for operators: what each follows, how they want it, and how it goes; a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from bot.store import subscribers
from bot.store.subscribers import Subscriber
from bot.web.pages.frame import Page, render

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class SubscribersPage:
    """`older` is the id to go on from, None on the last page."""

    subscribers: tuple[Subscriber, ...]
    count: int
    older: int | None


def read_subscribers(connection: Connection, *, before: int | None = None) -> SubscribersPage:
    """The newest ones, or those before an id."""
    found = subscribers.newest(connection, before=before, limit=PAGE_SIZE + 1)
    return SubscribersPage(
        subscribers=tuple(found[:PAGE_SIZE]),
        count=subscribers.count(connection),
        older=found[PAGE_SIZE - 1].destination.id if len(found) > PAGE_SIZE else None,
    )


def render_subscribers(page: Page, shown: SubscribersPage) -> str:
    """The page."""
    return render("subscribers.html", page, view=shown)
