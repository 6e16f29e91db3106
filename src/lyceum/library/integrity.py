"""Looks for damage: files, texts and index against what the catalogue says of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lyceum.archive import PASSAGES_PER_VERSION, WITH_TEXT, Document, Holdings, KeptBlobs, State, text_digest
from lyceum.errors import IndexDamaged, StoreDamaged
from lyceum.search import KeptIndex


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the home that is not as it should be."""

    code: str
    subject: str
    message: str
    hint: str


def find_problems(catalogue: Holdings, blobs: KeptBlobs, index: Callable[[], KeptIndex]) -> list[Problem]:
    """Every problem found; an index that cannot be opened is one of them."""
    documents = list(catalogue.find(states=WITH_TEXT))
    problems = [*_check_files(catalogue, blobs), *_check_texts(catalogue, documents)]
    try:
        problems += _check_index(index(), documents)
    except IndexDamaged as error:
        problems.append(Problem(error.code, "index", error.message, error.hint))
    return problems


def _check_files(catalogue: Holdings, blobs: KeptBlobs) -> Iterator[Problem]:
    needed = {document.sha256 for document in catalogue.find(states=tuple(State))}
    for sha256 in blobs.names():
        if sha256 not in needed:
            yield Problem("orphan_file", sha256, "A stored file belongs to no document.", "Add its source again.")
            continue
        needed.discard(sha256)
        with blobs.open(sha256).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                hint = "Restore it from a backup; the text that was taken from it is still here."
                yield Problem("file_altered", sha256, "A stored file is not what was added.", hint)
    for sha256 in sorted(needed):
        yield Problem("file_missing", sha256, "A stored file is gone.", "Add its source again.")


def _check_texts(catalogue: Holdings, documents: Sequence[Document]) -> Iterator[Problem]:
    for document in documents:
        if not _is_whole(catalogue, document):
            hint = "Remove the document and add its source again."
            yield Problem("text_damaged", document.id, f"The text of “{document.name}” is not whole.", hint)


def _is_whole(catalogue: Holdings, document: Document) -> bool:
    try:
        text = catalogue.read(document)
        passages = catalogue.passages_of(document)
    except StoreDamaged:
        return False
    return (
        text_digest(text) == document.text_sha256
        and len(text) == document.characters
        and len(passages) == document.passages
        and all(0 <= p.start < p.end <= len(text) and p.text == text[p.start : p.end] for p in passages)
    )


def _check_index(index: KeptIndex, documents: Sequence[Document]) -> Iterator[Problem]:
    for name in index.altered():
        yield Problem("index_damaged", name, "A file of the index is not what was written.", "Run `lyceum reindex`.")
    expected, with_vectors = 0, index.with_vectors()
    for document in documents:
        if document.state not in (State.SEARCHABLE, State.INDEXED):
            continue
        expected += document.passages
        first = document.row * PASSAGES_PER_VERSION
        keys = index.keys_of(document.row, most=2 * document.passages + 1)
        vectors = with_vectors.pop(document.row, 0)
        lacking = vectors != document.passages and (vectors > 0 or document.state is State.INDEXED)
        if keys != list(range(first, first + document.passages)) or lacking:
            message = f"{len(keys)} of {document.passages} passages are indexed, {vectors} have vectors."
            yield Problem("index_behind", document.id, message, "Run `lyceum reindex`.")
    held, stray = index.state().passages, sum(with_vectors.values())
    if held != expected or stray:
        message = f"The index holds {held} passages and {stray} vectors of no passage, the archive {expected}."
        yield Problem("index_differs", "index", message, "Run `lyceum reindex`.")
