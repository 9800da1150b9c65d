"""No character in any article can break a feed; no OPML file can break the reader of OPML."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import feed_validity
import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from render_examples import OUTLINES, SPEC

from feeds.errors import FeedsError, NotAFeed, TooLarge
from feeds.model import Article, Enclosure, FeedItem, FeedSpec, Span, Topic
from feeds.render import Outline, atom, json_feed, opml, parse_opml, rss
from feeds.render.characters import web_address

NASTY = [
    "]]>",
    "<![CDATA[",
    "&nbsp;",
    "&#0;",
    "&",
    "<test>",
    "</item>",
    "<!--",
    "\x00",
    "\x08",
    "\x0b",
    "\x1b[0m",
    "\x7f",
    "\x85",
    "\r",
    "\r\n",
    "\t",
    "\u2028",
    "\ud800",
    "\udfff",
    "\ufeff",
    "\ufffe",
    "\uffff",
    "\U0001ffff",
    "\U0010ffff",
    "\u202e",
    "😀",
    "ế",
    '"',
    "'",
    "%",
    "%zz",
]
any_text = st.lists(
    st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=()), max_size=8)), max_size=6
).map("".join)
any_address = st.one_of(
    any_text,
    st.builds("https://{}".format, any_text),
    st.builds("https://host.example/{}?{}#{}".format, any_text, any_text, any_text),
)
any_moment = st.one_of(st.none(), st.datetimes(timezones=st.timezones()))
articles = st.builds(
    Article,
    url=any_address,
    title=any_text,
    author=st.one_of(st.none(), any_text),
    published=any_moment,
    updated=any_moment,
    language=st.one_of(st.none(), any_text, st.just("vi")),
    image=st.one_of(st.none(), any_address),
    text=any_text,
    html=any_text,
    summary=any_text,
    categories=st.lists(any_text, max_size=2).map(tuple),
    enclosures=st.lists(
        st.builds(
            Enclosure,
            any_address,
            st.one_of(any_text, st.just("a/b")),
            st.one_of(st.none(), st.integers(min_value=0)),
        ),
        max_size=3,
    ).map(tuple),
    source=any_text,
    uid=any_text,
    found=any_moment,
)
spans = st.builds(
    Span, st.sampled_from(["title", "text", "nowhere", "published"]), st.integers(-3, 12), st.integers(-3, 12), any_text
)
items = st.builds(
    FeedItem,
    article=articles,
    source_title=any_text,
    source_url=any_address,
    topics=st.lists(st.builds(Topic, any_text, any_text, any_text), max_size=2).map(tuple),
    spans=st.lists(spans, max_size=4).map(tuple),
    also=st.lists(st.builds(Article, url=any_address, source=any_text), max_size=2).map(tuple),
)
specs = st.builds(
    FeedSpec,
    path=st.one_of(any_text, st.just("/feeds/search?q=a")),
    title=any_text,
    base_url=st.just("https://news.example.org"),
    tag=st.sampled_from(["", "news.example.org,2026"]),
    home=any_text,
    description=any_text,
    language=st.one_of(st.none(), any_text),
    updated=any_moment,
    hub=st.one_of(st.none(), any_address),
    previous_archive=st.one_of(st.none(), any_address),
    icon=st.one_of(st.none(), any_address),
)


@settings(max_examples=200)
@given(specs, items, st.booleans())
def test_no_article_breaks_a_feed(spec: FeedSpec, item: FeedItem, full: bool) -> None:
    for render, problems in (
        (rss, feed_validity.rss_problems),
        (atom, feed_validity.atom_problems),
        (json_feed, feed_validity.json_problems),
    ):
        body = render(spec, [item], full=full)
        assert problems(body) == []
        assert body == render(spec, [item], full=full)


@settings(max_examples=25)
@given(items)
def test_feedparser_reads_whatever_is_rendered(item: FeedItem) -> None:
    for body in (rss(SPEC, [item]), atom(SPEC, [item])):
        parsed: Any = feedparser.parse(body)
        assert not parsed.bozo
        assert len(parsed.entries) == 1


@settings(max_examples=100)
@given(any_text)
def test_a_title_arrives_as_it_is_but_for_what_no_document_can_hold(title: str) -> None:
    item = FeedItem(Article(url="https://a.example/", title=f"a{title}b", found=datetime(2026, 1, 1, tzinfo=UTC)))
    titles = {
        etree.fromstring(rss(SPEC, [item])).findtext("channel/item/title"),
        etree.fromstring(atom(SPEC, [item])).findtext("{*}entry/{*}title"),
        json.loads(json_feed(SPEC, [item]))["items"][0]["title"],
    }
    holdable = "".join(
        c for c in f"a{title}b" if c in "\t\n\r" or " " <= c < "\ud800" or (c >= "\ue000" and c not in "\ufffe\uffff")
    )
    assert titles == {" ".join(holdable.split())}


@settings(max_examples=200)
@given(any_address)
def test_an_address_is_a_uri_or_nothing(address: str) -> None:
    uri = web_address(address)
    if uri is not None:
        assert feed_validity.WEB.fullmatch(uri)
        assert feed_validity.URI.fullmatch(uri)
        assert web_address(uri) == uri  # what is a URI already stays as it is


@settings(max_examples=60)
@given(
    any_text,
    st.lists(st.builds(Outline, any_text, st.one_of(st.none(), any_address), description=any_text), min_size=1),
)
def test_no_outline_breaks_an_opml_file(title: str, outlines: list[Outline]) -> None:
    body = opml(title, outlines)
    assert feed_validity.opml_problems(body) == []
    assert len(parse_opml(body)) == len(outlines)


def test_opml_survives_the_way_there_and_back() -> None:
    assert parse_opml(opml("Tocsin", OUTLINES)) == list(OUTLINES)
    assert [feed.text for outline in OUTLINES for feed in outline.feeds()] == ["Hội nghị", "B", "Everything"]


@settings(max_examples=100)
@given(st.one_of(st.binary(), st.builds(lambda b: b"<opml><body>" + b, st.binary())))
def test_whatever_is_handed_in_as_opml_is_read_or_refused(body: bytes) -> None:
    try:
        outlines = parse_opml(body)
    except FeedsError:
        pass
    else:
        assert all(isinstance(outline, Outline) for outline in outlines)


def test_opml_that_is_not_quite_well_formed_is_read() -> None:
    body = b'<opml version="1.1"><body><outline title="AT&T" xmlurl="https://a.example/f?a=1&b=2"></body>'
    (outline,) = parse_opml(body)
    assert outline.xml_url is not None
    assert outline.xml_url.startswith("https://a.example/f")


@pytest.mark.parametrize("body", [b"", b"   ", b"<html/>", b"{}", b"<rss version='2.0'/>", b"\xff\xfe", b"<opml"])
def test_what_is_no_opml_is_refused(body: bytes) -> None:
    if body == b"<opml":
        assert parse_opml(body) == []  # begun, and never finished: an empty list
        return
    with pytest.raises(NotAFeed):
        parse_opml(body)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE opml [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/opml.dtd">',
    ],
)
def test_document_types_are_refused(declaration: str) -> None:
    with pytest.raises(NotAFeed, match="document type"):
        parse_opml(f'{declaration}<opml version="2.0"><body><outline text="x"/></body></opml>'.encode())


def test_caps_hold() -> None:
    with pytest.raises(TooLarge):
        parse_opml(b"<opml>" + b" " * 5_000_001)
    with pytest.raises(TooLarge):
        parse_opml(b"<opml><body>" + b"<outline/>" * 20_001 + b"</body></opml>")
    with pytest.raises(TooLarge):
        parse_opml(b"<opml><body>" + b"<outline>" * 60 + b"</outline>" * 60 + b"</body></opml>")


def test_deeper_than_the_parser_goes_is_not_a_crash() -> None:
    with pytest.raises(FeedsError):
        parse_opml(b"<opml><body>" + b"<outline>" * 100_000)
