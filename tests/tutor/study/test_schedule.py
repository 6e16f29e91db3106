"""A card comes back when the reference package says that it does."""

from __future__ import annotations

import datetime as dt
import random

import fsrs

from lyceum.tutor.study.schedule import Memory, Recall, intervals, remember

START = dt.datetime(2026, 1, 5, 8, 0, tzinfo=dt.UTC)


def history(seed: int) -> list[tuple[Recall, dt.timedelta]]:
    """How somebody learns: how well each time, and how long after the card was due."""
    chance = random.Random(seed)  # noqa: S311
    rounds = chance.randint(1, 12)
    return [
        (chance.choices(list(Recall), (2, 1, 6, 1))[0], dt.timedelta(hours=chance.expovariate(1 / 30)))
        for _ in range(rounds)
    ]


def test_a_thousand_histories_are_scheduled_as_by_the_reference():
    reference = fsrs.Scheduler(enable_fuzzing=False)
    for seed in range(1_000):
        ours, theirs = Memory(START), fsrs.Card(card_id=seed, due=START)
        for recall, late in history(seed):
            now = ours.due + late
            ours = remember(ours, recall, now)
            theirs, _ = reference.review_card(theirs, fsrs.Rating(int(recall)), now)
            assert (ours.due, ours.stability, ours.difficulty) == (theirs.due, theirs.stability, theirs.difficulty)
            assert (ours.phase, ours.step, ours.reviewed) == (int(theirs.state), theirs.step, theirs.last_review)


def test_the_better_a_card_is_remembered_the_later_it_comes_back():
    known = remember(remember(Memory(START), Recall.GOOD, START), Recall.GOOD, START + dt.timedelta(minutes=10))
    waits = intervals(known, known.due)
    assert sorted(waits, key=lambda recall: waits[recall]) == list(Recall)


def test_a_clock_that_went_back_does_not_undo_a_review():
    seen = remember(Memory(START), Recall.EASY, START)
    earlier = remember(seen, Recall.GOOD, START - dt.timedelta(days=3))
    assert earlier.reviewed == START
    assert earlier.due > START
