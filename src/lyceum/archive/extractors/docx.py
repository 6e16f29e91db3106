"""DOCX: headings by style, paragraphs, lists, tables; foot- and endnotes after the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from zipfile import BadZipFile

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from lxml import etree

from lyceum.archive.extractors.common import Piece, collapse, compose, creators, damaged, language_code, open_package
from lyceum.archive.model import Extracted, Metadata

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading\s*([1-9])", re.IGNORECASE)
_TITLE_STYLES = ("title",)
_JUNK = re.compile(
    r"untitled|document\d*|microsoft word.*|word document|python-docx|microsoft office user|user|admin|author|"
    r"title|unknown|.*\.docx?",
    re.IGNORECASE,
)
_LEFT_OUT = frozenset(f"{_W}{tag}" for tag in ("del", "moveFrom", "txbxContent", "instrText", "delText"))
_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")
_NOTES = ((RELATIONSHIP_TYPE.FOOTNOTES, "footnote"), (RELATIONSHIP_TYPE.ENDNOTES, "endnote"))


class DocxExtractor:
    """Reads Word's DOCX."""

    media_types = frozenset(("application/vnd.openxmlformats-officedocument.wordprocessingml.document",))

    def extract(self, path: Path, name: str) -> Extracted:
        """The document as it reads with all changes accepted; headers and footers are left out."""
        open_package(path, name).close()
        try:
            with path.open("rb") as stream:
                document = docx.Document(stream)
        except (OpcError, BadZipFile, KeyError, ValueError, etree.XMLSyntaxError) as exc:
            raise damaged(name, "it is no Word document") from exc
        pieces = [*_body(document), *_all_notes(document)]
        return compose(pieces, _metadata(document))


extractor = DocxExtractor()


def _body(document: Document) -> Iterator[Piece]:
    levels = _heading_levels(document)
    stack = list(reversed(document.element.body))
    while stack:
        element = stack.pop()
        if element.tag == f"{_W}p":
            yield from _paragraph(element, levels)
        elif element.tag == f"{_W}tbl":
            yield from _rows(element)
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            stack.extend(reversed(element))


def _heading_levels(document: Document) -> dict[str, int]:
    """Style id to heading level, for built-in headings and for styles that set an outline level."""
    levels: dict[str, int] = {}
    for style in document.styles.element.iter(f"{_W}style"):
        name = _value(style.find(f"{_W}name")).lower()
        outline = _value(style.find(f"{_W}pPr/{_W}outlineLvl"))
        match = _HEADING.fullmatch(name)
        if match or outline.isdigit():
            levels[style.get(f"{_W}styleId") or ""] = int(match[1]) if match else min(int(outline) + 1, 6)
        elif name in _TITLE_STYLES:
            levels[style.get(f"{_W}styleId") or ""] = 1
    return levels


def _value(element: etree._Element | None) -> str:
    return "" if element is None else element.get(f"{_W}val") or ""


def _paragraph(element: etree._Element, levels: dict[str, int]) -> Iterator[Piece]:
    text = _text(element)
    if not text.strip():
        return
    level = levels.get(_value(element.find(f"{_W}pPr/{_W}pStyle")), 0)
    yield Piece("heading" if level else "paragraph", collapse(text) if level else text.strip(), level)


def _text(element: etree._Element) -> str:
    """A paragraph's characters; what was deleted and what stands in text boxes is left out."""
    parts: list[str] = []
    stack = list(reversed(element))
    while stack:
        child = stack.pop()
        if child.tag in _LEFT_OUT or not isinstance(child.tag, str):
            continue
        parts.append(_own_text(child))
        stack.extend(reversed(child))
    lines = "".join(parts).split("\n")
    return "\n".join(line.strip() for line in lines)


def _own_text(element: etree._Element) -> str:
    tag = element.tag.removeprefix(_W)
    if tag == "t":
        return element.text or ""
    if tag == "noBreakHyphen":
        return "\u2011"
    if tag in ("footnoteReference", "endnoteReference"):
        return f"[{element.get(f'{_W}id') or '*'}]"
    if tag == "br":
        return "\n" if element.get(f"{_W}type") in (None, "textWrapping") else " "
    return {"tab": "\t", "cr": "\n", "softHyphen": "\u00ad"}.get(tag, "") if element.tag.startswith(_W) else ""


