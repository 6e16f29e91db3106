"""Makes a study guide: what it is about, key passages, names and terms, questions, other voices, what to read on."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lyceum import text as texts
from lyceum.archive import Passage
from lyceum.search import Mode, Query
from lyceum.tutor.answering import inverse_frequencies
from lyceum.tutor.study.glossary import Glossary, Mention
from lyceum.tutor.study.material import Task, named, one_edition_each
from lyceum.tutor.study.model import Item, Kind, Lack, Section, Study, Subject
from lyceum.tutor.study.prose import Sentence, sentences_of
from lyceum.tutor.study.questions import question_on
from lyceum.tutor.study.stance import leaning
from lyceum.tutor.verify import Citation

_STRETCHES = 12
_SALIENT = 60
_CANDIDATES = 400
_SHORTEST, _LONGEST = 8, 45
_KEPT_A_STRETCH = 6
_ABOUT, _NAMES, _QUESTIONS, _OPPOSING, _FURTHER = 4, 15, 8, 4, 8
_ALIKE = 0.5


def make(task: Task) -> Study:
    """The guide to a topic; see `lyceum.tutor.study.making.Maker`."""
    material = task.material
    read = _read(task)
    sections = tuple(section for section in _sections(task, read) if section.items)
    lacks = material.lacks() or tuple(_lacks(sections))
    return Study(
        kind=Kind.GUIDE, topic=task.topic.text, subject=material.subject, title=f"Study guide: {material.name}",
        documents=material.about(), sections=sections, lacks=lacks,
        index_revision=task.readings.revision, notice=task.readings.notice,
    )  # fmt: skip


def _lacks(sections: Sequence[Section]) -> Iterator[Lack]:
    made = {section.id for section in sections}
    if "passages" not in made:
        yield Lack("no_prose", "No whole sentence of prose could be taken from it.", "Look at the text itself.")
    for name, missing in _MISSING.items():
        if made and name not in made:
            yield Lack(f"no_{name}", missing, "That is what these holdings give.")


_MISSING = {
    "people": "No persons were found by name.",
    "questions": "No sentence gives ground for a question.",
    "opposing": "No other author here speaks against it in words that could be told apart.",
    "further": "The archive holds nothing else close to it.",
}


# --- reading -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rated:
    sentence: Sentence
    score: float
    words: frozenset[str]


@dataclass(slots=True)
class _Read:
    """What two readings of the material leave: its telling words, its best sentences by stretch, who is named."""

    weights: Mapping[str, float] = field(default_factory=dict)
    wanted: frozenset[str] = frozenset()
    stretches: list[list[_Rated]] = field(default_factory=list)
    asking: list[Sentence] = field(default_factory=list)
    glossary: Glossary = field(default_factory=Glossary)

    def best(self) -> list[_Rated]:
        return sorted((rated for stretch in self.stretches for rated in stretch), key=lambda r: -r.score)


def _read(task: Task) -> _Read:
    counts: Counter[str] = Counter()
    total = 0
    for passage in task.material.passages():
        counts.update(texts.content_terms(passage.text, passage.language))
        total += 1
    if not total:
        return _Read()
    read = _Read(weights=_telling(counts, task), wanted=frozenset(task.material.terms))
    places = _Places(task, total)
    for n, passage in enumerate(task.material.passages()):
        read.glossary.read(passage)
        for sentence in sentences_of(passage):
            _rate(sentence, places.of(n, passage), read)
    return read


def _telling(counts: Counter[str], task: Task) -> dict[str, float]:
    """The words that tell of what it is about: frequent here, rarer in the archive, with their weights."""
    likely = [term for term, count in counts.most_common(_CANDIDATES) if not term.isdigit() and len(term) > 2]
    rare = inverse_frequencies(*task.readings.frequencies(likely))
    scored = {term: math.sqrt(counts[term]) * rare[term] for term in likely}
    best = sorted(scored, key=lambda term: -scored[term])[:_SALIENT]
    most = max((scored[term] for term in best), default=1.0)
    return {term: scored[term] / most for term in best} | dict.fromkeys(task.material.terms, 1.0)


class _Places:
    """Parts the material into stretches: of one work by place, of many by work."""

    def __init__(self, task: Task, total: int) -> None:
        self._total, self._works = total, len(task.material.documents)
        self._numbers: dict[str, int] = {}

    def of(self, n: int, passage: Passage) -> int:
        if self._works > _FEW_WORKS:
            return self._numbers.setdefault(passage.document.id, len(self._numbers))
        return n * min(_STRETCHES, self._total) // self._total


_FEW_WORKS = 3


def _rate(sentence: Sentence, stretch: int, read: _Read) -> None:
    while len(read.stretches) <= stretch:
        read.stretches.append([])
    if sentence.text.rstrip('"”’»').endswith("?"):
        if len(read.asking) < _CANDIDATES:
            read.asking.append(sentence)
        return
    count = texts.word_count(sentence.text)
    if not _SHORTEST <= count <= _LONGEST or _UNFIT.search(sentence.text):
        return
    words = frozenset(texts.content_terms(sentence.text, sentence.language))
    if not read.wanted <= words:
        return
    score = sum(read.weights.get(word, 0.0) for word in words) / count**0.5
    if _DEFINES.search(sentence.text):
        score *= 1.15
    kept = read.stretches[stretch]
    kept.append(_Rated(sentence, score, words))
    if len(kept) > 4 * _KEPT_A_STRETCH:
        kept.sort(key=lambda rated: -rated.score)
        del kept[_KEPT_A_STRETCH:]


# Dialogue, figures and the writer's own dealings tell little of what a work is about.
_UNFIT = re.compile(r"^[\"“„«‘']|[!?]|\d[\d.,]*\D+\d[\d.,]*\D+\d|\b(?:I|my|me|ich|mein\w*|je|mon|ma|yo)\b|;.*;.*;")
_DEFINES = re.compile(r"^\W*(?:\w+\W+){1,8}?(?:is|are|means|consists?|was|were|ist|sind|bedeutet|est|sont|es|son)\b")


# --- sections ----------------------------------------------------------------------------------------------


def _sections(task: Task, read: _Read) -> Iterator[Section]:
    chosen = _key(read, task.material.subject)
    leading = sorted(read.best(), key=lambda rated: -rated.score * _leads(rated))
    about = _apart((rated for rated in leading if rated not in chosen), _ABOUT, chosen)
    yield Section("about", "What it is about", _quoted(sorted(about, key=_order)))
    yield Section("passages", "Key passages, in order", tuple(_headed(chosen, task.material.subject)))
    for name, title, mentions in read.glossary.sections(_NAMES):
        yield Section(name, title, tuple(map(_mention, mentions)), "Each with where it first appears.")
    yield Section("questions", "Questions for discussion", tuple(_questions(read, chosen)))
    others = _others(task, read, chosen)
    yield Section("opposing", "Opposing readings", tuple(_opposing(read, others)), _BY_WORDS)
    yield Section("further", "Further reading", tuple(_further(others)))


_BY_WORDS = "Paired by words of praise and blame on the same things; whether they answer each other is yours to judge."


_LEADING = re.compile(
    r"introduct|preface|foreword|prologue|conclusion|summary|lessons|purpose|einleitung|vorwort|schluß|schluss|préface|"
    r"avant-propos|prólogo|prefacio",
    re.IGNORECASE,
)


def _leads(rated: _Rated) -> float:
    """What a sentence gains by standing where works say what they are about."""
    passage = rated.sentence.passage
    early = passage.start < passage.document.characters / 15
    return 1.0 + 0.4 * bool(_LEADING.search(passage.heading.split(" › ")[-1])) + 0.2 * early


def _order(rated: _Rated) -> tuple[str, str, int]:
    passage = rated.sentence.passage
    return (str(passage.document.metadata.date or "9"), passage.document.id, passage.start + rated.sentence.start)


def _key(read: _Read, subject: Subject) -> list[_Rated]:
    """The best sentence of each stretch, none much like one before it, in order."""
    chosen: list[_Rated] = []
    stretches = [sorted(stretch, key=lambda rated: -rated.score) for stretch in read.stretches if stretch]
    if subject is not Subject.DOCUMENT:
        stretches.sort(key=lambda stretch: -stretch[0].score)
    for stretch in stretches[:_STRETCHES]:
        chosen += _apart(stretch, 1, chosen)
    return sorted(chosen, key=_order) if subject is not Subject.DOCUMENT else chosen


def _apart(rated: Iterable[_Rated], most: int, beside: Sequence[_Rated] = ()) -> list[_Rated]:
    """The first few that share less than half their words with each other and with those beside them."""
    found: list[_Rated] = []
    for one in rated:
        if len(found) == most:
            break
        if all(_shared(one.words, other.words) < _ALIKE for other in (*found, *beside)) and one.sentence.cited():
            found.append(one)
    return found


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _quoted(rated: Iterable[_Rated]) -> tuple[Item, ...]:
    return tuple(Item("", (citation,)) for one in rated if (citation := one.sentence.cited()))


def _headed(rated: Sequence[_Rated], subject: Subject) -> Iterator[Item]:
    """The passages of one work under the headings of its parts, each of which is said once."""
    above = ""
    for one in rated:
        passage = one.sentence.passage
        part = passage.heading.split(" › ")[-1].strip().rstrip(".:")
        title = passage.document.metadata.title or ""
        about = part if subject is Subject.DOCUMENT and len(part) <= _LONGEST_HEADING else ""
        if citation := one.sentence.cited():
            yield Item("", (citation,), about if about.casefold() not in (title.casefold(), above) else "")
            above = about.casefold()


_LONGEST_HEADING = 70


def _mention(mention: Mention) -> Item:
    page = f" on page {mention.citation.page}" if mention.citation.page else ""
    often = "once" if mention.count == 1 else f"{mention.count} times"
    facts = {"mentions": mention.count, "page": mention.citation.page}
    return Item(
        f"named {often}, first{page} in {mention.citation.title}",
        (mention.citation,),
        mention.name,
        facts,
        quoted=False,
    )


def _questions(read: _Read, chosen: Sequence[_Rated]) -> Iterator[Item]:
    """Questions on what is argued in the text, and some that it asks itself."""
    asked: set[str] = set()
    items: list[Item] = []
    for one in (*chosen, *read.best()):
        made = question_on(one.sentence.text, one.sentence.language)
        if made and made not in asked and (citation := one.sentence.cited()):
            asked.add(made)
            items.append(Item(made, (citation,)))
    own = [s for s in read.asking if _SHORTEST <= texts.word_count(s.text) <= _LONGEST]
    own.sort(key=lambda s: -sum(read.weights.get(w, 0) for w in texts.content_terms(s.text, s.language)))
    yield from items[: _QUESTIONS - 2]
    yield from (Item("", (cited,), "The text itself asks") for s in own[:2] if (cited := s.cited()))


# --- other works -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Other:
    """What another work says of the same: its sentences, best first."""

    rated: tuple[_Rated, ...]


def _others(task: Task, read: _Read, chosen: Sequence[_Rated]) -> list[_Other]:
    """The other works that speak of the same, the closest first; those that are quoted as key passages are none."""
    telling = sorted(read.weights, key=lambda term: -read.weights[term])[:_MOST_ASKED]
    if not telling:
        return []
    topic, material = task.topic, task.material
    own = {rated.sentence.passage.document.id for rated in chosen}
    own |= set() if material.terms else {document.id for document in material.documents}
    for document in material.documents[:_FEW_WORKS]:
        own |= {other.id for other in task.readings.editions(document, topic.scope)}
    words = material.name if material.terms else " ".join(telling)
    found: dict[str, list[Passage]] = {}
    for hit in task.readings.search(Query(words, topic.scope, topic.filter, mode=Mode.LEXICAL, limit=_LOOKED_AT)).hits:
        passages = found.setdefault(hit.passage.document.id, [])
        if hit.passage.document.id not in own and len(passages) < _EACH:
            passages.append(hit.passage)
    works = one_edition_each(
        [passages[0].document for passages in found.values() if passages], task.readings, topic.scope
    )
    others = (_other(found[work.id], read) for work in works[: 3 * _FURTHER])
    return [one for one in others if one.rated]


_MOST_ASKED, _LOOKED_AT, _EACH = 8, 600, 6


def _other(passages: Sequence[Passage], read: _Read) -> _Other:
    rated = []
    for passage in passages:
        for sentence in sentences_of(passage):
            words = frozenset(texts.content_terms(sentence.text, sentence.language))
            if not _UNFIT.search(sentence.text) and read.wanted <= words and len(words & read.weights.keys()) > 1:
                score = sum(read.weights.get(word, 0.0) for word in words) / (len(words) + 5)
                rated.append(_Rated(sentence, score, words))
    return _Other(tuple(sorted(rated, key=lambda one: -one.score)[:_EACH]))


def _opposing(read: _Read, others: Sequence[_Other]) -> Iterator[Item]:
    """Pairs of sentences on the same things that lean opposite ways, by two authors."""
    mine = _leaning(read.best()[:_CANDIDATES])
    theirs = _leaning([one for other in others for one in other.rated]) + (mine if read.wanted else [])
    pairs = [
        (common + (abs(here) + abs(there)) / 4, one.sentence, other.sentence)
        for one, here in mine for other, there in theirs
        if here * there < 0 and abs(here) + abs(there) >= _APART and _by_others(one.sentence, other.sentence)
        and (common := _common(one, other, read)) >= _IN_COMMON
    ]  # fmt: skip
    pairs.sort(key=lambda pair: (-pair[0], pair[1].passage.id, pair[1].start))
    used: set[str] = set()
    for _, here_said, there_said in pairs:
        works = {_place(here_said), _place(there_said)}
        if len(used) < 2 * _OPPOSING and not works & used and (citations := _both(here_said, there_said)):
            used |= works
            yield Item("", citations, " · ".join(map(_family, citations)))


_IN_COMMON, _APART = 1.0, 2


# Who argues says how things are or ought to be; who tells what happened takes no side by the words for it.
_ARGUES = re.compile(
    r"\b(?:is|are|must|should|ought|can|cannot|will|never|ist|sind|muß|muss|müssen|soll|kann|können|wird|est|sont|doit|"
    r"doivent|peut|faut|es|son|debe|deben|puede)\b"
)
_TELLS = re.compile(
    r"\b(?:was|were|had|did|war|waren|wurde\w*|hatte\w*|était|étaient|fut|furent|era|eran|fue|fueron)\b"
)


def _leaning(rated: Iterable[_Rated]) -> list[tuple[_Rated, int]]:
    argued = (one for one in rated if _ARGUES.search(one.sentence.text) and not _TELLS.search(one.sentence.text))
    found = ((one, leaning(one.sentence.text, one.sentence.language)) for one in argued)
    return [(one, way) for one, way in found if way]


def _common(one: _Rated, other: _Rated, read: _Read) -> float:
    """How telling the words are that two sentences share; of one word alone nothing is told."""
    shared = one.words & other.words & read.weights.keys()
    return sum(read.weights[word] for word in shared) if len(shared) > 1 or read.wanted else 0.0


def _place(sentence: Sentence) -> str:
    return f"{sentence.passage.id} {sentence.start}"


def _by_others(one: Sentence, other: Sentence) -> bool:
    mine, theirs = one.passage.document, other.passage.document
    return mine.id != theirs.id and not set(mine.metadata.creators) & set(theirs.metadata.creators)


def _both(one: Sentence, other: Sentence) -> tuple[Citation, ...]:
    citations = (one.cited(), other.cited())
    return tuple(c for c in citations if c) if all(citations) else ()


def _family(citation: Citation) -> str:
    return citation.creators[0].split(",")[0] if citation.creators else citation.title


def _further(others: Sequence[_Other]) -> Iterator[Item]:
    for other in others[:_FURTHER]:
        best = other.rated[0].sentence
        near = named(best.passage.document)
        if citation := best.cited():
            about = ", ".join(filter(None, (*near.creators[:2], near.title, near.date)))
            yield Item("", (citation,), about, {"document": near.document})
