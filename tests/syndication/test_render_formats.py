"""Feeds as bytes: golden files, validity by the specifications, and what readers' parsers make of them."""

from __future__ import annotations

import json
import locale
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import feed_validity
import feedparser
import pytest
from lxml import etree
from render_examples import BARE, GOLDEN, ITEMS, OUTLINES, PLAIN, SPEC, VIETNAMESE, rendered

from feeds.model import Article, Enclosure, FeedItem, FeedSpec, Topic
from feeds.render import FORMATS, atom, json_feed, opml, rss

PROBLEMS = {
    "rss": feed_validity.rss_problems,
    "atom": feed_validity.atom_problems,
    "json": feed_validity.json_problems,
    "opml": feed_validity.opml_problems,
}
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("name", sorted(rendered()))
def test_bytes_are_those_of_the_golden_file(name: str) -> None:
    assert rendered()[name] == (GOLDEN / name).read_bytes()


@pytest.mark.parametrize("name", sorted(rendered()))
def test_golden_file_is_valid(name: str) -> None:
    assert PROBLEMS[name.rpartition(".")[2]]((GOLDEN / name).read_bytes()) == []


@pytest.mark.parametrize("extension", FORMATS)
def test_an_empty_feed_is_valid(extension: str) -> None:
    bare = FeedSpec(path="/feeds/all", title="", base_url="https://news.example.org")
    assert PROBLEMS[extension](FORMATS[extension].render(bare, [])) == []


@pytest.mark.parametrize("extension", FORMATS)
def test_an_archive_is_valid(extension: str) -> None:
    archive = replace(
        SPEC, path="/feeds/all?before=b", is_archive=True, current="/feeds/all", next_archive="/feeds/all?before=c"
    )
    body = FORMATS[extension].render(archive, ITEMS)
    assert PROBLEMS[extension](body) == []
    assert f"https://news.example.org/feeds/all.{extension}?before=b".encode() in body


@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_archive_links_are_those_of_rfc_5005(extension: str) -> None:
    archive = replace(
        SPEC,
        path="/feeds/all?before=b",
        is_archive=True,
        current="/feeds/all",
        previous_archive="/feeds/all?before=a",
        next_archive="/feeds/all?before=c",
    )
    root = etree.fromstring(FORMATS[extension].render(archive, []))
    links = {link.get("rel"): link.get("href") for link in root.iter(ATOM + "link")}
    site = f"https://news.example.org/feeds/all.{extension}"
    assert links["self"] == site + "?before=b"
    assert links["prev-archive"] == site + "?before=a"
    assert links["next-archive"] == site + "?before=c"
    assert links["current"] == site
    assert root.find(".//{http://purl.org/syndication/history/1.0}archive") is not None


def test_an_archive_page_is_a_document_of_the_same_feed() -> None:
    current = etree.fromstring(atom(replace(SPEC, path="/feeds/all"), []))
    page = etree.fromstring(atom(replace(SPEC, path="/feeds/all?before=b", current="/feeds/all", is_archive=True), []))
    assert page.findtext(ATOM + "id") == current.findtext(ATOM + "id")


def test_a_subscription_document_is_no_archive() -> None:
    assert b"fh:archive" not in rss(SPEC, ITEMS)
    assert b"fh:archive" not in atom(SPEC, ITEMS)


@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_feedparser_reads_what_was_meant(extension: str) -> None:
    parsed: Any = feedparser.parse(FORMATS[extension].render(SPEC, ITEMS))
    assert not parsed.bozo
    assert parsed.feed.title == "Counter-terrorism & cooperation"
    assert parsed.feed.link == "https://news.example.org/topics/counter-terrorism-cooperation"
    assert {(link.rel, link.href) for link in parsed.feed.links} >= {
        ("self", f"https://news.example.org/feeds/topics/counter-terrorism-cooperation.{extension}"),
        ("hub", "https://news.example.org/hub"),
    }
    first, second, _ = parsed.entries
    assert first.title == "Hội nghị về hợp tác chống khủng bố"
    assert first.content[0].value.startswith('<p>Đoàn Việt Nam dự <a href="https://xn--')
    assert second.title == "ASEAN members & the US: <test> of cooperation"
    assert second.link == "https://en.ministry.example/news/asean%20members?id=7&lang=en"
    assert second.author == "Giang Anh"
    assert second.published_parsed[:6] == (2019, 8, 7, 2, 0, 0)
    assert "<strong>violent extremism</strong> &amp; <strong>terrorism</strong>." in second.summary
    assert [tag.label or tag.term for tag in second.tags] == ["Counter-terrorism cooperation", "News", "R&D"]
    assert ("related", "https://agency.example/copy") in {(link.rel, link.href) for link in second.links}


