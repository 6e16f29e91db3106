"""What an act is: it checks who may, decides by the hall's rules, and writes rows and record in one transaction."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db import transaction

from lyceum.errors import AccessRefused
from lyceum.server.access import Role
from lyceum.server.accounts.models import Person
from lyceum.server.hall import models, queries
from lyceum.server.hall.book import Book, Entropy, open_book

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts or looks: `person` is her id in the hall, None where she is a stranger or only reads."""

    role: Role | None = None
    person: str | None = None

    @property
    def takes_part(self) -> bool:
        """Whether she has an account that may act in the hall."""
        return self.person is not None

    @property
    def oversees(self) -> bool:
        """Whether she sees every body and may put in order what its own officers cannot."""
        return self.role in (Role.OFFICER, Role.ADMINISTRATOR)


STRANGER = Actor()


@dataclass(frozen=True, slots=True)
class Act(ABC, Generic[Result]):
    """One act by one person; page, API and command all call the same."""

    actor: Actor

    def check(self, book: Book) -> None:
        """Raises where this person may not do this now."""

    @abstractmethod
    def perform(self, book: Book) -> Result:
        """Decides, writes and records; what it raises leaves nothing behind."""

    def execute(self, at: datetime, entropy: Entropy = secrets.token_bytes) -> Result:
        """Does it in one transaction, after all that was done before and before all that comes."""
        if not self.actor.takes_part:
            raise AccessRefused("Sign in for this.", hint="Members of this site take part.", code="sign_in")
        with transaction.atomic():
            book = open_book(at, entropy)
            book.tick(queries.bodies_with_petitions(book.at))
            self.check(book)
            return self.perform(book)


@transaction.atomic
def actor_of(account: Person | None, entropy: Entropy = secrets.token_bytes) -> Actor:
    """The actor behind an account; who comes for the first time gets an id. Readers only read."""
    if account is None or not account.is_active:
        return STRANGER
    role = Role(account.role)
    if not role.reads_all:
        return Actor(role)
    known = models.Participant.objects.filter(account=account).values_list("pk", "name").first()
    if known is None:
        made, _ = models.Participant.objects.get_or_create(
            account=account, defaults={"pk": f"p{entropy(8).hex()}", "name": account.name or account.email}
        )
        return Actor(role, made.pk)
    return Actor(role, known[0])
