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
from dataclasses import dataclass, replace
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

    `between[i]` is what stands before letter i as it is, `gaps[i]` the same made comparable; the last of each is
    what stands after the last letter.
    """

    letters: str
    starts: list[int]
    ends: list[int]
    between: list[str]
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
        reason = found
        at = source.letters.find(wanted.letters, at + 1)
    return reason


def _fit(wanted: _Letters, source: _Letters, at: int, text: str) -> Span | Mismatch:
    size = len(wanted.letters)
    for i in range(1, size):
        if not _same_gap(wanted.gaps[i], source.gaps[at + i]):
            return Mismatch.OTHER_PUNCTUATION
    if _cuts(source, at) or _cuts(source, at + size) or _leaves_sign(source, at):
        return Mismatch.CUT_WORD
    start, end = source.starts[at], source.ends[at + size - 1]
    if _cuts_number_words(text, start, end):
        return Mismatch.CUT_WORD
    if _negated_before(text, start) or _negated_after(text, end):
        return Mismatch.CUT_NEGATION
    if not _same_ending(wanted.between[-1], source.between[at + size]):
        return Mismatch.OTHER_PUNCTUATION
    return Span(start, _with_closing_marks(text, end, wanted.between[-1]))


# --- where words and numbers begin and end -------------------------------------------------------------

_NUMBER_JOINT = re.compile(r"[.,:/'’·\-‐‑–]")
_WORD_JOINT = re.compile(r"['’\-‐‑()\[\]]")
_UNITS = frozenset("%‰°")
_GROUP = 3


def _cuts(source: _Letters, at: int) -> bool:
    """Whether a place before letter `at` lies within a word or a number."""
    if at in (0, len(source.letters)):
        return False
    before, after = source.letters[at - 1], source.letters[at]
    joint = _INVISIBLE.sub("", source.between[at])
    if joint == "":
        return not (_unspaced(before) or _unspaced(after))
    if source.gaps[at] == _LINE_END:
        return True
    if before.isdigit() and after.isdigit():
        spaced = joint.isspace() and (_parts_thousands(source, at) or source.between[at + 1 : at + 2] == ["/"])
        return spaced or bool(_NUMBER_JOINT.fullmatch(joint))
    if before.isdigit() and (after.isnumeric() or after in _UNITS):
        return joint.isspace()
    return before.isalpha() and after.isalpha() and bool(_WORD_JOINT.fullmatch(joint))


def _parts_thousands(source: _Letters, at: int) -> bool:
    """Whether the space before letter `at` is one within a number such as 1 975 496."""
    first = last = at
    while first and source.letters[first - 1].isdigit() and (first == at or not source.between[first]):
        first -= 1
    while last < len(source.letters) and source.letters[last].isdigit() and (last == at or not source.between[last]):
        last += 1
    return at - first <= _GROUP and last - at == _GROUP


def _leaves_sign(source: _Letters, at: int) -> bool:
    """Whether a number would lose the minus sign or the decimal point before it."""
    gap = source.between[at]
    alone = (len(gap) == 1 and at == 0) or (len(gap) > 1 and gap[-2:-1].isspace())
    return source.letters[at].isdigit() and gap[-1:] in tuple(".-−‐‑–") and alone


# --- letters and what stands between them ----------------------------------------------------------------

_LINE_END = "\x00"
_SINGLE = "'‘’‚‛‹›`´′ʼ"
_DOUBLE = '"“”„‟«»″'
_DASHES = "-‐‑‒–—―−"
_SIGNIFICANT = frozenset("%&#@§†‡°")
_HYPHEN_AT_LINE_END = re.compile(r"^[-‐‑¬\u00ad][ \t\r]*\n\s*$")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_EMPHASIS = re.compile(r"[_*]")
_MARK_AFTER_NUMBER = re.compile(f"^(?:[{_SINGLE}](?![{_SINGLE}])|[{_DOUBLE}])")


def _is_letter(character: str) -> bool:
    if character in _SIGNIFICANT or (character.isalnum() and character != "ʼ"):
        return True
    return character not in "`´−¬ʼ" and unicodedata.category(character)[0] in "MS"


@lru_cache(maxsize=512)
def _letters_of(text: str) -> _Letters:
    found = _Letters("", [], [], [], [])
    letters: list[str] = []
    after = 0
    for start, end, folded in _clusters(text):
        for n, letter in enumerate(folded):
            between = "" if n else text[after:start]
            found.between.append(between)
            found.gaps.append(_comparable(between, letters[-1] if letters else "", letter))
            letters.append(letter)
            found.starts.append(start)
            found.ends.append(end)
        after = end
    found.between.append(text[after:])
    found.gaps.append("")
    return replace(found, letters="".join(letters))


def _clusters(text: str) -> Iterator[tuple[int, int, str]]:
    """Each letter with its combining marks, or the parts of a Korean syllable, folded to what must agree."""
    i = 0
    while i < len(text):
        if not _is_letter(text[i]):
            i += 1
            continue
        j = i + 1
        while j < len(text) and (unicodedata.combining(text[j]) or "\u1160" <= text[j] <= "\u11ff"):
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


def _comparable(between: str, before: str, after: str) -> str:
    """What stands between two letters, in one spelling for all its typographic forms."""
    if between in ("", " "):
        joined = between == " " and before and _unspaced(before) and _unspaced(after)
        return "" if joined else between
    if before.isdigit() and after.isdigit():
        return _gap_in_number(between)
    mark = ""
    if before.isdigit() and (match := _MARK_AFTER_NUMBER.match(between)):
        # 5' and 5" are feet and inches, minutes and seconds.
        mark = "single" if match.group() in _SINGLE else "double"
    gap = _gap(between)
    if gap == " " and before and _unspaced(before) and _unspaced(after):
        gap = ""
    return gap + mark


@lru_cache(maxsize=65_536)
def _gap(between: str) -> str:
    if _HYPHEN_AT_LINE_END.match(between):
        return _LINE_END
    between = _EMPHASIS.sub("", _INVISIBLE.sub("", between))
    between = "".join(unicodedata.normalize("NFKC", c) if "\uff00" <= c <= "\uffef" else c for c in between)
    between = between.replace("…", "...").replace(". . .", "...")
    between = re.sub(f"[{re.escape(_SINGLE + _DOUBLE)}]+", "'", between)
    if not between.strip():
        return " " if between else ""
    between = _DASH.sub(_one_dash, between)
    # Spaces beside punctuation are a matter of house style: « so », word — word, word !
    return re.sub(r"\s+", "", between)


def _one_dash(match: re.Match[str]) -> str:
    """A hyphen that joins as -, a dash that parts as —, and as – what may be either once it was set or scanned."""
    sign = match.group()
    if len(sign) == 1:
        return "–" if sign in "–−" else "-" if sign in "-‐‑" else "—"
    return "—"


_DASH = re.compile(rf"\s+[{re.escape(_DASHES)}]+\s*|[{re.escape(_DASHES)}]+\s+|[{re.escape(_DASHES)}]+")


@lru_cache(maxsize=4_096)
def _gap_in_number(between: str) -> str:
    """Between two digits nothing is typography but the form of a dash, a space, and what cannot be seen."""
    between = re.sub(f"[{re.escape(_DASHES)}]+", "-", _INVISIBLE.sub("", between))
    return re.sub(r"\s+", " ", re.sub(r"(?<=-)\s*\n\s*", "", between))


def _unspaced(letter: str) -> bool:
    """Whether its script is written without spaces: Thai and its neighbours, Burmese, kana, Han."""
    return any(first <= ord(letter) <= last for first, last in _UNSPACED)


_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x3040, 0x30FF), (0x3400, 0x9FFF), (0x20000, 0x2FFFF))


def _same_gap(wanted: str, found: str) -> bool:
    if wanted == found or _same_dash(wanted, found) or _same_mark(wanted, found):
        return True
    if _LINE_END in (wanted, found):
        other = found if wanted == _LINE_END else wanted
        return other in ("", "-", _LINE_END)
    return False


def _same_dash(wanted: str, found: str) -> bool:
    return "–" in wanted + found and any(wanted.replace("–", sign) == found.replace("–", sign) for sign in ("-", "—"))


def _same_mark(wanted: str, found: str) -> bool:
    """Whether two gaps behind a number differ only in that one tells feet from inches and the other does not."""
    told = [gap.endswith(("single", "double")) for gap in (wanted, found)]
    bare = [gap.removesuffix("single").removesuffix("double") for gap in (wanted, found)]
    return told[0] != told[1] and bare[0] == bare[1]


_TERMINAL = re.compile(r"[.!?。！？؟۔।]")
_SAME_TERMINAL = str.maketrans("。！？؟۔।", ".!??..")


def _same_ending(wanted: str, found: str) -> bool:
    """Whether the marks that end a quotation agree: a full stop may stand for none, but not for ? or !."""
    asked, given = _terminal(wanted), _terminal(found)
    return asked is None or asked == given or (asked == "." and given is None)


def _terminal(between: str) -> str | None:
    match = _TERMINAL.search(between)
    return match.group().translate(_SAME_TERMINAL) if match else None


def _with_closing_marks(text: str, end: int, wanted: str) -> int:
    """The end with the sentence's own closing marks, where the quotation has such marks too."""
    match = _CLOSING.match(text, end) if _terminal(wanted) else None
    return match.end() if match else end


