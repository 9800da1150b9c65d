"""Each alarm, from a real site that goes wrong to the four places where it is said: once, withdrawn when it is over,
and to operators alone.
"""

from __future__ import annotations

import html
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from browser import served
from conftest import Clock
from fake_site import FakeSite
from newsroom import Postbox
from portal import Portal, Story
from settings_folder import write
from watching.test_alarms_looks import REDESIGNED

from bot.app import App, build
from bot.chat.wiring import health_lines
from bot.settings import load
from bot.web.pages import words
from bot.web.wiring import web_services
from feeds.alarms import CODES
from feeds.fetch import Fetcher
from feeds.store import alarms, articles, sources
from feeds.visits import Visits

CERTIFICATES = Path(__file__).parent.parent / "data" / "feeds" / "certificates"
OPERATOR, FOLLOWER = "4711", "9000"
TOWNS = ("Surabaya", "Hanoi", "Bangkok", "Manila", "Jakarta", "Vientiane", "Singapore", "Dili", "Hue", "Vinh", "Oslo")


@dataclass
class Desk:
    """The program, one portal under its eyes, an operator and a follower of everything."""

    app: App
    clock: Clock
    portal: Portal
    tls: ssl.SSLContext
    telegram: Postbox
    base: str
    published: int = 0

    def publish(self) -> None:
        """One article that the follower is to be told of."""
        self.published += 1
        title = f"Conference number {self.published} on violent extremism opens in {TOWNS[self.published % len(TOWNS)]}"
        text = (f"The delegates of meeting {self.published} met and spoke about violent extremism. " * 5,)
        self.portal.publish(Story(f"n{self.published}", title, f"{self.clock():%d/%m/%Y}", text))

    def go_on(self, hours: float, *, step: float = 0.5) -> None:
        """Let time pass, looks and checks with it."""
        for _ in range(round(hours / step)):
            self.clock.advance(hours=step)
            self.look()

    def look(self) -> None:
        self.app.watching.drain()
        self.app.announcer.announce_all()
        self.app.check_alarms()
        for engine in self.app.sending:
            engine.drain()

    def said(self, to: str) -> list[str]:
        """What was told to one destination: codes of alarms, titles of articles."""
        found = []
        for address, delivery in self.telegram.received:
            data = delivery.alert.data
            if address == to:
                over = "over:" if data.get("over") else ""
                found.append(f"{over}{data['code']}" if "code" in data else data["article"]["title"])
        return found

    def shown(self, code: str) -> dict[str, bool]:
        """Where the alarm stands now."""
        with self.app.database.read() as connection:
            lines = health_lines("en", alarms.open_alarms(connection), sources.states(connection))
        page = html.unescape(requests.get(f"{self.base}/operators", timeout=10).text)
        metrics = requests.get(f"{self.base}/metrics", timeout=10).text
        return {
            "/health": any(CODES[code] in f"{line.title} {line.remark}" for line in lines),
            "page": words.translate("en", f"alarms.{code}") in page,
            "metrics": f'tocsin_alarms{{code="{code}"}} 1.0' in metrics,
        }


