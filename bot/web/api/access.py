"""Who may: the admin token or an API token as a bearer, or, where no admin token is set, a program on this machine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Annotated

from fastapi import HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from bot.web.routes.desk import Desk
from bot.web.routes.sessions import client_name, is_cross_site, is_local_visitor, is_token

log = logging.getLogger(__name__)

_BEARER = HTTPBearer(auto_error=False, description="The admin token (TOCSIN_ADMIN_TOKEN), or an API token")
_READING = ("GET", "HEAD")

Guard = Callable[..., None]


def operators_only(desk: Desk, *, admin_only: bool = False) -> Guard:
    """A dependency that lets operators and their programs by, and answers 401, 403 or 429 to everybody else.

    `admin_only`: API tokens don't do. Otherwise one that may only read is let by to GET and HEAD.
    """

    def guard(
        request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)] = None
    ) -> None:
        expected = desk.services.settings.admin_token
        if credentials is None and not expected:
            # No cookie, no token: so a page of another site must not be able to speak through the operator's browser.
            if not is_local_visitor(request) or is_cross_site(request):
                raise HTTPException(403, "No admin token is set: without a token, only this machine is let in.")
            return
        if not desk.attempts.allowed(request):
            raise HTTPException(429, "Too many attempts; wait a minute.", headers={"Retry-After": "60"})
        if credentials is None:
            raise HTTPException(
                401, "The admin token or an API token is needed.", headers={"WWW-Authenticate": "Bearer"}
            )
        if expected and is_token(credentials.credentials, expected):
            return
        found = desk.tokens.find(credentials.credentials)
        if found is None:
            desk.attempts.failed(request)
            log.warning("a wrong token for the API from %s", client_name(request))
            raise HTTPException(
                401, "That is no token of ours.", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
            )
        if admin_only:
            raise _insufficient("This takes the admin token.")
        if found.scope == "read" and request.method not in _READING:
            raise _insufficient("This token may only read.")

    return guard


def is_operator(request: Request) -> bool:
    """A dependency for what is open to everybody: whether it is an operator, or a program of one, that asks."""
    scheme, token = get_authorization_scheme_param(request.headers.get("Authorization"))
    is_bearer = scheme.lower() == "bearer" and bool(token)
    try:
        operators_only(request.app.state.desk)(
            request, HTTPAuthorizationCredentials(scheme=scheme, credentials=token) if is_bearer else None
        )
    except HTTPException:
        return False
    return True


def _insufficient(detail: str) -> HTTPException:
    return HTTPException(403, detail, headers={"WWW-Authenticate": 'Bearer error="insufficient_scope"'})
