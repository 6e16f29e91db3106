"""Fits the weights of the extractive judge: `python -m bench.calibrate`.

From XQuAD's development half (a question, its paragraph, the words that answer): archives of all paragraphs of one
language are made and asked. A sentence counts as answering when it holds the answer's words in the paragraph that
the question was written for. A second fit makes the best sentence's score the chance that the archive answers at
all, from the same questions asked with their paragraph taken away. Nothing of NoMIRACL is used here: it measures.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.data import data_folder
from lyceum import config
from lyceum.library import Library, Query, Scope
from lyceum.tutor.answer import inverse_frequencies, source_of
from lyceum.tutor.asking import read_question
from lyceum.tutor.extractive import FEATURES, Evidence, judge

OWN = ("en", "de", "es", "ru", "zh", "ar")
FOREIGN = ("de", "es", "ru", "zh", "ar")
_QUESTIONS = 240
_STRANGERS = 300
_PASSAGES = 12


@dataclass(frozen=True, slots=True)
class Case:
    """A question with the paragraph that answers it and the offsets of the answer's words there."""

    question: str
    paragraph: int
    start: int
    end: int


def read_xquad(language: str) -> tuple[list[str], list[Case]]:
    """The paragraphs and the questions of one language."""
    path = data_folder() / "eval" / "qa_xquad" / f"xquad.{language}.json.gz"
    paragraphs: list[str] = []
    cases: list[Case] = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for article in json.load(file)["data"]:
            for paragraph in article["paragraphs"]:
                for qa in paragraph["qas"]:
                    answer = qa["answers"][0]
                    start = answer["answer_start"]
                    cases.append(Case(qa["question"], len(paragraphs), start, start + len(answer["text"])))
                paragraphs.append(paragraph["context"])
    return paragraphs, cases


def main() -> None:
    """Prints the weights to be put into `lyceum.tutor.extractive`."""
    foreign: list[Any] = []
    own: list[Any] = []
    with tempfile.TemporaryDirectory() as folder:
        for language in OWN:
            paragraphs, cases = read_xquad(language)
            with _archive(Path(folder) / language, paragraphs, language) as library:
                own += list(_samples(library, cases[:_QUESTIONS]))
                if language == "en":
                    own += list(_samples(library, _strangers()))
                    for other in FOREIGN:
                        foreign += list(_samples(library, read_xquad(other)[1][:_QUESTIONS]))
            print(f"{language}: {len(own)} questions so far", flush=True)
    print("FEATURES", FEATURES)
    for name, samples in (("own", own), ("foreign", foreign)):
        weights, bias = _fit(samples)
        print(name, [round(float(w), 2) for w in weights], round(float(bias), 2))


def _strangers() -> list[Case]:
    """Questions that have nothing to do with the paragraphs."""
    path = data_folder() / "eval" / "abstention_selfaware" / "SelfAware.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        examples = json.load(file)["example"]
    return [Case(example["question"], -1, 0, 0) for example in examples[:: len(examples) // _STRANGERS]]


def _archive(home: Path, paragraphs: list[str], language: str) -> Library:
    source = home / "source"
    source.mkdir(parents=True)
    for n, paragraph in enumerate(paragraphs):
        (source / f"{n}.txt").write_text(paragraph, encoding="utf-8")
    table = home / "table.csv"
    table.write_text("file,title,language\n" + "".join(f"{n}.txt,-,{language}\n" for n in range(len(paragraphs))))
    library = Library.open(config.load(home / "home", {}))
    library.add([str(source)], metadata=table)
    return library


@dataclass(frozen=True, slots=True)
class _Sample:
    """The features and labels of a question's sentences, with and without the paragraph that answers."""

    features: NDArray[np.float64]
    labels: NDArray[np.bool_]
    from_gold: NDArray[np.bool_]


def _samples(library: Library, cases: list[Case]) -> Iterator[_Sample]:
    for case in cases:
        asked = read_question(case.question)
        if not asked.terms:
            continue
        hits = library.search(Query(asked.text, Scope.everything(), limit=_PASSAGES)).hits
        vector = library.embedder.embed([asked.text])[0]
        evidence = [Evidence(source_of(hit), hit.passage.heading, hit.dense) for hit in hits]
        passages = library.index.state().passages
        judged = judge(
            asked, evidence, lambda terms, n=passages: inverse_frequencies(library.index.frequencies(terms), n),  # type: ignore[misc]
            library.embedder, vector,
        )  # fmt: skip
        gold = {hit.passage.id for hit in hits if hit.passage.document.name == f"{case.paragraph}.txt"}
        if not judged:
            continue
        from_gold = np.array([j.source.id in gold for j in judged])
        holds = [
            j.source.id in gold and j.source.start + j.start <= case.start and case.end <= j.source.start + j.end
            for j in judged
        ]
        yield _Sample(np.array([j.features for j in judged]), np.array(holds), from_gold)


def _fit(samples: list[_Sample]) -> tuple[NDArray[np.float64], float]:
    features = np.vstack([s.features for s in samples])
    labels = np.concatenate([s.labels for s in samples]).astype(float)
    weights, bias = _logistic(features, labels)
    best, answerable = [], []
    for sample in samples:
        scores = sample.features @ weights + bias
        if sample.labels.any():
            best.append(scores.max())
            answerable.append(1.0)
        if (~sample.from_gold).any():
            best.append(scores[~sample.from_gold].max())
            answerable.append(0.0)
    scale, shift = _logistic(np.array(best)[:, None], np.array(answerable))
    right = np.mean([s.labels[int(np.argmax(s.features @ weights))] for s in samples if s.labels.any()])
    chance = 1 / (1 + np.exp(-(np.array(best) * scale[0] + shift)))
    truth = np.array(answerable) > 0
    print(f"the best sentence holds the answer: {right:.3f}; AUC {_auc(chance, truth):.3f}; answers where it should "
          f"{np.mean(chance[truth] >= 0.5):.3f}, where it should not {np.mean(chance[~truth] >= 0.5):.3f}")  # fmt: skip
    return weights * scale[0], float(bias * scale[0] + shift)


def _logistic(features: NDArray[np.float64], labels: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Logistic regression by Newton's method with a little ridge; both labels weigh alike."""
    x = np.hstack([features, np.ones((len(features), 1))])
    balance = np.where(labels > 0, 0.5 / max(labels.mean(), 1e-9), 0.5 / max(1 - labels.mean(), 1e-9))
    w = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (balance * (p - labels)) + 1e-2 * w
        hessian = (x * (balance * p * (1 - p))[:, None]).T @ x + 1e-2 * np.eye(x.shape[1])
        w -= np.linalg.solve(hessian, gradient)
    return w[:-1], float(w[-1])


def _auc(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    order = np.argsort(scores)
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    positive = int(truth.sum())
    return float((ranks[truth].sum() - positive * (positive + 1) / 2) / (positive * (len(truth) - positive)))


if __name__ == "__main__":
    main()
