"""Pages of bodies: the hall, founding, joining, a body with its members and voters, and changing it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from lyceum import hall
from lyceum.errors import InvalidValue
from lyceum.server.accounts.actions import Join
from lyceum.server.hall.acts import Actor, actor_of
from lyceum.server.hall.members import CallMe, JoinBody, account_invitation, invited
from lyceum.server.hall.queries import charter_of
from lyceum.server.hall.recording import ErasePerson
from lyceum.server.hall.said import body_act, choices_of, day_said, founding, member_act, word
from lyceum.server.hall.shown import body_shown, hall_shown, members_shown, person_shown, voters_shown
from lyceum.server.web.hall.forms import Problem, asker, now, page_of, posted, status
from lyceum.server.web.hall.words import ELECTIONS, MAJORITIES, SHARES, TEMPLATES, rules_in_words

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_CHOICES = {"shares": SHARES, "majorities": MAJORITIES, "elections": ELECTIONS}


def index(request: HttpRequest) -> HttpResponse:
    """The bodies that one belongs to, and those that show themselves."""
    actor = asker(request)
    return render(request, "web/hall/index.html", {**hall_shown(actor, now()), "takes_part": actor.takes_part})


def found(request: HttpRequest) -> HttpResponse:
    """Founds a body by rules that are read and changed first."""
    actor = asker(request)

    def act() -> str:
        titles = (_("Chair"), _("Secretary"))
        body = founding(actor, request.POST, titles=titles, mandate=_("Until the first election.")).execute(now())
        return f"/hall/bodies/{body}"

    done, problem = posted(request, act)
    if done:
        return done
    template = word(request.POST or request.GET, "template")
    template = template if template in hall.TEMPLATES else "committee"
    rules = hall.TEMPLATES[template].as_dict()
    context = {
        "templates": TEMPLATES,
        "template": template,
        "rules": rules_in_words(rules),
        "said": {**choices_of(rules), **request.POST.dict()},
        "choices": _CHOICES,
        "places": hall_shown(actor, now())["yours"],
        "problem": problem,
        "takes_part": actor.takes_part,
    }
    page = "web/hall/_rules.html" if request.headers.get("HX-Request") else "web/hall/found.html"
    return render(request, page, context, status=status(problem))


def body(request: HttpRequest, body: str) -> HttpResponse:
    """A body: its work, rules, seats, place and meetings."""
    told = body_shown(asker(request), body, now())
    return render(request, "web/hall/body.html", {"body": told, "rules": rules_in_words(told["charter"])})


@never_cache
def members(request: HttpRequest, body: str) -> HttpResponse:
    """Its members with the beginning and end of their time; posting invites, or ends a membership."""
    actor = asker(request)
    link = ""
    problem: Problem | None = None
    if request.method == "POST" and word(request.POST, "act") != "invite":
        own = word(request.POST, "person") == actor.person
        after = "/hall" if own else f"/hall/bodies/{body}/members"
        done, problem = posted(request, lambda: _member(request, actor, body) or after)
        if done:
            return done
    elif request.method == "POST":
        try:
            link = request.build_absolute_uri(f"/hall/join/{_member(request, actor, body)}")
        except InvalidValue as error:
            problem = error
    told = body_shown(actor, body, now())
    context = {"body": told, "link": link, "problem": problem, **members_shown(actor, body, now(), page_of(request))}
    return render(request, "web/hall/members.html", context, status=status(problem))


def voters(request: HttpRequest, body: str) -> HttpResponse:
    """Who might vote here on a day."""
    actor, at = asker(request), now()
    told = voters_shown(actor, body, day_said(request.GET, "on", at), at, page_of(request))
    context = {**told, "address": f"/hall/bodies/{body}/voters", "today": at}
    if request.headers.get("HX-Request"):
        return render(request, "web/hall/_voters.html", context)
    return render(request, "web/hall/voters.html", {**context, "body": body_shown(actor, body, at)})


def change(request: HttpRequest, body: str) -> HttpResponse:
    """Its rules, place and alliances, merging, splitting and closing, for who keeps its papers."""
    actor = asker(request)

    def act() -> str:
        made = body_act(actor, body, request.POST, now()).execute(now())
        if isinstance(made, tuple):
            return "/hall"
        return f"/hall/bodies/{made or body}"

    done, problem = posted(request, act)
    if done:
        return done
    told = body_shown(actor, body, now())
    known = hall_shown(actor, now())
    context = {
        "body": told,
        "rules": rules_in_words(told["charter"]),
        "said": choices_of(told["charter"]),
        "choices": _CHOICES,
        "others": [one for one in (*known["yours"], *known["others"]) if one["id"] != body],
        "members": voters_shown(actor, body, now(), now())["people"] if told["you"]["belongs"] else [],
        "problem": problem,
    }
    return render(request, "web/hall/change.html", context, status=status(problem))


@never_cache
def join(request: HttpRequest, key: str) -> HttpResponse:
    """Joins a body by a link; who has no account makes one, where the link allows it."""
    actor, at = asker(request), now()
    invitation = invited(key, at)

    def act() -> str:
        joining = actor if actor.takes_part else _account(request, key)
        return f"/hall/bodies/{JoinBody(joining, key).execute(now())}"

    done, problem = posted(request, act)
    if done:
        return done
    context = {
        "name": invitation.body.name,
        "work": invitation.body.work,
        "until": invitation.until,
        "rules": rules_in_words(charter_of(invitation.body_id, at).as_dict()),
        "takes_part": actor.takes_part,
        "makes_accounts": invitation.makes_accounts,
        "problem": problem,
    }
    return render(request, "web/hall/join.html", context, status=status(problem))


@never_cache
def me(request: HttpRequest) -> HttpResponse:
    """What the hall knows of who asks; posting changes her name, or erases her."""
    actor = asker(request)

    def act() -> str:
        if word(request.POST, "act") != "erase":
            CallMe(actor, word(request.POST, "name")).execute(now())
            return "/hall/me"
        if word(request.POST, "sure") != "yes":
            raise InvalidValue("This cannot be undone.", hint="Say that you are sure.")
        ErasePerson(actor, actor.person or "").execute(now())
        return "/hall"

    done, problem = posted(request, act)
    if done:
        return done
    context: dict[str, Any] = {"me": person_shown(actor, now()), "problem": problem}
    return render(request, "web/hall/me.html", context, status=status(problem))


def _member(request: HttpRequest, actor: Actor, body: str) -> str | None:
    made: str | None = member_act(actor, body, request.POST).execute(now())
    return made


def _account(request: HttpRequest, key: str) -> Actor:
    account_invitation(key, now())
    said = request.POST
    person = Join(key, said.get("email", ""), said.get("password", ""), said.get("name", "")).execute(now())
    login(request, person, backend=_BACKEND)
    return actor_of(person)
