"""Counting: each rule, its edges and its ties."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyceum.errors import InvalidValue, NoSuchOption, SpoiltVote
from lyceum.hall.counting import (
    ABSTAIN,
    NO,
    YES,
    Approval,
    Base,
    InstantRunoff,
    Outcome,
    QualifiedMajority,
    Quorum,
    Roll,
    Rule,
    SainteLague,
    Schulze,
    SimpleMajority,
    SingleTransferableVote,
    Strength,
    Ties,
    Votes,
    count,
    draw,
    read_rule,
    rule_hash,
    write_rule,
)
from lyceum.hall.counting.elections import preferences

LOT = Ties(lot=True, seed="17 21 42")
OPTIONS = ("a", "b", "c", "d")


def ballots(text: str) -> dict:
    """Votes such as "3 a>b=c, 2 -"; the hyphen is a blank vote."""
    found = {}
    for part in text.split(","):
        number, order = part.split()
        groups = [] if order == "-" else order.split(">")
        found[tuple(tuple(group.split("=")) for group in groups)] = int(number)
    return found


def tally_of(rule: Rule, text: str, *, options: tuple[str, ...] = OPTIONS, entitled: int = 1000, seed=None):
    return count(rule, Votes.of(options, ballots(text)), Roll(entitled), seed=seed)


def motion(rule: Rule, *, yes: int = 0, no: int = 0, abstain: int = 0, blank: int = 0, entitled=100, present=None):
    votes = {((YES,),): yes, ((NO,),): no, ((ABSTAIN,),): abstain, (): blank}
    return count(rule, Votes.of((YES, NO, ABSTAIN), votes), Roll(entitled, present)).outcome


# --- majorities --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("yes", "no", "abstain", "outcome"),
    [(11, 10, 50, Outcome.CARRIED), (10, 10, 0, Outcome.LOST), (0, 0, 5, Outcome.LOST), (1, 0, 0, Outcome.CARRIED)],
    ids=["more", "half", "all-abstain", "one-vote"],
)
def test_a_simple_majority_of_votes_leaves_abstentions_out(yes, no, abstain, outcome):
    assert motion(SimpleMajority(), yes=yes, no=no, abstain=abstain) is outcome


@pytest.mark.parametrize(
    ("base", "outcome"),
    [(Base.VOTES, Outcome.CARRIED), (Base.VOTES_AND_ABSTENTIONS, Outcome.LOST), (Base.PRESENT, Outcome.LOST),
     (Base.ROLL, Outcome.LOST)],
    ids=str,
)  # fmt: skip
def test_the_base_decides_what_is_half(base, outcome):
    """Thirty for, twenty against, ten abstain; sixty-two are present of a hundred."""
    assert motion(SimpleMajority(base=base), yes=30, no=20, abstain=10, present=62) is outcome


@pytest.mark.parametrize(("yes", "outcome"), [(40, Outcome.CARRIED), (39, Outcome.LOST)], ids=["at", "below"])
def test_a_qualified_majority_is_reached_at_its_share(yes, outcome):
    assert motion(QualifiedMajority(share=Fraction(2, 3)), yes=yes, no=60 - yes) is outcome


def test_a_majority_of_those_present_needs_their_number():
    with pytest.raises(InvalidValue, match="present"):
        motion(SimpleMajority(base=Base.PRESENT), yes=1)


@pytest.mark.parametrize(
    ("quorum", "cast", "outcome"),
    [(Quorum(Fraction(1, 3)), 33, Outcome.NO_QUORUM), (Quorum(Fraction(1, 3)), 34, Outcome.CARRIED),
     (Quorum(number=20), 19, Outcome.NO_QUORUM), (Quorum(Fraction(1, 2), Base.PRESENT), 31, Outcome.CARRIED)],
    ids=["third-missed", "third-met", "number-missed", "of-present"],
)  # fmt: skip
def test_a_quorum_counts_abstentions_too(quorum, cast, outcome):
    assert motion(SimpleMajority(quorum=quorum), yes=cast - 5, abstain=4, blank=1, present=62) is outcome


# --- elections ---------------------------------------------------------------------------------------------------


def test_approval_elects_the_most_approved():
    tally = tally_of(Approval(seats=2), "5 a=b, 4 b=c, 3 c, 1 -")
    assert tally.elected == ("b", "c")
    assert tally.blank == 1


def test_a_tie_inside_the_seats_is_none():
    """Both are elected, so that nothing is to be broken."""
    tally = tally_of(Approval(seats=2), "5 a=b, 4 c")
    assert (tally.elected, tally.ties) == (("a", "b"), ())


def test_a_runoff_moves_the_votes_of_the_last():
    tally = tally_of(InstantRunoff(), "4 a, 3 b>c, 2 c>b, 1 d>c")
    assert tally.elected == ("b",)


def test_a_runoff_excludes_together_those_who_could_not_be_saved():
    """One vote each for two, three for the next: no order of theirs changes anything, and no lot is needed."""
    tally = tally_of(InstantRunoff(), "4 a, 3 b, 1 c>d>b, 1 d>c>b")
    assert "excluded_together" in [step.kind for step in tally.steps]
    assert (tally.elected, tally.ties) == (("b",), ())


def test_a_surplus_moves_on_at_the_value_that_it_had():
    """Ten of twelve votes stay with the first; the second gets two sixths of each of her six, on top of none."""
    tally = tally_of(SingleTransferableVote(seats=2), "12 a>b, 9 c, 6 d")
    table = next(step.table for step in tally.steps if step.kind == "surplus")
    assert dict(table.rows)["b"] == 2
    assert tally.elected == ("a", "c")


def test_weights_multiply_over_two_surpluses():
    """A vote that came with a part of its value goes on with a part of that part, exactly."""
    rule = SingleTransferableVote(seats=3)
    tally = tally_of(rule, "20 a>b>c, 9 b>c, 5 c, 6 d", options=("a", "b", "c", "d"))
    surpluses = [dict(step.values) for step in tally.steps if step.kind == "surplus"]
    assert [step["factor"] for step in surpluses] == [Fraction(9, 20), Fraction(7, 18)]
    last = [step.table for step in tally.steps if step.kind == "surplus"][-1]
    assert dict(last.rows)["c"] == 5 + 20 * Fraction(9, 20) * Fraction(7, 18) + 9 * Fraction(7, 18)


def test_cut_transfer_values_lose_what_the_law_lets_them_lose():
    """Seven votes pass a surplus of a seventh each on: exactly one vote, or 0.14285 seven times."""
    lost = []
    for places in (None, 5):
        tally = tally_of(SingleTransferableVote(seats=2, places=places), "7 a>b, 3 b, 5 c, 2 d")
        table = next(step.table for step in tally.steps if step.kind == "surplus")
        lost.append(dict(table.rows)["not transferable"])
    assert lost == [0, 1 - 7 * Fraction(14285, 100_000)]


def test_as_many_options_as_seats_are_all_elected():
    assert set(tally_of(SingleTransferableVote(seats=4), "3 a, 2 b").elected) == set(OPTIONS)


def test_schulze_finds_the_winner_of_a_cycle():
    """The example in Schulze's paper with five options and forty-five voters; E wins."""
    text = ("5 A>C>B>E>D, 5 A>D>E>C>B, 8 B>E>D>A>C, 3 C>A>B>E>D, 7 C>A>E>B>D, 2 C>B>A>D>E, 7 D>C>E>B>A, "
            "8 E>B>A>D>C")  # fmt: skip
    assert tally_of(Schulze(), text, options=tuple("ABCDE")).ranking == ("E", "A", "C", "B", "D")


