"""`/edit`: what somebody's own query is called, what it asks for, and the texts by which it is tried.

/edit ─→ the own queries, numbered     /edit 2 ─→ one of them     /edit 2 title Border patrols ─→ changed
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from bot.chat import replies
from bot.chat.asker import Asker
from bot.chat.replies import Reply
from bot.errors import RequestError
from bot.languages import sentence
from bot.languages.explanations import explained_in
from feeds.model import Topic
from feeds.topics.explain import shortened
from feeds.topics.samples import Verdict

_SHOWN = 20
_LONG = 500
"""UTF-16 units of a query that is shown."""


async def edit(asker: Asker, text: str) -> Reply:
    """Show the asker's own queries, one of them, or change one. Raises `RequestError`, `QueryError`."""
    own: list[Topic] = []
    if asker.destination is not None:
        followed = await asyncio.to_thread(asker.subscriptions.following, asker.destination)
        own = [topic for topic in followed if not topic.public]
    number, _, rest = text.strip().partition(" ")
    if not own:
        return replies.say(asker.language, "edit_none")
    if not number:
        return _listed(asker.language, own)
    topic = _numbered(own, number)
    field, _, value = rest.strip().partition(" ")
    if not field:
        return await _shown(asker, topic)
    return await _changed(asker, topic, field.casefold(), value.strip())


def _numbered(own: Sequence[Topic], number: str) -> Topic:
    if not (number.isascii() and number.isdigit() and len(number) < 4 and 0 < int(number) <= len(own)):
        raise RequestError("edit_number", number=number)
    return own[int(number) - 1]


def _listed(language: str, own: Sequence[Topic]) -> Reply:
    lines = [replies.words(language, "edit_list")]
    lines += [f"{place}. {replies.shown(topic.title)}" for place, topic in enumerate(own[:_SHOWN], 1)]
    if len(own) > _SHOWN:
        lines.append(f"… (+{len(own) - _SHOWN})")
    return Reply("\n".join([*lines, "", sentence(language, "edit_how")]))


async def _shown(asker: Asker, topic: Topic) -> Reply:
    verdicts = await asyncio.to_thread(asker.subscriptions.try_samples, topic)
    return Reply("\n".join([*_facts(asker.language, topic), *_samples(asker.language, verdicts)]))


def _facts(language: str, topic: Topic) -> list[str]:
    on = sentence(language, "on" if topic.urgent else "off")
    return [
        f"<b>{replies.shown(topic.title)}</b>",
        f"<code>{replies.shown(topic.query, _LONG)}</code>",
        replies.words(language, "edit_facts", language=topic.language or sentence(language, "none"), urgent=on),
    ]


def _samples(language: str, verdicts: Sequence[Verdict]) -> list[str]:
    lines = []
    for one in verdicts:
        key = f"sample_{'right' if one.right else 'wrong'}_{one.wanted}"
        lines.append(replies.words(language, key, sample=one.sample))
        if not one.right and one.failed:
            nearest = one.failed[0]
            lines.append(f"   {replies.shown(f'{shortened(nearest.text)}: {explained_in(language, nearest.detail)}')}")
    return lines


async def _changed(asker: Asker, topic: Topic, field: str, value: str) -> Reply:
    destination, subscriptions = await asker.own_destination(), asker.subscriptions
    if field == "query":
        changed = (await asyncio.to_thread(subscriptions.replace_query, destination, topic, value)).topic
        said = replies.improved(asker.language, topic, changed)
    else:
        changes = _read(topic, field, value)
        changed = await asyncio.to_thread(subscriptions.change_query, destination, topic, **changes)
        said = Reply("\n".join([replies.words(asker.language, "edited"), *_facts(asker.language, changed)]))
    verdicts = await asyncio.to_thread(subscriptions.try_samples, changed)
    return Reply("\n".join([said.html, *_samples(asker.language, verdicts)]), said.buttons)


def _read(topic: Topic, field: str, value: str) -> dict[str, Any]:
    """The change that is asked for, as `Subscriptions.change_query` takes it. Raises `RequestError`."""
    if not value and field in ("title", "urgent", "language", "expect", "reject"):
        raise RequestError("edit_value", field=field)
    match field:
        case "title":
            return {"title": value}
        case "urgent":
            if value.casefold() not in ("on", "off"):
                raise RequestError("edit_urgent")
            return {"urgent": value.casefold() == "on"}
        case "language":
            return {"language": None if value.casefold() == "off" else value}
        case "expect" | "reject":
            known: tuple[str, ...] = getattr(topic, field)
            return {field: () if value.casefold() == "off" else tuple(dict.fromkeys((*known, value)))}
    raise RequestError("edit_field", field=field)
