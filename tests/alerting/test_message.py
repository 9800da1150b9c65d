"""An alert as words: what it says, in which language, and that nothing hostile gets through or is refused."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from fake_bot_text import formatted
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.clean import MAXIMUM_MARKS, cut, one_line, units, web_address
from bot.entities import Message
from bot.languages import LANGUAGES
from bot.message import MAXIMUM_ENTITIES, MAXIMUM_TEXT, compose, plain_text
from bot.model import Alert

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def alert(type: Any = "article.published", **changes: Any) -> Alert:
    article = {
        "url": "https://news.example.org/1",
        "title": "Members promote cooperation",
        "author": "Giang Anh",
        "published": "2019-08-06T18:30:00+00:00",
        "summary": "A conference took place.",
    }
    data = {
        "article": article | changes.pop("article", {}),
        "source": {"slug": "portal", "title": "The Portal", "time_zone": "Asia/Ho_Chi_Minh"},
        "topics": [{"slug": "counter-terrorism", "title": "Counter-terrorism", "matched": ["extremism", "extremism"]}],
        "story": {"id": "7", "also": []},
        "sequence": 3,
    }
    return Alert(type, NOW, data | changes)


def parts(message: Message, type: str) -> list[str]:
    encoded = message.text.encode("utf-16-le")
    return [
        encoded[2 * one.offset : 2 * (one.offset + one.length)].decode("utf-16-le")
        for one in message.entities
        if one.type == type
    ]


def accept(message: Message) -> None:
    """The server takes it as it is and drops nothing."""
    given_entities = [
        {"type": one.type, "offset": one.offset, "length": one.length, "url": one.url} for one in message.entities
    ]
    text, kept = formatted(message.text, None, given_entities)
    assert text == message.text
    assert len(kept) == len(message.entities) <= MAXIMUM_ENTITIES
    assert 0 < units(text) <= MAXIMUM_TEXT


def test_an_article_is_told_with_its_day_at_the_source() -> None:
    (message,) = compose(alert())
    assert message.text == (
        "Members promote cooperation\nThe Portal · 7 August 2019 · Giang Anh\n\nA conference took place.\n\n"
        "#counter_terrorism — extremism"
    )
    assert parts(message, "text_link") == parts(message, "bold") == ["Members promote cooperation"]
    assert message.preview == "https://news.example.org/1"
    accept(message)


def test_it_speaks_vietnamese() -> None:
    (message,) = compose(alert("article.updated"), "vi-VN")
    assert message.text.startswith("Đã cập nhật: Members promote cooperation\nThe Portal · 7 tháng 8 năm 2019")


@pytest.mark.parametrize(
    ("published", "source_zone", "reader_zone", "day"),
    [
        ("2026-01-01T23:30:00+00:00", None, "UTC", "1 January 2026"),
        ("2026-01-01T23:30:00+00:00", None, "Asia/Tokyo", "2 January 2026"),
        ("2026-01-01T23:30:00+00:00", "America/New_York", "Asia/Tokyo", "1 January 2026"),
        ("2026-01-01T23:30:00-05:00", None, "Asia/Tokyo", "1 January 2026"),
        ("2026-01-01T23:30:00Z", "no/such", "../../etc/passwd", "1 January 2026"),
        ("2026-01-01", None, "UTC", "1 January 2026"),
        ("0001-01-01T00:00:00+00:00", "America/New_York", "UTC", None),
        ("yesterday", None, "UTC", None),
        (20260101, None, "UTC", None),
    ],
)
def test_the_day(published: Any, source_zone: str | None, reader_zone: str, day: str | None) -> None:
    source = {"title": "Portal", "time_zone": source_zone}
    (message,) = compose(alert(article={"published": published, "author": None}, source=source), "en", reader_zone)
    assert message.text.split("\n")[1] == (f"Portal · {day}" if day else "Portal")


def test_words_of_the_title_are_underlined_and_counted_as_telegram_does() -> None:
    spans = [{"field": "title", "start": 8, "end": 12, "clause": "navy"}, {"field": "text", "start": 0, "end": 5}]
    topics = [{"slug": "sea", "title": "Sea", "matched": ["Navy"], "spans": spans}]
    message = compose(alert(article={"title": "🚢  𝒟 — <Navy> drill"}, topics=topics))[0]
    accept(message)
    assert parts(message, "underline") == ["Navy"]
    assert parts(message, "bold")[0] == "🚢 𝒟 — <Navy> drill"
    assert parts(message, "text_link")[0] == "🚢 𝒟 — <Navy> drill"


@pytest.mark.parametrize("spans", [None, 3, [3], [{"field": "title"}], [{"field": "title", "start": "x", "end": []}]])
def test_spans_that_are_none_mark_nothing(spans: object) -> None:
    message = compose(alert(topics=[{"slug": "sea", "title": "Sea", "spans": spans}]))[0]
    accept(message)
    assert parts(message, "underline") == []


def test_all_words_are_told_as_far_as_they_fit_and_the_others_counted() -> None:
    words = [f"word{number}" for number in range(100)]
    message = compose(alert(topics=[{"slug": "sea", "title": "Sea", "matched": words}]))[0]
    (told,) = parts(message, "italic")
    shown, _, more = told.partition(" (+")
    assert shown.split(", ") == words[: len(shown.split(", "))]
    assert int(more.removesuffix(")")) == 100 - len(shown.split(", "))
    assert units(shown) > 200


def test_a_digest_names_the_words_of_each_topic() -> None:
    data = alert(topics=[{"slug": "sea-lanes", "title": "Sea", "matched": ["navy", "coast guard"]}]).data
    (message,) = compose(Alert("digest", NOW, {"alerts": [data, data]}))
    accept(message)
    assert message.text.count("#sea_lanes — navy, coast guard") == 2


def test_the_matched_words_are_marked_in_the_sentence() -> None:
    excerpt = {
        "text": "They met 😀 to fight violent extremism, again.",
        "marks": [[20, 37], [90, 99], [5, 2], "x", [20, 22]],
    }
    (message,) = compose(alert(excerpt=excerpt))
    assert parts(message, "blockquote") == [excerpt["text"]]
    assert parts(message, "bold")[1:] == ["violent extremism"]
    assert "A conference" not in message.text
    accept(message)


def test_copies_elsewhere_are_named_and_counted() -> None:
    also = [{"url": f"https://{name}.example.org/", "source": name} for name in "abcdefg"]
    (message,) = compose(alert(story={"also": also}))
    assert message.text.endswith("Also at: a, b, c, d and 3 more")
    assert len(parts(message, "text_link")) == 5


def test_an_own_query_is_shown_by_its_words() -> None:
    topics = [{"slug": "own-12ab", "title": '"south china sea" AND patrol', "matched": ["patrols"]}]
    (message,) = compose(alert(topics=topics), buttons="one")
    assert message.text.endswith('\n\n"south china sea" AND patrol — patrols')
    assert message.buttons[0][0].data == "alert-unfollow:own-12ab"


def test_a_slug_too_long_for_a_button_has_none() -> None:
    (message,) = compose(alert(topics=[{"slug": "x" * 60, "title": "X"}]), buttons="one")
    assert message.buttons == ()


def test_plain_text_keeps_the_addresses() -> None:
    assert plain_text(alert()).startswith("Members promote cooperation <https://news.example.org/1>\nThe Portal")


def test_a_digest_leaves_nothing_out() -> None:
    entries = [alert(article={"title": f"Title {number} " + "long " * 70}).data for number in range(60)]
    messages = compose(alert("digest", alerts=entries))
    assert len(messages) > 1
    assert messages[0].text.startswith(f"60 new articles (1 of {len(messages)})")
    whole = "\n".join(message.text for message in messages)
    assert all(whole.count(f"Title {number} ") == 1 for number in range(60))
    for message in messages:
        accept(message)


def test_an_alarm_for_operators() -> None:
    (message,) = compose(Alert("operator", NOW, {"source": {"title": "Portal"}, "message": "No answer for 3 hours"}))
    assert message.text == "⚠️ For the operator\nPortal\nNo answer for 3 hours"
    accept(message)


@pytest.mark.parametrize(
    "type", ["ping", "endpoint.verify", "endpoint.disabled", "operator", "digest", "article.published"]
)
@pytest.mark.parametrize("language", [*LANGUAGES, "fr", ""])
def test_every_kind_says_something_even_with_nothing_in_it(type: Any, language: str) -> None:
    for message in compose(Alert(type, NOW, {}), language):
        accept(message)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x.org/", "https://", "https://a b", "https://x/\u202e", "/x", 5, None]
)
def test_only_addresses_of_the_web_are_linked(url: Any) -> None:
    (message,) = compose(alert(article={"url": url}))
    assert not parts(message, "text_link")
    assert message.preview is None


def test_hostile_text_is_made_harmless() -> None:
    title = (
        "\u202eevil\u202c \u0000<b>bold</b> &amp; Z\u0300\u0301\u0302\u0303\u0304\u0305algo\r\n\u2028next\ufeff \ud800"
    )
    (message,) = compose(alert(article={"title": title}))
    shown = message.text.split("\n")[0]
    assert shown.startswith("evil <b>bold</b> &amp; Z")
    assert shown.endswith("algo next \ufffd")
    assert sum(unicodedata.category(one) == "Mn" for one in shown) <= MAXIMUM_MARKS
    accept(message)


def test_vietnamese_keeps_its_accents() -> None:
    decomposed = unicodedata.normalize("NFD", "Nghị quyết về chống khủng bố ở Việt Nam")
    assert one_line(decomposed) == "Nghị quyết về chống khủng bố ở Việt Nam"


@pytest.mark.parametrize(
    ("text", "maximum", "shown"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two, three", 10, "one two…"),
        ("wwwwwwwwww", 5, "wwww…"),
        ("😀😀😀", 4, "😀…"),
        ("ab👨\u200d👩 x", 5, "ab…"),
        ("anything", 0, ""),
    ],
)
def test_cutting(text: str, maximum: int, shown: str) -> None:
    assert cut(text, maximum) == shown


hostile = st.text(st.characters(), max_size=60) | st.text("\u202e\u0301\u200d😀🏽 \n<&>ệ\ud800", max_size=60)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | hostile | hostile.map(lambda text: text * 200),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(hostile, inside, max_size=4),
    max_leaves=8,
)
topics = st.lists(
    st.fixed_dictionaries({"slug": hostile, "title": hostile, "matched": st.lists(hostile)}) | values, max_size=12
)
marks = st.lists(st.lists(st.integers(-3, 400), min_size=2, max_size=2), max_size=60)
data = st.fixed_dictionaries(
    {},
    optional={
        "article": values
        | st.fixed_dictionaries(
            {"title": hostile.map(lambda text: text * 100), "url": st.just("https://a.org/") | values}
        ),
        "source": values | st.fixed_dictionaries({"title": hostile, "time_zone": values}),
        "topics": topics | values,
        "story": values
        | st.fixed_dictionaries({"also": st.lists(st.fixed_dictionaries({"source": hostile, "url": hostile}))}),
        "excerpt": values | st.fixed_dictionaries({"text": hostile.map(lambda text: text * 30), "marks": marks}),
        "message": values,
        "alerts": st.lists(values, max_size=5),
    },
)


@given(data, st.sampled_from(["article.published", "article.updated", "digest", "operator", "ping", "endpoint.verify"]))
@example({"message": " "}, "endpoint.verify")
@settings(max_examples=100)
def test_whatever_a_page_holds_the_server_takes_the_message(data: dict[str, Any], type: Any) -> None:
    for message in compose(Alert(type, NOW, data), "vi", buttons="one"):
        accept(message)
        assert not any("\u202a" <= one <= "\u202e" or "\u2066" <= one <= "\u2069" for one in message.text)
        for row in message.buttons:
            assert 1 <= len((row[0].data or "").encode()) <= 64
            assert row[0].text.strip()


@given(hostile.map(lambda text: text * 3), st.integers(0, 80))
def test_a_cut_never_exceeds_and_never_splits(text: str, maximum: int) -> None:
    clean = one_line(text)
    shown = cut(clean, maximum)
    assert units(shown) <= maximum
    assert shown == clean or shown.endswith("…") or not shown
    assert "\u200d…" not in shown


@given(hostile)
def test_an_address_is_of_the_web_or_none(text: str) -> None:
    assert web_address(text) is None
