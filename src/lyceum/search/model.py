"""What a search asks for and what it finds."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import NewType

from lyceum.archive import Passage
from lyceum.errors import InvalidValue

Key = NewType("Key", int)
"""The catalogue's number of a passage; the index knows passages by it alone."""


ELSEWHERE = 0.2
"""What part of the places in a hybrid list is kept for good passages in other languages than the query's."""


class Mode(StrEnum):
    """How passages are found."""

    HYBRID = "hybrid"
    LEXICAL = "lexical"
    DENSE = "dense"
    EXACT = "exact"


class Order(StrEnum):
    """What stands first among the hits."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


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

    def admits(self, collection: str | None) -> bool:
        """Whether what is in a collection may be read; None is the main one."""
        return self.collections is None or (collection or "main") in self.collections


@dataclass(frozen=True, slots=True)
class Filter:
    """What a hit must be besides fitting the words.

    A document lies within the dates when the whole time that its date can mean does: one dated 1919 is not
    within June to December 1919, and one without a date is within no dates. `author` holds when each of its
    words is in the name of one creator, and `title` when each is in the title; one without letters is nobody's.
    """

    first: dt.date | None = None
    last: dt.date | None = None
    language: str | None = None
    author: str | None = None
    collection: str | None = None
    kind: str | None = None
    title: str | None = None

    def narrowed(self, other: Filter) -> Filter:
        """What both ask for together; raises InvalidValue where nothing could be both."""
        firsts, lasts = ([day for day in days if day] for days in ((self.first, other.first), (self.last, other.last)))
        both = {}
        for field in fields(self)[2:]:
            mine, theirs = getattr(self, field.name), getattr(other, field.name)
            if mine is not None and theirs is not None and mine != theirs:
                raise InvalidValue(
                    f"Both {field.name} “{mine}” and {field.name} “{theirs}” are asked for.",
                    hint="Nothing is both; leave one out.",
                    code="contradictory_filter",
                )
            both[field.name] = theirs if mine is None else mine
        return Filter(max(firsts, default=None), min(lasts, default=None), **both)

    @property
    def dated(self) -> bool:
        """Whether dates are asked for."""
        return self.first is not None or self.last is not None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words, as `text.plain_terms` gives them, that must stand together: in order, with `slop` more moves allowed."""

    words: tuple[str, ...]
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for, and among what.

    `text` ranks; `phrases` must stand in a passage, `without` must not, each of `beginnings` must begin one of its
    words, and words like those of `near` count too. `read_query` makes all of them from what a person typed. Of the
    places in a hybrid list the part `elsewhere` is kept for good passages in other languages than the query's, and
    of one document no more than `each` stand before those of others; 0 sets no bound.
    """

    text: str
    scope: Scope
    filter: Filter = Filter()
    mode: Mode = Mode.HYBRID
    limit: int = 10
    order: Order = Order.RELEVANCE
    phrases: tuple[Phrase, ...] = ()
    without: tuple[Phrase, ...] = ()
    beginnings: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    elsewhere: float = ELSEWHERE
    each: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """What is looked for by words, as the index has them.

    `terms` holds, a word of the query, the forms under which it may be indexed (its stem in each likely language,
    the word itself); `openings` what its longer words begin with; `exact` words as written. These only raise the
    score. Of `phrases` and `beginnings` each is required, and none of `without` may stand.
    """

    terms: tuple[tuple[str, ...], ...] = ()
    openings: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    beginnings: tuple[str, ...] = ()
    without: tuple[Phrase, ...] = ()

    @property
    def restrict(self) -> bool:
        """Whether they say what must or must not stand."""
        return bool(self.phrases or self.beginnings or self.without)


@dataclass(frozen=True, slots=True)
class Statistics:
    """What makes scores of shards agree.

    In how many passages each (field, term) stands, and of how many; and how many words each field has in all.
    """

    passages: int
    frequencies: Mapping[tuple[str, str], int]
    lengths: Mapping[str, float] = dataclasses.field(default_factory=dict)

    @property
    def averages(self) -> dict[str, float]:
        """How many words each field has in a passage, on average."""
        return {name: length / max(1, self.passages) for name, length in self.lengths.items()}

    def plus(self, other: Statistics) -> Statistics:
        """Of two indexes taken as one."""
        return Statistics(
            self.passages + other.passages,
            {term: self.frequencies.get(term, 0) + count for term, count in other.frequencies.items()}
            | {term: count for term, count in self.frequencies.items() if term not in other.frequencies},
            {name: self.lengths.get(name, 0) + length for name, length in other.lengths.items()}
            | {name: length for name, length in self.lengths.items() if name not in other.lengths},
        )


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
    title: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A version as the index takes it in: its facts, and its passages in order."""

    facts: Facts
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
    """How far the index has come: the catalogue's revision, and how many passages have text and vectors.

    `notes` say what searches had to do without.
    """

    revision: int
    passages: int
    vectors: int
    notes: tuple[str, ...] = ()


def as_number(day: dt.date) -> int:
    """A day as a number that sorts: 22 September 1919 is 19190922."""
    return day.year * 10_000 + day.month * 100 + day.day


def facts_of(passage: Passage) -> Facts:
    """The facts of the version to which a passage belongs."""
    metadata = passage.document.metadata
    return Facts(
        version=passage.document.row,
        language=metadata.language or "und",
        collection=metadata.collection or "main",
        kind=metadata.kind or "",
        creators=metadata.creators,
        first=as_number(metadata.date.first) if metadata.date else 0,
        last=as_number(metadata.date.last) if metadata.date else 0,
        title=metadata.title or "",
    )
