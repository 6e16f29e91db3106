"""Says where a claim contradicts the words that it cites: by rules over both, in English, German, French and Spanish.

A rule speaks only where claim and evidence speak of the same things but differ in one place: a number, a unit, a
date, a negation, a direction, an order, a name. What the evidence merely lacks is no conflict. In other languages
than these, only numbers are compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from lyceum import text as texts
from lyceum.tutor import opposites, quantities
from lyceum.tutor.quantities import Quantity


class Kind(StrEnum):
    """What a claim and its evidence differ in."""

    NUMBER = "number"
    UNIT = "unit"
    DATE = "date"
    NEGATION = "negation"
    DIRECTION = "direction"
    ORDER = "order"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Conflict:
    """The words of a claim that its evidence contradicts, and the words of the evidence that do."""

    kind: Kind
    claim: str
    evidence: str


Rule = Callable[[str, str, str | None], Conflict | None]


def contradicts(claim: str, evidence: str, language: str | None = None) -> Conflict | None:
    """The first conflict that a rule finds between a claim and the text that it cites, or None.

    `language` is that of both where it is known.
    """
    return next((found for rule in RULES.values() if (found := rule(claim, evidence, language))), None)


# --- numbers -----------------------------------------------------------------------------------------


def numbers_conflict(claim: str, evidence: str, language: str | None = None) -> Conflict | None:
    """A number where the evidence counts the same things, or measures with the same kind of unit, otherwise.

    `about` and `more than` are heeded; a number between two that the evidence gives is no conflict.
    """
    said, source = _aligned(claim, evidence, language)
    quantified = quantities.read(claim, said.language)
    if said.language == source.language in opposites.LANGUAGES and not _comparable_words(
        said, source, opposed=len(quantified)
    ):
        return None
    everywhere = quantities.read(evidence, source.language)
    found = quantities.read(source.text, source.language)
    for quantity in quantified:
        if quantity.value == 1 or any(_agree(quantity, other) for other in everywhere):
            continue
        rivals = [other for other in found if _comparable(quantity, other)]
        if rivals and not _between(quantity, rivals):
            return Conflict(_kind_of(quantity, rivals[0]), quantity.text, rivals[0].text)
    return None


def _agree(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities may be the same, their units and the words before them heeded."""
    if one.dimension and other.dimension:
        return one.dimension == other.dimension and (one.allows(other.amount) or other.allows(one.amount))
    return one.value == other.value or one.allows(other.value) or (bool(other.bound) and other.allows(one.value))


