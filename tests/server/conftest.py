"""Two sites of the three known documents, on free ports of this machine: the owner's, started as a person starts it,
and a house with people in it, which runs in the process of the tests.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import coverage
import fpdf
import httpx
import pytest

from conftest import write_files
from lyceum.config import Settings
from lyceum.library import Library
from lyceum.server.desk import Desk, put_away, put_up
from lyceum.server.run import _first_path, _listening, _Server, make_application
from server.inside import HOME, set_up
from server.visiting import Visitor

set_up()

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-of-the-tests-that-nobody-guesses"  # noqa: S105
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'
HIDDEN_TITLE = "Minutes of the Cellar"
PAGED_TITLE = "The Accounts of the Dock Strike"


@dataclass(frozen=True, slots=True)
class Site:
    """A running site."""

    address: str
    home: Path
    process: subprocess.Popen[str] | None = None
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
def house(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Site]:
    """A site that anybody may ask of its main collection, and members and who has its token of the minutes too.

    One of its documents is full of markup. Django knows one home in a process, so there is one house in it.
    """
    place = tmp_path_factory.mktemp("house")
    settings = Settings(HOME, models, threads=1, anonymous="main", api_token=TOKEN)
    _furnish(settings, place)
    with in_this_process(settings) as started:
        yield started


@pytest.fixture(scope="session")
def administrator(house: Site) -> Visitor:
    return Visitor(house.address).join(house.first, "ada@example.org")


@pytest.fixture(scope="session")
def people(administrator: Visitor) -> dict[str, Visitor]:
    """A visitor of each role, and one of none."""
    joined = {
        role: administrator.invite(role, f"{role}@example.org") for role in ("reader", "member", "librarian", "officer")
    }
    return {"stranger": Visitor(administrator.address), **joined, "administrator": administrator}


@pytest.fixture(scope="session")
def hidden(house: Site) -> str:
    """A document that is for members."""
    return house.id_of(HIDDEN_TITLE)


@contextlib.contextmanager
def in_this_process(settings: Settings) -> Iterator[Site]:
    """A whole site with its worker, at a free port until the end of the block."""
    with _environment(LYCEUM_HOME=str(settings.home), LYCEUM_CACHE=str(settings.cache)):
        application = make_application(settings, "127.0.0.1")
        from django.conf import settings as of_django  # noqa: PLC0415  (they are there from now on)

        # A password of the tests need not withstand a year of guessing.
        of_django.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with Library.open(settings) as library, _worker(settings), _listening("127.0.0.1", 0) as listener:
        desk, ready = Desk(library, settings), threading.Event()
        put_up(desk)
        server = _Server(application, ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        assert ready.wait(60)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        try:
            yield Site(address, settings.home, None, address + _first_path())
        finally:
            server.should_exit = True
            thread.join(20)
            put_away()


@contextlib.contextmanager
def _worker(settings: Settings) -> Iterator[None]:
    with Library.open(settings) as library:
        thread = threading.Thread(target=library.serve, kwargs={"vectors": False}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            library.stop()
            thread.join(20)


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _scan(path: Path) -> None:
    """A PDF of three pages, each of a colour of its own."""
    document = fpdf.FPDF()
    for number, colour in enumerate(((250, 200, 200), (200, 250, 200), (200, 200, 250)), start=1):
        document.add_page()
        document.set_fill_color(*colour)
        document.rect(0, 0, 210, 297, "F")
        document.set_font("Helvetica", size=14)
        for line in range(14):
            document.cell(0, 12, f"On page {number} the dockers wrote down in line {line} what came in for the strike.")
            document.ln()
    document.output(str(path))


def _furnish(settings: Settings, place: Path) -> None:
    write_files(place / "files")
    (place / "files" / "hostile.txt").write_text(f"The weavers of {HOSTILE} struck.\n\n{HOSTILE} was all they said.\n")
    _scan(place / "files" / "dockers.pdf")
    (place / "minutes.txt").write_text("The committee met in the cellar of the bakery. It sent the weavers bread.\n")
    (place / "list.csv").write_text(
        "file,title,creator\n"
        f'hostile.txt,"Of {HOSTILE.replace(chr(34), chr(34) * 2)}","{HOSTILE.replace(chr(34), chr(34) * 2)}"\n'
        f"minutes.txt,{HIDDEN_TITLE},Ada Holt\n"
        f"dockers.pdf,{PAGED_TITLE},Ben Tillett\n"
    )
    with Library.open(settings) as library:
        library.add([str(place / "files")], metadata=place / "list.csv", vectors=False)
        library.add([str(place / "minutes.txt")], metadata=place / "list.csv", collection="minutes", vectors=False)


@pytest.fixture
def start(models: Path) -> Iterator[Callable[..., Site]]:
    """Starts a site of one's own."""
    with contextlib.ExitStack() as stack:
        yield lambda home, *options, **environment: stack.enter_context(running(home, models, *options, **environment))
