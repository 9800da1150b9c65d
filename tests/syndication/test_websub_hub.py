"""Our hub, over HTTP: who meant it is told, in signed bytes, for as long as was agreed; nobody else is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests
from conftest import Clock
from fake_site import Answer, FakeSite, Request
from newsroom import EXTREMISM, Newsroom
from served_feeds import serving
from starlette.responses import PlainTextResponse
from websub_peers import PeerSubscriber

from bot.engine import Engine
from bot.hub import SETTLING, Hub, HubPolicy
from bot.leases import Leases
from bot.outbox import RetryPolicy
from bot.web.application import Switch
from bot.web.hub import HubEndpoint, RequestRate, mounts
from feeds import websub
from feeds.addresses import public_session
from feeds.database import Database
from feeds.publish import Site, ensure_all, publish_stale
from feeds.store import hub_subscriptions, shelf, topics
from feeds.store.hub_subscriptions import Subscription, Wish

on_sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what does not differ by database."""

BASE = "https://news.example"
TOPIC = f"{BASE}/feeds/topics/violent-extremism.atom"
PATH = "topics/violent-extremism.atom"


class Press:
    """A newsroom whose feeds are on the shelf, and a hub that serves them on a real port."""

    def __init__(self, database: Database, clock: Clock, *, allow_private_networks: bool = True) -> None:
        self.database = database
        self.clock = clock
        self.newsroom = Newsroom(database, clock)
        self.site = Site(base_url=BASE)
        self.session = public_session(allow_private_networks=allow_private_networks)
        policy = HubPolicy(most_per_host=3, most=5, retries=RetryPolicy((10, 60, 300)))
        options: dict[str, Any] = {"base_url": BASE, "allow_private_networks": allow_private_networks}
        self.hub = Hub(database, self.session, clock, lambda: 0.5, policy=policy, **options)
        self.engine = Engine("hub", database, {"hub": self.hub.work}, clock, workers=2)
        leases = Leases(database, self.session, clock, base_url="")
        self.application = Switch(PlainTextResponse("elsewhere"), mounts(self.hub, leases, clock))
        ensure_all(database, self.site, clock())
        self.publish()

    def close(self) -> None:
        self.engine.stop()
        self.session.close()

    def publish(self, **article: str) -> bytes:
        """One article more, as `bot.app` does it; the bytes of the topic's feed."""
        if article:
            self.newsroom.publish(**article)
            self.newsroom.announcer.announce_all()
        publish_stale(self.database, self.site, self.clock())
        self.hub.tell()
        self.clock.now += SETTLING
        self.engine.drain()
        with self.database.read() as connection:
            document = shelf.lookup(connection, PATH)
        assert document is not None
        return document.body

    def subscriptions(self) -> list[Subscription]:
        with self.database.read() as connection:
            return hub_subscriptions.every(connection)


@pytest.fixture
def press(database: Database, clock: Clock) -> Iterator[Press]:
    press = Press(database, clock)
    yield press
    press.close()


@pytest.fixture
def hub(press: Press) -> Iterator[str]:
    """The hub's address."""
    with serving(press.application) as origin:
        yield f"{origin}/hub"


class Callback:
    """A callback on a fake site: agrees to what it is asked, unless told otherwise, and keeps what comes."""

    def __init__(self, site: FakeSite, path: str = "/push") -> None:
        self.site = site
        self.url = site.url(path)
        self.path = path
        self.agrees = True
        self.answers = Answer(status=204)
        site.on(path, self._answer)

    def _answer(self, request: Request) -> Answer:
        if request.method == "POST":
            return self.answers
        return Answer(request.query["hub.challenge"][0].encode() if self.agrees else b"I did not ask")

    @property
    def questions(self) -> list[dict[str, list[str]]]:
        return [request.query for request in self.site.requests_for(self.path) if request.method == "GET"]

    @property
    def pushes(self) -> list[Request]:
        return [request for request in self.site.requests_for(self.path) if request.method == "POST"]


@pytest.fixture
def callback() -> Iterator[Callback]:
    with FakeSite() as site:
        yield Callback(site)


def ask(hub: str, callback: str, *, mode: str = "subscribe", topic: str = TOPIC, **more: str) -> requests.Response:
    form = {"hub.mode": mode, "hub.topic": topic, "hub.callback": callback}
    return requests.post(hub, data=form | {f"hub.{name}": value for name, value in more.items()}, timeout=10)


