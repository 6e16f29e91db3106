"""Loads a site as many readers would, at a fixed rate whatever it answers: `python -m bench.load HOME [--quick]`.

A site of its own is started over the home; searches come at a rate with questions mixed in, and a request that
fails, or is not answered within ten seconds, counts as an error. `--searches 200 --known` asks the same few searches
again and again, which the site keeps; without `--known` no search is asked twice.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from lyceum import config
from lyceum.library import Library

MINUTES, QUICK_SECONDS = 5, 20
_KNOWN, _UNKNOWN, _QUESTIONS = 50, 100_000, 2_000
_LATE_SECONDS = 10.0
_SAMPLE_SECONDS = 1.0
_WORDS_OF = 200
_AT_ONCE = 400


@dataclass(slots=True)
class Run:
    """What was asked of the site, and how it took it."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"search": [], "ask": []})
    errors: dict[str, int] = field(default_factory=dict)
    memory: list[int] = field(default_factory=list)

    def fail(self, why: str) -> None:
        """Counts an error by its kind."""
        self.errors[why] = self.errors.get(why, 0) + 1


def main() -> None:
    """Prints what was asked, how long it took, what failed, and how the memory grew."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--searches", type=float, default=60, help="a second")
    parser.add_argument("--asks", type=float, default=5, help="a second")
    parser.add_argument("--known", action="store_true", help="a few searches again and again")
    parser.add_argument("--seconds", type=float, default=60 * MINUTES)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_SECONDS} seconds")
    said = parser.parse_args()
    seconds = QUICK_SECONDS if said.quick else said.seconds
    searches, asked = _asked(said.home, known=said.known)
    run = measured(said.home, searches, asked, a_second=(said.searches, said.asks), seconds=seconds)
    Console().print(table(run, seconds))
    sys.exit(1 if run.errors else 0)


def measured(
    home: Path, searches: Sequence[str], asked: Sequence[str], *, a_second: tuple[float, float], seconds: float
) -> Run:
    """Starts a site, loads it, and ends it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "lyceum", "--home", str(home), "serve", "--port", "0"], stderr=subprocess.PIPE, text=True
    )
    try:
        address = _address(process)
        return asyncio.run(_load(address, process.pid, searches, asked, a_second, seconds))
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def table(run: Run, seconds: float) -> Table:
    """The figures."""
    shown = Table("", "a second", "p50 ms", "p95 ms", "p99 ms", title=f"{seconds:.0f} seconds of load")
    for name, times in run.seconds.items():
        if len(times) > 1:
            cuts = statistics.quantiles(times, n=100, method="inclusive")
            shown.add_row(name, f"{len(times) / seconds:.1f}", *(f"{1000 * cuts[n - 1]:.0f}" for n in (50, 95, 99)))
    shown.add_row("errors", str(sum(run.errors.values())), *list(map(str, sorted(run.errors.items())))[:3])
    shown.add_row("memory, MB", *map(str, (run.memory[len(run.memory) // 5], max(run.memory), run.memory[-1])))
    return shown


async def _load(
    address: str,
    process: int,
    searches: Sequence[str],
    asked: Sequence[str],
    a_second: tuple[float, float],
    seconds: float,
) -> Run:
    run = Run()
    limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
    async with httpx.AsyncClient(base_url=address, timeout=_LATE_SECONDS, limits=limits) as client:
        # The first of each is what opens the index and loads the embedder.
        for words in searches if len(searches) == _KNOWN else searches[:1]:
            await client.get("/search", params={"query": words})
        await client.get("/ask", params={"question": asked[0]})
        until = time.monotonic() + seconds
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_watch(run, process, until))
            tasks.create_task(_send(run, client, "search", "query", searches, a_second[0], until))
            tasks.create_task(_send(run, client, "ask", "question", asked, a_second[1], until))
    return run


async def _send(
    run: Run, client: httpx.AsyncClient, path: str, name: str, words: Sequence[str], rate: float, until: float
) -> None:
    """Sends requests at a rate, each at its time, whether or not those before it have been answered."""
    number, begun = 0, time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        while rate and (due := begun + number / rate) < until:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            tasks.create_task(_ask(run, client, path, {name: words[number % len(words)]}, due))
            number += 1


async def _ask(run: Run, client: httpx.AsyncClient, path: str, said: dict[str, str], due: float) -> None:
    try:
        answer = await client.get(f"/{path}", params=said)
        while found := re.search(r'content="1;url=(/ask/wait/[^"]+)"', answer.text):
            await asyncio.sleep(0.5)
            answer = await client.get(found.group(1))
    except httpx.HTTPError as error:
        run.fail(type(error).__name__)
        return
    if answer.status_code != 200:
        run.fail(str(answer.status_code))
        return
    run.seconds[path].append(time.monotonic() - due)


async def _watch(run: Run, process: int, until: float) -> None:
    while time.monotonic() < until:
        run.memory.append(_megabytes(process))
        await asyncio.sleep(_SAMPLE_SECONDS)


def _megabytes(process: int) -> int:
    """The resident size of a process."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


def _asked(home: Path, *, known: bool) -> tuple[list[str], list[str]]:
    """Searches, and questions about what documents say of something; in an order that is the same each time."""
    chosen = random.Random(7)  # noqa: S311  (for figures that can be had again)
    with Library.open(config.load(home, {})) as library:
        documents = library.documents()[:_WORDS_OF]
        words = sorted({w for one in documents for w in re.findall(r"[^\W\d_]{4,}", library.text(one, 0, 20_000))})
        titles = [one.metadata.title or one.name for one in documents]
    searches = [f"{chosen.choice(words)} {chosen.choice(words)}" for _ in range(_KNOWN if known else _UNKNOWN)]
    asked = [f"What does {chosen.choice(titles)} say about {chosen.choice(words)}?" for _ in range(_QUESTIONS)]
    return searches, asked


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr
    for line in process.stderr:
        if found := re.search(r"Lyceum is at (http://\S+)", line):
            return found.group(1)
    raise SystemExit("The site did not start.")


if __name__ == "__main__":
    main()
