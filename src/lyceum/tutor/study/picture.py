"""Draws a timeline: an axis of years at the side, each event in a row of its own, tied to its place in time."""

from __future__ import annotations

import datetime as dt
import math
import textwrap
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from lyceum.tutor.study.model import Event, Study

_WIDTH, _ROW, _TOP, _AXIS, _TEXT = 960, 30, 56, 74, 150
_LETTERS = 96
_MOST_TICKS = 24


def write(study: Study) -> bytes:
    """An SVG file that stands alone."""
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + svg(study.title, study.events)).encode()


def svg(title: str, events: Sequence[Event], *, disputed: str = "disputed", about: str = "") -> str:
    """The picture, each row a link to the row of its table; an event whose date is disputed has a hollow mark."""
    height = _TOP + _ROW * max(1, len(events)) + 30
    scale = _Scale(events, height - _TOP - 40)
    rows = "".join(_row(n, event, scale, disputed) for n, event in enumerate(events))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="picture-title picture-about" font-family="system-ui, sans-serif" font-size="14" '
        f'fill="currentColor"><title id="picture-title">{escape(title)}</title>'
        f'<desc id="picture-about">{escape(about or _about(events))}</desc>'
        f'<text x="16" y="30" font-size="20" font-weight="600">{escape(_short(title, 70))}</text>'
        f"{_axis(scale)}{rows}</svg>\n"
    )


class _Scale:
    """Where a day stands on the axis."""

    def __init__(self, events: Sequence[Event], length: int) -> None:
        days = [event.date.first.toordinal() for event in events] or [dt.date(1900, 1, 1).toordinal()]
        self.first, self.last = min(days), max(*days, min(days) + 365)
        self._length = length

    def y(self, day: dt.date) -> float:
        return round(_TOP + 10 + self._length * (day.toordinal() - self.first) / (self.last - self.first), 1)

    def ticks(self) -> list[dt.date]:
        """The beginnings of years, or of every fifth, tenth and so on where they would stand too close."""
        first, last = dt.date.fromordinal(self.first).year, dt.date.fromordinal(self.last).year
        most = max(2, min(_MOST_TICKS, self._length // 24))
        step = next(s for s in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1_000, 10_000) if (last - first) / s <= most)
        years = range(math.ceil(first / step) * step or step, last + 1, step)
        return [dt.date(year, 1, 1) for year in years if dt.date(year, 1, 1).toordinal() >= self.first]


def _axis(scale: _Scale) -> str:
    top, bottom = scale.y(dt.date.fromordinal(scale.first)), scale.y(dt.date.fromordinal(scale.last))
    ticks = "".join(
        f'<line x1="{_AXIS - 6}" y1="{scale.y(day)}" x2="{_AXIS}" y2="{scale.y(day)}" stroke="currentColor"/>'
        f'<text x="{_AXIS - 10}" y="{scale.y(day) + 5}" text-anchor="end">{day.year}</text>'
        for day in scale.ticks()
    )
    return f'<line x1="{_AXIS}" y1="{top}" x2="{_AXIS}" y2="{bottom}" stroke="currentColor" stroke-width="2"/>{ticks}'


def _row(n: int, event: Event, scale: _Scale, word: str) -> str:
    y, at = _TOP + 10 + _ROW * n, scale.y(event.date.first)
    disputed = f" · {escape(word)}" if event.rivals else ""
    mark = 'fill="none" stroke="currentColor" stroke-width="2"' if event.rivals else 'fill="currentColor"'
    whole = quoteattr(f"{event.date}: {event.text}")
    return (
        f'<a href="#event-{n + 1}" aria-label={whole}><title>{escape(f"{event.date}: {event.text}")}</title>'
        f'<path d="M{_AXIS} {at}C{_AXIS + 40} {at} {_TEXT - 46} {y} {_TEXT - 14} {y}" fill="none" '
        f'stroke="currentColor" opacity=".35"/><circle cx="{_TEXT - 10}" cy="{y}" r="4" {mark}/>'
        f'<text x="{_TEXT}" y="{y + 5}"><tspan font-weight="600">{event.date}{disputed}</tspan> '
        f"{escape(_short(event.text, _LETTERS - len(disputed)))}</text></a>"
    )


def _about(events: Sequence[Event]) -> str:
    if not events:
        return "No dated events."
    return f"{len(events)} events from {events[0].date} to {events[-1].date}; the table has each of them in full."


def _short(text: str, letters: int) -> str:
    return textwrap.shorten(text, letters, placeholder=" …")
