"""The three ways in, walked in a real browser from the first click; and what moves by itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import NOW, Clock, fill, new_database, served, services
from chat_journey import Journey
from conftest import Clock as ChatClock
from fake_bot_api import FakeBotApi
from feed_readers import run
from standardwebhooks import Webhook

from bot.channels.webhook import WebhookChannel
from bot.store import deliveries, destinations
from bot.web.feeds import FeedServer
from bot.web.services import WebServices
from feeds import publish
from feeds.database import Database
from feeds.model import Article
from feeds.publish import OnDemand
from feeds.store import articles, shelf, sources, topics
from feeds.store.shelf import SqlShelf

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@dataclass
class Site:
    """A running site and what stands behind it."""

    base: str
    database: Database
    clock: Clock

    def publish(self) -> None:
        """Render the feeds that have changed."""
        while publish.publish_stale(self.database, told_as(self.base), NOW):
            pass


def told_as(base: str) -> publish.Site:
    """What the feeds say of the site."""
    return publish.Site(base_url=base, title="Tocsin", tag="127.0.0.1,2026")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    clock = Clock()
    database = new_database(tmp_path)
    fill(database, clock)

    def with_feeds(base: str) -> WebServices:
        told = told_as(base)
        publish.ensure_all(database, told, NOW)
        Site(base, database, clock).publish()
        feed_app = FeedServer(
            SqlShelf(database), base_url=base, on_demand=OnDemand(database, told, clock), check_every=0
        )
        return replace(services(database, clock, base), feed_app=feed_app)

    with served(with_feeds) as base:
        yield Site(base, database, clock)
    database.close()


def deliver(database: Database, slug: str) -> None:
    """A worker's turn: send what the webhook is owed, and write down what came of it."""
    # The receiver checks the time that is signed against its own clock, so the channel has the real one.
    channel = WebhookChannel(allow_private_networks=True)
    with database.read() as connection:
        destination = destinations.destination_by_address(connection, "webhook", slug)
        assert destination is not None
        [owed] = deliveries.pending(connection, destination.id, NOW, 10)
    assert owed.id is not None
    receipt = channel.send(destination, owed)
    channel.close()
    outcome = deliveries.Outcome(owed.id, "sent", True, receipt.status, receipt.detail, 0.01, NOW)
    with database.write() as connection:
        deliveries.record(connection, [outcome])


