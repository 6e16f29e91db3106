"""What holds when: bodies, memberships, seats and mandates as spans of time, asked for any moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from lyceum.errors import InvalidValue
from lyceum.hall.charter import Charter, Franchise

_Value = TypeVar("_Value")


class Right(StrEnum):
    """What a person may do in a body."""

    VOTE = "vote"
    SPEAK = "speak"
    PROPOSE = "propose"
    STAND = "stand"
    CALL = "call"
    CHAIR = "chair"
    RECORD = "record"
    TREASURE = "treasure"


ORDINARY = frozenset({Right.VOTE, Right.SPEAK, Right.PROPOSE, Right.STAND})


class SeatKind(StrEnum):
    """A delegate votes for her body in another; an officer does a body's work."""

    DELEGATE = "delegate"
    OFFICER = "officer"


class End(StrEnum):
    """Why a person left a seat before its term was over."""

    RESIGNED = "resigned"
    RECALLED = "recalled"
    NOT_ELIGIBLE = "not_eligible"
    BODY_CLOSED = "body_closed"
    SEAT_ABOLISHED = "seat_abolished"


@dataclass(slots=True)
class Span:
    """From a moment on, up to another and not including it; None has no end."""

    start: datetime
    end: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether the moment lies within."""
        return self.start <= at and (self.end is None or at < self.end)

    def cut(self, at: datetime) -> None:
        """Ends it at the moment, if it would last longer."""
        if self.end is None or at < self.end:
            self.end = at


@dataclass(slots=True)
class BodyState:
    """A body over its whole life."""

    id: str
    name: str
    work: str
    span: Span
    charters: list[tuple[datetime, Charter]]
    parents: list[tuple[datetime, str | None]]
    alliances: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seat:
    """A place that one person at a time holds for a term, sent by one body to sit in it or in another."""

    id: str
    body: str
    title: str
    kind: SeatKind
    sits_in: str
    term_days: int
    term_limit: int | None
    recall_threshold: Fraction
    excludes: frozenset[str] = frozenset()
    rights: frozenset[Right] = frozenset()


@dataclass(frozen=True, slots=True)
class Mandate:
    """What a person was sent to do: its text, the motion or ballot that gave it, and how often she reports."""

    text: str
    given_by: str = ""
    report_days: int | None = None


@dataclass(slots=True)
class Holding:
    """One person's time in a seat."""

    seat: str
    person: str
    span: Span
    term_ends: datetime
    mandate: Mandate
    instructions: list[tuple[datetime, str]] = field(default_factory=list)
    reports: list[tuple[datetime, str]] = field(default_factory=list)
    ended: End | None = None

    def report_due(self) -> datetime | None:
        """When the next report is due; None where the mandate asks for none."""
        if self.mandate.report_days is None:
            return None
        last = self.reports[-1][0] if self.reports else self.span.start
        return last + timedelta(days=self.mandate.report_days)


@dataclass(slots=True)
class Petition:
    """A call for the recall of whoever holds a seat."""

    id: str
    seat: str
    person: str
    span: Span
    signatures: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    ballot: str | None = None
    decided: bool | None = None

    def signed(self, at: datetime) -> set[str]:
        """Whose signature stands at the moment."""
        return {person for person, spans in self.signatures.items() if any(span.holds(at) for span in spans)}


