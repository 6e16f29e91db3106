"""Lays quoted words beside a source's and tells, word by word, what differs and of what kind it is."""

from __future__ import annotations

import heapq
import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any

from rapidfuzz.distance import Levenshtein

from lyceum import text as texts


class Kind(StrEnum):
    """What sort of difference it is."""

    NUMBER = "number"
    NEGATION = "negation"
    NAME = "name"
    VERB = "verb"
    WORD = "word"
    ORDER = "order"
    MISSING = "missing"
    ADDED = "added"
    SPLICED = "spliced"
    SPELLING = "spelling"
    CASE = "case"
    PUNCTUATION = "punctuation"


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of the draft and the words that stand in their place in the source."""

    draft: str
    source: str
    kind: Kind = Kind.WORD


@dataclass(frozen=True, slots=True)
class Run:
    """Words that agree, where both sides are the same, or that differ."""

    draft: str
    source: str
    same: bool


# Letters that stay one when they are made small, and no word cut at a line's end.
_NEEDS_CARE = re.compile(
    r"[^\x00-\x7f\u00a0-\u00ac\u00ae-\u00ff\u2010-\u2027\u202f\u2030-\u203e]|\w[-\u2010\u00ac][ \t]*\r?\n"
)
_SIMPLE_WORD = re.compile(r"[^\W_]+")


class Tokens:
    """The words of a text, folded, with where each stands."""

    __slots__ = ("_joined", "_offsets", "_places", "ends", "starts", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.words: list[str] = []
        if _NEEDS_CARE.search(text):
            self._read_with_care(text)
        else:
            self._read_plainly(text)
        self._joined: str | None = None
        self._offsets: list[int] = []
        self._places: dict[str, list[int]] | None = None

    def _read_plainly(self, text: str) -> None:
        """The same in a fifth of the time where each word stands as a reader sees it."""
        for match in _SIMPLE_WORD.finditer(text.lower()):
            self.starts.append(match.start())
            self.ends.append(match.end())
            self.words.append(match.group())
        if not text.isascii():
            self.words = list(map(texts.unaccent, self.words))

    def _read_with_care(self, text: str) -> None:
        for start, end, word in texts.located_words(text):
            if texts.is_unspaced(word):
                self.starts += range(start, end)
                self.ends += range(start + 1, end + 1)
                self.words += text[start:end]
            elif bare := word.strip("_"):
                self.starts.append(start)
                self.ends.append(end)
                self.words.append(texts.unaccent(bare))

    def __len__(self) -> int:
        return len(self.words)

    def find(self, words: Sequence[str], begin: int = 0) -> Iterator[int]:
        """Where words stand in a row, as places among the words, from one on."""
        if self._joined is None:
            self._joined = " " + " ".join(self.words) + " "
            at = 0
            for word in self.words:
                self._offsets.append(at)
                at += len(word) + 1
        wanted = " " + " ".join(words) + " "
        at = self._joined.find(wanted, self._offsets[begin] if begin < len(self._offsets) else len(self._joined))
        while at >= 0:
            yield bisect_left(self._offsets, at)
            at = self._joined.find(wanted, at + 1)

    def places(self, word: str) -> list[int]:
        """Every place of a word."""
        if self._places is None:
            self._places = {}
            for n, each in enumerate(self.words):
                self._places.setdefault(each, []).append(n)
        return self._places.get(word, [])


@lru_cache(maxsize=1_024)
def tokens_of(text: str) -> Tokens:
    """The words of a text, kept for the next quotation that is looked for in it."""
    return Tokens(text)


@dataclass(frozen=True, slots=True)
class Aligned:
    """The run of a source's words most like some wanted ones: places among its words, and how many agree.

    `likeness` is from 0 to 1; `blocks` are (place among the wanted, place in the source, size) of what agrees.
    """

    first: int
    last: int
    likeness: float
    agreeing: int
    blocks: tuple[tuple[int, int, int], ...]


_COMMON = 12
_COMMON_WEIGHT = 0.2
_LIKELY = 6


def align(wanted: Sequence[str], source: Tokens) -> Aligned | None:
    """Where a source says most nearly what is wanted; None where they share no word."""
    shift = _best_shift(wanted, source)
    if shift is None:
        return None
    slack = len(wanted) // 3 + 4
    low, high = max(0, shift - slack), min(len(source), shift + len(wanted) + slack)
    near = source.words[low:high]
    ops = list(Levenshtein.opcodes(list(wanted), near))
    blocks = tuple((op.src_start, low + op.dest_start, op.src_end - op.src_start) for op in ops if op.tag == "equal")
    if not blocks:
        return None
    first, last = low + _begins(wanted, near, ops), low + _ends(wanted, near, ops)
    agreeing = sum(size for _, _, size in blocks)
    return Aligned(first, last, 2 * agreeing / (len(wanted) + last - first), agreeing, blocks)


def _begins(wanted: Sequence[str], near: Sequence[str], ops: Sequence[Any]) -> int:
    """Where in a source what is wanted begins: what stands before is no difference.

    Where the first words stand twice there, it is the second time, with less between them and the rest.
    """
    rest = ops[1:] if ops[0].tag == "insert" else ops
    begin: int = rest[0].dest_start
    if len(rest) > 1 and rest[0].tag == "equal" and rest[1].tag == "insert":
        size, end = rest[0].src_end, rest[1].dest_end
        begin = end - size if list(wanted[:size]) == list(near[end - size : end]) else begin
    return begin


def _ends(wanted: Sequence[str], near: Sequence[str], ops: Sequence[Any]) -> int:
    """Where it ends; see `_begins`."""
    rest = ops[:-1] if ops[-1].tag == "insert" else ops
    end: int = rest[-1].dest_end
    if len(rest) > 1 and rest[-1].tag == "equal" and rest[-2].tag == "insert":
        size, start = rest[-1].src_end - rest[-1].src_start, rest[-2].dest_start
        again = list(wanted[len(wanted) - size :]) == list(near[start : start + size])
        end = start + size if again else end
    return end


def _best_shift(wanted: Sequence[str], source: Tokens) -> int | None:
    """How far the wanted words are moved where most of them fall on their like; rare words count more."""
    votes: dict[int, float] = defaultdict(float)
    for n, word in enumerate(wanted):
        places = source.places(word)
        weight = 1.0 if len(places) <= _COMMON else _COMMON_WEIGHT
        for place in places:
            votes[place - n] += weight
    if not votes:
        return None
    slack = min(6, len(wanted) // 4 + 1)
    likely = heapq.nlargest(_LIKELY, votes, key=votes.__getitem__)

    def near(shift: int) -> float:
        return sum(votes.get(shift + d, 0) * (1 - 0.1 * abs(d)) for d in range(-slack, slack + 1))

    return max(likely, key=near)


# --- differences -------------------------------------------------------------------------------------


def differences(draft: str, source: str, language: str | None = None) -> tuple[Difference, ...]:
    """What differs between quoted words and a source's: words; where none do, spelling, case and punctuation."""
    runs = compared(draft, source)
    moved = _moved(runs)
    return tuple(
        Difference(run.draft, run.source, Kind.ORDER if run in moved else _kind(run, n, language))
        for n, run in enumerate(runs)
        if not run.same
    )


