"""Measures when the tutor is silent, passages given and no model: `python -m bench.abstention [--fit]`.

NoMIRACL's development half has questions in five languages with ten passages each, which answer or do not. XQuAD's
is the second test: the ten best paragraphs for a question, with its own among them or without it. The weights of
`lyceum.tutor.given` are fitted to both (`--fit` writes them), so that here each question is judged by weights fitted
to the others: ten folds, by question in NoMIRACL and by article in XQuAD. GPT-4's answers in the files are not read.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.calibrate import auc
from bench.data import data_folder
from lyceum import config
from lyceum import text as texts
from lyceum.search import E5Embedder, Embedder, UseEmbedder
from lyceum.tutor import Source, given, read_question
from lyceum.tutor.answering import inverse_frequencies
from lyceum.tutor.extractive import Evidence, judge

LANGUAGES = ("en", "de", "es", "fr", "ru")
_GIVEN = 10
_EVERY = 5
_FEW_WORDS = 12
_FOLDS = 10
_WRONGLY_SILENT = (0.15, 0.20, 0.25)
Numbers = NDArray[np.float64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its passages, whether they answer, and what may not be parted between folds."""

    question: str
    passages: tuple[Source, ...]
    answerable: bool
    language: str
    group: str


def nomiracl() -> Iterator[Case]:
    """NoMIRACL's development half."""
    for language in LANGUAGES:
        path = data_folder() / "eval" / "abstention_nomiracl" / f"nomiracl_test_{language}.jsonl.gz"
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for row in map(json.loads, file):
                passages = (_source(p["docid"], p["text"], language) for p in row["passages"])
                yield Case(row["question"], tuple(passages), row["answerable"], language, row["id"])


def _source(name: str, text: str, otherwise: str) -> Source:
    """A passage in the language that it is in; the question's where it is too short to tell."""
    language = texts.detect_language(text) if texts.word_count(text) > _FEW_WORDS else "und"
    return Source(name, text, language=otherwise if language == "und" else language)


def xquad(embedder: Embedder, *, every: int = _EVERY) -> Iterator[Case]:
    """Some of XQuAD's questions, each twice: with the ten best paragraphs, and with the ten best but its own."""
    for language in ("en", "de", "es", "ru"):
        path = data_folder() / "eval" / "qa_xquad" / f"xquad.{language}.json.gz"
        with gzip.open(path, "rt", encoding="utf-8") as file:
            articles = json.load(file)["data"]
        paragraphs = [(n, p) for n, article in enumerate(articles) for p in article["paragraphs"]]
        sources = [Source(str(n), p["context"], language=language) for n, (_, p) in enumerate(paragraphs)]
        rank = _ranker(sources, embedder)
        asked = [(qa["question"], n, article) for n, (article, p) in enumerate(paragraphs) for qa in p["qas"]]
        for question, own, article in asked[::every]:
            order = rank(question)
            with_own, without = order[:_GIVEN], [n for n in order if n != own][:_GIVEN]
            for chosen in (with_own, without):
                if own in with_own:
                    passages = tuple(sources[n] for n in chosen)
                    yield Case(question, passages, chosen is with_own, language, f"article {article}")


def _ranker(sources: Sequence[Source], embedder: Embedder) -> Any:
    """A small hybrid search: the share of a question's words, weighted, and half the cosine."""
    rows = embedder.embed_passages([source.text for source in sources])
    words = [set(texts.terms(source.text, source.language)) for source in sources]
    counts = Counter(term for found in words for term in found)

    def rank(question: str) -> list[int]:
        terms = read_question(question).terms
        weights = inverse_frequencies({term: counts[term] for term in terms}, len(sources))
        total = sum(weights.values()) or 1.0
        shares = [sum(w for term, w in weights.items() if term in found) / total for found in words]
        return [int(n) for n in np.argsort(-(np.array(shares) + rows @ embedder.embed_query(question) / 2))]

    return rank


# --- features ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measured:
    """Cases as numbers: the features by name, the questions' vectors, and what the sentences alone would say."""

    names: tuple[str, ...]
    features: Numbers
    questions: Numbers
    answerable: Truth
    languages: NDArray[np.str_]
    folds: NDArray[np.int_]
    sentences_alone: Numbers


