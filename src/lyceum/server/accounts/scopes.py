"""Who asks, by session, token or neither, and what they may read: what every page and door calls first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from lyceum.config import Settings
from lyceum.errors import AccessRefused
from lyceum.library import Scope
from lyceum.server.access import Role, access, scope_of_role
from lyceum.server.accounts.models import OpenCollection, Person
from lyceum.server.desk import the_desk


def scope_of(request: HttpRequest) -> Scope:
    """What whoever sent a request may read; raises AccessRefused."""
    settings = the_desk().settings
    person = person_of(request)
    if person and "authorization" not in request.headers:
        return scope_of_role(Role(person.role), settings, open_collections())
    return scope_of_headers(request.headers, settings)


def scope_of_headers(headers: Mapping[str, str], settings: Settings) -> Scope:
    """What whoever has no session may read; raises AccessRefused."""
    return access(headers, settings, open_collections())


def public_scope(request: HttpRequest) -> Scope:
    """What anybody may read, also where somebody with an account or a token asks; raises AccessRefused."""
    headers = {name: value for name, value in request.headers.items() if name.lower() != "authorization"}
    return scope_of_headers({name.lower(): value for name, value in headers.items()}, the_desk().settings)


def person_of(request: HttpRequest) -> Person | None:
    """Who is signed in."""
    user: Any = getattr(request, "user", None)
    return user if isinstance(user, Person) or (user is not None and user.is_authenticated) else None


def keeper_of(request: HttpRequest) -> Person:
    """The librarian who asks; raises AccessRefused for everybody else."""
    person = person_of(request)
    if person is None:
        raise AccessRefused("Sign in for this.", hint="It is for librarians.", code="sign_in")
    if not Role(person.role).keeps_the_library:
        raise AccessRefused("This is for librarians.", hint="Ask an administrator.", code="role_missing")
    return person


def administrator_of(request: HttpRequest) -> Person:
    """The administrator who asks; raises AccessRefused for everybody else."""
    person = person_of(request)
    if person is None:
        raise AccessRefused("Sign in for this.", hint="It is for administrators.", code="sign_in")
    if not Role(person.role).administers:
        raise AccessRefused("This is for administrators.", hint="Ask one of them.", code="role_missing")
    return person


def open_collections() -> frozenset[str]:
    """The collections that anybody may read."""
    return frozenset(OpenCollection.objects.values_list("name", flat=True))
