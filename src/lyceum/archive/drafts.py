"""Reads a draft as its writer sees it: paragraph by paragraph, with lines or pages, and what is set off as quoted.

A document that is added is read for its main text; a draft is read for every word in it, and for where it stands.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from lyceum.archive.model import Extracted, Page
from lyceum.archive.segment import PageFinder
from lyceum.errors import ExtractionFailed

LARGEST_DRAFT = 5_000_000
"""Characters of a draft: more than a thousand printed pages."""
_QUOTATION_MARKS = str.maketrans(dict.fromkeys("\"“”„‟«»‘’‚‹›「」『』'", ""))


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, as offsets into the draft's text; `quoted` when it is set off as a quotation."""

    start: int
    end: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft's paragraphs in order.

    `lines` says for some offsets on which line of the file they stand; from there on every line break counts one.
    It is empty for formats that have none.
    """

    text: str
    parts: tuple[Part, ...]
    lines: tuple[tuple[int, int], ...] = ()
    pages: tuple[Page, ...] = ()

    def line(self, offset: int) -> int | None:
        """The line of the file on which an offset stands, from 1."""
        at = bisect_right(self.lines, (offset, len(self.text) + 1)) - 1
        if at < 0:
            return None
        start, line = self.lines[at]
        return line + self.text.count("\n", start, offset)

    def page(self, start: int, end: int) -> str | None:
        """The page on which a stretch stands."""
        return PageFinder(self.pages).label(start, end)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as the limited worker sends them."""
        return {
            "text": self.text,
            "parts": [[part.start, part.end, part.quoted] for part in self.parts],
            "lines": [list(line) for line in self.lines],
            "pages": [[page.label, page.start, page.end] for page in self.pages],
        }


def reader_of(media_type: str) -> Callable[[Path, str], Draft] | None:
    """What reads drafts of a format as they were written; None where they are read as documents are."""
    return _READERS.get(media_type)


def checked_draft(values: Mapping[str, Any]) -> Draft:
    """What a worker sent, as a value, after its types and offsets were looked at; raises ValueError."""
    text = values["text"]
    if not isinstance(text, str):
        raise TypeError("not a text")
    parts = tuple(Part(int(start), int(end), bool(quoted)) for start, end, quoted in values["parts"])
    lines = tuple((int(offset), int(line)) for offset, line in values["lines"])
    pages = tuple(Page(str(label)[:100], int(start), int(end)) for label, start, end in values["pages"])
    reached = 0
    for part in parts:
        if not reached <= part.start <= part.end <= len(text):
            raise ValueError("parts out of order")
        reached = part.end
    if list(lines) != sorted(lines):
        raise ValueError("lines out of order")
    return Draft(text, parts, lines, pages)


@dataclass(slots=True)
class _Builder:
    """Puts paragraphs together into one text."""

    chunks: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    lines: list[tuple[int, int]] = field(default_factory=list)
    length: int = 0

    def add(self, runs: Iterable[tuple[str, int | None]], *, quoted: bool = False) -> None:
        """A paragraph of runs of text, each with the line on which it begins, where that is known."""
        kept = [(text, line) for text, line in runs if text]
        if not any(text.strip() for text, _ in kept):
            return
        start = self.length
        for text, line in kept:
            if line is not None:
                self.lines.append((self.length, line))
            self._put(_sound(text))
        self.parts.append(Part(start, self.length, quoted))
        self._put("\n\n")

    def _put(self, text: str) -> None:
        self.chunks.append(text)
        self.length += len(text)

    def build(self) -> Draft:
        """The draft."""
        return Draft("".join(self.chunks), tuple(self.parts), tuple(self.lines))


_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")


def _sound(text: str) -> str:
    return _NOT_TEXT.sub("\ufffd", text)


def _decoded(path: Path, name: str) -> str:
    from lyceum.archive.extractors.common import decode  # noqa: PLC0415  (extractors are loaded on first use)

    if path.stat().st_size > 4 * LARGEST_DRAFT:
        raise too_long(name)
    text = decode(path.read_bytes(), name).text
    if len(text) > LARGEST_DRAFT:
        raise too_long(name)
    return text


# --- plain text --------------------------------------------------------------------------------------

_MARGIN = re.compile(r"(?:[ \t]*>)+ ?")
_INDENT = 4
_MOSTLY = 0.5


def _plain(path: Path, name: str) -> Draft:
    """Paragraphs between blank lines; one is set off when each of its lines begins with `>` or is indented."""
    groups = list(_groups(_decoded(path, name).split("\n")))
    indented = [all(_indent(line) >= _INDENT for line in lines) for _, lines in groups]
    # Where most paragraphs are indented, that is how the draft is set, and says nothing.
    says = sum(indented) < _MOSTLY * len(groups)
    builder = _Builder()
    for (first, lines), deep in zip(groups, indented, strict=True):
        marked = all(line.lstrip().startswith(">") for line in lines)
        shown = [_MARGIN.sub("", line, count=1) if marked else line for line in lines]
        builder.add([("\n".join(line.strip() for line in shown), first)], quoted=marked or (deep and says))
    return builder.build()


