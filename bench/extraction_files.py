"""Measures what becomes of files, scans and hostile ones among them: `python -m bench.extraction_files [--quick]`.

Each headline figure stands beside its goal. Takes some ten minutes, most of it recognition on one core.
"""

from __future__ import annotations

import argparse
import re
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fpdf import FPDF
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from bench.data import data_folder
from lyceum.archive.containers import expand, is_container
from lyceum.archive.containers import names as names_in
from lyceum.archive.extract import HEAD_BYTES, LimitedWorker, detect
from lyceum.archive.extractors.ocr import is_installed
from lyceum.archive.likeness import likeness, sketch
from lyceum.archive.model import Extracted
from lyceum.archive.pagesets import is_page_set
from lyceum.archive.parts import is_compound
from lyceum.errors import ExtractionFailed

CER_GOAL = 0.02
MEMORY_GOAL_MB = 1_024
BOOK_PAGES, QUICK_PAGES = 1_600, 200
SECONDS = 60
MEMBERS = 20
PARTS = 60
PAIRS = {
    "The Jungle": ("upton-sinclair_the-jungle.epub", "140_*/*.zip"),
    "The Souls of Black Folk": ("w-e-b-du-bois_the-souls-of-black-folk.epub", "408_*/*.htm"),
    "Looking Backward": ("edward-bellamy_looking-backward.epub", "624_*/*.htm"),
}
CORPORA = ("tei_dracor", "tei_dingler", "blog_18f_md", "standardebooks", "newspapers_newseye.jsonl.gz")
_WORD = re.compile(r"\w+")
_SPOILT = ("worker_crashed", "time_limit", "memory_limit")


