"""Bodies, members, seats and recalls: what may happen, what follows, and who had which right at any moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from bench.hall.histories import differences, forbidden, lived, missed_recalls
from hypothesis import given, settings
from hypothesis import strategies as st

from lyceum.errors import AlreadyVoted, ClockWentBack, InvalidValue, NotEntitled, NotInOrder
from lyceum.hall.bodies import (
    AllianceJoined,
    AllianceLeft,
    BodiesMerged,
    BodyFounded,
    BodyMoved,
    BodySplit,
    CharterChanged,
    Event,
    History,
    InstructionGiven,
    MemberJoined,
    MemberLeft,
    Part,
    RecallAsked,
    RecallDecided,
    RecallLapsed,
    RecallOpened,
    RecallSigned,
    RecallUnsigned,
    ReportGiven,
    SeatAbolished,
    SeatLeft,
    SeatMade,
    SeatTaken,
)
from lyceum.hall.charter import TEMPLATES, read_charter
from lyceum.hall.state import End, Mandate, Right, SeatKind

START = datetime(2026, 1, 1, tzinfo=UTC)
COMMITTEE, COUNCIL = TEMPLATES["committee"], TEMPLATES["council"]
DELEGATE = SeatKind.DELEGATE


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def history(*events: Event) -> History:
    found = History()
    for event in events:
        found.add(event)
    return found


def founded(body: str = "north", members: str = "abcdefghij", at: float = 0, **more) -> BodyFounded:
    return BodyFounded(at=day(at), body=body, name=body.title(), members=tuple(members), **more)


def council(body: str = "council", at: float = 0, **more) -> BodyFounded:
    return BodyFounded(at=day(at), body=body, name=body.title(), charter=COUNCIL, **more)


def chair(at: float = 0, **more) -> SeatMade:
    return SeatMade(at=day(at), seat="chair", body="north", title="Chair", rights=frozenset({Right.CHAIR}), **more)


def taken(person: str = "a", seat: str = "chair", at: float = 1, **more) -> SeatTaken:
    return SeatTaken(at=day(at), seat=seat, person=person, **more)


# --- bodies ------------------------------------------------------------------------------------------------------


def test_a_committee_is_founded_by_its_first_members():
    state = history(founded()).state
    assert state.voters("north", day(0)) == set("abcdefghij")
    assert state.voters("north", START - timedelta(seconds=1)) == set()
    assert state.rights("a", "north", day(1)) == {Right.VOTE, Right.SPEAK, Right.PROPOSE, Right.STAND}
    assert state.rights("z", "north", day(1)) == frozenset()


def test_every_template_can_be_read_changed_and_written():
    for charter in TEMPLATES.values():
        assert read_charter(charter.as_dict()) == charter
        assert len(charter.words()) == 6
        changed = charter.changed(notice_days=2)
        assert changed.sha256 != charter.sha256
        assert "2 days" in " ".join(changed.words())


@pytest.mark.parametrize(
    "change", [{"quorum": "0"}, {"quorum": 0.5}, {"notice_days": -1}, {"term_days": "9"}, {"franchise": "all"},
               {"extra": 1}, {"term_limit": 0}, {"motions": {}}],
    ids=lambda change: str(next(iter(change))),
)  # fmt: skip
def test_a_charter_that_means_nothing_is_refused(change):
    with pytest.raises(InvalidValue):
        read_charter(COMMITTEE.as_dict() | change)


def test_charters_hold_from_the_moment_of_their_change():
    shorter = COMMITTEE.changed(notice_days=1)
    state = history(founded(), CharterChanged(at=day(5), body="north", charter=shorter, by_motion="m1")).state
    assert (state.charter("north", day(4)).notice_days, state.charter("north", day(5)).notice_days) == (7, 1)


def test_members_come_and_go_as_of_a_moment():
    state = history(
        founded(), MemberJoined(at=day(2), body="north", person="k", until=day(4)),
        MemberLeft(at=day(3), body="north", person="a"),
    ).state  # fmt: skip
    assert [state.may_vote("north", "k", day(at)) for at in (1, 2, 3.9, 4)] == [False, True, True, False]
    assert [state.may_vote("north", "a", day(at)) for at in (2.9, 3)] == [True, False]


def test_a_merger_has_all_members_and_a_split_parts_them():
    found = history(
        founded("north", "abc"), founded("south", "cde"), founded("cell", "f", parent="north"),
        BodiesMerged(at=day(1), bodies=("north", "south"), into="both", name="Both", charter=COMMITTEE),
        BodySplit(at=day(2), body="both",
                  parts=(Part("east", "East", ("a", "b")), Part("west", "West", ("c", "d", "e")))),
    )  # fmt: skip
    state = found.state
    assert state.voters("both", day(1)) == set("abcde")
    assert (state.is_open("north", day(1)), state.voters("north", day(1))) == (False, set())
    assert (state.parent("cell", day(1)), state.parent("cell", day(2))) == ("both", None)
    assert (state.voters("east", day(2)), state.voters("west", day(2))) == ({"a", "b"}, {"c", "d", "e"})
    assert state.body("both").successors == ("east", "west")


@pytest.mark.parametrize(
    "event",
    [
        founded(),
        founded("new", ""),
        founded("new", "aa"),
        founded("new", "a", parent="nowhere"),
        founded("new", "a", charter=COUNCIL),
        BodyMoved(at=day(1), body="north", parent="cell"),
        BodyMoved(at=day(1), body="north", parent="north"),
        AllianceJoined(at=day(1), body="north", alliance="cell"),
        AllianceLeft(at=day(1), body="north", alliance="council"),
        BodiesMerged(at=day(1), bodies=("north",), into="x", name="X", charter=COMMITTEE),
        BodiesMerged(at=day(1), bodies=("north", "cell"), into="x", name="X", charter=COMMITTEE, parent="cell"),
        BodiesMerged(at=day(1), bodies=("cell", "council"), into="x", name="X", charter=COMMITTEE),
        BodySplit(at=day(1), body="north", parts=(Part("x", "X", ("a",)), Part("y", "Y", ("b",)))),
        CharterChanged(at=day(1), body="north", charter=COUNCIL, by_motion="m"),
        MemberJoined(at=day(1), body="north", person="a"),
        MemberJoined(at=day(1), body="council", person="a"),
        MemberJoined(at=day(1), body="north", person="z", until=day(1)),
        MemberLeft(at=day(1), body="north", person="z"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_cannot_be_is_refused_and_changes_nothing(event):
    found = history(founded(), founded("cell", "uv", parent="north"), council())
    before = (len(found.events), found.state.voters("north", day(1)), found.state.parent("north", day(1)))
    with pytest.raises((NotInOrder, InvalidValue)):
        found.add(event)
    assert (len(found.events), found.state.voters("north", day(1)), found.state.parent("north", day(1))) == before


def test_a_clock_that_jumps_back_is_refused():
    found = history(founded(at=5))
    with pytest.raises(ClockWentBack):
        found.add(MemberLeft(at=day(4), body="north", person="a"))


# --- seats and mandates ------------------------------------------------------------------------------------------


def test_a_seat_is_held_for_its_term_and_gives_its_rights():
    state = history(founded(), chair(), taken(mandate=Mandate("Call the strike.", "m1", 30))).state
    assert state.holder("chair", day(1)) == "a"
    assert state.holder("chair", day(366)) is None
    assert Right.CHAIR in state.rights("a", "north", day(2))
    assert Right.CHAIR not in state.rights("a", "north", day(366))


def test_a_mandate_has_instructions_and_reports():
    state = history(
        founded(), chair(), taken(mandate=Mandate("Ask for more.", "m1", 30)),
        InstructionGiven(at=day(2), seat="chair", text="Not below 5 %.", by_motion="m2"),
        ReportGiven(at=day(20), seat="chair", person="a", document="d1"),
    ).state  # fmt: skip
    held = state.holding("chair", day(20))
    assert held.instructions == [(day(2), "Not below 5 %.")]
    assert held.report_due() == day(50)


def test_who_leaves_the_body_leaves_its_seats():
    found = history(founded(), chair(), taken())
    _, fallen = found.add(MemberLeft(at=day(3), body="north", person="a"))
    assert (fallen.person, fallen.reason) == ("a", End.NOT_ELIGIBLE)
    found.add(MemberJoined(at=day(4), body="north", person="a"))
    assert found.state.holder("chair", day(5)) is None


def test_a_term_ends_with_a_membership_that_has_an_end():
    state = history(
        founded(), chair(), MemberJoined(at=day(0), body="north", person="k", until=day(9)), taken("k")
    ).state
    assert (state.holder("chair", day(8.9)), state.holder("chair", day(9))) == ("k", None)


def test_delegates_vote_where_they_sit_and_fall_like_dominoes():
    """Who leaves the body that sent her loses the seat in the council, and the council's office with it."""
    found = history(
        founded(), council(), BodyMoved(at=day(0), body="north", parent="council"),
        SeatMade(at=day(0), seat="d1", body="north", title="Delegate", kind=DELEGATE, sits_in="council"),
        SeatMade(at=day(0), seat="speaker", body="council", title="Speaker", rights=frozenset({Right.CHAIR})),
        taken("a", "d1"), taken("a", "speaker", 2),
    )  # fmt: skip
    assert found.state.voters("council", day(2)) == {"a"}
    assert Right.CHAIR in found.state.rights("a", "council", day(2))
    events = found.add(MemberLeft(at=day(3), body="north", person="a"))
    assert [(type(event).__name__, getattr(event, "seat", None)) for event in events[1:]] == [
        ("SeatLeft", "d1"), ("SeatLeft", "speaker")
    ]  # fmt: skip
    assert found.state.voters("council", day(3)) == set()


