"""Acts on bodies: founding, rules, tree and alliances, merging, splitting, closing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lyceum import hall
from lyceum.errors import InvalidValue
from lyceum.hall import Charter, Franchise, Part, Right
from lyceum.server.hall import models
from lyceum.server.hall.acts import Act
from lyceum.server.hall.book import Book
from lyceum.server.hall.policies import CLERKS, known_person, needs_clerk, needs_right, needs_tie

_LONGEST_NAME = 200
_LONGEST_WORK = 4_000
CHAIR = frozenset({Right.CALL, Right.CHAIR})
SECRETARY = frozenset({Right.CALL, Right.RECORD})


@dataclass(frozen=True, slots=True)
class FoundBody(Act[str]):
    """Founds a body with the seats of a chair and a secretary; its founder keeps its papers until the first election.

    A council has no members: its seats wait for the delegates of others.
    """

    name: str
    work: str = ""
    charter: Charter = field(default_factory=lambda: hall.TEMPLATES["committee"])
    parent: str | None = None
    members: tuple[str, ...] = ()
    public: bool = False
    titles: tuple[str, str] = ("Chair", "Secretary")
    mandate: str = "Until the first election."

    def check(self, book: Book) -> None:
        """Whoever takes part may found; a place below another is given there."""
        check_words(self.name, self.work)
        for person in self.members:
            known_person(person)
        if self.parent is not None:
            book.state.body(self.parent)
            needs_tie(book, self.actor, self.parent)

    def perform(self, book: Book) -> str:
        """The id of the body."""
        body, founder = book.new_id("b"), self.actor.person or ""
        has_members = self.charter.franchise is Franchise.MEMBERS
        members = tuple(dict.fromkeys((founder, *self.members))) if has_members else ()
        book.happen(
            hall.BodyFounded(
                at=book.at, body=body, name=self.name.strip(), work=self.work.strip(), charter=self.charter,
                parent=self.parent, members=members,
            )
        )  # fmt: skip
        for title, rights in zip(self.titles, (CHAIR, SECRETARY), strict=True):
            seat = book.new_id("s")
            book.happen(hall.SeatMade(at=book.at, seat=seat, body=body, title=title, rights=rights))
            if has_members and rights is SECRETARY:
                mandate = hall.Mandate(self.mandate, report_days=self.charter.report_days)
                book.happen(hall.SeatTaken(at=book.at, seat=seat, person=founder, mandate=mandate))
        if self.public:
            _show(book, body, public=True)
        return body


@dataclass(frozen=True, slots=True)
class ShowBody(Act[None]):
    """Lets strangers know of a body, or no more; its members' names are never shown to them."""

    body: str
    public: bool

    def check(self, book: Book) -> None:
        """For who keeps its papers."""
        needs_clerk(book, self.actor, self.body)

    def perform(self, book: Book) -> None:
        """Says so in the row and in the record."""
        _show(book, self.body, public=self.public)


