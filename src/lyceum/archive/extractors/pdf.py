"""PDF with a text layer: pages by their printed labels, paragraphs from the geometry of lines."""

from __future__ import annotations

import ctypes
import itertools
import mmap
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pypdfium2
import pypdfium2.raw

from lyceum.archive.extractors.common import (
    Piece,
    collapse,
    compose,
    creators,
    damaged,
    encrypted,
    no_text,
    stated_date,
)
from lyceum.archive.model import Extracted, Metadata

# pypdfium2 carries no types: what it gives is turned into ours on the spot.
_open_document: Any = pypdfium2.PdfDocument
_raw: Any = pypdfium2.raw

_HYPHEN = "\ufffe"
_LINE_END = re.compile("\r\n|\n|\r|(?<=\ufffe)")
_ENDS_SENTENCE = re.compile(r"[.!?:;…][\"'”’»)\]]*$")
_PAGE_NUMBER = re.compile(r"[-–—\[( ]*(?:page\s+)?(\d{1,5}|[ivxlcdm]{1,8})(?:\s*(?:/|of)\s*\d+)?[-–—\]). ]*", re.I)
_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_BULLET = re.compile(r"[•▪◦‣·–—*-]\s|\(?(?:\d{1,3}|[a-z])[.)]\s")
_JUNK_TITLE = re.compile(
    r"untitled.*|microsoft (?:word|powerpoint|excel).*|powerpoint presentation|.*\.(?:docx?|pdf|tex|dvi|indd|qxd|"
    r"rtf|odt|pptx?|xlsx?|html?|txt)|document\d*|title|.*latex.*|slide \d+|no title|\(?anonymous\)?|\W*\d*\W*",
    re.IGNORECASE,
)
_JUNK_AUTHOR = re.compile(
    r"user|admin(?:istrator)?|owner|author|unknown|anonymous|\(?anonymous\)?|.*(?:adobe|acrobat|microsoft|"
    r"latex|pdf|ghostscript|libreoffice|openoffice|scanner|reportlab).*|\W*\d*\W*",
    re.IGNORECASE,
)
_XMP_DATE = re.compile(
    rb"<prism:(publicationDate|coverDate)[^>]*>\s*([^<]{4,40})<|prism:(publicationDate|coverDate)=\"([^\"]{4,40})\""
)
_CREATED = re.compile(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?")
_EDGE_LINES = 3
_MARGIN = 0.15
_LONG_PARAGRAPH = 6000
_FEWEST_REPEATS = 3
_HEADING_RATIO = 1.15
_LONGEST_HEADING = 200
_FEWEST_LETTERS = 0.3


class PdfExtractor:
    """Reads PDF files that hold text; it does not recognise scanned characters."""

    media_types = frozenset(("application/pdf",))

    def extract(self, path: Path, name: str) -> Extracted:
        """The paragraphs of every page; raises no_text for a scan without a text layer."""
        document = _open(path, name)
        try:
            pages = [_read_page(document, index) for index in range(len(document))]
            metadata = _metadata(document, path)
        finally:
            document.close()
        empty = [page.label for page in pages if not page.lines]
        if len(empty) == len(pages):
            raise no_text(name, "It looks like a scan. Text recognition is not installed yet: run OCRmyPDF first.")
        removed = _remove_running_lines(pages)
        notes = [*_note_empty(empty), *(["Running headers, footers and page numbers were left out."] * removed)]
        return compose(_pieces(pages), metadata, notes)


extractor = PdfExtractor()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text with its edges in points, from the lower left of its page; `size` is its height."""

    text: str
    left: float
    right: float
    bottom: float
    size: float
    is_hyphenated: bool = False


@dataclass(slots=True)
class _PageLines:
    """A page's lines in reading order; running heads are taken out later."""

    label: str
    lines: list[_Line]
    height: float = 0.0


def _open(path: Path, name: str) -> Any:
    try:
        document = _open_document(path)
    except pypdfium2.PdfiumError as exc:
        if exc.err_code in (_raw.FPDF_ERR_PASSWORD, _raw.FPDF_ERR_SECURITY):
            raise encrypted(name) from exc
        raise damaged(name, "it is no readable PDF") from exc
    if len(document) == 0:
        document.close()
        raise damaged(name, "it has no pages")
    return document


def _read_page(document: Any, index: int) -> _PageLines:
    """One page's lines; the page is closed at once, for a book has a thousand."""
    label = _label(document, index)
    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return _PageLines(label, [])
    height = page.get_height()
    try:
        textpage = page.get_textpage()
        try:
            lines = list(_lines(textpage))
        finally:
            textpage.close()
    except pypdfium2.PdfiumError:
        lines = []
    finally:
        page.close()
    return _PageLines(label, lines if _is_legible(lines) else [], height)


def _label(document: Any, index: int) -> str:
    return collapse(document.get_page_label(index) or "")[:40] or str(index + 1)


def _lines(textpage: Any) -> Iterator[_Line]:
    """Lines as pdfium parts them; it joins a word hyphenated at a line's end and leaves U+FFFE there."""
    text = textpage.get_text_range() if textpage.count_chars() else ""
    place = 0
    for match in [*_LINE_END.finditer(text), None]:
        end, following = (match.start(), match.end()) if match else (len(text), len(text))
        raw = text[place:end]
        if raw.strip():
            yield _line(textpage, raw, place)
        place = following


def _line(textpage: Any, raw: str, place: int) -> _Line:
    inked = [offset for offset, sign in enumerate(raw) if not sign.isspace()]
    first = _box(textpage, place + inked[0])
    last = _box(textpage, place + inked[-1])
    text = collapse(raw.replace(_HYPHEN, "-"))
    return _Line(text, first[0], last[1], first[2], first[3] - first[2], raw.endswith(_HYPHEN))


def _box(textpage: Any, text_index: int) -> tuple[float, float, float, float]:
    """(left, right, bottom, top) of a character, its font's full height; zeros where pdfium knows none."""
    index = _raw.FPDFText_GetCharIndexFromTextIndex(textpage, text_index)
    rectangle = _raw.FS_RECTF()
    if index < 0 or not _raw.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(rectangle)):
        return (0.0, 0.0, 0.0, 0.0)
    return (rectangle.left, rectangle.right, rectangle.bottom, rectangle.top)


