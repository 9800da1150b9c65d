"""An alert as the body that a chat's incoming webhook takes: Slack, Discord, Mattermost, Teams.

    bot.message.compose ─→ text with entities ─→ paragraphs of styled runs ─→ the chat's own JSON

The words are those of Telegram. Each chat has its own way to say "bold" and its own limits; what goes over a limit is
left out by whole paragraphs, and "…" says so. Foreign text is never markup: where a chat has structured text it goes in
as it is, elsewhere each character with a meaning is escaped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

from bot.clean import cut, units
from bot.entities import Message
from bot.message import compose
from bot.model import Alert


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style, without line breaks."""

    text: str
    bold: bool = False
    italic: bool = False
    quoted: bool = False
    url: str | None = None


Line = tuple[Run, ...]
Paragraph = tuple[Line, ...]
"""Lines; paragraphs are what an empty line separates."""


def chat_body(format_name: str, alert: Alert, language: str, time_zone: str) -> dict[str, Any]:
    """The JSON object to post. `format_name` is a key of `FORMATS`.

    A chat cannot answer a verification: it is shown as the test message it also is.
    """
    if alert.type == "endpoint.verify":
        alert = replace(alert, type="ping", data={})
    messages = compose(alert, language, time_zone)
    return FORMATS[format_name]([part for message in messages for part in paragraphs(message)])


def paragraphs(message: Message) -> list[Paragraph]:
    """The message's text, cut where a style, a line or a paragraph ends."""
    found: list[Paragraph] = []
    lines: list[Line] = []
    for line in _lines(_runs(message)):
        if line:
            lines.append(line)
        elif lines:
            found.append(tuple(lines))
            lines = []
    return [*found, tuple(lines)] if lines else found


def _runs(message: Message) -> Iterable[Run]:
    # Entities count UTF-16 units: in this encoding each is two bytes.
    text = message.text.encode("utf-16-le", "replace")
    places = {0, len(text)}
    for entity in message.entities:
        places |= {entity.offset * 2, (entity.offset + entity.length) * 2}
    borders = sorted(place for place in places if 0 <= place <= len(text))
    for start, end in pairwise(borders):
        covering = [one for one in message.entities if one.offset * 2 <= start and end <= (one.offset + one.length) * 2]
        styles = {one.type for one in covering}
        yield Run(
            text[start:end].decode("utf-16-le", "replace"),
            bold="bold" in styles,
            italic="italic" in styles,
            quoted="blockquote" in styles,
            url=next((one.url for one in covering if one.type == "text_link"), None),
        )


def _lines(runs: Iterable[Run]) -> Iterable[Line]:
    line: list[Run] = []
    for run in runs:
        for number, text in enumerate(run.text.split("\n")):
            if number:
                yield tuple(line)
                line = []
            if text:
                line.append(replace(run, text=text))
    yield tuple(line)


def _plain(paragraph: Paragraph) -> str:
    return "\n".join("".join(run.text for run in line) for line in paragraph)


def _fitting(
    parts: Sequence[Paragraph], render: Callable[[Paragraph], str], maximum: int, between: str = "\n\n"
) -> list[str]:
    """As many rendered paragraphs as fit into `maximum` characters, and "…" for those that don't."""
    kept: list[str] = []
    left = maximum - units(between) - 1  # the "…"
    for paragraph in parts:
        text = render(paragraph)
        if units(text) > maximum // 2:  # addresses of monstrous length: the words matter more
            text = render(tuple(tuple(replace(run, url=None) for run in line) for line in paragraph))
        left -= units(text) + units(between)
        if left < 0:
            return [*kept, "…"]
        kept.append(text)
    return kept


# Slack ---------------------------------------------------------------------------------------------------------------

_SLACK_BLOCKS = 50
# A section takes 3,000 characters; a message with more than about 13,000 in all its blocks is refused.
_SLACK_TOTAL = 12_000
_SLACK_NOTIFICATION = 300


def _slack(parts: Sequence[Paragraph]) -> dict[str, Any]:
    """Blocks of rich text, in which no character has a meaning; `text` is what a notification shows.

    https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
    """
    blocks: list[dict[str, Any]] = []
    left = _SLACK_TOTAL
    for paragraph in parts:
        block = _slack_block(paragraph)
        left -= len(json.dumps(block, ensure_ascii=False))
        if left < 0 or len(blocks) == _SLACK_BLOCKS - 1:
            blocks.append(_slack_block(((Run("…"),),)))
            break
        blocks.append(block)
    first = cut(_plain(parts[0]).split("\n")[0], _SLACK_NOTIFICATION) if parts else ""
    escaped = first.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": escaped, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def _slack_block(paragraph: Paragraph) -> dict[str, Any]:
    elements: list[dict[str, Any]] = []
    for number, line in enumerate(paragraph):
        if number:
            elements.append({"type": "text", "text": "\n"})
        elements += [_slack_element(run) for run in line]
    quoted = all(run.quoted for line in paragraph for run in line)
    kind = "rich_text_quote" if quoted else "rich_text_section"
    return {"type": "rich_text", "elements": [{"type": kind, "elements": elements}]}


