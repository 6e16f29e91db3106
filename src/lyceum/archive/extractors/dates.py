"""Dates in words and in addresses, in several languages; never one that two readers would read two ways."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lyceum.archive.model import PartialDate

__all__ = ["date_in_address", "date_in_words"]

_MONTH_WORDS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "january jan januar jänner janvier enero gennaio janeiro januari stycznia января",
            "february feb februar février fevrier febrero febbraio fevereiro februari lutego февраля",
            "march mar märz maerz mars marzo março maart marca марта",
            "april apr avril abril aprile kwietnia апреля",
            "may mai mayo maggio maio mei maja мая maj",
            "june jun juni juin junio giugno junho czerwca июня",
            "july jul juli juillet julio luglio julho lipca июля",
            "august aug août aout agosto augustus sierpnia августа augusti",
            "september sep sept septembre septiembre settembre setembro września сентября",
            "october oct oktober octobre octubre ottobre outubro października октября",
            "november nov novembre noviembre novembro listopada ноября",
            "december dec dezember décembre decembre diciembre dicembre dezembro grudnia декабря",
        ),
        start=1,
    )
    for word in words.split()
}
_DAY_MONTH = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|of\s+)?([^\W\d_]{3,12})\.?,?\s+(?:de\s+|del\s+)?(\d{4})\b"
)
_MONTH_DAY = re.compile(r"\b([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?!\d)")
_YEAR_FIRST = re.compile(r"\b(\d{4})[/.年](\d{1,2})[/.月](\d{1,2})日?(?!\d)")
_DOTTED = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\b")
_SLASHED = re.compile(r"\b(\d{1,2})[/-](\d{1,2})[/-](\d{4})\b")
_ADDRESS_DATE = re.compile(
    r"[/=._-]((?:19|20)\d{2})[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?![\d])|/((?:19|20)\d{2})/(0?[1-9]|1[0-2])/"
)
_FIRST_YEAR = 1990


def date_in_address(address: str) -> PartialDate | None:
    """The day, or the month, that an address holds in the way of news sites.

    >>> str(date_in_address("https://example.org/2019/09/22/the-mill"))
    '2019-09-22'
    """
    for match in _ADDRESS_DATE.finditer(address):
        year, month, day = (match[1], match[2], match[3]) if match[1] else (match[4], match[5], None)
        if found := _date(year, month, day):
            return found
    return None


def date_in_words(text: str) -> PartialDate | None:
    """The first full date in a line; one of numbers only where it can be read in one way."""
    return next((found for parts in _date_parts(text) if (found := _date(*parts))), None)


def _date_parts(text: str) -> Iterator[tuple[str, str | int | None, str]]:
    """Year, month and day as they may be meant, words before numbers."""
    yield from ((m[3], _MONTH_WORDS.get(m[2].lower()), m[1]) for m in _DAY_MONTH.finditer(text))
    yield from ((m[3], _MONTH_WORDS.get(m[1].lower()), m[2]) for m in _MONTH_DAY.finditer(text))
    yield from ((m[1], m[2], m[3]) for pattern in (_ISO, _YEAR_FIRST) for m in pattern.finditer(text))
    yield from ((m[3], m[2], m[1]) for m in _DOTTED.finditer(text))
    for match in _SLASHED.finditer(text):
        one, other, year = match.groups()
        if int(one) > 12 or one == other:
            yield year, other, one
        elif int(other) > 12:
            yield year, one, other


def _date(year: str | int, month: str | int | None, day: str | int | None) -> PartialDate | None:
    if month is None or not _FIRST_YEAR <= int(year) < 2100:
        return None
    try:
        return PartialDate(int(year), int(month), int(day) if day else None)
    except ValueError:
        return None
