"""Puts the lines of printed pages together: running heads out, paragraphs over page ends, words made whole."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from lyceum.archive.model import Extracted, Metadata, Page, TextBuilder

__all__ = ["Line", "PageLines", "compose_pages"]

_ENDS_SENTENCE = re.compile(r"[.!?:;…][\"'”’»)\]]*$")
_PAGE_NUMBER = re.compile(r"[-–—\[( ]*(?:page\s+)?(\d{1,5}|[ivxlcdm]{1,8})(?:\s*(?:/|of)\s*\d+)?[-–—\]). ]*", re.I)
_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_BULLET = re.compile(r"[•▪◦‣·–—*-]\s|\(?(?:\d{1,3}|[a-z])[.)]\s")
_EDGE_LINES = 3
_MARGIN = 0.15
_LONG_PARAGRAPH = 6000
_FEWEST_REPEATS = 3
_HEADING_RATIO = 1.15
_LONGEST_HEADING = 200
_WORD = re.compile(r"\w+(?:[-\u2010]\w+)*")
_LAST_WORD = re.compile(r"\w+(?:[-\u2010]\w+)*$")
_FIRST_WORD = re.compile(r"\w+(?:[-\u2010]\w+)*")
_HYPHENS = "-\u2010\u00ad¬"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text with its edges in points, from the lower left of its page; `size` is its height.

    `begins` says whether a recogniser saw a paragraph begin here; None leaves it to the geometry.
    """

    text: str
    left: float
    right: float
    bottom: float
    size: float
    is_hyphenated: bool = False
    begins: bool | None = None

    def of_size(self, size: float) -> Line:
        """The same line of another height."""
        return replace(self, size=size)


@dataclass(slots=True)
class PageLines:
    """A page's lines in reading order; running lines are moved out of them into `header` and `footer`."""

    label: str
    lines: list[Line]
    height: float = 0.0
    confidence: float | None = None
    header: list[Line] = field(default_factory=list)
    footer: list[Line] = field(default_factory=list)


def compose_pages(pages: Sequence[PageLines], metadata: Metadata, notes: Iterable[str] = ()) -> Extracted:
    """One text of many pages, each with what stood on it and not in the text."""
    removed = _remove_running_lines(pages)
    said = [*notes, *(["Running headers, footers and page numbers were left out of the text."] * removed)]
    builder = TextBuilder()
    paragraphs = _paragraphs(pages)
    for paragraph in paragraphs:
        if paragraph.level:
            builder.heading(paragraph.text, level=paragraph.level)
        else:
            builder.paragraph(paragraph.text)
    built = builder.build(metadata, said)
    return replace(built, pages=tuple(_placed(pages, paragraphs, built)))


def _placed(pages: Sequence[PageLines], paragraphs: Sequence[_Paragraph], built: Extracted) -> list[Page]:
    """The pages with their offsets; one without a word stands, empty, where the next begins."""
    begins: dict[int, int] = {}
    hyphens: list[int] = []
    for block, paragraph in zip(built.blocks, paragraphs, strict=True):
        for offset, number in paragraph.marks:
            begins[number] = block.start + offset
        hyphens += [block.start + offset for offset in paragraph.hyphens]
    placed: list[Page] = []
    end = len(built.text)
    for number in reversed(range(len(pages))):
        page, start = pages[number], begins.get(number, end)
        header, footer = ("\n".join(line.text for line in lines) for lines in (page.header, page.footer))
        broken = tuple(offset for offset in hyphens if start < offset <= end)
        placed.append(Page(page.label, start, end, page.confidence, header, footer, broken))
        end = start
    return placed[::-1]


def _remove_running_lines(pages: Sequence[PageLines]) -> bool:
    """Moves away lines that stand at the same height of many pages with the same words, digits aside."""
    seen = Counter(key for page in pages for key in {_key(line) for line in _edges(page)})
    removed = False
    for index, page in enumerate(pages):
        edges = _edges(page)
        running = [line for line in edges if _runs(line, seen) or _counts(line, page, index, pages)]
        if running and len(running) < len(page.lines):
            page.lines, removed = [line for line in page.lines if line not in running], True
            page.header = [line for line in running if line.bottom > page.height / 2]
            page.footer = [line for line in running if line.bottom <= page.height / 2]
    return removed


