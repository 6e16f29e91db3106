"""Acts on seats: making and filling them, instructions, reports, and recall."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lyceum import hall
from lyceum.errors import InvalidValue
from lyceum.hall import Right, SeatKind
from lyceum.server.hall.acts import Act
from lyceum.server.hall.book import Book
from lyceum.server.hall.policies import known_person, needs_clerk, needs_tie, needs_vote

_LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class MakeSeat(Act[str]):
    """Makes an officer's seat, or a delegate's that sits in another body."""

    body: str
    title: str
    sits_in: str | None = None
    term_days: int | None = None
    term_limit: int | None = None
    recall_threshold: Fraction | None = None
    excludes: frozenset[str] = frozenset()
    rights: frozenset[Right] = frozenset()

    def check(self, book: Book) -> None:
        """For who keeps the papers of the body that fills it; the other gives it a place."""
        if not self.title.strip() or len(self.title) > 200:
            raise InvalidValue("A seat has a title, of at most 200 letters.", code="event_wrong")
        if (self.term_days is not None and self.term_days < 1) or (self.term_limit is not None and self.term_limit < 1):
            raise InvalidValue("A term lasts a day or more, and one of them is allowed.", code="event_wrong")
        if self.recall_threshold is not None and not 0 < self.recall_threshold <= 1:
            raise InvalidValue("A share lies above 0 and up to 1.", code="event_wrong")
        needs_clerk(book, self.actor, self.body)
        if self.sits_in not in (None, self.body):
            book.state.body(self.sits_in or "")
            needs_tie(book, self.actor, self.sits_in)

    def perform(self, book: Book) -> str:
        """The id of the seat."""
        seat = book.new_id("s")
        elsewhere = self.sits_in not in (None, self.body)
        book.happen(
            hall.SeatMade(
                at=book.at, seat=seat, body=self.body, title=self.title.strip(),
                kind=SeatKind.DELEGATE if elsewhere else SeatKind.OFFICER, sits_in=self.sits_in,
                term_days=self.term_days, term_limit=self.term_limit, recall_threshold=self.recall_threshold,
                excludes=self.excludes, rights=self.rights,
            )
        )  # fmt: skip
        return seat


@dataclass(frozen=True, slots=True)
class _OfSeat(Act[None]):
    """An act of who keeps the papers of the body that fills a seat."""

    seat: str

    def check(self, book: Book) -> None:
        """For who keeps the body's papers."""
        needs_clerk(book, self.actor, book.state.seat(self.seat).body)


@dataclass(frozen=True, slots=True)
class AbolishSeat(_OfSeat):
    """Does away with a seat; whoever holds it leaves it."""

    def perform(self, book: Book) -> None:
        """From now on."""
        book.happen(hall.SeatAbolished(at=book.at, seat=self.seat))


@dataclass(frozen=True, slots=True)
class TakeSeat(_OfSeat):
    """Writes down that somebody was elected into a seat, with the mandate that she was given."""

    person: str
    mandate: str = ""
    given_by: str = ""
    report_days: int | None = None

    def perform(self, book: Book) -> None:
        """From now on."""
        known_person(self.person)
        _check_text(self.mandate)
        body = book.state.seat(self.seat).body
        days = self.report_days or book.state.charter(body, book.at).report_days
        mandate = hall.Mandate(self.mandate.strip(), self.given_by, days)
        book.happen(hall.SeatTaken(at=book.at, seat=self.seat, person=self.person, mandate=mandate))


@dataclass(frozen=True, slots=True)
class InstructDelegate(_OfSeat):
    """Tells whoever holds a seat what to do there, by a motion that was carried."""

    text: str
    by_motion: str

    def perform(self, book: Book) -> None:
        """From now on."""
        _check_text(self.text, needed=True)
        book.happen(
            hall.InstructionGiven(at=book.at, seat=self.seat, text=self.text.strip(), by_motion=self.by_motion)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeaveSeat(Act[None]):
    """Resigns from a seat; the rules let only its holder."""

    seat: str

    def perform(self, book: Book) -> None:
        """From now on."""
        book.happen(hall.SeatLeft(at=book.at, seat=self.seat, person=self.actor.person or ""))


@dataclass(frozen=True, slots=True)
class GiveReport(Act[None]):
    """Reports to those who sent one."""

    seat: str
    text: str

    def perform(self, book: Book) -> None:
        """From now on it can be read by those who sent her; the rules let only the holder report."""
        _check_text(self.text, needed=True)
        person = self.actor.person or ""
        book.happen(hall.ReportGiven(at=book.at, seat=self.seat, person=person, document=self.text.strip()))


@dataclass(frozen=True, slots=True)
class AskRecall(Act[str]):
    """Asks for the recall of whoever holds a seat, and signs first."""

    seat: str

    def check(self, book: Book) -> None:
        """For who has a vote in the body that fills the seat."""
        needs_vote(book, self.actor, book.state.seat(self.seat).body)

    def perform(self, book: Book) -> str:
        """The id of the petition."""
        petition = book.new_id("r")
        book.happen(hall.RecallAsked(at=book.at, petition=petition, seat=self.seat, person=self.actor.person or ""))
        return petition


@dataclass(frozen=True, slots=True)
class SignRecall(Act[None]):
    """Joins a petition; the signature that reaches its threshold opens the vote."""

    petition: str

    def perform(self, book: Book) -> None:
        """From now on."""
        book.happen(hall.RecallSigned(at=book.at, petition=self.petition, person=self.actor.person or ""))


@dataclass(frozen=True, slots=True)
class UnsignRecall(Act[None]):
    """Takes a signature back, as long as no vote has opened."""

    petition: str

    def perform(self, book: Book) -> None:
        """From now on."""
        book.happen(hall.RecallUnsigned(at=book.at, petition=self.petition, person=self.actor.person or ""))


def _check_text(text: str, *, needed: bool = False) -> None:
    if len(text) > _LONGEST_TEXT or (needed and not text.strip()):
        raise InvalidValue(f"A text has words, and at most {_LONGEST_TEXT:,} letters.", code="event_wrong")
