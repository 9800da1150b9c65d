"""Interfaces for programs: WordPress and any JSON list, read by fields that are guessed, stored, and corrected."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import BotProtection, EmptyList, FeedsError, ReadError
from feeds.model import Source
from feeds.sources import KINDS
from feeds.sources.api import fields_of, next_address, read_api
from feeds.sources.api_fields import WORDPRESS

AT = "https://press.test/wp-json/wp/v2/posts?per_page=20"


def posts(count: int = 3, **changed: Any) -> list[dict[str, Any]]:
    """As `wp/v2/posts?_embed` answers; the site is seven hours ahead of UTC."""
    return [
        {
            "id": 100 + n,
            "date": f"2026-11-{20 - n:02}T01:00:00",
            "date_gmt": f"2026-11-{19 - n:02}T18:00:00",
            "modified_gmt": f"2026-11-{19 - n:02}T19:00:00",
            "guid": {"rendered": f"https://press.test/?p={100 + n}"},
            "link": f"https://press.test/patrol-{n}/",
            "title": {"rendered": f"Patrol &#8211; no. {n} &amp; more"},
            "excerpt": {"rendered": f"<p>In short {n} [&hellip;]</p>\n"},
            "content": {"rendered": f"<p>The whole of <b>it</b> {n}.</p>", "protected": False},
            "_embedded": {
                "author": [{"name": "Lan Anh"}],
                "wp:featuredmedia": [{"source_url": "/i.jpg"}],
                "wp:term": [[{"name": "Sea"}], [{"name": "Law"}]],
            },
            **changed,
        }
        for n in range(count)
    ]


def packed(document: Any) -> bytes:
    return json.dumps(document).encode()


def test_wordpress_posts_whole() -> None:
    first = read_api(packed(posts()), AT)[0]
    assert first.url == "https://press.test/patrol-0/"
    assert first.title == "Patrol – no. 0 & more"
    assert first.published == datetime(2026, 11, 19, 18, tzinfo=UTC)
    assert first.published.date().day == 20, "the day that the site prints"
    assert first.published.utcoffset() == timedelta(hours=7)
    assert first.updated == datetime(2026, 11, 19, 19, tzinfo=UTC)
    assert (first.author, first.image, first.categories) == ("Lan Anh", "https://press.test/i.jpg", ("Sea", "Law"))
    assert first.summary == "In short 0 […]"
    assert first.html == "<p>The whole of <b>it</b> 0.</p>"
    assert first.guid == "https://press.test/?p=100"


def test_what_was_guessed_is_whole_and_reads_the_same() -> None:
    fields = fields_of(packed(posts()), AT)
    assert fields == WORDPRESS
    source = Source("s", AT, kind="api", options={"fields": fields})
    assert KINDS["api"].read(packed(posts()), AT, "application/json", source) == read_api(packed(posts()), AT)
    assert KINDS["api"].read(b"[]", AT, "application/json", source) == []


JSON_API = {
    "jsonapi": {"version": "1.0"},
    "data": [
        {
            "type": "node--article",
            "id": f"0c{n}",
            "links": {"self": {"href": f"https://d.test/jsonapi/node/article/0c{n}"}},
            "attributes": {
                "title": f"A meeting, day {n}",
                "created": f"2026-11-{n + 1:02}T10:00:00+07:00",
                "changed": "2026-11-20T10:00:00+07:00",
                "path": {"alias": f"/news/meeting-{n}", "pid": 3, "langcode": "vi"},
                "langcode": "vi",
                "body": {"value": "<p>x</p>", "processed": "<p>They met.</p>"},
            },
        }
        for n in range(4)
    ],
    "links": {"next": {"href": "https://d.test/jsonapi/node/article?page%5Boffset%5D=50"}},
}
GHOST = {
    "posts": [
        {
            "id": f"a{n}",
            "uuid": f"u{n}",
            "title": f"Story {n}",
            "slug": f"story-{n}",
            "html": "<p>h</p>",
            "feature_image": "https://g.test/i.jpg",
            "published_at": "2026-11-01T00:00:00.000+00:00",
            "updated_at": "2026-11-02T00:00:00.000+00:00",
            "url": f"https://g.test/story-{n}/",
            "excerpt": "e",
            "authors": [{"name": "Ann", "url": "https://g.test/author/ann/"}, {"name": "Bo"}],
        }
        for n in range(3)
    ],
    "meta": {"pagination": {"page": 1, "limit": 15, "next": 2}},
}
HOME_MADE = {
    "code": 0,
    "menu": [{"title": "Home", "url": "/"}, {"title": "About", "url": "/about"}],
    "data": {
        "total": 3,
        "rows": [
            {
                "ID": n,
                "TieuDe": f"Tin số {n}",
                "slug": f"tin-so-{n}",
                "link": f"/tin/{n}",
                "NgayDang": "2026-11-20T08:00:00",
            }
            for n in range(3)
        ],
    },
}


@pytest.mark.parametrize(
    ("document", "items", "url", "author", "language"),
    [
        (JSON_API, "data", "https://d.test/news/meeting-0", None, "vi"),
        (GHOST, "posts", "https://g.test/story-0/", "Ann, Bo", None),
        (HOME_MADE, "data.rows", "https://d.test/tin/0", None, None),
    ],
)
def test_other_interfaces_are_guessed(
    document: Any, items: str, url: str, author: str | None, language: str | None
) -> None:
    at = "https://d.test/api"
    assert fields_of(packed(document), at)["items"] == items
    first = read_api(packed(document), at)[0]
    assert (first.url, first.author, first.language) == (url, author, language)
    assert first.title
    assert first.published is not None


def test_a_person_corrects_a_field_and_the_rest_is_guessed() -> None:
    at = "https://d.test/api"
    given = {"url": "/news/{slug}?lang=vi"}
    whole = fields_of(packed(HOME_MADE), at, given)
    assert whole["url"] == given["url"]
    entries = read_api(packed(HOME_MADE), at, fields=whole, time_zone="Asia/Ho_Chi_Minh")
    assert [one.url for one in entries] == [f"https://d.test/news/tin-so-{n}?lang=vi" for n in range(3)]
    assert entries[0].published == datetime(2026, 11, 20, 1, tzinfo=UTC)


@pytest.mark.parametrize("value", [1764000000, 1764000000000, "1764000000", "2025-11-24T16:00:00Z"])
def test_dates_in_every_form(value: Any) -> None:
    document = [{"title": f"T{n}", "url": f"/{n}", "date": value} for n in range(2)]
    assert read_api(packed(document), AT)[0].published == datetime(2025, 11, 24, 16, tzinfo=UTC)


@pytest.mark.parametrize("value", [True, 0, -5, 10**30, "soon", None, [], {"a": 1}])
def test_what_is_no_date_is_none(value: Any) -> None:
    document = [{"title": f"T{n}", "url": f"/{n}", "date": value} for n in range(2)]
    assert read_api(packed(document), AT)[0].published is None


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", ReadError),
        (b"<html><body>Not found</body></html>", ReadError),
        (b"<html><script>document.cookie='a';location.reload()</script></html>", BotProtection),
        (b'{"error": "no"}', EmptyList),
        (b"[1, 2, 3]", EmptyList),
        (b"[" * 100_000, ReadError),
        (b'[{"title": "x"}]', EmptyList),
        (b"9" * 5_000, ReadError),
    ],
)
def test_what_holds_no_list_is_said_so(body: bytes, error: type[FeedsError]) -> None:
    with pytest.raises(error) as caught:
        read_api(body, AT)
    assert type(caught.value) is error


def test_a_changed_interface_is_no_empty_list() -> None:
    with pytest.raises(EmptyList, match="was the interface changed"):
        read_api(packed([{"headline": "x", "href": "/x"}]), AT, fields=WORDPRESS)
    with pytest.raises(EmptyList, match="holds no list"):
        read_api(b'{"code": "rest_disabled"}', AT, fields=WORDPRESS)


def test_fields_that_are_none_are_refused() -> None:
    with pytest.raises(ReadError, match="no field of an article"):
        read_api(packed(posts()), AT, fields={"titel": "title"})
    with pytest.raises(ReadError, match="a path is a text"):
        read_api(packed(posts()), AT, fields={"title": 7})  # type: ignore[dict-item]


def test_where_the_list_goes_on() -> None:
    header = {"Link": f'<{AT}&page=2>; rel="next"'}
    assert next_address(packed(posts()), AT, header) == f"{AT}&page=2"
    assert next_address(packed(JSON_API), "https://d.test/jsonapi/", {}) == JSON_API["links"]["next"]["href"]  # type: ignore[index]
    assert next_address(packed(GHOST), "https://g.test/ghost/api/content/posts/?key=k&page=1", {}) == (
        "https://g.test/ghost/api/content/posts/?key=k&page=2"
    )
    assert next_address(packed(JSON_API), "https://other.test/", {}) is None, "at another host"
    assert next_address(b"no JSON", AT, {}) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["title", "link", "url", "rendered", "date", "data", "items", "author", "a.b", "", "id", "name"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=300)
@given(JSON)
def test_any_json_gives_entries_or_an_error(document: Any) -> None:
    body = packed(document)
    try:
        entries = read_api(body, AT)
    except ReadError:
        entries = []
    for entry in entries:
        assert entry.url.startswith(("http://", "https://"))
        assert entry.published is None or entry.published.tzinfo is not None
    next_address(body, AT, {})


def test_a_large_answer_costs_little() -> None:
    wide = [{f"name{m}": "x" * 20 for m in range(200)} | {"title": f"T{n}", "url": f"/{n}"} for n in range(1_000)]
    deep: Any = {"title": "x"}
    for _ in range(200):
        deep = {"data": deep, "list": [deep]} if _ < 12 else {"data": deep}
    for document in (wide, deep):
        body = packed(document)
        began = time.process_time()
        try:
            read_api(body, AT)
        except EmptyList:
            continue
        finally:
            assert time.process_time() - began < 2