def test_an_item_has_one_identifier_in_all_formats() -> None:
    guid = etree.fromstring(rss(SPEC, [PLAIN])).find(".//guid")
    assert guid is not None
    assert guid.get("isPermaLink") == "false"
    identifiers = {
        guid.text,
        etree.fromstring(atom(SPEC, [PLAIN])).findtext(f"{ATOM}entry/{ATOM}id"),
        json.loads(json_feed(SPEC, [PLAIN]))["items"][0]["id"],
    }
    assert identifiers == {"tag:news.example.org,2026:article/0123456789abcdef0123456789abcdef"}


@pytest.mark.parametrize("extension", FORMATS)
def test_the_identifier_outlives_a_new_title_and_address(extension: str) -> None:
    edited = replace(PLAIN, article=replace(PLAIN.article, title="New", url="https://elsewhere.example/", text="New"))
    moved = replace(SPEC, base_url="https://other.example")
    identifier = b"tag:news.example.org,2026:article/0123456789abcdef0123456789abcdef"
    assert identifier in FORMATS[extension].render(moved, [edited])


@pytest.mark.parametrize("extension", FORMATS)
def test_without_a_tag_the_articles_page_is_its_identifier(extension: str) -> None:
    body = FORMATS[extension].render(replace(SPEC, tag=""), ITEMS)
    assert PROBLEMS[extension](body) == []
    assert b"https://news.example.org/articles/0123456789abcdef0123456789abcdef" in body


def test_an_article_that_is_not_stored_has_an_identifier_all_the_same() -> None:
    items = [FeedItem(Article(url=f"https://a.example/{number}")) for number in range(2)]
    body = rss(SPEC, items)
    assert feed_validity.rss_problems(body) == []
    assert body == rss(SPEC, items)


def test_updated_is_the_articles_own_date() -> None:
    entries = etree.fromstring(atom(SPEC, ITEMS)).findall(ATOM + "entry")
    assert [entry.findtext(ATOM + "updated") for entry in entries] == [
        "2026-03-02T05:30:00+00:00",  # as the article says
        "2019-08-07T02:00:00+00:00",  # published, where nothing says it was updated
        "2026-01-01T00:00:00+00:00",  # found, where it has no date at all
    ]


def test_the_feed_was_updated_when_its_newest_item_was() -> None:
    assert etree.fromstring(atom(SPEC, ITEMS)).findtext(ATOM + "updated") == "2026-03-02T05:30:00+00:00"
    told = replace(SPEC, updated=datetime(2026, 5, 1, tzinfo=UTC))
    assert etree.fromstring(atom(told, ITEMS)).findtext(ATOM + "updated") == "2026-05-01T00:00:00+00:00"
    assert b"<lastBuildDate>Fri, 01 May 2026 00:00:00 GMT</lastBuildDate>" in rss(told, ITEMS)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(-timedelta(hours=12))),
        datetime(1906, 6, 30, 12, tzinfo=timezone(timedelta(hours=7, minutes=6, seconds=30))),
        datetime(2026, 1, 1, 12, 0, 0, 999_999, tzinfo=UTC),
        datetime(2026, 1, 1),  # noqa: DTZ001  # the model forbids it; a feed must hold all the same
    ],
)
@pytest.mark.parametrize("extension", FORMATS)
def test_no_date_breaks_a_feed(extension: str, moment: datetime) -> None:
    item = FeedItem(replace(PLAIN.article, published=moment, updated=moment))
    assert PROBLEMS[extension](FORMATS[extension].render(SPEC, [item])) == []


def test_rss_titles_use_the_references_that_most_readers_show_right() -> None:
    body = rss(SPEC, [PLAIN])
    assert b"<title>ASEAN members &#x26; the US: &#x3C;test&gt; of cooperation</title>" in body
    assert b"<title>Counter-terrorism &#x26; cooperation</title>" in body


