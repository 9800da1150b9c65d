"""Webhooks: explained to everybody, set up and looked after by operators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.model import PAUSED_BY_OPERATOR, Destination
from bot.web.operations import Operations, WebhookDraft, WrongInputError
from bot.web.pages import webhooks
from bot.web.routes.desk import Desk, Posted, posted
from bot.web.routes.subscribers import removed


class WebhookPages:
    """Handlers; each is called in a thread."""

    def __init__(self, desk: Desk, operations: Operations) -> None:
        self.desk = desk
        self.database = desk.services.database
        self.operations = operations

    def all(self, request: Request) -> Response:
        """What webhooks are, and for operators those that there are."""
        operator = self.desk.is_operator(request, self.desk.session(request))
        page = self.desk.page(request, private=operator)
        with self.database.read() as connection:
            shown = webhooks.read_webhooks(connection, page, token_is_set=bool(self.desk.services.settings.admin_token))
        return self.desk.html(request, page, webhooks.render_webhooks(page, shown))

    def add(self, request: Request, form: FormData) -> Response:
        """Make one, and send it a test at once."""
        page = self.desk.operator_page(request)
        draft = WebhookDraft(
            url=str(form.get("url", "")),
            title=str(form.get("title", "")),
            format=str(form.get("format", "standard")),
            topics=tuple(str(slug) for slug in form.getlist("topics")),
            language=page.language,
        )
        try:
            made = self.operations.add_webhook(draft)
        except WrongInputError as error:
            wrong = {error.field: page.say(f"wrong.{error.key}", **error.values)}
            with self.database.read() as connection:
                shown = webhooks.read_webhooks(connection, page, draft=draft, wrong=wrong)
            return self.desk.html(request, page, webhooks.render_webhooks(page, shown), status=422)
        self.operations.send_test(made)
        return self.desk.go(f"/webhooks/{made.address}", "webhook_added")

    def one(self, request: Request) -> Response:
        """One webhook and its log."""
        page = replace(self.desk.operator_page(request), live=True)
        found = self._read(request)
        if found is None:
            return self.desk.not_found(request)
        return self.desk.html(request, page, webhooks.render_webhook(page, found))

    def fragment(self, request: Request) -> Response:
        """Only its log, as it is now."""
        page = self.desk.operator_page(request)
        found = self._read(request)
        if found is None:
            return self.desk.not_found(request)
        return self.desk.html(request, page, webhooks.render_webhook_live(page, found))

    def _read(self, request: Request) -> webhooks.WebhookPage | None:
        destination = self.operations.webhook(request.path_params["slug"])
        if destination is None:
            return None
        with self.database.read() as connection:
            return webhooks.read_webhook(connection, destination)

    def remove(self, request: Request, _form: FormData) -> Response:
        """Send it nothing any more; the list offers the undo."""
        destination = self.operations.webhook(request.path_params["slug"])
        if destination is None or destination.declared:
            return self.desk.not_found(request)
        return removed(self.desk, request, self.operations.subscriptions, destination, "/webhooks")

    def doing(self, act: Callable[[Destination], object], notice: str) -> Posted:
        """A button: do that to the webhook, and show it."""

        def handler(request: Request, _form: FormData) -> Response:
            destination = self.operations.webhook(request.path_params["slug"])
            if destination is None:
                return self.desk.not_found(request)
            act(destination)
            return self.desk.go(f"/webhooks/{destination.address}", notice)

        return posted(self.desk, handler)


def routes(desk: Desk, operations: Operations) -> list[Route]:
    """Their addresses."""
    pages = WebhookPages(desk, operations)
    subscriptions = operations.subscriptions
    buttons = {
        "test": pages.doing(operations.send_test, "test_sent"),
        "verify": pages.doing(operations.verify, "verify_sent"),
        "replay": pages.doing(operations.retry_all, "retried"),
        "pause": pages.doing(lambda one: subscriptions.pause(one, PAUSED_BY_OPERATOR), "paused"),
        "resume": pages.doing(subscriptions.resume, "resumed"),
        "rotate": pages.doing(operations.rotate_secret, "rotated"),
        "remove": posted(desk, pages.remove),
    }
    return [
        Route("/webhooks", pages.all, methods=["GET"]),
        Route("/webhooks", posted(desk, pages.add), methods=["POST"]),
        Route("/webhooks/{slug}", pages.one, methods=["GET"]),
        Route("/fragments/webhooks/{slug}", pages.fragment),
        *(Route(f"/webhooks/{{slug}}/{name}", button, methods=["POST"]) for name, button in buttons.items()),
    ]
