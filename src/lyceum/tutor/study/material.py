"""Finds what a topic is, and goes through the passages that are to be studied, one after another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from lyceum import text as texts
from lyceum.archive import Document, Passage
from lyceum.errors import InvalidValue
from lyceum.search import Filter, Found, Hit, Mode, Order, Phrase, Query, Scope
from lyceum.tutor.answering import source_of
from lyceum.tutor.attribution import main_title
from lyceum.tutor.llm import LanguageModel
from lyceum.tutor.model import Nearest, Quotation, Source
from lyceum.tutor.study.model import Lack, Subject, Topic
from lyceum.tutor.verify import Citation, verify

MOST_MENTIONS = 3_000
"""How many passages that hold the words of a topic are read from either end of time."""
_PREFIX = re.compile(r"\s*(document|author|collection|words):\s*(.+)", re.IGNORECASE | re.DOTALL)
_LONGEST = 400
_ENOUGH = 20


class Readings(Protocol):
    """What study needs of the library."""

    def documents(self, wanted: Filter, scope: Scope) -> Sequence[Document]:
        """The documents that pass, oldest addition first."""
        ...

    def search(self, query: Query) -> Found:
        """The passages that fit."""
        ...

    def passages(self, document: Document) -> Iterator[Passage]:
        """The passages of a document in order, a few at a time in memory."""
        ...

    def frequencies(self, terms: Sequence[str]) -> tuple[Mapping[str, int], int]:
        """In how many passages each term stands, and of how many."""
        ...

    def editions(self, document: Document, scope: Scope) -> Sequence[Document]:
        """The other editions of a document's work."""
        ...

    @property
    def revision(self) -> int:
        """The revision of the archive that is read."""
        ...

    @property
    def notice(self) -> str:
        """Whose archive this is, said to every reader."""
        ...


@dataclass(frozen=True, slots=True)
class Material:
    """What a topic turned out to be, the works that it is found in, and the way to their passages.

    For words the passages are those that hold them all; for a document, an author or a collection all of each work.
    Of several editions of a work one is read.
    """

    subject: Subject
    name: str
    language: str
    terms: tuple[str, ...]
    documents: tuple[Document, ...]
    passages: Callable[[], Iterator[Passage]]

    def about(self) -> tuple[Nearest, ...]:
        """Its documents, as they are named."""
        return tuple(named(document) for document in self.documents)

    def lacks(self) -> tuple[Lack, ...]:
        """That the archive has nothing on it; none where it has."""
        if self.documents:
            return ()
        return (
            Lack(
                "topic_missing",
                f"The archive holds nothing on “{self.name}”.",
                "Try other words, or look with `lyceum coverage` at what the archive holds.",
            ),
        )


@dataclass(frozen=True, slots=True)
class Task:
    """One study that is to be made: of what, from what, and the model that may help to word it."""

    topic: Topic
    material: Material
    readings: Readings
    model: LanguageModel | None = None


def gather(topic: Topic, readings: Readings) -> Material:
    """What a topic is made of; raises InvalidValue for one without words, or for a prefix that fits nothing."""
    text = " ".join(topic.text.split())[:_LONGEST]
    if not texts.plain_terms(text):
        raise InvalidValue("The topic has no words.", hint="Name what you want to study.", code="unclear_topic")
    prefix = _PREFIX.fullmatch(text)
    kind, said = (prefix.group(1).lower(), prefix.group(2)) if prefix else ("", text)
    documents = readings.documents(topic.filter, topic.scope)
    for subject, find in _FINDERS.items():
        if kind in ("", subject) and (found := find(said, documents)):
            return _whole(subject, said, found, topic, readings)
    if kind and kind != Subject.WORDS:
        raise InvalidValue(
            f"There is no {kind} “{said[:60]}”.", hint="Look it up with `lyceum documents`.", code=f"unknown_{kind}"
        )
    return _mentioning(said, topic, readings)


def named(document: Document) -> Nearest:
    """A document as it is named to readers."""
    metadata = document.metadata
    return Nearest(document.id, metadata.title or "", metadata.creators, str(metadata.date) if metadata.date else None)


def source_of_passage(passage: Passage) -> Source:
    """A passage as something that may be quoted."""
    return source_of(Hit(passage, 0.0))


def cite(source: Source, start: int, end: int) -> Citation | None:
    """The citation of a stretch of a source, at offsets into the source's own text; None where none may be made."""
    result = verify(Quotation(source.id, source.text[start:end], start=start), {source.id: source})
    return result if isinstance(result, Citation) else None


