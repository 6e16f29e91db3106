"""The quotation-fidelity set: made from any archive, judged by any system, scored here.

    python -m lyceum.evals.quotes make --home HOME set.jsonl
    python -m lyceum.evals.quotes judge --home HOME set.jsonl verdicts.jsonl
    python -m lyceum.evals.quotes score set.jsonl verdicts.jsonl

docs/evaluation/quotes.md has the format and what each class and kind means.
"""

from __future__ import annotations

import json
import math
import os
import random
import re
import sys
import tempfile
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import click
from rapidfuzz import fuzz

from lyceum import config
from lyceum import text as texts
from lyceum.errors import UsageError
from lyceum.evals.alterations import (
    ALTERATIONS,
    CUTS,
    TYPOGRAPHY,
    Change,
    Stretch,
    World,
    pairs_of,
    sentences_of,
    world_of,
)
from lyceum.library import Checked, Document, Library, Source

EXPECTED = {"true": "exact", "altered": "altered", "misattributed": "misattributed", "invented": "not_found"}
"""The verdict that each class of item asks for."""

SHARES = {"true": 0.4, "altered": 0.35, "misattributed": 0.15, "invented": 0.1}
_SEED = 20261122
_WINDOW = 4_000
_MOST_WINDOWS = 1_500
_TRIES = 60


