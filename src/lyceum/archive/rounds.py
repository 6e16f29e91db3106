"""Remembers how each source stood when it was last read, so that reading it again costs only what has changed.

A round is one reading of one source. It is written down place by place, so a reading that was cut off goes on where
it stopped. The file is a memory, not a truth: without it everything is merely read anew.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TypeVar

from lyceum.archive.model import Metadata
from lyceum.errors import DiskFull, HomeError

__all__ = [
    "ROUNDS_SCHEMA", "Change", "Memory", "Place", "Reading", "Rounds", "Rows", "SourceState", "SqliteMemory",
    "file_mark",
]  # fmt: skip

_ROOM = 1 << 16
_RACY_NS = 2_000_000_000
_T = TypeVar("_T")


class Change(StrEnum):
    """What a round found at a place."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    GONE = "gone"
    FAILED = "failed"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Place:
    """A file or an address of a source; `mark` is how its content was known last time, empty for a new one.

    `changed` is when the source says that it changed, `known_change` what it had said when it was last read.
    """

    address: str
    depth: int = 0
    mark: str = ""
    changed: str = ""
    known_change: str = ""
    hints: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one finished round found."""

    source: str
    kind: str
    new: Sequence[str] = ()
    changed: Sequence[str] = ()
    gone: Sequence[str] = ()
    unchanged: int = 0
    passed: int = 0
    failed: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source that was read, with what it was asked to give and when it was last read whole."""

    source: str
    kind: str
    collection: str | None
    options: Mapping[str, Any]
    last_read: dt.datetime | None
    finished: bool
    places: int
    gone: int
    failed: int


def _told(act: Callable[[], _T], folder: Path) -> _T:
    """Does something with the file; raises DiskFull, or HomeError where it cannot be used."""
    try:
        return act()
    except sqlite3.DatabaseError as error:
        # Without room for what SQLite shares in a file, it says only that reading or writing failed.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL or (code != sqlite3.SQLITE_NOTADB and shutil.disk_usage(folder).free < _ROOM):
            raise DiskFull(
                "What was found in the sources could not be written: the disk is full.",
                hint="Make room and run the same command again; what was stored before is kept.",
            ) from error
        raise HomeError(
            f"What is remembered of sources cannot be used: {error}.",
            hint="Look at the disk. If the file is damaged, delete sources.sqlite3 in the home: the sources are then "
            "read anew, and nothing else is lost.",
            code="rounds_damaged",
        ) from error


