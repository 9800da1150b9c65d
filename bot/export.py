"""The whole site as files that any static host can serve: pages, feeds with their archives, OPML, and its own state.

    pages: from "/" along their own links ─┐
    feeds: every feed, every archive page ─┼→ written under another name, renamed when whole; unchanged files untouched
    the tour, where it is watched         ─┤     what an earlier export wrote and this one did not is removed last
    state: what is public of the database ─┘

Articles are written before the lists that link them. Nothing here knows a server: pages come from `bot.web.pages`,
which the server uses too, with everything switched off that needs one.
"""

from __future__ import annotations

import re
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sqlalchemy.engine import Connection

from bot import backup
from bot.errors import TocsinError
from bot.tour import ROOT
from bot.web.pages import articles, home, sources, topics, ways_in
from bot.web.pages.frame import STATIC_DIRECTORY, Features, Page, Site, static_files
from bot.web.wiring import TelegramName
from feeds.publish import ahead, contents
from feeds.render import FORMATS, opml, paginate
from feeds.store import shelf, stories

if TYPE_CHECKING:
    from bot.app import App

STATE = Path("state") / "tocsin.backup"
MANIFEST = Path("state") / "files.txt"
"""Within an export: the state to go on from, and the list of its files."""

MAXIMUM_PAGES = 50_000


class OutsideError(TocsinError):
    """Something stored has a name that leads out of the folder."""


Advance = Callable[[int, int | None], None]

_LINK = re.compile(r'href="([^"#?]*)')
_ARCHIVE = re.compile(r"\?before=([0-9a-f]+)$")
_STARTS = ("/", "/sources", "/topics", "/follow")


def resume(app: App, directory: Path) -> bool:
    """Go on from the state that an earlier export left in the folder, if the database is empty."""
    file = directory / STATE
    with app.database.read() as connection:
        if not file.is_file() or not backup.is_empty(connection):
            return False
    backup.read(app.database, file)
    return True


def export_site(app: App, directory: Path, advance: Advance = lambda done, total: None) -> int:
    """Write the site into the folder and return the number of its files. What is not of an export is left alone.

    The addresses are those of `site.public_url`, which may have a path. Raises OSError.
    """
    writer = _Writer(directory, advance)
    with app.database.read() as connection:
        for path, html in _pages(connection, _page(app)):
            writer.write(_page_file(path), html.encode())
        for path, body in _feeds(connection, app):
            writer.write(path.removeprefix("/"), body)
        for path, body in _tour(app):
            writer.write(path.removeprefix("/"), body)
        page = _page(app)
        writer.write("opml", opml(page.site.title, ways_in.read_outlines(connection, page)))
    for name, public in static_files().items():
        writer.write(f"static/{public}", (STATIC_DIRECTORY / name).read_bytes())
    # Without it, GitHub Pages would leave out what it takes for its own.
    writer.write(".nojekyll", b"")
    (directory / STATE).parent.mkdir(parents=True, exist_ok=True)
    backup.write(app.database, directory / STATE, app.clock(), public=True)
    writer.keep(STATE)
    return writer.finish()


def _page(app: App, path: str = "/") -> Page:
    """The frame of a page that nobody serves: no search, no forms, no second language, nothing live."""
    told = app.settings.site
    features = Features(telegram=TelegramName(app)())
    site = Site(told.title, told.description, told.public_url.rstrip("/"), features, told.language)
    return Page(site=site, language=told.language, now=app.clock(), path=path, still=True, languages={})


def _pages(connection: Connection, frame: Page) -> Iterator[tuple[str, str]]:
    """Every page that can be reached by links, by its path; those that are linked come before those that link them."""
    made: dict[str, str] = {}
    waiting = deque(_STARTS)
    known = set(waiting)
    while waiting and len(made) < MAXIMUM_PAGES:
        path = waiting.popleft()
        html = _render(connection, replace(frame, path=path))
        if html is None:
            continue
        made[path] = html
        for link in _links(html, frame.site.root):
            if link not in known:
                known.add(link)
                waiting.append(link)
    yield from reversed(made.items())


def _links(html: str, root: str) -> Iterator[str]:
    """The paths of this site that a page links, without query."""
    for match in _LINK.finditer(html):
        link = unescape(match[1])
        if link.startswith(f"{root}/") and not link.startswith("//"):
            yield unquote(link[len(root) :])


