"""Acts on memberships: links that invite, joining, ending."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from lyceum import hall
from lyceum.errors import AccessRefused, InvalidValue
from lyceum.server.access import Role
from lyceum.server.accounts.models import Invitation as AccountInvitation
from lyceum.server.hall import models
from lyceum.server.hall.acts import Act
from lyceum.server.hall.book import Book
from lyceum.server.hall.policies import known_person, needs_clerk, needs_right

_DAYS = 14
_MOST_USES = 500


@dataclass(frozen=True, slots=True)
class InviteMembers(Act[str]):
    """Makes a link by which people join; where an overseer of the site makes it, it makes their accounts as well."""

    body: str
    uses: int = 1
    until: datetime | None = None

    def check(self, book: Book) -> None:
        """For who keeps the body's papers."""
        needs_clerk(book, self.actor, self.body)
        if not 1 <= self.uses <= _MOST_USES:
            raise InvalidValue(f"A link is for 1 to {_MOST_USES} people.", hint="Make several.")
        if book.state.charter(self.body, book.at).franchise is hall.Franchise.DELEGATES:
            raise InvalidValue("Delegates sit in this body, not members.", hint="Give bodies a seat in it.")
        if self.until is not None and self.until <= book.at:
            raise InvalidValue("A membership ends after it begins.", hint="Choose a later day.")

    def perform(self, book: Book) -> str:
        """The key of the link, which is shown once."""
        key = base64.urlsafe_b64encode(book.entropy(18)).decode()
        models.Invitation.objects.create(
            digest=digest_of(key), body_id=self.body, expires=book.at + timedelta(days=_DAYS), until=self.until,
            left=self.uses, makes_accounts=self.actor.oversees,
        )  # fmt: skip
        book.record("members_invited", self.body, {"uses": self.uses})
        return key


@dataclass(frozen=True, slots=True)
class JoinBody(Act[str]):
    """Joins a body by a link."""

    key: str

    def check(self, book: Book) -> None:
        """Whoever has the link may."""
        invited(self.key, book.at)

    def perform(self, book: Book) -> str:
        """The id of the body."""
        invitation = invited(self.key, book.at)
        person = self.actor.person or ""
        joined = hall.MemberJoined(at=book.at, body=invitation.body_id, person=person, until=invitation.until)
        book.happen(joined)
        models.Invitation.objects.filter(pk=invitation.pk).update(left=F("left") - 1)
        return invitation.body_id


@dataclass(frozen=True, slots=True)
class AddMember(Act[None]):
    """Takes somebody who is known in the hall into a body, for good or until a day."""

    body: str
    person: str
    until: datetime | None = None

    def check(self, book: Book) -> None:
        """For who keeps the body's papers."""
        needs_clerk(book, self.actor, self.body)
        known_person(self.person)

    def perform(self, book: Book) -> None:
        """From now on."""
        book.happen(hall.MemberJoined(at=book.at, body=self.body, person=self.person, until=self.until))


@dataclass(frozen=True, slots=True)
class EndMembership(Act[None]):
    """Ends a membership: one's own, or that of somebody who left without a word."""

    body: str
    person: str

    def check(self, book: Book) -> None:
        """Everybody may leave; only who keeps the papers ends another's."""
        if self.person != self.actor.person:
            needs_right(book, self.actor, self.body, hall.Right.RECORD)

    def perform(self, book: Book) -> None:
        """From now on, and with it what rested on it."""
        book.happen(hall.MemberLeft(at=book.at, body=self.body, person=self.person))


@dataclass(frozen=True, slots=True)
class CallMe(Act[None]):
    """Says by which name one is called in the hall."""

    name: str

    def perform(self, book: Book) -> None:  # noqa: ARG002 - the record knows nothing of names
        """From now on; raises InvalidValue."""
        if not self.name.strip() or len(self.name) > 120:
            raise InvalidValue("A name has 1 to 120 letters.")
        models.Participant.objects.filter(pk=self.actor.person).update(name=" ".join(self.name.split()))


def invited(key: str, at: datetime) -> models.Invitation:
    """The invitation that a key opens; raises AccessRefused where it is used up, too old or none."""
    found = models.Invitation.objects.select_related("body").filter(digest=digest_of(key), left__gt=0).first()
    if found is None or found.expires < at or not (found.body.end is None or found.body.end > at):
        raise AccessRefused("This link has been used or has ended.", hint="Ask for another.", code="link_ended")
    return found


def account_invitation(key: str, at: datetime) -> None:
    """Prepares the account of somebody new for whom the link was made by an overseer; raises AccessRefused.

    The account is a member's, made by `accounts.actions.Join` with the same key.
    """
    found = invited(key, at)
    if not found.makes_accounts:
        raise AccessRefused(
            "This link is for people who have an account.", hint="Ask who runs the site for one.", code="link_ended"
        )
    AccountInvitation.objects.get_or_create(
        digest=hashlib.sha256(key.encode()).hexdigest(), defaults={"role": Role.MEMBER, "expires": found.expires}
    )


def digest_of(key: str) -> str:
    """How a key is kept."""
    return hashlib.sha256(b"hall:" + key.encode()).hexdigest()