class Rows(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows it wrote."""
        ...

    def fetchone(self) -> Any:
        """The next row, by column names; None after the last."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        ...


class Memory(Protocol):
    """A database with the tables of rounds, asked in what SQLite and PostgreSQL have in common; places are ?1 or ?."""

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Rows:
        """Does one statement; raises DiskFull, HomeError or Unreachable."""
        ...

    def together(self) -> contextlib.AbstractContextManager[None]:
        """One transaction for all that is written within it."""
        ...

    def alone(self, source: str) -> contextlib.AbstractContextManager[bool]:
        """Whether, within it, no other machine reads this source: False where one does already."""
        ...

    def close(self) -> None:
        """Gives back what is held."""
        ...


class _Connection(sqlite3.Connection):
    folder = Path()

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        return _told(lambda: super(_Connection, self).execute(sql, parameters), self.folder)


class SqliteMemory:
    """The embedded Memory: one SQLite file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = _told(
            lambda: sqlite3.connect(
                path, isolation_level=None, timeout=60, check_same_thread=False, factory=_Connection
            ),
            path.parent,
        )
        self._db.folder = path.parent
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        for statement in ROUNDS_SCHEMA.split(";"):
            self._db.execute(statement)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Rows:
        """Does one statement."""
        return self._db.execute(sql, parameters)

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """One transaction, which is much faster than one for each place."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            # A full disk makes SQLite roll back by itself.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    @contextlib.contextmanager
    def alone(self, source: str) -> Iterator[bool]:  # noqa: ARG002
        """This file is of one machine."""
        yield True

    def close(self) -> None:
        """Closes the file."""
        self._db.close()


class Rounds:
    """The rounds of one home, in its memory."""

    def __init__(self, memory: Memory) -> None:
        self._db = memory
        self.together, self.alone, self.close = memory.together, memory.alone, memory.close

    def begin(
        self, source: str, *, kind: str, collection: str | None = None, options: Mapping[str, Any] | None = None
    ) -> bool:
        """Begins a round, or goes on with one that was cut off; whether it goes on."""
        known = self._db.execute("SELECT finished FROM sources WHERE source=?", (source,)).fetchone()
        values = (kind, collection, json.dumps(dict(options or {})), source)
        if known is None:
            self._db.execute(
                "INSERT INTO sources(kind, collection, options, source, round, finished) VALUES(?,?,?,?,1,0)", values
            )
            return False
        goes_on = not known["finished"]
        self._db.execute(
            f"""UPDATE sources SET kind=?, collection=COALESCE(?, collection), options=?, finished=0
                {"" if goes_on else ", round = round + 1"} WHERE source=?""",  # noqa: S608  (our own words only)
            values,
        )
        return goes_on

    def offer(self, source: str, place: Place) -> bool:
        """Puts a place on this round's list; False where it stands there already."""
        done = self._db.execute(
            """INSERT INTO places(source, place, round, state, depth, changed, hints)
               SELECT source, ?2, round, 'todo', ?3, ?4, ?5 FROM sources WHERE source=?1
               ON CONFLICT(source, place) DO UPDATE SET round=excluded.round, state='todo', depth=excluded.depth,
               changed=excluded.changed, hints=excluded.hints WHERE places.round < excluded.round""",
            (source, place.address, place.depth, place.changed, json.dumps(place.hints.as_dict())),
        )
        return done.rowcount > 0

    def offer_known(self, source: str) -> int:
        """Puts every place of the last round on this round's list, but those that were gone."""
        done = self._db.execute(
            """UPDATE places SET state='todo', round=(SELECT round FROM sources WHERE source=?1)
               WHERE source=?1 AND state NOT IN ('gone', 'todo')
               AND round < (SELECT round FROM sources WHERE source=?1)""",
            (source,),
        )
        return done.rowcount

    def keep_rest(self, source: str) -> None:
        """Takes over what this round does not come by as it was: its listing does not say that it is gone."""
        self._db.execute(
            """UPDATE places SET state='unchanged', round=(SELECT round FROM sources WHERE source=?1)
               WHERE source=?1 AND state NOT IN ('gone', 'todo')
               AND round < (SELECT round FROM sources WHERE source=?1)""",
            (source,),
        )

    def next(self, source: str) -> Place | None:
        """The first place of this round that was not looked at yet."""
        row = self._db.execute(
            "SELECT * FROM places WHERE source=? AND round=? AND state='todo' ORDER BY rowid LIMIT 1",
            (source, self._round(source)),
        ).fetchone()
        return _place(row) if row else None

    def known(self, source: str, address: str) -> Place | None:
        """A place as it was when it was last read; None where it never was."""
        row = self._db.execute(
            "SELECT * FROM places WHERE source=? AND place=? AND mark != ''", (source, address)
        ).fetchone()
        return _place(row) if row else None

    def settle(
        self, source: str, place: Place, change: Change, *, mark: str = "", failure: Mapping[str, str] | None = None
    ) -> None:
        """Writes down what was found at a place; a failed or passed one keeps its earlier mark."""
        kept = mark or place.mark
        self._db.execute(
            """INSERT INTO places(source, place, round, state, depth, mark, changed, known_change, hints, failure)
               SELECT source, ?2, round, ?3, ?4, ?5, ?6, ?6, '{}', ?7 FROM sources WHERE source=?1
               ON CONFLICT(source, place) DO UPDATE SET round=excluded.round, state=excluded.state, mark=excluded.mark,
               known_change=CASE WHEN excluded.state='failed' THEN places.known_change ELSE excluded.changed END,
               failure=excluded.failure""",
            (source, place.address, change.value, place.depth, kept, place.changed, json.dumps(failure or {})),
        )

    def progress(self, source: str) -> tuple[int, int]:
        """How many places of this round are settled, and how many it has."""
        row = self._db.execute(
            "SELECT COUNT(*) FILTER (WHERE state != 'todo') done, COUNT(*) n FROM places WHERE source=? AND round=?",
            (source, self._round(source)),
        ).fetchone()
        return int(row["done"]), int(row["n"])

    def end(self, source: str, *, at: dt.datetime) -> Reading:
        """Ends a round: what it did not come by is gone, unless the round was bounded and left places out."""
        with self.together():
            here = self._db.execute("SELECT kind, round FROM sources WHERE source=?", (source,)).fetchone()
            left = self._db.execute(
                "SELECT COUNT(*) n FROM places WHERE source=? AND round=? AND state='todo'", (source, here["round"])
            ).fetchone()["n"]
            if not left:
                self._db.execute(
                    "UPDATE places SET state='gone', round=?2 WHERE source=?1 AND round < ?2 AND state != 'gone'",
                    (source, here["round"]),
                )
            self._db.execute(
                "UPDATE sources SET finished=1, last_read=? WHERE source=?", (at.isoformat(timespec="seconds"), source)
            )
            rows = self._db.execute(
                "SELECT place, state, failure FROM places WHERE source=? AND round=? ORDER BY rowid",
                (source, here["round"]),
            ).fetchall()
        return _reading(source, here["kind"], rows)

    def _round(self, source: str) -> int:
        row = self._db.execute("SELECT round FROM sources WHERE source=?", (source,)).fetchone()
        return int(row["round"]) if row else 0

    def sources(self) -> list[SourceState]:
        """Every source that was ever read, first read first."""
        rows = self._db.execute(
            """SELECT s.*, COUNT(p.place) places, COUNT(p.place) FILTER (WHERE p.state='gone') gone,
               COUNT(p.place) FILTER (WHERE p.state='failed') failed
               FROM sources s LEFT JOIN places p ON p.source=s.source GROUP BY s.source ORDER BY s.rowid"""
        )
        return [_source(row) for row in rows.fetchall()]


def file_mark(path: Path, *, now_ns: int) -> str:
    """How a file is known not to have changed without reading it; empty for one written a moment ago.

    A file that is written again within the clock's grain keeps its mark, so the young are not trusted.
    """
    found = path.stat()
    if now_ns - max(found.st_mtime_ns, found.st_ctime_ns) < _RACY_NS:
        return ""
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}-{found.st_ino}"


