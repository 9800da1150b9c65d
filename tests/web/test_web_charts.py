"""Charts as SVG, and the excerpt that a card shows."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bot.web.pages import charts
from bot.web.pages.cards import SUMMARY_LENGTH, TopicMatch, make_card
from feeds.model import Article, Span

TODAY = date(2026, 11, 24)
SVG = etree.XMLParser(resolve_entities=False)


def test_a_day_a_bar_and_the_highest_is_as_high_as_the_chart() -> None:
    days = charts.days_back(TODAY, 3)
    values = charts.values_of(days, {"2026-11-24": 4, "2026-11-22": 2, "2026-01-01": 9})
    assert (days[0], values) == (TODAY - timedelta(days=2), [2, 0, 4])
    drawing = etree.fromstring(charts.bars(days, values, "Label", ["a", "b", "c"], [1, 0, 0]), SVG)
    heights = [bar.get("height") for bar in drawing.iterfind(".//rect[@class='first']")]
    assert heights == ["30", "60"]
    assert len(drawing.findall(".//rect[@class='second']")) == 1
    # A day without anything is a hair's breadth, so that days can be counted.
    assert len(drawing.findall(".//rect[@class='none']")) == 3


@given(label=st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=30))
def test_no_label_breaks_a_drawing(label: str) -> None:
    days = charts.days_back(TODAY, 1)
    drawing = etree.fromstring(charts.bars(days, [1], label, [label]), SVG)
    assert drawing.get("aria-label") == label
    assert (drawing.findtext(".//title") or "") == label
    assert etree.fromstring(charts.spark([0, 0], label), SVG).get("role") == "img"
    assert len(etree.fromstring(charts.hours([0] * 24, label, [label] * 24), SVG).findall("g")) == 24


def card_summary(text: str, *spans: Span, summary: str = "") -> str:
    article = Article("https://example.org/", title="T", text=text, summary=summary, uid="1" * 32)
    topic = TopicMatch("t", "T", (), spans)
    return str(make_card(article, None, (topic,)).summary)


def test_an_excerpt_shows_the_place_that_matched() -> None:
    text = "Nothing here at all. " * 40 + "Then the coast guard came, " + "and stayed on. " * 40
    start = text.index("coast guard")
    shown = card_summary(text, Span("text", start, start + 11, "coast guard"))
    assert shown.startswith("… Then the <mark>coast guard</mark> came,")
    assert shown.endswith(" …")
    assert len(shown) < SUMMARY_LENGTH + 40


def test_without_a_match_the_summary_or_the_beginning_is_shown() -> None:
    assert card_summary("Text.", summary="A & B") == "A &amp; B"
    assert card_summary("word " * 100).endswith("word …")
    assert card_summary("x" * 500) == "x" * SUMMARY_LENGTH + " …"


@given(text=st.text(max_size=900), start=st.integers(0, 900), length=st.integers(1, 40))
def test_no_text_breaks_an_excerpt(text: str, start: int, length: int) -> None:
    shown = card_summary(text, Span("text", start, start + length, "x"))
    assert shown.count("<mark>") == shown.count("</mark>")
