"""Pages of meetings: the call, the meeting as it goes on, and its minutes."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from lyceum.server.hall.papers import meeting_paper
from lyceum.server.hall.said import calling, meeting_act
from lyceum.server.hall.shown import body_shown, meeting_shown, voters_shown
from lyceum.server.web.hall.forms import asker, now, posted, status
from lyceum.server.web.hall.words import STATES


def meetings(request: HttpRequest, body: str) -> HttpResponse:
    """A body's meetings; posting calls one."""
    actor = asker(request)
    done, problem = posted(request, lambda: f"/hall/meetings/{calling(actor, body, request.POST).execute(now())}")
    if done:
        return done
    told = body_shown(actor, body, now())
    rows = [{**one, "word": STATES[one["state"]]} for one in told["meetings"]]
    context = {"body": told, "meetings": rows, "said": request.POST, "problem": problem}
    return render(request, "web/hall/meetings.html", context, status=status(problem))


def meeting(request: HttpRequest, meeting: str) -> HttpResponse:
    """A meeting as it stands; posting has something happen at it."""
    actor = asker(request)

    def act() -> str:
        meeting_act(actor, meeting, request.POST).execute(now())
        return f"/hall/meetings/{meeting}"

    done, problem = posted(request, act)
    swapped = bool(request.headers.get("HX-Request"))
    if done and not swapped:
        return done
    told = meeting_shown(actor, meeting, now())
    context: dict[str, Any] = {"meeting": told, "word": STATES[told["state"]], "problem": problem, "absent": []}
    if told["you"]["keeps"] and told["state"] in ("called", "open"):
        here = {one["id"] for one in told["present"]}
        voters = voters_shown(actor, told["body"]["id"], now(), now())["people"]
        context["absent"] = [one for one in voters if one["id"] not in here]
    # What is swapped in must come with 200; the problem stands in it.
    page, code = ("web/hall/_meeting.html", 200) if swapped else ("web/hall/meeting.html", status(problem))
    return render(request, page, context, status=code)


def minutes(request: HttpRequest, meeting: str, kind: str) -> HttpResponse:
    """The minutes as Markdown or PDF, or the date for a calendar."""
    paper = meeting_paper(asker(request), meeting, kind, now())
    if paper is None:
        raise Http404
    response = HttpResponse(paper.body, content_type=paper.kind)
    response["Content-Disposition"] = f'attachment; filename="{paper.name}"'
    response["Cache-Control"] = "private, no-store"
    return response
