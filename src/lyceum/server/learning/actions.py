"""What learners do: keep a study, tick off what is done, take cards in, review them, erase all."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from lyceum.errors import InvalidValue, LyceumError, UnknownDocument
from lyceum.library import Imported, Library, Memory, Recall, Scope, remember
from lyceum.server.accounts.models import Person
from lyceum.server.learning.models import KeptCard, KeptStudy

MOST_STUDIES = 200
MOST_CARDS = 20_000
_LONGEST = 4_000


def keep(person: Person, study: Mapping[str, Any], now: dt.datetime) -> KeptStudy:
    """Keeps a study for somebody, with its cards due now; raises InvalidValue where there are too many."""
    if KeptStudy.objects.filter(person=person).count() >= MOST_STUDIES:
        raise InvalidValue(f"You keep {MOST_STUDIES} studies.", hint="Erase one first.", code="too_many")
    with transaction.atomic():
        kept = KeptStudy.objects.create(person=person, kind=study["kind"], topic=study["topic"], study=dict(study))
        _take_in(person, (_of_item(item) for item in study.get("items", ())), now)
    return kept


def study_of(person: Person, number: int) -> KeptStudy:
    """A study of somebody's own; raises UnknownDocument for everybody else's."""
    found = KeptStudy.objects.filter(person=person, pk=number).first()
    if found is None:
        raise UnknownDocument("There is no such study among yours.", hint="Make it anew.", code="unknown_study")
    return found


def tick(person: Person, number: int, step: str, *, done: bool) -> KeptStudy:
    """Marks a step of a study as done, or as not."""
    with transaction.atomic():
        kept = study_of(person, number)
        steps = [one for one in kept.done if one != step]
        kept.done = [*steps, step[:80]] if done and step in steps_of(kept.study) else steps
        kept.save(update_fields=["done"])
    return kept


def steps_of(study: Mapping[str, Any]) -> list[str]:
    """What of a study can be done: each work of a list, each week of a course."""
    sections = study.get("sections", ())
    if study["kind"] == "course":
        return [section["id"] for section in sections if section["id"].startswith("week-")]
    return [item["document"] for section in sections for item in section["items"] if "document" in item]


# --- cards -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Made:
    front: str
    back: str
    source: str
    citation: Mapping[str, Any] | None


def _of_item(item: Mapping[str, Any]) -> _Made:
    citation = item["citations"][0]
    source = ", ".join(filter(None, (*citation["creators"], citation["title"], citation["date"])))
    return _Made(item["cloze"], item["answer"], source, citation)


def take_in(person: Person, cards: Iterable[Imported], library: Library, scope: Scope, now: dt.datetime) -> int:
    """Takes somebody's own cards in; one whose words stand where it says is proven again. Returns how many are new."""
    return _take_in(person, (_proven(card, library, scope) for card in cards), now)


def _proven(card: Imported, library: Library, scope: Scope) -> _Made:
    """A card with its citation where the archive bears it out, and without where not."""
    place = card.place or {}
    exact, start, end = place.get("exact"), place.get("start"), place.get("end")
    if not isinstance(exact, str) or not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end:
        return _Made(card.front, card.back, card.source, None)
    try:
        document = library.document(str(place.get("document")), version=place.get("version"), scope=scope)
        stands = library.text(document, start, end) == exact and card.back in exact
    except LyceumError:
        stands = False
    citation = {"document": place.get("document"), "version": place.get("version"), "start": start, "end": end,
                "exact": exact}  # fmt: skip
    return _Made(card.front, card.back, card.source, citation if stands else None)


@transaction.atomic
def _take_in(person: Person, cards: Iterable[_Made], now: dt.datetime) -> int:
    room = MOST_CARDS - KeptCard.objects.filter(person=person).count()
    rows = [
        KeptCard(
            person=person, front=card.front[:_LONGEST], back=card.back[:_LONGEST], source=card.source[:_LONGEST],
            citation=card.citation, mark=_mark(card), due=now,
        )
        for card in cards
    ]  # fmt: skip
    before = KeptCard.objects.filter(person=person).count()
    KeptCard.objects.bulk_create(rows[: max(0, room)], ignore_conflicts=True)
    return KeptCard.objects.filter(person=person).count() - before


def _mark(card: _Made) -> str:
    return hashlib.sha256(f"{card.front}\0{card.back}".encode()).hexdigest()


def next_due(person: Person, now: dt.datetime) -> KeptCard | None:
    """The card that has waited longest; None where none is due."""
    return KeptCard.objects.filter(person=person, due__lte=now).first()


def memory_of(card: KeptCard) -> Memory:
    """What FSRS knows of a card."""
    return Memory(card.due, card.phase, card.step, card.stability, card.difficulty, card.reviewed)


def review(person: Person, number: int, recall: Recall, now: dt.datetime) -> None:
    """Says how well a card of somebody's own was remembered; raises UnknownDocument for others."""
    with transaction.atomic():
        card = KeptCard.objects.filter(person=person, pk=number).first()
        if card is None:
            raise UnknownDocument("There is no such card of yours.", hint="Go on with the next.", code="unknown_card")
        seen = remember(memory_of(card), recall, now)
        card.due, card.phase, card.step = seen.due, seen.phase, seen.step
        card.stability, card.difficulty, card.reviewed = seen.stability, seen.difficulty, seen.reviewed
        card.save()


def erase(person: Person, study: int | None = None) -> None:
    """Erases one study of somebody's own, or all studies and cards."""
    if study is not None:
        KeptStudy.objects.filter(person=person, pk=study).delete()
        return
    KeptStudy.objects.filter(person=person).delete()
    KeptCard.objects.filter(person=person).delete()
