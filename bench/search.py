"""Prints every figure of search beside its goal and beside peers: `python -m bench.search [--quick] [--only PART]`.

Parts: `known` items; `quality` on SciFact and XQuAD beside other projects; `speed` at 300,000 and 1,000,000 passages,
or at each `--size`; `embedding`; `fresh`, how soon a change is seen by another process.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table

from bench.data import data_folder
from bench.ingest import HOMES
from bench.searching import embedding, fresh, known, quality, speed

FOLDER = HOMES / "search"
QUICK_SIZES = (20_000,)
QUICK_QUERIES = 60


def main() -> None:
    """Measures one part after another, so that none disturbs another."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few questions and small archives: minutes, not hours")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone; may be given again")
    parser.add_argument("--size", type=int, action="append", help="passages of an archive for `speed` and `fresh`")
    asked = parser.parse_args()
    console = Console()
    if not data_folder().is_dir():
        console.print(f"The shared data is not unpacked at {data_folder()}; the measuring needs it.")
        return
    for part in asked.only or PARTS:
        for table in PARTS[part](asked.quick, asked.size or ()):
            console.print(table)


def _speed(quick: bool, sizes: Sequence[int]) -> Iterator[Table]:
    queries = QUICK_QUERIES if quick else speed.QUERIES
    for size in sizes or (QUICK_SIZES if quick else speed.SIZES):
        yield from speed.tables(FOLDER, size, queries=queries)


def _fresh(quick: bool, sizes: Sequence[int]) -> Iterator[Table]:
    yield fresh.table(FOLDER, tuple(sizes) or (QUICK_SIZES if quick else (*QUICK_SIZES, speed.SIZES[0])))


PARTS: dict[str, Callable[[bool, Sequence[int]], Iterable[Table]]] = {
    "speed": _speed,
    "known": lambda quick, _: known.tables(FOLDER, quick=quick),
    "quality": lambda quick, _: quality.tables(FOLDER, quick=quick),
    "embedding": lambda quick, _: [embedding.table(FOLDER, quick=quick)],
    "fresh": _fresh,
}


if __name__ == "__main__":
    main()
