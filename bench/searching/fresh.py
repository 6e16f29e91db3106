"""Times how soon another process finds a document that is added, and how soon it stops finding one removed."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from rich.table import Table

from bench.searching import speed
from lyceum import config
from lyceum.library import Library, Mode, Query, Scope

ROUNDS = 5
GOAL = 2.0
_WORD = "zyxomerope"
_TEXT = f"The {_WORD} was seen above the mill in the week of the strike, and nobody could say what it was.\n"
_PAUSE = 0.005
_PATIENCE = 60.0


def main() -> None:
    """The reader: with a library open, says at what time it finds, and loses, the added document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    home = parser.parse_args().home
    with Library.open(config.load(home, {})) as library:
        by_words: Callable[[], bool] = partial(_finds, library, _WORD, Mode.LEXICAL)
        by_meaning: Callable[[], bool] = partial(_finds, library, _TEXT, Mode.DENSE)
        by_words(), by_meaning()
        _say("ready")
        for _ in range(ROUNDS):
            _say("words", _when(by_words))
            _say("meaning", _when(by_meaning))
            _say("gone", _when(lambda: not by_words() and not by_meaning()))


def _finds(library: Library, text: str, mode: Mode) -> bool:
    hits = library.search(Query(text, Scope.everything(), mode=mode, limit=3)).hits
    return any(_WORD in hit.passage.text for hit in hits)


def _when(holds: Callable[[], bool]) -> float:
    """The time at which something first held, by the clock that all processes of a machine share."""
    ends = time.monotonic() + _PATIENCE
    while not holds():
        if time.monotonic() > ends:
            raise TimeoutError("the change was not seen")
        time.sleep(_PAUSE)
    return time.monotonic()


def _say(*said: object) -> None:
    print(json.dumps(said), flush=True)


# --- the writer ----------------------------------------------------------------------------------------


def table(folder: Path, sizes: tuple[int, ...]) -> Table:
    """Seconds from the call to the other process's first sight, at several sizes of archive."""
    shown = Table("passages in the archive", "found by words", "found by meaning", "gone", "add returns",
                  "remove returns", title=f"Seconds until another process sees a change, median of {ROUNDS}",
                  caption=f"goal: {GOAL} s")  # fmt: skip
    for size in sizes:
        home, _ = speed.filled(folder, size)
        with _copied(home) as copy:
            seconds = _measured(copy)
        shown.add_row(f"{size:,}", *(f"{median(values):.2f}" for values in seconds))
    return shown


@contextmanager
def _copied(home: Path) -> Iterator[Path]:
    """A home of its own, so that what is measured elsewhere stays as it was."""
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        copy = Path(folder) / "home"
        shutil.copytree(home, copy, ignore=shutil.ignore_patterns("exact.f32"))
        yield copy


def _measured(home: Path) -> list[list[float]]:
    source = home.parent / "added.txt"
    found, near, gone, added, removed = [], [], [], [], []
    command = [sys.executable, "-m", "bench.searching.fresh", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        _next(reader, "ready")
        with Library.open(config.load(home, {})) as library:
            _ = library.embedder
            for n in range(ROUNDS):
                source.write_text(f"{_TEXT}Round {n}.\n", encoding="utf-8")
                started = time.monotonic()
                library.add([str(source)])
                added.append(time.monotonic() - started)
                found.append(_next(reader, "words") - started)
                near.append(_next(reader, "meaning") - started)
                document = next(d for d in library.documents() if d.name == source.name)
                started = time.monotonic()
                library.remove([document.id])
                removed.append(time.monotonic() - started)
                gone.append(_next(reader, "gone") - started)
    return [found, near, gone, added, removed]


def _next(reader: subprocess.Popen[str], kind: str) -> float:
    """The time that the reader says next."""
    line = reader.stdout.readline() if reader.stdout else ""
    said = json.loads(line) if line else ["nothing"]
    if said[0] != kind:
        raise RuntimeError(f"the reader said {said} where {kind} was due")
    return float(said[1]) if len(said) > 1 else 0.0


if __name__ == "__main__":
    main()
