"""When may an alert be sent to somebody who asked for a digest, or for quiet at night? Pure; the clock is passed in.

The forms are those that `bot.preferences` stores: "off", "daily 08:00", "weekly mon 08:00"; "22:00-07:00" or None.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.preferences import DAYS


def not_before(now: datetime, *, digest: str, quiet: str | None, time_zone: str, urgent: bool) -> datetime | None:
    """The first moment (UTC) at which something owed now may be sent; None: at once, as all of an urgent topic."""
    if urgent:
        return None
    if digest != "off":
        return next_digest(now, digest, time_zone)
    return quiet_until(now, quiet, time_zone)


def next_digest(now: datetime, digest: str, time_zone: str) -> datetime:
    """The next time (UTC) the digest goes out, strictly after `now`. A time that daylight saving skips is moved on."""
    zone = ZoneInfo(time_zone)
    words = digest.split()
    at = time.fromisoformat(words[-1])
    day = now.astimezone(zone).date()
    for _ in range(9):
        moment = datetime.combine(day, at, zone).astimezone(UTC)
        if moment > now and (words[0] == "daily" or DAYS[day.weekday()] == words[1]):
            return moment
        day += timedelta(days=1)
    raise ValueError(f"not a digest's rhythm: {digest!r}")


def quiet_until(now: datetime, quiet: str | None, time_zone: str) -> datetime | None:
    """The end (UTC) of the quiet hours that `now` lies in, or None. "22:00-07:00" runs over midnight."""
    if quiet is None:
        return None
    zone = ZoneInfo(time_zone)
    start, end = (time.fromisoformat(part) for part in quiet.split("-"))
    local = now.astimezone(zone)
    clock = local.time().replace(tzinfo=None)
    if start < end:
        inside, ends = start <= clock < end, local.date()
    else:
        inside = clock >= start or clock < end
        ends = local.date() + timedelta(days=1) if clock >= start else local.date()
    return datetime.combine(ends, end, zone).astimezone(UTC) if inside else None
