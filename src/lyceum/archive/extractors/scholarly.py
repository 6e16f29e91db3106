"""Walks scholarly XML (TEI, JATS) into pieces: notes apart from the text, pages inside it, headings by depth."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from lyceum.archive.extractors.common import Piece, collapse, damaged, decode
from lyceum.archive.extractors.markup import local_name, parse_xml, walk

__all__ = ["Dialect", "first", "parse", "pieces_of", "text_of"]

_DECLARED = re.compile(rb"<\?xml[^>]*encoding=[\"']([\w.:-]+)")
_XML = "{http://www.w3.org/XML/1998/namespace}"
_PAGE = "\x00"
_FOLD = re.compile(r"[ \t\r\n]+")
_BROKEN_BY_NOTHING = ("no", "false")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the elements of a kind of XML mean for a reader, by their names in lower case.

    `sections` deepen headings; `wrapped` elements stand inside a line between two signs; `lead` elements begin the
    paragraph that follows them; of `choices` the first child that is named is read.
    """

    blocks: frozenset[str]
    heads: frozenset[str]
    sections: frozenset[str]
    notes: frozenset[str]
    dropped: frozenset[str]
    lines: frozenset[str] = frozenset()
    verse: frozenset[str] = frozenset()
    cells: frozenset[str] = frozenset()
    lead: frozenset[str] = frozenset()
    wrapped: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def parse(path: Path, name: str) -> etree._Element:
    """The root of an XML file, no entity expanded; raises damaged_file."""
    data = path.read_bytes()
    declared = _DECLARED.search(data[:200])
    try:
        return parse_xml(decode(data, name, declared=declared[1].decode() if declared else None).text)
    except etree.XMLSyntaxError as exc:
        raise damaged(name, f"it is no well-formed XML ({str(exc)[:80]})") from exc


def pieces_of(root: etree._Element, dialect: Dialect) -> list[Piece]:
    """The headings and paragraphs under an element, then its notes, each after the sign that stands in the text."""
    walk = _Walk(dialect)
    walk.go(root)
    return [*walk.pieces, *walk.notes]


def first(element: etree._Element, *path: str) -> etree._Element | None:
    """The first descendant that a path of local names leads to, each step a child of the one before."""
    found: list[etree._Element] = [element]
    for step in path:
        found = [child for one in found for child in one if local_name(child) == step]
    return found[0] if found else None


def text_of(element: etree._Element | None) -> str:
    """All characters of an element on one line; empty for none."""
    return "" if element is None else collapse("".join(map(str, element.itertext())))


