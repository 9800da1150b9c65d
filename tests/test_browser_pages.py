"""Every page as people see it: light and dark, on a phone and on a desk; nothing overflows, everything can be read.

The pictures lie in `screenshots/`, to be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import Clock, chromium, fill, new_database, served, services

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).parent.parent / "screenshots"
PAGES = {
    "home": "/",
    "sources": "/sources",
    "source": "/sources/ministry",
    "source-failing": "/sources/agency",
    "topics": "/topics",
    "topic": "/topics/counter-terrorism-cooperation",
    "article": "/articles/" + "a" * 32,
    "story": "/stories/35",
    "search": "/search?q=extremism",
    "search-wrong": "/search?q=(coast",
    "follow": "/follow?topic=maritime-security",
    "webhooks": "/webhooks",
    "webhook": "/webhooks/archive",
    "operators": "/operators",
    "topic-editor": "/operators/topics?slug=counter-terrorism-cooperation",
    "add-source": "/sources/add",
    "sign-in": "/sign-in",
    "api": "/api/docs",
    "not-found": "/nothing",
}
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}

# Each text that can be seen against the background behind it, by WCAG 2.2's formula (success criterion 1.4.3).
CONTRAST = """
() => {
  const linear = (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const channel = (value) => linear(value / 255);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const colour = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const found = colour(getComputedStyle(one).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const low = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (!walker.currentNode.data.trim() || box.width < 2 || element.closest("option")) continue;
    const [one, two] = [luminance(colour(style.color)), luminance(behind(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (two + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) low.push(`${ratio.toFixed(2)} ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  return low;
}
"""

# Names that assistive technology would not find, and targets too small to hit (WCAG 2.2, success criterion 2.5.8).
NAMES = """
() => {
  const wrong = [];
  const name = (element) => (element.getAttribute("aria-label") || element.textContent || element.alt || "").trim();
  for (const element of document.querySelectorAll("a, button, summary, svg[role=img]")) {
    if (!name(element)) wrong.push("no name: " + element.outerHTML.slice(0, 80));
  }
  for (const element of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!element.labels.length) wrong.push("no label: " + element.outerHTML.slice(0, 80));
  }
  for (const element of document.querySelectorAll("[aria-labelledby], [aria-describedby]")) {
    const ids = `${element.getAttribute("aria-labelledby") || ""} ${element.getAttribute("aria-describedby") || ""}`;
    for (const id of ids.trim().split(/\\s+/)) if (!document.getElementById(id)) wrong.push("no such id: " + id);
  }
  for (const element of document.querySelectorAll("button, .button, .feed-links a, nav a")) {
    const box = element.getBoundingClientRect();
    if (box.height < 24) wrong.push(`small: ${box.height} ` + name(element));
  }
  return wrong;
}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    database = new_database(tmp_path_factory.mktemp("pages"))
    fill(database, Clock())
    with served(lambda base: services(database, Clock(), base)) as base:
        yield base
    database.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read(site: str, browser: Browser, scheme: Any, size: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    context = browser.new_context(color_scheme=scheme, viewport=SIZES[size], locale="en-GB")
    # Nothing leaves this machine, and nothing of ours asks for that: an article's picture alone comes from its site.
    asked: list[str] = []
    context.route(lambda url: not url.startswith(site), lambda route: (asked.append(route.request.url), route.abort()))
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for name, path in PAGES.items():
        complaints.clear()
        asked.clear()
        page.goto(site + path)
        page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}-{size}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], name
        assert page.evaluate(CONTRAST) == [], name
        assert page.evaluate(NAMES) == [], name
        assert asked == (["https://news.example.org/room.jpg"] if name == "article" else []), name
        assert not [text for text in complaints if "Failed to load resource" not in text], name
    context.close()
