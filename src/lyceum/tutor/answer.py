"""Makes an answer: retrieve, draft, verify, then answer or abstain."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from lyceum import text as texts
from lyceum.errors import ModelFailed, ModelMissing
from lyceum.search import Embedder, Found, Hit, Query
from lyceum.tutor.asking import Asked, read_question
from lyceum.tutor.extractive import Evidence, Judged, judge
from lyceum.tutor.llm import PROMPT_VERSION, LanguageModel, draft
from lyceum.tutor.model import (
    Abstention,
    DraftClaim,
    Nearest,
    Question,
    Quotation,
    Reason,
    Refusal,
    Searched,
    Source,
)
from lyceum.tutor.verify import Citation, check_claim, verify

log = logging.getLogger(__name__)

EXTRACTIVE = "extractive"
THRESHOLD = 0.5
"""The chance from which a sentence is quoted; there, on the sets of `bench/calibrate.py`, what is quoted wrongly stays
at 15 in 100 even where only the answering passage of a document is missing."""
_PASSAGES = 12
_FEW_WORDS = 12
_MOST_CLAIMS = 3
_NEAR_BEST = 1.2
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement with the numbers of the citations that carry it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the archive says to a question, proven, or that it does not say, and why."""

    question: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    reason: Abstention | None
    model: str
    index_revision: int
    refused: tuple[Refusal, ...] = ()
    nearest: tuple[Nearest, ...] = ()
    searched: Searched | None = None
    notes: tuple[str, ...] = ()
    trace: Mapping[str, Any] = field(default_factory=dict)

    @property
    def abstained(self) -> bool:
        """Whether it is no answer."""
        return self.reason is not None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "question": self.question,
            "abstained": self.abstained,
            "reason": self.reason,
            "claims": [{"text": claim.text, "citations": list(claim.citations)} for claim in self.claims],
            "citations": [citation.as_dict(n) for n, citation in enumerate(self.citations, start=1)],
            "disagreements": [],
            "model": self.model,
            "index_revision": self.index_revision,
            "refused": [{"text": refusal.text, "why": refusal.why} for refusal in self.refused],
            "nearest": [
                {"document": n.document, "title": n.title, "creators": list(n.creators), "date": n.date}
                for n in self.nearest
            ],
            "searched": None
            if self.searched is None
            else {
                "documents": self.searched.documents,
                "passages": self.searched.passages,
                "vectors": self.searched.vectors,
            },
            "notes": list(self.notes),
            "trace": dict(self.trace),
        }


class Archive(Protocol):
    """What the tutor needs of the library."""

    def search(self, query: Query) -> Found:
        """The passages that fit."""
        ...

    def frequencies(self, terms: Sequence[str]) -> tuple[Mapping[str, int], int]:
        """In how many passages each term stands, and of how many."""
        ...

    def searched(self) -> Searched:
        """What a search looks through."""
        ...

    def unread(self, asked: Asked) -> Sequence[str]:
        """Names of documents on this that could not be read."""
        ...

    @property
    def revision(self) -> int:
        """The revision of the archive that is searched."""
        ...


def ask(
    question: Question,
    archive: Archive,
    embedder: Callable[[], Embedder | None],
    model: LanguageModel | None = None,
) -> Answer:
    """The archive's answer; every quotation in it has been found in its source.

    Without a model, or when the model fails, the answer is extractive: sentences quoted with their source.
    """
    asked = read_question(question.text)
    answered_by = _Answerer(question, asked, archive, embedder)
    if not asked.terms:
        return answered_by.abstain(Abstention.UNCLEAR_QUESTION)
    evidence = answered_by.gather()
    if model is None:
        return answered_by.extract(evidence)
    try:
        return answered_by.consult(model, evidence)
    except ModelFailed as error:
        log.info("model failed", extra={"model": model.name, "code": error.code})
        note = f"The model {model.name} gave no usable answer; these are the sentences that fit the question best."
        return answered_by.extract(evidence, notes=(note,))


