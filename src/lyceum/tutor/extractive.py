"""Answers without a language model: picks the sentences that answer, or finds that none does.

Each sentence of the best passages is judged by a handful of features; their weights are a logistic model fitted
by `bench/calibrate.py`, so that a judgement reads as the chance that a reader would accept the sentence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lyceum import text as texts
from lyceum.search import Embedder, Vectors
from lyceum.tutor.asking import Asked, fits
from lyceum.tutor.model import Source

_MOST_SENTENCES = 40
_LONGEST = 90


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that may answer: where it stands, and its cosine to the question (0 where unknown)."""

    source: Source
    heading: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Judged:
    """One or two sentences of a passage with the chance, 0 to 1, that they answer."""

    source: Source
    start: int
    end: int
    chance: float
    features: tuple[float, ...]

    @property
    def text(self) -> str:
        """Its words."""
        return self.source.text[self.start : self.end]


FEATURES = ("coverage", "passage_coverage", "rarest_missing", "names_missing", "numbers_missing", "cosine", "fits")
WEIGHTS = (2.6, 1.2, -1.0, -1.2, -1.2, 3.2, 0.5)
BIAS = -3.6
FOREIGN_WEIGHTS = (1.0, 0.5, 0.0, 0.0, -0.8, 6.0, 0.5)
FOREIGN_BIAS = -4.6


def judge(
    asked: Asked,
    evidence: Sequence[Evidence],
    weigh: Callable[[Sequence[str]], Mapping[str, float]],
    embedder: Embedder | None,
    vector: Vectors | None,
) -> list[Judged]:
    """The sentences of the evidence with their chances, best first.

    `weigh` gives each term its weight, higher for rarer ones. Without an embedder the cosines are taken as
    middling, and words decide.
    """
    weights = weigh(asked.terms)
    candidates = [c for item in evidence for c in _candidates(asked, item, weights)]
    candidates.sort(key=lambda c: -(c.coverage + c.evidence.cosine))
    candidates = candidates[:_MOST_SENTENCES]
    cosines = _cosines(candidates, embedder, vector)
    judged = [_judged(asked, c, cosine) for c, cosine in zip(candidates, cosines, strict=True)]
    return sorted(judged, key=lambda j: -j.chance)


@dataclass(frozen=True, slots=True)
class _Candidate:
    evidence: Evidence
    start: int
    end: int
    coverage: float
    passage_coverage: float
    rarest_missing: bool
    names_missing: float
    numbers_missing: float


def _candidates(asked: Asked, item: Evidence, weights: Mapping[str, float]) -> list[_Candidate]:
    source = item.source
    around = set(texts.terms(f"{source.title} {item.heading} {' '.join(source.creators)}", source.language))
    spans = texts.sentences(source.text, source.language)
    sentence_terms = [set(texts.terms(source.text[a:b], source.language)) for a, b in spans]
    everywhere = around.union(*sentence_terms) if spans else around
    total = sum(weights.values()) or 1.0
    rarest = max(asked.terms, key=lambda t: weights[t], default="")
    missing_names = len(asked.names - everywhere) / max(1, len(asked.names))
    plain = set(texts.plain_terms(f"{source.text} {source.title} {source.date or ''}"))
    missing_numbers = len(asked.numbers - plain) / max(1, len(asked.numbers))
    whole = sum(w for t, w in weights.items() if t in everywhere) / total
    found = []
    for i, (start, end) in enumerate(spans):
        near = sentence_terms[i - 1] if i else set()
        covered = sum(
            w * (1.0 if t in sentence_terms[i] else 0.5 if t in near or t in around else 0.0)
            for t, w in weights.items()
        )
        first = (
            spans[i - 1][0] if i and _leans_back(source.text[start:end], source.text[spans[i - 1][0] : end]) else start
        )
        found.append(
            _Candidate(
                item,
                first,
                end,
                covered / total,
                whole,
                rarest not in everywhere,
                missing_names,
                missing_numbers,
            )
        )
    return found


_LEANING = frozenset(
    """he she it they this these that those his him their its such both er sie es dies diese dieser dieses sein
    ihre ihr beide il elle ils elles ce cette ces cela son leur leurs el ella ellos ellas esto esta este estos
    estas su sus""".split()
)


def _leans_back(sentence: str, both: str) -> bool:
    """Whether a sentence begins with a word for something that was named in the one before."""
    words = texts.plain_terms(sentence[:40])
    return bool(words) and words[0] in _LEANING and texts.word_count(both) <= _LONGEST


def _cosines(candidates: Sequence[_Candidate], embedder: Embedder | None, vector: Vectors | None) -> list[float]:
    if embedder is None or vector is None or not candidates:
        return [c.coverage * 0.6 for c in candidates]
    rows = embedder.embed([c.evidence.source.text[c.start : c.end] for c in candidates])
    return [float(x) for x in np.asarray(rows @ vector)]


def _judged(asked: Asked, c: _Candidate, cosine: float) -> Judged:
    source = c.evidence.source
    same = texts.primary(source.language) == asked.language or "und" in (source.language, asked.language)
    sentence = source.text[c.start : c.end]
    features = (
        c.coverage,
        c.passage_coverage,
        float(c.rarest_missing),
        c.names_missing,
        c.numbers_missing,
        cosine,
        float(fits(asked.wanted, sentence)),
    )
    weights, bias = (WEIGHTS, BIAS) if same else (FOREIGN_WEIGHTS, FOREIGN_BIAS)
    return Judged(
        source,
        c.start,
        c.end,
        _sigmoid(bias + sum(w * f for w, f in zip(weights, features, strict=True))),
        features,
    )


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, x))))
