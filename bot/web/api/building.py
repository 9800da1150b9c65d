"""The API as one FastAPI application; its errors are problem details (RFC 9457)."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from bot.web.api import administration, public, tokens
from bot.web.api.reference import reference
from bot.web.api.shapes import Problem
from bot.web.operations import Operations, WrongInputError
from bot.web.pages import words
from bot.web.pages.frame import render
from bot.web.routes.desk import Desk
from feeds.errors import QueryError

log = logging.getLogger(__name__)

DESCRIPTION = (
    "What the pages show and do, as JSON. Sources, articles and topics are open to everybody, as the pages are; all "
    "else takes the admin token or an API token: `Authorization: Bearer TOKEN`. Where no admin token is set, programs "
    "on the same machine are let in without one. Errors are problem details (RFC 9457)."
)


def build_api(desk: Desk, operations: Operations) -> FastAPI:
    """Everything below /api."""
    api = FastAPI(
        title=f"{desk.site.title} API",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        servers=[{"url": f"{desk.site.base_url}/api"}],
        root_path_in_servers=False,
        responses={"4XX": {"model": Problem, "description": "What is wrong with the request"}},
    )
    api.state.desk = desk
    api.state.operations = operations
    api.include_router(public.router(desk))
    api.include_router(administration.router(desk, operations))
    api.include_router(tokens.router(desk, operations))
    _add_errors(api, desk)

    @api.get("/docs", include_in_schema=False)
    def docs(request: Request) -> Response:
        """The reference, as a page of ours."""
        page = desk.page(request)
        return desk.html(request, page, render("api.html", page, **reference(api.openapi())))

    return api


def _add_errors(api: FastAPI, desk: Desk) -> None:
    @api.exception_handler(HTTPException)
    def told(_request: Request, error: HTTPException) -> Response:
        response = problem(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    @api.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][1:]) or None
        return problem(422, str(first["msg"]), field)

    @api.exception_handler(WrongInputError)
    def wrong(_request: Request, error: WrongInputError) -> Response:
        return problem(422, words.translate("en", f"wrong.{error.key}", **error.values), error.field)

    @api.exception_handler(QueryError)
    def no_query(_request: Request, error: QueryError) -> Response:
        return problem(422, f"{error} (at character {error.position + 1})", "query")

    @api.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> Response:
        log.error("the API failed: %s %s", request.method, request.url.path, exc_info=error)
        return problem(500, "It has been written to the log.")


def problem(status: int, detail: str, field: str | None = None) -> JSONResponse:
    """One problem as JSON."""
    shape = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, field=field)
    return JSONResponse(shape.model_dump(exclude_none=True), status_code=status, media_type="application/problem+json")
