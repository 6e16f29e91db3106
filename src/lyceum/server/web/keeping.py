"""The librarian's desk: adding, describing, mending, and saying what stands open."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lyceum.errors import InvalidValue
from lyceum.library import HandedIn, Library, Scope
from lyceum.server.accounts.actions import OpenCollections
from lyceum.server.accounts.scopes import keeper_of, open_collections
from lyceum.server.desk import the_desk
from lyceum.server.gathering import folder_within, folders_of
from lyceum.server.ledger.actions import judgements
from lyceum.server.reading.models import Silence
from lyceum.server.web.shaping import picture
from lyceum.server.web.words import REASONS, collection_name, language_name

FIELDS = ("title", "creators", "date", "language", "kind", "publisher", "rights", "address", "collection", "edition_of")
_GIVEN = ("collection", "creators", "date", "language", "kind", "rights")
_A_PAGE = 50
_EVERYTHING = Scope.everything()
_MOST_SILENCE = 24
_MONTHS = 12
_LONGEST_ADDRESS = 2_000
_MOST_PAGES = 10_000


def desk(request: HttpRequest) -> HttpResponse:
    """How the archive stands: what waits, what failed, what it holds, what it could not answer."""
    keeper_of(request)
    counted = {"silence": _silence(), "judged": judgements(_MONTHS)}
    folders = list(folders_of(the_desk().settings))
    return render(request, "web/desk.html", {**_state(), **_coverage(), **counted, "given": _GIVEN, "folders": folders})


def state(request: HttpRequest) -> HttpResponse:
    """What waits and what failed, to be looked at again and again."""
    keeper_of(request)
    return render(request, "web/_state.html", _state())


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Takes files in; the worker reads them."""
    keeper_of(request)
    files = request.FILES.getlist("files")
    if not files:
        raise InvalidValue("No file was chosen.", hint="Choose one or more files, then add them.")
    described = {name: request.POST.get(name, "") for name in _GIVEN}
    taken = [one for file in files for one in _hand_in(file, described)]
    return render(request, "web/added.html", {"taken": taken, **_state()})


@require_POST
def gather(request: HttpRequest) -> HttpResponse:
    """Has an address or a folder gathered, or what was gathered stopped or read again."""
    keeper_of(request)
    said, gatherer = request.POST, the_desk().gatherer
    if said.get("again"):
        gatherer.again(said["again"])
    elif said.get("stop"):
        gatherer.stop(said["stop"])
    elif said.get("folder"):
        gatherer.add(str(folder_within(said, the_desk().settings)), _collection(said))
    else:
        gatherer.add(_address(said.get("address", "")), _collection(said), _most_pages(said))
    return HttpResponseRedirect("/desk#state")


@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """Has what failed tried again."""
    keeper_of(request)
    wanted = request.POST.get("version", "")

    def task(library: Library) -> None:
        for version in library.failed():
            if wanted in (version.version, "all"):
                library.retry(version)

    the_desk().run(task)
    return HttpResponseRedirect("/desk")


def documents(request: HttpRequest) -> HttpResponse:
    """Every document, to be described."""
    keeper_of(request)
    words = request.GET.get("words", "").strip().lower()
    page = max(1, int(request.GET["page"]) if request.GET.get("page", "").isdecimal() else 1)
    everything = the_desk().run(lambda library: library.documents(scope=_EVERYTHING))
    found = [
        d
        for d in reversed(everything)
        if words in f"{d.metadata.title} {' '.join(d.metadata.creators)} {d.name}".lower()
    ]
    shown = [
        {
            "id": d.id,
            "title": d.metadata.title or d.name,
            "by": ", ".join(d.metadata.creators),
            "date": str(d.metadata.date or ""),
            "date_source": d.metadata.provenance.get("date", ""),
            "collection": collection_name(d.metadata.collection or "main"),
        }
        for d in found[_A_PAGE * (page - 1) : _A_PAGE * page]
    ]
    more = len(found) > _A_PAGE * page
    context = {"shown": shown, "words": words, "total": len(found), "page": page, "next": page + 1 if more else None}
    return render(request, "web/documents.html", context)


