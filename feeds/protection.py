"""Is this the site, or something that answers in its place with HTTP 200?

Pure. Official portals answer a watcher with a near-empty page that holds one script. It must never be read as "nothing
new", nor as an article.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from feeds.errors import BotProtection
from feeds.markup import text_of

_CHALLENGE = re.compile(
    r"_cf_chl_opt|cf-browser-verification|challenge-platform|_Incapsula_Resource|sucuri_cloudproxy|ddos-guard|"
    r"checking your browser|just a moment\.\.\.|attention required!|verify (?:that )?you are (?:a )?human|"
    r"are you (?:a )?(?:human|robot)|g-recaptcha|h-captcha|hcaptcha\.com|turnstile|px-captcha|datadome|"
    r"request unsuccessful|access denied|enable javascript and cookies to continue|bot (?:protection|verification)",
    re.IGNORECASE,
)
_SHELL_IDS = frozenset({"root", "app", "__next", "__nuxt", "application", "react-root", "svelte", "main-app"})
NEAR_EMPTY = 400
"""Characters of visible text under which a page can be a challenge."""


def check_protection(tree: HtmlElement, url: str) -> None:
    """Raises `BotProtection` where the page is a challenge: nearly no text, and a script or words that are one's."""
    visible = text_of(tree.body if tree.body is not None else tree)
    if len(visible) > NEAR_EMPTY:
        return
    scripts = list(tree.iter("script"))
    title = tree.findtext(".//title") or ""
    told = " ".join([title, visible, *((script.text or "")[:20_000] + (script.get("src") or "") for script in scripts)])
    told += " ".join(step.get("id") or "" for step in tree.iter("div", "form"))
    if _CHALLENGE.search(told):
        raise BotProtection("a challenge page answered in place of the site", url=url)
    has_links = next(tree.iter("a"), None) is not None
    if scripts and len(visible) < 80 and not has_links and not is_shell(tree):
        raise BotProtection("a near-empty page with a script answered in place of the site", url=url)


def is_shell(tree: HtmlElement) -> bool:
    """The empty frame of a page that is built by scripts in the browser."""
    return any((step.get("id") or "").lower() in _SHELL_IDS for step in tree.iter("div", "main", "app-root"))
