"""Who may come to which motion and ballot: the only ways in, for pages, API and acts alike."""

from __future__ import annotations

from datetime import datetime

from lyceum.errors import InvalidValue
from lyceum.hall import Stage
from lyceum.server.deciding import models
from lyceum.server.deciding.shapes import DRAFT
from lyceum.server.hall.acts import Actor
from lyceum.server.hall.policies import access_body, access_inside


def access_motion(actor: Actor, motion: str, at: datetime) -> models.Motion:
    """The motion: a draft for its proposer, what is carried for those near the body, all else for its own people."""
    found = models.Motion.objects.filter(pk=motion).first()
    if found is None or (found.stage == DRAFT and found.proposer != actor.person):
        raise InvalidValue("There is no such motion.", hint="Look at its address, or sign in.", code="unknown_motion")
    if found.stage == Stage.CARRIED:
        access_body(actor, found.body, at)
    elif found.stage != DRAFT:
        access_inside(actor, found.body, at)
    return found


def access_ballot(actor: Actor, ballot: str, at: datetime) -> models.Ballot:
    """The ballot: for its body's people, for who stands on its roll, and for anybody near once it is published."""
    found = models.Ballot.objects.filter(pk=ballot).first()
    if found is None:
        raise InvalidValue("There is no such ballot.", hint="Look at its address, or sign in.", code="unknown_ballot")
    if found.closed is not None:
        access_body(actor, found.body, at)
    elif not is_on_roll(ballot, actor.person):
        access_inside(actor, found.body, at)
    return found


def is_on_roll(ballot: str, person: str | None) -> bool:
    """Whether she stood on the roll when the ballot opened."""
    return person is not None and models.Entitlement.objects.filter(ballot=ballot, person=person).exists()
