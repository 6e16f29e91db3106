"""Fits the weights of the extractive judge: `python -m bench.calibrate`.

From development sets with questions, documents and the words that answer: XQuAD in four languages, QuoteSum and
RAMDocs. For each an archive is made and asked. A sentence counts as answering when it holds the answer's words in
a document that the question was written for; that fits the ranking. Whether a question can be answered is learnt
from the same questions asked once without the passages that hold the answer and once without their documents.
NoMIRACL is not used: it measures.
"""

from __future__ import annotations

import csv
import gzip
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.data import data_folder
from lyceum import config
from lyceum.library import Library, Query, Scope
from lyceum.tutor.answering import inverse_frequencies, source_of
from lyceum.tutor.asking import read_question
from lyceum.tutor.extractive import FEATURES, Evidence, judge

_PASSAGES = 12
_POOL = 30
_MOST_WRONG = 0.15
Numbers = NDArray[np.float64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the documents that answer it, and the words that answer (in any of them)."""

    question: str
    gold: frozenset[int]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents of one language as (title, text), and the questions put to them."""

    language: str
    documents: list[tuple[str, str]]
    cases: list[Case]


def read_xquad(language: str, *, most: int | None = None) -> Collection:
    """XQuAD's development half in one language: every article a document."""
    documents: list[tuple[str, str]] = []
    cases: list[Case] = []
    with gzip.open(data_folder() / "eval" / "qa_xquad" / f"xquad.{language}.json.gz", "rt", encoding="utf-8") as file:
        for article in json.load(file)["data"]:
            gold = frozenset([len(documents)])
            for paragraph in article["paragraphs"]:
                cases += [Case(qa["question"], gold, (qa["answers"][0]["text"],)) for qa in paragraph["qas"]]
            documents.append(("-", "\n\n".join(paragraph["context"] for paragraph in article["paragraphs"])))
    return Collection(language, documents, cases[:: max(1, len(cases) // most)] if most else cases)


def read_quotesum() -> Collection:
    """QuoteSum's development part: people's questions, each with the sources that were given with it."""
    documents: dict[tuple[str, str], int] = {}
    cases: dict[str, Case] = {}
    for row in _lines(data_folder() / "eval" / "qa_quotesum" / "dev.jsonl.gz"):
        gold, answers = set(), set()
        for n in range(1, 9):
            title, text = row.get(f"title{n}"), row.get(f"source{n}")
            if title and text:
                number = documents.setdefault((title, text), len(documents))
                answer = row.get(f"short_ans_{n}") or ""
                if answer and answer.lower() in text.lower():
                    gold.add(number)
                    answers.add(answer)
        if gold:
            cases[row["question"]] = Case(row["question"], frozenset(gold), tuple(answers))
    return Collection("en", list(documents), list(cases.values()))


def read_ramdocs(most: int) -> Collection:
    """RAMDocs: questions about names that several things bear, with documents found on the web."""
    documents: list[tuple[str, str]] = []
    cases: list[Case] = []
    for row in list(_lines(data_folder() / "eval" / "conflict_ramdocs" / "RAMDocs_test.jsonl.gz"))[:most]:
        gold: set[int] = set()
        answers: set[str] = set()
        for document in row["documents"]:
            right = document["type"] == "correct" and document["answer"].lower() in document["text"].lower()
            if right:
                gold.add(len(documents))
                answers.add(document["answer"])
            documents.append(("-", document["text"]))
        if gold:
            cases.append(Case(row["question"], frozenset(gold), tuple(answers)))
    return Collection("en", documents, cases)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def make_library(home: Path, collection: Collection) -> Library:
    """A library that holds a collection, each document a file named by its number."""
    source = home / "source"
    source.mkdir(parents=True)
    with (home / "table.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "title", "language"])
        for n, (title, text) in enumerate(collection.documents):
            (source / f"{n}.txt").write_text(text, encoding="utf-8")
            table.writerow([f"{n}.txt", title, collection.language])
    library = Library.open(config.load(home / "home", {}))
    library.add([str(source)], metadata=home / "table.csv")
    return library


@dataclass(frozen=True, slots=True)
class Sample:
    """The features of the sentences that were judged for a question, and which of them answer."""

    features: Numbers
    answers: Truth
    answerable: bool


def samples(library: Library, cases: list[Case]) -> Iterator[Sample]:
    """Each question as it is, without the passages that hold its answer, and without their documents."""
    passages = library.index.state().passages
    for case in cases:
        asked = read_question(case.question)
        if not asked.terms:
            continue
        hits = library.search(Query(asked.text, Scope.everything(), limit=_POOL)).hits
        vector = library.embedder.embed_query(asked.text)
        for left_out in (_nothing, _holds_answer, _in_gold):
            kept = [hit for hit in hits if not left_out(hit, case)][:_PASSAGES]
            evidence = [Evidence(source_of(hit), hit.passage.heading, hit.dense) for hit in kept]
            weigh = _weigher(library, passages)
            judged = judge(asked, evidence, weigh, library.embedder, vector)
            gold = {hit.passage.id for hit in kept if _number(hit) in case.gold}
            right = [
                j.source.id in gold and any(answer.lower() in j.text.lower() for answer in case.answers) for j in judged
            ]
            if judged and any(right) is (left_out is _nothing):
                yield Sample(np.array([j.features for j in judged]), np.array(right), any(right))


def _weigher(library: Library, passages: int) -> Callable[[Any], dict[str, float]]:
    return lambda terms: inverse_frequencies(library.index.frequencies(terms), passages)


def _nothing(_hit: Any, _case: Case) -> bool:
    return False


def _holds_answer(hit: Any, case: Case) -> bool:
    return _in_gold(hit, case) and any(answer.lower() in hit.passage.text.lower() for answer in case.answers)


def _in_gold(hit: Any, case: Case) -> bool:
    return _number(hit) in case.gold


def _number(hit: Any) -> int:
    return int(hit.passage.document.name.removesuffix(".txt"))


def main() -> None:
    """Prints the weights to be put into `lyceum.tutor.extractive`."""
    own: list[Sample] = []
    foreign: list[Sample] = []
    collections = [read_xquad(language, most=150) for language in ("en", "de", "es", "ru")]
    with tempfile.TemporaryDirectory() as folder:
        for n, collection in enumerate([*collections, read_quotesum(), read_ramdocs(150)]):
            with make_library(Path(folder) / str(n), collection) as library:
                own += samples(library, collection.cases)
                if n == 0:
                    for other in collections[1:]:
                        foreign += samples(library, other.cases)
            print(f"{collection.language}, {len(collection.documents)} documents: {len(own)} samples", flush=True)
    print("features", FEATURES)
    for name, found in (("own", own), ("foreign", foreign)):
        rank, chance, bias = fit(found)
        print(f"{name}: Weights({_rounded(rank)}, {_rounded(chance)}, {bias:.2f})")


def fit(found: list[Sample]) -> tuple[Numbers, Numbers, float]:
    """The weights that rank sentences, and the weights and bias of the chance of the one that comes first."""
    rank, _ = logistic(np.vstack([s.features for s in found]), np.concatenate([s.answers for s in found]))
    first = [int(np.argmax(s.features @ rank)) for s in found]
    best = np.array([s.features[i] for s, i in zip(found, first, strict=True)])
    truth = np.array([s.answerable for s in found])
    chance, bias = logistic(best, truth)
    scores = best @ chance + bias
    # Where it would too often answer what it cannot, the bar is raised: a wrong answer costs more than none.
    bias -= max(0.0, float(np.quantile(scores[~truth], 1 - _MOST_WRONG)))
    scores = best @ chance + bias
    right = np.mean([s.answers[i] for s, i in zip(found, first, strict=True) if s.answerable])
    print(
        f"the first sentence answers {right:.3f}; AUC {auc(scores, truth):.3f}; answers what it can "
        f"{np.mean(scores[truth] >= 0):.3f}, what it cannot {np.mean(scores[~truth] >= 0):.3f}"
    )
    return rank, chance, bias


_SIGNS = np.array([1, 1, 1, -1, -1, 1, 1, 1])
"""Which way a feature may count: more words held, fewer missing, nearer in meaning."""


def logistic(features: Numbers, truth: Truth) -> tuple[Numbers, float]:
    """Logistic regression by Newton's method with a little ridge; both classes weigh alike.

    A feature whose weight comes out against its sign is left out and the rest fitted again: such a weight mends
    the training set and harms a stranger's question.
    """
    labels = truth.astype(float)
    balance = np.where(truth, 0.5 / labels.mean(), 0.5 / (1 - labels.mean()))
    kept = np.ones(features.shape[1], dtype=bool)
    while True:
        x = np.hstack([features[:, kept], np.ones((len(features), 1))])
        w = np.zeros(x.shape[1])
        for _ in range(30):
            p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
            hessian = (x * (balance * p * (1 - p))[:, None]).T @ x + 1e-2 * np.eye(x.shape[1])
            w -= np.linalg.solve(hessian, x.T @ (balance * (p - labels)) + 1e-2 * w)
        weights = np.zeros(features.shape[1])
        weights[kept] = w[:-1]
        against = (weights * _SIGNS) < 0
        if not against.any():
            return weights, float(w[-1])
        kept &= ~against


def auc(scores: Numbers, truth: Truth) -> float:
    """The chance that an answerable question scores above one that is not."""
    ranks = np.empty(len(scores))
    ranks[np.argsort(scores)] = np.arange(1, len(scores) + 1)
    positive = int(truth.sum())
    return float((ranks[truth].sum() - positive * (positive + 1) / 2) / (positive * (len(truth) - positive)))


def _rounded(weights: Numbers) -> str:
    return "(" + ", ".join(f"{w:.2f}" for w in weights + 0.0) + ")"


if __name__ == "__main__":
    main()
