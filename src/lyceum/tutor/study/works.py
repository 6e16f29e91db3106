"""Surveys works for readers: how hard each is to read, how long it takes, its parts, and which others it speaks of.

How hard a text is says LIX (C. H. Björnsson, 1968): words a sentence plus the share of words of more than six
letters, which holds in every language with letters; to it comes the share of words that stand in fewer than one of
a thousand of the archive's passages. How fast it is read says IReST (Trauzettel-Klosinski and Dietz, 2012).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lyceum import text as texts
from lyceum.archive import Document, Passage
from lyceum.tutor.attribution import main_title
from lyceum.tutor.study.material import Readings, cite, source_of_passage
from lyceum.tutor.study.prose import Sentence, is_apparatus, is_listing, sentences_of, stands_alone
from lyceum.tutor.verify import Citation

_SAMPLE = 80
_LONGEST_PART = 45
_SHORTEST_PART = 3
_RARE = 1_000
_LONG_WORD = 6
_WORDS_A_MINUTE = {
    "ar": 138, "de": 179, "en": 228, "es": 218, "fi": 161, "fr": 195, "he": 187, "it": 188, "ja": 193, "nl": 202,
    "pl": 166, "pt": 181, "ru": 184, "sl": 180, "sv": 199, "tr": 166, "zh": 158,
}  # fmt: skip
_USUAL_PACE = 184


@dataclass(frozen=True, slots=True)
class Ease:
    """How hard a text is to read: its LIX, and how many of a hundred words are rare in the archive."""

    lix: float
    rare: float

    @property
    def measure(self) -> float:
        """Both together; higher is harder."""
        return self.lix + self.rare

    @property
    def level(self) -> str:
        """What LIX calls such a text, from very_easy to very_hard."""
        return next((name for bound, name in _LEVELS if self.lix < bound), "very_hard")


_LEVELS = ((30, "very_easy"), (40, "easy"), (50, "medium"), (60, "hard"))


@dataclass(slots=True)
class Part:
    """A chapter, or a stretch of one: where it stands, how long it takes, how often it speaks of the topic."""

    title: str
    start: int
    end: int
    first_page: str | None
    last_page: str | None
    minutes: float = 0.0
    mentions: int = 0
    passages: list[Passage] = field(default_factory=list)

    @property
    def pages(self) -> str | None:
        """From which page to which."""
        ends = [page for page in (self.first_page, self.last_page) if page]
        firsts = [re.split("[–-]", ends[0])[0], re.split("[–-]", ends[-1])[-1]] if ends else []
        return "–".join(dict.fromkeys(firsts)) or None


@dataclass(frozen=True, slots=True)
class Work:
    """A work as a reader meets it; `owes` says of which other works it speaks, each with the words that show it."""

    document: Document
    ease: Ease
    minutes: float
    parts: tuple[Part, ...]
    sentences: tuple[Sentence, ...]
    owes: Mapping[str, Citation]
    mentions: int

    @property
    def name(self) -> str:
        """How it is named in a list."""
        metadata = self.document.metadata
        names = " and ".join(metadata.creators[:3])
        return ": ".join(filter(None, (names, metadata.title or self.document.name)))


def survey(document: Document, mentions: Mapping[str, Passage], readings: Readings, others: Sequence[Document]) -> Work:
    """One work, read through once; `mentions` are the passages of it that speak of the topic, by their ids."""
    pace = _WORDS_A_MINUTE.get(texts.primary(document.metadata.language), _USUAL_PACE)
    marks = {other.id: pattern for other in others if (pattern := _named_by(other, document))}
    parts: list[Part] = []
    owes: dict[str, Citation] = {}
    sample: list[Passage] = []
    step = 1
    minutes = 0.0
    for n, passage in enumerate(readings.passages(document)):
        if is_apparatus(passage.heading) or is_listing(passage.text):
            continue
        took = texts.word_count(passage.text) / pace
        minutes += took
        _extend(parts, passage, took, mentioned=passage.id in mentions)
        if n % step == 0:
            sample.append(passage)
        if len(sample) > 2 * _SAMPLE:
            sample, step = sample[::2], 2 * step
        for other, pattern in marks.items():
            if other not in owes and (citation := _naming(passage, pattern)):
                owes[other] = citation
    told = [*mentions.values()][:_SAMPLE] or sample
    sentences = tuple(sentence for passage in told for sentence in sentences_of(passage))
    ease = how_hard([passage.text for passage in sample], texts.primary(document.metadata.language), readings)
    return Work(document, ease, minutes, tuple(_joined(parts)), sentences, owes, len(mentions))


def how_hard(sample: Sequence[str], language: str, readings: Readings) -> Ease:
    """How hard a text is, by a sample of it."""
    words: Counter[str] = Counter()
    sentences = long_words = 0
    for text in sample:
        sentences += len(texts.sentences(text, language))
        for word in texts.words(text):
            words[word] += 1
            long_words += len(word) > _LONG_WORD
    total = max(1, words.total())
    counts, passages = readings.frequencies([*{texts.stem(word, language) for word in words}])
    rare = sum(n for word, n in words.items() if counts.get(texts.stem(word, language), 0) * _RARE < passages)
    if passages < _RARE:
        rare = 0
    return Ease(round(total / max(1, sentences) + 100 * long_words / total, 1), round(100 * rare / total, 1))


# --- parts -------------------------------------------------------------------------------------------------


def _extend(parts: list[Part], passage: Passage, took: float, *, mentioned: bool) -> None:
    """Adds a passage to the last part, or opens one at a new heading or where the last has grown too long."""
    title = passage.heading.rsplit("›", maxsplit=1)[-1].strip()
    if not parts or parts[-1].title != title or parts[-1].minutes + took > _LONGEST_PART:
        parts.append(Part(title, passage.start, passage.end, passage.page, passage.page))
    part = parts[-1]
    part.end, part.last_page, part.minutes = passage.end, passage.page or part.last_page, part.minutes + took
    part.mentions += mentioned
    if mentioned or len(part.passages) < _KEPT:
        part.passages = [*part.passages, passage][-_KEPT:]


_KEPT = 40


def _joined(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts, those of a few lines joined to the one before; titles of those that go on tell so."""
    kept: list[Part] = []
    for part in parts:
        if kept and part.minutes < _SHORTEST_PART and kept[-1].minutes + part.minutes <= _LONGEST_PART:
            last = kept[-1]
            last.end, last.last_page = part.end, part.last_page or last.last_page
            last.minutes += part.minutes
            last.mentions += part.mentions
            last.passages = [*last.passages, *part.passages][-_KEPT:]
        else:
            kept.append(part)
    yield from kept