def compared(draft: str, source: str) -> list[Run]:
    """Both texts as runs that agree or differ, in order; together they hold each text's words."""
    for fold in (_folded, _letters, _strict):
        runs = list(_runs(draft, source, fold))
        if any(not run.same for run in runs):
            return runs
    return runs


def _runs(draft: str, source: str, fold: Callable[[str], str]) -> Iterator[Run]:
    mine, theirs = _pieces(draft), _pieces(source)
    keys = [[fold(piece) for _, _, piece in side] for side in (mine, theirs)]
    _forgive_edges(keys)
    for same, ops in groupby(Levenshtein.opcodes(*keys), key=lambda op: op.tag == "equal"):
        first, *_, last = [*ops] * 2
        yield Run(
            _between(draft, mine, first.src_start, last.src_end),
            _between(source, theirs, first.dest_start, last.dest_end),
            same,
        )


def _forgive_edges(keys: list[list[str]]) -> None:
    """A comma or full stop at the end, or an opening mark, belongs to the draft's own sentence."""
    for side in keys:
        if side:
            side[-1] = side[-1].rstrip(".,;:'-") or side[-1]
            side[0] = side[0].lstrip("'") or side[0]


_PIECE = re.compile(r"\S+")
_LINE_END_HYPHEN = re.compile(r"(?<=\w)[-‐¬\u00ad][ \t]*\r?\n\s*(?=\w)")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]")


def _pieces(text: str) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    for start, end in _piece_spans(text):
        piece = text[start:end]
        if _UNSPACED.search(piece):
            found += [(start + n, start + n + 1, character) for n, character in enumerate(piece)]
        else:
            found.append((start, end, piece))
    return found


def _piece_spans(text: str) -> Iterator[tuple[int, int]]:
    """Runs without white space, parted at long dashes too; one that a line's end cuts is one."""
    start = 0
    hidden = _LINE_END_HYPHEN.sub(lambda match: "\u2060" * len(match.group()), text)
    for match in _PIECE.finditer(hidden):
        start = match.start()
        for dash in re.finditer(r"[—–―]|--+", match.group()):
            end = match.start() + dash.end()
            if end > start:
                yield start, end
            start = end
        if start < match.end():
            yield start, match.end()


def _between(text: str, pieces: Sequence[tuple[int, int, str]], first: int, last: int) -> str:
    return text[pieces[first][0] : pieces[last - 1][1]] if last > first else ""


def _folded(piece: str) -> str:
    """Letters and digits alone, in lower case and without accents."""
    return " ".join(_terms(piece)) or _strict(piece)


@lru_cache(maxsize=65_536)
def _terms(piece: str) -> tuple[str, ...]:
    return tuple(term.strip("_") for term in texts.plain_terms(piece))


