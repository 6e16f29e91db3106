"""Motions as acts and rows: from a draft to what was decided, and from body to body."""

from __future__ import annotations

import pytest

from lyceum import hall as rules
from lyceum.errors import AccessRefused, InvalidValue, NotEntitled, NotInOrder
from lyceum.hall import Tier
from lyceum.server.deciding import models
from lyceum.server.deciding.motions import (
    ComposeMotions,
    ForwardMotion,
    Hands,
    MoveMotion,
    NoteVote,
    ProposeAmendment,
    ProposeEndorsement,
    PutMotion,
    SaveDraft,
    SecondMotion,
    WithdrawMotion,
)
from lyceum.server.deciding.outcomes import amending_of
from lyceum.server.deciding.policies import access_ballot, access_motion
from lyceum.server.deciding.shapes import motion_of
from lyceum.server.hall import models as base
from lyceum.server.hall.acts import STRANGER
from lyceum.server.hall.meetings import Arrive, CallMeeting, OpenMeeting, read_meeting
from server.hall.assembly import Assembly, row
from server.hall.clock import day


@pytest.fixture
def north(hall) -> Assembly:
    return Assembly(hall, "bo", "cy")


def stored(motion: str) -> models.Motion:
    return models.Motion.objects.get(pk=motion)


def amend(north: Assembly, motion: str, *changes: dict[str, object], by: str = "cy", at: float = 1.5) -> str:
    return ProposeAmendment(north.hall.actor(by), motion, changes).execute(day(at))


# --- draft, moved, seconded, put --------------------------------------------------------------------------------


def test_a_draft_is_its_proposers_alone_and_can_be_changed_until_it_is_moved(hall, north):
    ada = hall.actor("ada")
    draft = SaveDraft(ada, "north", "Strik", "We strike.").execute(day(1))
    assert not base.Entry.objects.filter(kind__startswith="motion").exists()
    with pytest.raises(InvalidValue, match="no such motion"):
        access_motion(hall.actor("bo"), draft, day(1))
    SaveDraft(ada, "north", "Strike", "We strike on Monday.", draft).execute(day(1.1))
    MoveMotion(ada, draft).execute(day(1.2))
    assert stored(draft).title == "Strike"
    assert access_motion(hall.actor("bo"), draft, day(1.2)).paragraphs == [["p1", "We strike on Monday."]]
    with pytest.raises(NotInOrder, match="amendments"):
        SaveDraft(ada, "north", "Other", "Text", draft).execute(day(1.3))
    with pytest.raises(NotInOrder, match="moved before"):
        MoveMotion(ada, draft).execute(day(1.3))


@pytest.mark.parametrize(("title", "text"), [("", "Text"), ("Title", " \n\n "), ("T" * 301, "Text"),
                                             ("Title", "x" * 100_001)],
                         ids=["no-title", "no-text", "long-title", "long-text"])  # fmt: skip
def test_a_draft_has_a_title_and_a_text_of_reasonable_length(hall, north, title, text):
    with pytest.raises(InvalidValue):
        SaveDraft(hall.actor("ada"), "north", title, text).execute(day(1))


def test_strangers_and_other_bodies_neither_draft_nor_move_nor_read(hall, north):
    with pytest.raises(AccessRefused):
        SaveDraft(STRANGER, "north", "T", "Text").execute(day(1))
    with pytest.raises(InvalidValue):
        SaveDraft(hall.actor("zoe"), "north", "T", "Text").execute(day(1))
    with pytest.raises(InvalidValue):
        access_motion(hall.actor("zoe"), north.moved(), day(1))


def test_a_draft_is_thrown_away_and_a_motion_withdrawn_by_its_proposer(hall, north):
    ada = hall.actor("ada")
    draft = SaveDraft(ada, "north", "T", "Text").execute(day(1))
    WithdrawMotion(ada, draft).execute(day(1))
    assert not models.Motion.objects.filter(pk=draft).exists()
    motion = north.moved()
    with pytest.raises(NotEntitled):
        WithdrawMotion(hall.actor("bo"), motion).execute(day(1.1))
    WithdrawMotion(ada, motion).execute(day(1.1))
    assert stored(motion).stage == "withdrawn"


def test_a_motion_is_put_by_who_leads_the_business_once_another_seconded_it(hall, north):
    motion = north.moved()
    for act, refusal in ((PutMotion(hall.actor("ada"), motion), NotInOrder),
                         (SecondMotion(hall.actor("ada"), motion), NotEntitled)):  # fmt: skip
        with pytest.raises(refusal):
            act.execute(day(1.1))
    SecondMotion(hall.actor("bo"), motion).execute(day(1.2))
    with pytest.raises(NotEntitled):
        PutMotion(hall.actor("bo"), motion).execute(day(1.3))
    PutMotion(hall.actor("ada"), motion).execute(day(1.3))
    assert (stored(motion).stage, stored(motion).seconder) == ("put", hall.id("bo"))
    kinds = list(base.Entry.objects.filter(public__motion=motion).order_by("number").values_list("kind", flat=True))
    assert kinds == ["motion_moved", "motion_seconded", "motion_put"]


