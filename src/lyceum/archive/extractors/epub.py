"""EPUB: the package's metadata, and its chapters in reading order with the pages that they mark."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote

from lxml import etree

from lyceum.archive.extractors import gutenberg
from lyceum.archive.extractors.common import (
    Piece,
    collapse,
    compose,
    damaged,
    decode,
    encrypted,
    language_code,
    open_package,
    read_member,
    stated_date,
)
from lyceum.archive.extractors.markup import (
    epub_types,
    local_name,
    parse_xhtml,
    parse_xml,
    pieces_of,
    visible_text,
)
from lyceum.archive.model import Extracted, Metadata

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONT_ENCRYPTION = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_TEXT_TYPES = ("application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/x-dtbook+xml")
_PASSED_OVER = frozenset(
    "cover toc landmarks page-list loi lot imprint colophon copyright-page titlepage halftitlepage "
    "other-credits".split()
)
_BULKY = frozenset("body section div article".split())
_EBOOK_MAKERS = re.compile(r"standard ebooks|project gutenberg|gutenberg\.org", re.IGNORECASE)
_OPF_ROLE = "{http://www.idpf.org/2007/opf}role"
_OPF_EVENT = "{http://www.idpf.org/2007/opf}event"


class EpubExtractor:
    """Reads EPUB 2 and 3."""

    media_types = frozenset(("application/epub+zip",))

    def extract(self, path: Path, name: str) -> Extracted:
        """The chapters in the order of the spine; cover, contents, imprint and colophon are passed over."""
        with open_package(path, name) as package:
            book = _open_book(package, name)
            notes: list[str] = []
            chapters = [piece for item in book.spine for piece in _chapter(package, book, item, name, notes)]
        pieces, header, found = gutenberg.unwrap_pieces(chapters)
        metadata = book.metadata.over(header) if found else book.metadata
        return compose(pieces, metadata, notes)


extractor = EpubExtractor()


@dataclass(frozen=True, slots=True)
class _Book:
    """What the package document says: the chapters' member names, and the labels of pages by member."""

    spine: tuple[str, ...]
    metadata: Metadata
    page_ids: dict[str, dict[str, str]]


def _open_book(package: zipfile.ZipFile, name: str) -> _Book:
    _refuse_encryption(package, name)
    opf = _package_document(package, name)
    root = _xml(package, opf, name)
    items = {item.get("id"): item for item in _all(root, "item")}
    spine = tuple(
        _resolve(opf, items[ref.get("idref")].get("href") or "")
        for ref in _all(root, "itemref")
        if ref.get("idref") in items and _is_chapter(items[ref.get("idref")])
    )
    if not spine:
        raise damaged(name, "its package document lists no chapters")
    return _Book(spine, _metadata(root), _page_list(package, items.values(), opf, name))


def _refuse_encryption(package: zipfile.ZipFile, name: str) -> None:
    """Obfuscated fonts may stay; anything else that is encrypted is a lock on the book."""
    member = _ending_with(package, _ENCRYPTION)
    if member is None:
        return
    for data in _all(_xml(package, member, name), "encrypteddata"):
        methods = [method.get("Algorithm") or "" for method in _all(data, "encryptionmethod")]
        if not any(method.startswith(_FONT_ENCRYPTION) for method in methods):
            raise encrypted(name)


def _package_document(package: zipfile.ZipFile, name: str) -> str:
    """Where the package document stands; the container may lie in a folder, as in a zipped repository."""
    container = _ending_with(package, _CONTAINER)
    if container is not None:
        above = container.removesuffix(_CONTAINER)
        for root in _all(_xml(package, container, name), "rootfile"):
            member = posixpath.normpath(above + unquote(root.get("full-path") or ""))
            if member in package.namelist():
                return member
    alone = [member for member in package.namelist() if member.lower().endswith(".opf")]
    if len(alone) != 1:
        raise damaged(name, "it has no package document")
    return alone[0]


def _ending_with(package: zipfile.ZipFile, ending: str) -> str | None:
    found = [m for m in package.namelist() if m == ending or m.endswith(f"/{ending}")]
    return min(found, key=len, default=None)


def _xml(package: zipfile.ZipFile, member: str, name: str) -> etree._Element:
    try:
        return parse_xml(decode(read_member(package, member, name), member).text)
    except etree.XMLSyntaxError as exc:
        raise damaged(name, f"“{member}” is not well-formed") from exc


def _all(root: etree._Element, tag: str) -> Iterator[etree._Element]:
    return (element for element in root.iter() if local_name(element) == tag)


def _resolve(base: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(href.partition("#")[0])))


def _is_chapter(item: etree._Element) -> bool:
    is_nav = "nav" in (item.get("properties") or "").split()
    return not is_nav and (item.get("media-type") or "").lower() in _TEXT_TYPES


