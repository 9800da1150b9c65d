"""Alerts on the terminal, or in the log of a process without one: they work before any token or webhook is set up."""

from __future__ import annotations

import sys
import threading
from typing import TextIO

from rich.console import Console
from rich.text import Text

from bot.entities import Message
from bot.errors import DeliveryError
from bot.message import compose, plain_text
from bot.model import Delivery, Destination, Receipt

_STYLES = {"bold": "bold", "italic": "italic", "blockquote": "dim"}


class ConsoleChannel:
    """Writes to `stream`, which is standard output unless another is given, when it writes: tests may have replaced it.

    Styled with links where the stream is a terminal, and plain text with addresses in a pipe.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, destination: Destination, delivery: Delivery) -> Receipt:
        """Print the alert between blank lines. Raises `DeliveryError` where the stream is closed or full."""
        stream = self._stream or sys.stdout
        language, time_zone = destination.language, destination.time_zone
        try:
            with self._lock:
                if stream.isatty():
                    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)
                    for message in compose(delivery.alert, language, time_zone):
                        console.print(styled(message), end="\n\n")
                else:
                    stream.write(_encodable(plain_text(delivery.alert, language, time_zone), stream) + "\n\n")
                stream.flush()
        except (OSError, ValueError) as error:
            raise DeliveryError(f"The console cannot be written to: {error}") from error
        return Receipt(status=None, detail="printed")

    def close(self) -> None:
        """Nothing to give back: the stream belongs to others."""


def styled(message: Message) -> Text:
    """The message for a terminal: its entities as styles and links."""
    text = Text(message.text)
    # Entities count UTF-16 units, rich counts code points.
    encoded = message.text.encode("utf-16-le", "replace")
    for entity in message.entities:
        start, end = (
            len(encoded[: place * 2].decode("utf-16-le", "replace"))
            for place in (entity.offset, entity.offset + entity.length)
        )
        style = f"link {entity.url}" if entity.url else _STYLES.get(entity.type)
        if style:
            text.stylize(style, start, end)
    return text


def _encodable(text: str, stream: TextIO) -> str:
    """Without the letters that the stream's encoding lacks; a Vietnamese title must not fail on an ASCII log."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
