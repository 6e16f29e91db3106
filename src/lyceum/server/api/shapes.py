"""What programs may ask, and the shape of what they are told, as schemas that OpenAPI and MCP show."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from lyceum.contract import MOST_HITS
from lyceum.library import Kind, Mode, Order

LONGEST_QUERY = 10_000
LONGEST_QUESTION = 100_000
LONGEST_TEXT = 1_000_000
_MOST_PASSAGES = 200

Word = Annotated[str, Field(max_length=400)]
Date = Annotated[str, Field(max_length=40, examples=["1919", "1919-09", "1919-09-22"])]


class _Asked(BaseModel):
    """What is asked; a name that is not known is refused, since it may be a misspelt filter."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Filtered(_Asked):
    """What documents must be."""

    from_: Date | None = Field(None, alias="from", description="Only what is dated on or after this.")
    to: Date | None = Field(None, description="Only what is dated on or before this.")
    as_of: Date | None = Field(None, description="Only what had been published by then.")
    language: Word | None = Field(None, description="Only this language, such as de.")
    author: Word | None = Field(None, description="Only works of this author.")
    collection: Word | None = Field(None, description="Only this collection.")
    kind: Word | None = Field(None, description="Only this kind of document.")
    title: Word | None = Field(None, description="Only documents with these words in their title.")


class DocumentsAsked(Filtered):
    """Which documents to list."""

    limit: int = Field(100, ge=1, le=MOST_HITS)
    offset: int = Field(0, ge=0, le=10_000_000)


class SearchAsked(Filtered):
    """A search."""

    query: str = Field(max_length=LONGEST_QUERY, description="Words; the command's operators hold here too.")
    limit: int = Field(10, ge=1, le=MOST_HITS)
    mode: Mode = Mode.HYBRID
    sort: Order = Order.RELEVANCE
    elsewhere: float = Field(0.2, ge=0, le=1, description="The part kept for passages in other languages.")
    facets: bool = Field(False, description="Count the documents with all the words, by year and so on.")


class QuestionAsked(Filtered):
    """A question."""

    question: str = Field(max_length=LONGEST_QUESTION)
    model: Word | None = Field(None, description="One of /v1/models; the site's own choice where none is named.")


class StudyAsked(Filtered):
    """What is to be studied, and how it is to be written down."""

    kind: Kind = Field(description="What is to be made.")
    topic: Word = Field(description="Words, or the id or title of a document, an author, a collection.")
    format: Word = Field("json", description="json, md, or another form that the kind has.")
    limit: int | None = Field(None, ge=1, le=MOST_HITS, description="At most so many items.")
    model: Word | None = Field(None, description="As for /ask.")


class OwnPassage(_Asked):
    """A passage that comes with a question."""

    id: Word
    text: str = Field(max_length=LONGEST_QUESTION)
    title: Word = ""


class QuestionPosted(QuestionAsked):
    """A question, with passages of its own where it is to be answered from these alone."""

    passages: list[OwnPassage] | None = Field(None, max_length=_MOST_PASSAGES)


class TextAsked(_Asked):
    """Which part of a text."""

    version: Word | None = None
    start: int = Field(0, ge=0, le=1 << 40)
    end: int | None = Field(None, ge=0, le=1 << 40)


class DraftPosted(_Asked):
    """A draft whose quotations are to be checked."""

    text: str = Field(max_length=LONGEST_TEXT, description="The draft itself, as plain text, Markdown or HTML.")
    format: Literal["txt", "md", "html"] = "md"


# --- what is told ------------------------------------------------------------------------------------------


class _Told(BaseModel):
    """What is told; more may come beside it."""

    model_config = ConfigDict(extra="allow")


class Problem(_Told):
    """What went wrong, and what to do."""

    code: str
    message: str
    hint: str


class Failed(_Told):
    """An error."""

    error: Problem


class DocumentTold(_Told):
    """A document and what is known about it."""

    id: str
    title: str | None
    creators: list[str]
    date: str | None
    language: str | None
    collection: str
    kind: str | None
    source: str
    sha256: str
    version: str
    passages: int
    state: str


class DocumentsTold(_Told):
    """A page of a list."""

    documents: list[DocumentTold]
    total: int


class TextTold(_Told):
    """A stretch of a text, and how long the whole is; offsets are code points into the whole."""

    id: str
    version: str
    start: int
    end: int
    characters: int
    text: str
    pages: list[dict[str, Any]]


class HitTold(_Told):
    """A passage that was found."""

    document: str
    version: str
    title: str | None
    creators: list[str]
    date: str | None
    language: str | None
    passage: str
    text: str
    start: int
    end: int
    page: str | None
    score: float


class SearchTold(_Told):
    """What a search found."""

    hits: list[HitTold]
    milliseconds: float
    suggestion: str | None
    notes: list[str]


class AnswerTold(_Told):
    """An answer, or why there is none. Every citation was found in its source, letter by letter."""

    question: str
    abstained: bool
    reason: str | None
    claims: list[dict[str, Any]]
    citations: list[dict[str, Any]]
    milliseconds: float


class StudyTold(_Told):
    """What was made for study; a kind has sections, events or items, each with its citations."""

    kind: Kind
    topic: str
    title: str
    documents: list[dict[str, Any]]
    lacks: list[Problem]


class QuotationsTold(_Told):
    """A verdict on every quotation of a draft."""

    quotations: list[dict[str, Any]]


class CoverageTold(_Told):
    """What the archive holds."""

    documents: int
    passages: int
    vectors: int
    years: dict[str, int]
    languages: dict[str, int]
    kinds: dict[str, int]
    collections: dict[str, int]
    waiting: int
    failed: list[dict[str, Any]]
