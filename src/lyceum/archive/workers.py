"""Several limited processes that read at once, and give what they read back in the order in which it was asked for."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

from lyceum.archive.extract import LimitedWorker
from lyceum.archive.ingest import ToRead, Worker
from lyceum.archive.model import Extracted
from lyceum.archive.parts import Part
from lyceum.archive.spoken import UNKNOWN, Spoken
from lyceum.archive.store import Document, ExtractedProduct, Product

__all__ = ["LimitedWorkers", "sensible_number"]

_MOST = 4
_AHEAD = 4
# A process costs a second until it can read: a few pages are read sooner by the one that runs.
_START_SECONDS = 1.0
_HELD_CHARACTERS = 20_000_000


def sensible_number(memory_mb: int) -> int:
    """How many processes of so much memory read at once here: one a core, at most four, in half of the memory."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        room = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20 // 2
    except (ValueError, OSError, AttributeError):
        room = memory_mb
    return max(1, min(cores, _MOST, room // max(1, memory_mb)))


class LimitedWorkers:
    """As many LimitedWorkers as read at once; each starts its process when the others have had too much for a second.

    What is read comes back in the order of the claims, so that an archive is the same however many they are.
    """

    def __init__(self, make: Callable[[], LimitedWorker], number: int, *, patience: float = _START_SECONDS) -> None:
        self._patience = patience
        self._all = [make() for _ in range(number)]
        self._fresh, self._begun = list(self._all), list[LimitedWorker]()
        self._free = threading.Condition()
        # A child ends with the thread that started it, so the threads last as long as the children.
        self._threads = ThreadPoolExecutor(number, thread_name_prefix="read")
        self._closing = False
        self._waited = 0.0

    def __enter__(self) -> LimitedWorkers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def extract(self, path: Path, name: str, spoken: Spoken = UNKNOWN) -> Extracted:
        """The text of a file; raises ExtractionFailed."""
        with self._one() as worker:
            return worker.extract(path, name, spoken)

    def parts(self, path: Path, name: str, options: Mapping[str, Any]) -> Iterator[Part]:
        """The documents that a file holds; raises ExtractionFailed."""
        with self._one() as worker:
            found = worker.parts(path, name, options)
            first = next(found, None)
        # The first is given when all are there: the caller may want the process for something else between two.
        if first:
            yield first
        yield from found

    def in_order(
        self, claim: Callable[[], tuple[Document, ToRead] | None]
    ) -> Iterator[tuple[Document, Callable[[], Sequence[Product]]]]:
        """Each claimed document with what gives the products of its reading, or raises what the reading raised.

        Some are claimed ahead; fewer where what was read and not taken yet is much.
        """
        ahead: deque[tuple[Document, Future[Sequence[Product]]]] = deque()
        try:
            while True:
                self._read_on(ahead, claim)
                if not ahead:
                    return
                document, future = ahead.popleft()
                yield document, future.result
        finally:
            # Where it is left early, what was claimed is given back, and somebody else may read it.
            for _, future in ahead:
                future.cancel()

    def _read_on(
        self,
        ahead: deque[tuple[Document, Future[Sequence[Product]]]],
        claim: Callable[[], tuple[Document, ToRead] | None],
    ) -> None:
        """Claims as many as may be read ahead."""
        while len(ahead) < _AHEAD * len(self._all) and _held(ahead) < _HELD_CHARACTERS and (claimed := claim()):
            document, reading = claimed
            ahead.append((document, self._threads.submit(self._run, reading)))

    def close(self) -> None:
        """Ends every process, whatever it is reading; what was not read stays claimed."""
        self._closing = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._all:
            worker.abandon()
        self._threads.shutdown(wait=True)
        for worker in self._all:
            worker.close()

    def _run(self, reading: ToRead) -> Sequence[Product]:
        with self._one() as worker:
            return () if self._closing else reading(worker)

    def _wait_for_one(self) -> None:
        """Waits until a process that runs is free; no longer, all waits together, than the start of another takes."""
        started = time.monotonic()
        left = max(0.0, self._patience - self._waited) if self._fresh else None
        if self._free.wait_for(lambda: self._begun, timeout=left):
            self._waited += time.monotonic() - started
        else:
            self._waited = 0.0

    @contextlib.contextmanager
    def _one(self) -> Iterator[Worker]:
        """A worker for a while: one whose process runs, or where none has been free for a while, another."""
        with self._free:
            if len(self._fresh) < len(self._all):
                self._wait_for_one()
            worker = (self._begun or self._fresh).pop()
        try:
            yield worker
        finally:
            with self._free:
                self._begun.append(worker)
                self._free.notify()


def _held(ahead: Sequence[tuple[Document, Future[Sequence[Product]]]]) -> int:
    """How many characters have been read and wait to be taken."""
    done = (future for _, future in ahead if future.done() and not future.cancelled() and not future.exception())
    return sum(
        len(product.extracted.text)
        for future in done
        for product in future.result()
        if isinstance(product, ExtractedProduct)
    )
