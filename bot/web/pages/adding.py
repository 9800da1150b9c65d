"""Adding a source: how a URL would be watched, before it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from typing import Any

from bot.web.pages import words
from bot.web.pages.frame import Page, render

SHOWN_TEXT = 600


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """A source as an operator enters it."""

    url: str = ""
    title: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class AddingPage:
    """The form, the preview as `tocsin preview --json` gives it (None: not looked yet), and what is wrong."""

    draft: SourceDraft
    preview: Mapping[str, Any] | None = None
    wrong_field: str = ""
    wrong: str = ""
    time_zones: tuple[str, ...] = ()


def moment(page: Page, text: object) -> str:
    """A date of the preview as people write it, at the offset it was found with; "" where it has none."""
    try:
        when = datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        when = None
    if when is None:
        return ""
    day = words.day(page.language, when.date())
    return day if when.time() == time(0, 0) else f"{day}, {when:%H:%M}"


def render_adding(page: Page, adding: AddingPage) -> str:
    """The page."""
    return render("add_source.html", page, view=adding, moment=partial(moment, page), shown_text=SHOWN_TEXT)


def render_preview(page: Page, adding: AddingPage) -> str:
    """Only the preview."""
    return render("source_preview.html", page, view=adding, moment=partial(moment, page), shown_text=SHOWN_TEXT)
