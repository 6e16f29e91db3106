"""Rows say what a replay of the events says, for every moment, and the record holds every event."""

from __future__ import annotations

import secrets
from datetime import datetime

import pytest
from bench.hall.histories import PEOPLE, lived

from lyceum import hall as rules
from lyceum.server.hall import models, queries
from lyceum.server.hall.book import open_book
from lyceum.server.hall.telling import join_event

FOLLOWS = (rules.RecallOpened, rules.RecallLapsed)


def declared(event: rules.Event) -> bool:
    """Whether somebody did this, and it did not follow from something else."""
    return not isinstance(event, FOLLOWS) and not (
        isinstance(event, rules.SeatLeft) and event.reason is not rules.End.RESIGNED
    )


def relived(seed: int) -> rules.History:
    """A random history that happened again as rows."""
    history = lived(seed)
    models.Participant.objects.bulk_create(models.Participant(pk=person, name=person) for person in PEOPLE)
    for event in history.events:
        if declared(event):
            open_book(event.at, secrets.token_bytes).happen(event)
        else:
            book = open_book(event.at, secrets.token_bytes)
            book.tick(book.history.state.body(body).id for body in models.Body.objects.values_list("pk", flat=True))
    return history


def replayed() -> rules.History:
    """The history that the record tells, with what it seals."""
    events = []
    for entry in models.Entry.objects.order_by("number").prefetch_related("openings"):
        opened = [(one.person, one.content) for one in sorted(entry.openings.all(), key=lambda one: one.place)]
        events.append(join_event(entry.kind, datetime.fromisoformat(entry.at), entry.public, opened))
    return rules.History.of(events)


@pytest.mark.parametrize("seed", range(6))
def test_rows_a_replay_and_the_record_agree_on_every_right(hall, seed):
    history = relived(seed)
    again = replayed()
    moments = sorted({event.at for event in history.events})
    for body in history.state.bodies:
        for at in moments[:: max(1, len(moments) // 8)]:
            expected = history.state.voters(body, at)
            assert set(queries.voters(body, at).values_list("pk", flat=True)) == expected
            assert again.state.voters(body, at) == expected
