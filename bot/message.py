"""An alert as words: in the reader's language, within Telegram's limits, safe from what a hostile page put into it.

    Alert ─→ compose ─→ Message(text, entities, buttons, preview)      for Telegram
          └→ plain_text                                                for a console, an e-mail, a log

Formatting is by entities, not by markup, so that no text needs escaping. What sends it, this module does not know.
The forms of an alert stay in one file, because they share one writer and one budget of characters and entities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2s
from typing import Any, Literal
from zoneinfo import ZoneInfo

from bot.clean import cut, inner, one_line, units, web_address
from bot.entities import Button, Message, Writer
from bot.languages import sentence
from bot.languages.alarm_headlines import headline
from bot.languages.alarm_sentences import said_in
from bot.model import Alert

MAXIMUM_TEXT = 4096
MAXIMUM_ENTITIES = 100
MAXIMUM_CALLBACK_BYTES = 64
OWN_QUERY_PREFIX = "own-"
"""How the slugs of people's own queries begin: those are shown by title, never as a hashtag."""

_TITLE = 400
_SOURCE = 100
_QUOTE = 900
_MARKS = 20
_TOPICS = 6
_WORDS = 240
_ENTRY_WORDS = 80
_WORD = 40
_ALSO = 4
_DIGEST_ENTRIES = 25
_OPERATOR = 3000
_UID = re.compile(r"[0-9a-f]{32}")


Readers = Literal["one", "many"]
"""Who reads a message: one person, or all of a group or channel, who may vote but not change what comes there."""


def compose(
    alert: Alert, language: str = "en", time_zone: str = "UTC", *, buttons: Readers | None = None
) -> tuple[Message, ...]:
    """The alert as one message, or as several if it is a long digest.

    `time_zone` is the reader's; an article's day is its source's where `data` says so. `buttons`: for whom there are
    some; None: for nobody. A digest carries the data of its alerts as a list under "alerts". Any value in `data` may be
    missing, of a wrong type, or hostile.
    """
    data = alert.data
    if alert.type == "digest":
        return _digest(data, language, time_zone)
    if alert.type in ("article.published", "article.updated"):
        return (_article(alert, language, time_zone, buttons),)
    writer = Writer()
    if alert.type == "ping":
        writer.add(sentence(language, "alert_ping"))
    elif alert.type == "operator":
        _operator(writer, data, language)
    else:
        writer.add(sentence(language, "alert_other", type=one_line(alert.type, 100)))
        for line in _lines(data):
            writer.add(f"\n{line}")
    return (writer.message(),)


def plain_text(alert: Alert, language: str = "en", time_zone: str = "UTC") -> str:
    """The alert for a reader that shows no links: the words of `compose`, and the article's address on its own line."""
    parts: list[str] = []
    for message in compose(alert, language, time_zone):
        encoded = message.text.encode("utf-16-le")
        text, done = "", 0
        for link in (entity for entity in message.entities if entity.type == "text_link"):
            end = (link.offset + link.length) * 2
            text += encoded[done:end].decode("utf-16-le") + f" <{link.url}>"
            done = end
        parts.append(text + encoded[done:].decode("utf-16-le"))
    return "\n\n".join(parts)


def _article(alert: Alert, language: str, time_zone: str, readers: Readers | None) -> Message:
    data = alert.data
    article, source, topics = _mapping(data.get("article")), _mapping(data.get("source")), _mappings(data.get("topics"))
    url = web_address(article.get("url"))
    writer = Writer()
    if alert.type == "article.updated":
        writer.add(f"{sentence(language, 'alert_updated')}: ", "italic")
    _title(writer, article, url, language, _title_marks(topics))
    _origin(writer, article, source, language, time_zone)
    _quote(writer, data.get("excerpt"), article.get("summary"))
    _tags(writer, topics)
    _also(writer, _mapping(data.get("story")).get("also"), language)
    buttons = _buttons(article, topics, language, readers) if readers else ()
    return writer.message(buttons=buttons, preview=url)


def _title(
    writer: Writer, article: Mapping[str, Any], url: str | None, language: str, marks: Sequence[list[int]] = ()
) -> None:
    """The headline; the words in it that matched are underlined, since it is bold already."""
    start = writer.length
    _add_pieces(writer, _marked({"text": article.get("title"), "marks": marks}, 2000), _TITLE, "underline")
    if writer.length == start:
        writer.add(sentence(language, "alert_untitled"))
    writer.around(start, "bold")
    if url is not None:
        writer.around(start, "text_link", url)


def _title_marks(topics: Sequence[Mapping[str, Any]]) -> list[list[int]]:
    spans = [span for topic in topics for span in _mappings(topic.get("spans")) if span.get("field") == "title"]
    return [[span.get("start", -1), span.get("end", -1)] for span in spans]


def _origin(
    writer: Writer, article: Mapping[str, Any], source: Mapping[str, Any], language: str, time_zone: str
) -> None:
    name = cut(one_line(source.get("title") or source.get("slug"), 500), _SOURCE)
    day = _day(article.get("published"), source.get("time_zone"), language, time_zone)
    author = cut(one_line(article.get("author"), 500), _SOURCE)
    line = " · ".join(part for part in (name, day, author) if part)
    if line:
        writer.add(f"\n{line}")


