"""Ballots: votes that come too early, too late, twice or from the wrong people; receipts; and what links nothing."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from bench.hall.unlink import Stored, attack, naive, ours

from lyceum.errors import (
    AlreadyVoted,
    BallotClosed,
    BallotNotOpen,
    ClockWentBack,
    EmptyRoll,
    InvalidValue,
    NoSuchOption,
    NotEntitled,
    NotInOrder,
    Refused,
    RuleChanged,
    SpoiltVote,
)
from lyceum.hall.ballotfile import read_ballots
from lyceum.hall.ballots import (
    LIMITS,
    MOTION,
    Ballot,
    Option,
    Standing,
    Tier,
    cast,
    cautions,
    check_rule,
    close_ballot,
    drop_paper,
    find_vote,
    mark_of,
    new_box,
    open_ballot,
    open_box,
    plan_ballot,
    publish_ballot,
    tally_ballot,
)
from lyceum.hall.counting import Approval, Base, InstantRunoff, Roll, Schulze, SimpleMajority, Ties, count

NINE = datetime(2026, 5, 1, 9, tzinfo=UTC)
TEN, ELEVEN, NOON = (NINE + timedelta(hours=hours) for hours in (1, 2, 3))
YES = (("yes",),)
PEOPLE = tuple(f"p{number:02d}" for number in range(12))
NAMES = (Option("a", "Ada"), Option("b", "Bo"), Option("c", "Cem"))


def entropy(seed: int = 1):
    """Random bytes that are the same in every run."""
    source = random.Random(seed)  # noqa: S311
    return source.randbytes


def planned(tier: Tier = Tier.SECRET, *, rule=None, options=MOTION) -> Ballot:
    return plan_ballot("b1", body="m1", question="Shall we strike?", options=options, rule=rule or SimpleMajority(),
                tier=tier, opens=TEN, closes=NOON)  # fmt: skip


def opened(tier: Tier = Tier.SECRET, *, roll=PEOPLE, **more) -> Ballot:
    return open_ballot(planned(tier, **more), roll, at=TEN).ballot


def standing(person: str = "p01", *, on_roll=True, holds_right=True, has_voted=False) -> Standing:
    return Standing(person, on_roll, holds_right, has_voted)


# --- who, when, what ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tier", [Tier.OPEN, Tier.SECRET])
def test_a_vote_in_time_by_one_on_the_roll_counts(tier):
    done = cast(opened(tier), standing(), YES, at=ELEVEN, entropy=entropy())
    assert done.entitlement.used
    assert (done.vote is None) == (tier is Tier.SECRET)
    assert (done.paper is None) == (tier is Tier.OPEN)


@pytest.mark.parametrize(
    ("ballot", "at", "error"),
    [
        (planned(), NINE, BallotNotOpen),
        (planned(), ELEVEN, BallotNotOpen),
        (opened(), NINE, ClockWentBack),
        (opened(), NOON, BallotClosed),
        (opened(), NOON + timedelta(days=400), BallotClosed),
        (close_ballot(opened(), at=NOON, voted=3), NOON + timedelta(hours=1), BallotClosed),
        (close_ballot(opened(), at=NOON, voted=3), ELEVEN, BallotClosed),
    ],
    ids=["before-opening", "never-opened", "clock-back-before-opening", "at-the-end", "clock-far-ahead",
         "after-closing", "clock-back-after-closing"],
)  # fmt: skip
def test_a_vote_out_of_time_is_refused_with_its_reason(ballot, at, error):
    """A clock that jumps back opens nothing that was closed."""
    with pytest.raises(error) as refused:
        cast(ballot, standing(), YES, at=at, entropy=entropy())
    assert refused.value.hint


@pytest.mark.parametrize(
    ("who", "error"),
    [(standing(on_roll=False), NotEntitled), (standing(holds_right=False), NotEntitled),
     (standing(has_voted=True), AlreadyVoted)],
    ids=["not-on-the-roll", "left-an-hour-ago", "second-device"],
)  # fmt: skip
def test_a_vote_by_whom_it_is_not_due_is_refused(who, error):
    with pytest.raises(error):
        cast(opened(), who, YES, at=ELEVEN, entropy=entropy())


@pytest.mark.parametrize(
    ("choice", "error"),
    [((("maybe",),), NoSuchOption), ((("yes",), ("no",)), SpoiltVote), ((("yes", "no"),), SpoiltVote),
     ((("yes",), ("yes",)), SpoiltVote), (((),), SpoiltVote)],
    ids=["unknown", "two", "equal", "twice", "empty-place"],
)  # fmt: skip
def test_a_vote_that_the_rule_cannot_count_is_refused(choice, error):
    with pytest.raises(error):
        cast(opened(), standing(), choice, at=ELEVEN, entropy=entropy())


def test_a_refused_vote_writes_nothing():
    """Nothing is half-written: the refusal comes before any random byte is drawn for a receipt."""
    drawn = []
    for who in (standing(has_voted=True), standing(on_roll=False)):
        with pytest.raises(Refused):
            cast(opened(), who, YES, at=ELEVEN, entropy=lambda size: drawn.append(size) or bytes(size))
    assert drawn == []


def test_a_ballot_without_voters_does_not_open():
    with pytest.raises(EmptyRoll):
        open_ballot(planned(), [], at=TEN)


@pytest.mark.parametrize(("at", "error"), [(NINE, BallotNotOpen), (NOON, BallotClosed)], ids=["early", "late"])
def test_a_ballot_opens_in_its_time(at, error):
    with pytest.raises(error):
        open_ballot(planned(), PEOPLE, at=at)


def test_a_ballot_opens_once():
    with pytest.raises(NotInOrder):
        open_ballot(opened(), [*PEOPLE, "late"], at=ELEVEN)


def test_a_rule_that_was_changed_after_opening_is_found():
    ballot = opened(rule=SimpleMajority())
    softer = SimpleMajority(base=Base.ROLL)
    with pytest.raises(RuleChanged):
        check_rule(ballot, softer)
    with pytest.raises(RuleChanged):
        tally_ballot(close_ballot(replace(ballot, rule=softer), at=NOON, voted=0), [])


def test_a_ballot_is_not_cut_short():
    with pytest.raises(NotInOrder):
        close_ballot(opened(), at=ELEVEN, voted=11)
    assert close_ballot(opened(), at=ELEVEN, voted=12).closed == ELEVEN


def test_an_open_ballot_is_neither_counted_nor_published():
    for act in (tally_ballot, publish_ballot):
        with pytest.raises(NotInOrder):
            act(opened(), [])


def test_the_third_tier_has_its_place_and_says_so():
    with pytest.raises(NotInOrder) as refused:
        planned(Tier.VERIFIABLE)
    assert refused.value.code == "tier_not_built"


@pytest.mark.parametrize(
    "change", [{"closes": NINE}, {"options": ()}, {"options": NAMES}, {"options": (*MOTION, MOTION[0])}],
    ids=["ends-before", "no-options", "not-yes-and-no", "twice"],
)  # fmt: skip
def test_a_ballot_that_could_not_be_held_is_refused(change):
    given = {"options": MOTION, "opens": TEN, "closes": NOON} | change
    with pytest.raises(InvalidValue):
        plan_ballot("b1", body="m1", question="?", rule=SimpleMajority(), tier=Tier.OPEN, **given)


def test_a_time_without_zone_is_refused():
    with pytest.raises(InvalidValue):
        cast(opened(), standing(), YES, at=datetime(2026, 5, 1, 11), entropy=entropy())  # noqa: DTZ001


# --- receipts, publishing, recounting ----------------------------------------------------------------------------


def voted(choices: dict, tier: Tier = Tier.SECRET, *, rule=None, options=MOTION):
    """A closed ballot, its votes as stored, and each person's receipt."""
    ballot, source = opened(tier, rule=rule, options=options), entropy(7)
    votes, receipts = [], {}
    for person, choice in choices.items():
        done = cast(ballot, standing(person), choice, at=ELEVEN, entropy=source)
        votes.append(done.vote or done.paper)
        receipts[person] = done.receipt
    return close_ballot(ballot, at=NOON, voted=len(votes)), votes, receipts


