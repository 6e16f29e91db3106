"""Flat quantised vectors: 1-bit codes are scanned, 8-bit codes rescore the best.

Files of one generation, all append-only and memory-mapped:

    codes.u64    blocks of 65,536 slots; within a block one column of 64-bit words after the other, so that a
                 scan runs over contiguous memory
    rows.i8      one row of `dimension` bytes a slot
    scales.f32   what a row's bytes are multiplied by
    facts.u32    which line of facts a slot belongs to
    facts.jsonl  a version's facts with its first slot and number of slots; a later line with the same number
                 replaces an earlier one, and `"dead"` ends it

`manifest.json` says how much of each counts, and the CRC-32 of that. It is replaced at once when all has reached the
disk, so a reader sees a whole state, and what a killed writer left behind the counted part is written over.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lyceum import text as texts
from lyceum.archive import PASSAGES_PER_VERSION
from lyceum.errors import IndexDamaged
from lyceum.search.embed import Vectors, write_whole
from lyceum.search.model import Facts, Filter, Key, Scope, Scored, as_number
from lyceum.search.threads import CORES, beside

_BLOCK = 65_536
_STRETCH = 32_768
"""So many slots are scanned at once, by one thread: a part of a block."""
_ALONE = 4 * _STRETCH
"""So many slots are scanned before another thread is asked to help."""
_RESCORED = 2_000
"""How many of the nearest codes are scored by their bytes: on 74,000 real vectors 500 hold 94 of 100 of the ten
nearest, 2,000 hold 99."""
_ROWS_AT_ONCE = 512
_SAMPLED = 32_768
"""Of about so many slots the distances are counted to find the one up to which enough are near."""
_FEW = 6_000
"""Where a filter leaves fewer slots than this, all of them are scored by their 8-bit codes at once."""
_COMPACT_AT = 0.3
_LOOKS = 5
_MOST = 1.5
"""No cosine of what was stored is above this."""
_NO_DISTANCES = np.zeros(0, dtype=np.uint16)
_Maps = dict[str, NDArray[Any]]


@dataclass(slots=True)
class _Manifest:
    generation: int = 0
    slots: int = 0
    facts: int = 0
    facts_bytes: int = 0
    live: int = 0
    sums: dict[str, int] | None = field(default_factory=dict)
    """None in an index that was written before there were any; `lyceum check` then cannot compare them."""

    @classmethod
    def read(cls, content: str) -> _Manifest:
        return cls(**{"sums": None, **json.loads(content)})

    def add(self, name: str, content: bytes) -> None:
        if self.sums is not None:
            self.sums[name] = zlib.crc32(content, self.sums.get(name, 0))


class _Table:
    """The facts of every version as columns, so that a filter is a few comparisons over arrays."""

    def __init__(self) -> None:
        self.rows: list[Facts] = []
        self.spans: list[tuple[int, int]] = []
        self.alive: list[bool] = []
        self.by_version: dict[int, int] = {}
        self._columns: dict[str, NDArray[Any]] | None = None
        self._creators: _Names | None = None
        self._titles: _Names | None = None

    def take(self, line: dict[str, Any]) -> None:
        """Reads one line of the log."""
        number = line["n"]
        self._columns = self._creators = self._titles = None
        if line.get("dead"):
            self.alive[number] = False
            if self.by_version.get(self.rows[number].version) == number:
                del self.by_version[self.rows[number].version]
            return
        facts = Facts(**{**line["facts"], "creators": tuple(line["facts"]["creators"])})
        if number == len(self.rows):
            self.rows.append(facts)
            self.spans.append((line["first"], line["count"]))
            self.alive.append(True)
        else:
            self.rows[number] = facts
        self.by_version[facts.version] = number

    def extent(self) -> tuple[int, int, int]:
        """How many lines and slots there are, and how many slots are alive."""
        alive = sum(self.spans[number][1] for number in self.by_version.values())
        return len(self.rows), sum(count for _, count in self.spans), alive

    def mask(self, wanted: Filter, scope: Scope) -> NDArray[np.bool_]:
        """Which lines of facts pass: bool, one a line."""
        columns = self.columns
        mask: NDArray[np.bool_] = columns["alive"].copy()
        if scope.collections is not None:
            mask &= np.isin(columns["collection"], sorted(scope.collections))
        if wanted.collection is not None:
            mask &= columns["collection"] == wanted.collection
        if wanted.kind is not None:
            mask &= columns["kind"] == wanted.kind
        if wanted.language is not None:
            mask &= columns["language"] == texts.primary(wanted.language)
        if wanted.dated:
            mask &= columns["first"] > 0
        if wanted.first:
            mask &= columns["first"] >= as_number(wanted.first)
        if wanted.last:
            mask &= columns["last"] <= as_number(wanted.last)
        if wanted.author is not None:
            self._creators = self._creators or _Names([row.creators for row in self.rows])
            mask &= self._creators.having(wanted.author)
        if wanted.title is not None:
            self._titles = self._titles or _Names([(row.title,) for row in self.rows])
            mask &= self._titles.having(wanted.title)
        return mask

    def apart(self, mask: NDArray[np.bool_], language: str) -> list[NDArray[np.bool_]]:
        """A mask as two: the lines of a language or of none known, and the others; without one that is empty."""
        spoken = self.columns["language"]
        own = (spoken == language) | (spoken == "und")
        return [part for part in (mask & own, mask & ~own) if part.any()]

    def slots_of(self, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The slots of the lines that pass, in order."""
        columns = self.columns
        starts, counts = columns["start"][mask], columns["count"][mask]
        before = np.cumsum(counts) - counts
        slots: NDArray[np.int64] = np.repeat(starts - before, counts) + np.arange(counts.sum())
        return slots

    def count_of(self, mask: NDArray[np.bool_]) -> int:
        """How many slots the lines that pass have."""
        return int(self.columns["count"][mask].sum())

    @property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        """What is known of the lines, an array each."""
        # Asked for once, since another thread may read a line meanwhile.
        columns = self._columns
        if columns is None:
            columns = self._columns = self._built()
        return columns

    def _built(self) -> dict[str, NDArray[Any]]:
        rows = self.rows
        return {
            "version": np.array([row.version for row in rows], dtype=np.int64),
            "alive": np.array(self.alive, dtype=bool),
            "collection": np.array([row.collection for row in rows], dtype=str),
            "kind": np.array([row.kind for row in rows], dtype=str),
            "language": np.array([texts.primary(row.language) for row in rows], dtype=str),
            "first": np.array([row.first for row in rows], dtype=np.int64),
            "last": np.array([row.last for row in rows], dtype=np.int64),
            "start": np.array([start for start, _ in self.spans], dtype=np.int64),
            "count": np.array([count for _, count in self.spans], dtype=np.int64),
        }


