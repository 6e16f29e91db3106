"""The open record: within one transaction, what happens now is decided, written as rows, and chained.

Whoever opens it holds the lock of the head until the transaction ends, so that acts come one after another: each sees
what the one before it wrote, and a race is decided by who came first.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings as of_django
from django.db import IntegrityError, transaction

from lyceum import hall
from lyceum.errors import Busy, ClockWentBack
from lyceum.server.hall import models
from lyceum.server.hall.stored import StoredState
from lyceum.server.hall.telling import name_of, part_event

Entropy = Callable[[int], bytes]


class Book:
    """The record at a moment; made by `open_book`, and good until its transaction ends."""

    def __init__(self, head: models.Head, at: datetime, entropy: Entropy) -> None:
        # The record counts whole seconds, and rows must say what a replay of it says.
        self.at = at.astimezone(UTC).replace(microsecond=0)
        self.entropy = entropy
        self.history = hall.History()
        self.history.state = StoredState()
        self._head = head

    @property
    def state(self) -> hall.State:
        """What holds, and held, of bodies and seats."""
        return self.history.state

    @property
    def instance(self) -> str:
        """The name of this record, chosen at random at its beginning."""
        return str(self._head.instance)

    def new_id(self, letter: str) -> str:
        """An id that nobody can guess and that says nothing."""
        return f"{letter}{self.entropy(8).hex()}"

    def happen(self, event: hall.Event) -> tuple[hall.Event, ...]:
        """Has an event and what follows from it happen, as rows and in the record; raises what refuses it."""
        return self._keep(self.history.add(event))

    def tick(self, bodies: Iterable[str]) -> tuple[hall.Event, ...]:
        """Has happen what follows in these bodies from the passing of time alone."""
        return self._keep(self.history.tick(self.at, bodies))

    def record(
        self, kind: str, body: str, public: Mapping[str, Any] | None = None, sealed: Iterable[tuple[str, Any]] = ()
    ) -> int:
        """Adds an event of another kind to the record and returns its number; `sealed` pairs a person with what is
        about her, and "" with what is about nobody."""
        head = hall.Head(self._head.instance, self._head.number, self._head.link, self._head.at)
        content = {"body": body, **(public or {})} if body else dict(public or {})
        added = hall.record_event(
            head, kind, at=self.at, public=content, sealed=list(sealed), entropy=self.entropy
        )  # fmt: skip
        entry = added.entry
        models.Entry.objects.create(
            number=entry.number, previous=entry.previous, at=entry.at, kind=entry.kind, body=body,
            public=dict(entry.public), sealed=list(entry.sealed), link=entry.link,
        )  # fmt: skip
        models.Opening.objects.bulk_create(
            models.Opening(entry_id=o.entry, place=o.place, person=o.person, key=o.key, content=o.content)
            for o in added.openings
        )
        self._head.number, self._head.link, self._head.at = added.head.number, added.head.link, added.head.at
        self._head.save(update_fields=["number", "link", "at"])
        return entry.number

    def _keep(self, happened: tuple[hall.Event, ...]) -> tuple[hall.Event, ...]:
        if not happened:
            return happened
        self.state.save()  # type: ignore[attr-defined]
        for event in happened:
            public, sealed = part_event(event)
            self.record(name_of(event), self._body_of(public), _without(public, "body"), sealed)
        for event in happened:
            if isinstance(event, hall.RecallOpened):
                for keeper in _keepers:
                    keeper.open_recall(self, event)
        return happened

    def _body_of(self, public: Mapping[str, Any]) -> str:
        """The body in whose record an event stands: for a seat or petition, the one that fills the seat."""
        if "petition" in public and "seat" not in public:
            return self.state.seat(self.state.petitions[public["petition"]].seat).body
        if "seat" in public and "body" not in public:
            return self.state.seat(public["seat"]).body
        return str(public.get("body") or public.get("into") or "")


class RecallBallots(Protocol):
    """Who opens the ballot of a recall, in the transaction that caused it."""

    def open_recall(self, book: Book, event: hall.RecallOpened) -> None:
        """Opens the ballot `event.ballot` on the recall for which `event.petition` asks, now.

        The seat, its holder and the body are those of `book.state.petitions[event.petition]`.
        """
        ...


_keepers: list[RecallBallots] = []


def keep_ballots(keeper: RecallBallots) -> None:
    """Says who keeps ballots; called once, when the app is ready."""
    _keepers[:] = [keeper]


def open_book(at: datetime, entropy: Entropy) -> Book:
    """The record, locked for the transaction that must be open; the first time, its beginning.

    Raises ClockWentBack, before anybody's rights are looked up as of a moment that was recorded already.
    """
    assert transaction.get_connection().in_atomic_block, "the record is opened within a transaction"  # noqa: S101
    head = models.Head.objects.select_for_update().order_by("pk").first() or _begin(entropy)
    book = Book(head, at, entropy)
    if head.at and book.at < datetime.fromisoformat(head.at):
        raise ClockWentBack(
            f"The clock says {book.at.isoformat()}, but the record's last event was at {head.at}.",
            hint="Set the clock; nothing was written.",
        )
    return book


def signing_key() -> Ed25519PrivateKey:
    """The key with which this instance vouches for others' records: of the site's own, so that no row holds it."""
    seed = hmac.new(of_django.SECRET_KEY.encode(), b"lyceum-hall-cosign-1", hashlib.sha256).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def _begin(entropy: Entropy) -> models.Head:
    first = hall.Head.first(f"hall-{entropy(8).hex()}")
    try:
        with transaction.atomic():
            return models.Head.objects.create(pk=1, instance=first.instance, link=first.link)
    except IntegrityError as error:
        raise Busy("The hall's record is being begun.", hint="Try again in some seconds.") from error


def _without(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in told.items() if key != name}
