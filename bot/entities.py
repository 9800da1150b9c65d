"""A text with Telegram's entities: what it is made of, and the pen that writes it. Nothing here knows of alerts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.clean import units


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of the text and what it is, in Telegram's words; `offset` and `length` count UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A button below the message: it opens `url` or sends `data` (at most 64 bytes) back to us."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message, ready to be sent. `preview` is the address whose preview may be shown; None: none is."""

    text: str
    entities: tuple[Entity, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    preview: str | None = None

    def plain(self) -> Message:
        """The same words without anything that can be refused."""
        return Message(self.text)


class Writer:
    """Collects pieces of text with their entities."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self.entities: list[Entity] = []

    @property
    def length(self) -> int:
        return self._length

    def add(self, text: str, *styles: str, url: str | None = None) -> None:
        """Append `text` in the styles ("bold", …), linked to `url` if there is one."""
        length = units(text)
        if text.strip():
            self.entities += [Entity(style, self._length, length) for style in styles]
            if url is not None:
                self.entities.append(Entity("text_link", self._length, length, url))
        self._pieces.append(text)
        self._length += length

    def around(self, start: int, style: str, url: str | None = None) -> None:
        """Put `style` around all that was added since `start`."""
        if self._length > start:
            self.entities.append(Entity(style, start, self._length - start, url))

    def include(self, other: Writer) -> None:
        """Append all that the other holds."""
        self.entities += [replace(entity, offset=entity.offset + self._length) for entity in other.entities]
        self._pieces += other._pieces
        self._length += other._length

    def message(self, *, buttons: tuple[tuple[Button, ...], ...] = (), preview: str | None = None) -> Message:
        entities = sorted(self.entities, key=lambda entity: (entity.offset, -entity.length))
        return Message("".join(self._pieces), tuple(entities), buttons, preview)
