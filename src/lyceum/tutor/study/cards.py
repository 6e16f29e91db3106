"""Makes cards for learning by heart: a verified sentence with a gap on the front, the words that fill it behind."""

from __future__ import annotations

from lyceum.tutor.study.asking import questions
from lyceum.tutor.study.material import Task
from lyceum.tutor.study.model import Kind, Study
from lyceum.tutor.study.quiz import too_few

_USUAL = 20


def make(task: Task) -> Study:
    """The cards; a model takes no part in them, since every word of a card is the source's."""
    topic, material = task.topic, task.material
    wanted = _USUAL if topic.limit is None else topic.limit
    cards = tuple(questions(task, limit=wanted, with_distractors=False))
    return Study(
        Kind.CARDS, topic.text, material.subject, f"Cards: {material.name}", documents=material.about(),
        cards=cards, lacks=material.lacks() or too_few(len(cards), wanted),
        index_revision=task.readings.revision, notice=task.readings.notice,
    )  # fmt: skip
