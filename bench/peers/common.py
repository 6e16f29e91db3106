"""What every peer's script does: reads a task, times each query, writes its rankings."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Task:
    """Passages and queries, each with its vectors in the same order."""

    folder: Path
    passages: list[str]
    vectors: Any
    queries: list[str]
    query_vectors: Any

    @classmethod
    def read(cls, folder: Path, prefix: str) -> Task:
        """The task in a folder, with the vectors of one model."""
        return cls(
            folder,
            _texts(folder / "passages.jsonl"),
            np.load(folder / f"{prefix}-passages.npy"),
            _texts(folder / "queries.jsonl"),
            np.load(folder / f"{prefix}-queries.npy"),
        )


Search = Callable[[str, Any], Sequence[int]]
"""From a query and its vector to the numbers of passages, best first."""


def run(name: str, build: Callable[[Task, int], Search]) -> None:
    """Answers every task that the command line names: with_NAME.py VECTORS TOP FOLDER…"""
    prefix, top = sys.argv[1], int(sys.argv[2])
    for folder in map(Path, sys.argv[3:]):
        task = Task.read(folder, prefix)
        search = build(task, top)
        with (folder / f"rankings-{name}-{prefix}.jsonl").open("w", encoding="utf-8") as file:
            for query, vector in zip(task.queries, task.query_vectors, strict=True):
                started = time.perf_counter()
                ranked = [int(number) for number in search(query, vector)]
                milliseconds = (time.perf_counter() - started) * 1000
                file.write(json.dumps({"ranked": ranked, "milliseconds": milliseconds}) + "\n")


def _texts(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file]
