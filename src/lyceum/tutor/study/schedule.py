"""Says when a card is to be seen again, by the FSRS algorithm of the `fsrs` package, with nothing left to chance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from fsrs import Card, Rating, Scheduler, State


class Recall(IntEnum):
    """How well a card was remembered."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True, slots=True)
class Memory:
    """How well a card is known: what FSRS keeps of it, and when it is due. Times are in UTC.

    `phase` is 1 while it is learnt, 2 once it is reviewed, 3 while it is learnt again; a new card has no stability.
    """

    due: dt.datetime
    phase: int = 1
    step: int | None = 0
    stability: float | None = None
    difficulty: float | None = None
    reviewed: dt.datetime | None = None


_RETENTION = 0.9
_SCHEDULER = Scheduler(desired_retention=_RETENTION, enable_fuzzing=False)


def remember(memory: Memory, recall: Recall, now: dt.datetime) -> Memory:
    """What is known of a card after it was seen now; a clock that went back counts as one that stood still."""
    now = max(now, memory.reviewed or now).astimezone(dt.UTC)
    card = Card(
        card_id=1, state=State(memory.phase), step=memory.step, stability=memory.stability,
        difficulty=memory.difficulty, due=memory.due, last_review=memory.reviewed,
    )  # fmt: skip
    seen, _ = _SCHEDULER.review_card(card, Rating(recall), now)
    return Memory(seen.due, int(seen.state), seen.step, seen.stability, seen.difficulty, seen.last_review)


def intervals(memory: Memory, now: dt.datetime) -> Mapping[Recall, dt.timedelta]:
    """How long each way of remembering it would put a card off."""
    return {recall: remember(memory, recall, now).due - now for recall in Recall}
