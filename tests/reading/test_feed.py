"""Feeds of every format, as they should be and as they come."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import NotAFeed
from feeds.model import Enclosure, Entry
from feeds.sources.feed import MOST_ENTRIES, read_feed, read_feed_metadata
from feeds.sources.fragments import plain
from feeds.sources.tolerant import read_tolerantly

URL = "https://example.org/feeds/news.xml"
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


def rss(items: str, channel: str = "<title>News</title><link>https://example.org/</link>") -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0" {NAMESPACES}><channel>{channel}{items}</channel></rss>'.encode()


def atom(entries: str, attributes: str = "", head: str = "") -> bytes:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>News</title>{head}{entries}</feed>'.encode()


def one(body: bytes, **options: object) -> Entry:
    (entry,) = read_feed(body, URL, **options)  # type: ignore[arg-type]
    return entry


def rss_item(inside: str) -> Entry:
    return one(rss(f"<item>{inside}</item>"))


def test_rss_2() -> None:
    entry = rss_item(
        """<title>Ministers meet</title><link>https://example.org/a</link><guid isPermaLink="false">id-1</guid>
        <pubDate>Wed, 07 Aug 2019 09:30:00 +0700</pubDate><dc:creator>Giang Anh</dc:creator>
        <description>&lt;p&gt;They met.&lt;/p&gt;&lt;p&gt;They spoke.&lt;/p&gt;</description>
        <content:encoded><![CDATA[<p>They met & spoke.</p>]]></content:encoded>
        <category>Security</category><category>ASEAN</category><category>Security</category>
        <media:content url="/photo.jpg" medium="image"/>"""
    )
    assert entry == Entry(
        url="https://example.org/a",
        guid="id-1",
        title="Ministers meet",
        summary="They met.\nThey spoke.",
        author="Giang Anh",
        published=datetime(2019, 8, 7, 9, 30, tzinfo=entry.published.tzinfo if entry.published else None),
        image="https://example.org/photo.jpg",
        html="<p>They met & spoke.</p>",
        categories=("Security", "ASEAN"),
    )
    assert entry.published is not None
    assert entry.published.utcoffset() == timedelta(hours=7)


def test_rss_1_and_0_90() -> None:
    for namespace in ("http://purl.org/rss/1.0/", f"http://my.netscape.com/rdf/{'simple'}/0.9/"):
        body = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="{namespace}"
            xmlns:dc="http://purl.org/dc/elements/1.1/">
            <channel rdf:about="x"><title>News</title><link>/</link></channel>
            <item rdf:about="https://example.org/a"><title>First</title><link>https://example.org/a</link>
            <dc:date>2019-08-07T02:00:00Z</dc:date></item><item><title>Second</title><link>/b</link></item></rdf:RDF>"""
        first, second = read_feed(body.encode(), URL)
        assert (first.title, first.guid) == ("First", "https://example.org/a")
        assert first.published == datetime(2019, 8, 7, 2, tzinfo=UTC)
        assert second.url == "https://example.org/b"


def test_rss_0_91_with_its_document_type() -> None:
    doctype = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'
    )
    item = "<item><title>x</title><link>/a</link></item>"
    body = f'<?xml version="1.0"?>{doctype}<rss version="0.91"><channel>{item}</channel></rss>'
    assert one(body.encode()).url == "https://example.org/a"