def test_each_voter_finds_her_vote_by_her_receipt():
    choices = {person: (("a",), ("b",)) if number % 3 else (("c",),) for number, person in enumerate(PEOPLE)}
    ballot, votes, receipts = voted(choices, rule=InstantRunoff(), options=NAMES)
    published = json.loads(json.dumps(publish_ballot(ballot, votes)))
    assert all(find_vote(published, receipts[p]) == [group[0] for group in choices[p]] for p in PEOPLE)
    assert find_vote(published, "AAAA-BBBB-CCCC-DDDD") is None


def test_a_receipt_is_read_as_people_write_it_down():
    """Lower case, without hyphens, with a nought for an O."""
    assert mark_of("b1", "OIAB-CDEF-GHJK-LMNP") == mark_of("b1", " 01ab cdefghjk-lmnp ")


def test_what_is_published_has_no_receipt_code_and_no_name():
    ballot, votes, receipts = voted(dict.fromkeys(PEOPLE, YES))
    text = json.dumps(publish_ballot(ballot, votes))
    assert not any(secret in text for secret in [*receipts.values(), *PEOPLE])


def test_a_roll_call_is_published_with_its_voters():
    ballot, votes, _ = voted({"p02": YES, "p01": (("no",),)}, Tier.OPEN)
    assert publish_ballot(ballot, votes)["votes"] == [
        {"voter": "p01", "vote": ["no"]},
        {"voter": "p02", "vote": ["yes"]},
    ]


