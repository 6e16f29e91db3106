"""Joining by a link, inviting, appointing, and how a reader likes pages."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.cache import never_cache

from lyceum.errors import InvalidValue
from lyceum.server.access import Role
from lyceum.server.accounts.actions import Appoint, Invite, Join, LetBackIn, invited
from lyceum.server.accounts.models import Person
from lyceum.server.accounts.scopes import administrator_of
from lyceum.server.web.layers import LOOKS

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_A_YEAR = 365 * 24 * 3_600


@never_cache
def join(request: HttpRequest, key: str) -> HttpResponse:
    """Makes the account that a link is for; whoever has it signs in at once."""
    now = timezone.now()
    invitation = invited(key, now)
    problem: InvalidValue | None = None
    if request.method == "POST":
        said = request.POST
        try:
            person = Join(key, said.get("email", ""), said.get("password", ""), said.get("name", "")).execute(now)
        except InvalidValue as error:
            problem = error
        else:
            login(request, person, backend=_BACKEND)
            return HttpResponseRedirect("/desk" if Role(person.role).keeps_the_library else "/")
    context = {"role": invitation.role, "email": invitation.email, "back": invitation.person, "problem": problem}
    return render(request, "web/join.html", context, status=422 if problem else 200)


@never_cache
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with an account, for administrators; posting invites, appoints or lets back in."""
    administrator = administrator_of(request)
    link = _act(request, administrator) if request.method == "POST" else ""
    if request.method == "POST" and not link:
        return HttpResponseRedirect("/people")
    shown = Person.objects.order_by("email")
    context = {"people": shown, "roles": list(Role), "link": link and request.build_absolute_uri(f"/join/{link}")}
    return render(request, "web/people.html", context)


def look(request: HttpRequest) -> HttpResponse:
    """How a reader likes pages; kept in a cookie that says nothing else."""
    back = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    if request.method != "POST":
        return render(request, "web/look.html", {"next": back})
    chosen = {name: request.POST.get(name, known[0]) for name, known in LOOKS.items()}
    kept = ".".join(f"{name}={value}" for name, value in chosen.items() if value in LOOKS[name])
    response = HttpResponseRedirect(back)
    _keep_cookie(request, response, "look", kept)
    if check_for_language(language := request.POST.get("language", "")):
        _keep_cookie(request, response, "django_language", language)
    return response


def _act(request: HttpRequest, administrator: Person) -> str:
    said: Any = request.POST
    now = timezone.now()
    if said.get("act") == "invite":
        return Invite(administrator, _role(said.get("role", "")), said.get("email", "").strip()).execute(now)
    person = get_object_or_404(Person, pk=said.get("person") if said.get("person", "").isdecimal() else None)
    if said.get("act") == "let-in":
        return LetBackIn(administrator, person).execute(now)
    Appoint(administrator, person, _role(said.get("role", "")), active=said.get("act") != "close").execute()
    return ""


def _role(said: str) -> Role:
    if said not in set(Role):
        raise InvalidValue(f"There is no role “{said[:40]}”.", hint=f"There are {', '.join(Role)}.")
    return Role(said)


def _keep_cookie(request: HttpRequest, response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=_A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
