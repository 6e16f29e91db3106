"""Makes a shard score as the whole index would: BM25 with the whole's frequencies and average lengths.

Tantivy takes no statistics from outside. Frequencies are set right beforehand, by the weight of each term. Average
lengths are set right afterwards: tantivy explains how a score came about, and from that it is counted anew with the
average of the whole. Only few are: those that could be among the best, and only while the averages differ at all,
which they hardly do in shards of more than some ten thousand documents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import tantivy

_ALIKE = 0.004
"""Averages that differ by less change no score by more than a third of a percent."""
_FIELD = re.compile(r"Term\(field=(\d+)")


class Explaining(Protocol):
    """A searcher that tells how it scores."""

    def search(self, query: tantivy.Query, limit: int, *, count: bool) -> Any:
        """The best hits."""
        ...

    def explain(self, query: tantivy.Query, address: Any) -> dict[str, Any]:
        """How the score of a hit came about."""
        ...


def margin(limit: int) -> int:
    """How many hits more than asked for could be among the best once they are scored anew."""
    return max(30, limit // 2)


def average(searcher: Explaining, query: tantivy.Query) -> float | None:
    """The average length of the field that a query for one term looks in; None where the term does not stand."""
    hits = searcher.search(query, 1, count=False).hits
    return _found(searcher.explain(query, hits[0][1]), "avgdl, ") if hits else None


def alike(own: Mapping[str, float], whole: Mapping[str, float]) -> bool:
    """Whether the averages of a shard are those of the whole, near enough."""
    return all(abs(own[field] - whole[field]) <= _ALIKE * whole[field] for field in own if own[field])


def rescored(
    searcher: Explaining, query: tantivy.Query, hits: Sequence[Any], fields: Sequence[str], *, phrases: str,
    whole: Mapping[str, float],
) -> list[tuple[float, tantivy.DocAddress]]:  # fmt: skip
    """Hits with the scores that they have where fields are as long on average as in the `whole`, best first.

    `fields` are the schema's in their order, `phrases` is the one in which phrases are looked for.
    """
    scorer = _Scorer(fields, phrases, whole)
    anew = [(scorer.score(searcher.explain(query, hit[1])), hit[1]) for hit in hits]
    return sorted(anew, key=lambda scored: -even(scored[0]))


def even(score: float) -> float:
    """A score without the digits in which two ways of counting it differ, so that what is alike stays in its order."""
    return float(f"{score:.5g}")


class _Scorer:
    def __init__(self, fields: Sequence[str], phrases: str, whole: Mapping[str, float]) -> None:
        self._fields = fields
        self._phrases = phrases
        self._whole = whole

    def score(self, part: Mapping[str, Any]) -> float:
        """The value of a part of an explanation, counted anew."""
        value, details = float(part["value"]), part.get("details", ())
        if part["description"].startswith("TermQuery"):
            return value * self._ratio(part)
        if part["description"].startswith("BooleanClause"):
            return sum(map(self.score, details))
        if len(details) == 1 and details[0]["value"]:
            # A boost, or a name for what stands below it.
            return value * self.score(details[0]) / float(details[0]["value"])
        return value

    def _ratio(self, term: Mapping[str, Any]) -> float:
        place = _FIELD.search(" ".join(term.get("context", ())))
        field = self._fields[int(place[1])] if place else self._phrases
        freq, k1, b, length, own = (_found(term, f"{name}, ") for name in ("freq", "k1", "b", "dl", "avgdl"))
        whole = self._whole.get(field)
        if not whole or not own or freq is None or k1 is None or b is None or length is None:
            return 1.0
        return (freq + k1 * (1 - b + b * length / own)) / (freq + k1 * (1 - b + b * length / whole))


def _found(part: Mapping[str, Any], name: str) -> float | None:
    """The first value in an explanation whose description begins so."""
    for inner in part.get("details", ()):
        if inner["description"].startswith(name):
            return float(inner["value"])
        if (value := _found(inner, name)) is not None:
            return value
    return None
