"""Types and lengths of pictures and enclosures: asked for politely, kept, and told by the feeds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import feed_validity
import pytest
from conftest import Clock
from fake_site import Answer, FakeSite, Request
from lxml import etree
from stored import store_articles, store_match, store_source, store_topic

from feeds import publish
from feeds.database import Database
from feeds.fetch import Fetcher
from feeds.measuring import Measuring
from feeds.model import Article, Enclosure, Measured, Source, Span
from feeds.store import files, shelf
from feeds.visits import Visits

SITE = publish.Site("https://news.example.org", "Tocsin", tag="news.example.org,2026", hub="/hub")
PICTURE = b"\x89PNG" + b"x" * 4_321


@dataclass
class Rig:
    """A site with pictures, a store, and who asks."""

    site: FakeSite
    database: Database
    clock: Clock
    fetcher: Fetcher
    source: Source = field(init=False)
    measuring: Measuring = field(init=False)

    def __post_init__(self) -> None:
        self.source = store_source(self.database, self.clock())
        self.restart()

    def restart(self) -> None:
        visits = Visits(self.fetcher, self.clock, user_agent="tests", at_once=8, pace=timedelta(0))
        self.measuring = Measuring(self.database, visits, self.clock)

    def serve(self, path: str, body: bytes = PICTURE, kind: str = "image/png") -> None:
        self.site.page(path, body, content_type=kind)

    def store(self, *paths: str, enclosures: tuple[Enclosure, ...] = ()) -> list[int]:
        wanted = [
            Article(
                self.site.url(f"/news{path}"),
                f"News {path}",
                text="The sea.",
                image=self.site.url(path),
                enclosures=enclosures,
            )
            for path in paths
        ]
        return store_articles(self.database, self.source, wanted, self.clock())

    def known(self, path: str) -> list[Measured]:
        with self.database.read() as connection:
            return files.measured(connection, [self.site.url(path)])

    def asked(self, path: str) -> list[str]:
        return [one.method for one in self.site.requests_for(path)]

    def publish(self) -> dict[str, bytes]:
        publish.ensure_all(self.database, SITE, self.clock())
        publish.publish_stale(self.database, SITE, self.clock())
        held = shelf.SqlShelf(self.database)
        found = {extension: held.lookup(f"all.{extension}") for extension in ("rss", "atom", "json")}
        return {extension: one.body for extension, one in found.items() if one is not None}


@pytest.fixture
def rig(database: Database, clock: Clock) -> Iterator[Rig]:
    with FakeSite() as site, Fetcher(user_agent="tests", trusted_origins={site.origin}, deadline=1) as fetcher:
        yield Rig(site, database, clock, fetcher)


def test_a_picture_is_asked_about_once_by_head(rig: Rig) -> None:
    rig.serve("/a.png")
    rig.store("/a.png")
    assert rig.measuring.measure() == 1
    assert rig.known("/a.png") == [Measured(rig.site.url("/a.png"), "image/png", len(PICTURE))]
    assert rig.asked("/a.png") == ["HEAD"]
    again = Article(rig.site.url("/news/again"), "Again", text="The sea.", image=rig.site.url("/a.png"))
    store_articles(rig.database, rig.source, [again], rig.clock())
    rig.restart()
    rig.measuring.measure()
    assert rig.asked("/a.png") == ["HEAD"]


def test_where_head_is_refused_no_more_than_the_header_of_a_get_is_read(rig: Rig) -> None:
    def answer(request: Request) -> Answer:
        headers = {"Content-Type": "image/webp"}
        return Answer(status=405) if request.method == "HEAD" else Answer(b"x" * 50_000, headers=headers, drip_body=0.2)

    rig.site.on("/a", answer)
    rig.store("/a")
    rig.measuring.measure()
    assert rig.known("/a") == [Measured(rig.site.url("/a"), "image/webp", 50_000)]
    assert rig.asked("/a") == ["HEAD", "GET"]


@pytest.mark.parametrize(
    ("kind", "headers", "known"),
    [
        ("text/html; charset=utf-8", {}, ("", None)),
        ("image/svg+xml", {"Content-Encoding": "gzip"}, ("image/svg+xml", None)),
        ("image/png", {"Transfer-Encoding": "chunked"}, ("image/png", None)),
        ("IMAGE/PNG", {"Content-Length": "many"}, ("image/png", None)),
        ("image/png", {"Content-Length": "0"}, ("image/png", None)),
        ("nonsense", {"Content-Length": "17"}, ("nonsense", 17)),
    ],
)
def test_only_what_is_said_clearly_is_believed(
    rig: Rig, kind: str, headers: dict[str, str], known: tuple[str, int | None]
) -> None:
    rig.site.on("/a", lambda _: Answer(headers={"Content-Type": kind, **headers}))
    rig.store("/a")
    rig.measuring.measure()
    assert [(one.type, one.length) for one in rig.known("/a")] == [known]


def test_a_picture_that_is_gone_is_left_out_of_the_feeds(rig: Rig) -> None:
    rig.serve("/there.png")
    rig.store("/gone.png", "/there.png")
    before = rig.publish()["atom"]
    rig.measuring.measure()
    assert rig.known("/gone.png") == [Measured(rig.site.url("/gone.png"), gone=True)]
    after = rig.publish()
    assert f'href="{rig.site.url("/gone.png")}"'.encode() in before
    assert f'href="{rig.site.url("/gone.png")}"'.encode() not in after["atom"]
    assert [bool(item.get("image")) for item in json.loads(after["json"])["items"]] == [True, False]


@pytest.mark.parametrize("way", ["robots", "private", "elsewhere"])
def test_what_must_not_be_asked_is_not(rig: Rig, way: str) -> None:
    rig.serve("/a.png")
    if way == "robots":
        rig.site.page("/robots.txt", "User-agent: *\nDisallow: /a.png", content_type="text/plain")
    else:
        rig.site.redirect("/a.png", "http://10.0.0.1/a.png" if way == "private" else "ftp://example.org/a.png")
    rig.store("/a.png")
    rig.clock.advance(days=1)
    for _ in range(3):
        rig.measuring.measure()
        rig.clock.advance(days=2)
    assert len(rig.asked("/a.png")) == (0 if way == "robots" else 1)
    assert rig.known("/a.png") == [Measured(rig.site.url("/a.png"))]


def test_a_server_in_trouble_is_asked_three_times_and_let_alone(rig: Rig) -> None:
    rig.site.error("/a.png", 503, retry_after=3 * 3600)
    rig.store("/a.png")
    times = []
    for hour in range(24 * 5):
        if rig.measuring.measure():
            times.append(hour)
        if hour == 20:
            rig.restart()  # remembered over a restart
        rig.clock.advance(hours=1)
    assert times == [0, 3, 27]
    assert rig.asked("/a.png") == ["HEAD"] * 3


def test_a_slow_server_holds_up_nobody_elses_pictures(rig: Rig, clock: Clock) -> None:
    rig.site.silent("/slow.png")
    rig.serve("/quick.png")
    with FakeSite() as other:
        other.page("/quick.png", PICTURE, content_type="image/png")
        rig.fetcher = Fetcher(user_agent="tests", trusted_origins={rig.site.origin, other.origin}, deadline=0.3)
        rig.restart()
        elsewhere = Article(other.url("/news"), "Elsewhere", text="Sea.", image=other.url("/quick.png"))
        store_articles(rig.database, rig.source, [elsewhere], clock())
        rig.store("/quick.png", "/slow2.png", "/slow.png")
        rig.site.silent("/slow2.png")
        assert rig.measuring.measure() == 2
        assert [one.method for one in other.requests_for("/quick.png")] == ["HEAD"]
        assert rig.asked("/slow2.png") == []
        rig.fetcher.close()


def test_what_one_process_has_found_out_no_other_asks_for(rig: Rig) -> None:
    for path in ("/a.png", "/b.png"):
        rig.serve(path)
    rig.store("/a.png")
    visits = Visits(rig.fetcher, rig.clock, user_agent="tests", pace=timedelta(0))
    other = Measuring(rig.database, visits, rig.clock)
    assert rig.measuring.measure() == 1
    rig.store("/b.png")
    other._gather()  # it has noted both, as if it had begun before the first was kept
    other._waiting[rig.site.url("/a.png")] = ({1}, files.Asked(0, rig.clock()))
    assert other.measure() == 0  # it is the first one's turn
    rig.clock.advance(minutes=3)
    assert other.measure() == 1
    assert rig.asked("/a.png") == rig.asked("/b.png") == ["HEAD"]


def test_several_files_of_one_host_are_asked_about_at_its_pace(rig: Rig) -> None:
    paths = ["/a.png", "/b.png", "/c.png"]
    for path in paths:
        rig.serve(path)
    rig.store(*paths)
    visits = Visits(rig.fetcher, rig.clock, user_agent="tests", at_once=1, pace=timedelta(seconds=0.2))
    assert Measuring(rig.database, visits, rig.clock).measure() == 3


def test_other_requests_to_a_host_go_first(rig: Rig) -> None:
    rig.serve("/a.png")
    rig.store("/a.png")
    visits = Visits(rig.fetcher, rig.clock, user_agent="tests", at_once=1, pace=timedelta(0))
    busy = Measuring(rig.database, visits, rig.clock, seconds=0)
    with visits._requests.turn(rig.site.url("/")):
        assert busy.measure() == 0
    assert rig.asked("/a.png") == []
    assert busy.measure() == 1


def test_the_feeds_tell_type_and_length_and_nothing_else_changes(rig: Rig, clock: Clock) -> None:
    rig.serve("/a", kind="image/webp")
    rig.serve("/talk", b"x" * 999, "audio/mpeg")
    said = Enclosure(rig.site.url("/said.pdf"), "application/pdf", 5)
    (article,) = rig.store("/a", enclosures=(Enclosure(rig.site.url("/talk")), said))
    store_match(rig.database, store_topic(rig.database, clock(), "sea", "sea"), article, Span("text", 4, 7, "sea"))
    before = rig.publish()
    clock.advance(minutes=1)
    assert rig.measuring.measure() == 2
    assert rig.asked("/said.pdf") == []
    after = rig.publish()
    assert not feed_validity.rss_problems(after["rss"])
    assert not feed_validity.atom_problems(after["atom"])
    assert not feed_validity.json_problems(after["json"])
    rss, atom = (etree.fromstring(after[kind]) for kind in ("rss", "atom"))
    shown = {one.get("url"): one for one in rss.iter("{http://search.yahoo.com/mrss/}content")}
    media = shown[rig.site.url("/a")]
    assert (media.get("type"), media.get("fileSize")) == ("image/webp", str(len(PICTURE)))
    enclosures = [(one.get("type"), one.get("length")) for one in rss.iter("enclosure")]
    assert ("audio/mpeg", "999") in enclosures
    links = {one.get("href"): one for one in atom.iter("{http://www.w3.org/2005/Atom}link")}
    assert links[rig.site.url("/a")].get("length") == str(len(PICTURE))
    attachments = {one["url"]: one for one in json.loads(after["json"])["items"][0]["attachments"]}
    assert attachments[rig.site.url("/talk")] == {
        "url": rig.site.url("/talk"),
        "mime_type": "audio/mpeg",
        "size_in_bytes": 999,
    }
    dates = [[one.text for one in etree.fromstring(body["atom"]).iter("{*}updated")] for body in (before, after)]
    assert dates[0] == dates[1]
    topic = shelf.SqlShelf(rig.database).lookup("topics/sea.atom")
    assert topic is not None
    assert f'length="{len(PICTURE)}"'.encode() in topic.body
    clock.advance(minutes=1)
    assert rig.measuring.measure() == 0
    assert rig.publish() == after