def test_atom() -> None:
    entry = one(
        atom(
            """<entry xml:base="sub/"><id>tag:example.org,2019:1</id>
            <title type="html">&lt;b&gt;Bold&lt;/b&gt; tail</title>
            <link rel="edit" href="/edit"/><link rel="enclosure" type="image/jpeg" href="i.jpg"/>
            <link href="a?x=1&amp;y=2"/>
            <published>2019-08-07T09:00:00+07:00</published><updated>2019-08-08T00:00:00Z</updated>
            <summary>Plain &lt; summary</summary><category term="asean" label="ASEAN"/>
            <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text <b>bold</b> tail</p></div></content>
            </entry>""",
            'xml:base="https://example.org/base/" xml:lang="vi"',
            "<author><name>The Editors</name></author>",
        )
    )
    assert entry.url == "https://example.org/base/sub/a?x=1&y=2"
    assert entry.title == "Bold tail"
    assert entry.summary == "Plain < summary"
    assert entry.author == "The Editors"
    assert entry.language == "vi"
    assert entry.image == "https://example.org/base/sub/i.jpg"
    assert entry.categories == ("ASEAN",)
    assert "<p>Text <b>bold</b> tail</p>" in entry.html
    assert entry.updated == datetime(2019, 8, 8, tzinfo=UTC)
    assert entry.published is not None
    assert entry.published.day == 7


def test_atom_titles_of_type_text_keep_their_tags() -> None:
    entry = one(atom("<entry><link href='/a'/><title>How to use &lt;b&gt; &amp;amp; &lt;i&gt;</title></entry>"))
    assert entry.title == "How to use <b> & <i>"


@pytest.mark.parametrize("attributes", ['mode="base64"', 'type="application/octet-stream"'])
def test_encoded_texts_are_decoded(attributes: str) -> None:
    entry = one(
        atom(
            f"<entry><title {attributes}>TGlnaHRzIG9u\n IHRoZSBxdWF5</title><link href='https://example.org/a'/>"
            f"<summary {attributes}>not base64!</summary></entry>"
        )
    )
    assert entry.title == "Lights on the quay"
    assert entry.summary == "not base64!"


def test_the_longer_of_description_and_summary_is_the_text() -> None:
    entry = rss_item(
        "<title>x</title><link>https://example.org/a</link><summary>Short.</summary>"
        "<description>All that was said of it.</description><dc:author>Lan Vu</dc:author>"
    )
    assert entry.summary == "Short."
    assert "All that was said of it." in (entry.html or "")
    assert entry.author == "Lan Vu"


def test_atom_without_published_has_its_update() -> None:
    entry = one(atom("<entry><link href='/a'/><updated>2019-08-08T00:00:00Z</updated></entry>"))
    assert entry.published == entry.updated == datetime(2019, 8, 8, tzinfo=UTC)