def measure(cases: Sequence[Case], embedder: Embedder) -> Measured:
    """The features of every case."""
    found = [_measured(case, embedder) for case in cases]
    names = tuple(found[0][0])
    groups = {group: n % _FOLDS for n, group in enumerate(dict.fromkeys(_shuffled([case.group for case in cases])))}
    return Measured(
        names=names,
        features=np.array([[values[name] for name in names] for values, _, _ in found]),
        questions=np.array([vector for _, vector, _ in found], dtype=np.float64),
        answerable=np.array([case.answerable for case in cases]),
        languages=np.array([case.language for case in cases]),
        folds=np.array([groups[case.group] for case in cases]),
        sentences_alone=np.array([alone for _, _, alone in found]),
    )


def _shuffled(groups: list[str]) -> list[str]:
    distinct = sorted(set(groups))
    return [distinct[n] for n in np.random.default_rng(0).permutation(len(distinct))]


def _measured(case: Case, embedder: Embedder) -> tuple[dict[str, float], Any, float]:
    asked = read_question(case.question)
    vector = embedder.embed_query(asked.text)
    words = [set(texts.terms(source.text, source.language)) for source in case.passages]
    weights = inverse_frequencies({t: sum(t in found for found in words) for t in asked.terms}, len(words))
    evidence = [Evidence(source, "", 0.0) for source in case.passages]
    # Passages of a document are judged sentence by sentence, without a look at the whole set.
    stored = [Evidence(_stored(item.source), "", 0.0) for item in evidence]
    judged = judge(asked, stored, lambda _: weights, embedder, vector) if asked.terms else []
    best: dict[str, float] = {}
    for one in judged:
        best[one.source.id] = max(one.chance, best.get(one.source.id, 0.0))
    values = given.features(asked, case.passages, list(best.values()) or [0.0], weights, embedder, vector)
    return values, vector, judged[0].chance if judged else 0.0


def _stored(source: Source) -> Source:
    return Source(source.id, source.text, document=source.id, language=source.language)


# --- fitting -----------------------------------------------------------------------------------------

_QUESTION = 0.5
_FEATURE = 1 / 7
_RIDGE = 0.5
_SECOND = 0.2
"""What a question of XQuAD counts beside one of NoMIRACL; 1 would raise it and lower the other by as much."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A logistic model in the terms of the features as they are."""

    features: Numbers
    question: Numbers
    bias: float

    def scores(self, cases: Measured) -> Numbers:
        """The log-odds of each case."""
        found: Numbers = cases.features @ self.features + cases.questions @ self.question + self.bias
        return found


def fit(parts: Sequence[tuple[Measured, Truth, float]]) -> Fitted:
    """Fits to some cases of each part, which count so much; the first sets the scale."""
    first, kept, _ = parts[0]
    mean, scale = first.features[kept].mean(axis=0), first.features[kept].std(axis=0) + 1e-9
    middle = first.questions[kept].mean(axis=0)
    length = math.sqrt(float(((first.questions[kept] - middle) ** 2).sum(axis=1).mean()))
    x = np.vstack([
        np.hstack([(m.features[k] - mean) / scale * _FEATURE, (m.questions[k] - middle) / length * _QUESTION])
        for m, k, _ in parts
    ])  # fmt: skip
    truth = np.concatenate([m.answerable[k] for m, k, _ in parts]).astype(float)
    counts = np.concatenate([np.full(int(k.sum()), count) for _, k, count in parts])
    w = _newton(np.hstack([x, np.ones((len(x), 1))]), truth, counts)
    features = w[: len(mean)] / scale * _FEATURE
    question = w[len(mean) : -1] / length * _QUESTION
    return Fitted(features, question, float(w[-1] - features @ mean - question @ middle))


