"""robots.txt (RFC 9309): may this address be fetched by us? Pure; whoever fetches the file keeps it for a day (§2.4).

What `urllib.robotparser` gets wrong is done right: the longest rule wins, `*` and `$` have their meaning, groups for
one name are joined, and the file is capped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes, urlsplit, urlunsplit

LARGEST = 500 << 10
"""Bytes that are read; RFC 9309 §2.5 asks for at least 500 KiB."""
MOST_RULES = 5_000
LONGEST_CRAWL_DELAY = 60.0

_LINE = re.compile(r"[\r\n]+")
_UNRESERVED_IN_RULES = "/?:@!$&'()*+,;=-._~%"


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` is percent-encoded, may hold `*`, and may end in `$`."""

    allows: bool
    pattern: str


@dataclass(frozen=True, slots=True)
class Group:
    agents: tuple[str, ...]
    rules: tuple[Rule, ...]
    crawl_delay: float | None = None


@dataclass(frozen=True, slots=True)
class Robots:
    """A site's robots.txt. `sitemaps` are the addresses it names, as they stand there."""

    groups: tuple[Group, ...] = ()
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str, user_agent: str) -> bool:
        """Whether `user_agent` ("Tocsin/1.0 (+https://…)") may fetch `url`. robots.txt itself may always be fetched."""
        if not self.groups:
            return True
        parts = urlsplit(url)
        path = _encoded(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}")
        if path == "/robots.txt":
            return True
        best: tuple[int, bool] = (-1, True)
        for group in self._groups_for(user_agent):
            for rule in group.rules:
                # The longest pattern decides; of two equally long ones, the permission (§2.2.2).
                if (len(rule.pattern), rule.allows) > best and _matches(rule.pattern, path):
                    best = (len(rule.pattern), rule.allows)
        return best[1]

    def crawl_delay(self, user_agent: str) -> float | None:
        """Seconds between two fetches that the site asks of us (not in the RFC, but widely meant); a minute at most."""
        delays = [group.crawl_delay for group in self._groups_for(user_agent) if group.crawl_delay is not None]
        return max(delays) if delays else None

    def _groups_for(self, user_agent: str) -> list[Group]:
        """All groups for our name together, else all for everybody (§2.2.1)."""
        name = _product(user_agent)
        own = [group for group in self.groups if name and name in group.agents]
        return own or [group for group in self.groups if "*" in group.agents]


ALLOW_ALL = Robots()
DISALLOW_ALL = Robots((Group(("*",), (Rule(False, "/"),)),))


def parse_robots(body: bytes) -> Robots:
    """Any bytes give rules: lines that are none are passed over."""
    groups: list[Group] = []
    sitemaps: list[str] = []
    agents: list[str] = []
    rules: list[Rule] = []
    delay: float | None = None
    begun = False
    for field, value in _lines(body):
        if field == "user-agent":
            if begun:
                groups.append(Group(tuple(agents), tuple(rules), delay))
                agents, rules, delay, begun = [], [], None, False
            agents.append("*" if value.startswith("*") else _product(value))
        elif field in ("allow", "disallow"):
            begun = True
            if value and len(rules) < MOST_RULES:  # an empty Disallow forbids nothing
                rules.append(Rule(field == "allow", _encoded(value if value[0] in "/*" else f"/{value}")))
        elif field == "crawl-delay":
            begun = True
            delay = _seconds(value)
        elif field == "sitemap" and value and len(sitemaps) < 100:
            sitemaps.append(value)
    groups.append(Group(tuple(agents), tuple(rules), delay))
    return Robots(tuple(group for group in groups if group.agents), tuple(sitemaps))


def without_robots(status: int | None) -> Robots:
    """What holds where robots.txt did not come: 4xx means there is none; 5xx or nothing at all (None) means "not now"
    (§2.3.1). Whoever has an older copy goes on with it first.
    """
    return ALLOW_ALL if status is not None and 400 <= status < 500 and status != 429 else DISALLOW_ALL


@lru_cache(maxsize=4_096)
@lru_cache(maxsize=4_096)
def robots_url(url: str) -> str:
    """Where the robots.txt for an http(s) address stands."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "/robots.txt", "", ""))


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    """Field name in lower case and value, without comments."""
    text = body[:LARGEST].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    for line in _LINE.split(text):
        field, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield field.strip().lower(), value.strip()


def _product(user_agent: str) -> str:
    """The product token, in lower case: "tocsin" of "Tocsin/1.0 (+https://…)" (§2.2.1)."""
    match = re.match(r"\s{0,9}([A-Za-z_-]{1,100})", user_agent)
    return match.group(1).lower() if match else ""


def _seconds(value: str) -> float | None:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", value):
        return None
    return min(float(value), LONGEST_CRAWL_DELAY)


def _encoded(path: str) -> str:
    """One spelling for comparing (§2.2.2): UTF-8 percent-encoded, unreserved characters not, hex in upper case."""
    pieces = re.split(r"(%[0-9A-Fa-f]{2})", path)
    spelled = []
    for piece in pieces:
        if len(piece) == 3 and piece[0] == "%":
            character = unquote_to_bytes(piece)
            plain = character.isalnum() or character in (b"-", b".", b"_", b"~")
            spelled.append(character.decode("ascii") if plain else piece.upper())
        else:
            spelled.append(quote(piece, safe=_UNRESERVED_IN_RULES, errors="replace"))
    return "".join(spelled)


def _matches(pattern: str, path: str) -> bool:
    """`*` stands for anything, a final `$` for the end; otherwise the pattern is a beginning. No backtracking."""
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not rest:
        return not anchored or path == first
    place = len(first)
    for part in rest[:-1]:
        found = path.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    if anchored:
        return path.endswith(rest[-1]) and len(path) - len(rest[-1]) >= place
    return path.find(rest[-1], place) >= 0
