"""Reads the quantities of a text: figures and number words, with what they measure or count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from lyceum import text as texts

MONTH = "month"
_NEAR = 0.05
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written: its value, its unit's kind and its amount in that kind's own unit, or what it counts.

    `bound` is what stands before it: `<` (at most, fewer than), `>` (at least, more than), `~` (about), or nothing.
    """

    text: str
    value: float
    amount: float
    dimension: str = ""
    noun: str = ""
    bound: str = ""
    year: bool = False

    @property
    def measured(self) -> bool:
        """Whether it has a unit, other than a month's name."""
        return bool(self.dimension) and self.dimension != MONTH

    def allows(self, amount: float) -> bool:
        """Whether it speaks the truth where the amount is this one."""
        slack = abs(self.amount) * (_NEAR if self.bound == "~" else _ROUNDING)
        if self.bound == ">":
            return amount >= self.amount - slack
        if self.bound == "<":
            return amount <= self.amount + slack
        return abs(amount - self.amount) <= slack


def read(text: str, language: str) -> list[Quantity]:
    """The quantities of a text in order, months among them."""
    return _read(text, texts.primary(language))


@lru_cache(maxsize=512)
def names_unit(text: str) -> bool:
    """Whether one of a text's words is a unit of measure or money."""
    return any(word.lower() in _UNITS for word in re.findall(r"[^\W\d_]+", text))


def _read(text: str, language: str) -> list[Quantity]:
    found = sorted([*_figures(text, language), *_in_words(text, language), *_months(text)], key=lambda one: one[0])
    quantities: list[Quantity] = []
    for n, (start, quantity) in enumerate(found):
        after = text[start + len(quantity.text) : found[n + 1][0]] if n + 1 < len(found) else ""
        ranged = _TO.fullmatch(after) and not (quantity.dimension or quantity.noun or quantity.year)
        quantities.append(_in_unit_of(quantity, found[n + 1][1]) if ranged else quantity)
    return quantities


_TO = re.compile(r"\s*(?:to|and|or|bis|und|oder|à|et|ou|a|y|o|u|-|–|—)\s*")


def _in_unit_of(first: Quantity, second: Quantity) -> Quantity:
    """The first number of a range, which counts or measures what the second does."""
    factor = second.amount / second.value if second.value else 1.0
    return replace(first, amount=first.value * factor, dimension=second.dimension, noun=second.noun)


# --- figures ---------------------------------------------------------------------------------------

_FIGURE = re.compile(r"(?<![\w.,])(?P<sign>[£$€])?(?P<number>\d{1,3}(?:[.,’'\u00a0\u202f ]\d{3})+(?!\d)|\d+)"
                     r"(?P<rest>[.,·]\d+)?(?P<end>(?:st|nd|rd|th|s|er|e|º|ª)\b)?")  # fmt: skip
_SCALES: Mapping[str, Mapping[str, float]] = {
    "en": {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9, "dozen": 12},
    "de": {"hundert": 1e2, "tausend": 1e3, "million": 1e6, "millionen": 1e6, "milliarde": 1e9, "milliarden": 1e9},
    "fr": {"cent": 1e2, "cents": 1e2, "mille": 1e3, "million": 1e6, "millions": 1e6, "milliard": 1e9, "milliards": 1e9},
    "es": {"cien": 1e2, "ciento": 1e2, "mil": 1e3, "millón": 1e6, "millones": 1e6},
}
_AFTER = re.compile(r"[\s\u00a0-]{0,2}(per cent|pour cent|por ciento|pounds? sterling|livres sterling|%|‰|°[CF]?|[£$€]|"
                    r"[^\W\d_]+)", re.IGNORECASE)  # fmt: skip
_YEARS = range(1000, 2100)


def _figures(text: str, language: str) -> Iterator[tuple[int, Quantity]]:
    for match in _FIGURE.finditer(text):
        value = _value(match["number"], match["rest"] or "", language)
        plain = match["number"].isdigit() and not match["rest"] and not match["sign"]
        year = plain and len(match["number"]) == 4 and int(value) in _YEARS and not match["end"]
        yield (
            match.start(),
            _quantity(text, match.start(), match.end(), value, language, sign=match["sign"] or "", year=year),
        )


def _value(number: str, rest: str, language: str) -> float:
    """The value of digits with marks between; a single mark before three of them parts thousands, but for `0.125`."""
    digits = re.sub(r"\D", "", number)
    point = "." if language in ("en", "zh", "ja", "ko", "th", "und") else ","
    if number[:1] == "0" and len(digits) > 1 and not rest:
        return float(f"{digits[0]}.{digits[1:]}")
    if point in number and not rest and number.count(point) == 1:
        return float(number.replace(point, "."))
    return float(digits + ("." + rest[1:] if rest else ""))


