"""Commands that do the work: run, web, worker, chat, once, migrate."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import terminal
from bot.cli.invocation import CONFIG, Config, WrongUseError, invocation, open_database

if TYPE_CHECKING:
    import socket

    from bot.app import App

Export = Annotated[
    Path | None, typer.Option("--export", metavar="DIR", help="Write the site into this folder, for a static host.")
]


def register(application: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (run, web, worker, chat, once, migrate):
        application.command(command.__name__)(command)


def run(context: typer.Context, config: Config = CONFIG) -> None:
    """Everything in one process: watch, tell, serve."""
    _serve(invocation(context).build(config, ("web", "worker", "chat")))


def web(context: typer.Context, config: Config = CONFIG) -> None:
    """Serve pages, feeds and the API."""
    _serve(invocation(context).build(config, ("web",)))


def worker(context: typer.Context, config: Config = CONFIG) -> None:
    """Watch sources, make feeds, send webhooks. Any number of these may run."""
    _work(invocation(context).build(config, ("worker",)))


def chat(context: typer.Context, config: Config = CONFIG) -> None:
    """Answer people on Telegram, and send what they follow."""
    app = invocation(context).build(config, ("chat",))
    if not app.settings.telegram_token:
        raise WrongUseError("TELEGRAM_BOT_TOKEN is not set: @BotFather gives the token of a bot")
    _work(app)


def once(context: typer.Context, config: Config = CONFIG, export: Export = None) -> None:
    """One pass: look at every source, send what is due, write static feeds, end. For cron and CI jobs."""
    from bot.one_pass import one_pass

    app = invocation(context).build(config, ("web", "worker", "chat"))
    _log(app)
    open_database(app)
    try:
        if export is not None:
            from bot.export import export_site, resume

            resume(app, export)
        with terminal.working("Looking at all sources"):
            done = one_pass(app)
        if export is not None:
            with terminal.progress("Writing") as advance:
                files = export_site(app, export, advance)
    finally:
        app.stop()
    terminal.say(
        f"{done.looked} sources looked at, {done.failing} failing; {done.articles} new articles; "
        f"{done.sent} alerts sent, {done.waiting} still owed"
    )
    if export is not None:
        terminal.say(f"{files} files written to {export}")
    if done.looked and done.failing == done.looked:
        raise typer.Exit(1)


def migrate(context: typer.Context, config: Config = CONFIG) -> None:
    """Bring the database up to date."""
    from bot import migrations
    from feeds.database import Database

    database = Database(invocation(context).settings(config).database_url)
    try:
        changed = migrations.migrate(database)
    finally:
        database.close()
    terminal.say(f"The database {'is now' if changed else 'was already'} at revision {migrations.NEWEST}.")


def _serve(app: App) -> None:
    from bot.server import listen, serve

    _log(app)
    server = app.settings.server
    # Before anything is started: a port in use is one sentence, not half a program.
    listening = listen(server.host, server.port)

    def ready() -> None:
        terminal.say(f"Tocsin is at {app.settings.site.public_url} (Ctrl-C ends it)")
        _warm_up(listening)

    _until_stopped(app, lambda: serve(app.web, app.feed_server, listening, ready))


def _warm_up(listening: socket.socket) -> None:
    """Try a query as a page does, so that the first person to type one need not wait for what is loaded but once."""
    import requests

    host, port = listening.getsockname()[:2]
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - where it listens, not where it will
    address = f"http://{f'[{here}]' if ':' in here else here}:{port}/search/preview"
    with suppress(requests.RequestException), requests.Session() as session:
        session.trust_env = False  # no proxy
        session.get(address, params={"q": "the OR của OR le"}, timeout=10)


def _work(app: App) -> None:
    _log(app)
    _until_stopped(app, threading.Event().wait)


def _log(app: App) -> None:
    from bot.log import configure

    settings = app.settings
    configure(secrets=(settings.telegram_token, settings.admin_token, settings.secret_key))


def _until_stopped(app: App, work: Callable[[], object]) -> None:
    """Start the parts, work until SIGINT or SIGTERM, and bring all to rest."""
    open_database(app)
    with _signals_end_it():
        try:
            app.start()
            work()
        except KeyboardInterrupt:
            pass
        finally:
            app.stop()


@contextmanager
def _signals_end_it(signals: Collection[signal.Signals] = (signal.SIGINT, signal.SIGTERM)) -> Iterator[None]:
    """Both raise KeyboardInterrupt, so that leases are given back also where a supervisor ends the process."""
    before = {one: signal.signal(one, signal.default_int_handler) for one in signals}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
