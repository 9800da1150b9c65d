"""A small real web site on 127.0.0.1, for tests that need one: it serves what it is told to, well or badly.

    with FakeSite() as site:
        site.page("/news", "<p>…", etag='"1"')
        site.url("/news")           # "http://127.0.0.1:40321/news"
        site.requests[0].headers    # what the client sent

A path may be given with its query ("/news?page=2"); without one it answers for every query. Whatever isn't there
answers 404. `site.on(path, answer)` takes any function of the request; everything else is built from it.
"""

from __future__ import annotations

import gzip as gzip_format
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BOT_PROTECTION_PAGE = (
    "<html><head><script>document.cookie='D1N=5b1c6a';window.location.reload(true);</script></head><body></body></html>"
)


@dataclass(frozen=True)
class Request:
    """One request as it arrived; `headers` looks names up without case."""

    method: str
    target: str
    headers: HTTPMessage
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)


@dataclass(frozen=True)
class Answer:
    """What the site sends back, and how badly.

    `drip_headers` and `drip_body`: seconds between single bytes, for ever if need be. `claimed_length` is announced in
    place of the true one and the connection is closed after the body. `silent`: accept the request and say nothing;
    `hang_up`: close the connection in place of an answer.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    drip_headers: float | None = None
    drip_body: float | None = None
    claimed_length: int | None = None
    silent: bool = False
    hang_up: bool = False


class FakeSite:
    """Serves until closed. `tls` is a server-side `ssl.SSLContext`; `site.requests` keeps every request in order."""

    def __init__(self, *, tls: Any = None) -> None:
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._routes: dict[str, Callable[[Request], Answer]] = {}
        self._server = _Server(self, tls)
        self._scheme = "https" if tls else "http"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def __enter__(self) -> FakeSite:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def origin(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    def url(self, path: str = "/", *, host: str = "127.0.0.1") -> str:
        return f"{self._scheme}://{host}:{self.port}{path}"

    def requests_for(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    # What to serve

    def on(self, path: str, answer: Callable[[Request], Answer]) -> None:
        """Ask `answer` at each request. It runs in the server's threads."""
        self._routes[path] = answer

    def remove(self, path: str) -> None:
        self._routes.pop(path, None)

    def page(
        self,
        path: str,
        body: str | bytes,
        *,
        content_type: str | None = "text/html; charset=utf-8",
        etag: str | None = None,
        last_modified: str | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        gzip: bool = False,
    ) -> None:
        """A well-behaved page: answers 304 to its own `etag` or `last_modified`, and compresses where it may."""
        content = body.encode() if isinstance(body, str) else body
        every = dict(headers or {})
        if content_type is not None:
            every["Content-Type"] = content_type
        if etag is not None:
            every["ETag"] = etag
        if last_modified is not None:
            every["Last-Modified"] = last_modified

        def answer(request: Request) -> Answer:
            asked_etag = request.headers.get("If-None-Match")
            asked_date = request.headers.get("If-Modified-Since")
            if (etag and asked_etag == etag) or (not asked_etag and last_modified and asked_date == last_modified):
                return Answer(status=304, headers={name: value for name, value in every.items() if name == "ETag"})
            if gzip and "gzip" in request.headers.get("Accept-Encoding", ""):
                return Answer(gzip_format.compress(content), status, every | {"Content-Encoding": "gzip"})
            return Answer(content, status, every)

        self.on(path, answer)

    def feed(self, path: str, body: str | bytes, **options: Any) -> None:
        self.page(path, body, content_type=options.pop("content_type", "application/rss+xml"), **options)

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        self.on(path, lambda _: Answer(status=status, headers={"Location": to}))

    def error(self, path: str, status: int, *, retry_after: str | int | None = None, body: str = "") -> None:
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self.on(path, lambda _: Answer(body.encode(), status, headers))

    def random_page(self, path: str, body: str) -> None:
        """No validators, and other bytes at each look: a random cache-buster before the closing tag."""

        def answer(_: Request) -> Answer:
            script = f'<script src="/app.js?v={secrets.token_hex(8)}"></script>'
            return Answer(f"{body}{script}".encode(), headers={"Content-Type": "text/html; charset=utf-8"})

        self.on(path, answer)

    def bot_protection(self, path: str) -> None:
        """HTTP 200, and nothing but one script."""
        self.page(path, BOT_PROTECTION_PAGE)

    def drip(self, path: str, body: str | bytes = b"x" * 10_000, *, every: float = 0.05, headers: bool = False) -> None:
        """One byte at a time: of the headers, or of the body only."""
        content = body.encode() if isinstance(body, str) else body
        speed = {"drip_headers": every} if headers else {"drip_body": every}
        self.on(path, lambda _: Answer(content, **speed))

    def truncated(self, path: str, body: str | bytes, *, content_type: str = "text/html") -> None:
        """Promises twice the bytes it sends, and hangs up."""
        content = body.encode() if isinstance(body, str) else body
        headers = {"Content-Type": content_type}
        self.on(path, lambda _: Answer(content, headers=headers, claimed_length=2 * len(content) + 1))

    def silent(self, path: str) -> None:
        """Takes the request and never answers."""
        self.on(path, lambda _: Answer(silent=True))

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        route = self._routes.get(request.target) or self._routes.get(request.path)
        return route(request) if route else Answer(b"not here", 404, {"Content-Type": "text/plain"})


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128

    def __init__(self, site: FakeSite, tls: Any) -> None:
        self.site = site
        self._tls = tls
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread, so that a slow handshake holds nobody else."""
        try:
            connection = self._tls.wrap_socket(request, server_side=True) if self._tls else request
        except OSError:
            request.close()
            return
        self._open.add(connection)
        try:
            super().finish_request(connection, client_address)
        finally:
            self._open.discard(connection)
            connection.close()

    def hang_up(self) -> None:
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(self.command, self.path, self.headers, self.rfile.read(length))
        answer = self.server.site.answer(request)
        if answer.silent:
            self.server.site.closing.wait()
        if answer.silent or answer.hang_up:
            self.close_connection = True
            return
        head = self._head(answer)
        body = b"" if self.command == "HEAD" or answer.status == 304 else answer.body
        if answer.drip_headers is None and answer.drip_body is None:
            self.wfile.write(head + body)
        else:
            self._send(head, answer.drip_headers)
            self._send(body, answer.drip_body)

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = handle_any  # noqa: N815 (the names http.server calls)

    def _head(self, answer: Answer) -> bytes:
        headers = {"Server": "fake-site", **answer.headers}
        if "Transfer-Encoding" not in headers:
            length = len(answer.body) if answer.claimed_length is None else answer.claimed_length
            headers.setdefault("Content-Length", str(length))
        else:
            self.close_connection = True
        if answer.claimed_length is not None:
            self.close_connection = True
        reason = self.responses.get(answer.status, ("Unknown",))[0]
        lines = [f"HTTP/1.1 {answer.status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def _send(self, content: bytes, pause: float | None) -> None:
        if pause is None:
            self.wfile.write(content)
            return
        for byte in content:
            self.wfile.write(bytes([byte]))
            if self.server.site.closing.wait(pause):
                self.close_connection = True
                return

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
