"""The sample archive: complete, described, and the same at every building."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
import yaml

SAMPLE = Path(__file__).resolve().parents[2] / "sample"
FRONT_MATTER = {"title", "author", "date", "language", "publisher", "rights", "kind"}
ARTICLE_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One building that every test may look at."""
    return build(tmp_path_factory.mktemp("built"))


def test_building_twice_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    """Neither the clock nor the folder leaves a trace in a file."""
    assert contents(build(tmp_path)) == contents(built)


def test_every_article_is_built(built: Path) -> None:
    """Each source has one file in the archive, in the format that it asks for."""
    assert {path.name for path in built.iterdir()} == {*sources(), "metadata.csv"}


def test_readme_lists_every_article() -> None:
    """The table in the README names each file of the archive."""
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    assert [name for name in sources() if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("source", sorted(SAMPLE.glob("*/*.md")), ids=lambda path: path.stem)
def test_front_matter_is_complete(source: Path) -> None:
    """A Markdown source says all that a catalogue asks, and its date is a text."""
    meta = front_matter(source)
    assert meta.keys() >= FRONT_MATTER
    assert all(meta.values())
    assert ARTICLE_DATE.fullmatch(meta["date"])


def test_metadata_describes_every_text_file() -> None:
    """A text file cannot describe itself, so a row of the table does."""
    with (SAMPLE / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["source"] for row in rows} == {name for name in sources() if name.endswith(".txt")}
    assert all(value for row in rows for value in row.values())


@pytest.mark.parametrize("line", (SAMPLE / "questions.jsonl").read_text("utf-8").splitlines())
def test_each_source_of_a_question_holds_the_answer(line: str) -> None:
    """A question without sources has no answer; every source named holds it word for word."""
    question = json.loads(line)
    assert bool(question["sources"]) == bool(question["answer"])
    for name in question["sources"]:
        assert question["answer"].lower() in text_of(sources()[name]).lower()


def build(out: Path) -> Path:
    """Runs the script as a reader would."""
    subprocess.run([sys.executable, str(SAMPLE / "build.py"), str(out)], check=True)
    return out


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def sources() -> dict[str, Path]:
    """The source of every article by the name that it has once built."""
    plain = {path.name: path for path in (SAMPLE / "articles").iterdir()}
    printed = (SAMPLE / "print").glob("*.md")
    return plain | {f"{path.stem}.{front_matter(path)['format']}": path for path in printed}


def front_matter(source: Path) -> dict[str, str]:
    """The block between the first two rules, as YAML reads it."""
    meta: dict[str, str] = yaml.safe_load(source.read_text(encoding="utf-8").split("---\n", 2)[1])
    return meta


def text_of(source: Path) -> str:
    """The words of a source on one line, without tags."""
    text = re.sub(r"<[^>]+>", " ", source.read_text(encoding="utf-8"))
    return " ".join(unescape(text).split())
