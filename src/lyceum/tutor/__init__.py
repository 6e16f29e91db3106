"""Answers with verified quotations, and says when the archive is silent."""

from lyceum.tutor.answer import EXTRACTIVE, Answer, Claim, Disagreement, Leaning, Translation
from lyceum.tutor.answering import Tell, ask, source_of
from lyceum.tutor.asking import Asked, read_question
from lyceum.tutor.claims import attribute
from lyceum.tutor.conflicts import Conflict, contradicts
from lyceum.tutor.llm import LanguageModel, parse_object
from lyceum.tutor.matching import Mismatch, Span, locate
from lyceum.tutor.model import Abstention, Question, Quotation, Reason, Refusal, Searched, Source, Turn
from lyceum.tutor.quotes import Checked, Verdict, check_quotations, find_quotations
from lyceum.tutor.understanding import turns_of
from lyceum.tutor.verify import Citation, check_claim, verify

__all__ = [
    "EXTRACTIVE", "Abstention", "Answer", "Asked", "Checked", "Citation", "Claim", "Conflict", "Disagreement",
    "LanguageModel", "Leaning", "Mismatch", "Question", "Quotation", "Reason", "Refusal", "Searched", "Source",
    "Span", "Tell", "Translation", "Turn", "Verdict", "ask", "attribute", "check_claim", "check_quotations",
    "contradicts", "find_quotations", "locate", "parse_object", "read_question", "source_of", "turns_of", "verify",
]  # fmt: skip
