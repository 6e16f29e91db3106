"""Reads the dates that a sentence states: days, months, years and short spans, never a bound alone."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lyceum.archive import PartialDate
from lyceum.tutor.study.model import Dated
from lyceum.tutor.times import Window, time_spans, windows

_LONGEST_SPAN = 12


@dataclass(frozen=True, slots=True)
class Stated:
    """A date with where it stands in the text that states it."""

    date: Dated
    start: int
    end: int

    @property
    def days(self) -> int:
        """How many days it can mean."""
        return (self.date.last - self.date.first).days + 1


def stated_dates(text: str) -> Iterator[Stated]:
    """The dates of a sentence in order; a number that only looks like a year is none, nor is a decade or a century."""
    for window, (start, end) in zip(windows(text), time_spans(text), strict=True):
        date = _dated(window, text[start:end])
        if date and not (_BARE_YEAR.fullmatch(text[start:end]) and not _is_year(text, start, end)):
            yield Stated(date, start, end)


def may_state(text: str) -> bool:
    """Whether a text holds four digits that may be a year; a quick look before a close one."""
    return bool(_FOUR_DIGITS.search(text))


_FOUR_DIGITS = re.compile(r"(?<!\d)(?:1[0-9]|20)\d\d(?!\d)")
_BARE_YEAR = re.compile(r"\d{4}")
_LOOSE = re.compile(r"\d0(?:[’']?s|ern?)\b|century|centuries|jahrhundert|siècle|siglo|secolo|век", re.IGNORECASE)


def _dated(window: Window, printed: str) -> Dated | None:
    first, last = window.first, window.last
    if first is None or last is None or _LOOSE.search(printed) or not 0 <= last.year - first.year <= _LONGEST_SPAN:
        return None
    if first == last:
        return Dated(_day(first))
    if _is_whole_year(first, last):
        return Dated(PartialDate(first.year), PartialDate(last.year) if last.year > first.year else None)
    if (first.year, first.month) == (last.year, last.month) and _is_whole_month(first, last):
        return Dated(PartialDate(first.year, first.month))
    return Dated(_day(first), _day(last))


def _day(day: dt.date) -> PartialDate:
    return PartialDate(day.year, day.month, day.day)


def _is_whole_year(first: dt.date, last: dt.date) -> bool:
    return (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)


def _is_whole_month(first: dt.date, last: dt.date) -> bool:
    return first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]


# What stands before four digits that are a year, in the languages whose months are read.
_BEFORE_YEAR = re.compile(
    r"(?:\b(?:in|of|during|year|spring|summer|fall|autumn|winter|early|late|mid|middle|end|close|beginning|circa|about|"
    r"since|from|by|till|until|to|and|around|christmas|easter|day|month|strike|panic|crisis|act|law|anno|jahre?s?|im|"
    r"anfang|ende|mitte|frühjahr|sommer|herbst|winter|seit|von|bis|um|en|année|an|dès|vers|depuis|l[’']an|de|del|año|"
    r"desde|hacia|hasta|el|в|году|anno|nel|dal|del)[,.]?\s+|[(\[]|^)$",
    re.IGNORECASE,
)
# What is counted rather than dated: 1200 men, 1500 dollars.
_COUNTED = re.compile(
    r"\s+(?:of\s+(?:the|these|those|them|our|their)\b|(?:or|to)\s+\d|(?!was\b|as\b|is\b|has\b|this\b|its\b|his\b|"
    r"various\b|previous\b|always\b|perhaps\b|thus\b|across\b|besides\b|workers’\b)[a-z]+s\b|men\b|women\b|people\b|"
    r"children\b|feet\b|other\b|more\b|new\b|young\b|armed\b|men’s\b|million\b|thousand\b|hundred\b|per\b|tons\b|"
    r"mann\b|mark\b|arbeiter\w*\b|personen\b|francs?\b|hommes\b|femmes\b|ouvriers\b|hombres\b|obreros\b)"
)
_EARLIEST_BARE = 1300


def _is_year(text: str, start: int, end: int) -> bool:
    if int(text[start:end]) < _EARLIEST_BARE or _COUNTED.match(text, end):
        return False
    return bool(_BEFORE_YEAR.search(text[max(0, start - 30) : start]))
