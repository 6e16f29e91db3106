"""Reads a question: its words, what kind of answer it wants, and whether it asks anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from lyceum import text as texts


class Wanted(StrEnum):
    """What kind of words would answer."""

    TIME = "time"
    NUMBER = "number"
    PERSON = "person"
    PLACE = "place"
    REASON = "reason"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as read: its language, its content words as stems, its names and numbers, what it wants."""

    text: str
    language: str
    terms: tuple[str, ...]
    names: frozenset[str]
    numbers: frozenset[str]
    wanted: Wanted


_QUANTITIES = (
    "populations?|numbers?|sizes?|heights?|lengths?|widths?|depths?|areas?|weights?|ages?|prices?|costs?|wages?|"
    "salary|salaries|pay|rents?|rates?|amounts?|percentages?|distances?|speeds?|membership|circulation|turnout|"
    "einwohnerzahl|bevölkerung|zahl|anzahl|größe|höhe|länge|breite|tiefe|fläche|preis|lohn|löhne|miete|auflage|"
    "nombre|taille|hauteur|longueur|superficie|prix|salaire|loyer|tirage|"
    "población|número|tamaño|altura|longitud|superficie|precio|salario|alquiler|tirada|"
    "население|численность|число|размер|высота|длина|площадь|цена|зарплата|тираж"
)
_IS_THE = r"(?:is|was|are|were|ist|war|sind|waren|est|était|es|era|son|eran)\s+(?:the|die|der|das|la|le|l['’]|el)\s*"
_WANTED: tuple[tuple[Wanted, str], ...] = (
    (Wanted.NUMBER, r"\bhow (?:many|much|long|old|far|large|big|high|often)\b|\bwas kostete\b|\bwie ?viele?\b|"
                    r"\bwie (?:lange|hoch|groß|alt|oft)\b|\bcombien\b|\bcuánt[oa]s?\b|\bquant[io]\b|\bсколько\b|"
                    rf"\b(?:what|was|wie|quel(?:le)?|cuál)\s+{_IS_THE}(?:\w+\s+){{0,2}}?(?:{_QUANTITIES})\b|"
                    rf"^\W*(?:what|which|welche[rns]?|quel(?:le)?s?|qué|как\w+)\s+(?:{_QUANTITIES})\b"),
    (Wanted.TIME, r"\bwhen\b|\b(?:what|which|in what|in which) (?:year|date|day|month|decade|century)\b|\bwann\b|"
                  rf"\b(?:what|was|quel(?:le)?|cuál)\s+{_IS_THE}(?:\w+\s+)?(?:date|year|datum|jahr|année|fecha|año)\b|"
                  r"\bin welchem (?:jahr|monat)\b|\bquand\b|\ben quelle année\b|\bcuándo\b|\ben qué año\b|\bкогда\b"),
    (Wanted.PERSON, r"^\W*who\b|\bwhose\b|\bwhom\b|^\W*by whom\b|^\W*wer\b|\bwessen\b|\bwem\b|\bwen\b|^\W*qui\b|"
                    r"\bquién(?:es)?\b|^\W*chi\b|^\W*кто\b"),
    (Wanted.PLACE, r"\bwhere\b|\bin (?:which|what) (?:city|town|country|place|state|region|province|county|village)\b|"
                   r"^\W*wo\b|\bwoher\b|\bin welche[rm] (?:stadt|land|ort|gegend|dorf)\b|^\W*où\b|"
                   r"\bdans quel(?:le)? (?:ville|pays|région)\b|\bdónde\b|\ben qué (?:ciudad|país|región)\b|\bгде\b|"
                   r"\bв как(?:ом|ой) (?:город|стран|област|деревн)"),
    (Wanted.REASON, r"\bwhy\b|\bwarum\b|\bweshalb\b|\bwieso\b|\bpourquoi\b|\bpor qué\b|\bпочему\b"),
)  # fmt: skip
_PATTERNS = [(wanted, re.compile(pattern, re.IGNORECASE)) for wanted, pattern in _WANTED]
_LONGEST = 2_000
_MOST_TERMS = 40


def read_question(text: str) -> Asked:
    """A question of any length, script and quality; one without content words has no terms."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text[:_LONGEST]).split())
    language = texts.question_language(text)
    if language == "und":
        language = texts.detect_language(text)
    terms = tuple(texts.content_terms(text, language)[:_MOST_TERMS])
    wanted = next((wanted for wanted, pattern in _PATTERNS if pattern.search(text)), Wanted.ANYTHING)
    return Asked(
        text=text,
        language=language,
        terms=terms,
        names=frozenset(_names(text, language)),
        numbers=frozenset(re.findall(r"\d+", text)),
        wanted=wanted,
    )


def _names(text: str, language: str) -> set[str]:
    """The stems of words with a capital that is not the sentence's own; German nouns do not count."""
    if texts.primary(language) == "de":
        return set()
    words = re.findall(r"\w+", text)
    code = texts.primary(language)
    return {
        texts.stem(word.lower(), code)
        for i, word in enumerate(words)
        if i and word[0].isupper() and not texts.is_function_word(word.lower(), code)
    }


_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|märz|mai|"
    "juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|"
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
)
_NUMBER_WORDS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|twenty|thirty|"
    "forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|half|dozen|twice|"
    "zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|zwanzig|dreißig|vierzig|fünfzig|hundert|tausend|"
    "deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|vingt|trente|quarante|cinquante|cent|cents|mille|"
    "dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|veinte|treinta|cuarenta|cincuenta|cien|ciento|mil"
)
_FITS = {
    Wanted.TIME: re.compile(rf"\b1[5-9]\d\d\b|\b20\d\d\b|\b(?:{_MONTHS})\b|\bcentury\b|\bjahrhundert\b", re.IGNORECASE),
    Wanted.NUMBER: re.compile(rf"\d|\b(?:{_NUMBER_WORDS})", re.IGNORECASE),
    Wanted.PERSON: re.compile(r"(?<!^)(?<![.!?] )\b[A-ZÄÖÜÉÁÍÓÚÑ][\w’'-]+"),
    Wanted.PLACE: re.compile(r"(?<!^)(?<![.!?] )\b[A-ZÄÖÜÉÁÍÓÚÑ][\w’'-]+"),
    Wanted.REASON: re.compile(
        r"\b(?:because|for|since|therefore|so that|in order|owing|due|reason|caused?|weil|denn|da|deshalb|wegen|damit|"
        r"parce|car|puisque|afin|porque|pues|debido|para que)\b",
        re.IGNORECASE,
    ),
}


def fits(wanted: Wanted, sentence: str) -> bool:
    """Whether a sentence holds the kind of words that is wanted at all."""
    pattern = _FITS.get(wanted)
    return pattern is None or bool(pattern.search(sentence))
