"""Prints how well texts and metadata come out of what archives are kept in: `python -m bench.extraction [--quick]`."""

from __future__ import annotations

import argparse

from rich.console import Console

from bench import extraction_files, extraction_web
from bench.data import data_folder


def main() -> None:
    """One table after another."""
    parser = argparse.ArgumentParser(prog="python -m bench.extraction", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="every tenth page, a smaller book, and one scan")
    quick = parser.parse_args().quick
    console = Console()
    if not data_folder().is_dir():
        console.print(f"The shared data is not unpacked at {data_folder()}.")
        return
    for table in extraction_web.tables(data_folder() / "corpora", every=10 if quick else 1):
        console.print(table)
    for made in extraction_files.tables(quick=quick):
        console.print(made)


if __name__ == "__main__":
    main()
