"""A hall in the process of the tests: a database whose every test begins empty, people, and a clock that is told."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.apps import apps
from django.db import connections, transaction

import servers
from lyceum.errors import NotInOrder
from lyceum.hall import RecallOpened
from lyceum.server.access import Role
from lyceum.server.accounts.models import Person
from lyceum.server.hall.acts import Actor, actor_of
from lyceum.server.hall.bodies import FoundBody
from lyceum.server.hall.book import Book
from lyceum.server.hall.models import Seat
from server.hall.clock import day
from server.inside import make_tables


@pytest.fixture(scope="session")
def tables() -> None:
    """The tables, made once a process."""
    make_tables()


@pytest.fixture
def hall(tables) -> Iterator[Hall]:
    """An empty hall, also where the house of the pages' tests has filled it; what a test writes is taken back."""
    with transaction.atomic():
        empty_the_hall()
        yield Hall()
        transaction.set_rollback(True)


def empty_the_hall() -> None:
    """Deletes every row, whatever protects it; constraints are looked at when a transaction ends."""
    for label in ("deciding", "hall"):
        for model in apps.get_app_config(label).get_models():
            model.objects.all()._raw_delete("default")


class Hall:
    """People by their first names, made when they are first named."""

    def __init__(self) -> None:
        self.known: dict[str, Actor] = {}

    def actor(self, name: str, role: Role = Role.MEMBER) -> Actor:
        """Somebody with an account."""
        if name not in self.known:
            account = Person.objects.create_user(f"{name}@hall.example", name=name.title(), role=role)
            self.known[name] = actor_of(account)
        return self.known[name]

    def id(self, name: str) -> str:
        """Her id in the hall."""
        return self.actor(name).person or ""

    def at(self, number: float) -> datetime:
        """A day after the beginning."""
        return day(number)

    def found(self, founder: str, *members: str, at: float = 0, **more) -> str:
        """A body with a founder and more members; `more` as FoundBody takes it."""
        people = tuple(self.id(name) for name in members)
        name = more.pop("name", f"Committee of {founder.title()}")
        return FoundBody(self.actor(founder), name, members=people, **more).execute(day(at))

    def seats(self, body: str) -> dict[str, str]:
        """The seats that a body fills, by their titles."""
        return dict(Seat.objects.filter(body_id=body).values_list("title", "pk"))


class Keeper:
    """Whoever keeps ballots, for tests: remembers what it was to open, or fails."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.fails = False

    def open_recall(self, book: Book, event: RecallOpened) -> None:
        if self.fails:
            raise NotInOrder("The ballot box is locked.")
        self.opened.append(event.ballot)


@pytest.fixture
def keeper(monkeypatch) -> Keeper:
    """Takes the place of whoever keeps ballots."""
    made = Keeper()
    monkeypatch.setattr("lyceum.server.hall.book._keepers", [made])
    return made


@contextlib.contextmanager
def database(**settings: object) -> Iterator[None]:
    """Another database in the place of the tests' own, with the tables of the site."""
    before = connections.databases["default"]
    connections["default"].close()
    connections.databases["default"] = {**before, "TEST": {}, **settings}
    del connections["default"]
    try:
        make_tables()
        yield
    finally:
        connections["default"].close()
        connections.databases["default"] = before
        del connections["default"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(request, tmp_path_factory) -> Iterator[str]:
    """A database of its own, in which what is written stays."""
    if request.param == "sqlite":
        with database(NAME=tmp_path_factory.mktemp("hall") / "site.sqlite3"):
            yield request.param
        return
    if servers.no_postgres:
        pytest.skip(servers.no_postgres)
    with servers.postgres() as dsn:
        from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415  (only a shared home has it installed)

        said = conninfo_to_dict(dsn)
        names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        where = {name: str(said[key]) for name, key in names.items()}
        with database(ENGINE="django.db.backends.postgresql", OPTIONS={}, **where):
            yield request.param