@dataclass(frozen=True, slots=True)
class Item:
    """A paragraph of a draft with one quotation, of what class and kind it is, and where its words come from.

    `start` and `end` are the offsets of the true words in the document's text; an invention has none.
    """

    id: str
    label: str
    kind: str
    language: str
    draft: str
    quotation: str
    creators: tuple[str, ...] = ()
    title: str = ""
    document: str | None = None
    start: int | None = None
    end: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a line of JSON, in which the label is called `class`."""
        values = asdict(self)
        return {"id": values.pop("id"), "class": values.pop("label"), **values, "creators": list(self.creators)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Item:
        """The inverse of `as_dict`; raises UsageError for a line that is no item."""
        try:
            known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
            return cls(**{**known, "label": values["class"], "creators": tuple(values.get("creators", ()))})
        except (KeyError, TypeError) as error:
            raise UsageError(
                f"A line of the set is no item: {error}.", hint="See docs/evaluation/quotes.md."
            ) from error


# --- making ------------------------------------------------------------------------------------------


def make(library: Library, *, size: int = 2_000, seed: int = _SEED) -> list[Item]:
    """A set of about this size, the same every time for the same archive and seed."""
    maker = _Maker(library, seed, windows=min(_MOST_WINDOWS, size))
    items: list[Item] = []
    for label, share in SHARES.items():
        items += maker.items(label, round(size * share))
    return [replace(item, id=f"q{n:05}") for n, item in enumerate(items, start=1)]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """True words with the document that they stand in."""

    stretch: Stretch
    document: Document


class _Maker:
    def __init__(self, library: Library, seed: int, *, windows: int) -> None:
        self._library, self._number = library, windows
        self._chance = random.Random(seed)  # noqa: S311  (no secret is drawn)
        self._documents = [document for document in library.documents() if document.passages]
        self._letters: dict[str, str] = {}
        if not self._documents:
            raise UsageError("The archive holds nothing to quote.", hint="Add documents first.")

    @cached_property
    def _windows(self) -> list[tuple[Source, Document]]:
        """Stretches of the archive, each document as often as it is long."""
        drawn = self._chance.choices(self._documents, [d.characters for d in self._documents], k=self._number)
        return [(self._window(document, n), document) for n, document in enumerate(drawn)]

    def _window(self, document: Document, n: int) -> Source:
        start = self._chance.randrange(max(1, document.characters - _WINDOW))
        text = self._library.text(document, start, min(start + _WINDOW, document.characters))
        about = document.metadata
        return Source(
            id=f"{document.version}.{n}", text=text, start=start, document=document.id, version=document.version,
            title=about.title or "", creators=about.creators, language=texts.primary(about.language),
        )  # fmt: skip

    @cached_property
    def _world(self) -> World:
        return world_of([source for source, _ in self._windows], self._chance.randrange(2**32))

    @cached_property
    def _drawn(self) -> list[_Drawn]:
        """Every sentence and pair of sentences that may be quoted, in a drawn order."""
        found: list[_Drawn] = []
        for source, document in self._windows:
            # The first and the last of a window may be cut.
            sentences = list(sentences_of(source))[1:-1]
            stretches = [*sentences, *pairs_of(sentences)]
            found += [_Drawn(stretch, document) for stretch in stretches if _may_be_quoted(stretch.text)]
        self._chance.shuffle(found)
        return found

    def items(self, label: str, number: int) -> list[Item]:
        """So many items of a class, its kinds by turns; fewer where the archive has no more to give."""
        kinds = _MAKERS[label]
        found: list[Item] = []
        # Each kind draws in an order of its own, so that kinds do not share their words.
        pools = {kind: iter(self._chance.sample(self._drawn, len(self._drawn))) for kind in kinds}
        while pools and len(found) < number:
            for kind in list(pools):
                if len(found) < number and not (item := self._next(label, kind, pools[kind])):
                    del pools[kind]
                elif len(found) < number and item:
                    found.append(item)
        return found

    def _next(self, label: str, kind: str, pool: Iterator[_Drawn]) -> Item | None:
        for _, drawn in zip(range(_TRIES * 10), pool, strict=False):
            if item := _MAKERS[label][kind](self, kind, drawn):
                return item
        return None

    # --- classes -------------------------------------------------------------------------------------

    def true(self, change: Change, kind: str, drawn: _Drawn) -> Item | None:
        """True words, set or edited as drafts set and edit them."""
        words = change(drawn.stretch.text, self._chance)
        if words == drawn.stretch.text and kind != "as it stands":
            return None
        return self._item("true", kind, drawn, words, self._named(drawn.document))

    def altered(self, kind: str, drawn: _Drawn) -> Item | None:
        """Words that were altered, under their true author's name."""
        if drawn.stretch.source.language not in _VERBS:
            return None
        made = _OWN.get(kind) or ALTERATIONS[kind]
        words = made(drawn.stretch, self._world)
        if not isinstance(words, str) or not _may_be_quoted(words):
            return None
        if kind not in CUTS and self._stands(words, drawn.document):
            return None
        return self._item("altered", kind, drawn, words, self._named(drawn.document))

    def other_author(self, kind: str, drawn: _Drawn) -> Item | None:
        """True words under another author's name."""
        own = {_family(name) for name in drawn.document.metadata.creators}
        other = self._chance.choice(self._documents)
        name = self._named(other)
        if not own or name is None or _family(name) in own or self._also_says(name, drawn):
            return None
        return self._item("misattributed", kind, drawn, drawn.stretch.text, name)

    def other_work(self, kind: str, drawn: _Drawn) -> Item | None:
        """True words said to stand in another work of their author."""
        name = self._named(drawn.document)
        others = (
            [d for d in self._by(name) if not _is_titled(d, drawn.document) and not self._holds(d, drawn)]
            if name
            else []
        )
        if not others or name is None:
            return None
        title = self._chance.choice(others).metadata.title
        return self._item("misattributed", kind, drawn, drawn.stretch.text, name, place=f"In *{title}*, ")

    def other_edition(self, kind: str, drawn: _Drawn) -> Item | None:
        """True words of one edition under the year of another that does not have them."""
        name, year = self._named(drawn.document), drawn.document.metadata.date
        if name is None or year is None:
            return None
        others = [d for d in self._by(name) if _is_titled(d, drawn.document) and d.metadata.date]
        others = [
            d for d in others if d.metadata.date and d.metadata.date.year != year.year and not self._holds(d, drawn)
        ]
        if not others:
            return None
        other = self._chance.choice(others).metadata
        place = f"In *{other.title}* ({other.date.year if other.date else ''}), "
        return self._item("misattributed", kind, drawn, drawn.stretch.text, name, place=place)

    def invented(self, kind: str, drawn: _Drawn) -> Item | None:
        """Words with a true sentence's grammar that nobody wrote."""
        own = self._world.words[drawn.document.id]
        lower = [word for word in own if word.islower()]
        language = drawn.stretch.source.language

        def other(match: re.Match[str]) -> str:
            word = match.group()
            if texts.is_function_word(word.lower(), language) or len(word) < 4 or not lower:
                return word
            return str(self._chance.choice(lower))

        words = re.sub(r"[^\W\d_]+", other, drawn.stretch.text)
        words = words[:1].upper() + words[1:]
        changed = sum(a != b for a, b in zip(words.split(), drawn.stretch.text.split(), strict=False))
        if 3 * changed < len(words.split()):
            return None
        item = self._item("invented", kind, drawn, words, self._named(drawn.document))
        return item and replace(item, creators=(), title="", document=None, start=None, end=None)

    # --- how -----------------------------------------------------------------------------------------

    def _item(
        self, label: str, kind: str, drawn: _Drawn, words: str, name: str | None, *, place: str = ""
    ) -> Item | None:
        words = _inner_single(words).strip()
        language = drawn.stretch.source.language
        frames = _FRAMES.get(language, _FRAMES["en"])
        if name is None and label == "misattributed":
            return None
        frame = self._chance.choice(_PLACED.get(language, _PLACED["en"]) if place else frames if name else _NAMELESS)
        year = drawn.document.metadata.date
        draft = frame.format(
            q=words.replace("\n", "\n> ") if "> {q}" in frame else words,
            name=name,
            family=(name or "").rpartition(" ")[2],
            other=self._third(drawn.document, name),
            place=place,
            year=year.year if year and label != "misattributed" else "n.d.",
        )
        about = drawn.document.metadata
        source = drawn.stretch.source
        return Item(
            "", label, kind, language, draft, words, about.creators, about.title or "", drawn.document.id,
            source.start + drawn.stretch.start, source.start + drawn.stretch.end,
        )  # fmt: skip

    def _named(self, document: Document) -> str | None:
        """The first creator as a draft writes the name; None where it is a handle, a body or unknown."""
        creators = document.metadata.creators
        return _spoken(creators[0]) if creators else None

    def _third(self, document: Document, name: str | None) -> str:
        """Another author, who is only mentioned."""
        taken = {_family(creator) for creator in document.metadata.creators} | {_family(name or "")}
        while True:
            other = self._named(self._chance.choice(self._documents))
            if other and _family(other) not in taken:
                return other

    def _by(self, name: str) -> list[Document]:
        return [d for d in self._documents if any(_family(creator) == _family(name) for creator in d.metadata.creators)]

    def _also_says(self, name: str, drawn: _Drawn) -> bool:
        return any(self._holds(document, drawn) for document in self._by(name))

    def _holds(self, document: Document, drawn: _Drawn) -> bool:
        return _letters_of(drawn.stretch.text) in self._all_letters(document)

    def _stands(self, words: str, document: Document) -> bool:
        """Whether altered words stand in their source after all, or in another work of the same author."""
        name = self._named(document)
        near = [document, *(self._by(name) if name else [])]
        return any(_letters_of(words) in self._all_letters(each) for each in near)

    def _all_letters(self, document: Document) -> str:
        if document.id not in self._letters:
            self._letters[document.id] = _letters_of(self._library.text(document))
        return self._letters[document.id]


