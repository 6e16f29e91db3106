"""What is kept of a question, shared of an answer, and erased."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F

from lyceum.errors import UnknownDocument
from lyceum.library import Library, Scope
from lyceum.server.accounts.models import Person
from lyceum.server.reading.models import Exchange, SharedAnswer, Silence

_MOST_KEPT = 1_000


def keep(person: Person | None, answer: Mapping[str, Any], today: date) -> None:
    """Adds an answer to the history of somebody who keeps one, and counts it where it is silent."""
    if answer["abstained"]:
        _count(str(answer["reason"]), today)
    if person and person.keeps_history:
        Exchange.objects.create(person=person, question=answer["question"], answer=dict(answer))
        old = Exchange.objects.filter(person=person).values_list("pk", flat=True)[_MOST_KEPT:]
        Exchange.objects.filter(pk__in=list(old)).delete()


def switch_history(person: Person, *, on: bool) -> None:
    """Begins or ends the keeping; what was kept stays until it is erased."""
    Person.objects.filter(pk=person.pk).update(keeps_history=on)


def erase_history(person: Person, only: int | None = None) -> int:
    """Erases one exchange of somebody's own, or all; returns how many."""
    own = Exchange.objects.filter(person=person)
    count, _ = (own.filter(pk=only) if only is not None else own).delete()
    return count


def share(answer: Mapping[str, Any]) -> str:
    """Keeps an answer under an address that cannot be guessed; returns its key."""
    key = secrets.token_urlsafe(12)
    SharedAnswer.objects.create(key=key, answer=dict(answer))
    return key


def shared_answer(key: str, library: Library, scope: Scope) -> dict[str, Any]:
    """A shared answer, for who may read all that it quotes; raises UnknownDocument otherwise."""
    found = SharedAnswer.objects.filter(key=key).first()
    if found is None:
        raise UnknownDocument("There is no such answer.", hint="Ask the question anew.")
    answer: dict[str, Any] = found.answer
    for document in {named["document"] for named in (*answer["citations"], *answer["nearest"])}:
        library.document(document, scope=scope)
    return answer


@transaction.atomic
def _count(reason: str, today: date) -> None:
    month, _ = Silence.objects.get_or_create(month=today.replace(day=1), reason=reason)
    Silence.objects.filter(pk=month.pk).update(count=F("count") + 1)
