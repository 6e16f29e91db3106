"""Counting: published real elections are reproduced from figures."""

from __future__ import annotations

from fractions import Fraction

from hall.elections import BURLINGTON, HIGHLAND, orders
from lyceum.hall.counting import (
    InstantRunoff,
    Outcome,
    Roll,
    SainteLague,
    SingleTransferableVote,
    Strength,
    Tally,
    Votes,
    count,
)
from lyceum.hall.counting.elections import strongest_paths


def stages(tally: Tally, kinds: tuple[str, ...]) -> list[dict[str, Fraction]]:
    """The options' votes after each stage."""
    return [dict(step.table.rows) for step in tally.steps if step.kind in kinds and step.table]


def test_the_mayor_of_burlington_2009_by_instant_runoff():
    """Figures of the city's ballots: PrefLib 00005-00000002; rounds as published by the city.

    The city excluded three options together after the first round. Where a voter ranked two equal, the order ends
    there, except for one whose other option was out by then, whom the city gave to Wright.
    """
    names = {"1": "Kiss", "2": "Montroll", "3": "Simpson", "4": "Smith", "5": "Wright", "6": "Write-in"}
    tally = count(InstantRunoff(), Votes.of(tuple(names), orders(BURLINGTON)), Roll(8_980))
    rounds = stages(tally, ("round",))
    assert {names[option]: votes for option, votes in rounds[0].items() if option in names} == {
        "Wright": 2951, "Kiss": 2585, "Montroll": 2063, "Smith": 1306, "Write-in": 36, "Simpson": 35
    }  # fmt: skip
    assert (rounds[-2]["5"], rounds[-2]["1"], rounds[-2]["2"]) == (3294, 2981, 2554)
    assert (rounds[-1]["1"], rounds[-1]["5"]) == (4313, 4061)
    assert [names[option] for option in tally.elected] == ["Kiss"]


def test_a_ward_of_highland_2017_by_the_scottish_single_transferable_vote():
    """North, West and Central Sutherland: figures of the ballots from mggg/scot-elex, stages as published."""
    published = {
        "4": (504, 510, 521, 587, 671, 899),
        "3": (473, 480, 521, 556, 669, 804),
        "2": (556, 564, 571, 612, 681, 689),
        "8": (557, 561, 565, 622, 658, 0),
        "1": (311, 327, 341, 367, 0, 0),
        "7": (265, 269, 274, 0, 0, 0),
        "6": (89, 91, 0, 0, 0, 0),
        "5": (52, 0, 0, 0, 0, 0),
    }
    votes = Votes.of(tuple("12345678"), orders(HIGHLAND))
    tally = count(SingleTransferableVote(seats=3, places=5), votes, Roll(5_000))
    found = stages(tally, ("first_preferences", "stage_excluded"))
    assert {option: tuple(stage[option] for stage in found) for option in published} == published
    assert set(tally.elected) == {"4", "3", "2"}
    assert dict(next(s for s in tally.steps if s.kind == "quota").values)["quota"] == 702


def test_the_debian_project_leader_2002_by_schulze():
    """From the table of pairs that the project published: row over column, the last is “none of the above”."""
    published = ((0, 255, 178, 385), (199, 0, 134, 406), (291, 327, 0, 443), (68, 50, 18, 0))
    names = ("Robinson", "Hertzog", "Garbee", "none")
    pairs = {(a, b): published[i][j] for i, a in enumerate(names) for j, b in enumerate(names) if a != b}
    paths = strongest_paths(names, pairs, Strength.WINNING)
    beaten = {a: sum(paths[a, b] > paths[b, a] for b in names if b != a) for a in names}
    assert sorted(names, key=lambda name: -beaten[name]) == ["Garbee", "Robinson", "Hertzog", "none"]


def test_the_parliament_of_new_zealand_2023_by_sainte_lague():
    """Party votes of the parties that passed the threshold, and the 120 seats to which they were entitled."""
    party_votes = {"National": 1_085_851, "Labour": 767_540, "Green": 330_907, "ACT": 246_473, "NZ First": 173_553,
                   "Te Pāti Māori": 87_844}  # fmt: skip
    votes = Votes.of(tuple(party_votes), {((party,),): number for party, number in party_votes.items()})
    tally = count(SainteLague(seats=120), votes, Roll(0))
    assert tally.outcome is Outcome.ELECTED
    assert dict(tally.seats) == {
        "National": 48, "Labour": 34, "Green": 15, "ACT": 11, "NZ First": 8, "Te Pāti Māori": 4
    }  # fmt: skip
