"""Times the embedder on one core, beside the model that the peers use."""

from __future__ import annotations

import time
from pathlib import Path

from rich.table import Table

from bench.searching import quality, synthetic
from lyceum import config
from lyceum.search import UseEmbedder

PASSAGES, QUICK_PASSAGES = 600, 100
GOAL = 60


def table(folder: Path, *, quick: bool) -> Table:
    """Passages a second and core; by the clock of the processor too, which other work on the machine leaves alone."""
    number = QUICK_PASSAGES if quick else PASSAGES
    passages = [p.text for made in synthetic.documents(number, seed=6) for p in made.entry.passages]
    embedder = UseEmbedder(config.load(folder, {}).cache, threads=1)
    embedder.embed_passages(passages[:16])
    wall, processor = time.perf_counter(), time.process_time()
    embedder.embed_passages(passages)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    shown = Table("embedder", "passages/s", "passages/s of processor time", "goal",
                  title=f"Embedding {number} passages of about 120 words on one core")  # fmt: skip
    shown.add_row(embedder.name, f"{number / wall:.1f}", f"{number / processor:.1f}", str(GOAL))
    # Its environment is gigabytes, which the quick form leaves out.
    for name, figure, by_processor in () if quick else quality.speeds(folder, passages[: number // 4]):
        shown.add_row(name, figure, by_processor, "")
    return shown
