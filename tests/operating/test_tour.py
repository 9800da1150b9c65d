"""The bundled portal: it publishes in time, and is read by the same readers as any portal."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.tour import Tour, load
from feeds.extract import read_article
from feeds.sources.page import read_list

TOUR = Path(__file__).parent.parent.parent / "config" / "tour"
STARTED = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HANOI = "Asia/Ho_Chi_Minh"
ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def tour() -> Tour:
    return load(TOUR)


def at(seconds: float) -> datetime:
    return STARTED + timedelta(seconds=seconds)


def listed(tour: Tour, seconds: float) -> list[str]:
    page = tour.list_page(at(seconds), STARTED)
    return [entry.url for entry in read_list(page, f"{ADDRESS}/tour/", time_zone=HANOI)]


def test_three_articles_are_there_and_the_others_follow_within_a_minute(tour: Tour) -> None:
    counts = [len(tour.published(at(seconds), STARTED)) for seconds in (0, 5.9, 6, 12.9, 13, 60)]
    assert counts == [3, 3, 4, 4, 5, len(tour.articles)]
    assert len(tour.articles) >= 9


def test_the_list_is_read_as_it_is_meant_without_the_sidebar(tour: Tour) -> None:
    for seconds in (0, 6, 20, 60):
        expected = [ADDRESS + tour.path(article) for article in tour.published(at(seconds), STARTED)]
        assert listed(tour, seconds) == expected


def test_entries_of_the_list_carry_day_title_and_summary(tour: Tour) -> None:
    newest = read_list(tour.list_page(at(6), STARTED), f"{ADDRESS}/tour/", time_zone=HANOI)[0]
    assert newest.title == "ASEAN members stand together against violent extremism"
    assert newest.published is not None
    assert newest.published.isoformat() == "2019-08-07T00:00:00+07:00"
    assert newest.summary.startswith("ASEAN's working group against transnational crime")


def test_every_article_is_read_whole(tour: Tour) -> None:
    for told in (*tour.articles, *tour.notices):
        page = tour.article_page(told.slug, at(60), STARTED)
        assert page is not None
        read = read_article(page, ADDRESS + tour.path(told), time_zone=HANOI)
        assert read.title == told.title
        assert read.author == (told.byline or None)
        assert read.published is not None
        assert read.published.date() == told.day
        assert read.language == told.language
        assert read.text == "\n\n".join(told.paragraphs)


def test_the_first_published_article_is_the_conference_of_surabaya(tour: Tour) -> None:
    first = tour.articles[tour.at_start]
    assert first.day == date(2019, 8, 7)
    page = tour.article_page(f"{first.slug}-t5847.html", at(6), STARTED)
    assert page is not None
    read = read_article(page, ADDRESS + tour.path(first), time_zone=HANOI)
    assert read.text.startswith("PSC - ")
    assert "Delegates at the conference." not in read.text
    assert read.image == f"{ADDRESS}/tour/pictures/{first.slug}-1.svg"


def test_an_article_cannot_be_read_before_it_is_published(tour: Tour) -> None:
    slug = tour.articles[-1].slug
    assert tour.article_page(slug, at(0), STARTED) is None
    assert tour.article_page(slug, at(60), STARTED) is not None
    assert tour.article_page("no-such-article", at(60), STARTED) is None


def test_the_bytes_of_an_unchanged_page_differ_at_every_request(tour: Tour) -> None:
    assert tour.list_page(at(1), STARTED) != tour.list_page(at(2), STARTED)
    assert listed(tour, 1) == listed(tour, 2)


def test_it_leads_nowhere_outside(tour: Tour) -> None:
    pages = [tour.list_page(at(60), STARTED)]
    pages += [tour.article_page(article.slug, at(60), STARTED) or b"" for article in tour.articles]
    for page in pages:
        assert b"http" not in page
        assert b"//" not in page


def test_a_picture_is_the_same_for_the_same_name(tour: Tour) -> None:
    assert tour.picture("one").startswith(b"<svg")
    assert tour.picture("one") == tour.picture("one") != tour.picture("two")


@pytest.mark.parametrize(
    ("name", "content"), [("01.toml", 'slug = "no-title"'), ("01.toml", "not toml"), ("tour.toml", 'title = "alone"')]
)
def test_a_broken_file_is_named(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "tour.toml").write_text((TOUR / "tour.toml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=name):
        load(tmp_path)