def test_a_body_that_goes_takes_its_delegates_along():
    found = history(
        founded(), council(), AllianceJoined(at=day(0), body="north", alliance="council"),
        SeatMade(at=day(0), seat="d1", body="north", title="Delegate", kind=DELEGATE, sits_in="council"),
        taken("a", "d1"),
    )  # fmt: skip
    found.add(AllianceLeft(at=day(2), body="north", alliance="council"))
    assert (found.state.voters("council", day(1.9)), found.state.voters("council", day(2))) == ({"a"}, set())
    with pytest.raises(NotInOrder):
        found.add(taken("a", "d1", 3))


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ([taken("z")], "no vote"),
        ([taken("a"), taken("a", "treasurer", 2)], "excludes"),
        ([taken("a"), taken("a", at=366), taken("a", at=731), taken("a", at=1096)], "times in a row"),
        ([taken("a"), RecallAsked(at=day(2), petition="p", seat="chair", person="b"),
          RecallSigned(at=day(2), petition="p", person="c"), RecallDecided(at=day(9), petition="p", recalled=True),
          taken("a", at=10)], "recalled"),
    ],
    ids=["no-member", "incompatible", "term-limit", "recalled"],
)  # fmt: skip
def test_a_forbidden_seat_cannot_be_taken(events, why):
    found = history(founded(), chair(), SeatMade(
        at=day(0), seat="treasurer", body="north", title="Treasurer", excludes=frozenset({"chair"})))  # fmt: skip
    for event in events[:-1]:
        found.add(event)
    with pytest.raises(NotEntitled, match=why):
        found.add(events[-1])


