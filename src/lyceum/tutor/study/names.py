"""Finds names in a sentence: persons, places, bodies, by their capitals and what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lyceum import text as texts
from lyceum.tutor.times import month

_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀ-ŽА-Я]"
_PART = rf"(?:{_CAPITAL}\.|(?:Mc|Mac|O[’']|D[’']|L[’']|d[’'])?{_CAPITAL}[\w’'-]*[\w])"
_JOINT = r"(?:de|la|le|du|des|da|di|von|van|der|den|of|of the|zu|del)"
_NAME = re.compile(rf"{_PART}(?:\s+(?:{_JOINT}\s+)?{_PART})*")


def names_in(sentence: str, language: str) -> Iterator[str]:
    """The runs of capitalised words; a sentence's first word only where it goes on with a name. Not for German."""
    code = texts.primary(language)
    if code == "de":
        return
    for match in _NAME.finditer(sentence):
        name = match.group()
        if _opens(sentence, match.start()):
            name = _without_first(name, code)
        if name and not _is_common(name, code):
            yield name


def _opens(sentence: str, at: int) -> bool:
    """Whether a word has its capital because something begins with it."""
    return not sentence[:at].strip(" \"“„«‘'(¿¡") or bool(re.search(r"[!?:;—\"“„«‘(]\s*$", sentence[:at][-3:]))


def _without_first(name: str, code: str) -> str:
    first, _, rest = name.partition(" ")
    if not rest:
        return ""
    return rest if texts.is_function_word(first.lower(), code) else name


def _is_common(name: str, code: str) -> bool:
    words = [word for word in re.split(r"[\s.]+", name.lower()) if word]
    return all(texts.is_function_word(w, code) or month(w) or w in _COMMON or len(w) < 2 for w in words)


_COMMON = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday mr mrs miss dr sir rev chapter page god lord
    christmas easter lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado
    domingo i oh ah yes no""".split()
)
