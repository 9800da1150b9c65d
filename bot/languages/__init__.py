"""The sentences that followers read, in their languages. One module per language, each with the same keys.

A sentence is a `str.format` template. Those of the chat are Telegram HTML, and the values put into them are escaped by
`bot.chat.replies`; those whose keys begin with "alert_" are plain text and get their entities from `bot.message`.
To add a language: one module with a `TEXTS`, and one line in `LANGUAGES` and `_TEXTS`.
"""

from __future__ import annotations

from bot.languages import en, vi

LANGUAGES = {"en": "English", "vi": "Tiếng Việt"}
"""Tag → the language's own name."""

_TEXTS = {"en": en.TEXTS, "vi": vi.TEXTS}


def known(tag: str | None) -> str:
    """The nearest language we have for a BCP 47 tag; English if none."""
    primary = (tag or "").replace("_", "-").split("-")[0].casefold()
    return primary if primary in LANGUAGES else "en"


def sentence(language: str, key: str, /, **values: object) -> str:
    """The sentence under `key` with the values put in. A key that a language lacks is said in English.

    With a value `number`, "KEY_one" is used for 1 where it exists.
    """
    texts = _TEXTS[known(language)]
    if values.get("number") == 1 and f"{key}_one" in texts:
        key = f"{key}_one"
    template = texts.get(key) or _TEXTS["en"][key]
    return template.format(**values)