_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\ufffe]")
_SAME = str.maketrans({**dict.fromkeys('‘’‚‛‹›“”„‟«»"`´', "'"), **dict.fromkeys("‐‑‒–—―−", "-"), "…": "...", "ſ": "s"})


@lru_cache(maxsize=65_536)
def _letters(piece: str) -> str:
    """Letters and digits alone, as they are."""
    opened = unicodedata.normalize("NFKC", _INVISIBLE.sub("", piece)).translate(_SAME)
    return "".join(character for character in opened if character.isalnum()) or _strict(piece)


@lru_cache(maxsize=65_536)
def _strict(piece: str) -> str:
    """All but what typesetting changes."""
    opened = unicodedata.normalize("NFC", _INVISIBLE.sub("", piece)).translate(_SAME)
    return re.sub(r"'+", "'", re.sub("-+", "-", opened.replace("_", "").replace("*", ""))) or piece


# --- kinds -------------------------------------------------------------------------------------------

_NEGATIONS = frozenset(
    """not no never neither nor cannot without none hardly scarcely barely nothing nobody nowhere
    nicht kein keine keinen keinem keiner keines nie niemals weder ohne kaum nichts niemand nirgends keineswegs
    keinesfalls mitnichten ne pas point jamais aucun aucune sans ni guere rien personne nunca jamas ningun ninguno
    ninguna sin tampoco apenas nada nadie non mai nessun nessuna senza nulla nao nem sem niet geen nooit zonder inte
    aldrig utan""".split()
)
_NUMBERS = frozenset(
    """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million
    millions billion dozen half third quarter twice thrice eins zwei drei vier funf sechs sieben acht neun zehn elf
    zwolf zwanzig dreißig dreissig vierzig funfzig sechzig siebzig achtzig neunzig hundert tausend million millionen
    deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante cinquante
    soixante cent cents mille dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince veinte
    treinta cuarenta cincuenta cien ciento mil millones""".split()
)
_VERBS = frozenset(
    """is are was were be been being am has have had do does did will would shall should can could may might must ought
    ist sind war waren sei wird werden wurde wurden hat haben hatte hatten kann konnen konnte konnten soll sollen sollte
    muss mussen musste darf durfen durfte mag will wollen wollte est sont etait etaient fut furent sera seront a ont
    avait avaient peut peuvent pouvait doit doivent devait es son era eran fue fueron sera seran ha han habia habian
    puede pueden podia debe deben debia""".split()
)


def _kind(run: Run, place: int, language: str | None) -> Kind:
    mine, theirs = _terms(run.draft), _terms(run.source)
    if mine == theirs:
        return _finer(run)
    for test, kind in ((_is_number, Kind.NUMBER), (_is_negation, Kind.NEGATION)):
        if sorted(filter(test, mine)) != sorted(filter(test, theirs)):
            return kind
    if not mine or not theirs:
        return Kind.ADDED if mine else Kind.MISSING
    return _of_words(run, place, language)


def _of_words(run: Run, place: int, language: str | None) -> Kind:
    """What it is that other words stand for some."""
    mine, theirs = _terms(run.draft), _terms(run.source)
    if "".join(mine) == "".join(theirs):
        return Kind.SPELLING
    if sorted(mine) == sorted(theirs):
        return Kind.ORDER
    if texts.primary(language) != "de" and place and _is_name(run.draft) and _is_name(run.source):
        return Kind.NAME
    return Kind.VERB if _is_verb(mine, theirs, language) else Kind.WORD


def _finer(run: Run) -> Kind:
    """What differs where the letters are the same but for case and accents."""
    one, other = _letters(run.draft), _letters(run.source)
    if one != other:
        return Kind.CASE if one.casefold() == other.casefold() else Kind.SPELLING
    return Kind.PUNCTUATION


def _is_number(term: str) -> bool:
    return term[:1].isdigit() or term in _NUMBERS


def _is_negation(term: str) -> bool:
    return term in _NEGATIONS


def _is_name(words: str) -> bool:
    return all(word[:1].isupper() for word in re.findall(r"\w+", words))


def _is_verb(mine: Sequence[str], theirs: Sequence[str], language: str | None) -> bool:
    """Whether one auxiliary stands for another, or the same word in another form."""
    if len(mine) != 1 or len(theirs) != 1:
        return set(mine) & _VERBS != set(theirs) & _VERBS and set(mine) ^ set(theirs) <= _VERBS
    if mine[0] in _VERBS and theirs[0] in _VERBS:
        return True
    return texts.stem(mine[0], texts.primary(language)) == texts.stem(theirs[0], texts.primary(language))


def _moved(runs: Sequence[Run]) -> set[Run]:
    """Words that were taken out in one place and stand in another near by."""
    changed = [run for run in runs if not run.same]
    found: set[Run] = set()
    for one, other in pairwise(changed):
        taken, put = _terms(one.draft), _terms(one.source)
        if (taken, put) == (_terms(other.source), _terms(other.draft)) and (taken or put):
            found |= {one, other}
    return found
