"""PPTX: the words of each slide, the speaker's notes after them; a slide is a page."""

from __future__ import annotations

import posixpath
import zipfile
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
    language_code,
    open_package,
    read_member,
)
from lyceum.archive.extractors.markup import local_name, parse_xml
from lyceum.archive.model import Extracted, Metadata

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TITLES = ("title", "ctrTitle")


class PptxExtractor:
    """Reads PowerPoint's PPTX."""

    media_types = frozenset(("application/vnd.openxmlformats-officedocument.presentationml.presentation",))

    def extract(self, path: Path, name: str) -> Extracted:
        """The slides in the order in which they are shown."""
        pieces: list[Piece] = []
        with open_package(path, name) as package:
            for number, slide in enumerate(_slides(package, name), start=1):
                found = _slide_pieces(package, slide, name)
                if found:
                    first = found[0]
                    found[0] = Piece(first.kind, first.text, first.level, ((0, str(number)),))
                pieces += found
            metadata = _metadata(package, name)
        return compose(pieces, metadata)


extractor = PptxExtractor()


def _root(package: zipfile.ZipFile, member: str, name: str) -> etree._Element:
    try:
        return parse_xml(read_member(package, member, name).decode("utf-8", "replace"))
    except etree.XMLSyntaxError as exc:
        raise damaged(name, f"its part “{member}” is no well-formed XML") from exc


def _slides(package: zipfile.ZipFile, name: str) -> list[str]:
    places = _relations(package, "ppt/presentation.xml", name)
    shown = (one for one in _root(package, "ppt/presentation.xml", name).iter() if local_name(one) == "sldid")
    return [places[one.get(_RELATION) or ""][1] for one in shown if (one.get(_RELATION) or "") in places]


def _relations(package: zipfile.ZipFile, member: str, name: str) -> dict[str, tuple[str, str]]:
    """The kind and the member that each relation of a part leads to."""
    folder, file = posixpath.split(member)
    place = f"{folder}/_rels/{file}.rels"
    if place not in package.namelist():
        return {}
    return {
        one.get("Id") or "": (
            (one.get("Type") or "").rsplit("/", 1)[-1],
            posixpath.normpath(posixpath.join(folder, one.get("Target") or "")).removeprefix("/"),
        )
        for one in _root(package, place, name)
    }


def _slide_pieces(package: zipfile.ZipFile, slide: str, name: str) -> list[Piece]:
    pieces = _shapes(_root(package, slide, name))
    for kind, member in _relations(package, slide, name).values():
        if kind == "notesSlide" and member in package.namelist():
            notes = [piece for piece in _shapes(_root(package, member, name)) if not piece.text.isdigit()]
            pieces += [Piece("paragraph", piece.text) for piece in notes]
    return pieces


def _shapes(root: etree._Element) -> list[Piece]:
    """The paragraphs of each shape, rows of a table parted by tabs; the title first, whatever its place."""
    titles: list[Piece] = []
    rest: list[Piece] = []
    for element in root.iter():
        tag = local_name(element)
        if tag == "sp":
            is_title = any(local_name(one) == "ph" and one.get("type") in _TITLES for one in element.iter())
            found = [text for one in element.iter() if local_name(one) == "p" and (text := _words(one))]
            if is_title and found:
                titles.append(Piece("heading", " ".join(found), 2))
            else:
                rest += [Piece("paragraph", text) for text in found]
        elif tag == "tr":
            cells = [
                " ".join(filter(None, (_words(p) for p in cell.iter() if local_name(p) == "p"))) for cell in element
            ]
            if any(cells):
                rest.append(Piece("paragraph", "\t".join(cells).strip()))
    return [*titles, *rest]


def _words(paragraph: etree._Element) -> str:
    parts = [
        "\n" if local_name(one) == "br" else one.text or ""
        for one in paragraph.iter()
        if local_name(one) in ("t", "br")
    ]
    return "\n".join(collapse(line) for line in "".join(parts).split("\n")).strip()


def _metadata(package: zipfile.ZipFile, name: str) -> Metadata:
    if "docProps/core.xml" not in package.namelist():
        return Metadata()
    said = {local_name(one): collapse(one.text or "") for one in _root(package, "docProps/core.xml", name)}
    title = said.get("title", "")
    made = said.get("created", "")[:10]
    stated = (
        Metadata.stated("pptx:core:title", title="" if title.lower() == "powerpoint presentation" else title),
        Metadata.stated("pptx:core:creator", creators=creators(said.get("creator"))),
        Metadata.stated("pptx:core:language", language=language_code(said.get("language"))),
        Metadata(extra=MappingProxyType({"pptx_created": made} if made else {})),
    )
    return reduce(Metadata.over, stated)