def test_atom_with_a_prefix_and_atom_0_3() -> None:
    entry = '<a:entry><a:title>x</a:title><a:link href="/a"/></a:entry>'
    prefixed = f'<a:feed xmlns:a="http://www.w3.org/2005/Atom">{entry}</a:feed>'
    assert one(prefixed.encode()).url == "https://example.org/a"
    old = (
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>x</title><link rel="alternate" href="/a"/>'
        "<issued>2004-01-01T00:00:00Z</issued></entry></feed>"
    )
    assert one(old.encode()).published == datetime(2004, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("version", ["https://jsonfeed.org/version/1", "https://jsonfeed.org/version/1.1"])
def test_json_feed(version: str) -> None:
    people = {"author": {"name": "Ann"}} if version.endswith("/1") else {"authors": [{"name": "Ann"}, {"name": "Bao"}]}
    feed = {
        "version": version,
        "title": "News",
        "home_page_url": "https://example.org/",
        "language": "en",
        "hubs": [{"type": "WebSub", "url": "https://hub.example.org/"}],
        "items": [
            {
                "id": 7,
                "url": "/a",
                "title": "AT&T <b>",
                "content_html": "<p>Text &amp; more</p>",
                "date_published": "2019-08-07T09:00:00+07:00",
                "image": "i.png",
                "tags": ["x", 5, "x"],
                "attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 9}, 5, {"url": 7}],
                **people,
            },
            {"id": "https://example.org/b", "content_text": "One\n\nTwo <3"},
            "nonsense",
        ],
    }
    first, second = read_feed(json.dumps(feed).encode(), URL)
    assert (first.url, first.guid, first.title) == ("https://example.org/a", "7", "AT&T <b>")
    assert first.author == ("Ann" if version.endswith("/1") else "Ann, Bao")
    assert first.summary == "Text & more"
    assert first.image == "https://example.org/feeds/i.png"
    assert (first.categories, first.language) == (("x",), "en")
    assert first.enclosures == (Enclosure("https://example.org/a.mp3", "audio/mpeg", 9),)
    assert second.url == "https://example.org/b"
    assert second.html == "<p>One</p><p>Two &lt;3</p>"
    metadata = read_feed_metadata(json.dumps(feed).encode(), URL)
    assert (metadata.title, metadata.hub) == ("News", "https://hub.example.org/")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("two &nbsp; three", "two three"),
        ("AT&T", "AT&T"),
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("<b>bold</b> tail", "bold tail"),
        ("&lt;b&gt;bold&lt;/b&gt; tail", "bold tail"),
        ("<![CDATA[<b>bold</b> & tail]]>", "bold & tail"),
        ("<![CDATA[one]]> and <![CDATA[two]]>", "one and two"),
        ("It&amp;#8217;s", "It’s"),
        ("It&rsquo;s 5 < 6", "It’s 5 < 6"),
        ("Use &lt;T&gt; generics", "Use <T> generics"),
        ("Ti\x0bn \x00nhanh", "Tin nhanh"),
        ("Bộ Công an\n   họp", "Bộ Công an họp"),
        ("&unknown; &#0; &#xD800; &#x110000;", "&unknown; \ufffd \ufffd \ufffd"),
        ("a<br>b", "a b"),
        ("page=1&copy=2 &amp; done", "page=1&copy=2 & done"),
    ],
)
def test_no_text_of_a_title_is_lost(written: str, read: str) -> None:
    assert rss_item(f"<title>{written}</title><link>/a</link>").title == read


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        ("<link>/a</link>", "https://example.org/a"),
        ("<link><![CDATA[ https://example.org/a?x=1&y=2 ]]></link>", "https://example.org/a?x=1&y=2"),
        ("<link>https://example.org/a\n  /b c</link>", "https://example.org/a/b%20c"),
        ("<link/><guid>https://example.org/g</guid>", "https://example.org/g"),
        ('<link/><guid isPermaLink="false">https://example.org/g</guid>', "https://example.org/g"),
        ("<guid isPermaLink='true'>/g</guid>", "https://example.org/g"),
        ("<atom:link rel='alternate' href='/atom'/>", "https://example.org/atom"),
        ("<atom:link rel='self' href='/self'/><link>/a</link>", "https://example.org/a"),
        ('<enclosure url="/talk.mp3" type="audio/mpeg"/>', "https://example.org/talk.mp3"),
        ("<link>javascript:alert(1)</link><guid>https://example.org/g</guid>", "https://example.org/g"),
        ("<link>//cdn.example.org/a</link>", "https://cdn.example.org/a"),
        ("<link>http://[broken</link><guid>https://example.org/g</guid>", "https://example.org/g"),
    ],
)
def test_the_address_of_an_item(inside: str, url: str) -> None:
    assert rss_item(f"<title>x</title>{inside}").url == url


