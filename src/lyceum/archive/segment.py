"""Cuts extracted text into passages of whole sentences."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lyceum import text as texts
from lyceum.archive.model import Block, Extracted, Page
from lyceum.function_words import FUNCTION_WORDS

TARGET_WORDS = 120
LONGEST_SENTENCE = 250
SMALL_WORDS = {language: frozenset(words.split()) for language, words in FUNCTION_WORDS.items()}
_WORDS_TO_DETECT = 15
_SMALL_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Segment:
    """Where a passage stands: offsets, the pages that it touches (none where there are none), the headings above.

    `language` is empty where it is the document's.
    """

    start: int
    end: int
    pages: tuple[Page, ...]
    heading: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    words: int
    ends_paragraph: bool


def segment(extracted: Extracted, language: str | None) -> list[Segment]:
    """The passages of a document in order: about 120 words, whole sentences, never across a heading.

    A sentence of more than 250 words (a table, a list without stops) is cut at white space. Headings with
    no paragraph below them, such as a title page, become a passage of their own, so that nothing that was
    extracted stays unsearchable.
    """
    pages = PageFinder(extracted.pages)
    segments: list[Segment] = []
    for heading, blocks in _sections(extracted):
        sentences = [s for block in blocks for s in _sentences(extracted.text, block, language)]
        for start, end in _pack(sentences):
            spoken = _own_language(extracted.text[start:end], language)
            segments.append(Segment(start, end, pages.touched(start, end), heading, spoken))
    return segments


def _own_language(text: str, language: str | None) -> str:
    """The language of a passage where it is clearly another than the document's; empty where it is the same.

    Looked at closely only where few of the small words of the document's language stand in it.
    """
    words = texts.words(text)
    if len(words) < _WORDS_TO_DETECT:
        return ""
    if speaks(words, language):
        return ""
    detected = texts.detect_language(text)
    sure = speaks(words, detected) if detected in SMALL_WORDS else not text.isascii()
    return detected if sure and detected not in ("und", texts.primary(language)) else ""


def speaks(words: Sequence[str], language: str | None) -> bool:
    """Whether as many small words of a language stand among lower-case words as in its sentences; False for none."""
    small = SMALL_WORDS.get(texts.primary(language), frozenset())
    return bool(small) and sum(word in small for word in words) >= _SMALL_SHARE * len(words)


class PageFinder:
    """Names the printed page, or the first and last page, on which a span of text stands."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = [page for page in pages if page.end > page.start]
        self._starts = [page.start for page in self._pages]

    def touched(self, start: int, end: int) -> tuple[Page, ...]:
        """The pages on which a span stands, in order; none for what stands before the first, or between two."""
        first = max(0, bisect_right(self._starts, start) - 1)
        last = max(0, bisect_right(self._starts, max(start, end - 1)) - 1)
        near = self._pages[first : last + 1]
        return tuple(page for page in near if page.start < max(end, start + 1) and start < page.end)

    def label(self, start: int, end: int) -> str | None:
        """`"12"`, `"12–13"` for a span over a page break, or None for a document without pages."""
        touched = self.touched(start, end)
        if not touched:
            return None
        first, last = touched[0].label, touched[-1].label
        return first if first == last else f"{first}–{last}"


def _sections(extracted: Extracted) -> Iterator[tuple[str, list[Block]]]:
    """The paragraphs below each heading, with the path of headings above them."""
    path: list[Block] = []
    below: list[Block] = []
    for block in extracted.blocks:
        if block.kind == "paragraph":
            below.append(block)
            continue
        yield from _section(extracted.text, path, below)
        below = []
        path = [*(h for h in path if h.level < block.level), block]
    yield from _section(extracted.text, path, below)


def _section(text: str, path: list[Block], below: list[Block]) -> Iterator[tuple[str, list[Block]]]:
    if below:
        yield " › ".join(_name(text, h) for h in path), below
    elif path:
        yield " › ".join(_name(text, h) for h in path[:-1]), path[-1:]


def _name(text: str, heading: Block) -> str:
    return " ".join(text[heading.start : heading.end].split())


def _sentences(text: str, block: Block, language: str | None) -> list[_Sentence]:
    found: list[_Sentence] = []
    for start, end in texts.sentences(text[block.start : block.end], language):
        for a, b in _bounded(text, block.start + start, block.start + end):
            found.append(_Sentence(a, b, texts.word_count(text[a:b]), ends_paragraph=False))
    if found:
        last = found[-1]
        found[-1] = _Sentence(last.start, last.end, last.words, ends_paragraph=True)
    return found


def _bounded(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    """The sentence itself, or its pieces where it is longer than a passage may be."""
    if end - start < LONGEST_SENTENCE * 3 or texts.word_count(text[start:end]) <= LONGEST_SENTENCE:
        return [(start, end)]
    pieces: list[tuple[int, int]] = []
    limit = TARGET_WORDS * 7
    while end - start > limit:
        cut = max(text.rfind(" ", start, start + limit), text.rfind("\n", start, start + limit))
        cut = cut if cut > start else start + limit
        pieces.append((start, cut))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        pieces.append((start, end))
    return pieces


def _pack(sentences: Sequence[_Sentence]) -> Iterator[tuple[int, int]]:
    """Sentences put together until a passage is full; a paragraph's end is the better place to stop."""
    start: int | None = None
    words = 0
    for i, sentence in enumerate(sentences):
        start = sentence.start if start is None else start
        words += sentence.words
        is_last = i + 1 == len(sentences)
        following = 0 if is_last else sentences[i + 1].words
        full = words >= TARGET_WORDS * 0.7 if sentence.ends_paragraph else words >= TARGET_WORDS
        if is_last or full or words + following > TARGET_WORDS * 1.5:
            yield start, sentence.end
            start, words = None, 0
