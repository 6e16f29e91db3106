"""Finds passages: lexical, dense, fused, reranked."""

from lyceum.search.e5 import E5_SMALL, E5Embedder, E5Reranker
from lyceum.search.embed import USE_MULTILINGUAL, Calibration, Embedder, ModelFile, UseEmbedder, Vectors, write_whole
from lyceum.search.index import (
    EmbeddedIndex,
    Index,
    KeptIndex,
    Searchable,
    Vocabulary,
    discard,
    expect_vectors,
    highest_score,
)
from lyceum.search.model import (
    ELSEWHERE,
    Entry,
    Facts,
    Filter,
    Hit,
    IndexState,
    Key,
    Mode,
    Order,
    Phrase,
    Query,
    Scope,
    Scored,
    Statistics,
    Words,
    facts_of,
)
from lyceum.search.rerank import Reranker
from lyceum.search.retrieval import Found, LazyEmbedder, read_words, retrieve
from lyceum.search.shared import even
from lyceum.search.snippets import Snippet, highlight
from lyceum.search.syntax import read_query
from lyceum.search.vectors import FlatVectors

__all__ = [
    "E5_SMALL", "ELSEWHERE", "USE_MULTILINGUAL", "Calibration", "E5Embedder", "E5Reranker", "EmbeddedIndex",
    "Embedder", "Entry", "Facts", "Filter", "FlatVectors", "Found", "Hit", "Index", "IndexState", "KeptIndex",
    "Key", "LazyEmbedder", "Mode", "ModelFile", "Order", "Phrase", "Query", "Reranker", "Scope", "Scored",
    "Searchable", "Snippet", "Statistics", "UseEmbedder", "Vectors", "Vocabulary", "Words", "discard", "even",
    "expect_vectors", "facts_of", "highest_score", "highlight", "read_query", "read_words", "retrieve",
    "write_whole",
]  # fmt: skip
