"""Ballots as acts and rows: what is refused and leaves nothing behind, what is published, and what follows."""

from __future__ import annotations

import json
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import connection

from lyceum import hall as rules
from lyceum.errors import (
    AccessRefused,
    AlreadyVoted,
    BallotClosed,
    BallotNotOpen,
    ClockWentBack,
    EmptyRoll,
    InvalidValue,
    NoSuchOption,
    NotEntitled,
    NotInOrder,
    RuleChanged,
    SpoiltVote,
    StoreDamaged,
)
from lyceum.hall import Tier
from lyceum.server.deciding import models
from lyceum.server.deciding.ballots import CastVote, keep_time, keys
from lyceum.server.deciding.queries import voter_of
from lyceum.server.hall import models as base
from lyceum.server.hall import queries
from lyceum.server.hall.acts import STRANGER
from server.hall.assembly import Assembly, row
from server.hall.clock import day

RANKED = rules.SingleTransferableVote(seats=1)


@pytest.fixture
def north(hall) -> Assembly:
    return Assembly(hall, "bo", "cy")


def written(ballot: str) -> tuple[int, int, bytes]:
    """What votes have left behind."""
    box = models.Box.objects.filter(pk=ballot).first()
    voted, votes = (model.objects.filter(ballot=ballot).count() for model in (models.Voted, models.OpenVote))
    return voted, votes, bytes(box.sealed) if box else b""


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tier", [Tier.OPEN, Tier.SECRET])
@pytest.mark.parametrize(
    ("name", "choice", "at", "refusal"),
    [
        ("bo", "yes", 2.1, BallotNotOpen),
        ("bo", "yes", 3.0, BallotClosed),
        ("bo", "yes", 9.0, BallotClosed),
        ("bo", "maybe", 2.5, NoSuchOption),
        ("bo", ["yes", "no"], 2.5, SpoiltVote),
        ("bo", 7, 2.5, InvalidValue),
        ("gone", "yes", 2.5, NotEntitled),
        ("late", "yes", 2.5, NotEntitled),
        ("stranger", "yes", 2.5, InvalidValue),
    ],
    ids=["before-opening", "at-closing", "after-closing", "no-such-option", "two-options", "no-vote",
         "left-an-hour-ago", "came-after-opening", "another-body"],
)  # fmt: skip
def test_a_vote_that_may_not_be_leaves_nothing_behind(hall, tier, name, choice, at, refusal):
    """Each is refused with its own reason."""
    north = Assembly(hall, "bo", "gone")
    ballot = north.vote_on(north.put(), tier=tier, at=1.9, opens=day(2.2), closes=day(3))
    keep_time(day(2.2)) if at != 2.1 else None
    north.happen(rules.MemberJoined(at=day(2.3), body="north", person=hall.id("late")))
    if name == "gone":
        north.happen(rules.MemberLeft(at=day(2.5) - timedelta(hours=1), body="north", person=hall.id("gone")))
    hall.actor("stranger")
    before = written(ballot)
    with pytest.raises(refusal):
        north.cast(ballot, name, choice, at)
    assert written(ballot) == before


def test_nobody_votes_twice_whatever_the_device(north):
    ballot = north.vote_on(north.put(), tier=Tier.SECRET)
    north.cast(ballot, "bo", "yes")
    before = written(ballot)
    with pytest.raises(AlreadyVoted):
        north.cast(ballot, "bo", "no", 2.6)
    assert written(ballot) == before


def test_two_votes_that_were_both_decided_end_as_one(north, monkeypatch):
    """The key of `Voted` tells them apart, when each had read that nobody had voted."""
    ballot = north.vote_on(north.put(), tier=Tier.SECRET)
    standing = rules.Standing(north.hall.id("bo"), on_roll=True, holds_right=True, has_voted=False)
    monkeypatch.setattr("lyceum.server.deciding.ballots.voter_of", lambda *_: (row(ballot), standing))
    north.cast(ballot, "bo", "yes")
    before = written(ballot)
    with pytest.raises(AlreadyVoted):
        north.cast(ballot, "bo", "no")
    assert written(ballot) == before


