"""Times asking and searching in one process, and the command's start: `python -m bench.latency HOME`."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.fidelity import questions
from lyceum import config
from lyceum.library import Library, Mode, Query, Question, Scope

QUESTIONS = 200
_STARTS = 5
_WARM_UP = 5
_EXACT_WORDS = 4


def main() -> None:
    """Prints each figure beside its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    asked = parser.parse_args()
    Console().print(table(asked.home, asked.questions))


def table(home: Path, number: int) -> Table:
    """Warm times over many questions, and cold starts of the command."""
    shown = Table("milliseconds", "p50", "p95", "goal", title=f"Latency over {number} questions")
    asked = questions(home, number)
    with Library.open(config.load(home, {})) as library:
        shown.add_row(
            "ask", *_percentiles(asked, lambda text: library.ask(Question(text, Scope.everything()))), "150 / 400"
        )
        for mode in (Mode.HYBRID, Mode.LEXICAL, Mode.DENSE):
            times = _percentiles(asked, lambda text, m=mode: library.search(_query(text, m)))  # type: ignore[misc]
            shown.add_row(f"search {mode}", *times, "20")
        phrases = [" ".join(text.split()[-_EXACT_WORDS:]).strip("?") for text in asked]
        times = _percentiles(phrases, lambda text: library.search(_query(text, Mode.EXACT)))
        shown.add_row("search exact", *times, "20")
    shown.add_row("cold: lyceum --help", *_cold("--help"), "300")
    shown.add_row("cold: lyceum search", *_cold("--home", str(home), "search", "strike", "--json"), "1000")
    return shown


def _query(text: str, mode: Mode) -> Query:
    return Query(text, Scope.everything(), mode=mode)


def _percentiles(asked: Sequence[str], act: Callable[[str], object]) -> tuple[str, str]:
    """The median and the 95th percentile in milliseconds, after a few that are not counted."""
    for text in asked[:_WARM_UP]:
        act(text)
    return _shown([_timed(lambda text=text: act(text)) for text in asked])  # type: ignore[misc]


def _cold(*arguments: str) -> tuple[str, str]:
    """The same for whole runs of the command; the files are in the system's cache."""
    command = [sys.executable, "-m", "lyceum", *arguments]
    run = lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: E731
    return _shown([_timed(run) for _ in range(_STARTS)])


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _shown(times: Sequence[float]) -> tuple[str, str]:
    return f"{statistics.median(times):.1f}", f"{statistics.quantiles(times, n=20, method='inclusive')[-1]:.1f}"


if __name__ == "__main__":
    main()