def _is_legible(lines: Sequence[_Line]) -> bool:
    """Whether the text layer holds letters or digits; fonts without a mapping give signs at random."""
    text = "".join(line.text for line in lines)
    known = sum(sign.isalnum() or sign.isspace() for sign in text)
    return known >= _FEWEST_LETTERS * len(text) if text else True


def _note_empty(labels: Sequence[str]) -> list[str]:
    if not labels:
        return []
    named = ", ".join(labels[:30]) + (f" and {len(labels) - 30} more" if len(labels) > 30 else "")
    return [f"Pages without text, perhaps scanned: {named}."]


def _remove_running_lines(pages: Sequence[_PageLines]) -> bool:
    """Takes out lines that stand at the same height of many pages with the same words, digits aside."""
    seen = Counter(key for page in pages for key in {_key(line) for line in _edges(page)})
    running = {key for key, times in seen.items() if times >= _FEWEST_REPEATS}
    removed = False
    for index, page in enumerate(pages):
        edges = {id(line) for line in _edges(page)}
        kept = [
            line
            for line in page.lines
            if id(line) not in edges or not (_key(line) in running or _counts(line, page, index, pages))
        ]
        if kept and len(kept) < len(page.lines):
            page.lines, removed = kept, True
    return removed


def _edges(page: _PageLines) -> list[_Line]:
    """The outermost lines of a page, where they stand in its upper or lower margin."""
    ordered = sorted(page.lines, key=lambda line: line.bottom)
    low, high = _MARGIN * page.height, (1 - _MARGIN) * page.height
    lower = [line for line in ordered[:_EDGE_LINES] if line.bottom < low]
    return lower + [line for line in ordered[-_EDGE_LINES:] if line.bottom > max(low, high)]


def _key(line: _Line) -> tuple[str, int]:
    return _DIGITS.sub("#", line.text).casefold(), round(line.bottom / 6)


def _counts(line: _Line, page: _PageLines, index: int, pages: Sequence[_PageLines]) -> bool:
    """Whether a line is the number of its page, by its label or by its place."""
    match = _PAGE_NUMBER.fullmatch(line.text) if len(pages) > 1 else None
    return match is not None and match[1].lower() in (page.label.lower(), str(index + 1))


def _pieces(pages: Sequence[_PageLines]) -> list[Piece]:
    """Paragraphs over all pages; one that a page's end interrupts goes on, with the page marked inside it."""
    body = _usual_size(pages)
    flow = _Flow()
    for page in pages:
        flow.begin_page(page.label)
        layout = _Layout(_margins(page.lines), _leading(page.lines))
        previous: _Line | None = None
        for line in page.lines:
            flow.add(line, fresh=_begins(line, previous, layout, flow), level=_level(line, body))
            previous = line
    return flow.finish()


