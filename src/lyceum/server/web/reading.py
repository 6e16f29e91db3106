"""Home, search, and the reader: what is read of the archive."""

from __future__ import annotations

import contextlib
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lyceum.contract import filter_of
from lyceum.errors import InvalidValue
from lyceum.library import (
    Document,
    Facets,
    Hit,
    Library,
    Order,
    Page,
    PartialDate,
    Query,
    Scope,
    SearchResult,
    Snippet,
    read_query,
)
from lyceum.server.accounts.scopes import person_of, scope_of
from lyceum.server.desk import the_desk
from lyceum.server.notebook.actions import is_saved, notes_on, with_places
from lyceum.server.web.describing import dublin_core, json_in_page, schema_org
from lyceum.server.web.keptpages import PAGES
from lyceum.server.web.leaves import leaf_at, place_of
from lyceum.server.web.shaping import html_of, marked, occurrences, parts, picture, stretch
from lyceum.server.web.words import collection_name, direction_of, language_name

_ARRIVALS = 6
_A_PAGE = 20
_MOST_PAGES = 10
_STRETCH = 24_000
_MOST_FOUND = 100
_FILTERS = ("from", "to", "language", "author", "collection", "kind")
_LONGEST_FRAGMENT = 120
_HELD_SECONDS = 20.0
_MOST_FACETS = 8
_MOST_HELD = 300


@dataclass(frozen=True, slots=True)
class _Limits:
    query: int = 2_000
    filter: int = 200
    search: int = 4_000


LIMITS = _Limits()
"""How many letters are read of what somebody asks for."""


def home(request: HttpRequest) -> HttpResponse:
    """What the archive holds, and the box in which it is searched and asked."""
    scope = scope_of(request)
    holdings = the_desk().run(lambda library: held(library, scope))
    return render(request, "web/home.html", holdings)


_held: dict[tuple[Scope, str], tuple[float, dict[str, Any]]] = {}


def held(library: Library, scope: Scope) -> dict[str, Any]:
    """What a scope holds, for the home page; looked up anew after some seconds."""
    key = scope, get_language() or ""
    known = _held.get(key)
    if known and time.monotonic() - known[0] < _HELD_SECONDS:
        return known[1]
    documents = library.documents(scope=scope)
    years, languages, collections = (_count(documents, of) for of in (_year, _language, _collection))
    bars = picture(years)
    told = {
        "documents": len(documents),
        "bars": [{"bar": bar, "address": f"/search?query=from:{bar.first:04}+to:{bar.last:04}"} for bar in bars],
        "first": min((int(year) for year in years if year.isdigit()), default=None),
        "last": max((int(year) for year in years if year.isdigit()), default=None),
        "languages": [{"code": code, "name": language_name(code), "count": n} for code, n in languages.items()],
        # One collection alone narrows nothing.
        "shelves": [
            {"code": name, "name": collection_name(name), "count": n}
            for name, n in collections.items()
            if len(collections) > 1
        ],
        "arrivals": [_listed(document) for document in reversed(documents[-_ARRIVALS:])],
    }
    if len(_held) > 100:
        _held.clear()
    _held[key] = time.monotonic(), told
    return told


def search(request: HttpRequest) -> HttpResponse:
    """Passages that fit, with what they can be narrowed to; what strangers ask again soon is not looked up again."""
    scope = scope_of(request)
    if person_of(request):
        return _searched(request, scope)
    return PAGES.kept(request, scope, the_desk().library.revision, lambda: _searched(request, scope))


def _searched(request: HttpRequest, scope: Scope) -> HttpResponse:
    said = search_said(request.GET)
    context: dict[str, Any] = {"said": said, "orders": _orders(), "box": said["query"]}
    if said["query"]:
        query = search_query(said, scope)
        result, facets = the_desk().run(lambda library: found(library, query))
        context |= _results(said, result, facets)
        asked = search_address(said, page=1).partition("?")[2]
        context |= {"asked": asked, "is_saved": is_saved(person_of(request), asked)}
    template = "web/_results.html" if request.headers.get("HX-Request") else "web/search.html"
    return render(request, template, context)


