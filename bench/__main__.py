"""Prints the tables of archive and tutor, each headline figure beside its goal: `python -m bench [--quick]`.

Those of search are printed by `python -m bench.search`.
"""

from __future__ import annotations

import argparse

from rich.console import Console

from bench import altered, fidelity, ingest, latency
from bench.data import data_folder

QUICK_QUESTIONS = 40


def main() -> None:
    """Measures one thing after another, so that none disturbs another."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small archives and few questions: minutes, not an hour")
    quick = parser.parse_args().quick
    console = Console()
    for name, passages in altered.archives(altered.HOMES):
        judged = altered.judge(altered.cases(passages))
        console.print(altered.table(judged, f"Altered and true quotations: {name}"))
    if not data_folder().is_dir():
        console.print(f"The shared data is not unpacked at {data_folder()}; the rest needs it.")
        return
    home, report = ingest.filled_home(ingest.default_home(quick=quick), ingest.QUICK if quick else ingest.CORPORA)
    for table in ingest.tables(home, report):
        console.print(table)
    console.print(latency.table(home, QUICK_QUESTIONS if quick else latency.QUESTIONS))
    totals, faults = fidelity.check(home, QUICK_QUESTIONS if quick else fidelity.QUESTIONS)
    console.print(fidelity.table(totals, faults))
    print("\n".join(fidelity.shown(faults)))


if __name__ == "__main__":
    main()
