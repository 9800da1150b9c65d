"""The answers of the chat: whatever is in them, Telegram takes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fake_bot_text import formatted, units
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat import replies
from bot.chat.replies import Reply
from bot.chat.services import Found
from bot.errors import RequestError
from bot.languages import LANGUAGES
from bot.model import Destination
from feeds.errors import QueryError
from feeds.model import Topic
from feeds.store.query_preview import QueryPreview

NOW = datetime(2026, 11, 24, tzinfo=UTC)
hostile = st.text(max_size=80) | st.text("<>&\"'{}\u202e\u0301\ud800 \n`*_", max_size=80)
long_text = hostile | hostile.map(lambda text: text * 100)
topics = st.lists(
    st.builds(
        Topic, slug=long_text, query=long_text, title=long_text, id=st.integers(1, 10**8), owner=st.none() | hostile
    ),
    max_size=60,
)
language = st.sampled_from(list(LANGUAGES))


def accept(reply: Reply) -> None:
    text, _ = formatted(reply.html, "HTML", None)
    assert 0 < units(text) <= 4096
    assert not any("\u202a" <= one <= "\u202e" for one in text)
    for row in reply.buttons:
        assert row
        for button in row:
            assert button.text.strip()
            assert 1 <= len((button.data or "").encode()) <= 64


@given(language, topics, st.integers(-5, 50))
@settings(max_examples=50)
def test_lists_of_topics(language: str, topics: list[Topic], page: int) -> None:
    destination = Destination(1, "telegram", "1", digest="daily 08:00", muted_until=datetime(2027, 1, 1, tzinfo=UTC))
    accept(replies.topics(language, topics, {topic.id for topic in topics[::2] if topic.id}, page))
    accept(replies.following(language, topics, destination, NOW))
    accept(replies.to_unfollow(language, topics, topics[0] if topics else None))
    if topics:
        accept(replies.followed(language, topics[0], True))
        accept(replies.unfollowed(language, topics[0]))


@given(language, st.lists(hostile | long_text, max_size=5), st.booleans())
@settings(max_examples=50, deadline=None)
def test_what_a_query_would_have_brought(language: str, said: list[str], exact: bool) -> None:
    shares = tuple((one, 0.7) for one in said)
    tried = QueryPreview(35_000, 0, exact, 0, 0.0, (), tuple(said), shares, tuple(said), 9.0)
    reply = replies.followed(language, Topic("own", "submarine"), True, tried)
    accept(reply)
    none = {"en": "None of", "vi": "Không bài nào trong"}[language]
    assert (none in reply.html) == exact, "that nothing matches is only said where everything was asked"


@given(language, st.lists(st.builds(Found, title=long_text, url=st.none() | long_text, remark=long_text), max_size=60))
@settings(max_examples=50)
def test_lines_of_a_service(language: str, lines: list[Found]) -> None:
    accept(replies.found(replies.words(language, "search_results", query=lines[0].title if lines else ""), lines))


@given(language, long_text.filter(bool), st.integers(0, 8000), hostile, st.none() | long_text)
@settings(max_examples=100)
def test_a_query_that_is_refused(
    language: str, query: str, position: int, message: str, suggestion: str | None
) -> None:
    error = QueryError(message, query=query, position=min(position, len(query)), suggestion=suggestion)
    accept(replies.refusal(language, error))


@given(language, long_text)
def test_a_request_that_is_refused(language: str, text: str) -> None:
    accept(replies.refusal(language, RequestError("no_such_topic", slug=text, suggestion=text)))
    assert len(replies.popup(language, "pressed_followed", topic=text)) <= 200


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_the_other_answers(language: str) -> None:
    accept(replies.choose_language(language))
    accept(replies.choose_mute(language))
    accept(replies.help_text(language, ["start", "topics", "health"], in_private=False))
    accept(replies.topics(language, [], set(), 0))


def test_pages_are_turned_and_stop_at_both_ends() -> None:
    many = [Topic(f"t{number}", "q", f"T{number}", id=number) for number in range(1, 21)]
    first, last = replies.topics("en", many, set(), 0), replies.topics("en", many, set(), 99)
    assert [button.data for button in first.buttons[-1]] == ["topics:1"]
    assert [button.data for button in last.buttons[-1]] == ["topics:1"]
    assert [button.data for button in replies.topics("en", many, set(), 1).buttons[-1]] == ["topics:0", "topics:2"]
    assert last.html.startswith("<b>Topics</b> (3 of 3)")


def test_the_caret_stands_under_the_offending_character() -> None:
    query = "word " * 40 + "AND <"
    html = replies.refusal("en", QueryError("unexpected", query=query, position=len(query) - 1)).html
    text, _ = formatted(html, "HTML", None)
    line, caret = text.split("\n")[1:3]
    assert line[len(caret) - 1] == "<"