def test_a_subscriber_that_we_did_not_write_gets_the_feeds_bytes_until_it_unsubscribes(press: Press, hub: str) -> None:
    with PeerSubscriber() as reader:
        name = reader.subscribe(hub, TOPIC, secret="s3cret")
        press.engine.drain()
        assert reader.confirmed == [(TOPIC, "subscribe")]
        assert reader.received == []
        body = press.publish(title="A conference on violent extremism")
        reader.wait_for(1)
        assert reader.received == [(TOPIC, body)]
        reader.unsubscribe(name)
        press.engine.drain()
        assert reader.confirmed[1:] == [(TOPIC, "unsubscribe")]
        press.publish(title="Another conference on violent extremism")
        assert len(reader.received) == 1
    assert press.subscriptions() == []


@on_sqlite_alone
def test_content_comes_signed_with_its_type_and_links(press: Press, hub: str, callback: Callback) -> None:
    assert ask(hub, callback.url, secret="s3cret").status_code == 202
    press.engine.drain()
    body = press.publish(title="A conference on violent extremism")
    (push,) = callback.pushes
    assert push.body == body
    assert push.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert push.headers["Link"] == f'<{BASE}/hub>; rel="hub", <{TOPIC}>; rel="self"'
    assert push.headers["X-Hub-Signature"].startswith("sha256=")
    assert websub.is_signed("s3cret", push.headers["X-Hub-Signature"], body)


@on_sqlite_alone
def test_only_what_changes_is_sent_and_only_once(press: Press, hub: str, callback: Callback) -> None:
    ask(hub, callback.url)
    press.engine.drain()
    press.publish(title="The weather in Ha Noi", text="It rains.")
    assert callback.pushes == []
    press.publish(title="A conference on violent extremism")
    press.publish()
    assert press.hub.tell() == 0
    press.engine.drain()
    assert len(callback.pushes) == 1
    assert "X-Hub-Signature" not in callback.pushes[0].headers


@on_sqlite_alone
def test_the_intent_is_asked_for_with_topic_lease_and_challenge(press: Press, hub: str, callback: Callback) -> None:
    callback.site.on("/own", callback._answer)
    ask(hub, callback.site.url("/own?id=7"), lease_seconds="86400")
    press.engine.drain()
    (request,) = callback.site.requests_for("/own")
    assert request.query["id"] == ["7"]
    assert request.query["hub.mode"] == ["subscribe"]
    assert request.query["hub.topic"] == [TOPIC]
    assert request.query["hub.lease_seconds"] == ["86400"]
    assert len(request.query["hub.challenge"][0]) >= 32


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b""),
        Answer(b"another challenge"),
        Answer(b"x" * 100_000),
        Answer(status=404),
        Answer(status=302, headers={"Location": "/elsewhere"}),
        Answer(hang_up=True),
    ],
)
def test_who_does_not_confirm_is_not_subscribed(
    sqlite_database: Database, clock: Clock, answer: Answer, callback: Callback
) -> None:
    press = Press(sqlite_database, clock)
    with serving(press.application) as origin:
        callback.site.on("/push", lambda _: answer)
        assert ask(f"{origin}/hub", callback.url).status_code == 202
        press.engine.drain()
        assert press.subscriptions() == []
        press.publish(title="A conference on violent extremism")
        assert len(callback.questions) == 1
        assert callback.pushes == []
    press.close()


@on_sqlite_alone
def test_a_challenge_echoed_with_an_error_is_no_confirmation(press: Press, hub: str, callback: Callback) -> None:
    callback.site.on("/push", lambda request: Answer(request.query["hub.challenge"][0].encode(), 500))
    ask(hub, callback.url)
    press.engine.drain()
    assert press.subscriptions() == []


def test_what_is_in_force_changes_only_once_it_is_confirmed(press: Press, hub: str, callback: Callback) -> None:
    ask(hub, callback.url, secret="the reader's")
    press.engine.drain()
    before = press.subscriptions()
    callback.agrees = False
    ask(hub, callback.url, secret="a stranger's", lease_seconds="999999")
    ask(hub, callback.url, mode="unsubscribe")
    press.engine.drain()
    assert press.subscriptions() == before
    press.publish(title="A conference on violent extremism")
    (push,) = callback.pushes
    assert websub.is_signed("the reader's", push.headers["X-Hub-Signature"], push.body)


