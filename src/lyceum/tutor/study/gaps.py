"""Finds what of a sentence may be asked for: its year, its numbers, the people and places that it names.

People and places are told apart by what stands around a name in the whole material and by lists of well-known ones;
a name that could be either, or neither, is left alone.
"""

from __future__ import annotations

import re
import zoneinfo
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from babel import Locale

from lyceum import text as texts
from lyceum.tutor.quantities import MONTH, Quantity, read


class Asks(StrEnum):
    """What kind of thing a gap leaves out."""

    YEAR = "year"
    NUMBER = "number"
    PERSON = "person"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Gap:
    """Words of a sentence that may be left out.

    `form` is what others need to share to fit in their place: how a number is written and what it counts, a title
    and how many names a person has, whether a place is a country. `value` is that of a year or a number.
    """

    asks: Asks
    start: int
    end: int
    text: str
    form: str = ""
    value: float = 0.0


def gaps(sentence: str, language: str, names: Names) -> list[Gap]:
    """What may be left out of a sentence, in order."""
    found = [*_years(sentence), *_numbers(sentence, language), *names.gaps(sentence, language)]
    return sorted((gap for gap in found if sentence.count(gap.text) == 1), key=lambda gap: gap.start)


# --- years -------------------------------------------------------------------------------------------------

_YEAR = re.compile(r"(?<![\w.,$£€§°/–—-])(1[4-9]\d\d|20[0-3]\d)(?![\w%/–—-]|[.,]\d| (?:men|women|people|workers))")
# “Before 1890” is as true of 1900: a year is asked for only where no other could fill its place.
_OPEN = re.compile(
    r"\b(?:at|no\.|before|after|since|until|till|by|from|to|between|and|or|about|around|circa|ca\.|c\.|towards?|"
    r"prior to|later than|earlier than|vor|nach|seit|bis|zwischen|und|oder|um|von|avant|après|depuis|jusqu['’]en|entre|"
    r"et|ou|vers|de|à|antes de|después de|desde|hasta|y|o|hacia)"
    r"\s+(?:the year |dem jahre? |l['’]an(?:née)? |el año )?$",
    re.IGNORECASE,
)


def _years(sentence: str) -> Iterator[Gap]:
    """The only year of a sentence."""
    found = list(_YEAR.finditer(sentence))
    if len(found) == 1 and not _OPEN.search(sentence[: found[0].start()]):
        match = found[0]
        yield Gap(Asks.YEAR, match.start(), match.end(), match.group(), value=float(match.group()))


# --- numbers -----------------------------------------------------------------------------------------------

_NUMBERED = re.compile(
    r"(?:\b(?:chapter|section|article|page|pages|number|no|nos|vol|volume|part|book|line|lines|act|clause|schedule|"
    r"table|figure|plate|local|lodge|ward|district|room|street|rule|paragraph|verse|appendix|kapitel|seite|band|nr|"
    r"artikel|chapitre|article|numéro|tome|capítulo|artículo|número|tomo|one|two|three|four|five|six|seven|eight|nine|"
    r"ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|million|times|at|than|per|the|and|or|"
    r"last|past|next|first|every|each|other|further|another|even)\.?"
    r"\s*|[$£€:/.,–—-]\s?|\d\s*)$",
    re.IGNORECASE,
)
_RUNS_ON = re.compile(
    r"[:/.,–—-]\d|(?:st|nd|rd|th)\b|[–—-]\w|\s*(?:o['’]clock|a\.?m\.?\b|p\.?m\.?\b|of the|or\b|to \w+ (?:hours|days|"
    r"years|men|per|cents)|and a|and \d|and (?:one|two|three|four|five|six|seven|eight|nine|ten)\b|[½¼¾]|"
    r"score|dozen|additional\b|more\b|other\b|others\b)",
    re.IGNORECASE,
)
_COUNTED_OUT = re.compile(r":|\bone\b.*\bone\b|\b(?:first|viz|namely|firstly)\b", re.DOTALL)
_FIGURES = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
_LIKE_A_PRONOUN = frozenset("one ein eine einer eines un une uno una".split())


