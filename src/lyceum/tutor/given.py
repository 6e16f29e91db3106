"""Whether passages that came with a question answer it at all, by what the whole set of them is like.

An archive is searched for its best passages, but passages that come with a question were picked by somebody else, and
how they hang together tells something: how near all of them are to the question and to each other, how much of it
each opens with, and what kind of question it is. A logistic model weighs this beside what the best sentence is worth.
The order of the passages is not looked at. `bench/abstention.py` fits the weights for the embedders that it knows.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from lyceum import text as texts
from lyceum.search import Embedder, Vectors
from lyceum.tutor.asking import Asked, Wanted
from lyceum.tutor.model import Source

_FEWEST = 9
"""The weights were fitted to sets of ten; a few passages are no such set, and are judged one by one."""
_OPENING = 8
_NAMED = 4
_LEAST = 1e-6


@runtime_checkable
class PieceReader(Protocol):
    """An embedder that also sets a query beside passages word piece by word piece."""

    def met_pieces(self, query: str, passages: Sequence[str]) -> list[tuple[float, float]]:
        """For each passage how near the query's pieces come to its own: the mean, and that of the few worst."""
        ...


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic model for one embedder: over named features, and over the question's own vector."""

    features: Mapping[str, float]
    question: NDArray[np.float64]
    bias: float


@cache
def weights() -> Mapping[str, Weights]:
    """The models by the embedder's name."""
    stored = json.loads(resources.files("lyceum.tutor").joinpath("given.json").read_text("utf-8"))
    return {
        name: Weights(model["features"], np.array(model["question"]) * model["scale"], model["bias"])
        for name, model in stored.items()
    }


def chance(
    asked: Asked,
    sources: Sequence[Source],
    best: Sequence[float],
    weights_of_terms: Mapping[str, float],
    embedder: Embedder,
    vector: Vectors,
) -> float | None:
    """The chance, 0 to 1, that one of the passages answers; None for too few, or an embedder without weights.

    `best` has the chance of the best sentence of each passage.
    """
    model = weights().get(embedder.name)
    if model is None or len(sources) < _FEWEST or not best:
        return None
    found = features(asked, sources, best, weights_of_terms, embedder, vector)
    total = model.bias + sum(model.features.get(name, 0.0) * value for name, value in found.items())
    return 1 / (1 + math.exp(-float(np.clip(total + model.question @ vector, -30, 30))))


def features(
    asked: Asked,
    sources: Sequence[Source],
    best: Sequence[float],
    weights_of_terms: Mapping[str, float],
    embedder: Embedder,
    vector: Vectors,
) -> dict[str, float]:
    """What the set of passages is like, by name; word pieces, where they are read, stand for vectors and sentences."""
    terms = [_Passage.read(source) for source in sources]
    covered = np.array([_covered(passage.words, weights_of_terms) for passage in terms])
    said = np.array([max(_covered(s, weights_of_terms) for s in passage.sentences) for passage in terms])
    found = _by_words(asked, terms, covered, said, weights_of_terms)
    if isinstance(embedder, PieceReader):
        met = embedder.met_pieces(asked.text, [source.text for source in sources])
        return found | _summed("met", [mean for mean, _ in met]) | _summed("worst_met", [worst for _, worst in met])
    found.update(_by_meaning(sources, covered + said, embedder, vector))
    odds = [math.log(p / (1 - p)) for p in (min(max(b, _LEAST), 1 - _LEAST) for b in best)]
    found.update(_summed("best", odds))
    return found


