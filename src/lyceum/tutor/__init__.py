"""Answers with verified quotations, and says when the archive is silent."""

from lyceum.tutor.alignment import Difference
from lyceum.tutor.answer import EXTRACTIVE, Answer, Claim, Disagreement, Leaning, Translation
from lyceum.tutor.answering import Tell, ask, source_of
from lyceum.tutor.asking import Asked, read_question
from lyceum.tutor.attribution import Known, Work, main_title
from lyceum.tutor.claims import attribute
from lyceum.tutor.conflicts import Conflict, contradicts
from lyceum.tutor.drafts import Quotations, Quoted, find_quotations
from lyceum.tutor.llm import LanguageModel, parse_object
from lyceum.tutor.matching import Mismatch, Span, locate
from lyceum.tutor.model import Abstention, Nearest, Question, Quotation, Reason, Refusal, Searched, Source, Turn
from lyceum.tutor.quotes import Checked, QuoteReport, Shelf, Verdict, check_quotations
from lyceum.tutor.report import quotes_as_html, quotes_as_text
from lyceum.tutor.scoring import Label, ModelScorer, RuleScorer, Support, SupportScorer
from lyceum.tutor.understanding import turns_of
from lyceum.tutor.verify import Citation, check_claim, verify

__all__ = [
    "EXTRACTIVE", "Abstention", "Answer", "Asked", "Checked", "Citation", "Claim", "Conflict", "Difference",
    "Disagreement", "Known", "Label", "LanguageModel", "Leaning", "Mismatch", "ModelScorer", "Nearest", "Question",
    "Quotation", "Quotations", "QuoteReport", "Quoted", "Reason", "Refusal", "RuleScorer", "Searched", "Shelf",
    "Source", "Span", "Support", "SupportScorer", "Tell", "Translation", "Turn", "Verdict", "Work", "ask",
    "attribute", "check_claim", "check_quotations", "contradicts", "find_quotations", "locate", "main_title",
    "parse_object", "quotes_as_html", "quotes_as_text", "read_question", "source_of", "turns_of", "verify",
]  # fmt: skip