class State:
    """Everything that was ever true of bodies and seats; every question names its moment."""

    def __init__(self) -> None:
        self.bodies: dict[str, BodyState] = {}
        self.members: dict[str, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
        self.seats: dict[str, tuple[Seat, Span]] = {}
        self.holdings: dict[str, list[Holding]] = defaultdict(list)
        self.petitions: dict[str, Petition] = {}
        self._delegate_seats: dict[str, list[str]] = defaultdict(list)
        self._seats_of: dict[str, list[str]] = defaultdict(list)

    # --- bodies

    def body(self, body: str) -> BodyState:
        """The body of this id; raises InvalidValue."""
        if body not in self.bodies:
            raise InvalidValue(f"There is no body “{body}”.", hint="Look at its id.", code="unknown_body")
        return self.bodies[body]

    def is_open(self, body: str, at: datetime) -> bool:
        """Whether the body existed then."""
        return body in self.bodies and self.bodies[body].span.holds(at)

    def charter(self, body: str, at: datetime) -> Charter:
        """The charter in force then."""
        return _latest(self.body(body).charters, at)

    def parent(self, body: str, at: datetime) -> str | None:
        """The body above it then."""
        return _latest(self.body(body).parents, at)

    def children(self, body: str, at: datetime) -> list[str]:
        """The open bodies below it then."""
        return sorted(b for b in self.bodies if self.is_open(b, at) and self.parent(b, at) == body)

    def ancestors(self, body: str, at: datetime) -> Iterator[str]:
        """The bodies above it then, the nearest first."""
        above = self.parent(body, at)
        while above is not None:
            yield above
            above = self.parent(above, at)

    def alliances(self, body: str, at: datetime) -> set[str]:
        """The alliances that it was in then."""
        spans = self.body(body).alliances.items()
        return {alliance for alliance, times in spans if any(span.holds(at) for span in times)}

    def allies(self, alliance: str, at: datetime) -> set[str]:
        """The bodies in an alliance then."""
        return {body for body in self.bodies if self.is_open(body, at) and alliance in self.alliances(body, at)}

    def are_linked(self, one: str, other: str, at: datetime) -> bool:
        """Whether a motion can go from one to the other: above, below, or through an alliance."""
        return (
            self.parent(one, at) == other
            or self.parent(other, at) == one
            or other in self.alliances(one, at)
            or one in self.alliances(other, at)
        )

    # --- people

    def membership(self, body: str, person: str, at: datetime) -> Span | None:
        """The person's membership then."""
        spans = self.members[body].get(person, ()) if body in self.members else ()
        return next((span for span in spans if span.holds(at)), None)

    def members_of(self, body: str, at: datetime) -> set[str]:
        """Who was a member then."""
        if body not in self.members:
            return set()
        return {p for p, spans in self.members[body].items() if any(span.holds(at) for span in spans)}

    def voters(self, body: str, at: datetime) -> set[str]:
        """Who might vote in the body then: its members, or the delegates who sit in it."""
        if not self.is_open(body, at):
            return set()
        if self.charter(body, at).franchise is Franchise.MEMBERS:
            return self.members_of(body, at)
        holders = (self.holder(seat, at) for seat in self._delegate_seats[body])
        return {holder for holder in holders if holder is not None}

    def may_vote(self, body: str, person: str, at: datetime) -> bool:
        """Whether the person might vote in the body then."""
        if self.is_open(body, at) and self.charter(body, at).franchise is Franchise.MEMBERS:
            return self.membership(body, person, at) is not None
        return person in self.voters(body, at)

    def voting_ends(self, body: str, person: str, at: datetime) -> datetime | None:
        """When the person's right to vote, held now, will end by itself; None where it will not."""
        if self.charter(body, at).franchise is Franchise.MEMBERS:
            span = self.membership(body, person, at)
            return span.end if span else at
        ends = [
            holding.span.end
            for seat in self._delegate_seats[body]
            if (holding := self.holding(seat, at)) and holding.person == person
        ]
        return max((end for end in ends if end is not None), default=at)

    def rights(self, person: str, body: str, at: datetime) -> frozenset[Right]:
        """All that the person might do in the body then."""
        found = ORDINARY if self.may_vote(body, person, at) else frozenset[Right]()
        for seat_id in self._seats_of[body]:
            holding = self.holding(seat_id, at)
            if holding is not None and holding.person == person:
                found |= self.seats[seat_id][0].rights
        return found

    # --- seats

    def seat(self, seat: str) -> Seat:
        """The seat of this id; raises InvalidValue."""
        if seat not in self.seats:
            raise InvalidValue(f"There is no seat “{seat}”.", hint="Look at its id.", code="unknown_seat")
        return self.seats[seat][0]

    def seat_open(self, seat: str, at: datetime) -> bool:
        """Whether the seat existed then."""
        return seat in self.seats and self.seats[seat][1].holds(at)

    def holding(self, seat: str, at: datetime) -> Holding | None:
        """Who held the seat then, and since when, until when and with which mandate."""
        return next((held for held in reversed(self.holdings.get(seat, ())) if held.span.holds(at)), None)

    def holder(self, seat: str, at: datetime) -> str | None:
        """Who held the seat then."""
        held = self.holding(seat, at)
        return held.person if held else None

    def held_by(self, person: str, at: datetime) -> set[str]:
        """The seats that the person held then."""
        return {seat for seat in self.seats if self.holder(seat, at) == person}

    def seats_touching(self, bodies: Iterable[str]) -> list[str]:
        """The seats that these bodies fill, or that sit in them."""
        wanted = set(bodies)
        return [seat.id for seat, _ in self.seats.values() if {seat.body, seat.sits_in} & wanted]

    # --- recall

    def petitions_of(self, bodies: Iterable[str], at: datetime) -> list[Petition]:
        """The petitions that ran then, for seats that these bodies fill or that sit in them."""
        seats = set(self.seats_touching(bodies))
        return [found for found in self.petitions.values() if found.seat in seats and found.span.holds(at)]

    def open_petitions(self, bodies: Iterable[str], at: datetime) -> list[Petition]:
        """Those of them that still gathered signatures then."""
        return [petition for petition in self.petitions_of(bodies, at) if petition.ballot is None]

    def add_seat(self, seat: Seat, at: datetime) -> None:
        """Puts a new seat where it is asked for."""
        self.seats[seat.id] = (seat, Span(at))
        self._seats_of[seat.sits_in].append(seat.id)
        if seat.kind is SeatKind.DELEGATE:
            self._delegate_seats[seat.sits_in].append(seat.id)


def _latest(values: list[tuple[datetime, _Value]], at: datetime) -> _Value:
    found = values[0][1]
    for since, value in values:
        if since > at:
            break
        found = value
    return found
