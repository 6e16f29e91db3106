"""Acts at meetings: what happens there is decided by the rules of `lyceum.hall.meetings`, kept and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lyceum import hall
from lyceum.errors import InvalidValue
from lyceum.hall import ABSTAIN, NO, YES, Item, Meeting, MeetingEvent, Outcome, Presence, Roll, State, Votes
from lyceum.server.hall import models
from lyceum.server.hall.acts import Act
from lyceum.server.hall.book import Book
from lyceum.server.hall.policies import known_person, needs_clerk, needs_member
from lyceum.server.hall.stored import StoredState
from lyceum.server.hall.telling import MEETING_EVENTS, name_of, read_event, write_event

_MOST_ITEMS = 60
_LONGEST_TEXT = 20_000
_SAID = frozenset({"meeting", "motion", "carried", "yes", "no", "abstained", "by_meeting", "sha256", "item"})


def read_meeting(meeting: str, state: State | None = None) -> Meeting:
    """The meeting as its events have made it, over what held at their moments; raises InvalidValue."""
    rows = models.MeetingEvent.objects.filter(meeting_id=meeting).order_by("number")
    events = [read_event(MEETING_EVENTS[row.kind], row.at, row.told) for row in rows]
    if not events:
        raise InvalidValue("There is no such meeting.", hint="Look at its address.", code="unknown_meeting")
    return Meeting.of(state or StoredState(), events)


def add_to_meeting(book: Book, meeting: Meeting, event: MeetingEvent) -> None:
    """Has an event of a meeting happen, as rows and in the record; raises what refuses it."""
    meeting.add(event)
    _keep_row(meeting)
    models.MeetingEvent.objects.create(
        meeting_id=meeting.id, number=len(meeting.events), at=event.at, kind=name_of(event), told=write_event(event)
    )
    public, sealed = _part(event)
    book.record(name_of(event), meeting.body, {**public, "meeting": meeting.id}, sealed)


@dataclass(frozen=True, slots=True)
class CallMeeting(Act[str]):
    """Calls a meeting of a body; the rules ask for the right to call, and for the notice that its charter names."""

    body: str
    starts: datetime
    ends: datetime
    agenda: tuple[str, ...]
    place: str = ""
    link: str = ""

    def check(self, book: Book) -> None:
        """For who may call, as the rules say."""
        book.state.body(self.body)
        _check_short(self.place, self.link)
        if self.link and not self.link.startswith(("https://", "http://")):
            raise InvalidValue("A link begins with https://.", code="meeting_wrong")

    def perform(self, book: Book) -> str:
        """The id of the meeting."""
        meeting = book.new_id("g")
        event = hall.MeetingCalled(
            at=book.at, meeting=meeting, body=self.body, by=self.actor.person or "", starts=self.starts,
            ends=self.ends, agenda=items(self.agenda), place=self.place.strip(), link=self.link.strip(),
        )  # fmt: skip
        add_to_meeting(book, Meeting(book.state), event)
        return meeting


@dataclass(frozen=True, slots=True)
class _AtMeeting(Act[None]):
    """Something that happens at a meeting."""

    meeting: str

    def event(self, book: Book, meeting: Meeting) -> MeetingEvent:
        """What happens."""
        raise NotImplementedError

    def perform(self, book: Book) -> None:
        """From now on."""
        meeting = read_meeting(self.meeting, book.state)
        self.check_in(book, meeting)
        add_to_meeting(book, meeting, self.event(book, meeting))

    def check_in(self, book: Book, meeting: Meeting) -> None:
        """Raises where this person may not do this there: mostly it is for who keeps the body's papers."""
        needs_clerk(book, self.actor, meeting.body)


@dataclass(frozen=True, slots=True)
class ChangeAgenda(_AtMeeting):
    """Gives a meeting another agenda; items that stay keep their ids."""

    agenda: tuple[str, ...]

    def event(self, book: Book, meeting: Meeting) -> MeetingEvent:
        """The agenda as it is from now on."""
        return hall.AgendaChanged(at=book.at, agenda=items(self.agenda, meeting.agenda))


