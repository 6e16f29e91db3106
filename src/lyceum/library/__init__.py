"""Builds the rooms from settings and is the one door to them.

with Library.open(settings) as library:
    library.add(["archive/"])
    answer = library.ask(Question("When did the weavers strike?", Scope.everything()))
"""

from lyceum.archive import Block, Document, Failure, Page, PartialDate, Passage, State, sureness
from lyceum.library.answers import Recheck, Standing
from lyceum.library.door import AddReport, Edition, Facets, Library, SearchResult
from lyceum.library.integrity import Problem
from lyceum.library.keeping import HandedIn
from lyceum.library.parts import model_requirements, quality_requirements, time_stamper
from lyceum.library.work import Progress
from lyceum.library.works import Work
from lyceum.search import ELSEWHERE, Filter, Hit, Mode, Order, Query, Scope, Snippet, read_query
from lyceum.tutor import (
    EXTRACTIVE,
    Answer,
    Checked,
    Event,
    Further,
    Imported,
    Item,
    Kind,
    Memory,
    Nearby,
    Question,
    QuoteReport,
    Recall,
    Reference,
    Source,
    Study,
    Topic,
    Turn,
    Verdict,
    answer_as_docx,
    answer_as_markdown,
    forms_of,
    forms_of_references,
    further,
    intervals,
    notes_of,
    quotes_as_html,
    quotes_as_text,
    read_package,
    remember,
    render,
    timeline_picture,
    turns_of,
    write_references,
)

__all__ = [
    "ELSEWHERE", "EXTRACTIVE", "AddReport", "Answer", "Block", "Checked", "Document", "Edition", "Event", "Facets",
    "Failure", "Filter", "Further", "HandedIn", "Hit", "Imported", "Item", "Kind", "Library", "Memory", "Mode",
    "Nearby", "Order", "Page", "PartialDate", "Passage", "Problem", "Progress", "Query", "Question", "QuoteReport",
    "Recall", "Recheck", "Reference", "Scope", "SearchResult", "Snippet", "Source", "Standing", "State", "Study",
    "Topic", "Turn", "Verdict", "Work", "answer_as_docx", "answer_as_markdown", "forms_of", "forms_of_references",
    "further", "intervals", "model_requirements", "notes_of", "quality_requirements", "quotes_as_html",
    "quotes_as_text", "read_package", "read_query", "remember", "render", "sureness", "time_stamper",
    "timeline_picture", "turns_of", "write_references",
]  # fmt: skip
