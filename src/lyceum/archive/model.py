"""The archive's values: documents, versions, passages, and what is known about them."""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from lyceum.errors import InvalidValue

_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date as exactly as it is known: a year, a month of a year, or a day."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        dt.date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Reads `1919`, `1919-09`, `1919-09-22` or an ISO 8601 date-time; raises InvalidValue."""
        head = re.split(r"[T ]", text.strip(), maxsplit=1)[0]
        match = _ISO_DATE.fullmatch(head)
        try:
            if match:
                return cls(*(int(part) if part else None for part in match.groups()))  # type: ignore[arg-type]
        except ValueError:
            pass
        raise InvalidValue(
            f"“{text[:40]}” is not a date.", hint="Write 1919, 1919-09 or 1919-09-22.", code="invalid_date"
        )

    @property
    def first(self) -> dt.date:
        """The earliest day that it can mean."""
        return dt.date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> dt.date:
        """The latest day that it can mean."""
        month = self.month or 12
        return dt.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part)]
        return "-".join(parts)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about a document; `provenance` says, a field or an extra, where its value came from.

    `date` is when it was written or first published, `edition_date` when this edition of it was made.
    """

    title: str | None = None
    creators: tuple[str, ...] = ()
    date: PartialDate | None = None
    edition_date: PartialDate | None = None
    language: str | None = None
    publisher: str | None = None
    rights: str | None = None
    address: str | None = None
    collection: str | None = None
    kind: str | None = None
    edition_of: str | None = None
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    provenance: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def stated(cls, source: str, **values: Any) -> Metadata:
        """Metadata whose given fields all came from one source; empty values are left out."""
        known = {name: value for name, value in values.items() if value}
        return cls(**known, provenance=MappingProxyType(dict.fromkeys(known, source)))

    def over(self, weaker: Metadata) -> Metadata:
        """Both joined, field by field; where both speak of a field, this one's word stands, also that it is unknown."""
        chosen: dict[str, Any] = {}
        provenance: dict[str, str] = {}
        for name in FIELDS:
            owner = self if getattr(self, name) or name in self.provenance else weaker
            chosen[name] = getattr(owner, name)
            if name in owner.provenance:
                provenance[name] = owner.provenance[name]
        extra = {**weaker.extra, **self.extra}
        for name in extra:
            owner = self if name in self.extra else weaker
            if name in owner.provenance and name not in FIELDS:
                provenance[name] = owner.provenance[name]
        return Metadata(
            **chosen,
            extra=MappingProxyType(extra),
            provenance=MappingProxyType(provenance),
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; unknown fields are left out."""
        values: dict[str, Any] = {name: getattr(self, name) for name in FIELDS if getattr(self, name)}
        for name in _DATES:
            if name in values:
                values[name] = str(values[name])
        if self.creators:
            values["creators"] = list(self.creators)
        return {**values, "extra": dict(self.extra), "provenance": dict(self.provenance)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Metadata:
        """The inverse of `as_dict`."""
        known = {name: values[name] for name in FIELDS if values.get(name)}
        for name in _DATES:
            if name in known:
                known[name] = PartialDate.parse(known[name])
        if "creators" in known:
            known["creators"] = tuple(known["creators"])
        return cls(
            **known,
            extra=MappingProxyType(dict(values.get("extra", {}))),
            provenance=MappingProxyType(dict(values.get("provenance", {}))),
        )


_DATES = ("date", "edition_date")
FIELDS = tuple(f.name for f in dataclasses.fields(Metadata) if f.name not in ("extra", "provenance"))


BlockKind = Literal["heading", "paragraph"]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading or a paragraph, as offsets into the document's text; `level` is 1 to 6 for headings."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0


_ROW_ENDS: tuple[Any, ...] = (None, "", "", ())


@dataclass(frozen=True, slots=True)
class Page:
    """A page by its printed label, as offsets into the document's text.

    `confidence` is how sure character recognition was of its words, 0 to 1, None where nothing was recognised.
    `header` and `footer` are the running lines that stand on the page but not in the text, one a line;
    `hyphens` are the offsets at which a word was broken in print and is whole in the text.
    """

    label: str
    start: int
    end: int
    confidence: float | None = None
    header: str = ""
    footer: str = ""
    hyphens: tuple[int, ...] = ()

    def as_row(self) -> list[Any]:
        """Plain values for JSON, of which `from_row` makes it again; what says nothing is left out."""
        row = [self.label, self.start, self.end, self.confidence, self.header, self.footer, list(self.hyphens)]
        while len(row) > 3 and row[-1] in (None, "", []):
            row.pop()
        return row

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> Page:
        """The inverse of `as_row`."""
        label, start, end, confidence, header, footer, hyphens = (*row, *_ROW_ENDS[len(row) - 3 :])
        return cls(label, start, end, confidence, header, footer, tuple(hyphens))

    def printed(self, text: str) -> str:
        """The page as it stood on paper, out of the document's text: with its running lines and broken words."""
        begins = (self.start, *self.hyphens)
        parts = (text[a:b] for a, b in zip(begins, (*self.hyphens, self.end), strict=True))
        return "\n".join(part for part in (self.header, "-\n".join(parts).strip(), self.footer) if part)


@dataclass(frozen=True, slots=True)
class Extracted:
    """Text with its structure, as an extractor hands it over.

    Blocks are in order and do not overlap; text between two blocks is white space only.
    Pages are in order, do not overlap and may be empty.
    """

    text: str
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...] = ()
    metadata: Metadata = field(default_factory=Metadata)
    notes: tuple[str, ...] = ()


class TextBuilder:
    """Puts blocks and pages together into one text and keeps their offsets.

    >>> builder = TextBuilder()
    >>> builder.heading("The mill", level=1)
    >>> builder.paragraph("The looms stood still.")
    >>> builder.build().text
    'The mill\\n\\nThe looms stood still.'
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._pages: list[tuple[str, int]] = []

    def heading(self, text: str, *, level: int) -> None:
        """Adds a heading; blank text is passed over."""
        self._add(text, "heading", max(1, min(level, 6)))

    def paragraph(self, text: str) -> None:
        """Adds a paragraph; blank text is passed over."""
        self._add(text, "paragraph", 0)

    def page(self, label: str) -> None:
        """Begins a page: what is added from here on stands on it."""
        self._pages.append((label, self._length))

    def build(self, metadata: Metadata | None = None, notes: Iterable[str] = ()) -> Extracted:
        """The whole, with every page closed where the next begins."""
        ends = [start for _, start in self._pages[1:]] + [self._length]
        pages = (Page(label, start, end) for (label, start), end in zip(self._pages, ends, strict=False))
        return Extracted("".join(self._parts), tuple(self._blocks), tuple(pages), metadata or Metadata(), tuple(notes))

    def _add(self, text: str, kind: BlockKind, level: int) -> None:
        text = text.strip()
        if not text:
            return
        if self._parts:
            self._parts.append("\n\n")
            self._length += 2
        start = self._length
        self._parts.append(text)
        self._length += len(text)
        self._blocks.append(Block(kind, start, self._length, level))
