"""Mandates, reports, and recalls that open their vote by themselves."""

from __future__ import annotations

from fractions import Fraction

import pytest

from lyceum.errors import AlreadyVoted, InvalidValue, NotEntitled, NotInOrder
from lyceum.hall import Right
from lyceum.server.hall import models
from lyceum.server.hall.members import EndMembership, InviteMembers, JoinBody
from lyceum.server.hall.policies import access_petition, access_seat
from lyceum.server.hall.seats import (
    AbolishSeat,
    AskRecall,
    GiveReport,
    InstructDelegate,
    LeaveSeat,
    MakeSeat,
    SignRecall,
    TakeSeat,
    UnsignRecall,
)
from server.hall.clock import day


@pytest.fixture
def seat(hall):
    """The seat of a treasurer, held by Ben, in a committee of five; two signatures open a vote."""
    body = hall.found("ada", "ben", "cleo", "dan", "eva")
    made = MakeSeat(
        hall.actor("ada"), body, "Treasurer", recall_threshold=Fraction(2, 5), rights=frozenset({Right.TREASURE})
    ).execute(day(1))
    TakeSeat(hall.actor("ada"), made, hall.id("ben"), mandate="Keep the strike fund.", given_by="m1").execute(day(1))
    return made


def test_a_mandate_has_its_text_term_instructions_and_reports(hall, seat):
    InstructDelegate(hall.actor("ada"), seat, "Buy bread.", "m2").execute(day(2))
    GiveReport(hall.actor("ben"), seat, "Bread was bought.").execute(day(3))
    held = models.Holding.objects.get(seat_id=seat)
    assert (held.mandate, held.given_by, held.report_days) == ("Keep the strike fund.", "m1", 90)
    assert [text for _, text in held.instructions] == ["Buy bread."]
    assert [text for _, text in held.reports] == ["Bread was bought."]
    assert held.end == day(366)


@pytest.mark.parametrize(
    ("who", "act"),
    [
        ("cleo", lambda actor, seat: TakeSeat(actor, seat, actor.person)),
        ("cleo", lambda actor, seat: InstructDelegate(actor, seat, "Buy bread.", "m2")),
        ("cleo", AbolishSeat),
        ("cleo", lambda actor, seat: GiveReport(actor, seat, "All is well.")),
        ("cleo", LeaveSeat),
        ("zoe", AskRecall),
    ],
    ids=["take", "instruct", "abolish", "report", "leave", "recall"],
)
def test_who_may_not_is_refused(hall, seat, who, act):
    before = models.Entry.objects.count()
    with pytest.raises((NotEntitled, NotInOrder)):
        act(hall.actor(who), seat).execute(day(2))
    assert models.Entry.objects.count() == before


@pytest.mark.parametrize(
    "more", [{"title": " "}, {"term_days": 0}, {"term_limit": 0}, {"recall_threshold": Fraction(2)}], ids=str
)
def test_a_seat_that_means_nothing_is_refused(hall, more):
    body = hall.found("ada")
    with pytest.raises(InvalidValue):
        MakeSeat(hall.actor("ada"), body, **{"title": "Clerk", **more}).execute(day(1))


def test_words_without_end_are_refused(hall, seat):
    with pytest.raises(InvalidValue):
        GiveReport(hall.actor("ben"), seat, "x" * 20_001).execute(day(2))


def test_who_leaves_a_seat_makes_room(hall, seat):
    LeaveSeat(hall.actor("ben"), seat).execute(day(2))
    TakeSeat(hall.actor("ada"), seat, hall.id("cleo")).execute(day(2))
    AbolishSeat(hall.actor("ada"), seat).execute(day(3))
    assert list(models.Holding.objects.filter(seat_id=seat).order_by("number").values_list("ended", flat=True)) == [
        "resigned",
        "seat_abolished",
    ]


