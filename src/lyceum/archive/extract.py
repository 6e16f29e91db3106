"""Turns bytes into text with structure, one extractor a format, in a process that can do no harm."""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol, TypeVar, cast

from lyceum.archive.drafts import LARGEST_DRAFT, Draft, checked_draft, draft_of, reader_of, too_long
from lyceum.archive.model import Block, Extracted, Metadata, Page
from lyceum.archive.parts import PARTS_A_FILE, Part
from lyceum.archive.pictures import checked_picture, may_have_pictures
from lyceum.archive.spoken import UNKNOWN, Spoken
from lyceum.errors import ExtractionFailed, LyceumError

__all__ = ["Extractor", "LimitedWorker", "detect", "draft_here", "extract_here", "has_pictures"]

log = logging.getLogger(__name__)

_Value = TypeVar("_Value")

HEAD_BYTES = 4096
REPLY_BYTES = 200 * 2**20

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_MODULES = {
    "text/plain": "text",
    "text/x-rst": "text",
    "text/markdown": "markdown",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/epub+zip": "epub",
    _DOCX: "docx",
    "application/pdf": "pdf",
    "image/png": "pageset",
    "image/jpeg": "pageset",
    "image/tiff": "pageset",
    "application/x-tar": "pageset",
    "application/gzip": "pageset",
    "application/zip": "pageset",
    "text/vnd.hocr+html": "recognised",
    "application/alto+xml": "recognised",
    "application/tei+xml": "tei",
    "application/jats+xml": "jats",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/rtf": "rtf",
    "application/msword": "doc",
    "message/rfc822": "mail",
    "application/vnd.ms-outlook": "msg",
    "application/x-lyceum-row+json": "rows",
    "application/x-ipynb+json": "notebook",
    _PPTX: "pptx",
}


# A password turns DOCX and its kin from a ZIP into an OLE file.
_LOCKED = "application/x-ole-encrypted"


class Extractor(Protocol):
    """Reads one format."""

    media_types: frozenset[str]

    def extract(self, path: Path, name: str) -> Extracted:
        """The text of the file at `path`, which its source calls `name`; raises ExtractionFailed."""
        ...


def detect(head: bytes, name: str) -> str:
    """The media type that the first bytes show; where they show none, the one that the name promises.

    >>> detect(b"%PDF-1.7", "letter.txt")
    'application/pdf'
    """
    if not head:
        return "application/x-empty"
    named = _BY_NAME.get(Path(name).suffix.lower(), "")
    if _MAILBOX.match(head):
        return "application/mbox"
    return _by_signature(head, named) or _by_markup(head, named) or named or _text_or_not(head)


def has_pictures(path: Path, name: str) -> bool:
    """Whether a file may show its pages as they look, by its first bytes."""
    with path.open("rb") as stream:
        return may_have_pictures(detect(stream.read(HEAD_BYTES), name))


def extract_here(path: Path, name: str, media_type: str) -> Extracted:
    """Extracts in this process, without limits: for the worker, and for tests of one extractor."""
    if media_type == "application/x-empty":
        raise ExtractionFailed(f"“{name}” is empty.", hint="Check that the file was saved.", code="no_text")
    if media_type == _LOCKED:
        hint = "Remove the password in Word or LibreOffice and add the file again."
        raise ExtractionFailed(f"“{name}” is encrypted.", hint=hint, code="encrypted_file")
    extractor = _extractor_for(media_type, name)
    with _failure_told(name, media_type):
        extracted = extractor.extract(path, name)
    if not extracted.text.strip():
        raise ExtractionFailed(
            f"“{name}” holds no text.",
            hint="Check that this is the right file; there is nothing in it to search.",
            code="no_text",
        )
    return replace(extracted, text=_sound(extracted.text), metadata=_sound_metadata(extracted.metadata))


