"""What a reader does with a notebook: each act takes whose it is, and nobody reaches another's rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lyceum.errors import InvalidValue, UnknownDocument
from lyceum.library import Document, Library, Scope
from lyceum.server.accounts.models import Person
from lyceum.server.notebook.models import Note, SavedSearch

_MOST_NOTES = 5_000
_MOST_SEARCHES = 200
_LONGEST_NOTE = 10_000
_LONGEST_PLACE = 5_000
_LONGEST_SEARCH = 4_000


@dataclass(frozen=True, slots=True)
class WriteNote:
    """Writes a note at a place in a document, or writes one's own anew."""

    person: Person
    document: Document
    start: int
    end: int
    text: str
    number: int | None = None

    def execute(self) -> Note:
        """The note; raises InvalidValue and UnknownDocument."""
        text = self.text.strip().replace("\r\n", "\n")
        if not text or len(text) > _LONGEST_NOTE:
            raise InvalidValue(
                "A note has some words.", hint=f"Write between one and {_LONGEST_NOTE:,} letters.", code="note_length"
            )
        if self.number is not None:
            return self._anew(text)
        if not 0 <= self.start < self.end <= self.document.characters or self.end - self.start > _LONGEST_PLACE:
            raise InvalidValue("This place cannot be found.", hint="Select some words of the document.")
        _expect_room(Note.objects.filter(person=self.person).count(), _MOST_NOTES)
        return Note.objects.create(
            person=self.person, document=self.document.id, version=self.document.version,
            start=self.start, end=self.end, text=text,
        )  # fmt: skip

    def _anew(self, text: str) -> Note:
        note = Note.objects.filter(person=self.person, document=self.document.id, pk=self.number).first()
        if note is None:
            raise UnknownDocument(
                "There is no such note of yours.", hint="It may have been erased.", code="unknown_note"
            )
        note.text = text
        note.save()
        return note


@dataclass(frozen=True, slots=True)
class SaveSearch:
    """Keeps a search, once."""

    person: Person
    asked: str

    def execute(self) -> SavedSearch:
        """The search; raises InvalidValue."""
        if not self.asked or len(self.asked) > _LONGEST_SEARCH:
            raise InvalidValue("This search is too long to keep.", hint="Use fewer words.", code="search_length")
        known = SavedSearch.objects.filter(person=self.person, asked=self.asked).first()
        if known:
            return known
        _expect_room(SavedSearch.objects.filter(person=self.person).count(), _MOST_SEARCHES)
        return SavedSearch.objects.create(person=self.person, asked=self.asked)


def notes_on(person: Person | None, document: str) -> list[Note]:
    """Somebody's own notes on a document, in its order."""
    return list(Note.objects.filter(person=person, document=document)) if person else []


def is_saved(person: Person | None, asked: str) -> bool:
    """Whether somebody keeps this search."""
    return person is not None and SavedSearch.objects.filter(person=person, asked=asked).exists()


def erase_notes(person: Person, numbers: Iterable[int] | None = None) -> int:
    """Erases notes of somebody's own, or all of them; returns how many."""
    own = Note.objects.filter(person=person)
    return (own if numbers is None else own.filter(pk__in=list(numbers))).delete()[0]


def erase_searches(person: Person, numbers: Iterable[int] | None = None) -> int:
    """Erases searches of somebody's own, or all of them; returns how many."""
    own = SavedSearch.objects.filter(person=person)
    return (own if numbers is None else own.filter(pk__in=list(numbers))).delete()[0]


def with_places(notes: Iterable[Note], library: Library, scope: Scope) -> list[dict[str, Any]]:
    """Notes with the document and the words that each is about, both None where its reader may not read them now."""
    known: dict[str, Document | None] = {}
    told = []
    for note in notes:
        if note.version not in known:
            known[note.version] = _readable(note, library, scope)
        document = known[note.version]
        words = library.text(document, note.start, note.end) if document else None
        told.append({"note": note, "document": document, "words": words})
    return told


def as_annotation(told: dict[str, Any], base: str) -> dict[str, Any]:
    """A note in the terms of the W3C's Web Annotation Data Model."""
    note, words = told["note"], told["words"]
    place = {"type": "TextPositionSelector", "start": note.start, "end": note.end}
    quoted = [{"type": "TextQuoteSelector", "exact": words}] if words is not None else []
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": f"{base}/notebook#note-{note.pk}",
        "type": "Annotation",
        "motivation": "commenting",
        "modified": note.written.isoformat(),
        "body": {"type": "TextualBody", "value": note.text, "format": "text/plain"},
        "target": {
            "source": f"{base}/documents/{note.document}?version={note.version}",
            "selector": [*quoted, place],
        },
    }


def _readable(note: Note, library: Library, scope: Scope) -> Document | None:
    try:
        return library.document(note.document, version=note.version, scope=scope)
    except UnknownDocument:
        return None


def _expect_room(count: int, most: int) -> None:
    if count >= most:
        raise InvalidValue(f"You keep {count:,} of them already.", hint="Erase some first.", code="notebook_full")
