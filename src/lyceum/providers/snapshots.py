"""Keeps a shard's folder on an object store: pieces named by their SHA-256 first, then a manifest that counts.

A manifest has a number and is never written over, so a snapshot is there whole or not at all, and a writer that
finds its number taken knows that another has come in its place. Of the text index only the segments that its last
commit names are kept; they never change. The files of vectors grow at their ends, so of them only the last pieces
are looked at again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lyceum.errors import IndexDamaged, Unreachable
from lyceum.providers.objectstore import ObjectStore

PIECE = 4 << 20
_TAIL = 16 << 20
"""What may still change at the end of a file that grows: one block of codes, at the largest dimension."""
_POINTERS = (".json",)
_TEXT, _META, _MANAGED = "text", "meta.json", ".managed.json"
_KEPT_MANIFESTS = 2
_ATTEMPTS = 5
_THREADS = 4


class Superseded(Unreachable):
    """Another writer has taken this shard over."""

    code = "index_unreachable"


@dataclass(slots=True)
class _Manifest:
    """What a folder holds: small files as they are, the others by their pieces."""

    number: int = 0
    small: dict[str, str] = field(default_factory=dict)
    files: dict[str, _File] = field(default_factory=dict)

    @property
    def pieces(self) -> set[str]:
        return {piece for file in self.files.values() for piece in file.pieces}

    def as_bytes(self) -> bytes:
        files = {path: [file.size, file.pieces] for path, file in self.files.items()}
        return json.dumps({"small": self.small, "files": files}).encode()

    @classmethod
    def of(cls, number: int, content: bytes) -> _Manifest:
        values: dict[str, Any] = json.loads(content)
        files = {path: _File(size, pieces) for path, (size, pieces) in values["files"].items()}
        return cls(number, values["small"], files)


@dataclass(slots=True)
class _File:
    size: int
    pieces: list[str]


class Snapshots:
    """The snapshots of one folder. One process pushes; any number pull."""

    def __init__(self, objects: ObjectStore, name: str, folder: Path) -> None:
        self._objects = objects
        self._name = name
        self._folder = folder
        self._last = _Manifest()
        self._before = _Manifest()

    @property
    def number(self) -> int:
        """The number of the snapshot that the folder was last the same as."""
        return self._last.number

    def push(self) -> int:
        """Stores what the folder holds now; returns the snapshot's number. Raises Superseded."""
        manifest = self._read_folder()
        manifest.number = self._last.number + 1
        if not self._objects.create(self._manifest_name(manifest.number), manifest.as_bytes()):
            raise Superseded("Another writer has taken this shard over.", hint="Nothing is lost; try again.")
        forgotten = self._before.pieces - self._last.pieces - manifest.pieces
        outlived = [self._manifest_name(self._before.number)] if self._before.number else []
        self._objects.remove(*outlived, *map(self._piece_name, forgotten))
        self._before, self._last = self._last, manifest
        return manifest.number

    def pull(self) -> int:
        """Makes the folder what the newest snapshot holds; returns its number, 0 where there is none."""
        for _ in range(_ATTEMPTS):
            newest = self._numbers()[-1:]
            if not newest or newest[0] <= self._last.number:
                return self._last.number
            content = self._objects.get(self._manifest_name(newest[0]))
            # A writer deletes old snapshots while we read them; then there is a newer one.
            with contextlib.suppress(_Gone):
                if content is not None:
                    self._write_folder(_Manifest.of(newest[0], content))
                    return self._last.number
        raise Unreachable("A snapshot changed too often to be read.", hint="Try again.", code="index_unreachable")

    def tidy(self) -> None:
        """Deletes what killed writers have left in the store; for the one who pushes, before it does."""
        for number in self._numbers()[:-_KEPT_MANIFESTS]:
            self._objects.remove(self._manifest_name(number))
        kept = {self._piece_name(piece) for manifest in self._stored() for piece in manifest.pieces}
        self._objects.remove(*(set(self._objects.names(f"{self._name}/pieces")) - kept))

    # --- from the folder --------------------------------------------------------------------------

    def _read_folder(self) -> _Manifest:
        for _ in range(_ATTEMPTS):
            # The text index merges segments and deletes the merged ones whenever it likes.
            with contextlib.suppress(FileNotFoundError), ThreadPoolExecutor(_THREADS) as threads:
                return self._read_once(threads)
        raise IndexDamaged("The text index changes faster than it can be read.", hint="Try again.")

    def _read_once(self, threads: ThreadPoolExecutor) -> _Manifest:
        manifest = _Manifest(self._last.number)
        stored = self._last.pieces
        waiting = []
        for path in self._counted():
            name = path.relative_to(self._folder).as_posix()
            if path.suffix in _POINTERS:
                manifest.small[name] = path.read_text()
                continue
            file = manifest.files[name] = self._unchanged(name, path)
            with path.open("rb") as content:
                content.seek(len(file.pieces) * PIECE)
                while piece := content.read(PIECE):
                    digest = hashlib.sha256(piece).hexdigest()
                    file.pieces.append(digest)
                    if digest not in stored:
                        stored.add(digest)
                        waiting.append(threads.submit(self._objects.put, self._piece_name(digest), piece))
                        _wait_for_some(waiting)
        for done in waiting:
            done.result()
        return manifest

    def _counted(self) -> Iterator[Path]:
        """The files of the last commits; of the text index, those of the segments that its commit names."""
        text = self._folder / _TEXT
        # The commit is read first: what it names is there, or has been merged into a later commit.
        meta = text / _META
        segments = {part["segment_id"].replace("-", "") for part in json.loads(meta.read_text())["segments"]}
        yield from (path for path in text.iterdir() if path.name.split(".")[0] in segments)
        yield meta
        yield text / _MANAGED
        for path in self._folder.rglob("*"):
            if path.is_file() and text not in path.parents and _belongs(path):
                yield path

    def _unchanged(self, name: str, path: Path) -> _File:
        """A file with those of its pieces that are known to be as they were at the last snapshot."""
        size, before = path.stat().st_size, self._last.files.get(name)
        if before is None:
            return _File(size, [])
        if name.startswith(_TEXT) and before.size == size:
            return _File(size, list(before.pieces))
        settled = max(0, min(size, before.size) - _TAIL) // PIECE
        return _File(size, before.pieces[:settled])

    # --- into the folder --------------------------------------------------------------------------

    def _write_folder(self, manifest: _Manifest) -> None:
        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(lambda item: self._write_file(*item), manifest.files.items()))
        # What names the others comes last, and whole.
        for name, content in sorted(manifest.small.items(), key=lambda item: item[0].endswith(_META)):
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f"{path.name}.{os.getpid()}")
            partial.write_text(content)
            partial.replace(path)
        # A reader may be about to open what the last snapshot held.
        kept = {*manifest.files, *manifest.small, *self._last.files, *self._last.small}
        for path in self._folder.rglob("*"):
            if path.is_file() and _belongs(path) and path.relative_to(self._folder).as_posix() not in kept:
                path.unlink(missing_ok=True)
        self._before, self._last = self._last, manifest

    def _write_file(self, name: str, file: _File) -> None:
        path, before = self._folder / name, self._last.files.get(name)
        known = before.pieces if before and path.exists() else []
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("r+b" if known else "wb") as out:
            for n, piece in enumerate(file.pieces):
                if n < len(known) and known[n] == piece:
                    continue
                content = self._objects.get(self._piece_name(piece))
                if content is None:
                    raise _Gone
                if hashlib.sha256(content).hexdigest() != piece:
                    raise IndexDamaged("A piece of a shard is not what was stored.", hint="Run `lyceum reindex`.")
                out.seek(n * PIECE)
                out.write(content)
            out.truncate(file.size)

    # --- names ------------------------------------------------------------------------------------

    def _numbers(self) -> list[int]:
        return [int(Path(name).stem) for name in self._objects.names(f"{self._name}/manifests")]

    def _stored(self) -> Iterator[_Manifest]:
        for number in self._numbers():
            content = self._objects.get(self._manifest_name(number))
            if content is not None:
                yield _Manifest.of(number, content)

    def _manifest_name(self, number: int) -> str:
        return f"{self._name}/manifests/{number:012d}.json"

    def _piece_name(self, piece: str) -> str:
        return f"{self._name}/pieces/{piece}"


class _Gone(Exception):
    """A piece was deleted while its snapshot was read."""


def _belongs(path: Path) -> bool:
    """Whether a file is part of the index, and not a lock or a file half written."""
    last = path.suffix.lstrip(".")
    return path.suffix != ".lock" and not (last.isdigit() and not path.name.startswith("g"))


def _wait_for_some(waiting: list[Any]) -> None:
    """Keeps what is being sent, and with it the memory, small."""
    while len(waiting) > 2 * _THREADS:
        waiting.pop(0).result()
