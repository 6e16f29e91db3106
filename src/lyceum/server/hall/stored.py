"""The hall's state as rows: read when it is asked for, and written back where an event has changed it.

The rules of `lyceum.hall` decide and change; here only what they touched is loaded and stored, so that no rule is told
twice and a body of a hundred does not wait for the million beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from fractions import Fraction
from typing import Any, TypeVar

from django.db.models import Model, Q

from lyceum import hall
from lyceum.hall import BodyState, Holding, Petition, Seat, SeatKind, Span, State
from lyceum.server.hall import models

_Value = TypeVar("_Value")
Row = tuple[type[Model], tuple[tuple[str, Any], ...]]


class _Lazy(dict[str, _Value]):
    """A dictionary that looks up what it has not."""

    def __init__(self, look_up: Callable[[str], _Value | None]) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, key: str) -> _Value:
        found = self._look_up(key)
        if found is None:
            raise KeyError(key)
        # What was looked up may have been put in its place meanwhile.
        return self.setdefault(key, found)

    def __contains__(self, key: object) -> bool:
        try:
            self[str(key)]
        except KeyError:
            return False
        return True

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or the default."""
        try:
            return self[key]
        except KeyError:
            return default


class _Members(dict[str, list[Span]]):
    """One body's memberships: a person's alone, or all of them when the whole roll is asked for."""

    def __init__(self, body: str, known: Callable[[models.Membership], Span], *, whole: bool) -> None:
        super().__init__()
        self._body, self._known, self._whole = body, known, whole

    def __missing__(self, person: str) -> list[Span]:
        rows = [] if self._whole else models.Membership.objects.filter(body_id=self._body, person_id=person)
        self[person] = [self._known(row) for row in sorted(rows, key=lambda row: row.number)]
        return self[person]

    def get(self, person: str, default: Any = None) -> Any:  # noqa: ARG002 - there is always a list
        """The person's memberships."""
        return self[person]

    def items(self) -> Any:
        """Everybody's."""
        self._load()
        return super().items()

    def values(self) -> Any:
        """Everybody's."""
        self._load()
        return super().values()

    def take(self, person: str, spans: list[Span]) -> None:
        """What was read for several at once."""
        if person not in self:
            self[person] = spans

    def _load(self) -> None:
        if self._whole:
            return
        before = set(self)
        for row in models.Membership.objects.filter(body_id=self._body).order_by("number"):
            if row.person_id not in before:
                self.setdefault(row.person_id, []).append(self._known(row))
        self._whole = True


