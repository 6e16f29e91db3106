"""What every door takes and gives: the command, the HTTP API and the tools speak the same JSON.

CONTRACT.md promises these shapes, and docs/reference describes them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from lyceum.errors import InvalidValue
from lyceum.library import (
    Answer,
    Document,
    Edition,
    Facets,
    Filter,
    Hit,
    Kind,
    Library,
    Page,
    PartialDate,
    Question,
    QuoteReport,
    Scope,
    SearchResult,
    Source,
    Study,
    Topic,
    Turn,
    sureness,
    turns_of,
)

__all__ = [
    "FILTERS",
    "MOST_HITS",
    "abstention",
    "answer_json",
    "document_json",
    "editions_json",
    "filter_of",
    "history_of",
    "own_passages",
    "quotations_json",
    "result_json",
    "search_json",
    "shown_json",
    "studied",
    "timed",
]  # fmt: skip

MOST_HITS = 1_000
FILTERS = ("from", "to", "as_of", "language", "author", "collection", "kind", "title")


# --- what is asked ---------------------------------------------------------------------------------------


def filter_of(values: Mapping[str, Any]) -> Filter:
    """The filter that options, parameters or a line of a batch ask for; other keys do not count.

    Raises InvalidValue.
    """
    wanted = {name: values.get(name, values.get(name.replace("_", "-"))) for name in FILTERS}
    for name, value in wanted.items():
        if value is not None and not isinstance(value, str):
            raise InvalidValue(f"“{name}” is not text.", hint="Put it in quotation marks.")
    lasts = [PartialDate.parse(wanted[name]).last for name in ("to", "as_of") if wanted[name]]
    return Filter(
        first=PartialDate.parse(wanted["from"]).first if wanted["from"] else None,
        last=min(lasts, default=None),
        **{name: wanted[name] for name in FILTERS[3:]},
    )


def history_of(turns: Sequence[Mapping[str, Any]]) -> tuple[Turn, ...]:
    """The turns before a question, oldest first: answers as given before, or objects with question and answer.

    Raises InvalidValue.
    """
    said = []
    for turn in turns:
        if not isinstance(turn, Mapping) or not isinstance(turn.get("question"), str):
            raise InvalidValue("A turn is an object with question and answer.", hint='{"question": "…", "answer": "…"}')
        answer = turn.get("answer", " ".join(claim["text"] for claim in turn.get("claims", ())))
        said.append((turn["question"], str(answer or "")))
    return turns_of(said)


def studied(library: Library, kind: str, topic: str, scope: Scope, said: Mapping[str, Any]) -> Study:
    """What is made of a topic for study, under the filter that other values ask for; raises InvalidValue."""
    limit = said.get("limit")
    # What documents are is asked for by the other names: here, the kind is that of the study.
    wanted = Topic(topic, scope, filter_of({name: said[name] for name in said if name != "kind"}), limit)
    return library.study(kind_of(kind), wanted, model=str(said.get("model") or "extractive"))


def kind_of(name: str) -> Kind:
    """The kind of study of a name; raises InvalidValue."""
    try:
        return Kind(name)
    except ValueError as error:
        raise InvalidValue(
            f"There is no kind of study “{name[:40]}”.", hint=f"Use one of {', '.join(Kind)}.", code="unknown_kind"
        ) from error


def own_passages(value: Any) -> tuple[Source, ...] | None:
    """The passages that came with a question; None where none did. Raises InvalidValue."""
    if value is None:
        return None
    if not isinstance(value, list):
        raise InvalidValue("“passages” is not a list.", hint='[{"id": "x", "text": "…"}]')
    return tuple(_own_passage(n, passage) for n, passage in enumerate(value))


def _own_passage(n: int, passage: Any) -> Source:
    if not isinstance(passage, Mapping) or not isinstance(passage.get("text"), str):
        raise InvalidValue("A passage is an object with id and text.", hint='{"id": "x", "text": "…"}')
    return Source(id=str(passage.get("id", n)), text=passage["text"], title=str(passage.get("title", "")))


# --- what is told ----------------------------------------------------------------------------------------


def result_json(result: SearchResult) -> dict[str, Any]:
    """What a search found, as one line of a batch has it."""
    hits = [{**_hit_json(hit), "snippet": asdict(s)} for hit, s in zip(result.hits, result.snippets, strict=True)]
    return {"hits": hits, "milliseconds": result.milliseconds, "suggestion": result.suggestion}


def search_json(result: SearchResult, facets: Facets | None = None) -> dict[str, Any]:
    """What a search found, with how far the archive's vectors have come."""
    return {
        **result_json(result),
        "passages": result.passages,
        "vectors": result.vectors,
        **({"facets": asdict(facets)} if facets else {}),
        "notes": list(result.notes),
    }


