"""What a librarian says of a document outranks what its file says, and stays when the file is added again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import IO, Any

from lyceum.archive.model import FIELDS, Metadata, PartialDate
from lyceum.errors import InvalidValue

__all__ = ["ALIASES", "EDIT", "EXPORTED", "Sureness", "edited", "joined", "read_field", "sureness", "write_table"]

EDIT = "edit"
EXPORTED = "csv:export"
"""The rule of a table that Lyceum wrote: what differs in it from what stands is a correction."""

ALIASES = {
    "author": "creators", "authors": "creators", "creators": "creators", "creator": "creators",
    "year": "date", "published": "date", "first_published": "date", "date_published": "date", "date": "date",
    "edition_date": "edition_date", "lang": "language", "language": "language", "licence": "rights",
    "license": "rights", "rights": "rights", "name": "title", "title": "title", "publisher": "publisher",
    "collection": "collection", "kind": "kind", "type": "kind", "edition_of": "edition_of", "address": "address",
    "url": "address",
}  # fmt: skip
_COLUMNS = ("document", "source", *(name if name != "creators" else "creator" for name in FIELDS))


class Sureness(StrEnum):
    """How sure a field is: a person said it, the file states it, a rule inferred it, or it was guessed."""

    SAID = "said"
    STATED = "stated"
    INFERRED = "inferred"
    GUESSED = "guessed"


_SAID = re.compile(r"edit|csv(?::.*)?|add")
_GUESSED = re.compile(r"detected|file-name")
_INFERRED = re.compile(
    r".*\(likely\)|.*:(?:first-heading|first-line|first-page|byline|address-pattern)|file-name:.*|"
    r"tei:(?:head|titlePart|persName:author|sourceDesc:bibl:year|sp|group)"
)


def sureness(rule: str) -> Sureness:
    """How sure a value is that came by this rule of provenance.

    >>> sureness("jats:pub-date:epub"), sureness("detected")
    (<Sureness.STATED: 'stated'>, <Sureness.GUESSED: 'guessed'>)
    """
    if _SAID.fullmatch(rule):
        return Sureness.SAID
    if _GUESSED.fullmatch(rule):
        return Sureness.GUESSED
    return Sureness.INFERRED if _INFERRED.fullmatch(rule) else Sureness.STATED


def edited(values: Mapping[str, str]) -> Metadata:
    """What a librarian says, by field or a common other name of it; an empty value says that it is not known.

    Names that are no field are kept as extra metadata. Raises InvalidValue.
    """
    known: dict[str, Any] = {}
    extra: dict[str, str] = {}
    for name, value in values.items():
        field = ALIASES.get(name.strip().lower())
        if field is None:
            extra[name.strip()] = value.strip()
        else:
            known[field] = read_field(field, value)
    said = {field: value for field, value in known.items() if value}
    return Metadata(**said, extra=MappingProxyType(extra), provenance=MappingProxyType(dict.fromkeys(known, EDIT)))


def read_field(field: str, value: str) -> Any:
    """A value as its field holds it, several names parted by semicolons; raises InvalidValue for a bad date."""
    text = value.strip()
    if field == "creators":
        return tuple(name for part in text.split(";") if (name := part.strip()))
    if field in ("date", "edition_date"):
        return PartialDate.parse(text) if text else None
    if len(text) > 5_000:
        raise InvalidValue(f"The value of “{field}” is too long.", hint="At most 5,000 characters.")
    return text


def joined(now: Metadata, earlier: Metadata, stands: Metadata) -> Metadata:
    """What is said of a document from now on: corrections first, then what is said now, then what was said.

    `stands` is what was shown until now: of a table that Lyceum wrote, only what differs from it counts.
    """
    now = _changes(now, stands)
    return _by_rule(now, EDIT).over(_by_rule(earlier, EDIT)).over(now).over(earlier)


def write_table(documents: Iterable[tuple[str, str, Metadata]], out: IO[str]) -> int:
    """Writes (id, source, metadata) as the table that `--metadata` reads; returns the number of rows."""
    rows = list(documents)
    extra = sorted({key for _, _, metadata in rows for key in metadata.extra})
    table = csv.DictWriter(out, fieldnames=[*_COLUMNS, *(key for key in extra if key not in _COLUMNS)])
    table.writeheader()
    for document, source, metadata in rows:
        table.writerow({"document": document, "source": source, **_row(metadata), **metadata.extra})
    return len(rows)


def _row(metadata: Metadata) -> dict[str, str]:
    row = {name: str(getattr(metadata, name)) for name in FIELDS if name != "creators" and getattr(metadata, name)}
    return {**row, "creator": "; ".join(metadata.creators)}


def _changes(now: Metadata, stands: Metadata) -> Metadata:
    """A table that Lyceum wrote says what differs in it from what stands, and says it as a correction."""
    if EXPORTED not in now.provenance.values():
        return now
    kept = {
        field: EDIT if rule == EXPORTED else rule
        for field, rule in now.provenance.items()
        if rule != EXPORTED or getattr(now, field) != getattr(stands, field)
    }
    extra = {key: value for key, value in now.extra.items() if stands.extra.get(key) != value}
    return replace(_only(now, kept), extra=MappingProxyType(extra))


def _by_rule(metadata: Metadata, rule: str) -> Metadata:
    return _only(metadata, {field: one for field, one in metadata.provenance.items() if one == rule})


def _only(metadata: Metadata, provenance: Mapping[str, str]) -> Metadata:
    """The fields, and what is kept beside them, that have provenance here, and nothing else."""
    fields = {field: getattr(metadata, field) for field in provenance if field in FIELDS}
    extra = {key: metadata.extra[key] for key in provenance if key in metadata.extra}
    return Metadata(**fields, extra=MappingProxyType(extra), provenance=MappingProxyType(dict(provenance)))