def _runs(line: Line, seen: Counter[tuple[str, int]]) -> bool:
    """Whether its words stand there on enough pages; scanned pages lie a little higher or lower."""
    words, height = _key(line)
    return sum(seen[words, height + shift] for shift in (-1, 0, 1)) >= _FEWEST_REPEATS


def _edges(page: PageLines) -> list[Line]:
    """The outermost lines of a page, where they stand in its upper or lower margin."""
    ordered = sorted(page.lines, key=lambda line: line.bottom)
    low, high = _MARGIN * page.height, (1 - _MARGIN) * page.height
    lower = [line for line in ordered[:_EDGE_LINES] if line.bottom < low]
    return lower + [line for line in ordered[-_EDGE_LINES:] if line.bottom > max(low, high)]


def _key(line: Line) -> tuple[str, int]:
    return _DIGITS.sub("#", line.text).casefold(), round(line.bottom / 6)


def _counts(line: Line, page: PageLines, index: int, pages: Sequence[PageLines]) -> bool:
    """Whether a line is the number of its page, by its label or by its place."""
    match = _PAGE_NUMBER.fullmatch(line.text) if len(pages) > 1 else None
    return match is not None and match[1].lower() in (page.label.lower(), str(index + 1))


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A block on its way into the text, with the pages that begin in it and the hyphens that were taken out."""

    text: str
    level: int
    marks: tuple[tuple[int, int], ...]
    hyphens: tuple[int, ...]


def _paragraphs(pages: Sequence[PageLines]) -> list[_Paragraph]:
    """Paragraphs over all pages; one that a page's end interrupts goes on, with the page marked inside it."""
    body = _usual_size(pages)
    flow = _Flow(_Vocabulary.of(pages))
    for number, page in enumerate(pages):
        flow.begin_page(number)
        layout = _Layout(_margins(page.lines), _leading(page.lines))
        previous: Line | None = None
        for line in page.lines:
            flow.add(line, fresh=_begins(line, previous, layout, flow), level=_level(line, body))
            previous = line
    return flow.finish()


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The words that stand unbroken in the document, which say how a broken one is written."""

    words: frozenset[str]

    @classmethod
    def of(cls, pages: Iterable[PageLines]) -> _Vocabulary:
        lines = (line.text.rstrip(_HYPHENS).casefold() for page in pages for line in page.lines)
        return cls(frozenset(word for line in lines for word in _WORD.findall(line)))

    def keeps_hyphen(self, before: str, after: str) -> bool:
        """Whether the hyphen between two halves belongs to the word, as in `well-known` or `Anglo-Saxon`."""
        halves = _LAST_WORD.search(before), _FIRST_WORD.match(after)
        if halves[0] is None or halves[1] is None or not halves[1][0][0].islower():
            return True
        left, right = halves[0][0].casefold(), halves[1][0].casefold()
        return "-" in left or (f"{left}-{right}" in self.words and left + right not in self.words)


class _Flow:
    """Gathers lines into paragraphs; a page that begins in the middle of one is marked there."""

    def __init__(self, vocabulary: _Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._parts: list[str] = []
        self._length = 0
        self._level = 0
        self._is_broken = False
        self._marks: list[tuple[int, int]] = []
        self._hyphens: list[int] = []
        self._waiting: list[int] = []
        self._done: list[_Paragraph] = []

    @property
    def is_empty(self) -> bool:
        """Whether the next line begins a paragraph anyhow."""
        return not self._parts

    @property
    def is_broken(self) -> bool:
        """Whether the last line ended inside a word."""
        return self._is_broken

    @property
    def has_ended(self) -> bool:
        """Whether what was gathered ends like a sentence."""
        return bool(self._parts) and bool(_ENDS_SENTENCE.search(self._parts[-1][-8:]))

    @property
    def is_long(self) -> bool:
        """Whether a paragraph should end at the next end of a sentence, lest a book be one."""
        return self._length > _LONG_PARAGRAPH

    def begin_page(self, number: int) -> None:
        """A page begins before the next line, whether or not a paragraph does."""
        self._waiting.append(number)

    def add(self, line: Line, *, fresh: bool, level: int) -> None:
        """Adds a line to the paragraph before it, or as the first of a new one."""
        if fresh or level != self._level:
            self._close()
        self._level = level
        if self._is_broken:
            self._mend(line.text)
        elif self._parts:
            self._say(" ")
        self._marks += [(self._length, number) for number in self._waiting]
        self._waiting = []
        self._say(line.text)
        self._is_broken = line.is_hyphenated

    def finish(self) -> list[_Paragraph]:
        """Every paragraph, the last one closed."""
        self._close()
        return self._done

    def _mend(self, following: str) -> None:
        """Takes the hyphen out that broke a word at a line's end, and remembers where it stood."""
        before = self._parts[-1]
        whole = before.rstrip(_HYPHENS)
        if not self._vocabulary.keeps_hyphen(whole, following):
            self._parts[-1] = whole
            self._length -= len(before) - len(whole)
            self._hyphens.append(self._length)

    def _say(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _close(self) -> None:
        text = "".join(self._parts).rstrip()
        if text:
            level = self._level if len(text) <= _LONGEST_HEADING else 0
            self._done.append(_Paragraph(text, level, tuple(self._marks), tuple(self._hyphens)))
            self._marks, self._hyphens = [], []
        self._parts, self._length, self._is_broken = [], 0, False


def _begins(line: Line, previous: Line | None, page: _Layout, flow: _Flow) -> bool:
    """Whether a line begins a paragraph: by a gap, an indent, a bullet, or a short line before it."""
    ended = flow.has_ended
    if flow.is_empty or (ended and flow.is_long):
        return True
    if flow.is_broken:
        return False
    if previous is None:
        return ended or not line.text[:1].islower()
    if line.begins is not None:
        return line.begins
    gap = previous.bottom - line.bottom
    if gap < -previous.size:
        return ended
    is_apart = gap > 1.45 * page.leading and gap > 1.2 * line.size
    return is_apart or bool(_BULLET.match(line.text)) or _is_indented(line, previous, page, ended=ended)


def _is_indented(line: Line, previous: Line, page: _Layout, *, ended: bool) -> bool:
    """An indented first line; or one after a line that ended its sentence well short of the margin."""
    indent = line.left - _margin(line, page.margins)
    if 0.6 * line.size < indent < 6 * line.size and previous.left < line.left - 0.5 * line.size:
        return True
    return ended and previous.right < line.right - 4 * line.size and abs(previous.left - line.left) < 2


@dataclass(frozen=True, slots=True)
class _Layout:
    """A page's left margins, one a column, and the usual distance between its lines."""

    margins: Sequence[float]
    leading: float


def _margins(lines: Sequence[Line]) -> list[float]:
    """The left edges at which many lines begin: one a column."""
    counted = Counter(round(line.left) for line in lines)
    return sorted(left for left, times in counted.items() if times >= max(3, len(lines) // 8))


def _margin(line: Line, margins: Sequence[float]) -> float:
    return max((left for left in margins if left <= line.left + 2), default=line.left)


def _leading(lines: Sequence[Line]) -> float:
    """The usual distance between two lines of the page, in points."""
    gaps = sorted(
        before.bottom - after.bottom
        for before, after in itertools.pairwise(lines)
        if 1 < before.bottom - after.bottom < 4 * max(before.size, 1)
    )
    return gaps[len(gaps) // 2] if gaps else 14.0


def _usual_size(pages: Iterable[PageLines]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _level(line: Line, body: float) -> int:
    """A heading's level by how much larger than the body it is set; 0 for body text."""
    if body <= 0 or line.size < _HEADING_RATIO * body or not any(sign.isalpha() for sign in line.text):
        return 0
    return 1 if line.size > 1.6 * body else 2 if line.size > 1.3 * body else 3
