"""The matched words, found again in the article's HTML."""

from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from bot.web.pages import marking
from bot.web.pages.cards import TopicMatch, make_card
from feeds.model import Article, Span


def article(text: str, markup: str = "") -> Article:
    return Article("https://example.org/", text=text, html=markup)


def span(text: str, word: str) -> Span:
    return Span("text", text.index(word), text.index(word) + len(word), word)


def test_plain_text_becomes_paragraphs_with_marks() -> None:
    text = "One < two.\n\nThree & four."
    shown = marking.body(article(text), [span(text, "four")])
    assert shown == "<p>One &lt; two.</p>\n<p>Three &amp; <mark>four</mark>.</p>"


def test_a_word_before_the_text_began_is_not_confused_with_one_in_it() -> None:
    text = "Piracy fell.\n\nPiracy rose again."
    second = Span("text", text.rindex("Piracy"), text.rindex("Piracy") + 6, "piracy")
    shown = marking.body(article(text, "<p>Piracy fell.</p><p>Piracy rose again.</p>"), [second])
    assert shown == "<p>Piracy fell.</p><p><mark>Piracy</mark> rose again.</p>"


def test_a_table_scrolls_in_a_box_of_its_own() -> None:
    shown = marking.body(article("One", "<table><tr><td>One</td></tr></table>"), [])
    assert shown == '<div class="scroll" role="group" tabindex="0"><table><tr><td>One</td></tr></table></div>'


def test_captions_between_and_other_spacing_do_not_matter() -> None:
    text = "First.\n\nThe coast guard came."
    markup = "<p>First.</p><figure><figcaption>A  boat</figcaption></figure><p>The\n  coast&nbsp;guard came.</p>"
    shown = marking.body(article(text, markup), [span(text, "coast guard")])
    assert shown == markup.replace("coast&nbsp;guard", "<mark>coast\xa0guard</mark>")


def test_a_text_that_the_html_does_not_hold_is_left_alone() -> None:
    assert marking.body(article("Other words.", "<p>These.</p>"), [Span("text", 0, 5, "x")]) == "<p>These.</p>"


def test_a_greater_sign_in_an_attribute_does_not_end_its_tag() -> None:
    markup = '<p><a href="https://example.org/?a=1" title="a > b">go on</a></p>'
    assert marking.body(article("go on", markup), [Span("text", 0, 2, "go")]) == markup.replace(
        "go on", "<mark>go</mark> on"
    )


def test_spans_that_overlap_are_one_mark() -> None:
    spans = [Span("title", 0, 5, "a"), Span("title", 3, 8, "b"), Span("title", 90, 99, "c")]
    assert marking.marked("abcdefghij", marking.ranges(spans, "title", 10)) == "<mark>abcdefgh</mark>ij"


def test_an_article_of_a_summary_alone_is_marked_there() -> None:
    only = Article("https://example.org/", title="A <title>", summary="The coast guard & others.")
    found = [Span("summary", 4, 15, "coast guard"), Span("title", 2, 9, "title")]
    assert marking.body(only, found) == "<p>The <mark>coast guard</mark> &amp; others.</p>"
    card = make_card(only, None, (TopicMatch("t", "T", (), tuple(found)),))
    assert card.summary == "The <mark>coast guard</mark> &amp; others."
    assert card.title == "A <mark>&lt;title&gt;</mark>"


def test_a_card_on_a_topic_s_page_marks_the_words_of_that_topic_alone() -> None:
    told = article("The coast guard came. Piracy fell.")
    topics = (
        TopicMatch("guards", "G", (), (span(told.text, "coast guard"),)),
        TopicMatch("piracy", "P", (), (span(told.text, "Piracy"),)),
    )
    assert "<mark>coast guard</mark>" in make_card(told, None, topics).summary
    shown = make_card(told, None, topics, topic="piracy").summary
    assert re.findall("<mark>(.*?)</mark>", shown) == ["Piracy"]


_TEXT = st.text(alphabet=st.sampled_from("ab <>&\"'\n é…"), max_size=60)


@given(text=_TEXT, start=st.integers(-5, 70), length=st.integers(-5, 70))
def test_marking_changes_no_character(text: str, start: int, length: int) -> None:
    spans = [Span("text", start, start + length, "x"), Span("text", start // 2, start, "y")]
    places = marking.ranges(spans, "text", len(text))
    shown = str(marking.marked(text, places))
    assert html.unescape(shown.replace("<mark>", "").replace("</mark>", "")) == text
    inside = "".join(html.unescape(found) for found in re.findall("<mark>(.*?)</mark>", shown, re.DOTALL))
    assert inside == "".join(text[begin:end] for begin, end in places)


@given(paragraphs=st.lists(_TEXT, max_size=4), start=st.integers(0, 200), length=st.integers(0, 50))
def test_marked_html_says_the_same_as_before(paragraphs: list[str], start: int, length: int) -> None:
    markup = "".join(f"<p>{html.escape(one, quote=False)}</p>" for one in paragraphs)
    text = "\n\n".join(paragraphs)
    shown = str(marking.body(article(text, markup), [Span("text", start, start + length, "x")]))
    if markup.strip():
        bare = shown.replace("<mark>", "").replace("</mark>", "")
        assert html.unescape(bare) == html.unescape(markup)
