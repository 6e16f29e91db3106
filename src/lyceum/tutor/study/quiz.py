"""Makes a quiz: a gap in a verified sentence, and four ways to fill it of which the archive bears out one."""

from __future__ import annotations

from lyceum.tutor.study.asking import questions
from lyceum.tutor.study.material import Task
from lyceum.tutor.study.model import Kind, Lack, Study

_USUAL = 10


def make(task: Task) -> Study:
    """The quiz; a model takes no part in it, since every word of a question is the source's."""
    topic, material = task.topic, task.material
    wanted = _USUAL if topic.limit is None else topic.limit
    cards = tuple(questions(task, limit=wanted, with_distractors=True))
    return Study(
        Kind.QUIZ, topic.text, material.subject, f"Quiz: {material.name}", documents=material.about(),
        cards=cards, lacks=material.lacks() or too_few(len(cards), wanted),
        index_revision=task.readings.revision, notice=task.readings.notice,
    )  # fmt: skip


def too_few(made: int, wanted: int) -> tuple[Lack, ...]:
    """That there are fewer questions than wanted; none where there are enough."""
    if made >= wanted:
        return ()
    message = f"The archive's statements on this carry {made or 'no'} question{'s' if made != 1 else ''}."
    hint = "A question needs a sentence with a year, a number, a person or a place; try a wider topic."
    return (Lack("few_questions", message, hint),)
