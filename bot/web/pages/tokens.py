"""API tokens, for operators: those that there are, a form for another, and a new one's text, once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.store.api_tokens import ApiToken
from bot.web.pages.frame import Page, render


@dataclass(frozen=True, slots=True)
class TokensPage:
    """`made` is the text of the token that was just made; `name` and `scope` what was entered, if that is `wrong`."""

    tokens: tuple[ApiToken, ...]
    made: str = ""
    name: str = ""
    scope: str = "read"
    wrong: str = ""


def render_tokens(page: Page, tokens: TokensPage) -> str:
    """The page."""
    return render("tokens.html", page, view=tokens)
