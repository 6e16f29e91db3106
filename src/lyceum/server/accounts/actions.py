"""What is done with accounts: each act checks, decides and writes in one transaction."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from lyceum.errors import AccessRefused, InvalidValue
from lyceum.server.access import Role
from lyceum.server.accounts.models import Invitation, OpenCollection, Person

_DAYS = 14


def first_link(now: datetime) -> str | None:
    """The key of a link that creates the administrator, or None where there is one; earlier such links end."""
    if Person.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists():
        return None
    Invitation.objects.filter(role=Role.ADMINISTRATOR, person=None).delete()
    return Invite(None, Role.ADMINISTRATOR).execute(now)


@dataclass(frozen=True, slots=True)
class Invite:
    """Makes a link that makes an account; `by` None is the machine's owner at the first start."""

    by: Person | None
    role: Role
    email: str = ""

    def execute(self, now: datetime) -> str:
        """The key of the link, which is shown once; raises AccessRefused."""
        _needs_administrator(self.by)
        return _keep_key(Invitation(role=self.role, email=self.email.lower()), now)


@dataclass(frozen=True, slots=True)
class LetBackIn:
    """Makes a link with which somebody sets a new password."""

    by: Person
    person: Person

    def execute(self, now: datetime) -> str:
        """The key of the link, which is shown once; raises AccessRefused."""
        _needs_administrator(self.by)
        return _keep_key(Invitation(role=self.person.role, email=self.person.email, person=self.person), now)


@dataclass(frozen=True, slots=True)
class Join:
    """Makes the account that an invitation is for, or gives its person a new password."""

    key: str
    email: str
    password: str
    name: str = ""

    @transaction.atomic
    def execute(self, now: datetime) -> Person:
        """The person; the invitation is used up. Raises AccessRefused and InvalidValue."""
        invitation = invited(self.key, now)
        person = invitation.person or self._newcomer(invitation)
        try:
            validate_password(self.password, person)
        except ValidationError as error:
            raise InvalidValue(" ".join(error.messages), code="password_weak") from error
        person.set_password(self.password)
        person.save()
        # Whoever handed the link over knows the person: the address needs no letter.
        EmailAddress.objects.get_or_create(
            user=person, email=person.email, defaults={"verified": True, "primary": True}
        )
        invitation.delete()
        return person

    def _newcomer(self, invitation: Invitation) -> Person:
        email = (invitation.email or self.email).strip().lower()
        if Person.objects.filter(email=email).exists():
            raise InvalidValue("This address has an account already.", hint="Sign in.", code="account_exists")
        return Person(email=email, name=self.name.strip()[:120], role=invitation.role)


@dataclass(frozen=True, slots=True)
class Appoint:
    """Gives somebody a role, or closes or opens their account."""

    by: Person
    person: Person
    role: Role
    active: bool = True

    @transaction.atomic
    def execute(self) -> None:
        """Raises AccessRefused, and InvalidValue where nobody would be left to administer."""
        _needs_administrator(self.by)
        stays = self.active and self.role is Role.ADMINISTRATOR
        others = Person.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=self.person.pk)
        if self.person.role == Role.ADMINISTRATOR and not stays and not others.exists():
            raise InvalidValue(
                "The site would be left without an administrator.",
                hint="Appoint another first.",
                code="last_administrator",
            )
        Person.objects.filter(pk=self.person.pk).update(role=self.role, is_active=self.active)


@dataclass(frozen=True, slots=True)
class OpenCollections:
    """Says which collections anybody may read."""

    by: Person
    names: Iterable[str]

    @transaction.atomic
    def execute(self) -> None:
        """Raises AccessRefused."""
        if not (self.by.is_active and Role(self.by.role).keeps_the_library):
            raise AccessRefused("This is for librarians.", hint="Ask an administrator.", code="role_missing")
        OpenCollection.objects.all().delete()
        OpenCollection.objects.bulk_create(OpenCollection(name=name) for name in dict.fromkeys(self.names))


def invited(key: str, now: datetime) -> Invitation:
    """The invitation that a key opens; raises AccessRefused where it is used up, too old or none."""
    found = Invitation.objects.select_related("person").filter(digest=_digest(key)).first()
    if found is None or (found.expires and found.expires < now):
        raise AccessRefused("This link has been used or has ended.", hint="Ask for another.", code="link_ended")
    return found


def _keep_key(invitation: Invitation, now: datetime) -> str:
    key = secrets.token_urlsafe(24)
    invitation.digest, invitation.expires = _digest(key), now + timedelta(days=_DAYS)
    invitation.save()
    return key


def _needs_administrator(by: Person | None) -> None:
    if by is not None and not (by.is_active and Role(by.role).administers):
        raise AccessRefused("This is for administrators.", hint="Ask one of them.", code="role_missing")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
