"""More was published than a page holds: the older pages of a list are read, and what cannot be reached is said."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from conftest import Clock
from fake_site import Answer, FakeSite, Request
from posts import Post

from feeds.alarms import of_source
from feeds.database import Database
from feeds.sources import KINDS
from feeds.watch import older

ON_A_PAGE = 5
WHOLE = "The two coast guards agreed on a common radio channel and on joint patrols. " * 20
on_sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Wire:
    """A news site with one list in many forms, five articles a page; the newest has the highest number."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.site = post.site
        self.dates: dict[int, datetime] = {}
        self.dated = True
        self.answers: dict[int, Answer] = {}
        """What a page answers in place of itself, by its number."""

    def publish(self, count: int, *, every: timedelta = timedelta(minutes=30)) -> None:
        """So many articles more, the last of them now."""
        newest = self.post.clock()
        for number in range(count):
            self.dates[len(self.dates) + 1] = newest - every * (count - 1 - number)

    def title(self, number: int) -> str:
        return f"Patrol {number} of the coast guards reports fair weather at sea"

    def page(self, page: int) -> list[int]:
        newest_first = sorted(self.dates, reverse=True)
        return newest_first[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]

    def serve(self, path: str, render: Callable[[list[int], int, int], Answer]) -> str:
        """`render` makes a page of the numbers it shows, its own number, and how many pages there are."""

        def answer(request: Request) -> Answer:
            asked = {name.lower(): values for name, values in request.query.items()}
            page = int((asked.get("page") or asked.get("paged") or ["1"])[0])
            last = max(1, math.ceil(len(self.dates) / ON_A_PAGE))
            if page > last:
                return Answer(b"", 404)
            return self.answers.get(page) or render(self.page(page), page, last)

        self.site.on(path, answer)
        self.site.on("/article", self.article)
        return self.site.url(path)

    def article(self, request: Request) -> Answer:
        number = int(request.query["id"][0])
        body = f"<h1>{self.title(number)}</h1><p>{WHOLE} It was patrol {number}.</p>"
        return Answer(f"<html><body>{body}</body></html>".encode(), headers={"Content-Type": "text/html"})

    def expected(self, count: int) -> list[str]:
        return sorted(self.title(number) for number in sorted(self.dates)[-count:])


def portal(wire: Wire) -> str:
    """An official portal: a pager that counts, and days without time."""

    def render(numbers: list[int], page: int, last: int) -> Answer:
        cards = "".join(
            f"<div class='card'><h3><a href='/article?id={number}'>{wire.title(number)}</a></h3>"
            + (f"<span class='time'>{wire.dates[number]:%d/%m/%Y}</span>" if wire.dated else "")
            + f"<p>Those who sailed on patrol {number} said that it had been a quiet one.</p></div>"
            for number in numbers
        )
        pager = "".join(
            f"<li><a href='/news.html?Page={one}'>{one}</a></li>" if one != page else f"<li class='active'>{one}</li>"
            for one in range(1, last + 1)
        )
        body = f"<main><h1>News</h1>{cards}<ul class='pagination'>{pager}</ul></main>"
        return Answer(f"<html><body>{body}</body></html>".encode(), headers={"Content-Type": "text/html"})

    return wire.serve("/news.html", render)


def _rss(wire: Wire, numbers: list[int], head: str) -> Answer:
    items = "".join(
        f"<item><title>{wire.title(number)}</title><link>{wire.site.url(f'/article?id={number}')}</link>"
        f"<pubDate>{wire.dates[number]:%a, %d %b %Y %H:%M:%S +0000}</pubDate>"
        f"<description>{WHOLE}{number}</description></item>"
        for number in numbers
    )
    start = "<rss version='2.0' xmlns:a='http://www.w3.org/2005/Atom'><channel><title>Wire</title>"
    body = f"{start}{head}{items}</channel></rss>"
    return Answer(body.encode(), headers={"Content-Type": "application/rss+xml"})


def paged_feed(wire: Wire) -> str:
    def render(numbers: list[int], page: int, last: int) -> Answer:
        return _rss(wire, numbers, f"<a:link rel='next' href='/feed.xml?page={page + 1}'/>" if page < last else "")

    return wire.serve("/feed.xml", render)


def archived_feed(wire: Wire) -> str:
    def render(numbers: list[int], page: int, last: int) -> Answer:
        older = f"<a:link rel='prev-archive' href='/archived.xml?page={page + 1}'/>" if page < last else ""
        return _rss(wire, numbers, older)

    return wire.serve("/archived.xml", render)


def feed_with_link_field(wire: Wire) -> str:
    def render(numbers: list[int], page: int, last: int) -> Answer:
        answer = _rss(wire, numbers, "")
        headers = {**answer.headers, "Link": f'</linked.xml?page={page + 1}>; rel="next"'}
        return Answer(answer.body, headers=headers if page < last else answer.headers)

    return wire.serve("/linked.xml", render)


