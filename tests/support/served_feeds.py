"""A shelf in memory, and a real server on a free port of this machine."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn

MODIFIED = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Rendered:
    """What a shelf holds."""

    body: bytes
    content_type: str = "application/atom+xml; charset=utf-8"
    last_modified: datetime = MODIFIED
    version: int = 1

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'

    @property
    def gzip(self) -> bytes:
        return gzip.compress(self.body, mtime=0)


@dataclass
class MemoryShelf:
    """A shelf whose look-ups can be counted, and which can be away."""

    documents: dict[str, Rendered] = field(default_factory=dict)
    number: int = 1
    away: bool = False
    looked_up: list[str] = field(default_factory=list)
    before_version: Callable[[], object] = bool
    after_lookup: Callable[[], object] = bool

    def put(self, path: str, body: bytes) -> None:
        held = self.documents.get(path)
        # Always later: libcurl, and so newsboat, throws away a body whose Last-Modified is the one it knows.
        modified = held.last_modified + timedelta(seconds=1) if held else MODIFIED
        self.number += 1
        self.documents[path] = Rendered(body, last_modified=modified, version=self.number)

    def version(self) -> int:
        self.before_version()
        if self.away:
            raise ConnectionError("the database is away")
        return self.number

    def versions(self) -> dict[str, int]:
        return {path: one.version for path, one in self.documents.items()}

    def lookup(self, path: str) -> Rendered | None:
        self.looked_up.append(path)
        if self.away:
            raise ConnectionError("the database is away")
        found = self.documents.get(path)
        self.after_lookup()
        return found


@contextmanager
def serving(application: Any, listener: socket.socket | None = None, **options: Any) -> Iterator[str]:
    """The address of a running uvicorn with that application; on a free port, or where `listener` listens."""
    listener = listener or socket.create_server(("127.0.0.1", 0))  # listens already: who connects early waits
    settings: dict[str, Any] = {
        "lifespan": "off",
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "http": "h11",
    } | options
    server = uvicorn.Server(uvicorn.Config(application, **settings))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
