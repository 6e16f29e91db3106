"""Makes questions of the statements of a material: a gap in a quoted sentence, its key, and what could stand there.

Whatever could also be true by the archive is no distractor: one that stands in the passage, in a passage that says
much the same, beside the key elsewhere, or that a word such as “more than” would let pass.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lyceum import text as texts
from lyceum.archive import Passage
from lyceum.search import Mode, Query
from lyceum.tutor import opposites
from lyceum.tutor.model import Source
from lyceum.tutor.study.gaps import ONES, TENS, Asks, Gap, Names, gaps
from lyceum.tutor.study.material import Material, Readings, Task, cite
from lyceum.tutor.study.model import Card, Topic
from lyceum.tutor.study.prose import Sentence
from lyceum.tutor.study.statements import statements
from lyceum.tutor.times import month

MOST_PASSAGES = 1_200
"""Of a larger material so many passages are read, evenly spread."""
DISTRACTORS = 3
BLANK = "_____"
_EACH_PASSAGE = (1, 4)
_LIKE_IT = 12
_SAYS_MUCH_THE_SAME = 0.34
_NEAR = 160
_LEADS = {
    Asks.YEAR: "Which year is missing?",
    Asks.NUMBER: "Which number is missing?",
    Asks.PERSON: "Who is missing?",
    Asks.PLACE: "Which place is missing?",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A statement with what may be left out of it; offsets of the statement are into its source's text."""

    source: Source
    start: int
    end: int
    gap: Gap
    on_topic: bool
    worth: float

    @property
    def sentence(self) -> str:
        """Its words."""
        return self.source.text[self.start : self.end]


@dataclass(slots=True)
class Pool:
    """What can be asked of a material, and what stands where in it."""

    texts: list[str] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    known: dict[Asks, Counter[Gap]] = field(default_factory=lambda: defaultdict(Counter))
    where: dict[str, set[str | None]] = field(default_factory=lambda: defaultdict(set))


def pool(material: Material) -> Pool:
    """The statements of a material that can be asked about."""
    passages = _spread(material.passages(), MOST_PASSAGES)
    names = Names.of((passage.text, passage.language) for passage in passages)
    found = Pool(texts=[passage.text for passage in passages])
    topic = set(material.terms)
    for sentence in (sentence for passage in passages for sentence in statements(passage)):
        for gap in gaps(sentence.text, sentence.language, names):
            found.known[gap.asks][Gap(gap.asks, 0, 0, gap.text, gap.form, gap.value)] += 1
            found.where[gap.text].add(sentence.source.document)
            if _is_asked_fairly(sentence.source, sentence.text, gap):
                found.candidates.append(_candidate(sentence, gap, topic))
    return found


def questions(task: Task, *, limit: int, with_distractors: bool) -> Iterator[Card]:
    """Questions, the kinds of thing asked for in turn; one of a passage first, more where the archive is small."""
    found = pool(task.material)
    asked: Counter[str] = Counter()
    tried: set[str] = set()
    made = 0
    for most in _EACH_PASSAGE:
        for candidate in _in_turn(found.candidates):
            words = " ".join(texts.plain_terms(candidate.sentence))
            if made == limit or asked[candidate.source.id] >= most or words in tried:
                continue
            card = _card(candidate, found, task, with_distractors=with_distractors)
            if card:
                tried.add(words)
                asked[candidate.source.id] += 1
                made += 1
                yield card


# --- what is asked -----------------------------------------------------------------------------------------


def _spread(passages: Iterable[Passage], most: int) -> list[Passage]:
    """All, or every second, or every third and so on: no more than twice as many are held at a time."""
    kept: list[Passage] = []
    step = 1
    for n, passage in enumerate(passages):
        if n % step == 0:
            kept.append(passage)
        if len(kept) > 2 * most:
            kept, step = kept[::2], 2 * step
    return kept[:: 2 if len(kept) > most else 1]


