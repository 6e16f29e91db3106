"""Pages of seats: who sits where with which mandate, what she reported, and her recall."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lyceum.hall import Right
from lyceum.server.hall.said import OFFICES, making_seat, seat_act
from lyceum.server.hall.shown import body_shown, seat_shown
from lyceum.server.web.hall.forms import asker, now, posted, status
from lyceum.server.web.hall.words import ENDS, RIGHTS, SHARES, share


def seats(request: HttpRequest, body: str) -> HttpResponse:
    """The seats that a body fills and those that sit in it; posting makes one."""
    actor = asker(request)
    done, problem = posted(request, lambda: f"/hall/seats/{making_seat(actor, body, request.POST).execute(now())}")
    if done:
        return done
    told = body_shown(actor, body, now())
    context = {
        "body": told,
        "offices": [(right.value, RIGHTS[right]) for right in OFFICES],
        "above": [one for one in (told["parent"], *told["alliances"], *told["children"]) if one],
        "shares": SHARES,
        "problem": problem,
    }
    return render(request, "web/hall/seats.html", context, status=status(problem))


def seat(request: HttpRequest, seat: str) -> HttpResponse:
    """One seat; posting fills it, leaves it, instructs, reports, or asks for a recall."""
    actor = asker(request)

    def act() -> str:
        seat_act(actor, seat, request.POST).execute(now())
        return f"/hall/seats/{seat}"

    done, problem = posted(request, act)
    if done:
        return done
    told = seat_shown(actor, seat, now())
    context = {
        "seat": told,
        "rights": [RIGHTS[Right(right)] for right in told["rights"]],
        "threshold": share(told["recall_threshold"]),
        "past": [{**one, "why": ENDS.get(one["ended"], "")} for one in told["past"]],
        "problem": problem,
    }
    return render(request, "web/hall/seat.html", context, status=status(problem))
