"""Joins the editions of one work: those that were said to be, and those whose texts are nearly the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lyceum.archive import Document

__all__ = ["Work", "names_of", "works_of"]


@dataclass(frozen=True, slots=True)
class Work:
    """A work by its editions, the earliest first; its first is the one by which it is called."""

    editions: tuple[Document, ...]

    @property
    def first(self) -> Document:
        """The edition by which it is called."""
        return self.editions[0]


def works_of(documents: Mapping[int, Document], kin: Iterable[tuple[int, int]]) -> list[Work]:
    """The works that documents, by their rows, are editions of, in the order in which the first of each came."""
    families = _Families()
    for one, other in (*kin, *_said(documents.values())):
        if one in documents and other in documents:
            families.join(one, other)
    grouped: dict[int, list[Document]] = defaultdict(list)
    for row, document in documents.items():
        grouped[families.of(row)].append(document)
    return [Work(tuple(sorted(editions, key=_age))) for editions in grouped.values()]


def names_of(document: Document) -> tuple[str, ...]:
    """What a document may be called where another is said to be an edition of it."""
    metadata = document.metadata
    names = (document.id, document.source, document.name, metadata.title, metadata.address)
    return tuple(name for name in names if name)


def _said(documents: Iterable[Document]) -> Iterator[tuple[int, int]]:
    """Pairs of which one was said to be an edition of the other, or both of the same."""
    documents = list(documents)
    named: dict[str, list[int]] = defaultdict(list)
    for document in documents:
        for name in names_of(document):
            named[name].append(document.row)
    of_one: dict[str, int] = {}
    for document in documents:
        if said := document.metadata.edition_of:
            yield document.row, of_one.setdefault(said.casefold(), document.row)
            yield from ((document.row, row) for row in named[said])


def _age(document: Document) -> tuple[str, int]:
    """What is dated before what is not, the earliest first."""
    return str(document.metadata.date or "9999"), document.row


class _Families:
    """Sets that are joined pair by pair."""

    def __init__(self) -> None:
        self._parents: dict[int, int] = {}

    def of(self, one: int) -> int:
        """The member by which the family of this one is known."""
        path: Sequence[int] = [one]
        while (parent := self._parents.get(path[-1], path[-1])) != path[-1]:
            path = [*path, parent]
        self._parents.update(dict.fromkeys(path[:-1], path[-1]))
        return path[-1]

    def join(self, one: int, other: int) -> None:
        """Makes two families one."""
        first, second = sorted((self.of(one), self.of(other)))
        if first != second:
            self._parents[second] = first
