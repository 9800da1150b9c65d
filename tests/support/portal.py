"""An official portal for tests, on a `FakeSite`: a list in its shape, with a cache-buster, and article pages."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from fake_site import FakeSite


@dataclass
class Story:
    """One article of the portal."""

    slug: str
    title: str
    day: str = "August, 07 2019"
    paragraphs: tuple[str, ...] = (
        "The delegates met in Surabaya and spoke about violent extremism at the conference.",
    )
    author: str = "Giang Anh"


@dataclass
class Portal:
    """Publishes stories; the newest stands first on the list, as on any portal."""

    site: FakeSite
    stories: list[Story] = field(default_factory=list)
    _buster: itertools.count[int] = field(default_factory=itertools.count)

    LIST = "/news-and-events.html"

    @property
    def url(self) -> str:
        return self.site.url(self.LIST)

    def publish(self, story: Story) -> str:
        """Put it on the list, and its page beside it; returns its address."""
        self.stories.insert(0, story)
        self.show()
        self.show_page(story)
        return self.address(story)

    def address(self, story: Story) -> str:
        return self.site.url(f"/news/{story.slug}.html")

    def show(self) -> None:
        """Write the list anew."""
        cards = "".join(
            f"""<div class="item"><span class="date">{story.day}</span>
            <h3><a href="/news/{story.slug}.html">{story.title}</a></h3>
            <p>{story.paragraphs[0][:120]}</p></div>"""
            for story in self.stories[:10]
        )
        self.site.random_page(
            self.LIST,
            f"""<!doctype html><html lang="en"><head><title>News and events</title></head><body>
            <div class="banner">The portal is under construction</div>
            <ul class="menu"><li><a href="/">Home</a></li><li><a href="/contact.html">Contact</a></li></ul>
            <div class="main"><h1>News and events</h1>{cards}</div>
            <div class="footer"><a href="/about.html">About the ministry</a></div></body></html>""",
        )

    def show_page(self, story: Story) -> None:
        """Write the article's page anew."""
        body = "".join(f"<p>{paragraph}</p>" for paragraph in story.paragraphs)
        self.site.page(
            f"/news/{story.slug}.html",
            f"""<!doctype html><html lang="en"><head><title>{story.title}</title></head><body>
            <div class="banner">The portal is under construction</div>
            <div class="main"><h1>{story.title}</h1><span class="date">{story.day}</span>
            <div class="content">{body}<p style="text-align:right">By {story.author}</p></div></div></body></html>""",
        )


def stories(number: int, *, about: str = "violent extremism") -> list[Story]:
    """So many different stories, the oldest first."""
    places = ("Surabaya", "Ha Noi", "Bangkok", "Manila", "Jakarta", "Vientiane", "Phnom Penh", "Singapore")
    return [
        Story(
            slug=f"meeting-{number + 1:03d}-t{5800 + number}",
            title=f"Officials meet in {places[number % len(places)]} for the {number + 1}th time",
            day=f"August, {1 + number % 28:02d} 2019",
            paragraphs=(
                f"MPS - A conference on {about} took place in {places[number % len(places)]} as meeting {number + 1}.",
                f"Delegation {number * 7 + 3} of the ministry presented paper {number * 13 + 5} and answered questions "
                f"about session {number * 17 + 1}, which had been prepared by working group {number * 5 + 2}.",
            ),
        )
        for number in range(number)
    ]
