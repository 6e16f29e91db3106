"""Rerankers keep their port's promises; the quality embedder's own is tried beside it."""

from __future__ import annotations

from lyceum.testing import RerankerSuite, WordReranker


class TestWordReranker(RerankerSuite):
    def make(self) -> WordReranker:
        return WordReranker()