@pytest.fixture
def desk(tmp_path: Path, sqlite_url: str, clock: Clock) -> Iterator[Desk]:
    """A portal that has published every day for two weeks."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATES / "valid.pem")
    with FakeSite(tls=tls) as site:
        portal = Portal(site)
        write(
            tmp_path,
            sources=f'[[source]]\nslug = "portal"\nurl = "{portal.url}"\nkind = "page"\ntitle = "The Portal"\n',
            topics='[[topic]]\nslug = "extremism"\ntitle = "Extremism"\nquery = "extremism"\n',
            channels="",
            tocsin=f"[operators]\ntelegram = [{OPERATOR}]\n[site]\ntour = false\n",
        )
        environment = {"DATABASE_URL": sqlite_url, "TOCSIN_ALLOW_PRIVATE_NETWORKS": "yes"}
        telegram = Postbox()
        app = build(
            load(tmp_path, environment),
            roles=("web", "worker"),
            clock=clock,
            jitter=lambda: 0.0,
            channels={"telegram": telegram},
        )
        app.fetcher = Fetcher(  # type: ignore[misc]
            user_agent="tests/1",
            allow_private_networks=True,
            deadline=5,
            ca_bundle=str(CERTIFICATES / "authority.pem"),
        )
        app.visits = Visits(app.fetcher, clock, user_agent="tests/1", pace=timedelta(0))  # type: ignore[misc]
        app.prepare()
        app.subscriptions.destination("telegram", OPERATOR)
        follower = app.subscriptions.destination("telegram", FOLLOWER)
        topic = app.subscriptions.topic("extremism")
        assert topic is not None
        app.subscriptions.follow_topic(follower, topic)
        with served(lambda _: web_services(app)) as base:
            desk = Desk(app, clock, portal, tls, telegram, base)
            for _ in range(5):
                desk.publish()
            for _ in range(14):
                desk.publish()
                desk.go_on(24, step=6)
            assert [one for one in desk.said(OPERATOR) if " " not in one] == []
            yield desk
        app.stop()


def empty(desk: Desk) -> None:
    desk.portal.site.page(Portal.LIST, "<html><body><h1>News and events</h1><p>Nothing here.</p></body></html>")


def expire(desk: Desk) -> None:
    desk.tls.load_cert_chain(CERTIFICATES / "expired.pem")
    desk.app.fetcher._adapter.close()


def renew(desk: Desk) -> None:
    desk.tls.load_cert_chain(CERTIFICATES / "valid.pem")


def move(desk: Desk) -> None:
    desk.portal.site.page("/new", "<p>soon</p>")
    shown = desk.portal.site._routes[Portal.LIST]
    desk.portal.site.on("/new", shown)
    desk.portal.site.redirect(Portal.LIST, "/new", status=301)


def forbid(desk: Desk) -> None:
    desk.portal.site.page("/robots.txt", "User-agent: *\nDisallow: /\n", content_type="text/plain")


def allow(desk: Desk) -> None:
    desk.portal.site.remove("/robots.txt")
    desk.publish()


WRONG: dict[str, tuple[Callable[[Desk], None], Callable[[Desk], None], float]] = {
    "empty-list": (empty, lambda desk: desk.portal.show(), 2),
    "bot-protection": (lambda desk: desk.portal.site.bot_protection(Portal.LIST), lambda desk: desk.portal.show(), 2),
    "layout-changed": (
        lambda desk: desk.portal.site.page(Portal.LIST, REDESIGNED),
        lambda desk: desk.portal.show(),
        2,
    ),
    "certificate": (expire, renew, 2),
    "unreachable": (lambda desk: desk.portal.site.error(Portal.LIST, 503), lambda desk: desk.portal.show(), 6),
    "robots": (forbid, allow, 16),
    "silent": (lambda _: None, lambda desk: desk.publish(), 24 * 5),
}


@pytest.mark.parametrize("code", WRONG)
def test_an_alarm_is_said_once_in_four_places_and_taken_back(desk: Desk, code: str) -> None:
    breaks, mends, hours = WRONG[code]
    told = desk.said(FOLLOWER)
    breaks(desk)
    desk.go_on(hours + 14)
    assert [one for one in desk.said(OPERATOR) if " " not in one] == [code]
    assert desk.shown(code) == {"/health": True, "page": True, "metrics": True}
    (alarm,) = [one for _, one in desk.telegram.received if one.alert.type == "operator"]
    assert alarm.alert.data["expected"]
    assert alarm.alert.data["seen"]
    with desk.app.database.read() as connection:
        assert articles.count(connection) == desk.published
    mends(desk)
    desk.go_on(26, step=2)
    desk.publish()
    desk.go_on(26, step=2)
    assert [one for one in desk.said(OPERATOR) if " " not in one] == [code, f"over:{code}"]
    assert desk.shown(code) == {"/health": False, "page": False, "metrics": False}
    news = desk.said(FOLLOWER)[len(told) :]
    assert all(title.startswith("Conference number") for title in news)
    assert len(news) == (2 if code in {"silent", "robots"} else 1)


def test_a_site_that_moved_is_followed_and_said_to_have_moved(desk: Desk) -> None:
    told = desk.said(FOLLOWER)
    move(desk)
    desk.go_on(8)
    assert desk.said(OPERATOR)[-1] == "moved"
    assert desk.shown("moved") == {"/health": True, "page": True, "metrics": True}
    asked = len(desk.portal.site.requests_for(Portal.LIST))
    desk.go_on(24, step=2)
    assert len(desk.portal.site.requests_for(Portal.LIST)) == asked, "the new address is remembered"
    assert [one for one in desk.said(OPERATOR) if " " not in one] == ["moved"]
    assert desk.said(FOLLOWER) == told


def test_a_certificate_that_is_about_to_expire_is_said_before_it_does(desk: Desk) -> None:
    with desk.app.database.read() as connection:
        (state,) = sources.states(connection)
    end = state.learned["certificate_ends"]
    assert end > desk.clock().isoformat()
    with desk.app.database.write() as connection:
        learned = {**state.learned, "certificate_ends": (desk.clock() + timedelta(days=9)).isoformat()}
        sources.record_look(connection, state.source.id or 0, desk.clock(), learned=learned)
    desk.app.check_alarms()
    for engine in desk.app.sending:
        engine.drain()
    assert desk.said(OPERATOR)[-1] == "certificate-expiring"
    desk.go_on(24, step=6)
    assert [one for one in desk.said(OPERATOR) if " " not in one] == [
        "certificate-expiring",
        "over:certificate-expiring",
    ]
