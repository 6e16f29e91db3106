"""What study is made of: a topic, and the sections, events and cards that rest on citations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lyceum.archive import PartialDate
from lyceum.search import Filter, Scope
from lyceum.tutor.model import Nearest
from lyceum.tutor.verify import Citation


class Kind(StrEnum):
    """What may be made; each is made by the module of its name."""

    GUIDE = "guide"
    TIMELINE = "timeline"
    POSITIONS = "positions"
    READING_LIST = "reading-list"
    COURSE = "course"
    QUIZ = "quiz"
    CARDS = "cards"


class Subject(StrEnum):
    """What a topic turned out to be."""

    WORDS = "words"
    DOCUMENT = "document"
    AUTHOR = "author"
    COLLECTION = "collection"


@dataclass(frozen=True, slots=True)
class Topic:
    """What is to be studied, of which part of the archive.

    The text is words, or a document's id or title, an author's name, a collection; `document:`, `author:` and
    `collection:` before it say which. `limit` is how many items at most are wanted; None leaves it to the kind.
    """

    text: str
    scope: Scope
    filter: Filter = Filter()
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that the archive or the text lacks for what was wanted, and what to do about it."""

    code: str
    message: str
    hint: str

    def as_dict(self) -> dict[str, str]:
        """Plain values for JSON."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


@dataclass(frozen=True, slots=True)
class Item:
    """A statement with the citations that carry it; without a text of its own it is the quotation alone.

    `about` is what it speaks of in a word or two (a name, a chapter), and `facts` are further values of its kind.
    Where `quoted` is false the quotations only prove the text, and are shown by their places.
    """

    text: str
    citations: tuple[Citation, ...]
    about: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    quoted: bool = True


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a study, under an id by which pages translate its title."""

    id: str
    title: str
    items: tuple[Item, ...]
    note: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Dated:
    """A date as exactly as a text gives it, or the time from one to another."""

    start: PartialDate
    end: PartialDate | None = None

    @property
    def first(self) -> dt.date:
        """The earliest day that it can mean."""
        return self.start.first

    @property
    def last(self) -> dt.date:
        """The latest day that it can mean."""
        return (self.end or self.start).last

    def __str__(self) -> str:
        return f"{self.start}/{self.end}" if self.end else str(self.start)


@dataclass(frozen=True, slots=True)
class Rival:
    """Another date that a source gives for the same event."""

    date: Dated
    citation: Citation


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in the words of its sources; `printed` is the date as the first of them has it."""

    date: Dated
    printed: str
    text: str
    citations: tuple[Citation, ...]
    rivals: tuple[Rival, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A question with the answer that its citations state, and distractors that the archive does not bear out."""

    question: str
    answer: str
    citations: tuple[Citation, ...]
    distractors: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Study:
    """What was made of a topic; a kind fills sections, events or cards, and says in `lacks` what is missing."""

    kind: Kind
    topic: str
    subject: Subject
    title: str
    documents: tuple[Nearest, ...] = ()
    sections: tuple[Section, ...] = ()
    events: tuple[Event, ...] = ()
    cards: tuple[Card, ...] = ()
    lacks: tuple[Lack, ...] = ()
    model: str = "extractive"
    index_revision: int = 0
    notice: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing could be made."""
        return not (self.sections or self.events or self.cards)

    def citations(self) -> list[Citation]:
        """Every citation once, in the order in which they are first used; its place and 1 is its number."""
        return list(dict.fromkeys(self._used()))

    def numbers(self) -> Mapping[Citation, int]:
        """The number under which each citation is shown."""
        return {citation: n for n, citation in enumerate(self.citations(), start=1)}

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; each item holds its citations whole, under their numbers."""
        numbers = self.numbers()
        body: dict[str, Any] = {}
        if self.kind is Kind.TIMELINE:
            body["events"] = [_event(event, numbers) for event in self.events]
        elif self.kind in (Kind.QUIZ, Kind.CARDS) or self.cards:
            body["items"] = [_card(card, numbers) for card in self.cards]
        if self.sections or not body:
            body["sections"] = [_section(section, numbers) for section in self.sections]
        return {
            "kind": self.kind,
            "topic": self.topic,
            "subject": self.subject,
            "title": self.title,
            "documents": [document.as_dict() for document in self.documents],
            **body,
            **self.facts,
            "lacks": [lack.as_dict() for lack in self.lacks],
            "model": self.model,
            "index_revision": self.index_revision,
            "notice": self.notice,
        }

    def _used(self) -> Iterator[Citation]:
        for section in self.sections:
            for item in section.items:
                yield from item.citations
        for event in self.events:
            yield from event.citations
            yield from (rival.citation for rival in event.rivals)
        for card in self.cards:
            yield from card.citations


def _shown(citations: Sequence[Citation], numbers: Mapping[Citation, int]) -> list[dict[str, Any]]:
    return [citation.as_dict(numbers[citation]) for citation in citations]


def _section(section: Section, numbers: Mapping[Citation, int]) -> dict[str, Any]:
    items = [
        {"about": item.about, "text": item.text, **item.facts, "citations": _shown(item.citations, numbers)}
        for item in section.items
    ]
    return {"id": section.id, "title": section.title, "note": section.note, **section.facts, "items": items}


def _event(event: Event, numbers: Mapping[Citation, int]) -> dict[str, Any]:
    rivals = [{"date": str(r.date), "citations": _shown((r.citation,), numbers)} for r in event.rivals]
    return {
        "date": str(event.date),
        "first": event.date.first.isoformat(),
        "last": event.date.last.isoformat(),
        "printed": event.printed,
        "text": event.text,
        "citations": _shown(event.citations, numbers),
        "disagreement": rivals,
    }


def _card(card: Card, numbers: Mapping[Citation, int]) -> dict[str, Any]:
    return {
        "question": card.question,
        "answer": card.answer,
        "distractors": list(card.distractors),
        **card.facts,
        "citations": _shown(card.citations, numbers),
    }
