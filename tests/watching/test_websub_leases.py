"""Our leases at other hubs, over HTTP: what is pushed is looked at at once, who pushes must be the hub, and a hub that
goes silent costs nothing but the difference to polling.
"""

from __future__ import annotations

import hmac
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
from conftest import Clock
from fake_site import Answer, FakeSite, Request
from hypothesis import given
from hypothesis import strategies as st
from served_feeds import serving
from starlette.responses import PlainTextResponse
from websub_peers import PeerHub

from bot.engine import Engine
from bot.hub import Hub
from bot.leases import Leases
from bot.web.application import Switch
from bot.web.hub import MAXIMUM_PUSH, mounts
from feeds import targets, websub
from feeds.addresses import public_session
from feeds.database import Database
from feeds.fetch import Fetcher
from feeds.model import Source
from feeds.store import articles, leases, sources
from feeds.store.leases import Lease
from feeds.visits import Visits
from feeds.watch import Watcher

on_sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what does not differ by database."""

CERTIFICATES = Path(__file__).parent.parent / "data" / "feeds" / "certificates"
POLLED = timedelta(minutes=15)
"""Between looks at a source whose rhythm isn't known."""


class Late:
    """An application that is made once its address is known."""

    def __init__(self) -> None:
        self.application: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.application(scope, receive, send)


class Desk:
    """A watcher of one feed on a fake site, and our callbacks on a real port."""

    def __init__(self, database: Database, clock: Clock, site: FakeSite, server: ExitStack) -> None:
        self.database = database
        self.clock = clock
        self.site = site
        self.newest = 0
        self.by_link_field = False
        self.session = public_session(allow_private_networks=True)
        late = Late()
        self.origin = server.enter_context(serving(late))
        self.leases = Leases(database, self.session, clock, base_url=self.origin)
        hub = Hub(database, self.session, clock, lambda: 0.0, base_url=self.origin)
        late.application = Switch(PlainTextResponse("elsewhere"), mounts(hub, self.leases, clock))
        self.fetcher = Fetcher(user_agent="Tocsin tests", allow_private_networks=True, deadline=5)
        visits = Visits(self.fetcher, clock, user_agent="Tocsin tests", pace=timedelta(0))
        watcher = Watcher(database, visits, clock, lambda: 0.0)
        self.engine = Engine("desk", database, {"source": watcher.work, "lease": self.leases.work}, clock, workers=1)

    def close(self) -> None:
        self.engine.stop()
        self.session.close()
        self.fetcher.close()

    def watch(self, hub: str, **options: object) -> int:
        """Watch the feed, which announces `hub`, from now on: the first look, and what follows from it."""
        self.hub = hub
        self.publish()
        with self.database.write() as connection:
            source = Source("portal", self.topic, kind="feed", options=options)
            self.source = sources.add(connection, source, self.clock())
        self.engine.drain()
        self.keep()
        return self.source

    @property
    def topic(self) -> str:
        return self.site.url("/feed")

    def publish(self) -> None:
        """One item more in the feed; nobody is told."""
        self.newest += 1
        items = "".join(
            f"<item><title>Statement number {number}</title><link>https://portal.example/statements/{number}</link>"
            f"<description>{f'What was said on day {number}. ' * 60}</description></item>"
            for number in range(self.newest, 0, -1)
        )
        links = f"<a:link rel='hub' href='{self.hub}'/><a:link rel='self' href='{self.topic}'/>"
        field = {"Link": f'<{self.hub}>; rel="hub", <{self.topic}>; rel="self"'}
        self.site.feed(
            "/feed",
            "<rss version='2.0' xmlns:a='http://www.w3.org/2005/Atom'><channel><title>Portal</title>"
            f"{'' if self.by_link_field else links}{items}</channel></rss>",
            headers=field if self.by_link_field else None,
        )

    def keep(self) -> None:
        """What the clock does every half minute."""
        self.leases.keep()
        self.engine.drain()

    def wait(self, **duration: float) -> None:
        """Time passes, and whatever is due is done."""
        self.clock.advance(**duration)
        self.engine.drain()

    @property
    def lease(self) -> Lease:
        (lease,) = self.all_leases
        return lease

    @property
    def all_leases(self) -> list[Lease]:
        with self.database.read() as connection:
            return leases.every(connection)

    @property
    def callback(self) -> str:
        return f"{self.origin}/websub/{self.lease.token}"

    @property
    def next_look(self) -> timedelta | None:
        """From now."""
        with self.database.read() as connection:
            state = sources.state(connection, self.source)
        return None if state is None or state.next_look is None else state.next_look - self.clock()

    @property
    def next_turn(self) -> timedelta:
        """Of the lease, from now."""
        with self.database.read() as connection:
            table = targets.targets
            due: datetime = connection.execute(table.select().where(table.c.kind == "lease")).one().due
        return due - self.clock()

    @property
    def found(self) -> int:
        with self.database.read() as connection:
            return articles.count(connection)


