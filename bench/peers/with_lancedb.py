"""LanceDB: a table with a full-text index, searched hybrid with its default reranker, reciprocal rank fusion."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import Any

import lancedb
from common import Search, Task, run
from lancedb.index import FTS


def build(task: Task, top: int) -> Search:
    """The table of a task's passages."""
    rows = [
        {"number": n, "text": text, "vector": vector}
        for n, (text, vector) in enumerate(zip(task.passages, task.vectors, strict=True))
    ]
    folder = tempfile.TemporaryDirectory()
    table = lancedb.connect(folder.name).create_table("passages", rows)
    table.create_index("text", config=FTS())

    def search(query: str, vector: Any, _kept: object = folder) -> Sequence[int]:
        asked = table.search(query_type="hybrid").vector(vector).text(query)
        return [row["number"] for row in asked.limit(top).to_list()]

    return search


if __name__ == "__main__":
    run("lancedb", build)
