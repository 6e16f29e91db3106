"""Rankings whose votes move: instant run-off and the single transferable vote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from lyceum.hall.counting.model import InstantRunoff, SingleTransferableVote, Step, Table, Votes
from lyceum.hall.counting.ties import Breaker

Totals = dict[str, Fraction]


@dataclass(slots=True)
class _Paper:
    """Equal votes that travel together: where they lie now, and what each is still worth."""

    order: tuple[str, ...]
    number: int
    holder: str | None
    value: Fraction = Fraction(1)


@dataclass(slots=True)
class _Box:
    """All papers of a count, and who still takes part."""

    options: tuple[str, ...]
    papers: list[_Paper]
    continuing: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, votes: Votes) -> _Box:
        papers = []
        for choice, number in votes.cast:
            if choice:
                order = tuple(group[0] for group in choice)
                papers.append(_Paper(order, number, order[0]))
        return cls(votes.options, papers, sorted(votes.options))

    @property
    def valid(self) -> int:
        return sum(paper.number for paper in self.papers)

    def totals(self) -> Totals:
        found = dict.fromkeys(self.options, Fraction(0))
        for paper in self.papers:
            if paper.holder is not None:
                found[paper.holder] += paper.number * paper.value
        return found

    def remove(self, options: Sequence[str]) -> None:
        self.continuing = [option for option in self.continuing if option not in options]

    def move_from(self, option: str, *, factor: Fraction = Fraction(1), places: int | None = None) -> None:
        """Moves an option's papers to their next continuing option, at the factor of their value."""
        left = frozenset(self.continuing)
        for paper in self.papers:
            if paper.holder == option:
                paper.holder = next((name for name in paper.order if name in left), None)
                paper.value = _cut(paper.value * factor, places)


def count_runoff(_rule: InstantRunoff, votes: Votes, breaker: Breaker, steps: list[Step]) -> tuple[str, ...]:
    """The one elected; raises Unbroken at a tie that the rule leaves."""
    box = _Box.of(votes)
    history: list[Totals] = []
    while True:
        totals = box.totals()
        standing = sum(totals.values(), Fraction(0))
        stage = len(history) + 1
        half = standing / 2
        table = _table(box, totals, ("not counting any more", box.valid - standing))
        steps.append(Step("round", (("stage", stage), ("continuing", standing), ("half", half)), table))
        first = max(box.continuing, key=lambda option: totals[option])
        if totals[first] > half:
            values = (("option", (first,)), ("votes", totals[first]), ("continuing", standing))
            steps.append(Step("more_than_half", values))
            return (first,)
        out = _last_of_runoff(box, totals, breaker, stage=stage, history=history, steps=steps)
        history.append(totals)
        box.remove(out)
        for option in out:
            box.move_from(option)


def _last_of_runoff(
    box: _Box, totals: Totals, breaker: Breaker, *, stage: int, history: list[Totals], steps: list[Step]
) -> tuple[str, ...]:
    fewest = min(totals[option] for option in box.continuing)
    tied = tuple(option for option in box.continuing if totals[option] == fewest)
    above = [totals[option] for option in box.continuing if option not in tied]
    if len(tied) > 1 and above and fewest * len(tied) < min(above):
        # Whatever the order, none of them can gather more than all of them have, so all go before the next.
        steps.append(Step("excluded_together", (("options", tied),)))
        return tied
    out = breaker.lowest(tied, stage=stage, history=history, steps=steps)
    steps.append(Step("excluded", (("option", (out,)), ("votes", fewest))))
    return (out,)


def count_transferable(
    rule: SingleTransferableVote, votes: Votes, breaker: Breaker, steps: list[Step]
) -> tuple[str, ...]:
    """Those elected, in the order of their election; raises Unbroken at a tie that the rule leaves."""
    return _Transfers(rule, votes, breaker, steps).run()


