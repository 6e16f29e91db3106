"""The archive as those who make study of it see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lyceum.archive import PASSAGES_PER_VERSION, Document, Holdings, Passage
from lyceum.search import Filter, Found, KeptIndex, Query, Scope

_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Stacks:
    """What is read for study; see `lyceum.tutor.Readings`."""

    list_documents: Callable[[Filter, Scope], Sequence[Document]]
    find: Callable[[Query], Found]
    other_editions: Callable[[Document, Scope], Sequence[Document]]
    catalogue: Holdings
    index: KeptIndex
    notice: str

    def documents(self, wanted: Filter, scope: Scope) -> Sequence[Document]:
        """The documents that pass, oldest addition first."""
        return self.list_documents(wanted, scope)

    def search(self, query: Query) -> Found:
        """The passages that fit."""
        return self.find(query)

    def passages(self, document: Document) -> Iterator[Passage]:
        """The passages of a document in order, a few at a time in memory."""
        first = document.row * PASSAGES_PER_VERSION
        for n in range(0, document.passages, _AT_ONCE):
            last = min(n + _AT_ONCE, document.passages)
            yield from self.catalogue.passages(range(first + n, first + last))

    def frequencies(self, terms: Sequence[str]) -> tuple[Mapping[str, int], int]:
        """In how many passages each term stands, and of how many."""
        return self.index.frequencies(terms), self.index.state().passages

    def editions(self, document: Document, scope: Scope) -> Sequence[Document]:
        """The other editions of a document's work."""
        return self.other_editions(document, scope)

    @property
    def revision(self) -> int:
        """The revision of the archive that is read."""
        return self.index.state().revision
