"""Yes or no: simple and qualified majorities of a stated base."""

from __future__ import annotations

from fractions import Fraction

from lyceum.errors import InvalidValue
from lyceum.hall.counting.model import (
    ABSTAIN,
    NO,
    YES,
    Base,
    Outcome,
    QualifiedMajority,
    Roll,
    SimpleMajority,
    Step,
    Table,
    Votes,
)


def count_majority(rule: SimpleMajority | QualifiedMajority, votes: Votes, roll: Roll) -> tuple[Outcome, list[Step]]:
    """Whether the motion is carried; blank votes count as abstentions."""
    numbers = {option: sum(n for choice, n in votes.cast if choice == ((option,),)) for option in (YES, NO)}
    abstained = votes.number - numbers[YES] - numbers[NO]
    base = _size(rule.base, numbers[YES] + numbers[NO], votes.number, roll)
    simple = isinstance(rule, SimpleMajority)
    needed = Fraction(1, 2) if isinstance(rule, SimpleMajority) else rule.share
    share = Fraction(numbers[YES], base) if base else Fraction(0)
    carried = base > 0 and (share > needed if simple else share >= needed)
    table = Table(("vote", "votes"), ((YES, numbers[YES]), (NO, numbers[NO]), (ABSTAIN, abstained), ("base", base)))
    steps = [
        Step(
            "majority_more" if simple else "majority",
            (("yes", numbers[YES]), ("base", base), ("share", share), ("needed", needed)),
            table,
        )
    ]
    half = simple and share == needed
    steps.append(Step("carried" if carried else "half" if half else "lost"))
    return (Outcome.CARRIED if carried else Outcome.LOST), steps


def _size(base: Base, decided: int, cast: int, roll: Roll) -> int:
    match base:
        case Base.VOTES:
            return decided
        case Base.VOTES_AND_ABSTENTIONS:
            return cast
        case Base.ROLL:
            return roll.entitled
        case Base.PRESENT:
            if roll.present is None:
                raise InvalidValue(
                    "The majority is one of those present, and their number is not given.",
                    hint="Give “present” in the roll.",
                    code="votes_wrong",
                )
            return roll.present
