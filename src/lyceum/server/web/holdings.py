"""The librarian's tables: many documents described at once, editions and duplicates, and what the archive covers."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lyceum.errors import InvalidValue, UnknownDocument
from lyceum.library import Document, Library, Scope
from lyceum.server.accounts.scopes import keeper_of
from lyceum.server.desk import the_desk
from lyceum.server.web.answers import Remembered
from lyceum.server.web.shaping import picture
from lyceum.server.web.tabling import FIELDS, Proposal, as_csv, by_document, proposed, rows_of, values_of
from lyceum.server.web.words import collection_name, language_name

_EVERYTHING = Scope.everything()
_A_PAGE = 100
_LOOKED_AT = 300
_SHOWN_CHANGES = 500
_LARGEST_TABLE = 20_000_000
_PROPOSALS = Remembered()


def table(request: HttpRequest) -> HttpResponse:
    """Documents to choose from, what may be said of all that are chosen, and the table as a file."""
    keeper_of(request)
    words = request.GET.get("words", "").strip()
    page = max(1, int(request.GET["page"]) if request.GET.get("page", "").isdecimal() else 1)
    found = _fitting(words)
    shown = [{"id": d.id, **values_of(d)} for d in found[_A_PAGE * (page - 1) : _A_PAGE * page]]
    context = {
        "shown": shown, "words": words, "total": len(found), "fields": FIELDS,
        "next": page + 1 if len(found) > _A_PAGE * page else None,
    }  # fmt: skip
    return render(request, "web/table.html", context)


def table_file(request: HttpRequest) -> HttpResponse:
    """The table of every document that fits, to be changed in a spreadsheet and sent back."""
    keeper_of(request)
    response = HttpResponse(
        as_csv(_fitting(request.GET.get("words", "").strip())), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="documents.csv"'
    return response


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What a table, or one value for all that were chosen, would change; nothing is changed yet."""
    keeper_of(request)
    file = request.FILES.get("table")
    if file is not None and file.size is not None and file.size > _LARGEST_TABLE:
        raise InvalidValue("The table is too large.", hint="Send it in parts.", code="too_large")
    rows: Iterable[Mapping[str, str]] = rows_of(file.read()) if file is not None else _chosen(request)
    known = {document.id: document for document in _fitting("")}
    proposal = proposed(rows, known)
    context = {
        "key": _PROPOSALS.put(proposal), "changes": proposal.changes[:_SHOWN_CHANGES], "count": len(proposal.changes),
        "documents": len(by_document(proposal.changes)), "problems": proposal.problems[:_SHOWN_CHANGES],
    }  # fmt: skip
    return render(request, "web/preview.html", context)


@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """Makes the changes that were shown."""
    keeper_of(request)
    proposal: Proposal | None = _PROPOSALS.get(request.POST.get("proposal", ""))
    if proposal is None:
        raise UnknownDocument("This list of changes is no longer at hand.", hint="Send the table again.")

    def task(library: Library) -> None:
        for document, values in by_document(proposal.changes).items():
            library.describe(library.document(document, scope=_EVERYTHING), values)

    the_desk().run(task)
    return HttpResponseRedirect("/desk/documents")


def editions(request: HttpRequest) -> HttpResponse:
    """Documents with nearly the same text, and those said to be of one work; posting says so of some."""
    keeper_of(request)
    if request.method == "POST":
        return _join(request)
    first = int(request.GET["from"]) if request.GET.get("from", "").isdecimal() else 0

    def task(library: Library) -> tuple[list[dict[str, Any]], int]:
        documents = library.documents(scope=_EVERYTHING)
        return _groups(library, documents[first : first + _LOOKED_AT]), len(documents)

    groups, total = the_desk().run(task)
    context = {
        "groups": groups, "looked": [first + 1, min(total, first + _LOOKED_AT)], "total": total,
        "next": first + _LOOKED_AT if first + _LOOKED_AT < total else None,
    }  # fmt: skip
    return render(request, "web/editions.html", context)


def coverage(request: HttpRequest) -> HttpResponse:
    """What the archive holds and where it has gaps: years, languages, kinds, and each source with its age."""
    keeper_of(request)
    told = the_desk().run(lambda library: library.coverage(_EVERYTHING))
    years = sorted(int(year) for year in told["years"] if year.isdigit())
    context = {
        **{name: told[name] for name in ("documents", "passages", "vectors", "waiting", "sources")},
        "failed": len(told["failed"]),
        "bars": picture(told["years"]),
        "undated": told["years"].get("unknown", 0),
        "gaps": gaps(years),
        "tables": [
            [(language_name(code), n) for code, n in _ranked(told["languages"])],
            [(name, n) for name, n in _ranked(told["kinds"])],
            [(collection_name(name), n) for name, n in _ranked(told["collections"])],
            [(name, n) for name, n in _ranked(told["types"])],
        ],
    }
    return render(request, "web/coverage.html", context)


def gaps(years: Sequence[int], *, shortest: int = 2, most: int = 20) -> list[str]:
    """The longest runs of years of which there is nothing, in order, between the first year and the last."""
    pairs = [(before + 1, after - 1) for before, after in itertools.pairwise(years)]
    empty = sorted((pair for pair in pairs if pair[1] - pair[0] + 1 >= shortest), key=lambda pair: pair[0] - pair[1])
    return [f"{first}–{last}" for first, last in sorted(empty[:most])]


def _fitting(words: str) -> list[Document]:
    wanted = words.lower()
    found = the_desk().run(lambda library: library.documents(scope=_EVERYTHING))
    return [
        d for d in found if wanted in f"{d.metadata.title} {' '.join(d.metadata.creators)} {d.name} {d.source}".lower()
    ]


def _chosen(request: HttpRequest) -> list[dict[str, str]]:
    name, value = request.POST.get("field", ""), request.POST.get("value", "")
    chosen = request.POST.getlist("document")
    if name not in FIELDS or not value.strip() or not chosen:
        raise InvalidValue("Nothing is to be changed.", hint="Choose documents, a field, and what it is to say.")
    return [{"id": document, name: value} for document in chosen]


def _groups(library: Library, documents: Sequence[Document]) -> list[dict[str, Any]]:
    """Works with more than one document among those looked at, each once."""
    seen: set[str] = set()
    groups = []
    for document in documents:
        if document.id in seen:
            continue
        others = library.editions(document)
        seen |= {document.id, *(one.document.id for one in others)}
        if others:
            groups.append({
                "first": _named(document),
                "others": [
                    {**_named(one.document), "likeness": None if one.likeness is None else round(100 * one.likeness)}
                    for one in others
                ],
                "said": all(
                    one.document.metadata.edition_of or document.metadata.edition_of for one in others
                ),
            })  # fmt: skip
    return groups


def _join(request: HttpRequest) -> HttpResponse:
    """Says of some documents that they are editions of the work that another one is."""
    first, others = request.POST.get("of", ""), request.POST.getlist("document")

    def task(library: Library) -> None:
        work = library.document(first, scope=_EVERYTHING)
        name = work.metadata.edition_of or work.metadata.title or work.id
        for other in others:
            library.describe(library.document(other, scope=_EVERYTHING), {"edition_of": name})

    the_desk().run(task)
    return HttpResponseRedirect("/desk/editions")


def _named(document: Document) -> dict[str, str]:
    return {
        "id": document.id,
        "title": document.metadata.title or document.name,
        "by": ", ".join(document.metadata.creators),
        "date": str(document.metadata.edition_date or document.metadata.date or ""),
        "source": document.source,
    }


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
