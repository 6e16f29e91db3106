"""Pages of ballots: a body's list, voting with a receipt shown once, and the count step by step."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from lyceum import hall
from lyceum.errors import InvalidValue, NotInOrder, Refused
from lyceum.hall import Cast, Option
from lyceum.server.deciding.ballots import AskBody, CastVote, CloseBallot
from lyceum.server.deciding.policies import access_ballot
from lyceum.server.deciding.shown import ballot_shown, ballots_shown
from lyceum.server.hall.acts import Actor
from lyceum.server.web.deciding.forms import asker, hand_over, terms_of
from lyceum.server.web.deciding.words import (
    ELECTIONS,
    LIMITS,
    OUTCOMES,
    PROMISES,
    STATES,
    TABLE,
    TIERS,
    caution,
    in_words,
    rule_in_words,
)
from lyceum.server.web.hall.forms import Problem, now, posted, status

_YES_AND_NO = [{"id": one.id, "name": one.name} for one in hall.MOTION]
_RANK = re.compile(r"rank-(.+)\Z", re.DOTALL)


def ballots(request: HttpRequest, body: str) -> HttpResponse:
    """A body's ballots; posting puts a question with options of its own."""
    actor = asker(request)
    done, problem = posted(request, lambda: _ask(request, actor, body))
    if done:
        return done
    told = ballots_shown(actor, body, now())
    context = {
        **told,
        "ballots": [{**one, **_named(one)} for one in told["ballots"]],
        "methods": ELECTIONS,
        "said": request.POST.dict(),
        "problem": problem,
    }
    return render(request, "web/deciding/ballots.html", context, status=status(problem))


@never_cache
def ballot(request: HttpRequest, ballot: str) -> HttpResponse:
    """One ballot; posting votes, closes it, or brings the seed of its lot.

    The receipt stands in the answer to the vote and nowhere else: no session, no message, no address has it.
    """
    actor = asker(request)
    done: Cast | None = None
    problem: Problem | None = None
    if request.method == "POST":
        try:
            done = _vote(request, actor, ballot)
        except (InvalidValue, Refused) as error:
            problem = error
    hand_over()
    told = ballot_shown(actor, ballot, now())
    context = {
        "ballot": {**told, **_named(told)},
        "cast": done,
        "rule": rule_in_words(told["rule"]),
        "promises": PROMISES[told["tier"]],
        "limits": LIMITS[told["tier"]],
        "cautions": [caution(one["code"], told["entitled"]) for one in told["cautions"]],
        "steps": _steps(told),
        "ranks": range(1, len(told["options"]) + 1),
        "found": _found(request, ballot, told) if told["closed"] else None,
        "receipt": request.GET.get("receipt", ""),
        "problem": problem,
    }
    response = render(request, "web/deciding/ballot.html", context, status=status(problem))
    if done:
        response["Cache-Control"] = "no-store"
    return response


def published(request: HttpRequest, ballot: str) -> HttpResponse:
    """The ballot file of a closed ballot, which anybody recounts with its rule."""
    row = access_ballot(asker(request), ballot, now())
    if row.published is None:
        raise NotInOrder("An open ballot is not published.", hint="Wait for its end.")
    return _file(row.published, f"ballots-{ballot}.json")


def rule(request: HttpRequest, ballot: str) -> HttpResponse:
    """The rule under which it opened, as a file."""
    return _file(access_ballot(asker(request), ballot, now()).rule, f"rule-{ballot}.json")


def _file(value: Any, name: str) -> HttpResponse:
    response = JsonResponse(value, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _ask(request: HttpRequest, actor: Actor, body: str) -> str:
    said = request.POST
    names = [line.strip() for line in said.get("options", "").splitlines() if line.strip()]
    options = tuple(Option(f"o{number}", name[:200]) for number, name in enumerate(names, start=1))
    method = said.get("method", "")
    if method not in ELECTIONS:
        raise InvalidValue("The ballot has no way of counting.", hint="Choose one.", code="rule_wrong")
    seats = (
        {}
        if method == "instant_runoff"
        else {"seats": int(said.get("seats", "")) if said.get("seats", "").isdecimal() else 0}
    )
    written = hall.read_rule({"format": "lyceum-rule-1", "method": method, **seats})
    terms = replace(terms_of(request), rule=written)
    ask = AskBody(actor, body, said.get("question", "")[:1_000], options, terms)
    return f"/hall/ballots/{ask.execute(now())}"


def _vote(request: HttpRequest, actor: Actor, ballot: str) -> Cast | None:
    said = request.POST
    if said.get("act") == "close":
        CloseBallot(actor, ballot, said.get("seed", "").strip() or None).execute(now())
        return None
    return CastVote(actor, ballot, _choice(request)).execute(now())


def _choice(request: HttpRequest) -> Any:
    """What the form says: one option, several, or an order given by a number beside each."""
    said = request.POST
    ranks = {match.group(1): said[name].strip() for name in said if (match := _RANK.match(name))}
    if not ranks:
        chosen = said.getlist("choice")
        return chosen if len(chosen) > 1 else (chosen[0] or None) if chosen else None
    given = {option: rank for option, rank in ranks.items() if rank}
    if not all(rank.isdecimal() for rank in given.values()):
        raise InvalidValue("A place is a number.", hint="Write 1 beside your first choice.", code="spoilt_vote")
    places = sorted({int(rank) for rank in given.values()})
    return [[option for option, rank in given.items() if int(rank) == place] for place in places]


def _found(request: HttpRequest, ballot: str, told: dict[str, Any]) -> dict[str, Any] | None:
    """What stands under the receipt that was asked for; None where none was."""
    receipt = request.GET.get("receipt", "").strip()
    if not receipt:
        return None
    vote = hall.find_vote(access_ballot(asker(request), ballot, now()).published, receipt[:100])
    names = {one["id"]: one["name"] for one in told["options"]}
    flat = [part for one in vote or [] for part in (one if isinstance(one, list) else [one])]
    return {"there": vote is not None, "vote": [names.get(part, part) for part in flat],
            "mark": hall.mark_of(ballot, receipt[:100])}  # fmt: skip


def _named(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "tier_told": TIERS[told["tier"]],
        "state_told": STATES[told["state"]],
        "outcome_told": OUTCOMES.get(told["outcome"], ""),
    }


def _steps(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Each step of the count in the reader's words, its table with names in place of ids."""
    if told["report"] is None:
        return []
    names: dict[str, Any] = {one["id"]: one["name"] for one in told["options"]}
    names = names | TABLE if told["options"] == _YES_AND_NO else TABLE | names
    return [
        {
            "words": in_words(step),
            "table": step["table"] and {
                "columns": [names.get(one, one) for one in step["table"]["columns"]],
                "rows": [[names.get(str(cell), cell) for cell in row] for row in step["table"]["rows"]],
            },
        }
        for step in told["report"]["steps"]
    ]  # fmt: skip