def test_items_without_any_address_are_told_apart_on_the_home_page() -> None:
    entries = read_feed(rss("<item><title>One</title></item><item><title>Two</title></item>"), URL)
    assert all(entry.url.startswith("https://example.org/#item-") for entry in entries)
    assert len({entry.url for entry in entries}) == 2


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Wed, 07 Aug 2019 09:00:00 GMT", datetime(2019, 8, 7, 9, tzinfo=UTC)),
        ("Wed, 07 Aug 2019 09:00:00 UTC", datetime(2019, 8, 7, 9, tzinfo=UTC)),
        ("7 Aug 2019 09:00 +0200", datetime(2019, 8, 7, 7, tzinfo=UTC)),
        ("Wed, 07 Aug 2019 09:00:00 EST", datetime(2019, 8, 7, 14, tzinfo=UTC)),
        ("2019-08-07T09:00:00.123+0700", datetime(2019, 8, 7, 2, 0, 0, 123000, tzinfo=UTC)),
        ("2019-08-07", datetime(2019, 8, 6, 17, tzinfo=UTC)),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None),
        ("0001-01-01T00:00:00Z", None),
        ("Wed, 07 Aug 2399 09:00:00 GMT", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(written: str, read: datetime | None) -> None:
    entry = one(rss(f"<item><link>/a</link><pubDate>{written}</pubDate></item>"), time_zone="Asia/Ho_Chi_Minh")
    assert entry.published == read


def test_dates_ahead_of_now_are_dropped() -> None:
    body = rss("<item><link>/a</link><pubDate>Wed, 07 Aug 2019 09:00:00 GMT</pubDate></item>")
    assert one(body, now=datetime(2019, 8, 1, tzinfo=UTC)).published is None
    assert one(body, now=datetime(2019, 8, 6, 12, tzinfo=UTC)).published is not None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<author>ann@example.org (Ann Lee)</author>", "Ann Lee"),
        ("<author>Ann Lee &lt;ann@example.org&gt;</author>", "Ann Lee"),
        ("<author>noreply@example.org</author>", None),
        ("<author>Ann Lee</author>", "Ann Lee"),
        ("<dc:creator>Ann</dc:creator><dc:creator>Bao</dc:creator>", "Ann, Bao"),
        ("<itunes:author>Ann</itunes:author>", "Ann"),
    ],
)
def test_authors(written: str, read: str | None) -> None:
    assert rss_item(f"<link>/a</link>{written}").author == read


@pytest.mark.parametrize(
    "written",
    [
        '<media:thumbnail url="/i.jpg"/>',
        '<media:content url="/film.mp4" type="video/mp4"><media:thumbnail url="/i.jpg"/></media:content>',
        '<media:group><media:content url="/i.jpg" type="image/jpeg"/></media:group>',
        '<enclosure url="/talk.mp3" type="audio/mpeg"/><enclosure url="/i.jpg" type="image/jpeg" length="1"/>',
        '<itunes:image href="/i.jpg"/>',
        "<image><url>/i.jpg</url></image>",
    ],
)
def test_images(written: str) -> None:
    assert rss_item(f"<link>/a</link>{written}").image == "https://example.org/i.jpg"


@pytest.mark.parametrize(
    "written",
    [
        '<enclosure url="/talk.mp3" type=" Audio/MPEG" length="12"/><enclosure url="/plan.pdf" length="0" type="pdf"/>',
        '<atom:link rel="enclosure" href="/talk.mp3" type="audio/mpeg" length="12"/><enclosure url="/plan.pdf"/>'
        '<enclosure url="/plan.pdf" length="5"/><enclosure url="javascript:x"/>',
    ],
)
def test_enclosures(written: str) -> None:
    talk = Enclosure("https://example.org/talk.mp3", "audio/mpeg", 12)
    assert set(rss_item(f"<link>/a</link>{written}").enclosures) == {talk, Enclosure("https://example.org/plan.pdf")}


def test_a_film_has_its_description_in_a_group() -> None:
    entry = rss_item("<link>/a</link><media:group><media:description>About the film</media:description></media:group>")
    assert entry.summary == "About the film"


def test_namespaces_are_known_in_spite_of_their_spelling() -> None:
    body = b"""<rss xmlns:i=" http://www.itunes.com/DTDs/PodCast-1.0.dtd" xmlns:d="https://purl.org/dc/elements/1.1/"><channel>
        <item><link>/a</link><i:image href="/i.jpg"/><d:creator>Ann</d:creator></item></channel></rss>"""
    assert (one(body).image, one(body).author) == ("https://example.org/i.jpg", "Ann")


def test_a_comment_that_speaks_of_feeds_is_not_the_feed() -> None:
    body = b"<!-- an <rss> feed --><rss><channel><title>N</title><item><link>/a</link></item></channel></rss>"
    assert read_feed_metadata(body, URL).title == "N"
    assert one(body).url == "https://example.org/a"


