"""Shows whether the tutor shows all sides where documents differ: `python -m evals.disagreement`.

RAMDocs, all 500 questions, each with its own documents. Counted are those in whose documents at least two of the
known answers, right or false, stand word for word; an answer is shown when its words stand in a quotation.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.data import data_folder

from lyceum import config
from lyceum import text as texts
from lyceum.library import Answer, Library, Question, Scope, Source


def read_questions() -> Iterator[dict[str, Any]]:
    """The questions of RAMDocs."""
    (file,) = (data_folder() / "eval" / "conflict_ramdocs").glob("*.jsonl.gz")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def main() -> None:
    """Prints how many are shown with all sides, with two, with one, with none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=500)
    parser.add_argument("--show", type=int, default=0, help="print so many answers")
    options = parser.parse_args()
    counted = {"all sides": 0, "at least two": 0, "only one": 0, "none": 0, "marked as differing": 0}
    total = 0
    with tempfile.TemporaryDirectory() as home, Library.open(config.load(Path(home), {})) as library:
        for row in list(read_questions())[: options.most]:
            known = _standing(row)
            if len(known) < 2:
                continue
            total += 1
            answer = library.ask(_question(row))
            shown = {value for value in known if _is_shown(value, answer)}
            place = _place(known, shown)
            counted[place] += 1
            counted["marked as differing"] += bool(answer.as_dict()["disagreements"])
            if total <= options.show:
                print(row["question"], known, place, answer.as_dict()["disagreements"])
                for claim in answer.claims:
                    print("   ", claim.text[:300])
    two = counted["all sides"] + counted["at least two"]
    print(f"{total} questions whose documents differ; at least two sides shown: {two} = {two / total:.2f}")
    for name, count in counted.items():
        print(f"  {name}: {count}")


def _place(known: set[tuple[str, ...]], shown: set[tuple[str, ...]]) -> str:
    if shown == known:
        return "all sides"
    return "at least two" if len(shown) > 1 else "only one" if shown else "none"


def _question(row: dict[str, Any]) -> Question:
    passages = tuple(Source(id=str(n), text=document["text"]) for n, document in enumerate(row["documents"]))
    return Question(row["question"], Scope.everything(), passages=passages)


def _standing(row: dict[str, Any]) -> set[tuple[str, ...]]:
    """The known answers, as plain words, that stand in one of the documents."""
    known = {tuple(texts.plain_terms(answer)) for answer in [*row["gold_answers"], *row["wrong_answers"]]}
    found = [texts.plain_terms(document["text"]) for document in row["documents"]]
    return {answer for answer in known if answer and any(_holds(words, answer) for words in found)}


def _is_shown(value: tuple[str, ...], answer: Answer) -> bool:
    return any(_holds(texts.plain_terms(citation.exact), value) for citation in answer.citations)


def _holds(words: list[str], wanted: tuple[str, ...]) -> bool:
    joined, sought = f" {' '.join(words)} ", f" {' '.join(wanted)} "
    return sought in joined


if __name__ == "__main__":
    main()
