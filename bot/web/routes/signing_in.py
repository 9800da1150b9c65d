"""Signing in with the admin token, and out."""

from __future__ import annotations

import logging

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web.pages.frame import render
from bot.web.routes.desk import Desk, own_path, posted
from bot.web.routes.sessions import client_name, is_token

log = logging.getLogger(__name__)


class SigningIn:
    """Handlers; each is called in a thread."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def form(self, request: Request) -> Response:
        """Where the token is entered."""
        return self._form(request, own_path(request.query_params.get("next", "")))

    def _form(self, request: Request, target: str, wrong: str = "", status: int = 200) -> Response:
        page = self.desk.page(request, private=True)
        document = render(
            "sign_in.html",
            page,
            next=target,
            wrong=page.say(wrong) if wrong else "",
            token_is_set=bool(self.desk.services.settings.admin_token),
        )
        return self.desk.html(request, page, document, status=status)

    def sign_in(self, request: Request, form: FormData) -> Response:
        """Compare the token; a wrong one counts against the visitor's address."""
        target = own_path(str(form.get("next", "")))
        expected = self.desk.services.settings.admin_token
        if not expected:
            return self._form(request, target, status=403)
        if not self.desk.attempts.allowed(request):
            return self._form(request, target, "signing.too_many", 429)
        if not is_token(str(form.get("token", "")).strip(), expected):
            self.desk.attempts.failed(request)
            log.warning("a wrong admin token from %s", client_name(request))
            return self._form(request, target, "signing.wrong", 403)
        response = self.desk.go(target, "signed_in")
        self.desk.sessions.write(response, self.desk.sessions.begin(operator=True), secure=self.desk.is_https)
        return response

    def sign_out(self, request: Request, form: FormData) -> Response:
        """End the session, and begin one that is nobody's."""
        self.desk.sessions.end(self.desk.session(request))
        response = self.desk.go("/", "signed_out")
        self.desk.sessions.write(response, self.desk.sessions.begin(operator=False), secure=self.desk.is_https)
        return response


def routes(desk: Desk) -> list[Route]:
    """Their addresses."""
    pages = SigningIn(desk)
    return [
        Route("/sign-in", pages.form, methods=["GET"]),
        Route("/sign-in", posted(desk, pages.sign_in, operators_only=False), methods=["POST"]),
        Route("/sign-out", posted(desk, pages.sign_out), methods=["POST"]),
    ]
