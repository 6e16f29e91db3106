"""People, invitations, and the collections that stand open: the rows of the site that say who is who."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from lyceum.server.access import Role


class People(BaseUserManager["Person"]):
    """Makes people."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> Person:
        """A person who signs in by their address; without a password they sign in with a passkey only."""
        person = self.model(email=self.normalize_email(email).lower(), **more)
        person.set_password(password)
        person.save()
        return person


class Person(AbstractBaseUser):
    """Whoever has an account: an address to sign in with, a role, and no more than that.

    When somebody was here last is not kept.
    """

    last_login = None
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role], default=Role.READER)
    is_active = models.BooleanField(default=True)
    keeps_history = models.BooleanField(default=True)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return str(self.name or self.email)


class Invitation(models.Model):
    """A link that makes one account; only its digest is kept, so that the table opens no door.

    With `person` it is for somebody who has an account and cannot get in.
    """

    digest = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    email = models.EmailField(blank=True)
    expires = models.DateTimeField(null=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE)

    def __str__(self) -> str:
        return f"{self.role} {self.email}".strip()


class OpenCollection(models.Model):
    """A collection that anybody may read; every other is for members."""

    name = models.CharField(max_length=400, unique=True)

    def __str__(self) -> str:
        return str(self.name)
