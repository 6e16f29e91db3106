"""Lays a study out as a booklet: chapters of blocks, each with the numbers of its notes, whatever it is printed on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from lyceum.tutor.study.asking import BLANK
from lyceum.tutor.study.model import Card, Item, Section, Study
from lyceum.tutor.verify import Citation


class Style(StrEnum):
    """How a block looks."""

    HEAD = "head"
    TEXT = "text"
    QUOTE = "quote"
    LIST = "list"
    TICK = "tick"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph: its words, how it looks, which notes stand by it, and in which language it is."""

    style: Style
    text: str
    notes: tuple[int, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Chapter:
    """Blocks under a title, which stands in the contents."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Booklet:
    """What is printed: a title, chapters, and the notes by their numbers."""

    title: str
    subtitle: str
    chapters: tuple[Chapter, ...]
    notes: Mapping[int, str]
    colophon: tuple[str, ...]


def lay_out(study: Study) -> Booklet:
    """A study as a booklet; every quotation has a note that names its place."""
    numbers = study.numbers()
    chapters = [*(_chapter(section, study.cards, numbers) for section in study.sections), *_of_cards(study, numbers)]
    return Booklet(
        study.title,
        _subtitle(study),
        tuple(chapters),
        {n: place_of(citation) for citation, n in numbers.items()},
        (*_told(study), "Every quotation was found in its source, letter by letter.", study.notice,
         f"Revision {study.index_revision} of the archive."),
    )  # fmt: skip


def place_of(citation: Citation) -> str:
    """Where a quotation stands: author, title, date, page, and its place in the archive."""
    page = f"p. {citation.page}" if citation.page else f"characters {citation.start}–{citation.end}"
    about = (*citation.creators[:3], citation.title, citation.date or "no date", page)
    return f"{', '.join(filter(None, about))} [{citation.document or citation.source}]"


def duration(minutes: int) -> str:
    """Minutes as people say them."""
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "")))


def _subtitle(study: Study) -> str:
    weeks, minutes = study.facts.get("weeks"), study.facts.get("minutes")
    parts = [f"{weeks} weeks" if weeks else "", f"{duration(int(minutes))} of reading" if minutes else "",
             f"{len(study.cards)} questions" if study.cards and not weeks else ""]  # fmt: skip
    return " · ".join(filter(None, parts))


def _told(study: Study) -> Iterator[str]:
    """How it was made, and what the archive lacks for it."""
    if method := study.facts.get("method"):
        yield str(method)
    for lack in study.lacks:
        yield f"{lack.message} {lack.hint}"


# --- chapters ----------------------------------------------------------------------------------------------

_HEADS = {
    "reading": "Reading",
    "aim": "Aims",
    "passage": "Passages",
    "question": "To discuss",
    "step": "An evening",
    "answer": "Answers",
}


def _chapter(section: Section, cards: Sequence[Card], numbers: Mapping[Citation, int]) -> Chapter:
    blocks: list[Block] = []
    for kind, group in groupby(section.items, key=lambda item: str(item.facts.get("type", ""))):
        if head := _HEADS.get(kind):
            blocks.append(Block(Style.HEAD, head))
        for item in group:
            blocks += _item(kind, item, numbers)
    own = [card for card in cards if "week" in section.facts and card.facts.get("week") == section.facts["week"]]
    if own:
        blocks.append(Block(Style.HEAD, "From memory"))
        blocks += [Block(Style.LIST, str(card.facts["cloze"]), language=card.citations[0].language) for card in own]
    if section.note:
        blocks.append(Block(Style.SMALL, section.note))
    return Chapter(section.title, tuple(blocks))


def _item(kind: str, item: Item, numbers: Mapping[Citation, int]) -> Iterator[Block]:
    """The blocks of one item."""
    notes = _notes(item.citations, numbers)
    if "parts" in item.facts:
        yield from _work(item, numbers)
    elif kind == "step":
        yield Block(Style.LIST, f"{item.facts['minutes']} min. {item.text}")
    elif item.text:
        about = f"{item.about}: " if item.about else ""
        yield Block(Style.LIST, about + item.text, notes)
    else:
        if item.about:
            yield Block(Style.HEAD, item.about)
        yield from _quoted(item.citations, numbers)


def _work(item: Item, numbers: Mapping[Citation, int]) -> Iterator[Block]:
    """A work to read: what it is, its parts to tick off, its own words, and what it rests on."""
    facts = item.facts
    yield Block(Style.TICK, f"{item.about}{', ' + str(facts['date']) if facts.get('date') else ''}")
    measures = (duration(int(facts["minutes"])), str(facts["level"]).replace("_", " "), f"LIX {facts['lix']}",
                f"{facts['rare']} of 100 words rare")  # fmt: skip
    yield Block(Style.SMALL, " · ".join(measures))
    for part in facts["parts"] if len(facts["parts"]) > 1 else ():
        yield Block(Style.TICK, part_line(part), language=str(facts["language"] or "und"))
    if facts.get("type") != "reading":
        yield from _quoted(item.citations[:1], numbers)
    for other, citation in zip(facts.get("after", ()), item.citations[1:], strict=False):
        yield Block(Style.SMALL, f"Read after {other['title']}, of which it speaks:")
        yield from _quoted((citation,), numbers)


def part_line(part: Mapping[str, Any]) -> str:
    """A part by its title, pages and how long it takes."""
    pages = f"pp. {part['pages']}" if part["pages"] else ""
    return ", ".join(filter(None, (str(part["title"]), pages, duration(int(part["minutes"])))))


def _quoted(citations: Sequence[Citation], numbers: Mapping[Citation, int]) -> Iterator[Block]:
    for citation in citations:
        words = " ".join(citation.exact.split())
        yield Block(Style.QUOTE, f"“{words}”", _notes((citation,), numbers), citation.language)


def _notes(citations: Sequence[Citation], numbers: Mapping[Citation, int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers[citation] for citation in citations))


# --- questions ---------------------------------------------------------------------------------------------


def _of_cards(study: Study, numbers: Mapping[Citation, int]) -> Iterator[Chapter]:
    """Questions on their own pages, the answers on others; those of a course stand in its weeks."""
    if not study.cards or study.sections:
        return
    asked: list[Block] = []
    for n, card in enumerate(study.cards, start=1):
        asked.append(Block(Style.TEXT, f"{n}. {card.facts.get('cloze', card.question)}",
                           language=card.citations[0].language))  # fmt: skip
        asked += [Block(Style.TICK, option) for option in card.facts.get("options", ())]
    answers = [Block(Style.LIST, f"{n}. {_answered(card)}", _notes(card.citations, numbers))
               for n, card in enumerate(study.cards, start=1)]  # fmt: skip
    yield Chapter("Questions", tuple(asked))
    yield Chapter("Answers", tuple(answers))


def _answered(card: Card) -> str:
    """The key, and the sentence that states it."""
    return f"{card.answer}. “{str(card.facts.get('cloze', '')).replace(BLANK, card.answer)}”"
