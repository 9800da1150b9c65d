"""A server that writes what no web server would: bytes as they come, for as long as somebody reads them.

with HostileServer(lambda: itertools.repeat(b"HTTP/1.1 100 Continue\\r\\n\\r\\n")) as server:
    server.url      # "http://127.0.0.1:40321/"
    server.sent     # bytes written so far
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable


class HostileServer:
    """Answers each request with the pieces that `answer` gives anew, then hangs up."""

    def __init__(self, answer: Callable[[], Iterable[bytes]]) -> None:
        self.sent = 0
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> HostileServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(1 << 16)
                    for piece in self._answer():
                        connection.sendall(piece)
                        self.sent += len(piece)
                except OSError:
                    continue
