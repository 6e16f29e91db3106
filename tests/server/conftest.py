"""A site of the three known documents, started as a person starts it, on a free port of this machine."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import coverage
import httpx
import pytest

from conftest import write_files
from lyceum.config import Settings
from lyceum.library import Library

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-of-the-tests-that-nobody-guesses"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Site:
    """A running site."""

    address: str
    home: Path
    process: subprocess.Popen[str]
    first: str = ""
    """The link that creates the administrator."""

    def get(self, path: str, **more: object) -> httpx.Response:
        return httpx.get(self.address + path, timeout=60, **more)  # type: ignore[arg-type]

    def post(self, path: str, **more: object) -> httpx.Response:
        return httpx.post(self.address + path, timeout=60, **more)  # type: ignore[arg-type]

    def id_of(self, title: str) -> str:
        """The id of the document with this title."""
        listed = self.get("api/v1/documents", headers={"Authorization": f"Bearer {TOKEN}"}).json()["documents"]
        return next(document["id"] for document in listed if document["title"] == title)


@contextlib.contextmanager
def running(home: Path, models: Path, *options: str, **environment: str) -> Iterator[Site]:
    """A site at a free port until the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "lyceum", "--home", str(home), "serve", "--port", "0", *options],
        env=surroundings(models, **environment), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr
        line = process.stderr.readline()
        first = ""
        while line and "Lyceum is at" not in line:
            first = line.split()[-1] if "administrator" in line else first
            line = process.stderr.readline()
        found = re.search(r"http://\S+", line)
        assert found, "the site did not start"
        yield Site(found.group(), home, process, first)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def surroundings(models: Path, **environment: str) -> dict[str, str]:
    """The environment of a command of the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")}
    return {**clean, "LYCEUM_CACHE": str(models), "LYCEUM_THREADS": "1", **_counted(), **environment}


def _counted() -> dict[str, str]:
    """What has the lines of a site counted with those of the tests, where these are counted."""
    if coverage.Coverage.current() is None:
        return {}
    return {"COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml"), "COVERAGE_FILE": str(ROOT / ".coverage")}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, _filled: Path, models: Path) -> Iterator[Site]:
    """The owner's own site: no token, on loopback."""
    home = shutil.copytree(_filled, tmp_path_factory.mktemp("site") / "home")
    with running(home, models) as started:
        yield started


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Site]:
    """A site that anybody may ask of its main collection, and who has the token of the minutes too."""
    place = tmp_path_factory.mktemp("guarded")
    write_files(place / "files")
    (place / "minutes.txt").write_text("The committee met in the cellar of the bakery. It sent the weavers bread.\n")
    (place / "token").write_text(f"{TOKEN}\n")
    with Library.open(Settings(place / "home", models, threads=1)) as library:
        library.add([str(place / "files")], vectors=False)
        library.add([str(place / "minutes.txt")], collection="minutes", vectors=False)
    token = str(place / "token")
    with running(place / "home", models, LYCEUM_ANONYMOUS="main", LYCEUM_API_TOKEN_FILE=token) as started:
        yield started


@pytest.fixture
def start(models: Path) -> Iterator[Callable[..., Site]]:
    """Starts a site of one's own."""
    with contextlib.ExitStack() as stack:
        yield lambda home, *options, **environment: stack.enter_context(running(home, models, *options, **environment))
