"""What a librarian does from afar: hands files in, describes, tries again, takes out. Workers do the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lyceum.archive import (
    Block,
    Document,
    Failure,
    Found,
    Metadata,
    MetadataTable,
    Moved,
    PartialDate,
    Refused,
    State,
    edited,
)
from lyceum.errors import InvalidValue
from lyceum.library.sources import Reader


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What became of a file: its document, or why it was not taken."""

    source: str
    document: str | None
    outcome: str
    failure: Failure | None = None


class Keeping(Reader):
    """A home whose holdings are looked after."""

    def hand_in(self, path: Path, source: str, described: Mapping[str, str]) -> list[HandedIn]:
        """Takes a file in, or each file of an archive, under a name of its own; raises InvalidValue."""
        given = _metadata(described)
        with self._workers() as workers:
            taken = self._intake(workers).receive(Found(path, source), MetadataTable(), given)
            return [
                HandedIn(one.source, None, "failed", one.failure)
                if isinstance(one, Refused)
                else HandedIn(one.document.source, one.document.id, one.outcome.value)
                for one in taken
            ]

    def describe(self, document: Document, described: Mapping[str, str]) -> None:
        """Corrects what is known of a document, which workers then index anew; empty values change nothing.

        A correction outranks what any file or table says. Raises InvalidValue.
        """
        self._catalogue.describe(document, edited({name: value for name, value in described.items() if value.strip()}))

    def retry(self, document: Document) -> None:
        """Has a version that failed taken through its steps again."""
        if document.state is State.FAILED:
            self._catalogue.advance(document, Moved(State.RECEIVED))

    def withdraw(self, document: Document) -> None:
        """Has a document taken out with all that was made of it."""
        for version in self._catalogue.versions(document.id):
            self._catalogue.advance(version, Moved(State.REMOVING))

    def blocks(self, document: Document) -> Sequence[Block]:
        """The headings and paragraphs of a document, in order."""
        return [Block(*block) for block in self._catalogue.structure(document)["blocks"]]

    def original(self, document: Document) -> Path:
        """The file as it came."""
        return self._blobs.open(document.sha256)


def _metadata(described: Mapping[str, str]) -> Metadata:
    values: dict[str, object] = {name: " ".join(value.split()) for name, value in described.items()}
    if creators := values.pop("creators", ""):
        values["creators"] = tuple(name.strip() for name in str(creators).split(";") if name.strip())
    if values.get("date"):
        values["date"] = PartialDate.parse(str(values["date"]))
    try:
        return Metadata.stated("librarian", **values)
    except TypeError as error:
        raise InvalidValue("There is no such field.", hint="Take those of the form.") from error
