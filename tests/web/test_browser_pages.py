"""Every page as people see it: in both languages, light and dark, on a phone and on a desk, empty and overfull.

axe finds nothing wrong with any of them, nothing scrolls sideways, nothing is asked of another site, and the strict
policy forbids nothing that a page of ours needs. Each language is looked at from one corner (light desk, light phone);
with `TOCSIN_ALL_CORNERS=1`, as before a change is taken, from two opposite ones, so that the two languages together
show all four, and pictures lie in `screenshots/`, to be looked at. Colours are the same in every language, and so are
asked about once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from accessible import (
    DEPENDING_ON_COLOURS,
    DEPENDING_ON_WIDTH,
    DEPENDING_ON_WORDS,
    too_wide,
    violations,
    violations_of,
)
from browser import ADMIN_TOKEN, Clock, fill, new_database, served, services
from crowded import LONG_SLUG, crowd

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).parent.parent.parent / "screenshots"
SIZES = {"desktop": (1280, 900), "phone": (360, 780)}
ALL_CORNERS = bool(os.environ.get("TOCSIN_ALL_CORNERS"))
PICTURE = "https://news.example.org/room.jpg"


def nothing(page: Page) -> None:
    """The page as it comes."""


def previewed(page: Page) -> None:
    page.locator("#url").fill("https://new.example.org/news")
    page.get_by_text("Headline 9").wait_for()


def not_previewed(page: Page) -> None:
    page.locator("#url").fill("https://broken.example.org/news")
    page.locator("#preview .problem").wait_for()


def typed_wrong(page: Page) -> None:
    page.locator("#query").fill('"coast guard" AND (piracy')
    page.locator("#preview .problem").wait_for()


def samples_tried(page: Page) -> None:
    """A topic with texts of its own, of which one is not as wanted, and which was not saved for that."""
    for name, text in (("query", "patrol"), ("title", "Patrols"), ("slug", "patrols")):
        page.locator(f"#{name}").fill(text)
    page.locator("textarea[name=expect]").first.fill("A patrol.")
    page.locator("textarea[name=reject]").first.fill("Two patrols met.")
    page.locator("#preview .not-wanted").wait_for()
    page.locator("form.stack p > button").first.click()
    page.locator("form.stack [name=anyway]").wait_for()


def sent(page: Page) -> None:
    """The page's form, as it stands."""
    page.locator("main form.stack button:not(.quiet)").first.click()
    page.wait_for_load_state()


def token_made(page: Page) -> None:
    page.locator("#name").fill("dashboard")
    sent(page)


def removed(page: Page) -> None:
    page.locator("form[action$='/remove'] button").last.click()
    page.wait_for_load_state()


def no_topics(page: Page) -> None:
    page.locator("#url").fill("https://x.example")
    page.locator("[name=topics]").first.uncheck()
    sent(page)
    page.locator("#topics-error").wait_for()


def wrong_token(page: Page) -> None:
    page.locator("#token").fill("guess")
    sent(page)


def all_opened(page: Page) -> None:
    """Everything that can be folded, unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def some_opened(page: Page) -> None:
    """Of many that are alike, enough."""
    page.evaluate("[...document.querySelectorAll('details')].slice(0, 3).forEach((one) => { one.open = true; })")


@dataclass(frozen=True)
class Scene:
    """A page of one of the sites, and what is done before it is looked at."""

    site: str
    path: str
    act: Callable[[Page], None] = nothing
    pictures: tuple[str, ...] = ()
    """The addresses elsewhere that the page's pictures come from."""


