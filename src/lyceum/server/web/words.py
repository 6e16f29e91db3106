"""The words of pages for what the library names by code: languages, refusals, steps, reasons."""

from __future__ import annotations

from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

STEPS = {
    "understanding": gettext_lazy("Reading the question"),
    "searching": gettext_lazy("Searching the archive"),
    "reading": gettext_lazy("Reading the passages"),
    "drafting": gettext_lazy("Drafting an answer"),
    "checking": gettext_lazy("Checking every quotation"),
    "translating": gettext_lazy("Translating"),
}
REASONS = {
    "nothing_found": gettext_lazy("The archive does not say."),
    "unread_documents": gettext_lazy("The archive does not say in what could be read."),
    "unclear_question": gettext_lazy("This is not yet a question that the archive can be asked."),
}
NEXT = {
    "nothing_found": gettext_lazy(
        "Ask with other words, or about less at once. What is not in the archive can be given to it."
    ),
    "unread_documents": gettext_lazy(
        "It holds documents on this that could not be read; a librarian can look into why."
    ),
    "unclear_question": gettext_lazy("Name whom, what or when you mean: “When did the weavers strike?”"),
}
"""What to do when there is no answer, by why there is none."""
_WRITTEN_LEFTWARDS = dict.fromkeys(("yi", "ps", "sd", "arc", "syr"), "rtl")  # beside those that Django knows
REFUSALS = {
    "source_says_otherwise": gettext_lazy("the source says otherwise"),
    "not_in_source": gettext_lazy("these words do not stand in the source"),
    "words_in_quotation_marks_not_in_source": gettext_lazy("these words do not stand in the source"),
    "altered_punctuation": gettext_lazy("it alters or cuts the words of the source"),
    "cut_word": gettext_lazy("it alters or cuts the words of the source"),
    "cut_negation": gettext_lazy("it alters or cuts the words of the source"),
    "number_not_in_source": gettext_lazy("the number does not stand in the source"),
    "name_not_in_source": gettext_lazy("the name does not stand in the source"),
    "outside_the_time_asked_for": gettext_lazy("it is about another time"),
    "other_creator": gettext_lazy("somebody else wrote it"),
    "no_citation": gettext_lazy("it names no source"),
    "unknown_source": gettext_lazy("it names no source"),
    "empty": gettext_lazy("it says nothing"),
    "not_supported_by_source": gettext_lazy("the source does not bear it out"),
    "not_in_what_the_reader_wrote": gettext_lazy("it does not stand in what you wrote"),
}


def language_name(code: str) -> str:
    """A language as the reader calls it; its code where it has no name here."""
    primary = code.partition("-")[0]
    if primary in ("und", ""):
        return _("unknown")
    return str(get_language_info(primary)["name_translated"]) if primary in LANG_INFO else code


def direction_of(code: str | None) -> str:
    """The way in which a language is written, `auto` where that is not known."""
    info = LANG_INFO.get((code or "").partition("-")[0], {})
    return ("rtl" if info["bidi"] else "ltr") if "bidi" in info else _WRITTEN_LEFTWARDS.get(code or "", "auto")


def refusal(why: str) -> str:
    """Why a statement was left out."""
    return str(REFUSALS.get(why, _("the source does not bear it out")))


def collection_name(name: str) -> str:
    """A collection as the reader calls it."""
    return _("Main collection") if name == "main" else name