@dataclass(frozen=True, slots=True)
class CancelMeeting(_AtMeeting):
    """Calls a meeting off."""

    def event(self, book: Book, meeting: Meeting) -> MeetingEvent:  # noqa: ARG002
        """It does not take place."""
        return hall.MeetingCancelled(at=book.at)


@dataclass(frozen=True, slots=True)
class OpenMeeting(_AtMeeting):
    """Opens a meeting, and is its chair."""

    def event(self, book: Book, meeting: Meeting) -> MeetingEvent:  # noqa: ARG002
        """It begins."""
        return hall.MeetingOpened(at=book.at, chair=self.actor.person or "")


@dataclass(frozen=True, slots=True)
class CloseMeeting(_AtMeeting):
    """Ends a meeting."""

    def event(self, book: Book, meeting: Meeting) -> MeetingEvent:  # noqa: ARG002
        """It has ended."""
        return hall.MeetingClosed(at=book.at)


@dataclass(frozen=True, slots=True)
class BeginItem(_AtMeeting):
    """Goes to a point of the agenda."""

    item: str

    def event(self, book: Book, meeting: Meeting) -> MeetingEvent:  # noqa: ARG002
        """The point begins."""
        return hall.ItemBegan(at=book.at, item=self.item)


@dataclass(frozen=True, slots=True)
class GiveFloor(_AtMeeting):
    """Lets the next on the list speak."""

    def event(self, book: Book, meeting: Meeting) -> MeetingEvent:
        """Her speech begins."""
        waiting = meeting.speakers()
        return hall.SpeechBegan(at=book.at, person=waiting[0] if waiting else "")


@dataclass(frozen=True, slots=True)
class TakeNote(_AtMeeting):
    """Writes something into the minutes."""

    text: str

    def event(self, book: Book, meeting: Meeting) -> MeetingEvent:  # noqa: ARG002
        """The note."""
        _check_text(self.text)
        return hall.Noted(at=book.at, text=self.text.strip())


@dataclass(frozen=True, slots=True)
class DecideByHands(_AtMeeting):
    """Writes down a show of hands; whether it carries, the body's rule says."""

    title: str
    yes: int
    no: int
    abstained: int
    motion: str = ""

    def event(self, book: Book, meeting: Meeting) -> MeetingEvent:
        """The decision."""
        _check_text(self.title)
        if min(self.yes, self.no, self.abstained) < 0 or self.yes + self.no + self.abstained > 100_000:
            raise InvalidValue("A number of hands is 0 or more.", code="meeting_wrong")
        return hall.MotionDecided(
            at=book.at, motion=self.motion or book.new_id("m"), title=self.title.strip(),
            carried=self._carried(book, meeting), yes=self.yes, no=self.no, abstained=self.abstained,
        )  # fmt: skip

    def _carried(self, book: Book, meeting: Meeting) -> bool:
        hands = [YES] * self.yes + [NO] * self.no + [ABSTAIN] * self.abstained
        votes = Votes.of((YES, NO, ABSTAIN), [((hand,),) for hand in hands])
        entitled, present = len(book.state.voters(meeting.body, book.at)), len(meeting.voters_present(book.at))
        rule = book.state.charter(meeting.body, book.at).motions
        return hall.count(rule, votes, Roll(entitled, max(present, len(hands)))).outcome is Outcome.CARRIED


@dataclass(frozen=True, slots=True)
class _OfPerson(_AtMeeting):
    """Something that everybody does for herself, and who keeps the papers for others."""

    person: str = ""

    @property
    def whom(self) -> str:
        """Whom it is about."""
        return self.person or self.actor.person or ""

    def check_in(self, book: Book, meeting: Meeting) -> None:
        """For oneself, where one belongs to the body; for others, for who keeps its papers."""
        if self.whom == self.actor.person:
            needs_member(book, self.actor, meeting.body)
            return
        needs_clerk(book, self.actor, meeting.body)
        known_person(self.whom)


@dataclass(frozen=True, slots=True)
class Arrive(_OfPerson):
    """Comes to a meeting."""

    how: Presence = Presence.ROOM

    def event(self, book: Book, meeting: Meeting) -> MeetingEvent:  # noqa: ARG002
        """She is present."""
        return hall.Arrived(at=book.at, person=self.whom, how=self.how)