def test_a_namespace_of_its_own_does_not_hide_a_feed() -> None:
    body = (
        b'<rss xmlns="urn:mine"><channel><title>N</title><item><title>x</title><link>/a</link></item></channel></rss>'
    )
    assert (one(body).title, one(body).url) == ("x", "https://example.org/a")
    assert read_feed_metadata(body, URL).title == "N"


def test_the_source_of_an_atom_entry_is_not_the_entry() -> None:
    source = "<source><id>other</id><title>Other</title><link href='https://other.example/'/></source>"
    entry = one(atom(f"<entry>{source}<id>1</id><title>x</title><link href='/a'/></entry>"))
    assert (entry.url, entry.guid, entry.title) == ("https://example.org/a", "1", "x")


def test_a_long_description_is_kept_whole_as_html() -> None:
    text = "word " * 1000
    entry = rss_item(f"<link>/a</link><description>&lt;p&gt;{text}&lt;/p&gt;</description>")
    assert entry.html == f"<p>{text}</p>"
    assert len(entry.summary) <= 2000
    assert entry.summary.endswith("word…")


def test_unclosed_html_pasted_into_a_description_swallows_nothing() -> None:
    body = rss(
        "<item><title>One</title><link>/1</link><description>a<br>b<p>c<img src=x></description></item>"
        "<item><title>Two</title><link>/2</link><description>d</description></item>"
    )
    first, second = read_feed(body, URL)
    assert (first.url, first.summary) == ("https://example.org/1", "a\nb\nc")
    assert (second.url, second.title, second.summary) == ("https://example.org/2", "Two", "d")


def test_stray_end_tags_cost_at_most_their_own_item() -> None:
    items = "".join(f"<item><title>{n}</title><link>/{n}</link></item>{'</div></p>' * (n == 1)}" for n in range(5))
    entries = read_feed(rss(items), URL)
    assert [entry.title for entry in entries] == ["0", "1", "2", "3", "4"]
    assert [
        entry.author for entry in read_feed(rss(items.replace("</item>", "<dc:creator>A</dc:creator></item>")), URL)
    ] == ["A"] * 5


def test_undeclared_prefixes_and_entities_are_understood() -> None:
    item = b"<item><title>x</title><link>/a</link><dc:creator>Ann&eacute;</dc:creator></item>"
    assert one(b"<rss><channel>" + item + b"</channel></rss>").author == "Anné"


@pytest.mark.parametrize(
    "cut", ["<item><title>Two</ti", "<item><title>Two</title><link>https://example.org/tw", "<item", ""]
)
def test_half_a_feed_gives_its_whole_items(cut: str) -> None:
    body = rss("<item><title>One</title><link>/1</link></item>").partition(b"</channel>")[0] + cut.encode()
    assert [entry.title for entry in read_feed(body, URL)] == ["One"]


def test_half_a_json_feed_gives_its_whole_items() -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": str(n), "url": f"/{n}"} for n in range(3)]}
    text = json.dumps(feed)
    assert [entry.guid for entry in read_feed(text[:-12].encode(), URL)] == ["0", "1"]


@pytest.mark.parametrize(
    "body",
    [
        rss("<item><title>Bộ Công an</title><link>/a</link></item>").decode().encode("utf-16"),
        b"\xef\xbb\xbf\n\n" + rss("<item><title>Bộ Công an</title><link>/a</link></item>"),
        b"\n<!-- page 1 -->" + rss("<item><title>Bộ Công an</title><link>/a</link></item>"),
        rss("<item><title>Bộ Công an</title><link>/a</link></item>").replace(b"1.0", b'1.0" encoding="iso-8859-1', 1),
    ],
    ids=["utf-16", "mark and blank lines", "comment first", "wrong declaration"],
)
def test_any_start_and_encoding(body: bytes) -> None:
    assert one(body, content_type="text/xml; charset=iso-8859-1").title == "Bộ Công an"


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("windows-1252", "Café “x”"),
        ("windows-1258", "Công"),
        ("koi8-r", "Новости"),
        ("gb2312", "新闻"),
        ("iso-2022-jp", "ニュース"),
    ],
)
def test_charsets_by_declaration_and_by_header(charset: str, text: str) -> None:
    item = f"<rss><channel><item><title>{text}</title><link>/a</link></item></channel></rss>"
    declared = f'<?xml version="1.0" encoding="{charset}"?>{item}'.encode(charset)
    assert one(declared).title == text
    assert one(item.encode(charset), content_type=f"text/xml; charset={charset}").title == text


