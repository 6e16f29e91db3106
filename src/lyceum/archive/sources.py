"""Finds the files that a person means: paths, folders, and the CSV that describes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lyceum.archive.corrections import ALIASES, EXPORTED, read_field
from lyceum.archive.model import FIELDS, Metadata
from lyceum.archive.pagesets import files_of_page_set
from lyceum.errors import InvalidValue, ReceiveFailed, UsageError

_PLACE = {"source", "file", "files", "path"}
_FOLDER = {"dir", "folder", "directory"}
_DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Found:
    """A file to be received, under the name by which it is known; a folder where its files are one volume's pages."""

    path: Path
    source: str


@dataclass(frozen=True, slots=True)
class HowToRead:
    """What was asked for when a source was added; it is remembered, so that the source is read again in the same way.

    `max_pages` bounds a site, `ocr_languages` are those of its scans, `comments` keeps those of WordPress, `follow`
    reads the pages that a feed file announces.
    """

    collection: str | None = None
    max_pages: int | None = None
    ocr_languages: str = ""
    comments: bool = False
    follow: bool = False

    @classmethod
    def remembered(cls, collection: str | None, options: Mapping[str, Any]) -> HowToRead:
        """What was remembered; what another version of Lyceum remembered besides is passed over."""
        known = {one.name for one in fields(cls)} - {"collection"}
        return cls(collection, **{name: value for name, value in options.items() if name in known})

    @property
    def options(self) -> Mapping[str, Any]:
        """What is to be remembered besides the collection."""
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "collection"}
        return {name: value for name, value in values.items() if value}

    @property
    def given(self) -> Metadata:
        """What it says about each document."""
        extra = {"ocr_languages": self.ocr_languages} if self.ocr_languages else {}
        stated = Metadata.stated("add", collection=self.collection)
        return replace(
            stated,
            extra=MappingProxyType(extra),
            provenance=MappingProxyType({**stated.provenance, **dict.fromkeys(extra, "add")}),
        )


AS_USUAL = HowToRead()


def find_files(sources: Iterable[str], *, leave_out: Iterable[Path] = ()) -> Iterator[Found | ReceiveFailed]:
    """Every file that the sources mean, folders walked in order; what cannot be read comes as its error.

    Hidden files and folders are passed over.
    """
    excluded = {path.resolve() for path in leave_out}
    for source in sources:
        path = Path(source).expanduser()
        if path.is_dir():
            yield from _walk(path.resolve(), excluded)
        elif path.exists():
            yield Found(path.resolve(), path.resolve().as_posix())
        else:
            yield ReceiveFailed(
                f"There is no file or folder “{source}”.",
                hint="Check the spelling, or quote names that hold spaces.",
                code="missing_source",
            )


def _walk(folder: Path, excluded: set[Path]) -> Iterator[Found | ReceiveFailed]:
    try:
        if files_of_page_set(folder):
            yield Found(folder, folder.as_posix())
            return
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield ReceiveFailed(
            f"The folder “{folder}” cannot be read: {error.strerror}.",
            hint="Give the user that runs Lyceum the right to read it.",
            code="unreadable_folder",
        )
        return
    for entry in entries:
        if entry.name.startswith(".") or entry in excluded:
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _walk(entry, excluded)
        elif entry.is_file():
            yield Found(entry, entry.as_posix())


class MetadataTable:
    """What a CSV says about files, found by the end of their path or address."""

    def __init__(self, rows: Iterable[tuple[str, Metadata]] = (), *, unknown_columns: Iterable[str] = ()) -> None:
        self._by_last: dict[str, list[tuple[str, Metadata]]] = {}
        for place, metadata in rows:
            self._by_last.setdefault(_last(place), []).append((place, metadata))
        self.unknown_columns = tuple(unknown_columns)

    @classmethod
    def read(cls, path: Path) -> MetadataTable:
        """Reads a CSV whose columns are those of the contract, or their common other names.

        Raises UsageError for a file that is no such table and InvalidValue, with the line, for a bad date.
        """
        try:
            content = path.read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"The metadata file “{path}” cannot be read: {error}.",
                hint="It is a CSV in UTF-8 with a header line.",
                code="metadata_unreadable",
            ) from error
        reader = csv.DictReader(io.StringIO(content, newline=""), strict=True)
        columns = [column for column in reader.fieldnames or [] if column]
        if not _PLACE & {column.strip().lower() for column in columns}:
            raise UsageError(
                f"The metadata file “{path.name}” has no column “source” or “file”.",
                hint="One of these columns names the file, or the end of its path, that a line describes.",
                code="metadata_without_source",
            )
        unknown = [
            c for c in columns if (n := c.strip().lower()) not in ALIASES and n not in _PLACE | _FOLDER | {_DOCUMENT}
        ]
        rows: list[tuple[str, Metadata]] = []
        try:
            for row in reader:
                metadata = _row_metadata(row, unknown, path.name, reader.line_num)
                rows += [(place, metadata) for place in _places(row)]
        except csv.Error as error:
            raise UsageError(
                f"The metadata file “{path.name}” cannot be read after line {reader.line_num}: {error}.",
                hint="Look for a quotation mark that is not closed.",
                code="metadata_unreadable",
            ) from error
        return cls(rows, unknown_columns=unknown)

    def about(self, source: str) -> Metadata:
        """What the table says about a source; for a member of an archive, what it says about the archive."""
        for name in _names(source):
            fitting = [
                (len(place), metadata)
                for place, metadata in self._by_last.get(_last(name), ())
                if name == place or name.endswith("/" + place)
            ]
            if fitting:
                # The longest place says most exactly which file it means.
                return max(fitting, key=lambda each: each[0])[1]
        return Metadata()


def _names(source: str) -> Iterator[str]:
    yield source.replace("!/", "/")
    if "!/" in source:
        yield source.rsplit("!/", 1)[1]
        yield source.split("!/", 1)[0]


def _last(place: str) -> str:
    return place.rstrip("/").rsplit("/", 1)[-1]


def _places(row: Mapping[str, str | None]) -> Iterator[str]:
    values = {name.strip().lower(): (value or "").strip() for name, value in row.items() if isinstance(value, str)}
    folder = next((values[name].strip("/") + "/" for name in _FOLDER if values.get(name)), "")
    for column in _PLACE:
        for place in values.get(column, "").split(";" if column == "files" else "\n"):
            if place.strip():
                yield folder + place.strip().lstrip("/")


def _row_metadata(row: Mapping[str, str | None], unknown: list[str], file: str, line: int) -> Metadata:
    values: dict[str, object] = {}
    rule = "csv"
    for column, value in row.items():
        name = (column or "").strip().lower()
        field = ALIASES.get(name)
        if not isinstance(value, str) or not value.strip():
            continue
        if name == _DOCUMENT:
            rule = EXPORTED
        elif field in FIELDS:
            values.setdefault(str(field), _value(str(field), value, file, line))
    metadata = Metadata.stated(rule, **values)
    extra = {c: str(row[c]).strip() for c in unknown if isinstance(row.get(c), str) and str(row[c]).strip()}
    return replace(metadata, extra=extra)


def _value(field: str, value: str, file: str, line: int) -> object:
    try:
        return read_field(field, value)
    except InvalidValue as error:
        raise InvalidValue(f"{file}, line {line}: {error.message}", hint=error.hint, code=error.code) from error