def _groups(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines that are not blank, each with the number of its first."""
    group: list[str] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip(" \t>\f"):
            group.append(line)
        elif group:
            yield number - len(group), group
            group = []


def _indent(line: str) -> int:
    expanded = line.expandtabs(4)
    return len(expanded) - len(expanded.lstrip(" "))


# --- Markdown ----------------------------------------------------------------------------------------

_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?\n)?\1[ \t]*(?=\n|\Z)", re.DOTALL)
_FOOTNOTE_MARK = re.compile(r"\[\^[^\]\s]{1,60}\]:?")


def _markdown(path: Path, name: str) -> Draft:
    """What Markdown renders, its lines kept; code quotes nothing."""
    from markdown_it import MarkdownIt  # noqa: PLC0415

    source = _FRONT_MATTER.sub(lambda match: "\n" * match.group().count("\n"), _decoded(path, name))
    builder, depth = _Builder(), 0
    for token in MarkdownIt("commonmark", {"maxNesting": 50}).enable("table").parse(source):
        depth += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        first = token.map[0] + 1 if token.map else None
        if token.type == "inline":
            builder.add([(_rendered(token.children or []), first)], quoted=depth > 0)
        elif token.type == "html_block":
            _feed_html(token.content, builder, first or 1, quoted=depth > 0)
    return builder.build()


def _rendered(tokens: Sequence[Any]) -> str:
    parts: list[str] = []
    for token in tokens:
        if token.type == "text":
            parts.append(_FOOTNOTE_MARK.sub("", token.content))
        elif token.type == "code_inline":
            parts.append(token.content.translate(_QUOTATION_MARKS))
        elif token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif token.type == "html_inline" and (mark := _Q.fullmatch(token.content.strip())):
            parts.append("”" if mark[1] else "“")
    return "".join(parts)


_Q = re.compile(r"<(/?)q\b[^>]*>", re.IGNORECASE)


# --- HTML --------------------------------------------------------------------------------------------

_SILENT = frozenset("script style template noscript iframe svg title textarea select".split())
_CODE = frozenset("code kbd samp pre".split())
_BLOCKS = frozenset(
    """address article aside blockquote body br caption dd details div dl dt fieldset figcaption figure footer form h1
    h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody td tfoot th thead tr ul""".split()
) - {"br"}
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_SPACES = re.compile(r"[ \t\r\f\v]+")


def _html(path: Path, name: str) -> Draft:
    builder = _Builder()
    _feed_html(_decoded(path, name), builder, 1)
    return builder.build()


def _feed_html(source: str, builder: _Builder, first: int, *, quoted: bool = False) -> None:
    reader = _HtmlReader(builder, first, quoted=quoted)
    reader.feed(source)
    reader.close()
    reader.end_paragraph()


class _HtmlReader(HTMLParser):
    """The paragraphs of a page with their lines; `<q>` becomes quotation marks, `<blockquote>` sets off."""

    def __init__(self, builder: _Builder, first: int, *, quoted: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._builder, self._first, self._outside = builder, first, quoted
        self._runs: list[tuple[str, int | None]] = []
        self._silent = self._code = self._set_off = self._credited = self._in_q = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _BLOCKS:
            self.end_paragraph()
        if tag == "br":
            self._runs.append((" ", None))
        elif tag == "q":
            self._runs.append(("“" if self._in_q % 2 == 0 else "‘", None))
        if tag not in _VOID:
            self._count(tag, 1)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.end_paragraph()
        self._count(tag, -1)
        if tag == "q":
            self._runs.append(("”" if self._in_q % 2 == 0 else "’", None))

    def handle_data(self, data: str) -> None:
        if not self._silent:
            text = _SPACES.sub(" ", data.translate(_QUOTATION_MARKS) if self._code else data)
            self._runs.append((text, self.getpos()[0] + self._first - 1))

    def end_paragraph(self) -> None:
        """Hands over what has come since the last block began or ended."""
        runs, self._runs = self._runs, []
        self._builder.add(runs, quoted=(self._set_off > 0 or self._outside) and not self._credited)

    def _count(self, tag: str, by: int) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent + by)
        elif tag in _CODE:
            self._code = max(0, self._code + by)
        elif tag == "blockquote":
            self._set_off = max(0, self._set_off + by)
        elif tag in ("cite", "footer", "figcaption") and self._set_off:
            # Who is quoted is told within the element, and is not quoted.
            if tag == "cite":
                self.end_paragraph()
            self._credited = max(0, self._credited + by)
        elif tag == "q":
            self._in_q = max(0, self._in_q + by)


# --- DOCX, PDF and others ------------------------------------------------------------------------------


def _docx(path: Path, name: str) -> Draft:
    from lyceum.archive.extractors.docx import set_paragraphs  # noqa: PLC0415

    builder = _Builder()
    for text, quoted in set_paragraphs(path, name):
        builder.add([(text, None)], quoted=quoted)
    return builder.build()


_GOES_ON = re.compile(r"[^.!?…:;”’\"»]\s*\Z")


def draft_of(extracted: Extracted) -> Draft:
    """A draft that was read as a document is; a paragraph that a page's end cut in two is one."""
    text = extracted.text
    parts: list[Part] = []
    for block in extracted.blocks:
        goes_on = parts and text[block.start : block.start + 1].islower()
        if goes_on and _GOES_ON.search(text[parts[-1].start : parts[-1].end]):
            parts[-1] = Part(parts[-1].start, block.end)
        else:
            parts.append(Part(block.start, block.end))
    return Draft(text, tuple(parts), (), extracted.pages)


def too_long(name: str) -> ExtractionFailed:
    """The error for a draft with more text than is checked at once."""
    return ExtractionFailed(
        f"“{name}” is longer than {LARGEST_DRAFT:,} characters.",
        hint="Check it chapter by chapter.",
        code="too_large",
    )


_READERS = {
    "text/plain": _plain,
    "text/x-rst": _plain,
    "text/markdown": _markdown,
    "text/html": _html,
    "application/xhtml+xml": _html,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _docx,
}
