"""Answers with verified quotations, and says when the archive is silent."""

from lyceum.tutor.alignment import Difference
from lyceum.tutor.answer import EXTRACTIVE, Answer, Claim, Disagreement, Leaning, Translation
from lyceum.tutor.answering import Tell, ask, source_of
from lyceum.tutor.asking import Asked, read_question
from lyceum.tutor.attribution import Known, Work, main_title
from lyceum.tutor.claims import attribute
from lyceum.tutor.conflicts import Conflict, contradicts
from lyceum.tutor.drafts import Quotations, Quoted, find_quotations
from lyceum.tutor.footnotes import answer_as_docx, answer_as_markdown, notes_of
from lyceum.tutor.llm import LanguageModel, parse_object
from lyceum.tutor.matching import Mismatch, Span, locate
from lyceum.tutor.model import Abstention, Nearest, Question, Quotation, Reason, Refusal, Searched, Source, Turn
from lyceum.tutor.quotes import Checked, QuoteReport, Shelf, Verdict, check_quotations
from lyceum.tutor.references import Reference, forms_of_references, reference_to, write_references
from lyceum.tutor.report import quotes_as_html, quotes_as_text
from lyceum.tutor.scoring import Label, ModelScorer, RuleScorer, Support, SupportScorer
from lyceum.tutor.study import (
    Card,
    Dated,
    Event,
    Form,
    Imported,
    Item,
    Kind,
    Lack,
    Memory,
    Readings,
    Recall,
    Rival,
    Section,
    Study,
    Subject,
    Topic,
    forms_of,
    intervals,
    make_study,
    read_package,
    remember,
    render,
    timeline_picture,
)
from lyceum.tutor.suggesting import Further, Nearby, further
from lyceum.tutor.understanding import turns_of
from lyceum.tutor.verify import Citation, check_claim, verify

__all__ = [
    "EXTRACTIVE", "Abstention", "Answer", "Asked", "Card", "Checked", "Citation", "Claim", "Conflict", "Dated",
    "Difference", "Disagreement", "Event", "Form", "Further", "Imported", "Item", "Kind", "Known", "Label", "Lack",
    "LanguageModel", "Leaning", "Memory", "Mismatch", "ModelScorer", "Nearby", "Nearest", "Question", "Quotation",
    "Quotations", "QuoteReport", "Quoted", "Readings", "Reason", "Recall", "Reference", "Refusal", "Rival",
    "RuleScorer", "Searched", "Section", "Shelf", "Source", "Span", "Study", "Subject", "Support", "SupportScorer",
    "Tell", "Topic", "Translation", "Turn", "Verdict", "Work", "answer_as_docx", "answer_as_markdown", "ask",
    "attribute", "check_claim", "check_quotations", "contradicts", "find_quotations", "forms_of",
    "forms_of_references", "further", "intervals", "locate", "main_title", "make_study", "notes_of", "parse_object",
    "quotes_as_html", "quotes_as_text", "read_package", "read_question", "reference_to", "remember", "render",
    "source_of", "timeline_picture", "turns_of", "verify", "write_references",
]  # fmt: skip