class _Names:
    """The names of lines (their creators, their title) by words, so that none is read when one is asked for."""

    def __init__(self, names: Sequence[Sequence[str]]) -> None:
        self._lines: dict[str, list[int]] = {}
        for number, line in enumerate(names):
            for name in line:
                self._lines.setdefault(name, []).append(number)
        self._with_word: dict[str, set[str]] = {}
        for name in self._lines:
            for word in texts.plain_terms(name):
                self._with_word.setdefault(word, set()).add(name)
        self._count = len(names)

    def having(self, words: str) -> NDArray[np.bool_]:
        """The lines with a name that has each of these words: bool, one a line; none where there are no words."""
        mask = np.zeros(self._count, dtype=bool)
        having = [self._with_word.get(word, set()) for word in texts.plain_terms(words)]
        for name in set.intersection(*having) if having else ():
            mask[self._lines[name]] = True
        return mask


def _damaged() -> IndexDamaged:
    return IndexDamaged("The vectors of the index cannot be read.", hint="Run `lyceum reindex`; no text is lost.")


class _Held:
    """One state of the files: who reads in it is not disturbed by a thread that goes over to a newer one."""

    def __init__(self, folder: Path, dimension: int, manifest: _Manifest, table: _Table, maps: _Maps) -> None:
        self._folder, self._dimension, self._words = folder, dimension, dimension // 64
        self.manifest, self.table, self.maps = manifest, table, maps

    def search(self, vector: Vectors, wanted: Filter, scope: Scope, *, limit: int, apart: str = "") -> list[Scored]:
        """The passages nearest to a unit vector, by cosine, best first.

        With a language to set `apart`, up to `limit` of that language (or of none known) and up to `limit` of all
        others: however many there are of one, those of the other are found as if they stood alone.
        """
        if not self.manifest.live or limit < 1:
            return []
        mask = self.table.mask(wanted, scope)
        groups = self.table.apart(mask, apart) if apart else [mask]
        rescored = max(_RESCORED, 2 * limit)
        many = [self.table.count_of(group) > max(_FEW, rescored) for group in groups]
        distances = self._distances(vector) if any(many) else _NO_DISTANCES
        found: list[Scored] = []
        for group, scan in zip(groups, many, strict=True):
            slots = self._nearest(distances, group, rescored) if scan else self.table.slots_of(group)
            scores = self._score(slots, vector)
            best = _highest(scores, limit)
            found += map(Scored, self._keys(slots[best]), scores[best].tolist())
        return sorted(found, key=lambda scored: -scored.score)

    def score(self, keys: Sequence[Key], vector: Vectors) -> dict[Key, float]:
        """The cosine of these passages; those without a vector are left out."""
        found: list[tuple[Key, int]] = []
        for key in keys:
            version, n = divmod(key, PASSAGES_PER_VERSION)
            number = self.table.by_version.get(version)
            if number is not None and n < self.table.spans[number][1]:
                found.append((key, self.table.spans[number][0] + n))
        scores = self._score(np.array([slot for _, slot in found], dtype=np.int64), vector)
        return {key: float(score) for (key, _), score in zip(found, scores, strict=True)}

    def spoken(self, keys: Sequence[Key], language: str) -> list[Key]:
        """Those of these passages that are in a language, or in none known."""
        found = []
        for key in keys:
            number = self.table.by_version.get(key // PASSAGES_PER_VERSION)
            if number is not None and texts.primary(self.table.rows[number].language) in (language, "und"):
                found.append(key)
        return found

    def _nearest(self, distances: NDArray[np.uint16], facts: NDArray[np.bool_], wanted: int) -> NDArray[np.int64]:
        """The slots whose codes are nearest, among those whose facts pass: about so many, by the sample of a part."""
        step = 1 + self.manifest.slots // _SAMPLED
        everything, lines = bool(facts.all()), self.maps["facts"]
        sample = distances[::step] if everything else distances[::step][facts[lines[::step]]]
        counts = np.cumsum(np.bincount(sample, minlength=self._dimension + 1))
        near = np.flatnonzero(distances <= min(int(np.searchsorted(counts, wanted / step)), self._dimension))
        return near if everything else near[facts[lines[near]]]

    def _distances(self, vector: Vectors) -> NDArray[np.uint16]:
        """The Hamming distance of every slot's code: uint16."""
        query = np.packbits(vector > 0).view(np.uint64)[:, None]
        distances = np.empty(self.manifest.slots, dtype=np.uint16)
        # Each thread takes the next stretch: one that waits for a core keeps no other waiting.
        starts = iter(range(0, self.manifest.slots, _STRETCH))

        def scan() -> None:
            differing = np.empty((self._words, _STRETCH), dtype=np.uint64)
            counted = np.empty((self._words, _STRETCH), dtype=np.uint8)
            for start in starts:
                size = min(_STRETCH, self.manifest.slots - start)
                block, at = divmod(start, _BLOCK)
                np.bitwise_xor(self.maps["codes"][block, :, at : at + size], query, out=differing[:, :size])
                np.bitwise_count(differing[:, :size], out=counted[:, :size])
                np.add.reduce(counted[:, :size], axis=0, dtype=np.uint16, out=distances[start : start + size])

        others = [beside(scan) for _ in range(1, CORES)] if self.manifest.slots > _ALONE else []
        for ended in (scan, *others):
            ended()
        return distances

    def _score(self, slots: NDArray[np.int64], vector: Vectors) -> NDArray[np.float32]:
        """The cosine of these slots.

        By einsum, not by a product of matrices: that starts threads for each of these small products, which wait
        a scheduler's turn (8 ms) whenever another process holds a core.
        """
        scores = np.empty(slots.size, dtype=np.float32)
        at_once = min(_ROWS_AT_ONCE, slots.size)
        small, rows = np.empty((at_once, self._dimension), np.int8), np.empty((at_once, self._dimension), np.float32)
        for start in range(0, slots.size, _ROWS_AT_ONCE):
            some = slots[start : start + _ROWS_AT_ONCE]
            # Any mode but "raise" spares a copy, which is there to leave `out` whole when it raises.
            np.take(self.maps["rows"], some, axis=0, out=small[: some.size], mode="clip")
            rows[: some.size] = small[: some.size]
            np.einsum("ij,j->i", rows[: some.size], vector, out=scores[start : start + some.size])
        if slots.size:
            scores *= self.maps["scales"][slots]
        if not np.all(np.abs(scores) < _MOST):
            raise _damaged()
        return scores

    def _keys(self, slots: NDArray[np.int64]) -> list[Key]:
        columns, numbers = self.table.columns, self.maps["facts"][slots]
        if not np.all(numbers < len(self.table.rows)):
            raise _damaged()
        places = slots - columns["start"][numbers]
        if not np.all((places >= 0) & (places < columns["count"][numbers])):
            raise _damaged()
        return [Key(key) for key in (columns["version"][numbers] * PASSAGES_PER_VERSION + places).tolist()]

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """What counts of each file, in the order in which it was written."""
        folder, manifest = self._folder / f"g{self.manifest.generation}", self.manifest
        if manifest.facts_bytes:
            with (folder / "facts.jsonl").open("rb") as file:
                yield "facts.jsonl", file.read(manifest.facts_bytes)
        for block, start in enumerate(range(0, manifest.slots, _BLOCK)):
            size = min(_BLOCK, manifest.slots - start)
            yield "codes.u64", self.maps["codes"][block, :, :size].T.tobytes()
            for name, file_name in (("rows", "rows.i8"), ("scales", "scales.f32"), ("facts", "facts.u32")):
                yield file_name, self.maps[name][start : start + size].tobytes()


def _highest(scores: NDArray[np.float32], limit: int) -> NDArray[np.int64]:
    """The places of the highest scores, best first; of those alike the first."""
    if scores.size > limit:
        among = np.flatnonzero(scores >= np.partition(scores, -limit)[-limit])
    else:
        among = np.arange(scores.size)
    best: NDArray[np.int64] = among[np.argsort(-scores[among], kind="stable")[:limit]]
    return best


class FlatVectors:
    """The vectors of one embedder in one folder: one writer, any number of readers in other processes."""

    def __init__(self, folder: Path, dimension: int) -> None:
        if dimension % 64:
            raise ValueError("the dimension of flat vectors is a multiple of 64")
        self._folder = folder
        self._dimension = dimension
        self._words = dimension // 64
        self._seen: tuple[int, int] | None = None
        self._manifest = _Manifest()
        self._table = _Table()
        self._maps: _Maps = {}
        self._begun = False
        self._looking = threading.Lock()
        self._refresh()

    # --- reading ---------------------------------------------------------------------------------

    @property
    def exists(self) -> bool:
        """Whether anything was ever committed here."""
        return (self._folder / "manifest.json").exists()

    @property
    def count(self) -> int:
        """How many vectors are searched."""
        return self._now().manifest.live

    def versions(self) -> dict[int, int]:
        """The versions that have vectors, with how many."""
        table = self._now().table
        return {version: table.spans[n][1] for version, n in table.by_version.items()}

    def search(self, vector: Vectors, wanted: Filter, scope: Scope, *, limit: int, apart: str = "") -> list[Scored]:
        """The passages nearest to a unit vector, best first; see _Held.search."""
        return self._now().search(vector, wanted, scope, limit=limit, apart=apart)

    def score(self, keys: Sequence[Key], vector: Vectors) -> dict[Key, float]:
        """The cosine of these passages; those without a vector are left out."""
        return self._now().score(keys, vector)

    def spoken(self, keys: Sequence[Key], language: str) -> list[Key]:
        """Those of these passages that are in a language, or in none known."""
        return self._now().spoken(keys, language)

    def altered(self) -> list[str]:
        """The files whose bytes are not those that were written."""
        held = self._now()
        sums = held.manifest.sums
        if sums is None:
            return []
        found = dict.fromkeys(sums, 0)
        for name, content in held.contents():
            found[name] = zlib.crc32(content, found.get(name, 0))
        return sorted(name for name in found if found[name] != sums.get(name, 0))

    # --- writing: by the holder of the home's writing lock ------------------------------------------

    def put(self, facts: Facts, vectors: Vectors) -> None:
        """Appends the vectors of a version's passages, in their order; they count after `commit`."""
        self._begun = True
        self._drop(facts.version)
        manifest = self._manifest
        first = manifest.slots
        self._append(first, vectors, manifest.facts)
        self._log({"n": manifest.facts, "first": first, "count": len(vectors), "facts": asdict(facts)})
        manifest.slots += len(vectors)
        manifest.live += len(vectors)
        manifest.facts += 1

    def describe(self, facts: Facts) -> bool:
        """Replaces the facts of a version that has vectors; False when it has none."""
        number = self._table.by_version.get(facts.version)
        if number is None:
            return False
        self._begun = True
        self._log({"n": number, "facts": asdict(facts)})
        return True

    def remove(self, version: int) -> None:
        """Takes the vectors of a version out of every later search; they count as gone after `commit`."""
        self._begun = True
        self._drop(version)

    def facts_of(self, version: int) -> Facts | None:
        """What is known of a version that has vectors."""
        number = self._table.by_version.get(version)
        return None if number is None else self._table.rows[number]

    def roll_back(self) -> None:
        """Forgets what was begun and not committed, such as a full disk leaves."""
        if self._begun:
            self._manifest, self._table, self._maps = _Manifest(), _Table(), {}
            self._seen, self._begun = None, False
            self._refresh()

    def commit(self) -> None:
        """Makes everything since the last commit visible to readers, at once."""
        for name in ("codes.u64", "rows.i8", "scales.f32", "facts.u32", "facts.jsonl"):
            path = self._path(name)
            if path.exists():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
        self._save()
        self._begun = False
        self._sweep()
        if self._manifest.slots - self._manifest.live > _COMPACT_AT * max(self._manifest.slots, _BLOCK):
            self._compact()

    def _drop(self, version: int) -> None:
        number = self._table.by_version.get(version)
        if number is not None:
            self._log({"n": number, "dead": True})
            self._manifest.live -= self._table.spans[number][1]

    def _log(self, line: dict[str, Any]) -> None:
        content = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        with self._path("facts.jsonl").open("r+b" if self._path("facts.jsonl").exists() else "w+b") as file:
            file.seek(self._manifest.facts_bytes)
            file.write(content)
            file.truncate()
        self._manifest.add("facts.jsonl", content)
        self._manifest.facts_bytes += len(content)
        self._table.take(line)

    def _append(self, first: int, vectors: Vectors, facts: int) -> None:
        codes = np.packbits(vectors > 0, axis=1).view(np.uint64)
        peaks = np.maximum(np.abs(vectors).max(axis=1, keepdims=True, initial=0), 1e-9)
        rows = np.round(vectors * (127 / peaks)).astype(np.int8)
        self._write_codes(first, codes)
        self._manifest.add("codes.u64", codes.tobytes())
        self._write_at("rows.i8", first * self._dimension, rows)
        self._write_at("scales.f32", first * 4, (peaks[:, 0] / 127).astype(np.float32))
        self._write_at("facts.u32", first * 4, np.full(len(vectors), facts, dtype=np.uint32))

    def _write_codes(self, first: int, codes: NDArray[np.uint64]) -> None:
        last = first + len(codes)
        blocks = -(-last // _BLOCK)
        path = self._path("codes.u64")
        # Written, not mapped: where the disk is full, a write is an error, a store to a mapping the end of the process.
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate(max(path.stat().st_size, blocks * self._words * _BLOCK * 8))
            start = first
            while start < last:
                block, at = divmod(start, _BLOCK)
                size = min(_BLOCK - at, last - start)
                for word in range(self._words):
                    file.seek(((block * self._words + word) * _BLOCK + at) * 8)
                    file.write(codes[start - first : start - first + size, word].tobytes())
                start += size

    def _write_at(self, name: str, offset: int, values: NDArray[Any]) -> None:
        path, content = self._path(name), values.tobytes()
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.seek(offset)
            file.write(content)
        self._manifest.add(name, content)

    def _save(self) -> None:
        write_whole(self._folder / "manifest.json", json.dumps(asdict(self._manifest)).encode())
        self._seen = None
        self._refresh()

    def _compact(self) -> None:
        """Writes the living into a new generation; readers go on with the old one until they look again."""
        self._begun = True
        old, table = dict(self._maps), self._table
        living = sorted(table.by_version.values(), key=lambda n: table.spans[n][0])
        self._manifest = _Manifest(generation=self._manifest.generation + 1)
        self._table = _Table()
        shutil.rmtree(self._path("").parent / f"g{self._manifest.generation}", ignore_errors=True)
        for number in living:
            first, count = table.spans[number]
            slots = slice(first, first + count)
            rows = old["rows"][slots].astype(np.float32) * old["scales"][slots, None]
            self.put(table.rows[number], rows)
        self._save()
        self._begun = False
        self._sweep()

    def _sweep(self) -> None:
        """Deletes generations that no manifest names any more, such as a killed compaction leaves."""
        for folder in self._folder.glob("g*"):
            if folder.name != f"g{self._manifest.generation}":
                shutil.rmtree(folder, ignore_errors=True)
        for partial in self._folder.glob("manifest.[0-9]*"):
            partial.unlink(missing_ok=True)

    # --- files -----------------------------------------------------------------------------------

    def _path(self, name: str) -> Path:
        folder = self._folder / f"g{self._manifest.generation}"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def _now(self) -> _Held:
        """The last committed state."""
        with self._looking:
            self._refresh()
            return _Held(self._folder, self._dimension, self._manifest, self._table, self._maps)

    def _refresh(self) -> None:
        """Looks whether a writer has committed, and if so reads what is new."""
        path = self._folder / "manifest.json"
        try:
            stat = path.stat()
        except FileNotFoundError:
            return
        seen = (stat.st_mtime_ns, stat.st_ino)
        if seen == self._seen:
            return
        try:
            self._read_manifest(path)
        except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise _damaged() from error
        self._seen = seen

    def _read_manifest(self, path: Path) -> None:
        for look in range(_LOOKS):
            try:
                content = path.read_text(encoding="utf-8")
            except FileNotFoundError:
                # Thrown away since we looked, to be made anew: what is held here stays true until then.
                return
            try:
                self._open(_Manifest.read(content))
            except FileNotFoundError:
                # A writer may have compacted between our two looks; the manifest then names the new generation.
                if look == _LOOKS - 1:
                    raise
            else:
                return

    def _open(self, manifest: _Manifest) -> None:
        folder = self._folder / f"g{manifest.generation}"
        table = _Table()
        if manifest.facts_bytes:
            with (folder / "facts.jsonl").open("rb") as file:
                content = file.read(manifest.facts_bytes)
            if len(content) < manifest.facts_bytes:
                raise ValueError("facts.jsonl is cut short")
            for line in content.splitlines():
                table.take(json.loads(line))
        maps: _Maps = {}
        if manifest.slots:
            blocks = -(-manifest.slots // _BLOCK)
            for name, file_name, kind, shape in (
                ("codes", "codes.u64", np.uint64, (blocks, self._words, _BLOCK)),
                ("rows", "rows.i8", np.int8, (manifest.slots, self._dimension)),
                ("scales", "scales.f32", np.float32, (manifest.slots,)),
                ("facts", "facts.u32", np.uint32, (manifest.slots,)),
            ):
                mapped = np.memmap(folder / file_name, dtype=kind, mode="r", shape=shape)
                maps[name] = mapped.view(np.ndarray)
        if table.extent() != (manifest.facts, manifest.slots, manifest.live):
            raise ValueError("facts.jsonl and manifest.json do not agree")
        self._manifest, self._table, self._maps = manifest, table, maps
