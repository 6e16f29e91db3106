"""Understands what was put: the question itself, made to stand alone, apart from what was pasted with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lyceum import text as texts
from lyceum.tutor.asking import Asked, read_question
from lyceum.tutor.conversation import stand_alone
from lyceum.tutor.drafts import find_quotations
from lyceum.tutor.llm import LanguageModel
from lyceum.tutor.model import Question, Turn
from lyceum.tutor.times import When, read_when

_LONG = 60
_LONGEST_PASTED = 20_000
_FEWEST_QUOTED = 4
_ASKS = re.compile(r"[?？؟;]\s*[\"”’»)]*\s*$")


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it is answered: how it is put alone, its time, words it says were said, and what was pasted."""

    asked: Asked
    when: When
    quoted: tuple[str, ...]
    pasted: str

    @property
    def text(self) -> str:
        """The question alone."""
        return self.asked.text


def understand(question: Question, model: LanguageModel | None = None) -> Understood:
    """What a question asks; about the pasted text where it has hardly a word of its own."""
    own, pasted = part_pasted(question.text)
    alone = stand_alone(own, question.history, model)
    asked = read_question(alone)
    if pasted and len(asked.terms) < _FEW_TERMS:
        asked = read_question(f"{alone} {pasted}")
    quoted = tuple(_quoted(own)) if not pasted else ()
    return Understood(asked, read_when(asked.text), quoted, pasted)


_FEW_TERMS = 2


def turns_of(history: Sequence[tuple[str, str]]) -> tuple[Turn, ...]:
    """The turns of a conversation kept as questions and answers, each made to stand alone."""
    turns: list[Turn] = []
    for question, answer in history:
        turns.append(Turn(stand_alone(question, turns), answer))
    return tuple(turns)


def part_pasted(text: str) -> tuple[str, str]:
    """The question, and the text of the asker's own that came with it, which is empty for ordinary questions.

    Lines that begin with > are pasted; so is all of a long text but the paragraph, or else the sentence, that asks.
    """
    lines = text.strip().splitlines()
    marked = [line.lstrip("> ").strip() for line in lines if line.startswith(">")]
    if marked and len(marked) < len(lines):
        rest = " ".join(line for line in lines if not line.startswith(">")).strip()
        if rest:
            return rest, " ".join(marked)[:_LONGEST_PASTED]
    if texts.word_count(text[:_LONGEST_PASTED]) <= _LONG:
        return text, ""
    for pieces in (_paragraphs(text), _sentences(text[:_LONGEST_PASTED])):
        asking = [piece for piece in pieces if _ASKS.search(piece) and texts.word_count(piece) <= _LONG]
        if asking and len(pieces) > 1:
            chosen = asking[-1] if pieces[-1] == asking[-1] else asking[0]
            return chosen, " ".join(piece for piece in pieces if piece != chosen)[:_LONGEST_PASTED]
    return text, ""


def _paragraphs(text: str) -> list[str]:
    return [piece.strip() for piece in re.split(r"\n\s*\n", text) if piece.strip()]


def _sentences(text: str) -> list[str]:
    return [text[a:b] for a, b in texts.sentences(text, texts.detect_language(text))]


def _quoted(question: str) -> list[str]:
    """What the question puts between quotation marks, where that is more than a title or a term."""
    return [q.words for q in find_quotations(question).found if texts.word_count(q.words) >= _FEWEST_QUOTED]
