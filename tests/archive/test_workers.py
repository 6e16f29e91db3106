"""Several processes that read at once."""

from __future__ import annotations

import subprocess
import threading
import time
from pathlib import Path

import pytest

from lyceum.archive import (
    Document,
    Found,
    Intake,
    LimitedWorker,
    LimitedWorkers,
    Metadata,
    MetadataTable,
    SqliteCatalogue,
    State,
    sensible_number,
)
from lyceum.archive.workers import _AHEAD
from lyceum.errors import ExtractionFailed
from lyceum.testing import MemoryBlobStore

TEXTS = [f"Speech {n}\n\nThe looms of mill {n} stood still that day, and nobody had touched them." for n in range(6)]


class SlowFirst:
    """Stands in for a process: the first file takes longest, and says where it was."""

    def __init__(self) -> None:
        self.ended = False

    def abandon(self) -> None:
        self.ended = True

    def close(self) -> None:
        self.ended = True


def jobs(number: int, read):
    """A claim for each of so many readings."""
    waiting = iter(range(number))
    return lambda: None if (n := next(waiting, None)) is None else (n, lambda worker: read(n, worker))


def archive(folder: Path, number: int) -> list[tuple[Document, str, list[str]]]:
    """What a catalogue holds of the texts when so many processes have read them."""
    folder.mkdir()
    catalogue = SqliteCatalogue(folder / "catalogue.sqlite3")
    with LimitedWorkers(lambda: LimitedWorker(seconds=30), number, patience=0) as workers:
        intake = Intake(catalogue, MemoryBlobStore(), workers, largest_file=10_000)
        for n, text in enumerate([*TEXTS[:3], "\x00\x01\x02" * 50, *TEXTS[3:]]):
            path = folder / f"{n}.txt"
            path.write_text(text)
            [_] = intake.receive(Found(path, path.name), MetadataTable(), Metadata())

        def claim():
            document = catalogue.claim_next(State.RECEIVED)
            return (document, intake.reading(document)) if document else None

        stored = [intake.store(document, read()) for document, read in intake.in_order(claim)]
    return [(one, catalogue.read(one), [p.text for p in catalogue.passages_of(one)]) for one in stored]


def test_two_processes_make_the_same_archive_as_one(tmp_path):
    one = archive(tmp_path / "one", 1)
    assert one == archive(tmp_path / "two", 2)
    assert [document.state for document, *_ in one].count(State.FAILED) == 1
    assert len(one) == 7


def test_what_was_read_first_waits_for_what_was_claimed_first():
    """The order is that of the claims, whichever reading ends first."""
    ended = []

    def read(n, _worker):
        time.sleep(0.05 if n == 0 else 0)
        ended.append(n)
        return [n]

    with LimitedWorkers(SlowFirst, 2, patience=0) as workers:
        order = [(n, *result()) for n, result in workers.in_order(jobs(5, read))]
    assert order == [(n, n) for n in range(5)]
    assert ended[0] != 0


def test_few_files_are_read_by_one_process():
    """Another would not have started when they are done."""
    used = set()

    def read(_n, worker):
        used.add(id(worker))
        time.sleep(0.005)
        return []

    with LimitedWorkers(SlowFirst, 2) as workers:
        assert len([result() for _, result in workers.in_order(jobs(12, read))]) == 12
    assert len(used) == 1


def test_many_quick_files_are_read_by_several_though_none_waits_long():
    """What they wait together is longer than the start of another process takes."""
    used = set()

    def read(_n, worker):
        used.add(id(worker))
        time.sleep(0.005)
        return []

    with LimitedWorkers(SlowFirst, 2, patience=0.1) as workers:
        assert len([result() for _, result in workers.in_order(jobs(100, read))]) == 100
    assert len(used) == 2


def test_no_more_is_claimed_ahead_than_can_be_held():
    """However many wait, a few are claimed at a time."""
    claimed = []

    def claim():
        claimed.append(len(claimed))
        return claimed[-1], lambda _worker: []

    with LimitedWorkers(SlowFirst, 1) as workers:
        next(workers.in_order(claim))
    assert len(claimed) == _AHEAD


def test_what_is_left_early_is_not_read_on():
    """Its claims are given back, and another may read it."""
    read, go_on = [], threading.Event()

    def slowly(n, _worker):
        read.append(n)
        go_on.wait(5)
        return []

    with LimitedWorkers(SlowFirst, 1) as workers:
        going = workers.in_order(jobs(4, slowly))
        next(going)
        going.close()
        go_on.set()
    assert read == [0]


def test_what_a_reading_raises_is_raised_where_it_is_taken():
    def read(_n, _worker):
        raise ExtractionFailed("It is damaged.", hint="Mend it.")

    with LimitedWorkers(SlowFirst, 1) as workers:
        [(_, result)] = list(workers.in_order(jobs(1, read)))
        with pytest.raises(ExtractionFailed):
            result()


def test_closing_ends_what_is_being_read(tmp_path):
    """A reading that would take minutes holds nobody up, and leaves no process."""
    begun = threading.Event()
    path = tmp_path / "slow.txt"
    path.write_text(TEXTS[0])
    worker = LimitedWorker(seconds=60)
    worker.extract(path, "first.txt")
    child: subprocess.Popen[bytes] = worker._child._process

    def read(_n, one):
        child.send_signal(19)
        begun.set()
        return [one.extract(path, "slow.txt")]

    with LimitedWorkers(lambda: worker, 1) as workers:
        reading = workers.in_order(jobs(1, read))
        threading.Thread(target=lambda: begun.wait(10) and workers.close()).start()
        _, result = next(reading)
        with pytest.raises(ExtractionFailed) as caught:
            result()
    assert caught.value.code == "worker_crashed"
    assert child.poll() is not None


def test_a_file_that_holds_many_is_parted_by_one_that_is_free(tmp_path):
    """Between two of its parts the only process is free for something else."""
    path = tmp_path / "two.mbox"
    letter = "From a@example.org Mon Nov 18 00:00:00 2019\nFrom: a@example.org\nSubject: Wages\n\nThe men came out.\n\n"
    path.write_text(letter * 2)
    with LimitedWorkers(lambda: LimitedWorker(seconds=30), 1) as workers:
        texts = []
        for part in workers.parts(path, path.name, {}):
            member = tmp_path / "part.eml"
            member.write_bytes(part.data)
            texts.append(workers.extract(member, part.name).text)
    assert [text.split("\n\n")[-1] for text in texts] == ["The men came out."] * 2


def test_as_many_read_at_once_as_there_is_room_for():
    assert sensible_number(1) >= 1
    assert sensible_number(1 << 40) == 1
