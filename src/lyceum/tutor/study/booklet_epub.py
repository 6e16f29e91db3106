"""Writes a booklet as EPUB 3: a file a chapter, contents to go by, notes that open where they are called."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence

from lxml import etree

from lyceum.tutor.study.booklet import Block, Booklet, Chapter, Style, lay_out
from lyceum.tutor.study.model import Study

_XHTML = "http://www.w3.org/1999/xhtml"
_OPS = "http://www.idpf.org/2007/ops"
_OPF = "http://www.idpf.org/2007/opf"
_DC = "http://purl.org/dc/elements/1.1/"
_XML = "http://www.w3.org/XML/1998/namespace"
_MADE = "2026-01-01T00:00:00Z"
"""EPUB wants a time; the same study is the same book, whenever it is written down."""
_CONTAINER = b"""<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="EPUB/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
_STYLE = b"""body { font-family: "EB Garamond", Georgia, serif; line-height: 1.45; margin: 0 5%; }
h1 { font-weight: normal; font-size: 1.6em; line-height: 1.2; margin: 1.5em 0 .8em; }
h2 { font-weight: normal; font-style: italic; font-size: 1.15em; margin: 1.4em 0 .3em; break-after: avoid; }
p { margin: .5em 0; } blockquote { margin: .5em 0 .5em 1.2em; } .small { font-style: italic; font-size: .88em; }
.tick, .list { margin-left: 1.3em; text-indent: -1.3em; } .title { text-align: center; margin-top: 25%; }
.noteref { font-size: .7em; vertical-align: super; line-height: 0; text-decoration: none; }
aside { font-size: .85em; margin: .4em 0; } nav ol { list-style: none; padding: 0; } nav li { margin: .3em 0; }
"""


def write(study: Study) -> bytes:
    """The file; the same study gives the same bytes."""
    booklet = lay_out(study)
    pages = [("title.xhtml", booklet.title, _title(booklet))]
    pages += [(f"chapter-{n}.xhtml", chapter.title, _chapter(chapter, booklet.notes))
              for n, chapter in enumerate(booklet.chapters, start=1)]  # fmt: skip
    pages.append(("about.xhtml", "About this booklet", _about(booklet)))
    files = {
        "META-INF/container.xml": _CONTAINER,
        "EPUB/book.opf": _package(booklet, [name for name, _, _ in pages], study),
        "EPUB/nav.xhtml": _page("Contents", [_contents([(name, title) for name, title, _ in pages])]),
        "EPUB/style.css": _STYLE,
        **{f"EPUB/{name}": _page(title, body) for name, title, body in pages},
    }
    return _zipped(files)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as book:
        # Readers know an EPUB by its first file, which is neither compressed nor dated.
        book.writestr(zipfile.ZipInfo("mimetype"), b"application/epub+zip", zipfile.ZIP_STORED)
        for name, data in files.items():
            book.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


# --- pages -------------------------------------------------------------------------------------------------


def _element(name: str, text: str = "", *children: etree._Element, **attributes: str) -> etree._Element:
    """An element of XHTML; `kind` is its epub:type, `lang` its language."""
    element = etree.Element(f"{{{_XHTML}}}{name}")
    for key, value in attributes.items():
        if key == "kind":
            element.set(f"{{{_OPS}}}type", value)
        elif key == "lang":
            element.set(f"{{{_XML}}}lang", value)
            element.set("lang", value)
        else:
            element.set(key.rstrip("_"), value)
    element.text = _allowed(text)
    element.extend(children)
    return element


def _allowed(text: str) -> str | None:
    """A text without the signs that XML forbids; None for nothing."""
    kept = "".join(
        c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )
    return kept or None


def _page(title: str, body: Sequence[etree._Element]) -> bytes:
    root = etree.Element(f"{{{_XHTML}}}html", nsmap={None: _XHTML, "epub": _OPS})  # type: ignore[dict-item]
    root.set(f"{{{_XML}}}lang", "en")
    root.set("lang", "en")
    style = _element("link", rel="stylesheet", type="text/css", href="style.css")
    root.append(_element("head", "", _element("title", title), style))
    root.append(_element("body", "", *body))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", doctype="<!DOCTYPE html>"))