def _rows(table: etree._Element) -> Iterator[Piece]:
    """One paragraph a row, its cells parted by tabs; a table in a cell gives its words to that cell."""
    for row in table.iterchildren(f"{_W}tr"):
        cells = [_cell(cell) for cell in row.iter(f"{_W}tc") if _row_of(cell) is row]
        if any(cells):
            yield Piece("paragraph", "\t".join(cells).strip())


def _row_of(cell: etree._Element) -> etree._Element | None:
    return next(cell.iterancestors(f"{_W}tr"), None)


def _cell(cell: etree._Element) -> str:
    return " ".join(text for paragraph in cell.iter(f"{_W}p") if (text := collapse(_text(paragraph))))


def _all_notes(document: Document) -> Iterator[Piece]:
    for kind, tag in _NOTES:
        for relation in document.part.rels.values():
            if relation.reltype == kind and not relation.is_external:
                yield from _notes(relation.target_part.blob, tag)


def _notes(source: bytes, tag: str) -> Iterator[Piece]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError:
        return
    for note in root.iter(f"{_W}{tag}"):
        if note.get(f"{_W}type") in _SEPARATORS:
            continue
        text = " ".join(part for p in note.iter(f"{_W}p") if (part := collapse(_text(p))))
        if text:
            yield Piece("paragraph", f"[{note.get(f'{_W}id') or '*'}] {text}")


# --- drafts ------------------------------------------------------------------------------------------

_QUOTE_STYLE = re.compile(r"quot|block ?text|zitat|citation|citaz|\bcita\b|citat|citaat", re.IGNORECASE)
_INDENTED = 500  # twips, about 9 mm


def set_paragraphs(path: Path, name: str) -> Iterator[tuple[str, bool]]:
    """The paragraphs of a draft, notes last, each with whether its style or indentation sets it off as quoted."""
    open_package(path, name).close()
    try:
        with path.open("rb") as stream:
            document = docx.Document(stream)
    except (OpcError, BadZipFile, KeyError, ValueError, etree.XMLSyntaxError) as exc:
        raise damaged(name, "it is no Word document") from exc
    quoting = _quoting_styles(document)
    for element in document.element.body.iter(f"{_W}p"):
        if not any(above.tag in _LEFT_OUT for above in element.iterancestors()):
            yield _text(element).strip(), _is_set_off(element, quoting)
    for note in _all_notes(document):
        yield note.text, False


def _quoting_styles(document: Document) -> set[str]:
    """The ids of the paragraph styles that are for quotations, by their names or those that they are based on."""
    styles = {style.get(f"{_W}styleId") or "": style for style in document.styles.element.iter(f"{_W}style")}

    def quotes(style: etree._Element | None, depth: int = 0) -> bool:
        if style is None or depth > len(styles):
            return False
        based = styles.get(_value(style.find(f"{_W}basedOn")))
        return bool(_QUOTE_STYLE.search(_value(style.find(f"{_W}name")))) or quotes(based, depth + 1)

    return {name for name, style in styles.items() if quotes(style)}


def _is_set_off(paragraph: etree._Element, quoting: set[str]) -> bool:
    style = _value(paragraph.find(f"{_W}pPr/{_W}pStyle"))
    if style in quoting:
        return True
    indent = paragraph.find(f"{_W}pPr/{_W}ind")
    listed = paragraph.find(f"{_W}pPr/{_W}numPr") is not None or style.lower().startswith("list")
    if indent is None or listed:
        return False
    left = indent.get(f"{_W}left") or indent.get(f"{_W}start") or "0"
    return left.lstrip("-").isdigit() and int(left) >= _INDENTED and not indent.get(f"{_W}hanging")


def _metadata(document: Document) -> Metadata:
    """The core properties; `created` is the file's time, so it is never the date."""
    core = document.core_properties
    created = core.created.date().isoformat() if core.created else ""
    stated = (
        Metadata.stated("docx:core:title", title=_unless_junk(core.title)),
        Metadata.stated("docx:core:creator", creators=creators(_unless_junk(core.author))),
        Metadata.stated("docx:core:language", language=language_code(core.language)),
        Metadata(extra=MappingProxyType({"docx_created": created} if created else {})),
    )
    return reduce(Metadata.over, stated)


def _unless_junk(value: str | None) -> str:
    text = collapse(value or "")
    return "" if _JUNK.fullmatch(text) else text
