"""Attacks the secret tier with all that is stored: the tables, every former version of the box, and what is published.

An attacker holds the database, its files with all that was overwritten, and the published ballots. The box's key was
destroyed at closing, as it must be. Each attack pairs voters with papers; a link is a pair that is right. Pairing at
random finds one on average, however many ballots there are.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lyceum.hall.ballots import (
    MOTION,
    Paper,
    Standing,
    Tier,
    cast,
    close_ballot,
    drop_paper,
    new_box,
    open_ballot,
    plan_ballot,
    publish_ballot,
)
from lyceum.hall.counting import SimpleMajority

_OPENS = datetime(2026, 5, 1, tzinfo=UTC)
_CLOSES = _OPENS + timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the attacker has, and the truth to judge her by.

    `marked` has the voters in the order in which their entitlements were marked as used, which the files of a
    database may still show; `boxes` has every version of the box.
    """

    entitlements: Sequence[str]
    marked: Sequence[str]
    boxes: Sequence[bytes]
    published: Sequence[str]
    truth: dict[str, str]


def ours(voters: int, *, seed: int) -> Stored:
    """What this hall stores for a secret ballot."""
    source = random.Random(seed)  # noqa: S311 - the same in every run
    people = [source.randbytes(8).hex() for _ in range(voters)]
    ballot = plan_ballot("b1", body="m1", question="?", options=MOTION, rule=SimpleMajority(), tier=Tier.SECRET,
                  opens=_OPENS, closes=_CLOSES)  # fmt: skip
    opened = open_ballot(ballot, people, at=_OPENS)
    key = source.randbytes(32)
    boxes = [new_box(opened.ballot, key, entropy=source.randbytes)]
    papers: list[Paper] = []
    truth: dict[str, str] = {}
    order = source.sample(people, voters)
    for number, person in enumerate(order):
        choice = ((source.choice(("yes", "no")),),)
        at = _OPENS + timedelta(minutes=number)
        done = cast(opened.ballot, Standing(person, True, True, False), choice, at=at, entropy=source.randbytes)
        assert done.paper is not None
        papers.append(done.paper)
        truth[person] = done.paper.mark
        boxes.append(drop_paper(opened.ballot, boxes[-1], done.paper, key, entropy=source.randbytes))
    published = publish_ballot(close_ballot(opened.ballot, at=_CLOSES, voted=voters), papers)
    marks = [row["receipt"] for row in published["votes"]]
    return Stored([e.person for e in opened.entitlements], order, boxes, marks, truth)


def naive(voters: int, *, seed: int) -> Stored:
    """What a table of votes without the voters' names would store: rows in the order of casting."""
    source = random.Random(seed)  # noqa: S311
    people = [source.randbytes(8).hex() for _ in range(voters)]
    order = source.sample(people, voters)
    rows = [source.randbytes(16).hex() for _ in order]
    boxes = ["".join(rows[:number]).encode() for number in range(voters + 1)]
    return Stored(sorted(people), order, boxes, rows, dict(zip(order, rows, strict=True)))


def attack(stored: Stored) -> dict[str, int]:
    """How many voters each attack ties to their papers."""
    guesses = {
        "papers in the order of voting": (stored.marked, stored.published),
        "papers in the order of the roll": (stored.entitlements, stored.published),
        "papers sorted, voters sorted": (sorted(stored.marked), sorted(stored.published)),
        "papers in the reverse order": (stored.marked, stored.published[::-1]),
        "papers by the bytes that a vote changed": (stored.marked, _by_changes(stored)),
        "papers by likeness of their bytes to the voter's id": (stored.marked, _by_likeness(stored)),
    }
    return {
        name: sum(stored.truth[voter] == paper for voter, paper in zip(voters, papers, strict=False))
        for name, (voters, papers) in guesses.items()
    }


def _by_changes(stored: Stored) -> list[str]:
    """For each version of the box, the published paper whose mark stands in it and not in the one before.

    Where none does, the one whose place in the sorted papers is that of the first byte that changed.
    """
    found = []
    for before, after in zip(stored.boxes, stored.boxes[1:], strict=False):
        fresh = after[len(before) :] if after.startswith(before) else b""
        if fresh:
            found.append(fresh.decode())
            continue
        first = next((i for i, (a, b) in enumerate(zip(before[12:], after[12:], strict=False)) if a != b), 0)
        place = first * len(stored.published) // max(len(after), 1)
        found.append(stored.published[min(place, len(stored.published) - 1)])
    return found


def _by_likeness(stored: Stored) -> list[str]:
    """The paper whose first eight bytes differ least from the voter's id, each paper once."""
    left = {int(mark[:16], 16): mark for mark in stored.published}
    found = []
    for voter in stored.marked:
        number = int(voter, 16)
        nearest = min(left, key=lambda value, number=number: (value ^ number).bit_count())  # type: ignore[misc]
        found.append(left.pop(nearest))
    return found
