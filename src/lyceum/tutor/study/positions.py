"""Shows how an author or a publication spoke of a subject over the years, and where two statements contradict."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from lyceum import text as texts
from lyceum.tutor.conflicts import Conflict, contradicts
from lyceum.tutor.conflicts import Kind as Difference
from lyceum.tutor.study.material import Task, gather
from lyceum.tutor.study.model import Item, Kind, Lack, Section, Study
from lyceum.tutor.study.prose import Sentence, sentences_of
from lyceum.tutor.study.stance import leaning

_EACH_YEAR = 3
_MOST, _MOST_COMPARED = 60, 400
_SHARED, _FEWEST_SHARED = 0.6, 3
_OF_A_POSITION = frozenset({Difference.NEGATION, Difference.DIRECTION, Difference.ORDER})
_SPLIT = re.compile(r"\s*(?P<who>.+?)\s+(?:on|about|über|zu|sur|sobre)\s+(?P<what>.+)", re.IGNORECASE)


def make(task: Task) -> Study:
    """What was said, by year; see `lyceum.tutor.study.making.Maker`.

    Who spoke is the author or collection of the filter, or stands before “on”: “Debs on the ballot”.
    """
    asked, task = task.topic.text, _with_speaker(task)
    statements = sorted(_statements(task), key=_in_time)
    kept = sorted(_best_each_year(statements)[: task.topic.limit or _MOST], key=_in_time)
    sections = tuple(s for s in (_said(kept), _contradictions(statements)) if s.items)
    return Study(
        kind=Kind.POSITIONS, topic=asked, subject=task.material.subject, title=_title(task),
        documents=task.material.about(), sections=sections, lacks=tuple(_lacks(task, sections)),
        index_revision=task.readings.revision, notice=task.readings.notice,
    )  # fmt: skip


def _with_speaker(task: Task) -> Task:
    """The task with the author that its topic names taken as its filter."""
    wanted = task.topic.filter
    match = _SPLIT.fullmatch(task.topic.text)
    if wanted.author or wanted.collection or not match:
        return task
    theirs = replace(wanted, author=match["who"])
    if not task.readings.documents(theirs, task.topic.scope):
        return task
    topic = replace(task.topic, text=f"words:{match['what']}", filter=theirs)
    return replace(task, topic=topic, material=gather(topic, task.readings))


def _title(task: Task) -> str:
    wanted = task.topic.filter
    who = wanted.author or wanted.collection
    return f"{who} on {task.material.name}" if who else f"Positions: {task.material.name}"


def _lacks(task: Task, sections: Sequence[Section]) -> Iterator[Lack]:
    if missing := task.material.lacks():
        yield from missing
        return
    made = {section.id for section in sections}
    if "said" not in made:
        yield Lack("no_statements", "No whole statement on this has a dated source.", "Look at `lyceum search`.")
    elif "contradictions" not in made:
        yield Lack(
            "no_contradictions", "No two statements here contradict each other in words that could be compared.",
            "A change of mind may be said in other words; read the years beside each other.",
        )  # fmt: skip
    if not (task.topic.filter.author or task.topic.filter.collection):
        yield Lack("no_speaker", "No author or publication was named.", "Name one with --author or --collection.")


# --- what was said -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Statement:
    sentence: Sentence
    date: str
    weight: float
    words: frozenset[str]


def _in_time(one: _Statement) -> tuple[str, str, int]:
    passage = one.sentence.passage
    return (one.date, passage.document.id, passage.start + one.sentence.start)


def _statements(task: Task) -> Iterator[_Statement]:
    wanted = frozenset(task.material.terms)
    for passage in task.material.passages():
        date = passage.document.metadata.date
        for sentence in sentences_of(passage) if date else ():
            words = frozenset(texts.content_terms(sentence.text, sentence.language))
            if wanted <= words and not sentence.text.rstrip('"”’»').endswith("?"):
                yield _Statement(sentence, str(date), _weight(sentence), words)


_HOLDS = re.compile(
    r"\b(?:is|are|must|should|ought|can|cannot|will|never|always|only|every|ist|sind|muß|muss|müssen|soll\w*|kann|können|"
    r"nie|immer|est|sont|doit|doivent|faut|jamais|toujours|es|son|debe\w*|puede\w*|nunca|siempre)\b"
)


def _weight(sentence: Sentence) -> float:
    """How much of a position a sentence states: holds that something is or ought to be, praises or blames, is short."""
    lean = min(4, abs(leaning(sentence.text, sentence.language)))
    return 2.0 * bool(_HOLDS.search(sentence.text)) + lean - max(0, texts.word_count(sentence.text) - 30) / 15


def _best_each_year(statements: Sequence[_Statement]) -> list[_Statement]:
    by_year: dict[str, list[_Statement]] = {}
    for one in sorted(statements, key=lambda s: -s.weight):
        said = by_year.setdefault(one.date[:4], [])
        if len(said) < _EACH_YEAR and all(len(one.words & other.words) * 2 < len(one.words) for other in said):
            said.append(one)
    ranks = zip(*(said + [None] * (_EACH_YEAR - len(said)) for said in by_year.values()), strict=True)
    return [one for rank in ranks for one in rank if one]


def _said(kept: Sequence[_Statement]) -> Section:
    items = tuple(
        Item("", (citation,), one.date, {"date": one.date})
        for one in kept if (citation := one.sentence.cited())
    )  # fmt: skip
    return Section("said", "What was said, by year", items, "Under the dates of the works, which may be later.")


# --- contradictions ----------------------------------------------------------------------------------------


def _contradictions(statements: Sequence[_Statement]) -> Section:
    likely = sorted(statements, key=lambda s: -s.weight)[:_MOST_COMPARED]
    items = []
    for one, other in combinations(sorted(likely, key=_in_time), 2):
        if one.sentence.passage.document.id != other.sentence.passage.document.id and (found := _conflict(one, other)):
            citations = (one.sentence.cited(), other.sentence.cited())
            if both := tuple(citation for citation in citations if citation)[:2]:
                facts = {"difference": found.kind.value, "words": [found.claim, found.evidence]}
                items += [Item("", both, f"{one.date} · {other.date}", facts)] if len(both) == len(citations) else []
    return Section("contradictions", "Contradictions", tuple(items[:_MOST]), "Each with the words of both sides.")


def _conflict(one: _Statement, other: _Statement) -> Conflict | None:
    """How two statements in one language contradict; a difference in numbers or dates is no change of position."""
    shared = len(one.words & other.words)
    language = one.sentence.language
    if shared < max(_FEWEST_SHARED, _SHARED * min(len(one.words), len(other.words))):
        return None
    if language != other.sentence.language:
        return None
    found = contradicts(one.sentence.text, other.sentence.text, language)
    return found if found and found.kind in _OF_A_POSITION else None
