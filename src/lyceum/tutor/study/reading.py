"""Makes a reading list: the works on a topic, the easier before the harder and what others speak of before them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from lyceum import text as texts
from lyceum.archive import Document, Passage
from lyceum.tutor.study.material import Task
from lyceum.tutor.study.model import Item, Kind, Lack, Section, Study, Subject
from lyceum.tutor.study.prose import Sentence
from lyceum.tutor.study.statements import is_statement
from lyceum.tutor.study.works import Part, Work, survey
from lyceum.tutor.verify import Citation

_USUAL = 10
_MOST = 40
_PARTS = 4
METHOD = (
    "Easier works stand before harder ones, and a work after those that it speaks of. How hard a text is: LIX (words "
    "a sentence, plus how many of a hundred have more than six letters; Björnsson 1968) plus how many of a hundred "
    "words stand in fewer than one of a thousand passages of the archive. Reading times by IReST (2012)."
)


def make(task: Task) -> Study:
    """The reading list, each work with words of its own that show why it stands there."""
    topic, material = task.topic, task.material
    works = in_order(chosen(task, min(topic.limit or _USUAL, _MOST)))
    items = tuple(item for work in works if (item := _listed(work, works, task)))
    section = Section("reading-list", "Reading list", items, note=METHOD, facts={"minutes": _minutes(items)})
    return Study(
        Kind.READING_LIST, topic.text, material.subject, f"Reading list: {material.name}",
        documents=material.about(), sections=(section,) if items else (),
        lacks=material.lacks() or _lacks(works, items), index_revision=task.readings.revision,
        notice=task.readings.notice, facts={"minutes": _minutes(items)},
    )  # fmt: skip


def _minutes(items: Sequence[Item]) -> int:
    return sum(int(item.facts["minutes"]) for item in items)


def _lacks(works: Sequence[Work], items: Sequence[Item]) -> tuple[Lack, ...]:
    if items and len(works) > 1:
        return ()
    if items:
        return (Lack("one_work", "The archive holds one work on this; there is nothing to put in an order.",
                     "Try a wider topic, or take the course, which goes through its chapters."),)  # fmt: skip
    return (
        Lack("nothing_to_quote", "No sentence of these works stands alone.", "Ask for a guide, or search in them."),
    )


# --- which works -------------------------------------------------------------------------------------------


def chosen(task: Task, most: int) -> list[Work]:
    """The works that say most on a topic, in the reader's language where it has three of them, surveyed."""
    mentions = _mentions(task)
    documents = [d for d in task.material.documents if d.passages]
    own = [d for d in documents if texts.primary(d.metadata.language) == task.material.language]
    if len(own) >= _ENOUGH_OF_ONE_LANGUAGE:
        documents = own
    ranked = sorted(documents, key=lambda d: -_says(d, len(mentions.get(d.id, ()))))[:most]
    return [survey(d, mentions.get(d.id, {}), task.readings, ranked) for d in ranked]


_ENOUGH_OF_ONE_LANGUAGE = 3


def _mentions(task: Task) -> dict[str, dict[str, Passage]]:
    """The passages on a topic, by document; none where whole works are the topic."""
    found: dict[str, dict[str, Passage]] = {}
    if task.material.subject is Subject.WORDS:
        for passage in task.material.passages():
            found.setdefault(passage.document.id, {})[passage.id] = passage
    return found


def _says(document: Document, mentions: int) -> float:
    """How much a work says on a topic: in how many of its passages, and in what part of them."""
    return mentions / (mentions + 10) + mentions / max(20, document.passages)


# --- in which order ----------------------------------------------------------------------------------------


def in_order(works: Sequence[Work]) -> list[Work]:
    """The easiest first of those whose forerunners stand before them; where two wait for each other, the easier."""
    ids = {work.document.id for work in works}
    waiting = {work.document.id: {other for other in work.owes if other in ids} for work in works}
    left = sorted(works, key=lambda work: (work.ease.measure, str(work.document.metadata.date or ""), work.document.id))
    ordered: list[Work] = []
    while left:
        ready = next((work for work in left if not waiting[work.document.id]), left[0])
        left.remove(ready)
        ordered.append(ready)
        for others in waiting.values():
            others.discard(ready.document.id)
    return ordered


# --- an entry ----------------------------------------------------------------------------------------------


def _listed(work: Work, works: Sequence[Work], task: Task) -> Item | None:
    """A work with its own words on the topic and those that show on what it rests; None where nothing can be quoted."""
    said = telling(work.sentences, task.material.terms, 1)
    if not said:
        return None
    before = [other for other in works[: works.index(work)] if other.document.id in work.owes]
    parts = worth_reading(work)
    facts: dict[str, Any] = {
        **described(work),
        "minutes": round(sum(part.minutes for part in parts)),
        "parts": [part_facts(part) for part in parts],
        "after": [{"document": other.document.id, "title": other.document.metadata.title or ""} for other in before],
    }
    return Item("", (*said, *(work.owes[other.document.id] for other in before)), about=work.name, facts=facts)


def described(work: Work) -> dict[str, Any]:
    """A work's place and measures."""
    metadata = work.document.metadata
    return {
        "document": work.document.id, "title": metadata.title or work.document.name,
        "creators": list(metadata.creators), "date": str(metadata.date) if metadata.date else None,
        "language": metadata.language, "whole_minutes": round(work.minutes), "lix": work.ease.lix,
        "rare": work.ease.rare, "level": work.ease.level, "mentions": work.mentions,
    }  # fmt: skip


def part_facts(part: Part) -> dict[str, Any]:
    """A part's place and how long it takes."""
    return {"title": part.title, "pages": part.pages, "start": part.start, "end": part.end,
            "minutes": max(1, round(part.minutes))}  # fmt: skip


def worth_reading(work: Work) -> list[Part]:
    """The few parts of a work that speak most of a topic, in their order; all where the work itself is the topic."""
    speaking = sorted((p for p in work.parts if p.mentions), key=lambda part: -part.mentions)[:_PARTS]
    return sorted(speaking, key=lambda part: part.start) or list(work.parts)


def telling(sentences: Sequence[Sentence], terms: Sequence[str], most: int) -> list[Citation]:
    """The sentences that say most in few words: of the topic, or of what the text speaks of throughout."""
    held = [set(texts.content_terms(sentence.text, sentence.language)) for sentence in sentences]
    common = Counter(term for one in held for term in one)
    weights: Mapping[str, float] = {term: 1.0 for term, _ in common.most_common(_COMMON)}
    ranked = sorted(
        range(len(sentences)), key=lambda n: (-_tells(sentences[n], held[n], terms, weights), sentences[n].source.start)
    )
    cited: list[Citation] = []
    for n in ranked:
        citation = sentences[n].cited()
        if citation and all(citation.exact != other.exact for other in cited):
            cited.append(citation)
        if len(cited) == most:
            break
    return cited


_COMMON = 40
_LENGTHS = range(10, 41)


def _tells(sentence: Sentence, held: set[str], terms: Sequence[str], weights: Mapping[str, float]) -> float:
    words = texts.word_count(sentence.text)
    central = sum(weights.get(term, 0.0) for term in held) / max(12, words)
    spoken = sentence.text.rstrip('"”’»').endswith("?") or sentence.text[0] in '"“„«'
    about = 2 * len(held.intersection(terms)) + 3 * central
    return about + 1.5 * is_statement(sentence) - (words not in _LENGTHS) - 2 * spoken