def wordpress_feed(wire: Wire) -> str:
    def render(numbers: list[int], page: int, last: int) -> Answer:
        return _rss(wire, numbers, "<generator>https://wordpress.org/?v=6.8</generator>")

    return wire.serve("/feed/", render)


def json_feed(wire: Wire) -> str:
    def render(numbers: list[int], page: int, last: int) -> Answer:
        items = [
            {
                "id": str(number),
                "url": wire.site.url(f"/article?id={number}"),
                "title": wire.title(number),
                "content_text": WHOLE + str(number),
                "date_published": wire.dates[number].isoformat(),
            }
            for number in numbers
        ]
        document = {"version": "https://jsonfeed.org/version/1.1", "title": "Wire", "items": items}
        if page < last:
            document["next_url"] = wire.site.url(f"/feed.json?page={page + 1}")
        return Answer(json.dumps(document).encode(), headers={"Content-Type": "application/feed+json"})

    return wire.serve("/feed.json", render)


def interface(wire: Wire) -> str:
    """WordPress's: its `Link` field names the next page."""

    def render(numbers: list[int], page: int, last: int) -> Answer:
        posts = [
            {
                "id": number,
                "link": wire.site.url(f"/article?id={number}"),
                "title": {"rendered": wire.title(number)},
                "content": {"rendered": f"<p>{WHOLE}{number}</p>"},
                "date_gmt": f"{wire.dates[number]:%Y-%m-%dT%H:%M:%S}",
            }
            for number in numbers
        ]
        link = f'<{wire.site.url(f"/wp-json/wp/v2/posts?page={page + 1}")}>; rel="next"'
        headers = {"Content-Type": "application/json"} | ({"Link": link} if page < last else {})
        return Answer(json.dumps(posts).encode(), headers=headers)

    return wire.serve("/wp-json/wp/v2/posts", render)


FORMS: dict[str, tuple[str, Callable[[Wire], str]]] = {
    "portal": ("page", portal),
    "rel=next": ("feed", paged_feed),
    "prev-archive": ("feed", archived_feed),
    "Link": ("feed", feed_with_link_field),
    "WordPress": ("feed", wordpress_feed),
    "next_url": ("feed", json_feed),
    "interface": ("api", interface),
}


@pytest.fixture
def wire(database: Database, clock: Clock) -> Iterator[Wire]:
    with FakeSite() as site:
        post = Post(database, clock, site)
        wire = Wire(post)
        wire.publish(12)
        yield wire
        post.fetcher.close()


def watched(wire: Wire, form: str) -> int:
    """A source of that form that has had its first look."""
    kind, serve = FORMS[form]
    source = wire.post.watch(serve(wire), kind=kind)
    wire.post.look(source)
    assert len(wire.post.found()) == ON_A_PAGE
    return source


def look_until_done(wire: Wire, source: int, *, most: int = 10) -> int:
    """Looks as long as each is followed by another at once; how many there were."""
    for number in range(1, most + 1):
        state = wire.post.look(source)
        assert state.next_look is not None
        if state.next_look - wire.post.clock() > timedelta(minutes=1):
            return number
        wire.post.clock.now = max(wire.post.clock(), state.next_look)
    raise AssertionError("the looks never end")


def gaps(wire: Wire, source: int) -> list[str]:
    state = wire.post.look(source)
    return [alarm.seen for alarm in of_source(state, wire.post.clock()).alarms if alarm.code == "gap"]


@pytest.mark.parametrize("form", FORMS)
@on_sqlite_alone
def test_nothing_is_missed_after_an_outage(wire: Wire, form: str) -> None:
    source = watched(wire, form)
    wire.post.clock.advance(hours=30)
    wire.publish(18)
    assert look_until_done(wire, source) == 1
    assert sorted(wire.post.fresh()) == wire.expected(18)
    assert gaps(wire, source) == []
    assert len(wire.post.found()) == ON_A_PAGE + 18


@pytest.mark.parametrize("form", FORMS)
@on_sqlite_alone
def test_as_long_as_something_known_is_listed_one_page_is_enough(wire: Wire, form: str) -> None:
    source = watched(wire, form)
    wire.post.clock.advance(hours=2)
    wire.publish(4)
    wire.site.requests.clear()
    wire.post.look(source)
    assert sorted(wire.post.fresh()) == wire.expected(4)
    assert not [one for one in wire.site.requests if "page" in one.target.lower().replace("wp-json", "")]


def test_more_than_one_look_can_hold_is_taken_in_look_by_look(wire: Wire) -> None:
    """Each one reads eight pages at most, and the articles that are told of come from all of them."""
    source = watched(wire, "rel=next")
    wire.post.clock.advance(days=9)
    count = ON_A_PAGE * (2 * older.PAGES_A_LOOK + 3)
    wire.publish(count, every=timedelta(hours=2))
    looks = look_until_done(wire, source)
    assert 3 <= looks <= 5
    assert sorted(wire.post.fresh()) == wire.expected(count)
    assert gaps(wire, source) == []


