"""Rules, votes and tallies: frozen values in exact fractions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from lyceum.errors import InvalidValue, NoSuchOption, SpoiltVote
from lyceum.hall.counting.words import SENTENCES, shown

YES, NO, ABSTAIN = "yes", "no", "abstain"

Choice = tuple[tuple[str, ...], ...]
"""What one voter wrote: groups of options, the best first; options in one group stand equal. Empty is blank."""


class Base(StrEnum):
    """What a share is a share of."""

    VOTES = "votes"
    VOTES_AND_ABSTENTIONS = "votes_and_abstentions"
    ROLL = "roll"
    PRESENT = "present"


class Outcome(StrEnum):
    """How a count ended."""

    CARRIED = "carried"
    LOST = "lost"
    ELECTED = "elected"
    TIED = "tied"
    NO_QUORUM = "no_quorum"
    NO_VOTES = "no_votes"


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many votes, blank ones included, the count needs to bind: at least a share, or a number."""

    share: Fraction | None = None
    of: Base = Base.ROLL
    number: int | None = None

    def __post_init__(self) -> None:
        if (self.share is None) == (self.number is None):
            raise InvalidValue("A quorum is a share or a number.", hint="Give one of the two.", code="rule_wrong")
        if self.of not in (Base.ROLL, Base.PRESENT):
            raise InvalidValue(
                "A quorum is a share of the roll or of those present.",
                hint="Write “roll” or “present”.",
                code="rule_wrong",
            )
        if self.share is not None and not 0 < self.share <= 1:
            raise InvalidValue("A quorum's share lies above 0 and up to 1.", code="rule_wrong")
        if self.number is not None and self.number < 1:
            raise InvalidValue("A quorum's number is at least 1.", code="rule_wrong")


