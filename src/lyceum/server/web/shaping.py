"""Turns what the library tells into what a page shows: pure functions, no request, no database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from lyceum.library import Block, Page

_QUOTED = re.compile(r"[“„«「][^“”„«»「」]*[”“»」]")
_LONGEST_PICTURE = 60


@dataclass(frozen=True, slots=True)
class Run:
    """A run of text, marked or not; `id` makes it a place to go to."""

    text: str
    marked: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """The documents of some years in the picture of what is held; positions are in hundredths of its box."""

    first: int
    last: int
    count: int
    x: float
    width: float
    height: float

    @property
    def y(self) -> float:
        """Its upper edge."""
        return round(100 - self.height, 2)

    @property
    def label(self) -> str:
        """Its years."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page begins in the text: its printed label, its number counted from 1, and its offset."""

    label: str
    number: int
    start: int


@dataclass(frozen=True, slots=True)
class Part:
    """A heading or paragraph of a document as it is shown; `pages` are those that begin in it."""

    kind: str
    level: int
    start: int
    end: int
    runs: tuple[Run, ...]
    pages: tuple[Mark, ...]


def picture(years: Mapping[str, int]) -> list[Bar]:
    """Bars for years, joined to lustres, decades or more until they fit; what has no date has no bar."""
    dated = {int(year): count for year, count in years.items() if year.isdigit()}
    if not dated:
        return []
    first, last = min(dated), max(dated)
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 500, 5_000) if (last - first) / step < _LONGEST_PICTURE)
    begin = first - first % step
    counts = [
        sum(count for year, count in dated.items() if at <= year < at + step) for at in range(begin, last + 1, step)
    ]
    width, most = 100 / len(counts), max(counts)
    return [
        Bar(
            begin + n * step,
            min(begin + (n + 1) * step - 1, 9_999),
            count,
            round(n * width, 3),
            round(width * 0.86, 3),
            round(max(6, 100 * count / most), 2) if count else 0,
        )
        for n, count in enumerate(counts)
    ]


def html_of(runs: Iterable[Run]) -> SafeString:
    """Runs as markup: a list of results has hundreds of them, and a template takes its time over each."""
    told = (f"<mark>{escape(run.text)}</mark>" if run.marked else escape(run.text) for run in runs)
    return mark_safe("".join(told))  # noqa: S308  (each was escaped)


def marked(text: str, offset: int, marks: Sequence[tuple[int, int]], *, named: bool = False) -> tuple[Run, ...]:
    """A text that begins at an offset, cut where marks begin and end; with `named` the first marked run is a place."""
    runs: list[Run] = []
    at = offset
    end = offset + len(text)
    for begin, stop in sorted(marks):
        first, last = max(begin, at), min(stop, end)
        if first >= last:
            continue
        if first > at:
            runs.append(Run(text[at - offset : first - offset]))
        runs.append(
            Run(text[first - offset : last - offset], True, f"{begin}-{stop}" if named and first == begin else "")
        )
        at = last
    if at < end:
        runs.append(Run(text[at - offset :]))
    return tuple(runs)


def parts(
    text: str, offset: int, blocks: Sequence[Block], pages: Sequence[Page], cited: tuple[int, int] | None
) -> Iterator[Part]:
    """The blocks that lie in a stretch of a document's text."""
    stop = offset + len(text)
    marks = [
        Mark(page.label, number, page.start)
        for number, page in enumerate(pages, start=1)
        if page.label and offset <= page.start < stop
    ]
    for block in blocks:
        if block.start < offset or block.end > stop:
            continue
        begun = tuple(mark for mark in marks if block.start <= mark.start < block.end)
        body = text[block.start - offset : block.end - offset]
        runs = marked(body, block.start, [cited] if cited else [], named=True)
        yield Part(block.kind, min(block.level + 1, 6), block.start, block.end, runs, begun)


def quoted(text: str) -> list[Run]:
    """A statement with what stands in quotation marks set apart."""
    runs: list[Run] = []
    at = 0
    for match in _QUOTED.finditer(text):
        if match.start() > at:
            runs.append(Run(text[at : match.start()]))
        runs.append(Run(match.group()[1:-1], True))
        at = match.end()
    if at < len(text):
        runs.append(Run(text[at:]))
    return runs


def occurrences(text: str, words: str, most: int) -> list[tuple[int, int]]:
    """Where words stand in a text, whatever their capitals and the white space between them."""
    wanted = r"\s+".join(re.escape(word) for word in words.split())
    if not wanted:
        return []
    found = re.finditer(wanted, text, re.IGNORECASE)
    return [match.span() for match, _ in zip(found, range(most), strict=False)]


def sortable(name: str) -> str:
    """A name as it is put in order: without accents, capitals, and signs before its first letter."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return plain.casefold().lstrip(" \"'“”„«»‘’([…-–—")


def stretch(blocks: Sequence[Block], at: int, size: int, characters: int) -> tuple[int, int]:
    """The whole blocks to show where an offset is asked for: stretches of about a size, cut always alike."""
    begin = 0
    for block in blocks:
        if block.end - begin > size and block.start > begin:
            if at < block.start:
                return begin, block.start
            begin = block.start
    return begin, characters
