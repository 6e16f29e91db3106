"""The record as a file, its anchors outside, and the erasure of people, which keeps it valid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from lyceum import hall
from lyceum.errors import AccessRefused, InvalidValue
from lyceum.server.accounts.models import Person
from lyceum.server.hall import models
from lyceum.server.hall.acts import Act
from lyceum.server.hall.book import Book, signing_key
from lyceum.server.hall.policies import known_person, needs_overseer

_OF_NOBODY = ""

Stamper = Callable[[bytes], bytes]
"""Sends a time-stamp query (RFC 3161) to a service and gives its answer."""


@transaction.atomic
def export_record(*, opened: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The record as `lyceum hall verify` reads it; of these bodies it opens what is about nobody, of others nothing."""
    head = models.Head.objects.order_by("pk").first()
    instance = head.instance if head else "hall-empty"
    entries = [_entry(row) for row in models.Entry.objects.order_by("number").iterator()]
    openings = models.Opening.objects.filter(person=_OF_NOBODY, entry__body__in=opened).order_by("entry_id", "place")
    anchors = [_anchor(row) for row in models.Anchor.objects.order_by("number", "pk")]
    return hall.export_record(instance, entries, [_opening(row) for row in openings], anchors)


def head() -> hall.Head | None:
    """The record's last link; None before anything happened."""
    row = models.Head.objects.order_by("pk").first()
    return hall.Head(row.instance, row.number, row.link, row.at) if row else None


def verify() -> hall.Verified:
    """Verifies the record as it is kept, with all that it seals."""
    exported = export_record()
    openings = models.Opening.objects.order_by("entry_id", "place")
    exported["openings"] = [
        {"entry": o.entry_id, "place": o.place, "person": o.person, "key": o.key, "content": o.content}
        for o in openings.iterator()
    ]
    # Time stamps are checked by who has the roots of their service, with `lyceum hall verify`.
    exported["anchors"] = [one for one in exported["anchors"] if one["kind"] == "cosignature"]
    return hall.verify_record(exported)


def cosign(exported: object, at: datetime) -> hall.Anchor:
    """Vouches for the head of another instance's record, after verifying the whole; raises InvalidValue."""
    found = hall.verify_record(exported)
    faults = [fault for fault in found.faults if fault.code != "anchor_invalid"]
    if faults or not isinstance(exported, dict):
        raise InvalidValue("This record does not hold.", hint=faults[0].message, code="record_false")
    return hall.cosign(signing_key(), exported["instance"], found.events, found.head, at=at)


@dataclass(frozen=True, slots=True)
class KeepAnchor(Act[None]):
    """Keeps an anchor that a sister instance gave, or that a service stamped."""

    anchor: hall.Anchor

    def check(self, book: Book) -> None:  # noqa: ARG002
        """For who oversees the site."""
        needs_overseer(self.actor)

    def perform(self, book: Book) -> None:
        """From now on it goes with every export; raises InvalidValue where it is of another record, or false."""
        anchor = self.anchor
        entry = models.Entry.objects.filter(number=anchor.number).first()
        if entry is None or entry.link != anchor.link:
            raise InvalidValue("This anchor is of another record.", hint="Compare its head.", code="anchor_invalid")
        problem = hall.check_anchor(anchor, book.instance, hall.Trust()) if anchor.kind == "cosignature" else ""
        if problem:
            raise InvalidValue("This anchor proves nothing.", hint=problem, code="anchor_invalid")
        models.Anchor.objects.create(**anchor.as_dict())
        book.record("anchored", "", {"number": anchor.number, "kind": anchor.kind})


def stamp_head(stamper: Stamper) -> hall.Anchor:
    """Has a service stamp the head; raises InvalidValue where there is none, or the answer cannot be read."""
    last = head()
    if last is None or last.number == 0:
        raise InvalidValue("There is nothing to anchor yet.", hint="The record begins with the first body.")
    answer = stamper(hall.stamp_request(last.instance, last.number, last.link))
    return hall.stamp(answer, last.number, last.link)


@dataclass(frozen=True, slots=True)
class ErasePerson(Act[int]):
    """Erases who somebody is: name, account, and all that the record sealed of her, keys included."""

    person: str

    def check(self, book: Book) -> None:  # noqa: ARG002
        """Everybody erases herself, and who oversees the site others."""
        if self.person != self.actor.person and not self.actor.oversees:
            raise AccessRefused("You may erase yourself alone.", hint="Ask the site's officers.", code="role_missing")
        known_person(self.person)

    def perform(self, book: Book) -> int:
        """How many sealed parts were destroyed; what she takes part in ends first."""
        self._leave(book)
        count, _ = models.Opening.objects.filter(person=self.person).delete()
        models.Holding.objects.filter(person_id=self.person).update(mandate="", reports=[])
        account = models.Participant.objects.filter(pk=self.person).values_list("account_id", flat=True).first()
        models.Participant.objects.filter(pk=self.person).update(name="", account=None)
        if account is not None:
            Person.objects.filter(pk=account).delete()
        book.record("person_erased", "", {"parts": count})
        return count

    def _leave(self, book: Book) -> None:
        lasting = models.Membership.objects.filter(person_id=self.person, start__lte=book.at)
        for body in list(lasting.values_list("body_id", flat=True).distinct()):
            if book.state.membership(body, self.person, book.at):
                book.happen(hall.MemberLeft(at=book.at, body=body, person=self.person))
        for seat in sorted(book.state.held_by(self.person, book.at)):
            book.happen(hall.SeatLeft(at=book.at, seat=seat, person=self.person))


def _entry(row: models.Entry) -> hall.Entry:
    return hall.Entry(row.number, row.previous, row.at, row.kind, row.public, tuple(row.sealed))


def _opening(row: models.Opening) -> hall.Opening:
    return hall.Opening(row.entry_id, row.place, row.person, row.key, row.content)


def _anchor(row: models.Anchor) -> hall.Anchor:
    return hall.Anchor(row.kind, row.number, row.link, row.by, row.at, row.proof)
