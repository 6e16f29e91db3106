"""Measures the support scorer on SciFact's claims: `python -m bench.claims [--fit]`.

A claim is judged by the abstract that it cites, title and all; which of its sentences matter is not told. The
weights are fitted to the train claims (`--fit` prints them) and measured once on the validation claims.
"""

from __future__ import annotations

import argparse
import ast
import csv
import io
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.data import data_folder
from lyceum import config
from lyceum.search import Embedder, UseEmbedder
from lyceum.tutor import conflicts, scoring
from lyceum.tutor.scoring import FEATURES, Label, RuleScorer

GOAL = 0.75
_LABELS = {"SUPPORT": Label.SUPPORTED, "CONTRADICT": Label.CONTRADICTED, "": Label.NOT_ENOUGH}
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """A claim, the abstract that it cites, and what this does to it."""

    claim: str
    evidence: tuple[str, ...]
    label: Label


def read(split: str) -> list[Case]:
    """SciFact's claims, `train` or `validation`, each once for each abstract that speaks to it, else its first."""
    with zipfile.ZipFile(data_folder() / "eval" / "retrieval_scifact" / "scifact_hf_csv.zip") as archive:
        documents = {row["doc_id"]: row for row in _rows(archive, "corpus_train.csv")}
        cases: dict[tuple[str, str], Case] = {}
        for row in _rows(archive, f"claims_{split}.csv"):
            document = row["evidence_doc_id"] or re.findall(r"\d+", row["cited_doc_ids"])[0]
            found = documents[document]
            evidence = (found["title"], *map(ast.literal_eval, _QUOTED.findall(found["abstract"])))
            cases[row["id"], document] = Case(row["claim"], evidence, _LABELS[row["evidence_label"]])
    return list(cases.values())


def _rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    with archive.open(name) as file:
        return list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8")))


def main() -> None:
    """Prints the tables, or the weights to be put into `lyceum.tutor.scoring`."""
    parser = argparse.ArgumentParser(prog="python -m bench.claims", description=__doc__)
    parser.add_argument("--fit", action="store_true", help="fit the weights to the train claims and print them")
    asked = parser.parse_args()
    console = Console()
    if not data_folder().is_dir():
        console.print(f"The shared data is not unpacked at {data_folder()}; the measuring needs it.")
        return
    embedder = UseEmbedder(config.load(None, os.environ).cache, threads=1)
    if asked.fit:
        print(fitted(read("train"), embedder))
        return
    for table in tables(read("validation"), embedder):
        console.print(table)


# --- measuring ---------------------------------------------------------------------------------------


def tables(cases: Sequence[Case], embedder: Embedder) -> Iterator[Table]:
    """The accuracy beside its goal, the confusion of labels, and what each rule does."""
    said = {"words, meaning and rules": _labels(cases, RuleScorer(lambda: embedder))}
    said["without an embedder"] = _labels(cases, RuleScorer(lambda: None))
    truth = [case.label for case in cases]
    commonest, times = Counter(truth).most_common(1)[0]
    shown = Table("scorer", "right", "goal", title=f"SciFact: {len(cases)} claims with the abstract that each cites")
    shown.add_row(f"always “{commonest}”", f"{times / len(cases):.3f}", "")
    for name, labels in said.items():
        shown.add_row(name, f"{_right(labels, truth):.3f}", f"{GOAL}")
    yield shown
    labels = said["words, meaning and rules"]
    confusion = Table("in truth", *(f"said {label}" for label in Label), title="Which labels are taken for which")
    for true in Label:
        counted = Counter(label for label, other in zip(labels, truth, strict=True) if other is true)
        confusion.add_row(true, *(str(counted[label]) for label in Label))
    yield confusion
    yield _rules(cases, labels, embedder)


def _rules(cases: Sequence[Case], labels: Sequence[Label], embedder: Embedder) -> Table:
    """How often each rule speaks where the evidence does what, and what is right without it."""
    truth = [case.label for case in cases]
    shown = Table("rule", *(f"speaks: {label}" for label in Label), "right without it", title="Rules")
    for name, rule in list(conflicts.RULES.items()):
        speaks = Counter(case.label for case in cases if any(rule(case.claim, text, "en") for text in case.evidence))
        conflicts.RULES[name] = lambda _claim, _evidence, _language: None
        without = _labels(cases, RuleScorer(lambda: embedder))
        conflicts.RULES[name] = rule
        shown.add_row(name, *(str(speaks[label]) for label in Label), f"{_right(without, truth):.3f}")
    shown.add_row("all", "", "", "", f"{_right(labels, truth):.3f} with all")
    return shown


def _labels(cases: Sequence[Case], scorer: RuleScorer) -> list[Label]:
    return [scorer.score(case.claim, case.evidence, "en").label for case in cases]


def _right(labels: Sequence[Label], truth: Sequence[Label]) -> float:
    return float(np.mean([one is other for one, other in zip(labels, truth, strict=True)]))


# --- fitting -----------------------------------------------------------------------------------------

_FOLDS = 10
_RIDGE = 1.0


def fitted(cases: Sequence[Case], embedder: Embedder) -> str:
    """The weights as they stand in `scoring`, and how often the model is right on claims that it was not fitted to."""
    x = np.array([scoring.features(case.claim, case.evidence, "en", embedder) for case in cases])
    truth = np.array([list(Label).index(case.label) for case in cases])
    groups = {claim: n % _FOLDS for n, claim in enumerate(dict.fromkeys(case.claim for case in cases))}
    fold = np.array([groups[case.claim] for case in cases])
    said = np.empty(len(cases), dtype=int)
    for k in range(_FOLDS):
        weights = softmax_regression(x[fold != k], truth[fold != k])
        said[fold == k] = np.argmax(_with_one(x[fold == k]) @ weights, axis=1)
    weights = softmax_regression(x, truth)
    lines = [f"# right in {_FOLDS}-fold cross-validation: {np.mean(said == truth):.3f}", f"# {FEATURES}"]
    for n, label in enumerate(Label):
        numbers = ", ".join(f"{w + 0.0:.2f}" for w in weights[:-1, n])
        lines.append(f"Label.{label.name}: ({numbers}),  # bias {weights[-1, n]:.2f}")
    return "\n".join(lines)


def softmax_regression(x: Numbers, truth: NDArray[np.int_]) -> Numbers:
    """Weights and, last, biases of a multinomial logistic model with a little ridge, by accelerated descent."""
    scale = x.std(axis=0) + 1e-9
    rows, labels = _with_one((x - x.mean(axis=0)) / scale), np.eye(len(Label))[truth]
    penalty = np.full((rows.shape[1], 1), _RIDGE / len(x))
    penalty[-1] = 0
    step = 4 / np.linalg.eigvalsh(rows.T @ rows / len(x))[-1]
    weights = ahead = np.zeros((rows.shape[1], len(Label)))
    for n in range(500):
        sums = rows @ ahead
        odds = np.exp(sums - sums.max(axis=1, keepdims=True))
        error = odds / odds.sum(axis=1, keepdims=True) - labels
        before, weights = weights, ahead - step / 2 * (rows.T @ error / len(x) + penalty * ahead)
        ahead = weights + n / (n + 3) * (weights - before)
    found: Numbers = np.vstack([weights[:-1] / scale[:, None], weights[-1:]])
    found[-1] -= (x.mean(axis=0) / scale) @ weights[:-1]
    return found


def _with_one(x: Numbers) -> Numbers:
    return np.hstack([x, np.ones((len(x), 1))])


if __name__ == "__main__":
    main()
