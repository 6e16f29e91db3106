"""Runs every evaluation in turn: `python -m evals HOME`."""

from __future__ import annotations

import subprocess
import sys

OWN_ARCHIVE = ("hostile", "windows")
OWN_PASSAGES = ("injection", "disagreement")


def main() -> None:
    """Prints all tables; exits with 1 when one of them found a fault."""
    home = sys.argv[1]
    runs = [["-m", f"evals.{name}", home] for name in OWN_ARCHIVE] + [["-m", f"evals.{name}"] for name in OWN_PASSAGES]
    runs += [["-m", "bench.abstention"], ["-m", "bench.claims"]]
    failed = 0
    for run in runs:
        print(f"\n==> python {' '.join(run)}\n", flush=True)
        failed += bool(subprocess.run([sys.executable, *run], check=False).returncode)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
