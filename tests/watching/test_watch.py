"""One look at one source, against a real site: what is new is found once, what is broken is said and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from conftest import Clock
from fake_site import Answer, FakeSite, Request
from portal import Portal, Story, stories
from posts import HANOI, Post

from feeds import targets
from feeds.database import Database
from feeds.model import Enclosure
from feeds.store import articles, sources
from feeds.watch import PATIENCE


@pytest.fixture
def post(database: Database, clock: Clock) -> Iterator[Post]:
    with FakeSite() as site:
        post = Post(database, clock, site)
        yield post
        post.fetcher.close()


def test_the_first_look_is_a_baseline_and_the_second_finds_what_is_new(post: Post) -> None:
    *old, new = stories(8)
    for story in old:
        post.portal.publish(story)
    source = post.watch(post.portal.url)
    state = post.look(source)
    assert (state.health, len(post.found()), post.fresh()) == ("ok", 7, [])
    post.portal.publish(new)
    post.look(source)
    assert post.fresh() == [new.title]
    assert post.told == 2


def test_an_article_is_read_right(post: Post) -> None:
    for story in stories(5):
        post.portal.publish(story)
    post.look(post.watch(post.portal.url))
    newest = post.found()[0]
    story = stories(5)[-1]
    assert newest.title == story.title
    assert newest.author == "Giang Anh"
    assert newest.published is not None
    assert newest.published.astimezone(ZoneInfo(HANOI)).date() == date(2019, 8, 5)
    assert newest.text.startswith("MPS - A conference on violent extremism")
    assert "under construction" not in newest.text
    assert (newest.source, newest.language, len(newest.uid)) == ("portal", "en", 32)


def test_an_unchanged_page_costs_one_request_although_its_bytes_differ(post: Post) -> None:
    for story in stories(5):
        post.portal.publish(story)
    source = post.watch(post.portal.url)
    post.look(source)
    before = len(post.site.requests)
    post.look(source)
    assert len(post.site.requests) - before == 1
    assert len(post.found()) == 5


def test_validators_are_sent_and_304_is_nothing_new(post: Post) -> None:
    item = "<item><title>Ministers meet in Ha Noi</title><link>{}</link><description>They met.</description></item>"
    post.site.page("/a", f"<html><body><h1>Ministers meet in Ha Noi</h1><p>{'They met. ' * 40}</p></body></html>")
    feed = f"<rss version='2.0'><channel><title>t</title>{item.format(post.site.url('/a'))}</channel></rss>"
    post.site.feed("/feed", feed, etag='"1"')
    source = post.watch(post.site.url("/feed"), kind="feed")
    post.look(source)
    state = post.look(source)
    assert [request.headers.get("If-None-Match") for request in post.site.requests_for("/feed")] == [None, '"1"']
    assert (state.health, len(post.found())) == ("ok", 1)


def test_a_title_edit_is_a_revision_and_no_new_article(post: Post) -> None:
    told = stories(5)
    for story in told:
        post.portal.publish(story)
    source = post.watch(post.portal.url)
    post.look(source)
    last = post.portal.stories[0]
    last.title = last.title.replace("Officials", "Senior officials")
    post.portal.show()
    post.portal.show_page(last)
    post.look(source)
    newest = post.found()[0]
    assert len(post.found()) == 5
    assert newest.title.startswith("Senior officials")
    with post.database.read() as connection:
        (revision,) = articles.revisions_of(connection, newest.id or 0)
    assert revision.title.startswith("Officials")


def test_an_edit_of_title_and_address_at_once_is_a_revision_too(post: Post) -> None:
    def show(*titles: str) -> None:
        items = []
        for number, title in enumerate(titles):
            address = f"/news/{title.lower().replace(' ', '-')}"
            day = f"{20 - number}/10/2026 09:00"
            items.append(f'<li class="item"><h3><a href="{address}">{title}</a></h3><span>{day}</span></li>')
            post.site.page(address, f"<h1>{title}</h1><p>{'The ministry said so at length on the day. ' * 9}</p>")
        post.site.page("/news", f"<main><ul>{''.join(items)}</ul></main>")

    others = [f"Coast guard vessel returns to the port of {place}" for place in ("Vinh", "Hue", "Oslo", "Rome")]
    show("Minister opens talks on border security", *others)
    source = post.watch(post.site.url("/news"))
    post.look(source)
    show("Minister opens regional talks on border security", *others)
    post.look(source)
    assert post.fresh() == []
    (edited,) = [one for one in post.found() if one.title.startswith("Minister")]
    assert edited.title == "Minister opens regional talks on border security"
    assert edited.url == post.site.url("/news/minister-opens-regional-talks-on-border-security")


def test_a_list_that_was_found_by_itself_is_found_again_after_a_redesign(post: Post) -> None:
    titles = [f"Coast guard vessel returns to the port of {place}" for place in ("Vinh", "Hue", "Oslo", "Rome", "Bern")]
    addresses = {title: f"/news/{title.lower().replace(' ', '-')}" for title in titles}
    for title in titles:
        post.site.page(addresses[title], f"<h1>{title}</h1><p>{'The ministry said so at length that day. ' * 9}</p>")

    def old(*shown: str) -> str:
        return "".join(f'<li class="item"><h3><a href="{addresses[one]}">{one}</a></h3></li>' for one in shown)

    def new(*shown: str) -> str:
        return "".join(f'<article><div class="t"><a href="{addresses[one]}">{one}</a></div></article>' for one in shown)

    post.site.page("/news", f"<main><ul>{old(*titles[1:])}</ul></main>")
    source = post.watch(post.site.url("/news"), kind="auto")
    post.look(source)
    post.site.page("/news", f"<section>{new(*titles[1:])}</section>")
    assert post.look(source).error_code == "empty-list"
    assert (post.look(source).error_code, post.fresh()) == (None, [])
    post.site.page("/news", f"<section>{new(*titles)}</section>")
    post.look(source)
    assert post.fresh() == [titles[0]]
    # What is found in its place must hold what is known.
    links = "".join(f'<li><a href="/topics/{n}-of-the-house">Matters of the whole house {n}</a></li>' for n in range(9))
    post.site.page("/news", f"<main><ul>{links}</ul></main>")
    for _ in range(3):
        state = post.look(source)
        assert (state.error_code, post.fresh()) == ("empty-list", [titles[0]])
    assert state.error is not None
    assert state.error.startswith("nothing matches")


def test_a_feed_that_was_found_by_itself_and_is_gone_is_followed_by_the_list(post: Post) -> None:
    titles = [f"Coast guard vessel returns to the port of {place}" for place in ("Vinh", "Hue", "Oslo", "Rome", "Bern")]
    addresses = {title: f"/news/{title.lower().replace(' ', '-')}" for title in titles}
    rows = "".join(f'<li class="item"><h3><a href="{addresses[one]}">{one}</a></h3></li>' for one in titles[1:])
    items = "".join(f"<item><title>{one}</title><link>{addresses[one]}</link></item>" for one in titles[1:])
    for title in titles:
        post.site.page(addresses[title], f"<h1>{title}</h1><p>{'The ministry said so at length that day. ' * 9}</p>")
    head = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    post.site.page("/news", f"<head>{head}</head><main><ul>{rows}</ul></main>")
    post.site.page("/feed.xml", f"<rss><channel><title>F</title>{items}</channel></rss>")
    source = post.watch(post.site.url("/news"), kind="auto")
    assert post.look(source).learned["kind"] == "feed"
    post.site.error("/feed.xml", 404)
    assert post.look(source).error_code == "unreachable"
    state = post.look(source)
    assert (state.error_code, state.learned["kind"], post.fresh()) == (None, "page", [])
    new = f'<li class="item"><h3><a href="{addresses[titles[0]]}">{titles[0]}</a></h3></li>'
    post.site.page("/news", f"<main><ul>{new}{rows}</ul></main>")
    post.look(source)
    assert post.fresh() == [titles[0]]


def test_an_item_that_leaves_and_comes_back_is_known(post: Post) -> None:
    for story in stories(6):
        post.portal.publish(story)
    source = post.watch(post.portal.url)
    post.look(source)
    gone = post.portal.stories.pop(2)
    post.portal.show()
    post.look(source)
    post.portal.stories.insert(2, gone)
    post.portal.show()
    post.look(source)
    assert (len(post.found()), post.fresh()) == (6, [])


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("error", "unreachable", "503"),
        ("remove", "unreachable", "404"),
        ("bot_protection", "bot-protection", ""),
        ("empty", "empty-list", ""),
        ("hang_up", "unreachable", ""),
    ],
)
def test_a_broken_site_is_an_error_that_loses_nothing(post: Post, fault: str, code: str, words: str) -> None:
    *old, new = stories(6)
    for story in old:
        post.portal.publish(story)
    source = post.watch(post.portal.url)
    post.look(source)
    if fault == "error":
        post.site.error(Portal.LIST, 503)
    elif fault == "remove":
        post.site.remove(Portal.LIST)
    elif fault == "bot_protection":
        post.site.bot_protection(Portal.LIST)
    elif fault == "empty":
        post.site.page(Portal.LIST, "<html><body><h1>News and events</h1><p>Nothing here.</p></body></html>")
    else:
        post.site.on(Portal.LIST, lambda _: Answer(hang_up=True))
    state = post.look(source)
    assert (state.health, state.error_code) == ("failing", code)
    assert words in (state.error or "")
    assert state.error_since == post.clock()
    assert len(post.found()) == 5
    post.clock.advance(hours=1)
    post.portal.publish(new)
    state = post.look(source)
    assert (state.health, state.error, state.error_since) == ("ok", None, None)
    assert post.fresh() == [new.title]


def test_errors_back_off_and_never_give_up(post: Post) -> None:
    source = post.watch(post.portal.url)
    pauses = []
    for _ in range(14):
        state = post.look(source)
        assert state.next_look is not None
        pauses.append(state.next_look - post.clock())
        post.clock.advance(minutes=1)
    assert all(later >= earlier for earlier, later in pairwise(pauses))
    assert timedelta(hours=20) < pauses[-1] <= timedelta(hours=27)


def test_retry_after_is_obeyed(post: Post) -> None:
    post.site.error(Portal.LIST, 429, retry_after=7200)
    state = post.look(post.watch(post.portal.url))
    assert state.next_look is not None
    assert state.next_look - post.clock() >= timedelta(hours=2)


def test_an_article_whose_page_is_down_waits_for_it_and_is_then_told_whole(post: Post) -> None:
    *old, new = stories(6)
    for story in old:
        post.portal.publish(story)
    source = post.watch(post.portal.url)
    post.look(source)
    post.portal.publish(new)
    post.site.error(f"/news/{new.slug}.html", 500)
    state = post.look(source)
    assert post.fresh() == []
    assert state.next_look is not None
    assert state.next_look - post.clock() < timedelta(minutes=2)
    post.portal.show_page(new)
    post.look(source)
    assert post.fresh() == [new.title]
    assert "Delegation" in post.found()[0].text


def test_an_article_whose_page_stays_down_is_told_as_the_list_has_it(post: Post) -> None:
    *old, new = stories(6)
    for story in old:
        post.portal.publish(story)
    source = post.watch(post.portal.url)
    post.look(source)
    post.portal.publish(new)
    post.site.error(f"/news/{new.slug}.html", 500)
    for _ in range(PATIENCE):
        assert post.fresh() == []
        post.look(source)
    assert post.fresh() == [new.title]
    assert post.found()[0].text.startswith("MPS - A conference")
    post.look(source)
    assert len(post.found()) == 6


def test_a_site_that_limits_us_is_asked_for_no_more_pages_until_it_said(post: Post) -> None:
    *old, first, second, third = stories(8)
    for story in old:
        post.portal.publish(story)
    source = post.watch(post.portal.url)
    post.look(source)
    for story in (first, second, third):
        post.portal.publish(story)
        post.site.error(f"/news/{story.slug}.html", 429, retry_after=3600)
    asked = len(post.site.requests)
    state = post.look(source)
    pages = [
        one.path for one in post.site.requests[asked:] if one.path.startswith("/news/") and one.path != Portal.LIST
    ]
    assert pages == [f"/news/{first.slug}.html"]
    assert state.next_look is not None
    assert state.next_look - post.clock() >= timedelta(hours=1)
    for _ in range(PATIENCE - 1):
        assert post.fresh() == []
        post.look(source)
    assert post.fresh() == [first.title, second.title, third.title], "none is lost, nor waits for the others"


def test_a_failing_feed_keeps_the_hours_it_wants_to_be_left_alone_in(post: Post) -> None:
    hour = post.clock().hour
    skipped = "".join(f"<hour>{(hour + after) % 24}</hour>" for after in range(6))
    post.site.feed("/feed", f"<rss><channel><title>A</title><skipHours>{skipped}</skipHours></channel></rss>")
    source = post.watch(post.site.url("/feed"), kind="feed")
    post.look(source)
    post.site.error("/feed", 500)
    state = post.look(source)
    assert state.next_look is not None
    assert (state.next_look.hour - hour) % 24 >= 6


def test_half_a_feed_gives_what_can_be_read_and_the_rest_later(post: Post) -> None:
    def items(*numbers: int) -> str:
        text = "Ships of the navy met ships of the coast guard. " * 30
        return "".join(
            f"<item><title>Naval exercise number {number}</title><link>https://navy.example/{number}</link>"
            f"<description>{text}{number}</description></item>"
            for number in numbers
        )

    whole = f"<?xml version='1.0'?><rss version='2.0'><channel><title>Navy</title>{items(3, 2, 1)}</channel></rss>"
    post.site.feed("/feed", whole[: whole.index("<item><title>Naval exercise number 1") + 40])
    source = post.watch(post.site.url("/feed"), kind="feed")
    post.look(source)
    assert [article.title for article in post.found()] == ["Naval exercise number 3", "Naval exercise number 2"]
    post.site.feed("/feed", whole)
    post.look(source)
    assert len(post.found()) == 3


def test_a_source_that_was_removed_is_looked_at_no_more(post: Post) -> None:
    source = post.watch(post.portal.url)
    with post.database.write() as connection:
        claims = targets.claim(connection, ["source"], post.clock(), 1, timedelta(minutes=5))
        sources.deactivate(connection, source)
    post.watcher.work(claims[0])
    assert post.site.requests == []


def test_a_long_list_is_taken_in_over_several_looks_oldest_first(post: Post) -> None:
    numbers = range(1, 101)
    for number in numbers:
        post.site.page(
            f"/{number}", f"<html><body><h1>Report {number} on the border</h1><p>{'Text. ' * 60}</p></body></html>"
        )
    items = "".join(
        f"<item><title>Report {number} on the border</title><link>{post.site.url(f'/{number}')}</link></item>"
        for number in reversed(numbers)
    )
    post.site.feed("/feed", f"<rss version='2.0'><channel><title>Reports</title>{items}</channel></rss>", etag='"1"')
    source = post.watch(post.site.url("/feed"), kind="feed")
    looks = 0
    while post.look(source).baseline_at is None:
        looks += 1
        assert looks < 5
    assert [article.title for article in reversed(post.found())] == [f"Report {n} on the border" for n in numbers]
    assert post.fresh() == []


def test_two_entries_of_one_address_that_differ_in_words_alone_do_not_stop_the_source(post: Post) -> None:
    def feed(*summaries: str) -> str:
        items = "".join(
            f"<item><title>Live: the summit in Hue</title><link>https://live.example/summit#{number}</link>"
            f"<description>{summary * 60}</description></item>"
            for number, summary in enumerate(summaries)
        )
        return f"<rss version='2.0'><channel><title>Live</title>{items}</channel></rss>"

    post.site.feed("/feed", feed("The guests arrive. ", "The guests are late. "))
    source = post.watch(post.site.url("/feed"), kind="feed")
    for words in ("They begin. ", "They go on. ", "They end. "):
        assert post.look(source).health == "ok"
        post.site.feed("/feed", feed(words, "Nothing new. " + words, "And more. " + words))
    assert post.look(source).health == "ok"


def test_files_that_a_feed_hands_out_are_kept_with_and_without_a_page(post: Post) -> None:
    file = '<enclosure url="/talk.mp3" type="audio/mpeg" length="12"/>'
    items = "".join(
        f"<item><title>A talk on border {number}</title><link>{post.site.url(f'/{number}')}</link>{file}"
        f"<description>{'They spoke at length about the border. ' * times}</description></item>"
        for number, times in enumerate((1, 60))
    )
    post.site.feed("/feed", f"<rss version='2.0'><channel><title>Talks</title>{items}</channel></rss>")
    post.site.page("/0", f"<article><h1>A talk on border 0</h1><p>{'They spoke and spoke. ' * 40}</p></article>")
    post.look(post.watch(post.site.url("/feed"), kind="feed"))
    talk = Enclosure(post.site.url("/talk.mp3"), "audio/mpeg", 12)
    assert [article.enclosures for article in post.found()] == [(talk,), (talk,)]


def test_a_source_that_is_slower_than_its_lease_is_taken_in_all_the_same(post: Post) -> None:
    """The clock jumps by a minute at each request; the lease is two."""
    for story in stories(6):
        post.portal.publish(story)
    page = post.watch(post.portal.url)
    slow = post.site.answer

    def answer(request: Request) -> Answer:
        post.clock.advance(minutes=1)
        return slow(request)

    post.site.answer = answer  # type: ignore[method-assign]
    looks = 0
    while post.look(page).baseline_at is None:
        looks += 1
        assert looks < 10
    assert len(post.found()) == 6


def test_one_address_with_two_stories_in_two_sources_is_two_articles(post: Post) -> None:
    story = Story("joint-statement-t1", "A joint statement on terrorism was signed in Bangkok")
    for other in (*stories(4), story):
        post.portal.publish(other)
    post.look(post.watch(post.portal.url))
    post.look(post.watch(post.portal.url, slug="mirror"))
    assert len(post.found()) == 10
    assert len({article.uid for article in post.found()}) == 10


def test_a_copy_on_another_site_joins_the_story_and_a_form_filled_in_again_does_not(post: Post) -> None:
    text = (
        "MPS - The police of Da Nang and the police of Busan agreed to exchange officers, to share what they know of "
        "online fraud, and to hold a joint course each spring, the ministry said after talks that lasted for two days.",
        "Both delegations visited the harbour and the training centre, where they saw an exercise of the mobile unit.",
    )
    for other in stories(4):
        post.portal.publish(other)
    portal = post.watch(post.portal.url)
    post.look(portal)
    post.portal.publish(Story("busan-t9001", "Da Nang and Busan exchange police officers", paragraphs=text))
    again = (text[0].replace("Busan", "Osaka"), text[1])
    post.portal.publish(Story("osaka-t9002", "Da Nang and Osaka exchange police officers", paragraphs=again))
    post.look(portal)
    wire = f"<html><body><h1>Police of two harbours exchange officers</h1><p>{'</p><p>'.join(text)}</p></body></html>"
    post.site.page("/wire", wire)
    empty = "<rss version='2.0'><channel><title>Wire</title>{}</channel></rss>"
    post.site.feed("/feed", empty.format(""))
    feed = post.watch(post.site.url("/feed"), kind="feed", slug="wire")
    post.look(feed)
    item = f"<item><title>Police of two harbours exchange officers</title><link>{post.site.url('/wire')}</link></item>"
    post.site.feed("/feed", empty.format(item))
    post.look(feed)
    by_title = {article.title: article for article in post.found()}
    first = by_title["Da Nang and Busan exchange police officers"]
    form = by_title["Da Nang and Osaka exchange police officers"]
    copy = by_title["Police of two harbours exchange officers"]
    assert copy.story == first.story == first.id
    assert form.story == form.id