class _Answerer:
    """One question on its way."""

    def __init__(
        self, question: Question, asked: Asked, archive: Archive, embedder: Callable[[], Embedder | None]
    ) -> None:
        self._question = question
        self._asked = asked
        self._archive = archive
        self._embedder = embedder
        self._found: Found | None = None

    def gather(self) -> list[Evidence]:
        """The passages that may answer: those of the archive that fit, or those that came with the question."""
        if self._question.passages is not None:
            return [Evidence(self._with_language(source), "", 0.0) for source in self._question.passages]
        query = Query(self._asked.text, self._question.scope, self._question.filter, limit=_PASSAGES)
        self._found = self._archive.search(query)
        return [Evidence(source_of(hit), hit.passage.heading, hit.dense) for hit in self._found.hits]

    def _with_language(self, source: Source) -> Source:
        """A passage that came without a language, with the one it is in; the question's own where it is short."""
        if source.language != "und":
            return source
        detected = texts.detect_language(source.text) if texts.word_count(source.text) > _FEW_WORDS else "und"
        return replace(source, language=self._asked.language if detected == "und" else detected)

    def extract(self, evidence: Sequence[Evidence], notes: tuple[str, ...] = ()) -> Answer:
        """The sentences that answer, quoted; or that none does."""
        judged = self._judged(evidence)
        chosen = choose(judged)
        claims = [_quoting(j) for j in chosen]
        return self._answer(claims, evidence, EXTRACTIVE, notes, best=judged[0].chance if judged else 0.0)

    def _judged(self, evidence: Sequence[Evidence]) -> list[Judged]:
        """The sentences, best first; by their words alone where the embedder cannot be reached."""
        weigh = self._weigh(evidence)
        embedder = self._embedder()
        vector = self._found.vector if self._found else None
        try:
            if vector is None and embedder is not None:
                vector = embedder.embed_query(self._asked.text)
            return judge(self._asked, evidence, weigh, embedder, vector)
        except (ModelFailed, ModelMissing):
            return judge(self._asked, evidence, weigh, None, None)

    def consult(self, model: LanguageModel, evidence: Sequence[Evidence]) -> Answer:
        """A model's claims, as far as they stand; what was refused is named to it once for a second draft."""
        sources = list(_by_id(evidence).values())
        first = draft(self._asked.text, sources, model)
        _, _, refused = _prove(first, _by_id(evidence))
        if refused:
            first = [*first, *draft(self._asked.text, sources, model, failures=refused)]
        return self._answer(first, evidence, model.name, prompt=PROMPT_VERSION)

    def abstain(
        self,
        reason: Abstention,
        refused: Sequence[Refusal] = (),
        *,
        model: str = EXTRACTIVE,
        notes: tuple[str, ...] = (),
    ) -> Answer:
        """That there is no answer, with what was searched and the nearest that the archive holds."""
        hits = self._found.hits if self._found else []
        if reason is Abstention.NOTHING_FOUND and self._archive.unread(self._asked):
            reason = Abstention.UNREAD_DOCUMENTS
        return Answer(
            question=self._question.text,
            claims=(),
            citations=(),
            reason=reason,
            model=model,
            index_revision=self._archive.revision,
            refused=tuple(refused),
            notes=notes,
            nearest=_nearest(hits),
            searched=self._archive.searched() if self._question.passages is None else None,
        )

    def _answer(
        self,
        drafted: Sequence[DraftClaim],
        evidence: Sequence[Evidence],
        model: str,
        notes: tuple[str, ...] = (),
        **trace: Any,
    ) -> Answer:
        claims, citations, refused = _prove(drafted, _by_id(evidence))
        if not claims:
            return self.abstain(Abstention.NOTHING_FOUND, refused, model=model, notes=notes)
        return Answer(
            question=self._question.text,
            claims=tuple(claims),
            citations=tuple(citations),
            reason=None,
            model=model,
            index_revision=self._archive.revision,
            refused=tuple(refused),
            searched=self._archive.searched() if self._question.passages is None else None,
            notes=notes,
            trace=trace,
        )

    def _weigh(self, evidence: Sequence[Evidence]) -> Callable[[Sequence[str]], Mapping[str, float]]:
        if self._question.passages is None:
            return lambda terms: inverse_frequencies(*self._archive.frequencies(terms))
        found = [set(texts.terms(item.source.text, item.source.language)) for item in evidence]
        return lambda terms: inverse_frequencies({t: sum(t in words for words in found) for t in terms}, len(found))


def inverse_frequencies(frequencies: Mapping[str, int], passages: int) -> dict[str, float]:
    """A weight for each term: higher the rarer it is; in a small archive all are nearly alike."""
    return {term: math.log((passages + 50) / (count + 0.5)) for term, count in frequencies.items()}