def test_the_record_has_no_name_or_title_of_a_motion_in_its_public_part(hall, north):
    motion = north.moved("A strike of the weavers")
    entry = base.Entry.objects.get(kind="motion_moved")
    assert hall.id("ada") not in str(entry.public)
    assert "weavers" not in str(entry.public)
    assert entry.public["text_sha256"] == motion_of(stored(motion)).sha256


# --- amendments ---------------------------------------------------------------------------------------------------


def test_amendments_are_voted_on_in_the_order_worked_out_and_before_the_motion(hall, north):
    """What is carried excludes the other; the motion then has the new text, and keeps the old one beside it."""
    motion = north.put()
    tuesday = amend(north, motion, {"replace": "p1", "text": "We strike on Tuesday at nine."})
    strike_out = amend(north, motion, {"delete": "p1"}, by="bo")
    with pytest.raises(NotInOrder, match="amendments are voted on first"):
        north.vote_on(motion)
    with pytest.raises(NotInOrder, match="has not come"):
        north.vote_on(tuesday, kind="amendment")
    first = north.vote_on(strike_out, kind="amendment")
    with pytest.raises(NotInOrder, match="being voted on"):
        amend(north, motion, {"delete": "p2"}, at=2.1)
    for name, choice in (("ada", "no"), ("bo", "yes"), ("cy", "no")):
        north.cast(first, name, choice)
    assert north.close(first) == "lost"
    second = north.vote_on(tuesday, kind="amendment", tier=Tier.SECRET, at=3)
    for name in ("ada", "cy"):
        north.cast(second, name, "yes", 3.5)
    assert north.close(second, at=4) == "carried"
    last = north.vote_on(motion, at=4)
    north.cast(last, "ada", "yes", 4.5)
    assert north.close(last, at=5) == "carried"
    assert stored(motion).paragraphs[0] == ["p1", "We strike on Tuesday at nine."]
    assert stored(motion).moved_text[0] == ["p1", "We strike on Monday at nine."]


def test_alike_amendments_are_decided_by_one_vote(north):
    motion = north.put()
    one, other = (amend(north, motion, {"delete": "p2"}, by=by) for by in ("bo", "cy"))
    ballot = north.vote_on(one, kind="amendment")
    north.cast(ballot, "ada", "yes")
    assert north.close(ballot) == "carried"
    assert set(models.Amendment.objects.values_list("id", "carried")) == {(one, True), (other, True)}
    assert amending_of(motion_of(stored(motion))).next is None


@pytest.mark.parametrize(
    "change",
    [{"replace": "p9", "text": "x"}, {"replace": "p1", "text": " "}, {"delete": "p7"}, {"other": "p1"},
     {"replace": "p1", "text": "We strike on Monday at nine."}],
    ids=["no-such-paragraph", "no-text", "nothing-to-delete", "no-kind", "the-same"],
)  # fmt: skip
def test_an_amendment_that_does_not_fit_is_refused(north, change):
    motion = north.put()
    with pytest.raises(InvalidValue):
        amend(north, motion, change)
    assert not models.Amendment.objects.exists()


def test_who_may_not_propose_does_not_amend(hall, north):
    north.publish()
    motion = north.carry()
    with pytest.raises(NotEntitled):
        amend(north, motion, {"delete": "p1"}, by="zoe", at=5)


# --- hands in a meeting -------------------------------------------------------------------------------------------


def test_a_show_of_hands_decides_and_stands_in_the_minutes(hall, north):
    ada, motion = hall.actor("ada"), north.put()
    meeting = CallMeeting(ada, "north", day(9), day(9.2), ("Strike",), "Hall").execute(day(1))
    OpenMeeting(ada, meeting).execute(day(9))
    with pytest.raises(NotInOrder, match="present"):
        NoteVote(ada, "motion", motion, meeting, Hands(yes=1, no=0, abstained=0)).execute(day(9))
    for name in ("ada", "bo", "cy"):
        Arrive(hall.actor(name), meeting).execute(day(9))
    with pytest.raises(InvalidValue):
        NoteVote(ada, "motion", motion, meeting, Hands(yes=-1, no=0, abstained=0)).execute(day(9.1))
    assert stored(motion).stage == "put"
    told = NoteVote(ada, "motion", motion, meeting, Hands(yes=2, no=1, abstained=0)).execute(day(9.1))
    assert (told, stored(motion).stage) == ("carried", "carried")
    noted = read_meeting(meeting).events[-1]
    assert (noted.motion, noted.yes, noted.carried) == (motion, 2, True)


