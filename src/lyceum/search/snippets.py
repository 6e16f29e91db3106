"""Shows why a passage was found: its best sentence, and the words of the query in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lyceum import text as texts
from lyceum.archive import Passage
from lyceum.search.model import Words

_SHORT = 80
"""Characters; a sentence shorter than this is shown with the one after it."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of a document, and the words to mark in it: offsets into the document's text."""

    start: int
    end: int
    marks: tuple[tuple[int, int], ...] = ()


def highlight(passage: Passage, words: Words) -> Snippet:
    """The sentence of a passage that holds most of the words; the first sentence where none holds any."""
    language = texts.primary(passage.language)
    wanted = _Wanted(words, language)
    sentences = texts.sentences(passage.text, language) or [(0, len(passage.text))]
    held = [wanted.held(passage.text[start:end]) for start, end in sentences]
    best = max(range(len(sentences)), key=lambda n: (held[n], -n))
    start, end = sentences[best]
    while end - start < _SHORT and best + 1 < len(sentences):
        best += 1
        end = sentences[best][1]
    at = passage.start
    marks = tuple((at + start + a, at + start + b) for a, b in wanted.places(passage.text[start:end]))
    return Snippet(at + start, at + end, marks)


class _Wanted:
    """The words of a query as they are looked for in texts of one language."""

    def __init__(self, words: Words, language: str) -> None:
        self._stems = {form for forms in words.terms for form in forms}
        self._plain = {*words.exact, *(word for phrase in words.phrases for word in phrase.words)}
        self._beginnings = words.beginnings or ("\0",)
        self._language = language

    def held(self, text: str) -> tuple[int, int]:
        """How many different words of the query stand in a text, and how many in all."""
        found = texts.indexed_terms(text, self._language)
        held = [term for term in found.stems if term in self._stems]
        held += [word for word in found.plain if word in self._plain or word.startswith(self._beginnings)]
        return len(set(held)), len(held)

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where they stand, in order."""
        for start, end, word in texts.located_words(text):
            if texts.is_unspaced(word):
                yield from _runs(start, word, self._stems)
            elif texts.stem(word, self._language) in self._stems or self._as_written(texts.unaccent(word)):
                yield start, end

    def _as_written(self, word: str) -> bool:
        return word in self._plain or word.startswith(self._beginnings)


def _runs(start: int, run: str, stems: set[str]) -> Iterator[tuple[int, int]]:
    """The stretches of a run of an unspaced script that are covered by terms of the query."""
    covered = [False] * len(run)
    for size in {len(stem) for stem in stems}:
        for at in range(len(run) - size + 1):
            if run[at : at + size] in stems:
                covered[at : at + size] = [True] * size
    at = 0
    while at < len(run):
        stop = at
        while stop < len(run) and covered[stop]:
            stop += 1
        if stop > at:
            yield start + at, start + stop
        at = stop + 1
