"""RTF: its words through striprtf, its title and author from its info group."""

from __future__ import annotations

import re
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from typing import Any

import striprtf.striprtf

from lyceum.archive.extractors.common import Piece, collapse, compose, creators, damaged
from lyceum.archive.model import Extracted, Metadata

# striprtf carries no types.
_to_text: Any = striprtf.striprtf.rtf_to_text

_INFO = re.compile(r"\{\\(title|author|creatim)\s?((?:[^{}\\]|\\(?!par\b)[^{}])*)\}")
_HEADING = re.compile(r"\\outlinelevel(\d)([^{}]*)")
_CODE_PAGE = re.compile(r"\\ansicpg(\d+)")
_MADE = re.compile(r"\\yr(\d{4})(?:\\mo(\d{1,2}))?(?:\\dy(\d{1,2}))?")
_JUNK = ("user", "admin", "author", "unknown", "")


class RtfExtractor:
    """Reads RTF."""

    media_types = frozenset(("application/rtf",))

    def extract(self, path: Path, name: str) -> Extracted:
        """Its paragraphs; cells of a table are parted by tabs."""
        source = path.read_bytes().decode("latin-1")
        if not source.lstrip().startswith("{\\rtf"):
            raise damaged(name, "it is no RTF")
        page = _CODE_PAGE.search(source[:2000])
        encoding = f"cp{page[1]}" if page else "cp1252"
        text = _to_text(source, encoding=encoding, errors="replace")
        headings = {_words(found[2], encoding): int(found[1]) + 1 for found in _HEADING.finditer(source)}
        pieces = [_piece(line, headings) for line in re.split(r"\n+", text) if line.strip(" \t|")]
        return compose(pieces, _metadata(source, encoding))


extractor = RtfExtractor()


def _piece(line: str, headings: dict[str, int]) -> Piece:
    level = headings.get(collapse(line), 0)
    cells = [collapse(cell) for cell in line.split("|")]
    is_row = len(cells) > 2 and not cells[-1]
    return Piece(
        "heading" if level else "paragraph", "\t".join(cells).strip() if is_row else line.strip(), min(level, 6)
    )


def _words(fragment: str, encoding: str) -> str:
    return collapse(str(_to_text("{\\rtf1" + fragment + "}", encoding=encoding, errors="replace")))


def _metadata(source: str, encoding: str) -> Metadata:
    """The info group; when the file was made is kept apart."""
    said = dict(_INFO.findall(source[:200_000]))
    made = _MADE.search(said.get("creatim", "")) or re.search(r"\{\\creatim" + _MADE.pattern, source[:200_000])
    day = "-".join(part.zfill(2) for part in made.groups() if part) if made else ""
    author = _words(said.get("author", ""), encoding)
    stated = (
        Metadata.stated("rtf:info:title", title=_words(said.get("title", ""), encoding)),
        Metadata.stated("rtf:info:author", creators=() if author.lower() in _JUNK else creators(author)),
        Metadata(extra=MappingProxyType({"rtf_created": day} if day else {})),
    )
    return reduce(Metadata.over, stated)