class _Transfers:
    """One count by the single transferable vote, stage by stage."""

    def __init__(self, rule: SingleTransferableVote, votes: Votes, breaker: Breaker, steps: list[Step]) -> None:
        self.seats, self.places = rule.seats, rule.places
        self.box = _Box.of(votes)
        self.breaker, self.steps = breaker, steps
        self.quota = Fraction(self.box.valid // (rule.seats + 1) + 1)
        self.history: list[Totals] = []
        self.elected: list[str] = []
        self.settled: set[str] = set()  # elected, and their surplus, if any, was transferred

    def run(self) -> tuple[str, ...]:
        if len(self.box.continuing) <= self.seats:
            totals = self.box.totals()
            self._table(Step("fewer_than_seats"), totals)
            return tuple(sorted(self.box.continuing, key=lambda option: -totals[option]))
        values = (("valid", self.box.valid), ("seats", self.seats), ("quota", self.quota))
        self.steps.append(Step("quota", values))
        self._end_stage(Step("first_preferences", (("stage", 1),)))
        while not self._done():
            over = [option for option in self.elected if option not in self.settled]
            if over:
                self._transfer_surplus(over)
            else:
                self._exclude()
        return tuple(self.elected)

    @property
    def stage(self) -> int:
        """The stage that comes next."""
        return len(self.history) + 1

    def _done(self) -> bool:
        vacant = self.seats - len(self.elected)
        if not vacant:
            self.steps.append(Step("all_seats"))
            return True
        if len(self.box.continuing) > vacant:
            return False
        last = self._by_votes(self.box.continuing)
        self.steps.append(Step("fills_last_seats", (("options", tuple(last)),)))
        self.elected += last
        return True

    def _transfer_surplus(self, over: list[str]) -> None:
        totals = self.history[-1]
        most = max(totals[option] for option in over)
        tied = [option for option in over if totals[option] == most]
        option = self.breaker.highest(tied, "surplus", stage=self.stage, history=self.history[:-1], steps=self.steps)
        surplus, votes = totals[option] - self.quota, totals[option]
        self.box.move_from(option, factor=surplus / votes, places=self.places)
        self.settled.add(option)
        values = (("option", (option,)), ("surplus", surplus), ("votes", votes), ("factor", surplus / votes))
        self._end_stage(Step("surplus", (("stage", self.stage), *values)))

    def _exclude(self) -> None:
        totals = self.history[-1]
        fewest = min(totals[option] for option in self.box.continuing)
        tied = [option for option in self.box.continuing if totals[option] == fewest]
        vacant = self.seats - len(self.elected)
        if fewest == 0 and len(tied) > 1 and len(self.box.continuing) - len(tied) >= vacant:
            # They hold no papers, so that their order changes nothing.
            self.steps.append(Step("excluded_without_votes", (("options", tuple(tied)),)))
            self.box.remove(tied)
            return
        out = self.breaker.lowest(tied, stage=self.stage, history=self.history[:-1], steps=self.steps)
        self.box.remove([out])
        self.box.move_from(out)
        self._end_stage(Step("stage_excluded", (("stage", self.stage), ("option", (out,)), ("votes", fewest))))

    def _end_stage(self, step: Step) -> None:
        """Writes the stage down and declares who reached the quota in it."""
        totals = self.box.totals()
        for option in self.settled:
            totals[option] = self.quota
        self._table(step, totals)
        self.history.append(totals)
        reached = self._by_votes([option for option in self.box.continuing if totals[option] >= self.quota])
        for option in reached:
            values = (("option", (option,)), ("votes", totals[option]), ("quota", self.quota))
            self.steps.append(Step("reached_quota", values))
            if totals[option] == self.quota:
                self.settled.add(option)
        self.box.remove(reached)
        self.elected += reached

    def _by_votes(self, options: Sequence[str]) -> list[str]:
        totals = self.history[-1]
        return sorted(options, key=lambda option: (-totals[option], option))

    def _table(self, step: Step, totals: Totals) -> None:
        rest = ("not transferable", self.box.valid - sum(totals.values(), Fraction(0)))
        self.steps.append(Step(step.kind, step.values, _table(self.box, totals, rest)))


def _table(box: _Box, totals: Mapping[str, Fraction], rest: tuple[str, Fraction]) -> Table:
    return Table(("option", "votes"), (*((option, totals[option]) for option in box.options), rest))


def _cut(value: Fraction, places: int | None) -> Fraction:
    return value if places is None else Fraction(int(value * 10**places), 10**places)