def _quantity(
    text: str, start: int, end: int, value: float, language: str, *, sign: str = "", year: bool = False
) -> Quantity:
    after = _AFTER.match(text, end)
    scale = _SCALES.get(language, {}).get(after[1].lower()) if after else None
    if after and scale:
        value, end, year = value * scale, after.end(), False
        after = _AFTER.match(text, end)
    unit = _UNITS.get(after[1].lower()) if after and not year else None
    stop = after.end() if after and unit else end
    unit = unit or _UNITS.get(sign)
    bound = _bound(text[max(0, start - 30) : start])
    if unit:
        dimension, factor = unit
        return Quantity(text[start:stop], value, value * factor, dimension, bound=bound)
    return Quantity(text[start:end], value, value, noun=_noun(text[end : end + 40]), bound=bound, year=year)


def _noun(after: str) -> str:
    """The stem, as far as English has it, of the first word of weight after a number: what it counts."""
    for word in re.findall(r"^[.,;:)]|[^\W\d_]+", after.strip())[:2]:
        if not word.isalpha() or any(texts.is_function_word(word.lower(), code) for code in _COUNTING):
            return ""
        if word.lower() not in _QUALIFYING:
            return texts.unaccent(word.lower()).removesuffix("s")
    return ""


_COUNTING = ("en", "de", "fr", "es")
_QUALIFYING = frozenset("new young old other further more neue junge weitere nouveaux nouvelles jeunes autres".split())

# --- units -----------------------------------------------------------------------------------------

_MEASURES = """
share 0.01: % percent prozent pour_cent por_ciento per_cent
share 0.001: ‰
length 1: m metre metres meter meters metro metros mètre mètres metern
length 1000: km kilometre kilometres kilometer kilometers kilometern kilómetro kilómetros kilomètre kilomètres
length 0.01: cm centimetre centimetres zentimeter
length 0.001: mm
length 1609.34: mile miles meile meilen milla millas
length 0.3048: ft foot feet fuß pied pieds pie pies
length 0.0254: inch inches zoll
length 0.9144: yard yards
mass 1: g gram grams gramm gramme grammes gramo gramos
mass 1000: kg kilo kilos kilogram kilograms kilogramm kilogramme kilogrammes kilogramo kilogramos
mass 0.001: mg
mass 0.000001: µg μg mcg
mass 1000000: tonne tonnes ton tons tonnen tonelada toneladas
mass 453.592: lb lbs
volume 1: l litre litres liter liters litro litros
volume 0.001: ml
time 1: second seconds sekunde sekunden seconde secondes segundo segundos
time 60: min minute minutes minuten minuto minutos
time 3600: h hour hours stunde stunden heure heures hora horas
time 86400: day days tag tage tagen jour jours día días
time 604800: week weeks woche wochen semaine semaines semana semanas
time 2629800: month months monat monate monaten mois mes meses
time 31557600: year years jahr jahre jahren an ans année années año años
pounds 1: £ pound_sterling pounds_sterling pfund livres_sterling
dollars 1: $ dollar dollars dólar dólares
euros 1: € euro euros
francs 1: franc francs franken franco francos
marks 1: mark
pesos 1: peso pesos
shillings 1: shilling shillings
pence 1: pence penny
temperature 1: °c
fahrenheit 1: °f
"""
_UNITS: Mapping[str, tuple[str, float]] = {
    name.replace("_", " "): (kind.split()[0], float(kind.split()[1]))
    for kind, names in (line.split(":") for line in _MEASURES.strip().splitlines())
    for name in names.split()
}

# --- what stands before ------------------------------------------------------------------------------

_BOUNDS = [
    (bound, re.compile(rf"(?:{words})\s*(?:\b(?:an?|one|une?|einer?)\s+)?$", re.IGNORECASE))
    for bound, words in {
        ">": r"more than|at least|over|above|upwards? of|no fewer than|not less than|exceed\w*|>|≥|mehr als|mindestens|"
        r"über|plus d[e’']|au moins|más de|al menos|por lo menos",
        "<": r"less than|fewer than|at most|under|below|up to|no more than|not more than|<|≤|weniger als|höchstens|"
        r"unter|bis zu|moins d[e’']|au plus|menos de|como máximo|hasta",
        "~": r"about|around|nearly|almost|roughly|some|approximately|circa|c\.|~|≈|etwa|ungefähr|rund|fast|knapp|"
        r"environ|presque|près d[e’']|quelque|unos|unas|casi|cerca de|alrededor de|aproximadamente",
    }.items()
]


def _bound(before: str) -> str:
    return next((bound for bound, pattern in _BOUNDS if pattern.search(before)), "")


# --- months ----------------------------------------------------------------------------------------

