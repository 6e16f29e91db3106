"""Collects who and what a text names, and where each first appears: people, places, bodies, terms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lyceum import text as texts
from lyceum.archive import Passage
from lyceum.tutor.model import Source
from lyceum.tutor.study.material import cite, source_of_passage
from lyceum.tutor.study.names import names_in
from lyceum.tutor.study.prose import is_apparatus, is_listing, stands_alone
from lyceum.tutor.verify import Citation

_MOST_KEPT = 20_000
_FEWEST_TERMS = 2


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or a term, how often it stands, and the citation of where it first does."""

    name: str
    count: int
    citation: Citation


@dataclass(slots=True)
class _Known:
    """What has been seen of a name; its place is kept until it is cited."""

    source: Source
    start: int
    end: int
    count: int = 0
    person: int = 0
    place: int = 0


@dataclass(slots=True)
class Glossary:
    """What has been read so far; names that stand once are forgotten where there are too many."""

    names: dict[str, _Known] = field(default_factory=dict)
    terms: dict[str, _Known] = field(default_factory=dict)
    pairs: Counter[str] = field(default_factory=Counter)

    def read(self, passage: Passage) -> None:
        """Takes in one passage, in the order of the text."""
        if is_apparatus(passage.heading) or is_listing(passage.text):
            return
        source = source_of_passage(passage)
        for start, end in texts.sentences(passage.text, passage.language):
            self._names(source, start, end)
        self._terms(source)
        for kept in (self.names, self.terms):
            if len(kept) > _MOST_KEPT:
                for name in [name for name, known in kept.items() if known.count == 1]:
                    del kept[name]

    def sections(self, most: int) -> Iterator[tuple[str, str, list[Mention]]]:
        """People, places, bodies and terms, the most often named of each in the order of the text."""
        kinds: dict[str, list[tuple[str, _Known]]] = {"people": [], "places": [], "bodies": []}
        for name, known in self._whole_names().items():
            if kind := _kind(name, known):
                kinds[kind].append((name, known))
        yield "people", "People", _first(kinds["people"], most)
        yield "places", "Places", _first(kinds["places"], most)
        yield "bodies", "Organisations", _first(kinds["bodies"], most)
        likely = [(term, known) for term, known in self.terms.items() if known.count >= _FEWEST_TERMS]
        yield "terms", "Terms", _first(likely, most)

    def _whole_names(self) -> dict[str, _Known]:
        """The names, those of a family alone counted with the one whole name that ends so."""
        whole: dict[str, list[str]] = {}
        for name in self.names:
            if " " in name:
                whole.setdefault(name.rsplit(" ", 1)[1], []).append(name)
        joined = dict(self.names)
        for family, names in whole.items():
            best = max(names, key=lambda name: self.names[name].count)
            known, alone = self.names[best], joined.get(family)
            if alone:
                both = replace(known, count=known.count + alone.count, person=known.person + alone.person)
                if _kind(best, both) == "people":
                    del joined[family]
                    joined[best] = both
        return joined

    def _names(self, source: Source, start: int, end: int) -> None:
        sentence = source.text[start:end]
        at = 0
        for name in names_in(sentence, source.language):
            at = sentence.find(name, at)
            if at < 0 or name.isupper():
                return
            key = _TITLE.sub("", name).removesuffix("'s").removesuffix("’s")
            if key[:1].islower():
                at += len(name)
                continue
            known = self.names.setdefault(key, _Known(source, start + at, start + at + len(name)))
            known.count += 1
            before, after = sentence[max(0, at - 14) : at], sentence[at + len(name) : at + len(name) + 12]
            known.person += bool(_TITLE.match(name) or _TITLED.search(before) or _ACTS.match(after))
            known.place += bool(_LOCATED.search(before))
            at += len(name)

    def _terms(self, source: Source) -> None:
        """Pairs of words with content that stand side by side: general strike, surplus value."""
        last: tuple[int, int, str] | None = None
        for start, end, word in texts.located_words(source.text):
            content = (
                len(word) > _SHORT and word.isalpha() and source.text[start].islower()
                and not texts.is_function_word(word, source.language) and word not in _PLAIN
            )  # fmt: skip
            if content and last and source.text[last[1] : start] == " ":
                term = f"{last[2]} {word}"
                self.terms.setdefault(term, _Known(source, last[0], end)).count += 1
            last = (start, end, word) if content else None


