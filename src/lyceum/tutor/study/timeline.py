"""Makes a timeline: events with the dates that the text states, in the words of their sources."""

from __future__ import annotations

from lyceum.tutor.study.material import Task
from lyceum.tutor.study.model import Event, Kind, Lack, Study


def make(task: Task) -> Study:
    """The dated events of a topic as time went; see `lyceum.tutor.study.making.Maker`."""
    events: list[Event] = []
    material = task.material
    lacks = material.lacks() or (() if events else (_UNDATED,))
    return Study(
        kind=Kind.TIMELINE, topic=task.topic.text, subject=material.subject, title=f"Timeline: {material.name}",
        documents=material.about(), events=tuple(events), lacks=lacks,
        index_revision=task.readings.revision, notice=task.readings.notice,
    )  # fmt: skip


_UNDATED = Lack("no_dates", "No sentence on this states a date.", "Widen the topic, or study its guide instead.")
