"""The API as one FastAPI application; its errors are problem details (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import compile_path

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

PROBLEM_TYPE = "application/problem+json"


class Api(FastAPI):
    """FastAPI whose document says what is really sent for an error: every one of them is a `Problem`."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            made = super().openapi()
            for path in made["paths"].values():
                for operation in path.values():
                    operation["responses"] = _told_as_problems(operation["responses"])
            for unused in ("HTTPValidationError", "ValidationError"):
                made["components"]["schemas"].pop(unused, None)
        return super().openapi()


def _told_as_problems(responses: Mapping[str, Any]) -> dict[str, Any]:
    told = {status: response for status, response in responses.items() if status != "422"}
    for response in told.values():
        content = response.get("content", {})
        if content.get("application/json", {}).get("schema") == {"$ref": "#/components/schemas/Problem"}:
            content[PROBLEM_TYPE] = content.pop("application/json")
    return told


def build_api(desk: Desk, operations: Operations) -> Api:
    """Everything below /api."""
    api = Api(
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


def _add_errors(api: Api, desk: Desk) -> None:
    @api.exception_handler(HTTPException)
    def told(request: Request, error: HTTPException) -> Response:
        response = problem(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        if error.status_code == 405:
            path = request.url.path.removeprefix(request.scope.get("root_path", ""))
            response.headers["Allow"] = ", ".join(_methods_at(api, path))
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
        place = f"{error} (at character {error.position + 1}); expected {error.expected}"
        return problem(422, f"{place}; did you mean: {error.suggestion}", "query")

    @api.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> Response:
        log.error("the API failed: %s %s", request.method, request.url.path, exc_info=error)
        return problem(500, "It has been written to the log.")


def _methods_at(api: Api, path: str) -> list[str]:
    """All methods that the path takes (RFC 9110, 15.5.6); the router itself names those of its first route there."""
    described = api.openapi()["paths"].items()
    return sorted(
        {method.upper() for pattern, methods in described if compile_path(pattern)[0].match(path) for method in methods}
    )


def problem(status: int, detail: str, field: str | None = None) -> JSONResponse:
    """One problem as JSON."""
    shape = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, field=field)
    return JSONResponse(shape.model_dump(exclude_none=True), status_code=status, media_type=PROBLEM_TYPE)