def _day(published: object, source_zone: object, language: str, reader_zone: str) -> str:
    """The day by the source's own clock; where that isn't known, by the offset or else the reader's zone."""
    if not isinstance(published, str):
        return ""
    try:
        moment = datetime.fromisoformat(published)
        zone = _zone(source_zone)
        if zone is None and moment.tzinfo is not None and not moment.utcoffset():
            zone = _zone(reader_zone)
        if zone is not None and moment.tzinfo is not None:
            moment = moment.astimezone(zone)
    except (ValueError, OverflowError):
        return ""
    month = sentence(language, "alert_months").split()[moment.month - 1].replace("_", " ")
    return sentence(language, "alert_date", day=moment.day, month=month, year=moment.year)


def _zone(name: object) -> ZoneInfo | None:
    if not isinstance(name, str):
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # "../x"; the name of a folder; unknown
        return None


def _quote(writer: Writer, excerpt: object, summary: object) -> None:
    """The sentence that matched, its words marked; the article's summary where there is none."""
    pieces = _marked(_mapping(excerpt))
    if not pieces:
        pieces = [(one_line(summary), False)]
    if not any(text.strip() for text, _ in pieces):
        return
    writer.add("\n\n")
    start = writer.length
    _add_pieces(writer, pieces, _QUOTE, "bold")
    writer.around(start, "blockquote")


def _add_pieces(writer: Writer, pieces: Sequence[tuple[str, bool]], longest: int, style: str) -> None:
    """Write the pieces, the marked ones in the style, without spaces at the ends; cut at so many UTF-16 units."""
    left = longest
    for number, (text, marked) in enumerate(pieces):
        if number == 0:
            text = text.lstrip()
        if number == len(pieces) - 1:
            text = text.rstrip()
        shown = cut(text, left)
        writer.add(shown, *([style] if marked else []))
        left -= units(shown)
        if shown != text or left <= 0:
            break


def _marked(excerpt: Mapping[str, Any], longest: int = 20_000) -> list[tuple[str, bool]]:
    """The excerpt in pieces, each with whether it is marked; of its text, `longest` code points."""
    text = excerpt.get("text")
    if not isinstance(text, str):
        return []
    text = text[:longest]
    pieces: list[tuple[str, bool]] = []
    done = 0
    for start, end in _spans(excerpt.get("marks"), len(text))[:_MARKS]:
        pieces += [(inner(text[done:start]), False), (inner(text[start:end]), True)]
        done = end
    pieces.append((inner(text[done:]), False))
    return [piece for piece in pieces if piece[0]]


def _spans(marks: object, length: int) -> list[tuple[int, int]]:
    """The marks that fit the text, in order, those that touch made one."""
    found = []
    for mark in marks if isinstance(marks, list | tuple) else ():
        if isinstance(mark, list | tuple) and len(mark) == 2 and all(type(place) is int for place in mark):
            start, end = mark
            if 0 <= start < end <= length:
                found.append((start, end))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _tags(writer: Writer, topics: Sequence[Mapping[str, Any]]) -> None:
    """One line a topic: its tag, and the words of the article that it matched."""
    for number, topic in enumerate(topics[:_TOPICS]):
        tag = _tag(topic)
        if not tag:
            continue
        writer.add("\n\n" if number == 0 else "\n")
        writer.add(tag)
        words = _words(topic, _WORDS)
        if words:
            writer.add(" — ")
            writer.add(words, "italic")


def _words(topic: Mapping[str, Any], longest: int) -> str:
    """The words that the topic matched, as many as fit into so many UTF-16 units, and the number of the others."""
    matched = topic.get("matched")
    cleaned = [cut(one_line(word, 300), _WORD) for word in matched[:500]] if isinstance(matched, list | tuple) else []
    words = [word for word in dict.fromkeys(cleaned) if word]
    shown = ""
    for number, word in enumerate(words):
        longer = f"{shown}, {word}" if shown else word
        if units(longer) > longest:
            return f"{shown} (+{len(words) - number})"
        shown = longer
    return shown


def _tag(topic: Mapping[str, Any]) -> str:
    """`#maritime_security`, which Telegram makes searchable; an own query as its words."""
    slug, title = one_line(topic.get("slug"), 300), cut(one_line(topic.get("title"), 500), _SOURCE)
    if slug and not slug.startswith(OWN_QUERY_PREFIX):
        tag = "".join(character if character.isalnum() else "_" for character in slug).strip("_")
        if tag and not tag.isdigit():
            return f"#{tag[:_SOURCE]}"
    return title


def _also(writer: Writer, also: object, language: str) -> None:
    others = [
        (cut(one_line(one.get("source_title") or one.get("source"), 500), _WORD), web_address(one.get("url")))
        for one in _mappings(also)
    ]
    others = [(name, url) for name, url in others if name]
    if not others:
        return
    more = len(others) - _ALSO
    key = "alert_also_more" if more > 0 else "alert_also"
    before, after = sentence(language, key, names="\0", number=more).split("\0")
    writer.add(f"\n\n{before}")
    for number, (name, url) in enumerate(others[:_ALSO]):
        writer.add(", " if number else "")
        writer.add(name, url=url)
    writer.add(after)