def _title(booklet: Booklet) -> list[etree._Element]:
    told = [
        _element("h1", booklet.title),
        _element("p", booklet.subtitle),
        _element("p", booklet.colophon[-2], class_="small"),
    ]
    return [_element("section", "", *told, kind="titlepage", class_="title")]


def _about(booklet: Booklet) -> list[etree._Element]:
    lines = (_element("p", line) for line in booklet.colophon)
    return [_element("section", "", _element("h1", "About this booklet"), *lines, kind="colophon")]


def _contents(pages: Sequence[tuple[str, str]]) -> etree._Element:
    entries = [_element("li", "", _element("a", title, href=name)) for name, title in pages]
    return _element("nav", "", _element("h1", "Contents"), _element("ol", "", *entries), kind="toc", id="toc")


def _chapter(chapter: Chapter, notes: Mapping[int, str]) -> list[etree._Element]:
    blocks = [element for block in chapter.blocks for element in _block(block)]
    called = dict.fromkeys(n for block in chapter.blocks for n in block.notes)
    asides = [_element("aside", "", _element("p", f"{n}. {notes[n]}"), kind="footnote", id=f"note-{n}") for n in called]
    return [_element("section", "", _element("h1", chapter.title), *blocks, kind="chapter"), *asides]


_TAGS = {Style.HEAD: "h2", Style.QUOTE: "blockquote"}
_MARKS = {Style.TICK: "☐ ", Style.LIST: "• "}


def _block(block: Block) -> Iterator[etree._Element]:
    text = _MARKS.get(block.style, "") + block.text
    calls = [_element("a", str(n), kind="noteref", href=f"#note-{n}", class_="noteref") for n in block.notes]
    attributes = {"class_": block.style.value} | (
        {"lang": block.language} if block.language not in ("en", "und") else {}
    )
    if block.style is Style.QUOTE:
        yield _element("blockquote", "", _element("p", text, *calls), **attributes)
    else:
        yield _element(_TAGS.get(block.style, "p"), text, *calls, **attributes)


# --- the package -------------------------------------------------------------------------------------------


def _package(booklet: Booklet, pages: Sequence[str], study: Study) -> bytes:
    root = etree.Element(f"{{{_OPF}}}package", nsmap={None: _OPF, "dc": _DC}, version="3.0")  # type: ignore[dict-item]
    root.set("unique-identifier", "id")
    root.set(f"{{{_XML}}}lang", "en")
    metadata = etree.SubElement(root, f"{{{_OPF}}}metadata")
    name = f"lyceum:{study.kind}:{study.topic}:{study.index_revision}:{study.title}"
    for tag, value in (("identifier", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"), ("title", booklet.title),
                       ("language", "en"), ("creator", "Lyceum")):  # fmt: skip
        element = etree.SubElement(metadata, f"{{{_DC}}}{tag}")
        element.text = _allowed(value)
        if tag == "identifier":
            element.set("id", "id")
    etree.SubElement(metadata, f"{{{_OPF}}}meta", property="dcterms:modified").text = _MADE
    manifest = etree.SubElement(root, f"{{{_OPF}}}manifest")
    _listed(manifest, "nav", "nav.xhtml", "application/xhtml+xml").set("properties", "nav")
    _listed(manifest, "style", "style.css", "text/css")
    spine = etree.SubElement(root, f"{{{_OPF}}}spine")
    for n, page in enumerate(pages):
        _listed(manifest, f"page-{n}", page, "application/xhtml+xml")
        etree.SubElement(spine, f"{{{_OPF}}}itemref", idref=f"page-{n}")
        if n == 0:
            etree.SubElement(spine, f"{{{_OPF}}}itemref", idref="nav")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _listed(manifest: etree._Element, name: str, file: str, media: str) -> etree._Element:
    return etree.SubElement(manifest, f"{{{_OPF}}}item", {"id": name, "href": file, "media-type": media})
