"""A source: how it is, its rhythm, its articles, its feeds; and the list of all sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup
from sqlalchemy.engine import Connection

from bot.web import reading
from bot.web.pages import charts, words
from bot.web.pages.cards import Card, read_cards
from bot.web.pages.frame import Feed, Page, render
from bot.web.pages.home import DAYS, ends_of, feeds_of_all, rhythm
from bot.web.source_operations import SOURCE_KINDS, SourceDraft
from feeds.alarms import Alarm, of_source
from feeds.store import articles, leases
from feeds.store import sources as source_store
from feeds.store.leases import Lease
from feeds.store.sources import SourceState

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One source. `older` is the article id to go on from, None on the last page."""

    state: SourceState
    article_count: int
    cards: tuple[Card, ...]
    older: int | None
    chart: Markup
    hours: Markup | None
    alarms: tuple[Alarm, ...]
    """What is wrong with it and what could be done (English); for operators."""
    lease: Lease | None = None
    """By which its hub tells us of news; for operators."""
    draft: SourceDraft | None = None
    """How it can be corrected; for operators, and where it stands in no file."""
    wrong_field: str = ""
    wrong: str = ""


def read_source(connection: Connection, page: Page, slug: str, before: int | None = None) -> SourcePage | None:
    """The source of that slug with its newest articles, or those before an article id; None if there is no such."""
    state = source_store.state_by_slug(connection, slug)
    if state is None or state.source.id is None:
        return None
    found = articles.newest(connection, source=slug, before=before, limit=PAGE_SIZE + 1)
    per_day = articles.per_day(connection, page.now - timedelta(days=DAYS), source=slug)
    times = reading.publishing_times(connection, state.source.id)
    return SourcePage(
        state=state,
        article_count=reading.article_count(connection, state.source.id),
        cards=tuple(read_cards(connection, found[:PAGE_SIZE])),
        older=found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None,
        chart=per_day_chart(page, per_day),
        hours=_hours_chart(page, [words.local(time, state.source.time_zone) for time in times]),
        alarms=of_source(state, page.now).alarms if page.operator and state.active else (),
        lease=leases.of_source(connection, state.source.id) if page.operator else None,
        draft=SourceDraft.of(state.source) if page.operator and not state.declared else None,
    )


def per_day_chart(page: Page, per_day: dict[str, int]) -> Markup:
    """Articles a day."""
    days = charts.days_back(page.now.date(), DAYS)
    values = charts.values_of(days, per_day)
    titles = [
        f"{words.short_day(page.language, day)}: {page.count('counts.articles', values[index])}"
        for index, day in enumerate(days)
    ]
    label = page.say("sources.rhythm_label", days=DAYS, articles=page.count("counts.articles", sum(values)))
    if not any(values):
        return Markup('<p class="empty">{}</p>').format(page.say("home.quiet", days=DAYS))
    return charts.framed(charts.bars(days, values, label, titles), page.number(max(values)), ends_of(page, days))


def _hours_chart(page: Page, times: list[datetime]) -> Markup | None:
    """At which hour it publishes; None where it tells too few times of day to say."""
    told = [time for time in times if (time.hour, time.minute, time.second) != (0, 0, 0)]
    if len(told) < 5:
        return None
    values = [0] * 24
    for time in told:
        values[time.hour] += 1
    busiest = max(range(24), key=lambda hour: values[hour])
    titles = [f"{hour:02}:00: {page.count('counts.articles', value)}" for hour, value in enumerate(values)]
    drawing = charts.hours(values, page.say("sources.hours_label", hour=f"{busiest:02}:00"), titles)
    return charts.framed(drawing, page.number(max(values)), ("0:00", "12:00", "23:00"))


def render_source(page: Page, source: SourcePage) -> str:
    """The source's page."""
    slug, title = source.state.source.slug, source.state.source.title
    announced = page.with_feeds(Feed(f"/feeds/sources/{slug}", title or slug), *feeds_of_all(page))
    return render(
        "source.html", announced, view=source, source=source.state.source, state=source.state, kinds=SOURCE_KINDS
    )


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A line of the list of sources."""

    state: SourceState
    rhythm: Markup


def read_sources(connection: Connection, page: Page) -> list[SourceRow]:
    """All active sources."""
    found = reading.found_per_day(connection, page.now - timedelta(days=DAYS))
    return [
        SourceRow(state, rhythm(page, DAYS, found.get(state.source.slug, {})))
        for state in source_store.states(connection)
    ]


def render_sources(page: Page, rows: list[SourceRow]) -> str:
    """The list of what is watched."""
    return render("sources.html", page.with_feeds(*feeds_of_all(page)), rows=rows)
