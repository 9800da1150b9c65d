"""`tocsin topics`, `topics test`, `topics suggest`: the stored queries, what one would bring, what votes say of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import terminal
from bot.cli.invocation import CONFIG, AsJson, Config, Invocation, WrongUseError, invocation

if TYPE_CHECKING:
    from bot.app import App
    from bot.tuning import Tuning
    from feeds.model import Article, Match
    from feeds.store.query_preview import QueryPreview
    from feeds.topics import Query

Text = Annotated[Path | None, typer.Option("--text", metavar="FILE", help="Ask it of a text; `-` is standard input.")]
Url = Annotated[str | None, typer.Option("--url", metavar="URL", help="Ask it of the article at this address.")]
Last = Annotated[
    int | None, typer.Option("--last", metavar="N", min=1, max=100_000, help="Ask it of the newest N stored articles.")
]
Language = Annotated[str | None, typer.Option("--language", metavar="TAG", help="The language of the query's words.")]
Take = Annotated[
    int | None,
    typer.Option("--take", metavar="N", min=1, help="Make the N-th suggestion the query of a topic made here."),
]
Everybody = Annotated[bool, typer.Option("--all", help="Also the queries of followers.")]

SHOWN = 10

PATIENCE = 2.0
"""Seconds for which stored articles are verified: nobody is typing on."""


def register(application: typer.Typer) -> None:
    """Add this module's commands."""
    topics = typer.Typer(
        help="The stored queries; `test` tries one out.", invoke_without_command=True, rich_markup_mode=None
    )
    topics.callback()(listing)
    topics.command("test")(try_query)
    topics.command("suggest")(suggest_changes)
    application.add_typer(topics, name="topics")


def listing(
    context: typer.Context, config: Config = CONFIG, everybody: Everybody = False, as_json: AsJson = False
) -> None:
    """The stored queries; `test` tries one out."""
    if context.invoked_subcommand is not None:
        return
    from feeds.store import topics as store

    with invocation(context).app(config) as app, app.database.read() as connection:
        found = store.active_topics(connection, everybody=everybody)
        counts = store.match_counts(connection)
    rows: list[dict[str, Any]] = [
        {
            "slug": topic.slug,
            "title": topic.title,
            "description": topic.description,
            "query": topic.query,
            "language": topic.language,
            "owner": topic.owner,
            "urgent": topic.urgent,
            "expect": topic.expect,
            "reject": topic.reject,
            "articles": counts.get(topic.slug, 0),
        }
        for topic in found
    ]
    if as_json:
        terminal.show_json(rows)
        return
    headings = {"slug": "topic", "title": "title", "articles": "articles", "urgent": "urgent", "query": "query"}
    terminal.show_table(headings, rows, "There is no topic yet: `tocsin run` takes in config/topics.toml.")


def try_query(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="QUERY")],
    config: Config = CONFIG,
    file: Text = None,
    url: Url = None,
    last: Last = None,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """What a query matches, with the words that did it: in a text, an article, or what is stored."""
    if sum(one is not None for one in (file, url, last)) > 1:
        raise WrongUseError("only one of --text, --url and --last can be given")
    call = invocation(context)
    query = _parse(call, config, text, language, stored=file is None and url is None)
    if file is not None:
        _show_one(query, _read_text(file, language), as_json)
    elif url is not None:
        _show_one(query, _fetch(call, config, url), as_json)
    elif last is not None:
        _show_many(query, *_newest(call, config, query, last), as_json)
        if not as_json:
            _show_summary(_previewed(call, config, query))
    else:
        _show_preview(call, config, query, as_json)


