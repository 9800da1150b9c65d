"""Captions whose pictures are gone, and sentences that only look like them."""

from __future__ import annotations

import pytest

from feeds.extract import read_article
from feeds.extract.caption import is_caption


@pytest.mark.parametrize(
    "line",
    [
        "Delegates at the conference.",
        "Participants at the workshop in Ha Noi",
        "Overview of the meeting.",
        "A view of the opening ceremony",
        "Photo: Nguyen Van A",
        "Quang cảnh hội nghị.",
        "Các đại biểu tham dự hội nghị chụp ảnh lưu niệm.",
    ],
)
def test_a_line_that_only_names_a_scene_is_a_caption(line: str) -> None:
    assert is_caption(line)


@pytest.mark.parametrize(
    "line",
    [
        "Delegates at the conference agreed on a plan.",
        "Leaders of both forces met in Hue.",
        "Officials from ten states will meet again in May.",
        "The two sides signed the treaty.",
        "No one was hurt.",
        "Các đại biểu nhất trí thông qua kế hoạch hành động.",
        "Delegates at the conference, which lasted two days and drew a hundred officers from ten states, went home.",
    ],
)
def test_a_line_that_says_something_is_prose(line: str) -> None:
    assert not is_caption(line)


def test_a_caption_without_its_picture_stays_out_of_the_text() -> None:
    prose = "The ministers spoke of borders, of the sea between them, and of what their police forces can do together. "
    page = (
        "<html><body><h1>Ministers speak of borders in Hue</h1>"
        f"<div><p>{prose * 2}</p><p>Delegates at the conference.</p><p>{prose * 3}</p></div></body></html>"
    )
    text = read_article(page.encode(), "https://portal.example/ministers-t1.html").text
    assert "Delegates" not in text
    assert text.count("\n\n") == 1
