"""Plain text: encodings, paragraphs, hard-wrapped lines, verse, and headings where they are plain."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from lyceum.archive.extractors import gutenberg
from lyceum.archive.extractors.common import Piece, collapse, compose, decode
from lyceum.archive.model import Extracted, Metadata

_WIDEST_WRAP = 110
_NARROWEST_WRAP = 50
_WRAPPED_SHARE = 0.6
_LONGEST_HEADING = 90
_LONGEST_TITLE = 100

_NUMBERED = re.compile(
    r"(?:(?P<part>BOOK|PART|VOLUME|TEIL|PARTIE|LIVRE|LIBRO|PARTE|DEEL|OSA)|CHAPTER|CHAP\.|SECTION|LETTER|ACT|"
    r"SCENE|ESSAY|LECTURE|APPENDIX|KAPITEL|ABSCHNITT|CHAPITRE|CAP[IÍ]TULO|CAPITOLO|HOOFDSTUK|LUKU)"
    r"\s+(?:THE\s+)?(?:[IVXLC]+|\d{1,3}|[A-Z]{3,12}(?:[- ][A-Z]{3,6})?)\b.{0,80}",
    re.IGNORECASE | re.DOTALL,
)
_ROMAN = re.compile(r"(?=[IVXLC])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\.?")
_NUMBERED_CAPITALS = re.compile(r"(?:[IVXLC]+|\d{1,3})\.\s+[^a-z]{3,80}")
_NAMED = re.compile(
    r"(?:the\s+)?(?:preface|foreword|introduction|introductory|prologue|epilogue|conclusion|contents|"
    r"table of contents|appendix|index|notes|footnotes|bibliography|afterword|dedication|postscript|vorwort|"
    r"einleitung|inhalt|nachwort|schluss|préface|avant-propos|prefacio|introducción|prefazione)[.:]?",
    re.IGNORECASE,
)
_ENCODING = re.compile(rb"(?:Character set encoding:|-\*-.{0,40}coding:)[ \t]*([\w.:-]+)", re.IGNORECASE)
_CONTENTS_RUN = 4
_UNDERLINE = re.compile(r"([=\-~^*#\"'+])\1{2,}")
_RULE = re.compile(r"[\s*\-_=~.•·+#|]+")
_HYPHENATED = re.compile(r"[^\W\d_][-\u2010]$")
_INDENTED = re.compile(r"^(?: {2,}|\t)")
_FENCE = re.compile(r"^[\W_]*$")
_RST_NOISE = re.compile(r"\s*(?:\.\. .*|\.\.|:[\w.-]+:(?: .*)?)")


class TextExtractor:
    """Reads plain text, Project Gutenberg's among it."""

    media_types = frozenset(("text/plain", "text/x-rst"))

    def extract(self, path: Path, name: str) -> Extracted:
        """The paragraphs of the file, wrapped lines joined; raises binary_file."""
        data = path.read_bytes()
        decoded = decode(data, name, declared=_declared(data[:20_000]))
        book = gutenberg.unwrap(decoded.text)
        text = _without_directives(book.text) if name.lower().endswith(".rst") else book.text
        pieces = paragraphs(text)
        if book.found:
            pieces = gutenberg.without_credits(pieces)
        notes = [note for note in (decoded.note,) if note]
        return compose(pieces, book.metadata.over(_first_line(pieces)), notes)


extractor = TextExtractor()


def _declared(head: bytes) -> str | None:
    """The encoding that Project Gutenberg's header or an editor's mode line states."""
    match = _ENCODING.search(head)
    return match[1].decode("ascii", "replace") if match else None


def paragraphs(text: str) -> list[Piece]:
    """Plain text as headings and paragraphs.

    A line break inside a paragraph becomes a space where the next word would not have fitted; in verse,
    title pages and lists it stays. `-` at the end of a line stays with its break.
    """
    groups = list(_groups(text))
    width = _wrap_width(groups)
    shouting = _is_shouting(groups)
    pieces = [piece for group in groups for piece in _pieces(group, width, shouting=shouting)]
    return _without_contents(pieces)


def _without_contents(pieces: list[Piece]) -> list[Piece]:
    """The lines of a table of contents are no headings: of a long run, only the first and the last are."""
    kept: list[Piece] = []
    for kind, run in itertools.groupby(pieces, key=lambda piece: piece.kind):
        group = list(run)
        if kind == "heading" and len(group) >= _CONTENTS_RUN:
            group[1:-1] = [Piece("paragraph", piece.text) for piece in group[1:-1]]
        kept += group
    return kept


def _groups(text: str) -> Iterator[list[str]]:
    """Runs of lines between blank lines; a form feed parts too."""
    group: list[str] = []
    for line in text.replace("\f", "\n\n").split("\n"):
        if line.strip():
            group.append(line.expandtabs(4).rstrip())
        elif group:
            yield group
            group = []
    if group:
        yield group


