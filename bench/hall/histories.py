"""Random histories of bodies, seats and recalls, and the same rules told a second time to judge them by."""

# ruff: noqa: N802, D102, S311 - methods are named for the events that they take; the same histories in every run

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Any

from lyceum.errors import LyceumError
from lyceum.hall.bodies import (
    AllianceJoined,
    AllianceLeft,
    BodiesMerged,
    BodyClosed,
    BodyFounded,
    BodyMoved,
    BodySplit,
    Event,
    History,
    MemberJoined,
    MemberLeft,
    Part,
    RecallAsked,
    RecallDecided,
    RecallOpened,
    RecallSigned,
    RecallUnsigned,
    SeatAbolished,
    SeatLeft,
    SeatMade,
    SeatTaken,
)
from lyceum.hall.charter import TEMPLATES, Franchise
from lyceum.hall.state import SeatKind

START = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = tuple("pqrstuvwxyz")
TERM = 7


def day(number: float) -> datetime:
    """A moment some days after the start."""
    return START + timedelta(days=number)


def lived(seed: int, steps: int = 60) -> History:
    """A history of random steps; those that the rules refuse did not happen."""
    life = _Life(random.Random(seed))
    for body in ("b0", "b1"):
        life.found(body, TEMPLATES["committee"])
    life.found("c0", TEMPLATES["council"])
    for _ in range(steps):
        life.step()
    return life.history


class _Life:
    def __init__(self, source: random.Random) -> None:
        self.source, self.history = source, History()
        self.at, self.made = 0.0, 0

    def step(self) -> None:
        self.at += self.source.choice((0, 0, 0.25, 1, 3))
        self.history.tick(day(self.at))
        act = self.source.choices(*zip(*_ACTS.items(), strict=True))[0]
        with suppress(LyceumError):
            self.history.add(act(self))

    def found(self, body: str, charter: Any, parent: str | None = None) -> None:
        members = () if charter.franchise is Franchise.DELEGATES else self.some(5)
        self.history.add(
            BodyFounded(at=day(self.at), body=body, name=body, charter=charter, parent=parent, members=members)
        )

    @property
    def now(self) -> datetime:
        return day(self.at)

    def new(self, letter: str) -> str:
        self.made += 1
        return f"{letter}n{self.made}"

    def some(self, most: int) -> tuple[str, ...]:
        return tuple(self.source.sample(PEOPLE, self.source.randint(1, most)))

    def body(self) -> str:
        state = self.history.state
        return self.source.choice([b for b in state.bodies if state.is_open(b, self.now)] or ["none"])

    def person(self, body: str) -> str:
        """Mostly one who has a vote there."""
        voters = sorted(self.history.state.voters(body, self.now))
        return self.source.choice(voters if voters and self.source.random() < 0.9 else PEOPLE)

    def seat(self, *, held: bool) -> str:
        state = self.history.state
        found = [s for s in state.seats if (state.holder(s, self.now) is not None) == held]
        return self.source.choice(found or ["none"])

    def founding(self) -> Event:
        charter = TEMPLATES[self.source.choice(("committee", "council"))]
        members = () if charter.franchise is Franchise.DELEGATES else self.some(5)
        return BodyFounded(
            at=self.now,
            body=self.new("b"),
            name="new",
            charter=charter,
            parent=self.source.choice((None, self.body())),
            members=members,
        )

    def moving(self) -> Event:
        return BodyMoved(at=self.now, body=self.body(), parent=self.source.choice((None, self.body())))

    def allying(self) -> Event:
        return AllianceJoined(at=self.now, body=self.body(), alliance=self.body())

    def parting(self) -> Event:
        return AllianceLeft(at=self.now, body=self.body(), alliance=self.body())

    def merging(self) -> Event:
        return BodiesMerged(
            at=self.now,
            bodies=(self.body(), self.body()),
            into=self.new("b"),
            name="merged",
            charter=TEMPLATES["committee"],
        )

    def splitting(self) -> Event:
        body = self.body()
        members = sorted(self.history.state.members_of(body, self.now))
        cut = len(members) // 2
        return BodySplit(
            at=self.now,
            body=body,
            parts=(
                Part(self.new("b"), "one", tuple(members[:cut])),
                Part(self.new("b"), "other", tuple(members[cut:])),
            ),
        )

    def closing(self) -> Event:
        return BodyClosed(at=self.now, body=self.body())

    def joining(self) -> Event:
        until = self.source.choice((None, None, day(self.at + self.source.randint(1, 15))))
        return MemberJoined(at=self.now, body=self.body(), person=self.source.choice(PEOPLE), until=until)

    def leaving(self) -> Event:
        body = self.body()
        return MemberLeft(at=self.now, body=body, person=self.person(body))

    def seating(self) -> Event:
        body, other = self.body(), self.body()
        kind = SeatKind.DELEGATE if self.source.random() < 0.6 else SeatKind.OFFICER
        excludes = frozenset(self.source.sample(list(self.history.state.seats), min(1, len(self.history.state.seats))))
        return SeatMade(
            at=self.now,
            seat=self.new("s"),
            body=body,
            title="seat",
            kind=kind,
            sits_in=other if kind is SeatKind.DELEGATE else None,
            term_days=TERM,
            term_limit=2,
            recall_threshold=Fraction(1, 3),
            excludes=excludes if self.source.random() < 0.5 else frozenset(),
        )

    def abolishing(self) -> Event:
        return SeatAbolished(at=self.now, seat=self.seat(held=self.source.random() < 0.5))

    def taking(self) -> Event:
        seat = self.seat(held=False)
        known = self.history.state.seats.get(seat)
        past = self.history.state.holdings.get(seat)
        again = past is not None and bool(past) and self.source.random() < 0.6
        person = past[-1].person if past and again else self.person(known[0].body if known else "none")
        return SeatTaken(at=self.now, seat=seat, person=person)

    def resigning(self) -> Event:
        seat = self.seat(held=True)
        return SeatLeft(at=self.now, seat=seat, person=self.history.state.holder(seat, self.now) or "none")

    def asking(self) -> Event:
        seat = self.seat(held=True)
        known = self.history.state.seats.get(seat)
        return RecallAsked(
            at=self.now, petition=self.new("r"), seat=seat, person=self.person(known[0].body if known else "none")
        )

    def petition(self, *, opened: bool) -> str:
        found = [
            p.id
            for p in self.history.state.petitions.values()
            if (p.ballot is not None) == opened and p.decided is None
        ]
        return self.source.choice(found or ["none"])

    def signing(self) -> Event:
        petition = self.petition(opened=False)
        found = self.history.state.petitions.get(petition)
        body = self.history.state.seat(found.seat).body if found else "none"
        return RecallSigned(at=self.now, petition=petition, person=self.person(body))

    def unsigning(self) -> Event:
        petition = self.petition(opened=False)
        found = self.history.state.petitions.get(petition)
        signed = sorted(found.signed(self.now)) if found else []
        return RecallUnsigned(at=self.now, petition=petition, person=self.source.choice(signed or ["none"]))

    def deciding(self) -> Event:
        return RecallDecided(at=self.now, petition=self.petition(opened=True), recalled=self.source.random() < 0.7)


