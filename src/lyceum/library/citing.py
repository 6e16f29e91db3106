"""Finds what a reference is wanted to: a document, a passage of one, or every quotation of a kept answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from lyceum.archive import PASSAGES_PER_VERSION, Document, Passage
from lyceum.errors import UnknownDocument
from lyceum.search import Scope
from lyceum.tutor import Reference, reference_to


class Cited(Protocol):
    """What is read of a library."""

    def document(self, document: str, *, version: str | None = None, scope: Scope) -> Document:
        """One document; raises UnknownDocument."""
        ...

    def versions(self, document: str) -> list[Document]:
        """All versions of a document."""
        ...

    def documents(self, *, scope: Scope) -> list[Document]:
        """The documents of a scope."""
        ...


def reference(name: str, archive: Cited, passages: Any, scope: Scope) -> Reference:
    """The reference to a document or a passage by its id; raises UnknownDocument."""
    version, _, number = name.rpartition(".")
    if not version or not number.isdigit():
        return reference_to(archive.document(name, scope=scope))
    document = next((d for d in archive.documents(scope=scope) if d.version == version), None)
    found: Sequence[Passage] = passages([document.row * PASSAGES_PER_VERSION + int(number)]) if document else ()
    if not found:
        raise UnknownDocument(f"There is no passage “{name[:60]}” here.", hint="Take its id from `lyceum search`.")
    return reference_to(found[0].document, page=found[0].page, quotation=found[0].text)


def references_of(answer: Mapping[str, Any], archive: Cited, scope: Scope) -> list[Reference]:
    """The reference of each citation of an answer, in its order; raises UnknownDocument for one that is gone."""
    return [
        reference_to(archive.document(one["document"], scope=scope), page=one["page"], quotation=one["exact"])
        for one in answer["citations"]
        if one.get("document")
    ]
