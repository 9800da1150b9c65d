"""An exported site behind Python's own file server, and a walk along everything it links."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import requests

_ATTRIBUTE = re.compile(r'\b(?:href|src|url|xmlUrl|htmlUrl)="([^"]*)"')
_JSON_ADDRESS = re.compile(r'"(https?://[^"\\]*)"')


class _QuietHandler(SimpleHTTPRequestHandler):
    """Python's own file server, without its log."""

    def log_message(self, *_: object) -> None: ...


@contextmanager
def served_folder(directory: Path, public_url: str) -> Iterator[str]:
    """The folder's address on this machine, below the path that `public_url` has."""
    path = urlsplit(public_url).path.strip("/")
    if path:
        root = directory.with_name(f"{directory.name}-host")
        root.mkdir(exist_ok=True)
        (root / path).symlink_to(directory)
        directory = root
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=str(directory))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/{path}".rstrip("/")
        finally:
            server.shutdown()


def walk(address: str, public_url: str) -> dict[str, int]:
    """How every address of the site that some page or feed of it names is answered, by its path below `address`.

    `address` is where the site stands, `public_url` where it says that it stands. Feeds, archives and the OPML file
    are walked like pages; what leads out of the site's path on its own host is walked too.
    """
    waiting, found = [f"{address}/"], dict[str, int]()
    while waiting:
        place = urldefrag(waiting.pop()).url
        path = place.removeprefix(address)
        if path in found:
            continue
        answer = requests.get(place, timeout=10)
        found[path] = answer.status_code
        if answer.status_code != 200:
            continue
        for link in [unescape(link) for link in _ATTRIBUTE.findall(answer.text)] + _JSON_ADDRESS.findall(answer.text):
            at = urljoin(answer.url, link)
            if at == public_url or at.startswith(f"{public_url}/"):
                at = address + at[len(public_url) :]
            if at.startswith(_origin(address)):
                waiting.append(at)
    return found


def _origin(address: str) -> str:
    return "/".join(address.split("/")[:3]) + "/"
