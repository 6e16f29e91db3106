"""A hall in the process of the tests: a database whose every test begins empty, people, and a clock that is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import transaction

from lyceum.server.access import Role
from lyceum.server.accounts.models import Person
from lyceum.server.hall.acts import Actor, actor_of
from server.hall.clock import day
from server.inside import make_tables


@pytest.fixture(scope="session")
def tables() -> None:
    """The tables, made once a process."""
    make_tables()


@pytest.fixture
def hall(tables) -> Iterator[Hall]:
    """An empty hall; what a test writes is taken back."""
    with transaction.atomic():
        yield Hall()
        transaction.set_rollback(True)


class Hall:
    """People by their first names, made when they are first named."""

    def __init__(self) -> None:
        self.known: dict[str, Actor] = {}

    def actor(self, name: str, role: Role = Role.MEMBER) -> Actor:
        """Somebody with an account."""
        if name not in self.known:
            account = Person.objects.create_user(f"{name}@example.org", name=name.title(), role=role)
            self.known[name] = actor_of(account)
        return self.known[name]

    def id(self, name: str) -> str:
        """Her id in the hall."""
        return self.actor(name).person or ""

    def at(self, number: float) -> datetime:
        """A day after the beginning."""
        return day(number)
