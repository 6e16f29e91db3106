"""The child process that extracts: `python -m lyceum.archive.worker MEMORY_MB`, frames on its pipes.

It has read hostile bytes, so it has little: bounded memory, no right to write a file, few descriptors,
and it ends when its parent does.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from lyceum.archive.extract import HEAD_BYTES, REPLY_BYTES, detect, draft_here, extract_here
from lyceum.archive.model import Extracted
from lyceum.archive.pace import listen
from lyceum.archive.parts import Part, split_here
from lyceum.archive.pictures import picture_here, pictured_here
from lyceum.archive.spoken import Spoken, telling
from lyceum.errors import ExtractionFailed

_OPEN_FILES = 64
_PR_SET_PDEATHSIG = 1
_MEMORY_SPARED = 16 * 2**20


def main(memory_mb: int) -> None:
    """Takes the protocol's pipes away from everyone else, lays the limits on, and serves until EOF."""
    requests, replies = _take_pipes()
    _die_with_parent()
    _limit(memory_mb)
    listen(lambda: _send(replies, {"gets_on": True}))
    _send(replies, {"ready": True})
    serve(requests, replies)


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answers every request until there is none, or until memory ran out: then a new process is better."""
    while request := _receive(requests):
        spare = bytearray(_MEMORY_SPARED)
        try:
            if "split" in request:
                for part in _parts(request):
                    _send(replies, {"part": part.as_dict()})
                reply: dict[str, Any] = {"parted": True}
            else:
                with telling(Spoken(request.get("asked", ""), request.get("known", ""))):
                    reply = answer(Path(request["path"]), request["name"], request)
        except ExtractionFailed as error:
            reply = {"error": error.as_dict()}
        except MemoryError:
            del spare
            _send(replies, {"error": _memory_limit(request["name"])})
            return
        del spare
        _send(replies, reply)


def _parts(request: Mapping[str, Any]) -> Iterator[Part]:
    path, name = Path(request["path"]), request["name"]
    return split_here(path, name, detect(_head(path), name), request["split"])


def answer(path: Path, name: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What is wanted of one file or the error, ready for JSON; a MemoryError is the caller's to handle."""
    try:
        kind = detect(_head(path), name)
        match wanted.get("as"):
            case "draft":
                return {"draft": draft_here(path, name, kind).as_dict()}
            case "pictured":
                return {"pictured": pictured_here(path, name, kind)}
            case "picture":
                picture = picture_here(path, name, kind, wanted["number"], wanted["width"])
                return {"picture": base64.b64encode(picture).decode()}
            case _:
                return {"extracted": _as_dict(extract_here(path, name, kind))}
    except ExtractionFailed as error:
        return {"error": error.as_dict()}


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(HEAD_BYTES)


def _receive(requests: BinaryIO) -> dict[str, Any] | None:
    size = int.from_bytes(requests.read(8), "big")
    frame = requests.read(size)
    return json.loads(frame) if frame else None


def _send(replies: BinaryIO, reply: dict[str, Any]) -> None:
    frame = json.dumps(reply, ensure_ascii=False).encode("utf-8", "replace")
    if len(frame) > REPLY_BYTES:
        frame = json.dumps({"error": _too_much_text()}).encode()
    replies.write(len(frame).to_bytes(8, "big"))
    replies.write(frame)
    replies.flush()


def _as_dict(extracted: Extracted) -> dict[str, Any]:
    return {
        "text": extracted.text,
        "blocks": [[block.kind, block.start, block.end, block.level] for block in extracted.blocks],
        "pages": [page.as_row() for page in extracted.pages],
        "metadata": extracted.metadata.as_dict(),
        "notes": [note[:1000] for note in extracted.notes],
    }


def _memory_limit(name: str) -> dict[str, str]:
    return ExtractionFailed(
        f"“{name}” needed more memory than extraction may use.",
        hint="Split the file, or give extraction more memory in the settings.",
        code="memory_limit",
    ).as_dict()


def _too_much_text() -> dict[str, str]:
    return ExtractionFailed(
        f"The file holds more than {REPLY_BYTES >> 20} MB of text.",
        hint="Split it into parts and add those.",
        code="too_large",
    ).as_dict()


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Moves the protocol off descriptors 0 and 1, where a library's print would spoil it."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    return requests, replies


def _die_with_parent() -> None:
    """Asks Linux to kill this process when its parent ends; elsewhere the end of the pipe must do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _limit(memory_mb: int) -> None:
    try:
        import resource  # noqa: PLC0415 (absent on Windows)
    except ImportError:
        return
    for what, amount in (
        (resource.RLIMIT_AS, memory_mb * 2**20),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (amount, amount))


if __name__ == "__main__":
    main(int(sys.argv[1]))