@contextmanager
def receiver() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """An endpoint on this machine that takes everything."""
    received: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((dict(self.headers.items()), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/in", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_subscribing_to_a_topic_s_feed(site: Site, page: Page) -> None:
    page.goto(site.base)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Topics").click()
    page.get_by_role("link", name="Counter-terrorism cooperation").first.click()
    # What a reader finds by itself, and what a person clicks, are the same feed.
    found = page.locator("link[rel=alternate][type='application/atom+xml']").first.get_attribute("href")
    clicked = page.get_by_role("link", name="Atom – Counter-terrorism cooperation").get_attribute("href")
    assert found == clicked
    assert found is not None
    answer = page.request.get(found)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert "ASEAN members plan a joint answer to violent extremism" in answer.text()


@pytest.mark.reader("newsboat")
def test_what_is_clicked_is_read_by_a_reader(site: Site, page: Page, tmp_path: Path) -> None:
    page.goto(f"{site.base}/sources/agency")
    address = page.get_by_role("link", name="RSS – Hãng tin Biển Đông").get_attribute("href")
    home = tmp_path / "reader"
    home.mkdir()
    (home / "urls").write_text(f"{address}\n")
    newsboat = ("newsboat", "-u", "urls", "-c", "cache.db", "-q", "-x", "reload", "print-unread")
    assert run(home, *newsboat).strip() == "2 unread articles"
    with site.database.write() as connection:
        agency = sources.state_by_slug(connection, "agency")
        assert agency is not None
        assert agency.source.id is not None
        fresh = Article("https://agency.example.org/new", title="Tàu tuần tra <test> & trở về", uid="f" * 32)
        articles.insert(connection, agency.source.id, fresh, [], site.clock.now, baseline=False)
        shelf.mark_stale(connection, ["sources/agency"], site.clock.now)
    site.publish()
    assert run(home, *newsboat).strip() == "3 unread articles"


def test_what_the_deep_link_carries_is_followed_and_told_in_the_chat(site: Site, page: Page) -> None:
    page.goto(f"{site.base}/follow?topic=maritime-security")
    link = page.get_by_role("link", name="Open Telegram and follow “Maritime security”").get_attribute("href")
    assert link is not None
    payload = parse_qs(urlsplit(link).query)["start"][0]
    with FakeBotApi() as api:
        journey = Journey(api, site.database, ChatClock(site.clock.now))
        journey.newsroom.number = 100  # the site has articles of lower numbers
        with site.database.write() as connection:
            # The newsroom declares topics of its own, and so takes those of the site away.
            topic = topics.removed_topic(connection, "maritime-security")
            assert topic is not None
            topics.save_topic(connection, topic, site.clock.now)
        anna = api.person(100)
        answer = journey.say(anna, f"/start {payload}")
        assert "Maritime security" in answer["text"]
        journey.publish("Piracy off the coast")
        assert "Piracy off the coast" in anna.messages[-1]["text"]
        journey.process.stop()


def test_following_on_telegram(site: Site, page: Page) -> None:
    page.goto(f"{site.base}/topics/maritime-security")
    page.get_by_role("link", name="Follow on Telegram").click()
    link = page.get_by_role("link", name="Open Telegram and follow “Maritime security”")
    assert link.get_attribute("href") == "https://t.me/TocsinBot?start=topic_maritime-security"
    code = page.get_by_role("img", name="QR code of https://t.me/TocsinBot?start=topic_maritime-security")
    box = code.bounding_box()
    assert box is not None
    assert box["width"] > 150


def test_getting_it_by_webhook(site: Site, page: Page) -> None:
    page.clock.install()
    with receiver() as (address, received):
        page.goto(site.base)
        page.get_by_role("link", name="Set up a webhook").click()
        page.get_by_label("Where to send alerts (URL)").fill(address)
        page.get_by_label("Name", exact=True).fill("Night desk")
        page.get_by_role("button", name="Add the webhook").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Night desk"
        log = page.get_by_role("listitem").filter(has_text="Test message")
        log.get_by_text("waiting").wait_for()
        deliver(site.database, "night-desk")
        # The page hears of it by itself.
        page.clock.fast_forward("00:03")
        log.get_by_text("sent", exact=True).wait_for()
        assert "HTTP 204" in log.inner_text()
        page.get_by_text("Show the secret").click()
        secret = page.locator(".secret").inner_text()
    [(headers, body)] = received
    # The receiver verifies what came with the secret that the page shows.
    assert Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()}) == json.loads(body)
    assert json.loads(body)["type"] == "ping"


@pytest.mark.parametrize("path", ["/", "/sources/ministry"])
def test_an_article_appears_by_itself_and_is_announced(site: Site, page: Page, path: str) -> None:
    page.clock.install()
    page.goto(site.base + path)
    before = page.locator("#live-articles article").count()
    with site.database.write() as connection:
        ministry = sources.state_by_slug(connection, "ministry")
        assert ministry is not None
        assert ministry.source.id is not None
        fresh = Article("https://portal.example.org/new", title="A patrol returns", uid="e" * 32)
        articles.insert(connection, ministry.source.id, fresh, [], site.clock.now, baseline=False)
    page.clock.fast_forward("00:03")
    page.get_by_role("heading", name="A patrol returns").wait_for()
    assert page.locator("#live-articles article").count() == before
    assert page.locator("#live-status").inner_text() == "One new article"


def test_the_topic_editor_shows_matches_while_typing(site: Site, page: Page) -> None:
    page.goto(f"{site.base}/operators/topics")
    page.get_by_label("What it asks for").fill("delegation AND border")
    page.locator("#preview mark").first.wait_for()
    words = {text.lower() for text in page.locator("#preview mark").all_inner_texts()}
    assert words == {"delegation", "border"}
    page.get_by_label("What it asks for").fill("delegation AND (border")
    page.locator("#preview .problem").wait_for()


