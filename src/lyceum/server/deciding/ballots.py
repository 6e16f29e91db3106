"""What is done with ballots: opened, voted in, closed and counted.

Opening and closing are acts of the record. A vote is not: the record would tell its time. A vote takes turns with the
others of its ballot alone, on the row of the ballot's box, and the key of `Voted` decides which of two comes first.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings as of_django
from django.db import IntegrityError, transaction

from lyceum import hall
from lyceum.errors import AccessRefused, AlreadyVoted, BallotClosed, LyceumError, NotInOrder, RuleChanged
from lyceum.hall import Ballot, Cast, OpenVote, Option, Paper, Rule, Tally, Tier
from lyceum.server.deciding import models, outcomes
from lyceum.server.deciding.keys import BoxKeys
from lyceum.server.deciding.policies import access_ballot
from lyceum.server.deciding.queries import voter_of
from lyceum.server.deciding.shapes import ballot_of, ballot_row, read_choice, terms_sha256, write_choice
from lyceum.server.hall.acts import Act, Actor
from lyceum.server.hall.book import Book, Entropy, open_book
from lyceum.server.hall.models import Entry
from lyceum.server.hall.policies import needs_clerk

MOTION, AMENDMENT, RECALL, QUESTION = "motion", "amendment", "recall", "question"
"""What a ballot can be about."""

_RECALL_DAYS = 7


def keys() -> BoxKeys:
    """The keys of this home's ballot boxes."""
    return BoxKeys(of_django.LYCEUM.home / "ballot-keys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked, of whom, how and until when; `opens` None means now, `rule` None the charter's."""

    tier: Tier
    closes: datetime
    opens: datetime | None = None
    rule: Rule | None = None
    meeting: str = ""
    present: int | None = None


@dataclass(frozen=True, slots=True)
class PutToVote(Act[str]):
    """Puts a motion or an amendment that is due to the vote; returns the ballot's id."""

    kind: str
    subject: str
    terms: Terms

    def check(self, book: Book) -> None:
        """Raises NotEntitled, or NotInOrder where something else is to be voted on before."""
        body, _ = outcomes.votable(self.kind, self.subject)
        needs_clerk(book, self.actor, body)

    def perform(self, book: Book) -> str:
        """Plans the ballot, and opens it if it is to open now."""
        body, question = outcomes.votable(self.kind, self.subject)
        rule = self.terms.rule or book.state.charter(body, book.at).motions
        planned = _plan(book, book.new_id("b"), body, question, hall.MOTION, rule, self.terms)
        return _begin(book, planned, kind=self.kind, subject=self.subject, meeting=self.terms.meeting,
                      present=self.terms.present)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AskBody(Act[str]):
    """Puts a question with options of its own to a body, such as an election; returns the ballot's id."""

    body: str
    question: str
    options: tuple[Option, ...]
    terms: Terms

    def check(self, book: Book) -> None:
        """Raises NotEntitled."""
        needs_clerk(book, self.actor, self.body)

    def perform(self, book: Book) -> str:
        """Plans the ballot, and opens it if it is to open now."""
        rule = self.terms.rule or book.state.charter(self.body, book.at).elections
        planned = _plan(book, book.new_id("b"), self.body, self.question, self.options, rule, self.terms)
        return _begin(book, planned, kind=QUESTION, meeting=self.terms.meeting, present=self.terms.present)


class RecallKeeper:
    """Opens the vote on a recall in the transaction in which its petition reached the threshold."""

    def open_recall(self, book: Book, event: hall.RecallOpened) -> None:
        """A secret ballot of those who fill the seat, under the charter's rule for recalls."""
        petition = book.state.petitions[event.petition]
        seat = book.state.seat(petition.seat)
        terms = Terms(tier=Tier.SECRET, closes=book.at + timedelta(days=_RECALL_DAYS))
        # No name: the question is published, and who holds the seat stands beside it for those who may know.
        question = f"Recall from the seat “{seat.title}”"
        rule = book.state.charter(seat.body, book.at).recalls
        planned = _plan(book, event.ballot, seat.body, question, hall.MOTION, rule, terms)
        _begin(book, planned, kind=RECALL, subject=event.petition)


def _plan(
    book: Book, ballot_id: str, body: str, question: str, options: Iterable[Option], rule: Rule, terms: Terms
) -> Ballot:
    opens = (terms.opens or book.at).astimezone(UTC).replace(microsecond=0)
    return hall.plan_ballot(
        ballot_id, body=body, question=question.strip(), options=tuple(options), rule=rule, tier=terms.tier,
        opens=opens, closes=terms.closes.astimezone(UTC).replace(microsecond=0),
    )  # fmt: skip


def _begin(
    book: Book, planned: Ballot, *, kind: str, subject: str = "", meeting: str = "", present: int | None = None
) -> str:
    """Writes a planned ballot; opens it at once where its time has come."""
    try:
        with transaction.atomic():
            models.Ballot.objects.create(
                **ballot_row(planned) | {"present": present}, subject_kind=kind, subject=subject, meeting=meeting
            )
    except IntegrityError as error:
        raise NotInOrder("A ballot on this is open already.", hint="Wait for its end.", code="ballot_twice") from error
    if planned.opens <= book.at:
        _open(book, planned, present)
    else:
        public = {"ballot": planned.id, "terms_sha256": terms_sha256(planned)}
        book.record("ballot_planned", planned.body, public)
    return planned.id


def _open(book: Book, planned: Ballot, present: int | None) -> None:
    """Fixes roll and rule, and sets the box up."""
    roll = book.state.voters(planned.body, book.at)
    opened = hall.open_ballot(planned, roll, at=book.at, present=present)
    ballot = opened.ballot
    terms = terms_sha256(ballot)
    models.Ballot.objects.filter(pk=ballot.id).update(**ballot_row(ballot) | {"terms_sha256": terms})
    models.Entitlement.objects.bulk_create(
        models.Entitlement(ballot=one.ballot, person=one.person) for one in opened.entitlements
    )
    sealed = b""
    if ballot.tier is Tier.SECRET:
        sealed = hall.new_box(ballot, keys().make(ballot.id), entropy=book.entropy)
    models.Box.objects.create(ballot=ballot.id, sealed=sealed)
    public = {"ballot": ballot.id, "tier": ballot.tier.value, "entitled": ballot.entitled,
              "rule_sha256": ballot.rule_sha256, "terms_sha256": terms}  # fmt: skip
    book.record("ballot_opened", ballot.body, public)


# --- voting ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CastVote:
    """One person's vote; `choice` is an option's id, a list of ids in order, or None for a blank one."""

    actor: Actor
    ballot: str
    choice: Any

    def execute(self, at: datetime, entropy: Entropy = secrets.token_bytes) -> Cast:
        """What was written; its receipt is told now and never again. Raises the Refused that gives the reason."""
        if self.actor.person is None:
            raise AccessRefused("Sign in to vote.", hint="The roll of this ballot has accounts.", code="sign_in")
        at = at.astimezone(UTC).replace(microsecond=0)
        # Read before the transaction: what two at once both read here, the key of Voted tells apart.
        row, standing = voter_of(self.ballot, self.actor.person, at)
        if row is None or not standing.on_roll:
            row = access_ballot(self.actor, self.ballot, at)
        ballot = ballot_of(row)
        check_terms(ballot, row)
        done = hall.cast(ballot, standing, read_choice(ballot, self.choice), at=at, entropy=entropy)
        try:
            with transaction.atomic():
                _write(ballot, done, entropy)
        except IntegrityError as error:
            raise AlreadyVoted("You have voted in this ballot.", hint="Your first vote counts.") from error
        return done


def check_terms(ballot: Ballot, row: models.Ballot) -> None:
    """Raises RuleChanged where rule, question, options or end are not those of the opening."""
    hall.check_rule(ballot, ballot.rule)
    if ballot.opened is not None and row.terms_sha256 != terms_sha256(ballot):
        raise RuleChanged(
            "The question, an option or the end of this ballot was changed after it opened.",
            hint="Do not vote; ask for the ballot as the record binds it, and hold it again.",
        )


def _write(ballot: Ballot, done: Cast, entropy: Entropy) -> None:
    models.Voted.objects.create(ballot=ballot.id, person=done.entitlement.person)
    box = models.Box.objects.select_for_update().filter(pk=ballot.id).first()
    if box is None:
        raise BallotClosed("The ballot was closed a moment ago.", hint="Its votes are published.")
    if done.vote is not None:
        written = write_choice(ballot, done.vote.choice)
        models.OpenVote.objects.create(ballot=ballot.id, voter=done.vote.voter, choice=written)
    if done.paper is not None:
        sealed = hall.drop_paper(ballot, bytes(box.sealed), done.paper, keys().read(ballot.id), entropy=entropy)
        models.Box.objects.filter(pk=ballot.id).update(sealed=sealed)


# --- closing and counting ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CloseBallot(Act[str]):
    """Ends a ballot whose time has come, or in which all have voted, and publishes it; returns the outcome.

    `seed` is that of a lot whose seed the rule left to come; without it nothing is counted yet.
    """

    ballot: str
    seed: str | None = None

    def check(self, book: Book) -> None:
        """Raises NotEntitled."""
        needs_clerk(book, self.actor, access_ballot(self.actor, self.ballot, book.at).body)

    def perform(self, book: Book) -> str:
        """Publishes, counts, and has follow what follows."""
        row = models.Ballot.objects.select_for_update().get(pk=self.ballot)
        return _count(book, row, self.seed) if row.closed else _close(book, row, self.seed)


def _close(book: Book, row: models.Ballot, seed: str | None) -> str:
    # Whoever votes holds this row's lock until her vote stands.
    box = models.Box.objects.select_for_update().filter(pk=row.id).first()
    ballot = ballot_of(row)
    _check_recorded(ballot, row)
    voted = models.Voted.objects.filter(ballot=ballot.id).count()
    closed = hall.close_ballot(ballot, at=book.at, voted=voted)
    votes = _votes(ballot, bytes(box.sealed) if box else b"")
    published = hall.publish_ballot(closed, votes, seed=seed)
    models.Ballot.objects.filter(pk=row.id).update(closed=closed.closed, voted=voted, published=published)
    models.Box.objects.filter(pk=row.id).delete()
    _forget_order(ballot.id)
    public = {"ballot": ballot.id, "voted": voted, "rule_sha256": ballot.rule_sha256,
              "ballots_sha256": hall.digest(published)}  # fmt: skip
    book.record("ballot_closed", ballot.body, public)
    transaction.on_commit(lambda: keys().destroy(ballot.id))
    row.refresh_from_db()
    return _count(book, row, seed)


def _check_recorded(ballot: Ballot, row: models.Ballot) -> None:
    """The same against the record, which nobody alters without being found out."""
    check_terms(ballot, row)
    opened = Entry.objects.filter(kind="ballot_opened", body=ballot.body, public__ballot=ballot.id).first()
    if opened is not None and opened.public["terms_sha256"] != terms_sha256(ballot):
        raise RuleChanged(
            "This ballot is not the one that the record saw opened.",
            hint="Do not count it; restore the ballot as it was opened, or hold it again.",
        )


def _votes(ballot: Ballot, sealed: bytes) -> list[OpenVote | Paper]:
    if ballot.tier is Tier.SECRET:
        return list(hall.open_box(ballot, sealed, keys().read(ballot.id)))
    rows = models.OpenVote.objects.filter(ballot=ballot.id).order_by("voter")
    return [OpenVote(row.ballot, row.voter, read_choice(ballot, row.choice)) for row in rows]


def _forget_order(ballot: str) -> None:
    """Writes the list of who voted anew, sorted: a table's rows may lie in the order in which they came."""
    people = sorted(models.Voted.objects.filter(ballot=ballot).values_list("person", flat=True))
    models.Voted.objects.filter(ballot=ballot).delete()
    models.Voted.objects.bulk_create(models.Voted(ballot=ballot, person=person) for person in people)


def _count(book: Book, row: models.Ballot, seed: str | None) -> str:
    """Counts what is published, by the rule under which it opened; what follows, follows now."""
    if row.outcome:
        raise NotInOrder("This ballot has been counted.", hint="Anyone may count it again from its file.")
    ballot = ballot_of(row)
    published: dict[str, Any] = row.published | ({"seed": seed} if seed else {})
    if seed is None and ballot.rule.ties.seed_from:
        return ""
    tally = tally_of(ballot, published)
    models.Ballot.objects.filter(pk=row.id).update(published=published, outcome=tally.outcome.value)
    book.record("ballot_counted", ballot.body, {"ballot": ballot.id, "outcome": tally.outcome.value,
                                                "ballots_sha256": hall.digest(published)})  # fmt: skip
    outcomes.follow(book, row, tally)
    return tally.outcome.value


def tally_of(ballot: Ballot, published: Mapping[str, Any]) -> Tally:
    """The count of a published ballot file, as `lyceum hall count` makes it."""
    read = hall.read_ballots(ballot.rule, published)
    return hall.count(ballot.rule, read.votes, read.roll, seed=read.seed)


# --- what time does ------------------------------------------------------------------------------------------------


def keep_time(at: datetime, entropy: Entropy = secrets.token_bytes) -> int:
    """Opens the ballots whose time has come and closes those whose time is over; returns how many.

    Cheap where nothing is due, so that every page may call it.
    """
    if not (_to_open(at) or _to_close(at)):
        return 0
    done = 0
    with transaction.atomic():
        book = open_book(at, entropy)
        for row in [*_to_open(book.at), *_to_close(book.at)]:
            # What is wrong with one ballot does not keep the next from its end; its own page says why.
            with contextlib.suppress(LyceumError), transaction.atomic():
                _open(book, ballot_of(row), row.present) if row.opened is None else _close(book, row, None)
                done += 1
    return done


def _to_open(at: datetime) -> list[models.Ballot]:
    return list(models.Ballot.objects.filter(opened=None, closed=None, opens__lte=at, closes__gt=at))


def _to_close(at: datetime) -> list[models.Ballot]:
    return list(models.Ballot.objects.filter(closed=None, closes__lte=at).exclude(opened=None))
