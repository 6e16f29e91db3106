"""Reads the times that a question or a sentence names, and what a question wants of them.

A question's time is either when something was said (“What was written about Haymarket before 1890?”), which asks
for documents of that time, or when something happened (“Who was president from 1921 to 1925?”), which asks for
sentences that do not speak of another time, from documents that are not older than it.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Window:
    """Days from first to last, both within; None on either side where it is open."""

    first: dt.date | None = None
    last: dt.date | None = None

    def meets(self, other: Window) -> bool:
        """Whether the two have a day in common."""
        starts_late = self.last is not None and other.first is not None and other.first > self.last
        ends_early = self.first is not None and other.last is not None and other.last < self.first
        return not (starts_late or ends_early)

    def joined(self, other: Window) -> Window:
        """The days that lie in both."""
        firsts = [day for day in (self.first, other.first) if day]
        lasts = [day for day in (self.last, other.last) if day]
        return Window(max(firsts, default=None), min(lasts, default=None))

    def hull(self, other: Window) -> Window:
        """From the beginning of the earlier to the end of the later."""
        first = min(self.first, other.first) if self.first and other.first else None
        last = max(self.last, other.last) if self.last and other.last else None
        return Window(first, last)

    @property
    def empty(self) -> bool:
        """Whether no day lies in it."""
        return self.first is not None and self.last is not None and self.first > self.last

    def __str__(self) -> str:
        return f"{self.first or '…'}/{self.last or '…'}"


class Ordered(StrEnum):
    """What a question wants of the order of time."""

    EARLIEST = "earliest"
    LATEST = "latest"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class When:
    """The time that a question asks for; `said` bounds the documents, `happened` what their sentences speak of."""

    said: Window | None = None
    happened: Window | None = None
    order: Ordered | None = None


def read_when(question: str) -> When:
    """The time that a question names, and whether it is that of documents or of what they tell."""
    order = next((order for order, pattern in _ORDERS if pattern.search(question)), None)
    if match := _AS_OF.search(question):
        point = next((p for p in _points(question) if match.end() <= p.start <= match.end() + 4), None)
        if point:
            return When(said=Window(None, point.window.last), order=order)
    said, happened = None, None
    spans = list(_related(question))
    for span in spans:
        if _is_of_documents(question, span):
            said = span.window if said is None else said.joined(span.window)
        else:
            happened = span.window if happened is None else _either(happened, span)
    return When(said, happened, order)


def windows(sentence: str) -> list[Window]:
    """The times that a sentence names."""
    return [span.window for span in _related(sentence)]


def month(word: str) -> int | None:
    """The number of the month that a word names, in any of the languages that are read."""
    return _MONTHS.get(word.lower().rstrip("."))


def time_spans(text: str) -> list[tuple[int, int]]:
    """Where a text names times, as offsets."""
    return [(span.start, span.end) for span in _related(text)]


def speaks_of_another_time(sentence: str, window: Window) -> bool:
    """Whether a sentence names times, and none of them has a day in common with the window."""
    named = windows(sentence)
    return bool(named) and not any(window.meets(one) for one in named)


def years_of(date: str) -> Window:
    """The days that a date such as 1919, 1919-09 or 1919-09-22 can mean."""
    parts = [int(part) for part in date.split("-")[:3]]
    return _days(*parts)


def _either(known: Window, span: _Span) -> Window:
    bounded = known.joined(span.window)
    return known.hull(span.window) if bounded.empty else bounded


# --- points: a day, a month, a year, a decade, a century ---------------------------------------------------

_MONTH_NAMES = (
    "january janvier januar enero января январь gennaio janeiro januari jan",
    "february février februar febrero февраля февраль febbraio fevereiro februari feb",
    "march mars märz marzo марта март março maart mar",
    "april avril abril апреля апрель aprile apr",
    "may mai mayo мая май maggio maio mei",
    "june juin juni junio июня июнь giugno junho jun",
    "july juillet juli julio июля июль luglio julho jul",
    "august août agosto августа август augustus aug",
    "september septembre septiembre сентября сентябрь settembre setembro sept sep",
    "october octobre oktober octubre октября октябрь ottobre outubro oct okt",
    "november novembre noviembre ноября ноябрь novembro nov",
    "december décembre dezember diciembre декабря декабрь dicembre dezembro dec dez",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()}
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_YEAR = r"(?:1[0-9]\d\d|20\d\d)"
_OF = r"(?:of\s+|de\s+|del\s+)?"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_POINT = re.compile(
    rf"""(?<![\w.,§$£€])(?<![§$£€]\s)(?:
      (?P<iso>{_YEAR}-(?:0[1-9]|1[0-2])(?:-\d\d)?)
    | (?P<day1>{_DAY})(?:st|nd|rd|th|er|\.|º)?\s+{_OF}(?P<month1>{_MONTH})\s*,?\s*{_OF}(?P<year1>{_YEAR})
    | (?P<month2>{_MONTH})\s+(?P<day2>{_DAY})(?:st|nd|rd|th)?\s*,?\s+(?P<year2>{_YEAR})
    | (?P<month3>{_MONTH})\s*,?\s*{_OF}(?P<year3>{_YEAR})
    | (?P<century>1?\d|2[01])(?:st|nd|rd|th|\.|e|ème)?\s*(?:century|centuries|jahrhunderts?|siècle)
    | (?P<word>[a-z]+)[ -]century
    | (?:siècle|siglo|secolo)\s+(?P<roman>X[IVX]{{0,4}})(?![IVX])
    | (?P<roman2>X[IVX]{{0,4}})e?\s*(?:siècle|века?|secolo)
    | (?P<decade>1[0-9]\d0|20\d0)(?:'?s|ern?|-?е|-х)(?!\w)
    | (?:ann[ée]es|años)\s+(?P<decade2>1[0-9]\d0|20\d0)
    | (?P<year>{_YEAR})
    )(?![\w%])""",
    re.VERBOSE | re.IGNORECASE,
)
_ROMAN = {"X": 10, "XI": 11, "XII": 12, "XIII": 13, "XIV": 14, "XV": 15, "XVI": 16, "XVII": 17, "XVIII": 18, "XIX": 19,
          "XX": 20, "XXI": 21}  # fmt: skip
_ORDINALS = {
    word: number
    for number, word in enumerate(
        "eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
        "twenty-first".split(),
        start=11,
    )
}


@dataclass(frozen=True, slots=True)
class _Span:
    window: Window
    start: int
    end: int
    bound: str = ""


def _points(text: str) -> Iterator[_Span]:
    for match in _POINT.finditer(text):
        window = _window_of(match)
        if window is not None:
            yield _Span(window, match.start(), match.end())


def _window_of(match: re.Match[str]) -> Window | None:
    said = {name: value for name, value in match.groupdict().items() if value}
    roman = said.get("roman") or said.get("roman2")
    if iso := said.get("iso"):
        return years_of(iso)
    if roman or "century" in said or "word" in said:
        number = (
            int(said["century"]) if "century" in said
            else _ROMAN.get(roman.upper(), 0) if roman
            else _ORDINALS.get(said["word"].lower(), 0)
        )  # fmt: skip
        return Window(dt.date(100 * number - 99, 1, 1), dt.date(100 * number, 12, 31)) if number else None
    if decade := said.get("decade") or said.get("decade2"):
        return Window(dt.date(int(decade), 1, 1), dt.date(int(decade) + 9, 12, 31))
    if "year" in said:
        return _days(int(said["year"]))
    n = next(n for n in "123" if f"year{n}" in said)
    month = _MONTHS[said[f"month{n}"].lower().rstrip(".")]
    day = [int(said[f"day{n}"])] if f"day{n}" in said else []
    return _days(int(said[f"year{n}"]), month, *day)


def _days(year: int, month: int | None = None, day: int | None = None) -> Window:
    """All days of a year, of a month, or one day; a day that its month does not have is the month's last."""
    first, last = month or 1, month or 12
    longest = calendar.monthrange(year, last)[1]
    return Window(dt.date(year, first, min(day or 1, longest)), dt.date(year, last, min(day or longest, longest)))


# --- relations: before, after, between ---------------------------------------------------------------------

_BEFORE = re.compile(
    r"(?:\b(?:before|prior to|earlier than|vor(?: dem jahr)?|avant|antes del?|до|перед)\s*(?:the (?:year )?)?)$",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"(?:\b(?:until|till|up to|by|no later than|bis(?: zum?)?|jusqu[’'](?:en|à)|hasta|по|к)\s*(?:the (?:year )?)?)$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:\b(?:after|later than|following|nach|après|después del?|после)\s*(?:the (?:year )?)?)$", re.IGNORECASE
)
_SINCE = re.compile(
    r"(?:\b(?:since|starting in|seit|ab|depuis|dès|à partir de|desde|начиная с)\s*(?:the (?:year )?)?)$", re.IGNORECASE
)
_TO = re.compile(
    r"\s*(?:-|–|—|/|\b(?:to|until|till|through|and|und|bis|à|et|y|a|hasta|по|до|и)\b)\s*(?:the )?", re.IGNORECASE
)
_RANGE = re.compile(r"\b(?:between|from|zwischen|von|entre|desde|de|du|с|между)\s*(?:the )?$", re.IGNORECASE)
_ONWARDS = re.compile(r"\s*(?:onwards?|on\b|an\b(?! )|or later|and later)", re.IGNORECASE)
_DASHED = re.compile(r"\s*[-–—/]\s*")
_SHORT_YEAR = re.compile(r"\s*[-–—/]\s*(\d\d)(?!\d)")


def _related(text: str) -> Iterator[_Span]:
    """The times that a text names, each with what stands before it taken into account; ranges as one."""
    points = list(_points(text))
    at = 0
    while at < len(points):
        point = points[at]
        following = points[at + 1] if at + 1 < len(points) else None
        if following and _joins(text, point, following):
            yield _Span(point.window.hull(following.window), point.start, following.end, "range")
            at += 2
            continue
        yield _bounded(text, point)
        at += 1


def _joins(text: str, one: _Span, other: _Span) -> bool:
    between = text[one.end : other.start]
    if _DASHED.fullmatch(between):
        return True
    return bool(_TO.fullmatch(between)) and bool(_RANGE.search(text[: one.start]))


def _bounded(text: str, point: _Span) -> _Span:
    before = text[max(0, point.start - 30) : point.start]
    first, last = point.window.first, point.window.last
    day = dt.timedelta(days=1)
    if match := _SHORT_YEAR.match(text, point.end):
        century = first.year - first.year % 100 if first else 0
        window = point.window.hull(_days(century + int(match.group(1))))
        return _Span(window, point.start, match.end(), "range")
    if _BEFORE.search(before) and first:
        return _Span(Window(None, first - day), point.start, point.end, "before")
    if _UNTIL.search(before):
        return _Span(Window(None, last), point.start, point.end, "until")
    if _AFTER.search(before) and last:
        return _Span(Window(last + day, None), point.start, point.end, "after")
    if _SINCE.search(before) or _ONWARDS.match(text, point.end):
        return _Span(Window(first, None), point.start, point.end, "since")
    return point


# --- whose time it is --------------------------------------------------------------------------------------

_AS_OF = re.compile(r"\b(?:as of|as at|as known in|stand|à la date d[eu]|a fecha de|по состоянию на)\s+", re.IGNORECASE)
_SAYING = (
    r"writ(?:e|es|ten|ing)|wrote|sa(?:y|ys|id)|publish\w*|argu\w+|print(?:ed)?|reported|claim(?:s|ed)?|thought|believed|"
    r"described|opinions?|views?|sources?|documents?|articles?|pamphlets?|books?|authors?|writers?|newspapers?|"
    r"press|speeches|texts?|literature|reports?|"
    r"schrieb(?:en)?|geschrieben|sagt?en?|sagte|gesagt|veröffentlicht|quellen?|dokumente?|artikeln?|büchern?|bücher|"
    r"autoren|zeitungen|schriften|"
    r"écri(?:t|ts|te|vit|vait|virent)|di(?:t|sait|re)|publiée?s?|sources|documents|livres|auteurs|journaux|"
    r"escrib\w+|escrito|dij\w+|dicho|public\w+|fuentes|documentos|libros|autores|periódicos|"
    r"писал\w*|написа\w+|говорил\w*|опубликова\w+|источник\w*|документ\w*|книг\w*|автор\w*"
)
_SAYING_WORD = re.compile(rf"\b(?:{_SAYING})\b", re.IGNORECASE)
_SAYING_JUST_BEFORE = re.compile(
    rf"\b(?:{_SAYING})\s+(?:(?:it|this|that|so|es|das|cela|ça|esto|это|dated|datiert\w*|datés?|fechad\w+)\s+)?"
    r"(?:(?:in|of|from|aus|von|im jahr|im|en|de|du|d’|в|за|из|during)\s+(?:the\s+|year\s+)*)?$",
    re.IGNORECASE,
)
_ATTACHED = re.compile(r"\b(?:of|des jahres|des|von|de|del|du|года?)\s+(?:the\s+)?$", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:about|on|of|regarding|concerning|über|zu|zum|zur|sur|sobre|acerca|о|об|про)\b", re.IGNORECASE
)
_OPENS = re.compile(
    r"^\W*(?:in|im|en|в|during|before|after|vor|nach|avant|après|antes|до|после)?\W*(?:jahr\w*)?\W*$", re.IGNORECASE
)


