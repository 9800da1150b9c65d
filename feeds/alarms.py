"""What is wrong with a source, for its operator: expected, seen, advice. Pure; the clock is passed in.

    state of the source ─→ of_source ─→ the alarms that hold now, and the codes on which nothing can be said now
    states of many ─────→ outage ────→ nobody can be reached: this machine's own network
    room on the disk ───→ shortage ──→ this machine's own disk
    refused writes ─────→ refused ───→ a full disk of the database's, or a server that may only be read

Followers are never told of any of this, and no page that raised an alarm becomes an article. Whether an alarm is new,
and who is told, this module does not know: it gives the same answer as long as the same is true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feeds import cadence
from feeds.cadence import Rhythm
from feeds.canonical import canonical_url
from feeds.database import Disk, Refusal
from feeds.list_habits import Habits

if TYPE_CHECKING:
    from feeds.store.sources import SourceState

UNREACHABLE_AFTER = timedelta(hours=1)
"""A site that does not answer is worth an alarm when it has not for so long, and at `LEAST_FAILURES` looks in a row."""
LEAST_FAILURES = 3
CONFIRMED_AFTER = 2
"""Looks in a row that must show a broken page: one may be a blip."""
OUTAGE_AFTER = timedelta(minutes=5)
LEAST_HOSTS = 3
"""Different hosts that must have fallen silent together, with no answer since, before our own network is blamed."""
EXPIRING = timedelta(days=14)
LEAST_FREE = 200 << 20
"""Bytes that must be free where the database lies; of a larger disk `LEAST_SHARE`, but `ENOUGH_FREE` is enough."""
LEAST_SHARE = 0.05
ENOUGH_FREE = 2 << 30
ROOM_AGAIN = 1.25
"""By how much more than that must be free before the alarm is over."""
GAP_SHOWN = timedelta(days=2)
"""A gap is a thing of the past as soon as it is seen; so long it is shown."""

CODES = {
    "unreachable": "The site cannot be reached",
    "certificate": "The site's TLS certificate is not valid",
    "certificate-expiring": "The site's TLS certificate is about to expire",
    "address-refused": "The address leads to a private network",
    "robots": "robots.txt forbids the address",
    "bot-protection": "Bot protection answered in place of the site",
    "empty-list": "The list became empty",
    "layout-changed": "The layout of the list changed",
    "not-a-feed": "The feed is no feed any more",
    "unreadable": "What the site sends cannot be read",
    "too-large": "The site sends more than a page can honestly have",
    "silent": "The source has been silent for three times its rhythm",
    "gap": "Articles may have been missed",
    "moved": "The source has moved",
    "network": "Many sources cannot be reached",
    "disk": "The disk is almost full",
    "database": "The database takes no writes",
}
"""Every alarm there is, and its headline."""

_UNREACHABLE = frozenset({"unreachable", "deadline"})
_AT_ONCE = frozenset({"robots", "address-refused", "certificate"})
_OF_THE_LIST = frozenset({"silent", "layout-changed", "empty-list"})


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is wrong, in sentences for the operator. `since` is UTC."""

    code: str
    since: datetime
    expected: str
    seen: str
    advice: str


@dataclass(frozen=True, slots=True)
class Findings:
    """The alarms that hold, and the codes on which the last looks say nothing, whether they held before or not."""

    alarms: tuple[Alarm, ...] = ()
    unknown: frozenset[str] = field(default_factory=frozenset)


def of_source(state: SourceState, now: datetime) -> Findings:
    """What is wrong with one source."""
    lasting = [alarm for alarm in (_moved(state), _expiring(state, now), _gap(state, now)) if alarm is not None]
    if state.error_code is None:
        found = [alarm for alarm in (_strange(state), _silent(state, now)) if alarm is not None]
        return Findings((*found, *lasting))
    alarm = _failing(state, now)
    if alarm is not None:
        return Findings((alarm, *lasting), _OF_THE_LIST - {alarm.code})
    # Too early to tell: what was wrong before may still be, and may be over.
    return Findings(
        tuple(lasting), frozenset(CODES) - {"moved", "certificate-expiring", "gap", "network", "disk", "database"}
    )


def code_of(error_code: str) -> str:
    """The alarm that an error leads to: an error's own code, those of the network joined, "unreadable" for the rest."""
    if error_code in _UNREACHABLE:
        return "unreachable"
    return error_code if error_code in CODES else "unreadable"


def is_unreachable(state: SourceState) -> bool:
    """Whether the last look got no answer."""
    return state.error_code in _UNREACHABLE