def _letters_of(text: str) -> str:
    """Words with their case, numbers and the marks that change a sense."""
    return " ".join(re.findall(r"\w+|[?!%]|(?<=\w), (?=\w)|(?<=\d)[.,](?=\d)", text.replace("_", "")))


def _may_be_quoted(words: str) -> bool:
    """Whether words make one quotation: marks within them that do not close would end it early."""
    doubles = re.findall(r"[\"“”„«»]", words)
    ambiguous = re.search(r"[“”„«»\"]\s*[“”„«»\"]|^[”»]|[“«„]$|^\W*\d+\W|\d[\"”“]|[|\t]|\n\n", words)
    return len(doubles) % 2 == 0 and not words.isupper() and len(words.split()) >= 4 and not ambiguous


def _inner_single(words: str) -> str:
    """Words with the marks within them as they are set inside others."""
    opened = False

    def single(_mark: re.Match[str]) -> str:
        nonlocal opened
        opened = not opened
        return "‘" if opened else "’"

    return re.sub(r"[\"“”„«»]", single, words)


_NAME = re.compile(
    r"[A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+)?, [A-ZÀ-Þ][\w.’' -]+|(?:[A-ZÀ-Þ][\w.’'-]+ ){1,3}[A-ZÀ-Þ][\w’'-]+"
)


