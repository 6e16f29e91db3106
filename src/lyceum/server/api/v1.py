"""HTTP API v1. The document at /api/v1/openapi.json is its reference."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import File, NinjaAPI, Query
from ninja.errors import HttpError, ValidationError
from ninja.files import UploadedFile
from pydantic import BaseModel

from lyceum.contract import shown_json
from lyceum.errors import InvalidValue, LyceumError
from lyceum.library import forms_of, render
from lyceum.server.accounts.scopes import scope_of
from lyceum.server.api import asking, assembling, deciding
from lyceum.server.api.shapes import (
    AnswerTold,
    CoverageTold,
    DocumentsAsked,
    DocumentsTold,
    DocumentTold,
    DraftPosted,
    Failed,
    QuestionAsked,
    QuestionPosted,
    QuotationsTold,
    SearchAsked,
    SearchTold,
    StudyAsked,
    StudyTold,
    TextAsked,
    TextTold,
    Word,
)
from lyceum.server.desk import the_desk
from lyceum.server.failures import failed, first_problem, refused

_DRAFTS = (".txt", ".md", ".markdown", ".html", ".htm", ".docx", ".pdf", ".epub")
_REFUSALS: dict[int, Any] = dict.fromkeys((400, 401, 404, 413, 422, 503), Failed)
_ACCESS = {
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "security": [{"token": []}, {}],
}

api = NinjaAPI(
    title="Lyceum",
    version="1",
    description="An archive that is searched, asked, and that checks quotations. Every quotation in an answer was "
    "found in its source; `text[start:end] == exact` holds for each citation.",
    docs_url=None,
    urls_namespace="api-1",
    openapi_extra=_ACCESS,
)

api.add_router("/hall", assembling.router)
api.add_router("/hall", deciding.router)


@api.get("/documents", response={200: DocumentsTold, **_REFUSALS}, summary="List what the archive holds")
def documents(request: HttpRequest, asked: Query[DocumentsAsked]) -> HttpResponse:
    """The documents that pass a filter, oldest addition first, a page at a time."""
    scope, said = scope_of(request), _said(request, asked)
    return _told(the_desk().run(lambda library: asking.documents(library, scope, said)))


@api.get("/documents/{document}", response={200: DocumentTold, **_REFUSALS}, summary="Show one document")
def document(request: HttpRequest, document: Word, version: Word | None = None) -> HttpResponse:
    """What is known about a document, with its sources and versions."""
    scope = scope_of(request)
    return _told(the_desk().run(lambda library: shown_json(library, document, scope, version=version)))


@api.get("/documents/{document}/text", response={200: TextTold, **_REFUSALS}, summary="Read a text, or a part of it")
def text(request: HttpRequest, document: Word, asked: Query[TextAsked]) -> HttpResponse:
    """The stored text to which offsets refer; at most a million characters at once."""
    scope, said = scope_of(request), _said(request, asked)
    return _told(the_desk().run(lambda library: asking.text(library, scope, document, said)))


@api.get("/search", response={200: SearchTold, **_REFUSALS}, summary="Find passages")
def search(request: HttpRequest, asked: Query[SearchAsked]) -> HttpResponse:
    """Passages by words and by meaning, best first."""
    return _search(request, _said(request, asked))


@api.post("/search", response={200: SearchTold, **_REFUSALS}, summary="Find passages")
def search_posted(request: HttpRequest, asked: SearchAsked) -> HttpResponse:
    """Passages by words and by meaning, best first."""
    return _search(request, _values(asked))


@api.get("/ask", response={200: AnswerTold, **_REFUSALS}, summary="Ask the archive")
def ask(request: HttpRequest, asked: Query[QuestionAsked]) -> HttpResponse:
    """An answer made of verified quotations, or that the archive does not say."""
    return _ask(request, _said(request, asked))


@api.post("/ask", response={200: AnswerTold, **_REFUSALS}, summary="Ask the archive, or passages of one's own")
def ask_posted(request: HttpRequest, asked: QuestionPosted) -> HttpResponse:
    """An answer made of verified quotations, or that there is none."""
    return _ask(request, _values(asked))


@api.get("/study", response={200: StudyTold, **_REFUSALS}, summary="Make study of a topic")
def study(request: HttpRequest, asked: Query[StudyAsked]) -> HttpResponse:
    """A guide, a timeline or another kind, every item on verified quotations; in other forms than JSON on demand."""
    return _study(request, _said(request, asked))


@api.post("/study", response={200: StudyTold, **_REFUSALS}, summary="Make study of a topic")
def study_posted(request: HttpRequest, asked: StudyAsked) -> HttpResponse:
    """The same, asked in a body."""
    return _study(request, _values(asked))


@api.post("/check-quotes", response={200: QuotationsTold, **_REFUSALS}, summary="Check the quotations of a text")
def check_quotes(request: HttpRequest, draft: DraftPosted) -> HttpResponse:
    """A verdict on every quotation. The draft is not kept."""
    return _check_quotes(request, draft.text.encode("utf-8", "replace"), f".{draft.format}")


@api.post("/check-quotes/file", response={200: QuotationsTold, **_REFUSALS}, summary="Check the quotations of a file")
def check_quotes_of_file(request: HttpRequest, file: File[UploadedFile]) -> HttpResponse:
    """The same for a file: text, Markdown, HTML, DOCX, PDF or EPUB."""
    suffix = PurePath(file.name or "").suffix.lower()
    if suffix not in _DRAFTS:
        raise InvalidValue("A draft of this kind cannot be read.", hint=f"Send one of {', '.join(_DRAFTS)}.")
    return _check_quotes(request, file.read(), suffix)


@api.get("/coverage", response={200: CoverageTold, **_REFUSALS}, summary="What the archive holds")
def coverage(request: HttpRequest) -> HttpResponse:
    """Documents by year, language, kind and collection, and what waits or failed."""
    scope = scope_of(request)
    return _told(the_desk().run(lambda library: library.coverage(scope)))


def _search(request: HttpRequest, said: dict[str, Any]) -> HttpResponse:
    scope = scope_of(request)
    return _told(the_desk().run(lambda library: asking.search(library, scope, said)))


def _ask(request: HttpRequest, said: dict[str, Any]) -> HttpResponse:
    desk = the_desk()
    scope = scope_of(request)
    return _told(desk.run(lambda library: asking.ask(library, scope, said, desk.settings)))


def _study(request: HttpRequest, said: dict[str, Any]) -> HttpResponse:
    desk, scope = the_desk(), scope_of(request)
    known = forms_of(said["kind"])
    if said["format"] not in known:
        raise InvalidValue("This kind has no such form.", hint=f"Use one of {', '.join(known)}.", code="unknown_format")
    made = desk.run(lambda library: render(asking.study(library, scope, said, desk.settings), said["format"]))
    return HttpResponse(made, content_type=known[said["format"]].media)


def _check_quotes(request: HttpRequest, draft: bytes, suffix: str) -> HttpResponse:
    scope = scope_of(request)
    return _told(the_desk().run(lambda library: asking.check_quotes(library, scope, draft, suffix)))


def _said(request: HttpRequest, asked: BaseModel) -> dict[str, Any]:
    """The values of the address; raises InvalidValue for a name that is not known, which may be a misspelt filter."""
    known = {field.alias or name for name, field in type(asked).model_fields.items()}
    for name in request.GET:
        if name not in known:
            raise InvalidValue(f"There is no parameter “{name[:40]}”.", hint=f"There are {', '.join(sorted(known))}.")
    return _values(asked)


def _values(asked: BaseModel) -> dict[str, Any]:
    return asked.model_dump(by_alias=True)


def _told(value: dict[str, Any]) -> HttpResponse:
    return JsonResponse(value, json_dumps_params={"ensure_ascii": False})


@api.exception_handler(LyceumError)
def _failed(_request: HttpRequest, error: LyceumError) -> HttpResponse:
    return failed(error)


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    return refused(422, "invalid_value", *first_problem(error.errors))


@api.exception_handler(HttpError)
def _unreadable(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return refused(error.status_code, "bad_request", "The request cannot be read.", "Its body is JSON.")