_lately: OrderedDict[tuple[Query, int], tuple[float, SearchResult, Facets]] = OrderedDict()


def found(library: Library, query: Query) -> tuple[SearchResult, Facets]:
    """What a search finds; the same within some seconds, for the same scope, while the archive stays as it is."""
    key = query, library.revision
    known = _lately.get(key)
    if known and time.monotonic() - known[0] < _HELD_SECONDS:
        return known[1], known[2]
    result, facets = library.search(query), library.facets(query)
    _lately[key] = time.monotonic(), result, facets
    while len(_lately) > _MOST_HELD:
        with contextlib.suppress(KeyError):  # another thread has taken the last
            _lately.popitem(last=False)
    return result, facets


def search_query(said: Mapping[str, Any], scope: Scope) -> Query:
    """The query that a search page asks for; raises InvalidValue."""
    order = Order(said["sort"])
    return read_query(said["query"], scope, filter_of(said), limit=_A_PAGE * said["page"] + 1, order=order)


def reader(request: HttpRequest, document: str) -> HttpResponse:
    """A document as text, a stretch at a time, with the cited words marked."""
    scope = scope_of(request)
    version = request.GET.get("version") or None
    cited = _span(request.GET.get("cite", ""))
    at = cited[0] if cited else _number(request.GET.get("at", "0"))
    words = " ".join(request.GET.get("find", "").split())[: LIMITS.filter]
    page = _number(request.GET.get("page", ""))
    notes = notes_on(person_of(request), document)

    def task(library: Library) -> dict[str, Any]:
        found = library.document(document, version=version, scope=scope)
        return {
            **_opened(library, found, at, cited, words, page),
            "editions": [
                {**_listed(one.document), "likeness": round(100 * one.likeness) if one.likeness else None}
                for one in library.editions(found, scope)
            ],
            "notes": with_places(notes, library, scope),
        }

    opened = the_desk().run(task)
    address = f"/documents/{quote(document)}" + (f"?version={quote(version)}" if version else "")
    told = _told_of(request, opened["shown"])
    context = {**opened, "address": address, "words": words, "shows_page": bool(page), "told": told}
    return render(request, "web/reader.html", context)


def original(request: HttpRequest, document: str) -> FileResponse:
    """The file as it came, to be saved: nothing in it runs here."""
    scope = scope_of(request)

    def task(library: Library) -> tuple[Document, Any]:
        found = library.document(document, version=request.GET.get("version") or None, scope=scope)
        return found, library.original(found).open("rb")

    found, file = the_desk().run(task)
    response = FileResponse(file, as_attachment=True, filename=found.name, content_type="application/octet-stream")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


# --- search ----------------------------------------------------------------------------------------------


def search_said(given: Mapping[str, str]) -> dict[str, Any]:
    """What somebody searches for, of the parts of an address."""
    query = given.get("query", "").strip()[: LIMITS.query]
    page = min(max(_number(given.get("page", "1")), 1), _MOST_PAGES)
    filters = {name: given.get(name, "").strip()[: LIMITS.filter] or None for name in _FILTERS}
    sort = given.get("sort", "")
    return {"query": query, "sort": sort if sort in set(Order) else "relevance", "page": page, **filters}


