"""The sentences in which a count explains itself; a translation replaces this table."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

SENTENCES = {
    "votes": "{votes} votes were cast by a roll of {roll}; {blank} of them are blank.",
    "votes_at_meeting": "{votes} votes were cast by a roll of {roll}, {present} present; {blank} of them are blank.",
    "quorum_met": "The quorum of {needed} votes is met: {votes} were cast.",
    "quorum_missed": "The quorum of {needed} votes is missed: {votes} were cast. Nothing is decided.",
    "no_votes": "No vote names an option. Nothing is decided.",
    "majority": "Yes has {yes} of {base}, which is {share}; needed was {needed}.",
    "majority_more": "Yes has {yes} of {base}, which is {share}; needed was more than {needed}.",
    "carried": "The motion is carried.",
    "lost": "The motion is lost.",
    "half": "Yes and no are equal, and half is not more than half. The motion is lost.",
    "approvals": "Approvals are counted.",
    "round": "Round {stage}: {continuing} votes still count, more than half is more than {half}.",
    "more_than_half": "{option} has {votes} of {continuing}, more than half, and is elected.",
    "excluded": "{option} has the fewest votes, {votes}, and is excluded. Each vote moves to its next option.",
    "excluded_together": (
        "{options} are tied for last, and have fewer votes together than the next, so that in any order all of them "
        "would go first: they are excluded together."
    ),
    "excluded_without_votes": "{options} have no votes and are excluded.",
    "quota": "{valid} votes for {seats} seats make a quota of {quota}.",
    "first_preferences": "Stage {stage}: first preferences.",
    "surplus": (
        "Stage {stage}: the surplus of {option}, {surplus} of {votes}, is transferred. Each of its votes "
        "goes on to the next option with {factor} of its value."
    ),
    "stage_excluded": (
        "Stage {stage}: {option} has the fewest votes, {votes}, and is excluded. Each vote moves on with its value."
    ),
    "reached_quota": "{option} has {votes}, reaches the quota of {quota} and is elected.",
    "fills_last_seats": "As many remain as there are seats left. Elected: {options}.",
    "fewer_than_seats": "There are no more options than seats: all are elected.",
    "all_seats": "All seats are filled.",
    "elected": "Elected: {options}.",
    "pairs": "Each cell has the votes that rank the option of its row above that of its column.",
    "paths": "Each cell has the strength of the strongest path from the option of its row to that of its column.",
    "ranked": "{option} takes place {place}: no path to it from those after it is stronger than the path back.",
    "at_least": "Every section has {seats} before the rest are shared.",
    "seat": "Seat {stage} goes to {option}, whose quotient {quotient} is the highest.",
    "quotients": "Votes, seats, and the next quotient of each section.",
    "tie": "{options} are tied {purpose}.",
    "tie_back": "The tie is broken by an earlier count, stage {stage}: {option}.",
    "tie_lot": "The tie is broken by lot with the seed “{seed}”: {option}.",
    "tie_stays": "The rule breaks no such tie. The count ends here.",
}

PURPOSES = {
    "exclude": "for exclusion",
    "surplus": "for the surplus that is transferred first",
    "elect": "for a seat",
    "place": "for a place",
    "seat": "for seat",
}


def shown(value: str | int | Fraction | tuple[str, ...], names: Mapping[str, str]) -> str:
    """A value for people: names for tuples of options' ids, fractions cut to five places and not rounded."""
    if isinstance(value, tuple):
        return ", ".join(names.get(item, item) for item in value)
    if isinstance(value, str):
        return value
    if isinstance(value, int) or value.denominator == 1:
        return str(int(value))
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), 1)
    digits = f"{int(rest * 100_000):05d}".rstrip("0")
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}.00000…"
