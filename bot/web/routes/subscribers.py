"""Everybody who is told: paused, resumed, removed, and brought back."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.model import Destination
from bot.store import destinations
from bot.web.operations import PAUSED_BY_OPERATOR, Operations
from bot.web.pages.subscribers import read_subscribers, render_subscribers
from bot.web.routes.desk import Desk, before, posted

HERE = "/operators/subscribers"
MOST_TOPICS = 500
"""As many topics as an undo carries in an address."""


class SubscriberPages:
    """Handlers; each is called in a thread."""

    def __init__(self, desk: Desk, operations: Operations) -> None:
        self.desk = desk
        self.database = desk.services.database
        self.subscriptions = operations.subscriptions

    def all(self, request: Request) -> Response:
        """A page of them; with an undo where one was just removed."""
        page = self.desk.operator_page(request)
        removed = _numbers(request.query_params.get("removed", ""))[:1]
        with self.database.read() as connection:
            shown = read_subscribers(
                connection,
                before=before(request),
                removed=removed[0] if removed else None,
                topics=_numbers(request.query_params.get("topics", "")),
            )
        return self.desk.html(request, page, render_subscribers(page, shown))

    def pause(self, request: Request, _form: FormData) -> Response:
        """Keep what it is owed, send nothing."""
        found = self._found(request)
        if found is None:
            return self.desk.not_found(request)
        self.subscriptions.pause(found, PAUSED_BY_OPERATOR)
        return self.desk.go(HERE, "paused")

    def resume(self, request: Request, _form: FormData) -> Response:
        """Send what it is owed, from now on."""
        found = self._found(request)
        if found is None:
            return self.desk.not_found(request)
        self.subscriptions.resume(found)
        return self.desk.go(HERE, "resumed")

    def remove(self, request: Request, _form: FormData) -> Response:
        """Send it nothing any more; the page it leads to offers the undo."""
        found = self._found(request)
        if found is None or found.declared:
            return self.desk.not_found(request)
        followed = ",".join(str(topic.id) for topic in self.subscriptions.following(found)[:MOST_TOPICS])
        self.subscriptions.remove(found)
        return self.desk.go(f"{HERE}?removed={found.id}&topics={followed}", "removed")

    def restore(self, request: Request, form: FormData) -> Response:
        """Bring a removed one back with what it followed."""
        topics = _numbers(str(form.get("topics", "")))
        if self.subscriptions.restore(request.path_params["destination"], topics) is None:
            return self.desk.not_found(request)
        return self.desk.go(HERE, "restored")

    def _found(self, request: Request) -> Destination | None:
        with self.database.read() as connection:
            return destinations.destination_by_id(connection, request.path_params["destination"])


def _numbers(text: str) -> list[int]:
    """The ids of a list with commas; what is none is left out."""
    parts = text.split(",", MOST_TOPICS)[:MOST_TOPICS]
    return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 10]


def routes(desk: Desk, operations: Operations) -> list[Route]:
    """Their addresses."""
    pages = SubscriberPages(desk, operations)
    buttons = {"pause": pages.pause, "resume": pages.resume, "remove": pages.remove, "restore": pages.restore}
    return [
        Route(HERE, pages.all, methods=["GET"]),
        *(
            Route(f"{HERE}/{{destination:int}}/{name}", posted(desk, button), methods=["POST"])
            for name, button in buttons.items()
        ),
    ]
