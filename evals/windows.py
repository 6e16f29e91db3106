"""Asks for documents of a time, and looks whether anything else is cited: `python -m evals.windows HOME`.

Two hundred questions made of subjects, of authors that the archive holds, and of years drawn between its oldest and
its newest document. A citation lies within the window when the whole time that its document's date can mean does.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lyceum import config
from lyceum.library import Library, PartialDate, Question, Scope

QUESTIONS = 200
_SEED = 13
_SUBJECTS = (
    "strikes", "wages", "slavery", "child labour", "the eight-hour day", "trade unions", "property", "education",
    "women's work", "the vote", "poverty", "machines", "socialism", "the church", "war",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the days that it allows."""

    text: str
    first: dt.date | None
    last: dt.date | None


def main() -> None:
    """Prints how many citations were within and without; exits with 1 when one was without."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    options = parser.parse_args()
    counted: Counter[str] = Counter()
    with Library.open(config.load(options.home, {})) as library:
        for asked in make_questions(library, options.questions):
            answer = library.ask(Question(asked.text, Scope.everything()))
            counted["silent" if answer.abstained else "answered"] += 1
            for citation in answer.citations:
                within = _is_within(citation.date, asked)
                counted["within" if within else "without"] += 1
                if not within:
                    print(f"✗ {asked.text}: {citation.date}, {citation.title}")
    print(f"{options.questions} questions with a time: {dict(counted)}; citations without the window, goal 0")
    sys.exit(1 if counted["without"] else 0)


def make_questions(library: Library, number: int) -> Iterator[Asked]:
    """Questions in five forms, always the same for the same archive."""
    chance = random.Random(_SEED)  # noqa: S311  (no secret is drawn)
    documents = [d for d in library.documents() if d.metadata.date]
    years = [d.metadata.date.year for d in documents if d.metadata.date]
    authors = sorted({name for d in documents for name in d.metadata.creators})
    for n in range(number):
        subject, author = chance.choice(_SUBJECTS), chance.choice(authors)
        one, other = sorted(chance.choices(years, k=2))
        yield (
            Asked(f"What was written about {subject} before {one}?", None, dt.date(one - 1, 12, 31)),
            Asked(f"What was published about {subject} between {one} and {other}?",
                  dt.date(one, 1, 1), dt.date(other, 12, 31)),
            Asked(f"As of {other}, what was known about {subject}?", None, dt.date(other, 12, 31)),
            Asked(f"What did {author} write in {one}?", dt.date(one, 1, 1), dt.date(one, 12, 31)),
            Asked(f"Was wurde nach {one} über {subject} geschrieben?", dt.date(one + 1, 1, 1), None),
        )[n % 5]  # fmt: skip


def _is_within(date: str | None, asked: Asked) -> bool:
    if date is None:
        return False
    known = PartialDate.parse(date)
    after = asked.first is None or known.first >= asked.first
    return after and (asked.last is None or known.last <= asked.last)


if __name__ == "__main__":
    main()