def test_a_tie_below_the_last_seat_leaves_the_ranking_open():
    """It decides nothing, and so it is not broken."""
    tally = tally_of(Schulze(), "2 a>b, 2 a>c")
    assert (tally.elected, tally.ranking, tally.ties) == (("a",), ("a",), ())


def test_what_a_voter_leaves_out_stands_below_what_she_ranks():
    assert tally_of(Schulze(), "2 a, 1 b>a").elected == ("a",)


@pytest.mark.parametrize(("strength", "winner"), [(Strength.WINNING, "c"), (Strength.MARGINS, "a")], ids=str)
def test_the_strength_of_a_defeat_is_the_rules_choice(strength, winner):
    """In a cycle of votes that leave options out, winning votes and margins differ."""
    tally = tally_of(Schulze(strength=strength), "9 a>c, 4 c>b, 8 b", options=("a", "b", "c"))
    assert tally.elected == (winner,)


def test_seats_by_section_follow_the_odd_divisors():
    tally = tally_of(SainteLague(seats=7), "53 a, 24 b, 23 c", options=("a", "b", "c"))
    assert dict(tally.seats) == {"a": 3, "b": 2, "c": 2}


def test_every_section_has_what_the_rule_gives_it_first():
    tally = tally_of(SainteLague(seats=5, at_least=1), "90 a, 9 b, 1 c", options=("a", "b", "c"))
    assert dict(tally.seats) == {"a": 3, "b": 1, "c": 1}