def _newton(x: Numbers, truth: Numbers, counts: Numbers) -> Numbers:
    ridge = np.full(x.shape[1], _RIDGE)
    ridge[-1] = 1e-6
    w = np.zeros(x.shape[1])
    for _ in range(12):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        hessian = (x * (counts * p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        w -= np.linalg.solve(hessian, x.T @ (counts * (p - truth)) + ridge * w)
    return w


def unseen(parts: Sequence[tuple[Measured, float]]) -> list[Numbers]:
    """The scores of every case of every part by weights that were fitted without its fold."""
    scores = [np.zeros(len(measured.answerable)) for measured, _ in parts]
    for fold in range(_FOLDS):
        fitted = fit([(measured, measured.folds != fold, count) for measured, count in parts])
        for found, (measured, _) in zip(scores, parts, strict=True):
            held_out = measured.folds == fold
            found[held_out] = fitted.scores(measured)[held_out]
    return scores


def stored(fitted: Fitted, names: Sequence[str], threshold: float) -> dict[str, Any]:
    """The model as `given.json` holds it; its bias puts the chance of a half at the threshold."""
    scale = float(np.abs(fitted.question).max()) / 999
    return {
        "features": {name: round(float(w), 3) for name, w in zip(names, fitted.features, strict=True)},
        "bias": round(fitted.bias - threshold, 3),
        "scale": round(scale, 6),
        "question": [round(float(w) / scale) for w in fitted.question],
    }


# --- tables ------------------------------------------------------------------------------------------


def main() -> None:
    """Prints the tables, and with `--fit` writes the weights."""
    parser = argparse.ArgumentParser(prog="python -m bench.abstention", description=__doc__)
    parser.add_argument("--fit", action="store_true", help="write the weights, fitted to all, into the package")
    parser.add_argument("--quality", action="store_true", help="with the quality embedder: hours on two cores")
    asked = parser.parse_args()
    console = Console()
    if not data_folder().is_dir():
        console.print(f"The shared data is not unpacked at {data_folder()}; the measuring needs it.")
        return
    kind = E5Embedder if asked.quality else UseEmbedder
    run(kind(config.load(None, os.environ).cache), console, write=asked.fit)


def run(embedder: Embedder, console: Console, *, write: bool) -> None:
    """Measures with an embedder; `write` replaces its weights."""
    first, second = measure(list(nomiracl()), embedder), measure(list(xquad(embedder)), embedder)
    scores, others = unseen([(first, 1.0), (second, _SECOND)])
    elsewhere = fit([(second, np.ones(len(second.answerable), dtype=bool), 1.0)]).scores(first)
    for name, measured, by in (("NoMIRACL, development half", first, scores), ("XQuAD, own paragraph", second, others)):
        console.print(table(name, measured, {"sentences alone": measured.sentences_alone, "the set, unseen": by}))
    console.print(table("NoMIRACL by weights of XQuAD alone", first, {"the set": elsewhere}))
    threshold = float(np.quantile(scores[first.answerable], _WRONGLY_SILENT[-1]))
    for name, measured, by in (("NoMIRACL", first, scores), ("XQuAD", second, others)):
        wrong, silent = rates(by, measured.answerable, threshold)
        console.print(f"{name}: as shipped answers {wrong:.3f} of the unanswerable, silent on {silent:.3f} of the rest")
    if write:
        path = Path(given.__file__).with_name("given.json")
        model = stored(_fitted_to_all(first, second), first.names, threshold)
        content = {**json.loads(path.read_text("utf-8")), embedder.name: model}
        path.write_text(json.dumps(content, indent=1).replace(",\n   ", ", ") + "\n", encoding="utf-8")


def _fitted_to_all(first: Measured, second: Measured) -> Fitted:
    everything = [np.ones(len(m.answerable), dtype=bool) for m in (first, second)]
    return fit([(first, everything[0], 1.0), (second, everything[1], _SECOND)])


def table(name: str, measured: Measured, scores: dict[str, Numbers]) -> Table:
    """For each language and all: AUC, and how many unanswerable questions are answered at some shares of silence."""
    heads = [f"answered wrongly, {share:.0%} silent" for share in _WRONGLY_SILENT]
    shown = Table("judged by", "language", "questions", "answerable", "AUC", *heads, title=name)
    for judge_name, values in scores.items():
        for language in ("all", *dict.fromkeys(measured.languages.tolist())):
            kept = np.ones(len(values), dtype=bool) if language == "all" else measured.languages == language
            truth = measured.answerable[kept]
            wrong = [f"{rates(values[kept], truth, float(np.quantile(values[kept][truth], share)))[0]:.3f}"
                     for share in _WRONGLY_SILENT]  # fmt: skip
            area = f"{auc(values[kept], truth):.3f}"
            shown.add_row(judge_name, language, str(len(truth)), str(int(truth.sum())), area, *wrong)
    return shown


def rates(scores: Numbers, truth: Truth, threshold: float) -> tuple[float, float]:
    """Of the unanswerable the share answered, and of the answerable the share left unanswered."""
    return float(np.mean(scores[~truth] >= threshold)), float(np.mean(scores[truth] < threshold))


if __name__ == "__main__":
    main()