_MONTH_NAMES = (
    "january januar janvier enero|february februar février febrero|march märz mars marzo|april avril abril|"
    "may mai mayo|june juni juin junio|july juli juillet julio|august août agosto|september septembre septiembre|"
    "october oktober octobre octubre|november novembre noviembre|december dezember décembre diciembre"
)
_MONTHS = {name: n for n, names in enumerate(_MONTH_NAMES.split("|"), start=1) for name in names.split()}
_WORDS_TOO = "may|march|mars|mai"
"""Months beside a number only."""
_MONTH = re.compile(
    rf"\b(?:{'|'.join(month for month in _MONTHS if month not in _WORDS_TOO.split('|'))})\b"
    rf"|\b(?:{_WORDS_TOO})(?=,? \d)|(?<=\d )(?:{_WORDS_TOO})\b|(?<=\d\. )(?:{_WORDS_TOO})\b",
    re.IGNORECASE,
)


def _months(text: str) -> Iterator[tuple[int, Quantity]]:
    for match in _MONTH.finditer(text):
        number = float(_MONTHS[match[0].lower()])
        yield match.start(), Quantity(match[0], number, number, MONTH)


# --- number words ------------------------------------------------------------------------------------


_ONES = {
    "en": "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "fr": "vingt trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
}
_JOINED = re.compile(r"(?:(?P<thousands>\w*?)tausend)?(?:(?P<hundreds>ein|\w{4,6}?)?hundert)?(?:und)?(?P<rest>\w*)")


@cache
def _numerals(language: str) -> Mapping[str, float]:
    """The number words below a hundred; one is left out, since it is an article too."""
    ones = dict(enumerate(_ONES[language].split(), start=2))
    tens = dict(zip(range(20, 100, 10), _TENS[language].split(), strict=True))
    values: dict[str, float] = {name: number for number, name in [*ones.items(), *tens.items()]}
    digits = [(number, name) for number, name in ones.items() if number < 10]
    if language == "de":
        for ten, name in tens.items():
            values |= {f"{one}und{name}": ten + n for n, one in [(1, "ein"), *digits]}
    if language == "es":
        values |= {f"veinti{one}": 20 + n for n, one in digits} | {"veintidós": 22, "veintitrés": 23, "veintiséis": 26}
    if language == "fr":
        values |= {f"soixante-{one}": 60 + n for n, one in ones.items()} | {"soixante et onze": 71}
        values |= {f"quatre-vingt-{one}": 80 + n for n, one in ones.items()}
    return values


@cache
def _run(language: str) -> re.Pattern[str]:
    """One number word or several in a row."""
    names = "|".join(sorted(map(re.escape, [*_numerals(language), *_SCALES[language]]), key=len, reverse=True))
    if language == "de":
        names = rf"\w*(?:hundert|tausend)\w*|{names}"
    return re.compile(rf"\b(?:{names})(?:(?:[ -]| and | et | y )(?:{names}))*\b", re.IGNORECASE)


def _in_words(text: str, language: str) -> Iterator[tuple[int, Quantity]]:
    if language not in _TENS:
        return
    for match in _run(language).finditer(text):
        value = _summed(match[0].lower(), language)
        if value and not _NOT_COUNTED.search(text[: match.start()]):
            yield match.start(), _quantity(text, match.start(), match.end(), value, language)


# A scale behind figures is read with them, one behind “per” is a share, and several hundred are no number.
_NOT_COUNTED = re.compile(
    r"(?:\d|\bper|\bpour|\bpor|\bseveral|\bmany|\bfew|\bsome|\bmehrere|\beinige|\bplusieurs|\bquelques|\bvari[oa]s)"
    r"[\s-]?$",
    re.IGNORECASE,
)


def _summed(run: str, language: str) -> float:
    """The value of a run of number words, “two hundred and forty thousand” being 240,000; 0 for other words."""
    total = part = 0.0
    values, scales = _numerals(language), _SCALES[language]
    for word in _parts(run, values):
        if word in scales:
            part = (part or 1) * scales[word]
            if scales[word] >= 1000:
                total, part = total + part, 0.0
        elif word in values:
            part += values[word]
        elif language == "de":
            part += _german(word)
    return total + part


def _parts(run: str, values: Mapping[str, float]) -> Iterator[str]:
    for word in run.split():
        yield from [word] if word in values else word.split("-")


def _german(word: str) -> float:
    """The value of a word such as „dreitausendzweihundertvierzig“; 0 for one that is no number."""
    values = {"": 0.0, "ein": 1.0, "eins": 1.0, **_numerals("de")}
    match = _JOINED.fullmatch(word)
    parts = [match[name] or "" for name in ("thousands", "hundreds", "rest")] if match else []
    if not parts or any(part not in values for part in parts):
        return 0.0
    thousands, hundreds, rest = (values[part] for part in parts)
    return (thousands or 1.0) * 1000 * ("tausend" in word) + (hundreds or 1.0) * 100 * ("hundert" in word) + rest