# --- ties --------------------------------------------------------------------------------------------------------

TIED = [
    (Approval(), "3 a=b, 1 c"),
    (InstantRunoff(), "3 a, 3 b"),
    (SingleTransferableVote(seats=1), "3 a, 3 b, 3 c"),
    (Schulze(), "3 a>b, 3 b>a"),
    (SainteLague(seats=1), "3 a, 3 b, 3 c, 3 d"),
]
TIED_IDS = [type(rule).__name__ for rule, _ in TIED]


@pytest.mark.parametrize(("rule", "text"), TIED, ids=TIED_IDS)
def test_a_tie_stays_where_the_rule_breaks_none(rule, text):
    tally = tally_of(rule, text)
    assert tally.outcome is Outcome.TIED
    assert set(tally.tied) >= {"a", "b"}
    assert not tally.elected
    assert not tally.seats


@pytest.mark.parametrize(("rule", "text"), TIED, ids=TIED_IDS)
def test_the_lot_falls_as_its_seed_says(rule, text):
    """The same on every machine and on every day; and other seeds choose others."""
    results = set()
    for seed in range(12):
        decided = type(rule)(
            **{"ties": Ties(lot=True, seed=str(seed))} | ({"seats": 1} if hasattr(rule, "seats") else {})
        )
        tally = tally_of(decided, text)
        again = tally_of(decided, text)
        assert tally == again
        assert tally.outcome is Outcome.ELECTED
        assert tally.ties[-1].by == "lot"
        results.add(tally.elected or tally.seats)
    assert len(results) > 1


def test_the_lot_can_be_drawn_again_by_hand():
    """Published with its algorithm; this order must never change."""
    assert draw("17 21 42", "elect", 1, ["a", "b", "c"]) == ["b", "a", "c"]


def test_a_tie_looks_back_before_it_is_drawn():
    """c and d have three each in the end; d had fewer first preferences and is excluded."""
    tally = tally_of(InstantRunoff(ties=LOT), "6 a, 4 b, 3 c, 2 d, 1 e>d", options=("a", "b", "c", "d", "e"))
    assert [(tie.options, tie.chosen, tie.by) for tie in tally.ties] == [(("c", "d"), "d", "back")]


def test_a_seed_that_was_to_come_must_be_there():
    rule = Approval(ties=Ties(lot=True, seed_from="the lottery of the Saturday after closing"))
    with pytest.raises(InvalidValue, match="seed") as refused:
        tally_of(rule, "1 a, 1 b")
    assert refused.value.code == "seed_missing"
    assert tally_of(rule, "1 a, 1 b", seed="4 8 15").outcome is Outcome.ELECTED


# --- bad input ---------------------------------------------------------------------------------------------------


def test_nothing_is_elected_without_votes():
    assert tally_of(InstantRunoff(), "3 -").outcome is Outcome.NO_VOTES


@pytest.mark.parametrize(
    ("rule", "text", "error"),
    [(InstantRunoff(), "1 a=b", SpoiltVote), (Approval(), "1 a>b", SpoiltVote),
     (SainteLague(seats=1), "1 a=b", SpoiltVote), (Schulze(), "1 x", NoSuchOption), (Schulze(), "1 a>a", SpoiltVote)],
    ids=["equal-in-runoff", "order-in-approval", "two-sections", "unknown", "twice"],
)  # fmt: skip
def test_votes_of_a_wrong_form_are_refused(rule, text, error):
    with pytest.raises(error):
        tally_of(rule, text)


def test_more_votes_than_voters_are_refused():
    with pytest.raises(InvalidValue) as refused:
        tally_of(InstantRunoff(), "6 a", entitled=5)
    assert refused.value.code == "more_votes_than_voters"


# --- rules as files ----------------------------------------------------------------------------------------------

