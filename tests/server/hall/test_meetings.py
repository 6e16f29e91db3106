"""A meeting from its call to the approval of its minutes, and who may do what there."""

from __future__ import annotations

import pytest

from lyceum.errors import InvalidValue, NotEntitled, NotInOrder
from lyceum.hall import Presence, Right, write_calendar, write_minutes
from lyceum.server.hall import models, queries
from lyceum.server.hall.meetings import (
    ApproveMinutes,
    Arrive,
    AskToSpeak,
    BeginItem,
    CallMeeting,
    CancelMeeting,
    ChangeAgenda,
    CloseMeeting,
    CorrectMinutes,
    DecideByHands,
    Depart,
    GiveFloor,
    OpenMeeting,
    TakeNote,
    items,
    read_meeting,
)
from lyceum.server.hall.members import EndMembership
from lyceum.server.hall.policies import access_meeting
from lyceum.server.hall.seats import MakeSeat, TakeSeat
from server.hall.clock import day

AGENDA = ("The strike fund", "The next shift")


def called(hall, body: str, at: float = 1, starts: float = 10, **more) -> str:
    act = CallMeeting(hall.actor("ada"), body, day(starts), day(starts + 0.1), AGENDA, place="Cellar", **more)
    return act.execute(day(at))


@pytest.fixture
def body(hall) -> str:
    """A committee of five; two with a vote are enough to decide."""
    return hall.found("ada", "ben", "cleo", "dan", "eva", name="Weavers")


@pytest.fixture
def held(hall, body) -> str:
    """Its meeting, which has begun with Ada in the chair, Ben in the room and Cleo over the link."""
    meeting = called(hall, body)
    for name, how in (("ada", Presence.ROOM), ("ben", Presence.ROOM), ("cleo", Presence.REMOTE)):
        Arrive(hall.actor(name), meeting, how=how).execute(day(10))
    OpenMeeting(hall.actor("ada"), meeting).execute(day(10))
    BeginItem(hall.actor("ada"), meeting, "i1").execute(day(10))
    return meeting


def minutes(hall, meeting: str) -> str:
    found = read_meeting(meeting)
    people = {hall.id(name): name.title() for name in hall.known}
    return write_minutes(found, {found.body: "Weavers", **people})


def test_a_meeting_is_called_in_time_by_who_may(hall, body):
    meeting = called(hall, body)
    assert models.Meeting.objects.get().starts == day(10)
    assert [item.title for item in read_meeting(meeting).agenda] == list(AGENDA)
    with pytest.raises(NotInOrder, match="notice"):
        called(hall, body, at=4)
    with pytest.raises(NotEntitled):
        CallMeeting(hall.actor("ben"), body, day(20), day(21), AGENDA, place="Cellar").execute(day(4))
    with pytest.raises(InvalidValue):
        called(hall, body, at=2, link="javascript:alert(1)")
    assert models.Meeting.objects.count() == 1


def test_the_course_of_a_meeting_becomes_its_minutes_byte_for_byte(hall, held):
    AskToSpeak(hall.actor("ben"), held).execute(day(10.01))
    AskToSpeak(hall.actor("ada"), held, hall.id("cleo")).execute(day(10.01))
    GiveFloor(hall.actor("ada"), held).execute(day(10.02))
    TakeNote(hall.actor("ada"), held, "The fund has 12 pounds.").execute(day(10.03))
    DecideByHands(hall.actor("ada"), held, "Buy bread", 2, 1, 0).execute(day(10.04))
    Depart(hall.actor("ben"), held).execute(day(10.05))
    CloseMeeting(hall.actor("ada"), held).execute(day(10.06))
    told = minutes(hall, held)
    for line in ("Cleo (remote)", "Ben speaks", "The fund has 12 pounds.", "is carried: 2 for, 1 against", "Ben goes"):
        assert line in told
    assert minutes(hall, held) == told


def test_quorum_is_as_of_the_moment(hall, held, body):
    for name in ("ben", "cleo"):
        Depart(hall.actor(name), held).execute(day(10.01))
    decision = DecideByHands(hall.actor("ada"), held, "Buy bread", 1, 0, 0)
    with pytest.raises(NotInOrder) as told:
        decision.execute(day(10.02))
    assert told.value.code == "no_quorum"
    # With Cleo gone for good four have a vote, and one is a quarter of them.
    EndMembership(hall.actor("cleo"), body, hall.id("cleo")).execute(day(10.03))
    decision.execute(day(10.04))
    assert "is carried: 1 for" in minutes(hall, held)


def test_a_tie_and_a_majority_against_do_not_carry(hall, held):
    DecideByHands(hall.actor("ada"), held, "Buy bread", 1, 1, 1).execute(day(10.01))
    DecideByHands(hall.actor("ada"), held, "Buy cake", 0, 3, 0).execute(day(10.02))
    assert minutes(hall, held).count("is lost") == 2


