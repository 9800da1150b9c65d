"""API tokens through the API. A token cannot make others: whoever takes one away has then taken all."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Response

from bot.web.api.access import operators_only
from bot.web.api.shapes import NewTokenShape, TokenDraftShape, TokenShape
from bot.web.operations import Operations
from bot.web.routes.desk import Desk


def router(desk: Desk, operations: Operations) -> APIRouter:
    """The routes."""
    made = APIRouter(prefix="/v1", dependencies=[Depends(operators_only(desk, admin_only=True))])

    @made.get("/tokens", tags=["tokens"])
    def list_tokens() -> list[TokenShape]:
        """All API tokens, those in force first; the tokens themselves are stored nowhere."""
        return [TokenShape.of(one) for one in desk.tokens.every()]

    @made.post("/tokens", tags=["tokens"], status_code=201)
    def add_token(draft: TokenDraftShape) -> NewTokenShape:
        """Make one; the answer is the only one that holds it."""
        stored, text = operations.add_token(draft.name, draft.scope)
        return NewTokenShape.made(stored, text)

    @made.delete("/tokens/{id}", tags=["tokens"], status_code=204)
    def revoke_token(id: Annotated[int, Path(ge=1, lt=2**31)]) -> Response:
        """Let nobody in by it any more."""
        if not desk.tokens.revoke(id):
            raise HTTPException(404, "There is no token in force of this id.")
        return Response(status_code=204)

    return made
