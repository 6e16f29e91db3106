"""Writes a timeline as a calendar (iCalendar, RFC 5545)."""

from __future__ import annotations

import datetime as dt
import hashlib
import textwrap

import icalendar

from lyceum.tutor.study.markdown import place
from lyceum.tutor.study.model import Event, Study

_STAMP = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # the same study gives the same file; a calendar wants some moment


def write(study: Study) -> bytes:
    """An iCalendar file; an event known by its month or year lasts all of it."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Lyceum//Timeline//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", study.title)
    for event in study.events:
        calendar.add_component(_entry(event))
    data: bytes = calendar.to_ical()
    return data


def _entry(event: Event) -> icalendar.Event:
    entry = icalendar.Event()
    citation = event.citations[0]
    key = f"{citation.version} {citation.start} {citation.end}"
    entry.add("uid", f"{hashlib.sha256(key.encode()).hexdigest()[:24]}@lyceum")
    entry.add("dtstamp", _STAMP)
    entry.add("dtstart", event.date.first)
    entry.add("dtend", event.date.last + dt.timedelta(days=1))
    entry.add("summary", textwrap.shorten(event.text, 80, placeholder=" …"))
    others = [f"Another source says {rival.date}: “{rival.citation.exact}”" for rival in event.rivals]
    entry.add("description", "\n\n".join([f"“{event.text}”", place(citation), *others]))
    entry.add("transp", "TRANSPARENT")
    return entry