def test_one_wrong_byte_does_not_spoil_the_charset() -> None:
    body = rss("<item><title>Bộ Công an họp báo về hợp tác quốc tế</title><link>/a</link></item>")
    assert one(body.replace(b"News", b"New\xff")).title == "Bộ Công an họp báo về hợp tác quốc tế"


def test_metadata() -> None:
    body = rss(
        "<item><title>x</title></item>",
        """<title>The <![CDATA[News & more]]></title><link>https://example.org/home</link><language>en_US</language><ttl>60</ttl>
        <atom:link rel="self" href="/feeds/news.xml"/><atom:link rel="hub" href="https://hub.example.org/"/>
        <skipHours><hour>0</hour><hour>24</hour><hour>23</hour><hour>x</hour></skipHours>
        <skipDays><day>Saturday</day><day> sunday</day></skipDays>""",
    )
    metadata = read_feed_metadata(body, URL)
    assert metadata.title == "The News & more"
    assert metadata.language == "en-US"
    assert metadata.home == "https://example.org/home"
    assert metadata.hub == "https://hub.example.org/"
    assert metadata.self_url == URL
    assert metadata.ttl_minutes == 60
    assert metadata.skip_hours == {0, 23}
    assert metadata.skip_days == {5, 6}


def test_a_feed_that_skips_all_hours_skips_none() -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    assert (
        read_feed_metadata(rss("", f"<title>x</title><skipHours>{hours}</skipHours><ttl>-5</ttl>"), URL).skip_hours
        == set()
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body><p>No</p></body></html>",
        b"{}",
        b'{"items": []}',
        b"\x89PNG\r\n",
        b"<rssfoo></rssfoo>",
        b'{"a"',
    ],
)
def test_what_is_no_feed_is_said_so(body: bytes) -> None:
    with pytest.raises(NotAFeed):
        read_feed(body, URL)
    with pytest.raises(NotAFeed):
        read_feed_metadata(body, URL)


def test_a_feed_without_items_is_empty() -> None:
    assert read_feed(rss(""), URL) == []
    assert read_feed(atom(""), URL) == []


def test_entities_of_a_document_type_are_never_expanded() -> None:
    lines = [f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};&a{n - 1};&a{n - 1};">' for n in range(1, 30)]
    doctype = f'<!DOCTYPE rss [<!ENTITY a0 "lol"><!ENTITY file SYSTEM "file:///etc/passwd">{"".join(lines)}]>'
    body = f"{doctype}<rss><channel><item><title>&a29; &file;</title><link>/a</link></item></channel></rss>"
    assert one(body.encode()).title == "&a29; &file;"


