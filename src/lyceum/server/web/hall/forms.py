"""What the pages of the hall share: who asks, when, and what went wrong with a form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from lyceum.errors import InvalidValue, Refused
from lyceum.server.accounts.scopes import person_of
from lyceum.server.failures import status_of
from lyceum.server.hall.acts import Actor, actor_of
from lyceum.server.hall.said import number

Problem = InvalidValue | Refused


def asker(request: HttpRequest) -> Actor:
    """Who asks."""
    return actor_of(person_of(request))


def now() -> datetime:
    """The moment of the request."""
    return timezone.now()


def page_of(request: HttpRequest) -> int:
    """Which page of a list."""
    return max(1, min(number(request.GET, "page", 1), 100_000))


def posted(request: HttpRequest, act: Callable[[], str]) -> tuple[HttpResponse | None, Problem | None]:
    """Has a form's act done, and goes where it says; what the rules refuse is shown beside the form."""
    if request.method != "POST":
        return None, None
    try:
        return HttpResponseRedirect(act()), None
    except (InvalidValue, Refused) as error:
        return None, error


def status(problem: Problem | None) -> int:
    """The status of a page that shows a problem."""
    return status_of(problem) if problem else 200
