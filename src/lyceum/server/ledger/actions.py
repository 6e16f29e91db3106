"""What is written into the ledger, and read from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from lyceum.errors import InvalidValue
from lyceum.library import Document
from lyceum.server.ledger.models import Judgement, ToldRecord

USEFUL, NOT_USEFUL, WRONG = "useful", "not_useful", "wrong"
JUDGEMENTS = (USEFUL, NOT_USEFUL, WRONG)
_AT_ONCE = 500


@transaction.atomic
def tell_of(documents: Sequence[Document], now: datetime) -> None:
    """Notes what anybody may be told of now: what is new or has changed gets this moment's stamp, what went is deleted.

    A document that was shut is deleted to the world, as one that was taken out.
    """
    stamp = now.replace(microsecond=0)
    known = {one.document: one for one in ToldRecord.objects.all()}
    changed = [
        ToldRecord(document=d.id, digest=digest, shelf=d.metadata.collection or "main", stamp=stamp)
        for d, digest in ((d, _digest(d)) for d in documents)
        if not (d.id in known and known[d.id].digest == digest and not known[d.id].deleted)
    ]
    ToldRecord.objects.bulk_create(
        changed,
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["document"],
        update_fields=["digest", "shelf", "stamp", "deleted"],
    )
    here = {d.id for d in documents}
    gone = [one.pk for one in known.values() if not one.deleted and one.document not in here]
    for first in range(0, len(gone), _AT_ONCE):
        ToldRecord.objects.filter(pk__in=gone[first : first + _AT_ONCE]).update(deleted=True, stamp=stamp)


def told(
    *, first: datetime | None, last: datetime | None, shelf: str | None, after: tuple[datetime, str] | None = None
) -> QuerySet[ToldRecord]:
    """What harvesters were told of between two moments, inclusive, oldest change first; `after` a place among them."""
    found = ToldRecord.objects.order_by("stamp", "document")
    if first:
        found = found.filter(stamp__gte=first)
    if last:
        found = found.filter(stamp__lte=last)
    if shelf is not None:
        found = found.filter(shelf=shelf)
    if after:
        stamp, document = after
        found = found.filter(Q(stamp__gt=stamp) | Q(stamp=stamp, document__gt=document))
    return found


@transaction.atomic
def judge(said: str, today: date) -> None:
    """Counts what somebody made of an answer; raises InvalidValue."""
    if said not in JUDGEMENTS:
        raise InvalidValue("An answer is useful, not useful, or wrong.", hint="Use the buttons below the answer.")
    month, _ = Judgement.objects.get_or_create(month=today.replace(day=1), said=said)
    Judgement.objects.filter(pk=month.pk).update(count=F("count") + 1)


def judgements(months: int) -> Sequence[Mapping[str, Any]]:
    """The counts of the last months, newest first: `{"month", "useful", "not_useful", "wrong"}`."""
    rows: dict[date, dict[str, Any]] = {}
    for month, said, count in Judgement.objects.order_by("-month").values_list("month", "said", "count"):
        rows.setdefault(month, {"month": month, **dict.fromkeys(JUDGEMENTS, 0)})[said] = count
    return list(rows.values())[:months]


def _digest(document: Document) -> str:
    metadata = document.metadata
    said = [
        document.version, metadata.title, metadata.creators, metadata.date, metadata.language, metadata.publisher,
        metadata.rights, metadata.address, metadata.collection, metadata.kind, metadata.edition_of,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, default=str, ensure_ascii=False).encode()).hexdigest()