def test_a_roll_call_at_a_meeting_is_printed_in_its_minutes(hall, north):
    ada, motion = hall.actor("ada"), north.put()
    meeting = CallMeeting(ada, "north", day(9), day(9.2), ("Strike",), "Hall").execute(day(1))
    OpenMeeting(ada, meeting).execute(day(9))
    for name in ("ada", "bo", "cy"):
        Arrive(hall.actor(name), meeting).execute(day(9))
    ballot = north.vote_on(motion, at=9, closes=day(9.15), meeting=meeting, present=3)
    for name, choice in (("ada", "yes"), ("bo", "yes"), ("cy", None)):
        north.cast(ballot, name, choice, 9.1)
    north.close(ballot, at=9.1)
    minutes = rules.write_minutes(read_meeting(meeting), {hall.id("ada"): "Ada", hall.id("bo"): "Bo"})
    assert "2 for, 0 against, 1 abstained" in minutes
    assert "Roll-call: Ada yes; Bo yes; a member abstain." in minutes


# --- from body to body --------------------------------------------------------------------------------------------


def test_a_composite_takes_the_place_of_its_parts(hall, north):
    parts = (north.moved("Strike"), north.moved("Fund", "The fund pays."))
    with pytest.raises(NotEntitled):
        ComposeMotions(hall.actor("bo"), parts, "Both", "We strike and are paid.").execute(day(1.5))
    made = ComposeMotions(hall.actor("ada"), parts, "Both", "We strike and are paid.").execute(day(1.5))
    assert {stored(part).stage for part in parts} == {"composed"}
    assert {origin["motion"] for origin in stored(made).origins} == set(parts)
    PutMotion(hall.actor("ada"), made).execute(day(1.6))
    assert stored(made).stage == "put"


def test_what_is_carried_is_forwarded_once_to_a_body_with_a_tie(hall, north):
    Assembly(hall, "dan", body="south", at=0)
    motion = north.carry()
    with pytest.raises(NotInOrder, match="no tie"):
        ForwardMotion(hall.actor("ada"), motion, "south").execute(day(3))
    north.happen(rules.BodyMoved(at=day(3), body="south", parent="north"))
    there = ForwardMotion(hall.actor("ada"), motion, "south").execute(day(3.1))
    assert (stored(there).body, stored(there).proposer) == ("south", "north")
    with pytest.raises(NotInOrder, match="sent there before"):
        ForwardMotion(hall.actor("ada"), motion, "south").execute(day(3.2))


def test_an_endorsement_is_an_adopted_motion_that_leads_back(hall, north):
    south = Assembly(hall, "dan", body="south", at=0)
    north.publish()
    motion = north.put()
    with pytest.raises(NotInOrder, match="carried"):
        ProposeEndorsement(hall.actor("ada"), motion, "south").execute(day(1.9))
    ballot = north.vote_on(motion)
    north.cast(ballot, "ada", "yes")
    north.close(ballot)
    proposed = ProposeEndorsement(hall.actor("dan"), motion, "south").execute(day(3))
    with pytest.raises(NotInOrder):
        rules.endorsement(motion_of(stored(proposed)))
    SecondMotion(hall.actor("ada"), proposed).execute(day(3))
    PutMotion(hall.actor("ada"), proposed).execute(day(3))
    ballot = south.vote_on(proposed, at=3.1)
    south.cast(ballot, "dan", "yes", 3.2)
    south.close(ballot, at=4.1)
    endorsed = rules.endorsement(motion_of(stored(proposed)))
    assert (endorsed.subject.id, endorsed.subject.sha256) == (motion, motion_of(stored(motion)).sha256)
    with pytest.raises(NotInOrder, match="its own"):
        ProposeEndorsement(hall.actor("ada"), motion, "north").execute(day(5))


def test_what_is_carried_and_published_is_read_by_those_near_and_by_all_where_the_body_is_public(hall, north):
    motion = north.carry()
    ballot = models.Ballot.objects.get(subject=motion)
    zoe = hall.actor("zoe")
    for read in (access_motion, access_ballot):
        with pytest.raises(InvalidValue):
            read(zoe, motion if read is access_motion else ballot.id, day(5))
    north.publish()
    assert access_motion(STRANGER, motion, day(5)).id == motion
    assert access_ballot(STRANGER, ballot.id, day(5)).id == ballot.id
    with pytest.raises(AccessRefused):
        access_motion(zoe, north.moved("New", at=5), day(5))


def test_an_open_ballot_is_seen_by_its_body_alone(hall, north):
    north.publish()
    ballot = north.vote_on(north.put())
    assert access_ballot(hall.actor("cy"), ballot, day(2.1)) == row(ballot)
    with pytest.raises(AccessRefused):
        access_ballot(hall.actor("zoe"), ballot, day(2.1))