def _results(said: Mapping[str, Any], result: SearchResult, facets: Facets) -> dict[str, Any]:
    begin = _A_PAGE * (said["page"] - 1)
    pairs = list(zip(result.hits, result.snippets, strict=True))
    more = len(pairs) > _A_PAGE * said["page"] and said["page"] < _MOST_PAGES
    return {
        "hits": [_hit(hit, snippet) for hit, snippet in pairs[begin : begin + _A_PAGE]],
        "total": facets.documents,
        "milliseconds": round(result.milliseconds),
        "notes": result.notes,
        "suggestion": {"words": result.suggestion, "address": search_address(said, query=result.suggestion, page=1)}
        if result.suggestion
        else None,
        "bars": [
            {
                "bar": bar,
                "address": search_address(said, **{"from": f"{bar.first:04}", "to": f"{bar.last:04}", "page": 1}),
            }
            for bar in picture(facets.years)
        ],
        "facets": [
            one
            for one in (
                _facet(
                    said, "language", _("Language"), {c: (language_name(c), n) for c, n in facets.languages.items()}
                ),
                _facet(said, "author", _("Author"), {name: (name, n) for name, n in facets.authors.items()}),
                _facet(said, "kind", _("Kind"), {name: (name, n) for name, n in facets.kinds.items()}),
                _facet(
                    said,
                    "collection",
                    _("Collection"),
                    {c: (collection_name(c), n) for c, n in facets.collections.items()},
                ),
            )
            if len(one["values"]) > 1 or one["chosen"]
        ],
        "without": _chosen(said),
        "next": search_address(said, page=said["page"] + 1) if more else None,
        "previous": search_address(said, page=said["page"] - 1) if said["page"] > 1 else None,
        "feed": search_address(said, sort=None, page=1).replace("/search?", "/search.atom?", 1),
    }


