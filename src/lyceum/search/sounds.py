"""Spells names of other scripts in Latin letters, and says which Latin words may be the same name.

A name is written anew in each language by its sound, so that only its consonants, in their order, can be trusted,
and of those only the kind: Greek has no letter for b, Arabic none for p, and Hindi writes v for w. What fits by its
consonants is compared letter by letter afterwards.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from lyceum.text import unaccent


@dataclass(frozen=True, slots=True)
class Spelling:
    """A way to spell a name in Latin letters, what a word that may be it begins with, and the pattern that it fits."""

    word: str
    beginnings: tuple[str, ...]
    pattern: str


@lru_cache(maxsize=4_096)
def spellings(word: str) -> tuple[Spelling, ...]:
    """The ways in which a lower-case word of another script may be spelt, with its article or ending and without.

    None for words of Latin script or of one that is not known here, for those with fewer than three consonants, which
    would fit too much, and for those with more than nine, which would be looked for too long.
    """
    latin = romanized(word)
    bare = _ENDING.sub("", latin.removeprefix("al") if word.startswith(_ARTICLE) else latin)
    ways = [(way, _CONSONANT.findall(way)) for way in dict.fromkeys((latin, bare))]
    return tuple(_spelling(way, consonants) for way, consonants in ways if _FEWEST <= len(consonants) <= _MOST)


def romanized(word: str) -> str:
    """A lower-case word in Latin letters, about as it sounds; empty where its script is Latin or not known here."""
    plain, sounds = unaccent(word), _sounds()
    if plain.isascii():
        return ""
    latin = "".join(sounds.get(letter, letter) for letter in plain)
    if not latin.isascii():
        return ""
    for written, sound in _TOGETHER.items():
        latin = latin.replace(written, sound)
    return _TWICE.sub(r"\1", latin)


def _spelling(way: str, consonants: list[str]) -> Spelling:
    first = way[0] if way[0] in "aeiouyhw" else consonants[0]
    between = f"{_IGNORED}*"
    fits = between.join(f"(?:{_ALIKE[consonant]})" for consonant in consonants)
    return Spelling(way, tuple(_BEGINNINGS.get(first, first)), f"{between}{fits}{between}s?")


_FEWEST, _MOST = 3, 9
_ARTICLE = "ال"
_IGNORED = "[aeiouywh]"
_CONSONANT = re.compile("sh|ch|zh|th|kh|ts|nt|[b-df-gj-np-tvxz]")
_ENDING = re.compile("(?<=...)(?:os|oi|es|as|is|us|on|om|en|s|n|a|i|u)$")
_ALIKE = {
    "b": "[bv]+", "v": "[bvwf]+", "p": "[pb]+", "f": "(?:f|ph|v)+", "t": "(?:th|t)+", "th": "(?:th|t|d)+",
    "d": "(?:d|th)+", "nt": "nt|nd|d", "k": "(?:ch|[kcqg])+", "c": "(?:ch|[kcs])+", "q": "[kcq]+", "kh": "ch|kh|[khcj]",
    "ch": "tsch|tch|ch|kh|[chkj]", "s": "(?:sh|[scz])+", "z": "[zsj]+", "sh": "sch|sh|ch|s+", "zh": "zh|[jgz]",
    "ts": "ts|tz|ch|[czs]+", "j": "dj|[jgzy]+", "g": "gh|[gh]+", "x": "x|ks|cks?|cs", "l": "l+", "m": "m+", "n": "n+",
    "r": "r+",
}  # fmt: skip
"""By the sound of a consonant, how Latin scripts write it."""
_BEGINNINGS = {
    "a": "ah", "e": "eiyhj", "i": "eiyhj", "o": "ouwh", "u": "ouwh", "y": "iyj", "h": "h", "w": "wvu",
    "b": "bv", "v": "vbwf", "p": "pb", "f": "fpv", "th": "td", "d": "dt", "nt": "nd", "k": "kcqg", "c": "cks",
    "q": "qkc", "kh": "ckhj", "ch": "tckhj", "s": "scz", "z": "zsj", "sh": "sc", "zh": "zjg", "ts": "tczs",
    "j": "jdgzy", "g": "gh", "x": "xkc",
}  # fmt: skip
_TOGETHER = {"a-": "", "-": "", "oy": "u", "mp": "b", "gk": "g", "tz": "j"}
"""Letters that are one sound together; the dash stands where a sign of India takes the letter's own a away."""

_GREEK = dict(
    zip("αβγδεζηθικλμνξοπρστυφχψως", "a v g d e z i th i k l m n x o p r s t y f ch ps o s".split(), strict=True)
)
_CYRILLIC = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґўјљњћђџ",
        "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh sh _ y _ e yu ya i i e g u j l n ch j j".split(),
        strict=True,
    )
)
_HEBREW = dict(
    zip(
        "אבגדהוזחטיכךלמםנןסעפףצץקרשת",
        "a b g d h w z h t y k k l m m n n s a p p ts ts k r sh t".split(),
        strict=True,
    )
)
_ARABIC = dict(
    zip(
        "اأإآبتثجحخدذرزسشصضطظعغفقكلمنهوؤيىئةءپچژگکیڤ",
        "a a a a p t th j h kh d d r z s sh s d t z a g f k k l m n h w w y a y a _ p ch zh g k y v".split(),
        strict=True,
    )
)
_TWICE = re.compile(r"(.)\1+")
_INDIA = range(0x0900, 0x0D80)


@cache
def _sounds() -> dict[str, str]:
    silent = {letter: sound.replace("_", "") for letter, sound in (_GREEK | _CYRILLIC | _HEBREW | _ARABIC).items()}
    return silent | dict(_indian())


def _indian() -> Iterator[tuple[str, str]]:
    """The scripts of India, whose letters are named alike, and by their sounds."""
    for letter in map(chr, _INDIA):
        kind, _, sound = unicodedata.name(letter, "").rpartition(" ")
        plain = _TWICE.sub(r"\1", sound.lower()).replace("ch", "c").replace("c", "ch")
        if "VOWEL SIGN" in kind:
            yield letter, f"-{plain}"
        elif "LETTER" in kind:
            yield letter, plain
        elif sound == "VIRAMA":
            yield letter, "-"
        elif kind.endswith("SIGN"):
            yield letter, "n" if sound in ("ANUSVARA", "CANDRABINDU") else ""
