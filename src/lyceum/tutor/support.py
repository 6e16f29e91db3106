"""Decides whether cited sentences say what a claim says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lyceum import text as texts
from lyceum.tutor import opposites
from lyceum.tutor.asking import Asked
from lyceum.tutor.times import month
from lyceum.tutor.verify import Citation

_MOST_NEW = 0.4
_LIKE = 0.55
_LIKE_ACROSS = 0.5
_MARKUP = re.compile(r"<[a-z/!]|\w://|\]\(|\b(?:javascript|data):", re.IGNORECASE)
_SAYING = frozenset(
    texts.stem(word, code)
    for code, words in {
        "en": "say says said state states stated write writes wrote written describe described report reported hold "
              "held argue argued according author source also claim claimed mention mentioned call called note noted",
        "de": "sagt sagte schreibt schrieb geschrieben beschreibt berichtet laut nennt nannte autor quelle meint",
        "fr": "dit écrit décrit selon auteur source rapporte affirme appelle note",
        "es": "dice dijo escribe escribió describe según autor fuente afirma llama señala",
    }.items()
    for word in words.split()
)  # fmt: skip
_DENIALS = {
    "en": r"\b(?:false|untrue|wrong|incorrect|myth|lie|den(?:y|ies|ied))\b",
    "de": r"\b(?:falsch|unwahr|irrig|lüge|bestreitet|leugnet)\b",
    "fr": r"\b(?:faux|fausse|mensonge|nie|démenti)\b",
    "es": r"\b(?:falso|falsa|mentira|niega|desmiente)\b",
}


def supports(
    claim: str,
    proven: Sequence[Citation],
    asked: Asked,
    known_words: Callable[[Sequence[str]], bool],
    likeness: Callable[[str, Sequence[str]], float],
) -> bool:
    """Whether cited sentences carry a claim; what cannot be seen to be carried is not.

    A claim in their language may have few words that neither they nor the question have; each of those must be known
    to the archive, and the whole be like one of the sentences. A claim in another language must be like them, and each
    of its words be known too. It may deny nothing where they deny nothing, and holds no markup that they do not.
    """
    evidence = [citation.exact for citation in proven]
    if any(mark not in " ".join(evidence).lower() for mark in map(str.lower, _MARKUP.findall(claim))):
        return False
    language = texts.sure_language(claim)
    same = [c for c in proven if language == "und" or texts.primary(c.language) in (language, "und")]
    code = texts.primary(same[0].language) if same and language == "und" else language
    if _denies(claim, code) and not any(_denies(c.exact, texts.primary(c.language)) for c in same or proven):
        return False
    new = _new_words(claim, same or proven, asked, code)
    if not new:
        return True
    if not known_words(sorted(new)):
        return False
    few = len(new) <= _MOST_NEW * len(set(texts.content_terms(claim, code)))
    return likeness(claim, evidence) >= (_LIKE if same else _LIKE_ACROSS) and (few or not same)


def _denies(text: str, code: str) -> bool:
    if code not in opposites.LANGUAGES:
        return False
    bare = opposites.no_negations(code).sub(" ", text)
    return bool(opposites.negations(code).search(bare) or re.search(_DENIALS[code], bare, re.IGNORECASE))


def _new_words(claim: str, proven: Sequence[Citation], asked: Asked, code: str) -> set[str]:
    """The words of a claim that stand neither in its sentences, nor in what is known of them, nor in the question."""
    about = " ".join(f"{c.exact} {' '.join(c.creators)} {c.title} {c.date or ''}" for c in proven)
    known = {*texts.terms(about, code), *texts.plain_terms(about), *asked.terms, *_SAYING}
    months = set(filter(None, map(month, texts.plain_terms(about))))
    words = {texts.stem(word, code): word for word in texts.plain_terms(claim)}
    new = {term for term in texts.content_terms(claim, code) if term not in known}
    return {term for term in new if month(words.get(term, term)) not in months}