def test_an_image_without_a_known_length_is_announced() -> None:
    media = etree.fromstring(rss(SPEC, [PLAIN])).find(".//{http://search.yahoo.com/mrss/}content")
    assert media is not None
    image = "https://en.ministry.example/images/conference.jpg?w=800"
    assert dict(media.attrib) == {"url": image, "medium": "image", "type": "image/jpeg"}
    enclosure = etree.fromstring(atom(SPEC, [PLAIN])).find(f".//{ATOM}link[@rel='enclosure']")
    assert enclosure is not None
    assert dict(enclosure.attrib) == {"rel": "enclosure", "href": image, "type": "image/jpeg"}
    assert json.loads(json_feed(SPEC, [PLAIN]))["items"][0]["image"] == image


def test_files_are_handed_on_with_type_and_length() -> None:
    image = PLAIN.article.image or ""
    files = (
        Enclosure("https://en.ministry.example/speech.mp3", "audio/mpeg", 1_234),
        Enclosure(image, "image/jpeg", 99),
        Enclosure("https://en.ministry.example/plan.pdf", "", None),
        Enclosure("javascript:alert(1)", "text/html", 5),
        Enclosure("https://en.ministry.example/file", "nonsense", 5),
    )
    item = replace(PLAIN, article=replace(PLAIN.article, enclosures=files))
    assert [feed_validity.rss_problems(rss(SPEC, [item])), feed_validity.atom_problems(atom(SPEC, [item]))] == [[], []]
    root = etree.fromstring(rss(SPEC, [item]))
    speech = {"url": "https://en.ministry.example/speech.mp3", "length": "1234", "type": "audio/mpeg"}
    assert [dict(one.attrib) for one in root.iter("enclosure")] == [speech]
    assert [dict(one.attrib) for one in root.iter("{http://search.yahoo.com/mrss/}content")] == [
        {"url": "https://en.ministry.example/plan.pdf", "type": "application/pdf"},
        {"url": "https://en.ministry.example/file", "fileSize": "5"},
        {"url": image, "medium": "image", "type": "image/jpeg", "fileSize": "99"},
    ]
    links = etree.fromstring(atom(SPEC, [item])).findall(f".//{ATOM}link[@rel='enclosure']")
    assert [(one.get("href"), one.get("type"), one.get("length")) for one in links] == [
        ("https://en.ministry.example/speech.mp3", "audio/mpeg", "1234"),
        ("https://en.ministry.example/plan.pdf", "application/pdf", None),
        ("https://en.ministry.example/file", None, "5"),
        (image, "image/jpeg", "99"),
    ]
    (told,) = json.loads(json_feed(SPEC, [item]))["items"]
    assert told["image"] == image
    assert told["attachments"][1:] == [
        {"url": "https://en.ministry.example/plan.pdf", "mime_type": "application/pdf"},
        {"url": "https://en.ministry.example/file", "mime_type": "application/octet-stream", "size_in_bytes": 5},
    ]
    alone = replace(PLAIN, article=replace(PLAIN.article, enclosures=files[2:3]))
    (enclosure,) = etree.fromstring(rss(SPEC, [alone])).iter("enclosure")
    assert enclosure.get("length") == "0"  # the profile's word for a length that nobody knows


def test_each_atom_entry_says_its_language() -> None:
    entries = etree.fromstring(atom(SPEC, ITEMS)).findall(ATOM + "entry")
    assert [entry.get(feed_validity.XML_LANG) for entry in entries] == ["vi", "en", None]


def test_an_item_names_the_feed_of_its_source() -> None:
    source = etree.fromstring(rss(SPEC, [PLAIN])).find(".//source")
    assert source is not None
    assert source.text == "Ministry of Security"
    assert source.get("url") == "https://news.example.org/feeds/sources/ministry-en.rss"
    copied = etree.fromstring(atom(SPEC, [PLAIN])).find(f".//{ATOM}source")
    assert copied is not None
    own = etree.fromstring(atom(replace(SPEC, path="/feeds/sources/ministry-en"), [PLAIN]))
    assert copied.findtext(f"{ATOM}id") == own.findtext(f"{ATOM}id")
    addresses = {link.get("rel"): link.get("href") for link in own.findall(f"{ATOM}link")}
    assert copied.find(f"{ATOM}link[@rel='self']").get("href") == addresses["self"]
    assert copied.find(f"{ATOM}link[@rel='alternate']").get("href") == "https://en.ministry.example/"