def main() -> None:
    """Prints one table after another."""
    parser = argparse.ArgumentParser(prog="python -m bench.extraction_files", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smaller book, and of the scans only the known one")
    console = Console()
    for table in tables(quick=parser.parse_args().quick):
        console.print(table)


def tables(*, quick: bool) -> Iterator[Table | str]:
    """Each table as it is made, so that no measurement disturbs another."""
    yield book_table(QUICK_PAGES if quick else BOOK_PAGES)
    if not data_folder().is_dir():
        yield f"The shared data is not unpacked at {data_folder()}; the rest needs it."
        return
    yield scans_table(quick=quick)
    yield same_book_table()
    yield speed_table()
    tally = outcomes(quick=quick)
    yield tally.table()
    yield from tally.faults


# --- one large file ------------------------------------------------------------------------------------


def book_table(pages: int) -> Table:
    """One long PDF, in a worker that has a gigabyte."""
    table = Table("measure", "figure", "goal", title=f"One PDF of {pages:,} pages")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.pdf"
        _write_book(path, pages)
        started = time.monotonic()
        with LimitedWorker(seconds=600, memory_mb=MEMORY_GOAL_MB) as worker:
            extracted = worker.extract(path, path.name)
        seconds = time.monotonic() - started
        table.add_row("size", f"{path.stat().st_size / 2**20:.1f} MB", "")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    table.add_row("pages read", f"{len(extracted.pages):,}", f"{pages:,}")
    table.add_row("pages a second", f"{pages / seconds:.0f}", "")
    table.add_row("peak memory of the worker", f"{peak} MB", f"within {MEMORY_GOAL_MB} MB")
    return table


def _write_book(path: Path, pages: int) -> None:
    pdf = FPDF(unit="pt", format="A4")
    pdf.set_font("Times", size=11)
    for number in range(1, pages + 1):
        pdf.add_page()
        pdf.text(250, 40, f"A HISTORY OF THE MILL {number}")
        for line in range(45):
            pdf.text(
                70,
                80 + 15 * line,
                f"In the year {1800 + line} the mill on page {number} wove {line * 7} yards of cloth.",
            )
    pdf.output(str(path))


# --- scans ---------------------------------------------------------------------------------------------


def scans_table(*, quick: bool) -> Table:
    """What recognition makes of each scan, and its error on the page of which the text is known."""
    folder = data_folder() / "formats" / "pdf_scanned_ocrmypdf"
    table = Table("scan", "outcome", "confidence", "seconds", title="Recognition on one core")
    if not is_installed():
        table.add_row("tesseract is not installed", "", "", "")
        return table
    truth = " ".join((folder / "linn.txt").read_text().split())
    suffixes = (".pdf", ".png", ".hocr")
    for path in sorted(one for one in folder.iterdir() if one.suffix in suffixes and (not quick or one.stem == "linn")):
        started = time.monotonic()
        outcome = _extracted(path, path.name, 600)
        seconds = f"{time.monotonic() - started:.1f}"
        if isinstance(outcome, ExtractionFailed):
            table.add_row(path.name, f"{outcome.code}: {outcome.hint}", "", seconds)
            continue
        said = f"{len(outcome.text):,} characters"
        if path.name == "linn.pdf":
            rate = Levenshtein.distance(truth, " ".join(outcome.text.split())) / len(truth)
            said += f", [bold]character error rate {rate:.2%}[/bold] (goal: under {CER_GOAL:.0%})"
        sure = [page.confidence for page in outcome.pages if page.confidence is not None]
        table.add_row(path.name, said, f"{sum(sure) / len(sure):.2f}" if sure else "text layer", seconds)
    return table


# --- the same book twice -------------------------------------------------------------------------------


def same_book_table() -> Table:
    """Standard Ebooks against Project Gutenberg: words that both editions have, and how alike they are found."""
    table = Table("book", "words kept", "words added", "F1", "likeness", title="Standard Ebooks against Gutenberg")
    corpora = data_folder() / "corpora"
    with tempfile.TemporaryDirectory() as folder:
        for title, (epub, other) in PAIRS.items():
            one = _text(corpora / "standardebooks" / epub, Path(folder))
            two = _text(next((corpora / "gutenberg").glob(other)), Path(folder))
            a, b = (Counter(_WORD.findall(text.casefold())) for text in (one, two))
            common = (a & b).total()
            recall, precision = common / b.total(), common / a.total()
            f1 = 2 * recall * precision / (recall + precision)
            alike = likeness(sketch(one), sketch(two))
            table.add_row(title, f"{recall:.3f}", f"{1 - precision:.3f}", f"{f1:.3f}", f"{alike:.2f}")
    return table


def _text(path: Path, folder: Path) -> str:
    if path.suffix == ".zip":
        for member in expand(path, path.name):
            unpacked = folder / member.name.rsplit("/", 1)[-1]
            unpacked.write_bytes(member.open().read())
        path = unpacked
    outcome = _extracted(path, path.name, SECONDS)
    if isinstance(outcome, ExtractionFailed):
        raise outcome
    return outcome.text


# --- speed ---------------------------------------------------------------------------------------------


def speed_table() -> Table:
    """Files, and documents in files, read by one worker, its start counted."""
    table = Table(
        "corpus", "documents", "MB", "seconds", "documents/s", "MB/s", title="Reading, one worker, no recognition"
    )
    for name in CORPORA:
        place = data_folder() / "corpora" / name
        files = sorted(one for one in place.rglob("*") if one.is_file()) if place.is_dir() else [place]
        started, tally = time.monotonic(), Tally()
        with tempfile.TemporaryDirectory() as folder, LimitedWorker(seconds=SECONDS) as worker:
            for path in files:
                _read(path, path.name, worker, Path(folder), tally, most=100_000)
        seconds = time.monotonic() - started
        count, megabytes = tally.outcomes.total(), tally.bytes / 2**20
        table.add_row(
            name,
            f"{count}",
            f"{megabytes:.1f}",
            f"{seconds:.1f}",
            f"{count / seconds:.0f}",
            f"{megabytes / seconds:.1f}",
        )
    return table


# --- every file ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tally:
    """What became of many files, by outcome, and each fault in words."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    silent: int = 0
    bytes: int = 0
    stray: int = 0

    def note(self, name: str, read: Callable[[], Extracted]) -> None:
        """Reads one file and counts what came of it."""
        try:
            outcome = read()
        except ExtractionFailed as error:
            self.outcomes[error.code] += 1
            if error.code in _SPOILT or not error.hint:
                self.faults.append(f"{name}: {error.code} {error.message}")
            return
        self.outcomes["text"] += 1
        if not outcome.text.strip():
            self.silent += 1
            self.faults.append(f"{name}: empty without a word")

    def table(self) -> Table:
        """Every promise with how often it was broken, then every outcome."""
        table = Table("outcome", "files", "goal", title="All of formats/ and bad/")
        table.add_row("crashes", str(self.outcomes["worker_crashed"]), "0")
        table.add_row("hangs", str(self.outcomes["time_limit"]), "0")
        table.add_row("silent empties", str(self.silent), "0")
        table.add_row("files written outside the job folder", str(self.stray), "0")
        table.add_row("refusals without a hint", str(sum("hint" in fault for fault in self.faults)), "0")
        for code, count in self.outcomes.most_common():
            table.add_row(code, str(count), "")
        return table


def outcomes(*, quick: bool) -> Tally:
    """Reads every file of the shared data that is odd or hostile, and members and parts of those that hold others."""
    tally = Tally()
    folders = [data_folder() / parent for parent in ("formats", "bad")]
    before = _snapshot(folders)
    with tempfile.TemporaryDirectory() as folder, LimitedWorker(seconds=SECONDS) as worker:
        for path in sorted(one for parent in folders for one in parent.rglob("*") if one.is_file()):
            if quick and path.parent.name == "pdf_scanned_ocrmypdf":
                continue
            # The fuzzer's files are PDFs, whatever their beginning.
            name = path.with_suffix(".pdf").name if path.suffix == ".fuzz" else path.name
            _read(path, name, worker, Path(folder), tally, most=MEMBERS)
        tally.stray = len(set(Path(folder).iterdir()) - {Path(folder) / "member"})
    tally.stray += len(_snapshot(folders) ^ before)
    return tally


def _snapshot(folders: list[Path]) -> set[tuple[Path, int]]:
    return {(one, one.stat().st_mtime_ns) for folder in folders for one in folder.rglob("*")}


def _read(path: Path, name: str, worker: LimitedWorker, folder: Path, tally: Tally, *, most: int) -> None:
    """Reads a file, or what it holds, as `lyceum add` would."""
    kind = _kind(path, name)
    try:
        if is_compound(kind):
            _read_parts(path, name, worker, folder, tally, most)
        elif is_container(kind) and not is_page_set(names_in(path, name)):
            for number, member in enumerate(expand(path, name)):
                if number >= most:
                    break
                place = folder / "member"
                with member.open() as stream:
                    place.write_bytes(stream.read())
                _read(place, member.name.rsplit("/", 1)[-1], worker, folder, tally, most=most)
        else:
            tally.bytes += path.stat().st_size
            tally.note(name, lambda: worker.extract(path, name))
    except ExtractionFailed as error:
        tally.outcomes[error.code] += 1
        if error.code in _SPOILT or not error.hint:
            tally.faults.append(f"{name}: {error.code} {error.message}")


def _read_parts(path: Path, name: str, worker: LimitedWorker, folder: Path, tally: Tally, most: int) -> None:
    for number, part in enumerate(worker.parts(path, name, {})):
        if number >= max(most, PARTS):
            return
        place = path
        if part.data is not None:
            place = folder / "member"
            place.write_bytes(part.data)
        tally.bytes += place.stat().st_size
        tally.note(part.name or name, lambda place=place, part=part: worker.extract(place, part.name or name))  # type: ignore[misc]


def _kind(path: Path, name: str) -> str:
    with path.open("rb") as stream:
        return detect(stream.read(HEAD_BYTES), name)


def _extracted(path: Path, name: str, seconds: float) -> Extracted | ExtractionFailed:
    with LimitedWorker(seconds=seconds) as worker:
        try:
            return worker.extract(path, name)
        except ExtractionFailed as error:
            return error


if __name__ == "__main__":
    main()
