"""A WebSub hub and a subscriber that we did not write (Flask-WebSub), as real servers on 127.0.0.1.

with PeerHub() as hub:
    hub.address                                  # what a feed announces as its hub
    hub.publish(topic, body)                     # tell its subscribers
with PeerSubscriber() as reader:
    reader.subscribe(hub, topic, secret="…")     # ask, as its own code does
    reader.wait_for(1)                           # until that much content has come, signed as it should be
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from flask import Flask
from flask_websub.hub import Hub
from flask_websub.subscriber import Subscriber
from werkzeug.serving import make_server

WAIT = 10.0


class _Tasks:
    """What Flask-WebSub wants of Celery: functions with `delay`. Each runs at once, in one thread, in order."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(1, thread_name_prefix="peer-hub")

    def task(self, bind: bool = False, **_: object) -> Callable[[Callable[..., Any]], _Task]:
        return lambda function: _Task(self.pool, function, bind)


class _Task:
    def __init__(self, pool: ThreadPoolExecutor, function: Callable[..., Any], bind: bool) -> None:
        self._pool = pool
        self._function = function
        self._bind = bind

    def delay(self, *arguments: Any) -> Any:
        own = (self,) if self._bind else ()
        return self._pool.submit(self._function, *own, *arguments)

    def retry(self, **_: object) -> None:
        """It does not; one attempt is what these tests look at."""


class _Subscribers(dict[tuple[str, str], dict[str, Any]]):
    """Storage for the peer's hub: (topic, callback) → lease and secret."""

    def get_callbacks(self, topic: str) -> Iterator[tuple[str, str | None]]:
        return ((callback, kept["secret"]) for (of, callback), kept in list(self.items()) if of == topic)


class _Server:
    """A Flask application on a free port, in threads."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class PeerHub:
    """Flask-WebSub as a hub."""

    def __init__(self, method: str = "sha512") -> None:
        self.subscribers = _Subscribers()
        self._tasks = _Tasks()
        self._hub = Hub(self.subscribers, self._tasks, SIGNATURE_ALGORITHM=method)
        app = Flask("peer-hub")
        app.register_blueprint(self._hub.build_blueprint(url_prefix="/peer"))
        self._server = _Server(app)

    def __enter__(self) -> PeerHub:
        return self

    def __exit__(self, *_: object) -> None:
        self._tasks.pool.shutdown()
        self._server.close()

    @property
    def address(self) -> str:
        return f"{self._server.origin}/peer"

    def settle(self) -> None:
        """Until everything that was asked of it so far is done."""
        self._tasks.pool.submit(bool).result(WAIT)

    def refuse(self, reason: str) -> None:
        """Deny every subscription from now on."""
        self._hub.register_validator(lambda *_: reason)

    def publish(self, topic: str, body: bytes = b"<feed/>") -> None:
        """Tell the subscribers of `topic`; done when they have answered."""
        links = f'<{self.address}>; rel="hub", <{topic}>; rel="self"'
        content = {"headers": {"Link": links}, "content": base64.b64encode(body).decode()}
        self._hub.send_change_notification.delay(topic, content).result(WAIT)
        self.settle()


class _Signed(Subscriber):  # type: ignore[misc]
    """Sends a secret over http too: on loopback there is no other way, and the peer would send none."""

    loopback_secret: str | None = None

    def safe_post_request(self, url: str, **options: Any) -> requests.Response:
        if self.loopback_secret is not None:
            options["data"]["hub.secret"] = self.loopback_secret
            self.temp_storage[options["data"]["hub.callback"].rpartition("/")[2]]["secret"] = self.loopback_secret
        return requests.post(url, timeout=WAIT, **options)


class PeerSubscriber:
    """Flask-WebSub as a subscriber."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []
        """Topic and body of everything that came, signed as it should be."""
        self.confirmed: list[tuple[str, str]] = []
        """Topic and mode."""
        self.denied: list[tuple[str, str]] = []
        """Topic and reason."""
        self._arrival = threading.Condition()
        self._subscriber = _Signed({}, {})
        self._subscriber.add_listener(self._take)
        self._subscriber.add_success_handler(lambda topic, _, mode: self.confirmed.append((topic, mode)))
        self._subscriber.add_error_handler(lambda topic, _, reason: self.denied.append((topic, reason)))
        app = Flask("peer-subscriber")
        app.register_blueprint(self._subscriber.build_blueprint(url_prefix="/callbacks"))
        self._server = _Server(app)

    def __enter__(self) -> PeerSubscriber:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def _take(self, topic: str, _callback: str, body: bytes) -> None:
        with self._arrival:
            self.received.append((topic, body))
            self._arrival.notify_all()

    def wait_for(self, number: int) -> None:
        with self._arrival:
            assert self._arrival.wait_for(lambda: len(self.received) >= number, WAIT), self.received

    def subscribe(self, hub: str, topic: str, *, secret: str | None = None, **options: Any) -> str:
        """Ask the hub; its name of the subscription. Raises SubscriberError unless the hub answers 202."""
        self._subscriber.loopback_secret = secret
        with self._server.app.test_request_context(base_url=self._server.origin):
            callback: str = self._subscriber.subscribe(hub_url=hub, topic_url=topic, **options)
            return callback

    def unsubscribe(self, callback: str) -> None:
        self._subscriber.storage[callback]["secret"] = None  # over http it would refuse to speak
        with self._server.app.test_request_context(base_url=self._server.origin):
            self._subscriber.unsubscribe(callback)
