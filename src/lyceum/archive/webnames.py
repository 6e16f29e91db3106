"""A document that came from the web in one piece, and what its file is called."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from lyceum.archive.model import Metadata

__all__ = ["READ_FROM_WEB", "WebDocument", "file_name"]

_SUFFIXES = {
    "text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "text/plain": ".txt",
    "text/markdown": ".md", "application/epub+zip": ".epub",
}  # fmt: skip
READ_FROM_WEB = frozenset(_SUFFIXES)
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class WebDocument:
    """A document under the source and the file name by which it is known; `hints` are weaker than what it states."""

    source: str
    name: str
    hints: Metadata
    content: bytes = b""
    stream: BinaryIO | None = field(default=None, compare=False)

    def open(self) -> BinaryIO:
        """Its bytes, once."""
        return self.stream or BytesIO(self.content)


def file_name(address: str, media_type: str) -> str:
    """A name for the file at an address, with the suffix of its media type.

    >>> file_name("https://example.org/news/the-mill/?page=2", "text/html")
    'the-mill.html'
    """
    parts = urlsplit(address)
    last = unquote(parts.path).rstrip("/").rsplit("/", 1)[-1] or parts.hostname or "page"
    plain = re.sub(r"[^\w.,()’ -]", "_", last)[:_LONGEST].strip(". ") or "page"
    suffix = _SUFFIXES.get(media_type, "")
    return plain if not suffix or plain.lower().endswith((suffix, ".htm")) else plain + suffix
