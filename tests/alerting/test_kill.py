"""The promise itself: whatever moment the power goes, every owed alert arrives, and repeats can be recognised.

`TOCSIN_KILLS=50` kills that often, in the middle of 4,000 alerts (200 articles for 20 who follow); it takes some
minutes. Otherwise fewer, so that everybody runs it.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pytest
from fake_bot_api import TOKEN, FakeBotApi
from fake_site import FakeSite
from killing import Victims, after, configure, feed, links, pause, sent, sent_ids, stored, told_links
from webhook_receiver import WebhookReceiver

from feeds.database import Database

KILLS = int(os.environ.get("TOCSIN_KILLS", "16"))
ARTICLES = 4 * KILLS
WEBHOOKS, CHATS = (14, 6) if KILLS >= 50 else (6, 2)
REQUESTS = ARTICLES // KILLS * (WEBHOOKS + CHATS)
"""How many requests what is published between two kills makes."""


@pytest.mark.slow
@pytest.mark.xdist_group("kill")
def test_nothing_is_lost_when_the_process_is_killed_at_random_moments(database_url: str, tmp_path: Path) -> None:
    chance = random.Random(7)
    with FakeSite() as site, WebhookReceiver() as receiver, FakeBotApi() as api:
        config = configure(tmp_path, site, receiver, api, webhooks=WEBHOOKS, chats=CHATS)
        environment = {
            "DATABASE_URL": database_url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": api.url,
            "TOCSIN_ALLOW_PRIVATE_NETWORKS": "1",
        }
        site.feed("/feed", feed(0))
        database = Database(database_url)
        with Victims(config, environment) as victims:
            victims.start("all", "worker", "chat")
            victims.wait(lambda: stored(database) == 1, "the baseline was not taken")
            for kill in range(1, KILLS + 1):
                site.feed("/feed", feed(ARTICLES * kill // KILLS))
                # A random moment of its work, not of its start: after some requests, and a little later.
                after(len(receiver.requests) + len(api.calls) + chance.randint(1, REQUESTS * 3 // 2), receiver, api)
                pause(chance.uniform(0, 0.05))
                victims.kill("all")
                victims.start("all", "worker", "chat")
            victims.wait(lambda: sent(database) == ARTICLES * (WEBHOOKS + CHATS), "not all was sent")
        database.close()

    repeats = 0
    for number in range(WEBHOOKS):
        ids = sent_ids(receiver, f"/{number}")
        assert ids.keys() == links(ARTICLES)
        assert all(len(set(own)) == 1 for own in ids.values()), "a repeat carried another id"
        repeats += sum(map(len, ids.values())) - ARTICLES
    # What could not be verified was cut off in the middle by a kill.
    assert all(len(event.body) < int(event.headers["content-length"]) for event in receiver.forged)
    twice = 0
    for number in range(CHATS):
        told = Counter(told_links(api.chats[1000 + number].messages))
        assert told.keys() == links(ARTICLES)
        # One send a chat is open at a kill, and no more; it may be that of the same message again.
        again = sum(told.values()) - ARTICLES
        assert again <= KILLS
        twice += again
    print(f"\n{KILLS} kills: 0 lost of {ARTICLES * (WEBHOOKS + CHATS)}; webhooks repeated {repeats}, chats {twice}")