def _spoken(creator: str) -> str | None:
    """“Mill, John Stuart” as it is written in a sentence; None for what is no person's name."""
    bare = re.sub(r"\s*\(.*", "", creator).strip()
    bare = re.sub(r",\s*(?:Mrs|Mr|Sir|Dame|Graf|kniaz)\.?$", "", bare)
    if not _NAME.fullmatch(bare):
        return None
    family, comma, given = bare.partition(", ")
    return f"{given} {family}" if comma else bare


def _family(name: str) -> str:
    bare = re.sub(r"\s*\(.*", "", name)
    return texts.unaccent((bare.partition(",")[0] if "," in bare else bare.rpartition(" ")[2]).split(" ")[-1].lower())


def _is_titled(one: Document, other: Document) -> bool:
    """Whether two documents are editions of one work, by their titles."""
    first, second = (re.split(r"[:;(]", d.metadata.title or "")[0].strip().lower() for d in (one, other))
    return first.startswith(second) or second.startswith(first)


_FRAMES = {
    "en": (
        "{name} wrote: “{q}”", "As {name} put it, “{q}”", "“{q}” {name} wrote these words.", "“{q}” ({family} {year})",
        "It was {name} who said: “{q}” Others have said other things since.", "> {q}\n\n— {name}",
        "The question is old. {name} answered it long ago. The answer was this: “{q}”",
        "According to {name}, \"{q}\"", "{family} argued: “{q}” Nobody in the hall replied.",
        "“{q}”, wrote {name} to a friend.", "In a letter to the editor, {name} complained: “{q}”",
        "{other} had doubts. {name} had none, and wrote: “{q}” So the matter rested.",
        "In a letter to {other}, {name} declared: “{q}”", "Unlike {other}, {name} held that “{q}”",
        "{other} said: “We shall see what comes of all this.” {name} replied: “{q}”",
        "“{q}” This, as {name} explained against {other}, was the whole of it.",
        "The strike was lost. In {family}’s words: “{q}”", "{name} put it plainly:\n\n> {q}\n\nThat was all.",
    ),
    "de": (
        "{name} schrieb: „{q}“", "Bei {name} heißt es: „{q}“", "„{q}“ So schrieb {name}.", "„{q}“ ({family} {year})",
        "> {q}\n\n— {name}", "Wie {name} sagte: »{q}«", "Die Frage ist alt. {name} hat sie beantwortet: „{q}“",
    ),
    "fr": (
        "{name} écrivait : « {q} »", "Selon {name}, « {q} »", "« {q} » ({family} {year})", "> {q}\n\n— {name}",
        "La question est ancienne. {name} y répondait : « {q} »",
    ),
    "es": (
        "{name} escribió: «{q}»", "Según {name}, “{q}”", "«{q}» ({family} {year})", "> {q}\n\n— {name}",
        "La pregunta es antigua. {name} la contestó: «{q}»",
    ),
}  # fmt: skip
_PLACED = {
    "en": ("{place}{name} wrote: “{q}”", "{place}{family} says: “{q}”"),
    "de": ("{place}schrieb {name}: „{q}“",),
    "fr": ("{place}{name} écrivait : « {q} »",),
    "es": ("{place}{name} escribió: «{q}»",),
}
_NAMELESS = ("One reads there: “{q}”", "> {q}", "The report is plain. “{q}” It says no more.")


# --- what editors do to true words -----------------------------------------------------------------------


def _omitted(text: str, chance: random.Random) -> str:
    """Leaves words out of the middle, and says so."""
    words = text.split(" ")
    if len(words) < 12 or re.search(r"[\[…]|\.\.", text) or _hides_sense(text):
        return text
    first = chance.randint(4, len(words) - 7)
    last = chance.randint(first + 1, len(words) - 4)
    return " ".join([*words[:first], chance.choice(("[...]", "[…]", "…")), *words[last:]])


def _hides_sense(text: str) -> bool:
    """Whether words to be left out may turn the sense, or cut a number or a nested quotation."""
    return bool(re.search(
        r"\d|['\"“”„«»‘’]|\b(?:not?|never|n[eio]|nor|without|nothing|none|hardly|nicht|kein\w*|nie|ohne|pas|point|"
        r"jamais|rien|sans|guère|aucune?|nunca|jamás|sin|nada|two|three|hundred|thousand|million|dozen)\b", text, re.I
    ))  # fmt: skip


