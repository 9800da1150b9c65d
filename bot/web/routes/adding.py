"""Adding a source, with a look at it first; and correcting one that was added."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.way import Way
from bot.web.operations import WrongInputError
from bot.web.pages import adding
from bot.web.pages.adding import AddingPage
from bot.web.pages.frame import Page
from bot.web.pages.sources import read_source, render_source
from bot.web.routes.desk import Desk, posted
from bot.web.source_operations import LookError, SourceDraft, SourceOperations, time_zones


class AddingPages:
    """Handlers; each is called in a thread."""

    def __init__(self, desk: Desk, sources: SourceOperations) -> None:
        self.desk = desk
        self.sources = sources

    @property
    def _offered(self) -> bool:
        return self.desk.site.features.add_source

    def form(self, request: Request) -> Response:
        """The empty form, or one for a given address."""
        page = self.desk.operator_page(request)
        if not self._offered:
            return self.desk.not_found(request)
        return self._page(request, page, AddingPage(SourceDraft(url=request.query_params.get("url", "")[:2000])))

    def preview(self, request: Request, form: FormData) -> Response:
        """How the address would be watched; alone for the script, with the page around it for others."""
        page = self.desk.operator_page(request)
        shown = self._looked(page, _entered(form))
        if "x-fragment" in request.headers:
            return self.desk.html(request, page, adding.render_preview(page, shown))
        return self._page(request, page, shown)

    def add(self, request: Request, form: FormData) -> Response:
        """Watch it from now on, in the way that was chosen."""
        page = self.desk.operator_page(request)
        draft = _entered(form)
        if not self._offered:
            return self.desk.not_found(request)
        try:
            source = self.sources.add(draft)
        except WrongInputError as error:
            return self._page(request, page, _wrong(page, draft, error), status=422)
        return self.desk.go(f"/sources/{source.slug}", "source_added")

    def change(self, request: Request, form: FormData) -> Response:
        """Correct a source that was added here."""
        page = self.desk.operator_page(request)
        slug = request.path_params["slug"]
        draft = replace(_entered(form), way=None)
        try:
            changed = self.sources.change(slug, draft)
        except WrongInputError as error:
            sentence = page.say(f"wrong.{error.key}", **error.values)
            with self.desk.services.database.read() as connection:
                shown = read_source(connection, page, slug)
            if shown is None:
                return self.desk.not_found(request)
            kept = replace(shown, draft=draft, wrong_field=error.field, wrong=sentence)
            return self.desk.html(request, page, render_source(page, kept), status=422)
        return self.desk.go(f"/sources/{slug}", "source_changed") if changed else self.desk.not_found(request)

    def _looked(self, page: Page, draft: SourceDraft) -> AddingPage:
        try:
            return AddingPage(draft, preview=self.sources.preview(draft))
        except WrongInputError as error:
            return _wrong(page, draft, error)

    def _page(self, request: Request, page: Page, shown: AddingPage, status: int = 200) -> Response:
        document = adding.render_adding(page, replace(shown, time_zones=_offered_zones()))
        return self.desk.html(request, page, document, status=status)


def _wrong(page: Page, draft: SourceDraft, error: WrongInputError) -> AddingPage:
    """What is wrong with one field, or with the site behind it: then with what could be done."""
    if isinstance(error, LookError):
        what = page.say(f"errors.{error.code}") if page.knows(f"errors.{error.code}") else ""
        advice = page.say(f"advice.{error.code}") if page.knows(f"advice.{error.code}") else ""
        sentence = what or page.say("wrong.preview", reason=error.reason)
        return AddingPage(draft, wrong_field=error.field, wrong=sentence, reason=error.reason, advice=advice)
    sentence = page.say(f"wrong.{error.key}", **error.values)
    return AddingPage(draft, wrong_field=error.field, wrong=sentence)


@cache
def _offered_zones() -> tuple[str, ...]:
    """The zones that people name, by continent and city."""
    return tuple(sorted(name for name in time_zones() if "/" in name and not name.startswith("Etc/")))


def _entered(form: FormData) -> SourceDraft:
    def text(name: str, limit: int) -> str:
        return " ".join(str(form.get(name, "")).split())[:limit]

    url = str(form.get("url", "")).strip()[:2001]
    return SourceDraft(
        url=url,
        title=text("title", 200),
        slug=text("slug", 100),
        language=text("language", 36),
        time_zone=text("time_zone", 64),
        selector=str(form.get("selector", "")).strip()[:2001],
        kind=text("kind", 32) or "auto",
        way=_chosen(str(form.get("way", "")), url),
    )


def _chosen(text: str, url: str) -> Way | None:
    """The way that a preview offered (`adding.way_value`); None where it was offered for another address, or is none.

    What is in it is checked like everything that is entered.
    """
    try:
        way = json.loads(text[:50_000]) if text else None
        if not isinstance(way, dict) or way["for"] != url or not isinstance(way["options"], dict):
            return None
        return Way(str(way["kind"]), str(way["url"]), way["options"])
    except (ValueError, KeyError, RecursionError):
        return None


def routes(desk: Desk, sources: SourceOperations) -> list[Route]:
    """Their addresses; before those of the sources, one of which could otherwise be called "add"."""
    pages = AddingPages(desk, sources)
    return [
        Route("/sources/add", pages.form, methods=["GET"]),
        Route("/sources/add", posted(desk, pages.add), methods=["POST"]),
        Route("/sources/add/preview", posted(desk, pages.preview), methods=["POST"]),
        Route("/operators/sources/{slug}/change", posted(desk, pages.change), methods=["POST"]),
    ]
