"""Questions to ask next, made by rule from what stands near what was cited; the archive has an answer to each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lyceum import text as texts

_YEAR = re.compile(r"\b1[0-9]\d\d\b|\b20\d\d\b")
_NUMBERING = re.compile(
    r"^\W*(?:(?:chapter|section|part|book|kapitel|abschnitt|teil|buch|chapitre|partie|livre|capítulo|parte|libro)\s+)?"
    r"(?:[ivxlcdm]+|\d+(?:\.\d+)*)(?:[.):—–\s-]+|$)",
    re.IGNORECASE,
)
_LONGEST_HEADING = 70
_SAID_OF = {
    "en": "What is said about {what}?",
    "de": "Was steht hier über {what}?",
    "es": "¿Qué se dice sobre {what}?",
    "fr": "Que dit-on de {what} ?",
    "ar": "ماذا قيل عن {what}؟",
}
_SAYS = {
    "en": "What does {who} say about {what}?",
    "de": "Was sagt {who} über {what}?",
    "es": "¿Qué dice {who} sobre {what}?",
    "fr": "Que dit {who} de {what} ?",
    "ar": "ماذا يقول {who} عن {what}؟",
}


@dataclass(frozen=True, slots=True)
class Nearby:
    """A work near what was cited, with the headings around the cited passages, nearest first.

    `cited` says whether the answer has quoted it; another work was found beside it.
    """

    document: str
    title: str
    creators: tuple[str, ...]
    year: str | None
    language: str
    headings: tuple[str, ...] = ()
    cited: bool = True


@dataclass(frozen=True, slots=True)
class Further:
    """A question that may come next, and the document that should answer it."""

    question: str
    document: str


def further(
    question: str, nearby: Sequence[Nearby], answers: Callable[[Further], bool], *, most: int = 3, tries: int = 6
) -> list[Further]:
    """The first few questions that `answers` is true of; no more than `tries` are put to it."""
    found: list[Further] = []
    for candidate, _ in zip(candidates(question, nearby), range(tries), strict=False):
        if answers(candidate):
            found.append(candidate)
        if len(found) == most:
            break
    return found


def candidates(question: str, nearby: Sequence[Nearby]) -> Iterator[Further]:
    """What could be asked next, each kind in turn: the sections beside, other authors on the same, other years."""
    seen = {_plain(question)}
    kinds = [list(_of_headings(nearby)), list(_of_authors(question, nearby)), list(_of_years(question, nearby))]
    while any(kinds):
        for kind in kinds:
            if kind and (plain := _plain((one := kind.pop(0)).question)) not in seen:
                seen.add(plain)
                yield one


def _of_headings(nearby: Iterable[Nearby]) -> Iterator[Further]:
    for work in nearby:
        for heading in work.headings:
            if topic := _topic(heading, work):
                yield Further(_in(_SAID_OF, work.language).format(what=topic), work.document)


def _of_authors(question: str, nearby: Iterable[Nearby]) -> Iterator[Further]:
    """Who else was found to write of it: the other side, where there is one."""
    language = texts.question_language(question)
    what = _subject(question, language)
    for work in nearby:
        # A name that stands in the question would only ask it again.
        if what and not work.cited and work.creators and work.creators[0].lower() not in question.lower():
            yield Further(_in(_SAYS, language).format(who=work.creators[0], what=what), work.document)


def _of_years(question: str, nearby: Iterable[Nearby]) -> Iterator[Further]:
    """The same question of another year that was found beside it."""
    years = _YEAR.findall(question)
    if len(years) != 1:
        return
    for work in nearby:
        if work.year and work.year not in years:
            yield Further(_YEAR.sub(work.year, question), work.document)


def _topic(heading: str, work: Nearby) -> str:
    """A heading as it stands in a question; empty for a number, the work's own title, or what names nothing."""
    said = _NUMBERING.sub("", " ".join(heading.split())).strip(" .:—–-")
    if (
        len(said) > _LONGEST_HEADING
        or _plain(said) == _plain(work.title)
        or not texts.content_terms(said, work.language)
    ):
        return ""
    return said.title() if said.isupper() and texts.primary(work.language) == "en" else said


def _subject(question: str, language: str) -> str:
    """The words of a question from its first content word on, without its mark."""
    words = question.strip(" ?¿؟.!\u00a0").split()
    content = set(texts.content_terms(question, language))
    first = next(
        (n for n, word in enumerate(words) if n and set(texts.content_terms(word, language)) & content), len(words)
    )
    return " ".join(words[first:])[:_LONGEST_HEADING]


def _in(sayings: dict[str, str], language: str) -> str:
    return sayings.get(texts.primary(language), sayings["en"])


def _plain(text: str) -> str:
    return " ".join(texts.plain_terms(text))
