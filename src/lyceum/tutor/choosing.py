"""Chooses which of the judged sentences are quoted, in which order, and between which sources differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lyceum import text as texts
from lyceum.tutor.asking import Asked
from lyceum.tutor.disagreement import Side, differ, find_sides
from lyceum.tutor.extractive import FEATURES, Judged
from lyceum.tutor.times import Ordered

THRESHOLD = 0.5
"""The chance from which a sentence is quoted; there, on the sets of `bench/calibrate.py`, what is quoted wrongly stays
at 15 in 100 even where only the answering passage of a document is missing."""
BESIDE = 0.3
"""The chance from which another source is heard once one has been found that answers."""
BESIDE_GIVEN = 0.1
"""The same for a passage that came with the question: whoever brings a few wants each of them heard."""
NAMELESS = 0.8
"""The chance from which a sentence in another language is quoted although the question's names stand nowhere near."""
_NAMES_MISSING = FEATURES.index("names_missing")
_MOST_CLAIMS = 3
_MOST_WITH_SIDES = 6
_NEAR_BEST = 1.2
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Chosen:
    """The sentences to be quoted, in order, and the sides that some of them take."""

    sentences: tuple[Judged, ...] = ()
    sides: tuple[Side, ...] = ()


def choose(asked: Asked, judged: Sequence[Judged], order: Ordered | None = None) -> Chosen:
    """The few sentences to be quoted, best first or as time went; none where the best is not likely enough.

    Those in another language speak only where none in the question's own does.
    """
    ranked = _speaking(judged)
    if not ranked or ranked[0].chance < THRESHOLD:
        return Chosen()
    if order:
        return Chosen(tuple(_as_time_went(ranked, order)))
    bar = ranked[0].rank - _NEAR_BEST
    best = _without_repeats(one for one in ranked if one.chance >= THRESHOLD and one.rank >= bar)[:_MOST_CLAIMS]
    sides = find_sides(asked, [one for one in ranked if one.chance >= _beside(one)])
    given = [one for one in _best_of_each(ranked) if one.source.document is None and one.chance >= _beside(one)]
    quoted = _without_repeats([*best, *(side.sentences[0] for side in sides), *given])
    return Chosen(tuple(quoted[:_MOST_WITH_SIDES]), sides)


def _beside(one: Judged) -> float:
    return BESIDE if one.source.document else BESIDE_GIVEN


def _speaking(judged: Sequence[Judged]) -> list[Judged]:
    """The sentences in the question's language, or else the others; of passages that came with it, all.

    One in another language whose document holds none of the question's names must be likelier than most.
    """
    own = [one for one in judged if one.own_language]
    foreign = [one for one in judged if not one.own_language and one.chance >= _bar(one)]
    given = [one for one in foreign if one.source.document is None]
    return [*own, *given] if own and own[0].chance >= THRESHOLD else foreign


def _bar(one: Judged) -> float:
    nameless = bool(one.features) and one.features[_NAMES_MISSING] >= 1
    return NAMELESS if nameless and one.source.document else 0.0


def _best_of_each(judged: Iterable[Judged]) -> list[Judged]:
    """The best sentence of each document, or of each passage that came with the question."""
    found: dict[str, Judged] = {}
    for one in judged:
        found.setdefault(one.source.document or one.source.id, one)
    return list(found.values())


def _as_time_went(ranked: Sequence[Judged], order: Ordered) -> list[Judged]:
    """The sentences that answer, one a document, as their documents follow in time; undated ones come last.

    For a change these are the earliest, the latest, and the best between.
    """
    likely = _best_of_each(one for one in ranked if one.chance >= THRESHOLD)
    dated = sorted((one for one in likely if one.source.date), key=lambda one: one.source.date or "")
    if order is Ordered.LATEST:
        dated.reverse()
    if order is Ordered.CHANGE and len(dated) > _MOST_CLAIMS:
        middle = max(dated[1:-1], key=lambda one: one.rank)
        dated = [dated[0], middle, dated[-1]]
    return _without_repeats(dated or likely)[:_MOST_CLAIMS]


def _without_repeats(judged: Iterable[Judged]) -> list[Judged]:
    chosen: list[Judged] = []
    for candidate in judged:
        if not any(_repeats(candidate, earlier) for earlier in chosen):
            chosen.append(candidate)
    return chosen


def _repeats(one: Judged, other: Judged) -> bool:
    if one.source.id == other.source.id and one.start < other.end and other.start < one.end:
        return True
    if differ(one, other):
        return False
    a, b = set(texts.plain_terms(one.text)), set(texts.plain_terms(other.text))
    return len(a & b) >= _ALIKE * min(len(a), len(b))