HOSTILE = {
    "deep": b"<rss><channel><item>" + b"<b>" * 400_000,
    "deep and closed": b"<rss><channel>" + b"<item>" * 50_000 + b"</item>" * 50_000,
    "wide": b"<rss><channel>" + b"<item><title>x</title><link>/a</link></item>" * 60_000,
    "tags in a title": b"<rss><channel><item><title>" + b"&lt;b&gt;" * 200_000 + b"</title></item>",
    "less-than in a title": b"<rss><channel><item><title>" + b"<" * 1_000_000 + b"</title></item></channel></rss>",
    "comments in a description": b"<rss><channel><item><description>" + b"&lt;!--" * 200_000,
    "comments before": b"<!--" * 500_000 + b"<rss>",
    "scripts in a description": b"<rss><channel><item><description>"
    + b"&lt;script&gt;" * 100_000
    + b"</description></item>",
    "unclosed cdata": b"<rss><channel>" + b"<item><title><![CDATA[" * 100_000,
    "ampersands": b"<rss><channel><item><title>" + b"&" * 1_000_000 + b"</title></item></channel></rss>",
    "attributes": b"<rss " + b"a='1' " * 200_000 + b"><channel></channel></rss>",
    "links": b"<rss><channel><item>" + b"<link>http://[</link>" * 100_000 + b"</item></channel></rss>",
    "authors": b"<rss><channel><item><author>" + b"a@b (" * 100_000 + b"</author></item></channel></rss>",
    "dates": b"<rss><channel><item><pubDate>" + b"1" * 500_000 + b"</pubDate></item></channel></rss>",
    "mismatches": b"<rss><channel><item>" + b"</a><title>" * 200_000,
    "json depth": b'{"items": ' + b"[" * 500_000,
    "json items": b'{"version": "https://jsonfeed.org/version/1", "items": [' + b"{}," * 300_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_feed_is_bounded(name: str) -> None:
    start = time.process_time()
    try:
        entries = read_feed(HOSTILE[name], URL)
    except NotAFeed:
        entries = []
    assert len(entries) <= MOST_ENTRIES
    assert time.process_time() - start < 5


def test_the_last_resort_reads_what_is_hardly_a_feed() -> None:
    entry = one(
        b"<items><item><title>One & all</title><link>https://example.org/1</link>"
        b"<pubDate>7 Aug 2019 09:00 GMT</pubDate></item></items>"
    )
    assert (entry.url, entry.title) == ("https://example.org/1", "One & all")
    assert entry.published == datetime(2019, 8, 7, 9, tzinfo=UTC)
    with pytest.raises(NotAFeed):
        read_tolerantly(b"nothing at all", URL)


def test_the_last_resort_is_killed_at_its_deadline() -> None:
    nested = b"<rss><channel><item><description>" + b"<div>" * 150_000
    start = time.monotonic()
    with pytest.raises(NotAFeed, match="within"):
        read_tolerantly(nested, URL, deadline=0.5)
    assert time.monotonic() - start < 5


def test_html_as_plain_text() -> None:
    assert (
        plain("<p>One</p><p>Two<br/>three <a href='x'>four</a></p><script>no()</script>end")
        == "One\nTwo\nthree four\nend"
    )
    assert plain("a <!-- hidden --> b <style>x") == "a b"
    assert plain("1 < 2 and 3 > 2") == "1 < 2 and 3 > 2"
    assert plain('<p title="a<script>b">One</p> two') == "One\ntwo"
    assert plain("<img alt='more > less' src=x>One") == "One"
    assert plain("""<img alt="it's" src=x>One <a title="5" wide">two</a> "three" """) == 'One two "three"'


pieces = st.sampled_from([
    "<item>", "</item>", "<title>", "</title>", "<link>", "</link>", "<![CDATA[", "]]>", "&", "&lt;", "&nbsp;", "<b>",
    "</b>", "text", "/a", "https://example.org/x", "<entry>", "</entry>", "<guid>", "<pubDate>", "2019-08-07", "<", ">",
    '"', "'", "\x00", "ộ", " ", "<item><title>", "</rss>",
])  # fmt: skip


@settings(max_examples=300)
@given(st.lists(pieces, max_size=60), st.binary(max_size=30))
def test_any_soup_gives_entries_or_says_that_it_is_none(soup: list[str], noise: bytes) -> None:
    for start in ("<rss><channel>", '<feed xmlns="http://www.w3.org/2005/Atom">'):
        body = start.encode() + "".join(soup).encode() + noise
        try:
            entries = read_feed(body, URL)
        except NotAFeed:
            continue
        for entry in entries:
            assert entry.url.startswith(("http://", "https://"))


@given(st.binary(max_size=300))
def test_any_bytes_give_entries_or_an_error(body: bytes) -> None:
    for start in (b"", b"{", b"<rss>", b"<feed>"):
        try:
            read_feed(start + body, URL)
        except NotAFeed:
            continue