class StoredState(State):
    """A State over the tables; `save` writes what was changed since it was read, in the caller's transaction."""

    bodies: _Lazy[BodyState]

    def __init__(self) -> None:
        super().__init__()
        self._read: dict[Row, dict[str, Any]] = {}
        self.bodies = _Lazy(lambda body: self._load_bodies([body]).get(body))
        self.members = _Lazy(self._members_in)
        self.seats = _Lazy(lambda seat: self._load_seats(Q(pk=seat)).get(seat))
        self.holdings = _Lazy(self._holdings_of)
        self.petitions = _Lazy(lambda petition: self._load_petitions(Q(pk=petition)).get(petition))
        self._delegate_seats = _Lazy(lambda body: self._seats_in(body, SeatKind.DELEGATE))
        self._seats_of = _Lazy(lambda body: self._seats_in(body, None))

    def add_seat(self, seat: Seat, at: datetime) -> None:
        """Puts a new seat where it is asked for, after what is there."""
        _ = self._seats_of[seat.sits_in], self._delegate_seats[seat.sits_in]
        super().add_seat(seat, at)

    # --- what the rules ask beyond one body

    def children(self, body: str, at: datetime) -> list[str]:
        """The open bodies below it then, the bodies read at once."""
        self._load_bodies(models.Place.objects.filter(parent_id=body).values_list("body_id", flat=True))
        return super().children(body, at)

    def allies(self, alliance: str, at: datetime) -> set[str]:
        """The bodies in an alliance then, read at once."""
        self._load_bodies(models.Alliance.objects.filter(alliance_id=alliance).values_list("body_id", flat=True))
        return super().allies(alliance, at)

    def held_by(self, person: str, at: datetime) -> set[str]:
        """The seats that the person held then."""
        self._load_seats(Q(holdings__person_id=person))
        return super().held_by(person, at)

    def seats_touching(self, bodies: Iterable[str]) -> list[str]:
        """The seats that these bodies fill, or that sit in them, with what their holders' rights rest on."""
        wanted = list(bodies)
        found = self._load_seats(Q(body_id__in=wanted) | Q(sits_in_id__in=wanted))
        self._load_memberships_of_holders(found)
        return super().seats_touching(wanted)

    def petitions_of(self, bodies: Iterable[str], at: datetime) -> list[Petition]:
        """The petitions that ran then, for seats that these bodies fill or that sit in them."""
        wanted = list(bodies)
        running = Q(seat__body_id__in=wanted) | Q(seat__sits_in_id__in=wanted)
        self._load_petitions(running & (Q(end=None) | Q(end__gt=at)))
        return super().petitions_of(wanted, at)

    # --- reading

    def _load_bodies(self, ids: Iterable[str]) -> dict[str, BodyState]:
        missing = [body for body in set(ids) if not dict.__contains__(self.bodies, body)]
        if not missing:
            return {}
        rows = models.Body.objects.filter(pk__in=missing).prefetch_related("charters", "places", "alliances")
        found = {row.pk: self._body(row) for row in rows}
        for body, state in found.items():
            self.bodies.setdefault(body, state)
        return found

    def _body(self, row: models.Body) -> BodyState:
        state = BodyState(
            row.pk, row.name, row.work, Span(row.start, row.end),
            [(one.since, hall.read_charter(one.rules)) for one in sorted(row.charters.all(), key=_number)],
            [(one.start, one.parent_id) for one in sorted(row.places.all(), key=_number)],
            successors=tuple(row.successors),
        )  # fmt: skip
        for one in sorted(row.alliances.all(), key=_number):
            state.alliances[one.alliance_id].append(Span(one.start, one.end))
        self._remember(_body_rows(state))
        return state

    def _members_in(self, body: str) -> _Members:
        is_new = dict.__contains__(self.bodies, body) and (models.Body, (("id", body),)) not in self._read
        return _Members(body, self._known_membership, whole=is_new)

    def _holdings_of(self, seat: str) -> list[Holding]:
        self._load_seats(Q(pk=seat))
        return dict.get(self.holdings, seat, [])

    def _known_membership(self, row: models.Membership) -> Span:
        span = Span(row.start, row.end)
        self._remember([_membership_row(row.body_id, row.person_id, row.number, span)])
        return span

    def _load_memberships_of_holders(self, seats: Iterable[str]) -> None:
        """Reads at once the memberships on which these seats' holders rest, as _due asks for each of them."""
        pairs = {(self.seats[seat][0].body, held.person) for seat in seats for held in self.holdings[seat][-1:]}
        pairs = {(body, person) for body, person in pairs if not dict.__contains__(self.members[body], person)}
        if len(pairs) < 2:
            return
        self._load_bodies({body for body, _ in pairs})
        spans: dict[tuple[str, str], list[Span]] = {pair: [] for pair in pairs}
        people, bodies = {person for _, person in pairs}, {body for body, _ in pairs}
        rows = models.Membership.objects.filter(body_id__in=bodies, person_id__in=people).order_by("number")
        for row in rows:
            if (row.body_id, row.person_id) in spans:
                spans[row.body_id, row.person_id].append(self._known_membership(row))
        for (body, person), found in spans.items():
            self.members[body].take(person, found)  # type: ignore[attr-defined]

    def _seats_in(self, body: str, kind: SeatKind | None) -> list[str]:
        self._load_seats(Q(sits_in_id=body))
        return [
            seat.id for seat, _ in self.seats.values() if seat.sits_in == body and (kind is None or seat.kind is kind)
        ]

    def _load_seats(self, which: Q) -> dict[str, tuple[Seat, Span]]:
        """The seats that a condition names, with all that ever held them."""
        rows = models.Seat.objects.filter(which).distinct().prefetch_related("holdings")
        found: dict[str, tuple[Seat, Span]] = {}
        for row in sorted(rows, key=lambda row: (row.start, row.pk)):
            if not dict.__contains__(self.seats, row.pk):
                self.seats[row.pk] = (_seat(row), Span(row.start, row.end))
                self.holdings[row.pk] = [_holding(one) for one in sorted(row.holdings.all(), key=_number)]
                self._remember(self._seat_rows(row.pk))
            found[row.pk] = self.seats[row.pk]
        return found

    def _load_petitions(self, which: Q) -> dict[str, Petition]:
        found: dict[str, Petition] = {}
        for row in models.Petition.objects.filter(which).prefetch_related("signatures"):
            if not dict.__contains__(self.petitions, row.pk):
                petition = Petition(
                    row.pk, row.seat_id, row.person_id, Span(row.start, row.end), ballot=row.ballot, decided=row.decided
                )
                for one in sorted(row.signatures.all(), key=_number):
                    petition.signatures[one.person_id].append(Span(one.start, one.end))
                self.petitions[row.pk] = petition
                self._remember(_petition_rows(petition))
            found[row.pk] = self.petitions[row.pk]
        return found

    # --- writing

    def save(self) -> None:
        """Writes what has changed; rows of the hall's state are added and ended, never taken away."""
        new: dict[type[Model], list[Model]] = defaultdict(list)
        for (model, key), values in self._rows():
            before = self._read.get((model, key))
            if before is None:
                new[model].append(model(**dict(key), **values))
            elif before != values:
                model._default_manager.filter(**dict(key)).update(**values)
            self._read[model, key] = values
        for model in _ORDER:
            model._default_manager.bulk_create(new[model], batch_size=500)

    def _rows(self) -> Iterator[tuple[Row, dict[str, Any]]]:
        for body in dict.values(self.bodies):
            yield from _body_rows(body)
        for body_id, members in dict.items(self.members):
            for person, spans in dict.items(members):
                for number, span in enumerate(spans):
                    yield _membership_row(body_id, person, number, span)
        for seat in dict.keys(self.seats):
            yield from self._seat_rows(seat)
        for petition in dict.values(self.petitions):
            yield from _petition_rows(petition)

    def _seat_rows(self, seat_id: str) -> Iterator[tuple[Row, dict[str, Any]]]:
        seat, span = self.seats[seat_id]
        yield _row(
            models.Seat, {"id": seat.id},
            body_id=seat.body, sits_in_id=seat.sits_in, title=seat.title, kind=seat.kind.value,
            term_days=seat.term_days, term_limit=seat.term_limit, recall_threshold=str(seat.recall_threshold),
            excludes=sorted(seat.excludes), rights=sorted(right.value for right in seat.rights),
            start=span.start, end=span.end,
        )  # fmt: skip
        for number, held in enumerate(self.holdings[seat_id]):
            yield _row(
                models.Holding, {"seat_id": seat_id, "number": number},
                person_id=held.person, start=held.span.start, end=held.span.end, term_ends=held.term_ends,
                mandate=held.mandate.text, given_by=held.mandate.given_by, report_days=held.mandate.report_days,
                instructions=_dated(held.instructions), reports=_dated(held.reports), ended=held.ended or "",
            )  # fmt: skip

    def _remember(self, rows: Iterable[tuple[Row, dict[str, Any]]]) -> None:
        self._read.update(rows)