_ACTS = {
    _Life.founding: 2, _Life.moving: 3, _Life.allying: 4, _Life.parting: 1, _Life.merging: 1, _Life.splitting: 1,
    _Life.closing: 1, _Life.joining: 10, _Life.leaving: 8, _Life.seating: 8, _Life.abolishing: 1, _Life.taking: 14,
    _Life.resigning: 3, _Life.asking: 5, _Life.signing: 6, _Life.unsigning: 1, _Life.deciding: 3,
}  # fmt: skip


@dataclass(slots=True)
class _Held:
    person: str
    ends: datetime


class Replay:
    """The rules told naively: what holds at one moment, in plain sets, after the events up to it."""

    def __init__(self, events: list[Event], at: datetime) -> None:
        self.at = at
        self.charter: dict[str, Any] = {}
        self.members: dict[str, dict[str, datetime | None]] = {}
        self.seats: dict[str, SeatMade] = {}
        self.held: dict[str, _Held] = {}
        self.petitions: dict[str, tuple[str, str | None]] = {}
        for event in events:
            if event.at <= at:
                getattr(self, type(event).__name__, lambda _: None)(event)

    def BodyFounded(self, event: BodyFounded) -> None:
        self.charter[event.body] = event.charter
        self.members[event.body] = dict.fromkeys(event.members)

    def BodiesMerged(self, event: BodiesMerged) -> None:
        everybody: dict[str, datetime | None] = {}
        for body in event.bodies:
            for person, until in self._living(body, event.at).items():
                known = everybody.get(person, until)
                everybody[person] = None if known is None or until is None else max(known, until)
            self._end(body)
        self.charter[event.into], self.members[event.into] = event.charter, everybody

    def BodySplit(self, event: BodySplit) -> None:
        before = self._living(event.body, event.at)
        for part in event.parts:
            self.charter[part.body] = self.charter[event.body]
            self.members[part.body] = {person: before[person] for person in part.members}
        self._end(event.body)

    def BodyClosed(self, event: BodyClosed) -> None:
        self._end(event.body)

    def _living(self, body: str, at: datetime) -> dict[str, datetime | None]:
        return {person: until for person, until in self.members[body].items() if until is None or at < until}

    def _end(self, body: str) -> None:
        del self.charter[body], self.members[body]

    def MemberJoined(self, event: MemberJoined) -> None:
        self.members[event.body][event.person] = event.until

    def MemberLeft(self, event: MemberLeft) -> None:
        del self.members[event.body][event.person]

    def SeatMade(self, event: SeatMade) -> None:
        self.seats[event.seat] = event

    def SeatTaken(self, event: SeatTaken) -> None:
        body, term = self.seats[event.seat].body, event.at + timedelta(days=TERM)
        if self.charter[body].franchise is Franchise.MEMBERS:
            right = self.members[body][event.person]
        else:
            right = max(self.held[s].ends for s in self._sitting(body) if self.held[s].person == event.person)
        self.held[event.seat] = _Held(event.person, term if right is None else min(term, right))

    def _sitting(self, body: str) -> Iterator[str]:
        made = self.seats.items()
        return (s for s, seat in made if s in self.held and seat.kind is SeatKind.DELEGATE and seat.sits_in == body)

    def SeatLeft(self, event: SeatLeft) -> None:
        self.held.pop(event.seat, None)

    def SeatAbolished(self, event: SeatAbolished) -> None:
        self.held.pop(event.seat, None)

    def RecallAsked(self, event: RecallAsked) -> None:
        held = self.held.get(event.seat)
        self.petitions[event.petition] = (event.seat, held.person if held else None)

    def RecallDecided(self, event: RecallDecided) -> None:
        seat, person = self.petitions[event.petition]
        if event.recalled and seat in self.held and self.held[seat].person == person:
            del self.held[seat]

    def holder(self, seat: str) -> str | None:
        """Who holds the seat at the moment."""
        held = self.held.get(seat)
        return held.person if held and self.at < held.ends else None

    def voters(self, body: str) -> set[str]:
        """Who may vote in the body at the moment."""
        if body not in self.charter:
            return set()
        if self.charter[body].franchise is Franchise.MEMBERS:
            return set(self._living(body, self.at))
        return {person for seat in self._sitting(body) if (person := self.holder(seat))}


