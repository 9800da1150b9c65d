"""Feeds as the tests know them. Run as a program, it writes the golden files anew: then look at the difference."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from feeds.model import Article, FeedItem, FeedSpec, Span, Topic
from feeds.render import FORMATS, Outline, opml

GOLDEN = Path(__file__).parent.parent / "data" / "rendered"

SPEC = FeedSpec(
    path="/feeds/topics/counter-terrorism-cooperation",
    title="Counter-terrorism & cooperation",
    base_url="https://news.example.org",
    tag="news.example.org,2026",
    home="/topics/counter-terrorism-cooperation",
    description="What ministries say on countering violent extremism together",
    language="en",
    hub="/hub",
    previous_archive="/feeds/topics/counter-terrorism-cooperation?before=6f1ed002ab5595859014ebf0951522d9",
    icon="/static/icon.png",
)

TOPIC = Topic("counter-terrorism-cooperation", '"violent extremism"', title="Counter-terrorism cooperation")

TEXT = (
    "MPS - A working group met in Surabaya on August 5 and 6. Delegates of the U.S. and ASEAN agreed on plans to "
    "prevent violent extremism & terrorism. They will meet again.\n\n"
    "The delegation also spoke on the <draft> plan ]]> of 2018–2025.\nIt was adopted."
)


def span(text: str, words: str, field: str = "text") -> Span:
    """The place of `words` in `text`."""
    start = text.index(words)
    return Span(field, start, start + len(words), words)


PLAIN = FeedItem(
    Article(
        url="https://en.ministry.example/news/asean members?id=7&lang=en",
        title="ASEAN members & the US: <test> of cooperation",
        author="Giang Anh",
        published=datetime(2019, 8, 7, 9, 0, tzinfo=timezone(timedelta(hours=7))),
        language="en",
        image="https://en.ministry.example/images/conference.jpg?w=800",
        text=TEXT,
        categories=("News", "R&D"),
        source="ministry-en",
        uid="0123456789abcdef0123456789abcdef",
        found=datetime(2026, 3, 1, 4, 5, 6, 789, tzinfo=UTC),
    ),
    source_title="Ministry of Security",
    source_url="https://en.ministry.example/",
    topics=(TOPIC,),
    spans=(span(TEXT, "violent extremism"), span(TEXT, "terrorism")),
    also=(Article(url="https://agency.example/copy", source="agency"),),
)

VIETNAMESE = FeedItem(
    Article(
        url="https://bộcôngan.example/tin/hội-nghị",
        title="Hội nghị về hợp tác chống khủng bố",
        published=datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
        updated=datetime(2026, 3, 2, 5, 30, tzinfo=UTC),
        language="vi",
        html='<p>Đoàn Việt Nam dự <a href="/tin/1">hội nghị</a>.</p><p><img src="anh.webp" alt="Ảnh">1 &lt; 2 &amp; 3',
        summary="Đoàn Việt Nam dự hội nghị tại Surabaya.",
        source="ministry-vi",
        uid="fedcba9876543210fedcba9876543210",
        found=datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
    ),
    source_title="Bộ Công an",
    source_url="https://bộcôngan.example/",
)

BARE = FeedItem(Article(url="", found=datetime(2026, 1, 1, tzinfo=UTC), uid="00000000000000000000000000000000"))

ITEMS = (VIETNAMESE, PLAIN, BARE)

OUTLINES = (
    Outline(
        "Topics & more",
        children=(
            Outline("Hội nghị", "https://news.example.org/feeds/topics/a.rss", "https://news.example.org/topics/a"),
            Outline("B", "https://news.example.org/feeds/topics/b.rss", description="All on B", language="en"),
        ),
    ),
    Outline("Everything", "https://news.example.org/feeds/all.rss"),
)


def rendered() -> dict[str, bytes]:
    """File name → the bytes that the golden file of that name holds."""
    feeds = {f"topic.{name}": kind.render(SPEC, ITEMS) for name, kind in FORMATS.items()}
    short = {f"topic-short.{name}": kind.render(SPEC, ITEMS, full=False) for name, kind in FORMATS.items()}
    return feeds | short | {"subscriptions.opml": opml("Tocsin", OUTLINES)}


if __name__ == "__main__":
    for name, body in rendered().items():
        (GOLDEN / name).write_bytes(body)
        sys.stdout.write(f"{name}: {len(body)} bytes\n")
