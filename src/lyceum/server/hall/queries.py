"""What pages and API read, as few queries each; moments are given, nothing is as of “now” by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from lyceum.errors import InvalidValue
from lyceum.hall import Charter, Franchise, SeatKind, read_charter
from lyceum.server.hall import models


def holds(at: datetime, prefix: str = "") -> Q:
    """That a row with a start and an end held at the moment."""
    begun = Q(**{f"{prefix}start__lte": at})
    return begun & (Q(**{f"{prefix}end": None}) | Q(**{f"{prefix}end__gt": at}))


def charter_of(body: str, at: datetime) -> Charter:
    """The rules in force then; raises InvalidValue where there is no such body."""
    rows = list(models.Charter.objects.filter(body_id=body).order_by("number").values_list("since", "rules"))
    if not rows:
        raise InvalidValue("There is no such body.", hint="Look at its address.", code="unknown_body")
    in_force = [rules for since, rules in rows if since <= at] or [rows[0][1]]
    return read_charter(in_force[-1])


def voters(body: str, at: datetime) -> QuerySet[models.Participant]:
    """Who might vote in the body then: its members, or the delegates who sat in it."""
    if not models.Body.objects.filter(holds(at), pk=body).exists():
        return models.Participant.objects.none()
    if charter_of(body, at).franchise is Franchise.MEMBERS:
        members = models.Membership.objects.filter(holds(at), body_id=body)
        return models.Participant.objects.filter(pk__in=members.values("person_id"))
    seats = Q(seat__sits_in_id=body, seat__kind=SeatKind.DELEGATE.value)
    delegates = models.Holding.objects.filter(holds(at), seats)
    return models.Participant.objects.filter(pk__in=delegates.values("person_id"))


def may_vote(body: str, person: str, at: datetime) -> bool:
    """Whether the person might vote in the body then."""
    return voters(body, at).filter(pk=person).exists()


def belongs(person: str | None, body: str, at: datetime) -> bool:
    """Whether she is a member of the body, sits in it, or sits elsewhere for it."""
    if person is None:
        return False
    if models.Membership.objects.filter(holds(at), body_id=body, person_id=person).exists():
        return True
    seats = Q(seat__sits_in_id=body) | Q(seat__body_id=body)
    return models.Holding.objects.filter(holds(at), seats, person_id=person).exists()


def ended_with(person: str | None, body: str, end: datetime) -> bool:
    """Whether she was in the body, or sat in it, until its very end."""
    return (
        models.Membership.objects.filter(body_id=body, person_id=person, end=end).exists()
        or models.Holding.objects.filter(seat__sits_in_id=body, person_id=person, end=end).exists()
    )


def is_near(person: str | None, body: str, at: datetime) -> bool:
    """Whether she belongs to the body, to one right above or below it, or to one in an alliance with it."""
    if person is None:
        return False
    ours = bodies_of(person, at)
    if body in ours:
        return True
    above_or_below = Q(body_id=body, parent_id__in=ours) | Q(parent_id=body, body_id__in=ours)
    allied = Q(body_id=body, alliance_id__in=ours) | Q(alliance_id=body, body_id__in=ours)
    return (
        models.Place.objects.filter(holds(at), above_or_below).exists()
        or models.Alliance.objects.filter(holds(at), allied).exists()
    )


def bodies_of(person: str, at: datetime) -> set[str]:
    """The bodies to which she belongs then, as a member or through a seat."""
    found = set(models.Membership.objects.filter(holds(at), person_id=person).values_list("body_id", flat=True))
    seats = models.Holding.objects.filter(holds(at), person_id=person).values_list("seat__body_id", "seat__sits_in_id")
    return found.union(*seats) if seats else found


def bodies_with_petitions(at: datetime) -> list[str]:
    """The bodies in which a recall is asked for, and its vote has not opened."""
    running = models.Petition.objects.filter(holds(at), ballot=None)
    return list(running.values_list("seat__body_id", flat=True).distinct())


def names_of(people: Iterable[str]) -> dict[str, str]:
    """What people are called; who was erased has no name."""
    rows = models.Participant.objects.filter(pk__in=set(people)).values_list("pk", "name")
    return {person: name for person, name in rows if name}
