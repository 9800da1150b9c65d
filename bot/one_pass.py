"""One pass over everything, and then the end: for cron, for CI jobs, and for those who want to see it work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.store import deliveries
from feeds import targets
from feeds.store import articles, sources

if TYPE_CHECKING:
    from bot.app import App

CONNECT_SECONDS = 15.0
"""How long a pass waits for Telegram; what chats are owed waits for the next one."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass came to: sources looked at, those that fail; new articles; alerts sent, and still owed."""

    looked: int
    failing: int
    articles: int
    sent: int
    waiting: int


def one_pass(app: App) -> Pass:
    """Look at every source, announce what is new, send what is due, render the feeds that changed.

    A source that fails is left alone until its pause is over: a pass every five minutes must not become a hammer.
    """
    app.prepare()
    with app.database.read() as connection:
        articles_before = articles.count(connection)
        sent_before = deliveries.counts(connection)["sent"]
    with app.database.write() as connection:
        now = app.clock()
        for state in sources.states(connection):
            if state.failures == 0 and state.source.id is not None:
                targets.due_at(connection, "source", state.source.id, now)
    app.watching.drain()
    if app.chat is not None:
        app.chat.start()
        app.chat.wait(CONNECT_SECONDS)
    app.alarms.check()
    app.announcer.announce_all()
    while app.announcer.backfill():
        pass
    for engine in app.sending:
        if engine.name != "chat" or app.chat is None or app.chat.ready:
            engine.drain()
    if app.settings.polling.measure_files:
        app.measuring.measure()
    while app.publish():
        pass
    with app.database.read() as connection:
        states = sources.states(connection)
        counts = deliveries.counts(connection)
        return Pass(
            looked=sum(1 for state in states if state.looked_at is not None and state.looked_at >= now),
            failing=sum(1 for state in states if state.looked_at is not None and state.health == "failing"),
            articles=articles.count(connection) - articles_before,
            sent=counts["sent"] - sent_before,
            waiting=counts["pending"],
        )
