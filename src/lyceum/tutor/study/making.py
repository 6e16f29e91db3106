"""Has a study made by the module of its kind."""

from __future__ import annotations

import importlib
from typing import Protocol, cast

from lyceum.errors import InvalidValue
from lyceum.tutor.llm import LanguageModel
from lyceum.tutor.study.material import Readings, Task, gather
from lyceum.tutor.study.model import Kind, Study, Topic

_MODULES = {
    Kind.GUIDE: "guide",
    Kind.TIMELINE: "timeline",
    Kind.POSITIONS: "positions",
    Kind.READING_LIST: "reading",
    Kind.COURSE: "course",
    Kind.QUIZ: "quiz",
    Kind.CARDS: "cards",
}


class Maker(Protocol):
    """A module that makes one kind of study."""

    def make(self, task: Task) -> Study:
        """The study; what is missing stands in its lacks, and a model may only word what citations carry."""
        ...


def make_study(kind: Kind, topic: Topic, readings: Readings, model: LanguageModel | None = None) -> Study:
    """What the archive gives for a topic, every item on verified citations; raises InvalidValue for no topic at all."""
    if kind not in _MODULES:
        raise InvalidValue(
            f"A {kind} cannot be made yet.", hint=f"There is {', '.join(_MODULES)}.", code="unknown_kind"
        )
    maker = cast("Maker", importlib.import_module(f"lyceum.tutor.study.{_MODULES[kind]}"))
    return maker.make(Task(topic, gather(topic, readings), readings, model))