def test_a_vote_that_comes_while_the_ballot_is_closed_is_refused(north, monkeypatch):
    ballot = north.vote_on(north.put(), tier=Tier.SECRET)
    models.Box.objects.filter(pk=ballot).delete()
    with pytest.raises(BallotClosed):
        north.cast(ballot, "bo", "yes")
    assert written(ballot) == (0, 0, b"")


def test_a_stranger_does_not_vote(north):
    ballot = north.vote_on(north.put())
    with pytest.raises(AccessRefused):
        CastVote(STRANGER, ballot, "yes").execute(day(2.5))


def test_a_ballot_that_is_not_there_is_not_found(north):
    with pytest.raises(InvalidValue, match="no such ballot"):
        north.cast("b0", "bo", "yes")


def test_a_clock_before_the_opening_is_refused(north):
    ballot = north.vote_on(north.put())
    with pytest.raises(ClockWentBack):
        north.cast(ballot, "bo", "yes", 1.5)
    with pytest.raises(ClockWentBack):
        north.close(ballot, at=1.5)
    assert written(ballot)[0] == 0


@pytest.mark.parametrize(
    "change",
    [{"rule": rules.write_rule(rules.QualifiedMajority(share=Fraction(2, 3)))}, {"question": "Another?"},
     {"closes": day(9)}, {"options": [{"id": o, "name": o} for o in ("no", "yes", "abstain")]}],
    ids=["rule", "question", "end", "options"],
)  # fmt: skip
def test_what_was_changed_after_the_opening_is_neither_voted_on_nor_counted(north, change):
    ballot = north.vote_on(north.put())
    north.cast(ballot, "bo", "yes")
    models.Ballot.objects.filter(pk=ballot).update(**change)
    with pytest.raises(RuleChanged):
        north.cast(ballot, "ada", "yes")
    with pytest.raises(RuleChanged):
        north.close(ballot)
    assert row(ballot).closed is None


def test_a_row_that_was_changed_as_a_whole_is_found_out_by_the_record(north):
    """Who writes rule and hashes anew deceives the row, not the chain."""
    ballot = north.vote_on(north.put())
    models.Ballot.objects.filter(pk=ballot).update(question="Another?")
    changed = row(ballot)
    from lyceum.server.deciding.shapes import ballot_of, terms_sha256  # noqa: PLC0415

    models.Ballot.objects.filter(pk=ballot).update(terms_sha256=terms_sha256(ballot_of(changed)))
    with pytest.raises(RuleChanged, match="record"):
        north.close(ballot)


def test_a_ballot_with_no_voters_does_not_open(hall):
    council = Assembly(hall, "bo")
    council.happen(
        rules.BodyFounded(at=day(1), body="council", name="Council", charter=rules.TEMPLATES["council"], parent="north")
    )
    council.body = "council"
    officer = hall.actor("olga", role="officer")
    council.hall.known["ada"] = officer
    with pytest.raises(EmptyRoll):
        council.ask(["x", "y"], RANKED)
    assert not models.Ballot.objects.exists()


def test_only_those_who_lead_a_bodys_business_open_and_close(hall, north):
    from lyceum.server.deciding.ballots import CloseBallot, PutToVote, Terms  # noqa: PLC0415

    motion = north.put()
    with pytest.raises(NotEntitled):
        PutToVote(hall.actor("bo"), "motion", motion, Terms(tier=Tier.OPEN, closes=day(3))).execute(day(2))
    ballot = north.vote_on(motion)
    with pytest.raises(NotEntitled):
        CloseBallot(hall.actor("bo"), ballot).execute(day(3))


def test_one_ballot_at_a_time_is_held_on_a_motion(north):
    motion = north.put()
    north.vote_on(motion)
    with pytest.raises(NotInOrder, match="open already"):
        north.vote_on(motion)


