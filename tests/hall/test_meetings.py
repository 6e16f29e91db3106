"""Meetings: notice, presence, quorum as of the moment, speakers, and minutes that come out the same again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from lyceum.errors import ClockWentBack, InvalidValue, LyceumError, NotEntitled, NotInOrder
from lyceum.hall.bodies import BodyFounded, History, MemberJoined, MemberLeft, SeatMade, SeatTaken
from lyceum.hall.meetings import (
    AgendaChanged,
    Arrived,
    AskedToSpeak,
    Departed,
    Item,
    ItemBegan,
    Meeting,
    MeetingCalled,
    MeetingCancelled,
    MeetingClosed,
    MeetingOpened,
    MinutesApproved,
    MinutesCorrected,
    MotionDecided,
    Noted,
    Presence,
    SpeechBegan,
)
from lyceum.hall.minutes import write_calendar, write_minutes
from lyceum.hall.state import Right

START = datetime(2026, 5, 1, tzinfo=UTC)
EVENING = datetime(2026, 5, 10, 18, tzinfo=UTC)
NAMES = {"north": "North", "a": "Ada", "b": "Bo_b", "c": "Cem", "g": "Guest"}
AGENDA = (Item("i1", "Strike"), Item("i2", "Fund"))


def at(minutes_later: float) -> datetime:
    return EVENING + timedelta(minutes=minutes_later)


@pytest.fixture
def history():
    found = History()
    found.add(BodyFounded(at=START, body="north", name="North", members=tuple("abcdefgh")))
    found.add(
        SeatMade(at=START, seat="chair", body="north", title="Chair", rights=frozenset({Right.CALL, Right.CHAIR}))
    )
    found.add(SeatTaken(at=START, seat="chair", person="a"))
    return found


def called(**more) -> MeetingCalled:
    given = {"at": START, "meeting": "k1", "body": "north", "by": "a", "starts": EVENING, "ends": at(120),
             "agenda": AGENDA, "place": "Hall", "link": "https://meet.example/k1"}  # fmt: skip
    return MeetingCalled(**given | more)


@pytest.fixture
def meeting(history) -> Meeting:
    """MeetingOpened, with two members and a guest; a quarter of eight is two."""
    return Meeting.of(history.state, [
        called(), Arrived(at=at(-5), person="a"), Arrived(at=at(-4), person="b", how=Presence.REMOTE),
        Arrived(at=at(-3), person="x"), MeetingOpened(at=at(0), chair="a"), ItemBegan(at=at(1), item="i1"),
    ])  # fmt: skip


def vote(minute: float, **more) -> MotionDecided:
    given = {"motion": "m1", "title": "Strike on Monday", "carried": True, "yes": 2, "no": 0, "abstained": 0}
    return MotionDecided(at=at(minute), **given | more)


# --- the call ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "error"),
    [({"by": "b"}, NotEntitled), ({"at": EVENING - timedelta(days=6.9)}, NotInOrder), ({"ends": EVENING}, InvalidValue),
     ({"agenda": ()}, InvalidValue), ({"agenda": (AGENDA[0], AGENDA[0])}, InvalidValue),
     ({"place": "", "link": ""}, InvalidValue)],
    ids=["by-whom", "notice", "ends-at-once", "no-agenda", "item-twice", "nowhere"],
)  # fmt: skip
def test_a_call_that_may_not_be_is_refused(history, change, error):
    with pytest.raises(error):
        Meeting.of(history.state, [called(**change)])


def test_a_meeting_begins_with_its_call(history):
    with pytest.raises(NotInOrder):
        Meeting.of(history.state, [MeetingOpened(at=at(0), chair="a")])


# --- presence and quorum -----------------------------------------------------------------------------------------


def test_the_quorum_counts_those_with_a_vote_as_of_the_moment(meeting):
    """In the room or over the link, but no guests, and not who has gone."""
    assert meeting.voters_present(at(2)) == {"a", "b"}
    assert (meeting.quorum(at(2)), meeting.quorate(at(2))) == (2, True)
    meeting.add(Departed(at=at(3), person="b"))
    assert (meeting.quorate(at(2.9)), meeting.quorate(at(3))) == (True, False)


def test_the_quorum_grows_and_sinks_with_the_body(history, meeting):
    """Nine members need three; and who left the body counts no more, though she sits there."""
    history.add(MemberJoined(at=at(5), body="north", person="k"))
    assert (meeting.quorum(at(4)), meeting.quorum(at(5))) == (2, 3)
    history.add(MemberLeft(at=at(6), body="north", person="b"))
    assert meeting.voters_present(at(6)) == {"a"}


def test_without_a_quorum_nothing_is_decided(meeting):
    meeting.add(Departed(at=at(3), person="b"))
    with pytest.raises(NotInOrder) as refused:
        meeting.add(vote(4))
    assert refused.value.code == "no_quorum"


@pytest.mark.parametrize(
    "more", [{"yes": 3}, {"yes": -1}, {"roll_call": (("a", "yes"),)}], ids=["too-many", "negative", "roll-call"]
)
def test_votes_that_cannot_be_are_refused(meeting, more):
    with pytest.raises(InvalidValue):
        meeting.add(vote(4, **more))


# --- speakers ----------------------------------------------------------------------------------------------------


def test_who_has_not_spoken_comes_first(meeting):
    for event in (AskedToSpeak(at=at(2), person="a"), SpeechBegan(at=at(3), person="a"),
                  AskedToSpeak(at=at(4), person="a"), AskedToSpeak(at=at(5), person="b")):  # fmt: skip
        meeting.add(event)
    assert meeting.speakers() == ["b", "a"]
    with pytest.raises(NotInOrder):
        meeting.add(SpeechBegan(at=at(6), person="a"))
    meeting.add(Departed(at=at(6), person="b"))
    assert meeting.speakers() == ["a"]


def test_each_item_has_a_list_of_its_own(meeting):
    meeting.add(AskedToSpeak(at=at(2), person="a"))
    meeting.add(ItemBegan(at=at(3), item="i2"))
    assert meeting.speakers() == []


# --- steps out of order ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [called(at=at(2)), MeetingOpened(at=at(2), chair="a"), Arrived(at=at(2), person="a"),
     Departed(at=at(2), person="h"),
     ItemBegan(at=at(2), item="i9"), AskedToSpeak(at=at(2), person="h"), Noted(at=at(2), text=" "),
     AgendaChanged(at=at(2), agenda=(AGENDA[1],)), AgendaChanged(at=at(2), agenda=()), MeetingCancelled(at=at(2)),
     MinutesCorrected(at=at(2), by="a", text="x"), MinutesApproved(at=at(2), by_meeting="k2", sha256="")],
    ids=lambda event: type(event).__name__,
)  # fmt: skip
def test_steps_out_of_order_are_refused_and_change_nothing(meeting, event):
    before = (write_minutes(meeting, NAMES), meeting.sha256)
    with pytest.raises(LyceumError):
        meeting.add(event)
    assert (write_minutes(meeting, NAMES), meeting.sha256) == before


def test_a_meeting_does_not_open_before_its_time(history):
    with pytest.raises(NotInOrder):
        Meeting.of(history.state, [called(), MeetingOpened(at=at(-1), chair="a")])


def test_a_clock_that_jumps_back_is_refused(meeting):
    with pytest.raises(ClockWentBack):
        meeting.add(Noted(at=at(0.5), text="Late."))


# --- minutes -----------------------------------------------------------------------------------------------------


@pytest.fixture
def ended(meeting) -> Meeting:
    for event in (
        AskedToSpeak(at=at(2), person="b"), SpeechBegan(at=at(3), person="b"),
        Noted(at=at(4), text="The *fund* is | empty."), Arrived(at=at(5), person="c"),
        vote(6, yes=2, no=1, roll_call=(("c", "no"), ("a", "yes"), ("b", "yes"))),
        ItemBegan(at=at(7), item="i2"), Departed(at=at(8), person="c"), MeetingClosed(at=at(9)),
    ):  # fmt: skip
        meeting.add(event)
    return meeting


def test_minutes_tell_what_happened(ended):
    text = write_minutes(ended, NAMES)
    assert text.startswith("# Minutes: North, 2026-05-10\n\nDraft.")
    assert "18:00 The meeting is opened. 2 with a vote are present, 2 are needed: it can decide." in text
    assert "18:06 **Strike on Monday** (m1) is carried: 2 for, 1 against, 0 abstained." in text
    assert "Roll-call: Ada yes; Bo\\_b yes; Cem no." in text
    assert "The \\*fund\\* is \\| empty." in text
    assert "- a member (room, guest), from 17:57 to 18:09" in text


def test_minutes_regenerate_byte_for_byte(history, ended):
    """From the same events, by another run; and another event gives other bytes."""
    again = Meeting.of(history.state, list(ended.events))
    assert write_minutes(again, NAMES).encode() == write_minutes(ended, NAMES).encode()
    assert write_calendar(again, instance="x.example", names=NAMES) == write_calendar(
        ended, instance="x.example", names=NAMES
    )
    assert again.sha256 == ended.sha256
    shorter = Meeting.of(history.state, [e for e in ended.events if not isinstance(e, Noted)])
    assert write_minutes(shorter, NAMES) != write_minutes(ended, NAMES)


def test_minutes_of_an_erased_person_name_her_no_more(ended):
    without = {key: name for key, name in NAMES.items() if key != "b"}
    assert "Bo" not in write_minutes(ended, without)


def test_minutes_are_corrected_then_approved_by_a_later_meeting(ended):
    ended.add(MinutesCorrected(at=at(60), by="b", text="It was ten to six."))
    with pytest.raises(NotInOrder):
        ended.add(MinutesApproved(at=at(90), by_meeting="k2", sha256="0" * 64))
    ended.add(MinutesApproved(at=at(90), by_meeting="k2", sha256=ended.sha256))
    text = write_minutes(ended, NAMES)
    assert "Approved by the meeting k2 on 2026-05-10" in text
    assert "- 2026-05-10, Bo\\_b: It was ten to six." in text
    with pytest.raises(NotInOrder):
        ended.add(MinutesCorrected(at=at(99), by="a", text="Too late."))


# --- calendars ---------------------------------------------------------------------------------------------------


def test_a_calendar_file_is_read_by_others(history):
    made = Meeting.of(history.state, [called()])
    (event,) = icalendar.Calendar.from_ical(write_calendar(made, instance="x.example", names=NAMES)).walk("VEVENT")
    assert (str(event["uid"]), str(event["summary"]), str(event["location"])) == (
        "k1@x.example",
        "Meeting: North",
        "Hall",
    )
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (EVENING, at(120))
    assert "1. Strike\n2. Fund" in str(event["description"])


def test_changes_and_cancellations_replace_what_was_sent(history):
    events = [
        called(),
        AgendaChanged(at=START + timedelta(days=1), agenda=AGENDA[:1]),
        MeetingCancelled(at=START + timedelta(days=2)),
    ]
    meetings = [Meeting.of(history.state, events[:number]) for number in (1, 2, 3)]
    found = [icalendar.Calendar.from_ical(write_calendar(made, instance="x", names=NAMES)) for made in meetings]
    assert [int(c.walk("VEVENT")[0]["sequence"]) for c in found] == [0, 1, 2]
    assert [str(c["method"]) for c in found] == ["PUBLISH", "PUBLISH", "CANCEL"]
