"""Motions: differences, conflicts, the order of voting, and the way from body to body."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyceum.errors import InvalidValue, NotEntitled, NotInOrder
from lyceum.hall.bodies import AllianceJoined, BodyFounded, BodyMoved, History
from lyceum.hall.charter import TEMPLATES
from lyceum.hall.counting import NO, YES, Outcome, Quorum, Roll, SimpleMajority, Tally, Votes, count
from lyceum.hall.motions import (
    Amendment,
    Delete,
    Insert,
    Motion,
    OriginKind,
    Relation,
    Replace,
    Stage,
    Subject,
    amended,
    amending,
    check_amendment,
    check_seconded,
    compose_motions,
    conflicts,
    decide_motion,
    differences,
    endorsement,
    forward_motion,
    order_of_voting,
    paragraphs_of,
    propose_endorsement,
    put_motion,
    second_motion,
    submit_motion,
    trail_of,
    withdraw_motion,
)

AT = datetime(2026, 5, 1, tzinfo=UTC)
TEXT = "We strike on Monday at nine.\n\nThe fund pays half of the lost wages.\n\nThe press is told on Sunday."


@pytest.fixture
def state():
    history = History()
    for body in ("north", "south", "far"):
        history.add(BodyFounded(at=AT, body=body, name=body, members=(f"{body}-a", f"{body}-b")))
    history.add(BodyFounded(at=AT, body="union", name="union", charter=TEMPLATES["alliance"]))
    history.add(BodyMoved(at=AT, body="south", parent="north"))
    history.add(AllianceJoined(at=AT, body="north", alliance="union"))
    return history.state


@pytest.fixture
def motion(state) -> Motion:
    return submit_motion(state, "m1", body="north", title="Strike", text=TEXT, proposer="north-a", at=AT)


def amendment(name: str, *changes, hours: int = 0) -> Amendment:
    return Amendment(name, "m1", "north-b", changes, AT + timedelta(hours=hours))


def counted(yes: int, no: int, **more) -> Tally:
    votes = {((YES,),): yes, ((NO,),): no}
    return count(SimpleMajority(**more), Votes.of(("yes", "no", "abstain"), votes), Roll(100))


def carried(motion: Motion) -> Motion:
    return decide_motion(put_motion(motion), counted(2, 1))


# --- the life of a motion ----------------------------------------------------------------------------------------


def test_a_motion_is_seconded_by_another_who_may_propose(state, motion):
    with pytest.raises(NotInOrder):
        check_seconded(motion)
    for person in ("north-a", "far-a"):
        with pytest.raises(NotEntitled):
            second_motion(state, motion, person=person, at=AT)
    seconded = second_motion(state, motion, person="north-b", at=AT)
    check_seconded(seconded)
    with pytest.raises(NotInOrder):
        second_motion(state, seconded, person="north-b", at=AT)


def test_what_a_body_sends_needs_no_second(state, motion):
    check_seconded(forward_motion(state, carried(motion), to="south", motion_id="m2", at=AT))


def test_a_motion_is_decided_by_its_count(motion):
    assert decide_motion(put_motion(motion), counted(2, 1)).stage is Stage.CARRIED
    assert decide_motion(put_motion(motion), counted(1, 1)).stage is Stage.LOST
    missed = counted(2, 1, quorum=Quorum(number=50))
    assert missed.outcome is Outcome.NO_QUORUM
    assert decide_motion(put_motion(motion), missed).stage is Stage.PUT


def test_only_who_may_propose_submits(state):
    with pytest.raises(NotEntitled):
        submit_motion(state, "m2", body="north", title="?", text="?", proposer="south-a", at=AT)


def test_only_the_proposer_withdraws_and_only_before_the_vote(motion):
    assert withdraw_motion(motion, "north-a").stage is Stage.WITHDRAWN
    with pytest.raises(NotEntitled):
        withdraw_motion(motion, "north-b")
    with pytest.raises(NotInOrder):
        withdraw_motion(carried(motion), "north-a")


@pytest.mark.parametrize(
    "act", [put_motion, lambda motion: decide_motion(motion, counted(1, 0))], ids=["put", "decide"]
)
def test_what_is_decided_stays_decided(motion, act):
    with pytest.raises(NotInOrder):
        act(carried(motion))


def test_a_motion_without_words_is_refused(state):
    with pytest.raises(InvalidValue):
        submit_motion(state, "m2", body="north", title="Strike", text=" \n\n ", proposer="north-a", at=AT)


# --- amendments --------------------------------------------------------------------------------------------------


def test_amendments_change_paragraphs_and_leave_their_ids(motion):
    changed = amended(motion, [amendment("a1", Replace("p1", "We strike on Tuesday."), Delete("p3"),
                                         Insert("p1", "Nobody works."), Insert(None, "Preamble."))])  # fmt: skip
    assert [(p.id, p.text) for p in changed.paragraphs] == [
        ("a1.4", "Preamble."), ("p1", "We strike on Tuesday."), ("a1.3", "Nobody works."),
        ("p2", "The fund pays half of the lost wages."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [(), (Replace("p9", "x"),), (Replace("p1", " "),), (Insert("p9", "x"),), (Replace("p1", "x"), Delete("p1")),
     (Replace("p1", "We strike on Monday at nine."),)],
    ids=["none", "no-paragraph", "empty", "no-place", "twice", "as-it-is"],
)  # fmt: skip
def test_an_amendment_that_does_not_fit_is_refused(motion, changes):
    with pytest.raises(InvalidValue):
        check_amendment(motion, amendment("a1", *changes))


def test_a_decided_motion_is_not_amended(motion):
    with pytest.raises(NotInOrder):
        check_amendment(carried(motion), amendment("a1", Delete("p1")))


def test_differences_show_the_words_that_went_and_came(motion):
    changed = amended(motion, [amendment("a1", Replace("p1", "We strike on Friday at nine."), Delete("p2"),
                                         Insert("p3", "All of us."))])  # fmt: skip
    assert [difference.markdown for difference in differences(motion, changed)] == [
        "We strike on ~~Monday~~**Friday** at nine.",
        "~~The fund pays half of the lost wages.~~",
        "The press is told on Sunday.",
        "**All of us.**",
    ]


words = st.lists(st.sampled_from("we strike on monday , friday . now".split()), min_size=1, max_size=8).map(" ".join)


@given(st.lists(words, min_size=1, max_size=4), st.data())
def test_differences_give_back_both_texts(texts, data):
    before = Motion("m1", "north", "t", paragraphs_of("\n\n".join(texts)), "x", AT)
    ids = [paragraph.id for paragraph in before.paragraphs]
    chosen = data.draw(st.lists(st.sampled_from(ids), unique=True))
    changes = [data.draw(st.sampled_from([Replace(i, "we go"), Delete(i), Insert(i, "now")])) for i in chosen]
    after = amended(before, [amendment("a1", *changes)])
    found = differences(before, after)
    assert [d.before for d in found if d.before] == [p.text for p in before.paragraphs]
    assert [d.after for d in found if d.after] == [p.text for p in after.paragraphs]


# --- conflicts and the order of voting ---------------------------------------------------------------------------

TUESDAY = amendment("a1", Replace("p1", "We strike on Tuesday at nine."))
NEVER = amendment("a2", Replace("p1", "We hand in a petition in its place."), hours=1)
STRUCK = amendment("a3", Delete("p1"), hours=2)
AGAIN = amendment("a4", Replace("p1", "We strike on Tuesday at nine."), hours=3)
WAGES = amendment("a5", Replace("p2", "The fund pays all lost wages."), hours=4)
MORE = amendment("a6", Insert("p1", "Nobody works."), hours=5)
ALL = (WAGES, AGAIN, MORE, NEVER, TUESDAY, STRUCK)


def test_conflicts_are_found_by_paragraph():
    found = {(c.one, c.other): c.relation for c in conflicts((TUESDAY, NEVER, STRUCK, AGAIN, WAGES, MORE))}
    assert found[("a1", "a4")] is Relation.ALIKE
    assert {pair for pair, relation in found.items() if relation is Relation.EXCLUSIVE} == {
        ("a1", "a2"), ("a1", "a3"), ("a2", "a3"), ("a2", "a4"), ("a3", "a4")
    }  # fmt: skip


def test_the_furthest_reaching_comes_first_and_the_text_gives_the_rest(motion):
    votes = order_of_voting(motion, ALL)
    assert [vote.amendments for vote in votes] == [("a3",), ("a2",), ("a1", "a4"), ("a6",), ("a5",)]
    assert "deletes" in votes[0].reason
    assert "alike" in votes[2].reason


def test_the_order_does_not_depend_on_how_amendments_are_listed(motion):
    assert order_of_voting(motion, ALL) == order_of_voting(motion, ALL[::-1])


def test_what_excludes_a_carried_amendment_falls_without_a_vote(motion):
    after = amending(motion, ALL, {"a3": False, "a2": True})
    assert (after.carried, after.lost, after.fallen) == (("a2",), ("a3",), ("a1", "a4"))
    assert after.next is not None
    assert after.next.amendments == ("a6",)
    assert after.text.paragraphs[0].text == "We hand in a petition in its place."


def test_alike_amendments_are_voted_on_once_and_applied_once(motion):
    twins = (amendment("a1", Insert("p1", "Now.")), amendment("a2", Insert("p1", "Now."), hours=1))
    after = amending(motion, twins, {"a1": True})
    assert (after.carried, after.next) == (("a1", "a2"), None)
    assert [p.text for p in after.text.paragraphs].count("Now.") == 1


@pytest.mark.parametrize("results", [{"a2": True}, {"a3": True, "a2": True}], ids=["too-early", "fallen"])
def test_results_out_of_order_are_refused(motion, results):
    with pytest.raises(NotInOrder):
        amending(motion, ALL, results)


# --- from body to body -------------------------------------------------------------------------------------------


def test_a_composite_takes_the_place_of_its_parts(state, motion):
    other = submit_motion(state, "m2", body="north", title="Fund", text="The fund pays.", proposer="north-b", at=AT)
    joined, parts = compose_motions("m3", title="Both", text=TEXT, proposer="north-a", at=AT, parts=[motion, other])
    assert {part.stage for part in parts} == {Stage.COMPOSED}
    assert {origin.motion for origin in joined.origins} == {"m1", "m2"}
    with pytest.raises(NotInOrder):
        put_motion(parts[0])


@pytest.mark.parametrize("body", ["south", "union"], ids=["down", "to-an-alliance"])
def test_what_was_carried_is_forwarded_along_a_tie(state, motion, body):
    sent = forward_motion(state, carried(motion), to=body, motion_id="m2", at=AT)
    assert (sent.body, sent.stage, sent.paragraphs) == (body, Stage.SUBMITTED, motion.paragraphs)
    assert [(o.kind, o.motion, o.body) for o in sent.origins] == [(OriginKind.FORWARDED, "m1", "north")]


def test_it_is_forwarded_up_as_well(state):
    low = carried(submit_motion(state, "m9", body="south", title="Up", text="Up.", proposer="south-a", at=AT))
    assert forward_motion(state, low, to="north", motion_id="m10", at=AT).body == "north"


@pytest.mark.parametrize(("decided", "to"), [(False, "south"), (True, "far")], ids=["not-carried", "no-tie"])
def test_what_may_not_go_does_not(state, motion, decided, to):
    with pytest.raises(NotInOrder):
        forward_motion(state, carried(motion) if decided else motion, to=to, motion_id="m2", at=AT)


def test_an_endorsement_is_an_adopted_motion_that_is_followed_back(state, motion):
    """From the endorsement to the motion forwarded, and to the motion that it was forwarded from."""
    first = carried(motion)
    second = forward_motion(state, first, to="south", motion_id="m2", at=AT)
    subject = Subject("motion", "m2", "south", second.sha256)
    third = propose_endorsement(state, "m3", body="far", subject=subject, proposer="far-a", at=AT)
    with pytest.raises(NotInOrder):
        endorsement(third)
    assert endorsement(carried(third)).subject == subject
    known = {m.id: m for m in (first, second, third)}
    assert [m.id for m in trail_of(third, known)] == ["m2", "m1"]


def test_a_body_does_not_endorse_itself(state, motion):
    subject = Subject("motion", "m1", "north", motion.sha256)
    with pytest.raises(NotInOrder):
        propose_endorsement(state, "m3", body="north", subject=subject, proposer="north-a", at=AT)
