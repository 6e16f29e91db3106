"""The port to rerankers: passages judged by reading them beside the query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Reranker(Protocol):
    """Judges passages more exactly than their vectors can, and far more slowly: for the first hits of a search."""

    @property
    def name(self) -> str:
        """Identifies model and weights; scores of two names do not compare."""
        ...

    @property
    def weight(self) -> float:
        """What its scores are multiplied by to stand beside those of a hybrid search, as measured."""
        ...

    def rerank(self, query: str, passages: Sequence[str]) -> list[float]:
        """How well each passage fits, in the same order: higher is better, and only within one query."""
        ...
