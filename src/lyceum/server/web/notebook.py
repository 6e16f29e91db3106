"""What readers keep for themselves: their notes and searches, to be seen, taken along and erased."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lyceum.errors import AccessRefused, InvalidValue
from lyceum.server.accounts.models import Person
from lyceum.server.accounts.scopes import person_of, scope_of
from lyceum.server.desk import the_desk
from lyceum.server.notebook import actions
from lyceum.server.notebook.models import Note, SavedSearch
from lyceum.server.web.reading import LIMITS, search_address, search_said

_A_PAGE = 50


@never_cache
def notebook(request: HttpRequest) -> HttpResponse:
    """One's own searches and notes."""
    person, scope = _owner(request), scope_of(request)
    page = Paginator(Note.objects.filter(person=person), _A_PAGE).get_page(request.GET.get("page"))
    notes = the_desk().run(lambda library: actions.with_places(page.object_list, library, scope))
    context = {
        "searches": [_shown(search) for search in SavedSearch.objects.filter(person=person)],
        "notes": notes,
        "page": page,
    }
    return render(request, "web/notebook.html", context)


@require_POST
def write(request: HttpRequest) -> HttpResponse:
    """Keeps a note at a place."""
    person, scope, said = _owner(request), scope_of(request), request.POST
    document, version = said.get("document", ""), said.get("version") or None
    found = the_desk().run(lambda library: library.document(document, version=version, scope=scope))
    start, end = _number(said, "start"), _number(said, "end")
    number = _number(said, "note") if said.get("note") else None
    note = actions.WriteNote(person, found, start, end, said.get("text", ""), number).execute()
    place = f"{note.start}-{note.end}"
    return HttpResponseRedirect(f"/documents/{note.document}?version={note.version}&cite={place}#{place}")


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keeps a search."""
    person = _owner(request)
    said = search_said(dict(parse_qsl(request.POST.get("search", "")[: LIMITS.search])))
    if not said["query"]:
        raise InvalidValue("There are no words to keep.", hint="Search for some words, then keep the search.")
    actions.SaveSearch(person, search_address(said, page=1).partition("?")[2]).execute()
    return HttpResponseRedirect(search_address(said, page=1))


@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Erases a note, a search, or all of either."""
    person, said = _owner(request), request.POST
    for what, act in (("notes", actions.erase_notes), ("searches", actions.erase_searches)):
        if said.get(what) == "all":
            act(person)
        elif said.get(what):
            act(person, [_number(said, what)])
    return HttpResponseRedirect("/notebook")


@never_cache
def export(request: HttpRequest) -> HttpResponse:
    """Everything in a notebook, as JSON that other programs read."""
    person, scope = _owner(request), scope_of(request)
    base = request.build_absolute_uri("/").rstrip("/")
    own = list(Note.objects.filter(person=person))
    notes = the_desk().run(lambda library: actions.with_places(own, library, scope))
    told = {
        "notes": [actions.as_annotation(note, base) for note in notes],
        "searches": [
            {"address": f"{base}/search?{search.asked}", "saved": search.saved.isoformat()}
            for search in SavedSearch.objects.filter(person=person)
        ],
    }
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="notebook.json"'
    return response


def _shown(search: SavedSearch) -> dict[str, Any]:
    said = search_said(dict(parse_qsl(search.asked)))
    narrowed = [str(said[name]) for name in ("from", "to", "language", "author", "collection", "kind") if said[name]]
    feed = "/search.atom?" + urlencode({name: value for name, value in parse_qsl(search.asked) if name != "sort"})
    return {"pk": search.pk, "words": said["query"], "narrowed": narrowed, "address": f"/search?{search.asked}",
            "feed": feed, "saved": search.saved}  # fmt: skip


def _owner(request: HttpRequest) -> Person:
    person = person_of(request)
    if person is None:
        raise AccessRefused("Sign in to have a notebook.", hint="It is kept for you alone.", code="sign_in")
    return person


def _number(said: Any, name: str) -> int:
    value = said.get(name, "")
    if not (value.isdecimal() and len(value) < 12):
        raise InvalidValue("This place cannot be found.", hint="Go back, and select the words again.")
    return int(value)
