"""HTML: the article of a page with what the page states about itself, or a whole book."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lxml import etree

from lyceum.archive.extractors import gutenberg
from lyceum.archive.extractors.article import article_pieces
from lyceum.archive.extractors.common import Piece, compose, decode, no_text
from lyceum.archive.extractors.markup import epub_types, local_name, parse_html, pieces_of
from lyceum.archive.extractors.page import page_metadata, stated_text
from lyceum.archive.model import Extracted, Metadata

_META_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]+encoding\s*=\s*["']([\w.:-]+)["']""", re.IGNORECASE)
_WHOLE_BODY_SHARE = 0.6
_LARGEST_PAGE = 5_000_000
_FURNITURE = frozenset(("nav", "aside", "footer"))
_FURNITURE_ROLES = frozenset(("navigation", "banner", "contentinfo", "complementary", "search"))
_FURNITURE_CLASS = re.compile(
    r"(?<![a-z])(?:nav(?:bar|igation)?|menu|sidebar|breadcrumbs?|cookie\w*|share|social|related|comments?|"
    r"advert\w*|masthead|site-?footer|site-?header)(?![a-z])",
    re.IGNORECASE,
)
_OF_PAGES = ("pagenum", "pageno", "page-number", "pagebreak")
_PAGE_BREAK = re.compile(r"(?<!\w)pb(?!\w)")
_TRANSCRIBER = re.compile(
    r"(?<![a-z])(?:transnotes?|tnotes?|trans-notes?|transcribers?-?notes?|tn-?box)(?![a-z])", re.IGNORECASE
)


class HtmlExtractor:
    """Reads HTML and XHTML pages."""

    media_types = frozenset(("text/html", "application/xhtml+xml"))

    def extract(self, path: Path, name: str) -> Extracted:
        """The article of the page; the whole body where it is a book."""
        data = path.read_bytes()
        decoded = decode(data, name, declared=_declared(data[:4096]))
        if not decoded.text.strip():
            raise no_text(name)
        root = parse_html(decoded.text, name)
        metadata = page_metadata(root)
        lowered = decoded.text.lower()
        book = _unwrapped(root) if "gutenberg" in lowered else None
        if book:
            pieces, header = book
            metadata = header.over(replace(metadata, date=None, publisher=None))
        else:
            pieces = _main_pieces(root, len(data), metadata, may_have_pages=_may_have_pages(lowered))
        notes = [note for note in (decoded.note,) if note]
        return compose(pieces, metadata, notes)


extractor = HtmlExtractor()


def _declared(head: bytes) -> str | None:
    match = _META_CHARSET.search(head) or _XML_CHARSET.search(head)
    return match[1].decode("ascii", "replace") if match else None


def _unwrapped(root: etree._Element) -> tuple[list[Piece], Metadata] | None:
    """A book of Project Gutenberg with its header; None for anything else."""
    pieces, header, is_gutenberg = gutenberg.unwrap_pieces(pieces_of(root, skip=_is_transcribers))
    return (pieces, header) if is_gutenberg else None


def _main_pieces(root: etree._Element, size: int, about: Metadata, *, may_have_pages: bool) -> list[Piece]:
    """The article; the whole body of a book, and where the article is little of a page without furniture."""
    if size > _LARGEST_PAGE or may_have_pages:
        whole = pieces_of(root, skip=_is_furniture)
        if size > _LARGEST_PAGE or any(piece.marks for piece in whole):
            return whole
    main = article_pieces(root, about=about, stated=stated_text(root))
    kept = _letters(main)
    if kept and _has_furniture(root):
        return main
    whole = pieces_of(root, skip=_is_furniture)
    return main if kept >= max(1, _WHOLE_BODY_SHARE * _letters(whole)) else whole


def _may_have_pages(lowered: str) -> bool:
    """Whether anything in a page's source may say that pages begin in it; no regular expression is as quick."""
    return any(name in lowered for name in _OF_PAGES) or ("pb" in lowered and bool(_PAGE_BREAK.search(lowered)))


def _letters(pieces: Sequence[Piece]) -> int:
    return sum(len(piece.text) for piece in pieces)


def _is_furniture(element: etree._Element) -> bool:
    """What frames a page and is none of its text."""
    return local_name(element) in _FURNITURE or bool(epub_types(element) & _FURNITURE_ROLES)


def _is_transcribers(element: etree._Element) -> bool:
    return bool(_TRANSCRIBER.search(f"{element.get('class') or ''} {element.get('id') or ''}"))


def _has_furniture(root: etree._Element) -> bool:
    for element in root.iter():
        if _is_furniture(element):
            return True
        if local_name(element) in ("div", "ul", "section", "header") and _FURNITURE_CLASS.search(
            f"{element.get('class') or ''} {element.get('id') or ''}"
        ):
            return True
    return False
