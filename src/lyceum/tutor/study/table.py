"""Writes a timeline as a table: a row an event, with its place, its other sources and other dates."""

from __future__ import annotations

import csv
import io

from lyceum.tutor.study.model import Event, Study

_COLUMNS = (
    "date first last printed text creators title published page document version start end sources other_dates".split()
)


def write(study: Study) -> bytes:
    """A CSV file in UTF-8."""
    out = io.StringIO(newline="")
    rows = csv.DictWriter(out, _COLUMNS)
    rows.writeheader()
    for event in study.events:
        rows.writerow({name: _harmless(value) for name, value in _row(event).items()})
    return out.getvalue().encode()


def _row(event: Event) -> dict[str, object]:
    citation = event.citations[0]
    return {
        "date": event.date, "first": event.date.first, "last": event.date.last, "printed": event.printed,
        "text": event.text, "creators": "; ".join(citation.creators), "title": citation.title,
        "published": citation.date or "", "page": citation.page or "", "document": citation.document,
        "version": citation.version, "start": citation.start, "end": citation.end, "sources": len(event.citations),
        "other_dates": "; ".join(f"{rival.date} ({rival.citation.document})" for rival in event.rivals),
    }  # fmt: skip


def _harmless(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