class _Walk:
    """One pass; text gathers in a buffer that the edge of a block empties into a piece."""

    def __init__(self, dialect: Dialect) -> None:
        self.pieces: list[Piece] = []
        self.notes: list[Piece] = []
        self._dialect = dialect
        self._buffer: list[str] = []
        self._labels: list[str] = []
        self._depth = 0
        self._in_head = 0
        self._in_verse = 0
        self._leading = False

    def go(self, root: etree._Element) -> None:
        """Walks an element and what it holds."""
        walk(root, self._open, self._close, self._say)
        self._flush()

    def within(self, element: etree._Element) -> None:
        """Walks what an element holds, and not the element itself."""
        self._say(element.text)
        for child in element:
            walk(child, self._open, self._close, self._say)
            self._say(child.tail)
        self._flush()

    def _open(self, element: etree._Element) -> bool:
        """Takes in an element's beginning; False when what it holds is not to be walked."""
        tag, dialect = local_name(element), self._dialect
        if tag in dialect.notes:
            self._note(element)
            return False
        if tag in dialect.dropped or self._is_unchosen(element):
            return False
        if tag in ("pb", "cb", "lb"):
            self._break(element, tag)
            return False
        if tag in dialect.sections:
            self._flush()
            self._depth += 1
        if tag in dialect.blocks or tag in dialect.heads or tag in dialect.lead:
            self._begin(tag)
        elif tag in dialect.lines and self._buffer:
            self._buffer.append("\n" if self._in_verse else " ")
        elif tag in dialect.cells and self._buffer:
            self._buffer.append("\t")
        self._in_verse += tag in dialect.verse
        self._in_head += tag in dialect.heads
        if tag in dialect.wrapped:
            self._wrap(element, tag)
            return False
        self._say(element.text)
        return True

    def _begin(self, tag: str) -> None:
        """The edge of a block; what leads a paragraph, such as a speaker's name, stays with it."""
        if self._leading and tag not in self._dialect.lead:
            self._leading = False
            self._buffer.append(" ")
            return
        self._flush()
        self._leading = tag in self._dialect.lead

    def _close(self, element: etree._Element) -> None:
        tag, dialect = local_name(element), self._dialect
        if tag in dialect.blocks or tag in dialect.heads:
            self._flush()
        self._in_verse -= tag in dialect.verse
        self._in_head -= tag in dialect.heads
        if tag in dialect.sections:
            self._flush()
            self._depth -= 1

    def _is_unchosen(self, element: etree._Element) -> bool:
        parent = element.getparent()
        order = self._dialect.choices.get(local_name(parent), ())
        if parent is None or not order:
            return False
        best = min(parent, key=lambda child: order.index(local_name(child)) if local_name(child) in order else 99)
        return element is not best

    def _break(self, element: etree._Element, tag: str) -> None:
        if tag == "pb":
            self._labels.append(collapse(element.get("n") or "")[:40] or "?")
            self._buffer.append(_PAGE)
        if tag == "lb" and self._in_verse:
            self._buffer.append("\n")
        elif (element.get("break") or "") not in _BROKEN_BY_NOTHING:
            self._buffer.append(" ")

    def _wrap(self, element: etree._Element, tag: str) -> None:
        """An element between two signs inside a line, a block of its own outside of one."""
        text = text_of(element)
        before, after = self._dialect.wrapped[tag]
        if any(part.strip(f" {_PAGE}") for part in self._buffer):
            self._say(f" {before}{text.removeprefix(before).removesuffix(after)}{after} ")
        elif text:
            self._say(text)
            self._flush()

    def _note(self, element: etree._Element) -> None:
        sign = collapse(element.get("n") or "").strip("()[]. ") or str(len(self.notes) + 1)
        inner = _Walk(self._dialect)
        inner.within(element)
        text = "\n".join(piece.text for piece in (*inner.pieces, *inner.notes))
        if text:
            self._buffer.append(f"[{sign}]")
            self.notes.append(Piece("paragraph", f"[{sign}] {text}"))

    def _say(self, text: str | None) -> None:
        if text:
            self._buffer.append(_FOLD.sub(" ", text.replace(_PAGE, "")))

    def _flush(self) -> None:
        raw = "".join(self._buffer)
        if not raw.strip(f" \n\t{_PAGE}"):
            self._buffer = [_PAGE] * len(self._labels)
            return
        labels, self._labels, self._buffer = list(self._labels), [], []
        self._leading = False
        level = min(max(self._depth, 1), 6) if self._in_head else 0
        self.pieces.append(_piece(raw, level, labels))


def _piece(raw: str, level: int, labels: list[str]) -> Piece:
    """Folds white space around the signs for pages, and notes where each page begins."""
    text, marks = "", []
    for index, part in enumerate(raw.split(_PAGE)):
        if index:
            marks.append((len(text), labels[index - 1]))
        folded = re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", part))
        text += folded.lstrip() if not text or text[-1].isspace() else folded
    kept = text.rstrip()
    inside = tuple((min(offset, len(kept)), label) for offset, label in marks)
    return Piece("heading" if level else "paragraph", kept, level, inside)


def language_of(element: etree._Element) -> str:
    """The `xml:lang` of an element; empty where there is none."""
    return element.get(f"{_XML}lang") or ""
