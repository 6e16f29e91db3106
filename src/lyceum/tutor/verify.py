"""Proves quotations: only here is a Citation made.

A Citation holds the source's own words, found at its offsets, never the words that were claimed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass
from typing import Any

from lyceum import text as texts
from lyceum.tutor.matching import Mismatch, Span, locate
from lyceum.tutor.model import Quotation, Reason, Refusal, Source
from lyceum.tutor.times import month

_CONTEXT = 48
_PROOF = object()


@dataclass(frozen=True, slots=True)
class Citation:
    """Words that stand in a source, with their place: `text[start:end] == exact` in that version.

    `prefix` and `suffix` are the words around, as in the W3C Web Annotation text quote selector.
    """

    source: str
    document: str | None
    version: str | None
    title: str
    creators: tuple[str, ...]
    date: str | None
    language: str
    page: str | None
    start: int
    end: int
    exact: str
    prefix: str
    suffix: str
    proof: InitVar[object]

    def __post_init__(self, proof: object) -> None:
        if proof is not _PROOF:
            raise TypeError("A Citation is made by verify() alone.")

    def as_dict(self, n: int) -> dict[str, Any]:
        """Plain values for JSON, under the number by which claims refer to it."""
        place = {"document": self.document, "version": self.version}
        if self.document is None:
            place = {"passage": self.source}
        return {
            "n": n, **place, "title": self.title, "creators": list(self.creators), "date": self.date,
            "language": self.language, "page": self.page, "start": self.start, "end": self.end,
            "exact": self.exact, "prefix": self.prefix, "suffix": self.suffix,
        }  # fmt: skip


def verify(quotation: Quotation, sources: Mapping[str, Source]) -> Citation | Refusal:
    """The proof of a quotation, or why there is none.

    The words must stand in the source that is named, whole and in one piece, and the creator that is named
    must be one of its own.
    """
    source = sources.get(quotation.source)
    if source is None:
        return Refusal(quotation.exact, Reason.UNKNOWN_SOURCE)
    if quotation.creator and not _is_by(quotation.creator, source.creators):
        return Refusal(quotation.exact, Reason.OTHER_CREATOR)
    found = _pointed_at(quotation, source) or locate(quotation.exact, source.text)
    if isinstance(found, Mismatch):
        return Refusal(quotation.exact, _REASONS[found])
    return _citation(source, found)


def _pointed_at(quotation: Quotation, source: Source) -> Span | None:
    """The place that is pointed at, where the very words stand there and those of a quotation may."""
    start = quotation.start
    if start is None or start < 0 or not quotation.exact.strip():
        return None
    end = start + len(quotation.exact)
    words = locate(quotation.exact, source.text)
    if isinstance(words, Mismatch) or source.text[start:end] != quotation.exact:
        return None
    return Span(start, end)


_REASONS = {
    Mismatch.EMPTY: Reason.EMPTY,
    Mismatch.NOT_FOUND: Reason.NOT_IN_SOURCE,
    Mismatch.CUT_WORD: Reason.CUT_WORD,
    Mismatch.CUT_NEGATION: Reason.CUT_NEGATION,
    Mismatch.OTHER_PUNCTUATION: Reason.ALTERED_PUNCTUATION,
}


def _citation(source: Source, span: Span) -> Citation:
    return Citation(
        source=source.id,
        document=source.document,
        version=source.version,
        title=source.title,
        creators=source.creators,
        date=source.date,
        language=source.language,
        page=source.page(source.start + span.start, source.start + span.end),
        start=source.start + span.start,
        end=source.start + span.end,
        exact=source.text[span.start : span.end],
        prefix=source.text[max(0, span.start - _CONTEXT) : span.start],
        suffix=source.text[span.end : span.end + _CONTEXT],
        proof=_PROOF,
    )


def _is_by(name: str, creators: Sequence[str]) -> bool:
    """Whether a name, perhaps turned round or with initials, means one of the creators."""
    wanted = texts.plain_terms(name)
    return any(_same_person(wanted, creator) for creator in creators)


def _same_person(wanted: Sequence[str], creator: str) -> bool:
    """The family name must be there, and every other word be one of the creator's, or its initial."""
    own = texts.plain_terms(creator)
    family = texts.plain_terms(creator.split(",", maxsplit=1)[0])[-1:]
    return (
        bool(family)
        and family[0] in wanted
        and all(word in own or (len(word) == 1 and any(o.startswith(word) for o in own)) for word in wanted)
    )


# --- claims ------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_QUOTED = re.compile(
    r"[“„”]([^“”„]+)(?:[”“]|$)|«([^«»]+)(?:»|$)|»([^«»]+)«|\"([^\"]+)(?:\"|$)|[「『]([^」』]+)[」』]"
    r"|(?<!\w)[‘'‚‹](?=\w)(.+?[\w.,!?…])[’'‘›](?!\w)|(?<!\w)›(?=\w)(.+?[\w.,!?…])‹(?!\w)"
)
_NAME = re.compile(r"(?<![.!?:“„«\"]\s)(?<!^)(?<![“„«\"(])\b[A-ZÄÖÜÉÈÀÁÍÓÚÑÇ][\w-]{2,}")
_FIRST = re.compile(r"^\W*([A-ZÄÖÜÉÈÀÁÍÓÚÑÇ][\w-]+)")
_PLACES = frozenset("page pages chapter seite seiten kapitel chapitre página páginas capítulo".split())


def check_claim(text: str, citations: Sequence[Citation]) -> Reason | None:
    """Why a claim does not rest on its citations, or None when nothing speaks against it.

    Rules, not judgement: what it puts in quotation marks must stand in one of them, and its numbers and
    names must stand in them or in what is known of them (author, title, date, page).
    """
    if not citations:
        return Reason.NO_CITATION
    quoted = [next(filter(None, groups), "") for groups in _QUOTED.findall(text)]
    if any(not _stands(words, citations) for words in quoted):
        return Reason.UNQUOTED_MARKS
    known = " ".join(
        [c.exact for c in citations] + [" ".join((*c.creators, c.title, c.date or "", c.page or "")) for c in citations]
    )
    if set(_NUMBER.findall(text)) - set(_NUMBER.findall(known)):
        return Reason.NUMBER_NOT_IN_SOURCE
    # German nouns have capitals too, so that a capital in a German claim is no sign of a name.
    german = texts.sure_language(text) == "de"
    if not german and any(not _is_known(name, known, citations) for name in _names(text, citations[0].language)):
        return Reason.NAME_NOT_IN_SOURCE
    return None


def _names(text: str, language: str) -> set[str]:
    """The capitalised words of a claim; its first too, unless it carries grammar only or names a page."""
    names = {word for name in _NAME.findall(text) for word in texts.plain_terms(name)}
    first = _FIRST.match(text)
    word = first.group(1).lower() if first else ""
    if word and word not in _PLACES and not any(texts.is_function_word(word, code) for code in ("en", language)):
        names.update(texts.plain_terms(word))
    return names


def _is_known(name: str, known: str, citations: Sequence[Citation]) -> bool:
    """Whether a word stands in what is known, as it is or in another form of it."""
    words = texts.plain_terms(known)
    if name in words or (month(name) and month(name) in map(month, words)):
        return True
    return any(texts.stem(name, texts.primary(c.language)) in texts.terms(known, c.language) for c in citations)


def _stands(quoted: str, citations: Sequence[Citation]) -> bool:
    return any(isinstance(locate(quoted, citation.exact), Span) for citation in citations)