def _capital_in_brackets(text: str, _chance: random.Random) -> str:
    """The first letter in its other case, in brackets."""
    return (
        f"[{text[0].swapcase()}]{text[1:]}" if text[:2].isalpha() and text[0].isupper() and text[1].islower() else text
    )


def _pronoun_in_brackets(text: str, chance: random.Random) -> str:
    """Who is meant put in brackets for a pronoun."""
    found = [m for m in re.finditer(r"\b(?:he|she|they|them|it|er|sie|es|il|elle|ils)\b", text) if m.start() > 0]
    if not found or _hides_sense(text) or "[" in text:
        return text
    match = chance.choice(found)
    return f"{text[: match.start()]}[the workers]{text[match.end() :]}"


def _sic(text: str, chance: random.Random) -> str:
    """A [sic] behind a word."""
    found = list(re.finditer(r"(?<=\w)(?= \w)", text))
    place = chance.choice(found).end() if found else 0
    return f"{text[:place]} [sic]{text[place:]}" if place and "[" not in text else text


def _comma_inside(text: str, _chance: random.Random) -> str:
    """A comma for the full stop, within the marks, as Americans set it."""
    return text[:-1] + "," if text.endswith(".") and not text.endswith("..") else text


_TRUE: dict[str, Change] = {
    **{
        kind: TYPOGRAPHY[kind]
        for kind in (
            "as it stands", "straight marks", "curly marks", "ligatures", "line breaks", "no-break spaces",
            "thin spaces", "dash —", "dash – spaced", "dash --", "ellipsis …", "ellipsis . . .", "accents decomposed",
            "emphasis", "hyphen at line end", "soft hyphens",
        )
    },
    "omission marked": _omitted,
    "first letter in brackets": _capital_in_brackets,
    "pronoun in brackets": _pronoun_in_brackets,
    "sic": _sic,
    "comma inside": _comma_inside,
}  # fmt: skip


# --- alterations that drafts have beside those of a bench ------------------------------------------------------

_VERBS = {
    "en": "is=was are=were has=had have=had will=would shall=should can=could may=might must=may do=did does=did",
    "de": "ist=war sind=waren hat=hatte haben=hatten wird=wurde kann=konnte muß=darf soll=muss",
    "fr": "est=était sont=étaient a=avait ont=avaient peut=pouvait doit=peut",
    "es": "es=era son=eran ha=había han=habían puede=podía debe=puede",
}


def _verb_changed(sentence: Stretch, world: World) -> str | None:
    """Puts a verb into another tense or mood: “is” becomes “was”, “may” becomes “might”."""
    pairs = [pair.split("=") for pair in _VERBS.get(sentence.source.language, "").split()]
    other = {**{b: a for a, b in pairs}, **dict(pairs)}
    found = [m for m in re.finditer(r"\b\w+\b", sentence.text) if m.group() in other and m.start() > 0]
    if not found:
        return None
    match = world.chance.choice(found)
    return sentence.text[: match.start()] + other[match.group()] + sentence.text[match.end() :]


def _omitted_silently(sentence: Stretch, world: World) -> str | None:
    """Leaves some words out of the middle and does not say so."""
    words = sentence.text.split(" ")
    if len(words) < 12:
        return None
    first = world.chance.randint(3, len(words) - 7)
    last = world.chance.randint(first + 2, min(first + 8, len(words) - 3))
    return " ".join(words[:first] + words[last:])