def _wrap_width(groups: Sequence[Sequence[str]]) -> int:
    """The width at which the text was wrapped; 0 when its lines are whole paragraphs."""
    lengths = sorted(len(line) for group in groups if len(group) > 1 for line in group[:-1])
    if not lengths:
        return 0
    width = lengths[int(len(lengths) * 0.9)]
    return 0 if width > _WIDEST_WRAP else max(width, _NARROWEST_WRAP)


def _is_shouting(groups: Sequence[Sequence[str]]) -> bool:
    """Whether the whole text stands in capitals, which then say nothing."""
    capital = sum(_is_capital(collapse(" ".join(group))) for group in groups)
    return capital > max(3, 0.4 * len(groups))


def _pieces(group: list[str], width: int, *, shouting: bool) -> Iterator[Piece]:
    if len(group) > 1 and _UNDERLINE.fullmatch(group[1].strip()) and len(group[0].strip()) < _LONGEST_HEADING:
        yield Piece("heading", collapse(group[0]), 1 if group[1].strip()[0] == "=" else 2)
        group = group[2:]
    lines = [line for line in group if not (len(group) > 1 and _UNDERLINE.fullmatch(line.strip()))]
    if all(_RULE.fullmatch(line) for line in lines):
        return
    if level := _heading_level(lines, shouting=shouting):
        yield Piece("heading", collapse(" ".join(lines)), level)
    elif width == 0 and any(len(line) > _WIDEST_WRAP for line in lines):
        yield from (Piece("paragraph", line.strip()) for line in lines)
    else:
        yield from (Piece("paragraph", _joined(part, width)) for part in _indented_parts(lines))


def _heading_level(lines: Sequence[str], *, shouting: bool) -> int:
    text = collapse(" ".join(lines))
    if len(lines) > 3 or len(text) > _LONGEST_HEADING or text.endswith((",", ";", "-")):
        return 0
    if (match := _NUMBERED.fullmatch(text)) and text[0].isupper() and not text.endswith(("!", "?")):
        return _numbered_level(match, text)
    if len(lines) == 1 and _ROMAN.fullmatch(text):
        return 3
    if len(lines) > 2 or shouting:
        return 2 if _NAMED.fullmatch(text) else 0
    return 2 if _NAMED.fullmatch(text) or _NUMBERED_CAPITALS.fullmatch(text) or _is_capital(text) else 0


def _numbered_level(match: re.Match[str], text: str) -> int:
    """`Chapter IV` and `CHAPTER IV. The mill` are headings; `Part of the way he walked.` is not."""
    if text.endswith(".") and len(text.split()) > 6 and not text.split(maxsplit=1)[0].isupper():
        return 0
    second = text.split()[1].strip(".:,")
    numbered = second.isdigit() or _ROMAN.fullmatch(second) or text.split(maxsplit=1)[0].isupper() or len(text) < 30
    return (1 if match["part"] else 2) if numbered else 0


def _is_capital(text: str) -> bool:
    if len(text) > 70:
        return False
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) >= 4 and all(sign.isupper() or not sign.islower() for sign in letters)


def _indented_parts(lines: list[str]) -> Iterator[list[str]]:
    """Paragraphs that are told apart by an indented first line only, without a blank one between."""
    indented = [bool(_INDENTED.match(line)) for line in lines]
    first_lines = sum(
        now and not before and not after
        for before, now, after in zip(indented, indented[1:], [*indented[2:], False], strict=False)
    )
    if len(lines) < 8 or sum(indented) > len(lines) / 3 or first_lines != sum(indented[1:]):
        yield lines
        return
    part: list[str] = []
    for line, begins in zip(lines, indented, strict=True):
        if begins and part:
            yield part
            part = []
        part.append(line)
    yield part


def _joined(lines: Sequence[str], width: int) -> str:
    if not _is_wrapped(lines, width):
        return "\n".join(line.strip() for line in lines)
    text = ""
    for line in lines:
        gap = "" if not text else "\n" if _HYPHENATED.search(text[-3:]) else " "
        text += gap + line.strip()
    return text


def _is_wrapped(lines: Sequence[str], width: int) -> bool:
    """Whether most lines end where the next word would no longer have fitted."""
    if len(lines) < 2 or width == 0:
        return False
    limit = 0.86 * width
    full = sum(
        len(line) + 1 + len(following.split(maxsplit=1)[0]) >= limit for line, following in itertools.pairwise(lines)
    )
    return full >= _WRAPPED_SHARE * (len(lines) - 1)


def _without_directives(text: str) -> str:
    """reStructuredText without its directives' lines, whose options are no prose."""
    return "\n".join("" if _RST_NOISE.fullmatch(line) else line for line in text.split("\n"))


def _first_line(pieces: Sequence[Piece]) -> Metadata:
    """A title from the first line, where it is short and more follows; never an author or a date."""
    if len(pieces) < 2:
        return Metadata()
    first = pieces[0].text
    if "\n" in first or len(first) > _LONGEST_TITLE or first.endswith((".", ",", ";", ":", "-", "]")):
        return Metadata()
    return Metadata() if _FENCE.fullmatch(first) else Metadata.stated("text:first-line", title=first)
