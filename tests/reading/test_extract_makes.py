"""Article pages of common makes: for each what must be read, and what must not."""
# ruff: noqa: E501 (sentences stay whole)

from dataclasses import dataclass
from pathlib import Path

import pytest

from feeds.extract import read_article

PAGES = Path(__file__).parent.parent / "data" / "pages"
MET = "The council met on Tuesday to discuss the security of the strait and the ships that pass through it every day."
SPOKE = "Speakers from eleven states asked for a common register of small boats, which so far exists on paper only."
NEXT = "A decision is expected in spring, after the experts have visited the harbours on both sides of the strait."


@dataclass(frozen=True)
class Expected:
    page: str
    url: str
    title: str
    day: str
    author: str | None
    text: tuple[str, ...]
    """The paragraphs, in order; nothing else."""
    language: str = "en"


EXPECTED = (
    Expected(
        "press-release-of-a-council.html",
        "https://press.test/en/2026/sc15000.doc.htm",
        "Security Council Debates Safety in the Strait",
        "2026-10-06",
        None,
        (
            "SC/15000",
            MET,
            "Statements",
            SPOKE,
            NEXT,
            "For information media. Not an official record.",
        ),
        "en",
    ),
    Expected(
        "government-news-story.html",
        "https://g.test/government/news/safety-in-the-strait",
        "Safety in the strait",
        "2026-10-06",
        "Coast Office",
        (
            "States along the strait will keep one register of boats.",
            MET,
            SPOKE,
            "We are glad that it has come to this.",
            NEXT,
        ),
        "en",
    ),
    Expected(
        "page-without-a-heading.html",
        "http://old.test/n/20190807.htm",
        "Small boats get one register",
        "2019-08-07",
        None,
        (
            MET,
            SPOKE,
            NEXT,
        ),
        "en",
    ),
    Expected(
        "nothing-but-divs.html",
        "https://d.test/p/1234",
        "Small boats get one register",
        "2026-10-06",
        None,
        (
            MET,
            SPOKE,
            NEXT,
        ),
        "en",
    ),
    Expected(
        "vietnamese-newspaper.html",
        "https://ve.test/so-dang-ky-tau-nho-4800001.html",
        "Một sổ đăng ký cho tàu nhỏ",
        "2026-10-06",
        "Minh Anh",
        (
            "Hà Nội Các nước ven eo biển sẽ dùng chung một sổ đăng ký cho tàu nhỏ, theo đề nghị của mười một nước.",
            "Hội nghị diễn ra hôm thứ Hai với sự tham gia của mười một nước ven eo biển và nhiều quan sát viên quốc tế.",
            "Các đại biểu cho rằng sổ đăng ký chung sẽ giúp việc tìm kiếm cứu nạn nhanh hơn và giảm tranh chấp trên biển.",
        ),
        "vi",
    ),
    Expected(
        "page-builder.html",
        "https://e.test/2026/10/06/small-boats-get-one-register/",
        "Small boats get one register",
        "2026-10-06",
        "Jo Berg",
        (
            MET,
            SPOKE,
            "What comes next",
            NEXT,
        ),
        "en-US",
    ),
    Expected(
        "news-agency.html",
        "https://a.test/news/small-boats",
        "Small boats get one register",
        "2026-10-06",
        "MAI TRAN and JO BERG",
        (
            "HANOI (Agency) — " + MET,
            SPOKE,
            NEXT,
            "___",
            "Associated writer Ann Lee in Da Nang contributed to this report.",
        ),
        "en",
    ),
)


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: expected.page)
def test_a_page_of_a_common_make_is_read_whole(expected: Expected) -> None:
    article = read_article((PAGES / expected.page).read_bytes(), expected.url)
    assert article.title == expected.title
    assert article.author == expected.author
    assert article.published is not None
    assert article.published.date().isoformat() == expected.day
    assert tuple(article.text.split("\n\n")) == expected.text
    assert article.language == expected.language
