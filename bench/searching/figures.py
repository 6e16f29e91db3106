"""The figures by which rankings and times are judged: pure functions."""

from __future__ import annotations

import math
import statistics
from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeVar

AT = 10
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of many runs."""

    milliseconds: tuple[float, ...]

    @property
    def p50(self) -> float:
        """The median."""
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        """What nineteen of twenty stay under."""
        if len(self.milliseconds) == 1:
            return self.milliseconds[0]
        return statistics.quantiles(self.milliseconds, n=20, method="inclusive")[-1]


def found(ranked: Sequence[Name], right: AbstractSet[Name], *, at: int = AT) -> float:
    """1 where something right stands among the first, else 0."""
    return float(any(one in right for one in ranked[:at]))


def share(ranked: Sequence[Name], right: AbstractSet[Name], *, at: int) -> float:
    """How much of what is right stands among the first."""
    return len(set(ranked[:at]) & right) / len(right)


def reciprocal_rank(ranked: Sequence[Name], right: AbstractSet[Name], *, at: int = AT) -> float:
    """One over the place of the first that is right; 0 where none is among the first."""
    return next((1 / place for place, one in enumerate(ranked[:at], start=1) if one in right), 0.0)


def gain(ranked: Sequence[Name], grades: Mapping[Name, int], *, at: int = AT) -> float:
    """nDCG: the gain of a ranking, each grade discounted by its place, over that of the best ranking."""
    best = sum(grade / math.log2(i + 2) for i, grade in enumerate(sorted(grades.values(), reverse=True)[:at]))
    return sum(grades.get(one, 0) / math.log2(i + 2) for i, one in enumerate(ranked[:at])) / best