def _numbers(sentence: str, language: str) -> Iterator[Gap]:
    """The quantities of a sentence that measure or count something and are said to be exact."""
    at = 0
    quantities = read(sentence, language)
    if any(quantity.dimension == MONTH for quantity in quantities):
        return
    for quantity in quantities:
        start = sentence.find(quantity.text, at)
        at = start + len(quantity.text)
        gap = _number(sentence, start, quantity)
        if gap:
            yield gap


def _number(sentence: str, start: int, quantity: Quantity) -> Gap | None:
    words = _FIGURES.match(quantity.text) or _NUMBER_WORDS.match(quantity.text)
    if words is None or quantity.bound or quantity.year or not (quantity.measured or quantity.noun):
        return None
    said = words.group()
    end = start + len(said)
    runs_on = end < len(sentence) and (sentence[end].isalpha() or bool(_RUNS_ON.match(sentence, end)))
    # What is counted out can be counted: “three groups, one of … and one of …”.
    counted = _COUNTED_OUT.search(sentence, end) is not None
    if said.lower() in _LIKE_A_PRONOUN or counted or runs_on or _NUMBERED.search(sentence[:start]):
        return None
    writing = "figures" if said[0].isdigit() else "words"
    return Gap(Asks.NUMBER, start, end, said, f"{writing} {quantity.dimension or quantity.noun}", quantity.value)


ONES = "two three four five six seven eight nine ten eleven twelve".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBER_WORDS = re.compile(rf"(?:{'|'.join((*ONES, *TENS))})(?: (?:hundred|thousand|million))?\b", re.IGNORECASE)

# --- names -------------------------------------------------------------------------------------------------

_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪĮİĶĹĽŁŃŇŌŐŒŔŘŚŞŠŢŤŪŮŰŹŻŽ]"
_PART = rf"{_CAPITAL}[^\W\d_]*(?:['’]{_CAPITAL}[^\W\d_]+)?(?:-{_CAPITAL}[^\W\d_]+)*"
_RUN = re.compile(
    rf"(?<![\w.’'-])(?:{_CAPITAL}\. ?)*{_PART}(?: (?:(?:de|von|van|der|du|di|del) )?(?:{_CAPITAL}\. ?)*{_PART})*"
)
_TITLES = frozenset(
    """mr mrs ms miss dr prof professor president governor senator congressman captain colonel general major judge
    justice sir lord lady comrade brother sister father mother reverend rev king queen emperor tsar prince princess
    secretary mayor chairman sergeant lieutenant inspector minister commissioner
    herr frau fräulein doktor könig kaiser fürst graf genosse
    monsieur madame mademoiselle citoyen roi empereur señor señora don doña""".split()
)
_LADIES = frozenset(
    "mrs ms miss lady sister mother queen princess frau fräulein madame mademoiselle señora doña".split()
)
_MEN = frozenset(
    """albert alexander alfred andrew anton antonio arthur august benjamin bernard carl charles daniel david edmund
    eduard edward émile ernest eugene ferdinand francis frank franz frederick friedrich fritz george georg george
    gustav hans harry heinrich henri henry herbert hermann howard hugo ivan jack jacob jacques james jean jim joe
    johann john joseph josé juan jules julius karl kaspar lawrence leon leo lewis louis luis maxim michael michel
    mikhail moritz morris nicholas oscar otto oskar pablo patrick paul pedro peter philip pierre ralph richard robert
    rudolf samuel sidney thomas tom upton vladimir walter wilhelm william bill booker booth clarence terence jerome
    selig isaac abraham moses solomon stephen matthew mark luke anthony allan allen oliver roger vincent victor max
    emil johannes jesus carlos francisco manuel miguel errico giuseppe luigi carlo pietro""".split()
)
_WOMEN = frozenset(
    """agnes alice anna anne annie beatrice bertha carrie catherine clara charlotte dorothy eleanor eliza elizabeth
    ellen emily emma esther ethel eva florence frances grace hannah harriet helen ida irene isabel isabella jane
    janet jeanne jennie josephine julia kate kitty laura lillian louise lucy lydia margaret marguerite maria marie
    martha mary maud millicent minnie nellie nora olive rachel rebecca rosa rose ruth sarah sophia sophie susan
    sylvia vera victoria virginia wilhelmina frieda klara rahel luise teresa carmen dolores""".split()
)
_STATES = frozenset(
    """Alabama Alaska Arizona Arkansas California Colorado Connecticut Delaware Florida Georgia Hawaii Idaho Illinois
    Indiana Iowa Kansas Kentucky Louisiana Maine Maryland Massachusetts Michigan Minnesota Mississippi Missouri Montana
    Nebraska Nevada Ohio Oklahoma Oregon Pennsylvania Tennessee Texas Utah Vermont Virginia Wisconsin Wyoming""".split()
) | {"New Hampshire", "New Jersey", "New Mexico", "North Carolina", "South Carolina", "North Dakota", "South Dakota",
     "Rhode Island", "West Virginia"}  # fmt: skip
