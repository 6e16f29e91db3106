"""Adds the corpora to a home and measures it: `python -m bench.ingest [--home DIR] [--quick]`.

A home that a run has filled to the end is reused, with the figures of that run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.data import data_folder

HOMES = Path(__file__).resolve().parents[1] / "build" / "bench"
CORPORA = ("gutenberg", "standardebooks", "manifesto_parallel_md", "news_digitalgov_md")
QUICK = ("manifesto_parallel_md", "standardebooks")
MEMORY_GOAL_MB = 1_500


def main() -> None:
    """Prints what adding took, and every failure with its reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--quick", action="store_true", help="only two small corpora")
    asked = parser.parse_args()
    corpora = QUICK if asked.quick else CORPORA
    home, report = filled_home(asked.home or default_home(quick=asked.quick), corpora)
    for table in tables(home, report):
        Console().print(table)


def default_home(*, quick: bool) -> Path:
    """Where the archive of all corpora, or of the quick choice, is kept between runs."""
    return HOMES / ("quick" if quick else "corpora")


def filled_home(home: Path, corpora: tuple[str, ...] = CORPORA) -> tuple[Path, dict[str, Any]]:
    """A home with these corpora and the report of the run that filled it."""
    kept = home / "bench-ingest.json"
    if not kept.exists():
        report = _add(home, corpora)
        kept.write_text(json.dumps(report), encoding="utf-8")
    report = json.loads(kept.read_text(encoding="utf-8"))
    return home, report


def _add(home: Path, corpora: tuple[str, ...]) -> dict[str, Any]:
    folder = data_folder() / "corpora"
    command = [sys.executable, "-m", "lyceum", "--home", str(home), "add", *(str(folder / name) for name in corpora)]
    started = time.monotonic()
    done = subprocess.run(
        [*command, "--metadata", str(folder / "gutenberg" / "books.csv"), "--json"],
        stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    report: dict[str, Any] = json.loads(done.stdout)
    return {**report, "wall_seconds": time.monotonic() - started, "corpora": corpora}


def tables(home: Path, report: dict[str, Any]) -> list[Table]:
    """The figures, and the files that could not be read."""
    figures = Table("adding", "figure", "goal", title=f"Adding {', '.join(report['corpora'])}")
    figures.add_row("documents", f"{report['documents']:,}", "")
    figures.add_row("passages", f"{report['passages']:,}", "")
    figures.add_row("files that failed", str(len(report["failed"])), "each with its reason")
    figures.add_row("wall time", f"{report['wall_seconds']:.0f} s", "")
    figures.add_row("passages a second", f"{report['passages'] / report['wall_seconds']:.0f}", "")
    figures.add_row("peak memory", f"{report['peak_memory_mb']:,} MB", f"under {MEMORY_GOAL_MB:,} MB")
    figures.add_row("index on disk", f"{_megabytes(home / 'index'):.1f} MB", "")
    figures.add_row("catalogue on disk", f"{_megabytes(home / 'catalogue.sqlite3'):.1f} MB", "")
    failures = Table("file", "code", "reason", title="What could not be read")
    for failure in report["failed"]:
        failures.add_row(Path(failure["source"]).name, failure["code"], failure["message"])
    return [figures, failures]


def _megabytes(path: Path) -> float:
    """The size of a file, or of all below a folder."""
    files = [path] if path.is_file() else [found for found in path.rglob("*") if found.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


if __name__ == "__main__":
    main()