@pytest.mark.parametrize(
    ("rule", "choice"),
    [(SimpleMajority(), YES), (Approval(seats=1, ties=Ties(lot=True, seed="1")), (("a", "b"),)),
     (Schulze(ties=Ties(lot=True, seed="1")), (("a", "b"), ("c",))), (InstantRunoff(), (("b",), ("a",)))],
    ids=["majority", "approval", "schulze", "runoff"],
)  # fmt: skip
@pytest.mark.parametrize("tier", [Tier.OPEN, Tier.SECRET])
def test_a_stranger_counts_the_published_file_to_the_same_result(rule, choice, tier):
    options = MOTION if isinstance(rule, SimpleMajority) else NAMES
    choices = dict.fromkeys(PEOPLE[:7], choice) | dict.fromkeys(PEOPLE[7:9], ())
    ballot, votes, _ = voted(choices, tier, rule=rule, options=options)
    read = read_ballots(rule, publish_ballot(ballot, votes))
    assert read.rule_sha256 == ballot.rule_sha256
    again = count(rule, read.votes, read.roll)
    assert again == tally_ballot(ballot, votes)
    assert again.roll == Roll(12)
    assert again.blank == 2


@pytest.mark.parametrize("act", [tally_ballot, publish_ballot], ids=["counted", "published"])
@pytest.mark.parametrize("tier", [Tier.OPEN, Tier.SECRET])
def test_a_vote_that_was_added_or_lost_is_found_by_number(act, tier):
    """Nothing ties a paper to a voter, but there are as many papers as people who voted."""
    ballot, votes, _ = voted(dict.fromkeys(PEOPLE, YES), tier)
    act(ballot, votes)
    for wrong in ([*votes, votes[0]], votes[1:]):
        with pytest.raises(InvalidValue) as refused:
            act(ballot, wrong)
        assert refused.value.code == "votes_and_voters_differ"


def test_the_limits_are_said_and_few_voters_are_warned():
    assert [caution.code for caution in cautions(opened(roll=PEOPLE[:9]))] == ["few_voters"]
    assert cautions(opened(roll=PEOPLE[:10])) == ()
    said = " ".join(LIMITS[Tier.SECRET])
    assert "at the moment when you cast it" in said
    assert "stands behind you" in said


# --- the sealed box ----------------------------------------------------------------------------------------------


def test_the_box_gives_back_what_was_dropped_sorted_by_mark():
    ballot, source = opened(rule=Schulze(), options=NAMES), entropy()
    key = source(32)
    box = new_box(ballot, key, entropy=source)
    papers = []
    for person in PEOPLE:
        done = cast(ballot, standing(person), (("a", "b"), ("c",)), at=ELEVEN, entropy=source)
        papers.append(done.paper)
        box = drop_paper(ballot, box, done.paper, key, entropy=source)
    assert open_box(ballot, box, key) == tuple(sorted(papers))


def test_a_box_keeps_its_size_and_shares_no_bytes_with_its_copies():
    ballot, source = opened(), entropy()
    key = source(32)
    boxes = [new_box(ballot, key, entropy=source)]
    for person in PEOPLE:
        paper = cast(ballot, standing(person), YES, at=ELEVEN, entropy=source).paper
        boxes.append(drop_paper(ballot, boxes[-1], paper, key, entropy=source))
    assert len({len(box) for box in boxes}) == 1
    blocks = [box[start : start + 16] for box in boxes for start in range(0, len(box) - 16, 16)]
    assert len(set(blocks)) == len(blocks)


@pytest.mark.parametrize("how", ["altered", "other-key", "other-ballot"])
def test_a_box_that_was_touched_does_not_open(how):
    ballot, source = opened(), entropy()
    key = source(32)
    box = bytearray(new_box(ballot, key, entropy=source))
    if how == "altered":
        box[20] ^= 1
    with pytest.raises(InvalidValue) as refused:
        open_box(replace(ballot, id="b2") if how == "other-ballot" else ballot, bytes(box),
                 source(32) if how == "other-key" else key)  # fmt: skip
    assert refused.value.code == "box_damaged"


# --- measured: unlinkability in the secret tier ------------------------------------------------------------------


def test_unlinkability_of_the_secret_tier_over_all_that_is_stored():
    """A thousand ballots; each attack links about one by chance, and eight or more once in 100,000 runs."""
    links = attack(ours(1_000, seed=5))
    assert links
    assert all(found < 8 for found in links.values()), links


def test_the_attacks_work_where_papers_keep_their_order():
    """So that the test above can fail."""
    assert max(attack(naive(1_000, seed=5)).values()) == 1_000
    assert isinstance(naive(3, seed=1), Stored)