def _is_asked_fairly(source: Source, sentence: str, gap: Gap) -> bool:
    """Whether neither the title nor the rest of the sentence gives the key away, and enough is left to know it by."""
    key = set(texts.plain_terms(gap.text))
    told = set(texts.plain_terms(" ".join((source.title, *source.creators, source.date or ""))))
    rest = texts.content_terms(sentence[: gap.start] + " " + sentence[gap.end :], source.language)
    clear = not key & told and not key & set(texts.plain_terms(_without(sentence, gap)))
    # What is denied of one is denied of others too, and a number or a year is known by who or what it is said of.
    return (
        clear
        and not _denies(sentence, source.language)
        and len(rest) >= _ENOUGH
        and bool(_names(_without(sentence, gap)))
    )


_ENOUGH = 5


def _denies(sentence: str, language: str) -> bool:
    code = texts.primary(language)
    return code in opposites.LANGUAGES and bool(
        re.search(rf"\b(?:{opposites.negations(code).pattern})\b", sentence.lower())
    )


def _without(sentence: str, gap: Gap) -> str:
    return sentence[: gap.start] + " " + sentence[gap.end :]


def _candidate(sentence: Sentence, gap: Gap, topic: set[str]) -> Candidate:
    """What a question is worth: it speaks of the topic, names what it speaks of, and is not long."""
    source, rest = sentence.source, _without(sentence.text, gap)
    about = len(topic.intersection(texts.terms(rest, source.language)))
    named = len(_names(rest))
    on_topic = not topic or about > 0 or bool(topic.intersection(texts.terms(source.title, source.language)))
    return Candidate(
        source, sentence.start, sentence.end, gap, on_topic, 2 * about + min(named, 3) - texts.word_count(rest) / 20
    )


def _names(text: str) -> list[str]:
    """The capitalised words within its sentences, but for months."""
    return [word for word in _NAMED.findall(text) if month(word) is None]


_NAMED = re.compile(r"(?<=[^.!?] )[^\W\d_a-zà-ÿ][^\W\d_]+")


