"""`tocsin preview`: how an address would be watched."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bot.cli import terminal
from bot.cli.invocation import CONFIG, AsJson, Config, WrongUseError, invocation

Address = Annotated[str, typer.Argument(metavar="URL", help="The address of a page or feed.")]
Zone = Annotated[str, typer.Option("--time-zone", metavar="ZONE", help="Where its dates are days.")]
Selector = Annotated[str | None, typer.Option("--selector", metavar="CSS", help="The links of its list, CSS or XPath.")]

SHOWN_ITEMS = 10
SHOWN_TEXT = 600


def register(application: typer.Typer) -> None:
    """Add this module's command."""
    application.command("preview")(preview)


def preview(
    context: typer.Context,
    url: Address,
    config: Config = CONFIG,
    time_zone: Zone = "UTC",
    selector: Selector = None,
    as_json: AsJson = False,
) -> None:
    """Show how an address would be watched: kind, list or feed, one article, topics that match."""
    from zoneinfo import available_timezones

    from bot.preview import preview_source
    from feeds.topics import parse_all

    if time_zone not in available_timezones():
        raise WrongUseError(f"{time_zone!r} is not the name of a time zone, such as Asia/Ho_Chi_Minh")
    app = invocation(context).build(config, ())
    queries = parse_all({topic.slug: (topic.query, topic.language) for topic in app.settings.topics})
    try:
        with terminal.working(f"Looking at {url}"):
            found = preview_source(
                url, app.fetcher.get, queries, time_zone=time_zone, selector=selector, now=app.clock()
            )
    finally:
        app.fetcher.close()
    if as_json:
        terminal.show_json(found)
    else:
        _show(found)


def _show(found: dict[str, Any]) -> None:
    terminal.say(f"kind        {found['kind']} ({found['confidence']:.0%} sure)")
    terminal.say(f"watched at  {terminal.clean(found['feed_url'])}")
    for note in found["notes"]:
        terminal.say(f"            {terminal.clean(note)}")
    terminal.say(f"\n{len(found['items'])} items")
    for item in found["items"][:SHOWN_ITEMS]:
        day = (item["published"] or "")[:10] or "no date   "
        terminal.say(f"  {day}  {terminal.clean(item['title'])}\n              {terminal.clean(item['url'])}")
    article = found["article"]
    if article is None:
        return
    terminal.say("\nthe first article")
    for name in ("title", "author", "published", "language", "image"):
        terminal.say(f"  {name:<10}{terminal.clean(article[name]) or '–'}")
    text = terminal.clean(article["text"][: 2 * SHOWN_TEXT])
    terminal.say(f"  {text[:SHOWN_TEXT]}{'…' if len(text) > SHOWN_TEXT else ''} ({len(article['text'])} characters)")
    terminal.say("\ntopics that match it")
    for topic in found["topics"]:
        terminal.say(f"  {topic['slug']}: {', '.join(terminal.clean(word) for word in topic['matched'])}")
    if not found["topics"]:
        terminal.say("  none")