def _spliced_from_two(sentence: Stretch, world: World) -> str | None:
    """Joins the beginning of one document's sentence to the end of another document's."""
    other = world.chance.choice(world.passages)
    sentences = [s for s in sentences_of(other) if other.document != sentence.source.document]
    if not sentences or other.language != sentence.source.language:
        return None
    mine, theirs = sentence.text.split(), world.chance.choice(sentences).text.split()
    return " ".join(mine[: len(mine) // 2] + theirs[len(theirs) // 2 :])


_OWN: dict[str, Callable[[Stretch, World], str | None]] = {
    "verb changed": _verb_changed,
    "omission without a mark": _omitted_silently,
    "spliced from two documents": _spliced_from_two,
}
_ALTERED = (
    "negation dropped", "negation added", "negation cut off before", "negation cut off after", "number changed",
    "number word changed", "number word cut short", "year changed", "name changed", "word changed", "words swapped",
    "word dropped", "word added", "spliced in a passage", "spliced in a document", "case changed",
    "comparison reversed", "accent dropped", "question made a statement", "prefix left out", *_OWN,
)  # fmt: skip

_Make = Callable[[_Maker, str, _Drawn], Item | None]


def _truly(change: Change) -> _Make:
    return lambda maker, kind, drawn: maker.true(change, kind, drawn)


_MAKERS: dict[str, dict[str, _Make]] = {
    "true": {kind: _truly(change) for kind, change in _TRUE.items()},
    "altered": dict.fromkeys(_ALTERED, _Maker.altered),
    "misattributed": {
        "another author": _Maker.other_author,
        "another work": _Maker.other_work,
        "another edition": _Maker.other_edition,
    },
    "invented": {"invention": _Maker.invented},
}


# --- judging -----------------------------------------------------------------------------------------


def judge(library: Library, items: Sequence[Item]) -> dict[str, str]:
    """Lyceum's verdict on each item, by `check-quotes` on one draft a language."""
    verdicts: dict[str, str] = {}
    by_language: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_language[item.language].append(item)
    with tempfile.TemporaryDirectory() as folder:
        for language, group in by_language.items():
            draft = Path(folder) / f"{language}.md"
            draft.write_text("\n\n".join(f"# {item.id}\n\n{item.draft}" for item in group), encoding="utf-8")
            verdicts |= _by_item(group, draft.read_text(encoding="utf-8"), list(library.check_quotes(draft)))
    return verdicts


def _by_item(items: Sequence[Item], draft: str, checked: Sequence[Checked]) -> dict[str, str]:
    """The verdict on the quotation of each item: of several in its paragraph, the one that is most like it."""
    headings = {line.removeprefix("# "): n for n, line in enumerate(draft.split("\n"), 1) if line.startswith("# q")}
    wanted = {item.id: item.quotation for item in items}
    starts = sorted((headings[name], name) for name in wanted)
    found: dict[str, tuple[float, str]] = {}
    for one in checked:
        at = bisect_right(starts, (one.quoted.line or 0, "~")) - 1
        if at >= 0:
            name = starts[at][1]
            likeness = fuzz.ratio(wanted[name], one.quoted.words)
            found[name] = max(found.get(name, (0.0, "")), (likeness, str(one.verdict)))
    return {name: verdict for name, (_, verdict) in found.items()}


# --- scoring -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, with the bounds between which it lies with a confidence of 95 %, by Wilson's method."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """From 0 to 1; nothing of nothing is 0."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        """The interval."""
        if not self.whole:
            return 0.0, 1.0
        z, n, p = 1.959964, self.whole, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - spread), min(1.0, middle + spread)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        low, high = self.bounds
        return {"value": round(self.value, 5), "low": round(low, 5), "high": round(high, 5), "of": self.whole}

    def __str__(self) -> str:
        low, high = self.bounds
        return f"{self.value:7.2%}  [{low:.2%}, {high:.2%}]  {self.part} of {self.whole}"


@dataclass(frozen=True, slots=True)
class Score:
    """How a system did.

    `caught` is the part of altered and invented quotations that it did not let pass as true words; `false_alarms`
    the part of true ones that it did not call exact; precision and recall are those of each class's own verdict.
    """

    caught: Share
    false_alarms: Share
    misattributed: Share
    precision: dict[str, Share]
    recall: dict[str, Share]
    kinds: dict[tuple[str, str], Share]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "caught": self.caught.as_dict(),
            "false_alarms": self.false_alarms.as_dict(),
            "misattributed": self.misattributed.as_dict(),
            "precision": {label: share.as_dict() for label, share in self.precision.items()},
            "recall": {label: share.as_dict() for label, share in self.recall.items()},
            "kinds": [{"class": label, "kind": kind, **share.as_dict()} for (label, kind), share in self.kinds.items()],
        }