def _failing(state: SourceState, now: datetime) -> Alarm | None:
    code = code_of(state.error_code or "")
    since = state.error_since or now
    if code == "unreachable":
        if state.failures < LEAST_FAILURES or now - since < UNREACHABLE_AFTER:
            return None
    elif code not in _AT_ONCE and state.failures < CONFIRMED_AFTER:
        return None
    expected, advice = _EXPLAINED[code](state)
    return Alarm(code, since, expected, state.error or CODES[code], advice)


_OPEN_IT = "Open the address in a browser."
_GOES_ON = "Looks go on by themselves, at pauses that grow to a day."

_EXPLAINED: dict[str, Callable[[SourceState], tuple[str, str]]] = {
    "unreachable": lambda state: (
        f"an answer, as last on {_day(state.succeeded_at)}" if state.succeeded_at else "an answer",
        f"{_OPEN_IT} If the site has moved, change url in sources.toml. {_GOES_ON}",
    ),
    "certificate": lambda state: (
        "a valid certificate for this name",
        "Only the site can renew it; write to its webmaster. It is not read without: anybody could answer in its name.",
    ),
    "address-refused": lambda state: (
        "a public address",
        "If the site is meant to be in your own network, set TOCSIN_ALLOW_PRIVATE_NETWORKS; else distrust its name.",
    ),
    "robots": lambda state: (
        "leave to look",
        "Watch a feed of the site in its place, or ask its owner; "
        "options = { ignore_robots = true } in sources.toml overrides it.",
    ),
    "bot-protection": lambda state: (
        _usual_list(state),
        f"{_OPEN_IT} Look rarer (interval in sources.toml), watch its feed, or ask the site to let this program in.",
    ),
    "empty-list": lambda state: (
        _usual_list(state),
        f"{_OPEN_IT} If the list is there, name its links with selector in sources.toml.",
    ),
    "layout-changed": lambda state: (
        _usual_list(state),
        f"{_OPEN_IT} If the list is there, name its links with selector in sources.toml. Nothing was taken in as news.",
    ),
    "not-a-feed": lambda state: (
        "a feed (RSS, Atom or JSON Feed)",
        f"{_OPEN_IT} Look for the feed's new address with `tocsin preview`, and set url in sources.toml.",
    ),
    "unreadable": lambda state: (
        _usual_list(state),
        f"{_OPEN_IT} `tocsin preview` shows what can be read there.",
    ),
    "too-large": lambda state: (
        "a page or feed of ordinary size",
        "Watch a shorter list or feed of the site, or raise polling.max_bytes.",
    ),
}


def _usual_list(state: SourceState) -> str:
    usual = round(Habits.from_json(state.learned.get("list")).entries)
    return f"a list of about {usual} articles" if usual else "a list of articles"


def _strange(state: SourceState) -> Alarm | None:
    """A list unlike the usual one, and a later look that confirmed it."""
    habits = Habits.from_json(state.learned.get("list"))
    since = habits.strange_since
    if since is None or habits.last is None or state.looked_at is None or state.looked_at <= since:
        return None
    last = habits.last
    if not last.entries:
        expected, advice = _EXPLAINED["empty-list"](state)
        return Alarm("empty-list", since, expected, "a list without any entry", advice)
    dates = "dates on nearly all" if habits.dated >= 0.8 else "dates on some"
    expected = f"about {habits.entries:.0f} entries, {dates}, most of them known"
    seen = f"{last.entries} entries, {last.dated} with a date, {last.known} known"
    advice = (
        f"{_OPEN_IT} If articles are missing, name their links with selector in sources.toml; "
        "a list that stays like this for a week is taken as the usual one."
    )
    return Alarm("layout-changed", since, expected, seen, advice)


def _silent(state: SourceState, now: datetime) -> Alarm | None:
    rhythm = Rhythm.from_json(state.rhythm)
    last = max((moment for moment in (rhythm.last, state.new_at) if moment is not None), default=None)
    if last is None or rhythm.usual_gap is None or not cadence.silent_for_too_long(rhythm, last, now):
        return None
    return Alarm(
        "silent",
        last,
        f"something new every {_duration(rhythm.usual_gap)} or so",
        f"nothing since {_day(last)}, though the site answers as usual",
        f"{_OPEN_IT} If it has news, its list has moved: `tocsin preview` shows what is read there.",
    )


def _moved(state: SourceState) -> Alarm | None:
    moved_to = state.learned.get("moved_to")
    if not moved_to or canonical_url(moved_to) == canonical_url(state.source.url):
        return None
    since = state.succeeded_at or state.looked_at or datetime.fromtimestamp(0, UTC)
    advice = "The new address is followed already. Set it as url in sources.toml, before the old one dies."
    return Alarm("moved", since, f"the list at {state.source.url}", f"a permanent redirect to {moved_to}", advice)


