"""Finds every quotation of a draft: between marks of all kinds, set off as blocks, nested, over several paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from lyceum import text as texts
from lyceum.archive import Draft, Part

MOST_QUOTATIONS = 5_000
FEWEST_WORDS = 3
"""Of a word or two in marks a writer keeps their distance, or names a thing; they are not called a quotation."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation as it stands in a draft.

    `line` is None in formats without lines and `page` in formats without pages; `paragraph` counts from 1. `before`
    and `after` are the paragraph around it, with the words of other quotations blanked out. `inner` are quotations
    within it.
    """

    words: str
    line: int | None
    before: str = ""
    after: str = ""
    page: str | None = None
    paragraph: int = 1
    block: bool = False
    inner: tuple[Quoted, ...] = ()


@dataclass(frozen=True, slots=True)
class Quotations:
    """What a draft quotes, in order.

    `short` counts what is in marks and has too few words, `unclosed` has the lines of marks that nothing closes, and
    `left_out` counts quotations past the most that are looked at in one draft.
    """

    found: tuple[Quoted, ...]
    short: int = 0
    unclosed: tuple[int | None, ...] = ()
    left_out: int = 0


def draft_of_text(text: str) -> Draft:
    """A draft out of plain text: paragraphs parted by blank lines."""
    parts: list[Part] = []
    start = 0
    for blank in [*re.finditer(r"\n\s*\n", text), None]:
        end = blank.start() if blank else len(text)
        if text[start:end].strip():
            parts.append(Part(start, end))
        start = blank.end() if blank else end
    return Draft(text, tuple(parts), ((0, 1),))


def find_quotations(draft: Draft | str, *, most: int = MOST_QUOTATIONS) -> Quotations:
    """The quotations of a draft: three words or more between marks of one kind, or set off."""
    read = draft_of_text(draft) if isinstance(draft, str) else draft
    finder = _Finder(read, most)
    found = tuple(finder.quotations())
    return Quotations(found, finder.short, tuple(read.line(at) for at in finder.unclosed[:most]), finder.left_out)


# --- marks -------------------------------------------------------------------------------------------

_CLOSERS = {
    "“": '”“"',
    "„": '“”"',
    "‟": "”",
    "«": "»",
    "»": "«»",
    "”": "”",
    '"': '"',
    "‘": "’",
    "‚": "‘’",
    "‹": "›",
    "›": "‹›",
    "'": "'",
    "「": "」",
    "『": "』",
    "〝": "〞〟",
    "＂": "＂",
}
_MARKS = re.compile("``|''|[“”„‟«»\"‘’‚‹›'「」『』〝〞〟＂]")
_SINGLE = frozenset("‘’‚‹›'")
_STRAIGHT = frozenset("\"'＂")
_OPENS_BEFORE = re.compile(r"[\s(\[{<—–\-/:;,.!?¿¡“„«»‹›‘‚\"'「『|\u200f\u200e]\Z|\A\Z")
_ELIDED = re.compile(
    r"(?:tis|twas|twere|twill|em|til|till|cause|bout|round|neath|gainst|n|nuff|s|t|d|m|ll|re|ve)\b|\d\ds?\b", re.I
)
_MOST_OPEN = 12


@dataclass(frozen=True, slots=True)
class Pair:
    """Two marks that belong together: offsets of what stands between them, and where the opening mark begins."""

    mark: int
    start: int
    end: int


@dataclass(slots=True)
class _Open:
    mark: str
    at: int
    after: int


def pairs_of(text: str) -> tuple[list[Pair], list[tuple[int, str]]]:
    """The marks that belong together, outer ones first, and the opening ones that nothing closes.

    An apostrophe is no mark: one within a word, at the end of a plural, or where letters were left out.
    """
    stack: list[_Open] = []
    pairs: list[Pair] = []
    unclosed: list[tuple[int, str]] = []
    for match in _MARKS.finditer(text):
        mark = {"``": "“", "''": "”"}.get(match.group(), match.group())
        depth = _closed(stack, mark, text, match)
        if depth is not None:
            unclosed += [(lost.at, lost.mark) for lost in stack[depth + 1 :] if lost.mark not in _SINGLE]
            opened = stack[depth]
            pairs.append(Pair(opened.at, opened.after, match.start()))
            del stack[depth:]
        elif mark in _CLOSERS and _opens(mark, text, match) and len(stack) < _MOST_OPEN:
            stack.append(_Open(mark, match.start(), match.end()))
    unclosed += [(lost.at, lost.mark) for lost in stack if lost.mark not in _SINGLE]
    return sorted(pairs, key=lambda pair: (pair.start, -pair.end)), sorted(unclosed)


def _closed(stack: Sequence[_Open], mark: str, text: str, match: re.Match[str]) -> int | None:
    """Which of the open marks this one closes, as its place in the stack."""
    for depth in range(len(stack) - 1, -1, -1):
        opened = stack[depth]
        if mark in _CLOSERS[opened.mark] and _closes(opened, mark, text, match):
            return depth
    return None


def _closes(opened: _Open, mark: str, text: str, match: re.Match[str]) -> bool:
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    if opened.after == match.start():
        return False
    if mark in _SINGLE and mark not in "‹›":
        return not after.isalnum() and not before.isspace() and not _is_possessive(opened, mark, text, match)
    if mark == opened.mark:
        # “ and » both open and close, by country: what follows a space and precedes a word opens.
        return not (before.isspace() and (after.isalnum() or after in "[“‘"))
    return True


def _is_possessive(opened: _Open, mark: str, text: str, match: re.Match[str]) -> bool:
    """Whether an apostrophe ends a plural (“the workers’ wages”): another mark further on closes."""
    if text[match.start() - 1 : match.start()] != "s" or not re.match(r" [a-z]", text[match.end() : match.end() + 2]):
        return False
    rest = text[match.end() : match.end() + _FAR]
    opening = rest.find(opened.mark) if opened.mark != mark else -1
    later = re.search(rf"(?<=[\w.,!?…]){re.escape(mark)}(?!\w)", rest[: opening if opening >= 0 else len(rest)])
    return later is not None


_FAR = 2_000


def _opens(mark: str, text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
    if mark in "„‚「『〝“«":
        return True
    if not _OPENS_BEFORE.search(before):
        return False
    if mark in "'‘":
        return not after.isspace() and after != "" and not _ELIDED.match(text, match.end())
    if mark in "»›":
        return True
    return not after.isspace() and after != "" and after not in ".,;:!?)]"


# --- paragraphs --------------------------------------------------------------------------------------


class _Finder:
    """Goes through a draft once."""

    def __init__(self, draft: Draft, most: int) -> None:
        self._draft, self._left = draft, most
        self.short = self.left_out = 0
        self.unclosed: list[int] = []

    def quotations(self) -> Iterator[Quoted]:
        """Every quotation of three words or more, in order."""
        number = 0
        while number < len(self._draft.parts):
            if self._draft.parts[number].quoted:
                last = self._block_end(number)
                yield from self._block(number, last)
            else:
                last = self._run_end(number)
                yield from self._paragraph(number, last)
            number = last + 1

    @cached_property
    def _pairs(self) -> list[tuple[list[Pair], list[tuple[int, str]]]]:
        return [pairs_of(self._draft.text[part.start : part.end]) for part in self._draft.parts]

    def _run_end(self, first: int) -> int:
        """The last paragraph of a quotation that goes on over several, each begun with a mark anew."""
        parts, last = self._draft.parts, first
        while last + 1 < len(parts) and not parts[last + 1].quoted and (mark := self._left_open(last, first)):
            following = self._draft.text[parts[last + 1].start : parts[last + 1].end].lstrip()
            # Spanish and French begin with the closing mark.
            if not following.startswith((mark, {"«": "»", "“": "”"}.get(mark, mark))):
                break
            last += 1
            if not self._left_open(last, first):
                break
        return last

    def _left_open(self, number: int, first: int) -> str | None:
        """The mark that the end of a paragraph leaves open, if it is its last one."""
        pairs, unclosed = self._pairs[number]
        if number > first:
            # Its first mark only goes on with what was open; what matters is whether one closes it.
            part = self._draft.parts[number]
            text = self._draft.text[part.start : part.end].lstrip()
            pairs, unclosed = pairs_of(_as_opening(text))
        if not unclosed:
            return None
        at, mark = unclosed[-1]
        return mark if all(pair.mark < at or pair.start > at for pair in pairs) else None

    def _paragraph(self, first: int, last: int) -> Iterator[Quoted]:
        parts = self._draft.parts
        start, end = parts[first].start, parts[last].end
        text = self._draft.text[start:end]
        for part in parts[first + 1 : last + 1]:
            text = _without_mark(text, part.start - start)
        pairs, unclosed = self._pairs[first] if first == last else pairs_of(text)
        self.unclosed += [start + at for at, _ in unclosed]
        masked = mask(text, pairs)
        for outer, inner in _nested(pairs):
            count = texts.word_count(text[outer.start : outer.end])
            if count < FEWEST_WORDS:
                self.short += count > 0
            elif self._take_one():
                quoted = self._quoted(text, start, first, outer)
                within = [self._quoted(text, start, first, pair) for pair in inner if _is_long(text, pair)]
                quoted = replace(quoted, inner=tuple(within))
                yield self._with_context(quoted, masked, outer, first, last)

    def _take_one(self) -> bool:
        """Whether one more quotation may be looked at; those past the most are only counted."""
        self._left -= 1
        self.left_out += self._left < 0
        return self._left >= 0

    def _quoted(self, text: str, start: int, first: int, pair: Pair) -> Quoted:
        words = text[pair.start : pair.end].strip()
        draft = self._draft
        lead = len(text[pair.start : pair.end]) - len(text[pair.start : pair.end].lstrip())
        at = start + pair.start + lead
        return Quoted(words, draft.line(at), page=draft.page(at, start + pair.end), paragraph=first + 1)

    def _with_context(self, quoted: Quoted, masked: str, pair: Pair, first: int, last: int) -> Quoted:
        before = _squeezed(masked[max(0, pair.mark - _FAR) : pair.mark])
        after = _squeezed(masked[pair.end + 1 : pair.end + _FAR])
        if not re.search(r"\w", before.replace(BLANK, "")) and not re.search(r"\w", after.replace(BLANK, "")):
            # A quotation that is a paragraph of its own is told about in those around it.
            before, after = self._neighbour(first - 1) + before, after + self._credit(last + 1)
        elif pair.end + 2 >= len(masked.rstrip()):
            after += self._credit(last + 1)
        return replace(quoted, before=before, after=after)

    # --- set off -------------------------------------------------------------------------------------

    def _block_end(self, first: int) -> int:
        """The last paragraph that is set off together with this one."""
        parts, last = self._draft.parts, first
        while last + 1 < len(parts) and parts[last + 1].quoted and not _CREDIT.match(self._text(last)):
            last += 1
        return last

    def _block(self, first: int, last: int) -> Iterator[Quoted]:
        texts_of = [(n, self._text(n)) for n in range(first, last + 1)]
        credit = ""
        if len(texts_of) > 1 and _CREDIT.match(texts_of[-1][1]):
            credit = texts_of.pop()[1]
        else:
            whole, _, tail = texts_of[-1][1].rstrip().rpartition("\n")
            if whole and _CREDIT.match(tail):
                texts_of[-1], credit = (texts_of[-1][0], whole), tail
        words = _without_marks("\n\n".join(text for _, text in texts_of))
        if texts.word_count(words) < FEWEST_WORDS:
            self.short += texts.word_count(words) > 0
            return
        if not self._take_one():
            return
        draft, part = self._draft, self._draft.parts[first]
        at = part.start + len(draft.text[part.start : part.end]) - len(draft.text[part.start : part.end].lstrip())
        inner = [
            self._quoted(words, 0, first, pair) for pair, _ in _nested(pairs_of(words)[0]) if _is_long(words, pair)
        ]
        yield Quoted(
            words, draft.line(at), before=self._neighbour(first - 1), after=credit + "\n" + self._credit(last + 1),
            page=draft.page(at, part.end), paragraph=first + 1, block=True,
            inner=tuple(replace(q, line=draft.line(at)) for q in inner),
        )  # fmt: skip

    def _text(self, number: int) -> str:
        part = self._draft.parts[number]
        return self._draft.text[part.start : part.end].strip()

    def _neighbour(self, number: int) -> str:
        """The paragraph before one, its quotations blanked out; a heading or another quotation tells nothing."""
        if number < 0 or self._draft.parts[number].quoted:
            return ""
        part = self._draft.parts[number]
        text = self._draft.text[part.start : part.end]
        return _squeezed(mask(text, self._pairs[number][0])[-_FAR:]) + "\n\n"

    def _credit(self, number: int) -> str:
        """The paragraph after one where it only says who is quoted: — Karl Marx, 1848."""
        if number >= len(self._draft.parts):
            return ""
        text = self._text(number)
        return "\n" + text if _CREDIT.match(text) and len(text) < _LONGEST_CREDIT else ""


_CREDIT = re.compile(r"\s*(?:[—–―]|--?\s|\()\s*\w")
_LONGEST_CREDIT = 200


def _is_long(text: str, pair: Pair) -> bool:
    return texts.word_count(text[pair.start : pair.end]) >= FEWEST_WORDS


def _nested(pairs: Sequence[Pair]) -> Iterator[tuple[Pair, list[Pair]]]:
    """Each outermost pair with those directly or further within it."""
    outer: Pair | None = None
    inner: list[Pair] = []
    for pair in pairs:
        if outer is not None and pair.start < outer.end:
            inner.append(pair)
            continue
        if outer is not None:
            yield outer, inner
        outer, inner = pair, []
    if outer is not None:
        yield outer, inner


BLANK = "▒"
"""Stands for each letter of a quotation where only what is around quotations is looked at."""


def mask(text: str, pairs: Sequence[Pair]) -> str:
    """The text with the words of quotations blanked out, its length kept.

    A quotation that ends a sentence within its marks ends it for what stands around too. What is too short for a
    quotation stays, since a title or a name may be in marks.
    """
    masked = list(text)
    for pair in pairs:
        words = text[pair.start : pair.end]
        if texts.word_count(words) < FEWEST_WORDS or _is_title(words):
            continue
        masked[pair.start : pair.end] = BLANK * (pair.end - pair.start)
        if words.rstrip()[-1:] in tuple(".!?…。！？"):
            masked[pair.end] = "."
    return "".join(masked)


def _squeezed(masked: str) -> str:
    return re.sub(f"{BLANK}+", BLANK, masked)


def _is_title(words: str) -> bool:
    """Whether words may be the title of a work: few, most with a capital, and no sentence."""
    split = words.split()
    return len(split) <= 9 and words[-1:] not in tuple(".!?,;") and sum(w[:1].isupper() for w in split) > len(split) / 2


def _as_opening(text: str) -> str:
    """A paragraph whose first mark, which only says that a quotation goes on, opens it."""
    return {"»": "«", "”": "“"}.get(text[:1], text[:1]) + text[1:]


def _without_mark(text: str, at: int) -> str:
    """The text without the mark that opens a paragraph anew; its length is kept."""
    place = at + len(text[at:]) - len(text[at:].lstrip())
    return text[:place] + " " + text[place + 1 :]


def _without_marks(words: str) -> str:
    """A block's words without the marks that some put around all of it."""
    words = words.strip()
    pairs, unclosed = pairs_of(words)
    whole = [pair for pair in pairs if pair.start <= 2 and pair.end >= len(words) - 2 and pair.mark == 0]
    if whole:
        return words[whole[0].start : whole[0].end].strip()
    return words[1:].strip() if unclosed and unclosed[0][0] == 0 and len(pairs) == 0 else words