def test_a_limit_is_over_when_another_sat_or_a_term_has_passed():
    three = [taken("a"), taken("a", at=366), taken("a", at=731)]
    after_another = history(
        founded(), chair(), *three, taken("b", at=1096), SeatLeft(at=day(1097), seat="chair", person="b")
    )
    after_a_pause = history(founded(), chair(), *three)
    after_another.add(taken("a", at=1098))
    after_a_pause.add(taken("a", at=1096 + 365))


def test_nobody_has_two_votes_in_one_body():
    found = history(
        founded("north", "ab"), founded("south", "ab"), council(),
        *(BodyMoved(at=day(0), body=body, parent="council") for body in ("north", "south")),
        *(SeatMade(at=day(0), seat=body[0], body=body, title="Delegate", kind=DELEGATE, sits_in="council")
          for body in ("north", "south")),
        taken("a", "n"),
    )  # fmt: skip
    with pytest.raises(NotEntitled, match="two votes"):
        found.add(taken("a", "s"))


@pytest.mark.parametrize(
    "event",
    [taken("b"), SeatLeft(at=day(2), seat="chair", person="b"),
     SeatLeft(at=day(2), seat="chair", person="a", reason=End.RECALLED),
     InstructionGiven(at=day(2), seat="empty", text="?", by_motion="m"),
     ReportGiven(at=day(2), seat="chair", person="b", document="d"),
     SeatMade(at=day(2), seat="chair", body="north", title="Chair"),
     SeatMade(at=day(2), seat="x", body="north", title="X", sits_in="council"),
     SeatMade(at=day(2), seat="x", body="north", title="X", kind=DELEGATE, sits_in="council"),
     taken("b", "nowhere", 2), RecallAsked(at=day(2), petition="p", seat="empty", person="b")],
    ids=["held", "not-hers", "declared-recall", "instruct-nobody", "report-for-another", "id-again",
     "officer-elsewhere",
         "no-tie", "no-seat", "recall-nobody"],
)  # fmt: skip
def test_steps_out_of_order_are_refused(event):
    found = history(
        founded(), council(), chair(), taken(), SeatMade(at=day(1), seat="empty", body="north", title="Empty")
    )
    with pytest.raises((NotInOrder, InvalidValue)):
        found.add(event)


# --- recall ------------------------------------------------------------------------------------------------------


