"""Keeps the bench's archives between runs, indexed by the code as it is now, without embedding a text twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import lyceum.search
from lyceum import config
from lyceum import text as texts
from lyceum.library import Library
from lyceum.search import Embedder, Vectors

_DIGEST = 16


def code() -> str:
    """A digest of what decides how a text is indexed; under another, a kept index is not this code's."""
    files = [Path(texts.__file__), *(Path(lyceum.search.__file__).with_name(f"{n}.py") for n in ("index", "vectors"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def opened(home: Path) -> Library:
    """The library of a home, its index made anew where other code made it."""
    library = Library.open(config.load(home, {}))
    # A cached property, set before its first use.
    library.embedder = Kept(library.embedder, home.parent)
    stamp = home / "indexed-by.txt"
    if not stamp.exists() or stamp.read_text() != code():
        if library.readable():
            library.reindex()
        stamp.write_text(code())
    return library


class Kept:
    """An embedder that remembers the vector of every passage in a folder; queries are embedded each time."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self.name, self.dimension = embedder.name, embedder.dimension
        self.languages, self.calibration = embedder.languages, embedder.calibration
        folder.mkdir(parents=True, exist_ok=True)
        self._digests = folder / f"kept-{self.name}.sha256"
        self._rows = folder / f"kept-{self.name}.f32"
        content = self._digests.read_bytes() if self._digests.exists() else b""
        self._known = {content[at : at + _DIGEST]: at // _DIGEST for at in range(0, len(content), _DIGEST)}

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One row a text, made the first time that the text is seen."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_DIGEST] for text in texts]
        new = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in self._known}
        if new:
            self._keep(list(new), self._embedder.embed_passages(list(new.values())))
        rows = np.memmap(self._rows, dtype=np.float32, mode="r").reshape(-1, self.dimension)
        found: Vectors = np.array(rows[[self._known[digest] for digest in digests]])
        return found

    def embed_query(self, text: str) -> Vectors:
        """The vector of a query, made anew."""
        return self._embedder.embed_query(text)

    def _keep(self, digests: Sequence[bytes], vectors: Vectors) -> None:
        # The rows first: what a killed run leaves behind the last digest is written over.
        with self._rows.open("r+b" if self._rows.exists() else "w+b") as file:
            file.seek(len(self._known) * self.dimension * 4)
            file.write(vectors.astype(np.float32).tobytes())
        with self._digests.open("ab") as file:
            file.write(b"".join(digests))
        self._known |= {digest: len(self._known) + n for n, digest in enumerate(digests)}