def _comparable(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities measure or count the same things."""
    if one.year or other.year:
        return one.year and other.year
    if one.dimension or other.dimension:
        return one.dimension == other.dimension or (one.measured and other.measured and one.value == other.value)
    return bool(one.noun) and one.noun == other.noun


def _between(quantity: Quantity, rivals: Sequence[Quantity]) -> bool:
    amounts = [rival.amount for rival in rivals]
    return len(amounts) > 1 and min(amounts) <= quantity.amount <= max(amounts)


def _kind_of(one: Quantity, other: Quantity) -> Kind:
    if one.year or one.dimension == quantities.MONTH:
        return Kind.DATE
    return Kind.UNIT if one.measured and one.value == other.value else Kind.NUMBER


# --- negations ---------------------------------------------------------------------------------------

_REACH = 5


def negation_conflict(claim: str, evidence: str, language: str | None = None) -> Conflict | None:
    """A word that stands in both, and that one of them negates."""
    said, source = _aligned(claim, evidence, language)
    if not _comparable_words(said, source):
        return None
    if turned := _negated_in_one(said, source):
        return Conflict(Kind.NEGATION, said.around(turned[0]), source.around(turned[1]))
    if turned := _negated_in_one(source, said):
        return Conflict(Kind.NEGATION, said.around(turned[1]), source.around(turned[0]))
    return None


def _negated_in_one(one: _Sentence, other: _Sentence) -> tuple[int, int] | None:
    """Where a word stands that the first negates and the second has without any negation."""
    for at in one.negations:
        word = next((n for n in one.reached(at) if one.stems[n] in other.stems), None)
        if word is None or not one.negated(word):
            continue
        places = [n for n, stem in enumerate(other.stems) if stem == one.stems[word] and other.content[n]]
        if places and not any(other.negated(n) for n in places):
            return word, places[0]
    return None


# --- directions --------------------------------------------------------------------------------------

_NEAR = 6


def direction_conflict(claim: str, evidence: str, language: str | None = None) -> Conflict | None:
    """A word for which the evidence, of the same things, has its opposite."""
    said, source = _aligned(claim, evidence, language)
    if not _comparable_words(said, source, opposed=1):
        return None
    for at, word in enumerate(said.words):
        if said.stems[at] in source.stems:
            continue
        against = next(_opposed(said, at, source), None)
        if against is not None:
            return Conflict(Kind.DIRECTION, word, source.words[against])
    return None


def _opposed(said: _Sentence, at: int, source: _Sentence) -> Iterator[int]:
    """Where the opposite of a word stands, unless the evidence says the same of the same things elsewhere."""
    turned = set(opposites.turned(said.words[at], said.language))
    yield from (n for n, word in enumerate(source.words) if word in turned and said.negated(at) == source.negated(n))
    for axis in opposites.axes(said.language):
        side = axis.side(said.words[at]) * said.sign(at)
        places = [(n, axis.side(word) * source.sign(n)) for n, word in enumerate(source.words) if axis.side(word)]
        near = [(n, other) for n, other in places if said.near(at) & source.near(n)]
        if side and near and all(other == -side for _, other in near):
            yield near[0][0]


# --- orders ------------------------------------------------------------------------------------------


def order_conflict(claim: str, evidence: str, language: str | None = None) -> Conflict | None:
    """Two things that the evidence puts the other way round: in time, in a comparison, or around a verb."""
    said, source = _aligned(claim, evidence, language)
    if not _comparable_words(said, source):
        return None
    for at, sign in _pivots(said):
        alike = [(other, turn) for other, turn in _pivots(source) if abs(turn) == abs(sign)]
        agreeing = {other: _agreement(said, at, source, other) * sign * turn for other, turn in alike}
        if agreeing and max(agreeing.values()) < 0:
            return Conflict(Kind.ORDER, said.around(at), source.around(min(agreeing, key=agreeing.__getitem__)))
    return _swapped(said, source)


def _pivots(sentence: _Sentence) -> Iterator[tuple[int, int]]:
    """The words between two things that say which is first, or more, and which of the two ways."""
    order = opposites.before_after(sentence.language)
    for at, word in enumerate(sentence.words):
        if side := order.side(word):
            yield at, side
        if word in opposites.than(sentence.language):
            degrees = (a.side(w) * 2 for w in sentence.words[max(0, at - 3) : at] for a in _degrees(sentence.language))
            yield from ((at, degree) for degree in list(filter(None, degrees))[:1])


def _degrees(language: str) -> Sequence[opposites.Axis]:
    return opposites.axes(language)[:1]


def _agreement(one: _Sentence, at: int, other: _Sentence, there: int) -> int:
    """How many more words two sentences share on the same sides of two places than on opposite sides."""
    (before, after), (before_there, after_there) = one.split(at), other.split(there)
    same = min(len(before & before_there), len(after & after_there))
    return same - min(len(before & after_there), len(after & before_there))


def _swapped(said: _Sentence, source: _Sentence) -> Conflict | None:
    """Two names that change places around one verb, none of the sentences being in the passive."""
    if said.language == "de" or said.passive != source.passive:
        return None
    names = said.capitalised | source.capitalised
    for at, stem in enumerate(said.stems):
        if not said.content[at] or stem in names:
            continue
        for there in (n for n, other in enumerate(source.stems) if other == stem):
            before, after = (side & names for side in said.split(at))
            before_there, after_there = (side & names for side in source.split(there))
            if before & after_there and after & before_there and not (before & before_there or after & after_there):
                return Conflict(Kind.ORDER, said.around(at), source.around(there))
    return None


# --- names -------------------------------------------------------------------------------------------

_COVERED = 0.6


def names_conflict(claim: str, evidence: str, language: str | None = None) -> Conflict | None:
    """A name that the evidence lacks, where it says nearly all the rest of the claim of a name that the claim lacks."""
    said, source = _aligned(claim, evidence, language)
    if said.language == "de" or not _comparable_words(said, source):
        return None
    whole = set(texts.plain_terms(evidence))
    strange = [n for n, name in enumerate(said.names) if name and texts.unaccent(said.words[n]) not in whole]
    others = [n for n, name in enumerate(source.names) if name and source.stems[n] not in said.stems]
    rest = [stem for n, stem in enumerate(said.stems) if said.content[n] and n not in strange]
    if not strange or not others or not rest or sum(s in source.stems for s in rest) < _COVERED * len(rest):
        return None
    beside = [n for n in others if said.near(strange[0]) & source.near(n)]
    return Conflict(Kind.NAME, said.shown[strange[0]], source.shown[beside[0]]) if beside else None


RULES: dict[str, Rule] = {
    "numbers": numbers_conflict,
    "negation": negation_conflict,
    "direction": direction_conflict,
    "order": order_conflict,
    "names": names_conflict,
}
"""Every rule by its name, in the order in which they are asked."""


# --- what a scorer asks too ----------------------------------------------------------------------------


def negated(text: str, language: str) -> bool:
    """Whether a sentence is a negative one."""
    return len(_read(text, language).negations) % 2 == 1


def sides(text: str, language: str, axis: opposites.Axis) -> list[int]:
    """On which side of an axis each word of a sentence stands that is on it: 1 or -1, turned where it is negated."""
    sentence = _read(text, language)
    return [side * sentence.sign(n) for n, word in enumerate(sentence.words) if (side := axis.side(word))]


# --- sentences ---------------------------------------------------------------------------------------

_WORD = re.compile(r"\d+(?:[.,]\d+)*|n['’]t\b|[^\W\d_]+?(?=n['’]t\b)|[^\W\d_]+(?:-[^\W\d_]+)*")
_STOPS = re.compile(
    r"[.;:!?()–—]|\b(?:but|although|though|while|whereas|aber|sondern|obwohl|während|mais|quoique|tandis|pero|sino|"
    r"aunque|mientras)\b",
    re.IGNORECASE,
)
# A German comma parts clauses, and a negation stands behind what it means.
_GERMAN_STOPS = re.compile(rf"{_STOPS.pattern}|,", re.IGNORECASE)
_PASSIVE = re.compile(
    r"\b(?:was|were|been|being|is|are|be)\s+\w+(?:ed|en|n|t)\b.*\bby\b|\bpar\b|\bpor\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence as words: as shown, in lower case, as stems; which have content, and which are names."""

    text: str
    language: str
    shown: tuple[str, ...]
    words: tuple[str, ...]
    stems: tuple[str, ...]
    content: tuple[bool, ...]
    names: tuple[bool, ...]
    parts: tuple[int, ...]
    negations: tuple[int, ...]
    passive: bool

    def reached(self, at: int) -> list[int]:
        """The words with content that a negation may mean, nearest first; in German those before it last."""
        after = range(at + 1, min(len(self.words), at + _REACH + 1))
        before = range(at - 1, max(-1, at - _REACH - 1), -1) if self.language == "de" else ()
        return [n for n in (*after, *before) if self.content[n] and self.parts[n] == self.parts[at]]

    def negated(self, word: int) -> bool:
        """Whether an odd number of negations reaches a word."""
        return sum(word in self.reached(at) for at in self.negations) % 2 == 1

    def sign(self, word: int) -> int:
        """-1 for a negated word, else 1."""
        return -1 if self.negated(word) else 1

    def near(self, word: int) -> set[str]:
        """The stems with content around a word, itself left out."""
        around = range(max(0, word - _NEAR), min(len(self.words), word + _NEAR + 1))
        return {self.stems[n] for n in around if self.content[n] and n != word}

    def split(self, at: int) -> tuple[set[str], set[str]]:
        """The stems with content before and after a word, as far as they lie near."""
        before = {self.stems[n] for n in range(max(0, at - _NEAR), at) if self.content[n]}
        after = {self.stems[n] for n in range(at + 1, min(len(self.words), at + _NEAR + 1)) if self.content[n]}
        return before - after, after - before

    @property
    def capitalised(self) -> set[str]:
        """The stems of its names."""
        return {stem for stem, name in zip(self.stems, self.names, strict=True) if name}

    def around(self, word: int) -> str:
        """A word with its neighbours, to be shown."""
        return " ".join(self.shown[max(0, word - 2) : word + 3])


@lru_cache(maxsize=1024)
def _read(text: str, language: str) -> _Sentence:
    found = list(_WORD.finditer(text))
    shown = tuple(match[0] for match in found)
    words = tuple(word.lower().replace("’", "'") for word in shown)
    content = tuple(not texts.is_function_word(word, language) and len(word) > 1 and word != "n't" for word in words)
    stops = [match.start() for match in (_GERMAN_STOPS if language == "de" else _STOPS).finditer(text)]
    return _Sentence(
        text=text,
        language=language,
        shown=shown,
        words=words,
        stems=tuple(texts.stem(opposites.base(word), language) for word in words),
        content=content,
        names=tuple(c and _is_name(shown, n) for n, c in enumerate(content)),
        parts=tuple(sum(stop < match.start() for stop in stops) for match in found),
        negations=tuple(_negations(text, language, [match.start() for match in found], words)),
        passive=bool(_PASSIVE.search(text)),
    )


def _is_name(words: Sequence[str], n: int) -> bool:
    """Whether a word has a capital of its own; acronyms are no names, nor is a sentence's first word alone."""
    word = words[n]
    if len(word) < _SHORTEST_NAME or not word.isalpha() or not word[0].isupper() or not word[1:].islower():
        return False
    return n > 0 or (len(words) > 1 and words[1][0].isupper())


_SHORTEST_NAME = 3


def _negations(text: str, language: str, starts: Sequence[int], words: Sequence[str]) -> Iterator[int]:
    if language not in opposites.LANGUAGES:
        return
    left_out = [match.span() for match in opposites.no_negations(language).finditer(text)]
    for n, word in enumerate(words):
        if opposites.negations(language).fullmatch(word) and not any(a <= starts[n] < b for a, b in left_out):
            yield n


def _comparable_words(said: _Sentence, source: _Sentence, *, opposed: int = 0) -> bool:
    """Whether words can be compared, and claim and evidence share enough of them to speak of the same.

    `opposed` is how many words of the claim need not stand in the evidence, since they are compared otherwise.
    """
    if said.language != source.language or said.language not in opposites.LANGUAGES:
        return False
    wanted = {stem for stem, content in zip(said.stems, said.content, strict=True) if content}
    shared, needed = len(wanted & set(source.stems)), len(wanted) - opposed
    return shared >= min(2, needed) and shared >= _SHARED * needed


_SHARED = 0.6


def _aligned(claim: str, evidence: str, language: str | None) -> tuple[_Sentence, _Sentence]:
    """A claim, and the sentence of the evidence that shares most with it."""
    code, there = languages(claim, evidence, language)
    said = _read(claim, code)
    spans = texts.sentences(evidence, there) or [(0, len(evidence))]
    wanted = {stem for stem, content in zip(said.stems, said.content, strict=True) if content}
    sentences = [_read(evidence[start:end], there) for start, end in spans]
    return said, max(sentences, key=lambda sentence: len(wanted & set(sentence.stems)))


def languages(claim: str, evidence: str, language: str | None) -> tuple[str, str]:
    """The languages of both; where one is too short to tell, it is the other's."""
    if language and language != "und":
        return texts.primary(language), texts.primary(language)
    here, there = texts.question_language(claim), texts.question_language(evidence)
    return (there if here == "und" else here), (here if there == "und" else there)
