"""Counts random profiles by our rules and by the oracles, and puts every disagreement under a heading."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.hall.oracles import Oracle, Profile
from bench.hall.variants import Tied, elect, variants
from lyceum.hall.counting import (
    Choice,
    InstantRunoff,
    Outcome,
    Roll,
    Rule,
    SainteLague,
    Schulze,
    SingleTransferableVote,
    Strength,
    Tally,
    Ties,
    Votes,
    count,
)

EXACT = {
    "instant run-off": {"pref-voting", "votekit", "pyrankvote", "pyrcv", "belenios-tool"},
    "single transferable vote": {"pref-voting"},
    "schulze": {"pref-voting", "belenios-tool"},
    "schulze by margins": {"pref-voting"},
}
"""The oracles that define the very same rule, so that nothing but a tie explains a difference."""


@dataclass(slots=True)
class Agreement:
    """How often an oracle agreed, and how often not, by reason; the first unexplained profile is kept."""

    counted: Counter[str] = field(default_factory=Counter)
    unexplained: list[tuple[Profile, int]] = field(default_factory=list)


def profiles(number: int, *, seed: int) -> Iterator[tuple[Profile, int, int]]:
    """Random profiles with their numbers of options and seats; orders are cut at random, and some options are liked."""
    source = random.Random(seed)  # noqa: S311
    for _ in range(number):
        options = source.randint(3, 6)
        seats = source.randint(1, options - 1)
        liked = [source.random() + 0.1 for _ in range(options)]
        found: Counter[tuple[int, ...]] = Counter()
        for _ in range(source.randint(2, 14)):
            order = sorted(range(options), key=lambda option: source.random() ** (1 / liked[option]), reverse=True)
            found[tuple(order[: source.randint(1, options)])] += source.randint(1, 12)
        yield found, options, seats


def ours(rule: str, profile: Profile, options: int, seats: int, *, places: int | None = None) -> Tally:
    """Our count; ties stay ties."""
    names = tuple(str(option) for option in range(options))
    choices: dict[Choice, int] = {tuple((str(o),) for o in order): n for order, n in profile.items()}
    ties = Ties(back=True)
    rules: dict[str, Rule] = {
        "instant run-off": InstantRunoff(ties=ties),
        "single transferable vote": SingleTransferableVote(seats=seats, places=places, ties=ties),
        "schulze": Schulze(ties=ties),
        "schulze by margins": Schulze(strength=Strength.MARGINS, ties=ties),
    }
    return count(rules[rule], Votes.of(names, choices), Roll(10**6))


def compare(rule: str, name: str, oracle: Oracle, number: int, *, seed: int) -> Agreement:
    """Counts so many profiles by both."""
    found = Agreement()
    for profile, options, seats in profiles(number, seed=seed):
        reason = _compare_one(rule, name, oracle, profile, options, seats)
        found.counted[reason] += 1
        if reason == "unexplained":
            found.unexplained.append((profile, seats))
    return found


def _compare_one(rule: str, name: str, oracle: Oracle, profile: Profile, options: int, seats: int) -> str:
    places = 5 if name == "pref-voting" and rule == "single transferable vote" else None
    mine = ours(rule, profile, options, seats, places=places)
    try:
        theirs = oracle(profile, options, seats)
    except Exception:
        theirs = None
    elected = frozenset(int(option) for option in mine.elected or (mine.tied if rule.startswith("schulze") else ()))
    if theirs is not None and elected == theirs:
        return "agree"
    if mine.ties:
        return "a tie, which we leave or break by looking back"
    if theirs is None:
        return "the oracle stopped at a tie"
    return _reason(rule, name, profile, options, seats, theirs)


def _reason(rule: str, name: str, profile: Profile, options: int, seats: int, theirs: frozenset[int]) -> str:
    """Why two rules that are not the same differ; "unexplained" where nothing that we know explains it."""
    if name in EXACT[rule]:
        return "unexplained"
    tied = False
    for variant in variants(name):
        try:
            if elect(variant, profile, options, seats) == theirs:
                return f"another rule: {variant.heading}"
        except Tied:
            tied = True
    return "another rule, in which a tie arose" if tied else "unexplained"


def compare_sections(number: int, *, seed: int) -> Counter[str]:
    """Shares seats among random sections by our rule and by the package apportionment."""
    from apportionment.methods import compute  # noqa: PLC0415 - an oracle

    source, found = random.Random(seed), Counter[str]()  # noqa: S311
    for _ in range(number):
        members = [source.randint(1, 400) for _ in range(source.randint(2, 8))]
        seats = source.randint(1, 30)
        votes = Votes.of(tuple(map(str, range(len(members)))), {((str(n),),): m for n, m in enumerate(members)})
        mine = count(SainteLague(seats=seats), votes, Roll(0))
        try:
            theirs = compute("saintelague", members, seats, verbose=False, tiesallowed=False)  # type: ignore[no-untyped-call]
        except Exception:
            theirs = None
        agree = [share for _, share in mine.seats] == theirs if theirs else mine.outcome is Outcome.TIED
        found["agree" if agree else "unexplained"] += 1
    return found