def _in_turn(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """The best of each kind in turn, those of one document no sooner than the others' have had theirs."""
    kinds: dict[Asks, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        kinds[candidate.gap.asks].append(candidate)
    queues = [_fairly(kinds[asks]) for asks in Asks]
    while any(queues):
        for queue in queues:
            if queue:
                yield queue.pop(0)


def _fairly(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best of each document, then the second best of each, and so on; what is beside the topic last."""
    taken: Counter[str] = Counter()
    ranked: list[tuple[bool, int, float, int, Candidate]] = []
    for candidate in sorted(candidates, key=lambda c: (-c.worth, c.source.id, c.start, c.gap.start)):
        document = candidate.source.document or ""
        ranked.append((not candidate.on_topic, taken[document], -candidate.worth, len(ranked), candidate))
        taken[document] += 1
    return [candidate for *_, candidate in sorted(ranked, key=lambda row: row[:4])]


# --- a question --------------------------------------------------------------------------------------------


def _card(candidate: Candidate, found: Pool, task: Task, *, with_distractors: bool) -> Card | None:
    """A question on a proven sentence; None where it cannot be proven, or where too little could stand in the gap."""
    citation = cite(candidate.source, candidate.start, candidate.end)
    if citation is None or citation.exact != candidate.sentence:
        return None
    others = distractors(candidate, found, task.topic, task.readings) if with_distractors else ()
    if with_distractors and len(others) < DISTRACTORS:
        return None
    gap = candidate.gap
    cloze = " ".join(f"{citation.exact[: gap.start]}{BLANK}{citation.exact[gap.end :]}".split())
    by = ", ".join((*citation.creators[:2], citation.title)).strip(", ")
    facts: dict[str, Any] = {"asks": gap.asks.value, "cloze": cloze, "key_start": citation.start + gap.start}
    if others:
        facts["options"] = _shuffled((gap.text, *others), citation.exact)
    return Card(f"{_LEADS[gap.asks]} “{cloze}” ({by})", gap.text, (citation,), tuple(others), facts)


def _shuffled(options: Iterable[str], seed: str) -> list[str]:
    """Years and numbers by size, so that their order tells nothing; names by chance that is the same every time."""
    listed = list(options)
    if all(option.replace(",", "").isdigit() for option in listed):
        return sorted(listed, key=lambda option: int(option.replace(",", "")))
    return sorted(listed, key=lambda option: _chance(seed, option))


def _chance(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()


# --- what else could stand there ---------------------------------------------------------------------------


def distractors(candidate: Candidate, found: Pool, topic: Topic, readings: Readings) -> list[str]:
    """Three others of the key's kind that nothing in the archive makes true; fewer where there are not as many."""
    gap, chosen = candidate.gap, list[str]()
    likely = [other for other in _of_its_kind(candidate, found) if _fits(candidate, other)]
    if len(likely) < DISTRACTORS:
        return []
    alike = _Alike(candidate, topic, readings)
    for other in likely:
        beside = gap.asks in (Asks.PLACE, Asks.PERSON) and _stand_together(gap.text, other, found, topic, readings)
        clash = any(_akin(other, one) for one in chosen)
        if not beside and not clash and not alike.holds(other):
            chosen.append(other)
        if len(chosen) == DISTRACTORS:
            break
    return chosen


def _of_its_kind(candidate: Candidate, found: Pool) -> list[str]:
    """What is of the key's kind, in the order in which it is tried."""
    gap = candidate.gap
    if gap.asks is Asks.NUMBER:
        near = _numbers_near(gap, candidate.sentence)
        return [n for n in near if not n.isdigit() or int(n) < 100] if gap.form.endswith(" share") else near
    if gap.asks is Asks.YEAR:
        return _years_near(candidate, found)
    same = [(count, one.text) for one, count in found.known[gap.asks].items() if one.form == gap.form]
    # Those of the same book, and named about as often, are as likely to be meant: none gives itself away.
    own = next((count for count, text in same if text == gap.text), 1)
    home, company = candidate.source.document, _company(candidate, found)

    def unlikeness(row: tuple[int, str]) -> tuple[bool, bool, bool, str]:
        count, text = row
        unequal = abs(math.log2(count / own)) > 2
        return home not in found.where[text], text not in company, unequal, _chance(candidate.sentence, text)

    ranked = sorted(same, key=unlikeness)
    return list(dict.fromkeys(text for _, text in ranked))


def _company(candidate: Candidate, found: Pool) -> str:
    """The passages of the material that speak of anything that the sentence names: what stands there goes with it."""
    named = {name for name in _names(_without(candidate.sentence, candidate.gap)) if len(name) >= _TELLING}
    return " ".join(text for text in found.texts if any(name in text for name in named))


_TELLING = 5
_SPAN = 30


def _years_near(candidate: Candidate, found: Pool) -> list[str]:
    """Years that the material speaks of, near the key but not after the book itself, then others near it."""
    key = int(candidate.gap.value)
    written = int(candidate.source.date[:4]) if candidate.source.date else None
    latest = written if written and key <= written else key + _SPAN
    spoken = {int(one.value) for one in found.known[Asks.YEAR]}
    near = [year for year in range(key - _SPAN, min(key + _SPAN, latest) + 1) if abs(year - key) >= 1]
    reach = sorted(near, key=lambda year: (year not in spoken, _chance(candidate.sentence, str(year))))
    # Some on either side where the book allows, so that the key is neither always the first nor the last.
    return [str(year) for year in reach]


_FACTORS = (0.5, 0.6, 0.7, 0.75, 0.8, 1.2, 1.25, 1.4, 1.5, 1.75, 2.0, 2.5)


def _numbers_near(gap: Gap, seed: str) -> list[str]:
    """Numbers of the key's size and as round as it, written as it is."""
    if not gap.text[0].isdigit():
        return _number_words_near(gap.text, seed)
    value = int(gap.text.replace(",", ""))
    step = 10 ** (len(str(value)) - len(str(value).rstrip("0"))) if value else 1
    if value <= 12:
        near = [n for n in range(max(2, value - 4), value + 5) if n != value]
    else:
        near = [round(value * factor / step) * step for factor in _FACTORS]
        step5 = 5 if value % 5 == 0 and step == 1 else 1
        near = [n // step5 * step5 for n in near]
        # A last digit other than nought stays other than nought, or a round number would look out of place.
        near = [n if (n % (10 * step) != 0) == (value % (10 * step) != 0) else n + step * step5 for n in near]
    listed = [f"{n:,}" if "," in gap.text else str(n) for n in dict.fromkeys(near) if n > 1 and n != value]
    return sorted(listed, key=lambda one: _chance(seed, one))


def _number_words_near(text: str, seed: str) -> list[str]:
    """“Eight hundred” for “six hundred”: the first word changes within its row."""
    first, _, rest = text.partition(" ")
    row = ONES if first.lower() in ONES else TENS
    at = row.index(first.lower())
    near = [word for word in row[max(0, at - 4) : at + 5] if word != first.lower()]
    written = [f"{word.capitalize() if first[0].isupper() else word} {rest}".rstrip() for word in near]
    return sorted(written, key=lambda one: _chance(seed, one))


def _fits(candidate: Candidate, other: str) -> bool:
    """Whether it could stand in the gap: of another name, not in the passage, as long, and after the same article."""
    gap, source = candidate.gap, candidate.source
    if _akin(other, gap.text) or _stands(other, source.text) or _stands(other, _about(source)):
        return False
    if gap.asks in (Asks.PERSON, Asks.PLACE) and not 0.4 <= len(other) / len(gap.text) <= 2.5:
        return False
    article = re.search(r"\b(an?)\s+$", candidate.sentence[: gap.start], re.IGNORECASE)
    return article is None or (other[0].lower() in "aeiou") == (gap.text[0].lower() in "aeiou")


def _about(source: Source) -> str:
    return " ".join((source.title, *source.creators, source.date or ""))


def _akin(one: str, other: str) -> bool:
    """Whether two names share a word of weight."""
    words = [{w for w in texts.plain_terms(name) if len(w) > 1} for name in (one, other)]
    if one[0].isdigit() or other[0].isdigit():
        return one == other
    return bool(words[0] & words[1]) and not (
        words[0] & words[1] <= {"hundred", "thousand", "million", "new", "san", "st"}
    )


def _stands(words: str, text: str) -> bool:
    """Whether words stand in a text, capitals aside."""
    return bool(re.search(rf"(?<![\w,.]){re.escape(words)}(?![\w]|[,.]\d)", text, re.IGNORECASE))


def _stand_together(one: str, other: str, found: Pool, topic: Topic, readings: Readings) -> bool:
    """Whether two names stand near each other in the material or elsewhere: the one may lie in, or be, the other."""
    if any(_near(one, other, text) for text in found.texts):
        return True
    both = Query(f"{one} {other}", topic.scope, mode=Mode.LEXICAL, limit=_LIKE_IT)
    return any(_near(one, other, hit.passage.text) for hit in readings.search(both).hits)


def _near(one: str, other: str, text: str) -> bool:
    if one not in text or other not in text:
        return False
    places = (match.span() for match in re.finditer(re.escape(one), text))
    return any(other in text[max(0, start - _NEAR) : end + _NEAR] for start, end in places)


class _Alike:
    """The sentences of the archive that say much the same as a statement."""

    def __init__(self, candidate: Candidate, topic: Topic, readings: Readings) -> None:
        language = candidate.source.language
        stem = _without(candidate.sentence, candidate.gap)
        terms = texts.content_terms(stem, language)
        weights = _weights(terms, readings)
        query = Query(" ".join(stem.split()), topic.scope, mode=Mode.LEXICAL, limit=_LIKE_IT)
        self._near = [
            near
            for hit in readings.search(query).hits
            for near in _windows(hit.passage)
            if _covered(near, language, weights) >= _SAYS_MUCH_THE_SAME
        ]

    def holds(self, other: str) -> bool:
        """Whether one of them has these words."""
        return any(_stands(other, near) for near in self._near)


def _weights(terms: Sequence[str], readings: Readings) -> Mapping[str, float]:
    counts, passages = readings.frequencies(terms)
    return {term: math.log(1 + passages / (1 + counts.get(term, 0))) for term in terms}


def _covered(text: str, language: str, weights: Mapping[str, float]) -> float:
    held = set(texts.terms(text, language))
    return sum(weight for term, weight in weights.items() if term in held) / (sum(weights.values()) or 1.0)


def _windows(passage: Passage) -> Iterator[str]:
    """Each sentence with its neighbours."""
    spans = texts.sentences(passage.text, passage.language)
    for n in range(len(spans)):
        yield passage.text[spans[max(0, n - 1)][0] : spans[min(len(spans) - 1, n + 1)][1]]
