"""Makes a timeline: events with the dates that the text states, in the words of their sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lyceum import text as texts
from lyceum.archive import Document, Passage
from lyceum.tutor.study.dates import Stated, may_state, stated_dates
from lyceum.tutor.study.material import Task
from lyceum.tutor.study.model import Dated, Event, Kind, Lack, Rival, Study, Subject
from lyceum.tutor.study.names import names_in
from lyceum.tutor.study.prose import Sentence, sentences_of

MOST_EVENTS = 150
_MOST_DATES = 3
_MOST_SOURCES = 4


def make(task: Task) -> Study:
    """The dated events of a topic as time went; see `lyceum.tutor.study.making.Maker`."""
    material = task.material
    told = _joined(_told(task))
    best = sorted(told, key=lambda one: -one.weight)[: task.topic.limit or MOST_EVENTS]
    events = tuple(event for one in sorted(best, key=_in_time) if (event := _event(one)))
    lacks = material.lacks() or (() if events else (_UNDATED,))
    return Study(
        kind=Kind.TIMELINE, topic=task.topic.text, subject=material.subject, title=f"Timeline: {material.name}",
        documents=material.about(), events=events, lacks=lacks,
        index_revision=task.readings.revision, notice=task.readings.notice,
    )  # fmt: skip


_UNDATED = Lack("no_dates", "No sentence on this states a date.", "Widen the topic, or study its guide instead.")


@dataclass(slots=True)
class _Telling:
    """A sentence that tells of something dated, with those that tell the same and those that date it otherwise."""

    sentence: Sentence
    stated: Stated
    words: frozenset[str]
    names: frozenset[str]
    weight: float
    same: list[_Telling] = field(default_factory=list)
    rivals: list[_Telling] = field(default_factory=list)

    @property
    def document(self) -> str:
        return self.sentence.passage.document.id


def _in_time(one: _Telling) -> tuple[str, int, int]:
    return (one.stated.date.first.isoformat(), one.stated.days, one.sentence.passage.start)


def _event(one: _Telling) -> Event | None:
    citation = one.sentence.cited()
    if citation is None:
        return None
    others = [cited for other in one.same[: _MOST_SOURCES - 1] if (cited := other.sentence.cited())]
    rivals = [Rival(r.stated.date, cited) for r in one.rivals[:_MOST_SOURCES] if (cited := r.sentence.cited())]
    printed = one.sentence.text[one.stated.start : one.stated.end]
    return Event(one.stated.date, printed, citation.exact, (citation, *others), tuple(rivals))


# --- what is told ------------------------------------------------------------------------------------------


def _told(task: Task) -> Iterator[_Telling]:
    whole = task.material.subject is not Subject.WORDS
    for passage in task.material.passages():
        if may_state(passage.text) and (task.material.subject is Subject.DOCUMENT or not is_fiction(passage.document)):
            yield from _told_in(passage, () if whole else task.material.terms)


def _told_in(passage: Passage, terms: Sequence[str]) -> Iterator[_Telling]:
    for sentence in sentences_of(passage):
        if not may_state(sentence.text) or _CITES.search(sentence.text):
            continue
        language = sentence.language
        words = texts.terms(sentence.text, language)
        if terms and not set(terms) & {*words, *texts.plain_terms(sentence.text)}:
            continue
        if stated := _of_the_event(sentence, _latest(passage.document), terms):
            content = frozenset(w for w in texts.content_terms(sentence.text, language) if not w.isdigit())
            names = frozenset(" ".join(texts.plain_terms(name)) for name in names_in(sentence.text, language))
            yield _Telling(sentence, stated, content, names, _weight(sentence, stated, terms))


# A reference to a book or a report has a date too, but tells of nothing.
_CITES = re.compile(
    r"\b(?:pp?|vol|vols|op|cit|ibid|ed|edn|loc|art|sec|chap|fig|S|Bd|Nr|t|tome)\.\s*(?:\d|[ivxlc]+\b|cit)|\bibid(?:em)?\b|"
    r"\breprinted\b|\b(?:dispatches|Bulletin|Journal|Times|Tribune|Leaflet|Gazette|Herald|Report)[,.]? (?:No|Jan|"
    r"Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|"
    r"\b(?:New York|London|Boston|Chicago|Berlin|Leipzig|Paris|Stuttgart),\s*\(?1[6-9]\d\d\)?[.;)]",
)  # fmt: skip
_FICTION = re.compile(r"novel|fiction|stories|story|tale|roman|poe(?:m|try)|drama|play", re.IGNORECASE)


def is_fiction(document: Document) -> bool:
    """Whether a document is said to tell what never happened."""
    return bool(_FICTION.search(document.metadata.kind or ""))


def _latest(document: Document) -> int:
    """The last year of which a document can tell as past."""
    dates = (document.metadata.date, document.metadata.edition_date)
    return max((date.last.year for date in dates if date), default=9999)


def _of_the_event(sentence: Sentence, latest: int, terms: Sequence[str]) -> Stated | None:
    """The date of what a sentence tells: that nearest to the topic, the more exact where two are near."""
    stated = [one for one in stated_dates(sentence.text) if one.date.last.year <= latest]
    if not stated or len(stated) > _MOST_DATES:
        return None
    places = _places(sentence, terms)
    return min(stated, key=lambda one: (_distance(one, places) + _INEXACT * (one.days > 1), one.start))


_INEXACT = 40


def _places(sentence: Sentence, terms: Sequence[str]) -> list[int]:
    wanted = set(terms)
    return [
        start for start, _, word in texts.located_words(sentence.text)
        if texts.stem(word, sentence.language) in wanted or texts.unaccent(word) in wanted
    ]  # fmt: skip


def _distance(stated: Stated, places: Sequence[int]) -> int:
    return min((min(abs(stated.start - at), abs(at - stated.end)) for at in places), default=stated.start)


def _weight(sentence: Sentence, stated: Stated, terms: Sequence[str]) -> float:
    """How well a sentence tells an event: an exact date, near the topic, who and where, not too long."""
    exact = 3.0 if stated.days == 1 else 2.0 if stated.days <= _MONTH else 1.0
    near = max(0.0, 1.0 - _distance(stated, _places(sentence, terms)) / 120)
    named = min(3, len(list(names_in(sentence.text, sentence.language)))) / 2
    long = max(0, texts.word_count(sentence.text) - 35) / 25
    return exact + near + named - long + bool(_ADVERBIAL.search(sentence.text[: stated.start]))


_MONTH = 31
_ADVERBIAL = re.compile(
    r"\b(?:on|in|am|im|le|en|el|during|early in|late in)\s+(?:the\s+)?(?:\w+\s+){0,3}$", re.IGNORECASE
)


# --- across sources ----------------------------------------------------------------------------------------


def _joined(told: Iterable[_Telling]) -> list[_Telling]:
    """The tellings with those of one event as one; each that dates it otherwise stands beside it."""
    events: list[_Telling] = []
    by_year: dict[int, list[_Telling]] = {}
    by_name: dict[str, list[_Telling]] = {}
    for one in sorted(told, key=lambda t: -t.weight):
        years = {one.stated.date.first.year, one.stated.date.last.year}
        if any(_tells_the_same(one, other) for year in years for other in by_year.get(year, ())):
            continue
        namesakes = {id(other): other for name in one.names for other in by_name.get(name, ())}.values()
        if any(_dates_otherwise(one, other) for other in namesakes):
            continue
        events.append(one)
        for year in years:
            by_year.setdefault(year, []).append(one)
        for name in one.names:
            by_name.setdefault(name, []).append(one)
    return events


def _tells_the_same(one: _Telling, other: _Telling) -> bool:
    """Joins a telling to an event of the same date with most of the same words."""
    if not _meets(one.stated.date, other.stated.date) or _shared(one, other) < _ALIKE:
        return False
    other.same.append(one)
    return True


def _dates_otherwise(one: _Telling, other: _Telling) -> bool:
    """Joins a telling of another source to an event that it tells in nearly the same words under another date."""
    apart = not _meets(one.stated.date, other.stated.date)
    if not apart or one.document == other.document or len(one.names & other.names) < _FEWEST_NAMES:
        return False
    if _shared(one, other) < _NEARLY_THE_SAME:
        return False
    other.rivals.append(one)
    return True


_ALIKE, _NEARLY_THE_SAME, _FEWEST_NAMES = 0.5, 0.6, 2


def _meets(one: Dated, other: Dated) -> bool:
    return one.first <= other.last and other.first <= one.last


def _shared(one: _Telling, other: _Telling) -> float:
    return len(one.words & other.words) / max(1, min(len(one.words), len(other.words)))
