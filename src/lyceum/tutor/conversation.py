"""Makes a follow-up question stand alone, with words of the conversation and no others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lyceum import text as texts
from lyceum.errors import ModelFailed
from lyceum.tutor.llm import LanguageModel
from lyceum.tutor.model import Turn
from lyceum.tutor.times import time_spans

_FEW_TERMS = 3
_PERSONS = frozenset("he she him her his hers er ihn ihm sein seine il elle lui él ella он она его её ему ей".split())
_THINGS = frozenset(
    "it its they them their theirs this that these those there es sie ihnen ihr ihre dies das diese davon darüber dort "
    "cela ça ils elles leur leurs y eso esto ellos ellas su sus это они их там".split()
)
_ABOUT = re.compile(
    r"^\W*(?:and|what about|how about|and what about|und|und was ist mit|was ist mit|et|et pour|qu’en est-il de|y|"
    r"y qué hay de|а|и|а что насчёт)\s+(?P<rest>.+?)\W*$",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^\W*(?:and |but |und |aber |et |y |а )?(?P<word>why|when|where|who|how|how many|how long|since when|by whom|"
    r"warum|wann|wo|wer|wie|wie viele|seit wann|pourquoi|quand|où|qui|comment|combien|por qué|cuándo|dónde|quién|cómo|"
    r"почему|когда|где|кто|как|сколько)(?: (?:so|not|then|denn|nicht|pas|no))?\W*$",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"^\W*(?:(?:what|when|where|who|whom|whose|why|which|how(?: many| much| long)?|was|wann|wo|wer|warum|welche[rs]?|"
    r"wie(?: viele)?|qui|que|quand|où|pourquoi|comment|quel\w*|qué|cuándo|dónde|quién|por qué|cómo|что|когда|где|кто|"
    r"почему|как)\b\s*)?(?:(?:did|does|do|was|were|is|are|has|have|had|can|could|hat|haben|ist|sind|war|waren|wurde|"
    r"wurden|a|ont|est|sont|fut|furent|ha|han|es|son|fue|fueron)\b\s*)?",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<!^)(?<![.!?] )\b[^\W\d_a-zß-ÿа-я][\w’'-]+(?:\s+[^\W\d_a-zß-ÿа-я][\w’'-]*)*")
_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"question": {"type": "string"}},
    "required": ["question"],
    "additionalProperties": False,
}
_SYSTEM = """\
You are given a conversation with an archive and the reader's next question. Write that question so that it can be
understood without the conversation. Use only words of the conversation, in the language of the question, and answer
nothing."""


def stand_alone(question: str, history: Sequence[Turn], model: LanguageModel | None = None) -> str:
    """The question as it would be put without the turns before it; itself where it needs none of them.

    A model's wording is taken only if every word of content in it comes from the conversation.
    """
    if not history or not _leans(question):
        return question
    if model is not None and (said := _by_model(question, history, model)):
        return said
    return _by_rule(question, history[-1])


def _leans(question: str) -> bool:
    words = [word.lower() for word in texts.words(question)]
    if _BARE.match(question) or (_ABOUT.match(question) and len(words) <= _LONGEST_ABOUT):
        return True
    return any(word in _PERSONS | _THINGS for word in words) or len(_terms(question)) < _FEW_TERMS - 1


_LONGEST_ABOUT = 8


def _by_model(question: str, history: Sequence[Turn], model: LanguageModel) -> str | None:
    turns = "\n".join(f"Reader: {turn.question}\nArchive: {turn.answer}" for turn in history[-3:])
    try:
        reply = model.complete(system=_SYSTEM, user=f"{turns}\nReader: {question}", schema=_SCHEMA)
    except ModelFailed:
        return None
    said = reply.get("question")
    if not isinstance(said, str) or not said.strip() or len(said) > _LONGEST:
        return None
    known = set(_terms(f"{turns} {question}"))
    return " ".join(said.split()) if set(_terms(said)) <= known else None


_LONGEST = 500


def _by_rule(question: str, last: Turn) -> str:
    if bare := _BARE.match(question):
        return f"{bare['word'].capitalize()}: {_core(last.question)}?"
    about = _ABOUT.match(question)
    if about and len(texts.words(question)) <= _LONGEST_ABOUT:
        return _instead(about["rest"], last.question)
    return _filled_in(question, last)


def _core(question: str) -> str:
    """A question without the words that make it one."""
    return _ASKING.sub("", question, count=1).strip(" ?!.¿")


def _instead(new: str, previous: str) -> str:
    """The previous question with its time, or else its last name, replaced by what is asked about now."""
    times, now = time_spans(previous), time_spans(new)
    if now and times:
        start, end = times[0]
        return f"{previous[:start]}{new[now[0][0] : now[0][1]]}{previous[end:]}"
    names = list(_NAME.finditer(previous))
    if names and not now:
        return f"{previous[: names[-1].start()]}{new}{previous[names[-1].end() :]}"
    return f"{previous.rstrip(' ?')} {new}?"


def _filled_in(question: str, last: Turn) -> str:
    """The question with what its pronouns stand for in brackets behind the first of each kind."""
    person = next(iter(_names(last.question) or _names(last.answer)), "")
    thing = _core(last.question)
    filled, done = [], set()
    for word in question.split(" "):
        bare = "".join(texts.words(word)).lower()
        kind = "person" if bare in _PERSONS else "thing" if bare in _THINGS else ""
        meant = {"person": person, "thing": thing}.get(kind, "")
        if meant and kind not in done:
            done.add(kind)
            stripped = word.rstrip("?!.,")
            filled.append(f"{stripped} ({meant}){word[len(stripped) :]}")
        else:
            filled.append(word)
    if done:
        return " ".join(filled)
    return f"{question.rstrip(' ?')} ({thing})?" if thing else question


def _names(text: str) -> list[str]:
    return [match.group() for match in _NAME.finditer(text)]


def _terms(text: str) -> list[str]:
    return texts.content_terms(text, texts.question_language(text))