def moments(history: History) -> list[datetime]:
    """Every event's moment and every membership's end, one between, and one long after."""
    ends = {event.until for event in history.events if isinstance(event, MemberJoined) and event.until}
    times = sorted({event.at for event in history.events} | ends)
    return [*times, *(time + timedelta(hours=5) for time in times), times[-1] + timedelta(days=90)]


def differences(history: History) -> list[str]:
    """Where the rights as of a moment are not those of a replay of the events."""
    stored = History.of(history.events)
    found: list[str] = []
    for at in moments(history):
        naive = Replay(history.events, at)
        state, again = history.state, stored.state
        found += [
            f"voters of {body} at {at}"
            for body in state.bodies
            if not state.voters(body, at) == naive.voters(body) == again.voters(body, at)
        ]
        found += [f"holder of {s} at {at}" for s in state.seats if state.holder(s, at) != naive.holder(s)]
    return found


def forbidden(history: History) -> list[str]:
    """Where somebody sits who may not: no vote behind her, a body that ended, two that exclude each other, a limit."""
    state, found = history.state, []
    for at in moments(history):
        held = {seat: holder for seat in state.seats if (holder := state.holder(seat, at))}
        for seat_id, person in held.items():
            seat = state.seat(seat_id)
            others = [state.seat(o) for o, holder in held.items() if holder == person and o != seat_id]
            lawful = (
                state.may_vote(seat.body, person, at)
                and state.is_open(seat.sits_in, at)
                and state.seat_open(seat_id, at)
                and not seat.excludes & {other.id for other in others}
                and not any(o.kind is seat.kind is SeatKind.DELEGATE and o.sits_in == seat.sits_in for o in others)
                and (seat.kind is SeatKind.OFFICER or state.are_linked(seat.body, seat.sits_in, at))
            )
            if not lawful:
                found.append(f"{person} in {seat_id} at {at}")
    return found + [f"{seat}: three terms in a row" for seat in state.seats if _third_term(history, seat)]


def _third_term(history: History, seat: str) -> bool:
    held = history.state.holdings.get(seat, [])
    for one, two, three in zip(held, held[1:], held[2:], strict=False):
        pauses = [b.span.start - a.span.end for a, b in ((one, two), (two, three)) if a.span.end]
        if one.person == two.person == three.person and max(pauses) < timedelta(days=TERM):
            return True
    return False


def missed_recalls(history: History) -> list[str]:
    """Petitions that had reached their threshold at a moment before which no vote had opened."""
    state, found = history.state, []
    opened = {event.petition: event.at for event in history.events if isinstance(event, RecallOpened)}
    for petition in state.petitions.values():
        seat = state.seat(petition.seat)
        for at in sorted({event.at for event in history.events}):
            voters = state.voters(seat.body, at)
            stands = petition.span.holds(at) and state.holder(petition.seat, at) == petition.person
            enough = len(petition.signed(at) & voters) >= ceil(seat.recall_threshold * len(voters))
            if stands and voters and enough and not (petition.id in opened and opened[petition.id] <= at):
                found.append(f"{petition.id} at {at}")
    return found
