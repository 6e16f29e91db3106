"""Does the steps that wait: extraction, segmentation, the index of words, vectors, removals, another embedder."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from lyceum.archive import (
    READABLE,
    Document,
    Failure,
    Intake,
    LimitedWorker,
    LimitedWorkers,
    Moved,
    Product,
    State,
    ToRead,
    sensible_number,
)
from lyceum.errors import ClaimLost, LyceumError, ModelFailed, ModelMissing, StoreDamaged, UnknownDocument
from lyceum.library import parts
from lyceum.library.home import Home
from lyceum.search import EmbeddedIndex, Embedder, Entry, KeptIndex, discard, expect_vectors, facts_of, write_whole

log = logging.getLogger(__name__)

_TEXT_BATCH = 4_000
_VECTOR_BATCH = 1_000
_BATCH_SECONDS = 2.0
_LOOK_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 30.0
_EMBED_CHUNK = 256
_UNREAD = (State.RECEIVED, State.EXTRACTED, State.SEGMENTED, State.REMOVING)

Progress = Callable[[str, int, int], None]
"""Told how far long work has come: the step, how much is done, and of how much."""


class Workshop(Home):
    """A home in which work is done."""

    def work(self, progress: Progress | None = None) -> None:
        """Does every step that waits: extraction, indexing, vectors."""
        tell = progress or silent
        with self._workers() as workers, self._writing():
            self._work(self._intake(workers), tell)
            self._embed(tell)
            if self._settings.embedder != self._embedder_in_use():
                self._switch_embedder(tell)
            elif isinstance(self.index, EmbeddedIndex):
                self.index.discard_other_vectors()

    def serve(self, *, once: bool = False, vectors: bool = True) -> None:
        """Does what waits, and then what comes, until `stop` is called; with `once`, until nothing waits.

        Any number of machines may do so on one shared home. What cannot be reached is awaited.
        """
        with self._workers() as workers:
            intake, pause = self._intake(workers), _LOOK_SECONDS
            while not self._stopping.is_set():
                try:
                    self._reread_due()
                    self._serve_waiting(intake, vectors=vectors)
                    pause = _LOOK_SECONDS
                except LyceumError as error:
                    if once or not error.retryable:
                        raise
                    pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
                    log.warning("%s Trying again in %d s.", error.message, pause)
                if once:
                    return
                self._stopping.wait(pause)

    def stop(self) -> None:
        """Ends `serve` after the document at hand; may be called from a signal handler or another thread."""
        self._stopping.set()

    def reindex(self, *, vectors: bool = True, progress: Progress | None = None) -> None:
        """Throws the index away and makes it anew from the stored texts; without `vectors`, only that of the words."""
        with self._writing(damaged=vectors):
            if index := self.__dict__.pop("index", None):
                index.close()
            folder = self._settings.home / "index"
            if self._settings.shared:
                # Before the states: another machine may index what is waiting at once.
                parts.discard_shard_files(self._settings)
            elif not vectors:
                expect_vectors(folder, embedder=self._space().name, dimension=self._space().dimension)
            # First the states, then the files: killed between them, the next writer indexes what is waiting.
            for document in list(self._catalogue.find(states=(State.SEARCHABLE, State.INDEXED))):
                self._catalogue.advance(document, Moved(State.SEGMENTED))
            if not self._settings.shared:
                discard(folder if vectors else folder / "text")
        self.work(progress)

    def waiting(self) -> int:
        """How many versions wait for a step before they can be found by words."""
        counts = self._catalogue.counts()
        return sum(counts.get(state, 0) for state in _UNREAD)

    def _workers(self) -> LimitedWorkers:
        """The processes that read files; use them as a context manager."""
        settings = self._settings
        limits = {"seconds": settings.extraction_seconds, "memory_mb": settings.extraction_memory_mb}
        number = settings.extraction_processes or sensible_number(settings.extraction_memory_mb)
        return LimitedWorkers(lambda: LimitedWorker(**limits), number)

    def _intake(self, workers: LimitedWorkers, mapping: Mapping[str, Any] = MappingProxyType({})) -> Intake:
        limit = self._settings.largest_file_mb * 1_000_000
        return Intake(
            self._catalogue, self._blobs, workers, largest_file=limit, options=mapping,
            ocr_languages=self._settings.ocr_languages,
        )  # fmt: skip

    def _work(self, intake: Intake, tell: Progress) -> None:
        """Extraction, segmentation and text index for all that waits; text is searchable in batches."""
        self._blobs.sweep()
        self._finish_removals()
        counts = self._catalogue.counts()
        total = counts.get(State.RECEIVED, 0) + counts.get(State.EXTRACTED, 0)
        done, pending, since = 0, 0, time.monotonic()
        tell("extract", done, total)
        for document, read in intake.in_order(lambda: self._next_unread(intake)):
            if stored := self._store(document, read, intake):
                pending += stored.passages
            done += 1
            tell("extract", done, total)
            if pending >= _TEXT_BATCH or time.monotonic() - since > _BATCH_SECONDS:
                self._index_text()
                pending, since = 0, time.monotonic()
            if self._stopping.is_set():
                break
        self._index_text()

    def _next_unread(self, intake: Intake) -> tuple[Document, ToRead] | None:
        """The next version whose text is to be taken out or cut into passages, and what does so."""
        if self._stopping.is_set():
            return None
        document = self._catalogue.claim_next(State.RECEIVED) or self._catalogue.claim_next(State.EXTRACTED)
        return (document, intake.reading(document)) if document else None

    def _store(self, document: Document, read: Callable[[], Sequence[Product]], intake: Intake) -> Document | None:
        """Stores what was read of a document; None where another worker has it now."""
        try:
            return intake.store(document, read())
        except (ClaimLost, UnknownDocument) as error:
            log.info("another has it", extra={"document": document.id, "code": error.code})
            return None
        except StoreDamaged as error:
            if not self._settings.shared:
                raise
            # One file that is gone must not stop every worker in turn.
            self._advance(document, Failure("extract", error.code, error.message, error.hint))
            return None

    def _advance(self, document: Document, product: Product) -> None:
        """Moves a version on, unless another worker has it now."""
        with contextlib.suppress(ClaimLost, UnknownDocument):
            self._catalogue.advance(document, product)

    def _index_text(self) -> None:
        while batch := self._claimed(State.SEGMENTED, _TEXT_BATCH):
            newest = [document for document in batch if self._is_newest(document)]
            for document in batch:
                if document not in newest:
                    self._advance(document, Moved(State.SUPERSEDED))
            older = [v.row for d in newest for v in self._catalogue.versions(d.id) if v.row != d.row]
            self.index.put(map(self._entry, newest), without=older, revision=self._catalogue.revision)
            with self._catalogue.together():
                for document in newest:
                    self._advance(document, Moved(State.SEARCHABLE))
            self._take_back([document for document in newest if not self._is_newest(document)])

    def _take_back(self, documents: Sequence[Document]) -> None:
        """Takes out of the index what another worker made old, or a removal took out, while it was put in."""
        if not documents:
            return
        self.index.put((), without=[document.row for document in documents], revision=self._catalogue.revision)
        for document in documents:
            current = {version.row: version for version in self._catalogue.versions(document.id)}
            if document.row in current and current[document.row].state in READABLE:
                self._advance(document, Moved(State.SUPERSEDED))

    def _is_newest(self, document: Document) -> bool:
        """Whether no newer content of the document can be read; the source may have changed since a kill."""
        versions = self._catalogue.versions(document.id)
        return document.number == max((v.number for v in versions if v.state in READABLE), default=-1)

    def _embed(self, tell: Progress) -> None:
        """Vectors for all that waits for them, as far as the embedder can be had."""
        try:
            self._make_vectors(tell)
        except (ModelMissing, ModelFailed) as error:
            log.warning("%s %s", error.message, error.hint)

    def _make_vectors(self, tell: Progress) -> None:
        total = self._catalogue.counts().get(f"{State.SEARCHABLE}:passages", 0)
        embedder = self.embedder if total else None
        # Newest first: what was just added is what will be asked for next.
        claimed = iter(lambda: self._claimed(State.SEARCHABLE, _VECTOR_BATCH, newest=True), [])
        for batch in self._attach_vectors(self.index, embedder, claimed, total, tell):
            with self._catalogue.together():
                for document in batch:
                    self._advance(document, Moved(State.INDEXED))

    def _switch_embedder(self, tell: Progress) -> None:
        """Makes the vectors of the embedder that is set beside those in use, and goes over to them when all are there.

        What a killed process had made is kept; searches go on with the old ones until then.
        """
        try:
            embedder = parts.make_embedder(self._settings)
            folder = self._settings.home / "index"
            beside = EmbeddedIndex(folder, embedder=embedder.name, dimension=embedder.dimension)
            documents = list(self._catalogue.find(states=(State.INDEXED,)))
            batches, total = _in_batches(documents, _VECTOR_BATCH), sum(document.passages for document in documents)
            for _ in self._attach_vectors(beside, embedder, batches, total, tell):
                pass
            if self._stopping.is_set():
                return
            # What a killed switch had made may have been removed, replaced or described anew since.
            beside.agree_on_vectors(facts_of(self._catalogue.passages_of(document)[0]) for document in documents)
        except (ModelMissing, ModelFailed) as error:
            log.warning("%s %s", error.message, error.hint)
            return
        write_whole(self._in_use_file, self._settings.embedder.encode())
        self._notice_switch()
        beside.discard_other_vectors()

    def _attach_vectors(
        self, index: KeptIndex, embedder: Embedder | None, batches: Iterable[list[Document]], total: int, tell: Progress
    ) -> Iterator[list[Document]]:
        """Gives an index the vectors that it lacks, and each batch of documents back when its vectors are there."""
        done = 0
        for batch in batches:
            have = index.with_vectors([document.row for document in batch])
            made = []
            for document in batch:
                if embedder is None or have.get(document.row) == document.passages:
                    continue
                passages = self._catalogue.passages_of(document)
                rows = []
                for start in range(0, len(passages), _EMBED_CHUNK):
                    if self._stopping.is_set():
                        return
                    tell("embed", done, total)
                    rows.append(embedder.embed_passages([p.text for p in passages[start : start + _EMBED_CHUNK]]))
                    done += len(rows[-1])
                if rows:
                    made.append((facts_of(passages[0]), _stack(rows)))
            index.attach(made)
            yield batch
        tell("embed", total, total)

    def _finish_removals(self) -> None:
        leaving = list(self._catalogue.find(states=(State.REMOVING,)))
        if not leaving:
            return
        self.index.put((), without=[version.row for version in leaving], revision=self._catalogue.revision)
        for document in dict.fromkeys(version.id for version in leaving):
            for sha256 in self._catalogue.remove(document):
                self._blobs.remove(sha256)

    def _entry(self, document: Document) -> Entry:
        passages = self._catalogue.passages_of(document)
        facts = facts_of(passages[0])
        return Entry(facts, passages)

    def _claimed(self, state: State, passages: int, *, newest: bool = False) -> list[Document]:
        """Versions in a state with about so many passages, which are ours to work on."""
        batch: list[Document] = []
        size = 0
        while size < passages and not self._stopping.is_set():
            document = self._catalogue.claim_next(state, newest=newest)
            if document is None:
                break
            batch.append(document)
            size += document.passages
        return batch

    def _reread_due(self) -> None:
        """A home whose sources can be read again does so here when their time has come."""

    def _serve_waiting(self, intake: Intake, *, vectors: bool) -> None:
        lacking = vectors and self._catalogue.counts().get(State.SEARCHABLE)
        if self.waiting() or (lacking and self._optional_embedder()):
            with self._writing():
                self._work(intake, silent)
                if vectors:
                    self._embed(silent)


def _in_batches(documents: Iterable[Document], passages: int) -> Iterator[list[Document]]:
    batch: list[Document] = []
    size = 0
    for document in documents:
        batch.append(document)
        size += document.passages
        if size >= passages:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _stack(rows: list[Any]) -> Any:
    import numpy as np  # noqa: PLC0415

    return np.vstack(rows)


def silent(_step: str, _done: int, _total: int) -> None:
    """Progress that nobody follows."""
