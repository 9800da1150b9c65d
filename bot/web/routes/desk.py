"""What every handler needs: the visitor's `Page`, HTML responses, and who is an operator. Knows no page by name."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.api_tokens import ApiTokens
from bot.web.pages import words
from bot.web.pages.frame import Features, Page, Site, Undo, render
from bot.web.routes.headers import IMAGES_OF_OUR_OWN, content_security_policy
from bot.web.routes.sessions import Attempts, Session, Sessions, is_local_visitor
from bot.web.services import WebServices

LANGUAGE_COOKIE = "tocsin_language"
MAXIMUM_FORM_FIELDS = 100
_OF_THIS_VIEW = ("lang", "notice", "undo")
"""What stands behind the "?" of this view alone, and in no link to the same page."""

_UNDOING: Mapping[str, str] = {
    "source": "/operators/sources/{}/start",
    "subscriber": "/operators/subscribers/{}/restore",
    "token": "/operators/tokens/{}/restore",
    "topic": "/operators/topics/{}/restore",
}
"""By what was removed: the form that brings it back."""


class OperatorsOnlyError(Exception):
    """The visitor may not do this; `sign_in`: signing in would help."""

    def __init__(self, *, sign_in: bool) -> None:
        super().__init__("only operators may do this")
        self.sign_in = sign_in


class Desk:
    """One per application. Safe to be used by several threads."""

    def __init__(self, services: WebServices) -> None:
        self.services = services
        self.attempts = Attempts(services.clock)

    @cached_property
    def sessions(self) -> Sessions:
        """Signs and reads the operators' cookies."""
        settings = self.services.settings
        return Sessions(self.services.database, settings.secret_key, settings.admin_token, self.services.clock)

    @cached_property
    def tokens(self) -> ApiTokens:
        """What programs are let into the API by, beside the admin token."""
        return ApiTokens(self.services.database, self.services.clock)

    @property
    def site(self) -> Site:
        """The site, as it is offered now."""
        services = self.services
        told = services.settings.site
        return Site(
            title=told.title,
            description=told.description,
            base_url=told.public_url.rstrip("/"),
            features=Features(
                search=services.search is not None,
                telegram=services.telegram_name(),
                operators=True,
                add_source=services.preview_source is not None and services.add_source is not None,
                webhooks=services.subscriptions is not None,
                api=True,
            ),
            language=told.language,
        )

    @property
    def is_https(self) -> bool:
        """Whether readers reach the site through TLS, so that cookies can be kept to it."""
        return self.services.settings.site.public_url.startswith("https://")

    def page(self, request: Request, *, live: bool = False, private: bool = False) -> Page:
        """The frame for this visitor. `private`: the page may carry forms, so it gets a CSRF token."""
        site = self.site
        session = self.session(request)
        return Page(
            site=site,
            language=self.language(request),
            now=self.services.clock(),
            path=request.url.path.removeprefix(site.root) or "/",
            query=tuple(pair for pair in request.query_params.multi_items() if pair[0] not in _OF_THIS_VIEW),
            live=live,
            operator=self.is_operator(request, session),
            signed_in=session.operator,
            csrf=self.sessions.csrf(session) if private else "",
            notice=_known_notice(request),
            undo=self._offered_undo(request, session) if private else None,
        )

    def language(self, request: Request) -> str:
        """What the visitor chose, else what the browser asks for, else the site's own."""
        return words.chosen(
            request.query_params.get("lang"),
            request.cookies.get(LANGUAGE_COOKIE),
            request.headers.get("accept-language"),
            self.services.settings.site.language,
        )

    # Who is it?

    def session(self, request: Request) -> Session:
        """The visitor's session, a new one where there is none that is valid."""
        kept = getattr(request.state, "session", None)
        if isinstance(kept, Session):
            return kept
        session = self.sessions.read(request)
        request.state.session = session
        return session

    def is_operator(self, request: Request, session: Session) -> bool:
        """Signed in; or, where no admin token is set, sitting at this very machine."""
        if self.services.settings.admin_token:
            return session.operator
        return is_local_visitor(request)

    def operator_page(self, request: Request) -> Page:
        """The frame for an operator. Raises `OperatorsOnlyError`."""
        session = self.session(request)
        if not self.is_operator(request, session):
            raise OperatorsOnlyError(sign_in=bool(self.services.settings.admin_token))
        return self.page(request, private=True)

    def check_form(self, request: Request, form: FormData) -> None:
        """The form came from a page of ours, for this visitor. Raises `OperatorsOnlyError`."""
        if not self.sessions.is_own_form(request, self.session(request), str(form.get("csrf", ""))):
            raise OperatorsOnlyError(sign_in=False)

    # Answers

    def html(
        self, request: Request, page: Page, document: str, *, status: int = 200, images: str = IMAGES_OF_OUR_OWN
    ) -> Response:
        """A document; answered 304 where the visitor has it. Operators' pages are kept nowhere."""
        private = bool(page.csrf) or page.operator
        body = document.encode("utf-8")
        headers = {
            "Content-Language": page.language,
            "Cache-Control": "no-store" if private else "no-cache",
            "Vary": "Accept-Language, Cookie",
            "Content-Security-Policy": content_security_policy(images),
        }
        if status == 200 and not private:
            etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
            headers["ETag"] = etag
            if etag in request.headers.get("if-none-match", ""):
                return Response(status_code=304, headers=headers)
        response = HTMLResponse(body, status_code=status, headers=headers)
        if request.query_params.get("lang") in words.LANGUAGES:
            response.set_cookie(
                LANGUAGE_COOKIE, page.language, max_age=31_536_000, samesite="lax", secure=self.is_https, httponly=True
            )
        if page.csrf:
            self.sessions.write(response, self.session(request), secure=self.is_https)
        return response

    def problem(self, request: Request, status: int, kind: str, detail: str = "") -> Response:
        """An error page of our own; `kind` is a key of the "problems" sentences. It asks the database nothing."""
        page = Page(
            site=self.site,
            language=self.language(request),
            now=self.services.clock(),
            path=request.url.path.removeprefix(self.site.root) or "/",
        )
        return self.html(
            request, page, render("error.html", page, status=status, kind=kind, detail=detail), status=status
        )

    def not_found(self, request: Request) -> Response:
        """There is no such page."""
        return self.problem(request, 404, "not_found")

    def go(self, path: str, notice: str = "", *, undo: str = "") -> Response:
        """After a form: to a page that can be reloaded. `notice` is the key of a sentence shown there.

        `undo` is what the page offers to take back, sealed.
        """
        said = urlencode({name: value for name, value in (("notice", notice), ("undo", undo)) if value})
        mark = "&" if "?" in path else "?"
        return RedirectResponse(self.site.root + path + (mark + said if said else ""), status_code=303)

    def go_with_undo(
        self, request: Request, path: str, notice: str, kind: str, name: object, topics: str = ""
    ) -> Response:
        """After something was removed: to a page that offers to bring it back, with the topics that it followed.

        `kind` and `name` say what it was: a source or a topic by its slug, a subscriber or a token by its id.
        """
        return self.go(path, notice, undo=self.sessions.seal(self.session(request), f"{kind}:{name}:{topics}"))

    def _offered_undo(self, request: Request, session: Session) -> Undo | None:
        kind, _, what = self.sessions.unseal(session, request.query_params.get("undo", "")).partition(":")
        name, _, topics = what.partition(":")
        if kind not in _UNDOING:
            return None
        return Undo(
            _UNDOING[kind].format(name), {"topics": topics, "back": request.url.path.removeprefix(self.site.root)}
        )


def _known_notice(request: Request) -> str:
    notice = f"notices.{request.query_params.get('notice', '')}"
    return notice if words.knows(notice) else ""


Handler = Callable[[Request, FormData], Response]
"""Carries out a form."""

Posted = Callable[[Request], Awaitable[Response]]


def posted(desk: Desk, handler: Handler, *, operators_only: bool = True) -> Posted:
    """A handler of a form: read, checked to be our own, and carried out in a thread."""

    async def endpoint(request: Request) -> Response:
        async with request.form(max_files=1, max_fields=MAXIMUM_FORM_FIELDS) as form:
            if any("\0" in value for value in form.values() if isinstance(value, str)):
                raise HTTPException(400)

            def work() -> Response:
                if operators_only:
                    desk.operator_page(request)
                desk.check_form(request, form)
                return handler(request, form)

            return await run_in_threadpool(work)

    return endpoint


def own_path(text: str, otherwise: str = "/operators") -> str:
    """A path of this site to go to after a form, below its root; `otherwise` for anything else."""
    good = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable() and len(text) < 500
    return text if good else otherwise


def before(request: Request) -> int | None:
    """The "?before=" of a paged list; None where there is none or it is no number."""
    text = request.query_params.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