def _buttons(
    article: Mapping[str, Any], topics: Sequence[Mapping[str, Any]], language: str, readers: Readers
) -> tuple[tuple[Button, ...], ...]:
    """For each topic: was this what you wanted? and, where that is one reader's to say: no more of it."""
    rows: list[tuple[Button, ...]] = []
    uid = one_line(article.get("id"), 100)
    for topic in topics[:_TOPICS]:
        slug = one_line(topic.get("slug"), 100)
        title = one_line(topic.get("title") or slug, 300)
        if slug and _UID.fullmatch(uid):
            # With one topic it is clear which one is meant.
            rows.append(vote_buttons(uid, topic_key(slug), title=title if len(topics) > 1 else ""))
        if readers == "many":
            continue
        data = f"alert-unfollow:{slug}"
        label = sentence(language, "alert_unfollow", topic=title)
        if slug and slug == topic.get("slug") and len(data.encode()) <= MAXIMUM_CALLBACK_BYTES:
            rows.append((Button(cut(label, _WORD), data=data),))
    return tuple(rows)


def topic_key(slug: str) -> str:
    """A topic in few bytes, as buttons name it beside an article."""
    return blake2s(slug.encode(), digest_size=6).hexdigest()


def vote_buttons(article: str, key: str, voted: bool | None = None, title: str = "") -> tuple[Button, ...]:
    """👍 and 👎 on what a topic (its `topic_key`) brought; how somebody voted is ticked. `title`: which topic's."""
    return tuple(
        Button(
            cut(f"{'✓ ' if voted is good else ''}{sign}{f' {title}' if title else ''}", _WORD),
            data=f"{word}:{article}:{key}",
        )
        for word, sign, good in (("good", "👍", True), ("bad", "👎", False))
    )


def _digest(data: Mapping[str, Any], language: str, time_zone: str) -> tuple[Message, ...]:
    """The articles one below the other, on as many messages as they need; none is left out."""
    entries = [_entry(one, language, time_zone) for one in _mappings(data.get("alerts"))]
    pages: list[list[Writer]] = [[]]
    for entry in entries:
        page = pages[-1]
        length = sum(one.length + 2 for one in page) + entry.length + 2
        number = sum(len(one.entities) for one in page) + len(entry.entities)
        if page and (len(page) >= _DIGEST_ENTRIES or length > MAXIMUM_TEXT - 100 or number > MAXIMUM_ENTITIES - 1):
            pages.append([])
        pages[-1].append(entry)
    messages = []
    for part, page in enumerate(pages, 1):
        writer = Writer()
        key = "alert_digest" if len(pages) == 1 else "alert_digest_part"
        writer.add(sentence(language, key, number=len(entries), part=part, parts=len(pages)), "bold")
        for entry in page:
            writer.add("\n\n")
            writer.include(entry)
        messages.append(writer.message())
    return tuple(messages)


def _entry(data: Mapping[str, Any], language: str, time_zone: str) -> Writer:
    """One article of a digest: at most 22 entities and about 1200 units."""
    article, source = _mapping(data.get("article")), _mapping(data.get("source"))
    writer = Writer()
    _title(writer, article, web_address(article.get("url")), language)
    _origin(writer, article, source, language, time_zone)
    for topic in _mappings(data.get("topics"))[:3]:
        tag, words = _tag(topic), _words(topic, _ENTRY_WORDS)
        if tag:
            writer.add(f"\n{tag} — {words}" if words else f"\n{tag}")
    return writer


def _operator(writer: Writer, data: Mapping[str, Any], language: str) -> None:
    """A source's alarm: `source`, a sentence under "message", and what was `expected`, `seen` and is advised."""
    over = data.get("over") is True
    writer.add(f"{'✅' if over else '⚠️'} {sentence(language, 'alert_operator')}", "bold")
    source = _mapping(data.get("source"))
    name = cut(one_line(source.get("title") or source.get("slug"), 500), _SOURCE)
    if name:
        writer.add("\n")
        writer.add(name, url=web_address(source.get("url")))
    own_words = headline(language, data.get("code"), over=over)
    message = cut(one_line(own_words or data.get("message"), 10_000), _OPERATOR)
    if message:
        writer.add(f"\n{message}")
    for key in ("expected", "seen", "advice"):
        text = cut(said_in(language, one_line(data.get(key), 2000)), _QUOTE)
        if text:
            writer.add(f"\n{sentence(language, f'alert_{key}')}: ", "italic")
            writer.add(text)


def _lines(data: Mapping[str, Any]) -> Iterable[str]:
    """Simple values as "name: value", up to five."""
    said = [(key, one_line(value, 500)) for key, value in data.items() if isinstance(value, str | int | float)]
    return [cut(f"{one_line(key, 60)}: {value}", 200) for key, value in [one for one in said if one[1]][:5]]


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []
