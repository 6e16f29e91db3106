"""Motions and ballots as pages and API tell them: plain values, for who may see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from lyceum import hall
from lyceum.hall import Amendment, Ballot, Motion, Right, Stage, Tier
from lyceum.server.deciding import models
from lyceum.server.deciding.motions import amendments_of
from lyceum.server.deciding.outcomes import amending_of
from lyceum.server.deciding.policies import access_ballot, access_motion
from lyceum.server.deciding.queries import voter_of
from lyceum.server.deciding.shapes import DRAFT, ballot_of, motion_of, paragraphs, write_changes
from lyceum.server.hall import models as base
from lyceum.server.hall.acts import Actor
from lyceum.server.hall.policies import CLERKS, access_inside
from lyceum.server.hall.queries import belongs, holds, names_of
from lyceum.server.hall.stored import StoredState

_A_PAGE = 50


def motions_shown(actor: Actor, body: str, at: datetime, page: int = 1) -> dict[str, Any]:
    """A body's motions, newest first; one's own drafts are among them."""
    access_inside(actor, body, at)
    rows = models.Motion.objects.filter(body=body).order_by("-submitted", "id")
    seen = rows.exclude(stage=DRAFT) | rows.filter(stage=DRAFT, proposer=actor.person or "")
    found = list(seen[_A_PAGE * (page - 1) : _A_PAGE * page + 1])
    return {
        "body": _body(body),
        "motions": [_brief(row) for row in found[:_A_PAGE]],
        "page": page,
        "next": page + 1 if len(found) > _A_PAGE else None,
        "you": _you(actor, body, at),
    }


def motion_shown(actor: Actor, motion: str, at: datetime) -> dict[str, Any]:
    """A motion with its amendments, their differences, conflicts and order, where it goes back to, and its votes."""
    row = access_motion(actor, motion, at)
    inside = actor.oversees or belongs(actor.person, row.body, at)
    # Who moved what is the body's own affair; others see that it was carried.
    names = names_of([row.proposer, row.seconder]) if inside else {}
    told = {
        **_brief(row),
        "body": _body(row.body),
        "proposer": names.get(row.proposer) or _body_name(row.proposer),
        "seconder": names.get(row.seconder, ""),
        "paragraphs": _paragraphs(row.paragraphs),
        "moved_text": _paragraphs(row.moved_text) if row.moved_text else None,
        "document": row.document,
        "public": row.public,
        "own": bool(actor.person) and row.proposer == actor.person,
        "you": _you(actor, row.body, at),
        "amendments": [], "order": [], "next": [], "conflicts": [], "as_amended": None, "changed": [],
        "trail": [], "leads_to": [], "ballots": [], "text_sha256": "",
    }  # fmt: skip
    if row.stage == DRAFT:
        return told
    value = motion_of(row)
    before = replace(value, paragraphs=paragraphs(row.moved_text)) if row.moved_text else value
    told |= {
        "text_sha256": value.sha256,
        "trail": [_place(one) for one in trail(value)],
        "leads_to": [_place(one) for one in leads_to(row.id)],
        "changed": _differences(before, value) if before != value else [],
        **(_amendments(before, inside=inside, decided=row.moved_text is not None)),
        "ballots": _ballots_on(row.id) if inside or row.stage == Stage.CARRIED else [],
    }
    return told


def trail(motion: Motion) -> tuple[Motion, ...]:
    """Every motion that this one goes back to, nearest first, so that anybody may follow it."""
    known: dict[str, Motion] = {motion.id: motion}
    waiting = [motion]
    while waiting:
        one = waiting.pop()
        ids = {origin.motion for origin in one.origins} | ({one.subject.id} if one.subject else set())
        for row in models.Motion.objects.filter(pk__in=ids - set(known)).exclude(stage=DRAFT):
            known[row.id] = motion_of(row)
            waiting.append(known[row.id])
    return hall.trail_of(motion, known)


def leads_to(motion: str) -> list[Motion]:
    """The motions that were carried and endorse this one, and those that were made of it."""
    rows = models.Motion.objects.exclude(stage=DRAFT).order_by("submitted", "id")
    endorsing = rows.filter(subject__id=motion, stage=Stage.CARRIED.value)
    made = [row for row in rows.exclude(origins=[]) if any(one["motion"] == motion for one in row.origins)]
    return [motion_of(row) for row in (*endorsing, *made)]


def ballots_shown(actor: Actor, body: str, at: datetime) -> dict[str, Any]:
    """A body's ballots, newest first."""
    access_inside(actor, body, at)
    rows = models.Ballot.objects.filter(body=body).order_by("-opens", "id")[:_A_PAGE]
    return {"body": _body(body), "ballots": [_ballot_brief(row) for row in rows], "you": _you(actor, body, at)}


def ballot_shown(actor: Actor, ballot: str, at: datetime) -> dict[str, Any]:
    """A ballot: its question and rule, what is promised of it and what is not, and once it is counted each step."""
    row = access_ballot(actor, ballot, at)
    value = ballot_of(row)
    inside = actor.oversees or belongs(actor.person, row.body, at)
    voted = models.Voted.objects.filter(ballot=ballot).values_list("person", flat=True) if row.closed else []
    names = names_of(voted) if inside else {}
    return {
        **_ballot_brief(row),
        "body": _body(row.body),
        "options": row.options,
        "rule": row.rule,
        "rule_sha256": row.rule_sha256,
        "ranked": isinstance(value.rule, hall.RANKED),
        "approval": isinstance(value.rule, hall.Approval),
        "meeting": row.meeting,
        "entitled": row.entitled,
        "voted": row.voted,
        "promises": list(hall.PROMISES.get(value.tier, ())),
        "limits": list(hall.LIMITS.get(value.tier, ())),
        "cautions": [{"code": one.code, "words": one.words} for one in hall.cautions(value)],
        "voters": sorted(names.values()) if row.closed else [],
        "roll_call": _roll_call(row, names) if row.closed and value.tier is Tier.OPEN and inside else [],
        "report": report(value, row) if row.outcome else None,
        "waits_for_seed": bool(row.closed and not row.outcome),
        "you": {**_you(actor, row.body, at), **_stands(actor, ballot, at)},
    }


def report(ballot: Ballot, row: models.Ballot) -> dict[str, Any]:
    """The count as `lyceum hall count --json` prints it, from the published file; steps have their values besides."""
    read = hall.read_ballots(ballot.rule, row.published)
    tally = hall.count(ballot.rule, read.votes, read.roll, seed=read.seed)
    told = hall.report(tally, read)
    # With its values a step can be said in other languages than the report's.
    told["steps"] = [
        {**one, "values": step.told(read.names)} for one, step in zip(told["steps"], tally.steps, strict=True)
    ]
    return told


# --- parts -------------------------------------------------------------------------------------------------------


def _brief(row: models.Motion) -> dict[str, Any]:
    return {"id": row.id, "title": row.title, "stage": row.stage, "submitted": row.submitted, "decided": row.decided}


def _paragraphs(stored: Iterable[Iterable[str]]) -> list[dict[str, str]]:
    return [dict(zip(("id", "text"), one, strict=True)) for one in stored]


def _amendments(motion: Motion, *, inside: bool, decided: bool) -> dict[str, Any]:
    found = amendments_of(motion.id)
    if not found or not inside:
        return {}
    rows = {row.id: row for row in models.Amendment.objects.filter(motion=motion.id)}
    numbers = {one.id: number for number, one in enumerate(found, start=1)}
    names = names_of(one.proposer for one in found)
    stands = amending_of(motion)
    fallen = set(stands.fallen)
    return {
        "amendments": [
            {
                "id": one.id,
                "number": numbers[one.id],
                "proposer": names.get(one.proposer, ""),
                "result": _result(rows[one.id].carried, fell=one.id in fallen),
                "changes": write_changes(one.changes),
                "differences": _differences(motion, hall.amended(motion, [one])),
            }
            for one in found
        ],
        "conflicts": [
            {"one": numbers[c.one], "other": numbers[c.other], "relation": c.relation.value,
             "paragraphs": list(c.paragraphs)}
            for c in hall.conflicts(found)
        ],
        "order": _order(motion, found, numbers),
        "next": list(stands.next.amendments) if stands.next and not decided else [],
        "as_amended": _paragraphs((one.id, one.text) for one in stands.text.paragraphs) if stands.carried else None,
    }  # fmt: skip


