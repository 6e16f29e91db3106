"""Haystack: BM25 and embedding retrievers of the in-memory store, joined by reciprocal rank fusion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from common import Search, Task, run
from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore


def build(task: Task, top: int) -> Search:
    """The pipeline over a task's passages."""
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    store.write_documents(
        [
            Document(id=str(n), content=text, embedding=vector.tolist())
            for n, (text, vector) in enumerate(zip(task.passages, task.vectors, strict=True))
        ]
    )
    pipeline = Pipeline()
    pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=top))
    pipeline.add_component("meaning", InMemoryEmbeddingRetriever(store, top_k=top))
    pipeline.add_component("joined", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=top))
    pipeline.connect("words", "joined")
    pipeline.connect("meaning", "joined")

    def search(query: str, vector: Any) -> Sequence[int]:
        found = pipeline.run({"words": {"query": query}, "meaning": {"query_embedding": vector.tolist()}})
        return [int(document.id) for document in found["joined"]["documents"]]

    return search


if __name__ == "__main__":
    run("haystack", build)
