"""Whether everybody can use a page: axe's rules (WCAG 2.2 A and AA, and best practices), and that nothing overflows."""

from __future__ import annotations

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

DEPENDING_ON_LOOKS = ("color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block")
"""The rules whose answer depends on the colours or on the width of the window."""

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
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """All that axe finds wrong with the page as it stands."""
    page.evaluate(_axe())
    found: list[str] = page.evaluate(_RUN, [])
    return found


def violations_of_looks(page: Page) -> list[str]:
    """What axe finds wrong after the colours or the window have changed; all else was looked at before that."""
    found: list[str] = page.evaluate(_RUN, list(DEPENDING_ON_LOOKS))
    return found


def violations_of_words(page: Page) -> list[str]:
    """What axe finds wrong with a translation of a page that `violations` has found to be in order."""
    page.evaluate(_axe())
    found: list[str] = page.evaluate(_RUN, [*DEPENDING_ON_LOOKS, *DEPENDING_ON_WORDS])
    return found


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways; nothing may."""
    found: list[str] = page.evaluate(_WIDE)
    return found
