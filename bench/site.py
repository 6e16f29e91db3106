"""Times the site's pages for several readers at once, over loopback: `python -m bench.site HOME`.

A loaded machine makes every wait longer, so what the site's process itself worked for a request stands beside.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

READERS = 10
SECONDS = 20.0
PAUSE = 1.0
_ALONE = 20
_GOALS = {"search": 150}
_GOAL = 80
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Timed:
    """How long pages of one kind took, in milliseconds, and how many were no page."""

    waits: list[float] = field(default_factory=list)
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class Running:
    """A site that runs, and what its process has worked so far."""

    address: str
    process: int

    def worked(self) -> float:
        """In milliseconds, without its worker."""
        user, system = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()[11:13]
        return 1_000 * (int(user) + int(system)) / _TICKS


def main() -> None:
    """Prints each kind of page with its waits and its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, help="its owner's: the site's own tables are made in it")
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between pages; 0 for as much as it bears")
    said = parser.parse_args()
    with serving(said.home) as site:
        Console().print(table(site, said.readers, said.seconds, said.pause))


def table(site: Running, readers: int, seconds: float, pause: float) -> Table:
    """The waits of readers who look at each page for a while, and the work of each kind of page alone."""
    kinds = pages(site)
    alone = {kind: worked_alone(site, path) for kind, path in kinds.items()}
    timed = read(site, kinds, readers, seconds, pause)
    shown = Table("page", "requests", "p50 ms", "p95 ms", "goal", "alone: ms worked", "alone: ms waited", "wrong",
                  title=f"{readers} readers at once for {seconds:.0f} s, {pause:g} s between pages")  # fmt: skip
    for kind, one in timed.items():
        cuts = statistics.quantiles(one.waits, n=20) if len(one.waits) > 1 else [0.0] * 19
        worked, waited = alone[kind]
        shown.add_row(
            kind, str(len(one.waits)), f"{cuts[9]:.0f}", f"{cuts[18]:.0f}", str(_GOALS.get(kind, _GOAL)),
            f"{worked:.1f}", f"{waited:.1f}", str(one.wrong),
        )  # fmt: skip
    total = sum(len(one.waits) for one in timed.values())
    shown.caption = f"{total / seconds:.0f} requests a second"
    return shown


def pages(site: Running) -> dict[str, Callable[[], str]]:
    """The next address of each kind of page: documents and words of the archive, by chance but always the same."""
    documents = httpx.get(f"{site.address}api/v1/documents?limit=1000", timeout=60).json()["documents"]
    words = sorted({word for one in documents for word in re.findall(r"\w{5,}", one["title"] or "")})
    chance = random.Random(7)  # noqa: S311
    lock = threading.Lock()

    def some(values: list[str], many: int = 1) -> str:
        with lock:
            return "+".join(chance.sample(values, min(many, len(values))))

    ids = [one["id"] for one in documents]
    return {
        "home": lambda: "",
        "search": lambda: f"search?query={some(words, 2)}",
        "reader": lambda: f"documents/{some(ids)}",
        "works": lambda: "works",
        "tutor": lambda: "ask",
    }


def worked_alone(site: Running, path: Callable[[], str]) -> tuple[float, float]:
    """What the site works for one request, and how long the one who asks waits, when nobody else asks."""
    with httpx.Client(base_url=site.address, timeout=60) as client:
        client.get(path())
        before, began = site.worked(), time.perf_counter()
        for _ in range(_ALONE):
            client.get(path())
        return (site.worked() - before) / _ALONE, 1_000 * (time.perf_counter() - began) / _ALONE


def read(
    site: Running, kinds: dict[str, Callable[[], str]], readers: int, seconds: float, pause: float
) -> dict[str, Timed]:
    """What many readers at once waited, each asking for one kind of page after the other."""
    timed: dict[str, Timed] = defaultdict(Timed)
    lock = threading.Lock()
    until = time.monotonic() + seconds

    def reader(number: int) -> None:
        order = itertools.islice(itertools.cycle(kinds.items()), number, None)
        time.sleep(pause * number / readers)
        with httpx.Client(base_url=site.address, timeout=60) as client:
            while time.monotonic() < until:
                kind, path = next(order)
                began = time.perf_counter()
                answer = client.get(path())
                took = 1_000 * (time.perf_counter() - began)
                with lock:
                    timed[kind].waits.append(took)
                    timed[kind].wrong += answer.status_code != 200
                time.sleep(pause)

    threads = [threading.Thread(target=reader, args=(number,)) for number in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {kind: timed[kind] for kind in kinds}


@contextmanager
def serving(home: Path) -> Iterator[Running]:
    """A site of a home, for its owner, at a free port."""
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LYCEUM_CACHE")}
    command = [sys.executable, "-m", "lyceum", "--home", str(home), "serve", "--port", "0"]
    process = subprocess.Popen(command, env=clean, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        told = next((line for line in process.stderr if "Lyceum is at" in line), "")
        found = re.search(r"http://\S+", told)
        assert found, "the site did not start"
        yield Running(found.group(), process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=60)


if __name__ == "__main__":
    main()