SCENES = {
    "home": Scene("open", "/"),
    "sources": Scene("open", "/sources"),
    "source": Scene("open", "/sources/ministry"),
    "source-failing": Scene("open", "/sources/agency", all_opened),
    "source-new": Scene("open", "/sources/harbour?notice=source_added"),
    "topics": Scene("open", "/topics"),
    "topic": Scene("open", "/topics/counter-terrorism-cooperation"),
    "article": Scene("open", "/articles/" + "a" * 32, all_opened, (PICTURE,)),
    "article-hostile": Scene("open", "/articles/" + "c" * 32),
    "story": Scene("open", "/stories/35"),
    "search": Scene("open", "/search"),
    "search-found": Scene("open", "/search?q=extremism"),
    "search-none": Scene("open", "/search?q=zzyzx"),
    "search-wrong": Scene("open", "/search?q=(coast"),
    "follow": Scene("open", "/follow"),
    "follow-topic": Scene("open", "/follow?topic=maritime-security"),
    "webhooks": Scene("open", "/webhooks"),
    "webhooks-wrong": Scene("open", "/webhooks", no_topics),
    "webhook": Scene("open", "/webhooks/archive", all_opened),
    "operators": Scene("open", "/operators", all_opened),
    "topic-editor": Scene("open", "/operators/topics?slug=counter-terrorism-cooperation", all_opened),
    "topic-new": Scene("open", "/operators/topics"),
    "topic-tested": Scene("open", "/operators/topics", samples_tried),
    "topic-wrong": Scene("open", "/operators/topics", typed_wrong),
    "add-source": Scene("open", "/sources/add", all_opened),
    "add-source-previewed": Scene("open", "/sources/add", previewed),
    "add-source-refused": Scene("open", "/sources/add", not_previewed),
    "tokens": Scene("open", "/operators/tokens", token_made),
    "subscribers": Scene("open", "/operators/subscribers"),
    "subscribers-removed": Scene("open", "/operators/subscribers", removed),
    "api": Scene("open", "/api/docs", some_opened),
    "not-found": Scene("open", "/nothing"),
    "closed-webhooks": Scene("closed", "/webhooks"),
    "closed-sign-in": Scene("closed", "/operators"),
    "closed-wrong-token": Scene("closed", "/sign-in", wrong_token),
    "locked-out": Scene("open-afar", "/operators"),
    "empty-home": Scene("empty", "/"),
    "empty-sources": Scene("empty", "/sources"),
    "empty-topics": Scene("empty", "/topics"),
    "empty-follow": Scene("empty", "/follow"),
    "empty-webhooks": Scene("empty", "/webhooks"),
    "empty-operators": Scene("empty", "/operators"),
    "empty-tokens": Scene("empty", "/operators/tokens"),
    "empty-subscribers": Scene("empty", "/operators/subscribers"),
    "crowded-home": Scene("crowded", "/"),
    "crowded-sources": Scene("crowded", "/sources"),
    "crowded-source": Scene("crowded", f"/sources/{LONG_SLUG}", all_opened),
    "crowded-topics": Scene("crowded", "/topics"),
    "crowded-topic": Scene("crowded", f"/topics/{LONG_SLUG}"),
    "crowded-article": Scene("crowded", "/articles/" + "e" * 32),
    "crowded-follow": Scene("crowded", "/follow"),
    "crowded-webhooks": Scene("crowded", "/webhooks"),
    "crowded-webhook": Scene("crowded", "/webhooks/" + LONG_SLUG, all_opened),
    "crowded-operators": Scene("crowded", "/operators"),
    "crowded-editor": Scene("crowded", f"/operators/topics?slug={LONG_SLUG}", all_opened),
    "crowded-subscribers": Scene("crowded", "/operators/subscribers"),
}


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Base URLs: a site with a little of everything; the same where one must sign in; nothing yet; far too much."""
    clock = Clock()
    with ExitStack() as stack:

        def serve(name: str, **settings: Any) -> str:
            database = new_database(tmp_path_factory.mktemp(name))
            stack.callback(database.close)
            if name != "empty":
                fill(database, clock)
            if name == "crowded":
                crowd(database, clock)
            return stack.enter_context(served(lambda base: services(database, clock, base, **settings)))

        bases = {name: serve(name) for name in ("open", "empty", "crowded")}
        bases["closed"] = serve("closed", admin_token=ADMIN_TOKEN)
        # The same machine under a name that is not its own, which is what a visitor from elsewhere looks like.
        bases["open-afar"] = bases["open"].replace("127.0.0.1", "afar.localhost")
        yield bases


@dataclass(frozen=True)
class Corner:
    """From where a page is looked at: how large the window is, and which colours its reader likes."""

    size: str
    colours: Literal["light", "dark"]

    def stand(self, page: Page) -> None:
        width, height = SIZES[self.size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=self.colours)


CORNERS = {
    "en": [Corner("desktop", "light"), Corner("phone", "dark")],
    "vi": [Corner("phone", "light"), Corner("desktop", "dark")],
}
LOCALES = {"en": "en-GB", "vi": "vi-VN"}


@pytest.mark.parametrize(
    ("language", "site"), [("en", "open"), ("vi", "open"), ("vi", "crowded"), ("en", "empty"), ("en", "closed")]
)
def test_every_page_can_be_used_by_everybody(sites: dict[str, str], browser: Browser, language: str, site: str) -> None:
    context = browser.new_context(locale=LOCALES[language])
    asked: list[str] = []
    context.route(
        lambda url: not url.startswith(tuple(sites.values())),
        lambda route: (asked.append(route.request.url), route.abort()),
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    wrong: list[str] = []
    for name, scene in SCENES.items():
        if scene.site.split("-")[0] != site:
            continue
        complaints.clear()
        asked.clear()
        CORNERS[language][0].stand(page)
        page.goto(sites[scene.site] + scene.path)
        scene.act(page)
        assert page.locator("html").get_attribute("lang") == language, name
        wrong += look(page, name, language)
        assert asked == list(scene.pictures), name
        wrong += [f"{name}: {text}" for text in complaints if "Failed to load resource" not in text]
    context.close()
    assert not wrong, "\n".join(wrong)


def look(page: Page, name: str, language: str) -> list[str]:
    """What is wrong with the page: all of axe's rules once, and in each other way what could differ there."""
    wrong: list[str] = []
    for number, corner in enumerate(CORNERS[language] if ALL_CORNERS else CORNERS[language][:1]):
        corner.stand(page)
        found = too_wide(page)
        if language != "en":
            found += violations_of(page, DEPENDING_ON_WIDTH + (DEPENDING_ON_WORDS if number == 0 else ()))
        elif number == 0:
            found += violations(page)
        else:
            found += violations_of(page, DEPENDING_ON_WIDTH + DEPENDING_ON_COLOURS)
        place = f"{name}-{language}-{corner.colours}-{corner.size}"
        wrong += [f"{place}: {one}" for one in found]
        if ALL_CORNERS:
            page.screenshot(path=SCREENSHOTS / f"{place}.jpg", type="jpeg", quality=80, full_page=True)
    return wrong
