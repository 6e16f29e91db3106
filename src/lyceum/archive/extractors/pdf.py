"""PDF: pages by their printed labels, from their text layer or, where they are scans, by recognition."""

from __future__ import annotations

import ctypes
import itertools
import math
import mmap
import re
from collections.abc import Iterator, Sequence
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pypdfium2
import pypdfium2.raw

from lyceum.archive.extractors.common import collapse, creators, damaged, encrypted, no_text, stated_date
from lyceum.archive.extractors.layout import Line, PageLines, compose_pages
from lyceum.archive.extractors.ocr import Recogniser, is_installed, missing
from lyceum.archive.extractors.recognised import DPI, even_sizes
from lyceum.archive.model import Extracted, Metadata

# pypdfium2 carries no types: what it gives is turned into ours on the spot.
_open_document: Any = pypdfium2.PdfDocument
_raw: Any = pypdfium2.raw

_HYPHEN = "\ufffe"
_LINE_END = re.compile("\r\n|\n|\r|(?<=\ufffe)")
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
_FEWEST_LETTERS = 0.3
_FEW_LETTERS = 100
_MUCH = 0.5
_MOST_OBJECTS = 2_000
_MOST_SCANS = 5_000
_MOST_PIXELS = 40_000_000


class PdfExtractor:
    """Reads PDF files; pages that are images are recognised where a program for it is installed."""

    media_types = frozenset(("application/pdf",))

    def extract(self, path: Path, name: str) -> Extracted:
        """The paragraphs of every page; raises ocr_missing for a scan that nothing here can read."""
        document = _open(path, name)
        try:
            pages = [_read_page(document, index) for index in range(len(document))]
            metadata = _metadata(document, path)
            notes = _recognise(document, pages, name)
        finally:
            document.close()
        if not any(page.lines for page in pages):
            raise no_text(name, "Its pages are empty, or hold pictures without words.")
        even_sizes(pages)
        return compose_pages(pages, metadata, [*notes, *_note_empty([page.label for page in pages if not page.lines])])


extractor = PdfExtractor()


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


def _read_page(document: Any, index: int) -> PageLines:
    """One page's lines; the page is closed at once, for a book has a thousand."""
    label = _label(document, index)
    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return PageLines(label, [])
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
    return PageLines(label, lines if _is_legible(lines) else [], height)


def _label(document: Any, index: int) -> str:
    return collapse(document.get_page_label(index) or "")[:40] or str(index + 1)


def _lines(textpage: Any) -> Iterator[Line]:
    """Lines as pdfium parts them; it joins a word hyphenated at a line's end and leaves U+FFFE there."""
    text = textpage.get_text_range() if textpage.count_chars() else ""
    place = 0
    for match in [*_LINE_END.finditer(text), None]:
        end, following = (match.start(), match.end()) if match else (len(text), len(text))
        raw = text[place:end]
        if raw.strip():
            yield _line(textpage, raw, place)
        place = following


def _line(textpage: Any, raw: str, place: int) -> Line:
    inked = [offset for offset, sign in enumerate(raw) if not sign.isspace()]
    first = _box(textpage, place + inked[0])
    last = _box(textpage, place + inked[-1])
    text = collapse(raw.replace(_HYPHEN, "-"))
    return Line(text, first[0], last[1], first[2], first[3] - first[2], raw.endswith(_HYPHEN))


def _box(textpage: Any, text_index: int) -> tuple[float, float, float, float]:
    """(left, right, bottom, top) of a character, its font's full height; zeros where pdfium knows none."""
    index = _raw.FPDFText_GetCharIndexFromTextIndex(textpage, text_index)
    rectangle = _raw.FS_RECTF()
    if index < 0 or not _raw.FPDFText_GetLooseCharBox(textpage, index, ctypes.byref(rectangle)):
        return (0.0, 0.0, 0.0, 0.0)
    return (rectangle.left, rectangle.right, rectangle.bottom, rectangle.top)


def _is_legible(lines: Sequence[Line]) -> bool:
    """Whether the text layer holds letters or digits; fonts without a mapping give signs at random."""
    text = "".join(line.text for line in lines)
    known = sum(sign.isalnum() or sign.isspace() for sign in text)
    return known >= _FEWEST_LETTERS * len(text) if text else True


def _recognise(document: Any, pages: list[PageLines], name: str) -> list[str]:
    """Reads the pages that show more than their text layer says, in place; returns what is to be noted."""
    unread = [number for number, page in enumerate(pages) if _letters(page) < _FEW_LETTERS and _shows(document, number)]
    if not unread:
        return []
    if not is_installed():
        if not any(page.lines for page in pages):
            raise missing(name)
        return [f"{len(unread)} of {len(pages)} pages are images: {missing(name).hint}"]
    recogniser = Recogniser()
    for number in unread[:_MOST_SCANS]:
        label = pages[number].label
        found = [page for image in _render(document, number) for page in recogniser.read(image, label)]
        if found and _letters(found[0]) > _letters(pages[number]):
            pages[number] = found[0]
    left = len(unread) - _MOST_SCANS
    told = recogniser.notes() if any(page.confidence is not None for page in pages) else []
    return [*told, *([f"{left} pages were left out: add the file in parts."] if left > 0 else [])]


def _letters(page: PageLines) -> int:
    return sum(sign.isalnum() for line in page.lines for sign in line.text)


def _shows(document: Any, number: int) -> bool:
    """Whether a page with few words or none may show more: whether a picture covers it, or anything is drawn."""
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return False
    try:
        width, height = page.get_size()
        drawn = list(itertools.islice(page.get_objects(max_depth=3), _MOST_OBJECTS))
        bounds = [one.get_bounds() for one in drawn if one.type == _raw.FPDF_PAGEOBJ_IMAGE]
        covered = max(((right - left) * (top - bottom) for left, bottom, right, top in bounds), default=0.0)
        return covered > _MUCH * width * height or bool(drawn and not _read_page(document, number).lines)
    except pypdfium2.PdfiumError:
        return False
    finally:
        page.close()


def _render(document: Any, number: int) -> Iterator[bytes]:
    """The page as a grey picture in PGM, at 300 dots an inch, or fewer where it is very large; none where it fails."""
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return
    try:
        width, height = page.get_size()
        scale = min(DPI / 72, math.sqrt(_MOST_PIXELS / max(width * height, 1)))
        bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
        rows = bytes(bitmap.buffer)
        lines = (rows[start : start + bitmap.width] for start in range(0, bitmap.stride * bitmap.height, bitmap.stride))
        yield b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + b"".join(lines)
        bitmap.close()
    except pypdfium2.PdfiumError:
        return
    finally:
        page.close()


def _note_empty(labels: Sequence[str]) -> list[str]:
    if not labels:
        return []
    named = ", ".join(labels[:30]) + (f" and {len(labels) - 30} more" if len(labels) > 30 else "")
    return [f"Pages without text: {named}."]


def _metadata(document: Any, path: Path) -> Metadata:
    """The Info dictionary; when the file was made is kept apart, for it is not when the text appeared."""
    info = {
        key: collapse(value.replace("\0", "")) for key, value in document.get_metadata_dict(skip_empty=True).items()
    }
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
