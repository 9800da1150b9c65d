"""Alerts as chats take them: the words that matched are bold, limits hold, and foreign text is never markup."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.chat_formats import FORMATS, chat_body
from bot.clean import units
from bot.model import Alert, AlertType

HOSTILE = "*b* _i_ ~s~ `c` [l](https://evil.example) <!channel> <@U1> @everyone &lt; | > # - 1. :smile: ||x|| \\* <b>"


def data(**changes: Any) -> dict[str, Any]:
    article = {
        "id": "1",
        "url": "https://example.org/article/a_b-(c)",
        "title": "ASEAN & partners <meet>",
        "author": "Giang Anh",
        "published": "2019-08-06T17:00:00Z",
        "language": "en",
    }
    return {
        "article": article | changes,
        "source": {"slug": "mps-en", "title": "Ministry", "time_zone": "Asia/Ho_Chi_Minh"},
        "topics": [{"slug": "counter-terrorism", "title": "Counter-terrorism", "matched": ["violent extremism"]}],
        "story": {"id": "1", "also": [{"url": "https://other.example/x", "source": "other"}]},
        "excerpt": {"text": "A plan against violent extremism, together.", "marks": [[15, 32]]},
    }


def body(name: str, content: dict[str, Any] | None = None, type: AlertType = "article.published") -> dict[str, Any]:
    made = chat_body(name, Alert(type, datetime(2019, 8, 7, tzinfo=UTC), content or data()), "en", "UTC")
    assert json.loads(json.dumps(made)) == made
    return made


def digest(number: int, **changes: Any) -> dict[str, Any]:
    return {"alerts": [data(title=f"Article {index} {changes.get('title', '')}") for index in range(number)]}


def elements(message: dict[str, Any]) -> list[dict[str, Any]]:
    """All elements of a Slack message, from left to right."""
    return [one for block in message["blocks"] for part in block["elements"] for one in part["elements"]]


def markdown(name: str, message: dict[str, Any]) -> str:
    """The Markdown of a message, whatever the chat calls it."""
    if name == "discord":
        return str(message["embeds"][0]["description"])
    if name == "mattermost":
        return str(message["text"])
    return "\n\n".join(block["text"] for block in text_blocks(message))


def text_blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    """All text blocks of a Teams card, from top to bottom."""
    found = []
    for block in message["attachments"][0]["content"]["body"]:
        found += block.get("items", [block])
    return found


MARKDOWN = ["discord", "mattermost", "teams"]


def test_slack_gets_the_title_linked_and_the_matched_words_bold() -> None:
    message = body("slack")
    [title] = [one for one in elements(message) if one.get("url") == "https://example.org/article/a_b-(c)"]
    assert title == {
        "type": "link",
        "url": "https://example.org/article/a_b-(c)",
        "text": "ASEAN & partners <meet>",
        "style": {"bold": True},
    }
    assert {"type": "text", "text": "violent extremism", "style": {"bold": True}} in elements(message)
    quotes = [part for block in message["blocks"] for part in block["elements"] if part["type"] == "rich_text_quote"]
    assert "".join(one["text"] for one in quotes[0]["elements"]) == "A plan against violent extremism, together."
    assert message["text"] == "ASEAN &amp; partners &lt;meet&gt;"


@pytest.mark.parametrize("name", MARKDOWN)
def test_markdown_chats_get_the_title_linked_and_the_matched_words_bold(name: str) -> None:
    text = markdown(name, body(name))
    assert "**[ASEAN & partners \\<meet\\>](https://example.org/article/a_b-%28c%29)**" in text
    assert "A plan against **violent extremism**, together." in text
    assert "7 August 2019" in text
    assert "[other](https://other.example/x)" in text


def test_discord_mentions_nobody() -> None:
    assert body("discord")["allowed_mentions"] == {"parse": []}


def test_teams_gets_an_adaptive_card() -> None:
    message = body("teams")
    [attachment] = message["attachments"]
    assert message["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["content"]["type"] == "AdaptiveCard"
    assert all(block["wrap"] for block in text_blocks(message))


def test_slack_takes_foreign_text_as_text() -> None:
    message = body("slack", data(title=HOSTILE))
    assert HOSTILE in [one["text"] for one in elements(message)]
    assert {one["type"] for one in elements(message)} <= {"text", "link"}
    assert "<!" not in message["text"]


def shown(text: str) -> str:
    """What a reader of Markdown sees of escaped text: the escapes gone, invisible spaces gone."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text).replace("\N{ZERO WIDTH SPACE}", "")


