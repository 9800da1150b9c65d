"""The tour without a server: a site whose public address leads nowhere yet is watched, told of and exported whole."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from command import Command
from conftest import Clock
from fake_site import FakeSite
from served_site import served_folder, walk

from bot.own_pages import OwnPages
from bot.tour import Tour, load
from feeds.errors import AddressRefused

CONFIG = Path(__file__).parent.parent.parent / "config"
STARTED = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SITE = "https://news.example.org/watch"
TOUR_ONLY = (
    '[[source]]\nslug = "tour"\nurl = "/tour/"\ntitle = "The tour"\nkind = "page"\nlanguage = "en"\n'
    'time_zone = "Asia/Ho_Chi_Minh"\n'
)


@pytest.fixture(scope="module")
def tour() -> Tour:
    return load(CONFIG / "tour")


def own_pages(tour: Tour | None, *trusted: str) -> OwnPages:
    return OwnPages(
        tour,
        [SITE, "http://127.0.0.1:8000"],
        lambda: (STARTED + timedelta(minutes=5), STARTED),
        user_agent="test",
        deadline=5.0,
        trusted_origins=trusted,
    )


@pytest.mark.parametrize("site", [SITE, "http://127.0.0.1:8000"])
def test_every_page_of_the_tour_is_answered_where_nobody_serves_it(tour: Tour, site: str) -> None:
    with own_pages(tour) as fetcher:
        for name in tour.names(STARTED + timedelta(minutes=5), STARTED):
            found = fetcher.get(f"{site}/tour/{name}#top")
            assert found.url == f"{site}/tour/{name}"
            assert found.status == 200
            assert found.content_type == ("image/svg+xml" if name.endswith(".svg") else "text/html; charset=utf-8")
            assert found.body


def test_everything_else_is_fetched(tour: Tour) -> None:
    with FakeSite() as site:
        site.page("/tour/", "elsewhere")
        origin = site.url("/").rstrip("/")
        with own_pages(tour, origin) as fetcher:
            assert b"elsewhere" in fetcher.get(site.url("/tour/")).body
            with pytest.raises(AddressRefused):
                fetcher.get("http://127.0.0.1:8000/tour/news-and-events/none-t1.html")
            with pytest.raises(AddressRefused):
                fetcher.get("http://127.0.0.1:8000/operators")
        with own_pages(None) as fetcher, pytest.raises(AddressRefused):
            fetcher.get("http://127.0.0.1:8000/tour/")


def test_the_pages_of_a_moment_stay_until_the_next_article(tour: Tour) -> None:
    moments = {tour.last_change(STARTED + timedelta(seconds=seconds), STARTED) for seconds in range(61)}
    assert len(moments) == len(tour.articles) - tour.at_start + 1
    for moment in moments:
        assert tour.last_change(moment, STARTED) == moment


@pytest.mark.parametrize("base", [SITE, "https://news.example.org"])
def test_one_pass_exports_the_tour_under_an_address_that_leads_nowhere_yet(
    tmp_path: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str], base: str
) -> None:
    clock = Clock(STARTED)
    tocsin = Command(tmp_path / "config", sqlite_url, capsys, clock, {"TOCSIN_PUBLIC_URL": base})
    topics = '[[topic]]\nslug = "extremism"\nquery = "extremism"\n'
    tocsin.configure(sources=TOUR_ONLY, topics=topics, channels='[[console]]\ntopics = ["*"]\n')
    shutil.copytree(CONFIG / "tour", tmp_path / "config" / "tour")
    first = tocsin("once", "--export", str(tmp_path / "site"))
    assert first.code == 0, first.err
    assert "1 sources looked at, 0 failing; 3 new articles" in first.out
    clock.advance(seconds=8)
    second = tocsin("once", "--export", str(tmp_path / "site"))
    assert "1 new articles; 1 alerts sent" in second.out, second.err
    assert f"{base}/tour/international-relations-cooperation/" in second.out
    with served_folder(tmp_path / "site", base) as address:
        assert {path: status for path, status in walk(address, base).items() if status != 200} == {}
        portal = requests.get(f"{address}/tour/", timeout=10)
        assert portal.headers["Content-Type"] == "text/html"
        assert portal.text.count('<div class="date">') == 4