def test_the_verifiable_tier_says_that_it_is_not_built(north):
    with pytest.raises(NotInOrder, match="not built"):
        north.vote_on(north.put(), tier=Tier.VERIFIABLE)


def test_a_ballot_is_not_cut_short_unless_all_have_voted(north):
    ballot = north.vote_on(north.put(), tier=Tier.SECRET)
    with pytest.raises(NotInOrder, match="have not voted"):
        north.close(ballot, at=2.6)
    for name in ("ada", "bo", "cy"):
        north.cast(ballot, name, "yes")
    assert north.close(ballot, at=2.6) == "carried"


def test_a_lost_key_is_told_and_the_ballot_stays(north):
    ballot = north.vote_on(north.put(), tier=Tier.SECRET)
    keys().destroy(ballot)
    keys().destroy(ballot)
    with pytest.raises(StoreDamaged, match="key"):
        north.cast(ballot, "bo", "yes")
    with pytest.raises(StoreDamaged, match="key"):
        north.close(ballot)
    keep_time(day(4))
    assert row(ballot).closed is None


# --- what is published ---------------------------------------------------------------------------------------------


def test_a_roll_call_is_published_by_name(hall, north):
    ballot = north.vote_on(north.put())
    north.cast(ballot, "ada", "yes")
    north.cast(ballot, "bo", "no")
    north.cast(ballot, "cy", None)
    assert north.close(ballot) == "lost"
    votes = {one["voter"]: one["vote"] for one in row(ballot).published["votes"]}
    assert votes == {hall.id("ada"): ["yes"], hall.id("bo"): ["no"], hall.id("cy"): []}


def test_a_secret_ballot_is_published_with_receipts_that_only_voters_know(north):
    ballot = north.vote_on(north.put(), tier=Tier.SECRET)
    receipts = {name: north.cast(ballot, name, choice).receipt for name, choice in (("ada", "yes"), ("bo", "no"))}
    assert north.close(ballot) == "lost"
    published = row(ballot).published
    assert rules.find_vote(published, receipts["ada"]) == ["yes"]
    assert rules.find_vote(published, receipts["bo"]) == ["no"]
    assert not any(receipt in json.dumps(published) for receipt in receipts.values())


def test_anyone_recounts_the_published_file(north, run, tmp_path):
    """`lyceum hall count RULE FILE` finds what the site found."""
    ballot = north.ask(["x", "y", "z"], RANKED)
    for name, choice in (("ada", ["y", "x"]), ("bo", ["y"]), ("cy", ["z", "y"])):
        north.cast(ballot, name, choice)
    assert north.close(ballot) == "elected"
    stored = row(ballot)
    (tmp_path / "rule.json").write_text(json.dumps(stored.rule))
    (tmp_path / "ballots.json").write_text(json.dumps(stored.published))
    told = run("hall", "count", tmp_path / "rule.json", tmp_path / "ballots.json", "--json")
    assert (told.code, told.json["elected"], told.json["rule_bound"]) == (0, ["y"], True)


def test_the_record_binds_the_ballot_from_opening_to_count_and_tells_of_no_single_vote(north):
    ballot = north.vote_on(north.put(), tier=Tier.SECRET)
    north.cast(ballot, "bo", "yes")
    north.close(ballot)
    kinds = [one.kind for one in base.Entry.objects.order_by("number") if one.public.get("ballot") == ballot]
    assert kinds == ["ballot_opened", "ballot_closed", "ballot_counted"]
    counted = base.Entry.objects.get(kind="ballot_counted")
    assert counted.public["ballots_sha256"] == rules.digest(row(ballot).published)


