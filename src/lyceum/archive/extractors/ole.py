"""What Word's and Outlook's old files share: streams inside an OLE file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import olefile

from lyceum.archive.extractors.common import damaged

_LARGEST_STREAM = 256 * 2**20

# olefile carries no types.
_open: Any = olefile.OleFileIO


def open_ole(path: Path, name: str) -> Any:
    """The OLE file; raises damaged_file for another."""
    try:
        return _open(str(path))
    except (OSError, ValueError, IndexError, KeyError, TypeError) as exc:
        raise damaged(name, "its OLE structure cannot be read") from exc


def stream_of(ole: Any, stream: str) -> bytes:
    """The bytes of a stream; none where it is not there, is broken or too large."""
    try:
        if not ole.exists(stream) or ole.get_size(stream) > _LARGEST_STREAM:
            return b""
        data: bytes = ole.openstream(stream).read()
    except (OSError, ValueError, IndexError, TypeError):
        return b""
    return data