_OLD_COUNTRIES = frozenset(
    "England Scotland Wales Britain Prussia Bavaria Saxony Bohemia Russia Czechoslovakia Yugoslavia Persia Siam Ceylon "
    "Holland Turkey".split()
) | {"Great Britain", "Austria-Hungary", "Soviet Union"}
_AMBIGUOUS = frozenset(
    "Washington Lincoln Jackson Jordan Chad Georgia Virginia Florence Victoria Nelson Wellington Houston Austin Kent "
    "Sydney Santiago Lima Mobile Reading Nice Man Turkey Georgia Niger Troll Vostok Casey Davis Pacific Central "
    "Eastern Mountain Monticello Vincennes Winamac Petersburg Knox Marengo Salem Center Rome Easter Christmas Bermuda "
    "Madeira Canary Jamaica Mali Guinea Creston Regina Yukon Stanley Belem Cuba Indiana New Man West East North South "
    "China Union State States Darwin Jersey Europe Asia Africa America".split()
) - {"China", "Cuba", "Rome", "Indiana", "Jamaica", "Sydney", "Turkey"}
_NO_NAME = re.compile(
    r"\b(?:Union|Unions|Party|Congress|Association|Committee|League|Company|Court|Act|Bill|War|Day|Labor|Labour|Lodge|"
    r"Revolution|Society|Church|God|Christ|Bible|Government|Federation|Council|Commission|Board|Office|Bank|Club|Mr|"
    r"Street|Avenue|Road|House|Hall|Hotel|University|College|School|Railroad|Railway|Works|Mills|Press|Times|Tribune|"
    r"News|Herald|Review|Constitution|Convention|Conference|Manifesto|International|Republic|Empire|Army|Navy|River|"
    r"Parliament|Senate|Assembly|Department|Bureau|Institute|Brotherhood|Order|Knights|Socialist|Socialists|Democratic|"
    r"American|Americans|English|Englishman|French|German|Germans|Russian|Russians|Italian|Italians|Negro|Negroes|"
    r"Jew|Jews|Jewish|Christian|Christians|Catholic|Irish|Polish|Slavs|Spanish|British|European|January|February|"
    r"March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|"
    r"Saturday|Sunday|Christmas|Easter|Chapter|Book|Part|Volume|State|States|City|County|Commune|Bolshevik|Bolsheviki|"
    r"Bolshevism|Englishmen|Frenchmen|Lords|Commons|Marxism|Marxist|Marxian|Anarchist|Anarchists|Communist|Communists|Social|National|Central|Great|Old|"
    r"Western|Eastern|Northern|Southern|North|South|East|West|President|Governor|Hell|Heaven|Providence|Nature|Lord)\b"
)
_PLACED = re.compile(r"\b(?:in|at|near|outside|reached|visited|à|en)\s$", re.IGNORECASE)
_TOWN = re.compile(r"\b(?:city|town|village|suburb|port|town of|city of|village of)\s(?:of\s)?$", re.IGNORECASE)
_ENDS_THERE = re.compile(
    r"[,.;:)!?]|\s(?:and|or|in|on|was|were|is|are|had|has|with|to|by|where|when|who|which|for|as|at|"
    r"won|lost|struck|met|went|came|began|stood|saw|took|sent|gave|did|will|would|could|must|may|[a-z]{2,}ed)\b"
)
_ACTS = re.compile(r",?\s(?:said|says|wrote|writes|declared|replied|answered|thought|told|asked|spoke|explained|argued|"
                   r"testified|remarked|observed|insisted|was born|was elected|died|himself|herself)\b")  # fmt: skip