def document(request: HttpRequest, document: str) -> HttpResponse:
    """What is known of a document and where it came from; posting lays new words over it, or takes it out."""
    keeper_of(request)
    if request.method == "POST":
        return _change(request, document)
    found = the_desk().run(lambda library: library.document(document, scope=_EVERYTHING))
    known = found.metadata.as_dict()
    values = [
        {
            "name": name,
            "value": "; ".join(found.metadata.creators) if name == "creators" else known.get(name, ""),
            "source": found.metadata.provenance.get(name, ""),
        }
        for name in FIELDS
    ]
    context = {"id": found.id, "title": found.metadata.title or found.name, "values": values, "name": found.name}
    return render(request, "web/document.html", context)


def collections(request: HttpRequest) -> HttpResponse:
    """Which collections anybody may read."""
    person = keeper_of(request)
    if request.method == "POST":
        OpenCollections(person, request.POST.getlist("open")).execute()
        return HttpResponseRedirect("/desk/collections")
    counts = the_desk().run(lambda library: library.coverage(_EVERYTHING)["collections"])
    opened = open_collections()
    shown = [
        {"code": name, "name": collection_name(name), "count": counts.get(name, 0), "open": name in opened}
        for name in sorted({*counts, *opened})
    ]
    return render(request, "web/collections.html", {"shown": shown, "setting": the_desk().settings.anonymous})


def _hand_in(file: UploadedFile[Any], described: dict[str, str]) -> list[HandedIn]:
    name = PurePath((file.name or "").replace("\\", "/")).name or "upload"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        with path.open("wb") as copy:
            for chunk in file.chunks():
                copy.write(chunk)
        return the_desk().run(lambda library: library.hand_in(path, f"upload/{name}", described))


def _address(said: str) -> str:
    """An address of the web; whether it may be fetched is looked at when it is. Raises InvalidValue."""
    address = said.strip()
    if not address.lower().startswith(("https://", "http://")) or len(address) > _LONGEST_ADDRESS:
        raise InvalidValue(
            "This is no address of the web.", hint="It begins with https:// or http://.", code="invalid_address"
        )
    return address


def _collection(said: Mapping[str, str]) -> str:
    return " ".join(said.get("collection", "").split())[:400]


def _most_pages(said: Mapping[str, str]) -> int | None:
    """One for the page alone; otherwise as many as are wanted, within bounds."""
    if said.get("reach") == "page":
        return 1
    pages = said.get("pages", "")
    return max(1, min(int(pages), _MOST_PAGES)) if pages.isdecimal() and len(pages) < 9 else None


def _change(request: HttpRequest, document: str) -> HttpResponse:
    said = {name: request.POST.get(name, "").strip() for name in FIELDS}

    def task(library: Library) -> None:
        found = library.document(document, scope=_EVERYTHING)
        if request.POST.get("act") == "withdraw":
            library.withdraw(found)
            return
        known = found.metadata.as_dict() | {"creators": "; ".join(found.metadata.creators)}
        # Only what was changed becomes the librarian's word; the rest keeps where it came from.
        library.describe(found, {name: value for name, value in said.items() if value and value != known.get(name, "")})

    the_desk().run(task)
    return HttpResponseRedirect(
        "/desk/documents" if request.POST.get("act") == "withdraw" else f"/desk/documents/{document}"
    )


def _state() -> dict[str, Any]:
    def task(library: Library) -> dict[str, Any]:
        failed = [
            {"name": d.name, "version": d.version, **(d.failure.as_dict() if d.failure else {})}
            for d in library.failed()
        ]
        return {"waiting": library.waiting(), "failed": failed}

    return {**the_desk().run(task), "jobs": the_desk().gatherer.jobs()}


def _coverage() -> dict[str, Any]:
    told = the_desk().run(lambda library: library.coverage(_EVERYTHING))
    return {
        "documents": told["documents"],
        "passages": told["passages"],
        "vectors": told["vectors"],
        "bars": picture(told["years"]),
        "undated": told["years"].get("unknown", 0),
        "languages": [(language_name(code), n) for code, n in told["languages"].items()],
        "kinds": list(told["kinds"].items()),
        "collections": [(collection_name(name), n) for name, n in told["collections"].items()],
    }


def _silence() -> list[dict[str, Any]]:
    counted = Silence.objects.order_by("-month", "reason").values("month", "reason", "count")[:_MOST_SILENCE]
    return [{**one, "why": REASONS.get(one["reason"], one["reason"])} for one in counted]
