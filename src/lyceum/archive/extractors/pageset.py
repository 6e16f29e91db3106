"""A volume of page images: METS or plain folders with ALTO, hOCR or text beside the images, in a tar or zip."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from lxml import etree

from lyceum.archive.extractors.common import collapse, damaged, decode, language_code, no_text, stated_date
from lyceum.archive.extractors.layout import Line, PageLines, compose_pages
from lyceum.archive.extractors.markup import local_name, parse_xml
from lyceum.archive.extractors.ocr import Recogniser, is_installed, missing
from lyceum.archive.extractors.recognised import even_sizes, read_pages
from lyceum.archive.model import Extracted, Metadata
from lyceum.archive.pagesets import IMAGES, is_mets, natural
from lyceum.errors import ExtractionFailed

_SIDECARS = (".xml", ".hocr", ".html", ".htm", ".txt")
_SIDECAR_BYTES = 32 * 2**20
_ALL_SIDECARS = 512 * 2**20
_XLINK = "{http://www.w3.org/1999/xlink}href"
_IMAGE_TYPES = frozenset(("image/tiff", "image/png", "image/jpeg"))
_MARC = {"title": ("245", "ab"), "creator": ("100", "a"), "date": ("260", "c"), "publisher": ("260", "b")}


class PageSetExtractor:
    """Reads volumes of page images; images without recognised text beside them are recognised here."""

    media_types = frozenset(("application/x-tar", "application/gzip", "application/zip", *_IMAGE_TYPES))

    def extract(self, path: Path, name: str) -> Extracted:
        """The pages in their order, by their printed labels where METS knows them."""
        if PurePosixPath(name).suffix.lower() in IMAGES:
            return _composed(_recognised({"": path.read_bytes()}, [_Leaf("1", "", "")], name), Metadata(), name)
        sidecars = _sidecars(path, name)
        mets = next((text for member, text in sidecars.items() if is_mets(member)), None)
        images = [member for member in _names(path, name) if PurePosixPath(member).suffix.lower() in IMAGES]
        leaves, metadata = _from_mets(mets, [*sidecars, *images]) if mets else ([], Metadata())
        return _volume(path, name, leaves or _by_name(sidecars, images), sidecars, metadata)


extractor = PageSetExtractor()


def page_images(path: Path, name: str) -> list[str]:
    """The member that shows each page of the volume, in their order; empty where none does."""
    mets, sidecars, images = "", [], []
    for member in _expand(path, name):
        inner = member.name.split("!/", 1)[-1]
        if PurePosixPath(inner).suffix.lower() in IMAGES:
            images.append(inner)
        elif inner.lower().endswith(_SIDECARS):
            sidecars.append(inner)
            if is_mets(inner) and not mets:
                with member.open() as stream:
                    mets = decode(stream.read(_SIDECAR_BYTES), inner).text
    leaves = _from_mets(mets, [*sidecars, *images])[0] if mets else []
    return [leaf.image for leaf in leaves or _by_name(sidecars, images)]


def member_bytes(path: Path, name: str, wanted: str) -> bytes:
    """What a member of the volume holds; raises LookupError where it has none of that name."""
    for member in _expand(path, name):
        if member.name.split("!/", 1)[-1] == wanted:
            with member.open() as stream:
                return bytes(stream.read())
    raise LookupError(wanted)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A page of the volume: its label, and the members that hold its recognised text and its image."""

    label: str
    text: str
    image: str


@dataclass(slots=True)
class _Read:
    """The pages of a volume as they were read, and what is to be noted."""

    pages: list[PageLines]
    notes: list[str] = field(default_factory=list)


def _expand(path: Path, name: str) -> Iterator[Any]:
    """The members of the volume within an archive's limits; see `containers.expand`.

    Loaded by name, as this module is: containers ask what a file is of the module that loads all extractors.
    """
    members: Iterator[Any] = importlib.import_module("lyceum.archive.containers").expand(path, name)
    return members


def _names(path: Path, name: str) -> Iterator[str]:
    return (member.name.split("!/", 1)[-1] for member in _expand(path, name))


