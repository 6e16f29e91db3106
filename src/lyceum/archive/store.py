"""Keeps the archive: the catalogue with its states, the texts, and the files as they came.

The catalogue is the truth; indexes follow it. A document is one work from one or more sources; each content
that it has had is a version, and every version stays citable. The embedded default is one SQLite file in WAL
mode and a folder of files named by their SHA-256.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import shutil
import sqlite3
import threading
import time
import weakref
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from lyceum.archive.corrections import joined
from lyceum.archive.likeness import ALIKE, bands, likeness
from lyceum.archive.model import Extracted, Metadata, Page
from lyceum.archive.segment import PageFinder, Segment
from lyceum.errors import NO_ROOM, DiskFull, HomeError, StepFailed, StoreDamaged, UnknownDocument, unwritable

PASSAGES_PER_VERSION = 1 << 20
TEXT_BLOCK = 4_096
_SCHEMA_VERSION = 2
_WAL_ATTEMPTS = 250
_ROOM = 1 << 16


class State(StrEnum):
    """How far a version has come."""

    RECEIVED = "received"
    EXTRACTED = "extracted"
    SEGMENTED = "segmented"
    SEARCHABLE = "searchable"
    INDEXED = "indexed"
    SUPERSEDED = "superseded"
    REMOVING = "removing"
    FAILED = "failed"


READABLE = (State.SEGMENTED, State.SEARCHABLE, State.INDEXED)
WITH_TEXT = (State.EXTRACTED, *READABLE, State.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a version stands still: the step that failed, and the error's code, message and hint."""

    step: str
    code: str
    message: str
    hint: str

    @classmethod
    def of(cls, error: StepFailed) -> Failure:
        """What is kept of an error."""
        return cls(error.step, error.code, error.message, error.hint)

    def as_dict(self) -> dict[str, str]:
        """Plain values for JSON."""
        return {"step": self.step, "code": self.code, "message": self.message, "hint": self.hint}


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it came: where from, its bytes' SHA-256, what was said about it, and weaker `hints` of its place."""

    source: str
    name: str
    sha256: str
    size: int
    given: Metadata
    hints: Metadata = field(default_factory=Metadata)

    @property
    def known(self) -> Metadata:
        """All that is known before it is read."""
        return self.given.over(self.hints)


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a document with what is known of it; `row` is the catalogue's own short number."""

    id: str
    version: str
    number: int
    row: int
    source: str
    name: str
    sha256: str
    metadata: Metadata
    state: State
    passages: int
    characters: int
    text_sha256: str = ""
    notes: tuple[str, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of a document, the unit that is searched: `text[start:end] == passage.text`."""

    id: str
    key: int
    document: Document
    start: int
    end: int
    text: str
    pages: tuple[Page, ...]
    heading: str
    own_language: str = ""

    @property
    def page(self) -> str | None:
        """The printed page on which it stands, `"12–13"` over a page break, None where there are no pages."""
        return PageFinder(self.pages).label(self.start, self.end)

    @property
    def language(self) -> str:
        """The language of its text, its own where the document changes to another; `und` where it is not known."""
        return self.own_language or self.document.metadata.language or "und"


class Outcome(StrEnum):
    """What became of a received file."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class Catalogue(Protocol):
    """What the archive holds, and how far each version has come.

    Every method is one transaction. `advance` writes what a step produced together with the new state, so
    that a step is either done or has left nothing.
    """

    def add(self, received: Received) -> tuple[Document, Outcome]:
        """Records a file. The same bytes from anywhere are one document; new bytes from a known source are
        a new version of its document. A version that had failed is received again."""
        ...

    def get(self, document: str, *, version: str | None = None) -> Document:
        """The current version, or the named one; raises UnknownDocument."""
        ...

    def find(self, *, states: Sequence[State]) -> Iterator[Document]:
        """All versions in these states, in the order in which they came."""
        ...

    def advance(self, document: Document, product: Product) -> Document:
        """Writes a step's product and moves the version on."""
        ...

    def claim_next(self, state: State, *, newest: bool = False) -> Document | None:
        """The oldest version in this state that nobody works on, or the newest; None when there is none.

        It is the caller's until a step other than extraction moves it on, until the caller gives it back, or
        until the caller is gone; `advance` then raises ClaimLost for one who comes too late.
        """
        ...

    def together(self) -> contextlib.AbstractContextManager[None]:
        """Within it, what is written may be written as one, which is faster; kept short, since others wait."""
        ...

    def remove(self, document: str) -> list[str]:
        """Deletes those of a document's versions that are marked as leaving, or all where none is.

        Returns the SHA-256 of files that none needs any more.
        """
        ...


class Texts(Protocol):
    """The stored texts, read by place."""

    def read(self, document: Document, start: int = 0, end: int | None = None) -> str:
        """The text of a version between two offsets."""
        ...

    def pages(self, document: Document) -> list[Page]:
        """The pages of a version in order; none for a document without pages."""
        ...

    def passages(self, keys: Sequence[int]) -> list[Passage]:
        """The passages of these keys in the same order; keys that are gone are left out."""
        ...

    def passages_of(self, document: Document) -> list[Passage]:
        """All passages of a version in order."""
        ...

    def languages(self, keys: Sequence[int]) -> list[str]:
        """The language of each of these passages, without reading their text; `und` for keys that are gone."""
        ...

    def alike(self, document: Document) -> list[tuple[Document, float]]:
        """The versions of other documents whose texts may be nearly its own, with how like they are, likest first."""
        ...

    def kin(self) -> list[tuple[int, int]]:
        """Pairs of readable versions, by row, whose texts are nearly the same; enough of them to join each family."""
        ...


class Records(Protocol):
    """What the library asks of a catalogue besides: counts, history, and the end of its work."""

    @property
    def revision(self) -> int:
        """A number that grows with every change."""
        ...

    def structure(self, document: Document) -> dict[str, Any]:
        """The stored blocks and pages, as lists of plain values."""
        ...

    def sources(self, document: str) -> list[str]:
        """Every source from which the document's bytes have come."""
        ...

    def versions(self, document: str) -> list[Document]:
        """All versions of a document, oldest first."""
        ...

    def describe(self, document: Document, said: Metadata) -> Document:
        """Lays what a librarian says over what was known; a version that can be read is indexed again for it."""
        ...

    def counts(self) -> dict[str, int]:
        """How many versions and passages stand in each state, as `state` and `state:passages`."""
        ...

    def give_back(self) -> None:
        """Lets others have what was claimed and not moved on."""
        ...

    def close(self) -> None:
        """Gives back what is held, the connection too."""
        ...


class Holdings(Catalogue, Texts, Records, Protocol):
    """All that a home needs of the place in which its catalogue and its texts are kept."""


class BlobStore(Protocol):
    """The files as they came, each under the SHA-256 of its bytes."""

    def put(self, stream: BinaryIO, *, limit: int) -> tuple[str, int]:
        """Stores a stream; returns its SHA-256 and size. Raises ValueError past `limit` bytes."""
        ...

    def open(self, sha256: str) -> Path:
        """A local path to read the file from; raises StoreDamaged when it is missing."""
        ...

    def has(self, sha256: str) -> bool:
        """Whether the file is here."""
        ...

    def remove(self, sha256: str) -> None:
        """Deletes the file, if it is here."""
        ...

    def names(self) -> Iterator[str]:
        """The SHA-256 of every file that is here."""
        ...


class KeptBlobs(BlobStore, Protocol):
    """A BlobStore that tidies up after writers that are gone."""

    def sweep(self) -> None:
        """Deletes what writers on this machine left that are no longer running."""
        ...


@dataclass(frozen=True, slots=True)
class ExtractedProduct:
    """Text taken out of a file, with the metadata as resolved, and its sketch, by which others like it are found."""

    extracted: Extracted
    metadata: Metadata
    sketch: bytes = b""


@dataclass(frozen=True, slots=True)
class SegmentedProduct:
    """The passages of a version."""

    segments: Sequence[Segment]


@dataclass(frozen=True, slots=True)
class Moved:
    """A step that wrote elsewhere: only the state moves."""

    state: State


Product = ExtractedProduct | SegmentedProduct | Moved | Failure


def document_id(sha256: str) -> str:
    """The id of a document whose first version has these bytes."""
    return sha256[:16]


@contextlib.contextmanager
def _damage_told() -> Iterator[None]:
    """Turns what SQLite says of its file into our errors, whenever it is found out."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise DiskFull(
                "The catalogue could not be written: the disk is full.",
                hint="Make room and run the same command again; what was stored before is kept.",
            ) from error
        raise HomeError(
            f"The catalogue cannot be used: {error}.",
            hint="Look at the disk's free space and the right to write there; what was stored before is kept.",
        ) from error
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        raise StoreDamaged(
            f"The catalogue is damaged: {error}.",
            hint="Restore the home from a backup; the files that were added are still in its blobs folder.",
        ) from error


class _Cursor(sqlite3.Cursor):
    def fetchone(self) -> Any:
        with _damage_told():
            return super().fetchone()

    def fetchall(self) -> list[Any]:
        with _damage_told():
            return super().fetchall()


class _Connection(sqlite3.Connection):
    def __del__(self) -> None:
        # Its thread has ended.
        self.close()

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        with _damage_told():
            return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any) -> sqlite3.Cursor:
        with _damage_told():
            return super().executemany(sql, parameters)


class _Here(threading.local):
    """What each thread has of its own: a connection, to which transactions belong, and the versions it remembers."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self.db = connect()
        self.together = False
        self.known: dict[int, Document | None] = {}
        self.spoken: dict[int, str] = {}
        self.known_at = (0, 0)


def document_of(row: Any) -> Document:
    """The version that a row of the table of versions describes, whichever database gave it."""
    return Document(
        id=row["document"],
        version=row["id"],
        number=row["number"],
        row=row["row"],
        source=row["source"],
        name=row["name"],
        sha256=row["sha256"],
        metadata=Metadata.from_dict(json.loads(row["metadata"])),
        state=State(row["state"]),
        passages=row["passages"],
        characters=row["characters"],
        text_sha256=row["text_sha256"],
        notes=tuple(json.loads(row["notes"])),
        failure=Failure(**json.loads(row["failure"])) if row["failure"] else None,
    )


def passage_of(document: Document, n: int, place: Any, text: str) -> Passage:
    """The passage that a row of the table of passages describes."""
    return Passage(
        id=f"{document.version}.{n}",
        key=document.row * PASSAGES_PER_VERSION + n,
        document=document,
        start=place["start"],
        end=place["end"],
        text=text,
        pages=tuple(Page(*page) for page in json.loads(place["pages"])) if place["pages"] != "[]" else (),
        heading=place["heading"],
        own_language=place["language"],
    )


def plain_pages(pages: Iterable[Page]) -> str:
    """The pages of a passage as they are stored."""
    return json.dumps([[page.label, page.start, page.end] for page in pages])


def version_id(document: str, sha256: str) -> str:
    """The id of the version of a document with these bytes: the same in every home."""
    return hashlib.sha256(f"{document}/{sha256}".encode()).hexdigest()[:16]


def text_blocks(text: str) -> Iterator[tuple[int, bytes]]:
    """A text as it is stored: compressed blocks, each with the offset of its first character."""
    for start in range(0, len(text), TEXT_BLOCK):
        yield start, zlib.compress(text[start : start + TEXT_BLOCK].encode("utf-8", "surrogatepass"), 6)


def text_between(blocks: Sequence[tuple[int, bytes]], start: int, end: int) -> str:
    """The text between two offsets, from the blocks that hold it, in order; raises StoreDamaged."""
    if not blocks:
        return ""
    try:
        text = "".join(zlib.decompress(data).decode("utf-8", "surrogatepass") for _, data in blocks)
    except (zlib.error, UnicodeDecodeError) as error:
        raise StoreDamaged(
            "A stored text cannot be read.", hint="Run `lyceum check`; add the document again."
        ) from error
    first = blocks[0][0]
    return text[start - first : end - first]


def packed_structure(extracted: Extracted) -> bytes:
    """Blocks and pages as they are stored."""
    structure = {
        "blocks": [[b.kind, b.start, b.end, b.level] for b in extracted.blocks],
        "pages": [page.as_row() for page in extracted.pages],
    }
    return zlib.compress(json.dumps(structure).encode(), 6)


def unpacked_structure(data: bytes | None) -> dict[str, Any]:
    """The inverse of `packed_structure`; of nothing, a structure without blocks and pages."""
    structure: dict[str, Any] = json.loads(zlib.decompress(data)) if data else {"blocks": [], "pages": []}
    return structure


def most_alike(own: bytes, others: Iterable[tuple[Document, bytes]]) -> list[tuple[Document, float]]:
    """Those whose sketch is like enough to one's own, likest first."""
    found = [(document, likeness(own, sketch)) for document, sketch in others]
    return sorted((one for one in found if one[1] >= ALIKE), key=lambda one: (-one[1], one[0].row))


def pairs_alike(bands: Iterable[tuple[int, int, bytes]]) -> list[tuple[int, int]]:
    """Of (band, version, sketch) in order of bands, the pairs that are like enough.

    In each band every version is laid beside the first and the one before it: a thousand of one kind cost two
    thousand looks, not a million.
    """
    found: set[tuple[int, int]] = set()
    seen: set[tuple[int, int]] = set()
    for _, group in itertools.groupby(bands, key=lambda row: row[0]):
        first, *others = group
        before = first
        for one in others:
            for other in {first, before}:
                pair = (other[1], one[1])
                if pair not in seen:
                    seen.add(pair)
                    if likeness(other[2], one[2]) >= ALIKE:
                        found.add(pair)
            before = one
    return sorted(found)


def text_digest(text: str) -> str:
    """The SHA-256 of a stored text, by which an alteration is found."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class SqliteCatalogue:
    """The embedded Catalogue and Texts: one SQLite file, many readers beside one writer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._claimed: set[int] = set()
        # How far claims have come in each state since anything moved, so that a batch is not sought from its start.
        self._passed: dict[tuple[State, bool], int] = {}
        self._opened: weakref.WeakSet[sqlite3.Connection] = weakref.WeakSet()
        self._only: sqlite3.Connection | None = None
        self._begun = False
        self._here = _Here(self._connected)
        try:
            self._become_wal()
        except HomeError:
            if shutil.disk_usage(path.parent).free > _ROOM:
                raise
            # SQLite shares what it reads in a file, for which there is no room; it needs none while it is alone.
            self._db.close()
            self._here.db = self._only = self._connected()
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._become_wal()
        self._db.execute("PRAGMA synchronous=FULL")
        self._begun = True
        self._prepare()

    def close(self) -> None:
        """Closes the file, for every thread."""
        for connection in list(self._opened):
            connection.close()

    # --- Catalogue -------------------------------------------------------------------------------

    def add(self, received: Received) -> tuple[Document, Outcome]:
        """Records a file; see Catalogue.add."""
        with self._transaction():
            known = self._version_of_bytes(received)
            if known:
                return self._add_again(known, received)
            owner = self._db.execute("SELECT document FROM sources WHERE source=?", (received.source,)).fetchone()
            outcome = Outcome.UPDATED if owner else Outcome.ADDED
            document = owner["document"] if owner else document_id(received.sha256)
            row = self._insert_version(document, replace(received, given=self._said_of(document, received.given)))
            self._note_source(received.source, document, row)
            return self._document(row), outcome

    def get(self, document: str, *, version: str | None = None) -> Document:
        """The current version of a document, or the named one."""
        if version:
            sql, args = "SELECT row FROM versions WHERE document=? AND id=?", (document, version)
        else:
            sql = f"""SELECT row FROM versions WHERE document=? AND state != 'removing'
                      ORDER BY state IN ({_quoted(READABLE)}) DESC, number DESC LIMIT 1"""  # noqa: S608
            args = (document,)  # type: ignore[assignment]
        found = self._db.execute(sql, args).fetchone()
        if not found:
            raise UnknownDocument(
                f"There is no document “{document[:40]}” here.", hint="`lyceum documents` lists their ids."
            )
        return self._document(found["row"])

    def find(self, *, states: Sequence[State]) -> Iterator[Document]:
        """All versions in these states, oldest first."""
        sql = f"SELECT * FROM versions WHERE state IN ({_quoted(states)}) AND row > ? ORDER BY row LIMIT 500"  # noqa: S608
        last = 0
        while rows := self._db.execute(sql, (last,)).fetchall():
            yield from map(document_of, rows)
            last = rows[-1]["row"]

    def advance(self, document: Document, product: Product) -> Document:
        """Writes a step's product and moves the version on, in one transaction."""
        with self._transaction():
            match product:
                case ExtractedProduct():
                    self._write_text(document, product)
                case SegmentedProduct():
                    self._write_passages(document, product)
                case Moved():
                    self._move(document, product.state)
                case Failure():
                    self._db.execute(
                        "UPDATE versions SET state='failed', failure=? WHERE row=?",
                        (json.dumps(product.as_dict()), document.row),
                    )
            self._db.execute("UPDATE meta SET value = value + 1 WHERE name='revision'")
        self._passed.clear()
        if not isinstance(product, ExtractedProduct):
            self._claimed.discard(document.row)
        return self._document(document.row)

    def claim_next(self, state: State, *, newest: bool = False) -> Document | None:
        """The next version in this state. The holder of the home's writing lock is alone: its claims need no row."""
        compared, order, start = ("<", "DESC", 1 << 62) if newest else (">", "ASC", 0)
        found = self._db.execute(
            f"SELECT * FROM versions WHERE state=? AND row {compared} ? ORDER BY row {order}",  # noqa: S608
            (state.value, self._passed.get((state, newest), start)),
        )
        while row := found.fetchone():
            if row["row"] not in self._claimed:
                self._claimed.add(row["row"])
                self._passed[state, newest] = row["row"]
                return document_of(row)
        return None

    def describe(self, document: Document, said: Metadata) -> Document:
        """Lays what a librarian says over what was known."""
        with self._transaction():
            known = self._db.execute("SELECT * FROM versions WHERE row=?", (document.row,)).fetchone()
            return self._describe_anew(known, joined(said, *metadata_of(known)))

    def give_back(self) -> None:
        """Lets what was claimed be claimed again."""
        self._claimed.clear()
        self._passed.clear()

    def remove(self, document: str) -> list[str]:
        """Deletes a document's versions that are marked for it, or all where none is, with what was made of them."""
        with self._transaction():
            rows = self._db.execute(
                "SELECT row, sha256 FROM versions WHERE document=? AND state='removing'", (document,)
            ).fetchall()
            rows = rows or self._db.execute("SELECT row, sha256 FROM versions WHERE document=?", (document,)).fetchall()
            for table in ("passages", "texts", "structures", "sketches", "bands"):
                self._db.executemany(
                    f"DELETE FROM {table} WHERE version=?",  # noqa: S608
                    [(found["row"],) for found in rows],
                )
            self._db.executemany("DELETE FROM versions WHERE row=?", [(found["row"],) for found in rows])
            if not self._db.execute("SELECT 1 FROM versions WHERE document=?", (document,)).fetchone():
                self._db.execute("DELETE FROM sources WHERE document=?", (document,))
            self._db.execute("UPDATE meta SET value = value + 1 WHERE name='revision'")
            return [found["sha256"] for found in rows if not self._needs(found["sha256"])]

    # --- Texts -----------------------------------------------------------------------------------

    def read(self, document: Document, start: int = 0, end: int | None = None) -> str:
        """The text of a version between two offsets."""
        return self._read(document.row, start, document.characters if end is None else end)

    def pages(self, document: Document) -> list[Page]:
        """The pages of a version in order."""
        return [Page.from_row(page) for page in self._structure(document)["pages"]]

    def structure(self, document: Document) -> dict[str, Any]:
        """The stored blocks and pages, as lists of plain values."""
        return self._structure(document)

    def passages(self, keys: Sequence[int]) -> list[Passage]:
        """The passages of these keys, in the same order."""
        self._forget_what_changed()
        found: list[Passage] = []
        # Place and text in one statement, so that both are of one moment while another process removes them.
        stored = self._db.execute(_PASSAGES, (json.dumps([*keys]),)).fetchall()
        for place, rows in groupby(stored, key=itemgetter("place")):
            version, n = divmod(keys[place], PASSAGES_PER_VERSION)
            first, *others = rows
            if document := self._known(version):
                blocks = [(row["base"], row["data"]) for row in (first, *others)]
                found.append(passage_of(document, n, first, text_between(blocks, first["start"], first["end"])))
        return found

    def passages_of(self, document: Document) -> list[Passage]:
        """All passages of a version in order."""
        text = self.read(document)
        places = self._db.execute(
            "SELECT n, start, end, pages, heading, language FROM passages WHERE version=? ORDER BY n", (document.row,)
        ).fetchall()
        return [passage_of(document, p["n"], p, text[p["start"] : p["end"]]) for p in places]

    def languages(self, keys: Sequence[int]) -> list[str]:
        """The language of each of these passages."""
        self._forget_what_changed()
        spoken = self._spoken({key // PASSAGES_PER_VERSION for key in keys})
        own = dict(self._db.execute(_FOREIGN, (json.dumps([*keys]),)).fetchall())
        return [own.get(key) or spoken[key // PASSAGES_PER_VERSION] for key in keys]

    def _spoken(self, versions: AbstractSet[int]) -> Mapping[int, str]:
        """The language of versions: asked for alone, since to read all else that is known of two hundred takes long."""
        known = self._here.spoken
        if asked := [version for version in versions if version not in known]:
            rows = self._db.execute(_SPOKEN, (json.dumps(asked),)).fetchall()
            known |= dict.fromkeys(asked, "und") | {row["row"]: row["language"] or "und" for row in rows}
        return known

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """One transaction for all that is written within it, and one wait for the disk."""
        with self._transaction():
            self._here.together = True
            try:
                yield
            finally:
                self._here.together = False

    # --- beyond the ports: what the embedded home needs --------------------------------------------

    @property
    def revision(self) -> int:
        """A number that grows with every change."""
        return int(self._db.execute("SELECT value FROM meta WHERE name='revision'").fetchone()[0])

    def sources(self, document: str) -> list[str]:
        """Every source from which the document's bytes have come."""
        rows = self._db.execute("SELECT source FROM sources WHERE document=? ORDER BY rowid", (document,))
        return [row["source"] for row in rows]

    def versions(self, document: str) -> list[Document]:
        """All versions of a document, oldest first."""
        rows = self._db.execute("SELECT * FROM versions WHERE document=? ORDER BY number", (document,))
        return [document_of(row) for row in rows.fetchall()]

    def alike(self, document: Document) -> list[tuple[Document, float]]:
        """The versions of other documents whose texts may be nearly its own, likest first."""
        own = self._db.execute("SELECT data FROM sketches WHERE version=?", (document.row,)).fetchone()
        rows = self._db.execute(
            """SELECT DISTINCT v.*, s.data AS sketch FROM bands mine JOIN bands theirs ON theirs.hash = mine.hash
               JOIN versions v ON v.row = theirs.version JOIN sketches s ON s.version = theirs.version
               WHERE mine.version=? AND v.document != ?""",
            (document.row, document.id),
        ).fetchall()
        return most_alike(own["data"] if own else b"", ((document_of(row), row["sketch"]) for row in rows))

    def kin(self) -> list[tuple[int, int]]:
        """Pairs of readable versions whose texts are nearly the same."""
        rows = self._db.execute(
            f"""SELECT b.hash, b.version, s.data FROM bands b JOIN versions v ON v.row = b.version
                JOIN sketches s ON s.version = b.version WHERE v.state IN ({_quoted(READABLE)})
                AND b.hash IN (SELECT hash FROM bands GROUP BY hash HAVING COUNT(*) > 1)
                ORDER BY b.hash, b.version"""  # noqa: S608
        )
        return pairs_alike((row["hash"], row["version"], row["data"]) for row in rows)

    def counts(self) -> dict[str, int]:
        """How many versions and passages stand in each state, as `state` and `state:passages`."""
        found: dict[str, int] = {}
        for row in self._db.execute("SELECT state, COUNT(*) n, SUM(passages) p FROM versions GROUP BY state"):
            found[row["state"]] = row["n"]
            found[f"{row['state']}:passages"] = row["p"] or 0
        return found

    # --- how -------------------------------------------------------------------------------------

    @property
    def _db(self) -> sqlite3.Connection:
        return self._here.db

    def _connected(self) -> sqlite3.Connection:
        if self._only:
            return self._only
        with _damage_told():
            db = sqlite3.connect(
                self._path, isolation_level=None, timeout=60, check_same_thread=False, factory=_Connection
            )
        db.row_factory = sqlite3.Row
        if self._begun:
            db.execute("PRAGMA synchronous=FULL")
        self._opened.add(db)
        return db

    def _become_wal(self) -> None:
        """Switches the file to WAL; SQLite does not wait for its turn there, so this does."""
        for attempt in range(_WAL_ATTEMPTS):
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
            except (StoreDamaged, DiskFull):
                raise
            except HomeError as error:
                busy = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF in (
                    sqlite3.SQLITE_BUSY,
                    sqlite3.SQLITE_LOCKED,
                )
                if not busy or attempt == _WAL_ATTEMPTS - 1:
                    raise
                time.sleep(0.02)
            else:
                return

    def _prepare(self) -> None:
        stored = self._db.execute("PRAGMA user_version").fetchone()[0]
        if stored > _SCHEMA_VERSION:
            raise StoreDamaged(
                f"This home was written by a newer Lyceum (catalogue {stored}, known {_SCHEMA_VERSION}).",
                hint="Upgrade Lyceum, or use the version that wrote it.",
                code="home_newer",
            )
        if stored == _SCHEMA_VERSION:
            return
        with self._transaction():
            # Another process may have made it while this one waited for its turn.
            stored = self._db.execute("PRAGMA user_version").fetchone()[0]
            statements = "" if stored else _SCHEMA
            for version in range(max(stored, 1) + 1, _SCHEMA_VERSION + 1):
                statements += f";{_MIGRATIONS[version]}"
            for statement in filter(str.strip, statements.split(";")):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={_SCHEMA_VERSION}")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._here.together:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            # A full disk makes SQLite roll back by itself.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _version_of_bytes(self, received: Received) -> sqlite3.Row | None:
        """The version with these bytes, of the source's own document first."""
        row: sqlite3.Row | None = self._db.execute(
            """SELECT v.* FROM versions v LEFT JOIN sources s ON s.document = v.document AND s.source = ?
               WHERE v.sha256 = ?
               ORDER BY s.source IS NULL, v.number DESC LIMIT 1""",
            (received.source, received.sha256),
        ).fetchone()
        return row

    def _add_again(self, known: sqlite3.Row, received: Received) -> tuple[Document, Outcome]:
        before = self._db.execute("SELECT version FROM sources WHERE source=?", (received.source,)).fetchone()
        went_back = before is not None and before["version"] != known["row"]
        self._note_source(received.source, known["document"], known["row"])
        said = joined(received.given, *metadata_of(known))
        given = json.dumps(said.as_dict())
        if known["state"] in (State.FAILED, State.REMOVING):
            stands = json.dumps(said.over(metadata_of(known)[1]).as_dict())
            self._db.execute(
                "UPDATE versions SET state='received', failure=NULL, given=?, metadata=?, source=?, name=? WHERE row=?",
                (given, stands, received.source, received.name, known["row"]),
            )
            return self._document(known["row"]), Outcome.ADDED
        if known["state"] == State.SUPERSEDED and went_back:
            # The source went back to an earlier content: that content is the newest version again.
            self._db.execute(
                """UPDATE versions SET state='segmented', given=?,
                   number=(SELECT MAX(number) + 1 FROM versions WHERE document=?) WHERE row=?""",
                (given, known["document"], known["row"]),
            )
            return self._document(known["row"]), Outcome.UPDATED
        if said.as_dict() != json.loads(known["given"]):
            return self._describe_anew(known, said), Outcome.UPDATED
        return self._document(known["row"]), Outcome.UNCHANGED

    def _describe_anew(self, known: sqlite3.Row, given: Metadata) -> Document:
        """Lays what is said now over what was known; a version that can be read is indexed again for it."""
        stands = given.over(Metadata.from_dict(json.loads(known["metadata"])))
        state = "segmented" if known["state"] in READABLE else known["state"]
        self._db.execute(
            "UPDATE versions SET given=?, metadata=?, state=? WHERE row=?",
            (json.dumps(given.as_dict()), json.dumps(stands.as_dict()), state, known["row"]),
        )
        self._db.execute("UPDATE meta SET value = value + 1 WHERE name='revision'")
        return self._document(known["row"])

    def _said_of(self, document: str, now: Metadata) -> Metadata:
        """What is said of a document whose content is new: what was said of its last content holds too."""
        known = self._db.execute(
            "SELECT given, metadata FROM versions WHERE document=? ORDER BY number DESC LIMIT 1", (document,)
        ).fetchone()
        return joined(now, *metadata_of(known)) if known else now

    def _insert_version(self, document: str, received: Received) -> int:
        number = self._db.execute(
            "SELECT COALESCE(MAX(number), 0) + 1 FROM versions WHERE document=?", (document,)
        ).fetchone()[0]
        given = json.dumps(received.given.as_dict())
        cursor = self._db.execute(
            """INSERT INTO versions(id, document, number, source, name, sha256, size, given, metadata, state)
               VALUES(?,?,?,?,?,?,?,?,?,'received')""",
            (
                version_id(document, received.sha256), document, number, received.source, received.name,
                received.sha256, received.size, given, json.dumps(received.known.as_dict()),
            ),
        )  # fmt: skip
        return int(cursor.lastrowid or 0)

    def _note_source(self, source: str, document: str, version: int) -> None:
        """Remembers which content a source has now."""
        self._db.execute(
            "INSERT OR REPLACE INTO sources(source, document, version) VALUES(?,?,?)", (source, document, version)
        )

    def _write_text(self, document: Document, product: ExtractedProduct) -> None:
        row, text = document.row, product.extracted.text
        self._db.execute("DELETE FROM texts WHERE version=?", (row,))
        self._db.executemany(
            "INSERT INTO texts(version, start, data) VALUES(?,?,?)",
            ((row, start, data) for start, data in text_blocks(text)),
        )
        self._db.execute(
            "INSERT OR REPLACE INTO structures(version, data) VALUES(?,?)", (row, packed_structure(product.extracted))
        )
        self._write_sketch(row, product.sketch)
        self._db.execute(
            """UPDATE versions SET state='extracted', characters=?, text_sha256=?, metadata=?, notes=?, failure=NULL
               WHERE row=?""",
            (
                len(text),
                text_digest(text),
                json.dumps(product.metadata.as_dict()),
                json.dumps(product.extracted.notes),
                row,
            ),
        )

    def _write_sketch(self, row: int, sketch: bytes) -> None:
        for table in ("sketches", "bands"):
            self._db.execute(f"DELETE FROM {table} WHERE version=?", (row,))  # noqa: S608
        if sketch:
            self._db.execute("INSERT INTO sketches(version, data) VALUES(?,?)", (row, sketch))
            self._db.executemany(
                "INSERT INTO bands(hash, version) VALUES(?,?)", ((band, row) for band in bands(sketch))
            )

    def _write_passages(self, document: Document, product: SegmentedProduct) -> None:
        self._db.execute("DELETE FROM passages WHERE version=?", (document.row,))
        self._db.executemany(
            "INSERT INTO passages(version, n, start, end, pages, heading, language) VALUES(?,?,?,?,?,?,?)",
            (
                (document.row, n, s.start, s.end, plain_pages(s.pages), s.heading, s.language)
                for n, s in enumerate(product.segments)
            ),
        )
        self._db.execute(
            "UPDATE versions SET state='segmented', passages=? WHERE row=?",
            (len(product.segments), document.row),
        )

    def _move(self, document: Document, state: State) -> None:
        self._db.execute("UPDATE versions SET state=? WHERE row=?", (state.value, document.row))
        if state is State.SEARCHABLE:
            self._db.execute(
                f"""UPDATE versions SET state='superseded' WHERE document=? AND number < ?
                    AND state IN ({_quoted(READABLE)})""",  # noqa: S608
                (document.id, document.number),
            )

    def _structure(self, document: Document) -> dict[str, Any]:
        row = self._db.execute("SELECT data FROM structures WHERE version=?", (document.row,)).fetchone()
        return unpacked_structure(row["data"] if row else None)

    def _read(self, version: int, start: int, end: int) -> str:
        rows = self._db.execute(
            # Blocks of older homes are longer, so the one in which the stretch begins is looked for.
            """SELECT start, data FROM texts WHERE version=?1 AND start < ?3
               AND start >= (SELECT max(start) FROM texts WHERE version=?1 AND start <= ?2) ORDER BY start""",
            (version, start, max(end, start + 1)),
        ).fetchall()
        return text_between([(row["start"], row["data"]) for row in rows], start, end)

    def _needs(self, sha256: str) -> bool:
        return bool(self._db.execute("SELECT 1 FROM versions WHERE sha256=? LIMIT 1", (sha256,)).fetchone())

    def _forget_what_changed(self) -> None:
        """Empties the memory of versions when any process has changed the file since it was filled."""
        here = self._here
        changed = (here.db.execute("PRAGMA data_version").fetchone()[0], here.db.total_changes)
        if changed != here.known_at:
            here.known, here.spoken, here.known_at = {}, {}, changed

    def _known(self, row: int) -> Document | None:
        """A version by its number, from memory where it is there."""
        here = self._here
        if row not in here.known:
            found = here.db.execute("SELECT * FROM versions WHERE row=?", (row,)).fetchone()
            here.known[row] = document_of(found) if found else None
        return here.known[row]

    def _document(self, row: int) -> Document:
        return document_of(self._db.execute("SELECT * FROM versions WHERE row=?", (row,)).fetchone())


def metadata_of(row: Any) -> tuple[Metadata, Metadata]:
    """What was said of a version, and what stands."""
    return Metadata.from_dict(json.loads(row["given"])), Metadata.from_dict(json.loads(row["metadata"]))


def _quoted(states: Iterable[State]) -> str:
    return ", ".join(f"'{state.value}'" for state in states)


_ASKED = f"""json_each(?) asked CROSS JOIN passages p
ON p.version = asked.value / {PASSAGES_PER_VERSION} AND p.n = asked.value % {PASSAGES_PER_VERSION}"""

_PASSAGES = f"""
SELECT asked.key AS place, p.start, p.end, p.pages, p.heading, p.language, t.start AS base, t.data FROM {_ASKED}
JOIN texts t ON t.version = p.version AND t.start < MAX(p.end, p.start + 1)
AND t.start >= (SELECT MAX(b.start) FROM texts b WHERE b.version = p.version AND b.start <= p.start)
ORDER BY asked.key, t.start
"""  # noqa: S608  (numbers of ours)

_FOREIGN = f"SELECT asked.value, p.language FROM {_ASKED} WHERE p.language != ''"  # noqa: S608  (numbers of ours)

_SPOKEN = """
SELECT v.row, json_extract(v.metadata, '$.language') AS language FROM json_each(?) asked CROSS JOIN versions v
ON v.row = asked.value
"""

_SCHEMA = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO meta VALUES('revision', 0);
CREATE TABLE versions(
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL,
    number INTEGER NOT NULL,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    given TEXT NOT NULL,
    metadata TEXT NOT NULL,
    state TEXT NOT NULL,
    passages INTEGER NOT NULL DEFAULT 0,
    characters INTEGER NOT NULL DEFAULT 0,
    text_sha256 TEXT NOT NULL DEFAULT '',
    notes TEXT NOT NULL DEFAULT '[]',
    failure TEXT
);
CREATE INDEX versions_document ON versions(document, number);
CREATE INDEX versions_state ON versions(state, row);
CREATE INDEX versions_bytes ON versions(sha256);
CREATE TABLE sources(source TEXT PRIMARY KEY, document TEXT NOT NULL, version INTEGER NOT NULL);
CREATE INDEX sources_document ON sources(document);
CREATE TABLE passages(
    version INTEGER NOT NULL, n INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    pages TEXT NOT NULL, heading TEXT NOT NULL, PRIMARY KEY(version, n)
) WITHOUT ROWID;
CREATE TABLE texts(version INTEGER NOT NULL, start INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(version, start));
CREATE TABLE structures(version INTEGER PRIMARY KEY, data BLOB NOT NULL)
"""


_MIGRATIONS = {
    2: """
ALTER TABLE passages ADD COLUMN language TEXT NOT NULL DEFAULT '';
CREATE INDEX passages_foreign ON passages(version) WHERE language != '';
CREATE TABLE sketches(version INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE bands(hash INTEGER NOT NULL, version INTEGER NOT NULL, PRIMARY KEY(hash, version)) WITHOUT ROWID;
CREATE INDEX bands_version ON bands(version)
""",
}


class FolderBlobStore:
    """The embedded BlobStore: a folder of files named by their SHA-256, written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)

    def put(self, stream: BinaryIO, *, limit: int) -> tuple[str, int]:
        """Stores a stream under its SHA-256."""
        digest, size = hashlib.sha256(), 0
        partial = self._incoming / f"{os.getpid()}-{os.urandom(6).hex()}"
        try:
            with partial.open("wb") as out:
                while chunk := stream.read(1 << 20):
                    size += len(chunk)
                    if size > limit:
                        raise ValueError(f"more than {limit} bytes")
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            sha256 = digest.hexdigest()
            target = self._path(sha256)
            target.parent.mkdir(exist_ok=True)
            partial.replace(target)
        except OSError as error:
            # What cannot be read of the source, which is open already, is told by whoever opened it.
            if error.filename is None and error.errno not in NO_ROOM:
                raise
            raise unwritable("A file", error) from error
        finally:
            partial.unlink(missing_ok=True)
        return sha256, size

    def open(self, sha256: str) -> Path:
        """The path of a stored file."""
        path = self._path(sha256)
        if not path.exists():
            raise StoreDamaged(
                f"The stored file {sha256[:16]}… is missing.",
                hint="Add its source again, or restore a backup.",
            )
        return path

    def has(self, sha256: str) -> bool:
        """Whether the file is here."""
        return self._path(sha256).exists()

    def remove(self, sha256: str) -> None:
        """Deletes the file, if it is here."""
        self._path(sha256).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """The SHA-256 of every file that is here."""
        for folder in sorted(self._folder.glob("??")):
            yield from (path.name for path in sorted(folder.iterdir()))

    def sweep(self) -> None:
        """Deletes what writers left that are no longer running."""
        for leftover in self._incoming.iterdir():
            if not _runs(leftover.name.split("-", maxsplit=1)[0]):
                leftover.unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


def _runs(process: str) -> bool:
    """Whether a process of this number is running; anything that is no number is not."""
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