@pytest.fixture
def desk(database: Database, clock: Clock) -> Iterator[Desk]:
    with FakeSite() as site, ExitStack() as server:
        desk = Desk(database, clock, site, server)
        yield desk
        desk.close()


@pytest.fixture
def peer() -> Iterator[PeerHub]:
    with PeerHub() as hub:
        yield hub


class OwnHub:
    """A hub on the desk's fake site that does as a test wants: it says 202, and confirms only when told to."""

    def __init__(self, desk: Desk, path: str = "/hub") -> None:
        self.desk = desk
        self.url = desk.site.url(path)
        self.path = path
        self.answer = Answer(status=202)
        desk.site.on(path, lambda _: self.answer)

    @property
    def requests(self) -> list[dict[str, str]]:
        forms = [parse_qs(request.body.decode()) for request in self.desk.site.requests_for(self.path)]
        return [{name: value[0] for name, value in form.items()} for form in forms]

    def confirm(self, **changed: str) -> requests.Response:
        asked = self.requests[-1]
        fields = {name: asked[f"hub.{name}"] for name in ("mode", "topic", "lease_seconds") if f"hub.{name}" in asked}
        fields |= {"challenge": "c-h-a-l-l-e-n-g-e"} | changed
        query = {f"hub.{name}": value for name, value in fields.items()}
        return requests.get(asked["hub.callback"], params=query, timeout=10)

    def push(self, body: bytes = b"<feed/>", method: str = "sha256", **headers: str) -> requests.Response:
        """Content, signed, for the last callback that was asked for."""
        asked = [one for one in self.requests if one["hub.mode"] == "subscribe"][-1]
        digest = hmac.new(asked["hub.secret"].encode(), body, method).hexdigest()
        signed = {"X-Hub-Signature": f"{method}={digest}"} | headers
        return requests.post(asked["hub.callback"], data=body, headers=signed, timeout=10)


@pytest.fixture
def hub(desk: Desk) -> OwnHub:
    return OwnHub(desk)


# With a hub that we did not write


@on_sqlite_alone
@pytest.mark.parametrize("method", websub.SIGNATURE_METHODS)
def test_a_hub_that_we_did_not_write_tells_us_of_news(desk: Desk, method: str) -> None:
    with PeerHub(method) as peer:
        desk.watch(peer.address)
        peer.settle()
        assert desk.lease.lease_until == desk.clock() + websub.USUAL_LEASE
        desk.clock.advance(minutes=1)
        desk.publish()
        peer.publish(desk.topic)
        assert desk.next_look == timedelta(0)
        desk.engine.drain()
        assert desk.found == 2
        assert desk.next_look == timedelta(hours=6)


@on_sqlite_alone
def test_a_hub_that_only_the_link_field_names_tells_us_too(desk: Desk, peer: PeerHub) -> None:
    """WebSub, section 4: a subscriber looks at the `Link` field first, and a feed need not repeat it."""
    desk.by_link_field = True
    desk.watch(peer.address)
    peer.settle()
    assert (desk.lease.hub, desk.lease.topic) == (peer.address, desk.topic)
    desk.clock.advance(minutes=1)
    desk.publish()
    peer.publish(desk.topic)
    desk.engine.drain()
    assert desk.found == 2


def test_when_the_source_goes_the_hub_is_told_and_the_lease_forgotten(desk: Desk, peer: PeerHub) -> None:
    desk.watch(peer.address)
    peer.settle()
    assert len(peer.subscribers) == 1
    callback = desk.callback
    with desk.database.write() as connection:
        sources.deactivate(connection, desk.source)
    desk.keep()
    peer.settle()
    assert (dict(peer.subscribers), desk.all_leases) == ({}, [])
    assert requests.post(callback, data=b"<feed/>", timeout=10).status_code == 410


@on_sqlite_alone
def test_a_hub_that_denies_is_asked_again_after_a_day(desk: Desk, peer: PeerHub) -> None:
    peer.refuse("this topic is not mine")
    desk.watch(peer.address)
    peer.settle()
    assert (desk.lease.lease_until, desk.lease.error) == (None, "The hub denied: this topic is not mine")
    assert timedelta(minutes=10) <= desk.next_turn <= timedelta(days=1)
    desk.wait(seconds=10)
    assert desk.next_look == POLLED