def test_a_topic_s_own_tests_are_tried_while_they_are_written(site: Site, page: Page) -> None:
    page.goto(f"{site.base}/operators/topics")
    page.get_by_label("What it asks for").fill("patrol")
    expected, rejected = (page.locator(f"textarea[name={name}]") for name in ("expect", "reject"))
    expected.first.fill("A patrol left.")
    page.locator("#preview .as-wanted mark", has_text="patrol").wait_for()
    # There is always one more empty field.
    assert expected.count() == 2
    rejected.first.fill("Patrols")
    page.locator("#preview .not-wanted").wait_for()
    assert [text.get_attribute("aria-invalid") for text in (expected.first, rejected.first)] == ["false", "true"]
    page.get_by_label("What it asks for").fill("left")
    page.get_by_text("All of them are as wanted.").wait_for()
    assert rejected.first.get_attribute("aria-invalid") == "false"


def test_a_search_shows_what_it_would_bring_while_typing(site: Site, page: Page) -> None:
    page.goto(f"{site.base}/search")
    field = page.get_by_role("searchbox")
    field.press_sequentially("delegation AND border")
    page.locator("#found mark").first.wait_for()
    words = {text.lower() for text in page.locator("#found mark").all_inner_texts()}
    assert words == {"delegation", "border"}
    assert "34 stored articles" in page.locator("#found").inner_text()
    field.fill("delegation AND (border")
    page.locator("#found .problem").wait_for()
    field.fill("delegation AND patrols")
    field.press("Enter")
    page.get_by_role("heading", name="34 articles").wait_for()


def test_a_source_is_previewed_without_leaving_the_form(site: Site, page: Page) -> None:
    page.goto(f"{site.base}/sources/add")
    page.get_by_label("Address of the site").fill("https://new.example.org/news")
    page.get_by_text("Headline 9").wait_for()
    page.get_by_label("Name", exact=True).fill("New source")
    page.get_by_role("button", name="Watch it").click()
    assert page.get_by_role("heading", level=1).inner_text() == "New source"


def test_the_keyboard_alone_is_enough(site: Site, page: Page) -> None:
    page.goto(site.base)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for path in ("/operators", "/sources/add", "/operators/topics?slug=maritime-security"):
        page.goto(site.base + path)
        page.evaluate("document.activeElement.blur()")
        stops = []
        while len(stops) < 100:
            page.keyboard.press("Tab")
            stop = page.evaluate(_FOCUSED)
            if stop["place"] == "BODY":
                break
            stops.append(stop)
        assert {stop["outline"] for stop in stops} == {"solid"}, "where one stands can always be seen"
        assert [stops[0]["place"], stops[-1]["place"]] == ["A.skip", "footer"]
        assert stops[-1]["top"] == max(stop["top"] for stop in stops), "from the top to the bottom"


_FOCUSED = """
() => {
  const one = document.activeElement;
  const place = one.closest("footer") ? "footer" : one.tagName + (one.className ? "." + one.className : "");
  const top = one.getBoundingClientRect().top + scrollY;
  return { place, top, outline: getComputedStyle(one).outlineStyle };
}
"""


def test_without_scripts_everything_is_there(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{site.base}/operators/topics")
    page.get_by_label("What it asks for").fill("delegation")
    page.get_by_role("button", name="Try it").click()
    assert page.locator("#preview article").count() == 10
    page.goto(f"{site.base}/sources/add")
    page.get_by_label("Address of the site").fill("https://new.example.org/news")
    page.get_by_role("button", name="Look", exact=True).click()
    page.get_by_text("Headline 9").wait_for()
    page.get_by_role("button", name="Watch it").click()
    page.get_by_role("heading", level=1, name="new.example.org").wait_for()
    page.get_by_role("button", name="Stop watching").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("It is watched again.").wait_for()
    site.clock.now += timedelta(seconds=1)
    page.goto(site.base)
    assert page.locator("#live-articles article").count() == 12
    context.close()