def _facet(said: Mapping[str, Any], name: str, title: str, values: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    ranked = sorted(values.items(), key=lambda item: (-item[1][1], item[1][0]))[:_MOST_FACETS]
    return {
        "title": title,
        "chosen": said[name],
        "values": [
            {
                "name": shown,
                "count": count,
                "chosen": said[name] == value,
                "address": search_address(said, **{name: None if said[name] == value else value, "page": 1}),
            }
            for value, (shown, count) in ranked
            if value != "unknown"
        ],
    }


def _chosen(said: Mapping[str, Any]) -> list[dict[str, str]]:
    names = {"language": language_name, "collection": collection_name}
    return [
        {
            "name": names.get(name, str)(said[name]),
            "what": name,
            "address": search_address(said, **{name: None, "page": 1}),
        }
        for name in _FILTERS
        if said[name]
    ]


def _orders() -> list[dict[str, str]]:
    return [
        {"value": "relevance", "name": _("Best first")},
        {"value": "newest", "name": _("Newest first")},
        {"value": "oldest", "name": _("Oldest first")},
    ]


def search_address(said: Mapping[str, Any], **changed: Any) -> str:
    """Where a search stands, what is plain left out."""
    wanted = {**said, **changed}
    plain = {"sort": "relevance", "page": 1}
    return "/search?" + urlencode({name: v for name, v in wanted.items() if v and plain.get(name) != v})


def _hit(hit: Hit, snippet: Snippet) -> dict[str, Any]:
    passage = hit.passage
    document = passage.document
    text = passage.text[max(0, snippet.start - passage.start) : snippet.end - passage.start]
    place = f"{snippet.start}-{snippet.end}"
    return {
        **_listed(document),
        "snippet": html_of(marked(text, max(snippet.start, passage.start), snippet.marks)),
        "page": passage.page,
        "heading": passage.heading,
        "place": f"/documents/{document.id}?version={document.version}&cite={place}#{place}",
    }


# --- reader ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Link:
    name: str
    address: str
    current: bool = False


def _opened(
    library: Library, document: Document, at: int, cited: tuple[int, int] | None, words: str, page: int
) -> dict[str, Any]:
    blocks, pages = library.blocks(document), library.pages(document)
    begin, end = stretch(blocks, min(at, max(0, document.characters - 1)), _STRETCH, document.characters)
    base = f"/documents/{document.id}?version={document.version}"
    versions = [version for version in library.versions(document.id) if version.characters]
    return {
        "shown": document,
        "document": {**_listed(document), **_described(document)},
        "parts": list(parts(library.text(document, begin, end), begin, blocks, pages, cited)),
        "base": base,
        "leaf": leaf_at(library, document, pages, at, page),
        "cited": _cited(library, document, pages, cited, base) if cited else None,
        "before": f"{base}&at={max(0, begin - 1)}" if begin else None,
        "after": f"{base}&at={end}" if end < document.characters else None,
        "contents": [
            {
                "name": library.text(document, b.start, b.end),
                "level": b.level,
                "address": f"{base}&at={b.start}#b{b.start}",
            }
            for b in blocks
            if b.kind == "heading"
        ][:400],
        "pages": [
            _Link(p.label, place_of(document, pages, number)) for number, p in enumerate(pages, start=1) if p.label
        ][:1_000],
        "found": _found(library, document, words, base) if words else None,
        "versions": [
            _Link(f"{n}", f"/documents/{document.id}?version={v.version}", v.version == document.version)
            for n, v in enumerate(versions, start=1)
        ],
        "is_newest": document.version == versions[-1].version if versions else True,
    }


def _told_of(request: HttpRequest, document: Document) -> dict[str, Any]:
    """A document in the words of libraries and of search engines."""
    page = request.build_absolute_uri(f"/documents/{document.id}")
    archive = the_desk().settings.archive_name or "Lyceum"
    return {
        "page": page,
        "dublin_core": list(dublin_core(document, page)),
        "schema": mark_safe(json_in_page(schema_org(document, page, archive))),  # noqa: S308  (it escapes markup)
    }


def _cited(
    library: Library, document: Document, pages: Sequence[Page], cited: tuple[int, int], base: str
) -> dict[str, Any] | None:
    """The place that an address names: its words, its page, and an address that finds it by its words too."""
    start, end = cited[0], min(cited[1], document.characters)
    words = " ".join(library.text(document, start, end).split())
    if not words:
        return None
    page = next((page.label for page in pages if page.start <= start < page.end), "")
    place = f"{start}-{end}"
    return {"start": start, "end": end, "words": words, "page": page,
            "address": f"{base}&cite={place}#{place}:~:text={_fragment(words)}"}  # fmt: skip


def _fragment(words: str) -> str:
    """The words of a place as a text fragment, by their beginning and end where they are many."""
    parts = words.split(" ")
    ends = [words] if len(words) <= _LONGEST_FRAGMENT else [" ".join(parts[:5]), " ".join(parts[-5:])]
    return ",".join(quote(one, safe="").replace("-", "%2D") for one in ends)


def _found(library: Library, document: Document, words: str, base: str) -> list[dict[str, Any]]:
    text = library.text(document)
    return [
        {
            "runs": marked(text[max(0, a - 60) : b + 60], max(0, a - 60), [(a, b)]),
            "address": f"{base}&cite={a}-{b}#{a}-{b}",
        }
        for a, b in occurrences(text, words, _MOST_FOUND)
    ]


def _described(document: Document) -> dict[str, Any]:
    metadata = document.metadata
    return {
        "publisher": metadata.publisher,
        "rights": metadata.rights,
        "source": metadata.address if (metadata.address or "").startswith(("http://", "https://")) else "",
        "edition_of": metadata.edition_of,
        "extra": dict(metadata.extra),
        "version": document.version,
        "sha256": document.sha256,
        "notes": document.notes,
        "characters": document.characters,
    }


def _listed(document: Document) -> dict[str, Any]:
    metadata = document.metadata
    return {
        "id": document.id,
        "title": metadata.title or document.name,
        "by": ", ".join(metadata.creators),
        "creators": metadata.creators,
        "date": str(metadata.date) if metadata.date else "",
        "language": metadata.language or "und",
        "language_name": language_name(metadata.language or "und"),
        "direction": direction_of(metadata.language),
        "kind": metadata.kind or "",
        "collection": collection_name(metadata.collection or "main"),
        "address": f"/documents/{document.id}",
    }


def _count(documents: list[Document], of: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    for document in documents:
        counts[of(document)] = counts.get(of(document), 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _year(document: Document) -> str:
    date: PartialDate | None = document.metadata.date
    return str(date.year) if date else "unknown"


def _language(document: Document) -> str:
    return document.metadata.language or "und"


def _collection(document: Document) -> str:
    return document.metadata.collection or "main"


def _span(said: str) -> tuple[int, int] | None:
    if not said:
        return None
    start, _, end = said.partition("-")
    if not (start.isdecimal() and end.isdecimal() and len(said) < 24 and int(start) < int(end)):
        raise InvalidValue("This place cannot be found.", hint="A place is two offsets, such as 120-180.")
    return int(start), int(end)


def _number(said: str) -> int:
    return int(said) if said.isdecimal() and len(said) < 12 else 0