_DOES = re.compile(
    r"(?:['’]s)?\s(?:was|had|has|is|would|could|did|never|then|went|came|took|gave|made|saw|led|[a-z]{2,}ed)\b"
)


@dataclass(frozen=True, slots=True)
class _Run:
    """Capitalised words in a row: with which title, and where the name itself stands."""

    start: int
    end: int
    title: str
    words: tuple[str, ...]

    @property
    def name(self) -> str:
        return " ".join(self.words)


class Names:
    """What the names of some material are."""

    def __init__(self) -> None:
        self._people: Counter[str] = Counter()
        self._families: dict[str, set[str]] = {}
        self._places: Counter[str] = Counter()
        self._lower: set[str] = set()
        self._with_article: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()

    @classmethod
    def of(cls, texts_and_languages: Iterable[tuple[str, str]]) -> Names:
        """The names of some texts."""
        names = cls()
        for text, language in texts_and_languages:
            names._read(text, language)
        return names

    def _read(self, text: str, language: str) -> None:
        self._lower.update(re.findall(r"\b[^\W\d_A-Z][^\W\d_]+\b", text))
        for run in _runs(text, language):
            before, after = text[max(0, run.start - 24) : run.start], text[run.end : run.end + 14]
            self._seen[run.name] += 1
            self._with_article[run.name] += before.endswith(("the ", "The "))
            if _is_full_name(run) or run.title or _ACTS.match(after):
                self._people[run.name] += 1
                self._families.setdefault(run.words[-1], set()).add(run.title or _sex(run))
            elif (_PLACED.search(before) and _ENDS_THERE.match(after)) or _TOWN.search(before):
                self._places[run.name] += 2 if _TOWN.search(before) else 1

    def gaps(self, sentence: str, language: str) -> Iterator[Gap]:
        """The people and places that a sentence names."""
        if texts.primary(language) not in ("en", "fr", "es", "it", "pt", "nl"):
            return
        for run in _runs(sentence, language):
            if _NO_NAME.search(run.name) or sentence[run.end : run.end + 1] in ("-", "–"):
                continue
            if self._is_person(run, sentence):
                form = f"{texts.primary(language)} {run.title or '-'} {len(run.words)} {_sex(run)}"
                yield Gap(Asks.PERSON, run.start, run.end, sentence[run.start : run.end], form)
            elif self._is_place(run, language) and _ENDS_THERE.match(sentence, run.end):
                sort = self._sort(run, language)
                if not _within_another(sentence, run, sort):
                    yield Gap(Asks.PLACE, run.start, run.end, sentence[run.start : run.end], sort)

    def _is_person(self, run: _Run, sentence: str) -> bool:
        if run.name in _STATES or run.name in _OLD_COUNTRIES:
            return False
        if run.title or _is_full_name(run):
            return self._places[run.name] <= self._people[run.name] // 4
        # A family name alone may be a town's as well: it needs to act here, and never to be where something happens.
        known = len(run.words) == 1 and run.name in self._families and self._people[run.name] >= 2
        acts = _ACTS.match(sentence, run.end) or _DOES.match(sentence, run.end)
        placed = _PLACED.search(sentence[: run.start]) or sentence[: run.start].endswith(("the ", "The ", ", "))
        return known and bool(acts) and not placed and self._places[run.name] == 0

    def _is_place(self, run: _Run, language: str) -> bool:
        if run.title or run.name in _AMBIGUOUS or run.words[-1] in self._families:
            return False
        if (
            run.name in _STATES
            or run.name in _OLD_COUNTRIES
            or run.name in _countries(language)
            or run.name in _cities()
        ):
            return True
        if any(word.lower() in self._lower for word in run.words):
            return False
        return self._places[run.name] >= 3 and 2 * self._places[run.name] >= self._seen[run.name]

    def _sort(self, run: _Run, language: str) -> str:
        article = "the" if 2 * self._with_article[run.name] > self._seen[run.name] else "-"
        sort = "place"
        if run.name in _STATES:
            sort = "state"
        elif run.name in _OLD_COUNTRIES or run.name in _countries(language):
            sort = "country"
        return f"{texts.primary(language)} {sort} {article}"


