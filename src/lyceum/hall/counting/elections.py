"""Elections that are counted at once: approval, Schulze, and seats by section."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from lyceum.errors import InvalidValue
from lyceum.hall.counting.model import Approval, SainteLague, Schulze, Step, Strength, Table, Votes
from lyceum.hall.counting.ties import Breaker

Pairs = dict[tuple[str, str], int]


def count_approvals(rule: Approval, votes: Votes, breaker: Breaker, steps: list[Step]) -> tuple[str, ...]:
    """Those elected, most approvals first; raises Unbroken at a tie for the last seats."""
    totals = dict.fromkeys(votes.options, 0)
    for choice, number in votes.cast:
        for option in choice[0] if choice else ():
            totals[option] += number
    table = Table(("option", "approvals"), tuple((option, totals[option]) for option in votes.options))
    steps.append(Step("approvals", (), table))
    return _fill(rule.seats, votes.options, lambda option: totals[option], breaker, steps)


def _fill(
    seats: int, options: tuple[str, ...], score: Callable[[str], int], breaker: Breaker, steps: list[Step]
) -> tuple[str, ...]:
    """Fills the seats from the highest score down; only a tie across the last seat is a tie."""
    if len(options) <= seats:
        steps.append(Step("fewer_than_seats"))
    elected: list[str] = []
    left = sorted(options, key=lambda option: (-score(option), option))
    while left and len(elected) < seats:
        tied = [option for option in left if score(option) == score(left[0])]
        if len(tied) <= seats - len(elected):
            chosen = tied
        else:
            chosen = [breaker.highest(tied, "elect", stage=len(elected) + 1, history=(), steps=steps)]
        elected += chosen
        left = [option for option in left if option not in chosen]
    steps.append(Step("elected", (("options", tuple(elected)),)))
    return tuple(elected)


def count_schulze(
    rule: Schulze, votes: Votes, breaker: Breaker, steps: list[Step]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those elected and the whole ranking; ties below the last seat leave the rest of the ranking open."""
    pairs = preferences(votes)
    steps.append(Step("pairs", (), _matrix(votes.options, pairs)))
    paths = strongest_paths(votes.options, pairs, rule.strength)
    steps.append(Step("paths", (), _matrix(votes.options, paths)))
    left, ranking = list(votes.options), list[str]()
    while left and len(ranking) < rule.seats:
        unbeaten = [a for a in left if not any(paths[b, a] > paths[a, b] for b in left if b != a)]
        place = len(ranking) + 1
        chosen = breaker.highest(unbeaten, "place", stage=place, history=(), steps=steps)
        steps.append(Step("ranked", (("option", (chosen,)), ("place", place))))
        ranking.append(chosen)
        left.remove(chosen)
    elected = tuple(ranking)
    while left:
        unbeaten = [a for a in left if not any(paths[b, a] > paths[a, b] for b in left if b != a)]
        if len(unbeaten) > 1:
            break
        ranking += unbeaten
        left.remove(unbeaten[0])
    steps.append(Step("elected", (("options", elected),)))
    return elected, tuple(ranking)


def preferences(votes: Votes) -> Pairs:
    """For each pair of options, how many votes rank the first above the second; unranked options stand last."""
    found = {(a, b): 0 for a in votes.options for b in votes.options if a != b}
    for choice, number in votes.cast:
        above: list[str] = []
        named = {option for group in choice for option in group}
        for group in (*choice, tuple(option for option in votes.options if option not in named)):
            for better in above:
                for worse in group:
                    found[better, worse] += number
            above += group
    return found


def strongest_paths(options: tuple[str, ...], pairs: Mapping[tuple[str, str], int], strength: Strength) -> Pairs:
    """The strength of the strongest path between each two: that of its weakest defeat."""
    paths = {
        (a, b): (won - pairs[b, a] if strength is Strength.MARGINS else won) if won > pairs[b, a] else 0
        for (a, b), won in pairs.items()
    }
    for via in options:
        for a in options:
            for b in options:
                if len({a, b, via}) == 3:
                    paths[a, b] = max(paths[a, b], min(paths[a, via], paths[via, b]))
    return paths


def _matrix(options: tuple[str, ...], cells: Mapping[tuple[str, str], int]) -> Table:
    rows = tuple((a, *("" if a == b else cells[a, b] for b in options)) for a in options)
    return Table(("option", *options), rows)


def count_sections(rule: SainteLague, votes: Votes, breaker: Breaker, steps: list[Step]) -> tuple[tuple[str, int], ...]:
    """How many seats each section has; raises Unbroken at a tie for the last."""
    if rule.at_least * len(votes.options) > rule.seats:
        raise InvalidValue(
            f"{rule.seats} seats are too few for {rule.at_least} in each of {len(votes.options)} sections.",
            hint="Raise “seats” or lower “at_least”.",
            code="rule_wrong",
        )
    totals = dict.fromkeys(votes.options, 0)
    for choice, number in votes.cast:
        if choice:
            totals[choice[0][0]] += number
    seats = dict.fromkeys(votes.options, rule.at_least)
    if rule.at_least:
        steps.append(Step("at_least", (("seats", rule.at_least),)))
    for stage in range(sum(seats.values()) + 1, rule.seats + 1):
        quotients = _quotients(totals, seats)
        best = max(quotients.values())
        tied = [section for section in votes.options if quotients[section] == best]
        # A tie among sections that all get a seat before the seats run out decides nothing but an order.
        if len(tied) <= rule.seats - stage + 1:
            chosen = min(tied)
        else:
            chosen = breaker.highest(tied, "seat", stage=stage, history=(), steps=steps)
        seats[chosen] += 1
        steps.append(Step("seat", (("stage", stage), ("option", (chosen,)), ("quotient", best))))
    rows = tuple((s, totals[s], seats[s], _quotients(totals, seats)[s]) for s in votes.options)
    steps.append(Step("quotients", (), Table(("section", "votes", "seats", "next quotient"), rows)))
    return tuple(seats.items())


def _quotients(totals: Mapping[str, int], seats: Mapping[str, int]) -> dict[str, Fraction]:
    return {section: Fraction(votes, 2 * seats[section] + 1) for section, votes in totals.items()}