def _place(row: Any) -> Place:
    return Place(
        row["place"], row["depth"], row["mark"], row["changed"], row["known_change"],
        Metadata.from_dict(json.loads(row["hints"])),
    )  # fmt: skip


def _reading(source: str, kind: str, rows: Sequence[Any]) -> Reading:
    def places(change: Change) -> list[str]:
        return [row["place"] for row in rows if row["state"] == change]

    return Reading(
        source, kind, places(Change.NEW), places(Change.CHANGED), places(Change.GONE), len(places(Change.UNCHANGED)),
        len(places(Change.PASSED)),
        [{"source": row["place"], **json.loads(row["failure"])} for row in rows if row["state"] == Change.FAILED],
    )  # fmt: skip


def _source(row: Any) -> SourceState:
    read = dt.datetime.fromisoformat(row["last_read"]) if row["last_read"] else None
    return SourceState(
        row["source"], row["kind"], row["collection"], json.loads(row["options"]), read, bool(row["finished"]),
        row["places"], row["gone"], row["failed"],
    )  # fmt: skip


ROUNDS_SCHEMA = """
CREATE TABLE IF NOT EXISTS sources(
    source TEXT PRIMARY KEY, kind TEXT NOT NULL, collection TEXT, options TEXT NOT NULL, round INTEGER NOT NULL,
    finished INTEGER NOT NULL, last_read TEXT
);
CREATE TABLE IF NOT EXISTS places(
    source TEXT NOT NULL, place TEXT NOT NULL, round INTEGER NOT NULL, state TEXT NOT NULL, depth INTEGER NOT NULL,
    mark TEXT NOT NULL DEFAULT '', changed TEXT NOT NULL DEFAULT '', known_change TEXT NOT NULL DEFAULT '',
    hints TEXT NOT NULL DEFAULT '{}', failure TEXT NOT NULL DEFAULT '{}', UNIQUE(source, place)
);
CREATE INDEX IF NOT EXISTS places_round ON places(source, round, state)
"""
