"""What pages and API tell of the hall: plain values, for who asks, as of a moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from math import ceil
from typing import Any

from django.db.models import Count, Q, QuerySet

from lyceum import hall
from lyceum.errors import AccessRefused
from lyceum.hall import Franchise, Right, SeatKind
from lyceum.server.hall import models, queries, recording
from lyceum.server.hall.acts import Actor
from lyceum.server.hall.meetings import read_meeting
from lyceum.server.hall.policies import CLERKS, access_body, access_inside, access_meeting, access_seat, is_inside
from lyceum.server.hall.queries import holds
from lyceum.server.hall.stored import StoredState

_A_PAGE = 200
_LAST_ENTRIES = 50


def hall_shown(actor: Actor, at: datetime) -> dict[str, Any]:
    """The bodies that somebody belongs to, and those that she may know of besides; for overseers, all."""
    own = queries.bodies_of(actor.person, at) if actor.person else set()
    others = models.Body.objects.filter(holds(at)).exclude(pk__in=own)
    if not actor.oversees:
        others = others.filter(public=True)
    mine = models.Body.objects.filter(holds(at), pk__in=own)
    return {"yours": _listed(mine, at), "others": _listed(others, at)}


def body_shown(actor: Actor, body: str, at: datetime) -> dict[str, Any]:
    """A body as it is; names of people and meetings only for who belongs to it."""
    row = access_body(actor, body, at)
    state = StoredState()
    inside = is_inside(actor, row, at)
    charter = queries.charter_of(body, at)
    place = models.Place.objects.filter(holds(at), body_id=body).first()

    own = queries.bodies_of(actor.person, at) if actor.person else set()

    def near(*which: Q, **named: Any) -> list[dict[str, Any]]:
        found = models.Body.objects.filter(*which, **named)
        return _refs(body for body in found if inside or actor.oversees or body.public or body.pk in own)

    return {
        "id": body,
        "name": row.name,
        "work": row.work,
        "public": row.public,
        "founded": row.start,
        "ended": row.end if row.end and row.end <= at else None,
        "charter": charter.as_dict(),
        "council": charter.franchise is Franchise.DELEGATES,
        "voters": queries.voters(body, at).count(),
        "parent": next(iter(near(pk=place.parent_id)), None) if place else None,
        "children": near(holds(at, "places__"), places__parent_id=body),
        "alliances": near(holds(at, "allies__"), allies__body_id=body),
        "allies": near(holds(at, "alliances__"), alliances__alliance_id=body),
        "successors": near(pk__in=row.successors),
        "seats": _seats(Q(body_id=body) | Q(sits_in_id=body), at, named=inside),
        "meetings": meetings_shown(body, at) if inside else [],
        "you": _standing(actor, body, at, state, inside=inside),
    }  # fmt: skip


def voters_shown(actor: Actor, body: str, on: datetime, at: datetime, page: int = 1) -> dict[str, Any]:
    """Who might vote in the body at a moment, asked now: names for who belongs to it, the number for others."""
    inside = is_inside(actor, access_body(actor, body, at), at)
    found = queries.voters(body, on)
    begin = _A_PAGE * (page - 1)
    rows = found.order_by("name", "pk")[begin : begin + _A_PAGE] if inside else []
    return {
        "on": on,
        "number": found.count(),
        "people": [_person(row) for row in rows],
        "named": inside,
        "page": page,
        "pages": max(1, -(-found.count() // _A_PAGE)),
    }


def members_shown(actor: Actor, body: str, at: datetime, page: int = 1) -> dict[str, Any]:
    """The members now and before, each with the beginning and the end of her time."""
    access_inside(actor, body, at)
    rows = models.Membership.objects.filter(body_id=body).select_related("person").order_by("person__name", "start")
    begin = _A_PAGE * (page - 1)
    return {
        "members": [
            {**_person(row.person), "start": row.start, "end": row.end, "now": row.end is None or row.end > at}
            for row in rows[begin : begin + _A_PAGE]
        ],
        "page": page,
        "pages": max(1, -(-rows.count() // _A_PAGE)),
    }


def seat_shown(actor: Actor, seat: str, at: datetime) -> dict[str, Any]:
    """A seat, and for who belongs to the bodies that it touches whoever held it, with mandate and reports."""
    row = access_seat(actor, seat, at)
    inside = is_inside(actor, row.body, at) or is_inside(actor, row.sits_in, at)
    held = models.Holding.objects.filter(seat_id=seat).select_related("person").order_by("-number")
    holdings = [_holding(one, at) for one in held] if inside else []
    now = next((one for one in holdings if one["now"]), None)
    you = _standing(actor, row.body_id, at, StoredState(), inside=inside)
    return {
        **_seat(row),
        "open": row.end is None or row.end > at,
        "term_days": row.term_days,
        "term_limit": row.term_limit,
        "recall_threshold": row.recall_threshold,
        "rights": row.rights,
        "holding": now,
        "past": [one for one in holdings if not one["now"]],
        "petition": _petition(actor, row, at) if inside else None,
        "candidates": [_person(one) for one in queries.voters(row.body_id, at).order_by("name")[:500]]
        if you["keeps"]
        else [],
        "you": {**you, "hold": bool(now and now["id"] == actor.person)},
    }


def meetings_shown(body: str, at: datetime) -> list[dict[str, Any]]:
    """The meetings of a body, those to come first and then the last ones."""
    rows = models.Meeting.objects.filter(body_id=body)
    coming = rows.filter(closed=None, cancelled=False, ends__gt=at).order_by("starts")
    past = rows.exclude(closed=None, cancelled=False, ends__gt=at).order_by("-starts")
    return [_meeting(row) for row in (*coming, *past[:_A_PAGE])]


def meeting_shown(actor: Actor, meeting: str, at: datetime) -> dict[str, Any]:
    """A meeting as it stands: agenda, who is present, whether it can decide, who speaks next."""
    row = access_meeting(actor, meeting, at)
    state = StoredState()
    found = read_meeting(meeting, state)
    moment = found.closed or at
    names = names_at(found)
    present = found.present(moment)
    decided = [event for event in found.events if isinstance(event, hall.MotionDecided)]
    return {
        **_meeting(row),
        "body": _ref(row.body),
        "place": found.place,
        "link": found.link,
        "chair": names.get(found.chair, ""),
        "agenda": [{"id": item.id, "title": item.title, "now": item.id == found.item} for item in found.agenda],
        "present": [
            {"id": here.person, "name": names.get(here.person, ""), "how": here.how.value, "votes": here.votes}
            for here in present
        ],
        "voters_present": len(found.voters_present(moment)),
        "quorum": found.quorum(moment),
        "quorate": found.quorate(moment),
        "speaking": _named(found.speaking, names) if found.speaking else None,
        "waiting": [_named(person, names) for person in found.speakers()],
        "decisions": [
            {"title": one.title, "carried": one.carried, "yes": one.yes, "no": one.no, "abstained": one.abstained}
            for one in decided
        ],
        "sha256": found.sha256,
        "minutes": hall.write_minutes(found, names),
        "to_approve": _to_approve(row) if row.opened and not row.closed else [],
        "you": {
            **_standing(actor, row.body_id, at, state, inside=True),
            "present": any(here.person == actor.person for here in present),
            "waiting": actor.person in found.waiting,
        },
    }


def names_at(meeting: hall.Meeting) -> dict[str, str]:
    """What everybody at a meeting, its body and its later meeting are called."""
    people: set[str] = {here.person for here in meeting.attendance} | {meeting.chair}
    for event in meeting.events:
        people |= {str(getattr(event, name)) for name in ("by", "person") if hasattr(event, name)}
        people |= {person for person, _ in getattr(event, "roll_call", ())}
    bodies = models.Body.objects.filter(pk=meeting.body).values_list("pk", "name")
    return {**queries.names_of(people), **dict(bodies)}


def person_shown(actor: Actor, at: datetime) -> dict[str, Any]:
    """What the hall keeps of who asks: her name, and what she is or was anywhere; raises AccessRefused for others."""
    row = models.Participant.objects.filter(pk=actor.person).first()
    if row is None:
        raise AccessRefused("Sign in for this.", hint="Members of this site take part.", code="sign_in")
    members = models.Membership.objects.filter(person=row).select_related("body").order_by("-start")
    held = models.Holding.objects.filter(person=row).select_related("seat__body", "seat__sits_in").order_by("-start")
    return {
        **_person(row),
        "memberships": [{**_ref(one.body), "start": one.start, "end": one.end} for one in members],
        "holdings": [{**_seat(one.seat), "start": one.start, "end": one.end, "mandate": one.mandate} for one in held],
        "sealed": models.Opening.objects.filter(person=row.pk).count(),
        "at": at,
    }


def record_shown(actor: Actor, at: datetime) -> dict[str, Any]:
    """The head of the record, its last entries and its anchors: nothing in it is about anybody."""
    last = recording.head()
    entries = models.Entry.objects.order_by("-number")[:_LAST_ENTRIES]
    anchors = models.Anchor.objects.order_by("-number", "-pk")
    return {
        "instance": last.instance if last else "",
        "number": last.number if last else 0,
        "link": last.link if last else "",
        "entries": [
            {"number": one.number, "at": one.at, "kind": one.kind, "sealed": len(one.sealed), "link": one.link}
            for one in entries
        ],
        "anchors": [{"kind": one.kind, "number": one.number, "at": one.at, "by": one.by} for one in anchors],
        "anchored": anchors[0].number if anchors else 0,
        "oversees": actor.oversees,
        "at": at,
    }


def public_bodies(at: datetime) -> frozenset[str]:
    """The bodies of which strangers may know: what the record seals about them, and about nobody, may be opened."""
    return frozenset(models.Body.objects.filter(public=True, start__lte=at).values_list("pk", flat=True))


def _standing(actor: Actor, body: str, at: datetime, state: hall.State, *, inside: bool) -> dict[str, Any]:
    """What whoever asks may do in the body."""
    rights = state.rights(actor.person, body, at) if actor.person else frozenset[Right]()
    kept = any(
        set(row.rights) & {right.value for right in CLERKS}
        for row in models.Seat.objects.filter(holds(at, "holdings__"), sits_in_id=body)
    )
    return {
        "person": actor.person,
        "belongs": inside,
        "member": bool(actor.person and state.membership(body, actor.person, at)),
        "votes": Right.VOTE in rights,
        "calls": Right.CALL in rights,
        "keeps": bool(actor.oversees or rights & set(CLERKS) or (Right.VOTE in rights and not kept)),
        "leads": bool(actor.oversees or rights & set(CLERKS)),
        "rights": sorted(right.value for right in rights),
    }


def _listed(bodies: QuerySet[models.Body], at: datetime) -> list[dict[str, Any]]:
    members = Count("memberships", filter=holds(at, "memberships__"))
    rows = bodies.annotate(number=members).order_by("name", "pk").values("id", "name", "work", "public", "number")
    return [{**row, "members": row.pop("number")} for row in rows[:_A_PAGE]]


def _ref(body: models.Body) -> dict[str, Any]:
    return {"id": body.pk, "name": body.name}


def _refs(bodies: Iterable[models.Body]) -> list[dict[str, Any]]:
    found = {body.pk: body for body in bodies}
    return sorted((_ref(body) for body in found.values()), key=lambda one: (one["name"], one["id"]))


def _person(row: models.Participant) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name}


def _named(person: str, names: dict[str, str]) -> dict[str, Any]:
    return {"id": person, "name": names.get(person, "")}


def _seats(which: Q, at: datetime, *, named: bool) -> list[dict[str, Any]]:
    rows = (
        models.Seat.objects.filter(which, holds(at)).select_related("body", "sits_in").order_by("kind", "title", "pk")
    )
    held = models.Holding.objects.filter(holds(at), seat__in=rows).select_related("person")
    holders = {one.seat_id: one for one in held}
    return [
        {
            **_seat(row),
            "held": row.pk in holders,
            "holder": _person(holders[row.pk].person) if named and row.pk in holders else None,
            "until": holders[row.pk].end if row.pk in holders else None,
        }
        for row in rows
    ]


def _seat(row: models.Seat) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "kind": row.kind,
        "delegate": row.kind == SeatKind.DELEGATE.value,
        "body": _ref(row.body),
        "sits_in": _ref(row.sits_in),
    }


def _holding(row: models.Holding, at: datetime) -> dict[str, Any]:
    now = row.start <= at and (row.end is None or row.end > at)
    since = max([row.start, *(datetime.fromisoformat(moment) for moment, _ in row.reports)])
    due = (at - since).days - row.report_days if row.report_days is not None and now else None
    return {
        **_person(row.person),
        "start": row.start,
        "end": row.end,
        "now": now,
        "mandate": row.mandate,
        "given_by": row.given_by,
        "report_days": row.report_days,
        "report_overdue": due is not None and due > 0,
        "instructions": [{"at": datetime.fromisoformat(moment), "text": text} for moment, text in row.instructions],
        "reports": [{"at": datetime.fromisoformat(moment), "text": text} for moment, text in row.reports],
        "ended": row.ended,
    }


def _petition(actor: Actor, seat: models.Seat, at: datetime) -> dict[str, Any] | None:
    """The petition that runs, or whose vote does: how many signed, not who."""
    row = models.Petition.objects.filter(holds(at), seat=seat).first()
    if row is None:
        return None
    signed = set(models.Signature.objects.filter(holds(at), petition=row).values_list("person_id", flat=True))
    entitled = queries.voters(seat.body_id, at)
    number = entitled.count()
    needed = ceil(Fraction(seat.recall_threshold) * number)
    return {
        "id": row.pk,
        "signed": entitled.filter(pk__in=signed).count(),
        "needed": needed,
        "ballot": row.ballot,
        "yours": actor.person in signed,
    }


def _meeting(row: models.Meeting) -> dict[str, Any]:
    state = "closed" if row.closed else "cancelled" if row.cancelled else "open" if row.opened else "called"
    return {"id": row.pk, "starts": row.starts, "ends": row.ends, "state": state, "approved": row.approved}


def _to_approve(row: models.Meeting) -> list[dict[str, Any]]:
    """The minutes of earlier meetings of the body that no meeting has approved."""
    earlier = models.Meeting.objects.filter(body_id=row.body_id, approved=None).exclude(closed=None).exclude(pk=row.pk)
    return [{**_meeting(one), "sha256": read_meeting(one.pk).sha256} for one in earlier.order_by("starts")]
