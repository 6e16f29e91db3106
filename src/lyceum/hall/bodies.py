"""What happens to bodies, members, seats and mandates: each event decides whether it may, and what follows from it."""

# ruff: noqa: D102, ARG002 - what check, apply and touches do is said once, in Event

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from lyceum.errors import AlreadyVoted, ClockWentBack, InvalidValue, NotEntitled, NotInOrder
from lyceum.hall.charter import TEMPLATES, Charter, Franchise
from lyceum.hall.state import BodyState, End, Holding, Mandate, Petition, Right, Seat, SeatKind, Span, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened at a moment; kept for ever, and never changed."""

    at: datetime

    def check(self, state: State) -> None:
        """Raises the Refused or InvalidValue that says why this cannot happen now."""

    def apply(self, state: State) -> None:
        """Writes into the state what is so from now on."""
        raise NotImplementedError

    def touches(self, state: State) -> frozenset[str]:
        """The bodies in which rights may have changed."""
        return frozenset()


class History:
    """Events in the order of their time, and the state that follows from them."""

    def __init__(self) -> None:
        self.state = State()
        self.events: list[Event] = []

    @classmethod
    def of(cls, events: Iterable[Event]) -> History:
        """Replays events that were accepted before; their consequences are among them."""
        history = cls()
        for event in events:
            event.apply(history.state)
            history.events.append(event)
        return history

    def add(self, event: Event) -> tuple[Event, ...]:
        """Accepts an event and gives it with all that follows from it at once; raises, and changes nothing, else."""
        if event.at.tzinfo is None:
            raise InvalidValue("A time without its zone says nothing.", hint="Give UTC.", code="invalid_date")
        if self.events and event.at < self.events[-1].at:
            raise ClockWentBack(
                f"The clock says {event.at.isoformat()}, but the last event was at {self.events[-1].at.isoformat()}.",
                hint="Set the clock; nothing was written.",
            )
        event.check(self.state)
        added: list[Event] = []
        self._accept(event, added)
        return tuple(added)

    def tick(self, at: datetime, bodies: Iterable[str] | None = None) -> tuple[Event, ...]:
        """What follows from the passing of time alone, such as a petition whose threshold sank; call it often.

        It is looked for in these bodies; None means in all.
        """
        added: list[Event] = []
        while following := _due(self.state, at, frozenset(self.state.bodies if bodies is None else bodies)):
            self._accept(following[0], added)
        return tuple(added)

    def _accept(self, event: Event, added: list[Event]) -> None:
        event.apply(self.state)
        self.events.append(event)
        added.append(event)
        # One consequence at a time: a seat that falls may take another with it.
        while following := _due(self.state, event.at, event.touches(self.state)):
            self._accept(following[0], added)


def _due(state: State, at: datetime, touched: frozenset[str]) -> list[Event]:
    """What must follow now: seats whose holders lost what they need, and recalls that reached their threshold."""
    for seat_id in state.seats_touching(touched):
        held = state.holding(seat_id, at)
        if held is not None and (reason := _falls(state, state.seat(seat_id), held.person, at)):
            return [SeatLeft(at=at, seat=seat_id, person=held.person, reason=reason)]
    for petition in state.open_petitions(touched, at):
        if state.holder(petition.seat, at) != petition.person:
            return [RecallLapsed(at=at, petition=petition.id)]
        if reached(state, petition, at):
            return [RecallOpened(at=at, petition=petition.id, ballot=f"recall-{petition.id}")]
    return []


def _falls(state: State, seat: Seat, person: str, at: datetime) -> End | None:
    if not state.seat_open(seat.id, at):
        return End.SEAT_ABOLISHED
    if not (state.is_open(seat.body, at) and state.is_open(seat.sits_in, at)):
        return End.BODY_CLOSED
    return None if state.may_vote(seat.body, person, at) else End.NOT_ELIGIBLE


def reached(state: State, petition: Petition, at: datetime) -> bool:
    """Whether enough of those who fill the seat, as they are now, ask for the recall."""
    seat = state.seat(petition.seat)
    voters = state.voters(seat.body, at)
    return bool(voters) and len(petition.signed(at) & voters) >= ceil(seat.recall_threshold * len(voters))


# --- bodies ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyFounded(Event):
    """A body is founded by its first members, in a tree or beside it; an alliance is one whose delegates vote."""

    body: str
    name: str
    work: str = ""
    charter: Charter = field(default_factory=lambda: TEMPLATES["committee"])
    parent: str | None = None
    members: tuple[str, ...] = ()

    def check(self, state: State) -> None:
        _check_new_body(state, self.body, self.name)
        _check_open(state, self.parent, self.at)
        if self.charter.franchise is Franchise.MEMBERS and not self.members:
            raise NotInOrder("A body is founded by its first members.", hint="Name at least one.")
        if self.charter.franchise is Franchise.DELEGATES and self.members:
            raise NotInOrder("Delegates vote in this body, not members.", hint="Found it, then make delegates' seats.")
        if len(set(self.members)) != len(self.members):
            raise InvalidValue("A first member is named twice.", code="event_wrong")

    def apply(self, state: State) -> None:
        state.bodies[self.body] = BodyState(
            self.body, self.name, self.work, Span(self.at), [(self.at, self.charter)], [(self.at, self.parent)]
        )
        for person in self.members:
            state.members[self.body][person].append(Span(self.at))

    def touches(self, state: State) -> frozenset[str]:
        return frozenset({self.body})


@dataclass(frozen=True, slots=True, kw_only=True)
class CharterChanged(Event):
    """A body changes its own rules, by the motion named; seats that are held keep the term they began with."""

    body: str
    charter: Charter
    by_motion: str

    def check(self, state: State) -> None:
        _check_open(state, self.body, self.at)
        if self.charter.franchise is not state.charter(self.body, self.at).franchise:
            raise NotInOrder("Who votes in a body cannot be changed.", hint="Found another, and merge or close this.")

    def apply(self, state: State) -> None:
        state.body(self.body).charters.append((self.at, self.charter))


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyMoved(Event):
    """A body goes under another, or stands alone."""

    body: str
    parent: str | None

    def check(self, state: State) -> None:
        _check_open(state, self.body, self.at)
        _check_open(state, self.parent, self.at)
        if self.parent is not None and self.body in (self.parent, *state.ancestors(self.parent, self.at)):
            raise NotInOrder("A body cannot stand below itself.", hint="Move the other one first.")

    def apply(self, state: State) -> None:
        state.body(self.body).parents.append((self.at, self.parent))
        _cut_untied_seats(state, self.body, self.at)

    def touches(self, state: State) -> frozenset[str]:
        return frozenset({self.body})


def _cut_untied_seats(state: State, body: str, at: datetime) -> None:
    """Ends the seats of delegates between a body and those with which it has no tie any more."""
    for seat, span in (state.seats[seat_id] for seat_id in state.seats_touching({body})):
        if seat.kind is SeatKind.DELEGATE and not state.are_linked(seat.body, seat.sits_in, at):
            span.cut(at)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllianceJoined(Event):
    """A body joins an alliance, across the tree."""

    body: str
    alliance: str

    def check(self, state: State) -> None:
        _check_open(state, self.body, self.at)
        _check_open(state, self.alliance, self.at)
        if self.body == self.alliance or self.body in state.alliances(self.alliance, self.at):
            raise NotInOrder("Two bodies cannot be in alliance of each other.", hint="Found a third that both join.")
        if state.charter(self.alliance, self.at).franchise is not Franchise.DELEGATES:
            raise NotInOrder("An alliance is a body of delegates.", hint="Found one by the template “alliance”.")
        if self.alliance in state.alliances(self.body, self.at):
            raise NotInOrder("The body is in this alliance already.")

    def apply(self, state: State) -> None:
        state.body(self.body).alliances[self.alliance].append(Span(self.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class AllianceLeft(Event):
    """A body leaves an alliance; its seats there end, where nothing else ties the two."""

    body: str
    alliance: str

    def check(self, state: State) -> None:
        _check_open(state, self.body, self.at)
        if self.alliance not in state.alliances(self.body, self.at):
            raise NotInOrder("The body is not in this alliance.")

    def apply(self, state: State) -> None:
        for span in state.body(self.body).alliances[self.alliance]:
            span.cut(self.at)
        _cut_untied_seats(state, self.body, self.at)

    def touches(self, state: State) -> frozenset[str]:
        return frozenset({self.body, self.alliance})


@dataclass(frozen=True, slots=True, kw_only=True)
class BodiesMerged(Event):
    """Several bodies become a new one: it has all their members, their children and their alliances."""

    bodies: tuple[str, ...]
    into: str
    name: str
    charter: Charter
    parent: str | None = None

    def check(self, state: State) -> None:
        _check_new_body(state, self.into, self.name)
        _check_open(state, self.parent, self.at)
        if len(set(self.bodies)) < 2:
            raise NotInOrder("A merger needs two bodies.", hint="Name them.")
        for body in self.bodies:
            _check_open(state, body, self.at)
            if state.charter(body, self.at).franchise is not self.charter.franchise:
                raise NotInOrder("Bodies of members and of delegates do not merge.", hint="Close one of them.")
        above = set(state.ancestors(self.parent, self.at)) | {self.parent} if self.parent else set()
        if above & set(self.bodies):
            raise NotInOrder("The new body cannot stand below one that it replaces.", hint="Name another parent.")

    def apply(self, state: State) -> None:
        members = set().union(*(state.members_of(body, self.at) for body in self.bodies))
        allied = set().union(*(state.alliances(body, self.at) for body in self.bodies)) - set(self.bodies)
        state.bodies[self.into] = BodyState(
            self.into, self.name, "", Span(self.at), [(self.at, self.charter)], [(self.at, self.parent)]
        )
        for person in members:
            ends = [state.membership(body, person, self.at) for body in self.bodies]
            lasting = [span.end for span in ends if span is not None]
            last = None if None in lasting else max(end for end in lasting if end is not None)
            state.members[self.into][person].append(Span(self.at, last))
        for alliance in allied:
            state.bodies[self.into].alliances[alliance].append(Span(self.at))
        for body in self.bodies:
            _end(state, body, self.at, (self.into,), heir=self.into)

    def touches(self, state: State) -> frozenset[str]:
        return frozenset({*self.bodies, self.into})


@dataclass(frozen=True, slots=True)
class Part:
    """One of the bodies that a body is split into."""

    body: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BodySplit(Event):
    """A body becomes several with its charter, its parent and its alliances; each member goes to one of them."""

    body: str
    parts: tuple[Part, ...]

    def check(self, state: State) -> None:
        _check_open(state, self.body, self.at)
        if len({part.body for part in self.parts}) != len(self.parts) or len(self.parts) < 2:
            raise NotInOrder("A split makes at least two bodies, each with an id of its own.")
        for part in self.parts:
            _check_new_body(state, part.body, part.name)
        assigned = [person for part in self.parts for person in part.members]
        if sorted(assigned) != sorted(state.members_of(self.body, self.at)) or not all(p.members for p in self.parts):
            raise NotInOrder(
                "Every member goes to one part, and every part has members.",
                hint="Compare the parts with the members of today.",
            )

    def apply(self, state: State) -> None:
        old = state.body(self.body)
        parent = state.parent(self.body, self.at)
        charter = state.charter(self.body, self.at)
        for part in self.parts:
            state.bodies[part.body] = BodyState(
                part.body, part.name, old.work, Span(self.at), [(self.at, charter)], [(self.at, parent)]
            )
            for alliance in state.alliances(self.body, self.at):
                state.bodies[part.body].alliances[alliance].append(Span(self.at))
            for person in part.members:
                span = state.membership(self.body, person, self.at)
                state.members[part.body][person].append(Span(self.at, span.end if span else None))
        _end(state, self.body, self.at, tuple(part.body for part in self.parts), heir=parent)

    def touches(self, state: State) -> frozenset[str]:
        return frozenset({self.body, *(part.body for part in self.parts)})


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyClosed(Event):
    """A body ends; the bodies below it go to its parent."""

    body: str

    def check(self, state: State) -> None:
        _check_open(state, self.body, self.at)

    def apply(self, state: State) -> None:
        _end(state, self.body, self.at, (), heir=state.parent(self.body, self.at))

    def touches(self, state: State) -> frozenset[str]:
        return frozenset({self.body})


def _end(state: State, body: str, at: datetime, successors: tuple[str, ...], *, heir: str | None) -> None:
    """Ends a body with its memberships and its place in alliances; its children go to the heir."""
    for child in state.children(body, at):
        state.body(child).parents.append((at, heir))
    allies = state.allies(body, at)
    ended = state.body(body)
    ended.span.cut(at)
    ended.successors = successors
    for spans in (*state.members[body].values(), *ended.alliances.values()):
        for span in spans:
            span.cut(at)
    for other in allies:
        for span in state.body(other).alliances[body]:
            span.cut(at)


def _check_new_body(state: State, body: str, name: str) -> None:
    if body in state.bodies:
        raise InvalidValue(f"There was a body “{body}” before.", hint="Ids are used once.", code="event_wrong")
    if not name.strip():
        raise InvalidValue("A body has a name.", code="event_wrong")


def _check_open(state: State, body: str | None, at: datetime) -> None:
    if body is not None and not state.is_open(body, at):
        state.body(body)
        raise NotInOrder(f"The body “{state.body(body).name}” has ended.", hint="Look for its successors.")


# --- members -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(Event):
    """A person becomes a member, for good or until a day."""

    body: str
    person: str
    until: datetime | None = None

    def check(self, state: State) -> None:
        _check_open(state, self.body, self.at)
        if state.charter(self.body, self.at).franchise is Franchise.DELEGATES:
            raise NotInOrder("Delegates vote in this body, not members.", hint="Join a body that sends them.")
        if state.membership(self.body, self.person, self.at):
            raise NotInOrder("This person is a member already.")
        if self.until is not None and self.until <= self.at:
            raise InvalidValue("A membership ends after it begins.", code="event_wrong")

    def apply(self, state: State) -> None:
        state.members[self.body][self.person].append(Span(self.at, self.until))

    def touches(self, state: State) -> frozenset[str]:
        return frozenset({self.body})


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft(Event):
    """A person's membership ends, and the seats that she held through it."""

    body: str
    person: str

    def check(self, state: State) -> None:
        if state.membership(self.body, self.person, self.at) is None:
            raise NotInOrder("This person is not a member.")

    def apply(self, state: State) -> None:
        span = state.membership(self.body, self.person, self.at)
        if span is not None:
            span.cut(self.at)

    def touches(self, state: State) -> frozenset[str]:
        return frozenset({self.body})


# --- seats and mandates ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatMade(Event):
    """A seat is made; what is not said is as in the body's charter."""

    seat: str
    body: str
    title: str
    kind: SeatKind = SeatKind.OFFICER
    sits_in: str | None = None
    term_days: int | None = None
    term_limit: int | None = None
    recall_threshold: Fraction | None = None
    excludes: frozenset[str] = frozenset()
    rights: frozenset[Right] = frozenset()

    def check(self, state: State) -> None:
        _check_open(state, self.body, self.at)
        place = self.sits_in or self.body
        _check_open(state, place, self.at)
        if self.seat in state.seats:
            raise InvalidValue(f"There was a seat “{self.seat}” before.", hint="Ids are used once.", code="event_wrong")
        for other in self.excludes:
            state.seat(other)
        if self.kind is SeatKind.OFFICER and place != self.body:
            raise NotInOrder("An officer sits in her own body.", hint="Who is sent to another is its delegate.")
        if self.kind is SeatKind.DELEGATE:
            if not state.are_linked(self.body, place, self.at):
                raise NotInOrder("The two bodies have no tie.", hint="Move one below the other, or join the alliance.")
            if state.charter(place, self.at).franchise is not Franchise.DELEGATES:
                raise NotInOrder("Members vote in that body, not delegates.", hint="Send delegates to a council.")

    def apply(self, state: State) -> None:
        charter = state.charter(self.body, self.at)
        seat = Seat(
            self.seat,
            self.body,
            self.title,
            self.kind,
            self.sits_in or self.body,
            self.term_days or charter.term_days,
            self.term_limit if self.term_limit is not None else charter.term_limit,
            self.recall_threshold or charter.recall_threshold,
            self.excludes,
            self.rights,
        )
        state.add_seat(seat, self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatAbolished(Event):
    """A seat ceases to be, and whoever holds it leaves it."""

    seat: str

    def check(self, state: State) -> None:
        state.seat(self.seat)
        if not state.seat_open(self.seat, self.at):
            raise NotInOrder("The seat has been abolished before.")

    def apply(self, state: State) -> None:
        state.seats[self.seat][1].cut(self.at)
        for held in state.holdings[self.seat]:
            if held.span.holds(self.at):
                held.ended = End.SEAT_ABOLISHED
                held.span.cut(self.at)

    def touches(self, state: State) -> frozenset[str]:
        return frozenset({state.seat(self.seat).sits_in})


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatTaken(Event):
    """A person takes a vacant seat, with a mandate, for a term; sooner where her right to vote ends sooner."""

    seat: str
    person: str
    mandate: Mandate = field(default_factory=lambda: Mandate(""))

    def check(self, state: State) -> None:
        seat = state.seat(self.seat)
        if not state.seat_open(self.seat, self.at) or not state.is_open(seat.sits_in, self.at):
            raise NotInOrder("The seat is no more.", hint="It was abolished, or its body has ended.")
        if state.holder(self.seat, self.at) is not None:
            raise NotInOrder("The seat is held.", hint="Wait for the end of the term, or for a recall.")
        why = barred(state, seat, self.person, self.at)
        if why:
            raise NotEntitled(why, hint="Elect somebody else, or wait.")

    def apply(self, state: State) -> None:
        seat = state.seat(self.seat)
        term_ends = self.at + timedelta(days=seat.term_days)
        right_ends = state.voting_ends(seat.body, self.person, self.at)
        ends = term_ends if right_ends is None else min(term_ends, right_ends)
        state.holdings[self.seat].append(Holding(self.seat, self.person, Span(self.at, ends), term_ends, self.mandate))


def barred(state: State, seat: Seat, person: str, at: datetime) -> str:
    """Why the person may not take the seat now; "" where she may."""
    if not state.may_vote(seat.body, person, at):
        return "She has no vote in the body that fills the seat."
    for other in state.held_by(person, at):
        if other in seat.excludes or seat.id in state.seat(other).excludes:
            return f"She holds “{state.seat(other).title}”, which excludes this seat."
    if seat.kind is SeatKind.DELEGATE and state.may_vote(seat.sits_in, person, at):
        return "She sits in that body for another, and nobody has two votes."
    past = state.holdings.get(seat.id, [])
    if any(held.person == person and held.ended is End.RECALLED and at < held.term_ends for held in past):
        return "She was recalled from this seat, and the term of then has not ended."
    if seat.term_limit is not None and _terms_in_a_row(past, person, at, seat.term_days) >= seat.term_limit:
        return f"She has held the seat {seat.term_limit} times in a row, which is the limit."
    return ""


def _terms_in_a_row(past: list[Holding], person: str, at: datetime, term_days: int) -> int:
    """How often she held it last without a break: another's holding, or a whole term's time, is a break."""
    number, since = 0, at
    for held in reversed(past):
        if held.person != person or (held.span.end and since - held.span.end >= timedelta(days=term_days)):
            break
        number, since = number + 1, held.span.start
    return number


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatLeft(Event):
    """A person leaves a seat before the term is over."""

    seat: str
    person: str
    reason: End = End.RESIGNED

    def check(self, state: State) -> None:
        state.seat(self.seat)
        if state.holder(self.seat, self.at) != self.person:
            raise NotInOrder("This person does not hold the seat.")
        if self.reason is not End.RESIGNED:
            raise NotInOrder("Only a resignation is declared; the rest follows from what happened.")

    def apply(self, state: State) -> None:
        held = state.holding(self.seat, self.at)
        if held is not None:
            held.ended = self.reason
            held.span.cut(self.at)

    def touches(self, state: State) -> frozenset[str]:
        return frozenset({state.seat(self.seat).sits_in})


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionGiven(Event):
    """Those who sent a delegate instruct her, by a motion that was carried."""

    seat: str
    text: str
    by_motion: str

    def check(self, state: State) -> None:
        state.seat(self.seat)
        if state.holding(self.seat, self.at) is None:
            raise NotInOrder("The seat is vacant.", hint="Instructions are given to a person.")

    def apply(self, state: State) -> None:
        held = state.holding(self.seat, self.at)
        if held is not None:
            held.instructions.append((self.at, self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportGiven(Event):
    """A person reports to those who sent her."""

    seat: str
    person: str
    document: str

    def check(self, state: State) -> None:
        state.seat(self.seat)
        if state.holder(self.seat, self.at) != self.person:
            raise NotInOrder("Only who holds the seat reports from it.")

    def apply(self, state: State) -> None:
        held = state.holding(self.seat, self.at)
        if held is not None:
            held.reports.append((self.at, self.document))


# --- recall ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallAsked(Event):
    """One who has a vote in the body that fills a seat asks for the recall of its holder, and signs first."""

    petition: str
    seat: str
    person: str

    def check(self, state: State) -> None:
        seat = state.seat(self.seat)
        if state.holding(self.seat, self.at) is None:
            raise NotInOrder("The seat is vacant.")
        if self.petition in state.petitions:
            raise InvalidValue(f"There was a petition “{self.petition}” before.", code="event_wrong")
        if any(p.seat == self.seat for p in state.petitions_of({seat.body}, self.at)):
            raise NotInOrder("A recall of this seat's holder is asked for already.", hint="Sign that petition.")
        _check_voter(state, seat.body, self.person, self.at)

    def apply(self, state: State) -> None:
        holder = state.holder(self.seat, self.at) or ""
        petition = Petition(self.petition, self.seat, holder, Span(self.at))
        petition.signatures[self.person].append(Span(self.at))
        state.petitions[self.petition] = petition

    def touches(self, state: State) -> frozenset[str]:
        return frozenset({state.seat(self.seat).body})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallSigned(Event):
    """Another joins a petition."""

    petition: str
    person: str

    def check(self, state: State) -> None:
        petition = _open_petition(state, self.petition, self.at)
        _check_voter(state, state.seat(petition.seat).body, self.person, self.at)
        if self.person in petition.signed(self.at):
            raise AlreadyVoted("She has signed already.")

    def apply(self, state: State) -> None:
        state.petitions[self.petition].signatures[self.person].append(Span(self.at))

    def touches(self, state: State) -> frozenset[str]:
        return frozenset({state.seat(state.petitions[self.petition].seat).body})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallUnsigned(Event):
    """A signature is taken back, as long as no vote has opened."""

    petition: str
    person: str

    def check(self, state: State) -> None:
        if self.person not in _open_petition(state, self.petition, self.at).signed(self.at):
            raise NotInOrder("She has not signed.")

    def apply(self, state: State) -> None:
        for span in state.petitions[self.petition].signatures[self.person]:
            span.cut(self.at)  # only the last one holds


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallOpened(Event):
    """A petition reached its threshold, and the vote on the recall opens by itself."""

    petition: str
    ballot: str

    def check(self, state: State) -> None:
        raise NotInOrder(
            "A recall opens by itself, when its petition reaches the threshold.", hint="Gather signatures."
        )

    def apply(self, state: State) -> None:
        state.petitions[self.petition].ballot = self.ballot


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallLapsed(Event):
    """The person left the seat, and the petition has no object any more."""

    petition: str

    def check(self, state: State) -> None:
        raise NotInOrder("A petition lapses by itself, when the seat is left.")

    def apply(self, state: State) -> None:
        state.petitions[self.petition].span.cut(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallDecided(Event):
    """The vote on a recall has ended; who is recalled leaves the seat."""

    petition: str
    recalled: bool

    def check(self, state: State) -> None:
        petition = state.petitions.get(self.petition)
        if petition is None or petition.ballot is None or petition.decided is not None:
            raise NotInOrder("No vote on this recall is open.", hint="It opens when the threshold is reached.")

    def apply(self, state: State) -> None:
        petition = state.petitions[self.petition]
        petition.decided = self.recalled
        petition.span.cut(self.at)
        held = state.holding(petition.seat, self.at)
        if self.recalled and held is not None and held.person == petition.person:
            held.ended = End.RECALLED
            held.span.cut(self.at)

    def touches(self, state: State) -> frozenset[str]:
        return frozenset({state.seat(state.petitions[self.petition].seat).sits_in})


def _open_petition(state: State, petition: str, at: datetime) -> Petition:
    found = state.petitions.get(petition)
    if found is None or not found.span.holds(at) or found.ballot is not None:
        raise NotInOrder("This petition is not open.", hint="It lapsed, or its vote has opened.")
    return found


def _check_voter(state: State, body: str, person: str, at: datetime) -> None:
    if not state.may_vote(body, person, at):
        raise NotEntitled("She has no vote in the body that fills the seat.", hint="Only those who send may recall.")