def _slack_element(run: Run) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "text", "text": run.text}
    if run.url is not None:
        element = {"type": "link", "url": run.url, "text": run.text}
    style = {name: True for name, wanted in (("bold", run.bold), ("italic", run.italic)) if wanted}
    return element | ({"style": style} if style else {})


# Markdown: Discord, Mattermost, Teams --------------------------------------------------------------------------------

_MARKUP = re.compile(r"[\\`*_\[\]<>|~]|&(?=#?\w{1,32};)|:(?=[\w+-]{1,64}:)")
_LINE_START = re.compile(r"^([#+\-=]|[0-9]{1,9}(?=[.)]))")
_MENTION = re.compile(r"(?<!\w)@(?=\w)")


def _markdown_text(text: str) -> str:
    """The characters that can begin markup escaped; a mention parted by an invisible space, as nothing escapes it."""
    return _MENTION.sub("@\N{ZERO WIDTH SPACE}", _MARKUP.sub(r"\\\g<0>", text))


def _markdown_url(url: str) -> str:
    """An address for between parentheses: what would end it, or the bold around it, is percent-encoded (RFC 3986)."""
    return re.sub(r"[()\\<>*|\s]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), url)


def _markdown_run(run: Run) -> str:
    # Marks must touch the words they stand around, so white space is put outside.
    core = run.text.strip()
    if not core:
        return run.text
    before, after = run.text[: run.text.index(core)], run.text[run.text.index(core) + len(core) :]
    text = _markdown_text(core)
    if run.url is not None:
        text = f"[{text}]({_markdown_url(run.url)})"
    if run.bold:
        text = f"**{text}**"
    if run.italic:
        text = f"*{text}*"
    return before + text + after


def _markdown_line(line: Line) -> str:
    text = "".join(_markdown_run(run) for run in line).strip()
    # What makes a heading, a list or a rule does so only here; of "1." it is the point that is escaped.
    return _LINE_START.sub(lambda found: f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}", text)


def _markdown(paragraph: Paragraph) -> str:
    """Lines as lines; a quoted one behind "> "."""
    return "\n".join(("> " if line[0].quoted else "") + _markdown_line(line) for line in paragraph)


# Discord: https://discord.com/developers/docs/resources/message, "Embed Limits".
_DISCORD_DESCRIPTION = 4096


def _discord(parts: Sequence[Paragraph]) -> dict[str, Any]:
    """One embed, since only there links may have words; nobody is mentioned, whatever the text says."""
    description = "\n\n".join(_fitting(parts, _markdown, _DISCORD_DESCRIPTION))
    return {"embeds": [{"description": description}], "allowed_mentions": {"parse": []}}


# Mattermost: posts of 16,383 characters since 5.0.
_MATTERMOST_TEXT = 16_383


def _mattermost(parts: Sequence[Paragraph]) -> dict[str, Any]:
    return {"text": "\n\n".join(_fitting(parts, _markdown, _MATTERMOST_TEXT))}


# Teams refuses messages over 28 KB; a character may need up to four bytes, its escape one more.
_TEAMS_BYTES = 26_000


def _teams(parts: Sequence[Paragraph]) -> dict[str, Any]:
    """An adaptive card, as Teams' workflows take it. One text block a line: single line breaks are lost within one.

    Links are Markdown in a `TextBlock`, since Teams has trouble with those of a `TextRun`
    (https://github.com/microsoft/AdaptiveCards, numbers 5804 and 9100).
    """
    body: list[dict[str, Any]] = []
    left = _TEAMS_BYTES
    for paragraph in parts:
        blocks = [_teams_block(_markdown_line(line), first=number == 0) for number, line in enumerate(paragraph)]
        if all(run.quoted for line in paragraph for run in line):
            blocks = [{"type": "Container", "style": "emphasis", "items": blocks}]
        left -= len(json.dumps(blocks, ensure_ascii=False).encode("utf-8", "replace"))
        if left < 0:
            body.append(_teams_block("…", first=True))
            break
        body += blocks
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "msteams": {"width": "Full"},
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _teams_block(text: str, *, first: bool) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, "spacing": "Default" if first else "None"}


FORMATS: Final[Mapping[str, Callable[[Sequence[Paragraph]], dict[str, Any]]]] = {
    "slack": _slack,
    "discord": _discord,
    "mattermost": _mattermost,
    "teams": _teams,
}
"""Name, as in channels.toml → paragraphs to the chat's JSON. A new chat is one function and one line here."""
