"""The whole program, as its operator starts it and its followers meet it: from a portal without a feed to an alert."""

from __future__ import annotations

import re
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import feedparser
import pytest
import requests
from fake_bot_api import TOKEN, FakeBotApi
from fake_site import FakeSite
from portal import Portal, stories
from program import Program
from settings_folder import write
from webhook_receiver import WebhookReceiver

TOPICS = """
[[topic]]
slug = "extremism"
title = "Violent extremism"
query = '"violent extremism" AND conference'
"""


def configure(folder: Path, portal: Portal, *, channels: str = "") -> Path:
    folder.mkdir()
    return write(
        folder,
        tocsin='[site]\ntour = false\n[polling]\nminimum_interval = "1s"\npace = "0.001s"\n',
        sources=f'[[source]]\nslug = "portal"\ntitle = "The Portal"\nurl = "{portal.url}"\ninterval = "1s"\n'
        'time_zone = "Asia/Ho_Chi_Minh"\nlanguage = "en"\n',
        topics=TOPICS,
        channels=channels,
    )


@pytest.fixture
def site():  # type: ignore[no-untyped-def]
    with FakeSite() as site:
        yield site


def feed_with(program: Program, path: str, title: str) -> requests.Response:
    """A feed once its newest item has that title: it is rendered right after the alert went out, and a web server looks
    for new bytes once a second."""
    for _ in range(100):
        answer = program.get(path)
        if title in answer.text.partition("</item>")[0].partition("</entry>")[0]:
            return answer
        threading.Event().wait(0.1)
    raise AssertionError(f"{title} did not come to {path}")


def test_from_a_portal_without_a_feed_to_feed_webhook_channel_and_follower(
    site: FakeSite, tmp_path: Path, database_url: str
) -> None:
    portal = Portal(site)
    *old, new = stories(8)
    for story in old:
        portal.publish(story)
    with WebhookReceiver() as receiver, FakeBotApi() as api:
        anna, channel = api.person(7, "Anna"), api.channel(-1001, "Desk", username="desk")
        channels = (
            f'[[webhook]]\nslug = "desk"\nurl = "{receiver.url()}"\nsecret = "{receiver.secret}"\n'
            'topics = ["extremism"]\n[[telegram]]\nchat = "@desk"\ntopics = ["extremism"]\n'
        )
        config = configure(tmp_path / "config", portal, channels=channels)
        token = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": api.url}
        with Program(config, DATABASE_URL=database_url, **token) as program:
            program.wait_for("Telegram is connected")
            program.wait_for('"new": 7')
            api.say(anna, "/start")
            welcome = api.wait_for(anna, 1)
            assert "/follow" in welcome["text"]
            api.say(anna, "/follow extremism")
            api.wait_for(anna, 2)

            portal.publish(new)
            published = time.monotonic()
            receiver.wait_for(1)
            latency = time.monotonic() - published
            print(f"\nfrom published to received: {latency:.2f} s (looked at every second)")
            (event,) = receiver.events
            assert event.payload["type"] == "article.published"
            assert event.payload["data"]["article"]["title"] == new.title
            assert event.payload["data"]["article"]["published"] == "2019-08-07T17:00:00Z"
            assert event.payload["data"]["article"]["author"] == "Giang Anh"
            assert event.payload["data"]["topics"][0]["matched"] == ["conference", "violent extremism"]
            alert = api.wait_for(anna, 3)
            assert new.title in alert["text"]
            assert "8 August 2019" in alert["text"]
            assert new.title in api.wait_for(channel, 1)["text"]

            feed = feed_with(program, "/feeds/topics/extremism.atom", new.title)
            assert feedparser.parse(feed.content).bozo == 0
            again = program.get("/feeds/topics/extremism.atom", headers={"If-None-Match": feed.headers["ETag"]})
            assert again.status_code == 304
            assert (
                len(feedparser.parse(feed_with(program, "/feeds/sources/portal.rss", new.title).content).entries) == 8
            )
            assert feed_with(program, "/feeds/all.json", new.title).json()["items"][0]["title"] == new.title
            home = program.get("/").text
            assert new.title in home
            assert re.search(r'rel="?alternate', home)
        assert len(receiver.events) == 1
        assert len(api.chats[7].messages) == 3


def wire(site: FakeSite, *items: tuple[str, str]) -> str:
    """A feed of another source, the oldest item first, and its pages; returns its address."""
    told = ""
    for number, (title, text) in enumerate(items):
        address = site.url(f"/wire/{number}")
        site.page(f"/wire/{number}", f"<html><title>{title}</title><body><h1>{title}</h1><p>{text}</p></body></html>")
        told = f"<item><title>{title}</title><link>{address}</link><guid>{address}</guid></item>{told}"
    site.feed("/wire.xml", f'<rss version="2.0"><channel><title>Wire</title>{told}</channel></rss>')
    return site.url("/wire.xml")


