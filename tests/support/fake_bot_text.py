"""How the Bot API reads a message's text: HTML, MarkdownV2 and given entities, with the refusals of the real one.

Offsets and lengths are UTF-16 units. `RefusedError` carries the description that the server answers with.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

MAXIMUM_ENTITIES = 100

_HTML_STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "a": "text_link",
}
_GIVEN_STYLES = {*_HTML_STYLES.values(), "text_mention", "custom_emoji", "expandable_blockquote", "date_time"}
# What the server finds by itself; given by a client it is accepted and ignored.
_FOUND_STYLES = {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"}
_TAG = re.compile(r"<(/?)([a-zA-Z-]+)((?:\s+[a-z]+(?:=\"[^\"]*\")?)*)\s*>")
_MARKDOWN_RESERVED = set("_*[]()~`>#+-=|{}.!")
_MARKDOWN_MARKS = ("```", "||", "__", "*", "_", "~", "`")
_MARKDOWN_STYLES = {
    "```": "pre",
    "||": "spoiler",
    "__": "underline",
    "*": "bold",
    "_": "italic",
    "~": "strikethrough",
    "`": "code",
}


class RefusedError(Exception):
    """The request is answered with this status and description."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def formatted(text: str, parse_mode: str | None, entities: Any) -> tuple[str, list[dict[str, Any]]]:
    """The text as it is shown, with its entities; those after the hundredth are dropped, as by the real one."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise RefusedError(400, "Bad Request: strings must be encoded in UTF-8")
    if parse_mode is None:
        found = _given(text, entities or [])
    elif parse_mode.lower() == "html":
        text, found = _html(text)
    elif parse_mode.lower() == "markdownv2":
        text, found = _markdown(text)
    else:
        raise RefusedError(400, "Bad Request: unsupported parse_mode")
    # Space at both ends is not kept, and offsets follow.
    stripped = text.rstrip()
    cut = len(stripped) - len(stripped.lstrip())
    shift, stripped = units(stripped[:cut]), stripped[cut:]
    end = units(stripped)
    kept = []
    for entity in found:
        first = max(0, entity["offset"] - shift)
        last = min(end, entity["offset"] + entity["length"] - shift)
        if last > first:
            kept.append({**entity, "offset": first, "length": last - first})
    return stripped, sorted(kept, key=lambda one: (one["offset"], -one["length"]))[:MAXIMUM_ENTITIES]


def _given(text: str, entities: Any) -> list[dict[str, Any]]:
    encoded = text.encode("utf-16-le")
    found = []
    if not isinstance(entities, list):
        raise RefusedError(400, "Bad Request: can't parse entities: expected an Array")
    for entity in entities:
        kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
        if kind not in _GIVEN_STYLES | _FOUND_STYLES:
            raise RefusedError(400, f"Bad Request: can't parse entities: unsupported type {kind!r}")
        if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length <= 0:
            raise RefusedError(400, "Bad Request: can't parse entities: ENTITY_BOUNDS_INVALID")
        if (offset + length) * 2 > len(encoded):
            raise RefusedError(400, "Bad Request: can't parse entities: ENTITY_BOUNDS_INVALID")
        for place in (offset, offset + length):
            if 0xDC <= (encoded[place * 2 + 1] if place * 2 < len(encoded) else 0) <= 0xDF:
                raise RefusedError(400, "Bad Request: can't parse entities: entity splits a surrogate pair")
        if kind == "text_link" and not str(entity.get("url", "")).startswith(("http://", "https://", "tg://")):
            raise RefusedError(400, "Bad Request: can't parse entities: wrong URL")
        if kind not in _FOUND_STYLES:
            found.append(
                {key: entity[key] for key in ("type", "offset", "length", "url") if entity.get(key) is not None}
            )
    return found


def _html(text: str) -> tuple[str, list[dict[str, Any]]]:
    shown, found, place = "", [], 0
    stack: list[tuple[str, dict[str, Any]]] = []
    while place < len(text):
        byte = len(text[:place].encode())
        if text[place] == "<":
            tag = _TAG.match(text, place)
            if tag is None:
                raise RefusedError(400, f"Bad Request: can't parse entities: Unclosed start tag at byte offset {byte}")
            closing, name, attributes = tag[1], tag[2].lower(), tag[3]
            if closing:
                if not stack or stack[-1][0] != name:
                    raise RefusedError(
                        400, f"Bad Request: can't parse entities: Unexpected end tag at byte offset {byte}"
                    )
                entity = stack.pop()[1]
                entity["length"] = units(shown) - entity["offset"]
                if entity["length"]:
                    found.append(entity)
            elif name not in _HTML_STYLES:
                raise RefusedError(
                    400, f'Bad Request: can\'t parse entities: Unsupported start tag "{name}" at byte offset {byte}'
                )
            else:
                entity = {"type": _HTML_STYLES[name], "offset": units(shown), "length": 0}
                address = re.search(r"href=\"([^\"]*)\"", attributes)
                if name == "a" and address:
                    entity["url"] = unescape(address[1])
                stack.append((name, entity))
            place = tag.end()
        elif text[place] == "&" and (known := re.compile(r"&(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);").match(text, place)):
            shown += unescape(known[0])
            place = known.end()
        else:
            shown += text[place]
            place += 1
    if stack:
        raise RefusedError(
            400, f"Bad Request: can't parse entities: Can't find end tag corresponding to \"{stack[-1][0]}\""
        )
    return shown, found


def _markdown(text: str) -> tuple[str, list[dict[str, Any]]]:
    shown, found, place = "", [], 0
    stack: list[tuple[str, int]] = []
    while place < len(text):
        character = text[place]
        if character == "\\" and place + 1 < len(text) and ord(text[place + 1]) < 127:
            shown += text[place + 1]
            place += 2
            continue
        mark = next((one for one in _MARKDOWN_MARKS if text.startswith(one, place)), None)
        if mark:
            if stack and stack[-1][0] == mark:
                start = stack.pop()[1]
                if units(shown) > start:
                    found.append({"type": _MARKDOWN_STYLES[mark], "offset": start, "length": units(shown) - start})
            else:
                stack.append((mark, units(shown)))
            place += len(mark)
        elif character == "[":
            stack.append(("[", units(shown)))
            place += 1
        elif (
            character == "]"
            and stack
            and stack[-1][0] == "["
            and (link := re.compile(r"\]\(([^)]*)\)").match(text, place))
        ):
            start = stack.pop()[1]
            found.append({"type": "text_link", "offset": start, "length": units(shown) - start, "url": link[1]})
            place = link.end()
        elif character == ">" and (place == 0 or text[place - 1] == "\n"):
            place += 1
        elif character in _MARKDOWN_RESERVED:
            raise RefusedError(
                400,
                f"Bad Request: can't parse entities: Character '{character}' is reserved and must be escaped "
                f"with the preceding '\\'",
            )
        else:
            shown += character
            place += 1
    if stack:
        byte = len(text.encode())
        raise RefusedError(
            400, f"Bad Request: can't parse entities: Can't find end of the entity starting at byte offset {byte}"
        )
    return shown, found
