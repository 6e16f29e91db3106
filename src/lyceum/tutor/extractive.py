"""Answers without a language model: picks the sentences that answer, or finds that none does.

Each sentence of the best passages is judged by a handful of features, twice: how well it ranks among the others,
and how likely it is that a sentence with these features, coming first, answers the question at all. Both are
logistic models; `bench/calibrate.py` fits their weights and says from what.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lyceum import text as texts
from lyceum.search import Embedder, Vectors
from lyceum.tutor import given
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
    """One or two sentences of a passage: how they rank, and the chance, 0 to 1, that they answer."""

    source: Source
    start: int
    end: int
    rank: float
    chance: float
    features: tuple[float, ...]
    own_language: bool

    @property
    def text(self) -> str:
        """Its words."""
        return self.source.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Weights:
    """Two logistic models over the features: one ranks sentences, the other gives the first its chance."""

    rank: tuple[float, ...]
    chance: tuple[float, ...]
    bias: float


FEATURES = (
    "coverage", "passage_coverage", "document_coverage", "names_missing", "numbers_missing",
    "cosine", "passage_cosine", "fits",
)  # fmt: skip
OWN = Weights(
    rank=(4.47, 2.17, 1.30, -1.80, -0.58, 6.62, 0.00, 1.41),
    chance=(2.88, 0.13, 2.14, -1.92, -0.62, 6.67, 0.00, 0.26),
    bias=-5.38,
)
FOREIGN = Weights(
    rank=(2.39, 7.59, 0.00, -0.41, -0.77, 8.71, 6.37, 1.86),
    chance=(6.81, 0.00, 0.00, -0.35, 0.00, 4.13, 2.27, 0.00),
    bias=-3.38,
)


def judge(
    asked: Asked,
    evidence: Sequence[Evidence],
    weigh: Callable[[Sequence[str]], Mapping[str, float]],
    embedder: Embedder | None,
    vector: Vectors | None,
) -> list[Judged]:
    """The sentences of the evidence with their chances, best first, those in the question's language before others.

    `weigh` gives each term its weight, higher for rarer ones. Without an embedder the cosines are taken as
    middling, and words decide.
    """
    weights = weigh(asked.terms)
    found = _documents(evidence)
    candidates = [c for item in evidence for c in _candidates(asked, item, weights, found[_document(item)])]
    candidates.sort(key=lambda c: -(c.coverage + c.evidence.cosine))
    candidates = candidates[:_MOST_SENTENCES]
    cosines = _cosines(candidates, embedder, vector)
    judged = [_judged(asked, c, cosine) for c, cosine in zip(candidates, cosines, strict=True)]
    judged.sort(key=lambda j: (not j.own_language, -j.rank))
    if embedder is None or vector is None or any(item.source.document for item in evidence):
        return judged
    return _as_given(asked, judged, [item.source for item in evidence], weights, embedder, vector)


def _as_given(
    asked: Asked,
    judged: Sequence[Judged],
    sources: Sequence[Source],
    weights: Mapping[str, float],
    embedder: Embedder,
    vector: Vectors,
) -> list[Judged]:
    """Sentences of passages that came with a question: the first has the chance of the set; others gain none."""
    best: dict[str, float] = {}
    for one in judged:
        best[one.source.id] = max(one.chance, best.get(one.source.id, 0.0))
    chance = given.chance(asked, sources, list(best.values()), weights, embedder, vector)
    if chance is None or not judged:
        return list(judged)
    # A set that answers speaks for its first sentence alone; one that does not speaks against all.
    highest = 1.0 if chance >= _LIKELY else chance
    others = [replace(one, chance=min(one.chance, highest)) for one in judged[1:]]
    return [replace(judged[0], chance=chance), *others]


_LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class _Candidate:
    evidence: Evidence
    start: int
    end: int
    coverage: float
    passage_coverage: float
    document_coverage: float
    names_missing: float
    numbers_missing: float


def _document(item: Evidence) -> str:
    return item.source.document or item.source.id


def _documents(evidence: Sequence[Evidence]) -> dict[str, set[str]]:
    """The words, stemmed and plain, of all that was found of each document."""
    found: dict[str, set[str]] = {}
    for item in evidence:
        source = item.source
        about = f"{source.title} {item.heading} {' '.join(source.creators)} {source.date or ''}"
        words = found.setdefault(_document(item), set())
        read = texts.indexed_terms(f"{about} {source.text}", source.language)
        words.update(read.stems, read.plain)
    return found


def _candidates(asked: Asked, item: Evidence, weights: Mapping[str, float], document: set[str]) -> list[_Candidate]:
    source = item.source
    around = set(texts.terms(f"{source.title} {item.heading} {' '.join(source.creators)}", source.language))
    spans = texts.sentences(source.text, source.language)
    sentence_terms = [set(texts.terms(source.text[a:b], source.language)) for a, b in spans]
    everywhere = around.union(*sentence_terms) if spans else around
    total = sum(weights.values()) or 1.0
    missing_names = len(asked.names - document) / max(1, len(asked.names))
    missing_numbers = len(asked.numbers - document) / max(1, len(asked.numbers))
    in_passage = sum(w for t, w in weights.items() if t in everywhere) / total
    in_document = sum(w for t, w in weights.items() if t in document) / total
    found = []
    for i, (start, end) in enumerate(spans):
        if not _is_prose(source.text[start:end]):
            continue
        near = set().union(*sentence_terms[max(0, i - 1) : i + 2])
        covered = sum(w * _share(t, sentence_terms[i], near, around, everywhere) for t, w in weights.items())
        before = spans[i - 1][0] if i else start
        first = before if before < start and _leans_back(source.text, before, start, end) else start
        found.append(
            _Candidate(item, first, end, covered / total, in_passage, in_document, missing_names, missing_numbers)
        )
    return found


def _share(term: str, sentence: set[str], near: set[str], around: set[str], everywhere: set[str]) -> float:
    """How much of a term's weight a sentence gets: all for holding it, less for what stands around."""
    if term in sentence:
        return 1.0
    if term in around:
        return _IN_TITLE
    if term in near:
        return _NEXT_TO_IT
    return _IN_PASSAGE if term in everywhere else 0.0


