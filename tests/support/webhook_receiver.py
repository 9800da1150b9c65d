"""A real webhook receiver on 127.0.0.1: verifies every signature with `standardwebhooks`, and fails when it is told to.

    with WebhookReceiver() as receiver:
        receiver.url()                      # "http://127.0.0.1:40321/hook"; url("/other") for a second endpoint
        receiver.secret                     # "whsec_…": what senders must sign with
        receiver.fail(Fault(500), Fault(reset=True))          # for the next requests, one each; then 200 again
        receiver.fail(Fault(410), path="/other")              # for one endpoint only
        receiver.wait_for(3)                # until three different events have been accepted
        receiver.events                     # what was accepted, verified, in order; repeats included
        receiver.ids()                      # their webhook-id, each once

A request whose signature is wrong is answered 401 and kept in `forged`. With `secret=None` nothing is verified, as in a
chat. `fault_rate` makes a share of all requests fail at random, after accepting or before.
"""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from bot.channels.signature import new_secret


@dataclass(frozen=True)
class Fault:
    """How one request is treated badly.

    `status` with `headers` and `body` is answered. `drip`: the answer comes a byte at a time, this many seconds apart,
    until the other side has had enough. `reset`: the connection is torn down (RST). `silent`: no answer ever.
    `raw`: exactly these bytes are sent, and the connection closed. `accept`: the event is taken all the same, as by a
    receiver that dies while it answers.
    """

    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    drip: float | None = None
    reset: bool = False
    silent: bool = False
    raw: bytes | None = None
    accept: bool = False


@dataclass(frozen=True)
class Event:
    """One accepted request."""

    id: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def payload(self) -> Any:
        return json.loads(self.body)


class WebhookReceiver:
    """See the module."""

    def __init__(self, *, secret: str | None = "", fault_rate: float = 0.0, seed: int = 1) -> None:
        self.secret = new_secret() if secret == "" else secret
        self.requests: list[tuple[str, Mapping[str, str], bytes]] = []
        self.events: list[Event] = []
        self.forged: list[Event] = []
        self.connections = 0
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._fault_rate = fault_rate
        self._random = random.Random(seed)
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> WebhookReceiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def fail(self, *faults: Fault, path: str = "") -> None:
        """Treat the next requests so, one fault each: those to `path`, or to any."""
        with self._changed:
            self._faults[path].extend(faults)

    def ids(self, path: str = "") -> list[str]:
        """The ids of accepted events (of one endpoint), each once, in the order in which they came first."""
        with self._changed:
            return list(dict.fromkeys(event.id for event in self.events if not path or event.path == path))

    def wait_for(self, number: int, *, path: str = "", timeout: float = 10.0) -> list[str]:
        """Until that many different events have been accepted. Raises TimeoutError."""

        def there() -> bool:
            return len({event.id for event in self.events if not path or event.path == path}) >= number

        with self._changed:
            if not self._changed.wait_for(there, timeout):
                raise TimeoutError(f"{len(self.events)} events after {timeout} seconds, not {number}")
        return self.ids(path)

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> Fault | None:
        """Judge one request: how to fail, or None for a plain success."""
        event = Event(headers.get("webhook-id", ""), path, headers, body)
        with self._changed:
            self.requests.append((path, headers, body))
            if not self._verified(event):
                self.forged.append(event)
                return Fault(401, body=b"bad signature")
            fault = self._next_fault(path)
            if fault is None or fault.accept or 200 <= fault.status < 300:
                self.events.append(event)
                self._changed.notify_all()
            return fault

    def _verified(self, event: Event) -> bool:
        if self.secret is None:
            return True
        try:
            Webhook(self.secret).verify(event.body, dict(event.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            return False
        return True

    def _next_fault(self, path: str) -> Fault | None:
        for key in (path, ""):
            if self._faults[key]:
                return self._faults[key].popleft()
        if self._random.random() < self._fault_rate:
            return self._random.choice((Fault(500), Fault(503), Fault(reset=True), Fault(reset=True, accept=True)))
        return None

    def dripping(self, write: Callable[[bytes], object], data: bytes, pause: float) -> None:
        """Write a byte at a time, then go on with spaces, until the other side hangs up or the test is over."""
        while not self._stopped.is_set():
            write(data[:1] or b" ")
            data = data[1:]
            time.sleep(pause)

    def keep_silent(self) -> None:
        self._stopped.wait()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what these tests are about."""


def _handler(receiver: WebhookReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            receiver.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            fault = receiver.take(self.path, headers, body)
            if fault is None:
                self._answer(Fault(200, body=_challenge(body)))
            elif fault.reset:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.close_connection = True
            elif fault.silent:
                receiver.keep_silent()
            elif fault.raw is not None:
                self.wfile.write(fault.raw)
                self.close_connection = True
            elif fault.drip is not None:
                receiver.dripping(self.connection.sendall, b"HTTP/1.1 200 OK\r\nX-Slow: ", fault.drip)
            else:
                self._answer(fault)

        def _answer(self, fault: Fault) -> None:
            self.send_response(fault.status)
            for name, value in fault.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(fault.body)))
            self.end_headers()
            self.wfile.write(fault.body)

        def log_message(self, format: str, *args: object) -> None:
            """Tests are quiet."""

    return Handler


def _challenge(body: bytes) -> bytes:
    """What a good receiver answers: the challenge of an `endpoint.verify`, nothing otherwise."""
    try:
        payload = json.loads(body)
    except ValueError:
        return b""
    if isinstance(payload, dict) and payload.get("type") == "endpoint.verify":
        return json.dumps({"challenge": payload["data"]["challenge"]}).encode()
    return b""