def suggest_changes(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(metavar="SLUG")],
    config: Config = CONFIG,
    take: Take = None,
    as_json: AsJson = False,
) -> None:
    """What people's 👍 and 👎 suggest: changed queries, each measured before and after."""
    from bot.tuning import tuning
    from feeds.store import topics as store

    with invocation(context).app(config) as app:
        with app.database.read() as connection:
            topic = store.topic_by_slug(connection, slug)
            if topic is None:
                raise WrongUseError(f"there is no topic «{slug}»; `tocsin topics --all` lists them")
            found = tuning(connection, topic)
        if take is not None:
            _take(app, found, take, as_json)
            return
    if as_json:
        terminal.show_json(_tuning_value(found))
        return
    terminal.say(f"{found.ups} 👍 and {found.downs} 👎 on {terminal.clean(topic.title)}.")
    if found.wanting:
        terminal.say(f"With {found.wanting} more, changes can be suggested.")
    elif not found.suggestions:
        terminal.say("They suggest no better query yet.")
    for number, one in enumerate(found.suggestions, 1):
        measured = f"{one.before.precision:.0%} → {one.after.precision:.0%} wanted, {one.after.recall:.0%} of it kept"
        terminal.say(f"\n{number}. {measured}: add {terminal.clean(one.added)}")
        # As config/topics.toml has it: a JSON string is a TOML string.
        terminal.say(f"query = {json.dumps(one.query.text, ensure_ascii=False)}")


def _take(app: App, found: Tuning, number: int, as_json: bool) -> None:
    """Make a suggestion the topic's query."""
    from bot.settings.samples import said_of
    from feeds.model import DESK
    from feeds.store import topics as store
    from feeds.topics.samples import try_samples

    if number > len(found.suggestions):
        raise WrongUseError(f"there are {len(found.suggestions)} suggestions")
    if found.topic.owner is None:
        raise WrongUseError(
            f"«{found.topic.slug}» stands in config/topics.toml: put the suggested line in its place there"
        )
    if found.topic.owner != DESK:
        raise WrongUseError("this is a follower's own query, and theirs to change")
    query = found.suggestions[number - 1].query
    with app.database.write() as connection:
        saved = store.save_topic(connection, replace(found.topic, query=query.text), app.clock())
    for verdict in try_samples(query, saved):
        if not verdict.right:
            print(f"note: {said_of(saved, verdict)}", file=sys.stderr)
    if as_json:
        terminal.show_json({"slug": saved.slug, "query": saved.query})
    else:
        terminal.say(f"Saved, and live for the next article: {terminal.clean(saved.query)}")


def _tuning_value(found: Tuning) -> dict[str, Any]:
    return {
        "slug": found.topic.slug,
        "up": found.ups,
        "down": found.downs,
        "suggestions": [
            {
                "kind": one.kind,
                "added": one.added,
                "query": one.query.text,
                "before": {name: round(value, 3) for name, value in asdict(one.before).items()},
                "after": {name: round(value, 3) for name, value in asdict(one.after).items()},
            }
            for one in found.suggestions
        ],
    }


def _parse(call: Invocation, config: Path, text: str, language: str | None, *, stored: bool) -> Query:
    """The query, which may name the configured topics, and those `stored`. Raises `QueryError`."""
    from feeds.store.topics import active_topics
    from feeds.topics import parse, parse_all

    offered = {topic.slug: topic for topic in call.settings(config).topics}
    if stored and "@" in text:
        with call.app(config) as app, app.database.read() as connection:
            offered = {topic.slug: topic for topic in active_topics(connection)} | offered
    named = parse_all({slug: (topic.query, topic.language) for slug, topic in offered.items()})
    return parse(text, language, topics=named)


def _read_text(file: Path, language: str | None) -> Article:
    """A text file as an article: its first line is the title where a blank line follows."""
    from feeds.model import Article

    body = (sys.stdin.buffer.read() if file == Path("-") else file.read_bytes()).decode("utf-8", "replace")
    title, separator, rest = body.partition("\n\n")
    if separator and "\n" not in title.strip():
        return Article(url="", title=title.strip(), text=rest.strip(), language=language)
    return Article(url="", text=body.strip(), language=language)


def _fetch(call: Invocation, config: Path, url: str) -> Article:
    from feeds.extract import read_article
    from feeds.markup import charset_of

    app = call.build(config, ())
    try:
        with terminal.working(f"Reading {url}"):
            response = app.fetcher.get(url)
            return read_article(response.body, response.url, charset=charset_of(response.content_type))
    finally:
        app.fetcher.close()


