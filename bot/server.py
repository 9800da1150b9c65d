"""The web server: uvicorn in the main thread of `tocsin run` and `tocsin web`.

It listens before anything else starts, so that a port in use is one clear sentence and not a half-started program.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import uvicorn

from bot.errors import TocsinError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from bot.web.feeds import FeedServer


class PortInUseError(TocsinError):
    """Somebody else listens there already."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises PortInUseError; port 0 takes any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(512)
    except OSError as error:
        listening.close()
        raise PortInUseError(f"cannot listen on {host}:{port}: {error.strerror}; set PORT to another one") from error
    return listening


def _server(application: ASGIApp, feeds: FeedServer) -> uvicorn.Server:
    from bot.web.feed_protocol import feed_protocol

    config = uvicorn.Config(
        application,
        # Feeds that are in memory are answered where the bytes arrive; everything else is uvicorn's.
        http=feed_protocol(feeds),
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=True,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)


def serve(
    application: ASGIApp, feeds: FeedServer, listening: socket.socket, on_ready: Callable[[], None] | None = None
) -> None:
    """Serve until the process is told to stop (SIGINT, SIGTERM). `on_ready` is called once requests are answered."""
    server = _server(application, feeds)
    if on_ready is not None:
        threading.Thread(target=_when_started, args=(server, on_ready), daemon=True).start()
    server.run(sockets=[listening])


def _when_started(server: uvicorn.Server, on_ready: Callable[[], None]) -> None:
    waiting = threading.Event()
    while not server.started:
        if server.should_exit or waiting.wait(0.01):
            return
    on_ready()
