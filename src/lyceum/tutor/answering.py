"""Answers a question: understand, retrieve, draft, verify, then answer or abstain."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

from lyceum import text as texts
from lyceum.errors import ModelFailed, ModelMissing
from lyceum.search import Embedder, Filter, Found, Hit, Query, Scope
from lyceum.tutor.answer import EXTRACTIVE, Answer, Disagreement, Leaning, Translation
from lyceum.tutor.asking import Asked
from lyceum.tutor.choosing import Chosen, choose
from lyceum.tutor.claims import attribute, prove
from lyceum.tutor.disagreement import Side
from lyceum.tutor.extractive import Evidence, Judged, judge
from lyceum.tutor.llm import PROMPT_VERSION, LanguageModel, draft, translate
from lyceum.tutor.model import Abstention, DraftClaim, Nearest, Question, Quotation, Reason, Refusal, Searched, Source
from lyceum.tutor.scoring import Label, SupportScorer
from lyceum.tutor.support import supports
from lyceum.tutor.times import Window, speaks_of_another_time, years_of
from lyceum.tutor.understanding import Understood, understand
from lyceum.tutor.verify import Citation

log = logging.getLogger(__name__)

_PASSAGES = 12
_FEW_WORDS = 12

Tell = Callable[[str], None]
"""Told which step an answer has come to: understanding, searching, reading, drafting, checking, translating."""


class Archive(Protocol):
    """What the tutor needs of the library."""

    def search(self, query: Query) -> Found:
        """The passages that fit."""
        ...

    def frequencies(self, terms: Sequence[str]) -> tuple[Mapping[str, int], int]:
        """In how many passages each term stands, and of how many."""
        ...

    def searched(self, scope: Scope) -> Searched:
        """What a search looks through."""
        ...

    def unread(self, asked: Asked, scope: Scope) -> Sequence[str]:
        """Names of documents on this that could not be read."""
        ...

    def where(self, words: str, scope: Scope) -> Sequence[Source]:
        """The stretches of the archive in which some words may stand, likeliest first."""
        ...

    def editions(self, document: str, scope: Scope) -> Sequence[Nearest]:
        """The other editions of a document's work."""
        ...

    @property
    def revision(self) -> int:
        """The revision of the archive that is searched."""
        ...

    @property
    def notice(self) -> str:
        """Whose archive this is, said to every reader."""
        ...


def ask(
    question: Question,
    archive: Archive,
    embedder: Callable[[], Embedder | None],
    model: LanguageModel | None = None,
    tell: Tell | None = None,
    *,
    scorer: SupportScorer | None = None,
) -> Answer:
    """The archive's answer; every quotation in it has been found in its source.

    Without a model, or when the model fails, the answer is extractive: sentences quoted with their source. A `scorer`
    judges each claim of a model that rules and words have let pass; where it fails, the model has failed.
    """
    steps = _Steps(tell)
    with steps.step("understanding"):
        understood = understand(question, model)
    answering = _Answering(question, understood, archive, embedder, steps, scorer)
    if not understood.asked.terms:
        return answering.abstain(Abstention.UNCLEAR_QUESTION)
    for words in understood.quoted:
        if not answering.stands(words):
            return answering.abstain(Abstention.UNCLEAR_QUESTION, notes=(_never_said(words),))
    evidence = answering.gather()
    if model is None:
        return answering.extract(evidence)
    try:
        return answering.consult(model, evidence)
    except (ModelFailed, ModelMissing) as error:
        log.info("model failed", extra={"model": model.name, "code": error.code})
        return answering.extract(evidence, notes=(_no_model(model),), failed=error.code)


class _Steps:
    """Which step an answer has come to, and how long each took."""

    def __init__(self, tell: Tell | None) -> None:
        self._tell = tell
        self.milliseconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        if self._tell:
            self._tell(name)
        started = time.perf_counter()
        try:
            yield
        finally:
            took = (time.perf_counter() - started) * 1000
            self.milliseconds[name] = round(self.milliseconds.get(name, 0) + took, 2)


