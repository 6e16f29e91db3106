"""Takes one document through its steps: receive, extract, segment."""

from __future__ import annotations

import io
import logging
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, BinaryIO, Protocol, cast

from lyceum import text as texts
from lyceum.archive import containers
from lyceum.archive.extract import detect
from lyceum.archive.extractors.dates import date_in_address
from lyceum.archive.feeds import FEED, feed_documents
from lyceum.archive.instructions import find_instructions, flagged
from lyceum.archive.likeness import sketch
from lyceum.archive.model import FIELDS, Block, Extracted, Metadata, Page
from lyceum.archive.pagesets import (
    HEAD,
    files_of_page_set,
    is_page_set,
    is_recognised,
    may_be_recognised,
    pack,
)
from lyceum.archive.parts import Part, is_compound
from lyceum.archive.segment import segment, speaks
from lyceum.archive.sources import AS_USUAL, Found, HowToRead, MetadataTable
from lyceum.archive.spoken import UNKNOWN, Spoken
from lyceum.archive.store import (
    READABLE,
    BlobStore,
    Document,
    ExtractedProduct,
    Failure,
    Holdings,
    Outcome,
    Product,
    Received,
    SegmentedProduct,
    State,
)
from lyceum.archive.webarchive import Passed, Revisit, Tell, is_web_archive, web_records
from lyceum.archive.webnames import WebDocument
from lyceum.archive.wordpress import wordpress_export
from lyceum.errors import ExtractionFailed, ReceiveFailed, StepFailed

log = logging.getLogger(__name__)