@dataclass(frozen=True, slots=True)
class Depart(_OfPerson):
    """Goes."""

    def event(self, book: Book, meeting: Meeting) -> MeetingEvent:  # noqa: ARG002
        """She is not present any more."""
        return hall.Departed(at=book.at, person=self.whom)


@dataclass(frozen=True, slots=True)
class AskToSpeak(_OfPerson):
    """Asks for the floor."""

    def event(self, book: Book, meeting: Meeting) -> MeetingEvent:  # noqa: ARG002
        """She is on the list."""
        return hall.AskedToSpeak(at=book.at, person=self.whom)


@dataclass(frozen=True, slots=True)
class CorrectMinutes(_AtMeeting):
    """Says what the draft of the minutes has wrong; it stands below the draft."""

    text: str

    def check_in(self, book: Book, meeting: Meeting) -> None:
        """For everybody who belongs to the body."""
        needs_member(book, self.actor, meeting.body)

    def event(self, book: Book, meeting: Meeting) -> MeetingEvent:  # noqa: ARG002
        """The correction."""
        _check_text(self.text)
        return hall.MinutesCorrected(at=book.at, by=self.actor.person or "", text=self.text.strip())


@dataclass(frozen=True, slots=True)
class ApproveMinutes(_AtMeeting):
    """Writes down that a later meeting, which is being held, approved the minutes as they were read."""

    by_meeting: str
    sha256: str

    def event(self, book: Book, meeting: Meeting) -> MeetingEvent:
        """The approval; raises InvalidValue where no meeting of this body is being held under that id."""
        later = models.Meeting.objects.filter(pk=self.by_meeting, body_id=meeting.body).first()
        if later is None or later.opened is None or later.closed is not None:
            raise InvalidValue(
                "Minutes are approved by a meeting of the same body that is being held.", hint="Open it first.",
                code="meeting_wrong",
            )  # fmt: skip
        return hall.MinutesApproved(at=book.at, by_meeting=self.by_meeting, sha256=self.sha256)


def items(titles: tuple[str, ...], before: list[Item] | None = None) -> tuple[Item, ...]:
    """An agenda of these titles; those that stood on it before keep their ids."""
    named = [title.strip() for title in titles if title.strip()]
    if len(named) > _MOST_ITEMS or len(set(named)) != len(named) or any(len(title) > 300 for title in named):
        raise InvalidValue(f"An agenda has at most {_MOST_ITEMS} items, each once.", code="meeting_wrong")
    known = {item.title: item.id for item in before or []}
    free = (f"i{number}" for number in range(1, 10_000) if f"i{number}" not in known.values())
    return tuple(Item(known.get(title) or next(free), title) for title in named)


def _keep_row(meeting: Meeting) -> None:
    approved = next((event.at for event in meeting.events if isinstance(event, hall.MinutesApproved)), None)
    values = {
        "body_id": meeting.body, "starts": meeting.starts, "ends": meeting.ends, "opened": meeting.opened,
        "closed": meeting.closed, "cancelled": meeting.cancelled, "approved": approved,
    }  # fmt: skip
    if len(meeting.events) == 1:
        models.Meeting.objects.create(pk=meeting.id, **values)
    else:
        models.Meeting.objects.filter(pk=meeting.id).update(**values)


def _part(event: MeetingEvent) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """What the record says of an event, and what it seals for whom."""
    told = {name: value for name, value in write_event(event).items() if value is not None and name != "body"}
    public = {name: told.pop(name) for name in list(told) if name in _SAID}
    called = told.pop("roll_call", [])
    person = next((told[name] for name in ("person", "by", "chair") if name in told), "")
    sealed = [(person, told)] if told else []
    return public, [*sealed, *((voter, {"choice": choice}) for voter, choice in called)]


def _check_text(text: str) -> None:
    if not text.strip() or len(text) > _LONGEST_TEXT:
        raise InvalidValue(f"A text has words, and at most {_LONGEST_TEXT:,} letters.", code="meeting_wrong")


def _check_short(*texts: str) -> None:
    if any(len(text) > 500 for text in texts):
        raise InvalidValue("A place or link has at most 500 letters.", code="meeting_wrong")
