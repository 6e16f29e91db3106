"""Times `check-quotes` on an archive of any size: 1,000 quotations of synthetic passages, half of them altered.

    python -m bench.quotes --folder build/bench/quotes --passages 1000000

The archive has words only, since quotations are looked for by words; it is made once.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.searching import synthetic
from lyceum import config
from lyceum.archive import (
    Extracted,
    ExtractedProduct,
    Moved,
    Received,
    Segment,
    SegmentedProduct,
    SqliteCatalogue,
    State,
)
from lyceum.library import Library
from lyceum.search import EmbeddedIndex, UseEmbedder

_BATCH = 20_000
_SEED = 20261122
_GOAL_SECONDS = 20


def main() -> None:
    """Fills the archive where it is not there, writes a draft, and times the checking of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("build/bench/quotes"))
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--quotations", type=int, default=1_000)
    asked = parser.parse_args()
    home = filled(asked.folder, asked.passages)
    draft = asked.folder / "draft.md"
    draft.write_text("\n\n".join(paragraphs(home, asked.quotations)), encoding="utf-8")
    Console().print(timed(home, draft, asked.passages))


def filled(folder: Path, passages: int) -> Path:
    """A home with so many passages that can be found by words."""
    home = folder / f"words-{passages}"
    done = home / "filled"
    if not done.exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        _fill(home, passages)
        done.touch()
    return home


def _fill(home: Path, passages: int) -> None:
    index = EmbeddedIndex(home / "index", embedder=UseEmbedder.name, dimension=UseEmbedder.dimension)
    catalogue = SqliteCatalogue(home / "catalogue.sqlite3")
    for batch in _batches(passages):
        index.put([made.entry for made in batch], revision=1)
        for made in batch:
            _record(catalogue, made)
    index.close()
    catalogue.close()


def _batches(passages: int) -> Iterator[list[synthetic.Made]]:
    batch: list[synthetic.Made] = []
    size = 0
    for made in synthetic.documents(passages):
        batch.append(made)
        size += len(made.entry.passages)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _record(catalogue: SqliteCatalogue, made: synthetic.Made) -> None:
    known = made.entry.passages[0].document
    document, _ = catalogue.add(Received(known.source, known.name, known.sha256, known.characters, known.metadata))
    if document.row != made.entry.facts.version:
        raise ValueError("the catalogue numbers versions in another way than the index was told")
    segments = [Segment(p.start, p.end, (), p.heading) for p in made.entry.passages]
    catalogue.advance(document, ExtractedProduct(Extracted(made.text, ()), known.metadata))
    catalogue.advance(document, SegmentedProduct(segments))
    catalogue.advance(document, Moved(State.SEARCHABLE))


def paragraphs(home: Path, quotations: int) -> Iterator[str]:
    """A paragraph a quotation: every other one has a word of it changed, and one in ten stands nowhere."""
    dice = random.Random(_SEED)  # noqa: S311  (no secret is drawn)
    with Library.open(config.load(home, {})) as library:
        documents = library.documents()
        for n in range(quotations):
            document = dice.choice(documents)
            words = _stretch(library.text(document), dice)
            if n % 10 == 9:
                dice.shuffle(words)
            elif n % 2:
                words[len(words) // 2] = dice.choice(_stretch(library.text(dice.choice(documents)), dice))
            author = document.metadata.creators[0]
            yield f"As {author} put it, “{' '.join(words)}”."


def _stretch(text: str, dice: random.Random) -> list[str]:
    """Eight to thirty words in a row without a quotation mark among them."""
    while True:
        start = dice.randrange(max(1, len(text) - 400))
        words = re.sub(r"^\S*\s+", "", text[start : start + 400]).split()[: dice.randint(8, 30)]
        if len(words) >= 8 and not re.search(r"[\"“”„«»‘’'…\[\]]", " ".join(words)):
            return words


def timed(home: Path, draft: Path, passages: int) -> Table:
    """Seconds for the whole draft, first and second time, with what became of its quotations."""
    shown = Table("figure", "", "goal", title=f"check-quotes on {passages:,} passages")
    with Library.open(config.load(home, {})) as library:
        for run in ("first", "second"):
            started, worked = time.perf_counter(), time.process_time()
            checked = list(library.check_quotes(draft))
            seconds, busy = time.perf_counter() - started, time.process_time() - worked
            shown.add_row(
                f"{len(checked):,} quotations, {run} time",
                f"{seconds:.1f} s by the clock, {busy:.1f} s of one processor, load {os.getloadavg()[0]:.1f}",
                f"{_GOAL_SECONDS} s",
            )
    shown.add_row("verdicts", ", ".join(f"{n} {v}" for v, n in Counter(c.verdict for c in checked).items()), "")
    shown.add_row("peak memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MB", "")
    return shown


if __name__ == "__main__":
    main()