def _chapter(package: zipfile.ZipFile, book: _Book, member: str, name: str, notes: list[str]) -> Iterator[Piece]:
    if member not in package.namelist():
        notes.append(f"The chapter “{member}” is missing.")
        return
    text = decode(read_member(package, member, name), member).text
    if text.strip():
        root = parse_xhtml(text, name)
        yield from pieces_of(root, skip=_is_passed_over, page_ids=book.page_ids.get(member))


def _is_passed_over(element: etree._Element) -> bool:
    return local_name(element) in _BULKY and bool(epub_types(element) & _PASSED_OVER)


def _page_list(
    package: zipfile.ZipFile, items: Iterable[etree._Element], opf: str, name: str
) -> dict[str, dict[str, str]]:
    """The printed pages that the navigation document lists: label by element id, by member."""
    found: dict[str, dict[str, str]] = {}
    for item in items:
        member = _resolve(opf, item.get("href") or "")
        if "nav" not in (item.get("properties") or "").split() or member not in package.namelist():
            continue
        nav = parse_xhtml(decode(read_member(package, member, name), member).text, name)
        for listing in (one for one in _all(nav, "nav") if "page-list" in epub_types(one)):
            for link in _all(listing, "a"):
                target, _, fragment = (link.get("href") or "").partition("#")
                if fragment:
                    found.setdefault(_resolve(member, target), {})[fragment] = visible_text(link)
    return found


def _metadata(root: etree._Element) -> Metadata:
    refined = _refinements(root)
    publisher = _first(root, "publisher")
    is_ebook_date = bool(_EBOOK_MAKERS.search(" ".join((publisher, _first(root, "identifier")))))
    stated_day, extra = _date(root), {}
    if is_ebook_date and stated_day:
        extra["ebook_release"] = stated_day
    identifier, source = _first(root, "identifier"), _first(root, "source")
    extra |= {key: value for key, value in (("identifier", identifier), ("source", source)) if value}
    address = identifier if identifier.startswith(("http://", "https://")) else ""
    stated = (
        Metadata.stated("epub:dc:title", title=_title(root, refined)),
        Metadata.stated("epub:dc:creator", creators=_creators(root, refined)),
        Metadata.stated("epub:dc:date", date=None if is_ebook_date else stated_date(stated_day)),
        Metadata.stated("epub:dc:date", edition_date=stated_date(stated_day) if is_ebook_date else None),
        Metadata.stated("epub:dc:language", language=language_code(_first(root, "language"))),
        Metadata.stated("epub:dc:publisher", publisher=publisher),
        Metadata.stated("epub:dc:rights", rights=_first(root, "rights")),
        Metadata.stated("epub:dc:identifier", address=address),
        Metadata(extra=MappingProxyType(extra)),
    )
    return reduce(Metadata.over, stated)


def _refinements(root: etree._Element) -> dict[str, list[tuple[str, str]]]:
    """EPUB 3's `meta refines`: (property, value) by the id that they refine."""
    found: dict[str, list[tuple[str, str]]] = {}
    for meta in _all(root, "meta"):
        if refines := (meta.get("refines") or "").removeprefix("#"):
            found.setdefault(refines, []).append((meta.get("property") or "", collapse(meta.text or "")))
    return found


def _dublin(root: etree._Element, tag: str) -> list[etree._Element]:
    """Dublin Core's elements that hold text, from the package's metadata only."""
    return [
        element for element in root.iter(f"{{http://purl.org/dc/elements/1.1/}}{tag}") if collapse(element.text or "")
    ]


def _first(root: etree._Element, tag: str) -> str:
    return next((collapse(element.text or "") for element in _dublin(root, tag)), "")


def _title(root: etree._Element, refined: dict[str, list[tuple[str, str]]]) -> str:
    for element in _dublin(root, "title"):
        if ("title-type", "main") in refined.get(element.get("id") or "", []):
            return collapse(element.text or "")
    return _first(root, "title")


def _creators(root: etree._Element, refined: dict[str, list[tuple[str, str]]]) -> tuple[str, ...]:
    """The authors; every creator where no roles are given."""
    people = [(collapse(element.text or ""), _roles(element, refined)) for element in _dublin(root, "creator")]
    if any(roles for _, roles in people):
        people = [(person, roles) for person, roles in people if "aut" in roles or not roles]
    return tuple(dict.fromkeys(person for person, _ in people))


def _roles(element: etree._Element, refined: dict[str, list[tuple[str, str]]]) -> set[str]:
    said = {value for key, value in refined.get(element.get("id") or "", []) if key == "role"}
    return said | ({element.get(_OPF_ROLE) or ""} - {""})


def _date(root: etree._Element) -> str:
    """The stated date of publication; EPUB 2's dates of conversion or change are passed over."""
    for element in _dublin(root, "date"):
        if (element.get(_OPF_EVENT) or "publication").lower() in ("publication", "original-publication"):
            return collapse(element.text or "")
    return ""