def choose(judged: Sequence[Judged], *, threshold: float = THRESHOLD) -> list[Judged]:
    """The few sentences to be quoted: the first if it is likely enough, and others as likely and nearly as good.

    Those in another language speak only where none in the question's own does.
    """
    own = [one for one in judged if one.own_language]
    foreign = [one for one in judged if not one.own_language]
    ranked = own if own and own[0].chance >= threshold else foreign
    if not ranked or ranked[0].chance < threshold:
        return []
    chosen: list[Judged] = []
    for candidate in ranked:
        if len(chosen) == _MOST_CLAIMS or candidate.rank < ranked[0].rank - _NEAR_BEST:
            break
        if candidate.chance >= threshold and not any(_repeats(candidate, earlier) for earlier in chosen):
            chosen.append(candidate)
    return chosen


def _repeats(one: Judged, other: Judged) -> bool:
    if one.source.id == other.source.id and one.start < other.end and other.start < one.end:
        return True
    a, b = set(texts.plain_terms(one.text)), set(texts.plain_terms(other.text))
    return len(a & b) >= _ALIKE * min(len(a), len(b))


def _by_id(evidence: Sequence[Evidence]) -> dict[str, Source]:
    """The sources by their ids; where two that came with a question share one, the first."""
    sources: dict[str, Source] = {}
    for item in evidence:
        sources.setdefault(item.source.id, item.source)
    return sources


def _quoting(judged: Judged) -> DraftClaim:
    start = judged.source.start
    attribution = attribute(judged.source, judged.source.page(start + judged.start, start + judged.end))
    quotation = Quotation(judged.source.id, judged.text, start=judged.start)
    return DraftClaim(attribution, (quotation,), quoting=True)


def attribute(source: Source, page: str | None) -> str:
    """Author, title, year and page as far as they are known, without quotation marks."""
    name = " & ".join(map(_spoken, source.creators[:3])) + (" et al." if len(source.creators) > 3 else "")
    year = f" ({source.date[:4]})" if source.date else ""
    place = f", p. {page}" if page else ""
    title = f"{source.title}{year}" if source.title else year.strip()
    return f"{', '.join(filter(None, [name, title]))}{place}".translate(_NO_MARKS)


def _spoken(name: str) -> str:
    """“Jones, Mary Harris” as one says it; names of any other form as they are."""
    family, comma, given = name.partition(", ")
    turned = comma and "," not in given and given[:1].isupper() and family.count(" ") < _FAMILY_WORDS
    return f"{given} {family}" if turned else name


_FAMILY_WORDS = 3
_NO_MARKS = {ord(mark): None for mark in '"“”„«»'}


def _prove(
    drafted: Sequence[DraftClaim], sources: Mapping[str, Source]
) -> tuple[list[Claim], list[Citation], list[Refusal]]:
    """What stands of a draft: claims whose every quotation was found and whose words rest on them."""
    claims: list[Claim] = []
    citations: list[Citation] = []
    refused: list[Refusal] = []
    for claim in drafted:
        results = [verify(quotation, sources) for quotation in claim.quotations]
        proven = [result for result in results if isinstance(result, Citation)]
        refused += [result for result in results if isinstance(result, Refusal)]
        text = _said(claim, proven)
        why = Reason.NO_CITATION if len(proven) < max(1, len(results)) else None
        if not claim.quoting:
            why = check_claim(text, proven) or why
        if why:
            refused.append(Refusal(text, why))
        elif text not in (earlier.text for earlier in claims):
            claims.append(Claim(text, tuple(_number(citation, citations) for citation in proven)))
    return claims, citations, refused


def _said(claim: DraftClaim, proven: Sequence[Citation]) -> str:
    if not claim.quoting:
        return claim.text
    words = " ".join(f"“{citation.exact}”" for citation in proven)
    return f"{claim.text}: {words}" if claim.text else words


def _number(citation: Citation, citations: list[Citation]) -> int:
    if citation not in citations:
        citations.append(citation)
    return citations.index(citation) + 1


def source_of(hit: Hit) -> Source:
    """A hit as something that may be quoted."""
    passage, metadata = hit.passage, hit.passage.document.metadata
    return Source(
        id=passage.id,
        text=passage.text,
        start=passage.start,
        document=passage.document.id,
        version=passage.document.version,
        title=metadata.title or "",
        creators=metadata.creators,
        date=str(metadata.date) if metadata.date else None,
        language=passage.language,
        pages=passage.pages,
    )


def _nearest(hits: Sequence[Hit]) -> tuple[Nearest, ...]:
    seen: dict[str, Nearest] = {}
    for hit in hits:
        document, metadata = hit.passage.document, hit.passage.document.metadata
        date = str(metadata.date) if metadata.date else None
        seen.setdefault(document.id, Nearest(document.id, metadata.title or "", metadata.creators, date))
    return tuple(seen.values())[:3]
