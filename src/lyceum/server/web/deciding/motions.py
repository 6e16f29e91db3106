"""Pages of motions: a body's list with drafts, and one motion from its draft to its resolution."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lyceum.errors import InvalidValue
from lyceum.server.deciding.ballots import PutToVote
from lyceum.server.deciding.motions import (
    ComposeMotions,
    ForwardMotion,
    Hands,
    MoveMotion,
    NoteVote,
    ProposeAmendment,
    ProposeEndorsement,
    PutMotion,
    SaveDraft,
    SecondMotion,
    WithdrawMotion,
)
from lyceum.server.deciding.resolutions import PublishResolution
from lyceum.server.deciding.shown import motion_shown, motions_shown
from lyceum.server.hall import queries
from lyceum.server.hall.acts import Act, Actor
from lyceum.server.hall.models import Body
from lyceum.server.web.deciding.forms import asker, hand_over, terms_of
from lyceum.server.web.deciding.words import RELATIONS, RESULTS, STAGES
from lyceum.server.web.hall.forms import now, page_of, posted, status

_STEPS: dict[str, Callable[[Actor, str], Act[str]]] = {
    "move": MoveMotion,
    "second": SecondMotion,
    "put": PutMotion,
    "publish": PublishResolution,
}


def motions(request: HttpRequest, body: str) -> HttpResponse:
    """A body's motions; posting drafts one, or joins several into one."""
    actor = asker(request)
    said = request.POST

    def act() -> str:
        title, text = said.get("title", ""), said.get("text", "")
        if said.get("act") == "compose":
            made = ComposeMotions(actor, tuple(said.getlist("motion")), title, text).execute(now())
        else:
            made = SaveDraft(actor, body, title, text).execute(now())
        return f"/hall/motions/{made}"

    done, problem = posted(request, act)
    if done:
        return done
    told = motions_shown(actor, body, now(), page_of(request))
    told["motions"] = [{**one, "told": STAGES[one["stage"]]} for one in told["motions"]]
    context = {**told, "said": said.dict(), "problem": problem}
    return render(request, "web/deciding/motions.html", context, status=status(problem))


def motion(request: HttpRequest, motion: str) -> HttpResponse:
    """One motion; posting takes its next step."""
    actor = asker(request)
    done, problem = posted(request, lambda: _act(request, actor, motion))
    hand_over()
    if done:
        return done
    told = motion_shown(actor, motion, now())
    for one in told["amendments"]:
        one["told"] = RESULTS[one["result"]]
        one["due"] = one["id"] in told["next"]
    for one in told["conflicts"]:
        one["told"] = RELATIONS[one["relation"]]
    context = {
        "motion": told,
        "stage": STAGES[told["stage"]],
        "text": "\n\n".join(one["text"] for one in told["paragraphs"]),
        "bodies": _bodies(actor, told["body"]["id"], now()),
        "problem": problem,
        "said": request.POST.dict(),
    }
    return render(request, "web/deciding/motion.html", context, status=status(problem))


def _act(request: HttpRequest, actor: Actor, motion: str) -> str:
    said: Any = request.POST
    here = f"/hall/motions/{motion}"
    match said.get("act", ""):
        case "draft":
            SaveDraft(actor, said.get("body", ""), said.get("title", ""), said.get("text", ""), motion).execute(now())
        case "withdraw":
            draft = motion_shown(actor, motion, now())
            WithdrawMotion(actor, motion).execute(now())
            return f"/hall/bodies/{draft['body']['id']}/motions"
        case "amend":
            ProposeAmendment(actor, motion, [_change(said)]).execute(now())
        case "hands":
            numbers = Hands(yes=_number(said, "yes"), no=_number(said, "no"), abstained=_number(said, "abstained"))
            meeting = said.get("meeting", "").strip()
            NoteVote(actor, said.get("kind", ""), said.get("subject", ""), meeting, numbers).execute(now())
        case "vote":
            vote = PutToVote(actor, said.get("kind", ""), said.get("subject", ""), terms_of(request))
            return f"/hall/ballots/{vote.execute(now())}"
        case "forward":
            return f"/hall/motions/{ForwardMotion(actor, motion, said.get('to', '')).execute(now())}"
        case "endorse":
            return f"/hall/motions/{ProposeEndorsement(actor, motion, said.get('to', '')).execute(now())}"
        case step if step in _STEPS:
            _STEPS[step](actor, motion).execute(now())
        case _:
            raise InvalidValue("The form does not say what to do.", hint="Use its buttons.")
    return here


def _change(said: Any) -> dict[str, Any]:
    """One change of a paragraph, as the form says it."""
    kind, _, paragraph = said.get("where", "").partition(":")
    return {kind: paragraph or None, "text": said.get("text", "")}


def _number(said: Any, name: str) -> int:
    if not said.get(name, "").isdecimal():
        raise InvalidValue("A number of hands is missing.", hint="Write 0 where there were none.", code="votes_wrong")
    return int(said[name])


def _bodies(actor: Actor, body: str, at: datetime) -> list[dict[str, str]]:
    """Where it could go from here: the bodies of whoever looks, and those near this one."""
    if actor.person is None:
        return []
    near = Body.objects.filter(queries.holds(at), pk__in=_near(body) | queries.bodies_of(actor.person, at))
    return [{"id": one.id, "name": one.name} for one in near.exclude(pk=body).order_by("name")]


def _near(body: str) -> set[str]:
    tied = Body.objects.filter(pk=body)
    pairs = tied.values_list("places__parent", "below__body", "alliances__alliance", "allies__body")
    return {one for pair in pairs for one in pair if one}
