"""LlamaIndex: its vector index and BM25 retriever under the fusion retriever, by reciprocal rank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from common import Search, Task, run
from llama_index.core import VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import TextNode
from llama_index.retrievers.bm25 import BM25Retriever


class Given(BaseEmbedding):
    """The vectors that were made beforehand."""

    known: dict[str, list[float]]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self.known[query]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self.known[query]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self.known[text]


def build(task: Task, top: int) -> Search:
    """The fused retriever over a task's passages."""
    nodes = [
        TextNode(id_=str(n), text=text, embedding=vector.tolist())
        for n, (text, vector) in enumerate(zip(task.passages, task.vectors, strict=True))
    ]
    queries = zip(task.queries, task.query_vectors, strict=True)
    given = Given(known={query: vector.tolist() for query, vector in queries})
    index = VectorStoreIndex(nodes, embed_model=given)
    words = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=min(top, len(nodes)))
    fused = QueryFusionRetriever(
        [index.as_retriever(similarity_top_k=top), words],
        similarity_top_k=top, num_queries=1, mode="reciprocal_rerank", use_async=False, llm=MockLLM(),
    )  # fmt: skip

    def search(query: str, _vector: Any) -> Sequence[int]:
        return [int(found.node.node_id) for found in fused.retrieve(query)]

    return search


if __name__ == "__main__":
    run("llamaindex", build)
