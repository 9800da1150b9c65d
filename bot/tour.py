"""The tour: a small portal in the shape of the one this program began with, which publishes its articles one by one.

Pure: the pages are functions of the articles in `config/tour/`, of when the tour began and of what time it is. Like
such portals it has a banner on every page, no feed, no dates for machines, captions between the paragraphs, the byline
as the last line, a sidebar full of links of the articles' own shape, and bytes that differ at every request. It links
to nothing outside, by relative addresses, so that it may stand below any path; and does not know that anybody watches.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

ROOT = "/tour/"

STYLE = """
:root{color-scheme:light dark}body{margin:0;font:16px/1.55 Georgia,serif;color:#1d2a22;background:#f4f6f2}
a{color:#1c5a3a}.banner{background:#8a1f1f;color:#fff;text-align:center;padding:.4rem;font:14px sans-serif}
.head{background:#1c5a3a;color:#fff;padding:1rem 1.5rem;font-size:1.4rem}.head a{color:inherit;text-decoration:none}
.page{display:flex;flex-wrap:wrap;gap:2rem;max-width:62rem;margin:0 auto;padding:1.5rem}
.column{flex:3 1 24rem;min-width:0}.beside{flex:1 1 14rem;font:14px/1.5 sans-serif}.beside li{margin:.5rem 0}
.date{color:#667;font:14px sans-serif;margin-top:1.4rem}h1{font-size:1.6rem;line-height:1.25}h3{margin:.2rem 0}
.picture{text-align:center}.picture img{max-width:100%}.caption{text-align:center;font-style:italic;color:#556}
.byline{text-align:right;font-weight:bold}.foot{border-top:1px solid #9aa;padding:1rem 1.5rem;font:13px sans-serif}
@media(prefers-color-scheme:dark){body{color:#dfe6e0;background:#161b18}a{color:#8fd0ab}.caption,.date{color:#a3ada6}}
"""


@dataclass(frozen=True)
class TourArticle:
    """One article: its paragraphs, the first with the dateline; captions stand under the pictures between them."""

    slug: str
    number: int
    day: date
    title: str
    summary: str = ""
    paragraphs: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    byline: str = ""
    language: str = "en"


@dataclass(frozen=True)
class Tour:
    """The portal: its articles in the order of publication, and the notices that only its sidebar shows."""

    title: str
    banner: str
    section: str
    section_title: str
    articles: tuple[TourArticle, ...]
    notices: tuple[TourArticle, ...]
    at_start: int
    first_after: timedelta
    every: timedelta

    def published(self, now: datetime, started: datetime) -> list[TourArticle]:
        """What can be read at `now` on a tour that began at `started` (both aware), newest first."""
        return [article for number, article in enumerate(self.articles) if self._due(number, started) <= now][::-1]

    def _due(self, number: int, started: datetime) -> datetime:
        if number < self.at_start:
            return datetime.min.replace(tzinfo=started.tzinfo)
        return started + self.first_after + (number - self.at_start) * self.every

    def path(self, article: TourArticle) -> str:
        """Where the article stands, from the root of the site that holds the tour."""
        return ROOT + self._name(article)

    def _name(self, article: TourArticle) -> str:
        return f"{self.section}/{article.slug}-t{article.number}.html"

    def names(self, now: datetime, started: datetime) -> list[str]:
        """Every page and picture that can be read, below `ROOT`; the list of articles is "", and comes last."""
        readable = [*self.notices, *self.published(now, started)]
        pictures = [name for article in readable for name in self._pictures(article)]
        return [*(f"pictures/{name}" for name in pictures), *map(self._name, readable), ""]

    def read(self, name: str, now: datetime, started: datetime) -> tuple[str, bytes] | None:
        """The content type and the bytes of one of `names`; None where there is none such."""
        if name not in self.names(now, started):
            return None
        if name.startswith("pictures/"):
            return "image/svg+xml", self.picture(name.removeprefix("pictures/"))
        page = self.article_page(name.rpartition("/")[2], now, started) if name else self.list_page(now, started)
        return None if page is None else ("text/html; charset=utf-8", page)

    def last_change(self, now: datetime, started: datetime) -> datetime:
        """When the newest of its articles came out, or `started`: as of then it reads as it does `now`."""
        due = (self._due(number, started) for number in range(len(self.articles)))
        return max((moment for moment in due if started <= moment <= now), default=started)

    def list_page(self, now: datetime, started: datetime) -> bytes:
        """The section's list: date, linked title and summary of every published article, newest first."""
        items = "\n".join(
            f'<div class="date">{_printed(article.day)}</div>\n'
            f'<h3><a href="{self._name(article)}">{escape(article.title)}</a></h3>\n<p>{escape(article.summary)}</p>'
            for article in self.published(now, started)
        )
        return self._page(self.section_title, f"<h2>{escape(self.section_title)}</h2>\n{items}", "en", now, "")

    def article_page(self, slug: str, now: datetime, started: datetime) -> bytes | None:
        """An article's page, or None when there is no such article or it is not published yet.

        `slug` may carry the rest of the address's last part ("…-t5847.html").
        """
        wanted = re.sub(r"(?:-t\d+)?(?:\.html)?$", "", slug)
        readable = [*self.published(now, started), *self.notices]
        article = next((article for article in readable if article.slug == wanted), None)
        return None if article is None else self._page(self.title, self._article(article), article.language, now, "../")

    def picture(self, name: str) -> bytes:
        """A picture of that name as SVG: a drawn landscape, the same for the same name."""
        seed = hashlib.sha256(name.encode()).digest()
        hills = " ".join(f"{place * 80},{150 + seed[place] % 70}" for place in range(9))
        sky, land, sun = (f"hsl({seed[at] * 360 // 256} 35% {light}%)" for at, light in ((10, 82), (11, 38), (12, 70)))
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 320" width="640" height="320">'
            f'<rect width="640" height="320" fill="{sky}"/>'
            f'<circle cx="{80 + 2 * seed[13]}" cy="90" r="38" fill="{sun}"/>'
            f'<polygon points="0,320 {hills} 640,320" fill="{land}"/></svg>'
        ).encode()

    def _article(self, article: TourArticle) -> str:
        parts = [f'<h1 class="title">{escape(article.title)}</h1>', f'<div class="date">{_printed(article.day)}</div>']
        pictures = self._pictures(article)
        for number, paragraph in enumerate(article.paragraphs):
            parts.append(f"<p>{escape(paragraph)}</p>")
            if number % 2 == 0 and number // 2 < len(pictures):
                parts.append(f'<p class="picture"><img src="../pictures/{pictures[number // 2]}" alt=""></p>')
                parts.append(f'<p class="caption">{escape(article.captions[number // 2])}</p>')
        if article.byline:
            by = "Tác giả:" if article.language == "vi" else "By"
            parts.append(f'<p class="byline">{by} {escape(article.byline)}</p>')
        return "\n".join(parts)

    @staticmethod
    def _pictures(article: TourArticle) -> list[str]:
        """One after every second paragraph, as far as there are captions."""
        places = min(len(article.captions), (len(article.paragraphs) + 1) // 2)
        return [f"{article.slug}-{place + 1}.svg" for place in range(places)]

    def _page(self, title: str, content: str, language: str, now: datetime, up: str) -> bytes:
        """`up` leads from the page to the list."""
        noise = hashlib.sha256(now.isoformat().encode()).hexdigest()[:16]
        beside = "\n".join(
            f'<li><a href="{up}{self._name(notice)}">{escape(notice.title)}</a></li>'
            for notice in reversed(self.notices)
        )
        return (
            f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
            f'<body data-build="{noise}">\n<div class="banner">{escape(self.banner)}</div>\n'
            f'<div class="head"><a href="{up or "./"}">{escape(self.title)}</a></div>\n'
            f'<div class="page">\n<div class="column">\n{content}\n</div>\n'
            f'<div class="beside">\n<h4>Most read</h4>\n<ul>\n{beside}\n</ul>\n</div>\n</div>\n'
            f'<div class="foot">{escape(self.title)}. '
            "A portal made up for trying things out; nothing in it happened just so.</div>\n</body>\n</html>\n"
        ).encode()


def load(directory: Path) -> Tour:
    """The tour whose `tour.toml` and articles (every other `.toml`, in the order of their names) lie in `directory`.

    Raises `OSError` where a file cannot be read and `ValueError`, with the file's name, where one is not as expected.
    """
    plan = _read(directory / "tour.toml")
    articles = [_article(_read(path), path) for path in sorted(directory.glob("*.toml")) if path.name != "tour.toml"]
    try:
        return Tour(
            title=plan["title"],
            banner=plan["banner"],
            section=plan["section"],
            section_title=plan["section_title"],
            articles=tuple(articles),
            notices=tuple(_article(notice, directory / "tour.toml") for notice in plan.get("notice", ())),
            at_start=int(plan["at_start"]),
            first_after=timedelta(seconds=plan["first_after"]),
            every=timedelta(seconds=plan["every"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"{directory / 'tour.toml'}: {error}") from error


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from error


def _article(read: Mapping[str, Any], path: Path) -> TourArticle:
    paragraphs: Sequence[str] = read.get("paragraphs") or [read.get("text", "")]
    captions = [read[name] for name in ("caption", "second_caption") if name in read]
    try:
        return TourArticle(
            slug=read["slug"],
            number=int(read["number"]),
            day=read["day"],
            title=read["title"],
            summary=read.get("summary", ""),
            paragraphs=tuple(paragraphs),
            captions=tuple(captions),
            byline=read.get("byline", ""),
            language=read.get("language", "en"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: an article needs slug, number, day and title ({error})") from error


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def _printed(day: date) -> str:
    """As the portal prints it: "August, 07 2019", in any locale."""
    return f"{_MONTHS[day.month - 1]}, {day.day:02d} {day.year}"