_LANGUAGE_IN_DOUBT = ("html", "docx", "pdf", "wordpress")
_WORDS_TO_TRUST_DETECTION = 100
_START = 4_000
_HEAD = 4_096
_WXR = "application/x-wxr+xml"
OCR_LANGUAGES = "ocr_languages"
_MAY_BE_SCANS = (".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".tar", ".tgz", ".gz", ".zip")
_LOOKED_AT, _MOST = 2_000, 0.8
# What a place says about a document is weaker than what the document says itself.
_HINTS = ("warc:", "web:", "feed:", "sitemap:", "wordpress:")


class Worker(Protocol):
    """Extracts one file within limits."""

    def extract(self, path: Path, name: str, spoken: Spoken) -> Extracted:
        """The text of a file; raises ExtractionFailed."""
        ...

    def parts(self, path: Path, name: str, options: Mapping[str, Any]) -> Iterator[Part]:
        """The documents that a file holds; raises ExtractionFailed."""
        ...


ToRead = Callable[[Worker], Sequence[Product]]
"""Reads one version with a worker, in any thread: nothing is stored until its products are."""


class Workers(Worker, Protocol):
    """Some that read at once."""

    def in_order(
        self, claim: Callable[[], tuple[Document, ToRead] | None]
    ) -> Iterator[tuple[Document, Callable[[], Sequence[Product]]]]:
        """Each claimed document with what gives the products of its reading, in the order of the claims."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was taken in."""

    document: Document
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not, and why."""

    source: str
    failure: Failure


class Intake:
    """The archive's side of ingestion; each step may be repeated and is done whole or not at all."""

    def __init__(
        self,
        catalogue: Holdings,
        blobs: BlobStore,
        worker: Workers,
        *,
        largest_file: int,
        options: Mapping[str, Any] = MappingProxyType({}),
        ocr_languages: str = "",
    ) -> None:
        self._catalogue = catalogue
        self._blobs = blobs
        self._worker = worker
        self._largest_file = largest_file
        self._options = options
        self._ocr_languages = ocr_languages
        self._common: dict[str, str] | None = None
        # A store that fetches what it opens makes room for it, one at a time.
        self._opening = threading.Lock()
        self.notes: list[str] = []

    def receive(
        self,
        found: Found,
        table: MetadataTable,
        given: Metadata,
        tell: Tell | None = None,
        *,
        how: HowToRead = AS_USUAL,
    ) -> Iterator[Taken | Refused]:
        """Stores a file, each file of an archive, or each document in a file; one result for each.

        `tell` hears how far a large one is read.
        """
        try:
            if found.path.is_dir():
                yield self._receive_folder(found, table, given)
                return
            with found.path.open("rb") as stream:
                # Opened once: the source may be a pipe.
                kind = detect(stream.peek(_HEAD)[:_HEAD], found.path.name)
                if not _holds_documents(kind):
                    yield self._receive_stream(stream, found.source, found.path.name, table, given)
                    return
            yield from self._receive_held(kind, found, table, given, tell, how)
        except StepFailed as error:
            yield Refused(found.source, Failure.of(error))
        except OSError as error:
            failed = ReceiveFailed(
                f"“{found.path.name}” cannot be read: {error.strerror or error}.",
                hint="Give the user that runs Lyceum the right to read it.",
            )
            yield Refused(found.source, Failure.of(failed))

    def _receive_held(
        self, kind: str, found: Found, table: MetadataTable, given: Metadata, tell: Tell | None, how: HowToRead
    ) -> Iterator[Taken | Refused]:
        """Each document that a file of a kind holds."""
        if is_web_archive(kind):
            yield from self._receive_captures(found, table, given, tell)
        elif kind == _WXR:
            for post in wordpress_export(found.path, found.path.name, found.source, comments=how.comments):
                yield self.receive_document(post, table, given)
        elif kind == FEED:
            for entry in feed_documents(found.path, found.path.name, found.source):
                yield self.receive_document(entry, table, given)
        elif is_compound(kind):
            yield from self._receive_parts(found.path, found.source, table, given)
        elif _is_one_volume(found):
            with found.path.open("rb") as stream:
                yield self._receive_stream(stream, found.source, found.path.name, table, given)
        else:
            yield from self._receive_members(found, table, given, tell, how)

    def receive_document(self, document: WebDocument, table: MetadataTable, given: Metadata) -> Taken | Refused:
        """Stores a document that came in one piece, with what its place says about it."""
        try:
            with document.open() as stream:
                return self._receive_stream(stream, document.source, document.name, table, given, document.hints)
        except StepFailed as error:
            return Refused(document.source, Failure.of(error))

    def extract(self, document: Document) -> Document:
        """Takes the text out of the file; a failure is recorded with the version."""
        return self._catalogue.advance(document, self._extracted(document, self._worker, self._spoken(document)))

    def reading(self, document: Document) -> ToRead:
        """What takes the text out of a version and cuts it into passages; it raises StoreDamaged."""

        if document.state is State.EXTRACTED:
            stored = stored_extract(self._catalogue, document)
            return lambda _: (SegmentedProduct(segment(stored, document.metadata.language)),)

        spoken = self._spoken(document)

        def read(worker: Worker) -> Sequence[Product]:
            product = self._extracted(document, worker, spoken)
            if isinstance(product, Failure):
                return (product,)
            return product, SegmentedProduct(segment(product.extracted, product.metadata.language))

        return read

    def store(self, document: Document, products: Sequence[Product]) -> Document:
        """Writes what a reading gave, step by step."""
        with self._catalogue.together():
            for product in products:
                document = self._catalogue.advance(document, product)
        return document

    def segment(self, document: Document, extracted: Extracted) -> Document:
        """Cuts the stored text into passages."""
        segments = segment(extracted, document.metadata.language)
        return self._catalogue.advance(document, SegmentedProduct(segments))

    def in_order(
        self, claim: Callable[[], tuple[Document, ToRead] | None]
    ) -> Iterator[tuple[Document, Callable[[], Sequence[Product]]]]:
        """The products of each claimed reading, in the order of the claims; some are read ahead."""
        return self._worker.in_order(claim)

    def _spoken(self, document: Document) -> Spoken:
        """What is known of the languages of a document that may be a scan."""
        if not document.name.lower().endswith(_MAY_BE_SCANS):
            return UNKNOWN
        known = document.metadata.language or self._spoken_in(document.metadata.collection, document)
        asked = document.metadata.extra.get(OCR_LANGUAGES, "")
        if self._ocr_languages and not asked:
            asked = "+".join(filter(None, (self._ocr_languages, known)))
        return Spoken(asked, known)

    def _spoken_in(self, collection: str | None, first: Document) -> str:
        """The language of most of what a collection held before; empty where it is of many, or new.

        Later documents are not looked at, so that it is the same however many are read at once.
        """
        if self._common is None:
            before = takewhile(lambda one: one.row < first.row, self._catalogue.find(states=READABLE))
            said = Counter((one.metadata.collection, one.metadata.language) for one in islice(before, _LOOKED_AT))
            held = Counter[str | None]()
            for (name, _), number in said.items():
                held[name] += number
            self._common = {
                name: language
                for (name, language), number in said.items()
                if name and language and number >= _MOST * held[name]
            }
        return self._common.get(collection or "", "")

    def _extracted(self, document: Document, worker: Worker, spoken: Spoken) -> ExtractedProduct | Failure:
        try:
            with self._opening:
                path = self._blobs.open(document.sha256)
            extracted = worker.extract(path, document.name, spoken)
        except ExtractionFailed as error:
            log.info("extraction failed", extra={"document": document.id, "code": error.code})
            return Failure.of(error)
        metadata = resolve(extracted, given=document.metadata, name=document.name)
        metadata, notes = flagged(metadata, find_instructions(extracted.text))
        noted = replace(extracted, notes=(*extracted.notes, *notes))
        return ExtractedProduct(noted, metadata, sketch(extracted.text))

    def _receive_folder(self, found: Found, table: MetadataTable, given: Metadata) -> Taken | Refused:
        """A folder of page images is one document: it is kept as a tar of its files."""
        with tempfile.TemporaryFile() as packed:
            pack(files_of_page_set(found.path), found.path, packed)
            packed.seek(0)
            return self._receive_stream(cast(BinaryIO, packed), found.source, f"{found.path.name}.tar", table, given)

    def _receive_parts(
        self, path: Path, source: str, table: MetadataTable, given: Metadata
    ) -> Iterator[Taken | Refused]:
        """Each document in a file; the file as it is where it holds one."""
        name = PurePosixPath(source.rsplit("!/", 1)[-1]).name
        for part in self._worker.parts(path, name, self._options):
            try:
                if part.data is None:
                    with path.open("rb") as stream:
                        yield self._receive_stream(stream, source, name, table, given)
                else:
                    yield self._receive_stream(io.BytesIO(part.data), f"{source}!/{part.name}", part.name, table, given)
            except StepFailed as error:
                yield Refused(f"{source}!/{part.name}", Failure.of(error))

    def _receive_captures(
        self, found: Found, table: MetadataTable, given: Metadata, tell: Tell | None
    ) -> Iterator[Taken | Refused]:
        """Each document that a web archive has captured; a later capture of the same content is a source of it."""
        passed, earlier = Passed(), dict[str, Document]()
        try:
            for record in web_records(found.path, found.source, passed, tell):
                if isinstance(record, Revisit):
                    if record.digest in earlier:
                        yield self._receive_revisit(record, earlier[record.digest], table, given)
                    else:
                        passed.note("revisits of captures that are not here")
                    continue
                capture, digest = record
                result = self.receive_document(capture, table, given)
                if isinstance(result, Taken) and digest:
                    earlier[digest] = result.document
                yield result
        finally:
            if passed.why:
                said = ", ".join(f"{number} {why}" for why, number in sorted(passed.why.items()))
                self.notes.append(f"{found.path.name}: of {passed.records} records these were passed over: {said}.")

    def _receive_revisit(self, revisit: Revisit, earlier: Document, table: MetadataTable, given: Metadata) -> Taken:
        """Another capture of what was captured before."""
        said = table.about(revisit.source).over(given)
        size = self._blobs.open(earlier.sha256).stat().st_size
        received = Received(revisit.source, earlier.name, earlier.sha256, size, said)
        document, outcome = self._catalogue.add(received)
        return Taken(document, outcome)

    def _receive_members(
        self, found: Found, table: MetadataTable, given: Metadata, tell: Tell | None, how: HowToRead
    ) -> Iterator[Taken | Refused]:
        for member in containers.expand(found.path, found.source):
            name = PurePosixPath(member.name.rsplit("!/", 1)[-1]).name
            try:
                with member.open() as stream:
                    kind = detect(cast(io.BufferedReader, stream).peek(_HEAD)[:_HEAD], name)
                    if containers.is_container(kind) or not _holds_documents(kind):
                        yield self._receive_stream(stream, member.name, name, table, given)
                        continue
                    with tempfile.TemporaryDirectory() as folder:
                        unpacked = Found(Path(folder) / name, member.name)
                        with unpacked.path.open("wb") as out:
                            shutil.copyfileobj(stream, out)
                        yield from self._receive_held(kind, unpacked, table, given, tell, how)
            except StepFailed as error:
                yield Refused(member.name, Failure.of(error))

    def _receive_stream(
        self,
        stream: BinaryIO,
        source: str,
        name: str,
        table: MetadataTable,
        given: Metadata,
        hints: Metadata | None = None,
    ) -> Taken | Refused:
        try:
            sha256, size = self._blobs.put(stream, limit=self._largest_file)
        except ValueError as error:
            raise ExtractionFailed(
                f"“{name}” is larger than {self._largest_file // 1_000_000} MB.",
                hint="Split it, or raise largest_file_mb in the settings.",
                code="too_large",
            ) from error
        said = table.about(source).over(given)
        document, outcome = self._catalogue.add(Received(source, name, sha256, size, said, hints or Metadata()))
        return Taken(document, outcome)


def _is_one_volume(found: Found) -> bool:
    """Whether the files of an archive are the pages of one document."""
    names = containers.names(found.path, found.source)
    if not may_be_recognised(names):
        return is_page_set(names)
    first = next(iter(containers.expand(found.path, found.source)), None)
    return first is not None and is_recognised(first.open().read(HEAD))


def _holds_documents(kind: str) -> bool:
    return kind in (_WXR, FEED) or is_web_archive(kind) or containers.is_container(kind) or is_compound(kind)


def resolve(extracted: Extracted, *, given: Metadata, name: str) -> Metadata:
    """The metadata that stands: what was said when adding, over what the file says, over what it shows."""
    firm, hints = _parted(given)
    stated = firm.over(extracted.metadata).over(hints)
    if (detected := _other_language(extracted.text, stated)) is not None:
        stated = replace(
            stated,
            language=detected,
            provenance=MappingProxyType({**stated.provenance, "language": "detected"}),
        )
    in_address = date_in_address(stated.address or "") if hints.address else None
    return stated.over(Metadata.stated("web:address (likely)", date=in_address)).over(
        Metadata.stated("file-name", title=_title_from(name))
    )


def _other_language(text: str, stated: Metadata) -> str | None:
    """The language that a text is in where none is stated, or a page's word for it is in doubt; None where not."""
    language, source = stated.language, stated.provenance.get("language", "")
    if not language and not source:
        return texts.detect_language(text)
    start = text[:_START]
    # Whether a text speaks a language shows sooner than which of a hundred it speaks.
    if not source.startswith(_LANGUAGE_IN_DOUBT) or speaks(texts.words(start), language):
        return None
    detected = texts.detect_language(text)
    doubtful = detected not in ("und", texts.primary(language))
    return detected if doubtful and texts.word_count(start) >= _WORDS_TO_TRUST_DETECTION else None


def _parted(given: Metadata) -> tuple[Metadata, Metadata]:
    """What was said when adding, and what only the place hints at."""
    weak = {name for name, source in given.provenance.items() if source.startswith(_HINTS)}

    def some(wanted: bool) -> Metadata:
        fields = {name: getattr(given, name) for name in FIELDS if (name in weak) is wanted and getattr(given, name)}
        extra = {name: value for name, value in given.extra.items() if (name in weak) is wanted}
        places = {name: source for name, source in given.provenance.items() if (name in weak) is wanted}
        return Metadata(**fields, extra=MappingProxyType(extra), provenance=MappingProxyType(places))

    return some(False), some(True)


def _title_from(name: str) -> str:
    stem = name.rsplit(".", 1)[0] if "." in name[1:] else name
    stem = stem.removesuffix(".tar").removesuffix(".row")
    return " ".join(stem.replace("_", " ").split())


def stored_extract(catalogue: Holdings, document: Document) -> Extracted:
    """The extracted text of a version as it was stored, with its blocks and pages."""
    structure = catalogue.structure(document)
    return Extracted(
        text=catalogue.read(document),
        blocks=tuple(Block(*block) for block in structure["blocks"]),
        pages=tuple(Page.from_row(page) for page in structure["pages"]),
        metadata=document.metadata,
    )
