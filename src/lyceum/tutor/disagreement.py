"""Finds where sources differ: the dates, numbers, persons and places that each gives for the same question."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lyceum import text as texts
from lyceum.tutor import quantities
from lyceum.tutor.asking import Asked, Wanted
from lyceum.tutor.extractive import Judged
from lyceum.tutor.times import month, windows

_MOST_SIDES = 5


@dataclass(frozen=True, slots=True)
class Side:
    """What some of the sources say: the value that sets them apart, as printed, and the sentences that give it."""

    value: str
    sentences: tuple[Judged, ...]


def find_sides(asked: Asked, judged: Sequence[Judged]) -> tuple[Side, ...]:
    """The sides between which sources differ, that of the best sentence first; none where they agree.

    `judged` is in order, best first; of each source the best sentence with such a value takes a side. Only what a
    question asks for can differ: a date, a number, or the one person or place it means.
    """
    groups: list[_Group] = []
    heard: set[str] = set()
    if asked.wanted not in _FINDERS:
        return _worded_otherwise(judged)
    for one in judged:
        place = one.source.document or one.source.id
        if place not in heard and (said := values(asked, one.text)):
            heard.add(place)
            _join(groups, _Group(said, [one]), _SAME[asked.wanted])
    if len(groups) < 2:
        return ()
    return tuple(Side(_shown(group), tuple(group.sentences)) for group in groups[:_MOST_SIDES])


def differ(one: Judged, other: Judged) -> bool:
    """Whether two sources tell one thing in nearly the same words, each with words that the other lacks."""
    if (one.source.document or one.source.id) == (other.source.document or other.source.id):
        return False
    mine, theirs = _words(one), _words(other)
    shared = len(mine & theirs)
    return shared >= _ALIKE * min(len(mine), len(theirs)) and bool(mine - theirs) and bool(theirs - mine)


_ALIKE = 0.6
_MOST_APART = 4


def _words(one: Judged) -> set[str]:
    return set(texts.content_terms(one.text, one.source.language))


def _worded_otherwise(judged: Sequence[Judged]) -> tuple[Side, ...]:
    """The sides of a statement that sources make in nearly the same words: what stands in one and not in the other."""
    for n, one in enumerate(judged):
        for other in judged[n + 1 :]:
            apart = _words(one) ^ _words(other)
            if len(apart) <= _MOST_APART and differ(one, other):
                return Side(_only_in(one, other), (one,)), Side(_only_in(other, one), (other,))
    return ()


def _only_in(one: Judged, other: Judged) -> str:
    """The words of one sentence, as printed, that the other lacks."""
    lacking = _words(one) - _words(other)
    printed = re.findall(r"[\w’'-]+", one.text)
    return " ".join(word for word in printed if set(texts.content_terms(word, one.source.language)) & lacking)


@dataclass(slots=True)
class _Group:
    values: dict[str, str]
    sentences: list[Judged]


def _join(groups: list[_Group], new: _Group, same: Callable[[str, str], bool]) -> None:
    """Adds a sentence to the first group with which it shares a value; what they share is then what they stand for."""
    for group in groups:
        shared = {a: printed for a, printed in group.values.items() if any(same(a, b) for b in new.values)}
        if shared:
            group.values = shared
            group.sentences += new.sentences
            return
    groups.append(new)


def _shown(group: _Group) -> str:
    return next(iter(group.values.values()))


def values(asked: Asked, sentence: str) -> dict[str, str]:
    """What a sentence gives of the kind that is wanted, comparable form to form as printed; nothing of the question's.

    Empty for questions whose answers cannot be told apart by rule.
    """
    find = _FINDERS.get(asked.wanted)
    return find(asked, sentence) if find else {}


def _dates(_asked: Asked, sentence: str) -> dict[str, str]:
    found = {}
    for window in windows(sentence):
        if window.first and window.last:
            whole_year = (window.last - window.first).days > _MONTH_DAYS
            key = f"{window.first.year}" if whole_year else window.first.isoformat()
            found[key] = key
    return found


_MONTH_DAYS = 31
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,\s\u202f]\d{3})*(?:[.,]\d+)?(?![\w]|[.,]\d)")
_WORD_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "two zwei deux dos два", "three drei trois tres три", "four vier quatre cuatro четыре",
            "five fünf cinq cinco пять", "six sechs seis шесть", "seven sieben sept siete семь",
            "eight acht huit ocho восемь", "nine neun neuf nueve девять", "ten zehn dix diez десять",
            "eleven elf onze once одиннадцать", "twelve zwölf douze doce двенадцать",
        ),
        start=2,
    )
    for word in words.split()
}  # fmt: skip


_DAY_FIRST = re.compile(r"\b\d{1,2}(?:st|nd|rd|th|er|º|-го)?\.?\s+(?:of\s+|de\s+)?(?=([^\W\d_]+))")
_MONTH_FIRST = re.compile(r"\b([^\W\d_]+)\.?\s+\d{1,2}(?:st|nd|rd|th)?\b")


def _without_days(sentence: str) -> str:
    """A sentence without the days of its dates: “on the 3rd of June” counts nothing."""
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        sentence = pattern.sub(lambda said: " " if _names_month(said[1]) else said[0], sentence)
    return sentence


def _names_month(word: str) -> bool:
    """Whether a word names a month where a day stands beside it; in small letters some are other words."""
    return month(word) is not None and (word[0].isupper() or word not in _OTHER_WORDS)


_OTHER_WORDS = frozenset({"may", "march", "mars", "mar", "set", "sept", "dec", "mai"})


def _numbers(asked: Asked, sentence: str) -> dict[str, str]:
    found = {}
    sentence = _without_days(sentence)
    for match in _NUMBER.finditer(sentence):
        key = _plain_number(match.group())
        if key not in asked.numbers and not _is_year(match.group()):
            found[key] = match.group()
    for word in re.findall(r"\w+", sentence):
        if number := _WORD_NUMBERS.get(word.lower()):
            found.setdefault(str(number), word)
    return {key: printed for key, printed in found.items() if key not in _measures(asked, sentence)}


_HOW_MANY = re.compile(r"\bhow many\b|\bwie ?viele\b|\bcombien de\b|\bcuánt[oa]s\b|\bсколько\b", re.IGNORECASE)


def _measures(asked: Asked, sentence: str) -> set[str]:
    """The numbers that measure where things are to be counted: three days are not three of the weavers."""
    if not _HOW_MANY.search(asked.text) or quantities.names_unit(asked.text):
        return set()
    found = quantities.read(sentence, asked.language)
    return {f"{one.value:g}" for one in found if one.measured} - {f"{one.value:g}" for one in found if not one.measured}


def _plain_number(said: str) -> str:
    digits = re.sub(r"[.,\s\u202f](?=\d{3}(?!\d))", "", said)
    return digits.replace(",", ".")


def _is_year(said: str) -> bool:
    return len(said) == 4 and said.isdigit() and "1500" <= said <= "2099"


_CAPITAL = "[A-ZÄÖÜÉÈÁÍÓÚÑÇА-Я]"
_NAME = re.compile(
    rf"{_CAPITAL}[\w’'-]+(?:(?:\s+(?:de|da|di|del|la|van|von|der|of|the|le))*\s+{_CAPITAL}[\w’'-]*)*"
)  # fmt: skip


def _proper_names(asked: Asked, sentence: str) -> dict[str, str]:
    """Runs of two words or more with capitals, none of which is the question's own."""
    question = set(texts.plain_terms(asked.text))
    found = {}
    for match in _NAME.finditer(sentence):
        words = texts.plain_terms(match.group())
        if len(words) > 1 and not question & set(words):
            found[" ".join(words)] = match.group()
    return found


_FINDERS = {
    Wanted.TIME: _dates,
    Wanted.NUMBER: _numbers,
    Wanted.PERSON: _proper_names,
    Wanted.PLACE: _proper_names,
}


def _same_date(one: str, other: str) -> bool:
    """A year agrees with each of its days."""
    return one.startswith(other) or other.startswith(one)


def _same_name(one: str, other: str) -> bool:
    """Names agree that share a word: Karl Marx, Dr Marx."""
    return bool(set(one.split()) & set(other.split()))


_SAME: dict[Wanted, Callable[[str, str], bool]] = {
    Wanted.TIME: _same_date,
    Wanted.NUMBER: str.__eq__,
    Wanted.PERSON: _same_name,
    Wanted.PLACE: _same_name,
}
