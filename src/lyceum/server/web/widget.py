"""A box to search and ask in, for pages of other sites: a frame that no script and no account reaches into.

What it tells is what anybody may be told, whoever looks at the page that it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import check_for_language, get_language, get_language_bidi, override
from django.views.decorators.cache import cache_control

from lyceum.config import Settings
from lyceum.errors import AccessRefused, LyceumError, UnknownDocument
from lyceum.library import Filter, Hit, Library, Scope, Snippet, read_query
from lyceum.server.accounts.scopes import public_scope
from lyceum.server.desk import the_desk
from lyceum.server.web import answers
from lyceum.server.web.shaping import marked
from lyceum.server.web.words import NEXT, REASONS, STEPS

_PATIENCE_SECONDS = 2.5
_MOST = 8
_LONGEST = 2_000
_THEMES = ("auto", "light", "dark")
_COLOUR = re.compile(r"[0-9a-fA-F]{6}")
_OURS = "7a2e1d"
_LIKED = ("theme", "accent", "lang", "collection")

Shows = Callable[..., tuple[dict[str, Any], int]]


def origins_of(settings: Settings) -> list[str]:
    """The sites on whose pages the box may stand."""
    return [origin.strip() for origin in settings.embed_origins.split(",") if origin.strip()]


def ink_on(colour: str) -> str:
    """Black or white, whichever is read better on a colour of six hexadecimal digits.

    >>> ink_on("7a2e1d"), ink_on("eda58c")
    ('fff', '000')
    """
    parts = [int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "fff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "000"


def _framed(show: Shows) -> Callable[..., HttpResponse]:
    """A page that may stand in the frame, in the language that the frame asks for; 404 where no site may have it."""

    @wraps(show)
    def respond(request: HttpRequest, **place: str) -> HttpResponse:
        settings = the_desk().settings
        origins = origins_of(settings)
        if not origins:
            raise Http404
        said = request.GET.get("lang", "")
        with override(said if check_for_language(said) else get_language() or "en"):
            try:
                told, status = show(request, public_scope(request), **place)
            except AccessRefused as error:
                told, status = {"problem": error, "shut": True}, 403
            except LyceumError as error:
                told, status = {"problem": error}, 422
            response = render(request, "web/widget.html", {**_around(request), **told}, status=status)
        response["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
            f"frame-ancestors {' '.join(origins)}"
        )
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        # Elder browsers know no frame-ancestors, and frame nothing.
        response["X-Frame-Options"] = "DENY"
        return response

    return respond


@_framed
def box(request: HttpRequest, scope: Scope) -> tuple[dict[str, Any], int]:  # noqa: ARG001
    """The box alone."""
    return {}, 200


@_framed
def search(request: HttpRequest, scope: Scope) -> tuple[dict[str, Any], int]:
    """The box and what it found."""
    words = request.GET.get("query", "").strip()[:_LONGEST]
    if not words:
        return {}, 200
    query = read_query(words, scope, _wanted(request), limit=_MOST)
    result = the_desk().run(lambda library: library.search(query))
    pairs = zip(result.hits, result.snippets, strict=True)
    return {"words": words, "hits": [_hit(hit, snippet) for hit, snippet in pairs]}, 200


@_framed
def ask(request: HttpRequest, scope: Scope) -> tuple[dict[str, Any], int]:
    """The box and an answer, or how far it has come."""
    words = request.GET.get("query", "").strip()[:_LONGEST]
    if not words:
        return {}, 200
    question = answers.question_of(words, scope, _wanted(request), ())
    key = answers.WORKS.put(answers.begin(the_desk(), question, None, ()))
    return _answer(request, key, scope, _PATIENCE_SECONDS)


@_framed
def wait(request: HttpRequest, scope: Scope, key: str) -> tuple[dict[str, Any], int]:
    """The answer to a question that was asked before."""
    return _answer(request, key, scope, 0.0)


@cache_control(max_age=3_600, public=True)
def script(request: HttpRequest) -> HttpResponse:
    """The script that sets the frame into another site's page."""
    if not origins_of(the_desk().settings):
        raise Http404
    response = render(request, "web/widget.js", content_type="text/javascript; charset=utf-8")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@cache_control(max_age=3_600, public=True)
def style(request: HttpRequest) -> HttpResponse:
    """The looks of the frame, in the colour that the other site asks for."""
    accent = _accent(request)
    told = {"accent": accent, "on_accent": ink_on(accent)}
    return render(request, "web/widget.css", told, content_type="text/css; charset=utf-8")


def _around(request: HttpRequest) -> dict[str, Any]:
    liked = {name: request.GET[name][:200] for name in _LIKED if request.GET.get(name)}
    theme = liked.get("theme", "auto")
    return {
        "liked": liked,
        "theme": theme if theme in _THEMES else "auto",
        "style": "/widget.css?" + urlencode({"accent": _accent(request)}),
        "lang": get_language() or "en",
        "way": "rtl" if get_language_bidi() else "ltr",
        "words": request.GET.get("query", "")[:_LONGEST],
        "more": urlencode({"query": request.GET.get("query", "")[:_LONGEST]}),
    }


def _accent(request: HttpRequest) -> str:
    said = request.GET.get("accent", "").removeprefix("#")
    return said.lower() if _COLOUR.fullmatch(said) else _OURS


def _wanted(request: HttpRequest) -> Filter:
    return Filter(collection=request.GET.get("collection", "")[:200] or None)


def _answer(request: HttpRequest, key: str, scope: Scope, seconds: float) -> tuple[dict[str, Any], int]:
    work = answers.WORKS.get(key)
    if work is None:
        raise UnknownDocument("This question is no longer at hand.", hint="Ask it again.", code="unknown_answer")
    answer = work.within(seconds)
    if answer is None:
        again = f"/widget/wait/{key}?" + urlencode(_around(request)["liked"])
        return {"words": work.question, "step": STEPS.get(work.step, work.step), "again": again}, 200

    def task(library: Library) -> Mapping[str, Any]:
        if not answers.is_readable(answer, library, scope):
            raise UnknownDocument("This question is no longer at hand.", hint="Ask it again.", code="unknown_answer")
        return answers.shown(answer, library, scope)

    told = the_desk().run(task)
    reason = told["reason"]
    return {
        "words": work.question, "turn": told, "why": REASONS.get(reason, ""), "next": NEXT.get(reason, ""),
    }, 200  # fmt: skip


def _hit(hit: Hit, snippet: Snippet) -> dict[str, Any]:
    passage, metadata = hit.passage, hit.passage.document.metadata
    text = passage.text[max(0, snippet.start - passage.start) : snippet.end - passage.start]
    place = f"{snippet.start}-{snippet.end}"
    return {
        "title": metadata.title or passage.document.name,
        "about": ", ".join(filter(None, [*metadata.creators, str(metadata.date or "")])),
        "language": passage.language,
        "runs": marked(text, max(snippet.start, passage.start), snippet.marks),
        "place": f"/documents/{passage.document.id}?version={passage.document.version}&cite={place}#{place}",
    }