class _Answering:
    """One question on its way."""

    def __init__(
        self,
        question: Question,
        understood: Understood,
        archive: Archive,
        embedder: Callable[[], Embedder | None],
        steps: _Steps,
        scorer: SupportScorer | None,
    ) -> None:
        self._question = question
        self._understood = understood
        self._asked = understood.asked
        self._archive = archive
        self._embedder = embedder
        self._steps = steps
        self._scorer = scorer
        self._scored: dict[tuple[str, tuple[str, ...]], Label] = {}
        self._found: Found | None = None

    def stands(self, words: str) -> bool:
        """Whether words that the question says were said stand, marks and capitals aside, in what is asked."""
        given = self._question.passages
        wanted = f" {' '.join(texts.plain_terms(words))} "
        sources = self._archive.where(words, self._question.scope) if given is None else given
        return any(wanted in f" {' '.join(texts.plain_terms(source.text))} " for source in sources)

    # --- what may answer -------------------------------------------------------------------------------

    def gather(self) -> list[Evidence]:
        """The passages that may answer: those of the archive that fit, or those that came with the question."""
        with self._steps.step("searching"):
            found = self._given() if self._question.passages is not None else self._searched()
            return [item for item in found if self._is_of_its_time(item.source)]

    def _given(self) -> list[Evidence]:
        return [Evidence(self._with_language(source), "", 0.0) for source in self._question.passages or ()]

    def _searched(self) -> list[Evidence]:
        said = self._understood.when.said
        asked_for = self._question.filter
        narrowed = asked_for.narrowed(Filter(said.first, said.last)) if said else asked_for
        query = Query(self._asked.text, self._question.scope, narrowed, limit=_PASSAGES)
        self._found = self._archive.search(query)
        return [Evidence(source_of(hit), hit.passage.heading, hit.dense) for hit in self._found.hits]

    def _is_of_its_time(self, source: Source) -> bool:
        """Whether a source is of the time that is asked for, or at least not older than what is asked about."""
        when = self._understood.when
        if source.date is None:
            return when.said is None or self._question.passages is not None
        written = years_of(source.date)
        if when.said:
            return when.said.joined(written) == written
        happened = when.happened
        return happened is None or happened.first is None or written.last is None or written.last >= happened.first

    def _with_language(self, source: Source) -> Source:
        """A passage that came without a language, with the one it is in; the question's own where it is short."""
        if source.language != "und":
            return source
        detected = texts.detect_language(source.text) if texts.word_count(source.text) > _FEW_WORDS else "und"
        return replace(source, language=self._asked.language if detected == "und" else detected)

    # --- without a model -------------------------------------------------------------------------------

    def extract(self, evidence: Sequence[Evidence], notes: tuple[str, ...] = (), **trace: Any) -> Answer:
        """The sentences that answer, quoted; or that none does."""
        with self._steps.step("reading"):
            chosen = self._chosen(evidence)
        claims = [_quoting(one) for one in chosen.sentences]
        return self._answer(claims, evidence, EXTRACTIVE, notes, sides=chosen.sides, **trace)

    def _chosen(self, evidence: Sequence[Evidence]) -> Chosen:
        happened = self._understood.when.happened
        judged = [one for one in self._judged(evidence) if not _out_of(happened, one.text)]
        return choose(self._asked, judged, self._understood.when.order)

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

    def _weigh(self, evidence: Sequence[Evidence]) -> Callable[[Sequence[str]], Mapping[str, float]]:
        if self._question.passages is None:
            return lambda terms: inverse_frequencies(*self._archive.frequencies(terms))
        found = [set(texts.terms(item.source.text, item.source.language)) for item in evidence]
        return lambda terms: inverse_frequencies({t: sum(t in words for words in found) for t in terms}, len(found))

    # --- with a model ----------------------------------------------------------------------------------

    def consult(self, model: LanguageModel, evidence: Sequence[Evidence]) -> Answer:
        """A model's claims, as far as they stand; what was refused is named to it once for a second draft.

        A model that makes no claim abstains. Where it made some and none stands, sentences are quoted instead.
        """
        sources = _by_id(evidence)
        if not sources and not self._understood.pasted:
            return self.abstain(Abstention.NOTHING_FOUND, model=model.name)
        drafted = self._drafted(sources, model)
        with self._steps.step("checking"):
            _, _, refused = prove(drafted, sources, self._understood, self._weigh_claim)
        if refused:
            drafted += self._drafted(sources, model, refused)
        answer = self._answer(drafted, evidence, model.name, prompt=PROMPT_VERSION, drafts=1 + bool(refused))
        if answer.claims:
            return self._translated(answer, model)
        if answer.yours or not answer.refused:
            return answer
        own = self.extract(evidence, notes=(_nothing_stands(model),), prompt=PROMPT_VERSION)
        return replace(own, refused=answer.refused) if own.claims else answer

    def _drafted(
        self, sources: Mapping[str, Source], model: LanguageModel, refused: Sequence[Refusal] = ()
    ) -> list[DraftClaim]:
        with self._steps.step("drafting"):
            return draft(
                self._asked.text, list(sources.values()), model,
                language=self._asked.language, pasted=self._understood.pasted, failures=refused,
            )  # fmt: skip

    def _weigh_claim(self, claim: str, proven: Sequence[Citation]) -> Reason | None:
        """What speaks against a claim: its words or, where it uses others, its meaning; then the scorer that is set."""
        if not supports(claim, proven, self._asked, self._known_words, self._likeness):
            return Reason.NOT_SUPPORTED
        if self._scorer is None:
            return None
        return _REFUSED_FOR.get(self._label(claim, tuple(citation.exact for citation in proven), self._scorer))

    def _label(self, claim: str, evidence: tuple[str, ...], scorer: SupportScorer) -> Label:
        """The scorer's label, asked for once: a draft is proven again with what was added to it."""
        if (claim, evidence) not in self._scored:
            self._scored[claim, evidence] = scorer.score(claim, evidence, self._asked.language).label
        return self._scored[claim, evidence]

    def _known_words(self, words: Sequence[str]) -> bool:
        """Whether each of some words stands anywhere in the archive."""
        if self._question.passages is not None:
            return False
        return all(self._archive.frequencies(words)[0].values())

    def _likeness(self, claim: str, evidence: Sequence[str]) -> float:
        """The highest cosine of a claim to the sentences; 0 where there is no embedder."""
        embedder = self._embedder()
        if embedder is None:
            return 0.0
        try:
            rows = embedder.embed_passages([claim, *evidence])
        except (ModelFailed, ModelMissing):
            return 0.0
        return float(max(rows[1:] @ rows[0]))

    def _translated(self, answer: Answer, model: LanguageModel) -> Answer:
        """The answer with its foreign quotations in the asker's language too, marked as a machine's."""
        language = texts.primary(self._asked.language)
        if language == "und":
            return answer
        foreign = {
            n: citation.exact
            for n, citation in enumerate(answer.citations, start=1)
            if texts.primary(citation.language) not in (language, "und")
        }
        if not foreign:
            return answer
        with self._steps.step("translating"):
            made = translate(foreign, language, model)
        return replace(answer, translations=tuple(Translation(n, language, t, model.name) for n, t in made.items()))

    # --- the answer ------------------------------------------------------------------------------------

    def abstain(
        self,
        reason: Abstention,
        refused: Sequence[Refusal] = (),
        *,
        model: str = EXTRACTIVE,
        notes: tuple[str, ...] = (),
        **trace: Any,
    ) -> Answer:
        """That there is no answer, with what was searched and the nearest that the archive holds."""
        if reason is Abstention.NOTHING_FOUND and self._archive.unread(self._asked, self._question.scope):
            reason = Abstention.UNREAD_DOCUMENTS
        hits = self._found.hits if self._found else []
        return replace(self._empty(model, notes, trace), reason=reason, refused=tuple(refused), nearest=_nearest(hits))

    def _answer(
        self,
        drafted: Sequence[DraftClaim],
        evidence: Sequence[Evidence],
        model: str,
        notes: tuple[str, ...] = (),
        *,
        sides: Sequence[Side] = (),
        **trace: Any,
    ) -> Answer:
        with self._steps.step("checking"):
            proven, citations, refused = prove(drafted, _by_id(evidence), self._understood, self._weigh_claim)
        claims = tuple(claim for claim in proven if claim.citations)
        yours = tuple(claim.text for claim in proven if not claim.citations)
        if not claims and not yours:
            return self.abstain(Abstention.NOTHING_FOUND, refused, model=model, notes=notes, **trace)
        return replace(
            self._empty(model, notes, trace),
            claims=claims,
            citations=tuple(citations),
            reason=None if claims else Abstention.NOTHING_FOUND,
            refused=tuple(refused),
            yours=yours,
            disagreements=_disagreements(self._asked, sides, citations),
            editions=self._editions(citations),
        )

    def _editions(self, citations: Sequence[Citation]) -> dict[str, tuple[Nearest, ...]]:
        documents = dict.fromkeys(citation.document for citation in citations if citation.document)
        found = {document: tuple(self._archive.editions(document, self._question.scope)) for document in documents}
        return {document: others for document, others in found.items() if others}

    def _empty(self, model: str, notes: tuple[str, ...], trace: Mapping[str, Any]) -> Answer:
        """An answer with nothing in it but how it came about."""
        own = self._question.passages is not None
        return Answer(
            question=self._question.text,
            claims=(),
            citations=(),
            reason=None,
            model=model,
            index_revision=self._archive.revision,
            searched=None if own else self._archive.searched(self._question.scope),
            notes=(*notes, *_notes_on(self._understood)),
            notice="" if own else self._archive.notice,
            asked=self._asked.text,
            trace={**trace, **self._trace()},
        )

    def _trace(self) -> dict[str, Any]:
        when = self._understood.when
        times = {name: str(value) for name, value in (("said", when.said), ("happened", when.happened)) if value}
        hits = self._found.hits if self._found else []
        return {
            "time": {**times, **({"order": when.order} if when.order else {})},
            "hits": [{"passage": hit.passage.id, "score": round(hit.score, 4)} for hit in hits],
            "milliseconds": self._steps.milliseconds,
            **({"scorer": self._scorer.name} if self._scorer else {}),
        }