def score(items: Sequence[Item], verdicts: Mapping[str, str]) -> Score:
    """How well verdicts fit a set; an item without one counts as judged wrongly."""
    pairs = [(item, verdicts.get(item.id, "")) for item in items]
    said = Counter(verdict for _, verdict in pairs)
    right = Counter(item.label for item, verdict in pairs if verdict == EXPECTED[item.label])
    each = Counter(item.label for item in items)
    kinds: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for item, verdict in pairs:
        kinds[item.label, item.kind].append(_well(item, verdict))
    false = [(item, verdict) for item, verdict in pairs if item.label in ("altered", "invented")]
    return Score(
        Share(sum(_well(item, verdict) for item, verdict in false), len(false)),
        Share(each["true"] - right["true"], each["true"]),
        Share(right["misattributed"], each["misattributed"]),
        {label: Share(right[label], said[verdict]) for label, verdict in EXPECTED.items()},
        {label: Share(right[label], each[label]) for label in EXPECTED},
        {kind: Share(sum(well), len(well)) for kind, well in kinds.items()},
    )


def _well(item: Item, verdict: str) -> bool:
    """Whether a verdict does what matters: false words are stopped, true ones pass, a wrong source is named."""
    if item.label in ("altered", "invented"):
        return verdict in ("altered", "not_found")
    return verdict == EXPECTED[item.label]


def shown(result: Score) -> str:
    """A score as a person reads it."""
    lines = [
        f"false words stopped     {result.caught}",
        f"false alarms            {result.false_alarms}",
        f"misattributed named     {result.misattributed}",
        "",
        *(f"{label:14} precision {result.precision[label]}" for label in EXPECTED),
        *(f"{label:14} recall    {result.recall[label]}" for label in EXPECTED),
        "",
        *(f"{label:14} {kind:32} {share}" for (label, kind), share in result.kinds.items()),
    ]
    return "\n".join(lines)


# --- command -----------------------------------------------------------------------------------------

_file = partial(click.Path, path_type=Path, dir_okay=False)


@click.group()
def cli() -> None:
    """Make a quotation-fidelity set from an archive, judge it, score the verdicts."""


@cli.command("make")
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="The archive.")
@click.option("--size", type=click.IntRange(10, 100_000), default=2_000, show_default=True)
@click.option("--seed", type=int, default=_SEED, show_default=True)
@click.argument("out", type=_file())
def make_command(home: Path | None, size: int, seed: int, out: Path) -> None:
    """Write a set, one item a line."""
    with Library.open(config.load(home, os.environ)) as library:
        items = make(library, size=size, seed=seed)
    _write(out, (item.as_dict() for item in items))
    click.echo(f"{len(items)} items: {dict(Counter(item.label for item in items))}", err=True)


@cli.command("judge")
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="The archive that the set is from.")
@click.argument("items", type=_file(exists=True))
@click.argument("out", type=_file())
def judge_command(home: Path | None, items: Path, out: Path) -> None:
    """Write Lyceum's own verdicts on a set."""
    with Library.open(config.load(home, os.environ)) as library:
        verdicts = judge(library, [Item.from_dict(line) for line in _read(items)])
    _write(out, ({"id": name, "verdict": verdict} for name, verdict in verdicts.items()))


@cli.command("score")
@click.argument("items", type=_file(exists=True))
@click.argument("verdicts", type=_file(exists=True))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def score_command(items: Path, verdicts: Path, as_json: bool) -> None:
    """Compare a system's verdicts with a set."""
    result = score([Item.from_dict(line) for line in _read(items)], _verdicts(_read(verdicts)))
    click.echo(json.dumps(result.as_dict(), ensure_ascii=False) if as_json else shown(result))


def _verdicts(lines: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    try:
        return {str(line["id"]): str(line["verdict"]) for line in lines}
    except KeyError as error:
        raise UsageError(f"A verdict has no {error}.", hint='Each line is {"id": …, "verdict": …}.') from error


def _read(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                value = json.loads(line)
            except ValueError as error:
                raise UsageError(f"{path.name}, line {number} is not JSON.", hint=str(error)) from error
            yield value


def _write(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def main() -> None:
    """Runs the command; what is wrong with its input is told in a line, with exit code 2."""
    try:
        cli(standalone_mode=True)
    except UsageError as error:
        click.echo(f"{error.message}\n{error.hint}".rstrip(), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