# --- what a work owes to others ----------------------------------------------------------------------------


def _named_by(other: Document, document: Document) -> re.Pattern[str] | None:
    """What in a document would name another: its author's whole name, or its title; None for what came later."""
    one, two = document.metadata, other.metadata
    if other.id == document.id or set(one.creators) & set(two.creators):
        return None
    if one.date and two.date and two.date.first > one.date.last:
        return None
    names = [name for creator in two.creators if (name := _as_spoken(creator))]
    title = main_title(two.title or "")
    if len(texts.plain_terms(title)) >= _TELLING_TITLE and title != main_title(one.title or ""):
        names.append(re.escape(title))
    return re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)") if names else None


_TELLING_TITLE = 3


def _as_spoken(creator: str) -> str | None:
    """“Marx, Karl” as a text would have it: Karl Marx; None for one without a given name."""
    bare = re.sub(r"\([^)]*\)", "", creator)
    family, comma, given = (part.strip() for part in bare.partition(","))
    words = given.split(",")[0].split() + family.split() if comma else family.split()
    if len(words) < _TWO or len(words[-1]) < _SHORTEST_FAMILY or not words[0][:1].isupper():
        return None
    return r"[^\S\n]+(?:[A-Z]\.\s+)?".join((re.escape(words[0]), re.escape(words[-1])))


_TWO = 2
_SHORTEST_FAMILY = 3


def _naming(passage: Passage, pattern: re.Pattern[str]) -> Citation | None:
    """The first whole sentence of a passage in which a name stands."""
    match = pattern.search(passage.text)
    if match is None:
        return None
    source = source_of_passage(passage)
    for start, end in texts.sentences(passage.text, passage.language):
        if start <= match.start() < end and stands_alone(passage.text[start:end], passage.language):
            return cite(source, start, end)
    return None