_IN_TITLE, _NEXT_TO_IT, _IN_PASSAGE = 0.6, 0.5, 0.3
_FEWEST_WORDS = 4
_CLOSING = " \"'”’»«)]"
_BREAK = re.compile(r"—|--|\.{3,}|…|\s\d+(?=\s*$)", re.MULTILINE)


def _is_prose(sentence: str) -> bool:
    """Whether it states something: no question, heading, line of a table, or run of a table of contents."""
    if sentence.rstrip(_CLOSING).endswith(("?", "？", "؟")):
        return False
    words = texts.word_count(sentence)
    return words >= _FEWEST_WORDS and len(_BREAK.findall(sentence)) <= max(2, words // 12)


_LEANING = frozenset(
    """he she it they this these that those his him their its such both er sie es dies diese dieser dieses sein
    ihre ihr beide il elle ils elles ce cette ces cela son leur leurs el ella ellos ellas esto esta este estos
    estas su sus""".split()
)


def _leans_back(text: str, before: int, start: int, end: int) -> bool:
    """Whether a sentence begins with a word for something that was named in the one before it."""
    words = texts.plain_terms(text[start : min(end, start + 40)])
    leans = bool(words) and words[0] in _LEANING
    return leans and texts.word_count(text[before:end]) <= _LONGEST and _is_prose(text[before:start])


def _cosines(candidates: Sequence[_Candidate], embedder: Embedder | None, vector: Vectors | None) -> list[float]:
    if embedder is None or vector is None or not candidates:
        return [c.coverage * 0.6 for c in candidates]
    rows = embedder.embed_passages([c.evidence.source.text[c.start : c.end] for c in candidates])
    return [float(x) for x in np.asarray(rows @ vector)]


def _judged(asked: Asked, c: _Candidate, cosine: float) -> Judged:
    source = c.evidence.source
    same = texts.primary(source.language) == asked.language or "und" in (source.language, asked.language)
    sentence = source.text[c.start : c.end]
    features = (
        c.coverage,
        c.passage_coverage,
        c.document_coverage,
        c.names_missing,
        c.numbers_missing,
        cosine,
        c.evidence.cosine or cosine,
        float(fits(asked.wanted, sentence)),
    )
    weights = OWN if same else FOREIGN
    chance = _sigmoid(weights.bias + _dot(weights.chance, features))
    return Judged(source, c.start, c.end, _dot(weights.rank, features), chance, features, same)


def _dot(weights: Sequence[float], features: Sequence[float]) -> float:
    return sum(w * f for w, f in zip(weights, features, strict=True))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, x))))