def _sidecars(path: Path, name: str) -> dict[str, str]:
    """The text of every member that is no image, by its name."""
    found: dict[str, str] = {}
    total = 0
    for member in _expand(path, name):
        inner = member.name.split("!/", 1)[-1]
        if not inner.lower().endswith(_SIDECARS):
            continue
        with member.open() as stream:
            data = stream.read(_SIDECAR_BYTES + 1)
        total += len(data)
        if len(data) > _SIDECAR_BYTES or total > _ALL_SIDECARS:
            raise ExtractionFailed(
                f"“{inner}” in “{name}” holds more text than a page may.",
                hint="Add the volume in parts.",
                code="too_large",
            )
        found[inner] = decode(data, inner).text
    return found


def _volume(
    path: Path, name: str, leaves: Sequence[_Leaf], sidecars: Mapping[str, str], metadata: Metadata
) -> Extracted:
    pages = [_page_beside(leaf, sidecars) if leaf.text else PageLines(leaf.label, []) for leaf in leaves]
    lacking = {leaf.image: number for number, leaf in enumerate(leaves) if leaf.image and not leaf.text}
    notes = _fill(path, name, pages, lacking)
    return _composed(_Read(pages, notes), metadata, name)


def _page_beside(leaf: _Leaf, sidecars: Mapping[str, str]) -> PageLines:
    """A page from the hOCR, ALTO or plain text that stands beside its image."""
    source = sidecars[leaf.text]
    if leaf.text.lower().endswith(".txt"):
        return PageLines(leaf.label, list(_plain_lines(source)))
    (page, *more) = read_pages(source, leaf.text) or [PageLines(leaf.label, [])]
    page.lines += [line for other in more for line in other.lines]
    page.label = leaf.label
    return page


def _plain_lines(source: str) -> Iterator[Line]:
    """The lines of a page of plain text; a blank line parts paragraphs."""
    begins, height = True, 0.0
    for raw in source.splitlines():
        height -= 12
        if text := collapse(raw):
            yield Line(text, 0, 400, height, 10, text[-1] == "-" and text[-2:-1].isalpha(), begins)
            begins = False
        else:
            begins = True


def _fill(path: Path, name: str, pages: list[PageLines], lacking: Mapping[str, int]) -> list[str]:
    """Recognises the images of pages that have no text beside them."""
    if not lacking:
        return ["The text was recognised from images of pages."]
    if not is_installed():
        if not any(page.lines for page in pages):
            raise missing(name)
        return [f"{len(lacking)} of {len(pages)} pages are images: {missing(name).hint}"]
    recogniser = Recogniser()
    for member in _expand(path, name):
        number = lacking.get(member.name.split("!/", 1)[-1])
        if number is not None:
            with member.open() as stream:
                found = recogniser.read(stream.read(), pages[number].label)
            pages[number] = replace(found[0], lines=[line for page in found for line in page.lines])
    return recogniser.notes()


def _recognised(images: Mapping[str, bytes], leaves: Sequence[_Leaf], name: str) -> _Read:
    if not is_installed():
        raise missing(name)
    recogniser = Recogniser()
    pages = [page for leaf in leaves for page in recogniser.read(images[leaf.image], leaf.label)]
    if recogniser.failed and not any(page.lines for page in pages):
        raise damaged(name, "its image cannot be opened")
    return _Read(pages, recogniser.notes())


def _composed(read: _Read, metadata: Metadata, name: str) -> Extracted:
    if not any(page.lines for page in read.pages):
        raise no_text(name, "Recognition found no word on its pages.")
    even_sizes(read.pages)
    return compose_pages(read.pages, metadata, read.notes)


def _by_name(sidecars: Iterable[str], images: Iterable[str]) -> list[_Leaf]:
    """Pages in the order of their names, the numbers in them read as numbers."""
    texts_ = {_stem(member): member for member in sorted(sidecars, key=_preference) if not is_mets(member)}
    pictures = {_stem(member): member for member in images}
    stems = sorted({*pictures, *(texts_ if not pictures else ())}, key=natural)
    return [
        _Leaf(str(number), texts_.get(stem, ""), pictures.get(stem, "")) for number, stem in enumerate(stems, start=1)
    ]


def _stem(member: str) -> str:
    return PurePosixPath(member).stem


def _preference(member: str) -> int:
    """Plain text first, so that what knows places and confidence is put over it."""
    return -_SIDECARS.index(PurePosixPath(member).suffix.lower())


