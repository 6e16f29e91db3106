"""One function that counts by any rule."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import Any

from lyceum.errors import InvalidValue
from lyceum.hall.counting.elections import count_approvals, count_schulze, count_sections
from lyceum.hall.counting.majority import count_majority
from lyceum.hall.counting.model import (
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
    Step,
    Tally,
    Votes,
    check_for_rule,
)
from lyceum.hall.counting.ranked import count_runoff, count_transferable
from lyceum.hall.counting.ties import Breaker, Unbroken


def count(rule: Rule, votes: Votes, roll: Roll, *, seed: str | None = None) -> Tally:
    """Counts the votes; the seed is for a lot whose seed the rule left to come. Raises InvalidValue or SpoiltVote."""
    _check(rule, votes, roll)
    breaker = Breaker(rule.ties, seed)
    steps = [_opening(votes, roll)]

    def tally(outcome: Outcome, **found: Any) -> Tally:
        return Tally(rule, outcome, votes.number, votes.blank, roll, tuple(steps), ties=tuple(breaker.met), **found)

    if rule.quorum is not None and not _quorate(rule.quorum, votes, roll, steps):
        return tally(Outcome.NO_QUORUM)
    if isinstance(rule, SimpleMajority | QualifiedMajority):
        outcome, found = count_majority(rule, votes, roll)
        steps += found
        return tally(outcome)
    if votes.number == votes.blank:
        steps.append(Step("no_votes"))
        return tally(Outcome.NO_VOTES)
    try:
        return tally(Outcome.ELECTED, **_elect(rule, votes, breaker, steps))
    except Unbroken:
        return tally(Outcome.TIED)


def _elect(
    rule: Approval | InstantRunoff | SingleTransferableVote | Schulze | SainteLague,
    votes: Votes,
    breaker: Breaker,
    steps: list[Step],
) -> dict[str, Sequence[Any]]:
    match rule:
        case Approval():
            return {"elected": count_approvals(rule, votes, breaker, steps)}
        case InstantRunoff():
            return {"elected": count_runoff(rule, votes, breaker, steps)}
        case SingleTransferableVote():
            return {"elected": count_transferable(rule, votes, breaker, steps)}
        case Schulze():
            elected, ranking = count_schulze(rule, votes, breaker, steps)
            return {"elected": elected, "ranking": ranking}
        case SainteLague():
            return {"seats": count_sections(rule, votes, breaker, steps)}


def _check(rule: Rule, votes: Votes, roll: Roll) -> None:
    if not votes.options:
        raise InvalidValue("There is nothing to vote on.", hint="Name the options.", code="votes_wrong")
    if isinstance(rule, SimpleMajority | QualifiedMajority) and set(votes.options) != {YES, NO, ABSTAIN}:
        raise InvalidValue(
            "A majority is counted from yes, no and abstain.",
            hint=f"The options are {', '.join(votes.options)}; an election has rules of its own.",
            code="votes_wrong",
        )
    for choice, _ in votes.cast:
        check_for_rule(rule, choice)
    # The seats of sections may be shared by figures, such as members, that are not votes of one roll.
    if not isinstance(rule, SainteLague) and votes.number > roll.entitled:
        raise InvalidValue(
            f"{votes.number} votes are more than the {roll.entitled} who might vote.",
            hint="Votes were added, or the roll is not the ballot's.",
            code="more_votes_than_voters",
        )
    if roll.present is not None and roll.present > roll.entitled:
        raise InvalidValue(
            f"{roll.present} present are more than the {roll.entitled} who might vote.",
            hint="Count only those with a vote.",
            code="votes_wrong",
        )


def _opening(votes: Votes, roll: Roll) -> Step:
    values = (("votes", votes.number), ("roll", roll.entitled), ("blank", votes.blank))
    if roll.present is None:
        return Step("votes", values)
    return Step("votes_at_meeting", (*values, ("present", roll.present)))


def _quorate(quorum: Quorum, votes: Votes, roll: Roll, steps: list[Step]) -> bool:
    needed = quorum.number if quorum.number is not None else _part(quorum, roll)
    met = votes.number >= needed
    steps.append(Step("quorum_met" if met else "quorum_missed", (("needed", needed), ("votes", votes.number))))
    return met


def _part(quorum: Quorum, roll: Roll) -> int:
    size = roll.entitled if quorum.of is Base.ROLL else roll.present
    if size is None:
        raise InvalidValue(
            "The quorum is a part of those present, and their number is not given.",
            hint="Give “present” in the roll.",
            code="votes_wrong",
        )
    return ceil(Fraction(quorum.share or 0) * size)
