"""What is written of a meeting: its minutes in Markdown, and its date in iCalendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from lyceum.hall.meetings import (
    AgendaChanged,
    Arrived,
    Departed,
    ItemBegan,
    Meeting,
    MeetingCalled,
    MeetingCancelled,
    MeetingClosed,
    MeetingEvent,
    MeetingOpened,
    MinutesApproved,
    MinutesCorrected,
    MotionDecided,
    Noted,
    SpeechBegan,
)

_SOMEBODY = "a member"


def write_minutes(meeting: Meeting, names: Mapping[str, str]) -> str:
    """The minutes in Markdown: the same events and names give the same bytes; whoever has no name is “a member”."""
    return "\n".join([*_head(meeting, names), *_course(meeting, names), *_tail(meeting, names)]).rstrip() + "\n"


def _head(meeting: Meeting, names: Mapping[str, str]) -> list[str]:
    approved = next((event for event in meeting.events if isinstance(event, MinutesApproved)), None)
    status = f"Approved by the meeting {approved.by_meeting} on {_day(approved.at)}" if approved else "Draft"
    place = ", ".join(part for part in (meeting.place, meeting.link) if part)
    lines = [
        f"# Minutes: {_line(names.get(meeting.body, meeting.body))}, {_day(meeting.starts)}",
        "",
        f"{status}. Times are UTC.",
        "",
        f"- Place: {_line(place)}",
        f"- Called: {_day(_called(meeting).at)} by {_name(_called(meeting).by, names)}",
    ]
    if meeting.opened is not None:
        lines += [f"- Opened: {_time(meeting.opened)} by {_name(meeting.chair, names)}"]
    if meeting.closed is not None:
        lines += [f"- Closed: {_time(meeting.closed)}"]
    lines += ["", "## Agenda", "", *(f"{n}. {_line(item.title)}" for n, item in enumerate(meeting.agenda, start=1))]
    return [*lines, "", "## Present", "", *_present(meeting, names), ""]


def _present(meeting: Meeting, names: Mapping[str, str]) -> list[str]:
    rows = []
    for here in meeting.attendance:
        kind = here.how.value if here.votes else f"{here.how.value}, guest"
        until = f"to {_time(here.span.end)}" if here.span.end else "on"
        rows.append(f"- {_name(here.person, names)} ({kind}), from {_time(here.span.start)} {until}")
    return rows or ["Nobody."]


def _course(meeting: Meeting, names: Mapping[str, str]) -> list[str]:
    lines = ["## Course", ""]
    for event in meeting.events:
        lines += _told(event, meeting, names)
    return [*lines, ""]


def _told(event: MeetingEvent, meeting: Meeting, names: Mapping[str, str]) -> list[str]:  # noqa: PLR0911 - one a kind
    at = _time(event.at)
    match event:
        case MeetingOpened():
            number, needed = len(meeting.voters_present(event.at)), meeting.quorum(event.at)
            able = "can decide" if number >= needed else "cannot decide yet"
            return [
                f"{at} The meeting is opened. {number} with a vote are present, {needed} are needed: it {able}.",
                "",
            ]
        case ItemBegan():
            titles = {item.id: item.title for item in meeting.agenda}
            return [f"### {_line(titles.get(event.item, event.item))}", ""]
        case AgendaChanged() if meeting.opened is not None and event.at >= meeting.opened:
            return [f"{at} The agenda is changed.", ""]
        case Arrived() if meeting.opened is not None and event.at > meeting.opened:
            return [f"{at} {_name(event.person, names)} comes.", ""]
        case Departed():
            return [f"{at} {_name(event.person, names)} goes.", ""]
        case SpeechBegan():
            return [f"{at} {_name(event.person, names)} speaks.", ""]
        case Noted():
            return [f"{at} {_line(event.text)}", ""]
        case MotionDecided():
            return _decision(event, at, names)
        case MeetingClosed():
            return [f"{at} The meeting is closed."]
        case MeetingCancelled():
            return [f"{_day(event.at)} The meeting is cancelled."]
        case _:
            return []


def _decision(event: MotionDecided, at: str, names: Mapping[str, str]) -> list[str]:
    verdict = "is carried" if event.carried else "is lost"
    lines = [
        f"{at} **{_line(event.title)}** ({event.motion}) {verdict}: {event.yes} for, {event.no} against, "
        f"{event.abstained} abstained.",
        "",
    ]
    if event.roll_call:
        told = sorted((_name(person, names), choice) for person, choice in event.roll_call)
        lines += ["Roll-call: " + "; ".join(f"{name} {choice}" for name, choice in told) + ".", ""]
    return lines


def _tail(meeting: Meeting, names: Mapping[str, str]) -> list[str]:
    made = [event for event in meeting.events if isinstance(event, MinutesCorrected)]
    rows = [f"- {_day(event.at)}, {_name(event.by, names)}: {_line(event.text)}" for event in made]
    return ["## Corrections", "", *rows] if rows else []


def write_calendar(meeting: Meeting, *, instance: str, names: Mapping[str, str]) -> bytes:
    """The meeting as an iCalendar file (RFC 5545); a later version replaces an earlier one in a calendar."""
    from icalendar import Calendar, Event  # noqa: PLC0415 - few need it

    changes = [event for event in meeting.events if isinstance(event, AgendaChanged | MeetingCancelled)]
    event = Event()
    event.add("uid", f"{meeting.id}@{instance}")
    event.add("dtstamp", (changes[-1] if changes else _called(meeting)).at.astimezone(UTC))
    event.add("dtstart", meeting.starts.astimezone(UTC))
    event.add("dtend", meeting.ends.astimezone(UTC))
    event.add("summary", f"Meeting: {names.get(meeting.body, meeting.body)}")
    event.add("description", "\n".join(f"{n}. {item.title}" for n, item in enumerate(meeting.agenda, start=1)))
    if meeting.place:
        event.add("location", meeting.place)
    if meeting.link:
        event.add("url", meeting.link)
    event.add("sequence", len(changes))
    event.add("status", "CANCELLED" if meeting.cancelled else "CONFIRMED")
    made = Calendar()
    made.add("prodid", "-//Lyceum//Hall//EN")
    made.add("version", "2.0")
    made.add("method", "CANCEL" if meeting.cancelled else "PUBLISH")
    made.add_component(event)
    written: bytes = made.to_ical()
    return written


def _called(meeting: Meeting) -> MeetingCalled:
    return next(event for event in meeting.events if isinstance(event, MeetingCalled))


def _name(person: str, names: Mapping[str, str]) -> str:
    return _line(names.get(person, _SOMEBODY))


def _line(text: str) -> str:
    """One line whose marks Markdown does not take for its own."""
    escaped = "".join(f"\\{mark}" if mark in "\\`*_[]<>#|~" else mark for mark in text)
    return " ".join(escaped.split())


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%H:%M")
