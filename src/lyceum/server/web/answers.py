"""Answers as pages show them, the ones being worked on, and those of the last minutes."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from lyceum.contract import answer_json
from lyceum.errors import LyceumError, UnknownDocument
from lyceum.library import Block, Filter, Library, Question, Scope, turns_of
from lyceum.server.desk import Desk
from lyceum.server.offered import model_of
from lyceum.server.web.exporting import place_of
from lyceum.server.web.shaping import Run, marked, quoted

_MOST_REMEMBERED = 500
_AT_MOST_AROUND = 900
_HEADINGS_BETWEEN = 2


@dataclass(slots=True)
class Work:
    """A question that is being answered, and the step that it has come to."""

    question: str
    step: str = "understanding"
    future: Future[dict[str, Any]] = field(default_factory=Future)
    before: tuple[str, ...] = ()
    key: str = ""

    def tell(self, step: str) -> None:
        """Notes a step."""
        self.step = step

    def within(self, seconds: float) -> dict[str, Any] | None:
        """The answer, or None where it takes longer; raises what went wrong."""
        try:
            return self.future.result(seconds)
        except NotYet:
            return None


@dataclass(slots=True)
class Remembered:
    """The last things that were put here, by a key that cannot be guessed; they end with the process."""

    _kept: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, value: Any) -> str:
        """Keeps a value; returns its key."""
        key = secrets.token_urlsafe(12)
        self.note(key, value)
        return key

    def note(self, key: str, value: Any) -> None:
        """Keeps a value under a key that is known already."""
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > _MOST_REMEMBERED:
                self._kept.popitem(last=False)

    def get(self, key: str) -> Any | None:
        """What a key stands for, or None."""
        with self._lock:
            return self._kept.get(key)


WORKS = Remembered()
ANSWERS = Remembered()
FURTHER = Remembered()
JUDGED = Remembered()


def begin(desk: Desk, question: Question, model: str | None, before: Sequence[str]) -> Work:
    """Has a question answered; raises Busy, and InvalidValue for a model that is not offered."""
    chosen = model_of(model, desk.settings)
    work = Work(question.text, before=tuple(before))
    work.future = desk.begin(lambda library: _answered(library, question, chosen, work))
    return work


def earlier(library: Library, keys: Sequence[str], scope: Scope) -> list[tuple[str, dict[str, Any]]]:
    """The answers of a conversation that are still remembered and that the asker may read."""
    found = ((key, ANSWERS.get(key)) for key in keys)
    return [(key, answer) for key, answer in found if answer and is_readable(answer, library, scope)]


def question_of(text: str, scope: Scope, wanted: Filter, before: Sequence[Mapping[str, Any]]) -> Question:
    """A question after earlier ones."""
    turns = turns_of([(one["question"], " ".join(claim["text"] for claim in one["claims"])) for one in before])
    return Question(text, scope, wanted, history=turns)


def is_readable(answer: Mapping[str, Any], library: Library, scope: Scope) -> bool:
    """Whether somebody may read all that an answer names."""
    try:
        for document in {named["document"] for named in (*answer["citations"], *answer["nearest"])}:
            library.document(document, scope=scope)
    except UnknownDocument:
        return False
    return True


# --- as they are shown -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A source beside an answer: the words quoted, with a paragraph before and after."""

    n: int
    document: str
    title: str
    by: str
    date: str
    page: str
    language: str
    place: str
    before: str
    runs: tuple[Run, ...]
    after: str
    translation: Mapping[str, Any] | None
    claim: int = 0
    """The first statement that rests on it, from 1; 0 for none."""


def shown(answer: Mapping[str, Any], library: Library, scope: Scope) -> dict[str, Any]:
    """An answer with its sources in their context; what may not be read, or has gone, is shown without context."""
    resting = {n: at for at, claim in reversed([*enumerate(answer["claims"], start=1)]) for n in claim["citations"]}
    sources = [
        replace(_shown(citation, library, scope), claim=resting.get(citation["n"], 0))
        for citation in answer["citations"]
    ]
    by_number = {source.n: source for source in sources}
    return {
        **answer,
        "claims": [{"runs": quoted(claim["text"]), "numbers": claim["citations"]} for claim in answer["claims"]],
        "sources": sources,
        "disagreements": [
            {
                "about": one["about"],
                "sides": [
                    {**side, "sources": [by_number[n] for n in side["citations"] if n in by_number]}
                    for side in one["sides"]
                ],
            }
            for one in answer["disagreements"]
        ],
        "seconds": round(answer.get("milliseconds", 0) / 1000, 1),
        "steps": (answer.get("trace") or {}).get("milliseconds", {}),
    }


def _shown(citation: Mapping[str, Any], library: Library, scope: Scope) -> Shown:
    start, end = citation["start"], citation["end"]
    before, after = "", ""
    runs: tuple[Run, ...] = (Run(citation["exact"], True),)
    try:
        document = library.document(citation["document"], version=citation["version"], scope=scope)
        blocks = library.blocks(document)
        inside = [n for n, block in enumerate(blocks) if block.end > start and block.start < end]
        first, last = (inside[0], inside[-1]) if inside else (0, -1)
        begin, stop = (blocks[first].start, blocks[last].end) if inside else (start, end)
        begin, stop = max(begin, start - _AT_MOST_AROUND), min(stop, end + _AT_MOST_AROUND)
        runs = marked(library.text(document, begin, stop), begin, [(start, end)])
        if inside:
            before = _text_of(library, document, _next_paragraph(reversed(blocks[:first])))
            after = _text_of(library, document, _next_paragraph(blocks[last + 1 :]))
    except LyceumError:
        pass
    place = place_of(citation)
    return Shown(
        citation["n"], citation["document"], citation["title"], ", ".join(citation["creators"]), citation["date"] or "",
        citation["page"] or "", citation["language"], place, before, runs, after, citation.get("translation"),
    )  # fmt: skip


def _next_paragraph(blocks: Iterable[Block]) -> Block | None:
    """The first paragraph, past a heading or two."""
    return next((block for block in islice(blocks, _HEADINGS_BETWEEN + 1) if block.kind == "paragraph"), None)


def _text_of(library: Library, document: Any, block: Block | None) -> str:
    if block is None:
        return ""
    return library.text(document, block.start, min(block.end, block.start + _AT_MOST_AROUND))


def _answered(library: Library, question: Question, model: str, work: Work) -> dict[str, Any]:
    started = time.perf_counter()
    answer = library.ask(question, model=model, tell=work.tell)
    return {"id": None, **answer_json(answer, round((time.perf_counter() - started) * 1000, 2))}