def test_a_message_that_was_sent_names_the_copy_that_comes_later(
    site: FakeSite, tmp_path: Path, sqlite_url: str
) -> None:
    portal = Portal(site)
    *old, new = stories(7)
    for story in old:
        portal.publish(story)
    text = " ".join(
        f"The delegation from {place} spoke at the conference about violent extremism and offered {number} teachers."
        for number, place in enumerate(("Surabaya", "Ha Noi", "Bangkok", "Manila", "Jakarta", "Vientiane", "Dili"))
    )
    new = replace(new, paragraphs=(text,))
    with FakeBotApi() as api:
        channel = api.channel(-1001, "Desk", username="desk")
        config = configure(
            tmp_path / "config", portal, channels='[[telegram]]\nchat = "@desk"\ntopics = ["extremism"]\n'
        )
        with (config / "sources.toml").open("a") as sources:
            fishing = ("Fishing season opens", "Boats left the harbour in the morning, and most came back by noon.")
            address = wire(site, fishing)
            sources.write(f'[[source]]\nslug = "wire"\ntitle = "The Wire"\nurl = "{address}"\ninterval = "1s"\n')
        token = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": api.url}
        with Program(config, DATABASE_URL=sqlite_url, **token) as program:
            program.wait_for('"new": 6')
            program.wait_for('"new": 1')
            portal.publish(new)
            alone = api.wait_for(channel, 1)["text"]
            assert "Also at" not in alone
            wire(site, fishing, ("Envoys meet on extremism", text))
            for _ in range(200):
                (message,) = api.chats[channel.id].messages
                if message["text"] != alone:
                    break
                threading.Event().wait(0.1)
            assert message["text"] == f"{alone}\n\nAlso at: The Wire"


def test_a_wrong_token_is_said_and_nothing_else_stops(site: FakeSite, tmp_path: Path, sqlite_url: str) -> None:
    portal = Portal(site)
    for story in stories(6):
        portal.publish(story)
    config = configure(tmp_path / "config", portal)
    with FakeBotApi() as api:
        token = {"TELEGRAM_BOT_TOKEN": "999999:" + "x" * 35, "TELEGRAM_API_URL": api.url}
        with Program(config, DATABASE_URL=sqlite_url, **token) as program:
            line = program.wait_for("refuses the bot's token")
            assert "TELEGRAM_BOT_TOKEN" in line
            program.wait_for('"new": 6')
            assert program.get("/readyz").status_code == 200
            assert not any("x" * 35 in said for said in program.lines)


def test_wrong_configuration_ends_with_every_mistake_and_its_line(tmp_path: Path) -> None:
    config = write(tmp_path, sources='[[source]]\nslug = "a"\nurl = "ftp://a.example/"\ntime_zone = "Asia/Hanoi"\n')
    program = Program(config, DATABASE_URL=f"sqlite:///{tmp_path}/x.db")
    assert program.exit_code() == 2
    said = "\n".join(program.lines)
    assert "sources.toml:3:" in said
    assert "sources.toml:4:" in said
    assert "Traceback" not in said


def test_a_port_in_use_is_one_sentence(site: FakeSite, tmp_path: Path, sqlite_url: str) -> None:
    config = configure(tmp_path / "config", Portal(site))
    program = Program(config, DATABASE_URL=sqlite_url, PORT=str(site.port))
    program.wait_for("cannot listen")
    assert program.exit_code() == 1
    assert not any("Traceback" in line for line in program.lines)


def test_the_shipped_tour_comes_alive_without_a_network(tmp_path: Path) -> None:
    """What a person sees after `make run`: the alert on the seed's event, printed, and its feed."""
    config = tmp_path / "config"
    shutil.copytree(Path(__file__).parent.parent.parent / "config", config)
    sources = (config / "sources.toml").read_text().split("\n[[source]]")
    (config / "sources.toml").write_text(f"{sources[0]}\n[[source]]{sources[1]}")
    with Program(config, DATABASE_URL=f"sqlite:///{tmp_path}/tour.db") as program:
        alert = program.wait_for("ASEAN members stand together against violent extremism", 40)
        assert "/tour/international-relations-cooperation/" in alert
        program.wait_for("#counter_terrorism_cooperation")
        feed = feed_with(program, "/feeds/topics/counter-terrorism-cooperation.rss", "ASEAN members")
        entries = feedparser.parse(feed.content).entries
        assert "ASEAN members" in entries[0].title
        article = entries[0].link
        assert program.get(article.removeprefix(program.address)).status_code == 200