def _render(connection: Connection, page: Page) -> str | None:
    """The page at `page.path`; None where there is none that could be a file."""
    family, _, name = page.path.strip("/").partition("/")
    match family, name:
        case "", "":
            return home.render_home(page, home.read_home(connection, page))
        case "sources", "":
            return sources.render_sources(page, sources.read_sources(connection, page))
        case "topics", "":
            return topics.render_topics(page, topics.read_topic_rows(connection, page))
        case "follow", "":
            return ways_in.render_follow(page, ways_in.read_follow(connection, page, None))
        case "sources", slug:
            source = sources.read_source(connection, page, slug)
            # What is older is in the feed's archive: a static host cannot answer "?before=".
            return None if source is None else sources.render_source(page, replace(source, older=None))
        case "topics", slug:
            topic = topics.read_topic(connection, page, slug)
            return None if topic is None else topics.render_topic(page, replace(topic, older=None))
        case "articles", uid:
            article = articles.read_article(connection, page, uid)
            return None if article is None else articles.render_article(page, article)
        case "stories", number if number.isdecimal() and len(number) < 10:
            story = articles.read_story(connection, int(number))
            return None if story is None else articles.render_story(page, story)
    return None


def _page_file(path: str) -> str:
    return f"{path.strip('/')}/index.html".removeprefix("/")


def _feeds(connection: Connection, app: App) -> Iterator[tuple[str, bytes]]:
    """Every feed in every format with its archive pages, the oldest first; by public path."""
    site = replace(app.site, hub=None)
    told = [f"stories/{uid}" for uid in stories.told_by_several(connection)]
    for feed in (*sorted(shelf.feeds(connection)), *told):
        for before in (*_archive(connection, feed), None):
            found = contents.contents(connection, site, feed, before=before)
            if found is None:
                continue
            named = replace(
                found,
                spec=replace(
                    found.spec,
                    path=_static_path(found.spec.path),
                    previous_archive=found.spec.previous_archive and _static_path(found.spec.previous_archive),
                    next_archive=found.spec.next_archive and _static_path(found.spec.next_archive),
                ),
            )
            for extension in FORMATS:
                yield f"{named.spec.path}.{extension}", ahead.render(named, extension).body


def _archive(connection: Connection, feed: str) -> list[str]:
    """The names of a feed's archive pages, the oldest first; stories have none."""
    family, _, slug = feed.partition("/")
    if family == "stories":
        return []
    ids = shelf.uids(
        connection, source=slug if family == "sources" else None, topic=slug if family == "topics" else None
    )
    return [page.before for page in paginate(list(ids)).pages]


def _tour(app: App) -> Iterator[tuple[str, bytes]]:
    """The bundled portal as it stands: articles read there link to it."""
    if app.tour is None:
        return
    started = app.tour_started()
    # Its pages differ at every moment. Those of the moment of its last change differ when it changes.
    moment = app.tour.last_change(app.clock(), started)
    for name in app.tour.names(moment, started):
        found = app.tour.read(name, moment, started)
        if found is not None:
            yield f"{ROOT}{name or 'index.html'}", found[1]


def _static_path(path: str) -> str:
    """An archive page's path where no server reads a query: "/feeds/all?before=UID" is "/feeds/all/before/UID"."""
    return _ARCHIVE.sub(r"/before/\1", path)


@dataclass(slots=True)
class _Writer:
    """Writes files that appear whole, leaves unchanged ones as they are, and removes what was not written."""

    directory: Path
    advance: Advance
    _written: set[Path] = field(default_factory=set)

    def write(self, name: str, body: bytes) -> None:
        """One file, by its path below the folder."""
        if ".." in Path(name).parts or Path(name).is_absolute():
            # Slugs may come from a state that was fetched from the web.
            raise OutsideError(f"the export was stopped: a file would have been written outside of it, at {name!r}")
        file = self.directory / name
        self.keep(Path(name))
        self.advance(len(self._written), None)
        if file.is_file() and file.stat().st_size == len(body) and file.read_bytes() == body:
            return
        if file.is_dir():
            shutil.rmtree(file)
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f".{file.name}.unfinished")
        unfinished.write_bytes(body)
        unfinished.replace(file)

    def keep(self, name: Path) -> None:
        """The file is part of the site."""
        self._written.add(name)

    def finish(self) -> int:
        """Remove what an earlier export wrote and this one did not; the number of files."""
        manifest = self.directory / MANIFEST
        before = manifest.read_text(encoding="utf-8").splitlines() if manifest.is_file() else []
        number = len(self._written)
        self.write(str(MANIFEST), "".join(f"{name.as_posix()}\n" for name in sorted(self._written)).encode())
        for name in before:
            file = self.directory / name
            # Only what lies below the folder: the list may have been tampered with on the host it came back from.
            if Path(name) in self._written or ".." in file.parts or Path(name).is_absolute() or not file.is_file():
                continue
            file.unlink()
            for folder in file.parents:
                if folder == self.directory or any(folder.iterdir()):
                    break
                folder.rmdir()
        return number
