"""Finds passages: lexical, dense, fused, reranked."""

from lyceum.search.embed import USE_MULTILINGUAL, Embedder, ModelFile, UseEmbedder, Vectors
from lyceum.search.index import EmbeddedIndex, Index, Words, discard
from lyceum.search.model import (
    Entry,
    Facts,
    Filter,
    Hit,
    IndexState,
    Key,
    Mode,
    Query,
    Scope,
    Scored,
    facts_of,
)
from lyceum.search.retrieval import Found, LazyEmbedder, retrieve
from lyceum.search.vectors import FlatVectors

__all__ = [
    "USE_MULTILINGUAL", "EmbeddedIndex", "Embedder", "Entry", "Facts", "Filter", "FlatVectors", "Found", "Hit",
    "Index", "IndexState", "Key", "LazyEmbedder", "Mode", "ModelFile", "Query", "Scope", "Scored", "UseEmbedder",
    "Vectors", "Words", "discard", "facts_of", "retrieve",
]  # fmt: skip