@pytest.mark.parametrize(
    "act",
    [
        lambda hall, held: TakeNote(hall.actor("ben"), held, "All is well."),
        lambda hall, held: BeginItem(hall.actor("ben"), held, "i2"),
        lambda hall, held: DecideByHands(hall.actor("ben"), held, "Buy bread", 2, 0, 0),
        lambda hall, held: Arrive(hall.actor("ben"), held, hall.id("dan")),
        lambda hall, held: Arrive(hall.actor("zoe"), held),
        lambda hall, held: CorrectMinutes(hall.actor("zoe"), held, "It was cake."),
        lambda hall, held: AskToSpeak(hall.actor("dan"), held),
        lambda hall, held: OpenMeeting(hall.actor("ada"), held),
        lambda hall, held: CancelMeeting(hall.actor("ada"), held),
        lambda hall, held: GiveFloor(hall.actor("ada"), held),
        lambda hall, held: BeginItem(hall.actor("ada"), held, "i9"),
        lambda hall, held: TakeNote(hall.actor("ada"), held, " "),
        lambda hall, held: DecideByHands(hall.actor("ada"), held, "Buy bread", -1, 0, 0),
        lambda hall, held: DecideByHands(hall.actor("ada"), held, "Buy bread", 9, 0, 0),
        lambda hall, held: Arrive(hall.actor("ada"), held, "p-nobody"),
    ],
)  # fmt: skip
def test_what_may_not_happen_is_refused_and_leaves_nothing(hall, held, act):
    before = models.MeetingEvent.objects.count(), models.Entry.objects.count()
    with pytest.raises((NotEntitled, NotInOrder, InvalidValue)):
        act(hall, held).execute(day(10.01))
    assert (models.MeetingEvent.objects.count(), models.Entry.objects.count()) == before


def test_minutes_are_corrected_and_approved_by_the_next_meeting(hall, held, body):
    CloseMeeting(hall.actor("ada"), held).execute(day(10.1))
    CorrectMinutes(hall.actor("ben"), held, "It was rye.").execute(day(11))
    later = called(hall, body, at=12, starts=20)
    read = read_meeting(held).sha256
    with pytest.raises(InvalidValue):  # the later meeting has not begun
        ApproveMinutes(hall.actor("ada"), held, later, read).execute(day(13))
    Arrive(hall.actor("ada"), later).execute(day(20))
    OpenMeeting(hall.actor("ada"), later).execute(day(20))
    with pytest.raises(NotInOrder):  # another text than the one that was read
        ApproveMinutes(hall.actor("ada"), held, later, "0" * 64).execute(day(20))
    ApproveMinutes(hall.actor("ada"), held, later, read).execute(day(20))
    assert "Approved by the meeting" in minutes(hall, held)
    assert "Ben: It was rye." in minutes(hall, held)
    with pytest.raises(NotInOrder):
        CorrectMinutes(hall.actor("ben"), held, "It was oats.").execute(day(21))


def test_agendas_change_and_meetings_are_called_off(hall, body):
    meeting = called(hall, body)
    ChangeAgenda(hall.actor("ada"), meeting, ("The next shift", "Cake")).execute(day(2))
    agenda = read_meeting(meeting).agenda
    assert [(item.id, item.title) for item in agenda] == [("i2", "The next shift"), ("i3", "Cake")]
    CancelMeeting(hall.actor("ada"), meeting).execute(day(3))
    calendar = write_calendar(read_meeting(meeting), instance="x", names={body: "Weavers"}).decode()
    assert "STATUS:CANCELLED" in calendar
    with pytest.raises(NotInOrder):
        OpenMeeting(hall.actor("ada"), meeting).execute(day(10))
    with pytest.raises(InvalidValue):
        items(("Cake", "Cake"))


def test_who_holds_a_seat_with_the_right_to_call_may_call(hall, body):
    seat = MakeSeat(hall.actor("ada"), body, "Caller", rights=frozenset({Right.CALL})).execute(day(1))
    TakeSeat(hall.actor("ada"), seat, hall.id("ben")).execute(day(1))
    assert CallMeeting(hall.actor("ben"), body, day(20), day(21), AGENDA, place="Cellar").execute(day(2))


def test_a_meeting_is_known_to_who_belongs_to_its_body(hall, held):
    assert access_meeting(hall.actor("dan"), held, day(10)).body.name == "Weavers"
    for name, meeting in (("zoe", held), ("dan", "g-none")):
        with pytest.raises(InvalidValue):
            access_meeting(hall.actor(name), meeting, day(10))
    with pytest.raises(InvalidValue):
        read_meeting("g-none")
    assert queries.belongs(hall.id("dan"), models.Meeting.objects.get().body_id, day(10))
