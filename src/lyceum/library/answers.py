"""Keeps answers that their owner wants kept, and looks whether their quotations still stand."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from lyceum.archive import Document
from lyceum.errors import StoreDamaged, UnknownAnswer, UnknownDocument, unwritable
from lyceum.search import write_whole
from lyceum.tutor import Span, locate

_ID = re.compile(r"a-[0-9a-f]{12}")


class KeptAnswers:
    """A folder with a file an answer, readable by its owner alone.

    What is asked may harm who asked it: nothing is kept unless it was asked for, and no time is written down.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, answer: Mapping[str, Any], *, follows: str | None = None) -> str:
        """Writes an answer down and returns its id; `follows` is that of the answer before it in a conversation."""
        name = f"a-{secrets.token_hex(6)}"
        number = 1 + max((one["number"] for one in self.all()), default=0)
        kept = {"id": name, "number": number, "follows": follows, "answer": dict(answer)}
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            path = self._folder / f"{name}.json"
            write_whole(path, json.dumps(kept, ensure_ascii=False).encode())
            path.chmod(0o600)
        except OSError as error:
            raise unwritable("The answer", error) from error
        return name

    def get(self, name: str) -> dict[str, Any]:
        """A kept answer; `last` is the newest. Raises UnknownAnswer."""
        if name == "last" and (newest := next(iter(self.all()), None)):
            return newest
        path = self._folder / f"{name}.json"
        if not _ID.fullmatch(name) or not path.exists():
            raise UnknownAnswer(f"No answer {name} is kept.", hint="`lyceum answers` lists those that are.")
        return _read(path)

    def all(self) -> list[dict[str, Any]]:
        """Every kept answer, newest first."""
        kept = [_read(path) for path in self._folder.glob("a-*.json")]
        return sorted(kept, key=lambda one: -int(one["number"]))

    def conversation(self, name: str) -> list[dict[str, Any]]:
        """An answer and those before it that it follows, oldest first; one that was erased ends it."""
        turns = [self.get(name)]
        while earlier := turns[0]["follows"]:
            try:
                turns.insert(0, self.get(earlier))
            except UnknownAnswer:
                break
        return turns

    def erase(self, name: str) -> None:
        """Deletes an answer; raises UnknownAnswer."""
        (self._folder / f"{self.get(name)['id']}.json").unlink(missing_ok=True)


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StoreDamaged(f"The kept answer {path.stem} cannot be read.", hint="Erase it, and ask again.") from error
    return dict(kept)


class Standing(StrEnum):
    """What has become of a quotation since it was verified."""

    STANDS = "stands"
    MOVED = "moved"
    EARLIER = "only_in_an_earlier_version"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Recheck:
    """A citation of a kept answer as the archive has it today; `start` and `end` are in the version named."""

    n: int
    standing: Standing
    version: str | None
    start: int | None
    end: int | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "n": self.n, "standing": self.standing, "version": self.version, "start": self.start, "end": self.end,
        }  # fmt: skip


class Texts(Protocol):
    """Where documents and their texts are read."""

    def document(self, document: str, *, version: str | None = None) -> Document:
        """The newest readable version; raises UnknownDocument."""
        ...

    def versions(self, document: str) -> list[Document]:
        """All versions, oldest first."""
        ...

    def text(self, document: Document, start: int = 0, end: int | None = None) -> str:
        """The stored text of a version, or a part of it."""
        ...


def recheck(citations: Sequence[Mapping[str, Any]], archive: Texts) -> Iterator[Recheck]:
    """Verifies each citation again, against the version that was cited and the newest."""
    for citation in citations:
        yield _recheck(citation, archive)


def _recheck(citation: Mapping[str, Any], archive: Texts) -> Recheck:
    n, exact, identity = int(citation["n"]), str(citation["exact"]), str(citation.get("document"))
    try:
        current: Document = archive.document(identity)
    except UnknownDocument:
        return Recheck(n, Standing.GONE, None, None, None)
    start, end = int(citation["start"]), int(citation["end"])
    if current.version == citation["version"] and archive.text(current, start, end) == exact:
        return Recheck(n, Standing.STANDS, current.version, start, end)
    found = locate(exact, archive.text(current))
    if isinstance(found, Span):
        return Recheck(n, Standing.MOVED, current.version, found.start, found.end)
    for version in archive.versions(identity):
        if version.version == citation["version"] and archive.text(version, start, end) == exact:
            return Recheck(n, Standing.EARLIER, version.version, start, end)
    return Recheck(n, Standing.GONE, None, None, None)
