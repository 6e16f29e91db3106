"""Meetings: the call, the agenda, who is present, whether it can decide, who speaks, and minutes from all that.

A meeting is its events, in the order of their time. Minutes are drafted from them alone, so that the same events give
the same minutes, byte for byte.
"""

# ruff: noqa: D102 - what check and apply do is said once, in MeetingEvent

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import ceil

from lyceum.errors import ClockWentBack, InvalidValue, NotEntitled, NotInOrder
from lyceum.hall.canonical import Plain, digest
from lyceum.hall.state import Right, Span, State

_NEVER = datetime.min.replace(tzinfo=UTC)


class Presence(StrEnum):
    """How somebody takes part."""

    ROOM = "room"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class Item:
    """A point of the agenda."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Attendance:
    """One person's time at the meeting."""

    person: str
    how: Presence
    span: Span
    votes: bool


@dataclass(slots=True)
class Meeting:
    """A meeting as its events have made it."""

    state: State
    events: list[MeetingEvent] = field(default_factory=list)
    id: str = ""
    body: str = ""
    starts: datetime = _NEVER
    ends: datetime = _NEVER
    place: str = ""
    link: str = ""
    agenda: list[Item] = field(default_factory=list)
    chair: str = ""
    item: str | None = None
    speaking: str | None = None
    waiting: list[str] = field(default_factory=list)
    spoken: dict[str, int] = field(default_factory=dict)
    attendance: list[Attendance] = field(default_factory=list)
    opened: datetime | None = None
    closed: datetime | None = None
    cancelled: bool = False

    @classmethod
    def of(cls, state: State, events: Iterable[MeetingEvent]) -> Meeting:
        """The meeting of these events, each checked as when it happened."""
        meeting = cls(state)
        for event in events:
            meeting.add(event)
        return meeting

    def add(self, event: MeetingEvent) -> None:
        """Accepts an event; raises the Refused that says why not, and changes nothing."""
        if event.at.tzinfo is None:
            raise InvalidValue("A time without its zone says nothing.", hint="Give UTC.", code="invalid_date")
        if self.events and event.at < self.events[-1].at:
            raise ClockWentBack("The clock stands before the meeting's last event.", hint="Set the clock.")
        if not self.events and not isinstance(event, MeetingCalled):
            raise NotInOrder("A meeting begins with its call.")
        event.check(self)
        event.apply(self)
        self.events.append(event)

    @property
    def sha256(self) -> str:
        """The hash of all that happened so far; what a later meeting approves when it approves the minutes."""
        return digest([_plain(event) for event in self.events])

    def present(self, at: datetime) -> list[Attendance]:
        """Who was present then, guests included."""
        return [here for here in self.attendance if here.span.holds(at)]

    def voters_present(self, at: datetime) -> set[str]:
        """Who was present then, and had a vote then."""
        return {here.person for here in self.present(at) if self.state.may_vote(self.body, here.person, at)}

    def quorum(self, at: datetime) -> int:
        """How many with a vote had to be present then."""
        voters = self.state.voters(self.body, at)
        return max(1, ceil(self.state.charter(self.body, at).quorum * len(voters)))

    def quorate(self, at: datetime) -> bool:
        """Whether the meeting could decide then."""
        return len(self.voters_present(at)) >= self.quorum(at)

    def speakers(self) -> list[str]:
        """Who speaks next: who has not yet spoken on the item comes first, then by the order of asking."""
        order = {person: place for place, person in enumerate(self.waiting)}
        return sorted(self.waiting, key=lambda person: (self.spoken.get(person, 0), order[person]))


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingEvent:
    """Something that happened at, or before, a meeting."""

    at: datetime

    def check(self, meeting: Meeting) -> None:
        """Raises the Refused that says why this cannot happen now."""

    def apply(self, meeting: Meeting) -> None:
        """Writes what is so from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingCalled(MeetingEvent):
    """A body's meeting is called by one who may, with the notice that its charter asks for."""

    meeting: str
    body: str
    by: str
    starts: datetime
    ends: datetime
    agenda: tuple[Item, ...]
    place: str = ""
    link: str = ""

    def check(self, meeting: Meeting) -> None:
        if meeting.events:
            raise NotInOrder("The meeting has been called.")
        if Right.CALL not in meeting.state.rights(self.by, self.body, self.at):
            raise NotEntitled("She may not call this body's meetings.", hint="An officer with that right may.")
        notice = timedelta(days=meeting.state.charter(self.body, self.at).notice_days)
        if self.starts - self.at < notice:
            raise NotInOrder(
                f"The notice is too short: the charter asks for {notice.days} days.", hint="Choose a later day."
            )
        if self.ends <= self.starts or not (self.place or self.link):
            raise InvalidValue("A meeting has a place or a link, and ends after it starts.", code="meeting_wrong")
        if not self.agenda or len({item.id for item in self.agenda}) != len(self.agenda):
            raise InvalidValue("A meeting is called with an agenda, each item once.", code="meeting_wrong")

    def apply(self, meeting: Meeting) -> None:
        meeting.id, meeting.body = self.meeting, self.body
        meeting.starts, meeting.ends = self.starts, self.ends
        meeting.place, meeting.link = self.place, self.link
        meeting.agenda = list(self.agenda)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaChanged(MeetingEvent):
    """The agenda as it is from now on; after the opening, by a decision of the meeting."""

    agenda: tuple[Item, ...]

    def check(self, meeting: Meeting) -> None:
        _not_ended(meeting)
        ids = [item.id for item in self.agenda]
        if not ids or len(set(ids)) != len(ids):
            raise InvalidValue("An agenda has items, each once.", code="meeting_wrong")
        if meeting.item is not None and meeting.item not in ids:
            raise NotInOrder("The item that is being dealt with cannot be taken off.")

    def apply(self, meeting: Meeting) -> None:
        meeting.agenda = list(self.agenda)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingCancelled(MeetingEvent):
    """The meeting does not take place."""

    def check(self, meeting: Meeting) -> None:
        _not_ended(meeting)
        if meeting.opened:
            raise NotInOrder("A meeting that was opened is closed, not cancelled.")

    def apply(self, meeting: Meeting) -> None:
        meeting.cancelled = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingOpened(MeetingEvent):
    """The chair opens the meeting, not before its time."""

    chair: str

    def check(self, meeting: Meeting) -> None:
        _not_ended(meeting)
        if meeting.opened:
            raise NotInOrder("The meeting was opened before.")
        if self.at < meeting.starts:
            raise NotInOrder("The meeting was called for later.", hint="People come at the time that they were told.")

    def apply(self, meeting: Meeting) -> None:
        meeting.opened, meeting.chair = self.at, self.chair


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(MeetingEvent):
    """Somebody comes, into the room or over the link; who has no vote is a guest."""

    person: str
    how: Presence = Presence.ROOM

    def check(self, meeting: Meeting) -> None:
        _not_ended(meeting)
        if any(here.person == self.person for here in meeting.present(self.at)):
            raise NotInOrder("She is present already.")

    def apply(self, meeting: Meeting) -> None:
        votes = meeting.state.may_vote(meeting.body, self.person, self.at)
        meeting.attendance.append(Attendance(self.person, self.how, Span(self.at), votes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Departed(MeetingEvent):
    """Somebody goes."""

    person: str

    def check(self, meeting: Meeting) -> None:
        _must_be_present(meeting, self.person, self.at)

    def apply(self, meeting: Meeting) -> None:
        for here in meeting.present(self.at):
            if here.person == self.person:
                here.span.cut(self.at)
        meeting.waiting = [person for person in meeting.waiting if person != self.person]
        if meeting.speaking == self.person:
            meeting.speaking = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemBegan(MeetingEvent):
    """The next point; the list of speakers begins anew."""

    item: str

    def check(self, meeting: Meeting) -> None:
        _must_be_open(meeting)
        if self.item not in {item.id for item in meeting.agenda}:
            raise NotInOrder("This is not on the agenda.", hint="Change the agenda first.")

    def apply(self, meeting: Meeting) -> None:
        meeting.item, meeting.speaking = self.item, None
        meeting.waiting, meeting.spoken = [], {}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedToSpeak(MeetingEvent):
    """Somebody asks for the floor."""

    person: str

    def check(self, meeting: Meeting) -> None:
        _must_be_open(meeting)
        _must_be_present(meeting, self.person, self.at)
        if self.person in meeting.waiting:
            raise NotInOrder("She is on the list already.")

    def apply(self, meeting: Meeting) -> None:
        meeting.waiting.append(self.person)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechBegan(MeetingEvent):
    """The next on the list has the floor."""

    person: str

    def check(self, meeting: Meeting) -> None:
        _must_be_open(meeting)
        if not meeting.speakers() or meeting.speakers()[0] != self.person:
            raise NotInOrder("She is not next on the list.", hint="Follow the list of speakers.")

    def apply(self, meeting: Meeting) -> None:
        meeting.waiting.remove(self.person)
        meeting.spoken[self.person] = meeting.spoken.get(self.person, 0) + 1
        meeting.speaking = self.person


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(MeetingEvent):
    """Something for the minutes, in the words of who keeps them."""

    text: str

    def check(self, meeting: Meeting) -> None:
        _must_be_open(meeting)
        if not self.text.strip():
            raise InvalidValue("A note has words.", code="meeting_wrong")


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionDecided(MeetingEvent):
    """A motion or amendment was voted on; possible only while enough are present."""

    motion: str
    title: str
    carried: bool
    yes: int
    no: int
    abstained: int
    roll_call: tuple[tuple[str, str], ...] = ()

    def check(self, meeting: Meeting) -> None:
        _must_be_open(meeting)
        here = len(meeting.voters_present(self.at))
        if here < meeting.quorum(self.at):
            raise NotInOrder(
                f"{here} with a vote are present, and {meeting.quorum(self.at)} are needed.",
                hint="Wait until more have come, or call another meeting.",
                code="no_quorum",
            )
        if min(self.yes, self.no, self.abstained) < 0 or self.yes + self.no + self.abstained > here:
            raise InvalidValue("More votes were noted than people with a vote are present.", code="meeting_wrong")
        if self.roll_call and len(self.roll_call) != self.yes + self.no + self.abstained:
            raise InvalidValue("The roll-call and the numbers differ.", code="meeting_wrong")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingClosed(MeetingEvent):
    """The meeting ends."""

    def check(self, meeting: Meeting) -> None:
        _must_be_open(meeting)

    def apply(self, meeting: Meeting) -> None:
        meeting.closed = self.at
        meeting.item = meeting.speaking = None
        meeting.waiting = []
        for here in meeting.attendance:
            here.span.cut(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesCorrected(MeetingEvent):
    """A correction that stands below the draft; the draft itself is not rewritten."""

    by: str
    text: str

    def check(self, meeting: Meeting) -> None:
        if meeting.closed is None:
            raise NotInOrder("Minutes are corrected after the meeting.")
        if any(isinstance(event, MinutesApproved) for event in meeting.events):
            raise NotInOrder("The minutes were approved.", hint="Note the correction in the next meeting's minutes.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesApproved(MeetingEvent):
    """A later meeting approves the minutes as they stand, named by their hash."""

    by_meeting: str
    sha256: str

    def check(self, meeting: Meeting) -> None:
        if meeting.closed is None or self.by_meeting == meeting.id:
            raise NotInOrder("Minutes are approved by a later meeting.")
        if any(isinstance(event, MinutesApproved) for event in meeting.events):
            raise NotInOrder("The minutes were approved before.")
        if self.sha256 != meeting.sha256:
            raise NotInOrder(
                "These are not the minutes that were read.", hint="A correction came in between; read again."
            )


def _plain(value: object) -> Plain:
    """An event as canonical values."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {"kind": type(value).__name__, **{f.name: _plain(getattr(value, f.name)) for f in fields(value)}}
    return value if isinstance(value, bool | int) or value is None else str(value)


def _not_ended(meeting: Meeting) -> None:
    if meeting.closed or meeting.cancelled:
        raise NotInOrder("The meeting has ended.")


def _must_be_open(meeting: Meeting) -> None:
    _not_ended(meeting)
    if meeting.opened is None:
        raise NotInOrder("The meeting has not been opened.")


def _must_be_present(meeting: Meeting, person: str, at: datetime) -> None:
    if not any(here.person == person for here in meeting.present(at)):
        raise NotInOrder("She is not present.")
