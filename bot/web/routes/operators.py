"""The operators' desk: what needs a hand, one-click retries, and the topic editor."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.store import destinations
from bot.web.operations import Operations, WrongInputError
from bot.web.pages import operators
from bot.web.pages.frame import Page
from bot.web.pages.operators import TopicEditor
from bot.web.routes.desk import Desk, Handler, own_path, posted
from feeds.errors import QueryError
from feeds.model import Topic
from feeds.store import topics as topic_store
from feeds.topics.grammar.tokens import MAX_LENGTH

HERE = "/operators"


class OperatorPages:
    """Handlers; each is called in a thread."""

    def __init__(self, desk: Desk, operations: Operations) -> None:
        self.desk = desk
        self.database = desk.services.database
        self.operations = operations

    def overview(self, request: Request) -> Response:
        """How everything is."""
        page = self.desk.operator_page(request)
        with self.database.read() as connection:
            shown = operators.read_overview(connection, page, self.desk.services.refused())
        document = operators.render_overview(page, shown)
        return self.desk.html(request, page, document)

    def retry(self, request: Request, form: FormData) -> Response:
        """One failed delivery, once more."""
        retried = self.operations.retry([request.path_params["uid"]])
        return self.desk.go(_back(form), "retried" if retried else "nothing_to_retry")

    def retry_all(self, request: Request, form: FormData) -> Response:
        """All failed deliveries, once more."""
        return self.desk.go(HERE, "retried" if self.operations.retry_all() else "nothing_to_retry")

    def look(self, request: Request, form: FormData) -> Response:
        """Look at a source now."""
        if not self.operations.look_now(request.path_params["slug"]):
            return self.desk.not_found(request)
        return self.desk.go(_back(form), "looking")

    def stop(self, request: Request, form: FormData) -> Response:
        """Watch a source no more."""
        if not self.operations.watch(request.path_params["slug"], active=False):
            return self.desk.not_found(request)
        slug = request.path_params["slug"]
        return self.desk.go_with_undo(request, _back(form), "stopped", "source", slug)

    def start(self, request: Request, form: FormData) -> Response:
        """Watch a source again."""
        if not self.operations.watch(request.path_params["slug"], active=True):
            return self.desk.not_found(request)
        return self.desk.go(_back(form), "started")

    def test(self, request: Request, form: FormData) -> Response:
        """A test message to any destination."""
        with self.database.read() as connection:
            destination = destinations.destination_by_id(connection, request.path_params["destination"])
        if destination is None:
            return self.desk.not_found(request)
        self.operations.send_test(destination)
        return self.desk.go(HERE, "test_sent")

    def resume(self, request: Request, form: FormData) -> Response:
        """A paused destination is back."""
        with self.database.read() as connection:
            destination = destinations.destination_by_id(connection, request.path_params["destination"])
        if destination is None:
            return self.desk.not_found(request)
        self.operations.subscriptions.resume(destination)
        return self.desk.go(HERE, "resumed")

    # Topics

    def topics(self, request: Request) -> Response:
        """The editor, on a topic that is there or on a new one."""
        page = self.desk.operator_page(request)
        slug = request.query_params.get("slug", "")
        with self.database.read() as connection:
            known = topic_store.topic_by_slug(connection, slug) if slug else None
        if slug and (known is None or not known.public):
            return self.desk.not_found(request)
        query = request.query_params.get("query", "")[: MAX_LENGTH + 1]
        editor = self._tried(TopicEditor(known or Topic("", query), (), is_new=known is None), page)
        if known is not None:
            editor = replace(editor, tuning=self.operations.tuning(slug))
        return self._editor(request, page, editor)

    def vote(self, request: Request, form: FormData) -> Response:
        """👍 or 👎 on an article; back to it."""
        article = str(form.get("article", ""))
        if not self.operations.vote(request.path_params["slug"], article, good=form.get("good") == "yes"):
            return self.desk.not_found(request)
        return self.desk.go(f"/articles/{article}", "voted")

    def improve_topic(self, request: Request, form: FormData) -> Response:
        """Take up what the votes suggest."""
        slug = request.path_params["slug"]
        try:
            improved = self.operations.improve_topic(slug, str(form.get("key", "")))
        except WrongInputError:
            return self.desk.not_found(request)
        return self.desk.go(f"{HERE}/topics?slug={quote(slug)}", "topic_saved" if improved else "topic_not_improved")

    def preview_topic(self, request: Request, form: FormData) -> Response:
        """What the query under the pen selects; alone for the script, with the page around it for others."""
        page = self.desk.operator_page(request)
        editor = self._tried(TopicEditor(_entered(form), (), is_new=not self._is_known(form)), page)
        if "x-fragment" in request.headers:
            return self.desk.html(request, page, operators.render_topic_preview(page, editor))
        return self._editor(request, page, editor)

    def save_topic(self, request: Request, form: FormData) -> Response:
        """Make it live; where its samples say that this is not what was wanted, ask first."""
        page = self.desk.operator_page(request)
        topic = _entered(form)
        editor = TopicEditor(topic, (), is_new=not self._is_known(form))
        try:
            self.operations.check_topic(topic)
            if form.get("anyway") != "yes" and not all(one.right for one in self.operations.try_samples(topic)):
                return self._editor(request, page, replace(self._tried(editor, page), asks=True), status=422)
            self.operations.save_topic(topic)
        except QueryError as error:
            return self._editor(request, page, replace(editor, error=error), status=422)
        except WrongInputError as wrong:
            sentence = page.say(f"wrong.{wrong.key}", **wrong.values)
            return self._editor(request, page, replace(editor, wrong_field=wrong.field, wrong=sentence), status=422)
        return self.desk.go(f"{HERE}/topics?slug={topic.slug}", "topic_saved")

    def remove_topic(self, request: Request, form: FormData) -> Response:
        """Match it no more."""
        slug = request.path_params["slug"]
        if not self.operations.remove_topic(slug):
            return self.desk.not_found(request)
        return self.desk.go_with_undo(request, f"{HERE}/topics", "topic_removed", "topic", slug)

    def restore_topic(self, request: Request, form: FormData) -> Response:
        """Bring a removed one back, with those who follow it."""
        slug = request.path_params["slug"]
        if not self.operations.restore_topic(slug):
            return self.desk.go(f"{HERE}/topics", "nothing_to_undo")
        return self.desk.go(f"{HERE}/topics?slug={quote(slug)}", "topic_restored")

    def _is_known(self, form: FormData) -> bool:
        with self.database.read() as connection:
            return topic_store.topic_by_slug(connection, str(form.get("slug", ""))) is not None

    def _tried(self, editor: TopicEditor, page: Page) -> TopicEditor:
        """With what its query selects now, and what it makes of its samples."""
        try_on = self.desk.services.preview_query
        if not editor.topic.query.strip():
            return editor
        try:
            samples = operators.sample_lines(page, self.operations.try_samples(editor.topic))
            editor = replace(editor, samples=samples)
            if try_on is None:
                return editor
            found = try_on(editor.topic.query, editor.topic.language)
        except QueryError as error:
            return replace(editor, error=error)
        with self.database.read() as connection:
            return replace(editor, cards=operators.matching_cards(connection, found.samples), found=found)

    def _editor(self, request: Request, page: Page, editor: TopicEditor, status: int = 200) -> Response:
        with self.database.read() as connection:
            lines, removed = operators.read_lines(connection), operators.read_removed(connection)
        document = operators.render_topic_editor(page, replace(editor, lines=lines, removed=removed))
        return self.desk.html(request, page, document, status=status)


def _back(form: FormData) -> str:
    """Where the button stood."""
    return own_path(str(form.get("back", "")), HERE)


def _entered(form: FormData) -> Topic:
    def text(name: str, limit: int) -> str:
        return " ".join(str(form.get(name, "")).split())[:limit]

    def samples(name: str) -> tuple[str, ...]:
        entered = (_lines(one) for one in form.getlist(name))
        return tuple(one for one in entered if one)

    return Topic(
        slug=text("slug", 100),
        query=_lines(form.get("query", "")),
        title=text("title", 200),
        description=text("description", 500),
        language=text("language", 36) or None,
        urgent=form.get("urgent") == "yes",
        expect=samples("expect"),
        reject=samples("reject"),
    )


def _lines(entered: object) -> str:
    """Text of several lines: a browser ends them as HTTP does."""
    return str(entered).replace("\r\n", "\n").strip()


def routes(desk: Desk, operations: Operations) -> list[Route]:
    """Their addresses."""
    pages = OperatorPages(desk, operations)

    def post(path: str, handler: Handler) -> Route:
        return Route(path, posted(desk, handler), methods=["POST"])

    return [
        Route("/operators", pages.overview),
        post("/operators/deliveries/retry", pages.retry_all),
        post("/operators/deliveries/{uid}/retry", pages.retry),
        post("/operators/sources/{slug}/look", pages.look),
        post("/operators/sources/{slug}/stop", pages.stop),
        post("/operators/sources/{slug}/start", pages.start),
        post("/operators/destinations/{destination:int}/test", pages.test),
        post("/operators/destinations/{destination:int}/resume", pages.resume),
        Route("/operators/topics", pages.topics, methods=["GET"]),
        post("/operators/topics", pages.save_topic),
        post("/operators/topics/preview", pages.preview_topic),
        post("/operators/topics/{slug}/remove", pages.remove_topic),
        post("/operators/topics/{slug}/restore", pages.restore_topic),
        post("/operators/topics/{slug}/votes", pages.vote),
        post("/operators/topics/{slug}/improve", pages.improve_topic),
    ]
