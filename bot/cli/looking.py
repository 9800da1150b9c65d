"""Commands that look at what is stored: sources, subscribers, deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import owed, terminal
from bot.cli.invocation import CONFIG, AsJson, Config, WrongUseError, invocation

if TYPE_CHECKING:
    from bot.model import Destination
    from bot.subscriptions import Subscriptions

Failed = Annotated[bool, typer.Option("--failed", help="Only those that were given up.")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=10_000, help="How many, the newest first.")]
Inactive = Annotated[bool, typer.Option("--all", help="Also those that are watched no more.")]

ArticleUrl = Annotated[str, typer.Argument(metavar="ARTICLE_URL")]
To = Annotated[str | None, typer.Option("--to", metavar="DESTINATION", help="KIND:ADDRESS, an address or a title.")]


def register(application: typer.Typer) -> None:
    """Add this module's commands."""
    application.command("sources")(sources)
    application.command("subscribers")(subscribers)
    application.command("deliveries")(deliveries)
    application.command("why")(why)


def sources(
    context: typer.Context, config: Config = CONFIG, everything: Inactive = False, as_json: AsJson = False
) -> None:
    """What is watched, and how it is."""
    from feeds.alarms import is_unreachable
    from feeds.store import alarms
    from feeds.store import sources as store

    with invocation(context).app(config) as app, app.database.read() as connection:
        states = store.states(connection, only_active=not everything)
        wrong: dict[int | None, list[dict[str, Any]]] = {}
        for one in alarms.open_alarms(connection):
            if one.source_id is None and one.code != "network":
                continue
            wrong.setdefault(one.source_id, []).append(
                {
                    "code": one.code,
                    "since": one.since,
                    "expected": one.expected,
                    "seen": one.seen,
                    "advice": one.advice,
                }
            )
    rows: list[dict[str, Any]] = [
        {
            "slug": state.source.slug,
            "title": state.source.title,
            "url": state.source.url,
            "kind": state.learned.get("kind", state.source.kind),
            "health": state.health,
            "error": state.error,
            # Our own network's is that of all whom it keeps from answering.
            "alarms": wrong.get(state.source.id, []) + (wrong.get(None, []) if is_unreachable(state) else []),
            "articles": state.article_count,
            "last_success": state.succeeded_at,
            "last_new": state.new_at,
            "next_look": state.next_look,
        }
        for state in states
    ]
    if as_json:
        terminal.show_json(rows)
        return
    headings = {
        "slug": "source",
        "kind": "kind",
        "health": "health",
        "articles": "articles",
        "last_success": "last success",
        "last_new": "last new",
        "next_look": "next look",
        "alarm": "alarm",
        "error": "error",
    }
    for row in rows:
        row["alarm"] = ", ".join(alarm["code"] for alarm in row["alarms"])
    terminal.show_table(headings, rows, "Nothing is watched yet: `tocsin run` takes in config/sources.toml.")


def subscribers(context: typer.Context, config: Config = CONFIG, as_json: AsJson = False) -> None:
    """Where alerts go, and what each follows."""
    with invocation(context).app(config) as app:
        found = app.subscriptions.all()
        rows: list[dict[str, Any]] = [
            {
                "id": one.id,
                "kind": one.kind,
                "address": one.address,
                "title": one.title,
                "follows": [topic.slug for topic in app.subscriptions.following(one)],
                "language": one.language,
                "digest": one.digest,
                "quiet": one.quiet,
                "muted_until": one.muted_until,
                "paused_at": one.paused_at,
                "pause_reason": one.pause_reason,
                "declared": one.declared,
            }
            for one in found
        ]
    if as_json:
        terminal.show_json(rows)
        return
    headings = {
        "kind": "kind",
        "address": "address",
        "title": "title",
        "follows": "follows",
        "digest": "digest",
        "quiet": "quiet",
        "paused_at": "paused",
        "pause_reason": "because",
    }
    terminal.show_table(headings, rows, "Nobody has subscribed yet.")


def deliveries(
    context: typer.Context,
    config: Config = CONFIG,
    failed: Failed = False,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """What was sent, what is owed, and what was given up."""
    from bot.store import deliveries as store

    with invocation(context).app(config) as app, app.database.read() as connection:
        found = store.listing(connection, state="failed" if failed else None, limit=limit)
    owed.show(
        found,
        "No delivery failed." if failed else "Nothing was owed to anybody yet.",
        without="type",
        as_json=as_json,
    )


def why(
    context: typer.Context, url: ArticleUrl, to: To = None, config: Config = CONFIG, as_json: AsJson = False
) -> None:
    """Why an article did or did not alert."""
    from bot.why import why as explain

    with invocation(context).app(config) as app:
        destination = None if to is None else _destination(app.subscriptions, to)
        with app.database.read() as connection:
            found = explain(connection, url, app.clock(), destination)
    if as_json:
        terminal.show_json(found.as_json())
        return
    for step in found.steps:
        terminal.say(terminal.clean(step))


def _destination(subscriptions: Subscriptions, wanted: str) -> Destination:
    """The destination of that name. Raises `WrongUseError` where there is none, or more than one."""
    everybody = subscriptions.all()
    for names in (
        lambda one: {f"{one.kind}:{one.address}"},
        lambda one: {one.address},
        lambda one: {one.title, str(one.id)},
    ):
        found = [one for one in everybody if wanted in names(one)]
        if len(found) == 1:
            return found[0]
        if found:
            known = ", ".join(f"{one.kind}:{one.address}" for one in found)
            raise WrongUseError(f"{wanted!r} is the name of several destinations: {known}")
    raise WrongUseError(f"there is no destination {wanted!r}; `tocsin subscribers` lists them")
