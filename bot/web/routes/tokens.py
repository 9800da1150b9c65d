"""API tokens: made, shown once, and revoked."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web.operations import Operations, WrongInputError
from bot.web.pages.tokens import TokensPage, render_tokens
from bot.web.routes.desk import Desk, posted

HERE = "/operators/tokens"


class TokenPages:
    """Handlers; each is called in a thread."""

    def __init__(self, desk: Desk, operations: Operations) -> None:
        self.desk = desk
        self.operations = operations

    def all(self, request: Request) -> Response:
        """Those that there are, and a form for another."""
        page = self.desk.operator_page(request)
        return self.desk.html(request, page, render_tokens(page, TokensPage(tuple(self.desk.tokens.every()))))

    def add(self, request: Request, form: FormData) -> Response:
        """Make one. The answer shows it and is kept nowhere, so it does not lead elsewhere as other forms do."""
        page = self.desk.operator_page(request)
        name, scope = str(form.get("name", "")), str(form.get("scope", ""))
        try:
            _, text = self.operations.add_token(name, scope)
        except WrongInputError as error:
            sentence = page.say(f"wrong.{error.key}", **error.values)
            wrong = TokensPage(tuple(self.desk.tokens.every()), name=name[:200], scope=scope, wrong=sentence)
            return self.desk.html(request, page, render_tokens(page, wrong), status=422)
        shown = TokensPage(tuple(self.desk.tokens.every()), made=text)
        return self.desk.html(request, page, render_tokens(page, shown))

    def revoke(self, request: Request, _form: FormData) -> Response:
        """Let nobody in by it any more."""
        token = request.path_params["token"]
        if not self.desk.tokens.revoke(token):
            return self.desk.not_found(request)
        return self.desk.go_with_undo(request, HERE, "token_revoked", "token", token)

    def restore(self, request: Request, _form: FormData) -> Response:
        """Take a revocation back, soon after it."""
        restored = self.desk.tokens.restore(request.path_params["token"])
        return self.desk.go(HERE, "token_restored" if restored else "nothing_to_undo")


def routes(desk: Desk, operations: Operations) -> list[Route]:
    """Their addresses."""
    pages = TokenPages(desk, operations)
    return [
        Route(HERE, pages.all, methods=["GET"]),
        Route(HERE, posted(desk, pages.add), methods=["POST"]),
        Route(f"{HERE}/{{token:int}}/revoke", posted(desk, pages.revoke), methods=["POST"]),
        Route(f"{HERE}/{{token:int}}/restore", posted(desk, pages.restore), methods=["POST"]),
    ]
