"""Adding a source: how a URL would be watched, before it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from typing import Any

from bot.web.pages import words
from bot.web.pages.frame import Page, render
from bot.web.source_operations import SourceDraft

SHOWN_TEXT = 600


@dataclass(frozen=True, slots=True)
class AddingPage:
    """The form, the preview as `tocsin preview --json` gives it (None: not looked yet), and what is wrong."""

    draft: SourceDraft
    preview: Mapping[str, Any] | None = None
    wrong_field: str = ""
    wrong: str = ""
    reason: str = ""
    """What came of the look (English), where that is what is wrong."""
    advice: str = ""
    time_zones: tuple[str, ...] = ()


def way_value(draft: SourceDraft, candidate: Mapping[str, Any]) -> str:
    """A way as the form sends it back, with the address it was found for."""
    way = {"for": draft.url, "kind": candidate["kind"], "url": candidate["url"], "options": candidate["options"]}
    return json.dumps(way, ensure_ascii=False, sort_keys=True)


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
    return _rendered("add_source.html", page, adding)


def render_preview(page: Page, adding: AddingPage) -> str:
    """Only the preview."""
    return _rendered("source_preview.html", page, adding)


def _rendered(template: str, page: Page, adding: AddingPage) -> str:
    return render(
        template,
        page,
        view=adding,
        moment=partial(moment, page),
        way_value=partial(way_value, adding.draft),
        shown_text=SHOWN_TEXT,
    )