def _newest(call: Invocation, config: Path, query: Query, last: int) -> tuple[list[tuple[Article, Match]], int]:
    """Those of the newest `last` articles that the query selects, and how many were asked."""
    from feeds.store import candidates
    from feeds.topics import evaluate

    found: list[tuple[Article, Match]] = []
    asked = 0
    before: int | None = None
    with call.app(config) as app, terminal.progress("Asking") as advance, app.database.read() as connection:
        while asked < last:
            ids = candidates.newest(connection, before=before, limit=min(200, last - asked))
            if not ids:
                break
            for article in candidates.readable(connection, ids):
                match = evaluate(query, article)
                if match is not None:
                    found.append((article, match))
            asked += len(ids)
            before = ids[-1]
            advance(asked, last)
    return found, asked


def _as_value(article: Article, match: Match | None) -> dict[str, Any]:
    from feeds.topics import matched_words

    value: dict[str, Any] = {"url": article.url or None, "title": article.title, "published": article.published}
    if match is not None:
        spans = [span._asdict() for span in match.spans]
        value |= {"matched": matched_words(article, match.spans), "score": match.score, "spans": spans}
    return value


def _show_one(query: Query, article: Article, as_json: bool) -> None:
    from feeds.topics import evaluate, why_not

    match = evaluate(query, article)
    if as_json:
        clauses = [asdict(clause) for clause in why_not(query, article).clauses]
        answer = {"query": query.text, "matches": match is not None, "article": _as_value(article, match)}
        terminal.show_json(answer | {"clauses": clauses, "warnings": query.warnings})
        return
    _show_warnings(query)
    if match is None:
        terminal.say("It does not match.")
        for clause in why_not(query, article).clauses:
            terminal.say(
                f"  {'✓' if clause.holds else '✗'} {terminal.clean(clause.text)}: {terminal.clean(clause.detail)}"
            )
    else:
        terminal.say("It matches.")
        _show_match(article, match)


def _show_many(query: Query, found: Sequence[tuple[Article, Match]], asked: int, as_json: bool) -> None:
    if as_json:
        values = [_as_value(article, match) for article, match in found]
        terminal.show_json({"query": query.text, "asked": asked, "articles": values, "warnings": query.warnings})
        return
    _show_warnings(query)
    for article, match in found:
        _show_match(article, match)
    terminal.say(f"{len(found)} of {asked} articles match.")


def _show_preview(call: Invocation, config: Path, query: Query, as_json: bool) -> None:
    found = _previewed(call, config, query)
    if as_json:
        answer = {
            "query": query.text,
            "total": found.total,
            "hits": found.hits if found.exact else found.estimate,
            "exact": found.exact,
            "per_day": round(found.per_day, 2),
            "articles": [_as_value(hit.article, hit.match) for hit in found.samples],
            "dead": found.dead,
            "noisy": [{"clause": clause, "share": round(share, 2)} for clause, share in found.noisy],
            "warnings": found.warnings,
        }
        terminal.show_json(answer)
        return
    _show_warnings(query)
    for hit in found.samples:
        _show_match(hit.article, hit.match)
    _show_summary(found)


def _previewed(call: Invocation, config: Path, query: Query) -> QueryPreview:
    """What it brings of everything stored."""
    from feeds.store.query_preview import preview_query

    with call.app(config) as app, app.database.read() as connection:
        return preview_query(connection, query, app.clock(), samples=SHOWN, seconds=PATIENCE)


def _show_summary(found: QueryPreview) -> None:
    number = f"{found.hits}" if found.exact else f"at least {found.hits}, about {found.estimate}"
    terminal.say(f"{number} of {found.total} stored articles match; expect {found.per_day:.1f} alerts a day.")
    for clause in found.dead:
        terminal.say(f"In no stored article: {terminal.clean(clause)}")
    for clause, share in found.noisy:
        terminal.say(f"Brings {share:.0%} of it alone: {terminal.clean(clause)}")


def _show_warnings(query: Query) -> None:
    for warning in query.warnings:
        print(f"note: {warning}", file=sys.stderr)


def _show_match(article: Article, match: Match) -> None:
    from feeds.topics import best_sentence, marked

    day = f"{article.published:%Y-%m-%d}  " if article.published else ""
    if article.title:
        terminal.show_marked([(day, False), *marked(article, match.spans, "title")], indent="")
    if article.url:
        terminal.say(f"  {terminal.clean(article.url)}")
    terminal.show_marked(best_sentence(article, match.spans))