_SHORT = 3
_PLAIN = frozenset(
    """great many much more most less least such same other another first last next long years year days hours time
    times said says made make makes come came went would could should well even still never always every little large
    small good part number half hundred thousand thousands million dollars cents pounds shillings feet miles per cent
    next week weeks month months old new young full whole left right high take took taken place point case cases
    twenty thirty forty fifty three four five seven eight nine general-ly almost nearly about once twice back
    being having done going given known called better best also ever only very already perhaps quite rather""".split()
)
_TITLE = re.compile(
    r"^(?:Mr|Mrs|Ms|Miss|Dr|Rev|Hon|Sir|Lord|Lady|Judge|Justice|Governor|President|Senator|General|Colonel|Captain|"
    r"Lieutenant|Sergeant|Sheriff|Mayor|Secretary|Bishop|Father|Herr|Frau|Doktor|Monsieur|Madame|Professor|Prof|Comrade|"
    r"Marshal|Officer|Inspector|King|Queen|Prince|Emperor|Pope|Uncle|Aunt)\.?\s+"
)
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Rev|Hon|Messrs|M|MM|Mme|Sr|Hr)\.\s*$")
_ACTS = re.compile(
    r"\s+(?:said|says|wrote|writes|was born|replied|answered|told|asked|argued|declared|thought|spoke|died|himself|"
    r"herself|believed|insisted)\b|[’']s\s+(?:life|wife|father|son|letter|book|speech|works|death|mother|friend)\b"
)
_LOCATED = re.compile(r"\b(?:in|at|near|from|throughout|around|outside|into|through|visited|reached|en|à)\s+$")
_BODY = re.compile(
    r"\b(?:Unions?|Federation|Compan(?:y|ies)|Committee|Party|Congress|Association|Board|Court|League|International|"
    r"Brotherhood|Corporation|Commission|Council|Society|Bureau|Department|Railroad|Railway|Works|Trust|Club|Bank|"
    r"Workers|Knights|Order|Assembly|Ministry|Senate|House|University|Church|Co|Soviets?|Syndicat|Confédération|Partido)\b"
)


def _kind(name: str, known: _Known) -> str | None:
    if known.count < 2 or len(name) < _SHORT or _GENERIC.fullmatch(name):
        return None
    if _BODY.search(name):
        return "bodies" if " " in name else None
    located = known.place / known.count
    if known.place >= 2 and located >= _MOSTLY_LOCATED and located > known.person / known.count:
        return "places"
    acting = known.person / known.count
    if (known.person >= 2 and acting >= _MOSTLY_ACTING) or (known.person and " " in name and located < _MOSTLY_LOCATED):
        return "people"
    return None


_MOSTLY_LOCATED, _MOSTLY_ACTING = 0.3, 0.12
_GENERIC = re.compile(
    r"(?:The|A|An|States?|City|County|Street|Avenue|North|South|East|West|Government|Union|Company|Christian|English|"
    r"American|German|French|Russian|Irish|Italian|British|European|United States|Commissioner|Managers?|Strike|"
    r"Secretary-Treasurer|State Police\w*|State Trooper\w*|Chairman|Superintendent|Socialis[mt]s?|Anarchis[mt]s?|"
    r"Capital|Labou?r|Republican|Democratic|Negro(?:es)?|Jews?|Christ|Providence|Heaven|Nature|Bible|[IVXLC]+|Number|"
    r"Section|Article)"
)


def _first(found: Sequence[tuple[str, _Known]], most: int) -> list[Mention]:
    """The most often named, in the order of the text, each with its citation."""
    often = sorted(found, key=lambda one: -one[1].count)[: 2 * most]
    mentions = [Mention(name, known.count, cited) for name, known in often if (cited := _cited(known))]
    return mentions[:most]


def _cited(known: _Known) -> Citation | None:
    """The sentence in which it first stands, where that can stand alone; else its own words there."""
    source = known.source
    for start, end in texts.sentences(source.text, source.language):
        if start <= known.start and known.end <= end and stands_alone(source.text[start:end], source.language):
            return cite(source, start, end)
    return cite(source, known.start, known.end)
