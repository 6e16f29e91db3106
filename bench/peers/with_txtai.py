"""txtai: one embeddings index with hybrid search on, its vectors given from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from common import Search, Task, run
from txtai import Embeddings


def build(task: Task, top: int) -> Search:
    """The index of a task's passages."""
    known = dict(zip(task.passages, task.vectors, strict=True)) | dict(
        zip(task.queries, task.query_vectors, strict=True)
    )
    embeddings = Embeddings(
        method="external", transform=lambda texts: np.stack([known[text] for text in texts]), hybrid=True
    )
    embeddings.index((n, text, None) for n, text in enumerate(task.passages))

    def search(query: str, _vector: Any) -> Sequence[int]:
        return [number for number, _ in embeddings.search(query, top)]

    return search


if __name__ == "__main__":
    run("txtai", build)
