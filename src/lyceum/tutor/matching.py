"""Decides whether quoted words stand in a text, letter by letter, whatever typesetting has done to them.

What may differ is what printing and extraction change without changing what is said: quotation marks, dashes,
ellipses, ligatures, full-width forms, long s, soft hyphens, a hyphen at a line's end, white space, and the marks
of emphasis in plain text (`_so_`, `*so*`). What may not differ is everything else: each letter with its case and
accents, each digit, each symbol such as % or §, and punctuation. Superscripts and fractions are not digits:
10² is not 102.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Mismatch(StrEnum):
    """Why quoted words do not stand in a text."""

    EMPTY = "empty"
    NOT_FOUND = "not_found"
    CUT_WORD = "cut_word"
    CUT_NEGATION = "cut_negation"
    OTHER_PUNCTUATION = "other_punctuation"


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets into a text, in code points, half-open."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Letters:
    """A text as the letters that must agree, where each stands, and what stands between them.

    `gaps[i]` is what stands before letter i, made comparable; `gaps[-1]` what stands after the last.
    """

    letters: str
    starts: list[int]
    ends: list[int]
    gaps: list[str]


def locate(quoted: str, text: str) -> Span | Mismatch:
    """Where quoted words stand in a text, from their first to their last letter and the marks that end them.

    The words must begin and end where words do, and may not leave out a negation on which they hang.
    """
    wanted, source = _letters_of(quoted), _letters_of(text)
    if not wanted.letters:
        return Mismatch.EMPTY
    reason = Mismatch.NOT_FOUND
    at = source.letters.find(wanted.letters)
    while at >= 0:
        found = _fit(wanted, source, at, text)
        if isinstance(found, Span):
            return found
        reason = found if found is not Mismatch.NOT_FOUND else reason
        at = source.letters.find(wanted.letters, at + 1)
    return reason


def _fit(wanted: _Letters, source: _Letters, at: int, text: str) -> Span | Mismatch:
    size = len(wanted.letters)
    for i in range(1, size):
        if not _same_gap(wanted.gaps[i], source.gaps[at + i]):
            return Mismatch.OTHER_PUNCTUATION
    if _cuts_word(source, at) or _cuts_word(source, at + size):
        return Mismatch.CUT_WORD
    start, end = source.starts[at], source.ends[at + size - 1]
    if _negated_before(text, start) or _negated_after(text, end):
        return Mismatch.CUT_NEGATION
    if not _same_ending(wanted.gaps[-1], source.gaps[at + size]):
        return Mismatch.OTHER_PUNCTUATION
    return Span(start, _with_closing_marks(text, end, wanted.gaps[-1]))


def _cuts_word(source: _Letters, at: int) -> bool:
    """Whether a place before letter `at` lies within a word or a number."""
    if at in (0, len(source.letters)):
        return False
    gap, before, after = source.gaps[at], source.letters[at - 1], source.letters[at]
    if gap == "":
        return not (_unspaced(before) or _unspaced(after))
    if gap == _LINE_END:
        return True
    if before.isdigit() and after.isdigit():
        return gap in (".", ",", "'", ":", "/", "-")
    return gap in ("'", "-") and before.isalpha() and after.isalpha() and source.ends[at - 1] + 1 == source.starts[at]


# --- letters and what stands between them ------------------------------------------------------------

_LINE_END = "\x00"
_QUOTES = "'\"“”„‟‘’‚‛«»‹›`´′″"
_DASHES = "-‐‑‒–—―−"
_SIGNIFICANT = frozenset("%&#@§†‡°")
_HYPHEN_AT_LINE_END = re.compile(r"^[-‐¬][ \t\r]*\n\s*$")
_DROPPED = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff_*]")


def _is_letter(character: str) -> bool:
    if character.isalnum() or character in _SIGNIFICANT:
        return True
    return character not in "`´" and unicodedata.category(character)[0] in "MS"


@lru_cache(maxsize=512)
def _letters_of(text: str) -> _Letters:
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    gaps: list[str] = []
    after = 0
    for start, end, folded in _clusters(text):
        gaps.append(_gap(text[after:start]))
        for n, letter in enumerate(folded):
            if n:
                gaps.append("")
            letters.append(letter)
            starts.append(start)
            ends.append(end)
        after = end
    gaps.append(_gap(text[after:]))
    return _unspaced_gaps(_Letters("".join(letters), starts, ends, gaps))


def _clusters(text: str) -> Iterator[tuple[int, int, str]]:
    """Each letter with its combining marks, folded to what must agree."""
    i = 0
    while i < len(text):
        if not _is_letter(text[i]):
            i += 1
            continue
        j = i + 1
        while j < len(text) and unicodedata.combining(text[j]):
            j += 1
        yield i, j, _fold(text[i:j])
        i = j


@lru_cache(maxsize=65_536)
def _fold(cluster: str) -> str:
    if cluster.isascii():
        return cluster
    first = ord(cluster[0])
    presentation = 0xFB00 <= first <= 0xFDFF or 0xFE70 <= first <= 0xFFEF
    folded = unicodedata.normalize("NFKC" if presentation else "NFC", cluster).replace("ſ", "s")
    return folded.replace(" ", "")


@lru_cache(maxsize=65_536)
def _gap(between: str) -> str:
    """What stands between two letters, in one spelling for all its typographic forms."""
    if between in ("", " "):
        return between
    between = _DROPPED.sub("", between)
    if _HYPHEN_AT_LINE_END.match(between):
        return _LINE_END
    between = between.replace("…", "...").replace(". . .", "...")
    between = re.sub(f"[{re.escape(_QUOTES)}]+", "'", between)
    between = re.sub(f"[{re.escape(_DASHES)}]+", "-", between)
    if not between.strip():
        return " " if between else ""
    # Spaces beside punctuation are a matter of house style: « so », word — word, word !
    return re.sub(r"\s+", "", between)


def _unspaced_gaps(letters: _Letters) -> _Letters:
    """Without the white space that line breaks leave between letters of scripts that use none."""
    for i in range(1, len(letters.letters)):
        if letters.gaps[i] == " " and _unspaced(letters.letters[i - 1]) and _unspaced(letters.letters[i]):
            letters.gaps[i] = ""
    return letters


def _unspaced(letter: str) -> bool:
    """Whether its script is written without spaces: Thai and its neighbours, Burmese, kana, Han."""
    return any(first <= ord(letter) <= last for first, last in _UNSPACED)


_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x3040, 0x30FF), (0x3400, 0x9FFF), (0x20000, 0x2FFFF))


def _same_gap(wanted: str, found: str) -> bool:
    if wanted == found:
        return True
    if _LINE_END in (wanted, found):
        other = found if wanted == _LINE_END else wanted
        return other in ("", "-", _LINE_END)
    return False


_TERMINAL = re.compile(r"[.!?]")


def _same_ending(wanted: str, found: str) -> bool:
    """Whether the marks that end a quotation agree: a full stop may stand for none, but not for ? or !."""
    asked, given = _TERMINAL.search(wanted), _TERMINAL.search(found)
    if not asked:
        return True
    if asked.group() == ".":
        return not given or given.group() == "."
    return given is not None and given.group() == asked.group()


def _with_closing_marks(text: str, end: int, wanted: str) -> int:
    """The end with the sentence's own closing marks, where the quotation has such marks too."""
    if not _TERMINAL.search(wanted):
        return end
    match = re.compile(r"[.!?…]+").match(text, end)
    return match.end() if match else end


