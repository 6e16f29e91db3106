"""Writes a study as Markdown, every quotation with a footnote that names its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from lyceum.tutor.study.model import Card, Event, Item, Section, Study
from lyceum.tutor.verify import Citation


def write(study: Study) -> bytes:
    """One Markdown document with footnotes."""
    return ("\n".join(_lines(study)).rstrip() + "\n").encode()


def place(citation: Citation) -> str:
    """Where a citation stands, as a line for people."""
    page = f"p. {citation.page}" if citation.page else f"characters {citation.start}–{citation.end}"
    about = (*citation.creators[:3], citation.title, citation.date or "no date", page)
    return ", ".join(filter(None, about)) + f" ({citation.document or citation.source})"


def _lines(study: Study) -> Iterator[str]:
    numbers = study.numbers()
    yield f"# {_plain(study.title)}\n"
    for lack in study.lacks:
        yield f"> {_plain(lack.message)} {_plain(lack.hint)}\n"
    for section in study.sections:
        yield from _section(section, numbers)
    for event in study.events:
        yield from _event(event, numbers)
    for n, card in enumerate(study.cards, start=1):
        yield from _card(n, card, numbers)
    if numbers:
        yield ""
        for citation, n in numbers.items():
            yield f"[^{n}]: {_plain(place(citation))}"
        yield f"\nEvery quotation was found in its source. {study.notice}"


def _section(section: Section, numbers: Mapping[Citation, int]) -> Iterator[str]:
    yield f"## {_plain(section.title)}\n"
    if section.note:
        yield f"{_plain(section.note)}\n"
    for item in section.items:
        yield _item(item, numbers)
    yield ""


def _item(item: Item, numbers: Mapping[Citation, int]) -> str:
    about = f"**{_plain(item.about)}** " if item.about else ""
    if not item.quoted:
        return f"- {about}{_plain(item.text)}{_marks(item.citations, numbers)}"
    quoted = (f"“{_plain(citation.exact)}”{_marks((citation,), numbers)}" for citation in item.citations)
    return "- " + about + " ".join(filter(None, (_plain(item.text), *quoted)))


def _event(event: Event, numbers: Mapping[Citation, int]) -> Iterator[str]:
    yield f"- **{event.date}** “{_plain(event.text)}”{_marks(event.citations, numbers)}"
    for rival in event.rivals:
        yield f"  - but {rival.date}: “{_plain(rival.citation.exact)}”{_marks((rival.citation,), numbers)}"


def _card(n: int, card: Card, numbers: Mapping[Citation, int]) -> Iterator[str]:
    yield f"{n}. {_plain(card.question)}"
    for other in sorted((card.answer, *card.distractors)) if card.distractors else ():
        yield f"    - {_plain(other)}"
    yield f"\n    Answer: {_plain(card.answer)}{_marks(card.citations, numbers)}\n"


def _marks(citations: Sequence[Citation], numbers: Mapping[Citation, int]) -> str:
    return "".join(f"[^{numbers[citation]}]" for citation in citations)


_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def _plain(text: str) -> str:
    """Text on one line in which Markdown sees no marks of its own."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