def _is_of_documents(question: str, span: _Span) -> bool:
    """Whether a time bounds the documents: the question asks what was said, and the time belongs to the saying."""
    saying = _SAYING_WORD.search(question)
    if saying is None:
        return False
    before = question[: span.start]
    if _SAYING_JUST_BEFORE.search(before) or _OPENS.match(before):
        return True
    if span.bound in ("before", "until", "after", "since"):
        return True
    if _ATTACHED.search(before) or question[span.end : span.end + 1] == "-":
        return False
    if span.bound:
        return True
    return saying.end() <= span.start and not _ABOUT.search(question[saying.end() : span.start])


_ORDERS = (
    (
        Ordered.CHANGE,
        re.compile(
            r"\b(?:when|how)\b.*\b(?:chang\w+|shift\w*|evolv\w+|develop\w*|turn(?:ed)? against|give up|abandon\w*)\b"
            r"|\bover (?:time|the years)\b"
            r"|\bwann\b.*\b(?:(?:ge|ver)?änder\w+|(?:ge)?wandel\w*)"
            r"|\bwie\b.*\b(?:verändert\w*|gewandelt)\b"
            r"|\b(?:quand|comment)\b.*\b(?:chang\w+|évolu\w+)|\b(?:cuándo|cómo)\b.*\b(?:cambi\w+|evolucion\w+)"
            r"|\b(?:когда|как)\b.*\b(?:измени\w+|меня\w+)",
            re.IGNORECASE,
        ),
    ),
    (
        Ordered.EARLIEST,
        re.compile(
            r"\b(?:who|what|which|when|where)\b.*\b(?:first|earliest)\b(?! (?:of|may|january|world|international|"
            r"president|minister|lady|edition|volume|part|chapter|congress))"
            r"|\bwer\b.*\b(?:zuerst|als erste[rs]?)\b|\bwann\b.*\b(?:zuerst|zum ersten mal|erstmals)\b"
            r"|\b(?:qui|quand)\b.*\b(?:le premier|pour la première fois|d’abord)\b"
            r"|\b(?:quién|cuándo)\b.*\b(?:primero|por primera vez)\b|\b(?:кто|когда)\b.*\b(?:первым|впервые)\b",
            re.IGNORECASE,
        ),
    ),
    (
        Ordered.LATEST,
        re.compile(
            r"\b(?:who|what|which|when)\b.*\b(?:last (?:to|say|said|write|wrote|time)|latest|most recent)\b"
            r"|\bzuletzt\b|\ben dernier\b|\bpor última vez\b|\bв последний раз\b",
            re.IGNORECASE,
        ),
    ),
)
