"""Summaries around the words that matched, paragraphs, absolute links."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from render_examples import span

from feeds.model import Article, Span
from feeds.render.words import (
    SUMMARY_LENGTH,
    full_html,
    paragraphs,
    shortened,
    summary_html,
    summary_text,
    words_of_match,
)


def test_the_summary_is_the_sentence_that_matched() -> None:
    text = "First sentence. The second speaks of violent extremism. The third does not."
    article = Article(url="", text=text, summary="What the site says.")
    assert summary_text(article, [span(text, "violent")]) == "The second speaks of violent extremism."
    assert summary_html(article, [span(text, "violent")]) == (
        "The second speaks of <strong>violent</strong> extremism."
    )


def test_two_sentences_that_matched_are_joined() -> None:
    text = "One alpha here. Nothing to see. Two beta there."
    article = Article(url="", text=text)
    found = [span(text, "beta"), span(text, "alpha")]
    assert summary_html(article, found) == "One <strong>alpha</strong> here. … Two <strong>beta</strong> there."


def test_words_of_one_sentence_are_marked_in_one_sentence() -> None:
    text = "Alpha and beta and alphabet."
    places = [Span("text", 0, 5, ""), Span("text", 10, 14, ""), Span("text", 3, 14, ""), Span("text", 0, 5, "again")]
    html = summary_html(Article(url="", text=text), places)
    assert html == "<strong>Alpha</strong><strong> and beta</strong> and alphabet."


def test_an_abbreviation_ends_no_sentence() -> None:
    text = "Delegates of the U.S. and the U.K. met on terror. They left."
    assert summary_text(Article(url="", text=text), [span(text, "terror")]).startswith("Delegates of the U.S.")


def test_markup_in_the_text_stays_text() -> None:
    text = "if a < b & <script>alert(1)</script> terror"
    html = summary_html(Article(url="", text=text), [span(text, "terror")])
    assert html == "if a &lt; b &amp; &lt;script&gt;alert(1)&lt;/script&gt; <strong>terror</strong>"


def test_offsets_are_code_points_also_after_what_is_cleaned_away() -> None:
    text = "\x00\ud800😀 Hội nghị\x0b khủng bố."
    html = summary_html(Article(url="", text=text), [span(text, "khủng bố")])
    assert html == "😀 Hội nghị <strong>khủng bố</strong>."


def test_without_a_match_in_the_text_the_summary_is_the_articles() -> None:
    article = Article(url="", title="Terror", text="Some text.", summary="What the site says.")
    assert summary_text(article, [Span("title", 0, 6, "terror")]) == "What the site says. [Terror]"
    assert summary_html(article, [Span("title", 0, 6, "terror")]) == "What the site says. [<strong>Terror</strong>]"
    assert summary_text(article, []) == "What the site says."
    assert summary_text(Article(url="", text="Some text."), []) == "Some text."


def test_a_text_without_sentences_gives_a_summary_of_bounded_length() -> None:
    text = "word " * 5_000 + "terror " + "word " * 5_000
    summary = summary_text(Article(url="", text=text), [span(text, "terror")])
    assert "terror" in summary
    assert len(summary) <= 2 * SUMMARY_LENGTH
    solid = "x" * 100_000
    assert len(summary_text(Article(url="", text=solid), [Span("text", 50_000, 50_003, "")])) <= 2 * SUMMARY_LENGTH
    assert len(shortened(solid)) <= SUMMARY_LENGTH + 1


@given(
    st.text(st.sampled_from("ab .\n<&\x00"), max_size=80), st.lists(st.tuples(st.integers(-2, 90), st.integers(-2, 90)))
)
def test_any_spans_give_a_summary_with_closed_marks(text: str, places: list[tuple[int, int]]) -> None:
    found = [Span("text", start, end, "") for start, end in places]
    html = summary_html(Article(url="", text=text), found)
    assert html.count("<strong>") == html.count("</strong>")
    assert "<strong></strong>" not in html


def test_many_matches_stay_few_passages() -> None:
    text = "Terror here. Nothing there. " * 1_000
    places = [Span("text", start, start + 6, "") for start in range(0, len(text), 28)]
    assert summary_html(Article(url="", text=text), places).count("<strong>") == 3


def test_matched_words_are_each_told_once() -> None:
    article = Article(url="", title="Terror and TERROR", text="Extremism")
    places = [Span("title", 0, 6, ""), Span("title", 11, 17, ""), Span("text", 0, 9, ""), Span("text", 5, 99, "")]
    assert words_of_match(article, places) == ["Terror", "Extremism"]


def test_of_many_passages_those_are_shown_that_show_the_most_words() -> None:
    text = "One alpha. Two rests. One alpha. Two rests. One alpha. Two rests. Both alpha and beta. Two rests. A gamma."
    found = [Span("text", *one.span(), "") for one in re.finditer("alpha|beta|gamma", text)]
    assert summary_html(Article(url="", text=text), found) == (
        "One <strong>alpha</strong>. … Both <strong>alpha</strong> and <strong>beta</strong>. … "
        "A <strong>gamma</strong>."
    )


def test_an_article_of_a_summary_alone_has_its_words_marked_there() -> None:
    assert summary_html(Article(url="", summary="On terror."), [Span("summary", 3, 9, "terror")]) == (
        "On <strong>terror</strong>."
    )


def test_words_outside_the_passages_are_told_once_and_not_without_end() -> None:
    article = Article(url="", title="Alpha " + "beta " * 80 + "gamma", text="An alpha.", author="A <b> C")
    title = [Span("title", at, at + 1, "") for at in range(len(article.title))]
    shown = summary_text(article, [Span("text", 3, 8, "alpha"), Span("title", 0, 5, "alpha"), Span("author", 0, 7, "")])
    assert shown == "An alpha. [A <b> C]"
    assert "[<strong>A &lt;b&gt; C</strong>]" in summary_html(article, [Span("author", 0, 7, "")])
    words = [Span("title", at, at + size, "") for at in range(6, 300, 5) for size in range(1, 99)]
    assert len(summary_text(article, words)) < 500
    assert summary_text(article, words).endswith(", …]")
    assert len(summary_text(article, title)) < 100


def test_a_text_becomes_paragraphs() -> None:
    assert paragraphs("One & two\nthree\n\n \n\nfour <b>") == "<p>One &amp; two<br>three</p>\n<p>four &lt;b&gt;</p>"
    assert paragraphs(" \n\n ") == ""


def test_links_are_made_absolute() -> None:
    html = (
        '<p>A <a href="../b?x=1&amp;y=2">b</a> <img src="//cdn.example/i.png"> <a href="#top">up</a> 1 &lt; 2</p>tail'
    )
    assert full_html(Article(url="https://a.example/x/y", html=html)) == (
        '<p>A <a href="https://a.example/b?x=1&amp;y=2">b</a> <img src="https://cdn.example/i.png"> '
        '<a href="https://a.example/x/y#top">up</a> 1 &lt; 2</p>tail'
    )


def test_html_with_absolute_links_is_left_as_it_is() -> None:
    html = "<p><a href='https://b.example/'>b</a><br><img src=\"https://b.example/i.png\">"
    assert full_html(Article(url="https://a.example/", html=html)) == html


def test_a_broken_link_breaks_nothing() -> None:
    html = '<a href="http://[broken">x</a> <a href="y">y</a>'
    assert 'href="https://a.example/y"' in full_html(Article(url="https://a.example/", html=html))


def test_what_has_no_html_is_shown_as_paragraphs() -> None:
    assert full_html(Article(url="", text="One\n\nTwo", html="  ")) == "<p>One</p>\n<p>Two</p>"
