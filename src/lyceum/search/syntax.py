"""Reads what a person types into the search box.

    "exact phrase"   "these words"~3   -word   -"not this"   organi*   weavrs~
    author:besant   title:"match women"   year:1919   year:1919..1922   from:1919-05   to:1922   as-of:1920
    lang:de   collection:papers   kind:letter

Everything else ranks. What only looks like an operator (a hyphen within a word, a colon after any other word, a
quotation mark without its twin) is taken as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lyceum import text as texts
from lyceum.archive import PartialDate
from lyceum.errors import InvalidValue
from lyceum.search.model import ELSEWHERE, Filter, Mode, Order, Phrase, Query, Scope

EACH = 3
"""So many passages of one document at most stand before those of others: a long book must not hide a pamphlet."""


def read_query(
    text: str,
    scope: Scope,
    wanted: Filter = Filter(),
    *,
    mode: Mode = Mode.HYBRID,
    limit: int = 10,
    order: Order = Order.RELEVANCE,
    elsewhere: float = ELSEWHERE,
) -> Query:
    """The query that a text asks for within a filter; raises InvalidValue for a date or a filter that cannot be.

    In exact mode the whole text is one phrase, operators and all.
    """
    if mode is Mode.EXACT:
        return Query(text, scope, wanted, mode, limit, order)
    read = _Read()
    for match in _TOKEN.finditer(text):
        read.take(match)
    return Query(
        " ".join(read.text),
        scope,
        wanted.narrowed(read.filter),
        mode,
        limit,
        order,
        phrases=tuple(read.phrases),
        without=tuple(read.without),
        beginnings=tuple(read.beginnings),
        near=tuple(read.near),
        elsewhere=elsewhere,
        each=EACH,
    )


_PAIRS = (('"', '"'), ("“", "”"), ("„", "“"), ("„", "”"), ("«", "»"), ("»", "«"), ("「", "」"))
_QUOTED = "|".join(f"{a}[^{a}{b}]*{b}" for a, b in _PAIRS)
_FIELDS = "author|title|year|date|from|to|as-of|lang|language|collection|kind"
_TOKEN = re.compile(
    rf"(?<!\S)(?P<field>{_FIELDS}):(?P<value>{_QUOTED}|\S+)"
    rf"|(?P<minus>(?<!\S)-)?(?P<quoted>{_QUOTED})(?:~(?P<slop>\d{{1,2}}))?"
    r"|(?<!\S)-(?P<unwanted>\w\S*)"
    r"|(?<!\S)(?P<beginning>\w{2,})\*(?!\S)"
    r"|(?<!\S)(?P<near>\w{3,})~(?!\S)"
    r"|(?P<word>\S+?(?=$|\s|[\"“„«「])|\S)",
    re.IGNORECASE,
)
_QUOTES = "".join({mark for pair in _PAIRS for mark in pair})


@dataclass(slots=True)
class _Read:
    text: list[str] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=list)
    without: list[Phrase] = field(default_factory=list)
    beginnings: list[str] = field(default_factory=list)
    near: list[str] = field(default_factory=list)
    filter: Filter = Filter()

    def take(self, match: re.Match[str]) -> None:
        """One token of the text."""
        found = match.groupdict()
        if found["field"]:
            self.filter = self.filter.narrowed(_filter(found["field"].lower(), found["value"].strip(_QUOTES)))
        elif found["quoted"]:
            self._quoted(found["quoted"].strip(_QUOTES), int(found["slop"] or 0), unwanted=bool(found["minus"]))
        elif found["unwanted"]:
            self._forbid(found["unwanted"])
        elif found["beginning"]:
            self.beginnings += texts.plain_terms(found["beginning"])
            self.text.append(found["beginning"])
        elif found["near"]:
            self.near.append(found["near"])
            self.text.append(found["near"])
        else:
            self.text.append(found["word"])

    def _quoted(self, words: str, slop: int, *, unwanted: bool) -> None:
        if unwanted:
            self._forbid(words)
        elif phrase := tuple(texts.plain_terms(words)):
            self.phrases.append(Phrase(phrase, slop))
            self.text.append(words)

    def _forbid(self, words: str) -> None:
        if phrase := tuple(texts.plain_terms(words)):
            self.without.append(Phrase(phrase))


def _filter(name: str, value: str) -> Filter:
    if name in ("year", "date"):
        return _dates(value)
    if name == "from":
        return Filter(first=_date(value).first)
    if name in ("to", "as-of"):
        return Filter(last=_date(value).last)
    return Filter(**{"language" if name == "lang" else name: value})  # type: ignore[arg-type]


def _dates(value: str) -> Filter:
    first, dots, last = value.partition("..")
    if not dots:
        return Filter(first=_date(value).first, last=_date(value).last)
    return Filter(first=_date(first).first if first else None, last=_date(last).last if last else None)


def _date(value: str) -> PartialDate:
    try:
        return PartialDate.parse(value)
    except InvalidValue as error:
        hint = "A day, month or year, as in year:1919, year:1919..1922 or from:1919-05; put other words in quotes."
        raise InvalidValue(f"“{value}” is not a date.", hint=hint, code="invalid_date") from error