@dataclass(frozen=True, slots=True)
class ChangeCharter(Act[None]):
    """Puts new rules in force, as a motion decided."""

    body: str
    charter: Charter
    by_motion: str

    def check(self, book: Book) -> None:
        """For who keeps its papers."""
        needs_clerk(book, self.actor, self.body)

    def perform(self, book: Book) -> None:
        """From now on."""
        book.happen(
            hall.CharterChanged(at=book.at, body=self.body, charter=self.charter, by_motion=self.by_motion)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class MoveBody(Act[None]):
    """Puts a body below another, or lets it stand alone."""

    body: str
    parent: str | None

    def check(self, book: Book) -> None:
        """For who keeps its papers; the one above must take it."""
        needs_clerk(book, self.actor, self.body)
        needs_tie(book, self.actor, self.parent)

    def perform(self, book: Book) -> None:
        """From now on."""
        book.happen(hall.BodyMoved(at=book.at, body=self.body, parent=self.parent))


@dataclass(frozen=True, slots=True)
class JoinAlliance(Act[None]):
    """Takes a body into an alliance; how many seats it gets there, the alliance decides."""

    body: str
    alliance: str

    def check(self, book: Book) -> None:
        """For who keeps its papers."""
        needs_clerk(book, self.actor, self.body)

    def perform(self, book: Book) -> None:
        """From now on."""
        book.happen(hall.AllianceJoined(at=book.at, body=self.body, alliance=self.alliance))


@dataclass(frozen=True, slots=True)
class LeaveAlliance(Act[None]):
    """Takes a body out of an alliance."""

    body: str
    alliance: str

    def check(self, book: Book) -> None:
        """For who keeps its papers."""
        needs_clerk(book, self.actor, self.body)

    def perform(self, book: Book) -> None:
        """From now on."""
        book.happen(hall.AllianceLeft(at=book.at, body=self.body, alliance=self.alliance))


@dataclass(frozen=True, slots=True)
class MergeBodies(Act[str]):
    """Makes one body of several."""

    bodies: tuple[str, ...]
    name: str
    parent: str | None = None

    def check(self, book: Book) -> None:
        """For who keeps the papers of each."""
        check_words(self.name, "")
        for body in self.bodies:
            needs_right(book, self.actor, body, *CLERKS)
        if self.parent is not None:
            needs_tie(book, self.actor, self.parent)

    def perform(self, book: Book) -> str:
        """The id of the new one, which has the rules of the first."""
        into = book.new_id("b")
        if not self.bodies:
            raise InvalidValue("A merger needs two bodies.", hint="Name them.", code="event_wrong")
        charter = book.state.charter(self.bodies[0], book.at)
        book.happen(
            hall.BodiesMerged(
                at=book.at, bodies=self.bodies, into=into, name=self.name.strip(), charter=charter, parent=self.parent
            )
        )
        _make_seats(book, into)
        return into


@dataclass(frozen=True, slots=True)
class SplitBody(Act[tuple[str, ...]]):
    """Makes several bodies of one; `parts` has the members of each by its name."""

    body: str
    parts: Mapping[str, tuple[str, ...]]

    def check(self, book: Book) -> None:
        """For who keeps its papers."""
        needs_right(book, self.actor, self.body, *CLERKS)
        for name in self.parts:
            check_words(name, "")

    def perform(self, book: Book) -> tuple[str, ...]:
        """The ids of the parts."""
        parts = tuple(Part(book.new_id("b"), name.strip(), members) for name, members in self.parts.items())
        book.happen(hall.BodySplit(at=book.at, body=self.body, parts=parts))
        for part in parts:
            _make_seats(book, part.body)
        return tuple(part.body for part in parts)


@dataclass(frozen=True, slots=True)
class CloseBody(Act[None]):
    """Ends a body."""

    body: str

    def check(self, book: Book) -> None:
        """For its chair and secretary; where it has neither, for who oversees the site."""
        needs_right(book, self.actor, self.body, *CLERKS)

    def perform(self, book: Book) -> None:
        """From now on."""
        book.happen(hall.BodyClosed(at=book.at, body=self.body))


def check_words(name: str, work: str) -> None:
    """Raises InvalidValue where a body has no name, or words without end."""
    if not name.strip() or len(name) > _LONGEST_NAME or len(work) > _LONGEST_WORK:
        raise InvalidValue(
            "A body has a name, of at most 200 letters, and its work is told in 4,000.", code="event_wrong"
        )  # fmt: skip


def _make_seats(book: Book, body: str) -> None:
    for title, rights in zip(("Chair", "Secretary"), (CHAIR, SECRETARY), strict=True):
        book.happen(hall.SeatMade(at=book.at, seat=book.new_id("s"), body=body, title=title, rights=rights))


def _show(book: Book, body: str, *, public: bool) -> None:
    book.state.body(body)
    models.Body.objects.filter(pk=body).update(public=public)
    book.record("body_shown" if public else "body_hidden", body)