@on_sqlite_alone
def test_a_list_without_dates_is_followed_to_what_is_known(wire: Wire) -> None:
    wire.dated = False
    source = watched(wire, "portal")
    wire.post.clock.advance(hours=30)
    wire.publish(11)
    wire.post.look(source)
    assert sorted(wire.post.fresh()) == wire.expected(11)


@on_sqlite_alone
def test_an_older_page_that_is_down_is_read_later(wire: Wire) -> None:
    source = watched(wire, "portal")
    wire.post.clock.advance(hours=30)
    wire.publish(12)
    wire.answers[2] = Answer(b"", 503)
    state = wire.post.look(source)
    assert sorted(wire.post.fresh()) == wire.expected(ON_A_PAGE)
    assert state.next_look is not None
    assert timedelta(0) < state.next_look - wire.post.clock() < timedelta(minutes=1)
    wire.answers.clear()
    look_until_done(wire, source)
    assert sorted(wire.post.fresh()) == wire.expected(12)
    assert gaps(wire, source) == []


@on_sqlite_alone
def test_an_older_page_that_stays_down_is_a_gap_that_the_operator_hears_of(wire: Wire) -> None:
    source = watched(wire, "portal")
    wire.post.clock.advance(hours=30)
    wire.publish(12)
    wire.answers[2] = Answer(b"", 503)
    for _ in range(older.PATIENCE):
        wire.post.look(source)
        wire.post.clock.advance(minutes=1)
    (seen,) = gaps(wire, source)
    assert "503" in seen
    assert sorted(wire.post.fresh()) == wire.expected(ON_A_PAGE)
    wire.post.clock.advance(days=3)
    assert gaps(wire, source) == []


@on_sqlite_alone
def test_robots_txt_holds_for_older_pages_too(wire: Wire) -> None:
    wire.site.page("/robots.txt", "User-agent: *\nDisallow: /*?Page=", content_type="text/plain")
    source = watched(wire, "portal")
    wire.post.clock.advance(hours=30)
    wire.publish(12)
    wire.post.look(source)
    (seen,) = gaps(wire, source)
    assert "robots.txt" in seen
    assert not [one for one in wire.site.requests if "Page=" in one.target]


@on_sqlite_alone
def test_a_feed_that_names_no_older_page_has_a_gap(wire: Wire) -> None:
    source = wire.post.watch(wire.serve("/short.xml", lambda numbers, *_: _rss(wire, numbers, "")), kind="feed")
    wire.post.look(source)
    wire.post.clock.advance(hours=30)
    wire.publish(9)
    (seen,) = gaps(wire, source)
    assert "names no older pages" in seen


@on_sqlite_alone
def test_a_site_that_answers_every_page_with_the_first_is_asked_once(wire: Wire) -> None:
    def render(_: list[int], page: int, __: int) -> Answer:
        return _rss(wire, wire.page(1), f"<a:link rel='next' href='/same.xml?page={page + 1}'/>")

    source = wire.post.watch(wire.serve("/same.xml", render), kind="feed")
    wire.post.look(source)
    wire.post.clock.advance(hours=30)
    wire.publish(9)
    wire.site.requests.clear()
    assert len(gaps(wire, source)) == 1
    assert [one.target for one in wire.site.requests if "same" in one.target] == ["/same.xml", "/same.xml?page=2"]


@on_sqlite_alone
def test_new_addresses_for_old_articles_open_no_archive(wire: Wire) -> None:
    """A site whose pages all move shows nothing known; by its dates it reaches back far enough."""
    wire.dates.clear()
    wire.publish(12, every=timedelta(days=5))
    source = watched(wire, "rel=next")
    wire.post.clock.advance(days=2)
    wire.dates = {number + 500: moment for number, moment in wire.dates.items()}  # other numbers, titles, addresses
    wire.dates[900] = wire.post.clock()
    wire.site.requests.clear()
    wire.post.look(source)
    assert not [one for one in wire.site.requests if "page=" in one.target]


def test_where_a_feed_goes_on() -> None:
    goes_on = KINDS["feed"].goes_on
    atom = b"<feed xmlns='http://www.w3.org/2005/Atom'><link rel='next' href='https://other.test/2'/><entry/></feed>"
    assert goes_on(atom, "https://blog.test/feed", {}) is None  # another site's list is not this one
    assert goes_on(atom.replace(b"other", b"blog"), "https://blog.test/feed", {}) == "https://blog.test/2"
    wordpress = b"<rss><channel><generator>https://wordpress.org/?v=6.1</generator></channel></rss>"
    assert goes_on(wordpress, "https://blog.test/feed/", {}) == "https://blog.test/feed/?paged=2"
    assert goes_on(wordpress, "https://blog.test/feed/?paged=2", {}) == "https://blog.test/feed/?paged=3"
    assert goes_on(wordpress, "https://blog.test/index.xml", {}) is None
    assert goes_on(b"no feed", "https://blog.test/feed/", {}) is None


def test_what_a_gap_says() -> None:
    place = older.Place("https://a.test/2", datetime(2026, 1, 2, tzinfo=UTC), 3, 1)
    assert older.Place.from_json(json.loads(json.dumps(place.to_json()))) == place
