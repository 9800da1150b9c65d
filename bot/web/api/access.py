"""Who may: the admin token as a bearer, or, where none is set, a program on this very machine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Annotated

from fastapi import HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.web.routes.desk import Desk
from bot.web.routes.sessions import client_name, is_cross_site, is_local_visitor, is_token

log = logging.getLogger(__name__)

_BEARER = HTTPBearer(auto_error=False, description="The admin token (TOCSIN_ADMIN_TOKEN)")

Guard = Callable[..., None]


def operators_only(desk: Desk) -> Guard:
    """A dependency that lets operators by, and answers 401, 403 or 429 to everybody else."""

    def guard(
        request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)] = None
    ) -> None:
        expected = desk.services.settings.admin_token
        if not expected:
            # No cookie, no token: so a page of another site must not be able to speak through the operator's browser.
            if not is_local_visitor(request) or is_cross_site(request):
                raise HTTPException(403, "No admin token is set: only programs on this machine are let in.")
            return
        if not desk.attempts.allowed(request):
            raise HTTPException(429, "Too many attempts; wait a minute.", headers={"Retry-After": "60"})
        if credentials is None:
            raise HTTPException(401, "The admin token is needed.", headers={"WWW-Authenticate": "Bearer"})
        if not is_token(credentials.credentials, expected):
            desk.attempts.failed(request)
            log.warning("a wrong admin token from %s", client_name(request))
            raise HTTPException(
                401, "That is not the admin token.", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
            )

    return guard
