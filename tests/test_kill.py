"""An addition killed at any moment, and then done again, ends with the same archive."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lyceum import config
from lyceum.archive import READABLE, SqliteCatalogue
from lyceum.library import Library

ROOT = Path(__file__).resolve().parents[1]
FILES = (
    "cananea-cinco-pesos.md", "cradley-heath-chainmakers.md", "eight-hours-family-tree.epub",
    "general-strike-fifty-years.docx", "rana-plaza-cracks.html", "rochdale-toad-lane.txt",
    "weber-fuenfzig-jahre.html", "weber-peterswaldau.md",
)  # fmt: skip
KILLS = {"later": 15, "now": 5}
MOMENTS = [(embed, n) for embed, kills in KILLS.items() for n in range(kills)]


@dataclass(frozen=True, slots=True)
class Archive:
    """What must be the same: documents, the ids and texts of passages, and the number of vectors."""

    documents: tuple[tuple[str, str, str], ...]
    passages: tuple[tuple[str, str], ...]
    vectors: int


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """An addition that nothing interrupted: what it left, and how many seconds it took."""

    archive: Archive
    seconds: float


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few articles of the sample archive in five formats."""
    built, folder = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("source")
    subprocess.run([sys.executable, ROOT / "sample" / "build.py", built], check=True, capture_output=True)
    for name in (*FILES, "metadata.csv"):
        shutil.copy(built / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def undisturbed(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Undisturbed]:
    """What each way of adding leaves when nothing interrupts it."""
    return {embed: add_to_the_end(tmp_path_factory.mktemp(embed) / "home", source, embed) for embed in KILLS}


@pytest.mark.parametrize(("embed", "n"), MOMENTS, ids=[f"{embed}-{n}" for embed, n in MOMENTS])
def test_a_killed_addition_done_again_ends_with_the_same_archive(
    embed: str, n: int, source: Path, undisturbed: dict[str, Undisturbed], tmp_path: Path
) -> None:
    """The moments are spread over the whole time that an addition takes."""
    home, whole = tmp_path / "home", undisturbed[embed]
    part = (n + random.Random(n).random()) / KILLS[embed]  # noqa: S311  (no secret is drawn)
    add_until_killed(home, source, embed, seconds=part * whole.seconds)

    assert lyceum(home, "documents", "--json").returncode == 0
    assert add_to_the_end(home, source, embed).archive == whole.archive
    assert problems(home) == []


def test_one_home_survives_being_killed_again_and_again(
    source: Path, undisturbed: dict[str, Undisturbed], tmp_path: Path
) -> None:
    home, whole = tmp_path / "home", undisturbed["now"]
    for part in (0.3, 0.5, 0.7, 0.8, 0.9):
        add_until_killed(home, source, "now", seconds=part * whole.seconds)
    assert add_to_the_end(home, source, "now").archive == whole.archive
    assert problems(home) == []


def test_readers_notice_nothing_of_a_writer_that_is_killed():
    """Some kills of `python -m bench.kills`, which ends well where no query failed and no passage is lost."""
    ran = subprocess.run(
        [sys.executable, "-m", "bench.kills", "--kills", "4", "--readers", "2"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


def add_until_killed(home: Path, source: Path, embed: str, *, seconds: float) -> None:
    """Kills the command and its worker as a power cut would, unless it ended before."""
    process = subprocess.Popen(
        command(home, *adding(source, embed)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def add_to_the_end(home: Path, source: Path, embed: str) -> Undisturbed:
    started = time.monotonic()
    done = lyceum(home, *adding(source, embed))
    seconds = time.monotonic() - started
    assert done.returncode == 0, done.stdout + done.stderr
    return Undisturbed(read(home), seconds)


def problems(home: Path) -> list[dict[str, str]]:
    checked = lyceum(home, "check", "--json")
    assert checked.stdout, checked.stderr
    found: list[dict[str, str]] = json.loads(checked.stdout)["problems"]
    return found


def adding(source: Path, embed: str) -> Sequence[str]:
    return "add", str(source), "--metadata", str(source / "metadata.csv"), "--embed", embed, "--json"


def lyceum(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(home, *arguments), capture_output=True, text=True, check=False, timeout=60)


def command(home: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "lyceum", "--home", str(home), *arguments]


def read(home: Path) -> Archive:
    with Library.open(config.load(home, {})) as library:
        documents = [(d.id, d.version, str(d.state)) for d in library.documents()]
        coverage: dict[str, Any] = library.coverage()
    catalogue = SqliteCatalogue(home / "catalogue.sqlite3")
    passages = [(p.id, p.text) for d in catalogue.find(states=READABLE) for p in catalogue.passages_of(d)]
    catalogue.close()
    return Archive(tuple(sorted(documents)), tuple(sorted(passages)), coverage["vectors"])
