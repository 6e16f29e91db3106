"""A worker does what waits and what comes, until it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from lyceum.config import Settings
from lyceum.errors import HomeError, Unreachable
from lyceum.library import Library, Mode, Query, Scope
from lyceum.testing import HashEmbedder


class QuickLibrary(Library):
    """A library whose embedder needs no weights."""

    embedder = HashEmbedder(512)


@pytest.fixture
def library(settings: Settings):
    with QuickLibrary.open(settings) as opened:
        yield opened


def found(library: Library) -> int:
    return len(library.search(Query("weavers Weber match girls", Scope.everything(), mode=Mode.LEXICAL)).hits)


def test_what_is_left_to_a_worker_is_stored_and_waits(library, files):
    report = library.add([str(files)], work=False)
    assert (report.added, report.passages) == (3, 0)
    assert library.waiting() == 3
    assert found(library) == 0


def test_a_worker_does_what_waits(library, files):
    library.add([str(files)], work=False)
    library.serve(once=True)
    assert library.waiting() == 0
    assert found(library)
    state = library.index.state()
    assert state.vectors == state.passages > 0


def test_a_worker_may_leave_vectors_to_others(library, files):
    library.add([str(files)], work=False)
    library.serve(once=True, vectors=False)
    assert found(library)
    assert library.index.state().vectors == 0


def test_a_worker_does_what_comes_until_it_is_stopped(settings, files):
    with QuickLibrary.open(settings) as worker, QuickLibrary.open(settings) as other:
        thread = threading.Thread(target=worker.serve)
        thread.start()
        other.add([str(files)], work=False)
        until = time.monotonic() + 30
        while other.waiting() and time.monotonic() < until:
            time.sleep(0.05)
        worker.stop()
        thread.join(20)
        assert not thread.is_alive()
        assert other.waiting() == 0
        assert found(other)


def test_a_worker_waits_for_what_cannot_be_reached(library, files, monkeypatch):
    library.add([str(files)], work=False)
    monkeypatch.setattr("lyceum.library.work._LOOK_SECONDS", 0.01)
    counts, failures = library._catalogue.counts, iter([Unreachable("The cable was pulled.")] * 3)

    def unsteady():
        for failure in failures:
            raise failure
        library.stop()
        return counts()

    monkeypatch.setattr(library._catalogue, "counts", unsteady)
    library.serve()
    assert next(failures, None) is None


def test_a_worker_ends_with_an_error_that_waiting_does_not_mend(library, monkeypatch):
    def broken():
        raise HomeError("The disk is full.")

    monkeypatch.setattr(library._catalogue, "counts", broken)
    with pytest.raises(HomeError):
        library.serve()


def test_sigterm_ends_the_command_well(tmp_path: Path):
    environment = {**os.environ, "LYCEUM_HOME": str(tmp_path / "home"), "LYCEUM_CACHE": str(tmp_path / "cache")}
    worker = subprocess.Popen(
        [sys.executable, "-m", "lyceum", "worker", "--json"], env=environment, text=True, stdout=subprocess.PIPE
    )
    until = time.monotonic() + 30
    while not (tmp_path / "home" / "catalogue.sqlite3").exists() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(1)
    worker.send_signal(signal.SIGTERM)
    out, _ = worker.communicate(timeout=20)
    assert (worker.returncode, out) == (0, '{"waiting": 0}\n')