@pytest.mark.parametrize("name", MARKDOWN)
def test_markdown_chats_show_foreign_text_and_obey_none_of_it(name: str) -> None:
    text = markdown(name, body(name, data(title=HOSTILE, url=None)))
    title = text.split("\n")[0]
    assert shown(title) == f"**{HOSTILE}**"
    inner = title[2:-2]
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`~\[\]<>|]", inner)
    assert "@everyone" not in inner


@pytest.mark.parametrize("name", MARKDOWN)
@pytest.mark.parametrize("start", ["# Title", "- item", "+ item", "1. first", "12) x", "> quote", "=====", "#tag"])
def test_a_line_is_no_heading_and_no_list(name: str, start: str) -> None:
    content = data()
    content["source"]["title"] = start
    line = next(line for line in re.split("\n+", markdown(name, body(name, content))) if start[-3:] in line)
    assert re.match(r"\\|[0-9]+\\[.)]", line)
    assert shown(line).startswith(start)


@pytest.mark.parametrize("name", MARKDOWN)
def test_an_address_cannot_leave_its_parentheses(name: str) -> None:
    text = markdown(name, body(name, data(url="https://example.org/a)**[x](https://evil.example/_y_*z*~")))
    link = re.search(r"\]\((https://example\.org/[^)]*)\)", text)
    assert link
    assert not re.search(r"[()*|<>\s]", link[1])


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("type_", "said"),
    [
        ("ping", "A test"),
        ("operator", "The list became empty"),
        ("endpoint.disabled", "The list became empty"),
        ("article.updated", "Updated"),
    ],
)
def test_every_type_says_what_it_is(name: str, type_: AlertType, said: str) -> None:
    content = data() if type_ == "article.updated" else {"message": "The list became empty"}
    assert said in json.dumps(body(name, content, type_))


@pytest.mark.parametrize("name", FORMATS)
def test_a_chat_is_not_shown_a_challenge(name: str) -> None:
    assert "c-8412" not in json.dumps(body(name, {"challenge": "c-8412"}, "endpoint.verify"))


# Limits


def assert_within_limits(name: str, message: dict[str, Any]) -> None:
    if name == "slack":
        assert 0 < len(message["blocks"]) <= 50
        assert len(json.dumps(message["blocks"], ensure_ascii=False)) <= 13_000
        assert len(message["text"]) <= 3000
        assert all(one["text"] for one in elements(message))
    if name == "discord":
        assert 0 < units(markdown(name, message)) <= 4096
    if name == "mattermost":
        assert 0 < len(markdown(name, message)) <= 16_383
    if name == "teams":
        assert 0 < len(json.dumps(message, ensure_ascii=False).encode()) <= 28_000


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("number", [1, 20, 500])
@pytest.mark.parametrize("title", ["", "*" * 400, "ế" * 400, "😀" * 400])
def test_a_digest_of_any_length_fits_and_says_what_is_left_out(name: str, number: int, title: str) -> None:
    message = body(name, digest(number, title=title), "digest")
    assert_within_limits(name, message)
    text = json.dumps(message, ensure_ascii=False)
    assert "Article 0" in text
    if number == 500:
        assert "Article 499" not in text
        assert '"…"' in text or "\\n\\n…" in text
    if number == 1:
        assert '"…"' not in text


anything = st.recursive(
    st.none() | st.integers() | st.text(max_size=200) | st.text(st.sampled_from("*_`[]()<>\\@#|~&\n "), max_size=60),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
urls = st.none() | st.text(max_size=50).map(lambda tail: f"https://example.org/{tail}") | st.just("javascript:alert(1)")


@pytest.mark.parametrize("name", FORMATS)
@given(
    title=anything,
    author=anything,
    text=st.text(max_size=300),
    url=urls,
    marks=st.lists(st.lists(st.integers(-5, 300))),
)
def test_no_article_breaks_a_format(name: str, title: Any, author: Any, text: str, url: Any, marks: Any) -> None:
    content = data(title=title, author=author, url=url) | {"excerpt": {"text": text, "marks": marks}}
    message = body(name, content)
    assert_within_limits(name, message)
    assert "javascript:" not in json.dumps(message) or "javascript:" in f"{title}{author}{text}"


@pytest.mark.parametrize("name", FORMATS)
def test_an_address_of_monstrous_length_costs_the_link_and_not_the_words(name: str) -> None:
    message = body(name, data(url="https://example.org/" + "(" * 2000))
    assert_within_limits(name, message)
    assert "ASEAN" in json.dumps(message)