# --- whole works -------------------------------------------------------------------------------------------


def _by_id_or_title(said: str, documents: Sequence[Document]) -> list[Document]:
    wanted = texts.plain_terms(said)
    for document in documents:
        if document.id == said:
            return [document]
    titled = [d for d in documents if wanted in (_title(d), texts.plain_terms(main_title(d.metadata.title or "")))]
    return titled[:1]


def _title(document: Document) -> list[str]:
    return texts.plain_terms(document.metadata.title or "")


def _by_author(said: str, documents: Sequence[Document]) -> list[Document]:
    """The works of the creators who bear a full name, in either order, or whose family name alone is one word of it."""
    wanted = set(texts.plain_terms(said))
    return [d for d in documents if any(_is_named(wanted, creator) for creator in d.metadata.creators)]


def _is_named(wanted: set[str], creator: str) -> bool:
    own = set(texts.plain_terms(creator))
    return bool(own) and (own == wanted or (len(wanted) > 1 and wanted <= own))


def _by_collection(said: str, documents: Sequence[Document]) -> list[Document]:
    return [d for d in documents if (d.metadata.collection or "main").casefold() == said.casefold()]


_FINDERS: Mapping[Subject, Callable[[str, Sequence[Document]], list[Document]]] = {
    Subject.DOCUMENT: _by_id_or_title,
    Subject.AUTHOR: _by_author,
    Subject.COLLECTION: _by_collection,
}


def _whole(subject: Subject, said: str, found: Sequence[Document], topic: Topic, readings: Readings) -> Material:
    works = tuple(_in_time(one_edition_each(found, readings, topic.scope)))
    name = (works[0].metadata.title or said) if subject is Subject.DOCUMENT else said
    return Material(
        subject, name, _language(works), (), works,
        lambda: (passage for document in works for passage in readings.passages(document)),
    )  # fmt: skip


def one_edition_each(documents: Iterable[Document], readings: Readings, scope: Scope) -> list[Document]:
    """The documents without further editions of a work that stands before them."""
    kept: list[Document] = []
    passed: set[object] = set()
    for document in documents:
        work = (tuple(_title(document)), document.metadata.creators)
        if document.id not in passed and (not work[0] or work not in passed):
            kept.append(document)
            passed.update((work, *(other.id for other in readings.editions(document, scope))))
    return kept


def _in_time(documents: Iterable[Document]) -> list[Document]:
    """By date, undated ones last."""
    return sorted(
        documents, key=lambda d: (d.metadata.date is None, str(d.metadata.date or ""), d.metadata.title or "")
    )


def _language(documents: Sequence[Document]) -> str:
    spoken = [texts.primary(document.metadata.language) for document in documents]
    return max(dict.fromkeys(spoken), key=spoken.count) if spoken else "und"


# --- words -------------------------------------------------------------------------------------------------


def _mentioning(said: str, topic: Topic, readings: Readings) -> Material:
    """The passages that hold every word of a topic, in the order of their works and places."""
    held: dict[str, dict[int, Passage]] = {}
    documents: dict[str, Document] = {}
    for passage in _holding(said, topic, readings):
        documents.setdefault(passage.document.id, passage.document)
        held.setdefault(passage.document.id, {})[passage.key] = passage
    works = tuple(_in_time(one_edition_each(documents.values(), readings, topic.scope)))
    language = texts.question_language(said)
    language = _language(works) if language == "und" else language
    return Material(
        Subject.WORDS, said, language, tuple(texts.content_terms(said, language)), works,
        lambda: (passage for d in works for passage in sorted(held[d.id].values(), key=lambda p: p.start)),
    )  # fmt: skip


def _holding(said: str, topic: Topic, readings: Readings) -> Iterator[Passage]:
    """The passages with the words side by side, or with every word where those are few; of too many both ends."""
    query = Query(said, topic.scope, topic.filter, mode=Mode.LEXICAL, limit=MOST_MENTIONS, order=Order.OLDEST)
    together = replace(query, phrases=(Phrase(tuple(texts.plain_terms(said))),))
    oldest = readings.search(together).hits
    if len(oldest) < _ENOUGH:
        oldest, together = readings.search(query).hits, query
    yield from (hit.passage for hit in oldest)
    if len(oldest) == MOST_MENTIONS:
        yield from (hit.passage for hit in readings.search(replace(together, order=Order.NEWEST)).hits)