def _expiring(state: SourceState, now: datetime) -> Alarm | None:
    stored = state.learned.get("certificate_ends")
    if not stored:
        return None
    ends = datetime.fromisoformat(stored)
    if ends <= now or ends - now > EXPIRING:
        return None
    seen = f"a certificate that ends on {_day(ends)}"
    return Alarm(
        "certificate-expiring",
        ends - EXPIRING,
        f"a certificate that is good for more than {EXPIRING.days} days",
        seen,
        "Only the site can renew it; write to its webmaster if it does not. After that day the source is not read.",
    )


def _gap(state: SourceState, now: datetime) -> Alarm | None:
    """The list no longer reached back to what was known, and its older pages could not be read."""
    gap = state.learned.get("gap")
    if not gap:
        return None
    since, seen = datetime.fromisoformat(gap["since"]), datetime.fromisoformat(gap["seen"])
    if now - seen > GAP_SHOWN:
        return None
    return Alarm(
        "gap",
        seen,
        f"a list that reaches back to the look at {_minute(since)}",
        f"only newer entries on it at {_minute(seen)}; {gap['why']}",
        f"{_OPEN_IT} Look there for what was published after {_minute(since)}. If it comes again, look more often "
        "(interval in sources.toml) or watch a list that reaches further back.",
    )


# Many at once


@dataclass(frozen=True, slots=True)
class Outage:
    """Our own network, probably: `alarm`, and the ids of the sources that fell silent in it."""

    alarm: Alarm
    sources: frozenset[int]


def outage(
    failing: Sequence[SourceState], last_answer: datetime | None, watched: int, now: datetime, *, known: bool = False
) -> Outage | None:
    """Whether hosts that have nothing else in common fell silent together, and nobody has answered since.

    `failing`: all sources with an error; `last_answer` (UTC): the newest successful look at any source; `watched`: how
    many there are. `known`: it has been said already, so it lasts until somebody answers.
    """
    silent = [state for state in failing if is_unreachable(state)]
    together = [
        state
        for state in silent
        if state.error_since is not None and (last_answer is None or state.error_since >= last_answer)
    ]
    hosts = {urlsplit(state.source.url).hostname for state in together}
    if len(hosts) < LEAST_HOSTS:
        return None
    since = min(state.error_since for state in together if state.error_since is not None)
    if not known and now - since < OUTAGE_AFTER:
        return None
    first = min(together, key=lambda state: state.source.id or 0)
    alarm = Alarm(
        "network",
        since,
        f"answers, as last at {_minute(last_answer)}" if last_answer else "answers",
        f"{len(silent)} of {watched} sources cannot be reached since {_minute(since)}: "
        "probably this machine's network. One of them: " + (first.error or ""),
        "Check this machine's network, name resolution and firewall. At the first answer all are looked at again.",
    )
    return Outage(alarm, frozenset(state.source.id for state in together if state.source.id is not None))


def shortage(disk: Disk, now: datetime, *, known: bool = False) -> Alarm | None:
    """Whether the disk on which the database lies is almost full. `known`: it has been said already."""
    least = min(max(LEAST_FREE, LEAST_SHARE * disk.total), ENOUGH_FREE)
    if disk.free >= (least * ROOM_AGAIN if known else least):
        return None
    # In steps, so that the words do not change at every look.
    seen = f"less than {_megabytes(disk.free, up_to=50)} MB free in {disk.folder}"
    return Alarm(
        "disk",
        now,
        f"at least {_megabytes(least)} MB free",
        seen,
        "Make room there, or keep less (retention.days). "
        "When the disk is full, nothing can be stored, and no alert sent.",
    )


def refused(refusal: Refusal, now: datetime) -> Alarm:
    """What it means that the database takes no writes."""
    # Each time another file is named.
    said = re.sub(r'"[^"]*"', "…", refusal.said)[:200]
    if refusal.is_full:
        advice = (
            "Make room there, or keep less (retention.days). Nothing is lost meanwhile: it is tried again and again."
        )
        return Alarm("disk", now, "room for what is to be stored", f"the database takes no more: {said}", advice)
    return Alarm(
        "database",
        now,
        "a database that takes writes",
        f"it may only be read: {said}",
        "Lead DATABASE_URL to the server that takes writes, or mend the rights of the file. "
        "Nothing is lost meanwhile: it is tried again and again.",
    )


def _megabytes(size: float, *, up_to: int = 1) -> int:
    """Whole steps of `up_to` megabytes that hold `size` bytes."""
    return up_to * (int(size / (up_to << 20)) + 1) if up_to > 1 else round(size / (1 << 20))


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}" if moment else "an unknown day"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _duration(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    if hours < 1.5:
        return f"{max(1, round(hours * 60))} minutes"
    return f"{round(hours)} hours" if hours < 48 else f"{round(hours / 24)} days"
