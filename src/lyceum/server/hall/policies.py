"""Who may come to which row of the hall: the only ways in, for pages, API and acts alike."""

from __future__ import annotations

from datetime import datetime

from lyceum.errors import AccessRefused, InvalidValue, NotEntitled
from lyceum.hall import Right
from lyceum.server.hall import models, queries
from lyceum.server.hall.acts import Actor
from lyceum.server.hall.book import Book

CLERKS = (Right.RECORD, Right.CHAIR)
"""Who keeps a body's papers: its secretary and its chair."""


def access_body(actor: Actor, body: str, at: datetime) -> models.Body:
    """The body, for who may know of it: anybody where it is public, else those who belong to it or are near to it.

    Raises InvalidValue as if there were none, so that nobody learns of a body by guessing.
    """
    found = models.Body.objects.filter(pk=body).first()
    if found is None or not (found.public or is_inside(actor, found, at) or queries.is_near(actor.person, body, at)):
        raise InvalidValue("There is no such body.", hint="Look at its address, or sign in.", code="unknown_body")
    return found


def access_inside(actor: Actor, body: str, at: datetime) -> models.Body:
    """The body with what is its members' alone: names, meetings, petitions; raises AccessRefused for others."""
    found = access_body(actor, body, at)
    if not is_inside(actor, found, at):
        raise AccessRefused(
            "This is for those who belong to this body.", hint="Ask one of its members.", code="not_a_member"
        )
    return found


def is_inside(actor: Actor, body: models.Body, at: datetime) -> bool:
    """Whether she may read what is its members' alone; of a body that has ended, those who belonged to it last."""
    if body.end is not None and body.end <= at:
        return actor.oversees or queries.ended_with(actor.person, body.pk, body.end)
    return actor.oversees or queries.belongs(actor.person, body.pk, at)


def access_seat(actor: Actor, seat: str, at: datetime) -> models.Seat:
    """The seat, for who may know of the body that fills it."""
    found = models.Seat.objects.select_related("body", "sits_in").filter(pk=seat).first()
    if found is None:
        raise InvalidValue("There is no such seat.", hint="Look at its address.", code="unknown_seat")
    access_body(actor, found.body_id, at)
    return found


def access_petition(actor: Actor, petition: str, at: datetime) -> models.Petition:
    """The petition, for who belongs to the body that fills the seat."""
    found = models.Petition.objects.select_related("seat").filter(pk=petition).first()
    if found is None:
        raise InvalidValue("There is no such petition.", hint="Look at its address.", code="unknown_petition")
    access_inside(actor, found.seat.body_id, at)
    return found


def access_meeting(actor: Actor, meeting: str, at: datetime) -> models.Meeting:
    """The meeting, for who belongs to its body."""
    found = models.Meeting.objects.select_related("body").filter(pk=meeting).first()
    if found is None:
        raise InvalidValue("There is no such meeting.", hint="Look at its address.", code="unknown_meeting")
    access_inside(actor, found.body_id, at)
    return found


def needs_overseer(actor: Actor) -> None:
    """Raises AccessRefused for everybody but the site's officers and administrators."""
    if not actor.oversees:
        raise AccessRefused("This is for the site's officers.", hint="Ask one of them.", code="role_missing")


def needs_right(book: Book, actor: Actor, body: str, *rights: Right) -> None:
    """Raises NotEntitled where she has none of these rights in the body now; an overseer of the site has them."""
    book.state.body(body)
    if actor.oversees or (actor.person and book.state.rights(actor.person, body, book.at) & set(rights)):
        return
    raise NotEntitled(
        "You have not this right in this body.", hint=f"It goes with: {', '.join(right.value for right in rights)}."
    )


def needs_clerk(book: Book, actor: Actor, body: str) -> None:
    """Raises NotEntitled where she does not keep the body's papers; where nobody does, any of its voters may."""
    if actor.person and not _has_clerk(book, body) and book.state.may_vote(body, actor.person, book.at):
        return
    needs_right(book, actor, body, *CLERKS)


def needs_tie(book: Book, actor: Actor, place: str | None) -> None:
    """Raises NotEntitled where she may not tie another body to this one.

    A council that nobody keeps yet takes whoever comes: its first delegates have to come from somewhere.
    """
    if place is not None and (_has_clerk(book, place) or book.state.voters(place, book.at)):
        needs_clerk(book, actor, place)


def _has_clerk(book: Book, body: str) -> bool:
    return any(
        book.state.seat(seat).rights & set(CLERKS) and book.state.holder(seat, book.at) is not None
        for seat in book.state.seats_touching({body})
        if book.state.seat(seat).sits_in == body
    )


def known_person(person: str) -> str:
    """The id, where somebody has it; raises InvalidValue."""
    if not models.Participant.objects.filter(pk=person).exists():
        raise InvalidValue("There is no such person.", hint="Invite her by a link.", code="unknown_person")
    return person


def needs_member(book: Book, actor: Actor, body: str) -> None:
    """Raises NotEntitled where she does not belong to the body now, as a member or through a seat."""
    book.state.body(body)
    if not (actor.oversees or queries.belongs(actor.person, body, book.at)):
        raise NotEntitled("You do not belong to this body.", hint="Ask one of its members for a link.")


def needs_vote(book: Book, actor: Actor, body: str) -> None:
    """Raises NotEntitled where she has no vote in the body now; nobody oversees her way into one."""
    book.state.body(body)
    if not (actor.person and book.state.may_vote(body, actor.person, book.at)):
        raise NotEntitled("You have no vote in this body.", hint="Its members have, or the delegates who sit in it.")
