"""DOC of Word 97 to 2003: the pieces of its text, in the order in which they read."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lyceum.archive.extractors.common import Piece, collapse, compose, creators, damaged, encrypted
from lyceum.archive.extractors.ole import open_ole, stream_of
from lyceum.archive.model import Extracted, Metadata

_MAGIC = 0xA5EC
_WORD_97 = 0x00C1
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_COMPRESSED = 0x40000000
_MOST_PIECES = 200_000
_FIELD = re.compile("\x13[^\x13-\x15]*\x14|\x13[^\x13-\x15]*\x15|[\x13-\x15]")
_SIGNS = str.maketrans({"\x1e": "\u2011", "\x1f": "\u00ad", "\x0b": "\n", "\xa0": "\xa0", "\x0c": "\r", "\x0e": "\r"})
_UNSEEN = re.compile("[\x00-\x06\x08\x10-\x1d]")
_JUNK = frozenset(("user", "admin", "author", "unknown", "microsoft office user", "python-docx", ""))


class DocExtractor:
    """Reads Word's binary files; what is older than 1997 is refused."""

    media_types = frozenset(("application/msword",))

    def extract(self, path: Path, name: str) -> Extracted:
        """Its paragraphs, cells of a table parted by tabs; headers and footers are left out."""
        ole = open_ole(path, name)
        try:
            main = stream_of(ole, "WordDocument")
            text = _text(ole, main, name)
            metadata = _metadata(ole)
        finally:
            ole.close()
        return compose(list(_pieces(text)), metadata)


extractor = DocExtractor()


def _text(ole: Any, main: bytes, name: str) -> str:
    """The characters of the body and of its foot- and endnotes, as the table of pieces orders them."""
    if len(main) < 0x1AA or struct.unpack_from("<H", main)[0] != _MAGIC:
        raise damaged(name, "it is no document of Word 97 or later")
    version, flags = struct.unpack_from("<H", main, 2)[0], struct.unpack_from("<H", main, 0x0A)[0]
    if flags & _ENCRYPTED:
        raise encrypted(name)
    if version < _WORD_97:
        raise damaged(name, "it was written by a Word older than 97")
    body, notes, _headers, _macros, _comments, endnotes = struct.unpack_from("<6i", main, 0x4C)
    start, length = struct.unpack_from("<II", main, 0x1A2)
    table = stream_of(ole, "1Table" if flags & _TABLE_1 else "0Table")
    whole = "".join(_runs(main, table[start : start + length]))
    if not whole:
        raise damaged(name, "its table of pieces is missing")
    first = body + notes
    skipped = first + _headers + _macros + _comments
    return whole[:first] + "\r" + whole[skipped : skipped + endnotes]


def _runs(main: bytes, clx: bytes) -> Iterator[str]:
    """Each piece: where it begins in the file, and whether it takes one byte a character or two."""
    place = 0
    while place + 5 <= len(clx) and clx[place] == 1:
        place += 3 + struct.unpack_from("<H", clx, place + 1)[0]
    if place + 5 > len(clx) or clx[place] != 2:
        return
    size = struct.unpack_from("<I", clx, place + 1)[0]
    plc = clx[place + 5 : place + 5 + size]
    count = min((len(plc) - 4) // 12, _MOST_PIECES)
    ends = struct.unpack_from(f"<{count + 1}I", plc) if count > 0 else ()
    for number in range(count):
        (offset,) = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * number + 2)
        length = max(0, ends[number + 1] - ends[number])
        if offset & _COMPRESSED:
            begin = (offset & ~_COMPRESSED) // 2
            yield main[begin : begin + length].decode("cp1252", "replace")
        else:
            yield main[offset : offset + 2 * length].decode("utf-16-le", "replace")


def _pieces(text: str) -> Iterator[Piece]:
    while text != (shorter := _FIELD.sub("", text)):
        text = shorter
    text = _UNSEEN.sub("", text.translate(_SIGNS)).replace("\x07\x07", "\r").replace("\x07", "\t")
    for line in text.split("\r"):
        kept = "\n".join(part.strip() for part in line.strip().split("\n"))
        if kept.strip():
            yield Piece("paragraph", kept)


def _metadata(ole: Any) -> Metadata:
    """The summary; when the file was made is kept apart."""
    said = ole.get_metadata()
    title, author = (_plain(value, said.codepage) for value in (said.title, said.author))
    made = said.create_time.date().isoformat() if said.create_time else ""
    stated = (
        Metadata.stated("doc:summary:title", title=title),
        Metadata.stated("doc:summary:author", creators=() if author.lower() in _JUNK else creators(author)),
        Metadata(extra=MappingProxyType({"doc_created": made} if made else {})),
    )
    return reduce(Metadata.over, stated)


def _plain(value: Any, code_page: Any) -> str:
    if not isinstance(value, bytes):
        return ""
    encoding = "utf-8" if code_page in (65001, -535) else f"cp{code_page}" if code_page else "cp1252"
    try:
        return collapse(value.decode(encoding, "replace").replace("\0", ""))
    except LookupError:
        return collapse(value.decode("cp1252", "replace").replace("\0", ""))