_CLOSING = re.compile(r"[.!?…。！？؟۔।]+")


# --- negation ------------------------------------------------------------------------------------------

_NEGATIONS_BEFORE = frozenset(
    """not no never neither nor cannot without none hardly scarcely barely nothing nobody
    nicht kein keine keinen keinem keiner keines nie niemals weder ohne kaum nichts niemand nirgends
    keineswegs keinesfalls mitnichten
    ne pas point jamais aucun aucune sans ni guère rien personne
    nunca jamás ningún ninguno ninguna sin tampoco apenas nada nadie non mai nessun nessuna senza né nulla
    não nem sem niet geen nooit zonder не ни никогда нет без inte aldrig utan""".split()
)
_NEGATIONS_AFTER = frozenset("not nicht nie niemals pas point jamais never niet inte".split())
_NUMBER_WORDS = frozenset(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    ein eine zwei drei vier fünf sechs sieben acht neun zehn zwanzig dreißig vierzig fünfzig
    un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize
    vingt trente quarante cinquante soixante
    elf zwölf sechzig siebzig achtzig neunzig
    uno una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince
    veinte treinta cuarenta cincuenta""".split()
)
_MAGNITUDES = frozenset(
    """hundred hundreds thousand thousands million millions billion score dozen
    hundert tausend million millionen milliarde milliarden dutzend cent cents mille million millions milliard
    milliards cien ciento cientos mil millón millones docenas""".split()
)
_PER_CENT = frozenset({("per", "cent"), ("pour", "cent"), ("por", "ciento"), ("por", "cien")})
_AND = frozenset("and und et y".split())
_REACH = 60
_WORD_BEFORE = re.compile(r"(\w+(?:['’]\w+)?)[^\S\n]*\n?[^\S\n]*\Z")
_WORDS_AFTER = re.compile(r"[^\S\n]*\n?[^\S\n]*(\w+)(?:[^\S\n]*\n?[^\S\n]*(\w+))?")
_FIRST_WORD = re.compile(r"\W*(\w+)")


def _negated_before(text: str, start: int) -> bool:
    """Whether the word just before, with nothing but space between, negates what follows."""
    word = _word_before(text, start)
    return word in _NEGATIONS_BEFORE or word.endswith("n't")


def _negated_after(text: str, end: int) -> bool:
    """Whether one of the next two words, with nothing but space between, negates what came before."""
    return bool(_NEGATIONS_AFTER.intersection(_words_after(text, end)))


def _cuts_number_words(text: str, start: int, end: int) -> bool:
    """Whether a number set in words loses a part: “three” of “three hundred”, “hundred” of the same."""
    first = _FIRST_WORD.match(_bare(text[start : start + _REACH]))
    if first and first.group(1).lower() in _MAGNITUDES and _is_number(_word_before(text, start)):
        return True
    following, last = _words_after(text, end), _word_before(text, end)
    if following and (following[0] in _MAGNITUDES or tuple(following) in _PER_CENT):
        return _is_number(last)
    joined = len(following) == 2 and following[0] in _AND and following[1] in _NUMBER_WORDS
    return joined and last in _NUMBER_WORDS | _MAGNITUDES


def _is_number(word: str) -> bool:
    return word in _NUMBER_WORDS or word in _MAGNITUDES or word.isdigit()


def _word_before(text: str, place: int) -> str:
    match = _WORD_BEFORE.search(_bare(text[max(0, place - _REACH) : place]))
    return match.group(1).lower().replace("’", "'") if match else ""


def _words_after(text: str, place: int) -> list[str]:
    match = _WORDS_AFTER.match(_bare(text[place : place + _REACH]))
    return [word.lower() for word in match.groups() if word] if match else []


def _bare(text: str) -> str:
    """A stretch of text without emphasis, invisible signs, and the hyphens of line ends."""
    text = _EMPHASIS.sub("", _INVISIBLE.sub("", re.sub(r"(?<=\w)[-‐‑¬\u00ad][ \t\r]*\n\s*(?=\w)", "", text)))
    return unicodedata.normalize("NFC", text)