def _from_mets(source: str, members: Sequence[str]) -> tuple[list[_Leaf], Metadata]:
    """The pages of the physical structure and what METS says of the volume; no pages where it names none."""
    try:
        root = parse_xml(source)
    except etree.XMLSyntaxError:
        return [], Metadata()
    places = _places(root, members)
    pages = [
        element
        for structure in root.iter()
        if local_name(structure) == "structmap" and (structure.get("TYPE") or "physical").lower() == "physical"
        for element in structure.iter()
        if local_name(element) == "div" and any(local_name(child) == "fptr" for child in element)
    ]
    ordered = sorted(pages, key=lambda page: natural(page.get("ORDER") or "0"))
    leaves = [_leaf(page, places, number) for number, page in enumerate(ordered, start=1)]
    return [leaf for leaf in leaves if leaf.text or leaf.image], _mets_metadata(root)


def _places(root: etree._Element, members: Sequence[str]) -> dict[str, str]:
    """The member that each file id of METS means, by the end of its address."""
    by_last = {PurePosixPath(member).name: member for member in members}
    found: dict[str, str] = {}
    for element in root.iter():
        if local_name(element) == "flocat":
            owner = element.getparent()
            place = by_last.get(PurePosixPath((element.get(_XLINK) or "").split("?")[0]).name)
            if place and owner is not None and owner.get("ID"):
                found[owner.get("ID") or ""] = place
    return found


def _leaf(page: etree._Element, places: Mapping[str, str], number: int) -> _Leaf:
    ids = [element.get("FILEID") or "" for child in page if local_name(child) == "fptr" for element in child.iter()]
    members = sorted({places[one] for one in ids if one in places}, key=_rank)
    texts_ = [member for member in members if member.lower().endswith(_SIDECARS)]
    images = [member for member in members if PurePosixPath(member).suffix.lower() in IMAGES]
    label = page.get("ORDERLABEL") or page.get("LABEL") or page.get("ORDER") or str(number)
    return _Leaf(collapse(label)[:40], texts_[0] if texts_ else "", images[0] if images else "")


def _rank(member: str) -> tuple[int, str]:
    suffix = PurePosixPath(member).suffix.lower()
    return (_SIDECARS.index(suffix) if suffix in _SIDECARS else 99, member)


def _mets_metadata(root: etree._Element) -> Metadata:
    """MODS, Dublin Core or MARC, whichever describes the volume first."""
    known: dict[str, str] = {}
    rules: dict[str, str] = {}
    for element in root.iter():
        for name, value, rule in _said(element):
            if value and name not in known:
                known[name], rules[name] = value, rule
    stated = [
        Metadata.stated(rules.get("title", ""), title=known.get("title", "").rstrip(" /:")),
        Metadata.stated(
            rules.get("creator", ""), creators=tuple(filter(None, [known.get("creator", "").rstrip(" ,")]))
        ),
        Metadata.stated(rules.get("date", ""), date=stated_date(re.sub(r"[\[\]c©.]", "", known.get("date", "")))),
        Metadata.stated(rules.get("language", ""), language=language_code(known.get("language"))),
        Metadata.stated(rules.get("publisher", ""), publisher=known.get("publisher", "").rstrip(" ,")),
        Metadata(extra=MappingProxyType({"mets_id": root.get("OBJID") or ""} if root.get("OBJID") else {})),
    ]
    return reduce(Metadata.over, stated)


def _said(element: etree._Element) -> Iterator[tuple[str, str, str]]:
    """(field, value, rule) that one element of a description states."""
    tag, text = local_name(element), collapse("".join(map(str, element.itertext())) if len(element) == 0 else "")
    space = str(element.tag).lower()
    if "mods" in space and (name := _MODS.get(tag)):
        yield name, text, f"mets:mods:{tag}"
    elif "purl.org/dc" in space and (name := _DC.get(tag)):
        yield name, text, f"mets:dc:{tag}"
    elif tag == "datafield":
        for name, (field_, codes) in _MARC.items():
            if element.get("tag") == field_:
                parts = [child.text or "" for child in element if (child.get("code") or "") in codes]
                yield name, collapse(" ".join(parts)), f"mets:marc:{field_}"


_MODS = {
    "title": "title",
    "namepart": "creator",
    "dateissued": "date",
    "languageterm": "language",
    "publisher": "publisher",
}
_DC = {"title": "title", "creator": "creator", "date": "date", "language": "language", "publisher": "publisher"}
