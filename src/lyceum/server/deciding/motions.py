"""What is done with motions: drafted, moved, seconded, amended, put, joined, sent on, and endorsed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from lyceum import hall
from lyceum.errors import AccessRefused, InvalidValue, NotEntitled, NotInOrder
from lyceum.hall import Amendment, Motion, Right, Stage
from lyceum.server.deciding import models, outcomes
from lyceum.server.deciding.policies import access_motion
from lyceum.server.deciding.shapes import DRAFT, amendment_of, motion_of, motion_row, read_changes
from lyceum.server.hall.acts import Act, Actor
from lyceum.server.hall.book import Book, Entropy
from lyceum.server.hall.policies import access_body, needs_clerk

_LONGEST = 100_000
_LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """Keeps a draft, which its proposer alone sees; `motion` None begins one."""

    actor: Actor
    body: str
    title: str
    text: str
    motion: str | None = None

    @transaction.atomic
    def execute(self, at: datetime, entropy: Entropy = secrets.token_bytes) -> str:
        """The draft's id; the record tells nothing of it. Raises InvalidValue, AccessRefused and NotInOrder."""
        if self.actor.person is None:
            raise AccessRefused("Sign in for this.", hint="Members of this site take part.", code="sign_in")
        access_body(self.actor, self.body, at)
        title, text = _checked(self.title, self.text)
        said = {"body": self.body, "title": title, "paragraphs": [[p.id, p.text] for p in text], "submitted": at}
        if self.motion is None:
            made = f"m{entropy(8).hex()}"
            models.Motion.objects.create(id=made, proposer=self.actor.person, stage=DRAFT, **said)
            return made
        if access_motion(self.actor, self.motion, at).stage != DRAFT:
            raise NotInOrder("What was moved is changed by amendments.", hint="Propose one.")
        models.Motion.objects.filter(pk=self.motion).update(**said)
        return self.motion


def _checked(title: str, text: str) -> tuple[str, tuple[hall.Paragraph, ...]]:
    paragraphs = hall.paragraphs_of(text)
    if not title.strip() or not paragraphs:
        raise InvalidValue("A motion has a title and a text.", hint="Write both.", code="motion_wrong")
    if len(title) > _LONGEST_TITLE or len(text) > _LONGEST:
        raise InvalidValue(
            f"A title has up to {_LONGEST_TITLE} letters, a text up to {_LONGEST}.",
            hint="Put what is longer into a document and name it.",
            code="motion_wrong",
        )
    return " ".join(title.split()), paragraphs


@dataclass(frozen=True, slots=True)
class _MotionAct(Act[str]):
    """An act on one motion; returns its id."""

    motion: str

    def check(self, book: Book) -> None:
        """Raises where this person may not see the motion."""
        access_motion(self.actor, self.motion, book.at)

    def _locked(self) -> models.Motion:
        return models.Motion.objects.select_for_update().get(pk=self.motion)

    def _value(self) -> Motion:
        row = self._locked()
        if row.stage == DRAFT:
            raise NotInOrder("The motion is a draft.", hint="Move it first.")
        return motion_of(row)

    @property
    def _person(self) -> str:
        return self.actor.person or ""


@dataclass(frozen=True, slots=True)
class MoveMotion(_MotionAct):
    """Moves a draft: from now on the body sees it."""

    def perform(self, book: Book) -> str:
        """Raises NotEntitled where she may not propose in this body now."""
        row = self._locked()
        if row.stage != DRAFT:
            raise NotInOrder("The motion was moved before.", hint="Another has to second it.")
        text = "\n\n".join(text for _, text in row.paragraphs)
        moved = hall.submit_motion(
            book.state, row.id, body=row.body, title=row.title, text=text, proposer=self._person, at=book.at
        )
        if row.subject:
            moved = replace(moved, subject=hall.Subject(**row.subject))
        return keep_motion(book, moved, "motion_moved")


def keep_motion(book: Book, motion: Motion, kind: str) -> str:
    """Writes a motion as it is now, with the record's word of it."""
    models.Motion.objects.update_or_create(id=motion.id, defaults=motion_row(motion))
    public: dict[str, Any] = {"motion": motion.id, "text_sha256": motion.sha256}
    if motion.origins:
        public["origins"] = [{"motion": one.motion, "body": one.body} for one in motion.origins]
    if motion.subject:
        public["endorses"] = motion.subject.id
    book.record(kind, motion.body, public, [(motion.proposer, {"title": motion.title})])
    return motion.id


@dataclass(frozen=True, slots=True)
class SecondMotion(_MotionAct):
    """Another wants the motion dealt with."""

    def perform(self, book: Book) -> str:
        """Raises NotEntitled for its proposer and for who may not propose here."""
        seconded = hall.second_motion(book.state, self._value(), person=self._person, at=book.at)
        return _step(book, seconded, "motion_seconded", self._person)


@dataclass(frozen=True, slots=True)
class PutMotion(_MotionAct):
    """Puts a motion that was seconded before the body, so that it is amended and voted on."""

    def check(self, book: Book) -> None:
        """Raises NotEntitled for who does not lead the body's business."""
        needs_clerk(book, self.actor, access_motion(self.actor, self.motion, book.at).body)

    def perform(self, book: Book) -> str:
        """Raises NotInOrder where nobody seconded it."""
        motion = self._value()
        hall.check_seconded(motion)
        return _step(book, hall.put_motion(motion), "motion_put", self._person)


@dataclass(frozen=True, slots=True)
class WithdrawMotion(_MotionAct):
    """Takes a motion back."""

    def perform(self, book: Book) -> str:
        """Raises NotEntitled for others than its proposer, NotInOrder while it is voted on."""
        row = self._locked()
        if row.stage == DRAFT:
            row.delete()
            return self.motion
        outcomes.refuse_while_voting(self.motion)
        return _step(book, hall.withdraw_motion(motion_of(row), self._person), "motion_withdrawn", self._person)