# What is asked


@on_sqlite_alone
def test_the_request_is_the_recommendations(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    (request,) = hub.requests
    assert request == {
        "hub.mode": "subscribe",
        "hub.topic": desk.topic,
        "hub.callback": desk.callback,
        "hub.lease_seconds": "864000",
        "hub.secret": desk.lease.secret,
    }
    assert min(len(desk.lease.token), len(desk.lease.secret)) >= 43
    desk.keep()
    assert len(hub.requests) == 1


def test_a_lease_is_renewed_at_half_its_time_with_the_same_callback(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    assert hub.confirm(lease_seconds="86400").text == "c-h-a-l-l-e-n-g-e"
    assert (desk.lease.lease_until, desk.next_turn) == (desk.clock() + timedelta(days=1), timedelta(hours=12))
    desk.wait(hours=12)
    assert len(hub.requests) == 2
    assert hub.requests[0] == hub.requests[1]
    hub.confirm(lease_seconds="86400")
    assert desk.lease.lease_until == desk.clock() + timedelta(days=1)


@on_sqlite_alone
@pytest.mark.parametrize(("said", "believed"), [("1", 60), ("99999999999", 30 * 86400), (None, 10 * 86400)])
def test_a_lease_is_believed_within_bounds(desk: Desk, hub: OwnHub, said: str | None, believed: int) -> None:
    desk.watch(hub.url)
    hub.answer = Answer(status=202)
    asked = hub.requests[-1]
    fields = {"hub.mode": "subscribe", "hub.topic": asked["hub.topic"], "hub.challenge": "c"}
    query = fields | ({"hub.lease_seconds": said} if said else {})
    assert requests.get(asked["hub.callback"], params=query, timeout=10).text == "c"
    assert desk.lease.lease_until == desk.clock() + timedelta(seconds=believed)


@on_sqlite_alone
@pytest.mark.parametrize("answer", [Answer(status=500), Answer(status=404), Answer(hang_up=True), Answer(status=202)])
def test_a_hub_that_does_not_answer_is_asked_with_growing_pauses(desk: Desk, hub: OwnHub, answer: Answer) -> None:
    hub.answer = answer
    desk.watch(hub.url)
    for number, pause in enumerate([10, 60, 6 * 60, 24 * 60, 24 * 60], start=1):
        assert len(hub.requests) == number
        assert desk.next_turn == timedelta(minutes=pause)
        assert desk.lease.lease_until is None
        desk.wait(minutes=pause)
    hub.answer = Answer(status=204)
    desk.wait(days=1)
    hub.confirm()
    assert (desk.lease.error, desk.next_turn) == (None, timedelta(days=5))


@on_sqlite_alone
def test_a_hub_that_moved_is_followed_and_one_in_circles_is_not(desk: Desk, hub: OwnHub) -> None:
    new = OwnHub(desk, "/new")
    hub.answer = Answer(status=308, headers={"Location": "/new"})
    desk.watch(hub.url)
    assert new.requests == hub.requests
    new.answer = Answer(status=307, headers={"Location": "/hub"})
    desk.wait(minutes=10)
    assert (len(hub.requests), len(new.requests)) == (3, 2)
    assert desk.lease.error == "The hub sends us from one address to the next."


@on_sqlite_alone
def test_a_hub_that_sends_us_out_of_tls_does_not_get_the_secret_there(desk: Desk, hub: OwnHub) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "valid.pem")
    desk.session.verify = str(CERTIFICATES / "authority.pem")
    with FakeSite(tls=context) as secured:
        secured.redirect("/hub", hub.url, 307)
        desk.watch(secured.url("/hub"))
        assert len(secured.requests_for("/hub")) == 1
    assert hub.requests == []
    assert desk.lease.error == "The hub sends us from https to http, with a secret."


@on_sqlite_alone
def test_a_feed_that_names_another_hub_has_the_old_lease_ended(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    hub.confirm()
    other = OwnHub(desk, "/other")
    desk.hub = other.url
    desk.publish()
    desk.wait(minutes=15)
    desk.keep()
    assert (hub.requests[-1]["hub.mode"], other.requests[-1]["hub.mode"]) == ("unsubscribe", "subscribe")
    assert hub.confirm().status_code == 200
    assert desk.lease.hub == other.url


@on_sqlite_alone
def test_a_hub_that_does_not_let_go_is_not_asked_for_ever(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    hub.confirm()
    with desk.database.write() as connection:
        sources.deactivate(connection, desk.source)
    desk.keep()
    for hours in (1, 2, 7, 24):
        desk.wait(hours=hours)
    assert [request["hub.mode"] for request in hub.requests] == ["subscribe"] + 3 * ["unsubscribe"]
    assert desk.all_leases == []


@on_sqlite_alone
def test_where_nobody_can_reach_us_or_the_operator_says_no_nothing_is_asked(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url, websub=False)
    assert hub.requests == []
    unreachable = Leases(desk.database, desk.session, desk.clock, base_url="")
    with desk.database.write() as connection:
        connection.execute(sources.sources.update().values(options={}))
    unreachable.keep()
    assert desk.all_leases == []
    desk.keep()
    assert len(hub.requests) == 1


@on_sqlite_alone
def test_when_our_own_address_changes_the_hub_is_told_the_new_one(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    hub.confirm()
    moved = Leases(desk.database, desk.session, desk.clock, base_url="https://new.example")
    moved.keep()
    with desk.database.write() as connection:
        (claim,) = targets.claim(connection, ["lease"], desk.clock(), 1, timedelta(minutes=1))
    moved.work(claim)
    assert hub.requests[-1]["hub.callback"] == f"https://new.example/websub/{desk.lease.token}"


# What strangers try


def test_only_what_was_asked_for_is_confirmed_and_only_once(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    assert hub.confirm(mode="unsubscribe").status_code == 404
    assert hub.confirm(topic="https://elsewhere.example/feed").status_code == 404
    assert hub.confirm(challenge="").status_code == 400
    assert hub.confirm(mode="publish").status_code == 400
    assert desk.lease.lease_until is None
    assert hub.confirm(lease_seconds="86400").status_code == 200
    held = desk.lease
    desk.clock.advance(hours=1)
    assert hub.confirm(lease_seconds="2592000").status_code == 404, "a replayed question"
    assert desk.lease == held
    stranger = requests.get(
        f"{desk.origin}/websub/{'x' * 43}", params={"hub.mode": "denied", "hub.topic": "t"}, timeout=10
    )
    assert stranger.status_code == 404


@on_sqlite_alone
@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "%01", "%F0%9F%98%80", "%ff", "a/b"])
def test_a_callback_that_is_none_is_gone(desk: Desk, token: str) -> None:
    assert requests.post(f"{desk.origin}/websub/{token}", data=b"x", timeout=10).status_code == 410


@on_sqlite_alone
def test_a_challenge_is_text_to_every_browser(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    answer = hub.confirm(challenge="<script>alert(1)</script>")
    assert answer.text == "<script>alert(1)</script>"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"


@on_sqlite_alone
@pytest.mark.parametrize("signature", ["", "sha256=", f"sha256={'0' * 64}", f"md5={'0' * 32}", "sha1"])
def test_what_is_not_signed_as_it_should_be_is_ignored(desk: Desk, hub: OwnHub, signature: str) -> None:
    desk.watch(hub.url)
    hub.confirm()
    assert hub.push(**{"X-Hub-Signature": signature}).status_code == 202
    assert (desk.lease.pushed_at, desk.next_look) == (None, POLLED)
    assert hub.push().status_code == 202
    assert (desk.lease.pushed_at, desk.next_look) == (desk.clock(), timedelta(seconds=10))


@on_sqlite_alone
def test_a_signature_is_over_the_whole_exact_body(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    hub.confirm()
    body = b"\x00\xff<feed/>\r\n" * 50_000
    signed = websub.signature(desk.lease.secret, body)
    for other in (body[:-1], body + b" ", b""):
        assert requests.post(desk.callback, data=other, headers={"X-Hub-Signature": signed}, timeout=10).ok
    assert desk.lease.pushed_at is None
    requests.post(desk.callback, data=body, headers={"X-Hub-Signature": signed}, timeout=10)
    assert desk.lease.pushed_at == desk.clock()


@on_sqlite_alone
def test_a_push_that_no_feed_can_be_is_not_read(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    hub.confirm()
    body = bytes(MAXIMUM_PUSH + 1)
    try:
        answer = hub.push(body)
    except requests.ConnectionError:
        pass  # the server hung up while more was coming
    else:
        assert answer.status_code == 413
    assert desk.lease.pushed_at is None


@given(moments=st.lists(st.integers(0, 5), max_size=8))
def test_trust_has_to_be_earned_anew_and_dearer_each_time(moments: list[int]) -> None:
    now = Clock()()
    lease = Lease(1, 1, "token", "hub", "topic", "secret", True, lease_until=now + timedelta(days=1))
    for told in moments:
        for missed in range(10):
            one = replace(lease, told=told, missed=missed)
            assert one.is_trusted(now) is (told >= min(2**missed, 32))
            assert not one.is_trusted(now + timedelta(days=1))
            assert not replace(one, wanted=False).is_trusted(now)


# What pushes mean for looking


@on_sqlite_alone
def test_a_confirmed_lease_alone_is_no_reason_to_look_rarely(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    hub.confirm()
    desk.wait(minutes=15)
    assert desk.next_look == POLLED


def test_a_hub_that_goes_silent_is_found_out_by_a_check(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    hub.confirm()
    desk.clock.advance(minutes=1)
    desk.publish()
    hub.push()
    desk.engine.drain()
    assert desk.next_look == timedelta(hours=6)
    desk.publish()
    desk.wait(hours=6)
    assert (desk.found, desk.next_look) == (3, POLLED)
    for number in (1, 2):
        desk.publish()
        desk.clock.advance(minutes=1)
        hub.push()
        desk.engine.drain()
        assert desk.next_look == (POLLED if number == 1 else timedelta(hours=6)), "once more than it took before"
    assert desk.found == 5


@on_sqlite_alone
def test_a_check_that_finds_nothing_leaves_the_hub_trusted(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    hub.confirm()
    desk.clock.advance(minutes=1)
    desk.publish()
    hub.push()
    desk.engine.drain()
    desk.wait(hours=6)
    assert desk.next_look == timedelta(hours=6)


def test_when_the_lease_lapses_the_source_is_polled_as_ever(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    hub.confirm(lease_seconds="43200")
    desk.clock.advance(minutes=1)
    desk.publish()
    hub.push()
    desk.engine.drain()
    desk.wait(hours=6)
    assert desk.next_look == timedelta(hours=5, minutes=59), "the end of the lease"
    desk.wait(hours=5, minutes=59)
    assert desk.next_look == POLLED


@on_sqlite_alone
def test_a_hub_that_ends_a_lease_has_the_source_polled_at_once(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    hub.confirm()
    desk.clock.advance(minutes=1)
    desk.publish()
    hub.push()
    desk.engine.drain()
    desk.wait(minutes=1)
    assert hub.confirm(mode="denied", reason="gone").status_code == 200
    assert (desk.next_look, desk.next_turn) == (timedelta(0), timedelta(days=1))
    desk.engine.drain()
    assert desk.next_look == POLLED


def test_what_is_pushed_during_a_look_is_looked_at_after_it(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    hub.confirm()
    served = desk.site._routes["/feed"]

    def pushes_while_it_answers(request: Request) -> Answer:
        desk.site.on("/feed", served)
        answer = desk.site.answer(request)
        desk.clock.advance(seconds=1)
        hub.push()
        return answer

    desk.site.on("/feed", pushes_while_it_answers)
    desk.wait(minutes=15)
    assert desk.next_look == timedelta(seconds=10)
    desk.publish()
    desk.wait(seconds=10)
    assert (desk.found, desk.next_look) == (2, timedelta(hours=6))


@on_sqlite_alone
def test_a_push_that_comes_before_the_news_is_followed_by_more_looks(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    hub.confirm()
    desk.clock.advance(minutes=1)
    hub.push()
    desk.engine.drain()
    assert (desk.found, desk.next_look) == (1, timedelta(seconds=30))
    desk.publish()
    desk.wait(seconds=30)
    assert (desk.found, desk.next_look, desk.lease.missed) == (2, timedelta(hours=6), 0)


@on_sqlite_alone
def test_a_push_without_news_is_believed_for_some_minutes(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    hub.confirm()
    desk.clock.advance(minutes=1)
    hub.push()
    desk.engine.drain()
    for seconds in (30, 60, 180, 540):
        assert desk.next_look == timedelta(seconds=seconds)
        desk.wait(seconds=seconds)
    assert desk.next_look == timedelta(hours=6)


@on_sqlite_alone
def test_a_flood_of_pushes_is_no_flood_of_looks(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    hub.confirm()
    looks = len(desk.site.requests_for("/feed"))
    for _ in range(20):
        hub.push()
        desk.wait(seconds=1)
    assert len(desk.site.requests_for("/feed")) - looks <= 3


def test_a_push_does_not_cut_short_the_pause_that_a_site_asked_for(desk: Desk, hub: OwnHub) -> None:
    desk.watch(hub.url)
    hub.confirm()
    desk.site.error("/feed", 503, retry_after=7200)
    desk.wait(minutes=15)
    hub.push()
    assert desk.next_look is not None
    assert desk.next_look >= timedelta(hours=2)
    desk.publish()
    desk.wait(hours=3)
    assert (desk.found, desk.lease.missed) == (2, 0)
