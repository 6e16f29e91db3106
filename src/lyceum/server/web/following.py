"""What could be asked after an answer: works beside it, and whether the archive has something new to say of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lyceum.errors import LyceumError
from lyceum.library import (
    EXTRACTIVE,
    Block,
    Document,
    Further,
    Library,
    Nearby,
    PartialDate,
    Query,
    Question,
    Scope,
    further,
)

_BESIDE = 12
_HEADINGS = 3


def questions_after(answer: Mapping[str, Any], library: Library, scope: Scope) -> list[str]:
    """Some questions near an answer, each of which the archive answers with something that was not quoted yet."""
    quoted = {(one["document"], one["start"]) for one in answer["citations"]}

    def answers(one: Further) -> bool:
        try:
            told = library.ask(Question(one.question, scope), model=EXTRACTIVE)
        except LyceumError:
            return False
        places = [(citation.document, citation.start) for citation in told.citations]
        return one.document in dict(places) and any(place not in quoted for place in places)

    found = further(answer["question"], nearby(answer, library, scope), answers)
    return [one.question for one in found]


def nearby(answer: Mapping[str, Any], library: Library, scope: Scope) -> list[Nearby]:
    """The works that an answer cites, with the headings around what is cited, then others that a search finds."""
    places: dict[str, list[int]] = {}
    for one in answer["citations"]:
        places.setdefault(one["document"], []).append(one["start"])
    works = [_work(library, library.document(name, scope=scope), starts) for name, starts in places.items()]
    hits = library.search(Query(answer["question"], scope, limit=_BESIDE)).hits
    others = {hit.passage.document.id: hit for hit in hits if hit.passage.document.id not in places}
    return [*works, *(_beside(hit.passage.document, hit.passage.heading) for hit in others.values())]


def headings_around(blocks: Sequence[Block], starts: Sequence[int]) -> list[Block]:
    """The headings next to places of a text, nearest first; not those of the sections that the places stand in."""
    headings = [block for block in blocks if block.kind == "heading"]
    own = {max((n for n, block in enumerate(headings) if block.start <= at), default=-1) for at in starts}
    beside = [block for n, block in enumerate(headings) if n not in own]
    return sorted(beside, key=lambda block: min(abs(block.start - at) for at in starts))[:_HEADINGS]


def _work(library: Library, document: Document, starts: Sequence[int]) -> Nearby:
    around = headings_around(library.blocks(document), starts)
    return _named(document, tuple(library.text(document, block.start, block.end) for block in around), cited=True)


def _beside(document: Document, heading: str | None) -> Nearby:
    return _named(document, (heading,) if heading else (), cited=False)


def _named(document: Document, headings: tuple[str, ...], *, cited: bool) -> Nearby:
    metadata = document.metadata
    date: PartialDate | None = metadata.date
    return Nearby(
        document.id, metadata.title or document.name, metadata.creators, str(date.year) if date else None,
        metadata.language or "und", headings, cited,
    )  # fmt: skip
