"""Breaks ties by the rule fixed beforehand, or leaves them and says so."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from fractions import Fraction

from lyceum.errors import InvalidValue
from lyceum.hall.counting.model import Step, Tie, Ties
from lyceum.hall.counting.words import PURPOSES

History = Sequence[Mapping[str, Fraction]]


class Unbroken(Exception):
    """The rule leaves this tie as it is."""


class Breaker:
    """Breaks the ties of one count and keeps a list of them."""

    def __init__(self, ties: Ties, seed: str | None) -> None:
        if ties.lot and not (ties.seed or seed):
            raise InvalidValue(
                "The rule breaks ties by lot, and the seed is not there.",
                hint=f"Its seed comes from: {ties.seed_from}. Put it into the ballot file as “seed”.",
                code="seed_missing",
            )
        self._ties = ties
        self._seed = ties.seed or seed or ""
        self.met: list[Tie] = []

    def lowest(self, tied: Sequence[str], *, stage: int, history: History, steps: list[Step]) -> str:
        """Who is excluded: the one with the fewest votes at the latest earlier stage that tells them apart."""
        return self._break(tied, "exclude", stage, history, steps, lowest=True)

    def highest(self, tied: Sequence[str], purpose: str, *, stage: int, history: History, steps: list[Step]) -> str:
        """Who comes first: the one with the most votes at the latest earlier stage that tells them apart."""
        return self._break(tied, purpose, stage, history, steps, lowest=False)

    def _break(
        self, tied: Sequence[str], purpose: str, stage: int, history: History, steps: list[Step], *, lowest: bool
    ) -> str:
        if len(tied) == 1:
            return tied[0]
        options = tuple(sorted(tied))
        steps.append(Step("tie", (("options", options), ("purpose", PURPOSES[purpose]))))
        left, seen = self._look_back(options, history, lowest=lowest)
        if len(left) == 1:
            steps.append(Step("tie_back", (("stage", seen), ("option", left))))
            self.met.append(Tie(options, purpose, stage, left[0], "back"))
            return left[0]
        if not self._ties.lot:
            steps.append(Step("tie_stays"))
            self.met.append(Tie(left, purpose, stage))
            raise Unbroken
        chosen = draw(self._seed, purpose, stage, left)[0]
        steps.append(Step("tie_lot", (("seed", self._seed), ("option", (chosen,)))))
        self.met.append(Tie(options, purpose, stage, chosen, "lot"))
        return chosen

    def _look_back(self, options: tuple[str, ...], history: History, *, lowest: bool) -> tuple[tuple[str, ...], int]:
        left, seen = options, 0
        if not self._ties.back:
            return left, seen
        for number in range(len(history), 0, -1):
            totals = history[number - 1]
            goal = (min if lowest else max)(totals[option] for option in left)
            kept = tuple(option for option in left if totals[option] == goal)
            if len(kept) < len(left):
                left, seen = kept, number
            if len(left) == 1:
                break
        return left, seen


def draw(seed: str, purpose: str, stage: int, options: Sequence[str]) -> list[str]:
    """The options in the order of the lot; the first drawn is excluded, or elected.

    They are sorted by the SHA-256 of "lyceum-lot-1", the seed, the purpose, the stage and the option's id, each
    after the first preceded by a zero byte, so that anyone can draw again.
    """
    return sorted(options, key=lambda option: _ticket(seed, purpose, stage, option))


def _ticket(seed: str, purpose: str, stage: int, option: str) -> bytes:
    return hashlib.sha256("\0".join(("lyceum-lot-1", seed, purpose, str(stage), option)).encode()).digest()
