"""Reads what others' character recognition left: hOCR and ALTO, words with their places and how sure they are."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from lyceum.archive.extractors.common import collapse, damaged, decode, language_code, no_text
from lyceum.archive.extractors.layout import Line, PageLines, compose_pages
from lyceum.archive.extractors.markup import local_name, parse_xhtml, parse_xml
from lyceum.archive.model import Extracted, Metadata

__all__ = ["Word", "even_sizes", "page_of", "read_alto", "read_hocr", "read_pages"]

DPI = 300
_POINTS = 72 / DPI
_LARGE = 1.5
_HYPHENS = ("-", "\u2010", "¬", "\u00ad", "⸗")
_PROPERTY = re.compile(r"(bbox|x_wconf|ppageno)\s+([-\d. ]+)")
_SPACE_BEFORE = re.compile(r" (?=[.,;:!?)\]](?: |$))")
_MEDIA_TYPES = frozenset(("text/vnd.hocr+html", "application/alto+xml"))


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word: its box in pixels from the upper left, and the block, paragraph and line that it stands in.

    `confidence` is from 0 to 1, None where the recogniser did not say.
    """

    text: str
    confidence: float | None
    left: float
    top: float
    right: float
    bottom: float
    place: tuple[int, int, int]


def page_of(words: Sequence[Word], height: float, label: str = "") -> PageLines:
    """A page of recognised words, in their order."""
    return PageLines(label, list(_lines(words, height)), height * _POINTS, _mean(words))