def test_an_outcome_by_lot_waits_for_the_seed_that_the_rule_named(north):
    lot = rules.SingleTransferableVote(seats=1, ties=rules.Ties(back=False, lot=True, seed_from="Saturday's lottery"))
    ballot = north.ask(["x", "y"], lot)
    north.cast(ballot, "ada", ["x"])
    north.cast(ballot, "bo", ["y"])
    assert north.close(ballot) == ""
    assert row(ballot).published is not None
    assert north.close(ballot, at=4, seed="6 17 21") == "elected"
    assert row(ballot).published["seed"] == "6 17 21"
    with pytest.raises(NotInOrder, match="counted"):
        north.close(ballot, at=5, seed="1 2 3")


# --- what time does, and what follows ------------------------------------------------------------------------------


def test_time_opens_and_closes_ballots_by_itself(north):
    ballot = north.vote_on(north.put(), at=1.9, opens=day(2), closes=day(3))
    with pytest.raises(BallotNotOpen):
        north.cast(ballot, "bo", "yes", 1.95)
    assert keep_time(day(1.95)) == 0
    assert keep_time(day(2)) == 1
    north.cast(ballot, "bo", "yes", 2.5)
    assert keep_time(day(3)) == 1
    assert row(ballot).outcome == "carried"
    assert keep_time(day(3)) == 0


def test_a_vote_without_quorum_decides_nothing_and_may_be_held_again(north):
    motion = north.put()
    quorum = rules.SimpleMajority(quorum=rules.Quorum(share=Fraction(2, 3)))
    ballot = north.vote_on(motion, rule=quorum)
    north.cast(ballot, "bo", "yes")
    assert north.close(ballot) == "no_quorum"
    assert models.Motion.objects.get(pk=motion).stage == "put"
    assert north.vote_on(motion, at=4)


@pytest.mark.parametrize(("votes", "holder"), [(("yes", "yes", "no"), None), (("no", "no", "yes"), "ada")])
def test_a_recall_petition_at_its_threshold_opens_a_ballot_by_itself(hall, north, votes, holder):
    """And its count decides on the seat."""
    north.happen(rules.RecallAsked(at=day(2), petition="r1", seat="north-chair", person=hall.id("bo")))
    ballot = row("recall-r1")
    assert (ballot.tier, ballot.entitled, ballot.opened) == ("secret", 3, day(2))
    for name, choice in zip(("ada", "bo", "cy"), votes, strict=True):
        north.cast("recall-r1", name, choice, 2.5)
    assert keep_time(day(9.5)) == 1
    petition = base.Petition.objects.get(pk="r1")
    assert petition.decided is (holder is None)
    held = base.Holding.objects.get(seat_id="north-chair")
    assert (held.ended == "recalled") is (holder is None)


def test_the_key_of_a_box_lies_outside_the_database_for_its_user_alone(north):
    ballot = north.vote_on(north.put(), tier=Tier.SECRET)
    path = next(keys()._folder.glob(f"{ballot}*"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys().read(ballot) == path.read_bytes()


def test_whoever_asks_the_whole_hall_is_told_the_same_as_who_votes(hall):
    """The one query of a vote and the hall's own answer agree on who holds the right."""
    north = Assembly(hall, "bo", "cy")
    ballot = north.ask(["x", "y"], rules.Approval())
    north.happen(rules.MemberLeft(at=day(2.2), body="north", person=hall.id("cy")))
    north.happen(rules.MemberJoined(at=day(2.3), body="north", person=hall.id("dan"), until=day(2.6)))
    hall.actor("zoe")
    for at in (2.1, 2.2, 2.3, 2.5, 2.6, 9):
        for name in ("ada", "bo", "cy", "dan", "zoe"):
            person = hall.id(name)
            assert voter_of(ballot, person, day(at))[1].holds_right == queries.may_vote("north", person, day(at))


def test_secret_tables_have_no_row_numbers_where_the_database_could_keep_some(hall):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no such tables")
    for model in (models.Voted, models.Entitlement, models.OpenVote):
        with connection.cursor() as cursor:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [model._meta.db_table])
            assert cursor.fetchone()[0].endswith("WITHOUT ROWID")