def _order(motion: Motion, found: list[Amendment], numbers: dict[str, int]) -> list[dict[str, Any]]:
    votes = hall.order_of_voting(motion, found)
    return [{"amendments": [numbers[name] for name in vote.amendments], "reason": vote.reason} for vote in votes]


def _result(carried: bool | None, *, fell: bool) -> str:
    return "fallen" if fell else {True: "carried", False: "lost", None: "open"}[carried]


def _differences(before: Motion, after: Motion) -> list[dict[str, Any]]:
    return [
        {"paragraph": one.paragraph, "spans": [{"kind": span.kind.value, "text": span.text} for span in one.spans]}
        for one in hall.differences(before, after)
        if one.before != one.after
    ]


def _place(motion: Motion) -> dict[str, Any]:
    return {"id": motion.id, "title": motion.title, "stage": motion.stage.value, "body": _body(motion.body)}


def _ballots_on(motion: str) -> list[dict[str, Any]]:
    amendments = models.Amendment.objects.filter(motion=motion).values_list("id", flat=True)
    rows = models.Ballot.objects.filter(subject__in=[motion, *amendments]).order_by("opens", "id")
    return [_ballot_brief(row) for row in rows]


def _ballot_brief(row: models.Ballot) -> dict[str, Any]:
    state = "published" if row.closed else "open" if row.opened else "planned"
    return {
        "id": row.id,
        "question": row.question,
        "tier": row.tier,
        "about": {"kind": row.subject_kind, "id": row.subject},
        "state": state,
        "opens": row.opens,
        "closes": row.closes,
        "opened": row.opened,
        "closed": row.closed,
        "outcome": row.outcome,
    }


def _roll_call(row: models.Ballot, names: dict[str, str]) -> list[dict[str, Any]]:
    shown = {one["id"]: one["name"] for one in row.options}
    told = [
        {"voter": names.get(vote["voter"], ""), "vote": [shown.get(str(part), str(part)) for part in vote["vote"]]}
        for vote in row.published["votes"]
    ]
    return sorted(told, key=lambda one: str(one["voter"]))


def _stands(actor: Actor, ballot: str, at: datetime) -> dict[str, bool]:
    if actor.person is None:
        return {"on_roll": False, "has_voted": False, "holds_right": False}
    _, standing = voter_of(ballot, actor.person, at)
    return {"on_roll": standing.on_roll, "has_voted": standing.has_voted, "holds_right": standing.holds_right}


def _you(actor: Actor, body: str, at: datetime) -> dict[str, Any]:
    """What the page may offer; the acts decide."""
    rights = StoredState().rights(actor.person, body, at) if actor.person else frozenset()
    clerk = actor.oversees or bool(rights & set(CLERKS)) or (Right.VOTE in rights and not _has_clerk(body, at))
    return {"proposes": Right.PROPOSE in rights, "clerk": clerk}


def _has_clerk(body: str, at: datetime) -> bool:
    held = base.Holding.objects.filter(holds(at), seat__sits_in_id=body).values_list("seat__rights", flat=True)
    return any({right.value for right in CLERKS} & set(rights) for rights in held)


def _body(body: str) -> dict[str, str]:
    return {"id": body, "name": _body_name(body)}


def _body_name(body: str) -> str:
    return str(base.Body.objects.filter(pk=body).values_list("name", flat=True).first() or "")