def even_sizes(pages: Sequence[PageLines]) -> None:
    """Gives recognised lines the document's usual height: one without tall letters looks smaller than it is."""
    heights = sorted(line.size for page in pages for line in page.lines if page.confidence is not None)
    usual = heights[len(heights) // 2] if heights else 0.0
    for page in pages:
        if page.confidence is not None:
            page.lines = [line if line.size > _LARGE * usual else line.of_size(usual) for line in page.lines]


class RecognisedExtractor:
    """Reads hOCR and ALTO files."""

    media_types = _MEDIA_TYPES

    def extract(self, path: Path, name: str) -> Extracted:
        """The pages of the file; raises no_text where recognition found no word."""
        source = decode(path.read_bytes(), name).text
        pages = read_pages(source, name)
        if not any(page.lines for page in pages):
            raise no_text(name, "Recognition found no word on its pages.")
        for number, page in enumerate(pages, start=1):
            page.label = page.label or str(number)
        even_sizes(pages)
        return compose_pages(pages, _metadata(source), ["The text was recognised from images of pages."])


extractor = RecognisedExtractor()


def read_pages(source: str, name: str) -> list[PageLines]:
    """The pages of an hOCR or ALTO file; raises damaged_file for another."""
    if "ocr_page" in source:
        return read_hocr(source, name)
    return read_alto(source, name)


def read_hocr(source: str, name: str) -> list[PageLines]:
    """The pages of an hOCR file, with its paragraphs."""
    root = parse_xhtml(source, name)
    return [_hocr_page(element) for element in root.iter() if "ocr_page" in _classes(element)]


def read_alto(source: str, name: str) -> list[PageLines]:
    """The pages of an ALTO file, named by their printed numbers where it knows them."""
    try:
        root = parse_xml(source)
    except etree.XMLSyntaxError as exc:
        raise damaged(name, "it is no well-formed XML") from exc
    if local_name(root) != "alto":
        raise damaged(name, "it is neither hOCR nor ALTO")
    return [_alto_page(element) for element in root.iter() if local_name(element) == "page"]


def _hocr_page(page: etree._Element) -> PageLines:
    box = _box(page)
    words: list[Word] = []
    place = [0, 0, 0]
    for element in page.iter():
        classes = _classes(element)
        if classes & {"ocr_carea", "ocrx_block"}:
            place = [place[0] + 1, 0, 0]
        elif "ocr_par" in classes:
            place = [place[0], place[1] + 1, 0]
        elif classes & {"ocr_line", "ocrx_line", "ocr_header", "ocr_textfloat", "ocr_caption"}:
            place = [place[0], place[1], place[2] + 1]
        elif "ocrx_word" in classes and (text := collapse("".join(map(str, element.itertext())))):
            said = _property(element, "x_wconf")
            sure = min(said[0] / 100, 1.0) if said else None
            words.append(Word(text, sure, *_box(element), (place[0], place[1], place[2])))
    return page_of(words, box[3])


def _classes(element: etree._Element) -> frozenset[str]:
    return frozenset((element.get("class") or "").split()) if isinstance(element.tag, str) else frozenset()


def _property(element: etree._Element, name: str) -> list[float]:
    for match in _PROPERTY.finditer(element.get("title") or ""):
        if match[1] == name:
            return [float(number) for number in match[2].split() if number.strip("-").replace(".", "", 1).isdigit()]
    return []


def _box(element: etree._Element) -> tuple[float, float, float, float]:
    numbers = _property(element, "bbox")
    return (numbers[0], numbers[1], numbers[2], numbers[3]) if len(numbers) == 4 else (0.0, 0.0, 0.0, 0.0)


def _alto_page(page: etree._Element) -> PageLines:
    words: list[Word] = []
    block, line = 0, 0
    for element in page.iter():
        match local_name(element):
            case "textblock":
                block, line = block + 1, 0
            case "textline":
                line += 1
            case "string":
                words += _alto_word(element, (block, 0, line))
            case "hyp" if words:
                words[-1] = _with_hyphen(words[-1])
    label = collapse(page.get("PRINTED_IMG_NR") or "")
    return page_of(words, _number(page, "HEIGHT") or max((word.bottom for word in words), default=0.0), label)


def _alto_word(element: etree._Element, place: tuple[int, int, int]) -> list[Word]:
    text = collapse(element.get("CONTENT") or "")
    if not text:
        return []
    left, top = _number(element, "HPOS"), _number(element, "VPOS")
    sure = min(_number(element, "WC"), 1.0) if element.get("WC") else None
    return [Word(text, sure, left, top, left + _number(element, "WIDTH"), top + _number(element, "HEIGHT"), place)]


def _with_hyphen(word: Word) -> Word:
    text = word.text if word.text.endswith(_HYPHENS) else f"{word.text}-"
    return Word(text, word.confidence, word.left, word.top, word.right, word.bottom, word.place)


def _number(element: etree._Element, name: str) -> float:
    try:
        return max(0.0, float(element.get(name) or 0))
    except ValueError:
        return 0.0


def _mean(words: Sequence[Word]) -> float | None:
    """How sure recognition was, long words counting for more; None where it never said."""
    told = [(max(word.confidence, 0.0), len(word.text)) for word in words if word.confidence is not None]
    signs = sum(length for _, length in told)
    return round(sum(sure * length for sure, length in told) / signs, 4) if signs else None


def _lines(words: Sequence[Word], height: float) -> Iterator[Line]:
    grouped = [list(group) for _, group in itertools.groupby(words, key=lambda word: word.place)]
    lines = [line for line in grouped if any(sign.isalnum() for word in line for sign in word.text)]
    # Some recognisers call every line a paragraph; then the geometry knows better.
    is_told = len(lines) >= 2 * len({line[0].place[:2] for line in lines})
    for before, line in zip([None, *lines], lines, strict=False):
        same_block = before is not None and before[0].place[0] == line[0].place[0]
        begins = before[0].place[1] != line[0].place[1] if before and same_block and is_told else None
        yield _line(line, _SPACE_BEFORE.sub("", " ".join(word.text for word in line)), height, begins=begins)


def _line(words: Sequence[Word], text: str, height: float, *, begins: bool | None) -> Line:
    return Line(
        text,
        left=min(word.left for word in words) * _POINTS,
        right=max(word.right for word in words) * _POINTS,
        bottom=(height - max(word.bottom for word in words)) * _POINTS,
        size=max(word.bottom - word.top for word in words) * _POINTS,
        is_hyphenated=len(text) > 2 and text.endswith(_HYPHENS) and text[-2].isalpha(),
        begins=begins,
    )


def _metadata(source: str) -> Metadata:
    """The language that an hOCR file says its words are in."""
    match = re.search(r"ocr-langs['\"]\s+content=['\"]([^'\"\s]+)", source[:10_000])
    return Metadata.stated("hocr:ocr-langs", language=language_code(match[1] if match else None))
