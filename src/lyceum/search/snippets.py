"""Shows why a passage was found: its best sentence, and the words of the query in it."""

from __future__ import annotations

from collections.abc import Sequence
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
    sentences = texts.sentences(passage.text, passage.language) or [(0, len(passage.text))]
    marks = _marks(passage.text, passage.language, words)
    best = max(range(len(sentences)), key=lambda n: (_held(marks, *sentences[n]), -n))
    start, end = sentences[best]
    if end - start < _SHORT and best + 1 < len(sentences):
        end = sentences[best + 1][1]
    within = tuple((passage.start + a, passage.start + b) for a, b, _ in marks if start <= a and b <= end)
    return Snippet(passage.start + start, passage.start + end, within)


_Mark = tuple[int, int, str]


def _marks(text: str, language: str, words: Words) -> list[_Mark]:
    """Where words of the query stand, with what they stand for."""
    stems = {form for forms in words.terms for form in forms}
    plain = {*words.exact, *(word for phrase in words.phrases for word in phrase.words)}
    code = texts.primary(language)
    marks: list[_Mark] = []
    for start, end, word in texts.located_words(text):
        if texts.is_unspaced(word):
            marks += _runs(start, word, stems)
            continue
        stem, written = texts.stem(word, code), texts.unaccent(word)
        if stem in stems or written in plain or written.startswith(words.beginnings or ("\0",)):
            marks.append((start, end, stem))
    return marks


def _runs(start: int, run: str, stems: set[str]) -> list[_Mark]:
    """The stretches of a run of an unspaced script that are covered by terms of the query."""
    covered = [False] * len(run)
    for size in {len(stem) for stem in stems}:
        for at in range(len(run) - size + 1):
            if run[at : at + size] in stems:
                covered[at : at + size] = [True] * size
    marks: list[_Mark] = []
    at = 0
    while at < len(run):
        stop = at
        while stop < len(run) and covered[stop]:
            stop += 1
        if stop > at:
            marks.append((start + at, start + stop, run[at:stop]))
        at = stop + 1
    return marks


def _held(marks: Sequence[_Mark], start: int, end: int) -> tuple[int, int]:
    """How many different words of the query stand in a stretch, and how many in all."""
    held = [word for a, b, word in marks if start <= a and b <= end]
    return len(set(held)), len(held)