# --- negation ------------------------------------------------------------------------------------------

_NEGATIONS_BEFORE = frozenset(
    """not no never neither nor cannot without none nicht kein keine keinen keinem keiner keines nie niemals weder
    ohne ne pas point jamais aucun aucune sans nunca jamás ningún ninguna sin tampoco non mai nessun nessuna senza
    não sem niet geen nooit не ни никогда нет без inte aldrig""".split()
)
_NEGATIONS_AFTER = frozenset("not nicht nie niemals pas point jamais never niet inte".split())
_WORD_BEFORE = re.compile(r"(\w+(?:['’]\w+)?['’]?)[ \t\r\n]+$")
_WORD_AFTER = re.compile(r"[ \t\r\n]+(\w+)")


def _negated_before(text: str, start: int) -> bool:
    """Whether the word just before, with nothing but space between, negates what follows."""
    match = _WORD_BEFORE.search(text, max(0, start - 40), start)
    if not match:
        return False
    word = match.group(1).lower().replace("’", "'")
    return word in _NEGATIONS_BEFORE or word.endswith("n't")


def _negated_after(text: str, end: int) -> bool:
    """Whether the word just after, with nothing but space between, negates what came before."""
    match = _WORD_AFTER.match(text, end, end + 40)
    return match is not None and match.group(1).lower() in _NEGATIONS_AFTER