RULES = [
    SimpleMajority(quorum=Quorum(Fraction(1, 3))),
    QualifiedMajority(share=Fraction(2, 3), base=Base.ROLL),
    Approval(seats=3, ties=LOT),
    InstantRunoff(ties=Ties(back=False)),
    SingleTransferableVote(seats=5, places=5, quorum=Quorum(number=7)),
    Schulze(strength=Strength.MARGINS),
    SainteLague(seats=9, at_least=1, ties=Ties(lot=True, seed_from="the next full moon's minute")),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_a_rule_is_read_as_it_was_written(rule):
    assert read_rule(write_rule(rule)) == rule
    assert rule_hash(read_rule(write_rule(rule))) == rule_hash(rule)


def test_rules_that_differ_have_other_hashes():
    assert len({rule_hash(rule) for rule in RULES}) == len(RULES)
    assert rule_hash(SimpleMajority()) != rule_hash(SimpleMajority(base=Base.ROLL))


@pytest.mark.parametrize(
    "change",
    [{"format": "lyceum-rule-9"}, {"method": "magic"}, {"seat": 3}, {"seats": "3"}, {"seats": 0}, {"seats": True},
     {"places": 2.5}, {"ties": {"lot": {}}}, {"ties": {"lot": {"seed": 7}}}, {"ties": {"back": "yes"}},
     {"quorum": {}}, {"quorum": {"share": 0.5}}, {"quorum": {"share": "3/2"}}, {"quorum": {"share": "1/0"}},
     {"quorum": {"share": "1/2", "of": "votes"}}, {"quorum": {"number": 1, "share": "1/2"}}, {"base": "roll"}],
    ids=lambda change: "-".join(f"{key}={value}" for key, value in change.items()),
)  # fmt: skip
def test_a_rule_that_means_nothing_is_refused(change):
    """A misspelt key as well, which would leave a default standing."""
    written = {"format": "lyceum-rule-1", "method": "single_transferable_vote", "seats": 3, **change}
    with pytest.raises(InvalidValue) as refused:
        read_rule(written)
    assert refused.value.hint or refused.value.message
    assert refused.value.code in ("rule_wrong", "format_unknown")


# --- what always holds -------------------------------------------------------------------------------------------

profiles = st.dictionaries(
    st.permutations(OPTIONS).flatmap(lambda order: st.integers(0, 4).map(lambda n: tuple((o,) for o in order[:n]))),
    st.integers(1, 9), min_size=1, max_size=12,
)  # fmt: skip


@given(profiles, st.integers(1, 3))
def test_no_vote_is_lost_or_made_by_transfers(profile, seats):
    """At every stage the piles and what can move no more are all votes, to the last fraction."""
    votes = Votes.of(OPTIONS, profile)
    tally = count(SingleTransferableVote(seats=seats, ties=LOT), votes, Roll(1000))
    for step in tally.steps:
        if step.table:
            values = [value for _, value in step.table.rows]
            assert all(value >= 0 for value in values)
            assert sum(values) == votes.number - votes.blank


@given(profiles, st.integers(1, 3))
def test_the_order_of_the_votes_and_of_the_options_changes_nothing(profile, seats):
    shuffled = random.Random(seats).sample(list(profile.items()), len(profile))  # noqa: S311
    for rule in (InstantRunoff(ties=LOT), SingleTransferableVote(seats=seats, ties=LOT), Schulze(ties=LOT)):
        one = count(rule, Votes.of(OPTIONS, profile), Roll(1000))
        other = count(rule, Votes.of(OPTIONS[::-1], dict(shuffled)), Roll(1000))
        assert one.elected == other.elected


@given(profiles)
def test_whoever_beats_everybody_wins_by_schulze(profile):
    votes = Votes.of(OPTIONS, profile)
    pairs = preferences(votes)
    best = [a for a in OPTIONS if all(pairs[a, b] > pairs[b, a] for b in OPTIONS if a != b)]
    if best:
        assert count(Schulze(), votes, Roll(1000)).elected == tuple(best)


@given(st.lists(st.integers(0, 500), min_size=2, max_size=6), st.integers(1, 40))
def test_all_seats_are_given_and_none_beats_the_quotients(votes, seats):
    """No section could take a seat from another by a higher claim to it."""
    sections = tuple(f"s{number}" for number in range(len(votes)))
    if not any(votes):
        return
    given_votes = Votes.of(sections, {((name,),): number for name, number in zip(sections, votes, strict=True)})
    found = dict(count(SainteLague(seats=seats, ties=LOT), given_votes, Roll(0)).seats)
    claims = dict(zip(sections, votes, strict=True))
    assert sum(found.values()) == seats
    for name in sections:
        for other in sections:
            if found[other]:
                assert Fraction(claims[name], 2 * found[name] + 1) <= Fraction(claims[other], 2 * found[other] - 1)
