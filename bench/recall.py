"""Measures what search finds: `python -m bench.recall [--quick]`.

XQuAD (development half): a question's own paragraph among those of its language, and among the English ones, MRR@10.
SciFact (BEIR test): abstracts that bear on a claim, nDCG@10; an abstract stands where its best passage does.
"""

from __future__ import annotations

import argparse
import ast
import csv
import gzip
import io
import json
import math
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean

from rich.console import Console
from rich.table import Table

from bench.calibrate import Case, Collection, make_library
from bench.data import data_folder
from lyceum import config
from lyceum.library import Library, Mode, Query, Scope

HOMES = Path(__file__).resolve().parents[1] / "build" / "bench"
LANGUAGES = ("ar", "de", "el", "en", "es", "hi", "ro", "ru", "th", "tr", "vi", "zh")
MODES = (Mode.LEXICAL, Mode.DENSE, Mode.HYBRID)
QUICK = 50
_AT = 10
_PASSAGES = 40


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} questions a language, and no SciFact")
    asked = parser.parse_args()
    Console().print(xquad(QUICK if asked.quick else None))
    if not asked.quick:
        Console().print(scifact())


def xquad(most: int | None = None) -> Table:
    """MRR@10 by language and mode, of questions over paragraphs of their own language and over English ones."""
    shown = Table("language", *(f"{mode}, own" for mode in MODES), *(f"{mode}, → en" for mode in MODES),
                  title="XQuAD, development half: MRR@10")  # fmt: skip
    sums: list[list[float]] = []
    with _library("xquad-en", lambda: _paragraphs("en")) as english:
        for language in LANGUAGES:
            asked = _paragraphs(language)
            cases = asked.cases[:: max(1, len(asked.cases) // most)] if most else asked.cases
            with _library(f"xquad-{language}", lambda asked=asked: asked) as own:  # type: ignore[misc]
                figures = [_mean_reciprocal_rank(own, cases, mode) for mode in MODES]
            figures += [_mean_reciprocal_rank(english, cases, mode) for mode in MODES]
            sums.append(figures)
            shown.add_row(language, *(f"{figure:.3f}" for figure in figures))
    foreign = [figures for language, figures in zip(LANGUAGES, sums, strict=True) if language != "en"]
    means = [mean(column) for column in zip(*sums, strict=True)][: len(MODES)]
    means += [mean(column) for column in zip(*foreign, strict=True)][len(MODES) :]
    shown.add_row("mean (→ en: of the others)", *(f"{figure:.3f}" for figure in means))
    return shown


def scifact() -> Table:
    """nDCG@10 by mode."""
    shown = Table("SciFact", "nDCG@10", title="SciFact (BEIR test): 300 claims over 5,183 abstracts")
    folder = data_folder() / "eval" / "retrieval_scifact"
    with gzip.open(folder / "topics.beir-v1.0.0-scifact.test.tsv.gz", "rt", encoding="utf-8") as file:
        claims = dict(line.rstrip("\n").split("\t") for line in file)
    bearing: dict[str, dict[int, int]] = defaultdict(dict)
    for line in (folder / "qrels.beir-v1.0.0-scifact.test.txt").read_text().splitlines():
        claim, _, document, grade = line.split()
        bearing[claim][int(document)] = int(grade)
    with _library("scifact", lambda: _abstracts(folder / "scifact_hf_csv.zip")) as library:
        numbers = [number for number, _ in numbered_abstracts(folder / "scifact_hf_csv.zip")]
        for mode in MODES:
            ranked = {claim: [numbers[n] for n in _ranked(library, text, mode)] for claim, text in claims.items()}
            figures = [_gain(found, bearing[claim]) for claim, found in ranked.items()]
            shown.add_row(str(mode), f"{mean(figures):.3f}")
    return shown


# --- figures -------------------------------------------------------------------------------------------


def _mean_reciprocal_rank(library: Library, cases: Sequence[Case], mode: Mode) -> float:
    return mean(_reciprocal_rank(_ranked(library, case.question, mode), case.gold) for case in cases)


def _reciprocal_rank(ranked: Sequence[int], gold: frozenset[int]) -> float:
    return next((1 / place for place, number in enumerate(ranked, start=1) if number in gold), 0.0)


def _gain(ranked: Sequence[int], grades: Mapping[int, int]) -> float:
    """nDCG@10: the gain of a ranking, each grade discounted by its place, over that of the best ranking."""
    best = sum(grade / math.log2(i + 2) for i, grade in enumerate(sorted(grades.values(), reverse=True)[:_AT]))
    return sum(grades.get(document, 0) / math.log2(i + 2) for i, document in enumerate(ranked)) / best


def _ranked(library: Library, text: str, mode: Mode) -> list[int]:
    """The first ten documents by their number, each at its best passage's place."""
    hits = library.search(Query(text, Scope.everything(), mode=mode, limit=_PASSAGES)).hits
    return list(dict.fromkeys(int(Path(hit.passage.document.name).stem) for hit in hits))[:_AT]


# --- archives ------------------------------------------------------------------------------------------


def _library(name: str, collection: Callable[[], Collection]) -> Library:
    """The archive of a collection, made the first time and then kept."""
    folder = HOMES / name
    if (folder / "complete").exists():
        return Library.open(config.load(folder / "home", {}))
    library = make_library(folder, collection())
    (folder / "complete").touch()
    return library


def _paragraphs(language: str) -> Collection:
    """XQuAD's development half in one language: every paragraph a document."""
    documents: list[tuple[str, str]] = []
    cases: list[Case] = []
    with gzip.open(data_folder() / "eval" / "qa_xquad" / f"xquad.{language}.json.gz", "rt", encoding="utf-8") as file:
        for article in json.load(file)["data"]:
            for paragraph in article["paragraphs"]:
                gold = frozenset([len(documents)])
                cases += [Case(qa["question"], gold, (qa["answers"][0]["text"],)) for qa in paragraph["qas"]]
                documents.append(("-", paragraph["context"]))
    return Collection(language, documents, cases)


def _abstracts(path: Path) -> Collection:
    return Collection("en", [("-", text) for _, text in numbered_abstracts(path)], [])


def numbered_abstracts(path: Path) -> list[tuple[int, str]]:
    """SciFact's numbers and texts: a title, a blank line, the abstract."""
    with zipfile.ZipFile(path) as archive, archive.open("corpus_train.csv") as file:
        rows = csv.DictReader(io.TextIOWrapper(file, encoding="utf-8", newline=""))
        return [(int(row["doc_id"]), f"{row['title']}\n\n{_joined(row['abstract'])}") for row in rows]


_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)


def _joined(sentences: str) -> str:
    """The abstract from its list of sentences, which the table holds as a numpy array is printed."""
    return " ".join(ast.literal_eval(literal).strip() for literal in _LITERAL.findall(sentences))


if __name__ == "__main__":
    main()