def _within_another(sentence: str, run: _Run, sort: str) -> bool:
    """Whether a place is one of a list, which any other might be in too, or stands beside the one that it lies in."""
    before, after = sentence[: run.start], sentence[run.end :]
    listed = re.match(r",? (?:and|or) [A-ZÀ-Þ]|, [A-ZÀ-Þ]", after) or re.search(r"[^\W\d_],? (?:and|or) $", before)
    return bool(listed) or (" place " in sort and bool(re.search(r"[A-ZÀ-Þ][^\W\d_]+, $", before)))


def _runs(text: str, language: str) -> Iterator[_Run]:
    """The capitalised words in a row, without a sentence's own capital on a word of grammar."""
    for match in _RUN.finditer(text):
        start, words = match.start(), match.group().split(" ")
        while words and texts.is_function_word(words[0].lower(), language):
            start += len(words[0]) + 1
            words = words[1:]
        title = ""
        while len(words) > 1 and words[0].lower().rstrip(".") in _TITLES:
            title = words[0].lower().rstrip(".")
            start += len(words[0]) + 1
            words = words[1:]
        if before := _TITLE_BEFORE.search(text[max(0, start - 12) : start]):
            title = before.group(1).lower()
        if words and not _opens_sentence(text, start, title) and words[0].lower() not in _TITLES:
            yield _Run(start, match.end(), title, tuple(words))


_TITLE_BEFORE = re.compile(r"\b(Mr|Mrs|Ms|Dr|Prof|Rev|Gen|Col|Capt|Lt|Sgt|Gov|Sen|Hon)\. $")


def _opens_sentence(text: str, start: int, title: str) -> bool:
    """Whether the capital may be that of the sentence alone."""
    before = text[:start].rstrip(" \n“\"'‘(")
    return not title and (not before or before[-1] in ".!?:;")


def _is_full_name(run: _Run) -> bool:
    """Whether it has a given name, or initials, before a family name."""
    if not 2 <= len(run.words) <= 4 or len(run.words[-1]) < 3:
        return False
    first = run.words[0]
    return first.lower() in _MEN or first.lower() in _WOMEN or (len(first) <= 2 and first.endswith("."))


def _sex(run: _Run) -> str:
    """What a title or a given name says of somebody's sex; a dash for nothing."""
    first = run.words[0].lower()
    if run.title in _LADIES or (len(run.words) > 1 and first in _WOMEN):
        return "f"
    return "m" if run.title or (len(run.words) > 1 and first in _MEN) else "-"


@cache
def _countries(language: str) -> frozenset[str]:
    """The names of countries in a language."""
    code = texts.primary(language)
    territories = Locale(code if code in ("en", "fr", "es", "it", "pt", "nl") else "en").territories
    return frozenset(name for code, name in territories.items() if len(code) == 2) - _AMBIGUOUS - {"Europe"}


@cache
def _cities() -> frozenset[str]:
    """Cities that a time zone is named after."""
    named = (zone.rsplit("/", maxsplit=1) for zone in zoneinfo.available_timezones() if zone.count("/") == 1)
    areas = ("America", "Europe", "Asia", "Africa", "Australia")
    return frozenset(city.replace("_", " ") for area, city in named if area in areas) - _AMBIGUOUS
