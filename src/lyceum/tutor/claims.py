"""Proves drafted claims: what is kept rests on verified quotations, and an opinion stays with who held it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from lyceum import text as texts
from lyceum.tutor.answer import Claim
from lyceum.tutor.conflicts import contradicts
from lyceum.tutor.model import DraftClaim, Reason, Refusal, Source
from lyceum.tutor.times import Window, speaks_of_another_time
from lyceum.tutor.understanding import Understood
from lyceum.tutor.verify import Citation, check_claim, verify

Weigh = Callable[[str, Sequence[Citation]], Reason | None]
"""Says why cited sentences do not carry a claim, or None where they do."""


def prove(
    drafted: Sequence[DraftClaim], sources: Mapping[str, Source], understood: Understood, weigh: Weigh
) -> tuple[list[Claim], list[Citation], list[Refusal]]:
    """What stands of a draft: claims whose every quotation was found and whose words rest on them.

    A claim without citations is one that rests on what the asker wrote.
    """
    claims: list[Claim] = []
    citations: list[Citation] = []
    refused: list[Refusal] = []
    for claim in drafted:
        results = [verify(quotation, sources) for quotation in claim.quotations]
        proven = [result for result in results if isinstance(result, Citation)]
        refused += [result for result in results if isinstance(result, Refusal)]
        text = _said(claim, proven)
        whole = claim.yours or len(proven) == max(1, len(results))
        why = _against(claim, text, proven, understood) or (None if whole else Reason.NO_CITATION)
        if not why and not (claim.quoting or claim.yours):
            why = weigh(claim.text, proven)
        if why:
            refused.append(Refusal(text, why))
        elif text not in (earlier.text for earlier in claims):
            claims.append(Claim(text, tuple(_number(citation, citations) for citation in proven)))
    return claims, citations, _distinct(refused)


def _said(claim: DraftClaim, proven: Sequence[Citation]) -> str:
    if claim.quoting:
        words = " ".join(f"“{citation.exact}”" for citation in proven)
        return f"{claim.text}: {words}" if claim.text else words
    return claim.text if claim.yours else _with_holder(claim.text, proven)


def _against(claim: DraftClaim, text: str, proven: Sequence[Citation], understood: Understood) -> Reason | None:
    """What speaks against a claim, or None."""
    happened = understood.when.happened
    if claim.yours:
        return None if _is_written(text, understood.pasted) else Reason.NOT_WRITTEN_BY_READER
    if happened and any(_tells_of_another_time(citation, happened) for citation in proven):
        return Reason.OUTSIDE_TIME
    return None if claim.quoting else check_claim(text, proven) or _contradicted(claim.text, proven)


def _contradicted(text: str, proven: Sequence[Citation]) -> Reason | None:
    """By the first rule that finds a claim's words turned round in what it cites; rules compare within one language."""
    said = texts.sure_language(text)
    same = [citation for citation in proven if said in ("und", texts.primary(citation.language))]
    evidence = " ".join(citation.exact for citation in same)
    return Reason.CONTRADICTED if same and contradicts(text, evidence, same[0].language) else None


def _tells_of_another_time(citation: Citation, window: Window) -> bool:
    return speaks_of_another_time(citation.exact, window)


def _is_written(text: str, pasted: str) -> bool:
    """Whether a statement says nothing but what the asker wrote: its words of content all stand there."""
    language = texts.question_language(text)
    return bool(pasted) and set(texts.content_terms(text, language)) <= set(texts.terms(pasted, language))


# --- opinions ----------------------------------------------------------------------------------------------

_OPINION = re.compile(
    r"\b(?:I|we|my|our|should|ought|must|believe|think|opinion|hope|fear|deserve|better|worse|best|worst|unjust|"
    r"ich|wir|mein\w*|unser\w*|soll\w*|muss|müssen|glaube|meine|hoffe\w*|besser|schlecht\w*|"
    r"je|nous|notre|nos|mon|doit|doivent|faut|crois|pense|espère|mieux|pire|"
    r"yo|nosotros|nuestr\w+|debe\w*|creo|pienso|mejor|peor|"
    r"я|мы|наш\w*|должн\w+|надо|нужно|думаю|лучше|хуже)\b",
    re.IGNORECASE,
)


def _with_holder(text: str, proven: Sequence[Citation]) -> str:
    """A claim that rests on somebody's opinion, with that person's name before it where it names none of them."""
    holders = [citation for citation in proven if _OPINION.search(citation.exact)]
    said = set(texts.plain_terms(text))
    named = any(_family(name) in said for citation in proven for name in citation.creators)
    if not holders or named:
        return text
    about = attribute_to(holders[0].creators, holders[0].title, holders[0].date, None)
    return f"{about}: {text}" if about else text


def _family(name: str) -> str:
    words = texts.plain_terms(name.split(",", maxsplit=1)[0])
    return words[-1] if words else ""


# --- names -------------------------------------------------------------------------------------------------


def attribute(source: Source, page: str | None) -> str:
    """Author, title, year and page as far as they are known, without quotation marks."""
    return attribute_to(source.creators, source.title, source.date, page)


def attribute_to(creators: Sequence[str], title: str, date: str | None, page: str | None) -> str:
    """Author, title, year and page as far as they are known, without quotation marks."""
    name = " & ".join(map(_spoken, creators[:3])) + (" et al." if len(creators) > 3 else "")
    year = f" ({date[:4]})" if date else ""
    place = f", p. {page}" if page else ""
    titled = f"{title}{year}" if title else year.strip()
    return f"{', '.join(filter(None, [name, titled]))}{place}".translate(_NO_MARKS)


def _spoken(name: str) -> str:
    """“Jones, Mary Harris” as one says it; names of any other form as they are."""
    family, comma, given = name.partition(", ")
    turned = comma and "," not in given and given[:1].isupper() and family.count(" ") < _FAMILY_WORDS
    return f"{given} {family}" if turned else name


_FAMILY_WORDS = 3
_NO_MARKS = {ord(mark): None for mark in '"“”„«»'}


def _number(citation: Citation, citations: list[Citation]) -> int:
    if citation not in citations:
        citations.append(citation)
    return citations.index(citation) + 1


def _distinct(refused: Sequence[Refusal]) -> list[Refusal]:
    return list(dict.fromkeys(refused))
