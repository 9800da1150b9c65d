"""The whole program as a process of its own: `python -m bot …`, started, spoken to over HTTP, and ended by a signal."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).parent.parent.parent


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def soon(found: Callable[[], Any]) -> Any:
    """What is found, once it is: feeds are rendered right after the alert went out, or a topic was changed."""
    for _ in range(100):
        something = found()
        if something:
            return something
        threading.Event().wait(0.1)
    raise AssertionError("it did not come")


class Program:
    """`with Program(config, DATABASE_URL=…) as program: program.get("/feeds/all.rss")`."""

    def __init__(self, config: Path, *words: str, **environment: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", *(words or ("run",)), "--config", str(config)],
            cwd=ROOT,
            env={**os.environ, "PORT": str(self.port), "TOCSIN_ALLOW_PRIVATE_NETWORKS": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, words: str, seconds: float = 30) -> str:
        """The first line of its output that holds the words."""

        def found() -> str | None:
            return next((line for line in self.lines if words in line), None)

        with self._changed:
            self._changed.wait_for(lambda: found() or self._process.poll() is not None, seconds)
            line = found()
        if line is None:
            self.end(signal.SIGKILL)
            raise AssertionError("\n".join([f"{words!r} was not said:", *self.lines[-40:]]))
        return line

    def get(self, path: str, **options: object) -> requests.Response:
        """GET one of its pages."""
        return requests.get(f"{self.address}{path}", timeout=10, **options)  # type: ignore[arg-type]

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code, after the signal."""
        if self._process.poll() is None:
            self._process.send_signal(how)
        return self.exit_code()

    def exit_code(self, seconds: float = 30) -> int:
        """Its exit code, once it has ended by itself."""
        code = self._process.wait(seconds)
        self._reader.join(seconds)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code

    def __enter__(self) -> Program:
        self.wait_for("Tocsin is at")
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
