"""The first page: what is watched, the newest articles, topics, alerts, and the three ways in.

Its parts that change come from `read_home` alone; `render_live` writes just those, for the page that asks again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from markupsafe import Markup
from sqlalchemy.engine import Connection

from bot.store import deliveries
from bot.web import reading
from bot.web.pages import charts, words
from bot.web.pages.cards import Card, read_cards
from bot.web.pages.frame import Feed, Page, render
from feeds.model import Topic
from feeds.store import articles, topics
from feeds.store import sources as source_store
from feeds.store.sources import SourceState

NEWEST = 12
SHOWN_SOURCES = 8
SHOWN_TOPICS = 10
DAYS = 30
RHYTHM_DAYS = 14


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A topic, how many articles it selected, and the newest of them."""

    topic: Topic
    matches: int
    latest: reading.LatestMatch | None


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source, how it is, how many articles of it are stored, and its last days as tiny bars."""

    state: SourceState
    articles: int
    rhythm: Markup


@dataclass(frozen=True, slots=True)
class Home:
    """Everything that the first page shows."""

    cards: tuple[Card, ...]
    topics: tuple[TopicLine, ...]
    more_topics: int
    matches: int
    """How often any topic selected an article."""
    sources: tuple[SourceLine, ...]
    more_sources: int
    health: dict[str, int]
    alerts: tuple[reading.SentAlert, ...]
    article_count: int
    today: int
    """How many articles were found on this UTC day."""
    sent: int
    followers: int
    chart: Markup
    offline: bool
    """Whether most of what is watched cannot be reached at all: then it is rather this machine that is cut off."""


def feeds_of_all(page: Page) -> tuple[Feed, ...]:
    """What every page announces last: everything."""
    return (Feed("/feeds/all", page.site.title),)


@dataclass(frozen=True, slots=True)
class Activity:
    """Everything that is counted over all that is stored: it takes longer the more that is, so it may be kept."""

    found: dict[str, dict[str, int]]
    """Articles found over `DAYS`, by source and UTC day."""
    sent_per_day: dict[str, int]
    """Deliveries made over `DAYS`, by UTC day."""
    stored: dict[str, int]
    """Articles by source."""
    matches: dict[str, int]
    """Matches by active topic."""
    sent: int


def read_activity(connection: Connection, now: datetime) -> Activity:
    """What the charts and the figures show."""
    since = now - timedelta(days=DAYS)
    return Activity(
        found=reading.found_per_day(connection, since),
        sent_per_day=reading.sent_per_day(connection, since),
        stored=reading.article_counts(connection),
        matches=topics.match_counts(connection),
        sent=deliveries.counts(connection)["sent"],
    )


def read_home(connection: Connection, page: Page, activity: Activity | None = None) -> Home:
    """What the first page shows now; with an `activity` that was read a little earlier, if there is one."""
    days = charts.days_back(page.now.date(), DAYS)
    activity = activity or read_activity(connection, page.now)
    found = activity.found
    together = _together(found)
    states = sorted(source_store.states(connection, counted=False), key=_liveliness, reverse=True)
    latest = reading.latest_matches(connection)
    lines = [
        TopicLine(topic, activity.matches.get(topic.slug, 0), latest.get(topic.slug))
        for topic in topics.active_topics(connection)
    ]
    return Home(
        cards=tuple(read_cards(connection, articles.newest(connection, limit=NEWEST))),
        topics=tuple(_liveliest(lines)),
        more_topics=max(0, len(lines) - SHOWN_TOPICS),
        matches=sum(line.matches for line in lines),
        sources=tuple(
            SourceLine(state, activity.stored.get(slug, 0), rhythm(page, RHYTHM_DAYS, found.get(slug, {})))
            for slug, state in ((one.source.slug, one) for one in states[:SHOWN_SOURCES])
        ),
        more_sources=max(0, len(states) - SHOWN_SOURCES),
        health=health_counts(states),
        alerts=tuple(reading.sent_alerts(connection)),
        article_count=sum(activity.stored.values()),
        today=together.get(page.now.date().isoformat(), 0),
        sent=activity.sent,
        followers=sum(reading.destination_counts(connection).values()),
        chart=activity_chart(page, days, together, activity.sent_per_day),
        offline=is_cut_off(states),
    )


def _liveliness(state: SourceState) -> tuple[bool, float]:
    """Those that had something new come first, the latest at the top; the others as they were declared."""
    return state.new_at is not None, state.new_at.timestamp() if state.new_at else 0.0


def _liveliest(lines: list[TopicLine]) -> list[TopicLine]:
    """As many topics as a person looks at: all as they were declared, or those that selected something last."""
    if len(lines) <= SHOWN_TOPICS:
        return lines
    return sorted(lines, key=lambda line: line.latest.found.timestamp() if line.latest else 0.0, reverse=True)[
        :SHOWN_TOPICS
    ]


def is_cut_off(states: list[SourceState]) -> bool:
    """Whether most sources, and at least three, fail because their hosts cannot be reached."""
    unreachable = sum(1 for state in states if state.error_code == "unreachable")
    return unreachable >= 3 and 2 * unreachable > len(states)


def health_counts(states: list[SourceState]) -> dict[str, int]:
    """How many sources are in each state of health; every state is there."""
    counts = {"ok": 0, "waiting": 0, "failing": 0, "inactive": 0}
    for state in states:
        counts[state.health] += 1
    return counts


def activity_chart(page: Page, days: list[date], found: dict[str, int], sent: dict[str, int]) -> Markup:
    """Articles and alerts a day."""
    first, second = charts.values_of(days, found), charts.values_of(days, sent)
    titles = [
        f"{words.short_day(page.language, day)}: {page.count('counts.articles', first[index])}, "
        f"{page.count('counts.alerts', second[index])}"
        for index, day in enumerate(days)
    ]
    label = page.say(
        "home.chart_label",
        days=len(days),
        articles=page.count("counts.articles", sum(first)),
        alerts=page.count("counts.alerts", sum(second)),
    )
    if not any(first) and not any(second):
        return Markup('<p class="empty">{}</p>').format(page.say("home.quiet", days=len(days)))
    drawing = charts.bars(days, first, label, titles, second)
    return charts.framed(drawing, page.number(max(*first, *second)), ends_of(page, days))


def ends_of(page: Page, days: list[date]) -> tuple[str, str]:
    """The first and the last day, for below a chart."""
    return words.short_day(page.language, days[0]), words.short_day(page.language, days[-1])


def rhythm(page: Page, days: int, found: dict[str, int]) -> Markup:
    """The last days as tiny bars; `found` is the number of articles by ISO date."""
    values = charts.values_of(charts.days_back(page.now.date(), days), found)
    label = page.say("sources.rhythm_label", days=days, articles=page.count("counts.articles", sum(values)))
    return charts.spark(values, label)


def _together(by_source: dict[str, dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for days in by_source.values():
        for day, number in days.items():
            total[day] = total.get(day, 0) + number
    return total


def render_home(page: Page, home: Home) -> str:
    """The whole page."""
    return render("home.html", page.with_feeds(*feeds_of_all(page)), home=home)


def render_live(page: Page, home: Home) -> str:
    """Only the parts that change, each under the id it has on the page."""
    return render("home_live.html", page, home=home)
