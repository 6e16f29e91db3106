"""Questions, claims, quotations, and the citations that prove them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lyceum.archive import Page, PageFinder
from lyceum.search import Filter, Scope


@dataclass(frozen=True, slots=True)
class Source:
    """A run of text that may be quoted, and where it stands.

    `start` is its offset in the document's text; a passage that came with the question has no document, and
    its offsets are its own.
    """

    id: str
    text: str
    start: int = 0
    document: str | None = None
    version: str | None = None
    title: str = ""
    creators: tuple[str, ...] = ()
    date: str | None = None
    language: str = "und"
    pages: tuple[Page, ...] = ()

    def page(self, start: int, end: int) -> str | None:
        """The printed page of a span of its document's text."""
        return PageFinder(self.pages).label(start, end)


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words claimed to stand in a source; claimed only, until `verify` has found them there.

    `start`, where given, points at them in the source's own text, marks and all.
    """

    source: str
    exact: str
    creator: str | None = None
    start: int | None = None


class Reason(StrEnum):
    """Why a quotation or a claim was refused."""

    EMPTY = "empty"
    UNKNOWN_SOURCE = "unknown_source"
    NOT_IN_SOURCE = "not_in_source"
    ALTERED_PUNCTUATION = "altered_punctuation"
    CUT_WORD = "cut_word"
    CUT_NEGATION = "cut_negation"
    OTHER_CREATOR = "other_creator"
    NO_CITATION = "no_citation"
    NUMBER_NOT_IN_SOURCE = "number_not_in_source"
    NAME_NOT_IN_SOURCE = "name_not_in_source"
    UNQUOTED_MARKS = "words_in_quotation_marks_not_in_source"
    CONTRADICTED = "source_says_otherwise"
    NOT_SUPPORTED = "not_supported_by_source"
    OUTSIDE_TIME = "outside_the_time_asked_for"
    NOT_WRITTEN_BY_READER = "not_in_what_the_reader_wrote"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was refused, and why."""

    text: str
    why: Reason


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """A statement as drafted, with the places that are to carry it; nothing in it is proven yet.

    With `quoting` it says nothing itself: its text names the source, and the proven words follow. With `yours` it
    rests on what the asker wrote.
    """

    text: str
    quotations: tuple[Quotation, ...]
    quoting: bool = False
    yours: bool = False


class Abstention(StrEnum):
    """Why there is no answer."""

    NOTHING_FOUND = "nothing_found"
    UNREAD_DOCUMENTS = "unread_documents"
    UNCLEAR_QUESTION = "unclear_question"


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation, as it was understood, and the names that its answer brought up."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of which part of the archive, or of the passages that came with it.

    `history` are the turns before it, oldest first; they only help to understand the question.
    """

    text: str
    scope: Scope
    filter: Filter = Filter()
    passages: tuple[Source, ...] | None = None
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Nearest:
    """Something that the archive does hold, named when it cannot answer, or as another edition of what is cited."""

    document: str
    title: str
    creators: tuple[str, ...]
    date: str | None

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {"document": self.document, "title": self.title, "creators": list(self.creators), "date": self.date}


@dataclass(frozen=True, slots=True)
class Searched:
    """What was looked through for an answer."""

    documents: int
    passages: int
    vectors: int

    def as_dict(self) -> dict[str, int]:
        """Plain values for JSON."""
        return {"documents": self.documents, "passages": self.passages, "vectors": self.vectors}