def test_a_seat_and_its_petitions_are_known_to_who_knows_the_body(hall, seat):
    petition = AskRecall(hall.actor("cleo"), seat).execute(day(2))
    assert access_seat(hall.actor("dan"), seat, day(2)).title == "Treasurer"
    assert access_petition(hall.actor("dan"), petition, day(2)).seat_id == seat
    for look in (lambda: access_seat(hall.actor("zoe"), seat, day(2)),
                 lambda: access_petition(hall.actor("zoe"), petition, day(2)),
                 lambda: access_seat(hall.actor("dan"), "s-none", day(2)),
                 lambda: access_petition(hall.actor("dan"), "r-none", day(2))):  # fmt: skip
        with pytest.raises(InvalidValue):
            look()


# --- recall ----------------------------------------------------------------------------------------------------


def test_the_signature_that_reaches_the_threshold_opens_the_vote(hall, seat, keeper):
    petition = AskRecall(hall.actor("cleo"), seat).execute(day(2))
    assert keeper.opened == []
    SignRecall(hall.actor("dan"), petition).execute(day(3))
    assert keeper.opened == [f"recall-{petition}"]
    assert models.Petition.objects.get().ballot == f"recall-{petition}"
    assert list(models.Entry.objects.order_by("number").values_list("kind", flat=True))[-2:] == [
        "recall_signed",
        "recall_opened",
    ]


def test_the_vote_opens_as_well_when_others_leave_and_the_threshold_sinks(hall, seat, keeper):
    AskRecall(hall.actor("cleo"), seat).execute(day(2))
    for name in ("dan", "eva"):
        EndMembership(hall.actor(name), models.Seat.objects.get(pk=seat).body_id, hall.id(name)).execute(day(3))
        assert keeper.opened == []
    EndMembership(hall.actor("ada"), models.Seat.objects.get(pk=seat).body_id, hall.id("ada")).execute(day(3))
    assert len(keeper.opened) == 1


def test_the_vote_opens_when_memberships_run_out(hall, seat, keeper):
    body = models.Seat.objects.get(pk=seat).body_id
    key = InviteMembers(hall.actor("ada"), body, uses=3, until=day(10)).execute(day(1))
    for name in ("fay", "gus", "hal"):
        JoinBody(hall.actor(name), key).execute(day(2))
    petition = AskRecall(hall.actor("cleo"), seat).execute(day(2))
    SignRecall(hall.actor("dan"), petition).execute(day(3))
    assert keeper.opened == []
    hall.found("zoe", at=11)  # whatever happens next anywhere
    assert len(keeper.opened) == 1


def test_a_vote_that_cannot_open_takes_the_signature_back(hall, seat, keeper):
    petition = AskRecall(hall.actor("cleo"), seat).execute(day(2))
    keeper.fails = True
    with pytest.raises(NotInOrder):
        SignRecall(hall.actor("dan"), petition).execute(day(3))
    assert models.Signature.objects.count() == 1
    assert models.Petition.objects.get().ballot is None
    keeper.fails = False
    SignRecall(hall.actor("dan"), petition).execute(day(3))
    assert len(keeper.opened) == 1


def test_signatures_are_given_once_and_taken_back(hall, seat, keeper):
    petition = AskRecall(hall.actor("cleo"), seat).execute(day(2))
    with pytest.raises(AlreadyVoted):
        SignRecall(hall.actor("cleo"), petition).execute(day(2))
    UnsignRecall(hall.actor("cleo"), petition).execute(day(2))
    SignRecall(hall.actor("dan"), petition).execute(day(3))
    assert keeper.opened == []
    with pytest.raises(NotEntitled):
        SignRecall(hall.actor("zoe"), petition).execute(day(3))
    with pytest.raises(NotInOrder):
        SignRecall(hall.actor("dan"), "r-none").execute(day(3))


def test_a_petition_lapses_when_the_seat_is_left(hall, seat, keeper):
    petition = AskRecall(hall.actor("cleo"), seat).execute(day(2))
    LeaveSeat(hall.actor("ben"), seat).execute(day(3))
    with pytest.raises(NotInOrder):
        SignRecall(hall.actor("dan"), petition).execute(day(3))
    assert models.Petition.objects.get().end == day(3)
