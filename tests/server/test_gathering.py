"""Sources are gathered one after another, with progress, and folders are those that the operator named."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from lyceum.config import Settings
from lyceum.errors import Busy, InvalidValue, UnknownDocument, UsageError
from lyceum.library import AddReport
from lyceum.server.gathering import Gatherer, Phase, folder_within, folders_of


class Shelf:
    """A library that takes in as the test lets it."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.stopped = threading.Event()
        self.asked: list[tuple[str, str | None, int | None]] = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Nothing is held."""

    def add(self, sources, *, collection, work, max_pages, progress):
        assert not work
        self.asked.append((sources[0], collection, max_pages))
        progress("fetch", 2, 5)
        while not (self.go.is_set() or self.stopped.is_set()):
            time.sleep(0.002)
        if "wrong" in sources[0]:
            raise UsageError("It makes no sense.")
        failure = {"source": f"{sources[0]}/2", "code": "web_gone", "message": "Gone.", "hint": ""}
        if "empty" in sources[0]:
            return AddReport(failed=[failure])
        return AddReport(added=3, unchanged=1, failed=[failure])

    def stop(self):
        self.stopped.set()


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def gatherer(tmp_path, shelf):
    made = Gatherer(Settings(tmp_path, tmp_path), lambda _: shelf)
    yield made
    shelf.go.set()
    made.close()


def until(true: Callable[[], bool]) -> None:
    for _ in range(2_000):
        if true():
            return
        time.sleep(0.002)
    raise AssertionError("it did not come to that")


def test_a_source_is_read_with_its_progress_and_its_failures(gatherer, shelf):
    job = gatherer.add("https://example.org/", "pamphlets", 7)
    until(lambda: job.phase is Phase.READING and job.of == 5)
    assert (job.done, job.ended) == (2, False)
    shelf.go.set()
    until(lambda: job.ended)
    assert (job.phase, job.added, job.unchanged) == (Phase.DONE, 3, 1)
    assert job.failed[0]["code"] == "web_gone"
    assert shelf.asked == [("https://example.org/", "pamphlets", 7)]


def test_one_is_read_after_another_and_the_newest_stands_first(gatherer, shelf):
    first, second = gatherer.add("a"), gatherer.add("b")
    until(lambda: first.phase is Phase.READING)
    assert second.phase is Phase.WAITING
    assert gatherer.jobs() == [second, first]
    shelf.go.set()
    until(lambda: second.ended)


def test_what_gave_nothing_has_failed_and_can_be_tried_again(gatherer, shelf):
    shelf.go.set()
    job = gatherer.add("empty")
    until(lambda: job.ended)
    assert job.phase is Phase.FAILED
    again = gatherer.again(job.key)
    until(lambda: again.ended)
    assert gatherer.jobs() == [again]
    assert len(shelf.asked) == 2


def test_what_makes_no_sense_is_told_and_the_next_is_read(gatherer, shelf):
    shelf.go.set()
    wrong, right = gatherer.add("wrong"), gatherer.add("right")
    until(lambda: right.ended)
    assert (wrong.phase, wrong.failed[0]["code"], right.phase) == (Phase.FAILED, "usage", Phase.DONE)


def test_a_source_is_stopped_while_it_waits_and_while_it_is_read(gatherer):
    reading, waiting = gatherer.add("a"), gatherer.add("b")
    until(lambda: reading.phase is Phase.READING)
    gatherer.stop(waiting.key)
    gatherer.stop(reading.key)
    assert (waiting.phase, reading.phase) == (Phase.STOPPED, Phase.STOPPED)
    until(lambda: reading.added == 3)
    assert gatherer.again(waiting.key).source == "b"


def test_no_more_wait_than_may(gatherer):
    with pytest.raises(Busy):
        for n in range(60):
            gatherer.add(str(n))


def test_what_is_not_in_the_list_is_not_known(gatherer):
    with pytest.raises(UnknownDocument):
        gatherer.stop("nothing")


def test_after_its_end_nothing_is_taken(tmp_path, shelf):
    made = Gatherer(Settings(tmp_path, tmp_path), lambda _: shelf)
    job = made.add("a")
    until(lambda: job.phase is Phase.READING)
    made.close()
    assert shelf.stopped.is_set()
    with pytest.raises(Busy):
        made.add("b")


# --- folders ---------------------------------------------------------------------------------------------


@pytest.fixture
def allowed(tmp_path):
    (tmp_path / "scans" / "1888").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (tmp_path / "scans" / "way-out").symlink_to(tmp_path / "secret")
    return Settings(tmp_path / "home", tmp_path, add_folders=f"{tmp_path / 'scans'}:{tmp_path / 'none'}")


def test_folders_are_named_shortly(allowed, tmp_path):
    assert dict(folders_of(allowed)) == {"scans": tmp_path / "scans", "none": tmp_path / "none"}


def test_a_folder_and_a_path_in_it_may_be_added(allowed, tmp_path):
    assert folder_within({"folder": "scans", "within": ""}, allowed) == tmp_path / "scans"
    assert folder_within({"folder": "scans", "within": "1888"}, allowed) == tmp_path / "scans" / "1888"


@pytest.mark.parametrize(
    ("folder", "within"),
    [("scans", ".."), ("scans", "../secret"), ("scans", "1888/../../secret"), ("scans", "/etc"), ("scans", "way-out"),
     ("scans", "nothing"), ("scans", "a\0b"), ("none", ""), ("", ""), ("/etc", ""), ("secret", "")],
)  # fmt: skip
def test_nothing_else_of_the_machine_may(allowed, folder, within):
    with pytest.raises(InvalidValue) as refused:
        folder_within({"folder": folder, "within": within}, allowed)
    assert refused.value.code == "folder_refused"