_REFUSED_FOR = {Label.CONTRADICTED: Reason.CONTRADICTED, Label.NOT_ENOUGH: Reason.NOT_SUPPORTED}


def inverse_frequencies(frequencies: Mapping[str, int], passages: int) -> dict[str, float]:
    """A weight for each term: higher the rarer it is; in a small archive all are nearly alike."""
    return {term: math.log((passages + 50) / (count + 0.5)) for term, count in frequencies.items()}


def _out_of(window: Window | None, sentence: str) -> bool:
    return window is not None and speaks_of_another_time(sentence, window)


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


def _disagreements(asked: Asked, sides: Sequence[Side], citations: Sequence[Citation]) -> tuple[Disagreement, ...]:
    """The sides that the citations of an answer take; one side alone is no disagreement."""
    leanings = [leaning for side in sides if (leaning := _leaning(side, citations)).citations]
    return (Disagreement(asked.text, tuple(leanings)),) if len(leanings) > 1 else ()


def _leaning(side: Side, citations: Sequence[Citation]) -> Leaning:
    places = {(one.source.id, one.source.start + one.start) for one in side.sentences}
    sources = [one.source for one in side.sentences]
    return Leaning(
        value=side.value,
        citations=tuple(n for n, c in enumerate(citations, start=1) if (c.source, c.start) in places),
        documents=len({source.document or source.id for source in sources}),
        creators=tuple(dict.fromkeys(name for source in sources for name in source.creators)),
        dates=tuple(sorted({source.date for source in sources if source.date})),
    )


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


# --- what the reader should know ---------------------------------------------------------------------------


def _notes_on(understood: Understood) -> Iterator[str]:
    if said := understood.when.said:
        yield f"Only what is dated {_in_words(said)} was read."
    if understood.pasted:
        yield "What you pasted is yours: the archive was asked about it, and nothing here rules on it."


def _in_words(window: Window) -> str:
    if window.first and window.last:
        return f"from {window.first} to {window.last}"
    return f"until {window.last}" if window.last else f"from {window.first} on"


def _never_said(words: str) -> str:
    return f"The words “{words}” stand nowhere in these holdings."


def _no_model(model: LanguageModel) -> str:
    return f"The model {model.name} gave no usable answer; these are the sentences that fit the question best."


def _nothing_stands(model: LanguageModel) -> str:
    return (
        f"Nothing that the model {model.name} wrote stands in the sources; these are the sentences that fit the "
        "question best."
    )
