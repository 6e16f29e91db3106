"""Makes study of the archive: guides, timelines, positions, reading lists, courses, quizzes and cards.

Every item rests on citations that `verify()` has made; what the archive lacks is said, not made up. Useful for what
is learnt and taught from an archive; answering one question is the tutor's own part.
"""

from lyceum.tutor.study.forms import Form, forms_of, render
from lyceum.tutor.study.making import make_study
from lyceum.tutor.study.material import Readings
from lyceum.tutor.study.model import Card, Dated, Event, Item, Kind, Lack, Rival, Section, Study, Subject, Topic
from lyceum.tutor.study.packages import Imported, read_package
from lyceum.tutor.study.picture import svg as timeline_picture
from lyceum.tutor.study.schedule import Memory, Recall, intervals, remember

__all__ = [
    "Card", "Dated", "Event", "Form", "Imported", "Item", "Kind", "Lack", "Memory", "Readings", "Recall", "Rival",
    "Section", "Study", "Subject", "Topic", "forms_of", "intervals", "make_study", "read_package", "remember",
    "render", "timeline_picture",
]  # fmt: skip
