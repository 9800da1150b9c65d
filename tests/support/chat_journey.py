"""A follower on the way from the first word to the alert."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chat_parts import hurried_limiter
from conftest import Clock
from fake_bot_api import TOKEN, Chat, FakeBotApi
from newsroom import Newsroom

from bot.chat.application import ChatProcess
from bot.outbox import Outbox
from feeds import targets
from feeds.database import Database


class Journey:
    """A newsroom, its outbox and its chat, on one strict Bot API."""

    def __init__(self, api: FakeBotApi, database: Database, clock: Clock) -> None:
        self.api, self.database, self.clock = api, database, clock
        self.newsroom = Newsroom(database, clock)
        self.open()

    def open(self) -> None:
        """Start a chat process, and an outbox that sends through it."""
        subscriptions = self.newsroom.subscriptions
        self.process = ChatProcess(
            token=TOKEN,
            api_url=self.api.url,
            subscriptions=subscriptions,
            clock=self.clock,
            limiter=hurried_limiter,
        )
        channels = {"telegram": self.process.channel}
        self.outbox = Outbox(self.database, channels, subscriptions, self.clock, lambda: 0.5)
        self.process.start()
        self.api.wait_until(lambda: self.process.ready)

    def say(self, sender: Chat, text: str, to: Chat | None = None) -> dict[str, Any]:
        chat = to or sender
        count = len(chat.messages)
        self.api.say(sender, text, to=to)
        return self.api.wait_for(chat, count + 1)

    def publish(self, title: str = "ASEAN members meet on violent extremism") -> None:
        self.newsroom.publish(title)
        self.newsroom.announcer.announce_all()
        self.deliver()

    def deliver(self) -> None:
        """Work every chat that is due, until none is."""
        while True:
            with self.database.write() as connection:
                claims = targets.claim(connection, ["chat"], self.clock(), 10, timedelta(minutes=2))
            if not claims:
                return
            for claim in claims:
                self.outbox.work(claim)
