"""What a look at a real site leaves behind for the alarms, and that a page that raised one never becomes an article."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Clock
from fake_site import FakeSite
from portal import Portal, Story, stories
from posts import Post

from feeds.alarms import of_source
from feeds.database import Database
from feeds.list_habits import LEAST_LOOKS, TAKEN_AFTER
from feeds.store.sources import SourceState

MENU = "".join(
    f'<li class="card"><a href="/topics/{n}-t9{n}.html">Section number {n} of the ministry and its work</a></li>'
    for n in range(12)
)
REDESIGNED = f"<html lang='en'><head><title>Portal</title></head><body><ul class='cards'>{MENU}</ul></body></html>"


@pytest.fixture
def post(database: Database, clock: Clock) -> Iterator[Post]:
    """A portal of ten articles that has been looked at often enough to have habits."""
    with FakeSite() as site:
        post = Post(database, clock, site)
        every = stories(10 + LEAST_LOOKS)
        for story in every[:10]:
            post.portal.publish(story)
        post.watch(post.portal.url)
        post.look(1)
        for story in every[10:]:
            clock.advance(hours=1)
            post.portal.publish(story)
            post.look(1)
        yield post
        post.fetcher.close()


def codes(post: Post, state: SourceState) -> list[str]:
    return [alarm.code for alarm in of_source(state, post.clock()).alarms]


def look_twice(post: Post) -> SourceState:
    post.look(1)
    post.clock.advance(minutes=15)
    return post.look(1)


def test_a_portal_that_is_well_has_habits_and_no_alarm(post: Post) -> None:
    state = post.look(1)
    assert codes(post, state) == []
    assert state.learned["list"]["entries"] == 10
    assert len(state.learned["listed"]) == 10
    assert set(state.learned["listed"]) <= {article.id for article in post.found()}


def test_bot_protection_is_an_alarm_and_no_article(post: Post) -> None:
    before = len(post.found())
    post.site.bot_protection(Portal.LIST)
    state = look_twice(post)
    assert codes(post, state) == ["bot-protection"]
    (alarm,) = of_source(state, post.clock()).alarms
    assert alarm.expected == "a list of about 10 articles"
    assert len(post.found()) == before
    assert len(state.learned["listed"]) == 10


def test_an_empty_list_is_an_alarm(post: Post) -> None:
    post.site.page(Portal.LIST, "<html><body><h1>News and events</h1><p>Nothing here.</p></body></html>")
    assert codes(post, look_twice(post)) == ["empty-list"]


def test_three_of_ten_entries_are_a_changed_layout(post: Post) -> None:
    del post.portal.stories[3:]
    post.portal.show()
    state = look_twice(post)
    assert codes(post, state) == ["layout-changed"]
    post.clock.advance(hours=1)
    post.portal.stories += [Story(f"again-t{n}", f"The {n}th report on cooperation at sea was given") for n in range(7)]
    post.portal.show()
    assert codes(post, post.look(1)) == []


def test_a_navigation_in_the_lists_place_is_no_news(post: Post) -> None:
    before = [article.title for article in post.found()]
    waiting = post.fresh()
    post.site.page(Portal.LIST, REDESIGNED)
    state = look_twice(post)
    assert (state.error_code, codes(post, state)) == ("layout-changed", ["layout-changed"])
    assert [article.title for article in post.found()] == before
    # It stays. Then it is the list, though nobody is alerted of what stood there.
    post.clock.advance(seconds=TAKEN_AFTER.total_seconds())
    for n in range(12):
        post.site.page(
            f"/topics/{n}-t9{n}.html", f"<html><body><h1>Section {n}</h1><p>{'Words. ' * 60}</p></body></html>"
        )
    post.site.error("/topics/3-t93.html", 500)
    state = post.look(1)
    assert (state.error_code, codes(post, state)) == (None, [])
    # One that could not be read at once is no news either.
    post.site.page("/topics/3-t93.html", f"<html><body><h1>Section 3</h1><p>{'Words. ' * 60}</p></body></html>")
    state = post.look(1)
    assert not state.learned["unread"]
    assert len(post.found()) == len(before) + 12
    assert post.fresh() == waiting
    assert "silently" not in state.learned


def test_robots_txt_is_an_alarm_at_once(database: Database, clock: Clock) -> None:
    with FakeSite() as site:
        post = Post(database, clock, site)
        site.page("/robots.txt", "User-agent: *\nDisallow: /\n", content_type="text/plain")
        post.portal.publish(stories(1)[0])
        state = post.look(post.watch(post.portal.url))
        assert codes(post, state) == ["robots"]
        post.fetcher.close()


def test_a_move_is_followed_and_said(post: Post) -> None:
    other = Portal(post.site)
    other.LIST = "/moved/list.html"  # type: ignore[misc]
    other.stories = list(post.portal.stories)
    other.show()
    post.site.redirect(Portal.LIST, post.site.url("/moved/list.html"), status=301)
    state = post.look(1)
    assert codes(post, state) == ["moved"]
    assert post.look(1).health == "ok"
