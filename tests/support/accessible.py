"""Whether everybody can use a page: axe's rules (WCAG 2.2 A and AA, and best practices), and that nothing overflows."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Every rule of these standards; targets that are too small (success criterion 2.5.8) are among the rules that axe
# leaves out unless they are asked for.
_RUN = """
(only) => axe.run(document, {
  ...(only.length ? {runOnly: only}
    : {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}),
  rules: {"target-size": {enabled: true}},
  resultTypes: ["violations"],
}).then((found) => found.violations.flatMap((rule) => rule.nodes.map(
  (node) => `${rule.id}: ${node.html.slice(0, 160)}: ${node.failureSummary}`)))
"""

DEPENDING_ON_COLOURS = ("color-contrast", "link-in-text-block")
"""The rules whose answer depends on the colours; they take longer than all others together."""

DEPENDING_ON_WIDTH = ("target-size", "scrollable-region-focusable")
"""The rules whose answer depends on the width of the window."""

DEPENDING_ON_WORDS = ("label", "link-name", "button-name", "valid-lang", "html-has-lang", "document-title")
"""The rules whose answer a translation can change."""

# What makes the page wider than its window, the innermost first; what scrolls within its own box is at rest.
_WIDE = """
() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const boxed = (one) => one.parentElement.closest(".scroll, pre");
  const out = (one) => one.getBoundingClientRect().right > width + 1 && !boxed(one);
  const wide = [...document.body.querySelectorAll("*")].filter(out);
  if (!wide.length) return ["the page itself"];
  return wide.reverse().slice(0, 3).map((one) => `${one.tagName} ${one.className}: ${one.textContent.slice(0, 60)}`);
}
"""


@cache
def _axe() -> str:
    """What makes `axe` known to the page, once."""
    source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    return f"if (!window.axe) {{ {source} }}"


def violations(page: Page) -> list[str]:
    """All that axe finds wrong with the page as it stands."""
    page.evaluate(_axe())
    found: list[str] = page.evaluate(_RUN, [])
    return found


def violations_of(page: Page, rules: Iterable[str]) -> list[str]:
    """What axe finds wrong by these rules alone, where a page is looked at once more in another way."""
    page.evaluate(_axe())
    found: list[str] = page.evaluate(_RUN, list(rules))
    return found


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways; nothing may."""
    found: list[str] = page.evaluate(_WIDE)
    return found