def test_what_is_asked_for_while_a_question_is_out_is_asked_about_next(
    press: Press, hub: str, callback: Callback, clock: Clock
) -> None:
    def asks_again_before_it_answers(request: Request) -> Answer:
        if len(callback.questions) == 1:
            clock.advance(seconds=1)
            ask(hub, callback.url, secret="second")
        return callback._answer(request)

    callback.site.on("/push", asks_again_before_it_answers)
    ask(hub, callback.url, secret="first")
    press.engine.drain()
    assert len(callback.questions) == 2
    (subscription,) = press.subscriptions()
    assert (subscription.secret, subscription.asked_mode) == ("second", None)


@on_sqlite_alone
def test_a_renewal_replaces_lease_and_secret(press: Press, hub: str, callback: Callback, clock: Clock) -> None:
    ask(hub, callback.url, secret="old", lease_seconds="7200")
    press.engine.drain()
    clock.advance(hours=1)
    ask(hub, callback.url, secret="new", lease_seconds="7200")
    press.engine.drain()
    (subscription,) = press.subscriptions()
    assert (subscription.secret, subscription.lease_until) == ("new", clock() + timedelta(hours=2))


def test_a_lease_is_bounded_and_ends(press: Press, hub: str, callback: Callback, clock: Clock) -> None:
    ask(hub, callback.url, lease_seconds="1")
    press.engine.drain()
    assert callback.questions[0]["hub.lease_seconds"] == ["3600"]
    clock.advance(minutes=61)
    press.publish(title="A conference on violent extremism")
    assert callback.pushes == []
    press.hub.tidy()
    press.engine.drain()
    assert press.subscriptions() == []


@pytest.mark.parametrize(
    "topic",
    [
        "https://news.example/",
        "https://elsewhere.example/feeds/all.atom",
        "https://news.example/feeds/topics/unheard-of.atom",
        "https://news.example/feeds/search.atom?q=drugs",
        "https://news.example/feeds/all.atom?full=0",
        "https://news.example/feeds/%00.atom",
        "https://news.example/feeds/../hub",
    ],
)
def test_a_topic_that_is_none_of_our_feeds_is_refused(sqlite_database: Database, clock: Clock, topic: str) -> None:
    press = Press(sqlite_database, clock)
    with serving(press.application) as origin:
        answer = ask(f"{origin}/hub", "https://reader.example/", topic=topic)
    assert (answer.status_code, press.subscriptions()) == (404, [])
    assert "hub.topic is unknown here" in answer.text
    assert "https://news.example/feeds/all.atom" in answer.text
    press.close()


@pytest.mark.parametrize(
    "callback",
    ["http://127.0.0.1:8000/", "http://[::1]/", "https://localhost/x", "http://10.1.2.3/", "http://2130706433/"],
)
def test_a_callback_on_a_private_address_is_refused(sqlite_database: Database, clock: Clock, callback: str) -> None:
    press = Press(sqlite_database, clock, allow_private_networks=False)
    with serving(press.application) as origin:
        answer = ask(f"{origin}/hub", callback)
    assert (answer.status_code, press.subscriptions()) == (403, [])
    assert "hub.callback is refused" in answer.text
    press.close()


def test_a_private_address_is_refused_where_the_connection_is_made_too(
    sqlite_database: Database, clock: Clock, callback: Callback
) -> None:
    """As for a name that leads to one address when it is checked, and to another a moment later."""
    press = Press(sqlite_database, clock, allow_private_networks=False)
    wish = Wish("subscribe", PATH, TOPIC, callback.url, "rebinding.example", timedelta(days=1), None)
    with sqlite_database.write() as connection:
        hub_subscriptions.ask(connection, wish, clock())
    press.engine.drain()
    assert (callback.site.requests, press.subscriptions()) == ([], [])
    press.close()


