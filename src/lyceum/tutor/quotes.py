"""Checks the quotations of a draft against the archive: do the words stand there, and with whom the draft says."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import Any, Protocol

from lyceum import text as texts
from lyceum.tutor.alignment import Aligned, Difference, Kind, Tokens, align, compared, differences, tokens_of
from lyceum.tutor.attribution import Attributor, Claim, Known, Person, Work, person_of
from lyceum.tutor.drafts import Quotations, Quoted
from lyceum.tutor.model import Quotation, Source
from lyceum.tutor.verify import Citation, verify


class Verdict(StrEnum):
    """What a quotation turned out to be."""

    EXACT = "exact"
    ALTERED = "altered"
    MISATTRIBUTED = "misattributed"
    NOT_FOUND = "not_found"


class Wrong(StrEnum):
    """What the draft has wrong about where true words come from."""

    AUTHOR = "author"
    WORK = "work"
    EDITION = "edition"


@dataclass(frozen=True, slots=True)
class Misattribution:
    """What the draft names, and what it should name."""

    what: Wrong
    named: str
    actual: str

    def as_dict(self) -> dict[str, str]:
        """Plain values for JSON."""
        return {"what": self.what, "named": self.named, "actual": self.actual}


@dataclass(frozen=True, slots=True)
class Checked:
    """A quotation with its verdict and, but for one that was not found, its place in the archive.

    `further` has the places of what follows an omission, or of the other half of a splice; `nearest` what comes
    nearest to words that were not found.
    """

    quoted: Quoted
    verdict: Verdict
    source: Citation | None
    difference: tuple[Difference, ...] = ()
    misattribution: Misattribution | None = None
    further: tuple[Citation, ...] = ()
    nearest: Citation | None = None
    remarks: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "quotation": self.quoted.words,
            "line": self.quoted.line,
            "page": self.quoted.page,
            "paragraph": self.quoted.paragraph,
            "verdict": self.verdict,
            "source": self.source.as_dict(1) if self.source else None,
            "difference": [{"draft": d.draft, "source": d.source, "kind": d.kind} for d in self.difference],
            "misattribution": self.misattribution.as_dict() if self.misattribution else None,
            "further": [citation.as_dict(n) for n, citation in enumerate(self.further, start=2)],
            "nearest": self.nearest.as_dict(1) if self.nearest else None,
            "remarks": list(self.remarks),
        }


@dataclass(frozen=True, slots=True)
class QuoteReport:
    """The quotations of a draft with their verdicts, and what was not looked at: see `Quotations`."""

    checked: tuple[Checked, ...]
    short: int = 0
    titles: int = 0
    left_out: int = 0
    unclosed: tuple[int | None, ...] = ()

    def __iter__(self) -> Iterator[Checked]:
        return iter(self.checked)

    def __len__(self) -> int:
        return len(self.checked)

    @property
    def clean(self) -> bool:
        """Whether all were looked at and each is exact."""
        return not self.left_out and all(one.verdict is Verdict.EXACT for one in self.checked)

    @property
    def notes(self) -> tuple[str, ...]:
        """What else a reader should know, a sentence each."""
        found: list[str] = []
        if self.short:
            found.append(f"{self.short} in quotation marks with one or two words, not checked.")
        if self.titles:
            found.append(f"{self.titles} in quotation marks that are titles in the archive, not checked.")
        if self.unclosed:
            where = ", ".join(str(line) for line in self.unclosed[:_LINES_NAMED] if line is not None)
            more = " and more" if len(self.unclosed) > _LINES_NAMED else ""
            found.append(
                f"{len(self.unclosed)} quotation marks do not close" + (f": line {where}{more}." if where else ".")
            )
        if self.left_out:
            found.append(f"{self.left_out} more quotations were not checked: check the draft in parts.")
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "quotations": [one.as_dict() for one in self.checked],
            "left_out": {"short": self.short, "titles": self.titles, "too_many": self.left_out},
            "unclosed": list(self.unclosed),
            "notes": list(self.notes),
        }


_LINES_NAMED = 8


class Shelf(Protocol):
    """Where quotations are looked for: places in the archive, and the text around each."""

    def together(self, words: Sequence[str], *, author: str | None = None, most: int = 16) -> Sequence[int]:
        """The places at which words, as `text.plain_terms` gives them, stand in a row."""
        ...

    def rarest(self, words: Sequence[str]) -> Sequence[int]:
        """The places that hold most of the rarest of some words."""
        ...

    def stretch(self, place: int, *, around: int) -> Source | None:
        """The passage at a place with so many characters more on both sides; None where it is gone."""
        ...


def check_quotations(quotations: Quotations, shelf: Shelf, known: Known, *, language: str = "und") -> QuoteReport:
    """A verdict on each quotation of a draft; what is within one that is not found is looked at by itself."""
    checker = _Checker(shelf, known, language)
    wanted = [quoted for quoted in quotations.found if not known.is_title(quoted.words)]
    checked = tuple(one for quoted in wanted for one in checker.check_with_inner(quoted))
    titles = len(quotations.found) - len(wanted)
    return QuoteReport(checked, quotations.short, titles, quotations.left_out, quotations.unclosed)


# --- what a quotation says -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal:
    """Words that must stand as they are."""

    words: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """One word of which the draft says in brackets that letters were changed: [T]he, want[ed]."""

    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Gap:
    """A place where the draft says that words are left out, or others put for them: at most so many."""

    most: int
    omits: bool = False


Piece = Literal | Changed | Gap

_LONGEST_OMISSION = 700
_LONGEST_INSERTED = 8
_MOST_INSERTED = 4
_OMISSION = r"\[\s*(?:…|\.\s?\.\s?\.)\s*\]|\(\s*(?:…|\.\s?\.\s?\.)\s*\)|…|\.\s?\.\s?\.(?:\s?\.)?"
_REMARK = (
    r"[\[(]\s*(?:sic\s*[!.]?|so|!|recte[^\])]*|emphas[ie]s[^\])]*|italics[^\])]*|my [^\])]*|[^\])]*hervorheb[^\])]*|"
    r"[^\])]*soulign[^\])]*|[^\])]*énfasis[^\])]*|[*†‡])\s*[\])]|[\[(]\d{1,3}[\])](?=\s+\w)"
)
_ATTACHED = r"[^\W_]*\[[^\W_]{1,12}\][^\W_]+|[^\W_]+\[[^\W_]{1,12}\]"
_MARKED = re.compile(
    rf"(?P<remark>\s*{_REMARK})|(?P<omission>\s*(?:{_OMISSION})\s*)|(?P<changed>{_ATTACHED})|(?P<inserted>\[[^\[\]]{{1,200}}\])",
    re.IGNORECASE,
)


def readings(words: str) -> Iterator[tuple[Piece, ...]]:
    """What a quotation may mean: as it stands, then with what its brackets and dots say."""
    yield (_literal(words),)
    if not _MARKED.search(words):
        return
    recased = _FIRST_LETTER.sub(lambda match: match[1].swapcase(), words)
    if recased != words:
        yield from readings(recased)
    inserted = sum(1 for match in _MARKED.finditer(words) if match.lastgroup == "inserted")
    several = (
        product((True, False), repeat=inserted)
        if inserted <= _MOST_INSERTED
        else [(True,) * inserted, (False,) * inserted]
    )
    seen: set[tuple[Piece, ...]] = set()
    for added in several:
        pieces = _pieces(words, added)
        if pieces and pieces not in seen and any(isinstance(piece, Literal) for piece in pieces):
            seen.add(pieces)
            yield pieces


_FIRST_LETTER = re.compile(r"(?<!\w)\[(\w)\](?=\w)")


def _pieces(words: str, added: Sequence[bool]) -> tuple[Piece, ...]:
    """The pieces of a quotation, where some insertions only add to the source and the others stand for its words."""
    found: list[Piece] = []
    text, at, turn = "", 0, iter(added)
    for match in _MARKED.finditer(words):
        text += words[at : match.start()]
        at = match.end()
        if match.lastgroup == "remark":
            continue
        if match.lastgroup == "inserted" and next(turn):
            text = text.rstrip() + " " if words[at : at + 1].isspace() else text
            at += words[at : at + 1].isspace()
            continue
        _take(found, text)
        text = ""
        if match.lastgroup == "changed":
            found.append(Changed(_pattern(match.group())))
        else:
            omits = match.lastgroup == "omission"
            found.append(Gap(_LONGEST_OMISSION if omits else _LONGEST_INSERTED, omits))
    _take(found, text + words[at:])
    while found and isinstance(found[0], Gap):
        del found[0]
    while found and isinstance(found[-1], Gap):
        del found[-1]
    return tuple(found)


def _take(found: list[Piece], text: str) -> None:
    if texts.word_count(text):
        found.append(_literal(text.strip()))


def _literal(words: str) -> Literal:
    return Literal(words, tuple(Tokens(words).words))


def _pattern(word: str) -> re.Pattern[str]:
    """What a word in the source may be: brackets may stand for any letters, but not one that begins it."""
    if first := re.fullmatch(r"\[(\w)\](\w+)", word):
        return re.compile(re.escape(texts.unaccent(texts.searchable(first[1] + first[2]))))
    outside = re.split(r"\[[^\]]*\]", word)
    return re.compile(r"\w*".join(re.escape(texts.unaccent(texts.searchable(part))) for part in outside))


# --- verdicts ------------------------------------------------------------------------------------------

_LIKE_ENOUGH = 0.6
_SURELY_LIKE = 0.86
_NEAR = 0.3
_LONG_BLOCK = 5
_FEWEST_SHARED = 2
_MARGIN = 100
_LONG_PHRASE = 40
_LEAST_AROUND = 160
_AROUND_OMISSION = 3_000
_MOST_STRETCHES = 6
_REMEMBERED = 256
_SURELY_FOUND = 8
_FEW = 4


@dataclass(frozen=True, slots=True)
class _Proven:
    source: Source
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class _Near:
    source: Source
    tokens: Tokens
    aligned: Aligned


class _Checker:
    def __init__(self, shelf: Shelf, known: Known, language: str) -> None:
        self._shelf, self._known, self._language = shelf, known, language
        self._attributor = Attributor(known, language)
        # A draft may quote the same words again and again.
        self._looked_up = lru_cache(maxsize=_REMEMBERED)(self._look_up)

    def check_with_inner(self, quoted: Quoted) -> Iterator[Checked]:
        checked = self._check(quoted)
        yield checked
        if checked.verdict is Verdict.NOT_FOUND:
            yield from map(self._check, quoted.inner)

    def _check(self, quoted: Quoted) -> Checked:
        claim = self._attributor.claim(quoted)
        possible, sources, proven = self._looked_up(quoted.words, claim)
        near = [] if proven else self._near(quoted, sources)
        proven = proven or _proven_nearly(quoted, near)
        if proven:
            return self._attributed(quoted, claim, proven, possible)
        return self._judged(quoted, near)

    # --- where to look -------------------------------------------------------------------------------

    def _look_up(self, words: str, claim: Claim) -> tuple[list[tuple[Piece, ...]], list[Source], list[_Proven]]:
        """What words may mean, the stretches to look at, and those in which they stand: one that fits is enough."""
        possible = list(readings(words))
        sources = self._standing(possible)
        proven = _proofs(possible, sources, claim)
        if not proven:
            sources = [*sources, *self._partly(possible[-1], len(words))]
            proven = _proofs(possible, sources, claim)
        return possible, sources, proven

    def _standing(self, possible: Sequence[tuple[Piece, ...]], author: str | None = None) -> list[Source]:
        """Where the longest run of each reading stands."""
        phrases = dict.fromkeys(
            max((p.terms for p in pieces if isinstance(p, Literal)), key=len)[:_LONG_PHRASE] for pieces in possible
        )
        places = (place for phrase in phrases if phrase for place in self._shelf.together(phrase, author=author))
        return self._stretches(places, _around(possible))

    def _partly(self, pieces: Sequence[Piece], size: int) -> list[Source]:
        """Where parts of a quotation stand: an altered word leaves the words on both sides of it whole."""
        terms = [p.terms for p in pieces if isinstance(p, Literal)]
        votes: dict[int, float] = defaultdict(float)
        for run in _runs(terms):
            places = self._shelf.together(run, most=_FEW)
            for place in places:
                votes[place] += len(run) / len(places)
        if max(votes.values(), default=0) < _SURELY_FOUND:
            for place in self._shelf.rarest([term for each in terms for term in each]):
                votes[place] += 1
        best = sorted(votes, key=votes.__getitem__, reverse=True)[:_MOST_STRETCHES]
        return self._stretches(best, max(_LEAST_AROUND, size, _around([tuple(pieces)])))

    def _stretches(self, places: Iterable[int], around: int) -> list[Source]:
        found = (self._shelf.stretch(place, around=around) for place in dict.fromkeys(places))
        return [source for source in found if source]

    # --- what comes near -----------------------------------------------------------------------------

    def _near(self, quoted: Quoted, sources: Sequence[Source]) -> list[_Near]:
        """The stretches that say nearly the same, the most alike first."""
        wanted = tokens_of(quoted.words).words
        found: list[_Near] = []
        for source in sources:
            tokens = tokens_of(source.text)
            if aligned := align(wanted, tokens):
                found.append(_Near(source, tokens, aligned))
        claimed = [p for name in self._attributor.names_near(quoted) if (p := person_of(name))]
        return sorted(
            found, key=lambda near: (near.aligned.likeness, _is_by_any(claimed, near.source.creators)), reverse=True
        )

    def _judged(self, quoted: Quoted, near: Sequence[_Near]) -> Checked:
        """Altered where some stretch is alike enough, or two are together; else not found."""
        if not near:
            return Checked(quoted, Verdict.NOT_FOUND, None)
        best = near[0]
        if best.aligned.likeness < _SURELY_LIKE and (spliced := self._spliced(quoted, near)):
            return spliced
        if not self._is_like(quoted, best):
            return Checked(quoted, Verdict.NOT_FOUND, None, nearest=self._worth_naming(quoted, best))
        citation = _cited(best.source, best.tokens, best.aligned.first, best.aligned.last)
        actual = citation.exact if citation else _text(best.tokens, best.aligned.first, best.aligned.last)
        difference = differences(quoted.words, actual, best.source.language) or (Difference(quoted.words, actual),)
        return Checked(quoted, Verdict.ALTERED, citation, difference)

    def _is_like(self, quoted: Quoted, near: _Near) -> bool:
        wanted = tokens_of(quoted.words).words
        return near.aligned.likeness >= _LIKE_ENOUGH and self._shared(wanted, near.aligned) >= _FEWEST_SHARED

    def _shared(self, wanted: Sequence[str], aligned: Aligned) -> int:
        """How many of the words that agree say something."""
        agreeing = [wanted[n] for at, _, size in aligned.blocks for n in range(at, at + size)]
        return sum(
            not texts.is_function_word(word, self._language) and (len(word) > 1 or texts.is_unspaced(word))
            for word in agreeing
        )

    def _worth_naming(self, quoted: Quoted, near: _Near) -> Citation | None:
        wanted = tokens_of(quoted.words).words
        shared = self._shared(wanted, near.aligned)
        long = max(size for _, _, size in near.aligned.blocks) >= _LONG_BLOCK
        if near.aligned.likeness < _NEAR or shared < _FEWEST_SHARED + (not long):
            return None
        return _cited(near.source, near.tokens, near.aligned.first, near.aligned.last)

    def _spliced(self, quoted: Quoted, near: Sequence[_Near]) -> Checked | None:
        """The verdict on words from two places that the draft joins as if they were one."""
        words = tokens_of(quoted.words)
        pair = _two_places(words.words, near)
        if pair is None:
            return None
        (one, _), (other, end) = pair
        first, second = (
            _cited(near.source, near.tokens, near.aligned.first, near.aligned.last) for near in (one, other)
        )
        joint = quoted.words[words.starts[end] :] if end < len(words) else ""
        difference = Difference(joint, second.exact if second else "", Kind.SPLICED)
        return Checked(quoted, Verdict.ALTERED, first, (difference,), further=(second,) if second else ())

    # --- with whom -----------------------------------------------------------------------------------

    def _attributed(
        self, quoted: Quoted, claim: Claim, proven: Sequence[_Proven], possible: Sequence[tuple[Piece, ...]]
    ) -> Checked:
        claimed = [person for name in claim.authors if (person := person_of(name))]
        # A copy of which nobody says who wrote it speaks for nobody where another copy does say it.
        proven = [one for one in proven if one.source.creators] or proven
        fitting = [one for one in proven if _is_by_any(claimed, one.source.creators)] if claimed else list(proven)
        if not fitting:
            fitting = self._also_by(claim, claimed, possible)
        if not fitting and not claim.sure:
            near = [person for name in self._attributor.names_near(quoted) if (person := person_of(name))]
            fitting = [one for one in proven if _is_by_any(near, one.source.creators)]
        if not fitting and claim.sure and not self._may_be_a_person(claim.authors[0]):
            fitting = list(proven)
        if not fitting:
            first = proven[0].citations
            wrong = Misattribution(Wrong.AUTHOR, " or ".join(claim.authors), " & ".join(first[0].creators))
            return Checked(quoted, Verdict.MISATTRIBUTED, first[0], misattribution=wrong, further=first[1:])
        return self._of_edition(quoted, fitting, claim)

    def _also_by(self, claim: Claim, claimed: Sequence[Person], possible: Sequence[tuple[Piece, ...]]) -> list[_Proven]:
        """Where the words stand in the works of those whom the draft names, however many others have them too."""
        found: list[_Proven] = []
        for person in claimed:
            if any(person.may_be(own) for own in self._known.families.get(person.family[-1], ())):
                sources = self._standing(possible, author=" ".join(person.family))
                proven = _proofs(possible, sources, claim)
                found += [one for one in proven if _is_by_any([person], one.source.creators)]
        return found

    def _may_be_a_person(self, name: str) -> bool:
        """Whether a name that the archive may not know is one: a word alone, or words of a title, say too little."""
        person = person_of(name)
        if person is None:
            return False
        if any(person.may_be(own) for own in self._known.families.get(person.family[-1], ())):
            return True
        return bool(person.given) and not self._known.has_in_titles(name)

    def _of_edition(self, quoted: Quoted, fitting: Sequence[_Proven], claim: Claim) -> Checked:
        """Exact, in the work and the edition that the draft names; misattributed where they stand in others only."""
        chosen = self._chosen(fitting, claim)
        wrong = self._other_work(chosen, claim) or self._other_edition(chosen, claim)
        first = chosen.citations
        if wrong:
            return Checked(quoted, Verdict.MISATTRIBUTED, first[0], misattribution=wrong, further=first[1:])
        return Checked(quoted, Verdict.EXACT, first[0], further=first[1:], remarks=_remarks(first[0], claim))

    def _chosen(self, fitting: Sequence[_Proven], claim: Claim) -> _Proven:
        """The one of several places that agrees best with what the draft says of the source."""

        def agreement(one: _Proven) -> tuple[bool, bool, bool]:
            work = self._known.works.get(one.source.document or "")
            return (
                one.source.document in claim.works,
                work is not None and work.year in claim.years,
                one.citations[0].page in claim.pages,
            )

        return max(fitting, key=agreement)

    def _other_work(self, chosen: _Proven, claim: Claim) -> Misattribution | None:
        """Wrong where the draft names works of the same author, and the words stand in none of them."""
        own = self._known.works.get(chosen.source.document or "")
        if own is None or not claim.works or own.id in claim.works:
            return None
        authors = [person for name in own.creators if (person := person_of(name))]
        named = [work for name in claim.works if _is_by_any(authors, (work := self._known.works[name]).creators)]
        if not named:
            return None
        same = next((work for work in named if work.key == own.key or _is_one_work(work, own)), None)
        what = Wrong.EDITION if same else Wrong.WORK
        return Misattribution(what, _shown(same or named[0]), _shown(own))

    def _other_edition(self, chosen: _Proven, claim: Claim) -> Misattribution | None:
        """Wrong where the draft names the year of an edition in the archive in which the words do not stand."""
        own = self._known.works.get(chosen.source.document or "")
        if own is None or not claim.years or own.year in claim.years:
            return None
        for name in sorted(self._known.editions[own.key]):
            other = self._known.works[name]
            if other.id != own.id and other.year in claim.years:
                return Misattribution(Wrong.EDITION, _shown(other), _shown(own))
        return None


def _is_one_work(one: Work, other: Work) -> bool:
    """Whether titles of the same authors say the same: Communist Manifesto, Manifesto of the Communist Party."""
    first, second = ({w for w in texts.plain_terms(work.title) if len(w) > _LONG_WORD} for work in (one, other))
    return bool(first and second) and set(one.creators) == set(other.creators) and (first <= second or second <= first)


_LONG_WORD = 3


def _shown(work: Work) -> str:
    return f"{work.title} ({work.year})" if work.year else work.title


def _remarks(citation: Citation, claim: Claim) -> tuple[str, ...]:
    if not claim.pages or citation.page is None or citation.page.lower() in claim.pages:
        return ()
    named = ", ".join(sorted(claim.pages))
    return (f"The draft names page {named}; in this edition the words stand on page {citation.page}.",)


def _is_by_any(persons: Sequence[Person], creators: Sequence[str]) -> bool:
    """Whether one of some persons may be a creator; a source without one is by anybody."""
    own = [person for name in creators if (person := person_of(name))]
    return not own or any(person.may_be(each) for person in persons for each in own)


def _around(possible: Sequence[tuple[Piece, ...]]) -> int:
    """How many characters beside a passage a quotation found in it may reach."""
    words = max(sum(len(piece.words) for piece in pieces if isinstance(piece, Literal)) for pieces in possible)
    omits = any(isinstance(piece, Gap) and piece.omits for pieces in possible for piece in pieces)
    return max(_LEAST_AROUND, words) + (_AROUND_OMISSION if omits else 0)


def _runs(terms: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Parts of each run of words: pieces of four words or more, and of a short one all but its first or last."""
    for words in terms:
        size = len(words)
        count = min(_MOST_RUNS, size // _RUN)
        parts = [words[n * size // count : (n + 1) * size // count] for n in range(count)] if count > 1 else []
        if size <= _SHORT:
            parts += [words[:-1], words[1:]]
        yield from (part[:_LONGEST_RUN] for part in parts if len(part) > 1)


_SHORT, _RUN, _LONGEST_RUN, _MOST_RUNS = 8, 4, 9, 6


# --- proof ---------------------------------------------------------------------------------------------


def _proofs(possible: Sequence[tuple[Piece, ...]], sources: Sequence[Source], claim: Claim) -> list[_Proven]:
    """The sources in which a reading of a quotation stands; no more than one that is all that the draft says."""
    found: list[_Proven] = []
    claimed = [person for name in claim.authors if (person := person_of(name))]
    edition = bool(claim.years or claim.pages or claim.works)
    for source in sources:
        for n, pieces in enumerate(possible):
            citations = prove(pieces, source)
            if citations and (n == 0 or not _has_brackets(source, citations)):
                found.append(_Proven(source, citations))
                break
        own = found[-1].source.creators if found else ()
        if own and not edition and (not claim.authors or _is_by_any(claimed, own)):
            break
    return found


def _has_brackets(source: Source, citations: Sequence[Citation]) -> bool:
    """Whether a source has brackets of its own there: then those of the draft may be altered ones, and no editor's."""
    for cited in citations:
        start, end = cited.start - source.start, cited.end - source.start
        low = max(0, start - _LONGEST_BRACKET)
        for match in _OWN_BRACKET.finditer(source.text[low : end + _LONGEST_BRACKET]):
            if low + match.start() <= end + _BESIDE and low + match.end() >= start - _BESIDE:
                return True
    return False


_OWN_BRACKET = re.compile(r"\[[^\[\]]*[^\W\d_]{2}[^\[\]]*\]")
_LONGEST_BRACKET, _BESIDE = 300, 2


def prove(pieces: Sequence[Piece], source: Source) -> tuple[Citation, ...]:
    """The citations of the stretches between omissions, where all pieces stand in a source in order; else none."""
    tokens = tokens_of(source.text)
    if len(pieces) == 1 and isinstance(pieces[0], Literal):
        cited = _stands(pieces[0], source, tokens)
        return (cited,) if cited else ()
    places = _fit(pieces, source, tokens, 0, len(tokens))
    if places is None:
        return ()
    citations: list[Citation] = []
    begin: int | None = None
    for n, (start, end) in enumerate(places):
        if begin is None and isinstance(pieces[n], Gap):
            continue
        begin = start if begin is None else begin
        following = pieces[n + 1] if n + 1 < len(pieces) else None
        if following is None or (isinstance(following, Gap) and following.omits):
            cited = _verified(source, source.text[begin:end], begin, end)
            if cited is None:
                return ()
            citations.append(cited)
            begin = None
    return tuple(citations)


def _stands(piece: Literal, source: Source, tokens: Tokens) -> Citation | None:
    """The citation of words that stand in one piece."""
    for first, size in _places(piece, tokens, 0, len(tokens)):
        if cited := _verified(source, piece.words, tokens.starts[first], tokens.ends[first + size - 1]):
            return cited
    return None


def _fit(pieces: Sequence[Piece], source: Source, tokens: Tokens, at: int, free: int) -> list[tuple[int, int]] | None:
    """Where pieces stand one after the other, as offsets, from a word on with some words free before; None if not.

    A gap stands where it begins and is empty.
    """
    if not pieces:
        return []
    piece, rest = pieces[0], pieces[1:]
    if isinstance(piece, Gap):
        place = tokens.ends[at - 1]
        after = _fit(rest, source, tokens, at, piece.most)
        return None if after is None else [(place, place), *after]
    for first, size in _places(piece, tokens, at, free):
        span = _span(piece, source, tokens, first, size)
        if span and (after := _fit(rest, source, tokens, first + size, 0)) is not None:
            return [span, *after]
    return None


_MOST_PLACES = 30


def _places(piece: Literal | Changed, tokens: Tokens, at: int, free: int) -> Iterator[tuple[int, int]]:
    if isinstance(piece, Literal):
        for n, first in enumerate(tokens.find(piece.terms, at)):
            if first > at + free or n == _MOST_PLACES:
                return
            yield first, len(piece.terms)
        return
    for first in range(at, min(at + free + 1, len(tokens))):
        if piece.pattern.fullmatch(tokens.words[first]):
            yield first, 1


def _span(piece: Literal | Changed, source: Source, tokens: Tokens, first: int, size: int) -> tuple[int, int] | None:
    start, end = tokens.starts[first], tokens.ends[first + size - 1]
    if isinstance(piece, Changed):
        return start, end
    cited = _verified(source, piece.words, start, end)
    return (cited.start - source.start, cited.end - source.start) if cited else None


def _verified(source: Source, words: str, start: int, end: int) -> Citation | None:
    """The proof of words in the neighbourhood of some offsets."""
    low, high = max(0, start - _MARGIN), min(len(source.text), end + _MARGIN)
    near = replace(source, text=source.text[low:high], start=source.start + low)
    found = verify(Quotation(source.id, words), {source.id: near})
    return found if isinstance(found, Citation) else None


def _cited(source: Source, tokens: Tokens, first: int, last: int) -> Citation | None:
    """The citation of a run of words, with a word more on a side where it may not begin or end there."""
    for before, after in ((0, 0), (1, 0), (0, 1), (2, 0), (0, 2), (1, 1), (2, 2)):
        low, high = max(0, first - before), min(len(tokens), last + after)
        start, end = tokens.starts[low], tokens.ends[high - 1]
        found = verify(
            Quotation(source.id, source.text[start:end]),
            {source.id: replace(source, text=source.text[max(0, start - _MARGIN) : end + _MARGIN],
                                start=source.start + max(0, start - _MARGIN))},
        )  # fmt: skip
        if isinstance(found, Citation):
            return found
    return None


def _text(tokens: Tokens, first: int, last: int) -> str:
    return tokens.text[tokens.starts[first] : tokens.ends[last - 1]]


_REFERENCE = re.compile(r"\s*(?:[\[{(]\s*(?:Pg\.?|p\.|page)?\s*(?:[\divxlc]{1,4}|[A-Z*†‡])\s*[\]})]|[*†‡¹²³⁴-⁹⁰]+)")


def _proven_nearly(quoted: Quoted, near: Sequence[_Near]) -> list[_Proven]:
    """Proofs of words that differ from a source in nothing but marks of notes and pages, or in how words are cut."""
    found: list[_Proven] = []
    letters = "".join(tokens_of(quoted.words).words)
    for one in near[:_FEW]:
        if one.aligned.likeness < _SURELY_LIKE:
            break
        start, end = one.tokens.starts[one.aligned.first], one.tokens.ends[one.aligned.last - 1]
        same = letters == "".join(one.tokens.words[one.aligned.first : one.aligned.last])
        if same and (cited := _verified(one.source, quoted.words, start, end)):
            found.append(_Proven(one.source, (cited,)))
        elif (pieces := _between_notes(quoted.words, one.source.text[start:end])) and (
            cites := prove(pieces, one.source)
        ):
            found.append(_Proven(one.source, cites))
    return found


def _between_notes(draft: str, source: str) -> tuple[Piece, ...]:
    """The quotation in parts, where all that the source has more are marks of notes or pages; else nothing."""
    if not _REFERENCE.search(source):
        return ()
    runs = compared(draft, source)
    pieces: list[Piece] = []
    words = ""
    for run in runs:
        words = f"{words} {run.draft}".strip()
        if run.same:
            continue
        bare = _REFERENCE.sub("", run.source)
        if bare.split() != run.draft.split() or bare == run.source:
            return ()
        if texts.word_count(words):
            pieces += [_literal(words), Gap(_FEW)]
        words = ""
    if texts.word_count(words):
        pieces.append(_literal(words))
    elif pieces:
        pieces.pop()
    return tuple(pieces)


# --- splices -------------------------------------------------------------------------------------------

_SHORTEST_HALF = 3
_SMALLEST_SHARE = 0.2
_HALF_LIKE = 0.85


def _two_places(words: Sequence[str], near: Sequence[_Near]) -> tuple[tuple[_Near, int], tuple[_Near, int]] | None:
    """Two stretches that hold a quotation's beginning and its end, each with the word at which its part begins."""
    for one in near[:_SPLICED_AMONG]:
        block = max(one.aligned.blocks, key=lambda each: each[2])
        begin, end = block[0], block[0] + block[2]
        for first, last in ((end, len(words)), (0, begin)):
            if last - first < max(_SHORTEST_HALF, _SMALLEST_SHARE * len(words)) or block[2] < _SHORTEST_HALF:
                continue
            other = _best_for(words[first:last], near, one, block)
            if other is None:
                continue
            mine = align(words[begin:end], one.tokens)
            if mine is None or block[2] + other.aligned.agreeing < one.aligned.agreeing + 2:
                continue
            held = replace(one, aligned=replace(mine, first=block[1], last=block[1] + block[2]))
            return ((held, begin), (other, first)) if first >= end else ((other, first), (held, begin))
    return None


_SPLICED_AMONG = 8


def _best_for(words: Sequence[str], near: Sequence[_Near], one: _Near, block: tuple[int, int, int]) -> _Near | None:
    """The stretch that says some words best, elsewhere than where the rest of them stands."""
    best: _Near | None = None
    for each in near:
        aligned = align(words, each.tokens)
        if aligned is None or aligned.likeness < _HALF_LIKE:
            continue
        absolute = each.source.start + each.tokens.starts[aligned.first]
        there = one.source.start + one.tokens.starts[block[1]]
        same = each.source.document == one.source.document and abs(absolute - there) < _ADJACENT * (
            len(words) + block[2]
        )
        if not same and (best is None or aligned.likeness > best.aligned.likeness):
            best = replace(each, aligned=aligned)
    return best


_ADJACENT = 4
"""Characters a word within which two places are one, with something between them left out or put in."""