def _hit_json(hit: Hit) -> dict[str, Any]:
    passage, metadata = hit.passage, hit.passage.document.metadata
    return {
        "document": passage.document.id,
        "version": passage.document.version,
        "title": metadata.title,
        "creators": list(metadata.creators),
        "date": str(metadata.date) if metadata.date else None,
        "language": passage.language,
        "collection": metadata.collection or "main",
        "passage": passage.id,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "page": passage.page,
        "heading": passage.heading,
        "score": round(hit.score, 6),
    }


def timed(library: Library, question: Question, model: str) -> tuple[Answer, float]:
    """The answer to a question, and the milliseconds that it took."""
    started = time.perf_counter()
    answer = library.ask(question, model=model)
    return answer, round((time.perf_counter() - started) * 1000, 2)


def answer_json(answer: Answer, milliseconds: float) -> dict[str, Any]:
    """An answer, with the time that it took."""
    return {**answer.as_dict(), "milliseconds": milliseconds}


_WHY = {
    "nothing_found": "The archive does not say.",
    "unread_documents": "The archive does not say in what could be read; it holds documents on this that could not.",
    "unclear_question": "That is not a question that the archive can be asked; name what you want to know.",
}


def abstention(answer: Mapping[str, Any]) -> list[str]:
    """Why there is no answer, in lines for people: the reason, what was searched, what is nearest."""
    lines = [_WHY[str(answer["reason"])]]
    if searched := answer.get("searched"):
        lines.append(f"Searched: {searched['documents']} documents, {searched['passages']} passages.")
    if nearest := answer.get("nearest"):
        lines.append("The nearest that it does hold:")
        lines += ["  · " + ", ".join(filter(None, [*n["creators"], n["title"], n["date"]])) for n in nearest]
    return lines


def quotations_json(report: QuoteReport) -> dict[str, Any]:
    """The verdicts on the quotations of a draft, and what in it was not checked."""
    return report.as_dict()


def shown_json(
    library: Library, document: str, scope: Scope, *, version: str | None = None, whole: bool = False
) -> dict[str, Any]:
    """One document with its sources and versions, and where `whole` its text and pages; raises UnknownDocument."""
    found = library.document(document, version=version, scope=scope)
    value = {
        **document_json(found),
        "sources": library.sources(found.id),
        "versions": [{"version": v.version, "sha256": v.sha256, "state": v.state} for v in library.versions(found.id)],
        "editions": editions_json(library, found, scope),
    }
    if whole:
        value["text"] = library.text(found)
        value["pages"] = [_page_json(page, value["text"]) for page in library.pages(found)]
    return value


def editions_json(library: Library, document: Document, scope: Scope) -> list[dict[str, Any]]:
    """The other editions of a document's work within a scope, likest first."""
    return [_edition_json(edition) for edition in library.editions(document, scope)]


def _edition_json(edition: Edition) -> dict[str, Any]:
    """Another edition of a work, as much of it as a reader needs to choose."""
    metadata = edition.document.metadata
    return {
        "id": edition.document.id,
        "title": metadata.title,
        "date": str(metadata.date) if metadata.date else None,
        "edition_date": str(metadata.edition_date) if metadata.edition_date else None,
        "source": edition.document.source,
        "likeness": round(edition.likeness, 2) if edition.likeness is not None else None,
    }


def _page_json(page: Page, text: str) -> dict[str, Any]:
    """A page by its offsets; one that differs on paper is given as it stands there too."""
    value: dict[str, Any] = {"label": page.label, "start": page.start, "end": page.end}
    if page.confidence is not None:
        value["ocr_confidence"] = page.confidence
    if page.header or page.footer or page.hyphens:
        value["printed"] = page.printed(text)
    return value


def document_json(document: Document) -> dict[str, Any]:
    """A document and what is known about it."""
    metadata = document.metadata
    return {
        "id": document.id,
        "title": metadata.title,
        "creators": list(metadata.creators),
        "date": str(metadata.date) if metadata.date else None,
        "date_source": metadata.provenance.get("date"),
        "edition_date": str(metadata.edition_date) if metadata.edition_date else None,
        "language": metadata.language,
        "collection": metadata.collection or "main",
        "kind": metadata.kind,
        "publisher": metadata.publisher,
        "rights": metadata.rights,
        "address": metadata.address,
        "source": document.source,
        "sha256": document.sha256,
        "version": document.version,
        "passages": document.passages,
        "state": document.state,
        "edition_of": metadata.edition_of,
        "provenance": dict(metadata.provenance),
        "sureness": {name: sureness(rule).value for name, rule in metadata.provenance.items()},
        "extra": dict(metadata.extra),
        "notes": list(document.notes),
        "failure": document.failure.as_dict() if document.failure else None,
    }
