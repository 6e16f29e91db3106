"""What programs read of pages: feeds, the browser's search box, the map of the site, and what makes it installable."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from lyceum.errors import InvalidValue
from lyceum.library import Order
from lyceum.server.accounts.scopes import scope_of
from lyceum.server.desk import the_desk
from lyceum.server.web import sitemaps
from lyceum.server.web.reading import search_query, search_said

_NEWEST = 30
_MAP = "application/xml; charset=utf-8"


def arrivals(request: HttpRequest) -> HttpResponse:
    """An Atom feed of what was added last."""
    scope = scope_of(request)
    documents = the_desk().run(lambda library: library.documents(scope=scope))
    entries = [_entry(document) for document in reversed(documents[-_NEWEST:])]
    return _feed(request, _("New arrivals"), entries)


def found(request: HttpRequest) -> HttpResponse:
    """An Atom feed of what a search finds, newest first."""
    scope = scope_of(request)
    said = search_said(request.GET)
    if not said["query"]:
        raise InvalidValue("No words to look for.", hint="Add ?query= and some words.")
    query = replace(search_query({**said, "sort": Order.NEWEST, "page": 1}, scope), limit=_NEWEST)
    hits = the_desk().run(lambda library: library.search(query)).hits
    documents = {hit.passage.document.id: (hit.passage.document, hit.passage.text) for hit in reversed(hits)}
    entries = [{**_entry(document), "summary": text} for document, text in reversed(documents.values())]
    return _feed(request, said["query"], entries)


@cache_control(max_age=86_400)
def opensearch(request: HttpRequest) -> HttpResponse:
    """Tells browsers how the archive is searched from their own box."""
    return _xml(request, "web/opensearch.xml", {}, "application/opensearchdescription+xml")


def sitemap(request: HttpRequest) -> HttpResponse:
    """Every page that whoever asks may read."""
    return HttpResponse(sitemaps.sitemap(_base(request), _readable(request)), content_type=_MAP)


def sitemap_part(request: HttpRequest, number: int) -> HttpResponse:
    """A part of the map of a site with very many documents."""
    part = sitemaps.part(_base(request), _readable(request), number)
    if part is None:
        raise Http404
    return HttpResponse(part, content_type=_MAP)


def robots(request: HttpRequest) -> HttpResponse:
    """What those who gather pages may ask: documents, not searches and questions, which are work."""
    lines = ["User-agent: *", "Disallow: /search", "Disallow: /ask", "Disallow: /accounts/", "Allow: /"]
    lines.append(f"Sitemap: {request.build_absolute_uri('/sitemap.xml')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@cache_control(max_age=86_400)
def manifest(_request: HttpRequest) -> HttpResponse:
    """Makes the site something that a phone can install."""
    name = the_desk().settings.archive_name or "Lyceum"
    told: dict[str, Any] = {
        "name": name,
        "short_name": name[:12],
        "start_url": "/",
        "display": "standalone",
        "background_color": "#fbf9f4",
        "theme_color": "#7a2e1d",
        "icons": [{"src": static("web/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return JsonResponse(told, content_type="application/manifest+json")


@cache_control(max_age=0)
def service_worker(request: HttpRequest) -> HttpResponse:
    """What a browser shows when the site cannot be reached; it keeps no page that was read."""
    kept = {"style": static("web/site.css")}
    response = render(request, "web/worker.js", kept, content_type="text/javascript; charset=utf-8")
    # A worker obeys the policy of its own script.
    response["Content-Security-Policy"] = "default-src 'none'; connect-src 'self'"
    return response


def offline(request: HttpRequest) -> HttpResponse:
    """The page for when there is no connection."""
    return render(request, "web/offline.html")


def _entry(document: Any) -> dict[str, Any]:
    metadata = document.metadata
    return {
        "id": document.id,
        "version": document.version,
        "title": metadata.title or document.name,
        "creators": metadata.creators,
        "date": str(metadata.date or ""),
        "summary": "",
    }


def _feed(request: HttpRequest, title: str, entries: list[dict[str, Any]]) -> HttpResponse:
    updated = dt.datetime.now(dt.UTC).replace(microsecond=0, second=0, minute=0).isoformat()
    told = {"title": title, "entries": entries, "updated": updated, "self": request.build_absolute_uri()}
    return _xml(request, "web/feed.xml", told, "application/atom+xml")


def _readable(request: HttpRequest) -> list[str]:
    scope = scope_of(request)
    return the_desk().run(lambda library: [document.id for document in library.documents(scope=scope)])


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _xml(request: HttpRequest, template: str, told: dict[str, Any], kind: str) -> HttpResponse:
    return render(request, template, {**told, "base": _base(request)}, content_type=f"{kind}; charset=utf-8")