def asked(*signers: str) -> History:
    found = history(founded(), chair(), taken(), RecallAsked(at=day(2), petition="p", seat="chair", person="b"))
    for person in signers:
        found.add(RecallSigned(at=day(3), petition="p", person=person))
    return found


def test_a_recall_opens_by_itself_at_its_threshold():
    """A fifth of ten is two; the second signature opens the vote."""
    found = asked()
    signed, opened = found.add(RecallSigned(at=day(3), petition="p", person="c"))
    assert isinstance(signed, RecallSigned)
    assert opened == RecallOpened(at=day(3), petition="p", ballot="recall-p")


def test_it_opens_too_when_the_threshold_sinks():
    """One of ten signed; when five have left, one is a fifth."""
    found = asked()
    opened = [event for person in "fghij" for event in found.add(MemberLeft(at=day(4), body="north", person=person))]
    assert isinstance(opened[-1], RecallOpened)


def test_it_opens_too_when_memberships_run_out_by_time_alone():
    found = history(
        founded(members="abcde"), *(MemberJoined(at=day(0), body="north", person=p, until=day(9)) for p in "klmno"),
        chair(), taken(), RecallAsked(at=day(2), petition="p", seat="chair", person="b"),
    )  # fmt: skip
    assert found.tick(day(8)) == ()
    assert [type(event) for event in found.tick(day(9))] == [RecallOpened]


def test_signatures_of_those_who_left_do_not_count():
    found = history(
        founded(), chair(recall_threshold=Fraction(3, 10)), taken(),
        RecallAsked(at=day(2), petition="p", seat="chair", person="b"),
        RecallSigned(at=day(2), petition="p", person="c"),
        MemberLeft(at=day(3), body="north", person="c"),
    )  # fmt: skip
    assert not any(
        isinstance(event, RecallOpened) for event in found.add(RecallSigned(at=day(4), petition="p", person="d"))
    )


def test_who_is_recalled_leaves_the_seat():
    found = asked("c")
    found.add(RecallDecided(at=day(9), petition="p", recalled=True))
    assert (found.state.holder("chair", day(8)), found.state.holder("chair", day(9))) == ("a", None)


def test_who_is_not_recalled_stays():
    found = asked("c")
    found.add(RecallDecided(at=day(9), petition="p", recalled=False))
    assert found.state.holder("chair", day(9)) == "a"


def test_a_petition_lapses_with_the_seat():
    found = asked()
    events = found.add(SeatLeft(at=day(4), seat="chair", person="a"))
    assert isinstance(events[-1], RecallLapsed)


@pytest.mark.parametrize(
    ("event", "error"),
    [(RecallSigned(at=day(3), petition="p", person="b"), AlreadyVoted),
     (RecallSigned(at=day(3), petition="p", person="z"), NotEntitled),
     (RecallUnsigned(at=day(3), petition="p", person="c"), NotInOrder),
     (RecallSigned(at=day(3), petition="q", person="c"), NotInOrder),
     (RecallOpened(at=day(3), petition="p", ballot="x"), NotInOrder), (RecallLapsed(at=day(3), petition="p"),
     NotInOrder),
     (RecallDecided(at=day(3), petition="p", recalled=True), NotInOrder),
     (RecallAsked(at=day(3), petition="q", seat="chair", person="c"), NotInOrder)],
    ids=["twice", "no-member", "not-signed", "no-petition", "opened-by-hand", "lapsed-by-hand", "decided-early",
         "second-petition"],
)  # fmt: skip
def test_petitions_keep_their_order(event, error):
    with pytest.raises(error):
        asked().add(event)


# --- measured: random histories ----------------------------------------------------------------------------------

seeds = st.integers(0, 2**32)


@settings(max_examples=60)
@given(seeds)
def test_rights_as_of_a_moment_equal_a_replay_of_the_record(seed):
    assert differences(lived(seed)) == []


@settings(max_examples=60)
@given(seeds)
def test_at_no_moment_has_anybody_a_forbidden_seat(seed):
    assert forbidden(lived(seed)) == []


@settings(max_examples=60)
@given(seeds)
def test_a_recall_that_reaches_its_threshold_always_opens_a_vote(seed):
    assert missed_recalls(lived(seed)) == []


def test_random_histories_have_everything_in_them():
    """So that the three tests above can fail."""
    kinds = {type(event) for seed in range(60) for event in lived(seed).events}
    reasons = {held.ended for seed in range(60) for all_of in lived(seed).state.holdings.values() for held in all_of}
    assert {RecallOpened, RecallDecided, RecallLapsed, BodySplit, BodiesMerged, AllianceLeft, SeatAbolished} <= kinds
    assert set(End) <= reasons
