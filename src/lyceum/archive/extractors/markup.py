"""Walks an HTML, XHTML or trafilatura tree into pieces, without recursion and within lxml's limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from html.entities import html5

from lxml import etree

from lyceum.archive.extractors.common import Piece, damaged

_EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
_NO_TYPES: frozenset[str] = frozenset()
_DROPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "nav",
        "head",
        "iframe",
        "object",
        "embed",
        "svg",
        "audio",
        "video",
        "canvas",
        "map",
        "button",
        "select",
        "option",
        "textarea",
        "input",
        "datalist",
        "dialog",
        "rt",
        "rp",
    ]
)
_BLOCKS = frozenset(
    [
        "html",
        "body",
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "hr",
        "legend",
        "li",
        "main",
        "menu",
        "ol",
        "optgroup",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
        "caption",
        "nav",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "list",
        "item",
        "quote",
        "row",
    ]
)
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_PAGE_CLASS = re.compile(r"(?<![\w-])(?:pagenum|pageno|page-?number|pagebreak|pb)(?![\w-])", re.IGNORECASE)
_PAGE_LABEL = re.compile(
    r"[\[{(|]*\s*(?:pg|pag|page|p|s|seite)?\.?\s*(\d{1,5}[a-z]?(?:[-–]\d{1,5})?|[ivxlcdm]{1,9})\s*[\])}|]*",
    re.IGNORECASE,
)
_PAGE_ID = re.compile(r"(?:page|pagina|pg|p|seite)[_-]?0*(\d{1,5}|[ivxlcdm]{1,9})", re.IGNORECASE)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_XML_ENTITIES = frozenset(("amp", "lt", "gt", "quot", "apos"))

# Signs that stand for structure while white space is folded; no parser lets them through as text.
_LINE, _MARK, _CELL = "\x00", "\x01", "\x02"
_SIGNS = re.compile(f"[{_LINE}{_MARK}{_CELL}]")
_FOLD = re.compile(r"[ \t\r\n\f\v]+")
_AROUND_LINE = re.compile(f"[ \xa0]*{_LINE}[ \xa0]*")
_AROUND_CELL = re.compile(f"[ {_CELL}]*{_CELL}[ {_CELL}]*")
_AFTER_MARK = re.compile(f"([ {_LINE}](?:{_MARK})+)[ ]+")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")

Skip = Callable[[etree._Element], bool]


def parse_html(text: str, name: str) -> etree._Element:
    """The root of an HTML page; raises damaged_file for one nested past lxml's 256 levels."""
    parser = etree.HTMLParser(huge_tree=False, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    body = _XML_DECLARATION.sub("", text, count=1)
    try:
        root: etree._Element | None = etree.fromstring(body.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as exc:
        raise damaged(name, "it holds no HTML") from exc
    if root is None:
        raise damaged(name, "it holds no HTML")
    if any("depth" in str(entry.message) for entry in parser.error_log):
        raise damaged(name, "its elements are nested more than 256 deep")
    return root


def parse_xhtml(text: str, name: str) -> etree._Element:
    """The root of an XHTML page; as HTML where it is not well-formed."""
    try:
        return parse_xml(text)
    except etree.XMLSyntaxError:
        return parse_html(text, name)


def parse_xml(text: str) -> etree._Element:
    """The root of an XML document, its DOCTYPE taken away first, so that no entity is ever expanded.

    The names that HTML defines (`&nbsp;`) come out as their characters. Raises lxml's XMLSyntaxError.
    """
    body = _DOCTYPE.sub("", _XML_DECLARATION.sub("", text, count=1), count=1)
    body = _ENTITY.sub(_character, body)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    root: etree._Element = etree.fromstring(body.encode("utf-8", "replace"), parser)
    return root


def local_name(element: etree._Element | None) -> str:
    """The tag in lower case, without its namespace; empty for no element."""
    tag = None if element is None else element.tag
    return _plain_tag(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=4_096)
def _plain_tag(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def epub_types(element: etree._Element) -> frozenset[str]:
    """What EPUB's `epub:type` and ARIA's `role` say that an element is, without the prefix `doc-`."""
    types, role = element.get(_EPUB_TYPE) or element.get("epub:type"), element.get("role")
    if not types and not role:
        return _NO_TYPES
    said = f"{types or ''} {role or ''}"
    return frozenset(word.removeprefix("doc-") for word in said.lower().split())


def visible_text(element: etree._Element) -> str:
    """Every character inside an element, white space folded."""
    text = "".join(map(str, element.itertext()))
    return " ".join(text.split()) if text.isascii() else _FOLD.sub(" ", text).strip()


def never(_: etree._Element) -> bool:
    """Skips nothing beyond what is never text."""
    return False


def pieces_of(root: etree._Element, *, skip: Skip = never, page_ids: Mapping[str, str] | None = None) -> list[Piece]:
    """The headings and paragraphs of a tree in order, with the pages that begin in them.

    `skip` names elements to leave out with all they hold; `page_ids` maps element ids to page labels.
    """
    walk = _Walk(skip, page_ids or {})
    walk.go(root)
    return walk.pieces


class _Walk:
    """One pass over a tree: text gathers in a buffer, and the edge of a block empties it."""

    def __init__(self, skip: Skip, page_ids: Mapping[str, str]) -> None:
        self.pieces: list[Piece] = []
        self._skip = skip
        self._page_ids = page_ids
        self._buffer: list[str] = []
        self._labels: list[str] = []
        self._level = 0
        self._preformatted = 0

    def go(self, root: etree._Element) -> None:
        walk(root, self._open, self._close, self._say)
        self._flush()

    def _open(self, element: etree._Element) -> bool:
        """Takes in an element's beginning; False when what it holds is to be passed over."""
        tag = local_name(element)
        if label := _page_label(element):
            self._mark(label)
            return False
        self._mark(self._page_ids.get(element.get("id") or ""))
        if tag in _BLOCKS:
            self._flush()
        if is_never_read(element) or self._skip(element):
            return False
        if tag in ("img", "graphic"):
            self._say(_drop_capital(element))
            return False
        return self._open_text(element, tag)

    def _open_text(self, element: etree._Element, tag: str) -> bool:
        types = epub_types(element)
        if "backlink" in types:
            return False
        if "noteref" in types:
            self._say(_bracketed(visible_text(element)))
            return False
        if tag in ("br", "lb"):
            self._buffer.append("\n" if self._preformatted else " " if self._level else _LINE)
        elif tag in ("td", "th", "cell") and self._buffer:
            self._buffer.append(_CELL)
        self._level = _LEVELS.get(tag, self._level)
        self._preformatted += tag == "pre"
        self._say(element.text)
        return True

    def _close(self, element: etree._Element) -> None:
        tag = local_name(element)
        if tag in _BLOCKS:
            self._flush()
        if tag in _LEVELS:
            self._level = 0
        self._preformatted -= tag == "pre"

    def _say(self, text: str | None) -> None:
        if text:
            self._buffer.append(_SIGNS.sub("", text))

    def _mark(self, label: str | None) -> None:
        if label:
            self._labels.append(label)
            self._buffer.append(_MARK)

    def _flush(self) -> None:
        raw = "".join(self._buffer)
        if not raw.strip(f" \t\r\n\f\v{_MARK}{_LINE}{_CELL}"):
            self._buffer = [_MARK] * len(self._labels)
            return
        parts = _BLANK_LINE.split(raw.strip("\n") if self._preformatted else _fold(raw))
        labels, self._labels, self._buffer = iter(self._labels), [], []
        for part in parts:
            self.pieces.append(_piece(part, self._level, labels))


def _fold(raw: str) -> str:
    if raw.isascii() and not _SIGNS.search(raw):
        return " ".join(raw.split())
    folded = _AFTER_MARK.sub(r"\1", _FOLD.sub(" ", raw).strip())
    folded = _AROUND_CELL.sub(_CELL, _AROUND_LINE.sub(_LINE, folded))
    return folded.strip(f" {_LINE}{_CELL}").replace(_LINE, "\n").replace(_CELL, "\t")


def _piece(text: str, level: int, labels: Iterable[str]) -> Piece:
    """Takes the page signs out of a text and notes where they stood."""
    bare, *rest = text.split(_MARK)
    bare, marks, left = bare.lstrip(), [], iter(labels)
    for part in rest:
        marks.append((len(bare), next(left)))
        bare += part if bare else part.lstrip()
    kept = bare.rstrip()
    inside = tuple((min(offset, len(kept)), label) for offset, label in marks)
    return Piece("heading" if level else "paragraph", kept, level, inside)


def _page_label(element: etree._Element) -> str | None:
    """The label of a page that begins here; None for any other element."""
    if epub_types(element) & {"pagebreak"}:
        return _break_label(element)
    if not _PAGE_CLASS.search(element.get("class") or ""):
        return None
    text = visible_text(element)
    if match := _PAGE_LABEL.fullmatch(text):
        return match[1]
    return _labelled_by_id(element) if not text else None


def _break_label(element: etree._Element) -> str | None:
    for said in (element.get("title"), element.get("aria-label"), visible_text(element)):
        text = _FOLD.sub(" ", said or "").strip(" .")
        if match := _PAGE_LABEL.fullmatch(text):
            return match[1]
        if text:
            return text[:40]
    return _labelled_by_id(element)


def _labelled_by_id(element: etree._Element) -> str | None:
    for one in (element, *element.iter("a")):
        match = _PAGE_ID.fullmatch(one.get("id") or one.get("name") or "")
        if match:
            return match[1]
    return None


def is_never_read(element: etree._Element) -> bool:
    """Whether no reader sees it: words that only machines see may be meant to mislead them."""
    if local_name(element) in _DROPPED or element.get("hidden") is not None:
        return True
    return bool(_HIDDEN.search(element.get("style") or ""))


def _drop_capital(image: etree._Element) -> str:
    """The letter that an ornamental initial stands for, so that its word stays whole."""
    alt = (image.get("alt") or "").strip()
    tail = (image.tail or "")[:1]
    return alt if len(alt) == 1 and alt.isalpha() and tail.isalpha() else ""


def _bracketed(reference: str) -> str:
    return reference if not reference or reference[0] in "[({*†‡" else f"[{reference}]"


def _character(match: re.Match[str]) -> str:
    name = match[1]
    return match[0] if name in _XML_ENTITIES else html5.get(f"{name};", match[0])


def walk(
    root: etree._Element,
    opened: Callable[[etree._Element], bool],
    closed: Callable[[etree._Element], None],
    said: Callable[[str | None], None],
) -> None:
    """Tells of each element that it opens, which may refuse what it holds, and closes, and of the text behind it."""
    events = etree.iterwalk(root, events=("start", "end"))
    skipped: etree._Element | None = None
    for event, element in events:
        if event == "start":
            if not opened(element):
                skipped = element
                events.skip_subtree()
            continue
        if element is skipped:
            skipped = None
        else:
            closed(element)
        if element is not root:
            said(element.tail)
