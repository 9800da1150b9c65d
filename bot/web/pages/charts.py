"""Small charts as SVG, made of attributes and classes alone so that a strict Content-Security-Policy lets them be.

Each is an image with a name in words: what it shows is also said in text beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from markupsafe import Markup

_CHART = Markup(
    '<svg class="chart {kind}" viewBox="0 0 {width} {height}" role="img" aria-label="{label}" '
    'preserveAspectRatio="none">{inside}</svg>'
)


def days_back(today: date, number: int) -> list[date]:
    """The last `number` days, oldest first, today the last."""
    return [today - timedelta(days=back) for back in range(number - 1, -1, -1)]


def values_of(days: Sequence[date], counts: Mapping[str, int]) -> list[int]:
    """The number of each day; `counts` is by ISO date and lacks the empty days."""
    return [counts.get(day.isoformat(), 0) for day in days]


def bars(
    days: Sequence[date], values: Sequence[int], label: str, titles: Sequence[str], second: Sequence[int] = ()
) -> Markup:
    """A bar a day, with `titles` shown under the pointer; `second` stands before it, on the same scale."""
    height, step = 60, 10
    top = max([*values, *second, 1])
    parts: list[Markup] = []
    for index in range(len(days)):
        inner = _bar("first", index * step + 1, values[index], top, height, step - 2)
        if second:
            inner += _bar("second", index * step + 3, second[index], top, height, step - 6)
        hover = Markup('<rect class="reach" x="{}" y="0" width="{}" height="{}"/>').format(index * step, step, height)
        parts.append(Markup("<g><title>{}</title>{}{}</g>").format(titles[index], hover, inner))
    return _CHART.format(kind="bars", width=len(days) * step, height=height, label=label, inside=Markup("").join(parts))


def framed(drawing: Markup, top: str, ends: Sequence[str]) -> Markup:
    """A chart with what its height and its width mean: the highest value, and the ends of the time below."""
    scale = Markup("").join(Markup("<span>{}</span>").format(end) for end in ends)
    return Markup(
        '<div class="plot"><p class="top" aria-hidden="true"><span>{}</span></p>{}'
        '<p class="scale" aria-hidden="true">{}</p></div>'
    ).format(top, drawing, scale)


def spark(values: Sequence[int], label: str) -> Markup:
    """A line of tiny bars on a thin ground. All bars are one shape, as a list may hold many such lines."""
    height, step = 16, 4
    top, width = max([*values, 1]), len(values) * step
    outline = f"M0 {height}"
    for value in values:
        tall = _tall(value, top, height)
        outline += f"v-{tall:g}h{step - 1}v{tall:g}h1" if value else f"h{step}"
    inside = Markup('<path class="none" d="M0 {0}h{1}v-.6H0z"/><path class="first" d="{2}"/>').format(
        height, width, outline
    )
    return _CHART.format(kind="spark", width=width, height=height, label=label, inside=inside)


def hours(values: Sequence[int], label: str, titles: Sequence[str]) -> Markup:
    """24 bars: at which hour of its own day a source publishes."""
    height, step = 40, 10
    top = max([*values, 1])
    inside = Markup("").join(
        Markup("<g><title>{}</title>{}</g>").format(
            titles[hour], _bar("first", hour * step + 1, value, top, height, step - 2)
        )
        for hour, value in enumerate(values)
    )
    return _CHART.format(kind="bars", width=24 * step, height=height, label=label, inside=inside)


def _bar(name: str, x: int, value: int, top: int, height: int, width: int) -> Markup:
    """One bar from the ground up."""
    tall = _tall(value, top, height)
    return Markup('<rect class="{}" x="{}" y="{:g}" width="{}" height="{:g}"/>').format(
        name if value else "none", x, round(height - tall, 1), width, tall
    )


def _tall(value: int, top: int, height: int) -> float:
    """How tall a bar is; a day without anything keeps a hair's breadth, so that the days can be counted."""
    return round(max(height * value / top, 1.0), 1) if value else 0.6
