"""One library serves many threads, while another process or library writes to its home."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lyceum.config import Settings
from lyceum.library import Library, Mode, Query, Question, Scope
from lyceum.testing import HashEmbedder

THREADS, ROUNDS = 6, 12
EVERYTHING = Scope.everything()


class QuickLibrary(Library):
    """A library whose embedder needs no weights."""

    embedder = HashEmbedder(512)


@pytest.fixture
def library(settings: Settings, files: Path) -> Iterator[Library]:
    with QuickLibrary.open(settings) as opened:
        opened.add([str(files)])
        yield opened


def in_threads(*work: Callable[[], object]) -> None:
    """Does each of these in THREADS threads at once, again and again; raises what any of them raised."""

    def again(task: Callable[[], object]) -> None:
        begin.wait()
        for _ in range(ROUNDS):
            task()

    begin = threading.Barrier(THREADS * len(work))
    with ThreadPoolExecutor(THREADS * len(work)) as pool:
        for done in [pool.submit(again, task) for task in work for _ in range(THREADS)]:
            done.result()


def test_many_threads_find_what_one_finds(library):
    query = Query("shillings of the match girls", EVERYTHING)
    alone = [hit.passage.id for hit in library.search(query).hits]
    found: list[list[str]] = []
    in_threads(lambda: found.append([hit.passage.id for hit in library.search(query).hits]))
    assert alone
    assert all(each == alone for each in found)


def untimed(answer: dict) -> dict:
    """An answer without how long its steps took."""
    return {**answer, "trace": {name: value for name, value in answer["trace"].items() if name != "milliseconds"}}


def test_many_threads_get_the_answer_that_one_gets(library):
    question = Question("What is the salary of the match girls?", EVERYTHING)
    alone = untimed(library.ask(question).as_dict())
    assert not alone["abstained"]
    found: list[object] = []
    in_threads(lambda: found.append(untimed(library.ask(question).as_dict())))
    assert all(each == alone for each in found)


def test_threads_read_while_the_archive_grows_and_shrinks(library, settings, tmp_path):
    """Each sees a whole state, whichever commit it falls into."""

    def write() -> None:
        with QuickLibrary.open(settings) as writer:
            for n in range(4):
                page = tmp_path / f"more-{n}.txt"
                page.write_text(f"The weavers of house {n} asked for bread, and the owner gave them {n} pence. " * 30)
                writer.add([str(page)])
                writer.remove([writer.documents()[-1].id])
        finished.set()

    def read() -> None:
        while not finished.is_set():
            for mode in (Mode.HYBRID, Mode.DENSE, Mode.LEXICAL):
                for hit in library.search(Query("the weavers asked for bread", EVERYTHING, mode=mode)).hits:
                    assert hit.passage.text.strip()
            assert len(library.documents()) in (3, 4)

    finished = threading.Event()
    with ThreadPoolExecutor(5) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        try:
            write()
        finally:
            finished.set()
        for reader in readers:
            reader.result()
    assert len(library.documents()) == 3


def test_a_reader_sees_nothing_of_anothers_open_transaction(library):
    """Each thread has its own connection."""
    catalogue = library._catalogue
    with ThreadPoolExecutor(1) as other, catalogue._transaction():
        catalogue._db.execute("UPDATE versions SET state='failed'")
        assert len(other.submit(library.documents).result()) == 3
        catalogue._db.execute("UPDATE versions SET state='indexed'")


def test_closing_closes_what_every_thread_opened(library):
    with ThreadPoolExecutor(2) as pool:
        pool.submit(library.documents).result()
        assert len(library._catalogue._opened) == 2
        library.close()
        with pytest.raises(Exception, match="closed"):
            pool.submit(library.documents).result()
