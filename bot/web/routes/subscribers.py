"""Everybody who is told: paused, resumed, removed, and brought back."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.model import PAUSED_BY_OPERATOR, Destination
from bot.store import destinations
from bot.subscriptions import Subscriptions
from bot.web.operations import Operations
from bot.web.pages.subscribers import read_subscribers, render_subscribers
from bot.web.routes.desk import Desk, before, own_path, posted

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
        """A page of them."""
        page = self.desk.operator_page(request)
        with self.database.read() as connection:
            shown = read_subscribers(connection, before=before(request))
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
        return removed(self.desk, request, self.subscriptions, found, HERE)

    def restore(self, request: Request, form: FormData) -> Response:
        """Bring a removed one back with what it followed."""
        topics = _numbers(str(form.get("topics", "")))
        back = self.subscriptions.restore(request.path_params["destination"], topics)
        here = own_path(str(form.get("back", "")), HERE)
        return self.desk.go(here, "restored" if back is not None else "nothing_to_undo")

    def _found(self, request: Request) -> Destination | None:
        with self.database.read() as connection:
            return destinations.destination_by_id(connection, request.path_params["destination"])


def removed(
    desk: Desk, request: Request, subscriptions: Subscriptions, destination: Destination, here: str
) -> Response:
    """Remove it, and go to a page that offers the undo."""
    followed = ",".join(str(topic.id) for topic in subscriptions.following(destination)[:MOST_TOPICS])
    subscriptions.remove(destination)
    return desk.go_with_undo(request, here, "removed", "subscriber", destination.id, followed)


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