def _step(book: Book, motion: Motion, kind: str, person: str) -> str:
    models.Motion.objects.filter(pk=motion.id).update(stage=motion.stage.value, seconder=motion.seconder)
    book.record(kind, motion.body, {"motion": motion.id}, [(person, {"by": person})])
    return motion.id


@dataclass(frozen=True, slots=True)
class ProposeAmendment(_MotionAct):
    """Proposes changes that stand or fall together; returns the amendment's id."""

    changes: Sequence[Any]

    def perform(self, book: Book) -> str:
        """Raises NotEntitled, and InvalidValue where the changes do not fit the text."""
        motion = self._value()
        if Right.PROPOSE not in book.state.rights(self._person, motion.body, book.at):
            raise NotEntitled("She may not propose in this body.", hint="Its members, or its delegates, may.")
        outcomes.refuse_while_voting(motion.id)
        amendment = Amendment(book.new_id("a"), motion.id, self._person, read_changes(list(self.changes)), book.at)
        hall.check_amendment(motion, amendment)
        row = models.Amendment.objects.create(
            id=amendment.id, motion=motion.id, proposer=self._person, changes=list(self.changes),
            submitted=book.at,
        )  # fmt: skip
        public = {"motion": motion.id, "amendment": amendment.id, "changes_sha256": hall.digest(row.changes)}
        book.record("amendment_proposed", motion.body, public, [(self._person, {"by": self._person})])
        return amendment.id


@dataclass(frozen=True, slots=True)
class ComposeMotions(Act[str]):
    """Puts one motion in the place of several of the same body; returns its id."""

    motions: tuple[str, ...]
    title: str
    text: str

    def check(self, book: Book) -> None:
        """Raises NotEntitled for who does not lead the body's business."""
        for motion in self.motions:
            needs_clerk(book, self.actor, access_motion(self.actor, motion, book.at).body)

    def perform(self, book: Book) -> str:
        """Raises NotInOrder where the parts are decided or before different bodies."""
        rows = models.Motion.objects.select_for_update().filter(pk__in=self.motions).order_by("submitted", "id")
        parts = [motion_of(row) for row in rows if row.stage != DRAFT]
        for part in parts:
            outcomes.refuse_while_voting(part.id)
        title, _ = _checked(self.title, self.text)
        composed, done = hall.compose_motions(
            book.new_id("m"), title=title, text=self.text, proposer=self.actor.person or "", at=book.at, parts=parts
        )
        for part in done:
            _step(book, part, "motion_composed", self.actor.person or "")
        return keep_motion(book, composed, "motion_moved")


@dataclass(frozen=True, slots=True)
class ForwardMotion(_MotionAct):
    """Sends what a body has carried to another above, below or in alliance; returns the id of the motion there."""

    to: str

    def check(self, book: Book) -> None:
        """Raises NotEntitled for who does not lead the body's business."""
        needs_clerk(book, self.actor, access_motion(self.actor, self.motion, book.at).body)

    def perform(self, book: Book) -> str:
        """Raises NotInOrder where it was not carried, was sent there before, or the bodies have no tie."""
        motion = self._value()
        sent = {"kind": hall.OriginKind.FORWARDED.value, "motion": motion.id, "body": motion.body}
        if any(sent in one.origins for one in models.Motion.objects.filter(body=self.to)):
            raise NotInOrder("It was sent there before.", hint="Follow it there.")
        there = hall.forward_motion(book.state, motion, to=self.to, motion_id=book.new_id("m"), at=book.at)
        return keep_motion(book, there, "motion_forwarded")


@dataclass(frozen=True, slots=True)
class ProposeEndorsement(_MotionAct):
    """Drafts, moved at once, the motion of another body that would endorse this one; returns its id."""

    body: str

    def perform(self, book: Book) -> str:
        """Raises NotEntitled, and NotInOrder for what is the body's own or was not carried."""
        motion = self._value()
        if motion.stage is not Stage.CARRIED:
            raise NotInOrder("Only what a body has carried is endorsed.", hint="Wait for its vote.")
        subject = hall.Subject("motion", motion.id, motion.body, motion.sha256)
        proposed = hall.propose_endorsement(
            book.state, book.new_id("m"), body=self.body, subject=subject, proposer=self._person, at=book.at
        )
        named = replace(proposed, title=f"Endorsement: {motion.title}"[:_LONGEST_TITLE])
        return keep_motion(book, named, "motion_moved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """How a show of hands went."""

    yes: int
    no: int
    abstained: int


@dataclass(frozen=True, slots=True)
class NoteVote(Act[str]):
    """Notes how a meeting voted by show of hands on a motion or amendment that is due; returns the outcome."""

    kind: str
    subject: str
    meeting: str
    hands: Hands

    def check(self, book: Book) -> None:
        """Raises NotEntitled for who does not lead the body's business."""
        body, _ = outcomes.votable(self.kind, self.subject)
        needs_clerk(book, self.actor, body)

    def perform(self, book: Book) -> str:
        """Raises NotInOrder without a quorum, InvalidValue where more hands were counted than voters are present."""
        hands = (self.hands.yes, self.hands.no, self.hands.abstained)
        return outcomes.note(book, self.kind, self.subject, hands, meeting=self.meeting)


def amendments_of(motion: str) -> list[Amendment]:
    """The amendments of a motion, in the order in which they came."""
    return [amendment_of(row) for row in models.Amendment.objects.filter(motion=motion).order_by("submitted", "id")]
