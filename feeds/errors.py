"""What can go wrong on the way from a site to a feed. Each error carries its consequence; callers need not guess.

    FeedsError
    ├── FetchError          the bytes did not arrive            (url, status, retry_after)
    │   ├── AddressRefused      not a public address: never retried by another name
    │   ├── CertificateRefused  TLS came as far as a certificate, and it is not valid
    │   ├── RobotsRefused       robots.txt forbids it
    │   ├── DeadlineExceeded    the total time was used up
    │   └── TooLarge            more bytes, or a higher compression ratio, than a page can honestly have
    ├── ReadError           the bytes are not what was expected (url)
    │   ├── NotAFeed            no feed in it
    │   ├── EmptyList           a page without its list: never "nothing new"
    │   ├── LayoutChanged       a list that has nothing in common with the one there was
    │   └── BotProtection       a challenge page answered in place of the site
    └── QueryError          a topic's query is not one          (position, expected, suggestion)

`code` is the word under which `/health`, the page and the metrics count an error.
"""

from __future__ import annotations

import unicodedata
from typing import ClassVar


class FeedsError(Exception):
    """Root of the tree; `str()` is a sentence for the operator."""

    code: ClassVar[str] = "error"


class FetchError(FeedsError):
    """A GET that brought nothing usable. `status` is the HTTP status, if one came; `retry_after` is in seconds."""

    code = "unreachable"

    def __init__(self, message: str, *, url: str, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.url = url
        self.status = status
        self.retry_after = retry_after


class AddressRefused(FetchError):
    """The name leads to a private, loopback or otherwise non-public address, or the scheme is not http(s)."""

    code = "address-refused"


class CertificateRefused(FetchError):
    """TLS came as far as a certificate, and it has expired, is for another name, or is signed by nobody known."""

    code = "certificate"


class RobotsRefused(FetchError):
    """The site's robots.txt forbids this address to us (RFC 9309)."""

    code = "robots"


class DeadlineExceeded(FetchError):
    """The whole exchange, redirects included, took longer than it may."""

    code = "deadline"


class TooLarge(FetchError):
    """More decoded bytes than the cap, or an absurd compression ratio."""

    code = "too-large"


class ReadError(FeedsError):
    """The bytes arrived and could not be read as what the source is."""

    code = "unreadable"

    def __init__(self, message: str, *, url: str) -> None:
        super().__init__(message)
        self.url = url


class NotAFeed(ReadError):
    """Neither RSS, Atom, RDF nor JSON Feed."""

    code = "not-a-feed"


class EmptyList(ReadError):
    """A page in which the expected list of articles cannot be found."""

    code = "empty-list"


class LayoutChanged(ReadError):
    """What stands in the list's place has nothing in common with the list: no entry is known, and none has a date."""

    code = "layout-changed"


class BotProtection(ReadError):
    """HTTP 200 with a near-empty page holding one script (as official portals do), a captcha, or the like."""

    code = "bot-protection"


class QueryError(FeedsError):
    """A query that cannot be accepted.

    `position` is the code point offset of the offending character in `query`; `expected` says what could stand there;
    `suggestion` is a corrected query that can be read. `str()` is the one-line message; `caret()` shows the place;
    `told()` is all of it.
    """

    code = "query"

    def __init__(
        self, message: str, *, query: str, position: int, expected: str = "", suggestion: str | None = None
    ) -> None:
        super().__init__(message)
        self.query = query
        self.position = position
        self.expected = expected
        self.suggestion = suggestion

    def caret(self, around: int | None = None) -> str:
        """Two lines: the line of the query that holds the error, and a caret under the offending character.

        At most so many characters `around` it. In a font of one width; wide characters take two places, marks none.
        """
        start = self.query.rfind("\n", 0, self.position) + 1
        end = self.query.find("\n", self.position)
        line = self.query[start:] if end < 0 else self.query[start:end]
        column = self.position - start
        if around is not None and len(line) > around:
            first = max(0, column - 2 * around // 3)
            line, column = line[first : first + around], column - first
        line = "".join(one if one.isprintable() else " " for one in line)
        return f"{line}\n{''.join(map(_blank, line[:column]))}^"

    def told(self) -> str:
        """In lines: what is wrong, the place, what was expected, and a correction."""
        lines = [str(self), self.caret()]
        lines += [f"expected: {self.expected}"] if self.expected else []
        lines += [f"did you mean: {self.suggestion}"] if self.suggestion else []
        return "\n".join(lines)


def _blank(character: str) -> str:
    """Return space as wide as the character."""
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return "\u3000"
    return "" if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Cf") else " "