def draft_here(path: Path, name: str, media_type: str) -> Draft:
    """A draft read in this process, without limits; raises ExtractionFailed."""
    reader = reader_of(media_type)
    if reader is None:
        draft = draft_of(extract_here(path, name, media_type))
    else:
        with _failure_told(name, media_type):
            draft = reader(path, name)
    if not draft.text.strip():
        raise ExtractionFailed(f"“{name}” holds no text.", hint="Check that this is the right file.", code="no_text")
    if len(draft.text) > LARGEST_DRAFT:
        raise too_long(name)
    return draft


@contextlib.contextmanager
def _failure_told(name: str, media_type: str) -> Iterator[None]:
    """Turns whatever a library raises over hostile bytes into our error."""
    try:
        yield
    except (ExtractionFailed, MemoryError):
        raise
    except Exception as exc:
        log.info("extractor failed", extra={"media_type": media_type, "error": type(exc).__name__})
        raise ExtractionFailed(
            f"“{name}” could not be read as {media_type} ({type(exc).__name__}).",
            hint="Open the file in its own program, save it anew and add it again.",
            code="damaged_file",
        ) from exc


class LimitedWorker:
    """Extracts in a child process with little memory, little time and no right to write a file.

    The child starts on first use, serves many files and is replaced when it misbehaves. Not for several
    threads at once; and where the thread that started the child ends, the child ends with it.

    >>> with LimitedWorker(seconds=20) as worker:
    ...     extracted = worker.extract(Path("blobs/ab/abcd"), "The mill.epub")
    """

    def __init__(self, *, seconds: float = 120, memory_mb: int = 1024, largest_file: int = 2**30) -> None:
        self._seconds = seconds
        self._memory_mb = memory_mb
        self._largest_file = largest_file
        self._child: _Child | None = None

    def __enter__(self) -> LimitedWorker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def extract(self, path: Path, name: str, spoken: Spoken = UNKNOWN) -> Extracted:
        """The text of a file; raises ExtractionFailed, with time_limit, memory_limit or worker_crashed too."""
        request = {"path": str(path.absolute()), "name": name, "asked": spoken.asked, "known": spoken.known}
        return self._asked(request, lambda reply: checked(reply["extracted"]))

    def read_draft(self, path: Path, name: str) -> Draft:
        """A draft with its lines or pages; raises ExtractionFailed as `extract` does."""
        request = {"path": str(path.absolute()), "name": name, "as": "draft"}
        return self._asked(request, lambda reply: checked_draft(reply["draft"]))

    def pictured(self, path: Path, name: str) -> list[bool]:
        """Of each page of an original whether it can be shown as it looks; raises ExtractionFailed."""
        request = {"path": str(path.absolute()), "name": name, "as": "pictured"}
        return self._asked(request, lambda reply: [one is True for one in reply["pictured"][:_PAGES_A_FILE]])

    def picture(self, path: Path, name: str, number: int, width: int) -> bytes:
        """A page of an original, counted from 0, as a JPEG; raises ExtractionFailed."""
        request = {"path": str(path.absolute()), "name": name, "as": "picture", "number": number, "width": width}
        return self._asked(request, lambda reply: checked_picture(reply["picture"]))

    def _asked(self, request: Mapping[str, Any], read: Callable[[Mapping[str, Any]], _Value]) -> _Value:
        name = request["name"]
        self._check_size(Path(request["path"]), name)
        try:
            reply = self._running_child().ask(request, seconds=self._seconds)
            return self._read(reply, name, read)
        except BaseException as error:
            if not isinstance(error, ExtractionFailed) or error.code in _CHILD_IS_SPOILT:
                self.close()
            raise

    def parts(self, path: Path, name: str, options: Mapping[str, Any]) -> Iterator[Part]:
        """The documents that a file holds, one after the other; raises ExtractionFailed as `extract` does.

        `options` says what its format must be told, such as which column of a table is which.
        """
        self._check_size(path, name)
        request = {"path": str(path.absolute()), "name": name, "split": dict(options)}
        with tempfile.SpooledTemporaryFile(_SPOOL_BYTES, mode="w+", encoding="utf-8") as spool:
            # All are awaited first: the caller may want the child for something else between two of them.
            try:
                for reply in self._running_child().ask_for_parts(request, seconds=self._seconds):
                    spool.write(json.dumps(_part_of(reply, name).as_dict()) + "\n")
            except BaseException as error:
                if not isinstance(error, ExtractionFailed) or error.code in _CHILD_IS_SPOILT:
                    self.close()
                raise
            spool.seek(0)
            yield from (Part.from_dict(json.loads(line)) for line in spool)

    def close(self) -> None:
        """Ends the child, if there is one; the worker may be used again."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def abandon(self) -> None:
        """Kills the child from another thread than the one that awaits it, which is told that it crashed."""
        child = self._child
        if child is not None:
            child.kill()

    def _check_size(self, path: Path, name: str) -> None:
        if path.stat().st_size > self._largest_file:
            raise ExtractionFailed(
                f"“{name}” is larger than {self._largest_file // 2**20} MB.",
                hint="Split it into parts and add those.",
                code="too_large",
            )

    def _running_child(self) -> _Child:
        if self._child is not None and not self._child.is_fresh():
            self.close()
        if self._child is None:
            self._child = _Child(self._memory_mb)
        return self._child

    def _read(self, reply: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any]], _Value]) -> _Value:
        if "error" in reply:
            raise _error_of(reply["error"])
        try:
            return read(reply)
        except (KeyError, TypeError, ValueError, LyceumError) as exc:
            raise _crashed(name, "answered with something that is no text") from exc


_CHILD_IS_SPOILT = ("time_limit", "memory_limit", "worker_crashed")
_CODES = frozenset(
    [
        "unsupported_format",
        "damaged_file",
        "encrypted_file",
        "no_text",
        "binary_file",
        "too_large",
        "archive_bomb",
        "unsafe_path",
        "memory_limit",
        "no_picture",
        "ocr_missing",
        "ocr_language_missing",
    ]
)
_START_SECONDS = 60.0
_FILES_A_CHILD = 500
_PAGES_A_FILE = 10_000
_SPOOL_BYTES = 16 * 2**20
_PASSED_ON = tuple("PATH PYTHONPATH PYTHONHOME LD_LIBRARY_PATH SYSTEMROOT LANG LC_ALL TZ TESSDATA_PREFIX".split())


def _command(memory_mb: int) -> list[str]:
    return [sys.executable, "-P", "-B", "-m", "lyceum.archive.worker", str(memory_mb)]


class _Child:
    """One child process and the two pipes to it. Frames are a length in eight bytes, then JSON.

    Never pickle: the child has read hostile bytes, and its answers are checked like any stranger's.
    """

    def __init__(self, memory_mb: int) -> None:
        self._memory_mb = memory_mb
        self._served = 0
        self._process = subprocess.Popen(  # noqa: S603 (our own module, no shell)
            _command(memory_mb),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            cwd="/" if os.name == "posix" else None,
            start_new_session=True,
        )
        self._ready = False

    def is_fresh(self) -> bool:
        """Whether it lives and has not yet served so many files that leaks of libraries could matter."""
        return self._process.poll() is None and self._served < _FILES_A_CHILD

    def ask(self, request: Mapping[str, Any], *, seconds: float) -> Mapping[str, Any]:
        """Sends a request and awaits its answer for at most `seconds`, start of the child not counted.

        Each page that it recognised gives it as much time again.
        """
        name = request["name"]
        self._begin(request, seconds)
        for _ in range(_PAGES_A_FILE):
            reply = self._receive(name, time.monotonic() + seconds)
            if "gets_on" not in reply:
                return reply
        raise _crashed(name, f"had more than {_PAGES_A_FILE:,} pages to recognise")

    def ask_for_parts(self, request: Mapping[str, Any], *, seconds: float) -> Iterator[Mapping[str, Any]]:
        """Sends a request and gives its answers until the last, each awaited for at most `seconds`."""
        name = request["name"]
        self._begin(request, seconds)
        for _ in range(PARTS_A_FILE + 1):
            reply = self._receive(name, time.monotonic() + seconds)
            if "parted" in reply:
                return
            yield reply
            if "error" in reply:
                return
        raise _crashed(name, f"answered with more than {PARTS_A_FILE:,} parts")

    def kill(self) -> None:
        """Kills the child with what it started; its pipes are left to whoever reads them."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def end(self) -> None:
        """Kills the child, and waits for it, so that no zombie stays."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                cast(IO[bytes], pipe).close()
        self._process.wait()

    def _begin(self, request: Mapping[str, Any], seconds: float) -> None:
        if not self._ready:
            self._receive(request["name"], time.monotonic() + max(seconds, _START_SECONDS))
            self._ready = True
        self._served += 1
        self._send(request, request["name"])

    def _send(self, request: Mapping[str, Any], name: str) -> None:
        frame = json.dumps(request).encode()
        pipe = cast(IO[bytes], self._process.stdin)
        try:
            pipe.write(len(frame).to_bytes(8, "big") + frame)
            pipe.flush()
        except OSError as exc:
            raise self._died(name) from exc

    def _receive(self, name: str, deadline: float) -> Mapping[str, Any]:
        size = int.from_bytes(self._exactly(8, name, deadline), "big")
        if size > REPLY_BYTES:
            raise _crashed(name, f"answered with more than {REPLY_BYTES >> 20} MB")
        try:
            reply = json.loads(self._exactly(size, name, deadline))
        except (ValueError, RecursionError) as exc:
            raise _crashed(name, "answered with something that is no JSON") from exc
        if not isinstance(reply, dict):
            raise _crashed(name, "answered with something that is no object")
        return reply

    def _exactly(self, size: int, name: str, deadline: float) -> bytes:
        pipe = cast(IO[bytes], self._process.stdout)
        received = bytearray()
        while len(received) < size:
            self._await_bytes(name, deadline)
            chunk = os.read(pipe.fileno(), min(size - len(received), 1 << 20))
            if not chunk:
                raise self._died(name)
            received += chunk
        return bytes(received)

    def _await_bytes(self, name: str, deadline: float) -> None:
        poller = select.poll()
        poller.register(cast(IO[bytes], self._process.stdout), select.POLLIN | select.POLLHUP)
        if not poller.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise ExtractionFailed(
                f"“{name}” took too long to read, and reading was stopped.",
                hint="Split the file, or give extraction more time in the settings.",
                code="time_limit",
            )

    def _died(self, name: str) -> ExtractionFailed:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = 0
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
        return _crashed(name, f"{how} (its memory is limited to {self._memory_mb} MB)")


def checked(values: Mapping[str, Any]) -> Extracted:
    """What a child sent, as a value, after every offset and every type was looked at; raises ValueError."""
    text = values["text"]
    blocks = tuple(_checked_block(row) for row in values["blocks"])
    pages = tuple(_checked_page(row) for row in values["pages"])
    if not isinstance(text, str) or not text.strip():
        raise ValueError("no text")
    text.encode()
    _check_order([(block.start, block.end) for block in blocks], len(text))
    _check_order([(page.start, page.end) for page in pages], len(text))
    _check_gaps(text, blocks)
    return Extracted(
        text, blocks, pages, _checked_metadata(values["metadata"]), tuple(map(_line, values["notes"][:100]))
    )


def _part_of(reply: Mapping[str, Any], name: str) -> Part:
    if "error" in reply:
        raise _error_of(reply["error"])
    try:
        return Part.from_dict(reply["part"])
    except (KeyError, TypeError, AttributeError, ValueError) as exc:
        raise _crashed(name, "answered with something that is no part") from exc


def _checked_block(row: Any) -> Block:
    kind, start, end, level = row
    if kind not in ("heading", "paragraph") or not _are_numbers(start, end, level):
        raise ValueError("not a block")
    return Block(kind, start, end, level)


def _checked_page(row: Any) -> Page:
    page = Page.from_row(row)
    if not _are_numbers(page.start, page.end, *page.hyphens) or not _is_share(page.confidence):
        raise ValueError("not a page")
    if list(page.hyphens) != sorted(h for h in page.hyphens if page.start <= h <= page.end):
        raise ValueError("hyphens out of place")
    return replace(
        page, label=_line(page.label)[:100], header=_line(page.header)[:2000], footer=_line(page.footer)[:2000]
    )


def _checked_metadata(values: Any) -> Metadata:
    for name, value in values.items():
        said = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
        if name not in _METADATA_FIELDS or len(said) > 1000 or any(len(_line(one)) > 20_000 for one in said):
            raise ValueError("not metadata")
    return Metadata.from_dict(values)


_METADATA_FIELDS = frozenset(Metadata.__dataclass_fields__)


def _line(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a string")
    value.encode()
    return value


def _is_share(value: Any) -> bool:
    return value is None or (type(value) in (int, float) and 0 <= value <= 1)


def _are_numbers(*values: Any) -> bool:
    return all(type(value) is int and value >= 0 for value in values)


def _check_order(spans: list[tuple[int, int]], length: int) -> None:
    reached = 0
    for start, end in spans:
        if not reached <= start <= end <= length:
            raise ValueError("offsets out of order")
        reached = end


def _check_gaps(text: str, blocks: tuple[Block, ...]) -> None:
    reached = 0
    for start, end in [(block.start, block.end) for block in blocks] + [(len(text), len(text))]:
        if text[reached:start].strip():
            raise ValueError("text outside of blocks")
        reached = end


def _error_of(values: Any) -> ExtractionFailed:
    if not isinstance(values, dict) or values.get("code") not in _CODES:
        return _crashed("the file", "answered with an unknown error")
    message, hint = str(values.get("message", "")), str(values.get("hint", ""))
    return ExtractionFailed(message[:1000], hint=hint[:1000], code=values["code"])


def _crashed(name: str, how: str) -> ExtractionFailed:
    return ExtractionFailed(
        f"The reader of “{name}” {how}.",
        hint="The file may be damaged, hostile or very large. Save it anew in its own program, or split it.",
        code="worker_crashed",
    )


def _extractor_for(media_type: str, name: str) -> Extractor:
    module = _MODULES.get(media_type)
    if module is None:
        raise ExtractionFailed(
            f"“{name}” has a format that cannot be read ({media_type}).",
            hint=_CONVERT.get(media_type, _CONVERT_ANYTHING),
            code="unsupported_format",
        )
    loaded = importlib.import_module(f"lyceum.archive.extractors.{module}")
    return cast(Extractor, loaded.extractor)


_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff]")


def _sound(text: str) -> str:
    """Control characters and halves of surrogate pairs, one for one, so that offsets stay true."""
    return _NOT_TEXT.sub("\ufffd", text)


def _sound_metadata(metadata: Metadata) -> Metadata:
    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return _sound(value)[:5000].strip()
        if isinstance(value, list):
            return [clean(one) for one in value[:200]]
        if isinstance(value, dict):
            return {_sound(key)[:100]: clean(one) for key, one in list(value.items())[:200]}
        return value

    return Metadata.from_dict(clean(metadata.as_dict()))


_BY_NAME = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".asc": "text/plain",
    ".org": "text/plain",
    ".rst": "text/x-rst",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".mdown": "text/markdown",
    ".htm": "text/html",
    ".html": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".xht": "application/xhtml+xml",
    ".epub": "application/epub+zip",
    ".docx": _DOCX,
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".gz": "application/gzip",
    ".tgz": "application/gzip",
    ".tar": "application/x-tar",
    ".bz2": "application/x-bzip2",
    ".xz": "application/x-xz",
    ".7z": "application/x-7z-compressed",
    ".rar": "application/vnd.rar",
    ".mobi": "application/x-mobipocket-ebook",
    ".azw": "application/x-mobipocket-ebook",
    ".azw3": "application/x-mobipocket-ebook",
    ".prc": "application/x-mobipocket-ebook",
    ".lit": "application/x-ms-reader",
    ".fb2": "application/x-fictionbook+xml",
    ".djvu": "image/vnd.djvu",
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
    ".msg": "application/vnd.ms-outlook",
    ".rtf": "application/rtf",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": _PPTX,
    ".eml": "message/rfc822",
    ".mbox": "application/mbox",
    ".warc": "application/warc",
    ".wacz": "application/wacz",
    ".wxr": "application/x-wxr+xml",
    ".arc": "application/x-arc",
    ".xml": "application/xml",
    ".hocr": "text/vnd.hocr+html",
    ".rss": "application/x-feed",
    ".atom": "application/x-feed",
    ".tei": "application/tei+xml",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".ipynb": "application/x-ipynb+json",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
}
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b'{"lyceum_row":', "application/x-lyceum-row+json"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"{\\rtf", "application/rtf"),
    (b"ITOLITLS", "application/x-ms-reader"),
    (b"AT&TFORM", "image/vnd.djvu"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"RIFF", "application/x-riff"),
    (b"WARC/", "application/warc"),
    (b"filedesc://", "application/x-arc"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-elf"),
)
_ZIP_FAMILY = frozenset(
    (
        "application/epub+zip",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
    )
) | {kind for kind in _BY_NAME.values() if kind.startswith("application/vnd.openxmlformats")}
_OLE_FAMILY = frozenset(
    (
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.ms-outlook",
    )
)
_CALIBRE = "Convert it to EPUB first, for example with Calibre (`ebook-convert book.mobi book.epub`)."
_OFFICE = "Save it as DOCX first, for example with LibreOffice (`soffice --convert-to docx FILE`)."
_SCAN = "Save it as PNG or TIFF, whose characters can be recognised."
_UNPACK = "Unpack it and add the files in it, or pack them as ZIP."
_ROWS = "Add it with `lyceum add`: its rows become documents, `--mapping FILE.toml` says which column is the text."
_TABLE = "Tables and data files are not read as documents; add the documents that they describe."
_CONVERT_ANYTHING = "Convert it to text, Markdown, HTML, EPUB, DOCX or PDF and add that."
_CONVERT = {
    "application/x-mobipocket-ebook": _CALIBRE,
    "application/x-ms-reader": _CALIBRE.replace("mobi", "lit", 1),
    "application/x-fictionbook+xml": _CALIBRE.replace("mobi", "fb2", 1),
    "image/vnd.djvu": "Convert it to PDF with a text layer first (`ddjvu -format=pdf`, then OCRmyPDF).",
    "image/gif": _SCAN,
    "application/x-bzip2": _UNPACK,
    "application/x-xz": _UNPACK,
    "application/x-7z-compressed": _UNPACK,
    "application/vnd.rar": _UNPACK,
    "application/warc": "Add it as an archive: its records are read one by one.",
    "application/json": _TABLE,
    "text/csv": _ROWS,
    "text/tab-separated-values": _ROWS,
    "application/x-ndjson": _ROWS,
    "application/x-feed": "Add it with `lyceum add`: its entries are read one by one.",
    "application/mbox": "Add it with `lyceum add`: its messages are read one by one.",
    "application/mets+xml": "METS describes pages: add the folder, tar or zip in which it stands beside them.",
    "application/vnd.ms-excel": _TABLE,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _TABLE,
    "application/xml": "Of XML, TEI, JATS, ALTO and METS are read; convert another kind to HTML or text.",
}
_HTML = re.compile(
    r"(?>(?><\?xml[^>]*>)|(?><!--.*?-->)|\s)*+(?:<!DOCTYPE\s+html|<html[\s>]|<head[\s>]|<body[\s>])",
    re.DOTALL | re.IGNORECASE,
)
# Atomic throughout: a thousand comments must not be tried in every grouping.
_ROOT = re.compile(
    r"(?>(?><\?.*?\?>)|(?><!--.*?-->)|(?><!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)|\s)*+<(?:[\w.-]+:)?([\w.-]+)",
    re.DOTALL | re.IGNORECASE,
)
_FEED = re.compile(
    r"(?>(?><\?.*?\?>)|(?><!--.*?-->)|\s)*+<(?:rss[\s>]|rdf:RDF[^>]*purl\.org/rss/|(?:atom:)?feed[^>]*w3\.org/2005/Atom)",
    re.DOTALL,
)
_JATS = "application/jats+xml"
_SAYS_JATS = re.compile(r"jats|nlm|article-type|<front\b|<article-meta", re.IGNORECASE)
_BY_ROOT = {
    "tei": "application/tei+xml",
    "tei.2": "application/tei+xml",
    "teicorpus": "application/tei+xml",
    "alto": "application/alto+xml",
    "article": _JATS,
    "mets": "application/mets+xml",
}
_MAILBOX = re.compile(rb"From \S+ +[A-Z][a-z]{2} [A-Z][a-z]{2} [^\n]*\d{4}[^\n]*\n[A-Za-z][\w-]*:")
_CONTROL_BYTES = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1b")


def _by_signature(head: bytes, named: str) -> str:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_kind(head, named)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _LOCKED if named in _ZIP_FAMILY else named if named in _OLE_FAMILY else "application/msword"
    if head[60:68] in (b"BOOKMOBI", b"TEXtREAd"):
        return "application/x-mobipocket-ebook"
    if head[257:262] == b"ustar":
        return "application/x-tar"
    if named == "application/pdf" and b"%PDF-" in head[:1024]:
        return named
    within = _web_archive_within(head) if head.startswith(b"\x1f\x8b") else ""
    return within or next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), "")


def _web_archive_within(head: bytes) -> str:
    """The type of a web archive whose gzip stream begins so; empty for other gzip files."""
    try:
        start = zlib.decompressobj(31).decompress(head, 64)
    except zlib.error:
        return ""
    signs = {b"WARC/": "application/warc", b"filedesc://": "application/x-arc"}
    return next((kind for sign, kind in signs.items() if start.startswith(sign)), "")


def _zip_kind(head: bytes, named: str) -> str:
    if named in _ZIP_FAMILY or named == "application/wacz":
        return named
    stated = head[30:120] if head[30:38] == b"mimetype" else b""
    for kind in ("application/epub+zip", "application/vnd.oasis.opendocument.text"):
        if kind.encode() in stated:
            return kind
    return _DOCX if b"[Content_Types].xml" in head and b"word/" in head else "application/zip"


def _by_markup(head: bytes, named: str) -> str:
    start = _readable(head)
    if start.startswith("<") and ("ocr_page" in start or "ocr-system" in start):
        return "text/vnd.hocr+html"
    if match := _ROOT.match(start):
        kind = _BY_ROOT.get(match[1].lower(), "")
        if kind and (kind != _JATS or _SAYS_JATS.search(start)):
            return kind
    if _HTML.match(start):
        return "application/xhtml+xml" if start.startswith("<?xml") else "text/html"
    if start.startswith(("<?xml", "<rss", "<feed", "<atom:feed", "<rdf:RDF", "<!--")) and (kind := _feed_kind(start)):
        return kind
    if start.startswith("<?xml") and named != "text/html":
        return "application/xhtml+xml" if named.endswith("xhtml+xml") else named or "application/xml"
    return ""


def _feed_kind(start: str) -> str:
    """The type of a feed, of which an export of WordPress is one; empty for other XML."""
    if "wordpress.org/export/" in start:
        return "application/x-wxr+xml"
    return "application/x-feed" if _FEED.match(start) else ""


def _readable(head: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(encoding, errors="ignore").lstrip()
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1").lstrip()


def _text_or_not(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text/plain"
    controls = sum(byte in _CONTROL_BYTES for byte in head)
    return "application/octet-stream" if controls > len(head) // 50 else "text/plain"