@dataclass(frozen=True, slots=True)
class _Passage:
    """The stems of a passage: all, of each sentence, of its first words, and of those that may name it."""

    words: frozenset[str]
    sentences: tuple[frozenset[str], ...]
    opening: frozenset[str]
    name: frozenset[str]
    beginning: str

    @classmethod
    def read(cls, source: Source) -> _Passage:
        first = source.text.split()[:_OPENING]
        spans = texts.sentences(source.text, source.language)
        sentences = tuple(frozenset(texts.terms(source.text[a:b], source.language)) for a, b in spans)
        return cls(
            words=frozenset().union(*sentences),
            sentences=sentences or (frozenset(),),
            opening=frozenset(texts.terms(" ".join(first), source.language)),
            name=frozenset(texts.content_terms(" ".join(first[:_NAMED]), source.language)),
            beginning=" ".join(first[:2]),
        )


def _covered(words: frozenset[str], weights_of_terms: Mapping[str, float]) -> float:
    total = sum(weights_of_terms.values()) or 1.0
    return sum(weight for term, weight in weights_of_terms.items() if term in words) / total


def _by_words(
    asked: Asked,
    passages: Sequence[_Passage],
    covered: NDArray[np.float64],
    said: NDArray[np.float64],
    weights_of_terms: Mapping[str, float],
) -> dict[str, float]:
    wanted, number = set(asked.terms), len(passages)
    held = [sum(term in passage.words for passage in passages) for term in asked.terms] or [0]
    found = {
        **_summed("covered", covered),
        **_summed("said", said),
        **_summed("opening", [_covered(passage.opening, weights_of_terms) for passage in passages]),
        **_summed("named", [len(passage.name & wanted) / max(1, len(passage.name)) for passage in passages]),
        **_summed("names", [len(asked.names & p.words) / len(asked.names) if asked.names else 1.0 for p in passages]),
        "beginnings": len({passage.beginning for passage in passages}) / number,
        "held_by_fewest": min(held) / number,
        "held_by_many": float(np.mean(held)) / number,
        "terms": math.log1p(len(asked.terms)),
        "length": math.log1p(len(asked.text.split())),
        "other_terms": math.log1p(sum(term not in asked.names for term in asked.terms)),
        "numbers": float(bool(asked.numbers)),
    }
    found.update({f"wants_{wanted}": float(asked.wanted is wanted) for wanted in Wanted})
    return found


def _by_meaning(
    sources: Sequence[Source], words: NDArray[np.float64], embedder: Embedder, vector: Vectors
) -> dict[str, float]:
    """How near the passages and their sentences are to the question, and to each other."""
    spans = [texts.sentences(source.text, source.language) or [(0, len(source.text))] for source in sources]
    parts = [source.text[a:b] for source, cut in zip(sources, spans, strict=True) for a, b in cut]
    rows = embedder.embed_passages([*(source.text for source in sources), *parts]).astype(np.float64)
    whole, ends = rows[: len(sources)], np.cumsum([len(sources), *map(len, spans)])
    groups = [rows[a:b] for a, b in itertools.pairwise(ends)]
    cosines = whole @ vector
    nearest = np.array([(group @ vector).max() for group in groups])
    first = int(np.argmax(cosines + nearest + 0.7 * words))
    best = np.stack([group[int(np.argmax(group @ vector))] for group in groups])
    middle = whole.mean(axis=0)
    return {
        **_summed("passage", cosines),
        **_summed("sentence", nearest),
        **_summed("sentences", [float((group @ vector).mean()) for group in groups]),
        "first_among_all": float(whole[first] @ middle),
        "all_alike": float(middle @ middle),
        "first_sentence_among_all": float(best[first] @ best.mean(axis=0)),
        "middle": float(middle @ vector / np.linalg.norm(middle)),
        "first_passage": float(cosines[first]),
        "first_sentence": float(nearest[first]),
    }


def _summed(name: str, values: Sequence[float] | NDArray[np.float64]) -> dict[str, float]:
    """The highest of some values, the mean of the three highest, and the mean of all."""
    ordered = sorted((float(value) for value in values), reverse=True)
    return {
        f"{name}_highest": ordered[0],
        f"{name}_first_three": sum(ordered[:3]) / len(ordered[:3]),
        f"{name}_all": sum(ordered) / len(ordered),
    }
