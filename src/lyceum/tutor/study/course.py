"""Makes a course: weeks of reading in order, each with aims, passages, questions to discuss, and a check of memory.

With it comes a sheet for whoever leads the circle: how an evening may go, and the answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lyceum.archive import Passage
from lyceum.tutor.study.asking import questions
from lyceum.tutor.study.material import Material, Task
from lyceum.tutor.study.model import Card, Item, Kind, Lack, Section, Study, Topic
from lyceum.tutor.study.prose import Sentence, sentences_of
from lyceum.tutor.study.reading import METHOD, chosen, described, in_order, part_facts, telling, worth_reading
from lyceum.tutor.study.statements import is_statement
from lyceum.tutor.study.works import Part, Work
from lyceum.tutor.verify import Citation

_WEEKS = 8
_MOST_WEEKS = 30
_MINUTES_A_WEEK = 90
_PASSAGES = 3
_CHECKS = 3


@dataclass(frozen=True, slots=True)
class Week:
    """What is read before one meeting, of one work."""

    number: int
    work: Work
    parts: tuple[Part, ...]

    @property
    def minutes(self) -> int:
        """How long its reading takes."""
        return max(1, round(sum(part.minutes for part in self.parts)))

    def passages(self) -> list[Passage]:
        """Passages of what is read, those on the topic among them."""
        return [passage for part in self.parts for passage in part.passages]


def make(task: Task) -> Study:
    """The course; each aim and question quotes the words that it is about."""
    topic, material = task.topic, task.material
    wanted = min(topic.limit or _WEEKS, _MOST_WEEKS)
    weeks = list(_weeks(in_order(chosen(task, wanted)), wanted))
    cards = [_checks(week, task) for week in weeks]
    sections = [section for week in weeks if (section := _section(week, material))]
    if sections:
        sections.append(_for_the_leader(sections, cards))
    return Study(
        Kind.COURSE, topic.text, material.subject, f"Course: {material.name}", documents=material.about(),
        sections=tuple(sections), cards=tuple(card for group in cards for card in group),
        lacks=material.lacks() or _lacks(sections, wanted), index_revision=task.readings.revision,
        notice=task.readings.notice,
        facts={"weeks": len(weeks), "minutes": sum(week.minutes for week in weeks), "method": METHOD},
    )  # fmt: skip


def _lacks(sections: Sequence[Section], wanted: int) -> tuple[Lack, ...]:
    made = max(0, len(sections) - 1)
    if made >= wanted:
        return ()
    return (Lack("short_course", f"There is reading for {made} week{'s' if made != 1 else ''} of {wanted}.",
                 "Take a wider topic, or add works to the archive."),)  # fmt: skip


# --- weeks -------------------------------------------------------------------------------------------------


def _weeks(works: Sequence[Work], most: int) -> Iterator[Week]:
    """Each work has as many weeks as its share allows; a week has parts of one work, in their order."""
    share = max(1, most // max(1, len(works)))
    number = 0
    for work in works:
        for parts in _portions(worth_reading(work), share):
            if number == most:
                return
            number += 1
            yield Week(number, work, parts)


def _portions(parts: Sequence[Part], most: int) -> Iterator[tuple[Part, ...]]:
    """The parts in portions of at most an evening or two; those that speak most of the topic where not all fit."""
    kept: list[Part] = []
    room: float = most * _MINUTES_A_WEEK
    for part in sorted(parts, key=lambda part: (-part.mentions, part.start)):
        if part.minutes <= room:
            kept.append(part)
            room -= part.minutes
    portion: list[Part] = []
    for part in sorted(kept, key=lambda part: part.start):
        if portion and sum(one.minutes for one in portion) + part.minutes > _MINUTES_A_WEEK:
            yield tuple(portion)
            portion = []
        portion.append(part)
    if portion:
        yield tuple(portion)


# --- one week ----------------------------------------------------------------------------------------------


def _section(week: Week, material: Material) -> Section | None:
    """A week with its reading, aims, passages and questions; None where nothing of it can be quoted."""
    sentences = [sentence for passage in week.passages() for sentence in sentences_of(passage)]
    key = tuple(telling(sentences, material.terms, _PASSAGES))
    if not key:
        return None
    by = _author(week.work)
    reading = Item(
        "", key[:1], about=week.work.name,
        facts={"type": "reading", **described(week.work), "minutes": week.minutes,
               "parts": [part_facts(part) for part in week.parts]},
    )  # fmt: skip
    passages = [Item("", (citation,), facts={"type": "passage"}) for citation in key]
    asked = list(_questions(sentences, material, key))
    items = (reading, *_aims(by, key, asked), *passages, *asked)
    title = f"Week {week.number}: {week.work.document.metadata.title or week.work.document.name}"
    return Section(f"week-{week.number}", title, items, facts={"week": week.number, "minutes": week.minutes})


def _author(work: Work) -> str:
    creators = work.document.metadata.creators
    return creators[0].split(",")[0].split(" (")[0] if creators else "the author"


def _aims(by: str, key: tuple[Citation, ...], asked: Sequence[Item]) -> Iterator[Item]:
    """What whoever has read it can do: say, ground, weigh; each with the words that it is about."""
    yield Item(f"Say in your own words what {by} holds here.", key[:1], facts={"type": "aim", "aim": "say"})
    if len(key) > 1:
        yield Item(f"Show on what {by} rests it, with page and quotation.", key[1:2],
                   facts={"type": "aim", "aim": "ground"})  # fmt: skip
    if asked:
        yield Item("Weigh what speaks for it and what against.", asked[0].citations,
                   facts={"type": "aim", "aim": "weigh"})  # fmt: skip


_PROMPTS = {
    "demand": "What speaks for this demand, and what against it?",
    "cause": "Is this the cause? What else could have brought it about?",
    "contrast": "Which side of this do you take, and what would the other answer?",
    "all": "Does this hold always? Think of a case for it and one against it.",
    "meaning": "What is meant by this, and what follows from it?",
}
_SIGNS = {
    "demand": r"must|should|ought|shall|need to|necessary|demand\w*|duty|soll\w*|muss|müssen|doit|doivent|faut|debe\w*",
    "cause": r"because|therefore|owing to|due to|caused?|reason|result(?:ed|s)?|weil|daher|deshalb|infolge|wegen|"
    r"parce que|puisque|donc|porque|por eso|causa",
    "contrast": r"but|whereas|while|although|though|on the contrary|however|not .{3,40} but|sondern|während|obwohl|"
    r"mais|tandis que|quoique|sino|mientras|aunque",
    "all": r"always|never|every|everywhere|all men|none|no man|only|immer|nie|jede[rsnm]?|toujours|jamais|tous|"
    r"siempre|nunca|todos",
}
_TELLTALE = {ask: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for ask, words in _SIGNS.items()}


def _questions(sentences: Sequence[Sentence], material: Material, key: tuple[Citation, ...]) -> Iterator[Item]:
    """Questions to discuss, each of another sort, and each of a sentence that argues rather than tells."""
    used = {citation.exact for citation in key}
    for ask, sign in _TELLTALE.items():
        arguing = [s for s in sentences if sign.search(s.text) and s.text not in used]
        stating = [s for s in arguing if is_statement(s)]
        for citation in telling(stating or arguing, material.terms, 1):
            used.add(citation.exact)
            yield _question(ask, citation)
    if len(used) == len(key):
        yield _question("meaning", key[-1])


def _question(ask: str, citation: Citation) -> Item:
    """Words, and what to talk about; pages say the second part in the reader's language by its code."""
    quoted = " ".join(citation.exact.split())
    return Item(f"“{quoted}” {_PROMPTS[ask]}", (citation,), facts={"type": "question", "ask": ask})