_ORDER: tuple[type[Model], ...] = (
    models.Body, models.Charter, models.Place, models.Alliance, models.Membership, models.Seat, models.Holding,
    models.Petition, models.Signature,
)  # fmt: skip


def _row(model: type[Model], key: dict[str, Any], **values: Any) -> tuple[Row, dict[str, Any]]:
    return (model, tuple(key.items())), values


def _body_rows(body: BodyState) -> Iterator[tuple[Row, dict[str, Any]]]:
    yield _row(
        models.Body, {"id": body.id}, name=body.name, work=body.work, start=body.span.start, end=body.span.end,
        successors=list(body.successors),
    )  # fmt: skip
    for number, (since, charter) in enumerate(body.charters):
        yield _row(models.Charter, {"body_id": body.id, "number": number}, since=since, rules=charter.as_dict())
    ends = [start for start, _ in body.parents[1:]] + [body.span.end]
    for number, ((start, parent), end) in enumerate(zip(body.parents, ends, strict=True)):
        yield _row(models.Place, {"body_id": body.id, "number": number}, parent_id=parent, start=start, end=end)
    for alliance, spans in body.alliances.items():
        for number, span in enumerate(spans):
            key = {"body_id": body.id, "alliance_id": alliance, "number": number}
            yield _row(models.Alliance, key, start=span.start, end=span.end)


def _membership_row(body: str, person: str, number: int, span: Span) -> tuple[Row, dict[str, Any]]:
    key = {"body_id": body, "person_id": person, "number": number}
    return _row(models.Membership, key, start=span.start, end=span.end)


def _petition_rows(petition: Petition) -> Iterator[tuple[Row, dict[str, Any]]]:
    yield _row(
        models.Petition, {"id": petition.id}, seat_id=petition.seat, person_id=petition.person,
        start=petition.span.start, end=petition.span.end, ballot=petition.ballot, decided=petition.decided,
    )  # fmt: skip
    for person, spans in petition.signatures.items():
        for number, span in enumerate(spans):
            key = {"petition_id": petition.id, "person_id": person, "number": number}
            yield _row(models.Signature, key, start=span.start, end=span.end)


def _seat(row: models.Seat) -> Seat:
    return Seat(
        row.pk, row.body_id, row.title, SeatKind(row.kind), row.sits_in_id, row.term_days, row.term_limit,
        Fraction(row.recall_threshold), frozenset(row.excludes), frozenset(hall.Right(right) for right in row.rights),
    )  # fmt: skip


def _holding(row: models.Holding) -> Holding:
    return Holding(
        row.seat_id, row.person_id, Span(row.start, row.end), row.term_ends,
        hall.Mandate(row.mandate, row.given_by, row.report_days),
        _moments(row.instructions), _moments(row.reports), hall.End(row.ended) if row.ended else None,
    )  # fmt: skip


def _dated(told: list[tuple[datetime, str]]) -> list[list[str]]:
    return [[at.isoformat(), text] for at, text in told]


def _moments(told: list[list[str]]) -> list[tuple[datetime, str]]:
    return [(datetime.fromisoformat(at), text) for at, text in told]


def _number(row: Any) -> int:
    return int(row.number)
