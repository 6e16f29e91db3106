"""A committee that decides: its people, its chair, and the short way to motions and ballots."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from lyceum import hall as rules
from lyceum.hall import Tier
from lyceum.server.deciding import models
from lyceum.server.deciding.ballots import AskBody, CastVote, CloseBallot, PutToVote, Terms
from lyceum.server.deciding.motions import MoveMotion, PutMotion, SaveDraft, SecondMotion
from lyceum.server.hall import models as base
from lyceum.server.hall.book import open_book
from server.hall.clock import day

if TYPE_CHECKING:
    from server.hall.conftest import Hall

TEXT = "We strike on Monday at nine.\n\nThe fund pays half of the lost wages.\n\nThe press is told on Sunday."
HOUR = timedelta(hours=1)


class Assembly:
    """A body of the hall's people, `ada` its chair."""

    def __init__(
        self, hall: Hall, *names: str, body: str = "north", charter: rules.Charter | None = None, at: float = 0
    ) -> None:
        self.hall, self.body = hall, body
        people = [hall.id(name) for name in ("ada", *names)]
        founded = rules.BodyFounded(at=day(at), body=body, name=f"The {body}", members=tuple(people),
                                    charter=charter or rules.Charter())  # fmt: skip
        rights = frozenset({rules.Right.CHAIR, rules.Right.RECORD, rules.Right.CALL})
        self.happen(founded)
        self.happen(rules.SeatMade(at=day(at), seat=f"{body}-chair", body=body, title="Chair", rights=rights))
        self.happen(rules.SeatTaken(at=day(at), seat=f"{body}-chair", person=people[0]))

    def happen(self, event: rules.Event) -> tuple[rules.Event, ...]:
        """An event, as rows and in the record."""
        with transaction.atomic():
            return open_book(event.at, secrets.token_bytes).happen(event)

    def publish(self) -> None:
        """Has strangers know of the body."""
        base.Body.objects.filter(pk=self.body).update(public=True)

    def moved(self, title: str = "Strike", text: str = TEXT, *, by: str = "ada", at: float = 1) -> str:
        """A motion that was drafted and moved."""
        draft = SaveDraft(self.hall.actor(by), self.body, title, text).execute(day(at))
        return MoveMotion(self.hall.actor(by), draft).execute(day(at))

    def put(self, title: str = "Strike", text: str = TEXT, *, second: str = "bo", at: float = 1) -> str:
        """A motion that was moved, seconded and put."""
        motion = self.moved(title, text, at=at)
        SecondMotion(self.hall.actor(second), motion).execute(day(at))
        return PutMotion(self.hall.actor("ada"), motion).execute(day(at))

    def vote_on(
        self, subject: str, *, kind: str = "motion", tier: Tier = Tier.OPEN, at: float = 2, **terms: Any
    ) -> str:
        """An open ballot on a motion or amendment, of one day."""
        said = Terms(tier=tier, closes=terms.pop("closes", day(at + 1)), **terms)
        return PutToVote(self.hall.actor("ada"), kind, subject, said).execute(day(at))

    def ask(
        self, options: Sequence[str], rule: rules.Rule, *, tier: Tier = Tier.SECRET, at: float = 2, **terms: Any
    ) -> str:
        """A question with options of its own."""
        said = Terms(tier=tier, closes=terms.pop("closes", day(at + 1)), rule=rule, **terms)
        chosen = tuple(rules.Option(option, option.title()) for option in options)
        return AskBody(self.hall.actor("ada"), self.body, "Who?", chosen, said).execute(day(at))

    def cast(self, ballot: str, name: str, choice: Any, at: datetime | float = 2.5) -> rules.Cast:
        """One vote."""
        moment = day(at) if isinstance(at, int | float) else at
        return CastVote(self.hall.actor(name), ballot, choice).execute(moment)

    def close(self, ballot: str, *, at: float = 3, seed: str | None = None) -> str:
        """The outcome of a ballot that ends."""
        return CloseBallot(self.hall.actor("ada"), ballot, seed).execute(day(at))

    def carry(self, title: str = "Strike", text: str = TEXT, *, at: float = 1) -> str:
        """A motion that all have voted for."""
        motion = self.put(title, text, at=at)
        ballot = self.vote_on(motion, at=at + 0.1)
        for name in ("ada", "bo"):
            self.cast(ballot, name, "yes", at + 0.2)
        assert self.close(ballot, at=at + 1.1) == "carried"
        return motion


def row(ballot: str) -> models.Ballot:
    """The ballot as it is stored."""
    return models.Ballot.objects.get(pk=ballot)