def _checks(week: Week, task: Task) -> list[Card]:
    """A few gaps in sentences of what was read."""
    passages = week.passages()
    material = replace(task.material, passages=lambda: iter(passages))
    topic = Topic(task.topic.text, task.topic.scope, task.topic.filter)
    made = questions(replace(task, topic=topic, material=material), limit=_CHECKS, with_distractors=False)
    return [replace(card, facts={**card.facts, "week": week.number}) for card in made]


# --- for who leads -----------------------------------------------------------------------------------------

_EVENING = (
    (10, "open", "Open: who has read, and what struck you? Everybody has a word before anybody has two."),
    (20, "read", "Read the passages aloud. After each, one says in other words what it says."),
    (40, "discuss", "Discuss the questions. Ask for the page when something is said of the text."),
    (10, "check", "Check from memory, then look up together what was not known."),
    (10, "close", "Close: what do we take from it, what stays open, who brings the next reading?"),
)


def _for_the_leader(sections: Sequence[Section], cards: Sequence[Sequence[Card]]) -> Section:
    """How an evening of an hour and a half may go, and the answers week by week."""
    first = sections[0].items[0].citations
    steps = [Item(text, first if step == "read" else (), facts={"type": "step", "step": step, "minutes": minutes})
             for minutes, step, text in _EVENING]  # fmt: skip
    answers = [
        Item(f"{card.facts['cloze']}: {card.answer}", card.citations, facts={"type": "answer", "week": n})
        for n, group in enumerate(cards, start=1)
        for card in group
    ]
    return Section("leader", "For who leads the circle", (*steps, *answers), note="An evening of an hour and a half.")
