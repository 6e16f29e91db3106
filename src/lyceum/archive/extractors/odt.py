"""ODT: headings by outline, paragraphs, lists, tables; foot- and endnotes after the text."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from types import MappingProxyType

from lxml import etree

from lyceum.archive.extractors.common import (
    Piece,
    collapse,
    compose,
    creators,
    damaged,
    encrypted,
    language_code,
    open_package,
    read_member,
)
from lyceum.archive.extractors.markup import local_name, parse_xml
from lyceum.archive.model import Extracted, Metadata
from lyceum.errors import ExtractionFailed

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_LEFT_OUT = frozenset(("tracked-changes", "annotation", "annotation-end", "desc", "title", "sequence-decls", "forms"))
_FOLD = re.compile(r"[ \t\r\n]+")


class OdtExtractor:
    """Reads OpenDocument texts."""

    media_types = frozenset(("application/vnd.oasis.opendocument.text",))

    def extract(self, path: Path, name: str) -> Extracted:
        """The document as it reads with all changes accepted."""
        with open_package(path, name) as package:
            if "META-INF/manifest.xml" in package.namelist() and b"encryption-data" in read_member(
                package, "META-INF/manifest.xml", name
            ):
                raise encrypted(name)
            content = _parsed(read_member(package, "content.xml", name), name)
            meta = b""
            # What describes a document is not worth the document.
            with contextlib.suppress(ExtractionFailed):
                meta = read_member(package, "meta.xml", name)
        walk = _Walk()
        body = next((one for one in content.iter() if local_name(one) == "body"), content)
        walk.go(body)
        return compose([*walk.pieces, *walk.notes], _metadata(meta, name))


extractor = OdtExtractor()


def _parsed(data: bytes, name: str) -> etree._Element:
    try:
        return parse_xml(data.decode("utf-8", "replace"))
    except etree.XMLSyntaxError as exc:
        raise damaged(name, "its content is no well-formed XML") from exc


class _Walk:
    """Paragraphs and headings in order; what notes hold is kept for the end."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.notes: list[Piece] = []

    def go(self, root: etree._Element) -> None:
        stack = [root]
        while stack:
            element = stack.pop()
            tag = local_name(element)
            if tag in _LEFT_OUT:
                continue
            if tag in ("p", "h"):
                self._paragraph(element, tag)
            elif tag == "table-row":
                self._row(element)
            else:
                stack += reversed(element)

    def _paragraph(self, element: etree._Element, tag: str) -> None:
        text = self._words(element)
        level = int(element.get(f"{_TEXT}outline-level") or 1) if tag == "h" else 0
        if text:
            self.pieces.append(Piece("heading" if level else "paragraph", text, min(level, 6)))

    def _row(self, row: etree._Element) -> None:
        cells = [
            " ".join(text for one in cell.iter() if local_name(one) in ("p", "h") and (text := self._words(one)))
            for cell in row
            if local_name(cell) == "table-cell"
        ]
        if any(cells):
            self.pieces.append(Piece("paragraph", "\t".join(cells).strip()))

    def _words(self, element: etree._Element) -> str:
        """A paragraph's characters: tabs and breaks are elements, runs of white space are one space."""
        text = "".join(self._parts(element))
        return "\n".join(line.strip(" ") for line in text.split("\n")).strip()

    def _parts(self, element: etree._Element) -> Iterator[str]:
        yield _FOLD.sub(" ", element.text or "")
        for child in element:
            match local_name(child):
                case "tab":
                    yield "\t"
                case "line-break":
                    yield "\n"
                case "s":
                    yield " " * min(int(child.get(f"{_TEXT}c") or 1), 100)
                case "note":
                    yield self._note(child)
                case tag if tag in _LEFT_OUT:
                    pass
                case _:
                    yield from self._parts(child)
            yield _FOLD.sub(" ", child.tail or "")

    def _note(self, note: etree._Element) -> str:
        sign, body = "", ""
        for part in note:
            if local_name(part) == "note-citation":
                sign = collapse("".join(map(str, part.itertext())))
            elif local_name(part) == "note-body":
                body = "\n".join(self._words(one) for one in part if local_name(one) in ("p", "h"))
        if body.strip():
            self.notes.append(Piece("paragraph", f"[{sign or '*'}] {body}"))
        return f"[{sign or '*'}]"


def _metadata(data: bytes, name: str) -> Metadata:
    """What its author stated; when the file was made is kept apart, for it is not when the text appeared."""
    if not data:
        return Metadata()
    said: dict[str, str] = {}
    for element in _parsed(data, name).iter():
        if len(element) == 0 and local_name(element) and (text := collapse(element.text or "")):
            said.setdefault(local_name(element), text)
    made = said.get("creation-date", "")[:10]
    stated = (
        Metadata.stated("odt:meta:title", title=said.get("title")),
        Metadata.stated("odt:meta:initial-creator", creators=creators(said.get("initial-creator"))),
        Metadata.stated("odt:meta:creator", creators=creators(said.get("creator"))),
        Metadata.stated("odt:meta:language", language=language_code(said.get("language"))),
        Metadata(extra=MappingProxyType({"odt_created": made} if made else {})),
    )
    return reduce(Metadata.over, stated)
