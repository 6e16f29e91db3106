"""Rules beside ours, each different in one thing, to tell why an independent package elected others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from bench.hall.oracles import Profile


class Tied(Exception):
    """The variant met a tie."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A single transferable vote with its knobs.

    `whole` takes Droop's whole quota, else the fraction of votes by seats and one. `surpluses` is "largest first"
    (ours), "together", "to each other" (together, and those just elected receive too), or "open" (those over the
    quota stay open until it is their turn). `spread` is "all" papers by their value (ours), only the "transferable"
    ones, or "equal": every paper gets the same, whatever its value was. `live` counts the quota anew from what is left.
    """

    whole: bool = True
    surpluses: str = "largest first"
    spread: str = "all"
    live: bool = False

    @property
    def heading(self) -> str:
        """What is different from our rule, in words."""
        found = [] if self.whole else ["the quota is a fraction"]
        found += [] if self.surpluses == "largest first" else [f"surpluses go {self.surpluses}"]
        found += [] if self.spread == "all" else [f"surpluses are spread over {self.spread} papers"]
        found += ["the quota shrinks with exhausted votes"] if self.live else []
        return "; ".join(found) or "none"


KNOWN = {
    "pref-voting, exact": Variant(surpluses="together"),
    "votekit": Variant(surpluses="open"),
    "pyrankvote": Variant(whole=False, spread="equal"),
    "pyrcv": Variant(surpluses="to each other"),
    "belenios-tool": Variant(surpluses="open"),
}
"""What the packages do, as far as their documents and these counts tell."""


def variants(name: str) -> Iterator[Variant]:
    """All of them: what the package is known to do first, then those nearest to our rule."""
    if name in KNOWN:
        yield KNOWN[name]
    found = [
        Variant(whole, surpluses, spread, live)
        for whole, surpluses, spread, live in product(
            (True, False),
            ("largest first", "together", "to each other", "open"),
            ("all", "transferable", "equal"),
            (False, True),
        )
    ]
    yield from sorted(found, key=lambda variant: variant.heading.count(";") + (variant.heading != "none"))


@dataclass(slots=True)
class _Pile:
    order: tuple[int, ...]
    papers: int
    value: Fraction
    holder: int | None


def elect(variant: Variant, profile: Profile, options: int, seats: int) -> frozenset[int]:
    """Those elected by the variant; raises Tied."""
    piles = [_Pile(order, number, Fraction(number), order[0]) for order, number in profile.items() if order]
    left, elected = set(range(options)), set[int]()
    valid = Fraction(sum(pile.papers for pile in piles))
    pending: list[int] = []
    while len(elected) < seats:
        if len(left) + len(elected) <= seats:
            return frozenset(left | elected)
        totals = dict.fromkeys(range(options), Fraction(0))
        for pile in piles:
            if pile.holder is not None:
                totals[pile.holder] += pile.value
        base = sum((totals[o] for o in left), Fraction(0)) if variant.live else valid
        seats_left = seats - len(elected) if variant.live else seats
        quota = Fraction(base // (seats_left + 1) + 1) if variant.whole else base / (seats_left + 1)
        over = [o for o in left if (totals[o] >= quota if variant.whole else totals[o] > quota)]
        if variant.surpluses == "open":
            over = _highest(over, totals)
        elected |= set(over)
        left -= set(over)
        pending += over
        if len(elected) >= seats:
            break
        if pending:
            now = list(pending) if variant.surpluses in ("together", "to each other") else _highest(pending, totals)
            pending = [o for o in pending if o not in now]
            to = left | set(now) if variant.surpluses == "to each other" else left
            held = {option: [pile for pile in piles if pile.holder == option] for option in now}
            for option in now:
                _move(held[option], to - {option}, totals[option] - quota, variant)
            continue
        low = min(totals[o] for o in left)
        out = [o for o in left if totals[o] == low]
        if len(out) > 1 and low > 0:
            raise Tied
        if len(out) > 1 and len(left) + len(elected) - len(out) < seats:
            raise Tied
        left -= set(out)
        for option in out:
            _move([pile for pile in piles if pile.holder == option], left, None, variant)
    return frozenset(elected)


def _highest(options: list[int], totals: dict[int, Fraction]) -> list[int]:
    best = [o for o in options if totals[o] == max(totals[p] for p in options)]
    if len(best) > 1:
        raise Tied
    return best


def _move(mine: list[_Pile], left: set[int], surplus: Fraction | None, variant: Variant) -> None:
    going = [next((o for o in pile.order if o in left), None) for pile in mine]
    counted = [p for p, to in zip(mine, going, strict=True) if to is not None or variant.spread != "transferable"]
    value, papers = sum((p.value for p in counted), Fraction(0)), sum(p.papers for p in counted)
    for pile, to in zip(mine, going, strict=True):
        if variant.spread == "equal":
            pile.value = (value if surplus is None else surplus) * pile.papers / papers
        elif surplus is not None:
            pile.value *= min(Fraction(1), surplus / value) if value else Fraction(0)
        pile.holder = to
