"""Rows of JSONL, CSV and TSV as documents; a mapping says which field is the text, the title, the date."""

from __future__ import annotations

import contextlib
import csv
import html
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lyceum.archive.extractors.common import (
    Piece,
    collapse,
    compose,
    creators,
    damaged,
    decode,
    language_code,
    no_text,
    stated_date,
)
from lyceum.archive.extractors.markdown import markdown_pieces
from lyceum.archive.extractors.markup import parse_html, pieces_of
from lyceum.archive.extractors.text import paragraphs
from lyceum.archive.model import Extracted, Metadata
from lyceum.archive.parts import Part
from lyceum.errors import ExtractionFailed

_ALIASES = {
    "text": ("text", "content_text", "content", "body", "full_text", "fulltext", "article", "html", "content_html"),
    "title": ("title", "headline", "name", "subject"),
    "creators": ("creators", "creator", "authors", "author", "byline"),
    "date": ("date", "published", "date_published", "pubdate", "publication_date", "first_published", "year"),
    "edition_date": ("edition_date", "modified", "date_modified", "updated"),
    "language": ("language", "lang", "locale"),
    "publisher": ("publisher", "newspaper", "journal"),
    "rights": ("rights", "license", "licence"),
    "address": ("address", "url", "link", "uri", "permalink"),
    "collection": ("collection", "section"),
    "kind": ("kind", "type", "genre"),
    "edition_of": ("edition_of",),
    "id": ("id", "identifier", "uuid", "guid", "slug", "url"),
}
_FORMATS = ("text", "markdown", "html")
_LONGEST_ROW = 32 * 2**20
_LONGEST_EXTRA = 1_000
_LISTED = re.compile(r"\s*;\s*")


class RowExtractor:
    """Reads one row, which was kept with the mapping under which it was added."""

    media_types = frozenset(("application/x-lyceum-row+json",))

    def extract(self, path: Path, name: str) -> Extracted:
        """The text that the mapping names; every other field is metadata."""
        try:
            kept = json.loads(path.read_bytes())
            mapping, row = kept["lyceum_row"], kept["row"]
        except (ValueError, KeyError, TypeError, RecursionError) as exc:
            raise damaged(name, "it is no row that Lyceum kept") from exc
        said = _text_of(mapping, row)
        if not said.strip():
            raise no_text(name, f"Its field “{mapping['text']}” is empty.")
        return compose(_pieces(said, str(mapping.get("format", "")), name), _metadata(mapping, row))


class RowSplitter:
    """Parts a table into its rows."""

    def split(self, path: Path, name: str, options: Mapping[str, Any]) -> Iterator[Part]:
        """Each row as a file of its own, named by its id where it has one."""
        read = _json_rows if name.lower().endswith((".jsonl", ".ndjson", ".json")) else _csv_rows
        mapping: dict[str, Any] = {}
        for number, row in enumerate(read(path, name), start=1):
            if not mapping:
                mapping = _mapping(options, row, name)
            missing = [field for field in _fields(mapping.get("text")) if field not in row]
            if missing and options:
                raise _unmapped(name, f"its row {number} has no field “{missing[0]}”")
            kept = {"lyceum_row": mapping, "row": row}
            yield Part(f"{_identifier(mapping, row, number)}.row.json", _canonical(kept))
        if not mapping:
            raise no_text(name, "The table has no rows.")


extractor = RowExtractor()
splitter = RowSplitter()


