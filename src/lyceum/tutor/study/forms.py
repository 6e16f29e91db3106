"""Writes a study down: each form is a module that is loaded when it is wanted."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Protocol, cast

from lyceum.errors import InvalidValue
from lyceum.tutor.study.model import Kind, Study


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a study down: its media type, the module that writes it, the kinds that have it (empty: all)."""

    name: str
    media: str
    module: str
    kinds: frozenset[Kind] = frozenset()


_DATED = frozenset({Kind.TIMELINE})
_CARDS = frozenset({Kind.QUIZ, Kind.CARDS})
_BOOKLETS = frozenset({Kind.READING_LIST, Kind.COURSE, Kind.QUIZ, Kind.CARDS})
_FORMS = (
    Form("md", "text/markdown; charset=utf-8", "markdown"),
    Form("json", "application/json", "plain"),
    Form("apkg", "application/vnd.anki", "anki", _CARDS),
    Form("html", "text/html; charset=utf-8", "page"),
    Form("svg", "image/svg+xml", "picture", _DATED),
    Form("csv", "text/csv; charset=utf-8", "table", _DATED),
    Form("ics", "text/calendar; charset=utf-8", "calendar", _DATED),
    Form("pdf", "application/pdf", "booklet_pdf", _BOOKLETS),
    Form("epub", "application/epub+zip", "booklet_epub", _BOOKLETS),
)


class Writer(Protocol):
    """A module that writes one form."""

    def write(self, study: Study) -> bytes:
        """The whole file."""
        ...


def forms_of(kind: Kind) -> dict[str, Form]:
    """The forms in which a kind can be written, by name."""
    return {form.name: form for form in _FORMS if not form.kinds or kind in form.kinds}


def render(study: Study, form: str) -> bytes:
    """A study written down; raises InvalidValue for a form that its kind does not have."""
    known = forms_of(study.kind)
    if form not in known:
        raise InvalidValue(
            f"A {study.kind} cannot be written as “{form[:20]}”.",
            hint=f"Use one of {', '.join(known)}.", code="unknown_format",
        )  # fmt: skip
    writer = cast("Writer", importlib.import_module(f"lyceum.tutor.study.{known[form].module}"))
    return writer.write(study)
