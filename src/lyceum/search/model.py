"""What a search asks for and what it finds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from lyceum.archive import Passage

Key = NewType("Key", int)
"""The catalogue's number of a passage; the index knows passages by it alone."""


class Mode(StrEnum):
    """How passages are found."""

    HYBRID = "hybrid"
    LEXICAL = "lexical"
    DENSE = "dense"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Scope:
    """The collections that the asker may read; there is no default."""

    collections: frozenset[str] | None

    @classmethod
    def everything(cls) -> Scope:
        """All collections: for the owner of the home."""
        return cls(None)

    @classmethod
    def of(cls, *collections: str) -> Scope:
        """These collections and no others; none at all is a scope too, in which nothing is found."""
        return cls(frozenset(collections))


@dataclass(frozen=True, slots=True)
class Filter:
    """What a hit must be besides fitting the words.

    A document lies within the dates when the whole time that its date can mean does: one dated 1919 is not
    within June to December 1919, and one without a date is within no dates. `author` holds when each of its
    words is in the name of one creator; one without letters is nobody's.
    """

    first: dt.date | None = None
    last: dt.date | None = None
    language: str | None = None
    author: str | None = None
    collection: str | None = None
    kind: str | None = None

    @property
    def dated(self) -> bool:
        """Whether dates are asked for."""
        return self.first is not None or self.last is not None


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for, and among what."""

    text: str
    scope: Scope
    filter: Filter = Filter()
    mode: Mode = Mode.HYBRID
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Facts:
    """What a filter needs to know of a version; dates are numbers such as 19190922, 0 where unknown."""

    version: int
    language: str
    collection: str
    kind: str
    creators: tuple[str, ...]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A version as the index takes it in: its facts, its names, and its passages in order."""

    facts: Facts
    title: str
    passages: Sequence[Passage]


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage's key with its score; higher is better, and only comparable within one list."""

    key: Key
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found: its rank's score, and where both were asked its BM25 score and cosine."""

    passage: Passage
    score: float
    lexical: float = 0.0
    dense: float = 0.0

    @property
    def key(self) -> Key:
        """The key of its passage."""
        return Key(self.passage.key)


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far the index has come: the catalogue's revision, and how many passages have text and vectors."""

    revision: int
    passages: int
    vectors: int


def as_number(day: dt.date) -> int:
    """A day as a number that sorts: 22 September 1919 is 19190922."""
    return day.year * 10_000 + day.month * 100 + day.day


def facts_of(passage: Passage) -> Facts:
    """The facts of the version to which a passage belongs."""
    metadata = passage.document.metadata
    return Facts(
        version=passage.document.row,
        language=passage.language,
        collection=metadata.collection or "main",
        kind=metadata.kind or "",
        creators=metadata.creators,
        first=as_number(metadata.date.first) if metadata.date else 0,
        last=as_number(metadata.date.last) if metadata.date else 0,
    )
