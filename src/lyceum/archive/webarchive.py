"""Web archives: WARC, ARC and WACZ, read record by record and never unpacked whole."""

from __future__ import annotations

import gzip
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, cast

from lyceum.archive import containers
from lyceum.archive.model import Metadata
from lyceum.archive.webnames import READ_FROM_WEB, WebDocument, file_name
from lyceum.errors import ExtractionFailed

__all__ = ["Passed", "Revisit", "is_web_archive", "web_records"]

_TYPES = frozenset(("application/warc", "application/x-arc", "application/wacz"))
_READ = READ_FROM_WEB
_STAMP = re.compile(r"\D")
_UNREADABLE = (
    EOFError, zlib.error, gzip.BadGzipFile, OSError, ValueError,
    UnicodeError, KeyError, IndexError, AttributeError, TypeError,
)  # fmt: skip
_WARC_IN_WACZ = re.compile(r"(?:^|/)archive/[^/]+\.w?arc(?:\.gz)?$|^[^/]+\.warc(?:\.gz)?$")

_PACKED_BLOCK = 1 << 16

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Revisit:
    """A capture that found the same content as an earlier one, which has this digest."""

    source: str
    digest: str


@dataclass(slots=True)
class Passed:
    """What was in a web archive besides the documents that were taken: records by why they were passed over."""

    records: int = 0
    why: dict[str, int] = field(default_factory=dict)

    def note(self, why: str) -> None:
        """Counts one record."""
        self.why[why] = self.why.get(why, 0) + 1


def is_web_archive(media_type: str) -> bool:
    """Whether a file of this type holds captures of the web."""
    return media_type in _TYPES


def web_records(
    path: Path, source: str, passed: Passed, tell: Tell | None = None
) -> Iterator[tuple[WebDocument, str] | Revisit]:
    """The HTML pages, PDFs and texts that were captured with status 200, each with its digest, and revisits.

    Raises ExtractionFailed where the archive is damaged; what came before stands.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        say = (lambda: tell(stream.tell(), size)) if tell else (lambda: None)
        if zipfile.is_zipfile(path):
            yield from _records_in_wacz(cast(BinaryIO, stream), source, passed, say)
            return
        yield from _records(cast(BinaryIO, stream), source, passed, say)


def _records_in_wacz(
    stream: BinaryIO, source: str, passed: Passed, say: Callable[[], None], *, within: bool = False
) -> Iterator[tuple[WebDocument, str] | Revisit]:
    """The records of the web archives in a WACZ, and of the WACZ files in one that holds several."""
    held = False
    for member in containers.zip_members(stream, source, _WACZ):
        name = member.name.rsplit("!/", 1)[-1]
        if _WARC_IN_WACZ.search(name):
            held = True
            yield from _records(member.open(), member.name, passed, say)
        elif name.lower().endswith(".wacz") and not within:
            held = True
            with tempfile.TemporaryFile() as unpacked:
                shutil.copyfileobj(member.open(), unpacked)
                yield from _records_in_wacz(cast(BinaryIO, unpacked), member.name, passed, say, within=True)
    if not held:
        raise ExtractionFailed(
            f"“{source.rsplit('/', 1)[-1]}” holds no web archive.",
            hint="A WACZ has its captures in its folder archive/; pack or fetch it again.",
            code="no_text",
        )


_WACZ = containers.Limits(member_bytes=1 << 42, total_bytes=1 << 43, ratio=1_000)


def _records(
    stream: BinaryIO, source: str, passed: Passed, say: Callable[[], None]
) -> Iterator[tuple[WebDocument, str] | Revisit]:
    from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415  (few homes hold web archives)
    from warcio.exceptions import ArchiveLoadFailed  # noqa: PLC0415
    from warcio.statusandheaders import StatusAndHeadersParserException  # noqa: PLC0415

    taken = 0
    try:
        for record in ArchiveIterator(_plain(stream), arc2warc=True):  # type: ignore[no-untyped-call]
            passed.records += 1
            if passed.records % 256 == 0:
                say()
            found = _read_record(record, source, passed)
            if found is not None:
                taken += 1
                yield found
    except ExtractionFailed:
        raise
    except (ArchiveLoadFailed, StatusAndHeadersParserException, *_UNREADABLE) as error:
        raise ExtractionFailed(
            f"“{source.rsplit('/', 1)[-1]}” is damaged after {passed.records} records, of which {taken} were taken in: "
            f"{_first_line(error)}.",
            hint="Fetch the archive again, or mend it with `warcio recompress`.",
        ) from error
    if not passed.records:
        raise ExtractionFailed(
            f"“{source.rsplit('/', 1)[-1]}” holds no record.", hint="Fetch the archive again.", code="no_text"
        )


def _plain(stream: BinaryIO) -> Any:
    """The stream unpacked by one decompressor for all its members: archives packed in one piece are read too."""
    buffered = cast(Any, stream)
    return _Unpacked(buffered) if buffered.peek(2)[:2] == b"\x1f\x8b" else buffered


class _Unpacked:
    """A gzip stream that gives all that stands before a fault, and then the fault; `gzip` itself loses a buffer."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._unpacker = zlib.decompressobj(31)
        self._rest = b""
        self._begun = False
        self._given = 0

    def read(self, size: int = -1) -> bytes:
        """Some bytes; raises OSError where the stream is cut short and zlib.error where it is damaged."""
        while True:
            data = self._rest or self._packed.read(_PACKED_BLOCK)
            if not data:
                if self._begun:
                    raise OSError("the file is cut short")  # warcio takes an EOFError for the end
                return b""
            self._begun = True
            out = self._unpacker.decompress(data, size if size > 0 else _PACKED_BLOCK)
            self._rest = self._unpacker.unconsumed_tail
            if self._unpacker.eof:
                self._rest = self._unpacker.unused_data
                self._unpacker, self._begun = zlib.decompressobj(31), False
            if out:
                self._given += len(out)
                return out

    def tell(self) -> int:
        """How much was given."""
        return self._given

    def close(self) -> None:
        """Leaves the file to whoever opened it."""


