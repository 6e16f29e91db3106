"""Looks for quoted words in the archive: by the index, never by going through it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from lyceum import text as texts
from lyceum.archive import Document, Holdings, Page, Passage
from lyceum.search import Filter, Hit, KeptIndex, Phrase, Scope, Words
from lyceum.tutor import Known, Source, Work, main_title, source_of

_STEP = 200
_KEPT = 4_000
_RARE = 7
_FOUND_BY_WORDS = 8
_TOO_COMMON = 0.02


class Stretches:
    """The archive as a quotation checker sees it: passages with what stands around each."""

    def __init__(self, index: KeptIndex, catalogue: Holdings, scope: Scope, language: str) -> None:
        self._index, self._catalogue, self._scope, self._language = index, catalogue, scope, language
        self._passages = index.state().passages
        self._kept: dict[tuple[int, int], Source | None] = {}
        self._pages: dict[str, tuple[Page, ...]] = {}
        self._frequency = lru_cache(maxsize=100_000)(self._read_frequency)

    def together(self, words: Sequence[str], *, author: str | None = None, most: int = 16) -> list[int]:
        """The places at which words stand in a row; see `lyceum.tutor.Shelf`."""
        return self._found(Words(phrases=(Phrase(tuple(words)),)), Filter(author=author), most)

    def rarest(self, words: Sequence[str]) -> list[int]:
        """The places that hold most of the rarest of some words."""
        counted = {word: self._frequency(word) for word in dict.fromkeys(words)}
        rare = sorted((word for word in counted if counted[word]), key=counted.__getitem__)[:_RARE]
        # A word that stands everywhere finds nothing, and takes long.
        telling = [word for word in rare if counted[word] <= _TOO_COMMON * self._passages] or rare[:2]
        return self._found(Words(exact=tuple(telling)), Filter(), _FOUND_BY_WORDS) if telling else []

    def stretch(self, place: int, *, around: int) -> Source | None:
        """The passage at a place with what stands around it."""
        around = -(-around // _STEP) * _STEP
        if (place, around) not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            found = next(iter(self._catalogue.passages([place])), None)
            self._kept[place, around] = self._around(found, around) if found else None
        return self._kept[place, around]

    def _found(self, words: Words, wanted: Filter, most: int) -> list[int]:
        return [hit.key for hit in self._index.lexical(words, wanted, self._scope, limit=most)]

    def _around(self, passage: Passage, around: int) -> Source:
        document = passage.document
        start = max(0, passage.start - around)
        text = self._catalogue.read(document, start, min(passage.end + around, document.characters))
        return replace(source_of(Hit(passage, 0.0)), text=text, start=start, pages=self._pages_of(document))

    def _pages_of(self, document: Document) -> tuple[Page, ...]:
        if document.version not in self._pages:
            self._pages[document.version] = tuple(self._catalogue.pages(document))
        return self._pages[document.version]

    def _read_frequency(self, word: str) -> int:
        """In how many passages a word stands, about: the index counts stems."""
        forms = list(dict.fromkeys((texts.stem(word, self._language), word)))
        return max(self._index.frequencies(forms).values())


def known_works(documents: Iterable[Document]) -> Known:
    """The authors and works of an archive; documents with one `edition_of`, or one author and title, are editions."""
    return Known(_works(list(documents)))


def _works(documents: Sequence[Document]) -> Iterator[Work]:
    titles = {document.id: document.metadata.title or "" for document in documents}
    for document in documents:
        about = document.metadata
        original = titles.get(about.edition_of or "", about.edition_of or about.title or "")
        author = about.creators[0].partition(",")[0] if about.creators else ""
        family = texts.plain_terms(author)[-1:]
        # Without a title nothing tells editions.
        key = " ".join([*family, "·", *texts.plain_terms(main_title(original))]) if original else document.id
        yield Work(document.id, about.title or "", about.creators, about.date.year if about.date else None, key)
