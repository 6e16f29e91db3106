"""Parts one file into the documents that it holds: articles of a volume, messages of a mailbox, rows of a table."""

from __future__ import annotations

import base64
import binascii
import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from lyceum.errors import ExtractionFailed

__all__ = ["Part", "Splitter", "is_compound", "split_here"]

PARTS_A_FILE = 200_000
_LONGEST_NAME = 200
_MODULES = {
    "application/tei+xml": "tei",
    "message/rfc822": "mail",
    "application/mbox": "mail",
    "application/x-ndjson": "rows",
    "text/csv": "rows",
    "text/tab-separated-values": "rows",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A document in a file; `data` None means the file as it is, which then has no `name` of its own."""

    name: str
    data: bytes | None

    def as_dict(self) -> dict[str, str]:
        """Plain values for JSON."""
        return {"name": self.name, **({"data": base64.b64encode(self.data).decode()} if self.data is not None else {})}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Part:
        """The inverse of `as_dict`; raises TypeError or ValueError for what a misled child may send besides."""
        name, data = values.get("name"), values.get("data")
        if not isinstance(name, str) or not isinstance(data, str | None):
            raise TypeError("not a part")
        try:
            return cls("", None) if data is None else cls(_plain(name), base64.b64decode(data, validate=True))
        except binascii.Error as exc:
            raise ValueError("not a part") from exc


class Splitter(Protocol):
    """Knows where one document of a format ends and the next begins."""

    def split(self, path: Path, name: str, options: Mapping[str, Any]) -> Iterable[Part]:
        """The documents in the file at `path`; raises ExtractionFailed."""
        ...


def is_compound(media_type: str) -> bool:
    """Whether a file of this type may hold several documents."""
    return media_type in _MODULES


def split_here(path: Path, name: str, media_type: str, options: Mapping[str, Any]) -> Iterator[Part]:
    """Parts a file in this process, without limits: for the worker, and for tests of one format."""
    module = importlib.import_module(f"lyceum.archive.extractors.{_MODULES[media_type]}")
    try:
        for number, part in enumerate(cast(Splitter, module.splitter).split(path, name, options)):
            if number >= PARTS_A_FILE:
                break
            yield part
        else:
            return
    except (ExtractionFailed, MemoryError):
        raise
    except Exception as exc:  # hostile bytes make the libraries raise anything
        raise ExtractionFailed(
            f"“{name}” could not be parted as {media_type} ({type(exc).__name__}).",
            hint="Open the file in its own program, save it anew and add it again.",
            code="damaged_file",
        ) from exc
    raise ExtractionFailed(
        f"“{name}” holds more than {PARTS_A_FILE:,} documents.",
        hint="Split the file and add the parts.",
        code="too_large",
    )


def _plain(name: str) -> str:
    """A name that leads nowhere: the last part of a path, without control characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].strip().lstrip(".")
    return "".join(sign for sign in last if sign.isprintable())[:_LONGEST_NAME] or "part"