def test_within_the_feed_of_its_source_an_item_is_no_copy() -> None:
    own = replace(SPEC, path="/feeds/sources/ministry-en")
    archive = replace(own, path=f"{own.path}?before=b", current=own.path, is_archive=True)
    for spec in (own, archive):
        assert b"<source" not in rss(spec, [PLAIN]) + atom(spec, [PLAIN])


def test_a_topic_is_a_category_once_though_the_article_says_it_too() -> None:
    article = replace(PLAIN.article, categories=("counter-terrorism COOPERATION",))
    item = replace(PLAIN, article=article, topics=(Topic("ct", "x", title="Counter-terrorism cooperation"),))
    assert json.loads(json_feed(SPEC, [item]))["items"][0]["tags"] == ["Counter-terrorism cooperation"]


def test_matched_words_are_in_the_json_extension() -> None:
    extension = json.loads(json_feed(SPEC, [PLAIN]))["items"][0]["_tocsin"]
    assert extension["matched"] == ["violent extremism", "terrorism"]
    assert extension["also"] == [{"url": "https://agency.example/copy", "source": "agency"}]


@pytest.mark.parametrize("extension", FORMATS)
def test_summaries_only(extension: str) -> None:
    body = FORMATS[extension].render(SPEC, ITEMS, full=False).decode()
    assert "They will meet again" not in body
    assert "full=0" in body  # the document's own address


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//host/x", "/x", "http://[::1", "https://", ""]
)
def test_only_web_addresses_are_linked(extension: str, url: str) -> None:
    item = FeedItem(replace(PLAIN.article, url=url, image=url), source_url=url, also=(Article(url=url),))
    body = FORMATS[extension].render(SPEC, [item])
    assert PROBLEMS[extension](body) == []
    assert b"alert(1)" not in body


def test_a_password_in_an_address_is_not_published() -> None:
    item = replace(PLAIN, source_url="https://user:secret@en.ministry.example/feed")
    for kind in FORMATS.values():
        assert b"secret" not in kind.render(SPEC, [item])


@pytest.mark.parametrize("extension", FORMATS)
def test_a_base_url_that_is_none_is_an_error(extension: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        FORMATS[extension].render(replace(SPEC, base_url="news.example.org"), [])


@pytest.mark.parametrize("extension", FORMATS)
def test_order_is_the_callers(extension: str) -> None:
    body = FORMATS[extension].render(SPEC, [PLAIN, BARE, VIETNAMESE]).decode()
    places = [body.index(f"article/{item.article.uid}") for item in (PLAIN, BARE, VIETNAMESE)]
    assert places == sorted(places)


def test_threads_give_the_same_bytes_and_leave_the_locale_alone() -> None:
    before = locale.setlocale(locale.LC_ALL)
    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(lambda name: (name, FORMATS[name].render(SPEC, ITEMS)), [*FORMATS] * 20))
    assert len(set(bodies)) == len(FORMATS)
    assert locale.setlocale(locale.LC_ALL) == before


def test_the_locale_is_never_touched() -> None:
    """feedgen sets it, for the whole process, whenever it formats a date of RSS."""
    called: list[str] = []

    def watch(frame: Any, event: str, argument: Any) -> None:
        name = frame.f_code.co_name if event == "call" else getattr(argument, "__name__", "")
        if "setlocale" in name or name == "formatRFC2822":
            called.append(name)

    sys.setprofile(watch)
    try:
        rss(SPEC, ITEMS)
        atom(SPEC, ITEMS)
    finally:
        sys.setprofile(None)
    assert called == []


def test_opml_lists_folders_and_feeds() -> None:
    parsed: Any = etree.fromstring(opml("Tocsin & co", OUTLINES))
    assert parsed.findtext("head/title") == "Tocsin & co"
    assert [outline.get("text") for outline in parsed.iter("outline")] == [
        "Topics & more",
        "Hội nghị",
        "B",
        "Everything",
    ]