def _canonical(kept: Mapping[str, Any]) -> bytes:
    """The same bytes for the same row, so that it is known again."""
    return json.dumps(kept, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")


def _json_rows(path: Path, name: str) -> Iterator[Mapping[str, Any]]:
    with path.open("rb") as stream:
        for number, line in enumerate(iter(lambda: stream.readline(_LONGEST_ROW), b""), start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
            except (ValueError, RecursionError) as exc:
                raise damaged(name, f"its line {number} is no JSON") from exc
            if not isinstance(row, dict):
                raise damaged(name, f"its line {number} is no object")
            yield row


def _csv_rows(path: Path, name: str) -> Iterator[Mapping[str, Any]]:
    source = decode(path.read_bytes(), name).text
    usual = csv.field_size_limit(_LONGEST_ROW)
    delimiter = "\t" if name.lower().endswith((".tsv", ".tab")) else ","
    with contextlib.suppress(csv.Error):
        delimiter = csv.Sniffer().sniff(source[:20_000], ",;\t").delimiter
    try:
        for row in csv.DictReader(io.StringIO(source, newline=""), delimiter=delimiter):
            yield {key: value for key, value in row.items() if isinstance(key, str) and isinstance(value, str)}
    except csv.Error as exc:
        raise damaged(name, f"its rows cannot be read ({exc})") from exc
    finally:
        csv.field_size_limit(usual)


def _mapping(options: Mapping[str, Any], row: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What was said, over what the names of the fields say by themselves; raises unsupported_format without a text."""
    by_lower = {key.lower(): key for key in row}
    guessed = {
        field: next(by_lower[alias] for alias in aliases if alias in by_lower)
        for field, aliases in _ALIASES.items()
        if any(alias in by_lower for alias in aliases)
    }
    mapping = {**guessed, **{field: said for field, said in options.items() if said != ""}}
    for field, said in options.items():
        if field not in _ALIASES and field != "format":
            raise _unmapped(name, f"the mapping names “{field}”, which is no field of a document")
        if said == "":
            mapping.pop(field, None)
    if "text" not in mapping:
        raise _unmapped(name, f"none of its fields ({', '.join(list(row)[:12])}) is known to be the text")
    if mapping.get("format", "text") not in _FORMATS:
        raise _unmapped(name, f"the mapping's format is none of {', '.join(_FORMATS)}")
    if "format" not in mapping and "html" in str(mapping["text"]).lower():
        mapping["format"] = "html"
    return mapping


def _unmapped(name: str, why: str) -> ExtractionFailed:
    return ExtractionFailed(
        f"The rows of “{name}” cannot be read: {why}.",
        hint='Say with `--mapping FILE.toml` which field is which, such as `text = "body"` and `date = "day"`.',
        code="unsupported_format",
    )


def _fields(said: Any) -> list[str]:
    return [str(one) for one in said] if isinstance(said, list) else [str(said)]


def _identifier(mapping: Mapping[str, Any], row: Mapping[str, Any], number: int) -> str:
    said = collapse(str(row.get(str(mapping.get("id", "")), "")))
    return re.sub(r"[^\w.@+-]+", "_", said)[-120:].strip("_") or f"{number:07d}"


def _text_of(mapping: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """The fields that are the text, one after the other."""
    return "\n\n".join(text for field in _fields(mapping["text"]) if (text := _flat(row.get(field), "\n\n")).strip())


def _pieces(said: str, form: str, name: str) -> Sequence[Piece]:
    if form == "html":
        return pieces_of(parse_html(said, name))
    return markdown_pieces(said) if form == "markdown" else paragraphs(said)


def _metadata(mapping: Mapping[str, Any], row: Mapping[str, Any]) -> Metadata:
    """Each field with the column that it came from; columns that are no field of ours are kept beside."""
    stated = []
    used = set(_fields(mapping["text"]))
    for field in _ALIASES:
        column = str(mapping.get(field, ""))
        if field in ("text", "id") or column not in row:
            continue
        if value := _read(field, _flat(row[column], "; ")):
            stated.append(Metadata.stated(f"row:{column}", **{field: value}))
            used.add(column)
    extra = {
        key: text for key, value in row.items() if key not in used and (text := _flat(value, "; ")[:_LONGEST_EXTRA])
    }
    return reduce(Metadata.over, stated, Metadata(extra=MappingProxyType(extra)))


def _read(field: str, said: str) -> Any:
    """A value as its field holds it; None for one that cannot be read, which then is kept beside."""
    if field == "creators":
        return creators(said)
    if field in ("date", "edition_date"):
        return stated_date(said)
    if field == "language":
        return language_code(said)
    if field == "address":
        return said if said.startswith(("http://", "https://")) else None
    return collapse(html.unescape(said)) or None


def _flat(value: Any, between: str) -> str:
    """A scalar or a list of scalars as text; objects have no one reading."""
    if isinstance(value, list):
        return between.join(text for one in value if (text := _flat(one, between)))
    if isinstance(value, dict):
        return _flat(value.get("name"), between)
    return "" if value is None else str(value)
