"""Checks the quotations of a draft against the archive."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from lyceum import text as texts
from lyceum.tutor.model import Quotation, Source
from lyceum.tutor.verify import Citation, verify

_MARKS = (("“", "”"), ("„", "“”"), ("«", "»"), ("»", "«"), ('"', '"'))
_FEWEST_WORDS = 3
_LIKE_ENOUGH = 0.6
_OMISSION = re.compile(r"\s*(?:\[\s*(?:…|\.\.\.)\s*\]|\(\s*(?:…|\.\.\.)\s*\)|…|\.\s?\.\s?\.)\s*")


class Verdict(StrEnum):
    """What a quotation turned out to be."""

    EXACT = "exact"
    ALTERED = "altered"
    MISATTRIBUTED = "misattributed"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation as it stands in a draft: its words, its line, and the paragraph around it."""

    words: str
    line: int
    paragraph: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of the draft and the words that stand in their place in the source."""

    draft: str
    source: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A quotation with its verdict and, but for one that was not found, its place in the archive."""

    quoted: Quoted
    verdict: Verdict
    source: Citation | None
    difference: tuple[Difference, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "quotation": self.quoted.words,
            "line": self.quoted.line,
            "verdict": self.verdict,
            "source": self.source.as_dict(1) if self.source else None,
            "difference": [{"draft": d.draft, "source": d.source} for d in self.difference],
        }


Candidates = Callable[[str], Sequence[Source]]
"""Gives the stretches of the archive in which some words may stand, likeliest first."""


def find_quotations(draft: str) -> Iterator[Quoted]:
    """The quotations of a draft in order: three words or more between quotation marks of one kind."""
    start = 0
    for paragraph in re.split(r"(\n\s*\n)", draft):
        for opened, closed in _quoted_spans(paragraph):
            words = paragraph[opened:closed].strip()
            if texts.word_count(words) >= _FEWEST_WORDS:
                yield Quoted(words, draft.count("\n", 0, start + opened) + 1, paragraph)
        start += len(paragraph)


def _quoted_spans(paragraph: str) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(paragraph):
        closing = next((closing for opening, closing in _MARKS if paragraph[at] == opening), None)
        ends = [end for mark in closing or "" if (end := paragraph.find(mark, at + 1)) > 0]
        if ends:
            yield at + 1, min(ends)
            at = min(ends)
        at += 1


def check_quotations(quotations: Iterable[Quoted], candidates: Candidates, creators: Iterable[str]) -> list[Checked]:
    """A verdict on each quotation; `creators` are the authors that the archive knows by name."""
    families = {name: _family(name) for name in creators if _family(name)}
    return [_check(quoted, candidates, families) for quoted in quotations]


def _check(quoted: Quoted, candidates: Candidates, families: dict[str, str]) -> Checked:
    sources = candidates(quoted.words)
    by_id = {source.id: source for source in sources}
    proven = [c for source in sources if (c := _prove(quoted.words, source, by_id))]
    if proven:
        return _attributed(quoted, proven, families)
    return _nearest(quoted, sources, by_id)


def _prove(words: str, source: Source, by_id: dict[str, Source]) -> Citation | None:
    """The citation of the words, or of their first part where all parts between omissions follow in order."""
    parts = [part for part in _OMISSION.split(words) if texts.word_count(part)]
    first = verify(Quotation(source.id, words), by_id)
    if isinstance(first, Citation) or len(parts) < 2:
        return first if isinstance(first, Citation) else None
    found = [verify(Quotation(source.id, part), by_id) for part in parts]
    citations = [c for c in found if isinstance(c, Citation)]
    in_order = all(a.end <= b.start for a, b in pairwise(citations))
    return citations[0] if len(citations) == len(parts) and in_order else None


def _attributed(quoted: Quoted, proven: Sequence[Citation], families: dict[str, str]) -> Checked:
    """Misattributed when the draft's paragraph names authors, and none of them is any source's own."""
    around = set(texts.plain_terms(quoted.paragraph.replace(quoted.words, " ")))
    named = {name for name, family in families.items() if family in around}
    for citation in proven:
        own = {_family(name) for name in citation.creators}
        if not named or {families[name] for name in named} & own:
            return Checked(quoted, Verdict.EXACT, citation)
    return Checked(quoted, Verdict.MISATTRIBUTED, proven[0])


def _nearest(quoted: Quoted, sources: Sequence[Source], by_id: dict[str, Source]) -> Checked:
    wanted = quoted.words.split()
    best: tuple[float, Source, int, int] | None = None
    for source in sources:
        found = _most_alike(wanted, source)
        if found and (best is None or found[0] > best[0]):
            best = (found[0], source, found[1], found[2])
    if best is None or best[0] < _LIKE_ENOUGH:
        return Checked(quoted, Verdict.NOT_FOUND, None)
    _, source, start, end = best
    actual = source.text[start:end]
    citation = verify(Quotation(source.id, actual), by_id)
    difference = tuple(_differences(wanted, actual.split()))
    return Checked(quoted, Verdict.ALTERED, citation if isinstance(citation, Citation) else None, difference)


def _most_alike(wanted: Sequence[str], source: Source) -> tuple[float, int, int] | None:
    """The run of words in a source most like the wanted ones, with its likeness from 0 to 1 and its offsets."""
    words = [(m.start(), m.end(), _bare(m.group())) for m in re.finditer(r"\S+", source.text)]
    bare = [_bare(word) for word in wanted]
    matcher = difflib.SequenceMatcher(None, [word for _, _, word in words], bare, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if not blocks:
        return None
    longest = max(blocks, key=lambda block: block.size)
    slack = len(bare) // 4 + 2
    low, high = max(0, longest.a - longest.b - slack), longest.a - longest.b + len(bare) + slack
    near = difflib.SequenceMatcher(None, [word for _, _, word in words[low:high]], bare, autojunk=False)
    blocks = [block for block in near.get_matching_blocks() if block.size]
    first = max(0, low + blocks[0].a - blocks[0].b)
    last = min(len(words), low + blocks[-1].a + blocks[-1].size + len(bare) - blocks[-1].b - blocks[-1].size)
    likeness = difflib.SequenceMatcher(None, [word for _, _, word in words[first:last]], bare, autojunk=False).ratio()
    return likeness, words[first][0], words[last - 1][1]


def _differences(draft: Sequence[str], source: Sequence[str]) -> Iterator[Difference]:
    matcher = difflib.SequenceMatcher(None, [_bare(w) for w in source], [_bare(w) for w in draft], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            yield Difference(" ".join(draft[c:d]), " ".join(source[a:b]))


def _bare(word: str) -> str:
    return "".join(texts.plain_terms(word)) or word


def _family(name: str) -> str:
    """The family name of “Marx, Karl” and of “Karl Marx”."""
    words = texts.plain_terms(name.split(",", maxsplit=1)[0])
    return words[-1] if words else ""