class _Flow:
    """Gathers lines into pieces; a page that begins in the middle of one is marked there."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._level = 0
        self._marks: list[tuple[int, str]] = []
        self._labels: list[str] = []
        self._pieces: list[Piece] = []

    @property
    def is_empty(self) -> bool:
        """Whether the next line begins a piece anyhow."""
        return not self._parts

    @property
    def has_ended(self) -> bool:
        """Whether what was gathered ends like a sentence."""
        return bool(self._parts) and bool(_ENDS_SENTENCE.search(self._parts[-1][-8:]))

    @property
    def is_long(self) -> bool:
        """Whether a piece should end at the next end of a sentence, lest a book be one paragraph."""
        return self._length > _LONG_PARAGRAPH

    def begin_page(self, label: str) -> None:
        """A page begins before the next line, whether or not a piece does."""
        self._labels.append(label)

    def add(self, line: _Line, *, fresh: bool, level: int) -> None:
        """Adds a line to the piece before it, or as the first of a new one."""
        if fresh or level != self._level:
            self._close()
        self._level = level
        if self._parts:
            self._say("" if self._parts[-1].endswith("\n") else " ")
        self._marks += [(self._length, label) for label in self._labels]
        self._labels = []
        self._say(line.text)
        if line.is_hyphenated:
            self._say("\n")

    def finish(self) -> list[Piece]:
        """Every piece, the last one closed."""
        self._close()
        return self._pieces

    def _say(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._length += len(text)

    def _close(self) -> None:
        text = "".join(self._parts).rstrip()
        if text:
            level = self._level if len(text) <= _LONGEST_HEADING else 0
            self._pieces.append(Piece("heading" if level else "paragraph", text, level, tuple(self._marks)))
            self._marks = []
        self._parts, self._length = [], 0


def _begins(line: _Line, previous: _Line | None, page: _Layout, flow: _Flow) -> bool:
    """Whether a line begins a paragraph: by a gap, an indent, a bullet, or a short line before it."""
    ended = flow.has_ended
    if flow.is_empty or (ended and flow.is_long):
        return True
    if previous is None:
        return ended or not line.text[:1].islower()
    gap = previous.bottom - line.bottom
    if gap < -previous.size:
        return ended
    is_apart = gap > 1.45 * page.leading and gap > 1.2 * line.size
    return is_apart or bool(_BULLET.match(line.text)) or _is_indented(line, previous, page, ended=ended)


def _is_indented(line: _Line, previous: _Line, page: _Layout, *, ended: bool) -> bool:
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


def _margins(lines: Sequence[_Line]) -> list[float]:
    """The left edges at which many lines begin: one a column."""
    counted = Counter(round(line.left) for line in lines)
    return sorted(left for left, times in counted.items() if times >= max(3, len(lines) // 8))


def _margin(line: _Line, margins: Sequence[float]) -> float:
    return max((left for left in margins if left <= line.left + 2), default=line.left)


def _leading(lines: Sequence[_Line]) -> float:
    """The usual distance between two lines of the page, in points."""
    gaps = sorted(
        before.bottom - after.bottom
        for before, after in itertools.pairwise(lines)
        if 1 < before.bottom - after.bottom < 4 * max(before.size, 1)
    )
    return gaps[len(gaps) // 2] if gaps else 14.0


def _usual_size(pages: Iterable[_PageLines]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _level(line: _Line, body: float) -> int:
    """A heading's level by how much larger than the body it is set; 0 for body text."""
    if body <= 0 or line.size < _HEADING_RATIO * body or not any(sign.isalpha() for sign in line.text):
        return 0
    return 1 if line.size > 1.6 * body else 2 if line.size > 1.3 * body else 3


def _metadata(document: Any, path: Path) -> Metadata:
    """The Info dictionary; when the file was made is kept apart, for it is not when the text appeared."""
    info = {key: collapse(value) for key, value in document.get_metadata_dict(skip_empty=True).items()}
    title, author = info.get("Title", ""), info.get("Author", "")
    created = _CREATED.match(info.get("CreationDate", ""))
    day = "-".join(part for part in created.groups() if part) if created else ""
    name, date = _xmp_date(path)
    stated = (
        Metadata.stated("pdf:info:Title", title="" if _JUNK_TITLE.fullmatch(title) else title),
        Metadata.stated("pdf:info:Author", creators=() if _JUNK_AUTHOR.fullmatch(author) else creators(author)),
        Metadata.stated(f"pdf:xmp:prism:{name}", date=stated_date(date)),
        Metadata(extra=MappingProxyType({"pdf_created": day} if day else {})),
    )
    return reduce(Metadata.over, stated)


def _xmp_date(path: Path) -> tuple[str, str]:
    """The date of publication that an uncompressed XMP packet states in PRISM's terms; pdfium shows none."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        match = _XMP_DATE.search(data)
        if match is None:
            return "", ""
        name, said = (match[1], match[2]) if match[1] else (match[3], match[4])
        return name.decode(), said.decode("utf-8", "replace").strip()