def test_what_failed_is_sent_again_with_growing_pauses_and_only_the_newest(
    press: Press, hub: str, callback: Callback, clock: Clock
) -> None:
    ask(hub, callback.url)
    press.engine.drain()
    callback.answers = Answer(status=500)
    press.publish(title="First conference on violent extremism")
    press.publish(title="Second conference on violent extremism")
    assert len(callback.pushes) == 1, "a new article must not cut the pause short"
    for pause, attempts in ((7, 1), (1, 2), (59, 2), (1, 3)):
        clock.advance(seconds=pause)
        press.engine.drain()
        assert len(callback.pushes) == attempts
    callback.answers = Answer(status=200)
    clock.advance(seconds=300)
    press.engine.drain()
    press.engine.drain()
    assert len(callback.pushes) == 4
    assert b"Second conference" in callback.pushes[-1].body
    assert b"Second conference" not in callback.pushes[0].body


@on_sqlite_alone
def test_a_callback_that_asks_for_a_pause_gets_it(press: Press, hub: str, callback: Callback, clock: Clock) -> None:
    ask(hub, callback.url)
    press.engine.drain()
    callback.answers = Answer(status=429, headers={"Retry-After": "3600"})
    press.publish(title="A conference on violent extremism")
    callback.answers = Answer(status=204)
    clock.advance(minutes=59)
    press.engine.drain()
    assert len(callback.pushes) == 1
    clock.advance(minutes=1)
    press.engine.drain()
    assert len(callback.pushes) == 2


@on_sqlite_alone
def test_a_callback_that_is_gone_is_forgotten(press: Press, hub: str, callback: Callback) -> None:
    ask(hub, callback.url)
    press.engine.drain()
    callback.answers = Answer(status=410)
    press.publish(title="A conference on violent extremism")
    assert press.subscriptions() == []


@on_sqlite_alone
def test_a_redirect_is_not_followed(press: Press, hub: str, callback: Callback) -> None:
    ask(hub, callback.url)
    press.engine.drain()
    callback.answers = Answer(status=307, headers={"Location": callback.site.url("/elsewhere")})
    press.publish(title="A conference on violent extremism")
    assert callback.site.requests_for("/elsewhere") == []
    assert press.subscriptions()[0].error == "The callback answered 307."


def test_when_a_feed_is_no_more_its_subscribers_are_told(press: Press, hub: str, callback: Callback) -> None:
    ask(hub, callback.url)
    press.engine.drain()
    with press.database.write() as connection:
        topics.declare(connection, [replace(EXTREMISM, slug="renamed")], press.clock())
    ensure_all(press.database, press.site, press.clock())
    publish_stale(press.database, press.site, press.clock())
    press.hub.tidy()
    press.engine.drain()
    assert callback.questions[-1]["hub.mode"] == ["denied"]
    assert callback.questions[-1]["hub.topic"] == [TOPIC]
    assert press.subscriptions() == []


def test_one_host_and_all_together_have_a_limit(press: Press, hub: str) -> None:
    asked = [ask(hub, f"http://127.0.0.{host}/{number}").status_code for host in (1, 2) for number in range(4)]
    assert asked == [202, 202, 202, 429, 202, 202, 503, 503]
    assert ask(hub, "http://127.0.0.1/0").status_code == 202, "one that is known may always renew"
    assert ask(hub, "http://127.0.0.3/0", mode="unsubscribe").status_code == 404


@on_sqlite_alone
def test_requests_have_a_rate(press: Press, clock: Clock) -> None:
    endpoint = HubEndpoint(press.hub, RequestRate(clock, per_host=2, in_all=3))
    with serving(endpoint) as hub:

        def statuses(*hosts: str) -> list[int]:
            return [ask(hub, f"http://{host}/").status_code for host in hosts]

        assert statuses("127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.3") == [202, 202, 429, 202, 429]
        clock.advance(minutes=11)
        assert statuses("127.0.0.1", "127.0.0.3") == [202, 202]


@on_sqlite_alone
def test_what_is_no_request_is_refused_in_words(press: Press, hub: str) -> None:
    assert requests.get(hub, timeout=10).text.startswith("This is the WebSub hub")
    assert requests.put(hub, timeout=10).status_code == 405
    assert requests.post(hub, json={}, timeout=10).status_code == 415
    assert ask(hub, "https://reader.example/", mode="publish").status_code == 400
    too_large = ask(hub, "https://reader.example/", padding="x" * 10_000)
    assert (too_large.status_code, too_large.text) == (413, "At most 8192 bytes are read here.\n")
    assert press.subscriptions() == []
