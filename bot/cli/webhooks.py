"""`tocsin webhooks …`: add, see, test and mend the endpoints that alerts are posted to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import owed, terminal
from bot.cli.invocation import CONFIG, AsJson, Config, WrongUseError, invocation
from bot.model import PAUSED_BY_OPERATOR

if TYPE_CHECKING:
    from bot.app import App
    from bot.model import PAUSED_BY_OPERATOR, Destination
    from bot.web.operations import Operations

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="The webhook's name, as `tocsin webhooks list` shows it.")]
Topics = Annotated[list[str], typer.Option("--topic", metavar="SLUG", help="A topic it is told of; may be repeated.")]
Format = Annotated[str, typer.Option("--format", metavar="NAME", help="standard, slack, discord, mattermost or teams.")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=10_000, help="How many, the newest first.")]
Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help="Deliveries; without any, all that failed.")]


def register(application: typer.Typer) -> None:
    """Add this module's commands."""
    webhooks = typer.Typer(help="The endpoints that alerts are posted to.", no_args_is_help=True, rich_markup_mode=None)
    webhooks.command("list")(listing)
    webhooks.command("log")(log_of)
    webhooks.command("test")(send_test)
    for command in (add, rotate, replay, pause, resume, remove):
        webhooks.command(command.__name__)(command)
    application.add_typer(webhooks, name="webhooks")


def listing(context: typer.Context, config: Config = CONFIG, as_json: AsJson = False) -> None:
    """All webhooks. Secrets are not shown."""
    with invocation(context).app(config) as app:
        rows: list[dict[str, Any]] = [
            {
                "slug": one.address,
                "title": one.title,
                "url": one.options.get("url"),
                "format": one.options.get("format", "standard"),
                "follows": [topic.slug for topic in app.subscriptions.following(one)],
                "paused_at": one.paused_at,
                "pause_reason": one.pause_reason,
                "declared": one.declared,
            }
            for one in app.subscriptions.all("webhook")
        ]
    if as_json:
        terminal.show_json(rows)
        return
    headings = {
        "slug": "webhook",
        "url": "posts to",
        "format": "format",
        "follows": "follows",
        "paused_at": "paused",
        "pause_reason": "because",
        "declared": "in channels.toml",
    }
    terminal.show_table(headings, rows, "There is no webhook: `tocsin webhooks add URL --topic SLUG` makes one.")


def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to POST.")],
    topics: Topics,
    title: Annotated[str, typer.Option("--title", help="Its name for people.")] = "",
    format_: Format = "standard",
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Post alerts to a URL from now on. Its secret is shown once, here."""
    from bot.web.operations import WebhookDraft, WrongInputError
    from bot.web.pages import words

    with invocation(context).app(config) as app:
        app.prepare()
        try:
            made = _operations(app).add_webhook(WebhookDraft(url, title, format_, tuple(topics)))
        except WrongInputError as error:
            raise WrongUseError(words.translate("en", f"wrong.{error.key}", **error.values)) from error
    secret = next(iter(made.options.get("secret") or ()), None)
    if as_json:
        terminal.show_json({"slug": made.address, "url": url, "secret": secret})
        return
    terminal.say(f"{made.address} is told of {', '.join(topics)}.")
    if secret:
        terminal.say(f"Verify what it gets with this secret, which is not shown again: {secret}")


def send_test(context: typer.Context, slug: Slug, config: Config = CONFIG) -> None:
    """Post a ping now, and say what came of it."""
    from bot.store import deliveries

    app = invocation(context).build(config, ("worker",))
    try:
        webhook = _webhook(app, slug)
        _operations(app).send_test(webhook)
        with terminal.working(f"Posting to {slug}"):
            for engine in app.sending:
                engine.drain()
        with app.database.read() as connection:
            ping = next(one for one in deliveries.listing(connection, destination_id=webhook.id) if one.type == "ping")
    finally:
        app.stop()
    if ping.state != "sent":
        terminal.say(f"{slug} did not take it: {terminal.clean(ping.error) or ping.state}")
        raise typer.Exit(1)
    terminal.say(f"{slug} took it.")


def rotate(context: typer.Context, slug: Slug, config: Config = CONFIG) -> None:
    """Sign with a new secret, and with the old one too until the next rotation."""
    with invocation(context).app(config) as app:
        webhook = _changeable(_webhook(app, slug))
        if webhook.options.get("format", "standard") != "standard":
            raise WrongUseError(f"{slug} is a chat's webhook, which is not signed")
        changed = _operations(app).rotate_secret(webhook)
    terminal.say(f"The new secret, which is not shown again: {changed.options['secret'][0]}")


def log_of(
    context: typer.Context, slug: Slug, limit: Limit = 50, config: Config = CONFIG, as_json: AsJson = False
) -> None:
    """What was posted to it, and what it answered."""
    from bot.store import deliveries

    with invocation(context).app(config) as app:
        webhook = _webhook(app, slug)
        with app.database.read() as connection:
            found = deliveries.listing(connection, destination_id=webhook.id, limit=limit)
    owed.show(found, "Nothing was posted to it yet.", without="to", as_json=as_json)


def replay(context: typer.Context, slug: Slug, ids: Ids = None, config: Config = CONFIG) -> None:
    """Owe failed deliveries once more, under their old ids."""
    from bot.store import deliveries

    with invocation(context).app(config) as app:
        webhook = _webhook(app, slug)
        with app.database.read() as connection:
            failed = {
                one.uid
                for one in deliveries.listing(connection, state="failed", destination_id=webhook.id, limit=10_000)
            }
        unknown = set(ids or ()) - failed
        if unknown:
            raise WrongUseError(
                f"{min(unknown)} is no failed delivery of {slug}; `tocsin webhooks log {slug}` lists them"
            )
        chosen = sorted(ids or failed)
        if chosen:
            _operations(app).retry(chosen)
    terminal.say(f"{len(chosen)} deliveries are owed again; a worker sends them.")


def pause(context: typer.Context, slug: Slug, config: Config = CONFIG) -> None:
    """Send it nothing; what it is owed is kept."""
    with invocation(context).app(config) as app:
        app.subscriptions.pause(_webhook(app, slug), PAUSED_BY_OPERATOR)
    terminal.say(f"{slug} is paused.")


def resume(context: typer.Context, slug: Slug, config: Config = CONFIG) -> None:
    """Send it what it is owed, and go on."""
    with invocation(context).app(config) as app:
        app.subscriptions.resume(_webhook(app, slug))
    terminal.say(f"{slug} gets what it is owed.")


def remove(
    context: typer.Context,
    slug: Slug,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = CONFIG,
) -> None:
    """Forget it and what it follows; on a terminal, after asking."""
    with invocation(context).app(config) as app:
        webhook = _changeable(_webhook(app, slug))
        if not yes and sys.stdin.isatty():
            typer.confirm(f"Remove {slug} and all that it follows?", abort=True)
        app.subscriptions.remove(webhook)
    terminal.say(f"{slug} is removed.")


def _operations(app: App) -> Operations:
    from bot.web.operations import Operations
    from bot.web.services import WebServices

    return Operations(
        WebServices(database=app.database, settings=app.settings, clock=app.clock, subscriptions=app.subscriptions)
    )


def _webhook(app: App, slug: str) -> Destination:
    found = app.subscriptions.find("webhook", slug)
    if found is None:
        raise WrongUseError(f"there is no webhook {slug!r}; `tocsin webhooks list` shows them")
    return found


def _changeable(webhook: Destination) -> Destination:
    if webhook.declared:
        raise WrongUseError(f"{webhook.address} is declared in channels.toml: change it there")
    return webhook
