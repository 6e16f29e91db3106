"""What embedders of any make need to fit the index: unit rows of a whole number of words, and a file's name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lyceum.search import Vectors

_WORD = 64


def unit_rows(rows: Vectors) -> Vectors:
    """Rows brought to length 1, with zeros added up to a multiple of 64 numbers, which no cosine feels."""
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    padded: Vectors = np.pad(unit, ((0, 0), (0, -rows.shape[1] % _WORD))).astype(np.float32, copy=False)
    return padded


def file_name(model: str) -> str:
    """A model's name or place as a folder may be called, different for different ones."""
    plain = re.sub(r"[^a-z0-9.]+", "-", model.lower()).strip("-.")[-60:]
    return f"{plain}-{hashlib.sha256(model.encode()).hexdigest()[:8]}"


def remembered_dimension(cache: Path, name: str, measure: Callable[[], int]) -> int:
    """The dimension of a named embedder's vectors: measured once, then read from the cache folder."""
    known = cache / "dimensions" / name
    try:
        return int(known.read_text())
    except (OSError, ValueError):
        measured = measure()
    known.parent.mkdir(parents=True, exist_ok=True)
    known.write_text(str(measured))
    return measured
