"""Adding a source, with a look at it first."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import TocsinError
from bot.web.operations import Operations, WrongInputError, checked_url
from bot.web.pages import adding
from bot.web.pages.adding import AddingPage, SourceDraft
from bot.web.pages.frame import Page
from bot.web.routes.desk import Desk, posted
from feeds.errors import FeedsError


class AddingPages:
    """Handlers; each is called in a thread."""

    def __init__(self, desk: Desk, operations: Operations) -> None:
        self.desk = desk
        self.operations = operations

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
        """Watch it from now on."""
        page = self.desk.operator_page(request)
        draft = _entered(form)
        if not self._offered:
            return self.desk.not_found(request)
        if draft.time_zone and draft.time_zone not in _zones():
            wrong = AddingPage(draft, wrong_field="time_zone", wrong=page.say("wrong.time_zone"))
            return self._page(request, page, wrong, status=422)
        try:
            source = self.operations.add_source(draft.url, draft.title, zone=draft.time_zone)
        except WrongInputError as error:
            sentence = page.say(f"wrong.{error.key}", **error.values)
            return self._page(request, page, AddingPage(draft, wrong_field=error.field, wrong=sentence), status=422)
        return self.desk.go(f"/sources/{source.slug}", "source_added")

    def _looked(self, page: Page, draft: SourceDraft) -> AddingPage:
        look = self.desk.services.preview_source
        if look is None:
            return AddingPage(draft)
        try:
            return AddingPage(draft, preview=look(checked_url(draft.url)))
        except WrongInputError as error:
            return AddingPage(draft, wrong_field="url", wrong=page.say(f"wrong.{error.key}", **error.values))
        except (FeedsError, TocsinError) as error:
            return AddingPage(draft, wrong_field="url", wrong=page.say("wrong.preview", reason=error))

    def _page(self, request: Request, page: Page, shown: AddingPage, status: int = 200) -> Response:
        complete = AddingPage(shown.draft, shown.preview, shown.wrong_field, shown.wrong, _zones())
        return self.desk.html(request, page, adding.render_adding(page, complete), status=status)


@cache
def _zones() -> tuple[str, ...]:
    """The zones that people name, by continent and city."""
    return tuple(sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")))


def _entered(form: FormData) -> SourceDraft:
    return SourceDraft(
        url=str(form.get("url", "")).strip()[:2000],
        title=" ".join(str(form.get("title", "")).split())[:200],
        time_zone=str(form.get("time_zone", "")).strip()[:64],
    )


def routes(desk: Desk, operations: Operations) -> list[Route]:
    """Their addresses; before those of the sources, one of which could otherwise be called "add"."""
    pages = AddingPages(desk, operations)
    return [
        Route("/sources/add", pages.form, methods=["GET"]),
        Route("/sources/add", posted(desk, pages.add), methods=["POST"]),
        Route("/sources/add/preview", posted(desk, pages.preview), methods=["POST"]),
    ]