def _read_record(record: Any, source: str, passed: Passed) -> tuple[WebDocument, str] | Revisit | None:
    address = record.rec_headers.get_header("WARC-Target-URI") or ""
    captured = record.rec_headers.get_header("WARC-Date") or ""
    digest = record.rec_headers.get_header("WARC-Payload-Digest") or ""
    place = f"{source}!/{_STAMP.sub('', captured)[:14]}/{address}"
    if record.rec_type == "revisit" and digest:
        return Revisit(place, digest)
    why = _why_not(record, address)
    if why:
        passed.note(why)
        return None
    media_type = _media_type(record)
    hints = Metadata.stated("warc:target-uri", address=address)
    day = {"captured": captured} if captured else {}
    hints = Metadata(extra=MappingProxyType(day), provenance=MappingProxyType(dict.fromkeys(day, "warc:date"))).over(
        hints
    )
    stream = _bounded(record, place)
    return WebDocument(place, file_name(address, media_type), hints, stream=stream), digest


def _why_not(record: Any, address: str) -> str:
    """Why a record is no document; empty where it is one."""
    if record.rec_type not in ("response", "resource"):
        return record.rec_type or "other"
    if not address.lower().startswith(("http://", "https://")):
        return "no web address"
    if record.rec_type == "response":
        if record.http_headers is None:
            return "no HTTP headers"
        if record.http_headers.get_statuscode() != "200":
            return "status not 200"
    return "" if _media_type(record) in _READ else "other media types"


def _media_type(record: Any) -> str:
    headers = record.http_headers if record.rec_type == "response" else record.rec_headers
    return (headers.get_header("Content-Type") or "").split(";")[0].strip().lower()


class _Whole:
    """A record's payload that says when it is shorter than the record promised."""

    def __init__(self, record: Any, place: str) -> None:
        self._record, self._place = record, place
        self._stream = record.content_stream()

    def read(self, size: int = -1) -> bytes:
        """Some bytes, none at the end of a whole payload; raises OSError at the end of a broken one."""
        data: bytes = self._stream.read(size)
        if not data and getattr(self._record.raw_stream, "limit", 0) > 0:
            raise OSError("the record is cut short")
        return data


def _bounded(record: Any, place: str) -> BinaryIO:
    packed = max(int(record.length or 0), 1)
    return containers.counted(cast(BinaryIO, _Whole(record, place)), place, packed)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