@dataclass(frozen=True, slots=True)
class Ties:
    """How a tie is broken: by who was ahead before (`back`), then by lot; without a lot it stays a tie.

    The lot's seed stands in the rule, or `seed_from` says in words where it will come from and the votes bring it.
    """

    back: bool = True
    lot: bool = False
    seed: str = ""
    seed_from: str = ""

    def __post_init__(self) -> None:
        if self.lot and bool(self.seed) == bool(self.seed_from):
            raise InvalidValue(
                "A lot needs a seed, or where the seed will come from.",
                hint="Give one of “seed” and “seed_from”.",
                code="rule_wrong",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    quorum: Quorum | None = None
    ties: Ties = field(default_factory=Ties)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleMajority(_Common):
    """Carried when yes has more than half of the base; half and half is lost."""

    base: Base = Base.VOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class QualifiedMajority(_Common):
    """Carried when yes has at least the share of the base."""

    share: Fraction
    base: Base = Base.VOTES

    def __post_init__(self) -> None:
        if not Fraction(1, 2) < self.share <= 1:
            raise InvalidValue("A qualified majority lies above a half, and up to all.", code="rule_wrong")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Election(_Common):
    seats: int = 1

    def __post_init__(self) -> None:
        if self.seats < 1:
            raise InvalidValue("There is at least one seat to fill.", code="rule_wrong")


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(_Election):
    """Each voter approves any number; those with the most approvals are elected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstantRunoff(_Common):
    """The last is excluded and the votes move on, until one has more than half of the votes that still count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleTransferableVote(_Election):
    """Scottish: Droop quota, surpluses moved by the weighted inclusive Gregory method, largest first.

    `places` cuts transfer values to that many decimal places, as the law of Scotland does with five; None is exact.
    """

    places: int | None = None

    def __post_init__(self) -> None:
        if self.seats < 1:
            raise InvalidValue("There is at least one seat to fill.", code="rule_wrong")
        if self.places is not None and not 0 <= self.places <= 20:
            raise InvalidValue("Transfer values are cut to 0 to 20 places, or not at all.", code="rule_wrong")


class Strength(StrEnum):
    """How strong one option's defeat of another is."""

    WINNING = "winning_votes"
    MARGINS = "margins"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schulze(_Election):
    """Options stand in the order of their strongest paths; what a voter left out stands below what she ranked."""

    strength: Strength = Strength.WINNING


@dataclass(frozen=True, slots=True, kw_only=True)
class SainteLague(_Election):
    """Seats by section: votes divided by 1, 3, 5 and so on; each seat goes to the highest quotient left.

    `at_least` seats go to every section before the rest are shared.
    """

    at_least: int = 0

    def __post_init__(self) -> None:
        if self.seats < 1:
            raise InvalidValue("There is at least one seat to fill.", code="rule_wrong")
        if self.at_least < 0:
            raise InvalidValue("A section cannot have fewer seats than none.", code="rule_wrong")


RANKED = (InstantRunoff, SingleTransferableVote, Schulze)
"""The rules whose votes have an order."""

Rule = SimpleMajority | QualifiedMajority | Approval | InstantRunoff | SingleTransferableVote | Schulze | SainteLague


@dataclass(frozen=True, slots=True)
class Roll:
    """How many might vote, and how many were present where a meeting votes."""

    entitled: int
    present: int | None = None

    def __post_init__(self) -> None:
        if self.entitled < 0 or (self.present is not None and self.present < 0):
            raise InvalidValue("A roll cannot be below nought.", code="votes_wrong")


@dataclass(frozen=True, slots=True)
class Votes:
    """The votes cast, equal ones together and in one order, so that nothing is left of who voted when."""

    options: tuple[str, ...]
    cast: tuple[tuple[Choice, int], ...]

    @classmethod
    def of(cls, options: Sequence[str], choices: Iterable[Choice] | Mapping[Choice, int]) -> Votes:
        """Gathers equal choices; raises NoSuchOption or SpoiltVote, or InvalidValue for options given twice."""
        numbers = Counter[Choice]()
        known = frozenset(options)
        if len(known) != len(options):
            raise InvalidValue("An option stands twice.", hint="Give each option an id of its own.", code="votes_wrong")
        for choice, number in choices.items() if isinstance(choices, Mapping) else ((c, 1) for c in choices):
            check_choice(choice, known)
            numbers[tuple(tuple(sorted(group)) for group in choice)] += number
        return cls(tuple(options), tuple(sorted(numbers.items())))

    @property
    def number(self) -> int:
        """How many votes were cast, blank ones included."""
        return sum(number for _, number in self.cast)

    @property
    def blank(self) -> int:
        """How many of them name no option."""
        return sum(number for choice, number in self.cast if not choice)


def check_choice(choice: Choice, options: frozenset[str]) -> None:
    """Raises NoSuchOption for an option that is not on the ballot, SpoiltVote for one named twice."""
    seen: set[str] = set()
    for group in choice:
        if not group:
            raise SpoiltVote("A place in the vote is empty.", hint="Leave out what you do not rank.")
        for option in group:
            if option not in options:
                raise NoSuchOption(f"“{option}” is not on the ballot.", hint=f"It has: {', '.join(sorted(options))}.")
            if option in seen:
                raise SpoiltVote(f"“{option}” stands twice in one vote.", hint="Name each option once.")
            seen.add(option)


def check_for_rule(rule: Rule, choice: Choice) -> None:
    """Raises SpoiltVote for a vote of a form that the rule cannot count."""
    if isinstance(rule, SimpleMajority | QualifiedMajority | SainteLague):
        if len(choice) > 1 or any(len(group) > 1 for group in choice):
            raise SpoiltVote("This ballot takes one option.", hint="Choose one.")
    elif isinstance(rule, Approval):
        if len(choice) > 1:
            raise SpoiltVote("This ballot takes approvals, not an order.", hint="Name what you approve of, unordered.")
    elif isinstance(rule, InstantRunoff | SingleTransferableVote) and any(len(group) > 1 for group in choice):
        raise SpoiltVote("Two options stand equal, which this rule cannot count.", hint="Rank one after the other.")


Cell = str | int | Fraction


@dataclass(frozen=True, slots=True)
class Table:
    """A step in figures; the first column names the row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a count: what happened, in words that can be translated by `kind`, and the figures after it."""

    kind: str
    values: tuple[tuple[str, Cell | tuple[str, ...]], ...] = ()
    table: Table | None = None

    def say(self, names: Mapping[str, str] | None = None) -> str:
        """The step as a sentence, with the options' names in place of their ids."""
        return SENTENCES[self.kind].format(**self.told(names))

    def told(self, names: Mapping[str, str] | None = None) -> dict[str, str]:
        """Its values as a sentence takes them."""
        return {key: shown(value, names or {}) for key, value in self.values}


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie that arose: between whom, for what, at which step, and how it was broken ("" where it was not)."""

    options: tuple[str, ...]
    purpose: str
    stage: int
    chosen: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a count found, with every step on the way to it."""

    rule: Rule
    outcome: Outcome
    votes: int
    blank: int
    roll: Roll
    steps: tuple[Step, ...]
    elected: tuple[str, ...] = ()
    ranking: tuple[str, ...] = ()
    seats: tuple[tuple[str, int], ...] = ()
    ties: tuple[Tie, ...] = ()

    @property
    def tied(self) -> tuple[str, ...]:
        """Between whom the tie is that the rule left unbroken."""
        return self.ties[-1].options if self.outcome is Outcome.TIED else ()
