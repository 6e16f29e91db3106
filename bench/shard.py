"""What a shard costs: `python -m bench.shard [--passages N] [--database URL]` prints bytes, memory and times.

Passages are synthetic and vectors random, so it says nothing of quality. With a database, as many passages as
`--rows` are stored there too, and its bytes a passage are printed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.searching import synthetic
from lyceum.archive import Block, Extracted, ExtractedProduct, Moved, Received, Segment, SegmentedProduct, State
from lyceum.providers.postgres import PostgresCatalogue
from lyceum.search import EmbeddedIndex, Filter, Order, Query, Scope, Vectors, Words, read_words

DIMENSION, BATCH, QUERIES = 512, 20_000, 60


def main() -> None:
    """Builds one shard, asks it, and prints what it took."""
    parser = argparse.ArgumentParser(prog="python -m bench.shard", description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--database", default="")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(shard(Path(folder), chosen.passages)))
    if chosen.database:
        print(json.dumps(rows(chosen.database, chosen.rows)))


def shard(folder: Path, passages: int) -> dict[str, Any]:
    """The figures of one shard of so many passages."""
    index = EmbeddedIndex(folder, embedder="random", dimension=DIMENSION)
    started = time.perf_counter()
    for batch in _batches(passages):
        index.put([made.entry for made in batch], revision=1)
    indexed = time.perf_counter() - started
    started = time.perf_counter()
    for batch in _batches(passages):
        index.attach([(made.entry.facts, _unit(made)) for made in batch])
    attached = time.perf_counter() - started
    index.close()
    reader = EmbeddedIndex(folder, embedder="random", dimension=DIMENSION)
    words = [_words(reader, text) for text in synthetic.queries(QUERIES)]
    shared = [reader.measures(each) for each in words]
    chance = np.random.default_rng(5)
    vectors = [_normal(chance.normal(size=(1, DIMENSION)))[0] for _ in range(QUERIES)]
    everything = (Filter(), Scope.everything())
    return {
        "passages": passages,
        "text_bytes_a_passage": round(_size(folder / "text") / passages),
        "vector_bytes_a_passage": round(_size(folder / "vectors") / passages),
        "indexing_passages_a_second": round(passages / indexed),
        "attaching_passages_a_second": round(passages / attached),
        "measures_ms": _times(lambda n: reader.measures(words[n])),
        "words_ms": _times(lambda n: reader.lexical(words[n], *everything, limit=100, shared=shared[n])),
        "vectors_ms": _times(lambda n: reader.dense(vectors[n], *everything, limit=100)),
        "newest_ms": _times(lambda n: reader.lexical(words[n], *everything, limit=100, order=Order.NEWEST)),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }


def rows(url: str, passages: int) -> dict[str, Any]:
    """What the database keeps of so many passages, in bytes a passage."""
    catalogue = PostgresCatalogue(url)
    started = time.perf_counter()
    for made in synthetic.documents(passages):
        _store(catalogue, made)
    seconds = time.perf_counter() - started
    sizes = catalogue._some(
        """SELECT relname AS name, pg_total_relation_size(oid) AS size FROM pg_class
           WHERE relkind = 'r' AND relname IN ('versions', 'passages', 'texts', 'structures', 'sources')"""
    )
    catalogue.close()
    found = {f"{row['name']}_bytes_a_passage": round(row["size"] / passages) for row in sizes}
    return {**found, "stored_passages_a_second": round(passages / seconds)}


def _store(catalogue: PostgresCatalogue, made: synthetic.Made) -> None:
    facts, passages = made.entry.facts, made.entry.passages
    metadata = passages[0].document.metadata
    name = f"{facts.version}.txt"
    digest = hashlib.sha256(made.text.encode()).hexdigest()
    document, _ = catalogue.add(Received(f"/{name}", name, digest, len(made.text), metadata))
    blocks = tuple(Block("paragraph", passage.start, passage.end) for passage in passages)
    catalogue.advance(document, ExtractedProduct(Extracted(made.text, blocks), metadata))
    segments = [Segment(passage.start, passage.end, passage.pages, passage.heading) for passage in passages]
    catalogue.advance(document, SegmentedProduct(segments))
    catalogue.advance(document, Moved(State.INDEXED))


def _batches(passages: int) -> Iterator[list[synthetic.Made]]:
    batch: list[synthetic.Made] = []
    for made in synthetic.documents(passages):
        batch.append(made)
        if sum(len(one.entry.passages) for one in batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _words(index: EmbeddedIndex, text: str) -> Words:
    return read_words(Query(text, Scope.everything()), index)[0]


def _unit(made: synthetic.Made) -> Vectors:
    chance = np.random.default_rng(made.entry.facts.version)
    return _normal(chance.normal(size=(len(made.entry.passages), DIMENSION)))


def _normal(rows_: Any) -> Vectors:
    unit: Vectors = (rows_ / np.linalg.norm(rows_, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _times(act: Callable[[int], object]) -> dict[str, float]:
    """The median and the slowest twentieth, in milliseconds."""
    act(0)
    taken: list[float] = []
    for n in range(QUERIES):
        started = time.perf_counter()
        act(n)
        taken.append((time.perf_counter() - started) * 1000)
    return {"p50": round(statistics.median(taken), 1), "p95": round(_at(taken, 0.95), 1)}


def _at(values: Sequence[float], part: float) -> float:
    return sorted(values)[int(part * (len(values) - 1))]


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
