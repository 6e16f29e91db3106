"""What stands around every page: what a browser may do with it, errors as pages, limits, and the words at its edge."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings as of_django
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from lyceum.errors import AccessRefused, Busy, LyceumError
from lyceum.server.access import Role, is_guarded, is_loopback
from lyceum.server.accounts.scopes import person_of
from lyceum.server.desk import the_desk
from lyceum.server.failures import failed, refused, status_of, with_hints
from lyceum.server.limits import Limiter, address_of
from lyceum.server.web.saying import said

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
LOOKS = {"theme": ("auto", "light", "dark"), "size": ("normal", "large", "largest"), "face": ("serif", "plain")}
_FOR_PROGRAMS = ("/api/", "/v1/", "/mcp", "/health", "/oai")
_DEAR = (
    "/search",
    "/ask",
    "/widget/search",
    "/widget/ask",
    "/api/v1/search",
    "/api/v1/ask",
    "/api/v1/check-quotes",
    "/v1/chat/",
)
_CHEAP = ("/ask/wait/",)
_A_MINUTE, _BURST = 60, 60

Answer = Callable[[HttpRequest], HttpResponse]


class Page:
    """Adds the policy of content to pages, and shows refusals as pages that say what to do next."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        response = self._answer(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Security-Policy", POLICY)
            response.headers.setdefault("Cache-Control", "private, no-cache")
            patch_vary_headers(response, ("Cookie", "HX-Request"))
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page for what could not be done; None leaves mistakes of ours to Django."""
        if not isinstance(error, LyceumError):
            return None
        if isinstance(error, AccessRefused) and error.code != "link_ended" and person_of(request) is None:
            return HttpResponseRedirect(f"{of_django.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}")
        return error_page(request, error)


class Throttle:
    """Asks strangers who search or ask too often to wait; the owner of the machine and people with accounts may."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._limiter = Limiter(a_minute=_A_MINUTE, burst=_BURST)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, or 429."""
        if self._is_limited(request) and not self._limiter.take(_address(request)):
            error = Busy("You ask faster than a guest may.", hint="Wait a minute, or sign in.", code="too_often")
            return failed(error) if request.path.startswith(_FOR_PROGRAMS) else error_page(request, error)
        return self._answer(request)

    def _is_limited(self, request: HttpRequest) -> bool:
        if not request.path.startswith(_DEAR) or request.path.startswith(_CHEAP):
            return False
        settings = the_desk().settings
        if not is_guarded(settings) or person_of(request):
            return False
        return not (settings.api_token and "authorization" in request.headers)


def around(request: HttpRequest) -> dict[str, Any]:
    """What every template knows: whose archive, who reads, and how they like it."""
    person = person_of(request)
    role = Role(person.role) if person else None
    return {
        "archive": the_desk().settings.archive_name or "Lyceum",
        "person": person,
        "keeps": bool(role and role.keeps_the_library),
        "administers": bool(role and role.administers),
        "look": look_of(request),
        "language": get_language() or "en",
        "direction": "rtl" if get_language_bidi() else "ltr",
        "here": request.path,
    }


def look_of(request: HttpRequest) -> dict[str, str]:
    """How a reader likes pages: theme, size and face of the letters, from their cookie."""
    said = dict(part.partition("=")[::2] for part in request.COOKIES.get("look", "").split("."))
    return {name: said[name] if said.get(name) in known else known[0] for name, known in LOOKS.items()}


def error_page(request: HttpRequest, error: LyceumError) -> HttpResponse:
    """A refusal as a page."""
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("page failed", extra={"code": error.code})
    words = said(error)
    told = {
        "status": status, "message": words.message, "hint": words.hint, "original": words.original, "code": error.code,
    }  # fmt: skip
    response = render(request, "web/error.html", told, status=status)
    with_hints(response)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (Django gives it by name)
    """For what Django itself refuses, such as a host that is not the site's."""
    return refused(400, "bad_request", "This request makes no sense to the site.", "Is it asked under its own name?")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """For an address at which nothing stands."""
    if request.path.startswith(_FOR_PROGRAMS):
        return refused(404, "no_such_address", "Nothing stands at this address.", "See /api/v1/openapi.json.")
    told = {"status": 404, "message": _("Nothing stands at this address."), "hint": _("Try a search.")}
    return render(request, "web/error.html", told, status=404)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """For a form that did not come from a page of ours, or came too late."""
    told = {
        "status": 403,
        "message": _("This form has lost its place."),
        "hint": _("Go back, load the page anew, and send it again."),
    }
    return render(request, "web/error.html", told, status=403)


def broken(_request: HttpRequest) -> HttpResponse:
    """For a mistake of ours; the log has it."""
    return refused(500, "error", "Something went wrong that should not.", "Whoever runs the site finds it in its log.")


def _address(request: HttpRequest) -> str:
    remote = request.META.get("REMOTE_ADDR", "")
    forwarded = request.headers.get("X-Forwarded-For", "")
    return address_of(remote, forwarded, behind_proxy=is_loopback(remote or "localhost"))
