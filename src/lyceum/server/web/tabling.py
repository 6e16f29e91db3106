"""What is known of documents as a table that a spreadsheet reads, and what a changed table would change."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lyceum.errors import InvalidValue
from lyceum.library import Document, PartialDate

FIELDS = ("title", "creators", "date", "language", "kind", "publisher", "rights", "address", "collection", "edition_of")
_LONGEST = 400
_MOST_ROWS = 50_000
# A spreadsheet takes what begins so for a formula, which may do anything.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a document as it is and as it is to be."""

    document: str
    title: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a table would change, and what in it makes no sense."""

    changes: tuple[Change, ...]
    problems: tuple[str, ...]


def values_of(document: Document) -> dict[str, str]:
    """What is known of a document, by field; empty where nothing is."""
    known = document.metadata.as_dict()
    said = {name: str(known.get(name) or "") for name in FIELDS}
    return said | {"creators": "; ".join(document.metadata.creators)}


def as_csv(documents: Iterable[Document]) -> str:
    """The table of documents, one a row."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["id", *FIELDS, "source"])
    for document in documents:
        values = values_of(document)
        table.writerow(map(_shielded, [document.id, *(values[name] for name in FIELDS), document.source]))
    return out.getvalue()


def rows_of(data: bytes) -> list[dict[str, str]]:
    """The rows of a table, without what shields formulas; raises InvalidValue."""
    try:
        text = data.decode("utf-8-sig")
        first = text.partition("\n")[0]
        table = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=first.count), strict=True)
        rows = [
            {str(name).strip().lower(): _bare(value or "") for name, value in row.items() if isinstance(value, str)}
            for row, _ in zip(table, range(_MOST_ROWS), strict=False)
        ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidValue(
            "This is no table in UTF-8.", hint="Save it as CSV (UTF-8) and send it again.", code="metadata_unreadable"
        ) from error
    if not rows or "id" not in rows[0]:
        raise InvalidValue(
            "The table has no column “id”.",
            hint="Take the table of this page, and change it.",
            code="metadata_unreadable",
        )
    return rows


def proposed(rows: Iterable[Mapping[str, str]], known: Mapping[str, Document]) -> Proposal:
    """What rows with an id would change of the documents known; an empty cell changes nothing."""
    changes: list[Change] = []
    problems: list[str] = []
    for row in rows:
        document = known.get(row.get("id", ""))
        if document is None:
            problems.append(f"{row.get('id', '')[:60]}: ?")
            continue
        try:
            changes += _changes(row, document)
        except InvalidValue as error:
            problems.append(f"{document.metadata.title or document.name}: {error.message}")
    return Proposal(tuple(changes), tuple(problems))


def by_document(changes: Iterable[Change]) -> dict[str, dict[str, str]]:
    """Changes, gathered by the document that they are of."""
    gathered: dict[str, dict[str, str]] = {}
    for change in changes:
        gathered.setdefault(change.document, {})[change.field] = change.after
    return gathered


def _changes(row: Mapping[str, str], document: Document) -> Iterator[Change]:
    known = values_of(document)
    for name in FIELDS:
        said = " ".join(row.get(name, "").split())[:_LONGEST]
        if not said or said == known[name]:
            continue
        if name == "date":
            PartialDate.parse(said)
        yield Change(document.id, document.metadata.title or document.name, name, known[name], said)


def _shielded(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _bare(value: str) -> str:
    return value[1:] if value[:1] == "'" and value[1:].startswith(_FORMULA) else value
