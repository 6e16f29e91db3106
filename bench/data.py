"""Where the shared data lies."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder() -> Path:
    """The unpacked shared data: $LYCEUM_DATA, else the cache folder into which it is unpacked by default."""
    return Path(os.environ.get("LYCEUM_DATA") or Path.home() / ".cache" / "lyceum-data")
