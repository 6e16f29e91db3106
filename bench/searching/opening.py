"""Opens a home in a process of its own and says how long that took and what memory it holds: `… opening HOME`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from rich.table import Table

from lyceum import config
from lyceum.library import Library, Mode, Query, Scope

_ASKED = "the history of the strike at the mill"
_TIMES = 20


def main() -> None:
    """Opens, searches once and often, and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    home = parser.parse_args().home
    before, started = _resident(), time.perf_counter()
    with Library.open(config.load(home, {})) as library:
        query = Query(_ASKED, Scope.everything(), mode=Mode.LEXICAL, limit=20)
        library.search(query)
        by_words = time.perf_counter() - started
        for mode in (Mode.HYBRID, Mode.LEXICAL, Mode.DENSE):
            for _ in range(_TIMES):
                library.search(Query(_ASKED, Scope.everything(), mode=mode, limit=20))
        after = _resident()
        print(json.dumps({"seconds": by_words, "own": after["own"] - before["own"], "mapped": after["mapped"]}))


def _resident() -> dict[str, int]:
    """Megabytes of this process in memory: its own, and those of files that it has mapped and others may share."""
    _, resident, shared, *_ = (int(pages) for pages in Path("/proc/self/statm").read_text().split())
    return {"own": (resident - shared) * 4096 >> 20, "mapped": shared * 4096 >> 20}


def table(home: Path, passages: int) -> Table:
    """What opening and holding an archive costs."""
    command = [sys.executable, "-m", "bench.searching.opening", str(home)]
    figures = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    shown = Table("opening", "figure", title=f"Opening {passages:,} passages")
    shown.add_row("to the first hits by words, Python's libraries apart", f"{figures['seconds'] * 1000:,.0f} ms")
    shown.add_row("memory of its own after sixty searches, the embedder with it", f"{figures['own']:,} MB")
    shown.add_row("memory of files that are mapped", f"{figures['mapped']:,} MB")
    return shown


if __name__ == "__main__":
    main()
